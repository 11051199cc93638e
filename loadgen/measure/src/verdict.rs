//! Verdicts on expectations: a figure compared with its bound, exactly, and shown so that the verdict can be seen in it.
//!
//! Figures and bounds are fractions of integers and compared as such. A figure that rounds to its bound but lies on the
//! wrong side of it is shown with more digits. What an expectation means is the load's affair; numbers come in bare.

use serde::{Deserialize, Serialize};

use crate::{unit, window::Recovery};

/// Decimals at most, when a figure is close to its bound.
const MOST_DIGITS: u32 = 6;

/// An expectation, judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// The expectation as the user wrote it.
    pub text: String,
    /// The figure it was compared with, with its unit; a dash where there is none.
    pub observed: String,
    /// How it came out.
    pub verdict: Verdict,
}

/// How an expectation came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It holds.
    Met,
    /// It does not.
    Failed,
    /// There was nothing to judge, or not yet.
    NotJudged,
}

impl Verdict {
    /// Met if it holds, failed otherwise.
    pub fn of(holds: bool) -> Self {
        if holds { Self::Met } else { Self::Failed }
    }

    /// The mark of reports; the word says the same.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Met => "✔",
            Self::Failed => "✖",
            Self::NotJudged => "◌",
        }
    }

    /// The mark where only ASCII may be printed.
    pub fn ascii_mark(self) -> &'static str {
        match self {
            Self::Met => "+",
            Self::Failed => "x",
            Self::NotJudged => "-",
        }
    }

    /// What a report calls it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Failed => "failed",
            Self::NotJudged => "not judged",
        }
    }

    /// The one verdict of several: failed if one failed, met if one was met, else not judged.
    pub fn all(verdicts: impl IntoIterator<Item = Self>) -> Self {
        verdicts
            .into_iter()
            .fold(Self::NotJudged, |so_far, verdict| match (so_far, verdict) {
                (Self::Failed, _) | (_, Self::Failed) => Self::Failed,
                (Self::Met, _) | (_, Self::Met) => Self::Met,
                (Self::NotJudged, Self::NotJudged) => Self::NotJudged,
            })
    }
}

/// How a figure is compared with its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
}

impl Comparison {
    fn holds(self, figure: Fraction, bound: Fraction) -> bool {
        let (figure, bound) = figure.crossed(bound);
        match self {
            Self::Below => figure < bound,
            Self::AtMost => figure <= bound,
            Self::Above => figure > bound,
            Self::AtLeast => figure >= bound,
        }
    }
}

/// A number as a ratio of integers; a denominator of zero counts as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fraction {
    /// Numerator.
    pub num: u64,
    /// Denominator.
    pub den: u64,
}

impl Fraction {
    /// A whole number.
    pub fn whole(num: u64) -> Self {
        Self { num, den: 1 }
    }

    /// Both over the common denominator.
    fn crossed(self, other: Self) -> (u128, u128) {
        let wide = |num: u64, den: u64| u128::from(num) * u128::from(den.max(1));
        (wide(self.num, other.den), wide(other.num, self.den))
    }
}

/// A figure beside its bound, of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measured {
    /// A share of samples. The bound is a share as well: 99.5 % is 995/1000.
    Share {
        /// Samples that count.
        part: u64,
        /// All samples.
        of: u64,
        /// With what they are compared.
        bound: Fraction,
    },
    /// A time, a percentile or the longest.
    Time {
        /// How many samples it is taken from.
        samples: u64,
        /// The figure, microseconds.
        us: u64,
        /// With what it is compared, microseconds.
        bound_us: u64,
    },
    /// Something per second.
    Rate {
        /// How many.
        count: u64,
        /// In how long, microseconds.
        over_us: u64,
        /// With what they are compared, per second.
        bound: Fraction,
    },
    /// A number of things.
    Count {
        /// How many.
        count: u64,
        /// With what they are compared.
        bound: u64,
    },
}

impl Judged {
    /// An expectation with nothing to judge it by.
    pub fn not_judged(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            observed: "–".to_owned(),
            verdict: Verdict::NotJudged,
        }
    }

    /// An expectation that was looked at as a whole.
    pub fn plain(text: impl Into<String>, observed: impl Into<String>, holds: bool) -> Self {
        Self {
            text: text.into(),
            observed: observed.into(),
            verdict: Verdict::of(holds),
        }
    }

    /// Compares a figure with its bound. Without samples, or time for a rate, nothing is judged.
    pub fn compare(text: impl Into<String>, comparison: Comparison, measured: Measured) -> Self {
        let (figure, bound, shown) = match measured {
            Measured::Share { of: 0, .. } | Measured::Time { samples: 0, .. } | Measured::Rate { over_us: 0, .. } => {
                return Self::not_judged(text);
            }
            Measured::Share { part, of, bound } => (
                Fraction { num: part, den: of },
                bound,
                Shown {
                    scale: (100, 1),
                    digits: 2,
                    unit: " %",
                },
            ),
            Measured::Time { us, bound_us, .. } => {
                let (unit, per_unit, digits) = unit::time_scale(us);
                let shown = Shown {
                    scale: (1, per_unit),
                    digits,
                    unit,
                };
                (Fraction::whole(us), Fraction::whole(bound_us), shown)
            }
            Measured::Rate { count, over_us, bound } => {
                let bound = Fraction {
                    num: bound.num,
                    den: bound.den.saturating_mul(1_000_000),
                };
                let shown = Shown {
                    scale: (1_000_000, 1),
                    digits: 1,
                    unit: "/s",
                };
                (
                    Fraction {
                        num: count,
                        den: over_us,
                    },
                    bound,
                    shown,
                )
            }
            Measured::Count { count, bound } => (
                Fraction::whole(count),
                Fraction::whole(bound),
                Shown {
                    scale: (1, 1),
                    digits: 0,
                    unit: "",
                },
            ),
        };
        Self::plain(
            text,
            shown.text(comparison, figure, bound),
            comparison.holds(figure, bound),
        )
    }

    /// Judges `recovered within`.
    pub fn recovered(text: impl Into<String>, recovery: Recovery) -> Self {
        match recovery {
            Recovery::After(us) => Self::plain(text, format!("after {}", unit::time(us)), true),
            Recovery::NotWithin => Self::plain(text, "not in time", false),
            Recovery::NotYet | Recovery::NoSamples => Self::not_judged(text),
        }
    }
}

/// How a figure is shown.
struct Shown {
    /// What it is multiplied and divided by.
    scale: (u64, u64),
    /// Decimals, unless it takes more to see the verdict.
    digits: u32,
    unit: &'static str,
}

impl Shown {
    fn text(&self, comparison: Comparison, figure: Fraction, bound: Fraction) -> String {
        let holds = comparison.holds(figure, bound);
        let (times, over) = (u128::from(self.scale.0), u128::from(self.scale.1));
        let (num, den) = (u128::from(figure.num) * times, u128::from(figure.den.max(1)) * over);
        let seen = |digits: &u32| {
            // What a reader sees, compared as exactly as the figure itself.
            let seen = unit::rounded(num, den, *digits);
            let unscaled = u64::try_from(seen * over)
                .ok()
                .zip(u64::try_from(times * 10_u128.pow(*digits)).ok());
            unscaled.is_some_and(|(num, den)| comparison.holds(Fraction { num, den }, bound) == holds)
        };
        let digits = (self.digits..=MOST_DIGITS).find(seen).unwrap_or(self.digits);
        format!("{}{}", unit::decimal(num, den, digits), self.unit)
    }
}

#[cfg(test)]
mod tests;
