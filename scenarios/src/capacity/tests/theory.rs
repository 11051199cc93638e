//! A million virtual arrivals against the theory of queues: A. K. Erlang's formula of 1917 for M/M/c, with waits that
//! M/M/c callers have on the average, and Pollaczek and Khinchine's for M/D/1.

use super::super::*;
use crate::{
    decision::Subject,
    draw::{DrawSubject, Drawn, Draws, Site},
};

/// Arrivals of a row, at least.
const ARRIVALS: u64 = 1_000_000;
/// A mean service time: large against the nanosecond to which times are rounded.
const SERVICE_S: f64 = 0.01;

/// What a queue did: the share of its callers that waited, and how long a caller waited on the average, in mean services.
struct Observed {
    share: f64,
    wait: f64,
}

/// Exponential times of mean 1, by the keyed draws of this crate.
fn exponential(seed: u64, ordinal: u64, what: Drawn) -> f64 {
    let subject = DrawSubject {
        shop: 10_001,
        operation: "payLink",
        subject: Subject::Ordinal(ordinal),
    };
    let draw = Draws::new(seed, &subject, 1).at(Site { of: "theory", what });
    -f64::ln(((draw >> 12) as f64 + 0.5) / (1_u64 << 52) as f64)
}

/// Arrivals of a row. Waits resemble their neighbours' for as long as a busy time lasts, in which more workers see more
/// callers: with 64 of them, a million would leave chance some 4 % at a load of 0.9.
fn arrivals(workers: u32) -> u64 {
    ARRIVALS * u64::from(workers / 16).max(1)
}

fn observe(workers: u32, load: f64, service: impl Fn(u64) -> f64) -> Observed {
    let arrivals = arrivals(workers);
    let mut station = Station::new(workers, u32::MAX, Duration::from_secs(1_000_000));
    let gap_s = SERVICE_S / (f64::from(workers) * load);
    let mut now = Duration::ZERO;
    let (mut waited, mut wait) = (0_u64, Duration::ZERO);
    for call in 0..arrivals {
        now += Duration::from_secs_f64(gap_s * exponential(SEED, call, Drawn::Hit));
        let service = Duration::from_secs_f64(SERVICE_S * service(call));
        let Offered::Admitted { starts, ends } = station.offer(now, service) else {
            panic!("an endless queue turns nobody away");
        };
        assert_eq!(ends - starts, service);
        waited += u64::from(starts > now);
        wait += starts - now;
    }
    let utilisation = station
        .figures(now)
        .utilisation_since(&Station::new(workers, 0, Duration::ZERO).figures(Duration::ZERO));
    assert!(
        (utilisation / load - 1.0).abs() < 0.01,
        "{workers} workers at {load}: utilisation {utilisation}"
    );
    Observed {
        share: waited as f64 / arrivals as f64,
        wait: wait.as_secs_f64() / arrivals as f64 / SERVICE_S,
    }
}

/// The share of callers that wait, by Erlang's formula: B of so many workers by its recursion, then C.
fn erlang_c(workers: u32, load: f64) -> f64 {
    let offered = load * f64::from(workers);
    let blocked = (1..=workers).fold(1.0, |blocked, n| offered * blocked / (f64::from(n) + offered * blocked));
    blocked / (1.0 - load * (1.0 - blocked))
}

fn within(observed: f64, theory: f64, part: f64, what: &str) {
    let off = observed / theory - 1.0;
    println!(
        "{what}: {observed:.5}, by theory {theory:.5}, off by {:.2} %",
        off * 100.0
    );
    assert!(off.abs() <= part, "{what}: {observed} is not within {part} of {theory}");
}

/// One seed for all rows, and not the best of several for each.
const SEED: u64 = 42;

fn markov(workers: u32) {
    for load in [0.5, 0.8, 0.9] {
        markov_at(workers, load);
    }
}

fn markov_at(workers: u32, load: f64) {
    let observed = observe(workers, load, |call| exponential(SEED, call, Drawn::Delay));
    let share = erlang_c(workers, load);
    let wait = share / (f64::from(workers) * (1.0 - load));
    let row = format!("M/M/{workers} at {load}");
    if share * (arrivals(workers) as f64) < RARE {
        // So few wait that 5 % of them would be less than chance; then nearly nobody may.
        assert!(
            observed.share * (arrivals(workers) as f64) < RARE,
            "{row}: a share of {} waits",
            observed.share
        );
        return;
    }
    within(observed.share, share, 0.05, &format!("{row}, P(wait)"));
    within(observed.wait, wait, 0.05, &format!("{row}, mean wait"));
}

/// Callers among all arrivals whose number chance alone moves by more than a few percent.
const RARE: f64 = 1_000.0;

#[test]
fn one_worker_waits_as_erlang_says() {
    markov(1);
}

#[test]
fn two_workers_wait_as_erlang_says() {
    markov(2);
}

#[test]
fn eight_workers_wait_as_erlang_says() {
    markov(8);
}

#[test]
fn sixty_four_workers_wait_as_erlang_says() {
    markov(64);
}

#[test]
fn equal_services_halve_the_wait() {
    for load in [0.5, 0.8, 0.9] {
        let one = observe(1, load, |_| 1.0);
        within(one.share, load, 0.05, &format!("M/D/1 at {load}, P(wait)"));
        within(
            one.wait,
            load / (2.0 * (1.0 - load)),
            0.05,
            &format!("M/D/1 at {load}, mean wait"),
        );
    }
    // Cosmetatos' approximation (1975) for more workers, good to a few percent.
    let (workers, load) = (8_u32, 0.8);
    let c = f64::from(workers);
    let markov = erlang_c(workers, load) / (c * (1.0 - load));
    let correction = 1.0 + (1.0 - load) * (c - 1.0) * ((4.0 + 5.0 * c).sqrt() - 2.0) / (16.0 * load * c);
    let eight = observe(workers, load, |_| 1.0);
    within(eight.wait, markov / 2.0 * correction, 0.05, "M/D/8 at 0.8, mean wait");
}
