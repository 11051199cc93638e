//! The due times of one stretch of arrivals, computed from an arrival's number and, where one follows from the other, from
//! the one before.
//!
//! Invariant: nothing is rounded and then added up, so an hour of arrivals drifts by nothing. Evenly spaced: the i-th is
//! due at ⌊i / rate⌋. Rising: at the first microsecond in which the integral of the rate reaches i. Independent: gaps are
//! drawn by number, so a part of a stretch has the arrivals that it has in the whole.
//!
//! The rest of a stretch at another pace begins with what is owed: the part of an arrival by which the next one was not yet
//! due. At twice the rate it is due in half of the time, and so is each behind it.

use rust_decimal::Decimal;

use super::{schedule::part, trace::Trace};
use crate::{
    decision::Subject,
    distribution::exponential_ns,
    draw::{DrawSubject, Drawn, Site, draw},
    scenario::{Flow, Rate},
    units::millionths_per_second,
};

/// Arrivals from its start up to but without its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    start_ns: u64,
    end_ns: u64,
    pace: Pace,
    /// Of a rest: how much of an arrival must still pass before its first one is due, in units of its pace.
    owed: Option<i128>,
}

/// How arrivals of a stretch follow one another; rates in millionths a second.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Pace {
    Even {
        rate: u64,
    },
    Rising {
        from: u64,
        to: u64,
    },
    Random {
        rate: u64,
        seed: u64,
        /// Which entry of the load it is, from 1.
        place: u32,
        /// The number that draws the gap before its first arrival.
        first: u64,
    },
    Recorded(Trace),
}

impl Stretch {
    /// Adds the stretches of an entry: stairs and spikes are several.
    pub(super) fn of(flow: &Flow, (seed, place): (u64, u32), (start_ns, end_ns): (u64, u64), into: &mut Vec<Self>) {
        let mut put = |(start_ns, end_ns), pace| {
            into.push(Self {
                start_ns,
                end_ns,
                pace,
                owed: None,
            });
        };
        let border = |count: u64, of: u64| start_ns + part(end_ns - start_ns, count, of);
        let millionths = |rate: &Rate| millionths_per_second(rate.0);
        match flow {
            Flow::Constant(rate) => put((start_ns, end_ns), Pace::Even { rate: millionths(rate) }),
            Flow::Poisson(rate) => put(
                (start_ns, end_ns),
                Pace::Random {
                    rate: millionths(rate),
                    seed,
                    place,
                    first: 0,
                },
            ),
            Flow::Ramp { from, to } => {
                let (from, to) = (millionths(from), millionths(to));
                put((start_ns, end_ns), Pace::Rising { from, to });
            }
            Flow::Stairs { from, to, steps } => {
                let rise = (to.0 - from.0) / Decimal::from(steps.saturating_sub(1).max(1));
                for step in 0..*steps {
                    let rate = Rate(from.0 + rise * Decimal::from(step));
                    let bounds = (
                        border(step.into(), (*steps).into()),
                        border((step + 1).into(), (*steps).into()),
                    );
                    put(
                        bounds,
                        Pace::Even {
                            rate: millionths(&rate),
                        },
                    );
                }
            }
            Flow::Spike { base, peak } => {
                for (third, rate) in [(0, base), (1, peak), (2, base)] {
                    let rate = millionths(rate);
                    put((border(third, 3), border(third + 1, 3)), Pace::Even { rate });
                }
            }
            Flow::Trace(trace) => put((start_ns, end_ns), Pace::Recorded(trace.clone())),
        }
    }

    pub(super) fn start_ns(&self) -> u64 {
        self.start_ns
    }

    pub(super) fn end_ns(&self) -> u64 {
        self.end_ns
    }

    /// Whether its arrivals were recorded, so that each has an instant of its own.
    pub(super) fn is_recorded(&self) -> bool {
        matches!(self.pace, Pace::Recorded(_))
    }

    /// All of it at so many percent of its rate; recorded arrivals stay where they are.
    pub(super) fn at_pace(&self, percent: u32) -> Self {
        let scaled = |rate: u64| {
            let scaled = u128::from(rate) * u128::from(percent) / 100;
            u64::try_from(scaled).unwrap_or(u64::MAX).max(u64::from(rate > 0))
        };
        let pace = match self.pace.clone() {
            Pace::Even { rate } => Pace::Even { rate: scaled(rate) },
            Pace::Rising { from, to } => Pace::Rising {
                from: scaled(from),
                to: scaled(to),
            },
            Pace::Random {
                rate,
                seed,
                place,
                first,
            } => Pace::Random {
                rate: scaled(rate),
                seed,
                place,
                first,
            },
            Pace::Recorded(trace) => Pace::Recorded(trace),
        };
        Self { pace, ..self.clone() }
    }

    /// What is left of it from a moment within, as planned; its first arrival is the one of this number, of which so much
    /// is owed. Recorded arrivals cannot be had by halves, so of them it is the whole.
    pub(super) fn rest(&self, moment_ns: u64, arrival: u64, owed: i128) -> Self {
        let pace = match self.pace.clone() {
            Pace::Rising { from, to } => Pace::Rising {
                from: Rise::new(from, to, self.end_ns - self.start_ns).rate((moment_ns - self.start_ns) / 1_000),
                to,
            },
            Pace::Random {
                rate,
                seed,
                place,
                first,
            } => Pace::Random {
                rate,
                seed,
                place,
                first: first.saturating_add(arrival),
            },
            pace @ Pace::Even { .. } => pace,
            Pace::Recorded(_) => return self.clone(),
        };
        Self {
            start_ns: moment_ns,
            pace,
            owed: Some(owed),
            ..self.clone()
        }
    }

    /// How much of an arrival must still pass at a moment before the one of this number is due; `last` is the due time of
    /// the one before it, from the stretch's start. It means the same at every pace.
    pub(super) fn owed(&self, moment_ns: u64, arrival: u64, last: Option<u64>) -> i128 {
        let since_ns = moment_ns.saturating_sub(self.start_ns);
        let number = i128::from(arrival);
        let owed = match &self.pace {
            Pace::Even { rate } => {
                number * MILLIONTH_NANOS as i128 + self.owed.unwrap_or(0) - i128::from(since_ns) * i128::from(*rate)
            }
            Pace::Rising { from, to } => {
                let rise = Rise::new(*from, *to, self.end_ns - self.start_ns);
                number * Rise::ONE + self.owed.unwrap_or(0) - rise.integral(since_ns / 1_000)
            }
            Pace::Random { rate, .. } => {
                let due_ns = self.random(arrival, last).unwrap_or(u64::MAX);
                i128::from(due_ns.saturating_sub(since_ns)) * i128::from(*rate)
            }
            Pace::Recorded(_) => 0,
        };
        owed.max(0)
    }

    /// When a random arrival is due, from the stretch's start, be it beyond its end.
    fn random(&self, arrival: u64, last: Option<u64>) -> Option<u64> {
        let Pace::Random {
            rate,
            seed,
            place,
            first,
        } = &self.pace
        else {
            return None;
        };
        match (arrival, self.owed) {
            (0, Some(owed)) => u64::try_from(owed.checked_div(i128::from(*rate))?).ok(),
            (_, _) => {
                let gap_ns = exponential_ns(*rate, gap_draw(*seed, *place, first.saturating_add(arrival)));
                Some(last.unwrap_or(0).saturating_add(gap_ns))
            }
        }
    }

    /// When an arrival is due, from the stretch's start; `last` is the due time of the one before it.
    pub(super) fn beyond(&self, arrival: u64, last: Option<u64>) -> Option<u64> {
        let length_ns = self.end_ns - self.start_ns;
        let beyond = match &self.pace {
            // 2^64 arrivals times 10^15 lie within 128 bits.
            Pace::Even { rate } => {
                let passed = u128::from(arrival) * MILLIONTH_NANOS + self.owed_units();
                u64::try_from(passed.checked_div(u128::from(*rate))?).ok()?
            }
            Pace::Rising { from, to } => {
                let rise = Rise::new(*from, *to, length_ns);
                let wanted = i128::from(arrival)
                    .checked_mul(Rise::ONE)?
                    .checked_add(self.owed.unwrap_or(0))?;
                rise.reaches(wanted, last.unwrap_or(0) / 1_000)?.saturating_mul(1_000)
            }
            Pace::Random { .. } => self.random(arrival, last)?,
            Pace::Recorded(trace) => *trace.offsets_ns().get(usize::try_from(arrival).ok()?)?,
        };
        (beyond < length_ns).then_some(beyond)
    }

    /// The number of an arrival in the stretch as planned, as far as draws go by it.
    pub(super) fn number(&self, arrival: u64) -> u64 {
        match &self.pace {
            Pace::Random { first, .. } => first.saturating_add(arrival),
            Pace::Even { .. } | Pace::Rising { .. } | Pace::Recorded(_) => arrival,
        }
    }

    fn owed_units(&self) -> u128 {
        u128::try_from(self.owed.unwrap_or(0)).unwrap_or(0)
    }

    /// How many arrivals are due before a moment; of a rest nobody asks it.
    pub(super) fn before(&self, moment_ns: u64) -> u64 {
        let within = moment_ns.min(self.end_ns).saturating_sub(self.start_ns);
        match &self.pace {
            Pace::Even { rate } => even_before(*rate, within),
            Pace::Rising { from, to } => {
                Rise::new(*from, *to, self.end_ns - self.start_ns).before(within.div_ceil(1_000))
            }
            Pace::Random { .. } => {
                let mut last = None;
                let mut count = 0;
                while let Some(beyond) = self.beyond(count, last).filter(|beyond| *beyond < within) {
                    last = Some(beyond);
                    count += 1;
                }
                count
            }
            Pace::Recorded(trace) => trace.offsets_ns().partition_point(|offset| *offset < within) as u64,
        }
    }

    /// The same for random ones as expected, with a part of one; others are whole.
    pub(super) fn expected_before(&self, moment_ns: u64) -> (u64, f64) {
        let within = moment_ns.min(self.end_ns).saturating_sub(self.start_ns);
        match &self.pace {
            Pace::Random { rate, .. } => (0, within as f64 * *rate as f64 / MILLIONTH_NANOS as f64),
            Pace::Even { .. } | Pace::Rising { .. } | Pace::Recorded(_) => (self.before(moment_ns), 0.0),
        }
    }
}

/// Arrival i is due before a moment when ⌊i · 10^15 / rate⌋ < t, and t is whole: when i < t · rate / 10^15.
fn even_before(rate: u64, within_ns: u64) -> u64 {
    let arrivals = (u128::from(within_ns) * u128::from(rate)).div_ceil(MILLIONTH_NANOS);
    u64::try_from(arrivals).unwrap_or(u64::MAX)
}

fn gap_draw(seed: u64, place: u32, arrival: u64) -> u64 {
    let subject = DrawSubject {
        shop: 0,
        operation: "arrival",
        subject: Subject::Ordinal(arrival),
    };
    let site = Site {
        of: "load",
        what: Drawn::Gap,
    };
    draw(seed, &subject, place, site)
}

/// A rate that changes evenly over a length. Time is in microseconds here, so that its square fits.
struct Rise {
    from: i128,
    rise: i128,
    length_us: u64,
}

impl Rise {
    fn new(from: u64, to: u64, length_ns: u64) -> Self {
        Self {
            from: i128::from(from),
            rise: i128::from(to) - i128::from(from),
            length_us: length_ns / 1_000,
        }
    }

    /// The rate at a moment.
    fn rate(&self, at_us: u64) -> u64 {
        let climbed = self.rise * i128::from(at_us) / i128::from(self.length_us.max(1));
        u64::try_from(self.from + climbed).unwrap_or(0)
    }

    /// The integral of the rate up to a moment, in parts of [`Self::ONE`]. The slope is kept to a millionth of a
    /// millionth, or the square of a long time would turn its rounding into arrivals.
    fn integral(&self, at_us: u64) -> i128 {
        let at = i128::from(at_us);
        let climbed = (self.rise * FINE) * at / i128::from(self.length_us.max(1));
        (2 * FINE * self.from + climbed) * at
    }

    /// One arrival.
    const ONE: i128 = 2 * FINE * 1_000_000_000_000;

    /// The first microsecond from `from_us` on in which the integral reaches so much.
    fn reaches(&self, wanted: i128, from_us: u64) -> Option<u64> {
        let is_reached = |at_us: u64| self.integral(at_us) >= wanted;
        if is_reached(from_us) {
            return Some(from_us);
        }
        let (mut below, mut step) = (from_us, 1_u64);
        while !is_reached((below + step).min(self.length_us)) {
            if below + step >= self.length_us {
                return None;
            }
            below += step;
            step *= 2;
        }
        let mut above = (below + step).min(self.length_us);
        while above - below > 1 {
            let middle = below + (above - below) / 2;
            if is_reached(middle) {
                above = middle;
            } else {
                below = middle;
            }
        }
        Some(above)
    }

    /// How many arrivals are due before a microsecond: those that the integral reached by the one before it.
    fn before(&self, moment_us: u64) -> u64 {
        let Some(last_us) = moment_us.checked_sub(1) else {
            return 0;
        };
        let reached = self.integral(last_us).max(0) / Self::ONE;
        u64::try_from(reached).unwrap_or(u64::MAX).saturating_add(1)
    }
}

pub(super) const NANOS_PER_SECOND: u64 = 1_000_000_000;
/// Nanoseconds a second times millionths.
const MILLIONTH_NANOS: u128 = 1_000_000_000_000_000;
/// How much finer than a millionth a second a slope is kept: 2^20 of them still leave room for a year at the highest rate.
const FINE: i128 = 1 << 20;
