//! A picture as full as one gets.

use std::sync::Arc;

use measure::{
    sample::Class,
    snapshot::{
        CallbackFigures, CapacityFigures, ClassFigures, EVENTS_KEPT, EventKind, EventLine, FAILURES_KEPT, Failure,
        Gauges, HEAT_ROWS_US, LoadFigures, OperationFigures, OperationSecond, Percentiles, PhaseFigures, PhasePlan,
        RuleFigures, RunPlan, SecondFigures, Snapshot, Stage, Steering, Subject, Window, WindowFigures,
    },
    trust::Trust,
    verdict::{Judged, Verdict},
};

const SECOND_US: u64 = 1_000_000;
const PHASES: u64 = 6;
const OPERATIONS: [(&str, bool); 6] = [
    ("payLink", false),
    ("checkDeposit", false),
    ("transfer", false),
    ("checkTransfer", false),
    ("checkout", true),
    ("payout", true),
];

/// The run after so many seconds.
pub(crate) fn at(elapsed_s: u32) -> Snapshot {
    let times = Percentiles {
        count: 20_000,
        p50_us: 1_310,
        p90_us: 8_400,
        p95_us: 21_000,
        p99_us: 811_000,
        p999_us: 1_206_000,
        max_us: 2_310_000,
    };
    let elapsed_us = u64::from(elapsed_s) * SECOND_US;
    Snapshot {
        subject: Subject::Load,
        plan: Arc::new(plan()),
        stage: Stage::Running,
        elapsed_us,
        load: LoadFigures {
            offered: elapsed_us / 500,
            started: elapsed_us / 500,
            completed: elapsed_us / 510,
            in_flight: 212,
            waiting: 3,
            lag_p99_us: 412,
            cpu_percent: 61.4,
            dropped: 0,
        },
        seconds: Arc::new((0..elapsed_s).map(second).map(Arc::new).collect()),
        windows: Window::ALL.map(|window| window_of(window, times)).to_vec(),
        classes: classes(),
        operations: OPERATIONS
            .map(|(name, journey)| operation(name, journey, times))
            .to_vec(),
        phases: Arc::new(vec![
            PhaseFigures {
                finished: 40_000,
                ok: 31_000,
                expected_errors: 8_990,
                unexpected_errors: 10,
                response: times,
                response_ok: times,
                service: times,
                injected: 9_120,
            };
            PHASES as usize
        ]),
        callbacks: callbacks(elapsed_s),
        capacity: Some(capacity(elapsed_s)),
        rules: (0..PHASES).map(rule).collect(),
        expectations: (0..12).map(expectation).collect(),
        trust: Trust::default(),
        by_hand: vec!["fault on".to_owned()],
        steering: Steering::default(),
        failures: Arc::new((0..FAILURES_KEPT as u64).map(failure).collect()),
        events: Arc::new((0..EVENTS_KEPT as u64).map(event).collect()),
    }
}

fn plan() -> RunPlan {
    let phase = |at: u64| PhasePlan {
        name: format!("phase-{at}"),
        from_us: at * 110 * SECOND_US,
        until_us: (at + 1) * 110 * SECOND_US,
        faults: vec!["busy 20%".to_owned(), "slow".to_owned()],
    };
    RunPlan {
        scenario: "a-full-picture".to_owned(),
        seed: 42,
        target: "http://127.0.0.1:8080".to_owned(),
        phases: (0..PHASES).map(phase).collect(),
        arrivals_end_us: PHASES * 110 * SECOND_US,
        drain_us: 30 * SECOND_US,
        target_per_second: vec![2_000.0; 660],
        users: 400,
    }
}

/// A little life in the numbers without a random source.
fn life(second: u32, most: u32) -> u32 {
    (second.wrapping_mul(2_654_435_761) >> 8) % most.max(1)
}

fn second(second: u32) -> SecondFigures {
    let heat: [u32; HEAT_ROWS_US.len()] = std::array::from_fn(|row| life(second * 16 + row as u32, 255));
    let ok: u32 = heat.iter().sum();
    let of_operation = |operation: usize| OperationSecond {
        operation: operation as u16,
        finished: ok / 6 + 40,
        ok: ok / 6,
        expected_errors: 39,
        unexpected_errors: 1,
        p50_us: 1_240,
        p99_us: 811_000,
        service_p50_us: 1_100,
        service_p99_us: 790_000,
        heat: heat.map(|count| count / 6),
        service_heat: heat.map(|count| count / 6),
    };
    SecondFigures {
        second,
        offered: 2_000,
        started: 1_990 + life(second, 20),
        finished: ok + 240,
        ok,
        expected_errors: 234,
        unexpected_errors: 6,
        received: 800,
        p50_us: 1_240,
        p90_us: 40_000,
        p99_us: 811_000 - u64::from(life(second, 255)) * 1_000,
        p999_us: 1_200_000,
        max_us: 2_000_000,
        service_p50_us: 1_100,
        service_p99_us: 790_000,
        heat,
        service_heat: heat,
        errors: classes().split_off(1),
        operations: (0..OPERATIONS.len()).map(of_operation).collect(),
        gauges: Gauges {
            in_flight: 200 + life(second, 20),
            waiting: life(second, 5),
            callbacks: callbacks(second),
            capacity: Some(capacity(second)),
            decided: u64::from(second) * 234,
        },
        ..SecondFigures::default()
    }
}

fn classes() -> Vec<ClassFigures> {
    let of = |class: Class| ClassFigures {
        class,
        expected: class != Class::Timeout,
        count: 4_000,
    };
    Class::ALL.map(of).to_vec()
}

fn capacity(second: u32) -> CapacityFigures {
    CapacityFigures {
        workers: 8,
        busy: life(second, 8),
        waiting: life(second, 31),
        utilisation: f64::from(life(second, 100)) / 100.0,
        queue_wait_p99_us: 48_000,
        turned_away: 12,
        timed_out: 4,
    }
}

fn callbacks(second: u32) -> CallbackFigures {
    let so_far = u64::from(second) * 800;
    CallbackFigures {
        received: so_far,
        sent: so_far + 90,
        acknowledged: so_far,
        retried: 90,
        pending: 31,
        ack_p99_us: 4_200,
        ..CallbackFigures::default()
    }
}

fn window_of(window: Window, times: Percentiles) -> WindowFigures {
    WindowFigures {
        window,
        finished: 20_000,
        per_second: 2_000.0,
        success: 0.88,
        response: times,
        response_ok: times,
        service: times,
    }
}

fn operation(name: &str, journey: bool, response: Percentiles) -> OperationFigures {
    OperationFigures {
        name: name.to_owned(),
        journey,
        finished: 200_000,
        per_second: 333.3,
        response,
        errors: 0.12,
    }
}

fn rule(at: u64) -> RuleFigures {
    RuleFigures {
        name: format!("rule-{at}"),
        phase: format!("phase-{at}"),
        on: "any".to_owned(),
        decided: 9_120,
    }
}

fn expectation(at: u32) -> Judged {
    Judged {
        text: format!("p99 < {}ms in phase-0", 300 + at),
        observed: "811 ms".to_owned(),
        verdict: if at.is_multiple_of(3) {
            Verdict::Failed
        } else {
            Verdict::Met
        },
    }
}

fn failure(seq: u64) -> Failure {
    Failure {
        seq,
        at_us: seq * 3 * SECOND_US,
        operation: "payLink".to_owned(),
        phase: 1,
        class: Class::Http5xx,
        expected: !seq.is_multiple_of(9),
        order: format!("BENCH-{seq:08}"),
        response_us: 84_000,
    }
}

fn event(seq: u64) -> EventLine {
    EventLine {
        seq,
        at_us: seq * 3 * SECOND_US,
        kind: EventKind::Phase,
        text: format!("phase-{seq}: busy 20%, slow"),
    }
}
