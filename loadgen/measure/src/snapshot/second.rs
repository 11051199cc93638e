//! One complete second of a run.

use serde::{Deserialize, Serialize};

use super::{CallbackFigures, CapacityFigures, ClassFigures, HEAT_ROWS_US};

/// One complete second.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SecondFigures {
    /// Its number since the first arrival; requests belong to the second in which they *ended*.
    pub second: u32,
    /// Arrivals due in it.
    pub offered: u32,
    /// Arrivals whose first step was sent in it.
    #[serde(default)]
    pub started: u32,
    /// Arrivals due in it that were dropped.
    #[serde(default)]
    pub dropped: u32,
    /// Requests that ended in it.
    pub finished: u32,
    /// Of these, successes.
    pub ok: u32,
    /// Of these, errors the scenario could have caused.
    pub expected_errors: u32,
    /// Of these, other errors.
    pub unexpected_errors: u32,
    /// Callbacks the load received in it, good or bad.
    #[serde(default)]
    pub received: u32,
    /// Response time in microseconds; 0 without requests.
    pub p50_us: u64,
    /// Response time in microseconds; 0 without requests.
    #[serde(default)]
    pub p90_us: u64,
    /// Response time in microseconds; 0 without requests.
    pub p99_us: u64,
    /// Response time in microseconds; 0 without requests.
    #[serde(default)]
    pub p999_us: u64,
    /// Response time in microseconds; 0 without requests.
    #[serde(default)]
    pub max_us: u64,
    /// Service time in microseconds; 0 without requests.
    pub service_p50_us: u64,
    /// Service time in microseconds; 0 without requests.
    #[serde(default)]
    pub service_p90_us: u64,
    /// Service time in microseconds; 0 without requests.
    pub service_p99_us: u64,
    /// Service time in microseconds; 0 without requests.
    #[serde(default)]
    pub service_p999_us: u64,
    /// Service time in microseconds; 0 without requests.
    #[serde(default)]
    pub service_max_us: u64,
    /// Successes by response time, one count for each of [`HEAT_ROWS_US`].
    pub heat: [u32; HEAT_ROWS_US.len()],
    /// Successes by service time.
    pub service_heat: [u32; HEAT_ROWS_US.len()],
    /// Errors by class, expected and unexpected apart, in the order of reports.
    #[serde(default)]
    pub errors: Vec<ClassFigures>,
    /// Operations and journeys of which any ended in it.
    #[serde(default)]
    pub operations: Vec<OperationSecond>,
    /// How things stood when it was found complete, at most a quarter of a second after its end.
    #[serde(default)]
    pub gauges: Gauges,
}

/// One operation or journey in one second.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationSecond {
    /// Its index among a snapshot's operations.
    pub operation: u16,
    /// How many ended.
    pub finished: u32,
    /// Of these, successes.
    pub ok: u32,
    /// Of these, errors the scenario could have caused.
    pub expected_errors: u32,
    /// Of these, other errors.
    pub unexpected_errors: u32,
    /// Response time in microseconds.
    pub p50_us: u64,
    /// Response time in microseconds.
    pub p99_us: u64,
    /// Service time in microseconds.
    pub service_p50_us: u64,
    /// Service time in microseconds.
    pub service_p99_us: u64,
    /// Successes by response time, one count for each of [`HEAT_ROWS_US`].
    pub heat: [u32; HEAT_ROWS_US.len()],
    /// Successes by service time.
    pub service_heat: [u32; HEAT_ROWS_US.len()],
}

/// How things stood at a moment. Counts are since the run's start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Gauges {
    /// Requests under way.
    pub in_flight: u32,
    /// Steps that are due and wait for a user.
    pub waiting: u32,
    /// Callbacks of both sides.
    pub callbacks: CallbackFigures,
    /// The gateway's workers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<CapacityFigures>,
    /// How often rules hit, callbacks' rules included.
    pub decided: u64,
}
