//! What `/metrics` shows, in the text format of OpenMetrics. The words of labels are those of the journal.

use std::sync::Mutex;

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

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

    /// The page.
    pub(crate) fn page(&self, journal_dropped: u64) -> String {
        self.journal_dropped
            .set(i64::try_from(journal_dropped).unwrap_or(i64::MAX));
        let registry = self.registry.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut page = String::new();
        encode(&mut page, &registry).expect("writing to a string cannot fail");
        page
    }
}
