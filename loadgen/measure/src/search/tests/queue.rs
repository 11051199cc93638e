//! Searches against simulated queues of eight workers: with even arrivals and service times, with drawn ones, with pauses.

use std::collections::BinaryHeap;

use super::{RATE, found, play};
use crate::{
    search::{Held, Stage, steady::Flow},
    tally::Tally,
};

/// A queue of eight workers of 10 ms on average, which serve 800 a second.
#[derive(Clone, Copy)]
struct Queue {
    /// Whether arrivals are Poisson's; otherwise evenly spaced.
    drawn_arrivals: bool,
    /// Whether service times are exponential; otherwise all the same.
    drawn_service: bool,
    /// Every so many seconds all workers pause for 60 ms.
    pause_every_s: Option<f64>,
}

const WORKERS: usize = 8;
const SERVICE_S: f64 = 0.01;
const SETTLE_S: f64 = 2.0;

struct Draws(u64);

impl Draws {
    fn exponential(&mut self, mean: f64) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let share = ((self.0 >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
        -mean * share.ln()
    }
}

impl Queue {
    /// What a step of this length measures: the p99 in milliseconds, and the flow.
    fn measure(self, per_second: f64, lasts_s: f64, seed: u64) -> (f64, Flow) {
        let mut draws = Draws(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        // The moments at which workers are free again, earliest first.
        let us = |at: f64| std::cmp::Reverse((at * 1e6) as u64);
        let mut free: BinaryHeap<_> = (0..WORKERS).map(|_| us(0.0)).collect();
        let (mut times, mut under_way, mut at, mut nth) = (Tally::default(), [0_i64; 161], 0.0, 0_u32);
        let mut offered = 0;
        while at < SETTLE_S + lasts_s {
            let begin = (free.pop().expect("there are workers").0 as f64 / 1e6).max(at);
            let begin = self.pause_every_s.map_or(begin, |every| {
                let since = begin % every;
                if since < 0.06 { begin - since + 0.06 } else { begin }
            });
            let service = if self.drawn_service {
                draws.exponential(SERVICE_S)
            } else {
                SERVICE_S
            };
            let done = begin + service;
            free.push(us(done));
            if at >= SETTLE_S {
                offered += 1;
                times.record(((done - at) * 1e6) as u64);
            }
            let slot = |moment: f64| (((moment - SETTLE_S) / lasts_s).clamp(0.0, 1.0) * 160.0).ceil() as usize;
            under_way[slot(at)] += 1;
            under_way[slot(done)] -= i64::from(done < SETTLE_S + lasts_s);
            nth += 1;
            at = if self.drawn_arrivals {
                at + draws.exponential(1.0 / per_second)
            } else {
                f64::from(nth) / per_second
            };
        }
        let mut now = 0_i64;
        let flow = Flow {
            offered,
            dropped: 0,
            finished: offered,
            ok: offered,
            under_way: under_way
                .iter()
                .map(|change| {
                    now += change;
                    u64::try_from(now).unwrap_or(0)
                })
                .collect(),
        };
        (times.percentile_us(99_000) as f64 / 1e3, flow)
    }

    fn held(self, per_second: f64, lasts_s: f64, bound_ms: f64, seed: u64) -> Held {
        let (p99_ms, flow) = self.measure(per_second, lasts_s, seed);
        match (flow.troubles(true).is_empty(), p99_ms < bound_ms) {
            (false, _) => Held::Overloaded,
            (true, true) => Held::Kept,
            (true, false) => Held::Broken,
        }
    }
}

/// What a search finds is kept a little below for ten minutes, and is not a little above.
#[test]
fn the_limit_of_a_queue_is_found() {
    let even = Queue {
        drawn_arrivals: false,
        drawn_service: false,
        pause_every_s: None,
    };
    let poisson = Queue {
        drawn_arrivals: true,
        ..even
    };
    let drawn = Queue {
        drawn_service: true,
        ..poisson
    };
    let pausing = Queue {
        pause_every_s: Some(10.0),
        ..even
    };
    for (name, queue, bound_ms) in [
        ("D/D/8", even, 50.0),
        ("D/D/8", even, 300.0),
        ("M/D/8", poisson, 20.0),
        ("M/M/8", drawn, 60.0),
        ("M/M/8", drawn, 100.0),
        ("D/D/8 with pauses", pausing, 50.0),
    ] {
        for seed in 1..=5 {
            let mut step = seed * 1_000;
            let (outcome, tried) = play(RATE, |stage, level| {
                step += 1;
                let lasts_s = if stage == Stage::Confirm { 60.0 } else { 8.0 };
                queue.held(level, lasts_s, bound_ms, step)
            });
            let level = found(outcome);
            assert!(level <= 810.0, "{name} p99<{bound_ms}ms: {level}, {tried:?}");
            assert_eq!(
                queue.held(level * 0.95, 600.0, bound_ms, 7),
                Held::Kept,
                "{name} p99<{bound_ms}ms: {level}"
            );
            assert_ne!(
                queue.held(level * 1.08, 600.0, bound_ms, 7),
                Held::Kept,
                "{name} p99<{bound_ms}ms: {level}"
            );
        }
    }
}
