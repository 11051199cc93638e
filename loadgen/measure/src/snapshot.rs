//! What a dashboard draws: one immutable picture of a run, made a few times a second off the hot path.
//!
//! A picture of a gateway alone has the same shape: its "requests" are then the exchanges that the gateway saw.

mod log;
mod second;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::{
    log::{EVENTS_KEPT, EventKind, EventLine, FAILURES_KEPT, Failure},
    second::{Gauges, OperationSecond, SecondFigures},
};
use crate::{sample::Class, trust::Trust, verdict::Judged};

/// Rows of the heat map, upper bounds in microseconds; the last row takes everything above its neighbour.
pub const HEAT_ROWS_US: [u64; 16] = [
    1_000,
    2_000,
    5_000,
    10_000,
    20_000,
    50_000,
    100_000,
    200_000,
    500_000,
    1_000_000,
    2_000_000,
    5_000_000,
    10_000_000,
    20_000_000,
    50_000_000,
    u64::MAX,
];

/// How many complete seconds a snapshot keeps.
pub const SECONDS_KEPT: usize = 600;

/// One picture of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// What is watched.
    #[serde(default)]
    pub subject: Subject,
    /// What is planned. It changes only when somebody pauses the load or changes its rate.
    pub plan: Arc<RunPlan>,
    /// Where the run stands.
    pub stage: Stage,
    /// Microseconds since the first arrival's planned instant; 0 before.
    pub elapsed_us: u64,
    /// Totals and gauges of the load.
    pub load: LoadFigures,
    /// Complete seconds, oldest first, at most [`SECONDS_KEPT`].
    pub seconds: Arc<Vec<Arc<SecondFigures>>>,
    /// The windows, in the order of [`Window::ALL`].
    pub windows: Vec<WindowFigures>,
    /// Every class that occurred, expected and unexpected apart, most frequent first.
    pub classes: Vec<ClassFigures>,
    /// Each operation and journey.
    pub operations: Vec<OperationFigures>,
    /// Each phase of the plan so far.
    #[serde(default)]
    pub phases: Arc<Vec<PhaseFigures>>,
    /// Callbacks, both sides.
    pub callbacks: CallbackFigures,
    /// The gateway's workers, where the scenario has a capacity in force and the admin port is known.
    #[serde(default)]
    pub capacity: Option<CapacityFigures>,
    /// The gateway's counts by rule, where its admin port is known.
    pub rules: Vec<RuleFigures>,
    /// Expectations as they stand now.
    pub expectations: Vec<Judged>,
    /// Whether the numbers can be trusted so far.
    pub trust: Trust,
    /// What was done to the gateway by hand, in words, oldest first; only the newest.
    pub by_hand: Vec<String>,
    /// How the load is steered at this moment.
    #[serde(default)]
    pub steering: Steering,
    /// Requests that failed, oldest first; only the newest, at most [`FAILURES_KEPT`].
    #[serde(default)]
    pub failures: Arc<Vec<Failure>>,
    /// What happened, oldest first; only the newest, at most [`EVENTS_KEPT`].
    #[serde(default)]
    pub events: Arc<Vec<EventLine>>,
}

impl Snapshot {
    /// A picture of nothing yet.
    pub fn empty(subject: Subject, plan: Arc<RunPlan>) -> Self {
        Self {
            subject,
            plan,
            stage: Stage::Starting,
            elapsed_us: 0,
            load: LoadFigures::default(),
            seconds: Arc::default(),
            windows: Vec::new(),
            classes: Vec::new(),
            operations: Vec::new(),
            phases: Arc::default(),
            callbacks: CallbackFigures::default(),
            capacity: None,
            rules: Vec::new(),
            expectations: Vec::new(),
            trust: Trust::default(),
            by_hand: Vec::new(),
            steering: Steering::default(),
            failures: Arc::default(),
            events: Arc::default(),
        }
    }
}

/// What a picture is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A load: requests as their sender saw them, response times from the intended start.
    #[default]
    Load,
    /// A gateway: exchanges as it saw them, all times from a request's head to the end of its answer.
    Gateway,
}

/// How a load is steered by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Steering {
    /// Whether arrivals and the scenario's timeline stand still.
    pub paused: bool,
    /// The rate in percent of what the scenario says.
    pub rate_percent: u32,
}

impl Default for Steering {
    fn default() -> Self {
        Self {
            paused: false,
            rate_percent: 100,
        }
    }
}

/// One phase so far: requests whose intended start lies in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseFigures {
    /// Requests that ended.
    pub finished: u64,
    /// Of these, successes.
    pub ok: u64,
    /// Of these, errors the scenario could have caused.
    pub expected_errors: u64,
    /// Of these, other errors.
    pub unexpected_errors: u64,
    /// Response time of all.
    pub response: Percentiles,
    /// Response time of successes.
    pub response_ok: Percentiles,
    /// Service time of all.
    pub service: Percentiles,
    /// How often the phase's rules hit calls, by the gateway's count; 0 where its admin port is not known.
    pub injected: u64,
}

/// The gateway's workers at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CapacityFigures {
    /// Workers.
    pub workers: u32,
    /// Workers at work.
    pub busy: u32,
    /// Calls that wait for one.
    pub waiting: u32,
    /// The share of the workers' time that was worked over the last second or a little more, 0 to 1.
    pub utilisation: f64,
    /// 99th percentile of the wait for a worker over the same time, microseconds.
    pub queue_wait_p99_us: u64,
    /// Calls that found the queue full, so far.
    pub turned_away: u64,
    /// Calls that would have waited too long, so far.
    pub timed_out: u64,
}

/// What a run plans. Where the load is paused, phases and the end of arrivals move by the pause's length, and the target
/// is 0 meanwhile; another rate changes the targets from then on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunPlan {
    /// The scenario's name.
    pub scenario: String,
    /// The seed of every draw.
    pub seed: u64,
    /// What the load drives, as a URL.
    pub target: String,
    /// The phases, in order, without gaps.
    pub phases: Vec<PhasePlan>,
    /// Planned arrivals end here, microseconds since the first arrival.
    pub arrivals_end_us: u64,
    /// The longest drain.
    pub drain_us: u64,
    /// The target rate of each second, arrivals per second.
    pub target_per_second: Vec<f64>,
    /// Users in the pool.
    pub users: u32,
}

/// One phase on the shared time axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhasePlan {
    /// Its name.
    pub name: String,
    /// Its start.
    pub from_us: u64,
    /// Its end.
    pub until_us: u64,
    /// Short words on what it injects, such as `busy 20%`; empty for a healthy phase.
    pub faults: Vec<String>,
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Users are being built; nothing is due yet.
    Starting,
    /// Arrivals are under way.
    Running,
    /// Arrivals are over; journeys and callbacks end.
    Draining,
    /// Everything is over.
    Ended,
}

/// Totals and gauges of the load.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LoadFigures {
    /// Arrivals that were due.
    pub offered: u64,
    /// Arrivals whose first step was sent.
    pub started: u64,
    /// Arrivals that were dropped.
    pub dropped: u64,
    /// Arrivals whose journey ended.
    pub completed: u64,
    /// Requests under way.
    pub in_flight: u32,
    /// Steps that are due and wait for a user.
    pub waiting: u32,
    /// 99th percentile of the pacer's lateness.
    pub lag_p99_us: u64,
    /// CPU of this process since the start, in percent of one core.
    pub cpu_percent: f64,
}

/// The windows a dashboard can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// The last 10 complete seconds.
    TenSeconds,
    /// The last 30 complete seconds.
    ThirtySeconds,
    /// The last 2 minutes.
    TwoMinutes,
    /// The whole run.
    All,
}

impl Window {
    /// Every window, shortest first.
    pub const ALL: [Self; 4] = [Self::TenSeconds, Self::ThirtySeconds, Self::TwoMinutes, Self::All];

    /// Its length in seconds; `None` for the whole run.
    pub fn seconds(self) -> Option<u32> {
        match self {
            Self::TenSeconds => Some(10),
            Self::ThirtySeconds => Some(30),
            Self::TwoMinutes => Some(120),
            Self::All => None,
        }
    }

    /// What a screen calls it.
    pub fn word(self) -> &'static str {
        match self {
            Self::TenSeconds => "10s",
            Self::ThirtySeconds => "30s",
            Self::TwoMinutes => "2m",
            Self::All => "all",
        }
    }
}

/// Figures over a window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WindowFigures {
    /// Which window.
    pub window: Window,
    /// Requests that ended in it.
    pub finished: u64,
    /// Requests that ended, per second.
    pub per_second: f64,
    /// Share of successes, 0 to 1; 1 without requests.
    pub success: f64,
    /// Response time of all requests.
    pub response: Percentiles,
    /// Response time of successes.
    pub response_ok: Percentiles,
    /// Service time of all requests.
    pub service: Percentiles,
}

/// Percentiles in microseconds; all 0 without samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Percentiles {
    /// How many samples.
    pub count: u64,
    /// Median.
    pub p50_us: u64,
    /// 90th.
    pub p90_us: u64,
    /// 95th.
    pub p95_us: u64,
    /// 99th.
    pub p99_us: u64,
    /// 99.9th.
    pub p999_us: u64,
    /// Longest.
    pub max_us: u64,
}

/// How often a class occurred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassFigures {
    /// The class.
    pub class: Class,
    /// Whether the scenario could have caused it; always true for successes.
    pub expected: bool,
    /// How often.
    pub count: u64,
}

/// One operation or journey, over the last 10 complete seconds and in all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperationFigures {
    /// Its word.
    pub name: String,
    /// Whether it is a journey, whose time spans several requests.
    pub journey: bool,
    /// How many ended in all.
    pub finished: u64,
    /// How many ended per second lately.
    pub per_second: f64,
    /// Response time lately.
    pub response: Percentiles,
    /// Share of errors lately, 0 to 1.
    pub errors: f64,
}

/// Callbacks, as the receiver and, where its admin port is known, the gateway count them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallbackFigures {
    /// Received by the load.
    pub received: u64,
    /// Of these, with a wrong or missing sign, or for an order never opened.
    pub bad: u64,
    /// Of these, further copies for an order already called back.
    pub repeated: u64,
    /// Delivery attempts of the gateway.
    pub sent: u64,
    /// Acknowledged deliveries.
    pub acknowledged: u64,
    /// Attempts that were repeated after a failure.
    pub retried: u64,
    /// Kept back now.
    pub held: u64,
    /// Due or waiting now.
    pub pending: u64,
    /// Dropped by the scenario.
    pub dropped: u64,
    /// Given up.
    pub lost: u64,
    /// 99th percentile of the time from a delivery's connect to its acknowledgement, over the last seconds, as the gateway
    /// measured it, microseconds; 0 without one.
    #[serde(default)]
    pub ack_p99_us: u64,
}

/// The gateway's count of one rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleFigures {
    /// The rule's label.
    pub name: String,
    /// Its phase; `all` for a rule of the file.
    #[serde(default)]
    pub phase: String,
    /// What it acts on: an operation's word, `callback`, or `any`.
    #[serde(default)]
    pub on: String,
    /// How often it hit.
    pub decided: u64,
}
