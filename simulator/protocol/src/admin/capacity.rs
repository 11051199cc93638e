//! A gateway at its limit, as `GET /status` shows it.

use serde::{Deserialize, Serialize};

/// The capacity in force at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CapacityView {
    /// Workers.
    pub workers: u32,
    /// Workers at work.
    pub busy: u32,
    /// Calls in the queue.
    pub waiting: u32,
    /// The share of the workers' time that was worked, over the last second or a little more: 0 to 1.
    pub utilisation: f64,
    /// 99th percentile of the wait for a worker over the same time, microseconds.
    #[serde(default)]
    pub queue_wait_p99_us: u64,
    /// Calls that found the queue full, since the gateway began.
    pub turned_away: u64,
    /// Calls that would have waited too long, since the gateway began.
    pub timed_out: u64,
}
