//! A run with pauses and other paces, moment by moment.

use measure::snapshot::{PhasePlan, RunPlan};

use super::Course;

const S: u64 = 1_000_000;

/// Paused from 12 s to 20 s, and from 25 s on.
fn paused_twice() -> Course {
    let course = Course::default();
    course.pause(12 * S);
    course.go_on(20 * S);
    course.pause(25 * S);
    course
}

#[test]
fn nobody_steers_and_both_axes_are_one() {
    let course = Course::default();
    for us in [0, 1, 7 * S, u64::MAX] {
        assert_eq!((course.plan_us(us), course.run_us(us, 0)), (us, us));
    }
    assert_eq!(
        (course.changes(), course.is_paused(), course.percent()),
        (0, false, 100)
    );
}

#[test]
fn the_plan_stands_still_while_the_run_goes_on() {
    let course = paused_twice();
    for (run_s, plan_s) in [(0, 0), (12, 12), (15, 12), (20, 12), (21, 13), (25, 17), (1_000, 17)] {
        assert_eq!(course.plan_us(run_s * S), plan_s * S, "at {run_s} s of the run");
    }
    for (plan_s, run_s) in [(0, 0), (11, 11), (12, 12), (13, 21), (17, 25), (18, 41), (20, 43)] {
        assert_eq!(course.run_us(plan_s * S, 40 * S), run_s * S, "{plan_s} s of the plan");
    }
    assert_eq!(course.stood_us(10 * S, 22 * S), 8 * S);
    assert_eq!(course.stood_us(0, 40 * S), 23 * S);
    assert!(course.is_paused());
}

#[test]
fn phases_behind_a_pause_move_by_its_length() {
    let phase = |name: &str, from_s: u64, until_s: u64| PhasePlan {
        name: name.to_owned(),
        from_us: from_s * S,
        until_us: until_s * S,
        faults: Vec::new(),
    };
    let plan = RunPlan {
        scenario: "test".to_owned(),
        seed: 1,
        target: String::new(),
        phases: vec![
            phase("a", 0, 10),
            phase("b", 10, 12),
            phase("c", 12, 15),
            phase("d", 15, 20),
        ],
        arrivals_end_us: 20 * S,
        drain_us: S,
        target_per_second: vec![10.0; 20],
        users: 1,
    };
    let moved = paused_twice().moved(&plan, 26 * S, |plan_us| plan_us as f64 / 1e5);
    let bounds: Vec<_> = moved
        .phases
        .iter()
        .map(|phase| (phase.from_us / S, phase.until_us / S))
        .collect();
    // What is planned for the instant of a pause comes before it; the last pause counts as far as it has come.
    assert_eq!(bounds, [(0, 10), (10, 12), (12, 23), (23, 29)]);
    assert_eq!((moved.arrivals_end_us, moved.drain_us), (29 * S, S));
    let mut targets = vec![10.0; 29];
    targets[12..20].fill(0.0);
    targets[25..26].fill(0.0);
    assert_eq!(moved.target_per_second, targets);
}
