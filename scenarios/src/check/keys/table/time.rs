//! Phases, and durations that are drawn.

use super::{NAME, key, must};
use crate::check::keys::{
    Key, Kind, Place,
    lists::{FLAGS, TLS_FAULTS},
};

pub(super) const KEYS: &[Key] = &[
    // Phases.
    must(
        Place::Phase,
        "name",
        NAME,
        "One word, unique within the file; not `all`, `after` or `waiting`.",
    ),
    must(
        Place::Phase,
        "for",
        Kind::Duration,
        "Its length, above zero and up to 24h.",
    ),
    key(
        Place::Phase,
        "rules",
        Kind::List(&Kind::Map(Place::Rule)),
        "Its own rules, tried before the file's. Default: none.",
    ),
    key(
        Place::Phase,
        "refuse",
        Kind::Word(FLAGS),
        "Listeners closed, open connections reset at their next byte. Default: `false`.",
    ),
    key(
        Place::Phase,
        "payers",
        Kind::Map(Place::Payers),
        "Payers of this phase. Default: the file's.",
    ),
    key(
        Place::Phase,
        "capacity",
        Kind::Map(Place::Capacity),
        "The gateway's limit in this phase. Default: the file's.",
    ),
    key(
        Place::Phase,
        "limits",
        Kind::Map(Place::Limits),
        "Bounds of amounts in this phase, beside each shop's own: the tighter counts. Default: none.",
    ),
    key(
        Place::Phase,
        "quota",
        Kind::Map(Place::Quota),
        "The quota of KDPay's shops in this phase, beside each one's own: the smaller counts. Default: none.",
    ),
    key(
        Place::Phase,
        "tls",
        Kind::Word(TLS_FAULTS),
        "A fault of the TLS handshake in this phase. Default: none.",
    ),
    // Distributions.
    key(
        Place::Distribution,
        "uniform",
        Kind::Map(Place::Uniform),
        "Evenly between both ends.",
    ),
    key(
        Place::Distribution,
        "lognormal",
        Kind::Map(Place::Lognormal),
        "Lognormal: most values near the median, a long tail.",
    ),
    key(
        Place::Distribution,
        "normal",
        Kind::Map(Place::Normal),
        "Normal by mean and standard deviation; never below zero.",
    ),
    key(
        Place::Distribution,
        "exponential",
        Kind::Map(Place::Exponential),
        "Exponential by its mean.",
    ),
    key(
        Place::Distribution,
        "percentiles",
        Kind::Map(Place::Percentiles),
        "By measured percentiles, with straight lines between.",
    ),
    key(
        Place::Distribution,
        "cap",
        Kind::Duration,
        "The longest value; draws are mapped below it. Default: none.",
    ),
    must(Place::Uniform, "from", Kind::Duration, "Shortest."),
    must(Place::Uniform, "to", Kind::Duration, "Longest."),
    must(
        Place::Lognormal,
        "median",
        Kind::Duration,
        "Half of the values are shorter; above zero.",
    ),
    must(
        Place::Lognormal,
        "p99",
        Kind::Duration,
        "99 of 100 values are shorter; the median or more.",
    ),
    must(Place::Normal, "mean", Kind::Duration, "The mean."),
    must(Place::Normal, "deviation", Kind::Duration, "The standard deviation."),
    must(Place::Exponential, "mean", Kind::Duration, "The mean; above zero."),
    percentile("min", "The shortest value. Default: 0s."),
    percentile("p10", "10 of 100 values are at most this."),
    percentile("p25", "25 of 100 values are at most this."),
    percentile("p50", "Half of the values are at most this."),
    percentile("p75", "75 of 100 values are at most this."),
    percentile("p90", "90 of 100 values are at most this."),
    percentile("p95", "95 of 100 values are at most this."),
    percentile("p99", "99 of 100 values are at most this."),
    percentile("p999", "999 of 1000 values are at most this."),
    percentile("p9999", "9999 of 10000 values are at most this."),
    must(Place::Percentiles, "max", Kind::Duration, "The longest value."),
];

const fn percentile(name: &'static str, doc: &'static str) -> Key {
    key(Place::Percentiles, name, Kind::Duration, doc)
}
