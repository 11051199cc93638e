//! Pictures of one made-up run of `outage-and-recovery`, for tests: the same at any time and on any machine.

use std::sync::Arc;

use measure::{
    sample::Class,
    snapshot::{
        CallbackFigures, ClassFigures, HEAT_ROWS_US, LoadFigures, OperationFigures, Percentiles, PhasePlan,
        RuleFigures, RunPlan, SecondFigures, Snapshot, Stage, Window, WindowFigures,
    },
    summary::{
        ArrivalSummary, AuditSummary, CallbackSummary, FORMAT, OperationSummary, PercentilesMs, PhaseSummary,
        RuleSummary, Summary,
    },
    trust::{Stamp, Trust},
    verdict::{Judged, Verdict},
};

use crate::{app::Model, event::Event, screen::ScreenOptions};

const SECOND_US: u64 = 1_000_000;
const RATE: u64 = 200;

pub(crate) fn plan() -> RunPlan {
    let phase = |name: &str, from_s: u64, until_s: u64, faults: &[&str]| PhasePlan {
        name: name.to_owned(),
        from_us: from_s * SECOND_US,
        until_us: until_s * SECOND_US,
        faults: faults.iter().map(|fault| (*fault).to_owned()).collect(),
    };
    RunPlan {
        scenario: "outage-and-recovery".to_owned(),
        seed: 42,
        target: "http://127.0.0.1:8080".to_owned(),
        phases: vec![
            phase("healthy", 0, 20, &[]),
            phase("brown-out", 20, 50, &["busy 20%", "slow"]),
            phase("outage", 50, 65, &["refuse", "hold callbacks"]),
            phase("recovery", 65, 100, &["release"]),
        ],
        arrivals_end_us: 100 * SECOND_US,
        drain_us: 15 * SECOND_US,
        target_per_second: vec![RATE as f64; 100],
        users: 64,
    }
}

pub(crate) fn starting() -> Snapshot {
    Snapshot {
        stage: Stage::Starting,
        ..at(0)
    }
}

pub(crate) fn healthy() -> Snapshot {
    at(12)
}

pub(crate) fn brown_out() -> Snapshot {
    at(35)
}

pub(crate) fn outage() -> Snapshot {
    at(60)
}

pub(crate) fn recovery() -> Snapshot {
    at(75)
}

pub(crate) fn draining() -> Snapshot {
    Snapshot {
        stage: Stage::Draining,
        ..at(104)
    }
}

pub(crate) fn ended() -> Snapshot {
    Snapshot {
        stage: Stage::Ended,
        ..at(108)
    }
}

/// A model that saw the run from its start to this picture.
pub(crate) fn model(last: Snapshot, options: ScreenOptions) -> Model {
    let mut model = Model::new(Arc::new(starting()), options);
    for second in 1..=last.elapsed_us / SECOND_US {
        let earlier = Snapshot {
            elapsed_us: second * SECOND_US,
            load: load(second),
            ..starting()
        };
        model.update(Event::Snapshot(Arc::new(earlier)));
    }
    model.update(Event::Snapshot(Arc::new(last)));
    model
}

/// The run when so many seconds are over.
pub(crate) fn at(elapsed_s: u64) -> Snapshot {
    let seconds: Vec<SecondFigures> = (0..elapsed_s).map(second).collect();
    Snapshot {
        plan: Arc::new(plan()),
        stage: Stage::Running,
        elapsed_us: elapsed_s * SECOND_US,
        load: load(elapsed_s),
        windows: Window::ALL
            .into_iter()
            .map(|window| figures(window, &seconds))
            .collect(),
        classes: classes(&seconds),
        operations: operations(elapsed_s),
        callbacks: callbacks(elapsed_s),
        rules: vec![RuleFigures {
            name: "busy".to_owned(),
            decided: 2_391,
        }],
        expectations: expectations(elapsed_s),
        trust: Trust::default(),
        seconds: Arc::new(seconds),
    }
}

/// A little life in the numbers without a random source: 0 to 15.
fn wobble(second: u64) -> u64 {
    second.wrapping_mul(2_654_435_761).wrapping_add(12_345) >> 7 & 15
}

fn load(elapsed_s: u64) -> LoadFigures {
    let due = elapsed_s.min(100) * RATE;
    let behind = if elapsed_s < 100 { wobble(elapsed_s) / 4 } else { 0 };
    let in_flight = match elapsed_s {
        0 => 0,
        1..20 => 2,
        20..50 => 61,
        50..65 => 7,
        65..100 => 12,
        _ => 1,
    };
    LoadFigures {
        offered: due,
        started: due.saturating_sub(behind),
        dropped: 0,
        completed: due.saturating_sub(behind + 40),
        in_flight,
        waiting: u32::try_from(behind).unwrap(),
        lag_p99_us: if elapsed_s == 0 { 0 } else { 412 },
        cpu_percent: if elapsed_s == 0 { 3.0 } else { 61.4 },
    }
}

/// One second: requests, share of errors in percent, row of the median, how far the tail reaches.
fn second(second: u64) -> SecondFigures {
    let (finished, errors_percent, median_row, p50_us, p99_us) = match second {
        0..20 => (400, 0, 1, 1_240, 6_100),
        20..50 => (376, 20, 6, 84_000, 811_000),
        50..65 => (200, 100, 0, 310, 900),
        65..68 => (520, 3, 8, 240_000, 2_310_000),
        68..100 => (402, 0, 1, 1_310, 7_400),
        _ => (3, 0, 1, 1_300, 2_900),
    };
    let finished = finished + u32::try_from(wobble(second)).unwrap();
    let expected_errors = finished * errors_percent / 100;
    let unexpected_errors = u32::from(second == 66) * 2;
    let ok = finished - expected_errors - unexpected_errors;
    SecondFigures {
        second: u32::try_from(second).unwrap(),
        offered: if second < 100 { u32::try_from(RATE).unwrap() } else { 0 },
        finished,
        ok,
        expected_errors,
        unexpected_errors,
        p50_us,
        p99_us,
        service_p50_us: p50_us * 9 / 10,
        service_p99_us: p99_us * 3 / 4,
        heat: spread(ok, median_row),
        service_heat: spread(ok, median_row.saturating_sub(1)),
    }
}

/// A hill around a row with a tail upwards; its counts sum to `ok`.
fn spread(ok: u32, row: usize) -> [u32; HEAT_ROWS_US.len()] {
    let mut heat = [0; HEAT_ROWS_US.len()];
    for (above, percent) in [(1, 22), (2, 6), (3, 1)] {
        heat[row + above] = ok * percent / 100;
    }
    heat[row.saturating_sub(1)] += ok * 15 / 100;
    heat[row] += ok - heat.iter().sum::<u32>();
    heat
}

fn figures(window: Window, seconds: &[SecondFigures]) -> WindowFigures {
    let length = window.seconds().map_or(usize::MAX, |seconds| seconds as usize);
    let seconds = &seconds[seconds.len().saturating_sub(length)..];
    let sum = |part: fn(&SecondFigures) -> u32| seconds.iter().map(|second| u64::from(part(second))).sum::<u64>();
    let (finished, ok) = (sum(|second| second.finished), sum(|second| second.ok));
    let most = |part: fn(&SecondFigures) -> u64| seconds.iter().map(part).max().unwrap_or(0);
    let times = |count: u64, p50_us: u64, p99_us: u64| {
        let some = u64::from(count > 0);
        Percentiles {
            count,
            p50_us: p50_us * some,
            p90_us: (p50_us + p99_us) / 3 * some,
            p95_us: (p50_us + p99_us) / 2 * some,
            p99_us: p99_us * some,
            p999_us: p99_us * 5 / 4 * some,
            max_us: p99_us * 3 / 2 * some,
        }
    };
    WindowFigures {
        window,
        finished,
        per_second: finished as f64 / seconds.len().max(1) as f64,
        success: if finished == 0 {
            1.0
        } else {
            ok as f64 / finished as f64
        },
        response: times(finished, most(|second| second.p50_us), most(|second| second.p99_us)),
        response_ok: times(ok, most(|second| second.p50_us) * 11 / 10, most(|second| second.p99_us)),
        service: times(
            finished,
            most(|second| second.service_p50_us),
            most(|second| second.service_p99_us),
        ),
    }
}

fn classes(seconds: &[SecondFigures]) -> Vec<ClassFigures> {
    let sum = |from: u32, until: u32, part: fn(&SecondFigures) -> u32| -> u64 {
        seconds
            .iter()
            .filter(|second| (from..until).contains(&second.second))
            .map(|second| u64::from(part(second)))
            .sum()
    };
    let figures = |class, expected, count| ClassFigures { class, expected, count };
    let mut classes = vec![
        figures(Class::Ok, true, sum(0, 999, |second| second.ok)),
        figures(Class::Refused, true, sum(50, 999, |second| second.expected_errors)),
        figures(Class::Http5xx, true, sum(0, 50, |second| second.expected_errors)),
        figures(Class::Timeout, false, sum(0, 999, |second| second.unexpected_errors)),
    ];
    classes.retain(|figures| figures.count > 0);
    classes.sort_by_key(|figures| std::cmp::Reverse(figures.count));
    classes
}

fn operations(elapsed_s: u64) -> Vec<OperationFigures> {
    let lately = second(elapsed_s.saturating_sub(1));
    let operation = |name: &str, journey: bool, p99_us: u64| OperationFigures {
        name: name.to_owned(),
        journey,
        finished: elapsed_s * RATE,
        per_second: if elapsed_s == 0 {
            0.0
        } else {
            f64::from(lately.finished) / 2.0
        },
        response: Percentiles {
            count: elapsed_s.min(10) * 200,
            p99_us,
            ..Percentiles::default()
        },
        errors: f64::from(lately.expected_errors) / f64::from(lately.finished),
    };
    vec![
        operation("payLink", false, lately.p99_us),
        operation("checkDeposit", false, lately.p99_us / 2),
        operation("checkout", true, lately.p99_us * 2 + 900_000),
    ]
}

fn callbacks(elapsed_s: u64) -> CallbackFigures {
    let received = elapsed_s.min(50) * 141 + elapsed_s.saturating_sub(65).min(35) * 244;
    let held = if (50..65).contains(&elapsed_s) {
        (elapsed_s - 50) * 103
    } else {
        0
    };
    CallbackFigures {
        received,
        bad: 0,
        repeated: elapsed_s.saturating_sub(20).min(30) * 4,
        sent: received + received / 90,
        acknowledged: received,
        retried: received / 90,
        held,
        pending: if elapsed_s == 0 { 0 } else { 31 },
        dropped: 0,
        lost: 0,
    }
}

fn expectations(elapsed_s: u64) -> Vec<Judged> {
    let judged = |text: &str, observed: &str, from_s: u64| {
        let known = elapsed_s >= from_s;
        Judged {
            text: text.to_owned(),
            observed: if known { observed.to_owned() } else { "–".to_owned() },
            verdict: if known { Verdict::Met } else { Verdict::NotJudged },
        }
    };
    vec![
        judged("success >= 99.5% in healthy", "100.00 %", 1),
        judged("p99 < 300ms in healthy", "6.10 ms", 1),
        judged("recovered within 5s of outage", "3 s", 68),
        judged("every paid order called back within 60s", "31.2 s", 108),
        judged("books balance", "0", 108),
    ]
}

/// Everything at its worst: huge numbers, not a number at all, long and wide and hostile names.
pub(crate) fn hostile() -> Snapshot {
    let mut snapshot = at(35);
    let name = "钱包\u{1b}[2J\n\t<script>alert(1)</script>\u{202e}".repeat(9);
    let mut plan = plan();
    plan.scenario.clone_from(&name);
    plan.phases[1].name.clone_from(&name);
    plan.phases[1].faults = vec![name.clone(); 30];
    plan.target_per_second = vec![f64::INFINITY, f64::NAN, -4.0, 1e300];
    snapshot.plan = Arc::new(plan);
    snapshot.load = LoadFigures {
        offered: u64::MAX,
        started: u64::MAX,
        dropped: u64::MAX,
        completed: u64::MAX,
        in_flight: u32::MAX,
        waiting: u32::MAX,
        lag_p99_us: u64::MAX,
        cpu_percent: f64::NAN,
    };
    snapshot.operations = vec![
        OperationFigures {
            name: name.clone(),
            ..snapshot.operations[0].clone()
        };
        40
    ];
    snapshot.expectations = vec![
        Judged {
            text: name.clone(),
            observed: name.clone(),
            verdict: Verdict::Failed
        };
        40
    ];
    snapshot.trust = Trust {
        stamp: Stamp::Invalid,
        reasons: vec![name; 20],
    };
    snapshot.classes = Class::ALL
        .into_iter()
        .flat_map(|class| {
            [true, false].map(|expected| ClassFigures {
                class,
                expected,
                count: u64::MAX,
            })
        })
        .collect();
    snapshot
}

pub(crate) fn summary() -> Summary {
    let response_ms = PercentilesMs {
        p50: 1.24,
        p90: 2.4,
        p95: 3.6,
        p99: 6.1,
        p999: 7.6,
        max: 9.15,
    };
    let phase = |name: &str, requests: u64, success: f64, classes: Vec<ClassFigures>| PhaseSummary {
        name: name.to_owned(),
        requests,
        success,
        response_ms,
        service_ms: response_ms,
        classes,
    };
    let class = |class, expected, count| ClassFigures { class, expected, count };
    Summary {
        format: FORMAT,
        version: "0.1.0".to_owned(),
        seed: 42,
        scenario: "outage-and-recovery".to_owned(),
        verdict: Verdict::Failed,
        trust: Trust::default(),
        target: "http://127.0.0.1:8080".to_owned(),
        started_ms: 1_767_225_600_000,
        lasted_ms: 108_000,
        interrupted: false,
        arrivals: ArrivalSummary {
            offered: 20_000,
            started: 20_000,
            dropped: 0,
            completed: 19_998,
            unfinished: 2,
        },
        phases: vec![
            phase("healthy", 8_150, 1.0, vec![class(Class::Ok, true, 8_150)]),
            phase(
                "outage",
                3_100,
                0.0,
                vec![class(Class::Refused, true, 3_098), class(Class::Timeout, false, 2)],
            ),
        ],
        operations: vec![OperationSummary {
            name: "payLink".to_owned(),
            journey: false,
            requests: 20_000,
            success: 0.8,
            response_ms,
            service_ms: response_ms,
        }],
        classes: vec![
            class(Class::Ok, true, 16_900),
            class(Class::Refused, true, 3_098),
            class(Class::Timeout, false, 2),
        ],
        rules: vec![
            RuleSummary {
                name: "busy".to_owned(),
                phase: "brown-out".to_owned(),
                on: "payLink".to_owned(),
                decided: 2_391,
                journal: 2_391,
                seen: 2_391,
                agree: true,
            },
            RuleSummary {
                name: "twice".to_owned(),
                phase: "all".to_owned(),
                on: "callback".to_owned(),
                decided: 120,
                journal: 120,
                seen: 119,
                agree: false,
            },
        ],
        callbacks: CallbackSummary {
            sent: 16_010,
            acknowledged: 15_890,
            retried: 120,
            lost: 0,
            dropped: 0,
            held: 1_545,
            received: 15_890,
            bad: 0,
        },
        audit: AuditSummary {
            judged: true,
            orders: 20_000,
            success: 16_900,
            failure: 0,
            unknown: 3_100,
            paid: 15_890,
            differences: vec!["order 000017: paid by the ledger, unknown to the load".to_owned()],
            difference_count: 1,
        },
        expectations: vec![
            Judged {
                text: "p99 < 300ms in healthy".to_owned(),
                observed: "6.10 ms".to_owned(),
                verdict: Verdict::Met,
            },
            Judged {
                text: "books balance".to_owned(),
                observed: "–".to_owned(),
                verdict: Verdict::NotJudged,
            },
            Judged {
                text: "audit".to_owned(),
                observed: "1 difference".to_owned(),
                verdict: Verdict::Failed,
            },
        ],
    }
}
