//! The sentences a run is judged by, such as `p99 < 300ms in healthy`. Reading them is `parse`'s, comparing is
//! `compare`'s; measuring is left to those who run, and names of phases and journeys are checked where a file is read.

mod compare;
mod parse;

use std::{fmt, time::Duration};

use rust_decimal::Decimal;

use crate::units::duration_text;

pub use parse::ExpectationError;

/// One line of `expect`.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// The line as the user wrote it.
    pub text: String,
    /// What it claims.
    pub claim: Claim,
}

/// What an expectation claims.
#[derive(Clone, Debug, PartialEq)]
pub enum Claim {
    /// `METRIC OP VALUE [of …] [in PHASE]`
    Compare {
        /// What is measured.
        metric: Metric,
        /// How it is compared.
        op: Comparison,
        /// With what.
        value: Value,
        /// Of which samples.
        of: Of,
        /// In which phase; without one, the whole run.
        phase: Option<String>,
    },
    /// `recovered within D of PHASE`
    Recovered {
        /// At most this long after the phase's end.
        within: Duration,
        /// The phase.
        of: String,
    },
    /// `every paid order called back within D`
    CalledBack {
        /// From the payment.
        within: Duration,
    },
    /// `books balance`
    BooksBalance,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Share of finished requests answered as a healthy wallet would, honest refusals included.
    Success,
    /// Share of the others.
    Errors,
    /// Response time from the intended start, in thousandths of a percent: `p99.9` is 99,900.
    Percentile(u32),
    /// The longest response time.
    Max,
    /// Finished requests per second.
    Rate,
    /// Arrivals that were dropped.
    Dropped,
}

/// How a metric is compared.
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

/// With what a metric is compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// A share, exact.
    Share(crate::scenario::Ratio),
    /// A time.
    Time(Duration),
    /// A rate per second.
    PerSecond(Decimal),
    /// A count.
    Count(u64),
}

/// Of which samples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    /// All requests.
    Requests,
    /// One operation, by its word.
    Operation(crate::scenario::Operation),
    /// A journey, by its name.
    Journey(String),
    /// Callbacks: from the payment to the acknowledged delivery.
    Callbacks,
    /// Service time instead of response time.
    Service,
}

impl Metric {
    /// Whether it is a response time.
    pub fn is_time(self) -> bool {
        match self {
            Self::Percentile(_) | Self::Max => true,
            Self::Success | Self::Errors | Self::Rate | Self::Dropped => false,
        }
    }
}

/// The sentence as the user wrote it.
impl fmt::Display for Expectation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// The canonical sentence, which reads as the same claim again.
impl fmt::Display for Claim {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compare {
                metric,
                op,
                value,
                of,
                phase,
            } => {
                write!(formatter, "{metric} {op} {value}{of}")?;
                phase.iter().try_for_each(|phase| write!(formatter, " in {phase}"))
            }
            Self::Recovered { within, of } => write!(formatter, "recovered within {} of {of}", duration_text(*within)),
            Self::CalledBack { within } => {
                write!(
                    formatter,
                    "every paid order called back within {}",
                    duration_text(*within)
                )
            }
            Self::BooksBalance => formatter.write_str("books balance"),
        }
    }
}

/// The word of the sentence: `success`, `p99.9`.
impl fmt::Display for Metric {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Success => formatter.write_str("success"),
            Self::Errors => formatter.write_str("errors"),
            Self::Percentile(thousandths) => {
                write!(
                    formatter,
                    "p{}",
                    Decimal::from_i128_with_scale(i128::from(*thousandths), 3).normalize()
                )
            }
            Self::Max => formatter.write_str("max"),
            Self::Rate => formatter.write_str("rate"),
            Self::Dropped => formatter.write_str("dropped"),
        }
    }
}

/// The sign of the sentence.
impl fmt::Display for Comparison {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Below => "<",
            Self::AtMost => "<=",
            Self::Above => ">",
            Self::AtLeast => ">=",
        })
    }
}

/// The value with its unit, exactly.
impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Share(share) => write!(formatter, "{share}"),
            Self::Time(time) => formatter.write_str(&duration_text(*time)),
            Self::PerSecond(rate) => write!(formatter, "{}/s", rate.normalize()),
            Self::Count(count) => write!(formatter, "{count}"),
        }
    }
}

/// The words behind the value, with a blank before them; nothing for all requests.
impl fmt::Display for Of {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Requests => Ok(()),
            Self::Operation(operation) => write!(formatter, " of {}", operation.word()),
            Self::Journey(name) => write!(formatter, " of {name}"),
            Self::Callbacks => formatter.write_str(" of callbacks"),
            Self::Service => formatter.write_str(" of service"),
        }
    }
}

#[cfg(test)]
mod tests;
