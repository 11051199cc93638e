//! The sentences a run is judged by, such as `p99 < 300ms in healthy`.

use std::time::Duration;

use rust_decimal::Decimal;

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
