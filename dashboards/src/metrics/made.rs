//! Families and numbers as the page has them.

use std::sync::atomic::AtomicU64;

use measure::snapshot::Percentiles;
use prometheus_client::metrics::{counter::Counter, family::Family, gauge::Gauge};

/// Gauges that are no whole numbers.
pub(super) type Gauges<L> = Family<L, Gauge<f64, AtomicU64>>;
/// Labels that one family alone bears, as pairs of name and value.
pub(super) type Labels = Vec<(&'static str, String)>;

pub(super) fn quantiles(family: &Gauges<Labels>, labels: &Labels, of: &Percentiles) {
    for (quantile, us) in [
        ("0.5", of.p50_us),
        ("0.9", of.p90_us),
        ("0.95", of.p95_us),
        ("0.99", of.p99_us),
        ("0.999", of.p999_us),
        ("1", of.max_us),
    ] {
        let mut labels = labels.clone();
        labels.push(("quantile", quantile.to_owned()));
        family.get_or_create(&labels).set(seconds(us));
    }
}

pub(super) fn counters<const N: usize>(label: &'static str, counts: [(&str, u64); N]) -> Family<Labels, Counter> {
    let family = Family::<Labels, Counter>::default();
    for (word, count) in counts {
        family.get_or_create(&labels(label, word)).inc_by(count);
    }
    family
}

/// A closed set of states of which one holds.
pub(super) fn one_of<const N: usize>(label: &'static str, states: [(&str, bool); N]) -> Family<Labels, Gauge> {
    let family = Family::<Labels, Gauge>::default();
    for (word, holds) in states {
        family.get_or_create(&labels(label, word)).set(i64::from(holds));
    }
    family
}

pub(super) fn labels(name: &'static str, value: &str) -> Labels {
    vec![(name, value.to_owned())]
}

pub(super) fn gauge(value: f64) -> Gauge<f64, AtomicU64> {
    let gauge = Gauge::<f64, AtomicU64>::default();
    gauge.set(value);
    gauge
}

pub(super) fn approximate(count: u64) -> f64 {
    count as f64
}

pub(super) fn seconds(us: u64) -> f64 {
    approximate(us) / 1e6
}
