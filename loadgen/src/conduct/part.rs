//! When one part of a run gives way to the next.

use std::{collections::VecDeque, thread, time::Duration};

use tokio::time::Instant;

use super::{Conductor, GRACE, LOOK, STATUS_EVERY_DRAINING};
use crate::{
    clock::{Axis, micros},
    course::Course,
};

/// The reconciliation gets at most this of the drain.
const RECONCILE_MOST: Duration = Duration::from_secs(5);

/// Times an order without an answer is asked for.
const RECONCILE_PASSES: u32 = 4;

/// Where the conductor stands.
pub(super) enum Part {
    Arrivals,
    /// Waiting until everything is at rest, and since when it is.
    Settling {
        since: Option<Instant>,
    },
    Reconciling {
        queue: VecDeque<u32>,
        per_look: usize,
        pass: u32,
    },
    /// Stopped: requests under way get their grace.
    Ebbing {
        until: Instant,
    },
    Over,
}

impl Conductor<'_> {
    /// The next part. Pure but for what it asks of the journeys.
    pub(super) fn next(
        &self,
        part: Part,
        pacer: &thread::JoinHandle<()>,
        arrivals_end: Instant,
        drain: Duration,
    ) -> Part {
        let now = Instant::now();
        let deadline = arrivals_end + drain;
        let reserve = (drain / 3).min(RECONCILE_MOST);
        if self.stopper.stop.is_cancelled() && !matches!(part, Part::Ebbing { .. }) {
            self.journeys.close();
            return Part::Ebbing { until: now + GRACE };
        }
        match part {
            Part::Ebbing { until } => {
                let over = self.journeys.is_quiet() || self.stopper.abort.is_cancelled() || now >= until;
                if over { Part::Over } else { Part::Ebbing { until } }
            }
            Part::Arrivals if pacer.is_finished() && now >= arrivals_end => Part::Settling { since: None },
            Part::Arrivals => Part::Arrivals,
            Part::Settling { .. } if now >= deadline => Part::Over,
            Part::Settling { since } => {
                let since = self.is_at_rest().then(|| since.unwrap_or(now));
                let rested = since.is_some_and(|since| now >= since + self.rest());
                if rested || now + reserve >= deadline {
                    self.reconcile(0, reserve.min(deadline - now))
                } else {
                    Part::Settling { since }
                }
            }
            Part::Reconciling { .. } if now >= deadline => Part::Over,
            Part::Reconciling {
                mut queue,
                per_look,
                pass,
            } => {
                for seq in queue.drain(..per_look.min(queue.len())) {
                    self.journeys.reconcile(seq);
                }
                match (queue.is_empty() && self.journeys.is_quiet(), pass) {
                    (false, _) => Part::Reconciling { queue, per_look, pass },
                    (true, RECONCILE_PASSES..) => Part::Over,
                    (true, _) => self.reconcile(pass, deadline - now),
                }
            }
            Part::Over => Part::Over,
        }
    }

    /// The next pass over orders whose fate is open; over when there is none.
    fn reconcile(&self, passes: u32, within: Duration) -> Part {
        let queue = VecDeque::from(self.journeys.unsettled());
        if queue.is_empty() {
            return Part::Over;
        }
        // Spread over half of the time that is left, so that answers have the other half.
        let looks = usize::try_from(within.as_millis() / LOOK.as_millis() / 2)
            .unwrap_or(1)
            .max(1);
        let per_look = queue.len().div_ceil(looks);
        Part::Reconciling {
            queue,
            per_look,
            pass: passes + 1,
        }
    }

    /// Nothing of ours is under way, and the gateway says that nothing of its own will come.
    fn is_at_rest(&self) -> bool {
        self.journeys.is_quiet()
            && match &self.aggregate.status {
                Some(status) => {
                    status.payers_pending == 0
                        && status.payouts_pending == 0
                        && status.callbacks.pending == 0
                        && status.callbacks.held == 0
                }
                None => self.journeys.is_settled(),
            }
    }

    /// How long rest must last to be believed: a status may be as old as the poll, and further copies of a callback
    /// that was acknowledged are on nobody's list.
    fn rest(&self) -> Duration {
        2 * STATUS_EVERY_DRAINING + self.layout.longest_spread
    }
}

/// When arrivals end, as far as their plan goes: at a paused load never.
pub(super) fn planned_end(axis: &Axis, course: &Course, end: Duration) -> Instant {
    let now = Instant::now();
    let end_us = course.run_us(micros(end), axis.us(now));
    axis.zero().unwrap_or(now) + Duration::from_micros(end_us)
}
