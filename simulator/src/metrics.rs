//! What `/metrics` shows, in the text format of OpenMetrics. The words of labels are those of the journal.

use std::{
    fmt,
    sync::{Mutex, atomic::AtomicU64},
};

use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use protocol::admin::CapacityView;

/// Upper borders of latency buckets, in seconds: a sandbox answers in microseconds, its faults take seconds.
const BUCKETS_S: [f64; 14] = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0,
];

/// Labels of an exchange.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct ExchangeLabels {
    /// The operation's word, or `unknown`.
    pub(crate) operation: &'static str,
    /// The HTTP status, or 0.
    pub(crate) status: u16,
    /// How it ended.
    pub(crate) outcome: &'static str,
}

/// Labels of a callback's line.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct CallbackLabels {
    /// How it ended.
    pub(crate) outcome: &'static str,
}

/// Labels of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct RuleLabels {
    /// The rule's label.
    pub(crate) rule: String,
}

/// Labels of a latency.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct OperationLabels {
    /// The operation's word, or `unknown`.
    pub(crate) operation: &'static str,
}

/// Labels of a call that no worker serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct OverloadLabels {
    /// How it came to that.
    pub(crate) kind: Overloads,
}

/// How calls come to be served by nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Overloads {
    /// The queue was full.
    QueueFull,
    /// Their turn would have come too late.
    QueueTimeout,
    /// It came to that in the run that this one repeats.
    Repeated,
}

impl EncodeLabelValue for Overloads {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), fmt::Error> {
        match self {
            Self::QueueFull => "queue_full",
            Self::QueueTimeout => "queue_timeout",
            Self::Repeated => "repeated",
        }
        .encode(encoder)
    }
}

/// Every metric.
#[derive(Debug)]
pub(crate) struct Metrics {
    /// Exchanges by operation, status and outcome.
    pub(crate) exchanges: Family<ExchangeLabels, Counter>,
    /// Callback attempts by outcome.
    pub(crate) callbacks: Family<CallbackLabels, Counter>,
    /// How often a rule hit.
    pub(crate) rules: Family<RuleLabels, Counter>,
    /// From a request's head to its answer.
    pub(crate) took: Family<OperationLabels, Histogram, fn() -> Histogram>,
    /// Of these, the delays that rules asked for. Observed for every exchange, so that the difference of both sums is the
    /// gateway's own part, what workers took aside.
    pub(crate) injected: Family<OperationLabels, Histogram, fn() -> Histogram>,
    /// How long calls waited for a worker, where a capacity is in force.
    pub(crate) queue_wait: Histogram,
    /// How long workers served them.
    pub(crate) service: Histogram,
    /// Calls that no worker served.
    pub(crate) overloads: Family<OverloadLabels, Counter>,
    /// Workers at work, calls that wait, and the share of the workers' time that is worked.
    capacity: CapacityGauges,
    /// Open merchant connections.
    pub(crate) connections: Gauge,
    /// Connections turned away because of the limit.
    pub(crate) turned_away: Counter,
    /// Connections to the TLS port that did not get as far as HTTP.
    pub(crate) handshakes_failed: Counter,
    /// Journal lines that the file missed.
    journal_dropped: Gauge,
    registry: Mutex<Registry>,
}

impl Metrics {
    /// Everything at zero.
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("paydrill");
        let latency: fn() -> Histogram = || Histogram::new(BUCKETS_S);
        let metrics = Self {
            exchanges: Family::default(),
            callbacks: Family::default(),
            rules: Family::default(),
            took: Family::new_with_constructor(latency),
            injected: Family::new_with_constructor(latency),
            queue_wait: latency(),
            service: latency(),
            overloads: Family::default(),
            capacity: CapacityGauges::default(),
            connections: Gauge::default(),
            turned_away: Counter::default(),
            handshakes_failed: Counter::default(),
            journal_dropped: Gauge::default(),
            registry: Mutex::new(Registry::default()),
        };
        registry.register("exchanges", "Exchanges of the merchant port", metrics.exchanges.clone());
        registry.register(
            "callbacks",
            "Callback attempts and what else became of callbacks",
            metrics.callbacks.clone(),
        );
        registry.register("rule_decided", "How often a rule hit", metrics.rules.clone());
        registry.register(
            "exchange_seconds",
            "From a request's head to the end of its exchange, waits on purpose included",
            metrics.took.clone(),
        );
        metrics.register_waits(&mut registry);
        registry.register("connections", "Open merchant connections", metrics.connections.clone());
        registry.register(
            "connections_turned_away",
            "Connections beyond the limit",
            metrics.turned_away.clone(),
        );
        registry.register(
            "handshakes_failed",
            "Connections to the TLS port that did not get as far as HTTP",
            metrics.handshakes_failed.clone(),
        );
        registry.register(
            "journal_dropped",
            "Journal lines missed by its file",
            metrics.journal_dropped.clone(),
        );
        Self {
            registry: Mutex::new(registry),
            ..metrics
        }
    }

    /// What calls wait for on purpose, apart from what the gateway takes of itself.
    fn register_waits(&self, registry: &mut Registry) {
        registry.register(
            "injected_seconds",
            "Of exchange_seconds, delays that rules asked for",
            self.injected.clone(),
        );
        registry.register(
            "queue_wait_seconds",
            "Of exchange_seconds, waits for a worker, where a capacity is in force",
            self.queue_wait.clone(),
        );
        registry.register(
            "service_seconds",
            "Of exchange_seconds, service by a worker, where a capacity is in force",
            self.service.clone(),
        );
        registry.register("overloads", "Calls that no worker served", self.overloads.clone());
        let CapacityGauges {
            busy,
            waiting,
            utilisation,
        } = &self.capacity;
        registry.register("capacity_busy", "Workers at work", busy.clone());
        registry.register("capacity_waiting", "Calls that wait for a worker", waiting.clone());
        registry.register(
            "capacity_utilisation",
            "The share of the workers' time that was worked, over the last second or a little more",
            utilisation.clone(),
        );
    }

    /// The page, with the capacity in force at this moment.
    pub(crate) fn page(&self, journal_dropped: u64, capacity: Option<&CapacityView>) -> String {
        self.capacity.show(capacity);
        self.journal_dropped
            .set(i64::try_from(journal_dropped).unwrap_or(i64::MAX));
        let registry = self.registry.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut page = String::new();
        encode(&mut page, &registry).expect("writing to a string cannot fail");
        page
    }
}

/// What changes of a capacity in force; all zero without one.
#[derive(Debug, Default)]
struct CapacityGauges {
    busy: Gauge,
    waiting: Gauge,
    utilisation: Gauge<f64, AtomicU64>,
}

impl CapacityGauges {
    fn show(&self, view: Option<&CapacityView>) {
        let of = |count: fn(&CapacityView) -> u32| view.map_or(0, |view| i64::from(count(view)));
        self.busy.set(of(|view| view.busy));
        self.waiting.set(of(|view| view.waiting));
        self.utilisation.set(view.map_or(0.0, |view| view.utilisation));
    }
}
