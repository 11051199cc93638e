//! Seconds, windows and totals, and the closed form of coordinated omission.

mod properties;

use super::*;
use crate::{
    recorder::{Recorder, Started},
    sample::{Class, Sample},
    snapshot::{HEAT_ROWS_US, PhasePlan},
};

/// HDR's promise for three digits, as a share.
const PRECISION: f64 = 0.001;

fn plan(phases: u64, each_us: u64) -> Arc<RunPlan> {
    let phase = |at: u64| PhasePlan {
        name: format!("phase-{at}"),
        from_us: at * each_us,
        until_us: (at + 1) * each_us,
        faults: vec![],
    };
    Arc::new(RunPlan {
        scenario: "healthy".to_owned(),
        seed: 42,
        target: "http://127.0.0.1:8080".to_owned(),
        phases: (0..phases).map(phase).collect(),
        arrivals_end_us: phases * each_us,
        drain_us: 15_000_000,
        target_per_second: vec![],
        users: 10,
    })
}

/// Two operations and the journey made of them.
fn names() -> Names {
    Names {
        whats: vec![
            ("payLink".to_owned(), false),
            ("checkDeposit".to_owned(), false),
            ("checkout".to_owned(), true),
        ],
    }
}

fn sample(what: u16, class: Class, intended_us: u64, done_us: u64) -> Sample {
    Sample {
        phase: 0,
        what,
        class,
        expected: true,
        intended_us,
        sent_us: intended_us,
        first_byte_us: done_us,
        done_us,
    }
}

/// A history of these samples, swapped once.
fn history(samples: &[Sample], now_us: u64) -> History {
    let recorder = Recorder::new(1, 1, 3);
    for sample in samples {
        recorder.record(0, sample);
    }
    let mut history = History::new(plan(1, 20_000_000), names());
    history.absorb(recorder.swap(), now_us);
    history
}

/// A pause of 10 s within the first of two phases of 10 s: both last as long as planned, the first until 20 s of the run.
#[test]
fn a_paused_phase_is_measured_over_the_time_it_went_on() {
    let recorder = Recorder::new(1, 2, 3);
    for due_us in (0..100_u64).map(|at| at * 100_000) {
        // 5 s before the pause, 5 s behind it.
        let due_us = if due_us < 5_000_000 {
            due_us
        } else {
            due_us + 10_000_000
        };
        recorder.record(0, &sample(0, Class::Ok, due_us, due_us + 1_000));
    }
    let mut history = History::new(plan(2, 10_000_000), names());
    let rate = |history: &History, phase| {
        let selection = Selection {
            phase,
            ..Selection::default()
        };
        history.figure(selection).per_second()
    };
    let mut moved = RunPlan::clone(&plan(2, 10_000_000));
    moved.phases[0].until_us = 20_000_000;
    (moved.phases[1].from_us, moved.phases[1].until_us) = (20_000_000, 30_000_000);
    moved.arrivals_end_us = 30_000_000;
    history.replan(Arc::new(moved), vec![10_000_000, 0]);
    history.absorb(recorder.swap(), 20_000_000);
    for phase in [None, Some(0)] {
        let rate = rate(&history, phase);
        assert!((rate - 10.0).abs() < 1e-9, "{rate} a second in {phase:?}");
    }
}

#[test]
fn a_freeze_shows_in_full_from_the_intended_start() {
    // 200/s for 20 s, frozen from 9 s to 11 s; 1 ms otherwise. What waits during the freeze is answered at its end.
    let (frozen, thawed) = (9_000_000, 11_000_000);
    let samples: Vec<Sample> = (0..4_000_u64)
        .map(|at| at * 5_000)
        .map(|due| {
            let sent = if (frozen..thawed).contains(&due) { thawed } else { due };
            Sample {
                sent_us: sent,
                ..sample(0, Class::Ok, due, sent + 1_000)
            }
        })
        .collect();
    let mut history = history(&samples, 21_000_000);
    history.end(21_000_000);
    let (response, service) = (
        history.figure(Selection::default()),
        history.figure(Selection {
            service: true,
            ..Selection::default()
        }),
    );
    for (thousandths, seconds) in [(95_000, 1.0), (99_000, 1.8)] {
        let observed = response.percentile(thousandths) as f64 / 1e6;
        assert!((observed / seconds - 1.0).abs() < 0.01, "{thousandths}: {observed} s");
        assert_eq!(service.percentile(thousandths), 1_000);
    }
}

#[test]
fn only_complete_seconds_show_and_late_samples_still_count() {
    let recorder = Recorder::new(1, 1, 3);
    let mut history = History::new(plan(1, 20_000_000), names());
    recorder.record(0, &sample(0, Class::Ok, 100_000, 200_000));
    recorder.record(0, &sample(0, Class::Ok, 900_000, 1_100_000));
    recorder.offer(0, 100_000);
    history.absorb(recorder.swap(), 1_200_000);
    let shown = |history: &History| -> Vec<(u32, u32, u32)> {
        history
            .seconds()
            .iter()
            .map(|second| (second.second, second.offered, second.finished))
            .collect()
    };
    assert_eq!(shown(&history), [(0, 1, 1)]);
    recorder.record(0, &sample(0, Class::Http5xx, 100_000, 999_000));
    history.absorb(recorder.swap(), 1_450_000);
    assert_eq!(shown(&history), [(0, 1, 2)]);
    assert_eq!(history.seconds()[0].p99_us, 899_071);
    history.end(1_500_000);
    assert_eq!(shown(&history), [(0, 1, 2), (1, 0, 1)]);
    assert_eq!(history.figure(Selection::default()).finished, 3);
}

#[test]
fn seconds_are_bounded_and_keep_their_figures() {
    let recorder = Recorder::new(1, 1, 3);
    let mut history = History::new(plan(1, 20_000_000), names());
    for second in 0..700_u64 {
        let due = second * SECOND_US;
        recorder.record(0, &sample(0, Class::Ok, due, due + 7_000));
        history.absorb(recorder.swap(), due + SECOND_US);
    }
    let seconds = history.seconds();
    assert_eq!(
        (seconds.len(), seconds[0].second, seconds[599].second),
        (SECONDS_KEPT, 100, 699)
    );
    assert!(
        seconds
            .iter()
            .all(|second| second.finished == 1 && second.p99_us == 7_003 && second.heat[3] == 1)
    );
    let finished: Vec<u64> = history.windows().iter().map(|window| window.finished).collect();
    assert_eq!(finished, [10, 30, 120, 700]);
    // The machine slept for a day.
    history.absorb(Interval::default(), 86_400 * SECOND_US);
    assert_eq!(history.seconds().len(), SECONDS_KEPT);
    assert_eq!(history.windows()[0].finished, 0);
}

#[test]
fn a_sample_late_by_half_a_minute_still_counts_in_its_second_and_windows() {
    let second = |at: u64| sample(0, Class::Ok, at * 1_000_000, at * 1_000_000 + 2_000);
    let mut history = history(&(0..40).map(second).collect::<Vec<_>>(), 40_000_000);
    let recorder = Recorder::new(1, 1, 3);
    let late = |what, class| sample(what, class, 15_000_000, 15_900_000);
    for (what, class) in [(0, Class::Ok), (1, Class::Timeout), (2, Class::Ok)] {
        recorder.record(0, &late(what, class));
    }
    history.absorb(recorder.swap(), 40_100_000);
    let figures = history.seconds()[15].clone();
    assert_eq!((figures.finished, figures.ok, figures.p99_us), (3, 2, 900_095));
    let two_minutes = history.windows()[2].clone();
    assert_eq!((two_minutes.finished, two_minutes.response_ok.count), (42, 41));
    assert_eq!((two_minutes.response.max_us, two_minutes.service.count), (900_095, 42));
    assert_eq!(history.windows()[0].finished, 10);
}

#[test]
fn a_sample_from_the_future_does_not_grow_the_history() {
    let mut history = history(&[sample(0, Class::Ok, 0, 1 << 60)], 1_000_000);
    assert_eq!(history.open.len(), 1);
    history.end(2_000_000);
    assert_eq!(
        (history.seconds().len(), history.figure(Selection::default()).finished),
        (3, 1)
    );
}

#[test]
fn journeys_never_count_among_requests() {
    let samples = [
        sample(0, Class::Ok, 0, 10_000),
        sample(1, Class::Timeout, 10_000, 20_000),
        sample(2, Class::Ok, 0, 5_000_000),
    ];
    let mut history = history(&samples, 6_000_000);
    history.end(6_000_000);
    let finished = |selection| history.figure(selection).finished;
    assert_eq!(finished(Selection::default()), 2);
    assert_eq!(
        finished(Selection {
            journeys: true,
            ..Selection::default()
        }),
        1
    );
    assert_eq!(
        finished(Selection {
            what: Some(2),
            ..Selection::default()
        }),
        1
    );
    assert_eq!(
        finished(Selection {
            what: Some(9),
            ..Selection::default()
        }),
        0
    );
    assert_eq!(
        finished(Selection {
            phase: Some(9),
            ..Selection::default()
        }),
        0
    );
    assert_eq!(history.windows()[3].finished, 2);
    assert_eq!(history.seconds().iter().map(|second| second.finished).sum::<u32>(), 2);
    assert_eq!(history.classes().iter().map(|class| class.count).sum::<u64>(), 2);
    assert_eq!((history.phases()[0].requests, history.phases()[0].success), (2, 0.5));
    let operations: Vec<(String, bool, u64, f64)> = history
        .operations()
        .into_iter()
        .map(|operation| (operation.name, operation.journey, operation.finished, operation.errors))
        .collect();
    let expected = [
        ("payLink", false, 1, 0.0),
        ("checkDeposit", false, 1, 1.0),
        ("checkout", true, 1, 0.0),
    ];
    assert_eq!(
        operations,
        expected.map(|(name, journey, count, errors)| (name.to_owned(), journey, count, errors))
    );
    assert_eq!(history.operation_summaries()[2].requests, 1);
    assert_eq!(history.success_of_second(0), Some((1, 2)));
}

#[test]
fn rates_are_over_the_time_that_has_passed() {
    let samples: Vec<Sample> = (0..100)
        .map(|at| sample(0, Class::Ok, at * 50_000, at * 50_000 + 1_000))
        .collect();
    let history = history(&samples, 5_000_000);
    let figures = history.figure(Selection {
        phase: Some(0),
        ..Selection::default()
    });
    assert_eq!(
        (figures.finished, figures.over_us, figures.per_second()),
        (100, 5_000_000, 20.0)
    );
    assert_eq!(history.windows()[0].per_second, 20.0);
    // Arrivals end at 20 s; the drain does not thin the rate out.
    assert_eq!(history_at(&samples, 30_000_000).over_us, 20_000_000);
}

fn history_at(samples: &[Sample], now_us: u64) -> Figures {
    history(samples, now_us).figure(Selection::default())
}

#[test]
fn recovery_is_three_healthy_seconds() {
    const END: u64 = 10_500_000;
    let check = |seconds: &[(u32, u64, u64)], within_us: u64, now_us: u64, ended: bool, expected: Recovery| {
        let mut starts = Starts::new(60_000_000);
        for (second, ok, finished) in seconds {
            starts.add(
                *second,
                Started {
                    finished: *finished,
                    ok: *ok,
                },
            );
        }
        if ended {
            starts.end();
        }
        assert_eq!(
            starts.recovered(END, within_us, now_us),
            expected,
            "{seconds:?} within {within_us}"
        );
    };
    let sick = [
        (10, 100, 100),
        (11, 0, 100),
        (12, 98, 100),
        (13, 99, 100),
        (14, 100, 100),
        (15, 100, 100),
    ];
    // Second 10 holds part of the phase; 13 is the first that is healthy with the two after it.
    check(&sick, 5_000_000, 16_000_000, false, Recovery::After(2_500_000));
    check(&sick, 2_499_999, 60_000_000, true, Recovery::NotWithin);
    check(&sick, 2_500_000, 60_000_000, true, Recovery::After(2_500_000));
    check(&sick[..5], 5_000_000, 15_000_000, false, Recovery::NotYet);
    check(&sick[..5], 5_000_000, 15_000_000, true, Recovery::After(2_500_000));
    check(&sick[..3], 5_000_000, 17_999_999, false, Recovery::NotYet);
    check(&sick[..3], 5_000_000, 18_000_000, false, Recovery::NotWithin);
    check(&sick[..1], 5_000_000, 60_000_000, true, Recovery::NoSamples);
    // A relapse in the third second starts the count again.
    check(
        &[(11, 9, 9), (12, 9, 9), (13, 0, 9)],
        5_000_000,
        60_000_000,
        true,
        Recovery::NotWithin,
    );
    // One arrival every other second: the empty ones say nothing.
    check(
        &[(11, 1, 1), (13, 1, 1)],
        5_000_000,
        60_000_000,
        true,
        Recovery::After(500_000),
    );
}

#[test]
fn heat_rows_take_their_upper_bound() {
    let samples: Vec<Sample> = [1, 1_000, 1_500, 120_000_000]
        .map(|us| sample(0, Class::Ok, 0, us))
        .into();
    let mut history = history(&samples, 121_000_000);
    history.end(121_000_000);
    let mut heat = [0; HEAT_ROWS_US.len()];
    for second in history.seconds().iter() {
        heat.iter_mut().zip(second.heat).for_each(|(sum, row)| *sum += row);
    }
    assert_eq!(heat, [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
}
