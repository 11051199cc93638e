//! When a load begins: at once, or at a moment that was agreed on.
//!
//! Parts of one load on several machines share nothing but that moment. The first of them puts the scenario in force a
//! little before, its timeline set to the moment; the others look at the gateway's counters only then.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{AHEAD, AT_ONCE, Conductor};
use crate::{
    LoadError,
    clock::{instant_of, wall_us},
    plan::{Part, Plan},
};

/// Users are made ready this long before the start.
pub(super) const USERS_AHEAD: Duration = Duration::from_secs(10);

/// The first part puts the scenario in force this long before the start.
const SCENARIO_AHEAD: Duration = Duration::from_secs(2);

/// The others note what the gateway had counted before, after that and before the start.
const COUNTERS_AHEAD: Duration = Duration::from_secs(1);

/// A start that is further away is more likely a wrong year than a plan.
const FURTHEST: Duration = Duration::from_secs(24 * 3_600);

/// Refuses a start that is over or too far away.
pub(super) fn check(part: Option<Part>) -> Result<(), LoadError> {
    let Some(part) = part else { return Ok(()) };
    let now_us = wall_us();
    match part.start_us.checked_sub(now_us).map(Duration::from_micros) {
        Some(ahead) if ahead <= FURTHEST => Ok(()),
        Some(ahead) => Err(LoadError::StartsTooFar {
            hours: ahead.as_secs() / 3_600,
        }),
        None => Err(LoadError::StartIsOver {
            late_ms: (now_us - part.start_us) / 1_000,
        }),
    }
}

/// Waits until users should be made ready, or for the stop.
pub(super) async fn time_for_users(part: Option<Part>, stop: &CancellationToken) {
    if let Some(part) = part {
        until(part, USERS_AHEAD, stop).await;
    }
}

/// Waits until so long before the start, or for the stop.
async fn until(part: Part, ahead: Duration, stop: &CancellationToken) {
    let start = instant_of(part.start_us);
    tokio::select! {
        () = stop.cancelled() => {}
        () = tokio::time::sleep_until(start.checked_sub(ahead).unwrap_or(start)) => {}
    }
}

impl Conductor<'_> {
    /// Tells the gateway, fixes the planned instant of the first arrival, and gives it with the journal's last line of
    /// before.
    pub(super) async fn begin(&mut self, plan: &mut Plan) -> Result<(Instant, u64), LoadError> {
        let mut journal_from = 0;
        let mut ahead = AHEAD;
        let stop = &self.stopper.stop;
        if let Some(port) = &self.port {
            let text = plan.scenario_text.take().filter(|_| plan.is_first());
            if let Some(part) = plan.part {
                let early = if text.is_some() { SCENARIO_AHEAD } else { COUNTERS_AHEAD };
                until(part, early, stop).await;
            }
            if let Some(text) = text.filter(|_| !stop.is_cancelled()) {
                let starts_in = plan.part.map_or(Duration::ZERO, |part| {
                    instant_of(part.start_us).saturating_duration_since(Instant::now())
                });
                port.put_scenario(&text, self.layout.timeline.end(), plan.scenario.seed, starts_in)
                    .await?;
                ahead = AT_ONCE;
            }
            let status = port.status().await?;
            journal_from = status.journal.written;
            self.aggregate.before = Some(status);
        }
        match plan.part {
            None => self.journeys.axis.set(Instant::now() + ahead),
            Some(part) => {
                if !stop.is_cancelled() {
                    check(plan.part)?;
                }
                self.journeys.axis.set_by_wall(part.start_us);
            }
        }
        let first = self.journeys.axis.zero().expect("it was set just now");
        Ok((first, journal_from))
    }
}
