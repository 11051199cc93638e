//! What the user chooses among: views, times, outcomes, scales. Each is a closed set with a word for the screen.

/// The views, one at a time on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewName {
    /// Everything at a glance.
    Overview,
    /// Each operation and journey.
    Operations,
    /// What failed, down to the order.
    Errors,
    /// Workers, their queue, and how the load fared at each rate so far.
    Capacity,
    /// Each phase beside the first.
    Compare,
    /// What happened, in order.
    Log,
}

impl ViewName {
    /// Every view, in the order of their keys.
    pub const ALL: [Self; 6] = [
        Self::Overview,
        Self::Operations,
        Self::Errors,
        Self::Capacity,
        Self::Compare,
        Self::Log,
    ];

    /// Its word on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Operations => "Operations",
            Self::Errors => "Errors",
            Self::Capacity => "Capacity",
            Self::Compare => "Compare",
            Self::Log => "Log",
        }
    }

    /// The next one; after the last the first.
    pub(crate) fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
    }

    /// The one before; before the first the last.
    pub(crate) fn previous(self) -> Self {
        Self::ALL[(self as usize + Self::ALL.len() - 1) % Self::ALL.len()]
    }
}

/// Which time a dashboard shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// What the customer waits: from the intended start.
    Response,
    /// What the server took: from the send.
    Service,
}

impl Times {
    /// Its word on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Response => "response",
            Self::Service => "service",
        }
    }

    pub(crate) fn next(self) -> Self {
        match self {
            Self::Response => Self::Service,
            Self::Service => Self::Response,
        }
    }
}

/// Requests of which outcome are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// Every one.
    All,
    /// Successes only.
    Ok,
    /// Errors only.
    Errors,
}

impl Show {
    /// Its word on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Ok => "ok",
            Self::Errors => "errors",
        }
    }

    /// What it means for the list of failed requests, none of which is a success.
    pub(crate) fn failures_word(self) -> &'static str {
        match self {
            Self::All => "newest first",
            Self::Ok => "unexpected first",
            Self::Errors => "unexpected only",
        }
    }

    pub(crate) fn next(self) -> Self {
        match self {
            Self::All => Self::Ok,
            Self::Ok => Self::Errors,
            Self::Errors => Self::All,
        }
    }
}

/// How a count becomes heat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeatScale {
    /// By its logarithm: a few slow ones stay visible beside thousands of fast ones.
    Logarithmic,
    /// By the count itself.
    Linear,
}

impl HeatScale {
    /// Its word on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Logarithmic => "log",
            Self::Linear => "linear",
        }
    }

    /// The heat of a count where the greatest is `most`: 0 for none to 1.
    pub fn heat(self, count: f64, most: f64) -> f64 {
        if count <= 0.0 || most <= 0.0 {
            return 0.0;
        }
        match self {
            Self::Logarithmic => (count.ln_1p() / most.ln_1p()).min(1.0),
            Self::Linear => (count / most).min(1.0),
        }
    }

    pub(crate) fn next(self) -> Self {
        match self {
            Self::Logarithmic => Self::Linear,
            Self::Linear => Self::Logarithmic,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_go_round() {
        for (at, view) in ViewName::ALL.into_iter().enumerate() {
            assert_eq!(view as usize, at);
            assert_eq!(view.next().previous(), view);
        }
        assert_eq!(ViewName::Log.next(), ViewName::Overview);
    }

    #[test]
    fn heat_is_a_share_and_grows_with_the_count() {
        for scale in [HeatScale::Logarithmic, HeatScale::Linear] {
            let heats: Vec<f64> = [0.0, 1.0, 10.0, 100.0, 200.0]
                .map(|count| scale.heat(count, 100.0))
                .into();
            assert!(heats.is_sorted(), "{heats:?}");
            assert_eq!((heats[0], heats[3], heats[4]), (0.0, 1.0, 1.0));
            assert_eq!(scale.heat(1.0, 0.0), 0.0);
        }
        assert!(HeatScale::Logarithmic.heat(10.0, 100.0) > HeatScale::Linear.heat(10.0, 100.0));
    }
}
