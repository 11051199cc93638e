//! A gateway at its limit, as a scenario describes it. The model that it is played by is `crate::capacity`'s.

use std::time::Duration;

use crate::distribution::Distribution;

/// Workers that serve calls, and what becomes of calls that find none free.
#[derive(Clone, Debug, PartialEq)]
pub struct Capacity {
    /// Calls that are served at a time; at least one.
    pub workers: u32,
    /// How long serving one takes.
    pub service_time: Distribution,
    /// Calls that may wait.
    pub queue: u32,
    /// How long one waits at most.
    pub queue_timeout: Duration,
    /// What calls are told that find no place, or wait too long.
    pub overload: Overload,
}

/// What a call is told that is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overload {
    /// The HTTP status.
    pub status: u16,
    /// `Retry-After`, in whole seconds.
    pub retry_after_s: Option<u64>,
}
