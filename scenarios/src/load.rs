//! When arrivals are due, and what each of them does: a pure schedule in nanoseconds. Waiting for it is the pacer's job.
//!
//! Invariant: the i-th arrival of a stretch is due at its start + ⌊i / rate⌋, computed from i alone. Periods are never
//! rounded and never added up, so an hour of arrivals drifts by nothing.

use std::time::Duration;

use rust_decimal::Decimal;

use crate::{
    decision::Subject,
    draw::{DrawSubject, Drawn, Site, draw},
    scenario::{Arrivals, Journey, Load, Rate},
    timeline::{Timeline, in_proportion},
    triggers::Case,
    units::millionths_per_second,
};

/// The arrivals of a load over a length of time. Iterate over it for the due times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    stretches: Vec<Stretch>,
    total_ns: u64,
}

/// Evenly spaced arrivals from its start up to but without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    start_ns: u64,
    end_ns: u64,
    millionths_per_second: u64,
}

impl Schedule {
    /// Lays the entries of a load behind one another over `total`. Entries without a length of their own share what the
    /// others leave; what lies beyond `total` is cut, and what no entry covers stays without arrivals.
    pub fn new(load: &Load, total: Duration) -> Self {
        Self::laid_out(load, total, |lasts| lasts)
    }

    /// The same over a timeline. Where it was shrunk, the entries' own lengths shrink with its phases.
    pub fn over(load: &Load, timeline: &Timeline) -> Self {
        let (length, planned) = (timeline.end(), timeline.planned());
        Self::laid_out(load, length, |lasts| {
            if length < planned {
                in_proportion(lasts, length, planned)
            } else {
                lasts
            }
        })
    }

    fn laid_out(load: &Load, total: Duration, scaled: impl Fn(Duration) -> Duration) -> Self {
        let total_ns = nanos(total);
        let own_length = |Arrivals::Constant { lasts, .. }: &Arrivals| lasts.map(|lasts| nanos(scaled(lasts)));
        let taken = load
            .arrivals
            .iter()
            .filter_map(own_length)
            .fold(0_u64, u64::saturating_add);
        let shared = total_ns.saturating_sub(taken);
        let sharers = load.arrivals.iter().filter(|entry| own_length(entry).is_none()).count() as u64;
        let mut sharers_before = 0;
        let mut start_ns = 0_u64;
        let mut stretches = Vec::with_capacity(load.arrivals.len());
        for entry in &load.arrivals {
            let length = own_length(entry).unwrap_or_else(|| {
                let upto = |sharer: u64| u128::from(shared) * u128::from(sharer) / u128::from(sharers);
                sharers_before += 1;
                u64::try_from(upto(sharers_before) - upto(sharers_before - 1)).expect("a part of 64 bits")
            });
            let end_ns = start_ns.saturating_add(length).min(total_ns);
            let Arrivals::Constant { rate: Rate(rate), .. } = entry;
            stretches.push(Stretch {
                start_ns,
                end_ns,
                millionths_per_second: millionths_per_second(*rate),
            });
            start_ns = end_ns;
        }
        Self { stretches, total_ns }
    }

    /// How many arrivals there are.
    pub fn count(&self) -> u64 {
        self.before(self.total_ns)
    }

    /// How many arrivals are due before a moment, in nanoseconds from the start.
    pub fn before(&self, moment_ns: u64) -> u64 {
        self.stretches
            .iter()
            .map(|stretch| stretch.before(moment_ns))
            .fold(0, u64::saturating_add)
    }

    /// How many arrivals are due in each second; the last may be a part of one.
    pub fn offered_per_second(&self) -> Vec<f64> {
        let seconds = self.total_ns.div_ceil(NANOS_PER_SECOND);
        let upto = |second: u64| self.before(second.saturating_mul(NANOS_PER_SECOND));
        (0..seconds)
            .map(|second| (upto(second + 1) - upto(second)) as f64)
            .collect()
    }

    /// The due times in order, in nanoseconds from the start.
    pub fn offsets(&self) -> Offsets<'_> {
        Offsets {
            stretches: &self.stretches,
            next: 0,
        }
    }
}

impl<'a> IntoIterator for &'a Schedule {
    type Item = u64;
    type IntoIter = Offsets<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.offsets()
    }
}

/// The due times of a schedule, in nanoseconds from its start.
#[derive(Clone, Debug)]
pub struct Offsets<'a> {
    stretches: &'a [Stretch],
    /// Number of the next arrival within the first stretch.
    next: u64,
}

impl Iterator for Offsets<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        while let Some((stretch, later)) = self.stretches.split_first() {
            if let Some(offset) = stretch.offset(self.next) {
                self.next += 1;
                return Some(offset);
            }
            self.stretches = later;
            self.next = 0;
        }
        None
    }
}

impl Stretch {
    fn offset(self, arrival: u64) -> Option<u64> {
        // 2^64 arrivals times 10^15 lie within 128 bits.
        let beyond = (u128::from(arrival) * MILLIONTH_NANOS).checked_div(u128::from(self.millionths_per_second))?;
        let length = u128::from(self.end_ns - self.start_ns);
        let beyond = u64::try_from(beyond)
            .ok()
            .filter(|beyond| u128::from(*beyond) < length)?;
        Some(self.start_ns + beyond)
    }

    /// Arrival i is due before a moment when ⌊i · 10^15 / rate⌋ < t, and t is whole: when i < t · rate / 10^15.
    fn before(self, moment_ns: u64) -> u64 {
        let within = moment_ns.min(self.end_ns).saturating_sub(self.start_ns);
        let arrivals = (u128::from(within) * u128::from(self.millionths_per_second)).div_ceil(MILLIONTH_NANOS);
        u64::try_from(arrivals).unwrap_or(u64::MAX)
    }
}

/// The journey of an arrival, by its number in the schedule: drawn, so that it is the same in any order.
///
/// # Panics
/// If the load has no journeys, which no scenario file can say.
pub fn journey_of(load: &Load, seed: u64, arrival: u64) -> Journey {
    let drawn = u128::from(draw(
        seed,
        &as_subject(arrival),
        1,
        Site {
            of: LOAD_SITE,
            what: Drawn::Journey,
        },
    ));
    let mut upto = 0;
    for (journey, share) in &load.journeys {
        upto += share.first_miss();
        if drawn < upto {
            return *journey;
        }
    }
    // Shares sum to one and are rounded up, so only shares that do not reach here; the last then takes what is left.
    load.journeys.last().expect("a load has a journey").0
}

/// The amount of an arrival's deposit, by its number in the schedule: whole cents, uniform, both ends included. It never
/// asks for a case of `crate::triggers`, unless the range holds nothing else: such an amount is moved beyond the cases.
pub fn amount_of(load: &Load, seed: u64, arrival: u64) -> Decimal {
    let drawn = draw(
        seed,
        &as_subject(arrival),
        1,
        Site {
            of: LOAD_SITE,
            what: Drawn::Amount,
        },
    );
    let cents = |amount: Decimal| u64::try_from((amount * Decimal::ONE_HUNDRED).trunc()).unwrap_or(0);
    let (from, to) = (cents(load.amount.from.max(Decimal::ZERO)), cents(load.amount.to));
    let choices = u128::from(to.saturating_sub(from)) + 1;
    let beyond = u64::try_from((choices * u128::from(drawn)) >> 64).expect("fewer than 2^64 choices");
    let drawn = Decimal::from_i128_with_scale(i128::from(from + beyond), 2);
    if Case::by_amount(drawn).is_none() {
        return drawn;
    }
    let beyond_cases = [drawn + CASES, drawn - CASES].into_iter();
    let mut free = beyond_cases.filter(|amount| *amount >= load.amount.from && *amount <= load.amount.to);
    free.find(|amount| Case::by_amount(*amount).is_none()).unwrap_or(drawn)
}

fn as_subject(arrival: u64) -> DrawSubject<'static> {
    DrawSubject {
        shop: 0,
        operation: "arrival",
        subject: Subject::Ordinal(arrival),
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

const LOAD_SITE: &str = "load";
/// More than all amounts that ask for a case span.
const CASES: Decimal = Decimal::ONE;
const NANOS_PER_SECOND: u64 = 1_000_000_000;
/// Nanoseconds a second times millionths.
const MILLIONTH_NANOS: u128 = 1_000_000_000_000_000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{scenario::Ratio, testing};

    fn constant(rate: &str, seconds: Option<u64>) -> Arrivals {
        Arrivals::Constant {
            rate: Rate(rate.parse().unwrap()),
            lasts: seconds.map(Duration::from_secs),
        }
    }

    fn schedule(entries: &[(&str, Option<u64>)], total_s: u64) -> Schedule {
        let arrivals = entries.iter().map(|(rate, seconds)| constant(rate, *seconds)).collect();
        Schedule::new(&testing::load(arrivals), Duration::from_secs(total_s))
    }

    #[test]
    fn schedules_are_exact() {
        for (entries, total_s, count, last_ns) in [
            (&[("200", None)][..], 100, 20_000, Some(99_995_000_000)),
            // 1,198,799 / 333 s = 3599.996996996996… s
            (&[("333", None)], 3600, 1_198_800, Some(3_599_996_996_996)),
            (&[("0.5", None)], 5, 3, Some(4_000_000_000)),
            (&[("0.1", None)], 5, 1, Some(0)),
            (&[("3", None)], 1, 3, Some(666_666_666)),
            (&[("10", Some(2)), ("20", None)], 4, 60, Some(3_950_000_000)),
            (&[("10", None), ("20", None)], 4, 60, Some(3_950_000_000)),
            (&[("10", None), ("1", Some(9))], 4, 4, Some(3_000_000_000)),
            (&[("10", Some(1))], 4, 10, Some(900_000_000)),
            (&[("10", Some(9))], 4, 40, Some(3_900_000_000)),
            (&[], 4, 0, None),
            (&[("200", None)], 0, 0, None),
        ] {
            let schedule = schedule(entries, total_s);
            assert_eq!(schedule.count(), count, "{entries:?} over {total_s}s");
            assert_eq!(schedule.offsets().count() as u64, count, "{entries:?} over {total_s}s");
            assert_eq!(schedule.offsets().last(), last_ns, "{entries:?} over {total_s}s");
        }
    }

    #[test]
    fn the_first_arrival_is_due_at_once_and_none_is_rounded() {
        let schedule = schedule(&[("3", None)], 2);
        let offsets: Vec<u64> = schedule.offsets().collect();
        assert_eq!(
            offsets,
            [0, 333_333_333, 666_666_666, 1_000_000_000, 1_333_333_333, 1_666_666_666]
        );
    }

    #[test]
    fn each_second_offers_what_is_due_in_it() {
        assert_eq!(
            schedule(&[("2", Some(1)), ("0.5", None)], 5).offered_per_second(),
            [2.0, 1.0, 0.0, 1.0, 0.0]
        );
        assert_eq!(schedule(&[("200", None)], 3).offered_per_second(), [200.0; 3]);
    }

    #[test]
    fn entries_shrink_with_the_timeline() {
        let scenario = testing::scenario(vec![testing::phase("all", 100)], vec![]);
        let load = testing::load(vec![constant("100", Some(50)), constant("10", None)]);
        let offered = |seconds| {
            let timeline = Timeline::new(&scenario, Some(Duration::from_secs(seconds)));
            Schedule::over(&load, &timeline).offered_per_second()
        };
        assert_eq!(offered(4), [100.0, 100.0, 10.0, 10.0]);
        assert_eq!(offered(100)[49..51], [100.0, 10.0]);
        assert_eq!(offered(120)[49..51], [100.0, 10.0]);
    }

    #[test]
    fn amounts_are_whole_cents_between_both_ends() {
        let mut load = testing::load(vec![]);
        load.amount.to = "1.02".parse().unwrap();
        let mut seen = std::collections::BTreeMap::new();
        for arrival in 0..300 {
            *seen.entry(amount_of(&load, 42, arrival).to_string()).or_insert(0) += 1;
        }
        assert_eq!(seen.keys().collect::<Vec<_>>(), ["1.00", "1.01", "1.02"]);
        assert!(seen.values().all(|times| (60..140).contains(times)), "{seen:?}");
    }

    #[test]
    fn every_arrival_has_a_journey() {
        let mut load = testing::load(vec![]);
        let third = Ratio { num: 1, den: 3 };
        load.journeys = vec![(Journey::Checkout, third); 3];
        for arrival in 0..1_000 {
            assert_eq!(journey_of(&load, 42, arrival), Journey::Checkout);
        }
    }

    proptest! {
        #[test]
        fn the_count_is_what_the_iterator_gives(millionths in 1_u64..3_000_000_000, total_ns in 0_u64..3_000_000_000) {
            let rate = Decimal::from_i128_with_scale(i128::from(millionths), 6);
            let load = testing::load(vec![Arrivals::Constant { rate: Rate(rate), lasts: None }]);
            let schedule = Schedule::new(&load, Duration::from_nanos(total_ns));
            let offsets: Vec<u64> = schedule.offsets().collect();
            prop_assert_eq!(offsets.len() as u64, schedule.count());
            prop_assert!(offsets.windows(2).all(|pair| pair[0] <= pair[1]));
            prop_assert!(offsets.last().is_none_or(|last| *last < total_ns));
            for (arrival, offset) in (0_u64..).zip(&offsets) {
                prop_assert_eq!(schedule.before(*offset), arrival);
            }
        }
    }
}
