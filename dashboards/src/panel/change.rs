//! What a fault changed, in words: figures against those of the first phase.

use measure::snapshot::PhaseFigures;

use crate::{app::Model, figures::DASH};

/// From this ratio on a factor says more than a percentage.
const FACTOR: f64 = 2.0;

/// The first phase, which all later ones are compared with.
#[derive(Clone, Copy)]
pub(crate) struct Base<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// Its figures; `None` while it is the one shown, or had no request.
    pub(crate) figures: Option<&'a PhaseFigures>,
}

impl<'a> Base<'a> {
    /// `None` where there is but one phase.
    pub(crate) fn of(model: &'a Model) -> Option<Self> {
        let snapshot = model.snapshot();
        let [first, _, ..] = snapshot.plan.phases.as_slice() else {
            return None;
        };
        let shown_us = model
            .cursor()
            .map_or(snapshot.elapsed_us, |second| u64::from(second) * 1_000_000);
        let figures = snapshot.phases.first();
        Some(Self {
            name: &first.name,
            figures: figures.filter(|figures| figures.finished > 0 && shown_us >= first.until_us),
        })
    }
}

/// More errors than this beside those of the first phase, as a share of requests, and shorter times say nothing good.
const MORE_ERRORS: f64 = 0.01;

/// The first phase's figures, with the errors of now.
#[derive(Clone, Copy)]
pub(crate) struct Compared<'a> {
    /// The first phase's figures.
    pub(crate) base: &'a PhaseFigures,
    /// Share of errors now; `None` without requests.
    pub(crate) errors: Option<f64>,
}

impl Compared<'_> {
    /// A duration of everything against that of the first phase: `+12%`, `-8%`, `16×`; a dash without one. A refusal is
    /// fast, so where more fails than before, a shorter time is none to speak of.
    pub(crate) fn times(self, now_us: Option<u64>, base_us: Option<u64>) -> String {
        let base_us = base_us.unwrap_or(0);
        let fails_more = self.errors.is_some_and(|now| now > self.base_errors() + MORE_ERRORS);
        if fails_more && now_us.is_some_and(|now_us| now_us < base_us) {
            return DASH.to_owned();
        }
        of_times(now_us, base_us)
    }

    /// The share of errors against that of the first phase.
    pub(crate) fn shares(self) -> String {
        of_shares(self.errors, self.base_errors())
    }

    fn base_errors(self) -> f64 {
        1.0 - self.base.ok as f64 / self.base.finished.max(1) as f64
    }
}

/// A duration against another: `+12%`, `-8%`, `16×`; a dash without one.
pub(crate) fn of_times(now_us: Option<u64>, base_us: u64) -> String {
    let Some(now_us) = now_us.filter(|_| base_us > 0) else {
        return DASH.to_owned();
    };
    let ratio = now_us as f64 / base_us as f64;
    match ratio {
        _ if ratio >= 9_999.5 => ">9999×".to_owned(),
        _ if ratio >= 9.95 => format!("{ratio:.0}×"),
        _ if ratio >= FACTOR => format!("{ratio:.1}×"),
        _ => signed(format!("{:+.0}", (ratio - 1.0) * 100.0), "%"),
    }
}

/// A share against another, in percentage points: `+19.9pp`; a dash without one.
fn of_shares(now: Option<f64>, base: f64) -> String {
    match now {
        Some(now) if (now - base).is_finite() => signed(format!("{:+.1}", (now - base) * 100.0), "pp"),
        Some(_) | None => DASH.to_owned(),
    }
}

/// A number with its sign and unit; nothing has no sign.
fn signed(number: String, unit: &str) -> String {
    let is_nothing = !number.contains(|digit: char| ('1'..='9').contains(&digit));
    if is_nothing {
        return format!("{}{unit}", number.trim_start_matches(['+', '-']));
    }
    number + unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_changes_are_shares_and_great_ones_factors() {
        for (now_us, base_us, words) in [
            (Some(112), 100, "+12%"),
            (Some(92), 100, "-8%"),
            (Some(100), 100, "0%"),
            (Some(1_001), 1_000, "0%"),
            (Some(199), 100, "+99%"),
            (Some(200), 100, "2.0×"),
            (Some(1_640), 100, "16×"),
            (Some(u64::MAX), 1, ">9999×"),
            (Some(0), 100, "-100%"),
            (Some(5), 0, DASH),
            (None, 100, DASH),
        ] {
            assert_eq!(of_times(now_us, base_us), words, "{now_us:?} against {base_us}");
        }
        for (now, base, words) in [
            (Some(0.199), 0.0, "+19.9pp"),
            (Some(0.0), 0.002, "-0.2pp"),
            (Some(0.2), 0.2, "0.0pp"),
            (Some(f64::NAN), 0.2, DASH),
            (None, 0.2, DASH),
        ] {
            assert_eq!(of_shares(now, base), words, "{now:?} against {base}");
        }
    }

    #[test]
    fn a_refusal_is_fast_and_no_improvement() {
        let base = PhaseFigures {
            finished: 1_000,
            ok: 998,
            ..PhaseFigures::default()
        };
        for (errors, now_us, base_us, words) in [
            (Some(0.002), Some(50), Some(100), "-50%"),
            (Some(1.0), Some(50), Some(100), DASH),
            (Some(1.0), Some(250), Some(100), "2.5×"),
            (Some(0.0), None, Some(100), DASH),
            (Some(0.0), Some(50), None, DASH),
            (None, Some(50), Some(0), DASH),
        ] {
            let compared = Compared { base: &base, errors };
            assert_eq!(compared.times(now_us, base_us), words, "{errors:?} {now_us:?}");
        }
    }
}
