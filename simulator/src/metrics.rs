//! What `/metrics` shows, in the text format of OpenMetrics. The words of labels are those of the journal.
//!
//! What happens is counted as it happens, through the pointers of a drill's [`Sheet`]; what stands is read from `/status`
//! when somebody asks (`moment`). Invariant: the request path allocates nothing here once a phase has met an operation.

mod injected;
mod labels;
mod moment;
mod sheet;

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use prometheus_client::{
    encoding::text::{encode_eof, encode_registry},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};
use protocol::admin::Status;
use scenarios::{ConnectionFault, PhaseIndex};

pub(crate) use labels::{OverloadLabels, Overloads};
pub(crate) use sheet::Sheet;

use crate::{drill::Drill, journal::Entry};
use injected::Injected;
use labels::{CallbackLabels, ExchangeLabels, FaultLabels, Names, OperationLabels, PhaseLabels, RuleLabels};
use sheet::Row;

/// Upper borders of latency buckets, in seconds: a sandbox answers in microseconds, its faults take seconds.
const BUCKETS_S: [f64; 14] = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0,
];

/// Histograms of a latency.
type Latencies<L> = Family<L, Histogram, fn() -> Histogram>;

/// Everything that is counted as it happens.
#[derive(Debug)]
pub(crate) struct Metrics {
    /// Exchanges by phase, operation, status and outcome.
    exchanges: Family<ExchangeLabels, Counter>,
    /// From a request's head to its answer.
    took: Latencies<OperationLabels>,
    /// Of these, the delays that rules asked for. Observed for every exchange, so that the difference of both sums is the
    /// gateway's own part, what workers took aside.
    injected: Latencies<OperationLabels>,
    /// What was injected, by kind.
    faults: Family<FaultLabels, Counter>,
    /// How often a rule hit.
    rules: Family<RuleLabels, Counter>,
    /// Deliveries of callbacks and what else became of callbacks, by outcome.
    callbacks: Family<CallbackLabels, Counter>,
    /// How long deliveries took.
    deliveries: Latencies<CallbackLabels>,
    /// How long callbacks were owed until they were acknowledged.
    acknowledged: Latencies<PhaseLabels>,
    /// How long calls waited for a worker, where a capacity is in force.
    pub(crate) queue_wait: Histogram,
    /// How long workers served them.
    pub(crate) service: Histogram,
    /// Calls that no worker served.
    pub(crate) overloads: Family<OverloadLabels, Counter>,
    /// Open merchant connections.
    pub(crate) connections: Gauge,
    /// Connections turned away because of the limit.
    pub(crate) turned_away: Counter,
    /// Connections to the TLS port that did not get as far as HTTP.
    pub(crate) handshakes_failed: Counter,
    names: Names,
    registry: Mutex<Registry>,
}

impl Metrics {
    /// Everything at zero.
    pub(crate) fn new() -> Self {
        let metrics = Self {
            exchanges: Family::default(),
            took: Family::new_with_constructor(latency),
            injected: Family::new_with_constructor(latency),
            faults: Family::default(),
            rules: Family::default(),
            callbacks: Family::default(),
            deliveries: Family::new_with_constructor(latency),
            acknowledged: Family::new_with_constructor(latency),
            queue_wait: latency(),
            service: latency(),
            overloads: Family::default(),
            connections: Gauge::default(),
            turned_away: Counter::default(),
            handshakes_failed: Counter::default(),
            names: Names::default(),
            registry: Mutex::new(Registry::default()),
        };
        let mut registry = Registry::with_prefix("paydrill");
        metrics.register_exchanges(&mut registry);
        metrics.register_callbacks(&mut registry);
        metrics.register_capacity(&mut registry);
        metrics.register_connections(&mut registry);
        Self {
            registry: Mutex::new(registry),
            ..metrics
        }
    }

    fn register_exchanges(&self, registry: &mut Registry) {
        registry.register("exchanges", "Exchanges of the merchant port", self.exchanges.clone());
        registry.register_with_unit(
            "exchange",
            "From a request's head to the end of its exchange, waits on purpose included",
            Unit::Seconds,
            self.took.clone(),
        );
        registry.register_with_unit(
            "injected",
            "Of exchange_seconds, delays that rules asked for",
            Unit::Seconds,
            self.injected.clone(),
        );
        registry.register(
            "injected_faults",
            "What rules, phases and faults by hand made go wrong",
            self.faults.clone(),
        );
        registry.register("rule_decided", "How often a rule hit", self.rules.clone());
    }

    fn register_callbacks(&self, registry: &mut Registry) {
        registry.register(
            "callbacks",
            "Callback attempts and what else became of callbacks",
            self.callbacks.clone(),
        );
        registry.register_with_unit(
            "callback_delivery",
            "From the begin of a callback's delivery to the merchant's answer, or to its failure",
            Unit::Seconds,
            self.deliveries.clone(),
        );
        registry.register_with_unit(
            "callback_acknowledged",
            "From the moment a callback is owed to its first acknowledgement, in wall time",
            Unit::Seconds,
            self.acknowledged.clone(),
        );
    }

    /// What calls wait for at a gateway at its limit.
    fn register_capacity(&self, registry: &mut Registry) {
        registry.register_with_unit(
            "queue_wait",
            "Of exchange_seconds, waits for a worker, where a capacity is in force",
            Unit::Seconds,
            self.queue_wait.clone(),
        );
        registry.register_with_unit(
            "service",
            "Of exchange_seconds, service by a worker, where a capacity is in force",
            Unit::Seconds,
            self.service.clone(),
        );
        registry.register("overloads", "Calls that no worker served", self.overloads.clone());
    }

    fn register_connections(&self, registry: &mut Registry) {
        registry.register(
            "connections_turned_away",
            "Connections beyond the limit",
            self.turned_away.clone(),
        );
        registry.register(
            "handshakes_failed",
            "Connections to the TLS port that did not get as far as HTTP",
            self.handshakes_failed.clone(),
        );
    }

    /// An exchange ended.
    pub(crate) fn exchanged(&self, entry: &Entry) {
        let row = self.row(&entry.drill, entry.phase);
        let operation = entry.asked.operation;
        row.exchanged(self, operation, entry.status, entry.outcome);
        let times = row.times(self, operation);
        times.took.observe(entry.took.as_secs_f64());
        times.injected.observe(entry.injected.as_secs_f64());
    }

    /// A decision is written down, which happens once: its rules hit, and it injects what it says.
    pub(crate) fn decided(&self, entry: &Entry) {
        let Some(decision) = &entry.decision else { return };
        let row = self.row(&entry.drill, entry.phase);
        for hit in decision.hits.rules() {
            row.rule(self, &entry.drill, hit.rule).inc();
        }
        for injected in Injected::of(decision) {
            row.fault(self, entry.asked.operation, injected).inc();
        }
    }

    /// A connection met a fault before there was a request, or in its stead.
    pub(crate) fn spoiled(&self, drill: &Drill, fault: ConnectionFault) {
        let row = self.row(drill, drill.phase());
        row.fault(self, None, Injected::from(fault)).inc();
    }

    /// A delivery of a callback ended, or something else became of a callback.
    pub(crate) fn called_back(&self, entry: &Entry) {
        let ends = self.row(&entry.drill, entry.phase).ends(self, entry.outcome);
        ends.count.inc();
        if entry.outcome.is_of_delivery() {
            ends.took.observe(entry.took.as_secs_f64());
        }
    }

    /// A callback was acknowledged for the first time, this long after it came to be owed.
    pub(crate) fn acknowledged(&self, drill: &Drill, phase: PhaseIndex, owed: Duration) {
        let row = self.row(drill, phase);
        row.acknowledged(self).observe(owed.as_secs_f64());
    }

    /// The page, with what stands at this moment.
    pub(crate) fn page(&self, status: &Status) -> String {
        let mut page = String::new();
        let written = {
            let registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
            encode_registry(&mut page, &registry)
        };
        written
            .and_then(|()| encode_registry(&mut page, &moment::registry(status)))
            .and_then(|()| encode_eof(&mut page))
            .expect("writing to a string cannot fail");
        page
    }

    fn row<'d>(&self, drill: &'d Drill, phase: PhaseIndex) -> &'d Row {
        drill.sheet.row(self, drill, phase)
    }
}

fn latency() -> Histogram {
    Histogram::new(BUCKETS_S)
}

#[cfg(test)]
mod tests;
