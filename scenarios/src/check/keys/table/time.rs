//! Phases, the load, and durations that are drawn.

use super::{NAME, key, later, must};
use crate::check::keys::{
    Key, Kind, Place,
    lists::{FLAGS, POLICIES, TLS_FAULTS},
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
    // The load.
    key(
        Place::Load,
        "journeys",
        Kind::List(&Kind::Map(Place::Journey)),
        "Journeys and their shares, which sum to 100%. Default: `checkout: 100%`.",
    ),
    key(
        Place::Load,
        "arrivals",
        Kind::List(&Kind::Map(Place::Arrivals)),
        "Stretches of arrivals, one after another. Default: `constant: 50/s`.",
    ),
    later(Place::Load, "users", "A closed number of users."),
    later(Place::Load, "think", "What users wait between journeys."),
    key(
        Place::Load,
        "amount",
        Kind::Map(Place::LoadAmount),
        "Amounts of orders. Default: uniform from 1 to 100.",
    ),
    key(
        Place::Load,
        "drain",
        Kind::Duration,
        "How long a run waits after the last arrival, up to 1h. Default: 15s.",
    ),
    key(
        Place::Load,
        "policy",
        Kind::Word(POLICIES),
        "What happens to an arrival that finds no free user. Default: `queue`.",
    ),
    key(
        Place::Journey,
        "checkout",
        Kind::Share,
        "Open an order, have it paid, receive the callback, query.",
    ),
    later(Place::Journey, "payout", "A withdrawal."),
    later(Place::Journey, "query-storm", "Many queries."),
    later(Place::Journey, "qr", "A payment by QR code."),
    key(
        Place::Arrivals,
        "constant",
        Kind::Either(&[Kind::Rate, Kind::Map(Place::Constant)]),
        "Evenly spaced arrivals.",
    ),
    later(Place::Arrivals, "poisson", "Random arrivals."),
    later(Place::Arrivals, "ramp", "A rising or falling rate."),
    later(Place::Arrivals, "stairs", "A rate in steps."),
    later(Place::Arrivals, "spike", "A peak."),
    later(Place::Arrivals, "trace", "Recorded arrivals."),
    must(Place::Constant, "rate", Kind::Rate, "Arrivals a second."),
    key(
        Place::Constant,
        "for",
        Kind::Duration,
        "Its length. Default: a share of what other entries leave of the timeline.",
    ),
    must(
        Place::LoadAmount,
        "uniform",
        Kind::Map(Place::AmountRange),
        "Whole cents, evenly between both ends.",
    ),
    must(
        Place::AmountRange,
        "from",
        Kind::Money,
        "Smallest amount, in whole cents, above zero.",
    ),
    must(Place::AmountRange, "to", Kind::Money, "Largest amount, in whole cents."),
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
