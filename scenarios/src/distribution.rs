//! Durations drawn from a distribution. The one file of this crate that computes with floats, and only through `libm`,
//! so that golden files agree between machines.

use std::time::Duration;

/// A duration, fixed or drawn, with an optional cap; a capped one maps the draw into `[0, F(cap)]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    /// Its shape.
    pub shape: DistributionShape,
    /// The longest value it may give.
    pub cap: Option<Duration>,
}

/// The shape of a distribution.
#[derive(Clone, Debug, PartialEq)]
pub enum DistributionShape {
    /// Always this.
    Fixed(Duration),
    /// Evenly between both ends.
    Uniform {
        /// Shortest.
        from: Duration,
        /// Longest.
        to: Duration,
    },
    /// Lognormal by its median and 99th percentile.
    Lognormal {
        /// The median; above zero.
        median: Duration,
        /// The 99th percentile; at or above the median.
        p99: Duration,
    },
}
