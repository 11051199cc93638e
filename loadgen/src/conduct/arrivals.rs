//! What lets arrivals in, and what of the load's own ends them early.

use std::{sync::atomic::Ordering, thread};

use measure::summary::Stopped;
use tokio::time::Instant;

use super::Conductor;
use crate::{clock::micros, crowd::Turnstile, pace, plan::Plan};

impl Conductor<'_> {
    /// Starts whatever lets arrivals in.
    pub(super) fn pacer(&mut self, plan: &Plan, first: Instant) -> std::io::Result<thread::JoinHandle<()>> {
        let journeys = self.journeys.clone();
        let (first, stop) = (first.into_std(), self.enough.clone());
        let (enough, most) = (self.enough.clone(), plan.safety.max_requests.unwrap_or(u64::MAX));
        let release = move |arrival| {
            if journeys.totals.requests.load(Ordering::Relaxed) < most {
                journeys.arrive(arrival);
            } else {
                enough.cancel();
            }
        };
        let end = self.layout.timeline.end();
        let (told, bridle) = self.arrivals.take().expect("arrivals are let in once");
        match plan.scenario.load.crowd() {
            Some(crowd) => {
                let turnstile = Turnstile::new(crowd, plan.scenario.seed, micros(end)).of_segment(plan.segment());
                pace::crowd::start(turnstile, told, (first, end), stop, bridle, release)
            }
            None => pace::start_steered(self.layout.schedule.clone(), first, stop, bridle, release),
        }
    }

    /// Which limit of the load's own ended arrivals, if one did.
    pub(super) fn stopped(&self, max_requests: Option<u64>) -> Option<Stopped> {
        match (self.aggregate.budget.spent(), max_requests) {
            (Some(spent), _) => Some(Stopped::ErrorBudget {
                unexpected: spent.unexpected,
                finished: spent.finished,
            }),
            (None, Some(most)) if self.enough.is_cancelled() && !self.stopper.stop.is_cancelled() => {
                Some(Stopped::Requests { most })
            }
            (None, _) => None,
        }
    }
}
