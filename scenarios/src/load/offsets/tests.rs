//! Due times at paces that change on the way, against the plan's own.

use std::time::Duration;

use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::{
    load::{Schedule, Trace},
    scenario::{Arrivals, Flow, Rate},
    testing,
};

const MS: u64 = 1_000_000;

fn schedule(flows: Vec<Flow>, total_ms: u64) -> Schedule {
    let entries = flows.into_iter().map(|flow| Arrivals { flow, lasts: None });
    Schedule::new(&testing::load(entries.collect()), 42, Duration::from_millis(total_ms))
}

fn rate(per_second: u64) -> Rate {
    Rate(Decimal::from(per_second))
}

/// Takes what is due by each moment, as a pacer does with one in hand, and changes the pace there.
fn paced(schedule: &Schedule, changes: &[(u64, u32)]) -> Vec<u64> {
    let mut offsets = schedule.offsets();
    let mut ahead = offsets.next();
    let mut taken = Vec::new();
    for (moment_ns, percent) in changes {
        while let Some(due_ns) = ahead.filter(|due_ns| due_ns <= moment_ns) {
            taken.push(due_ns);
            ahead = offsets.next();
        }
        offsets.pace(*moment_ns, *percent);
        ahead = offsets.next();
    }
    taken.extend(ahead);
    taken.extend(offsets);
    taken
}

#[test]
fn a_pace_bends_what_is_behind_it() {
    let constant = || schedule(vec![Flow::Constant(rate(10))], 500);
    let steps = || schedule(vec![Flow::Constant(rate(10)), Flow::Constant(rate(20))], 400);
    for (schedule, changes, expected_ms) in [
        (constant(), vec![], vec![0, 100, 200, 300, 400]),
        // At a due time, in the middle of a gap, and back again.
        (constant(), vec![(200, 200)], vec![0, 100, 200, 250, 300, 350, 400, 450]),
        (constant(), vec![(250, 200)], vec![0, 100, 200, 275, 325, 375, 425, 475]),
        (
            constant(),
            vec![(250, 200), (325, 100)],
            vec![0, 100, 200, 275, 325, 425],
        ),
        (constant(), vec![(250, 50)], vec![0, 100, 200, 350]),
        // So slow that nothing more comes before the end, and called back in time.
        (constant(), vec![(250, 10)], vec![0, 100, 200]),
        (constant(), vec![(250, 10), (350, 100)], vec![0, 100, 200, 390, 490]),
        // A later stretch begins when it would, at the pace in force; the one under way may have more before that.
        (
            steps(),
            vec![(110, 200)],
            vec![0, 100, 155, 200, 225, 250, 275, 300, 325, 350, 375],
        ),
        (steps(), vec![(110, 50)], vec![0, 100, 200, 300]),
        (
            steps(),
            vec![(110, 200), (210, 100)],
            vec![0, 100, 155, 200, 240, 290, 340, 390],
        ),
    ] {
        let ns: Vec<(u64, u32)> = changes.iter().map(|(ms, percent)| (ms * MS, *percent)).collect();
        let expected: Vec<u64> = expected_ms.into_iter().map(|ms: u64| ms * MS).collect();
        assert_eq!(paced(&schedule, &ns), expected, "{changes:?}");
    }
}

/// The stretch that a change falls into has given nothing yet: until the change it goes at the plan's pace all the same.
#[test]
fn a_stretch_that_began_unseen_is_bent_from_the_change_on() {
    let schedule = schedule(vec![Flow::Constant(rate(1)), Flow::Poisson(rate(3))], 2_000);
    let planned: Vec<u64> = schedule.offsets().collect();
    let moment_ns = planned.iter().copied().find(|due_ns| *due_ns > 1_000 * MS).unwrap() - MS;
    let bent = paced(&schedule, &[(moment_ns, 500)]);
    assert_eq!(bent.iter().filter(|due_ns| **due_ns <= moment_ns).count(), 1);
    assert_eq!(bent[1], moment_ns + MS / 5);
}

#[test]
fn recorded_arrivals_stay_where_they_are() {
    let trace = Flow::Trace(Trace::parse("0.1\n0.2\n0.3\n").unwrap());
    let schedule = schedule(vec![trace, Flow::Constant(rate(5))], 1_000);
    assert!(schedule.has_recorded());
    let expected = [100, 200, 300, 500, 600, 700, 800, 900].map(|ms| ms * MS);
    assert_eq!(paced(&schedule, &[(150 * MS, 200)]), expected);
}

fn some_flow() -> impl Strategy<Value = Flow> {
    prop_oneof![
        (1_u64..500).prop_map(|per_second| Flow::Constant(rate(per_second))),
        (1_u64..500).prop_map(|per_second| Flow::Poisson(rate(per_second))),
        (0_u64..500, 1_u64..500).prop_map(|(from, to)| Flow::Ramp {
            from: rate(from),
            to: rate(to),
        }),
        (1_u64..200, 200_u64..500).prop_map(|(base, peak)| Flow::Spike {
            base: rate(base),
            peak: rate(peak),
        }),
    ]
}

proptest! {
    /// What is due by the change is untouched; behind it there are as many percent of the plan's as the pace says, give or
    /// take one for each border; nothing comes at or behind the end.
    #[test]
    fn a_pace_takes_its_share_of_the_plan(
        flows in proptest::collection::vec(some_flow(), 1..3),
        (moment_ms, percent) in (0_u64..2_000, 10_u32..1_000),
    ) {
        let random = flows.iter().any(|flow| matches!(flow, Flow::Poisson(_)));
        let schedule = schedule(flows, 2_000);
        let moment_ns = moment_ms * MS;
        let planned: Vec<u64> = schedule.offsets().collect();
        let bent = paced(&schedule, &[(moment_ns, percent)]);
        let is_before = |due_ns: &&u64| **due_ns <= moment_ns;
        let before = planned.iter().filter(is_before).count();
        prop_assert_eq!(bent.iter().filter(is_before).count(), before);
        prop_assert_eq!(&bent[..before], &planned[..before]);
        prop_assert!(bent.windows(2).all(|pair| pair[0] <= pair[1]));
        prop_assert!(bent.last().is_none_or(|last| *last < 2_000 * MS));
        if !random {
            let share = (planned.len() - before) as f64 * f64::from(percent) / 100.0;
            let off = (bent.len() - before) as f64 - share;
            prop_assert!(off.abs() <= 7.0 * (1.0 + f64::from(percent) / 100.0), "{off} off {share}");
        }
    }

    /// The pace of the plan is the plan, wherever it is asked for; of ramps to a few microseconds.
    #[test]
    fn the_plans_own_pace_changes_nothing(
        flows in proptest::collection::vec(some_flow(), 1..3),
        moments in proptest::collection::vec(0_u64..2_000, 1..4),
    ) {
        let schedule = schedule(flows, 2_000);
        let mut changes: Vec<(u64, u32)> = moments.into_iter().map(|ms| (ms * MS, 100)).collect();
        changes.sort_unstable();
        let planned: Vec<u64> = schedule.offsets().collect();
        let bent = paced(&schedule, &changes);
        for (planned, bent) in planned.iter().zip(&bent) {
            prop_assert!(planned.abs_diff(*bent) <= 50_000, "{planned} {bent}");
        }
        prop_assert!(planned.len().abs_diff(bent.len()) <= 1);
    }

    /// Random arrivals keep their draws: each gap behind the change is the planned one, shortened.
    #[test]
    fn random_gaps_are_the_plans_bent(moment_ms in 0_u64..1_000, percent in 100_u32..1_000) {
        let schedule = schedule(vec![Flow::Poisson(rate(200))], 2_000);
        let moment_ns = moment_ms * MS;
        let bent = paced(&schedule, &[(moment_ns, percent)]);
        for (planned, bent) in schedule.offsets().zip(bent).filter(|(planned, _)| *planned > moment_ns) {
            let expected = moment_ns as f64 + (planned - moment_ns) as f64 * 100.0 / f64::from(percent);
            prop_assert!((bent as f64 - expected).abs() < 2_000.0, "{bent} {expected}");
        }
    }
}
