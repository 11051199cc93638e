//! The load's figures as an OpenMetrics page, for whoever scrapes a load that is under way.
//!
//! A pure function of one snapshot. A scrape comes every few seconds, so the registry is built for the page and thrown
//! away; nothing is kept between two pages.

mod heat;
mod made;

use std::collections::BTreeMap;

use measure::{
    snapshot::{Snapshot, Stage},
    trust::Stamp,
    verdict::Verdict,
};
use prometheus_client::{
    encoding::{
        EncodeLabelSet,
        text::{encode_eof, encode_registry},
    },
    metrics::{counter::Counter, family::Family, info::Info},
    registry::{Registry, Unit},
};

use self::made::{Gauges, Labels, approximate, counters, gauge, labels, one_of, quantiles, seconds};
use crate::figures::clean;

/// The content type of [`exposition`].
pub const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What a load looks like at this moment, in the text format of OpenMetrics. Every name begins with `paydrill_load_`; times
/// are in seconds, shares between 0 and 1.
pub fn exposition(snapshot: &Snapshot) -> String {
    let mut registry = Registry::with_prefix("paydrill_load");
    run(&mut registry, snapshot);
    arrivals(&mut registry, snapshot);
    requests(&mut registry, snapshot);
    phases(&mut registry, snapshot);
    latencies(&mut registry, snapshot);
    callbacks(&mut registry, snapshot);
    capacity(&mut registry, snapshot);
    verdicts(&mut registry, snapshot);
    trust(&mut registry, snapshot);
    let mut page = String::new();
    encode_registry(&mut page, &registry)
        .and_then(|()| heat::write(&mut page, snapshot))
        .and_then(|()| encode_eof(&mut page))
        .expect("writing to a string cannot fail");
    page
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RunLabels {
    scenario: String,
    seed: u64,
    target: String,
    phase: String,
}

/// What runs, and where it stands.
fn run(registry: &mut Registry, snapshot: &Snapshot) {
    let plan = &snapshot.plan;
    let now = plan
        .phases
        .iter()
        .find(|phase| (phase.from_us..phase.until_us).contains(&snapshot.elapsed_us));
    let labels = RunLabels {
        scenario: clean(&plan.scenario),
        seed: plan.seed,
        target: without_user(&plan.target),
        phase: now.map_or_else(|| "after".to_owned(), |phase| clean(&phase.name)),
    };
    registry.register(
        "run",
        "What is played, where to, and the planned phase of this moment",
        Info::new(labels),
    );
    let stages = [
        ("starting", Stage::Starting),
        ("running", Stage::Running),
        ("draining", Stage::Draining),
        ("ended", Stage::Ended),
    ];
    let stages = stages.map(|(word, stage)| (word, stage == snapshot.stage));
    registry.register(
        "stage",
        "Where the run stands: 1 for one of them",
        one_of("stage", stages),
    );
    let elapsed = seconds(snapshot.elapsed_us);
    registry.register_with_unit(
        "elapsed",
        "Since the first arrival was due",
        Unit::Seconds,
        gauge(elapsed),
    );
    registry.register("users", "Users in the pool", gauge(f64::from(plan.users)));
    let steering = snapshot.steering;
    let paused = f64::from(u8::from(steering.paused));
    registry.register(
        "paused",
        "1 while arrivals and the timeline stand still by hand",
        gauge(paused),
    );
    let rate = f64::from(steering.rate_percent) / 100.0;
    registry.register(
        "rate_ratio",
        "The rate against what the scenario says; other than 1 by hand",
        gauge(rate),
    );
}

/// Who came, and who still waits.
fn arrivals(registry: &mut Registry, snapshot: &Snapshot) {
    let load = &snapshot.load;
    let counts = [
        ("offered", load.offered),
        ("started", load.started),
        ("dropped", load.dropped),
        ("completed", load.completed),
    ];
    registry.register(
        "arrivals",
        "Arrivals that were due, whose first step was sent, that were dropped, whose journey ended",
        counters("state", counts),
    );
    let planned = &snapshot.plan.target_per_second;
    let second = usize::try_from(snapshot.elapsed_us / 1_000_000).unwrap_or(usize::MAX);
    let target = planned.get(second).copied().unwrap_or(0.0);
    registry.register("target_rate", "Arrivals per second that are planned now", gauge(target));
    registry.register("in_flight", "Requests under way", gauge(f64::from(load.in_flight)));
    registry.register(
        "waiting",
        "Steps that are due and wait for a user",
        gauge(f64::from(load.waiting)),
    );
    let lag = seconds(load.lag_p99_us);
    registry.register_with_unit(
        "lag_p99",
        "99th percentile of the pacer's lateness",
        Unit::Seconds,
        gauge(lag),
    );
    registry.register(
        "cpu_cores",
        "Cores that this process kept busy, over the run",
        gauge(load.cpu_percent / 100.0),
    );
}

/// How requests ended.
fn requests(registry: &mut Registry, snapshot: &Snapshot) {
    let by_class = Family::<Labels, Counter>::default();
    for figures in &snapshot.classes {
        let labels = vec![
            ("class", figures.class.word().to_owned()),
            ("expected", figures.expected.to_string()),
        ];
        by_class.get_or_create(&labels).inc_by(figures.count);
    }
    registry.register(
        "requests",
        "Requests that ended, by class, and whether the scenario could have caused it",
        by_class,
    );
    let finished = Family::<Labels, Counter>::default();
    let errors = Gauges::<Labels>::default();
    let response = Gauges::<Labels>::default();
    for figures in &snapshot.operations {
        let labels = vec![
            ("operation", clean(&figures.name)),
            ("journey", figures.journey.to_string()),
        ];
        finished.get_or_create(&labels).inc_by(figures.finished);
        errors.get_or_create(&labels).set(figures.errors);
        quantiles(&response, &labels, &figures.response);
    }
    registry.register(
        "operations",
        "Requests that ended, and journeys, by operation",
        finished,
    );
    registry.register(
        "operation_errors_ratio",
        "Share of errors over the last 10 seconds",
        errors,
    );
    registry.register_with_unit(
        "operation_response",
        "Response times over the last 10 seconds, from the intended start",
        Unit::Seconds,
        response,
    );
}

/// Each phase so far.
fn phases(registry: &mut Registry, snapshot: &Snapshot) {
    let requests = Family::<Labels, Counter>::default();
    let injected = Family::<Labels, Counter>::default();
    let response = Gauges::<Labels>::default();
    for (phase, figures) in snapshot.plan.phases.iter().zip(&*snapshot.phases) {
        let phase = ("phase", clean(&phase.name));
        for (result, count) in [
            ("ok", figures.ok),
            ("expected_error", figures.expected_errors),
            ("unexpected_error", figures.unexpected_errors),
        ] {
            let labels = vec![phase.clone(), ("result", result.to_owned())];
            requests.get_or_create(&labels).inc_by(count);
        }
        let labels = vec![phase];
        injected.get_or_create(&labels).inc_by(figures.injected);
        quantiles(&response, &labels, &figures.response);
    }
    registry.register(
        "phase_requests",
        "Requests that ended, by the phase of their intended start",
        requests,
    );
    registry.register(
        "phase_injected",
        "How often the phase's rules hit calls, as the gateway counts",
        injected,
    );
    registry.register_with_unit(
        "phase_response",
        "Response times of all requests of a phase so far, from the intended start",
        Unit::Seconds,
        response,
    );
}

/// Exact percentiles of each window.
fn latencies(registry: &mut Registry, snapshot: &Snapshot) {
    let response = Gauges::<Labels>::default();
    let service = Gauges::<Labels>::default();
    let success = Gauges::<Labels>::default();
    for figures in &snapshot.windows {
        let labels = vec![("window", figures.window.word().to_owned())];
        quantiles(&response, &labels, &figures.response);
        quantiles(&service, &labels, &figures.service);
        success.get_or_create(&labels).set(figures.success);
    }
    registry.register_with_unit(
        "window_response",
        "Response times of all requests within a window, from the intended start",
        Unit::Seconds,
        response,
    );
    registry.register_with_unit(
        "window_service",
        "Service times of all requests within a window, from the send",
        Unit::Seconds,
        service,
    );
    registry.register("window_success_ratio", "Share of successes within a window", success);
}

/// Callbacks and rules, as both sides count them.
fn callbacks(registry: &mut Registry, snapshot: &Snapshot) {
    let of = &snapshot.callbacks;
    let received = [("received", of.received), ("bad", of.bad), ("repeated", of.repeated)];
    registry.register(
        "callbacks_received",
        "Callbacks that the load received; of these, bad ones, and further copies",
        counters("kind", received),
    );
    let fates = [
        ("pending", of.pending),
        ("held", of.held),
        ("acknowledged", of.acknowledged),
        ("dropped", of.dropped),
        ("lost", of.lost),
    ];
    let by_fate = Gauges::<Labels>::default();
    for (fate, count) in fates {
        by_fate.get_or_create(&labels("fate", fate)).set(approximate(count));
    }
    registry.register(
        "callback_fates",
        "The gateway's callbacks by what became of them",
        by_fate,
    );
    let attempts = [("sent", of.sent), ("retried", of.retried)];
    registry.register(
        "callback_attempts",
        "The gateway's delivery attempts; of these, those that repeat a failed one",
        counters("kind", attempts),
    );
    let acknowledged = gauge(seconds(of.ack_p99_us));
    registry.register_with_unit(
        "callback_ack_p99",
        "99th percentile of deliveries until acknowledged, over the last seconds, as the gateway measures",
        Unit::Seconds,
        acknowledged,
    );
    // Rules of a phase may share name and operation.
    let mut rules = BTreeMap::<[&str; 3], u64>::new();
    for rule in &snapshot.rules {
        *rules.entry([&rule.name, &rule.phase, &rule.on]).or_default() += rule.decided;
    }
    let decided = Family::<Labels, Counter>::default();
    for ([rule, phase, on], count) in rules {
        let labels = vec![("rule", clean(rule)), ("phase", clean(phase)), ("on", clean(on))];
        decided.get_or_create(&labels).inc_by(count);
    }
    registry.register("rule_decided", "How often a rule hit, as the gateway counts", decided);
}

/// The gateway's workers; all zero where nothing queues, or nobody says.
fn capacity(registry: &mut Registry, snapshot: &Snapshot) {
    let of = snapshot.capacity.unwrap_or_default();
    let count = |count: u32| gauge(f64::from(count));
    registry.register("capacity_workers", "The gateway's workers", count(of.workers));
    registry.register("capacity_busy", "Of these, workers at work", count(of.busy));
    registry.register("capacity_waiting", "Calls that wait for one", count(of.waiting));
    registry.register(
        "capacity_utilisation",
        "The share of the workers' time that was worked",
        gauge(of.utilisation),
    );
    let turned_away = [("queue_full", of.turned_away), ("queue_timeout", of.timed_out)];
    registry.register(
        "overloads",
        "Calls that no worker served",
        counters("kind", turned_away),
    );
}

/// Expectations as they stand.
fn verdicts(registry: &mut Registry, snapshot: &Snapshot) {
    let counts = Gauges::<Labels>::default();
    let each = Gauges::<Labels>::default();
    for (verdict, word) in [
        (Verdict::Met, "met"),
        (Verdict::Failed, "failed"),
        (Verdict::NotJudged, "not_judged"),
    ] {
        let so = snapshot.expectations.iter().filter(|judged| judged.verdict == verdict);
        counts
            .get_or_create(&labels("verdict", word))
            .set(approximate(so.count() as u64));
        for judged in &snapshot.expectations {
            let labels = vec![("expectation", clean(&judged.text)), ("verdict", word.to_owned())];
            each.get_or_create(&labels)
                .set(f64::from(u8::from(judged.verdict == verdict)));
        }
    }
    registry.register("expectations", "How many expectations stand so", counts);
    registry.register(
        "expectation",
        "How each expectation stands: 1 for one of its verdicts",
        each,
    );
}

/// Whether the figures mean what they say.
fn trust(registry: &mut Registry, snapshot: &Snapshot) {
    let stamps = [
        ("VALID", Stamp::Valid),
        ("SUSPECT", Stamp::Suspect),
        ("INVALID", Stamp::Invalid),
    ];
    let stamps = stamps.map(|(word, stamp)| (word, stamp == snapshot.trust.stamp));
    registry.register(
        "trust",
        "Whether the figures can be trusted: 1 for one stamp",
        one_of("stamp", stamps),
    );
    let facts = snapshot.trust.facts.unwrap_or_default();
    registry.register_with_unit(
        "stall_longest",
        "The longest time that the machine kept a waiting thread of the load from running",
        Unit::Seconds,
        gauge(seconds(facts.stall_longest_us)),
    );
    registry.register_with_unit(
        "saturated",
        "Time with steps due and no free user",
        Unit::Seconds,
        gauge(seconds(facts.saturated_us)),
    );
    let lost = [("samples", facts.samples_lost), ("journal_lines", facts.journal_lost)];
    registry.register("lost", "What was measured and found no room", counters("kind", lost));
}

/// A URL without user and password, which are nobody's business on a page.
fn without_user(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return clean(url);
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    clean(&format!("{scheme}://{host}{path}"))
}

#[cfg(test)]
mod tests;
