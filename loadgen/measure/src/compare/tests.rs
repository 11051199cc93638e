//! Rows of simulated pairs: how often the very same thing is flagged, and a slow-down missed.

use super::*;
use crate::{
    runlog::{Line, LogTag},
    sample::Class,
    snapshot::PhasePlan,
    summary::{ArrivalSummary, AuditSummary, CallbackSummary, OperationSummary, PercentilesMs},
    tally::Tally,
    trust::Trust,
    verdict::Verdict,
};

const RELEVANCE: Relevance = Relevance {
    share: 0.05,
    time_ms: 1.0,
    success: 0.005,
};

/// Seeded draws, SplitMix64: enough for a simulation.
pub(super) struct Draws(pub(super) u64);

impl Draws {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(super) fn normal(&mut self) -> f64 {
        let (a, b) = (self.uniform().max(1e-300), self.uniform());
        (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
    }
}

/// How response times come about.
#[derive(Clone, Copy, Debug)]
enum Service {
    /// Lognormal of 20 ms and 60 ms, each on its own.
    Independent,
    /// The same, all of a second's times a factor that wanders: correlation from second to second, and its deviation.
    Wandering(f64, f64),
    /// One worker with exponential service, busy for this share of the time.
    Queue(f64),
    /// Independent, and now and then a second that everything takes ten times as long in.
    Bursts,
    /// As after an outage: the first seconds take many times as long.
    Draining,
}

/// Milliseconds by second.
fn times(service: Service, seconds: u32, rate: u32, slower: f64, draws: &mut Draws) -> Vec<Vec<f64>> {
    let lognormal = |draws: &mut Draws| 20.0 * (draws.normal() * 0.472).exp();
    let (mut level, mut backlog) = (draws.normal(), 0.0);
    let by_second = |second: u32| {
        let factor = match service {
            Service::Wandering(correlation, deviation) => {
                level = correlation * level + (1.0 - correlation * correlation).sqrt() * draws.normal();
                (level * deviation).exp()
            }
            Service::Bursts if draws.uniform() < 0.05 => 10.0,
            Service::Draining => 1.0 + 20.0 * f64::from(10_u32.saturating_sub(second)) / 10.0,
            Service::Independent | Service::Queue(_) | Service::Bursts => 1.0,
        };
        let one = |_| match service {
            Service::Queue(busy) => {
                // Lindley: what is left of the backlog when the next arrives, and its own service.
                let gap = -draws.uniform().max(1e-300).ln() * 1_000.0 / f64::from(rate);
                let own = -draws.uniform().max(1e-300).ln() * busy * slower * 1_000.0 / f64::from(rate);
                backlog = f64::max(backlog - gap, 0.0) + own;
                backlog
            }
            Service::Independent | Service::Wandering(..) | Service::Bursts | Service::Draining => {
                lognormal(draws) * factor * slower
            }
        };
        (0..rate).map(one).collect()
    };
    (0..seconds).map(by_second).collect()
}

fn run(name: &str, what: &[(&str, Vec<Vec<f64>>)], failing: f64, draws: &mut Draws) -> Run {
    let seconds = what[0].1.len() as u64;
    let mut log = RunLog::default();
    for (operation, by_second) in what {
        for (second, times) in (0_u64..).zip(by_second) {
            let (mut good, mut bad) = (Tally::default(), Tally::default());
            for ms in times {
                let tally = if draws.uniform() < failing { &mut bad } else { &mut good };
                tally.record((ms * 1_000.0) as u64);
            }
            for (class, response) in [(Class::Ok, good), (Class::Http5xx, bad)] {
                let (phase, what) = ("all".to_owned(), (*operation).to_owned());
                log.lines.push(Line {
                    from_us: second * 1_000_000,
                    lasts_us: 1_000_000,
                    tag: LogTag { phase, class, what },
                    response,
                });
            }
        }
    }
    Run {
        name: name.to_owned(),
        summary: summary(what.iter().map(|(operation, _)| *operation)),
        plan: plan(seconds),
        log,
    }
}

fn plan(seconds: u64) -> RunPlan {
    RunPlan {
        scenario: "pairs".to_owned(),
        seed: 1,
        target: "http://127.0.0.1:1".to_owned(),
        phases: vec![PhasePlan {
            name: "all".to_owned(),
            from_us: 0,
            until_us: seconds * 1_000_000,
            faults: Vec::new(),
        }],
        arrivals_end_us: seconds * 1_000_000,
        drain_us: 0,
        target_per_second: vec![200.0; seconds as usize],
        users: 100,
    }
}

fn summary<'a>(operations: impl Iterator<Item = &'a str>) -> Summary {
    Summary {
        format: crate::summary::FORMAT,
        version: "0.1.0".to_owned(),
        seed: 1,
        scenario: "pairs".to_owned(),
        verdict: Verdict::Met,
        trust: Trust::default(),
        target: "http://127.0.0.1:1".to_owned(),
        started_ms: 0,
        lasted_ms: 0,
        interrupted: false,
        arrivals: ArrivalSummary::default(),
        phases: Vec::new(),
        operations: operations
            .map(|name| OperationSummary {
                name: name.to_owned(),
                journey: false,
                requests: 0,
                success: 1.0,
                response_ms: PercentilesMs::default(),
                service_ms: PercentilesMs::default(),
                own_ms: None,
                injected_ms: None,
            })
            .collect(),
        classes: Vec::new(),
        rules: Vec::new(),
        callbacks: CallbackSummary::default(),
        audit: AuditSummary::default(),
        waterfall: Vec::new(),
        stopped: None,
        share: None,
        expectations: Vec::new(),
    }
}

/// Whether anything is flagged in simulated pairs: of the very same thing, and of one that takes a tenth longer.
fn check(service: Service, (seconds, rate): (u32, u32), pairs: u64, most_false: u64, least_found: u64) {
    let (mut alarms, mut found) = (0, 0);
    for pair in 0..pairs {
        let mut draws = Draws(pair * 7_919 + 1);
        let mut one = |slower| {
            let slow = times(service, seconds, rate, slower, &mut draws);
            run("run", &[("payLink", slow)], 0.01, &mut draws)
        };
        let (before, same, slow) = (one(1.0), one(1.0), one(1.1));
        let flags = |after: &Run| {
            let compared = compare(&before, after, RELEVANCE).unwrap();
            u64::from(
                compared
                    .rows
                    .iter()
                    .any(|row| row.finding.is_worse() || row.finding.is_better()),
            )
        };
        alarms += flags(&same);
        found += flags(&slow);
    }
    println!("{service:?} {seconds} s of {rate}/s: {alarms} false, {found} found of {pairs}");
    assert!(
        alarms <= most_false,
        "{service:?}: {alarms} false alarms in {pairs} pairs"
    );
    assert!(found >= least_found, "{service:?}: {found} of {pairs} slow-downs found");
}

#[test]
fn the_same_thing_is_not_flagged_and_a_slow_down_is() {
    // Service, seconds and rate; pairs; at most so many false alarms; at least so many slow-downs found.
    check(Service::Independent, (20, 200), 40, 2, 38);
    check(Service::Draining, (20, 200), 40, 2, 38);
    check(Service::Wandering(0.5, 0.03), (30, 200), 40, 2, 38);
    check(Service::Queue(0.5), (30, 200), 40, 2, 0);
    check(Service::Bursts, (20, 200), 40, 2, 30);
}
