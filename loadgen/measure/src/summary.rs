//! `summary.json`: what a run says of itself, for people and for tools. Versioned by `format`.

pub(crate) mod text;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use self::text::{Look, render, render_as};
use crate::{
    snapshot::{ClassFigures, Percentiles},
    tally::Tally,
    trust::Trust,
    verdict::{Judged, Verdict},
    waterfall::Waterfall,
};

/// The version of the format; readers refuse a larger one.
pub const FORMAT: u32 = 1;

/// A run's result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// [`FORMAT`].
    pub format: u32,
    /// The version of paydrill that wrote it.
    pub version: String,
    /// The seed of every draw.
    pub seed: u64,
    /// The scenario's name.
    pub scenario: String,
    /// The one verdict: `failed` if an expectation, the audit or a rule's count failed.
    pub verdict: Verdict,
    /// Whether the numbers can be trusted.
    pub trust: Trust,
    /// What the run drove, as a URL.
    pub target: String,
    /// The run's first arrival, milliseconds since the Unix epoch.
    pub started_ms: u64,
    /// From the first arrival to the end of the drain.
    pub lasted_ms: u64,
    /// Whether it was stopped before its planned end.
    pub interrupted: bool,
    /// What of the load's own limits ended its arrivals early, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Stopped>,
    /// Arrivals: offered, started, dropped, completed, and journeys whose fate stayed unknown.
    pub arrivals: ArrivalSummary,
    /// Each phase.
    pub phases: Vec<PhaseSummary>,
    /// Each operation and journey, whole run.
    pub operations: Vec<OperationSummary>,
    /// Each class, whole run.
    pub classes: Vec<ClassFigures>,
    /// Each rule: decided by the scenario, written to the journal, seen on the wire.
    pub rules: Vec<RuleSummary>,
    /// Callbacks.
    pub callbacks: CallbackSummary,
    /// The audit of every order against the ledger.
    pub audit: AuditSummary,
    /// Where the time of journeys of one's own went, by phase and percentile.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waterfall: Vec<Waterfall>,
    /// Expectations.
    pub expectations: Vec<Judged>,
    /// Which part of a load it is the result of; absent where it is of the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<ShareSummary>,
}

/// Which part of a load, of which other processes made the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareSummary {
    /// Such as `2/3`.
    pub segment: String,
    /// What all order numbers of the load start with.
    pub prefix: String,
    /// The load's first arrival, whoever made it, microseconds since the Unix epoch.
    pub start_us: u64,
}

/// A limit of the load's own that ended its arrivals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Stopped {
    /// The error budget was spent; the run failed.
    ErrorBudget {
        /// Unexpected errors in the budget's window.
        unexpected: u64,
        /// Requests in it.
        finished: u64,
    },
    /// As many requests were started as were allowed; those under way came to their end.
    Requests {
        /// How many were allowed.
        most: u64,
    },
}

/// Arrivals of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArrivalSummary {
    /// Due.
    pub offered: u64,
    /// Sent.
    pub started: u64,
    /// Dropped.
    pub dropped: u64,
    /// Whose journey ended.
    pub completed: u64,
    /// Whose journey did not end within the drain.
    pub unfinished: u64,
}

/// One phase of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhaseSummary {
    /// Its name.
    pub name: String,
    /// Finished requests whose intended start lies in it.
    pub requests: u64,
    /// Share of successes, 0 to 1; 1 without requests.
    pub success: f64,
    /// Response time.
    pub response_ms: PercentilesMs,
    /// Service time.
    pub service_ms: PercentilesMs,
    /// Classes.
    pub classes: Vec<ClassFigures>,
}

/// One operation or journey of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperationSummary {
    /// Its word.
    pub name: String,
    /// Whether it is a journey.
    pub journey: bool,
    /// How many ended.
    pub requests: u64,
    /// Share of successes, 0 to 1.
    pub success: f64,
    /// Response time.
    pub response_ms: PercentilesMs,
    /// Service time.
    pub service_ms: PercentilesMs,
    /// The gateway's own time by its journal: without injected delays, waits for a worker and service of one. Absent
    /// without a journal, and in folders of before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_ms: Option<PercentilesMs>,
    /// Delays that the scenario injected into the same exchanges, those without one among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub injected_ms: Option<PercentilesMs>,
}

/// Percentiles in milliseconds with microsecond resolution; all 0 without samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PercentilesMs {
    /// Median.
    pub p50: f64,
    /// 90th.
    pub p90: f64,
    /// 95th.
    pub p95: f64,
    /// 99th.
    pub p99: f64,
    /// 99.9th.
    pub p999: f64,
    /// Longest.
    pub max: f64,
}

/// One rule's three counts; they must agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSummary {
    /// The rule's label.
    pub name: String,
    /// The phase it stands in; `all` for a rule of the file.
    pub phase: String,
    /// What it acts on.
    pub on: String,
    /// Decided by the scenario: the gateway's own counter.
    pub decided: u64,
    /// Written to the journal.
    pub journal: u64,
    /// Seen by the load on the wire.
    pub seen: u64,
    /// Whether they agree.
    pub agree: bool,
}

/// Callbacks of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallbackSummary {
    /// Delivery attempts.
    pub sent: u64,
    /// Acknowledged.
    pub acknowledged: u64,
    /// Repeated after a failure.
    pub retried: u64,
    /// Given up or still not delivered.
    pub lost: u64,
    /// Dropped by the scenario.
    pub dropped: u64,
    /// Kept back at some time.
    pub held: u64,
    /// Received by the load.
    pub received: u64,
    /// Received with a wrong sign, or for an order never opened.
    pub bad: u64,
}

/// The audit of every order of the load against the gateway's ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditSummary {
    /// Whether there was a ledger to audit against (the gateway's admin port is known).
    pub judged: bool,
    /// Orders the load tried to open.
    pub orders: u64,
    /// Of these, answered with an order.
    pub success: u64,
    /// Of these, refused.
    pub failure: u64,
    /// Of these, hidden from the load, whatever the ledger says.
    pub unknown: u64,
    /// Paid, by the ledger.
    pub paid: u64,
    /// What load and ledger disagree on, one sentence each naming the order; at most 1,000.
    pub differences: Vec<String>,
    /// How many differences there were in all.
    pub difference_count: u64,
}

/// Why a summary could not be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// Written by a newer paydrill.
    #[error("summary has format {found}, this paydrill reads up to {FORMAT}: use a newer one")]
    Newer {
        /// Its format.
        found: u32,
    },
    /// Not a summary.
    #[error("not a run's summary: {0}")]
    Json(#[from] serde_json::Error),
}

impl Summary {
    /// The text of `summary.json`, ending with a newline.
    pub fn to_json_pretty(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("only strings are keys, so a summary always has JSON");
        text.push('\n');
        text
    }

    /// Reads `summary.json`.
    pub fn from_json(text: &str) -> Result<Self, ReadError> {
        /// Read first, since a newer summary may differ in everything else.
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        let head: Head = serde_json::from_str(text)?;
        if head.format > FORMAT {
            return Err(ReadError::Newer { found: head.format });
        }
        Ok(serde_json::from_str(text)?)
    }
}

impl From<&Tally> for PercentilesMs {
    fn from(times: &Tally) -> Self {
        times.percentiles().into()
    }
}

impl PercentilesMs {
    /// Of delays that were added, most of them nothing: a tally counts nothing as a microsecond.
    pub fn of_injected(delays: &Tally) -> Self {
        let Percentiles {
            count,
            p50_us,
            p90_us,
            p95_us,
            p99_us,
            p999_us,
            max_us,
        } = delays.percentiles();
        let added = |us: u64| if us <= 1 { 0 } else { us };
        Self::from(Percentiles {
            count,
            p50_us: added(p50_us),
            p90_us: added(p90_us),
            p95_us: added(p95_us),
            p99_us: added(p99_us),
            p999_us: added(p999_us),
            max_us: added(max_us),
        })
    }
}

impl From<Percentiles> for PercentilesMs {
    fn from(times: Percentiles) -> Self {
        let ms = |us: u64| us as f64 / 1_000.0;
        Self {
            p50: ms(times.p50_us),
            p90: ms(times.p90_us),
            p95: ms(times.p95_us),
            p99: ms(times.p99_us),
            p999: ms(times.p999_us),
            max: ms(times.max_us),
        }
    }
}

#[cfg(test)]
mod tests;
