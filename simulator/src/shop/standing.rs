//! Whether a shop may call, and how it gets there: applied, reviewed, approved or rejected, suspended, resumed.

/// Whether a shop may call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It applied; nobody has looked yet.
    UnderReview,
    /// It may call.
    Approved,
    /// Its application was turned down, for good: it applies anew.
    Rejected {
        /// What it was told.
        reason: String,
    },
    /// It was approved once, and may not call for now.
    Suspended {
        /// What it was told.
        reason: String,
    },
}

/// What somebody at the wallet does about a shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Lets it call.
    Approve,
    /// Turns its application down.
    Reject {
        /// What it is told.
        reason: String,
    },
    /// Stops it.
    Suspend {
        /// What it is told.
        reason: String,
    },
    /// Lets it call again.
    Resume,
}

/// An act that the standing does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a shop that is {standing} cannot be {act}")]
pub(crate) struct StandingError {
    /// What it is.
    pub(crate) standing: &'static str,
    /// What it was to become.
    pub(crate) act: &'static str,
}

impl Standing {
    /// The word in answers.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::UnderReview => "under_review",
            Self::Approved => "approved",
            Self::Rejected { .. } => "rejected",
            Self::Suspended { .. } => "suspended",
        }
    }

    /// Why it may not call, where somebody said so.
    pub(crate) fn reason(&self) -> Option<&str> {
        match self {
            Self::UnderReview | Self::Approved => None,
            Self::Rejected { reason } | Self::Suspended { reason } => Some(reason),
        }
    }

    /// The standing after an act.
    pub(crate) fn after(&self, act: Act) -> Result<Self, StandingError> {
        match (self, act) {
            (Self::UnderReview, Act::Approve) | (Self::Suspended { .. }, Act::Resume) => Ok(Self::Approved),
            (Self::UnderReview, Act::Reject { reason }) => Ok(Self::Rejected { reason }),
            (Self::Approved, Act::Suspend { reason }) => Ok(Self::Suspended { reason }),
            (_, act) => Err(StandingError {
                standing: self.word(),
                act: act.done(),
            }),
        }
    }
}

impl Act {
    /// What was to be done, as a sentence says it.
    fn done(&self) -> &'static str {
        match self {
            Self::Approve => "approved",
            Self::Reject { .. } => "rejected",
            Self::Suspend { .. } => "suspended",
            Self::Resume => "resumed",
        }
    }
}

/// Whether a shop's integration was certified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GoLive {
    /// Not yet.
    NotCertified,
    /// Every required check passed.
    Certified,
}

impl GoLive {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::NotCertified, Self::Certified];

    /// The word in answers.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::NotCertified => "not_certified",
            Self::Certified => "certified",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every standing against every act.
    #[test]
    fn standings_by_acts() {
        let reason = || "papers missing".to_owned();
        let acts = || {
            [
                Act::Approve,
                Act::Reject { reason: reason() },
                Act::Suspend { reason: reason() },
                Act::Resume,
            ]
        };
        let rows = [
            (Standing::UnderReview, ["approved", "rejected", "-", "-"]),
            (Standing::Approved, ["-", "-", "suspended", "-"]),
            (Standing::Rejected { reason: reason() }, ["-", "-", "-", "-"]),
            (Standing::Suspended { reason: reason() }, ["-", "-", "-", "approved"]),
        ];
        for (standing, expected) in rows {
            for (act, expected) in acts().into_iter().zip(expected) {
                let after = standing.after(act.clone());
                let word = after.as_ref().map_or("-", Standing::word);
                assert_eq!(word, expected, "{standing:?} {act:?}");
                if let Err(error) = after {
                    assert!(error.to_string().contains(standing.word()), "{error}");
                }
            }
        }
    }
}
