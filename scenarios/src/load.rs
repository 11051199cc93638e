//! What a load's arrivals are: when each is due, which journey it plays and for which amount. Pure; waiting is the
//! pacer's job.
//!
//! `schedule` lays the stretches of a load over a timeline, `stretch` knows the due times of one of them, `offsets` gives
//! all in order, `trace` reads recorded ones, `segment` is every n-th of them.

mod offsets;
mod schedule;
mod segment;
mod stretch;
mod trace;

use std::time::Duration;

use rust_decimal::Decimal;

pub use offsets::Offsets;
pub use schedule::Schedule;
pub use segment::{MOST_SEGMENTS, Segment, SegmentError};
pub use trace::{Trace, TraceError};

use crate::{
    decision::Subject,
    draw::{DrawSubject, Drawn, Site, draw},
    scenario::{Crowd, Journey, Load, Ratio},
    triggers::Case,
};

/// The journey of an arrival, by its number in the schedule: drawn, so that it is the same in any order.
///
/// # Panics
/// If the load has no journeys, which no scenario file can say.
pub fn journey_of(load: &Load, seed: u64, arrival: u64) -> Journey {
    let shares = load.journeys.iter().map(|(_, share)| *share);
    let (journey, _) = load.journeys[chosen(shares, seed, arrival)];
    journey
}

/// The same among journeys of one's own; `None` where there are none.
pub fn itinerary_of(load: &Load, seed: u64, arrival: u64) -> Option<usize> {
    let shares = load.itineraries.iter().map(|itinerary| itinerary.weight);
    (!load.itineraries.is_empty()).then(|| chosen(shares, seed, arrival))
}

/// Which of some shares an arrival falls into.
fn chosen(shares: impl ExactSizeIterator<Item = Ratio>, seed: u64, arrival: u64) -> usize {
    let drawn = u128::from(draw(
        seed,
        &as_subject(arrival),
        1,
        Site {
            of: LOAD_SITE,
            what: Drawn::Journey,
        },
    ));
    let last = shares.len().saturating_sub(1);
    let mut upto = 0;
    for (place, share) in shares.enumerate() {
        upto += share.first_miss();
        if drawn < upto {
            return place;
        }
    }
    // Shares sum to one and are rounded up, so only shares that do not reach here; the last then takes what is left.
    last
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

/// How long a user of a crowd waits after its journey of this number, from the end of the journey.
pub fn think_time(crowd: &Crowd, seed: u64, arrival: u64) -> Duration {
    crowd.think.sample(draw(
        seed,
        &as_subject(arrival),
        1,
        Site {
            of: LOAD_SITE,
            what: Drawn::Think,
        },
    ))
}

fn as_subject(arrival: u64) -> DrawSubject<'static> {
    DrawSubject {
        shop: 0,
        operation: "arrival",
        subject: Subject::Ordinal(arrival),
    }
}

const LOAD_SITE: &str = "load";
/// More than all amounts that ask for a case span.
const CASES: Decimal = Decimal::ONE;

#[cfg(test)]
mod tests;
