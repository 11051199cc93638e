//! What a person does to the load itself: a pause with its end, and another rate.
//!
//! A pause stops two clocks, the load's plan and the gateway's timeline, and both must stand still for as long as each
//! other, or phases would no longer hold at both. So the gateway is held first; the pacer pauses a moment later, when it
//! notices; and at the end it goes on as much later than the gateway.
//!
//! Another rate is the plan's at so many percent from that moment on, in steps of a tenth; phases and the end stay where
//! they are. What has no rate, a crowd and recorded arrivals, is refused, and so is what goes beyond a cap.

use std::{sync::Arc, time::Duration};

use measure::unit;
use rust_decimal::Decimal;
use scenarios::load::{Schedule, Segment};
use tokio::time::Instant;

use super::{Deed, Gateway, Notes};
use crate::{
    book::MAX_ORDERS,
    clock::{Axis, micros},
    course::{CHANGES_MOST, Course},
    journey::Journeys,
    pace::reins::Reins,
    plan::{Layout, Plan},
};

/// All pauses of a run together; then the load goes on by itself. Users are kept ready for no longer.
pub(crate) const PAUSED_MOST: Duration = Duration::from_secs(24 * 3_600);

/// Rates in percent of the plan's: a hundredth and ten times.
const PERCENT: std::ops::RangeInclusive<u32> = 1..=1_000;

/// The load, as a hand reaches it.
pub(crate) struct Load {
    reins: Reins,
    course: Arc<Course>,
    axis: Arc<Axis>,
    /// Arrivals that were due so far.
    offered: Box<dyn Fn() -> u64 + Send + Sync>,
    segment: Segment,
    rate: Rate,
    /// Steps of a tenth above the planned rate, or below it.
    steps: i32,
    pause: Option<Paused>,
    /// What is left of [`PAUSED_MOST`].
    left: Duration,
}

/// A pause under way.
#[derive(Clone, Copy, Debug)]
struct Paused {
    /// When the gateway's timeline was held, as far as it was; when the load paused, in run time.
    held: Option<Instant>,
    from_us: u64,
    since: Instant,
}

impl Load {
    /// The load of a plan on its course.
    pub(crate) fn new(
        reins: Reins,
        course: Arc<Course>,
        journeys: Arc<Journeys>,
        plan: &Plan,
        layout: &Layout,
    ) -> Self {
        let rate = match (plan.scenario.load.crowd(), layout.schedule.has_recorded()) {
            (Some(_), _) => Rate::OfNobody("a crowd has no rate: its users come when they are done"),
            (None, true) => Rate::OfNobody("recorded arrivals come when they came, so their rate cannot be changed"),
            (None, false) => Rate::Planned {
                schedule: layout.schedule.clone(),
                fastest: layout.fastest,
                most: plan.safety.max_rate,
            },
        };
        Self {
            reins,
            course,
            axis: journeys.axis.clone(),
            offered: Box::new(move || journeys.totals.offered()),
            segment: plan.segment(),
            rate,
            steps: 0,
            pause: None,
            left: PAUSED_MOST,
        }
    }

    /// Whether it is paused.
    pub(super) fn is_paused(&self) -> bool {
        self.pause.is_some()
    }

    /// Waits until it was paused for too long.
    pub(super) async fn patience(&self) {
        match self.pause {
            Some(pause) => tokio::time::sleep_until(pause.since + self.left).await,
            None => std::future::pending().await,
        }
    }

    /// Pauses the load, or lets it go on.
    pub(super) async fn toggle(&mut self, gateway: &Gateway, notes: &Notes) {
        match self.pause {
            None => match self.pause(gateway).await {
                Ok(act) => notes.add(Deed::Act, act),
                Err(why) => notes.add(Deed::Refusal, why),
            },
            Some(pause) => match self.release_gateway(gateway).await {
                Ok(released) => self.go_on(pause, released, notes).await,
                Err(why) => notes.add(Deed::Refusal, why),
            },
        }
    }

    /// Lets arrivals come a step faster or slower from now on.
    pub(super) async fn pace(&mut self, step: i32, notes: &Notes) {
        match self.paced(step).await {
            Ok((before, percent)) => notes.retell(&rate_of(before), rate_of(percent)),
            Err(why) => notes.add(Deed::Refusal, why),
        }
    }

    /// Gives the percent before and since.
    async fn paced(&mut self, step: i32) -> Result<(u32, u32), String> {
        self.may_be_steered("made faster or slower")?;
        let before = percent_of(self.steps);
        let mut steps = self.steps + step;
        // Far below the plan a tenth is less than a percent.
        while percent_of(steps) == before && steps.abs() <= STEPS_MOST {
            steps += step;
        }
        let percent = percent_of(steps);
        if !PERCENT.contains(&percent) || percent == before {
            let (least, most) = PERCENT.into_inner();
            return Err(format!(
                "the rate stays at {before} %: it can be {least} % to {most} % of the plan's"
            ));
        }
        let now_us = self.axis.us(Instant::now());
        let plan_us = self.course.plan_us(now_us);
        self.rate.check(percent, plan_us, (self.offered)())?;
        let paced = self.reins.pace(percent).await;
        paced.ok_or("no arrival is left that another rate could bring")?;
        self.steps = steps;
        Ok((before, percent))
    }

    async fn pause(&mut self, gateway: &Gateway) -> Result<String, String> {
        self.may_be_steered("paused")?;
        if self.left.is_zero() {
            return Err("the load was paused for a day in all, which is the most".to_owned());
        }
        let held = match &gateway.port {
            Some(port) => {
                let asked = Instant::now();
                let answered = port.hold().await.map(|()| Instant::now());
                let answered = answered.map_err(|error| format!("the load was not paused: {error}"))?;
                Some(asked + (answered - asked) / 2)
            }
            None => None,
        };
        let Some(from_us) = self.reins.pause().await else {
            self.release_gateway(gateway).await?;
            return Err("no arrival is left that a pause could hold back".to_owned());
        };
        let since = Instant::now();
        self.pause = Some(Paused { held, from_us, since });
        Ok(paused_at(from_us))
    }

    /// The load goes on, as much later than the gateway as it paused.
    async fn go_on(&mut self, pause: Paused, released: Instant, notes: &Notes) {
        let at_us = pause.held.map_or(0, |held| pause.from_us + micros(released - held));
        self.pause = None;
        self.left = self.left.saturating_sub(pause.since.elapsed());
        let until_us = self.reins.go_on(at_us).await;
        let until_us = until_us.unwrap_or_else(|| self.axis.us(Instant::now()));
        let us = until_us.saturating_sub(pause.from_us);
        notes.retell(&paused_at(pause.from_us), paused_for(us, pause.from_us));
    }

    /// Ends a pause, whatever the gateway says to it: the run is over, or it was paused for too long. Its timeline must not
    /// stand still for ever.
    pub(super) async fn leave(&mut self, gateway: &Gateway, notes: &Notes) {
        let Some(pause) = self.pause else { return };
        let released = self.release_gateway(gateway).await.unwrap_or_else(|note| {
            notes.add(Deed::Refusal, note);
            Instant::now()
        });
        self.go_on(pause, released, notes).await;
    }

    /// Lets the gateway's timeline go on; gives when it did.
    async fn release_gateway(&self, gateway: &Gateway) -> Result<Instant, String> {
        let asked = Instant::now();
        if let Some(port) = &gateway.port {
            let released = port.release_timeline().await;
            released.map_err(|error| format!("the gateway's timeline is still held: {error}"))?;
        }
        Ok(asked + (Instant::now() - asked) / 2)
    }

    /// Refuses what a part of a load cannot do, and what was done too often.
    fn may_be_steered(&self, how: &str) -> Result<(), String> {
        if self.segment != Segment::WHOLE {
            let segment = self.segment;
            return Err(format!(
                "segment {segment} cannot be {how}: the others would go on as planned"
            ));
        }
        if self.course.is_full() {
            return Err(format!("the load was steered {CHANGES_MOST} times, which is the most"));
        }
        Ok(())
    }
}

/// What the arrivals of a plan may be made of.
enum Rate {
    /// Nothing, and why.
    OfNobody(&'static str),
    /// The planned rate, of which this is the fastest and that the cap, per second.
    Planned {
        schedule: Schedule,
        fastest: Decimal,
        most: u32,
    },
}

impl Rate {
    /// Refuses what goes beyond a cap; `offered` arrivals were due up to this moment of the plan.
    fn check(&self, percent: u32, plan_us: u64, offered: u64) -> Result<(), String> {
        let (schedule, fastest, most) = match self {
            Self::OfNobody(why) => return Err((*why).to_owned()),
            Self::Planned {
                schedule,
                fastest,
                most,
            } => (schedule, *fastest, *most),
        };
        let rate = fastest * Decimal::from(percent) / Decimal::ONE_HUNDRED;
        if percent > 100 && rate > Decimal::from(most) {
            let rate = rate.normalize();
            return Err(format!(
                "at {percent} % the load would reach {rate} arrivals a second, and {most} is the cap: see --max-rate"
            ));
        }
        let left = schedule.expected_count() - schedule.expected_before(plan_us.saturating_mul(1_000));
        let orders = offered as f64 + left * f64::from(percent) / 100.0;
        if percent > 100 && orders > MAX_ORDERS as f64 {
            return Err(format!(
                "at {percent} % the load would open more than {MAX_ORDERS} orders, which is the most it keeps"
            ));
        }
        Ok(())
    }
}

/// More steps of a tenth, either way, than the percents have room for.
const STEPS_MOST: i32 = 60;

/// The rate after so many steps of a tenth up, or down where they are below zero.
fn percent_of(steps: i32) -> u32 {
    (100.0 * 1.1_f64.powi(steps)).round() as u32
}

fn rate_of(percent: u32) -> String {
    format!("rate {percent} %")
}

fn paused_at(from_us: u64) -> String {
    format!("load paused at {}", clock(from_us))
}

fn paused_for(us: u64, from_us: u64) -> String {
    format!("load paused {} at {}", unit::time(us), clock(from_us))
}

/// Minutes and seconds of the run.
fn clock(us: u64) -> String {
    let seconds = us / 1_000_000;
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests;
