//! The counters of one drill, found once. A family looks a counter up by all of its labels; the request path knows its
//! phase, operation and rules as small numbers, so that here it is an index into an array instead.
//!
//! A drill that follows another finds the same counters again: they live in the families, and this only points there.

use std::sync::{Arc, OnceLock};

use prometheus_client::metrics::{counter::Counter, histogram::Histogram};
use scenarios::{Operation, PhaseIndex, RuleId, Scenario};

use super::{
    Metrics,
    injected::Injected,
    labels::{CallbackLabels, ExchangeLabels, FaultLabels, OperationLabels, PhaseLabels, RuleLabels},
};
use crate::{
    drill::Drill,
    journal::{Outcome, UNKNOWN_OPERATION},
};

/// What a rule without `on` acts on, as in `/status`.
const ANY: &str = "any";
/// Every operation, and the path nobody serves.
const OPERATIONS: usize = Operation::ALL.len() + 1;

/// Pointers to counters: a row for each phase, filled as they are met.
#[derive(Debug)]
pub(crate) struct Sheet(Box<[OnceLock<Box<Row>>]>);

/// The counters of a phase.
#[derive(Debug)]
pub(super) struct Row {
    phase: Arc<str>,
    operations: [OnceLock<Box<Cell>>; OPERATIONS],
    callbacks: [OnceLock<Ends>; Outcome::COUNT],
    acknowledged: OnceLock<Histogram>,
    rules: Box<[OnceLock<Counter>]>,
}

/// The counters of an operation.
#[derive(Debug, Default)]
struct Cell {
    times: OnceLock<Times>,
    answered: OnceLock<Counter>,
    faults: [OnceLock<Counter>; Injected::COUNT],
}

/// What an exchange takes.
#[derive(Debug)]
pub(super) struct Times {
    pub(super) took: Histogram,
    pub(super) injected: Histogram,
}

/// How deliveries end in one way.
#[derive(Debug)]
pub(super) struct Ends {
    pub(super) count: Counter,
    pub(super) took: Histogram,
}

impl Sheet {
    /// An empty sheet for a scenario, whose timeline has one phase more: `after`.
    pub(crate) fn of(scenario: &Scenario) -> Self {
        Self((0..=scenario.phases.len()).map(|_| OnceLock::new()).collect())
    }

    /// The row of a phase.
    pub(super) fn row(&self, metrics: &Metrics, drill: &Drill, phase: PhaseIndex) -> &Row {
        let at = usize::from(phase.0).min(self.0.len() - 1);
        self.0[at].get_or_init(|| {
            Box::new(Row {
                phase: metrics.names.shared(drill.phase_name(phase)),
                operations: Default::default(),
                callbacks: Default::default(),
                acknowledged: OnceLock::new(),
                rules: drill.scenario.rules.iter().map(|_| OnceLock::new()).collect(),
            })
        })
    }
}

impl Row {
    /// Exchanges that ended so. The usual end has its pointer; the others are looked up, there being many statuses.
    pub(super) fn exchanged(&self, metrics: &Metrics, operation: Option<Operation>, status: u16, outcome: Outcome) {
        let labels = || ExchangeLabels {
            phase: Arc::clone(&self.phase),
            operation: word(operation),
            status,
            outcome: outcome.word(),
        };
        if (status, outcome) == (200, Outcome::Answered) {
            let counter = || metrics.exchanges.get_or_create_owned(&labels());
            self.cell(operation).answered.get_or_init(counter).inc();
        } else {
            metrics.exchanges.get_or_create(&labels()).inc();
        }
    }

    /// Where the times of an operation go.
    pub(super) fn times(&self, metrics: &Metrics, operation: Option<Operation>) -> &Times {
        self.cell(operation).times.get_or_init(|| {
            let labels = OperationLabels {
                phase: Arc::clone(&self.phase),
                operation: word(operation),
            };
            Times {
                took: metrics.took.get_or_create_owned(&labels),
                injected: metrics.injected.get_or_create_owned(&labels),
            }
        })
    }

    /// A kind of fault at an operation.
    pub(super) fn fault(&self, metrics: &Metrics, operation: Option<Operation>, injected: Injected) -> &Counter {
        self.cell(operation).faults[injected as usize].get_or_init(|| {
            let (axis, kind) = injected.words();
            metrics.faults.get_or_create_owned(&FaultLabels {
                phase: Arc::clone(&self.phase),
                operation: word(operation),
                axis,
                kind,
            })
        })
    }

    /// A rule of the drill.
    pub(super) fn rule(&self, metrics: &Metrics, drill: &Drill, id: RuleId) -> &Counter {
        self.rules[usize::from(id.0)].get_or_init(|| {
            let rule = drill.scenario.rule(id);
            metrics.rules.get_or_create_owned(&RuleLabels {
                rule: metrics.names.shared(&rule.label),
                phase: Arc::clone(&self.phase),
                on: rule.on.map_or(ANY, Operation::word),
            })
        })
    }

    /// Lines of callbacks with this outcome.
    pub(super) fn ends(&self, metrics: &Metrics, outcome: Outcome) -> &Ends {
        self.callbacks[outcome as usize].get_or_init(|| {
            let labels = CallbackLabels {
                phase: Arc::clone(&self.phase),
                outcome: outcome.word(),
            };
            Ends {
                count: metrics.callbacks.get_or_create_owned(&labels),
                took: if outcome.is_of_delivery() {
                    metrics.deliveries.get_or_create_owned(&labels)
                } else {
                    // Nothing is ever observed: what is not sent takes no time.
                    super::latency()
                },
            }
        })
    }

    /// How long callbacks were owed until somebody took them.
    pub(super) fn acknowledged(&self, metrics: &Metrics) -> &Histogram {
        self.acknowledged.get_or_init(|| {
            let phase = Arc::clone(&self.phase);
            metrics.acknowledged.get_or_create_owned(&PhaseLabels { phase })
        })
    }

    fn cell(&self, operation: Option<Operation>) -> &Cell {
        let at = operation.map_or(OPERATIONS - 1, |operation| operation as usize);
        self.operations[at].get_or_init(Box::default)
    }
}

fn word(operation: Option<Operation>) -> &'static str {
    operation.map_or(UNKNOWN_OPERATION, Operation::word)
}
