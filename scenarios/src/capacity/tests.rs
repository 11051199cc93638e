//! Rows by hand, then the model against a simulation that knows nothing of it, then against the theory of queues.

mod reference;
mod theory;

use super::*;
use crate::{
    distribution::{Distribution, DistributionShape},
    scenario::Operation,
    testing::{occasion, phase, scenario},
};

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn admitted(starts: u64, ends: u64) -> Offered {
    Offered::Admitted {
        starts: ms(starts),
        ends: ms(ends),
    }
}

fn turned_away(at: u64) -> Offered {
    Offered::TurnedAway { at: ms(at) }
}

fn timed_out(at: u64) -> Offered {
    Offered::TimedOut { at: ms(at) }
}

/// Offers `(now, service)` one after another.
fn check(station: (u32, u32, u64), calls: &[(u64, u64, Offered)]) {
    let (workers, queue, queue_timeout) = station;
    let mut station = Station::new(workers, queue, ms(queue_timeout));
    for (row, (now, service, expected)) in calls.iter().enumerate() {
        assert_eq!(station.offer(ms(*now), ms(*service)), *expected, "call {row}");
    }
}

#[test]
fn who_finds_a_worker_does_not_wait() {
    check(
        (2, 0, 0),
        &[
            (0, 10, admitted(0, 10)),
            (0, 10, admitted(0, 10)),
            (0, 10, turned_away(0)),
            (9, 10, turned_away(9)),
            (10, 10, admitted(10, 20)),
        ],
    );
}

#[test]
fn the_queue_is_first_come_first_served() {
    check(
        (2, 9, 1_000),
        &[
            (0, 10, admitted(0, 10)),
            (0, 30, admitted(0, 30)),
            (1, 10, admitted(10, 20)),
            (2, 50, admitted(20, 70)),
            (3, 10, admitted(30, 40)),
            (4, 10, admitted(40, 50)),
        ],
    );
}

#[test]
fn a_full_queue_turns_away_until_somebody_leaves_it() {
    check(
        (1, 2, 1_000),
        &[
            (0, 10, admitted(0, 10)),
            (0, 10, admitted(10, 20)),
            (0, 10, admitted(20, 30)),
            (9, 10, turned_away(9)),
            (10, 10, admitted(30, 40)),
            (10, 10, turned_away(10)),
        ],
    );
}

#[test]
fn who_would_wait_too_long_leaves_without_a_worker() {
    check(
        (1, 9, 15),
        &[
            (0, 10, admitted(0, 10)),
            // Exactly as long as is allowed.
            (5, 10, admitted(10, 20)),
            (4, 10, admitted(20, 30)),
            (5, 10, timed_out(20)),
            (15, 1, admitted(30, 31)),
        ],
    );
}

#[test]
fn who_will_time_out_fills_a_place_until_then() {
    check(
        (1, 1, 5),
        &[
            (0, 100, admitted(0, 100)),
            (1, 10, timed_out(6)),
            (5, 10, turned_away(5)),
            (6, 10, timed_out(11)),
        ],
    );
}

#[test]
fn time_never_goes_back() {
    check((1, 9, 100), &[(10, 10, admitted(10, 20)), (3, 10, admitted(20, 30))]);
}

#[test]
fn no_worker_is_one_worker() {
    check((0, 1, 100), &[(0, 10, admitted(0, 10)), (0, 10, admitted(10, 20))]);
}

#[test]
fn service_of_no_time_holds_nobody() {
    check(
        (1, 0, 0),
        &[(0, 0, admitted(0, 0)), (0, 0, admitted(0, 0)), (0, 5, admitted(0, 5))],
    );
}

#[test]
fn figures_tell_the_moment() {
    let mut station = Station::new(2, 2, ms(50));
    let empty = station.figures(ms(0));
    for service in [10, 40, 30, 100, 5] {
        station.offer(ms(0), ms(service));
    }
    // Two at work until 10 and 40, then 10..40 and 40..140; the fifth was turned away.
    let row = |figures: Figures| (figures.busy, figures.waiting, figures.busy_time.as_millis());
    let mut before = empty;
    for (at, expected, utilisation) in [
        (0, (2, 2, 0), 0.0),
        (5, (2, 2, 10), 1.0),
        (10, (2, 1, 20), 1.0),
        (39, (2, 1, 78), 1.0),
        (40, (1, 0, 80), 1.0),
        (90, (1, 0, 130), 0.5),
        (140, (0, 0, 180), 0.5),
        (240, (0, 0, 180), 0.0),
    ] {
        let figures = station.figures(ms(at));
        assert_eq!(row(figures), expected, "at {at} ms");
        let share = figures.utilisation_since(&before);
        assert!((share - utilisation).abs() < 1e-9, "at {at} ms: {share}");
        before = figures;
    }
    assert_eq!((before.admitted, before.turned_away, before.timed_out), (4, 1, 0));
    assert!((before.utilisation_since(&empty) - 180.0 / 480.0).abs() < 1e-9);
}

#[test]
fn eight_workers_of_ten_milliseconds_serve_800_a_second() {
    let mut station = Station::new(8, 16, ms(1_000));
    // 1,200 a second for ten seconds.
    let arrivals = (0..12_000_u64).map(|call| Duration::from_nanos(call * 1_000_000_000 / 1_200));
    let within = |end: &Duration| *end > ms(1_000) && *end <= ms(10_000);
    let served = arrivals
        .filter_map(|now| match station.offer(now, ms(10)) {
            Offered::Admitted { ends, .. } => Some(ends),
            Offered::TurnedAway { .. } | Offered::TimedOut { .. } => None,
        })
        .filter(within)
        .count();
    assert_eq!(served, 9 * 800);
    let figures = station.figures(ms(10_000));
    assert_eq!(figures.admitted + figures.turned_away, 12_000);
}

fn capacity(workers: u32, queue: u32, queue_timeout: u64, service_ms: u64) -> Capacity {
    Capacity {
        workers,
        service_time: Distribution::fixed(ms(service_ms)),
        queue,
        queue_timeout: ms(queue_timeout),
        overload: Overload {
            status: 503,
            retry_after_s: Some(1),
        },
    }
}

#[test]
fn a_station_knows_its_numbers() {
    let station = Station::of(&capacity(2, 3, 4, 5));
    for (other, expected) in [
        (capacity(2, 3, 4, 5), true),
        (capacity(2, 3, 4, 50), true),
        (capacity(1, 3, 4, 5), false),
        (capacity(2, 4, 4, 5), false),
        (capacity(2, 3, 5, 5), false),
    ] {
        assert_eq!(station.is_of(&other), expected, "{other:?}");
    }
}

#[test]
fn a_phase_has_its_own_capacity_or_the_files() {
    let mut slow = phase("slow", 1);
    slow.capacity = Some(capacity(2, 3, 4, 50));
    let mut scenario = scenario(vec![phase("usual", 1), slow], vec![]);
    let workers = |scenario: &Scenario, phase| scenario.capacity_in(PhaseIndex(phase)).map(|found| found.workers);
    assert_eq!([0, 1, 2].map(|phase| workers(&scenario, phase)), [None, Some(2), None]);
    scenario.capacity = Some(capacity(9, 3, 4, 5));
    assert_eq!(
        [0, 1, 2].map(|phase| workers(&scenario, phase)),
        [Some(9), Some(2), Some(9)]
    );
}

#[test]
fn service_times_are_drawn_for_each_call() {
    let mut scenario = scenario(vec![phase("all", 1)], vec![]);
    let drawn = |scenario: &Scenario, number, attempt| {
        let occasion = Occasion {
            attempt,
            ..occasion(Operation::PayLink, 0, number)
        };
        service_time(scenario, &occasion)
    };
    assert_eq!(drawn(&scenario, "A", 1), None);
    let shape = DistributionShape::Uniform {
        from: ms(10),
        to: ms(20),
    };
    scenario.capacity = Some(Capacity {
        service_time: Distribution { shape, cap: None },
        ..capacity(1, 1, 1, 0)
    });
    let first = drawn(&scenario, "A", 1).unwrap();
    assert!((ms(10)..=ms(20)).contains(&first));
    assert_eq!(drawn(&scenario, "A", 1), Some(first));
    assert_ne!(drawn(&scenario, "A", 2), Some(first));
    assert_ne!(drawn(&scenario, "B", 1), Some(first));
}

#[test]
fn who_is_not_served_is_told_to_come_again() {
    let decision = capacity(1, 1, 1, 1).overload.decision();
    assert_eq!(decision.ledger, LedgerAct::Skip);
    let Shape::Status(reply) = decision.reply.shape else {
        panic!("{decision:?}");
    };
    assert_eq!((reply.status, reply.retry_after_s), (503, Some(1)));
    assert_eq!(decision.hits.rules().count(), 0);
}

#[test]
fn a_station_under_a_flood_holds_no_more_than_its_places() {
    let mut station = Station::new(4, 8, ms(1));
    for call in 0..100_000 {
        station.offer(Duration::from_micros(call), ms(7));
        assert!(station.busy_until.len() <= 4 && station.leaves.len() <= 8);
    }
}
