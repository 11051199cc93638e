//! A scenario played in virtual time, without a socket: which order meets which fate, how often each rule hits, when
//! callbacks come, and whether the file's expectations would hold. The same decisions, schedule and judge as a run; what
//! is not there is the time that a real gateway, network and client take of their own.
//!
//! `wallet` is the gateway of the rehearsal, `shop` the load's merchant, `stage` the events between both, `told` the
//! result. Pure: the same scenario, seed and prefix give the same result, to the last count.

mod fate;
mod shop;
mod stage;
mod told;
mod wallet;

use std::{sync::Arc, time::Duration};

use measure::{recorder::Recorder, window::History};
use scenarios::{Scenario, Timeline, load::Schedule};

use crate::{
    LoadError,
    client::TIMEOUT,
    clock::micros,
    crowd::Turnstile,
    expected::Expected,
    journey::Whats,
    merchant::number_of,
    plan::{Layout, check_prefix},
};
pub use fate::Fate;
pub use told::{Attempts, PayerCounts, Rehearsed};

use stage::Stage;

/// Orders of a rehearsal, at most.
pub const MOST_ORDERS: u64 = 5_000_000;

/// What is to be rehearsed.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    /// The scenario.
    pub scenario: Arc<Scenario>,
    /// Another length than the scenario's.
    pub length: Option<Duration>,
    /// How many orders arrive; without it as many as the scenario's load says.
    pub orders: Option<u64>,
    /// What order numbers start with: a run of the same prefix gives its orders the same fates.
    pub prefix: String,
}

/// Plays a scenario in virtual time.
///
/// # Errors
/// For a prefix that cannot start an order number, and for more orders than [`MOST_ORDERS`].
pub fn rehearse(rehearsal: &Rehearsal) -> Result<Rehearsed, LoadError> {
    check_prefix(&rehearsal.prefix)?;
    let scenario = &rehearsal.scenario;
    if !scenario.load.itineraries.is_empty() {
        return Err(LoadError::NoShop);
    }
    let timeline = Timeline::new(scenario, rehearsal.length);
    let schedule = Schedule::over(&scenario.load, scenario.seed, &timeline);
    let count = rehearsal.orders.unwrap_or_else(|| schedule.count());
    if count > MOST_ORDERS {
        return Err(LoadError::TooManyOrders {
            count,
            most: MOST_ORDERS,
        });
    }
    let plan = Arc::new(Layout::described(scenario, &timeline, &schedule, "virtual time"));
    let phases = u16::try_from(plan.phases.len() + 1).unwrap_or(u16::MAX);
    let whats = Whats::of(&scenario.load);
    let mut stage = Stage::new(
        Arc::clone(scenario),
        Expected::new(scenario, timeline.clone(), TIMEOUT),
        &timeline,
        History::new(Arc::clone(&plan), whats.names()),
        Recorder::new(1, phases, whats.len()),
        whats,
    );
    if let Some(crowd) = scenario.load.crowd() {
        let turnstile = Turnstile::new(crowd, scenario.seed, micros(timeline.end()));
        stage.invite(turnstile, &rehearsal.prefix, rehearsal.orders.unwrap_or(MOST_ORDERS));
        stage.play(micros(scenario.load.drain));
        return Ok(stage.told(&plan));
    }
    for (seq, due_ns) in (0_u64..).zip(arrivals(&schedule, count)) {
        stage.arrive(number_of(&rehearsal.prefix, seq), due_ns / 1_000);
    }
    stage.play(micros(scenario.load.drain));
    Ok(stage.told(&plan))
}

/// The due times of `count` arrivals, in nanoseconds: the schedule's own, or as many laid out in its proportions.
fn arrivals(schedule: &Schedule, count: u64) -> impl Iterator<Item = u64> {
    let own = schedule.count();
    let mut offsets = schedule.offsets();
    let mut reached = 0_u64;
    let mut between = (offsets.next().unwrap_or_default(), offsets.next());
    (0..count).map(move |arrival| {
        // The place of this arrival among the schedule's own, as a whole and a part of `count`.
        let scaled = u128::from(arrival) * u128::from(own);
        let (place, part) = (scaled / u128::from(count.max(1)), scaled % u128::from(count.max(1)));
        while u128::from(reached) < place {
            reached += 1;
            between = (between.1.unwrap_or(between.0), offsets.next());
        }
        let gap = between.1.unwrap_or(between.0) - between.0;
        let beyond = u128::from(gap) * part / u128::from(count.max(1));
        between.0 + u64::try_from(beyond).expect("a part of a gap of 64 bits")
    })
}

#[cfg(test)]
mod tests;
