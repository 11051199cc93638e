//! The gateway at its limit: an authenticated call waits for a worker, is served, and only then goes on; where the queue
//! is full or too slow it is told so instead. Who is served when is the model's word, `scenarios::capacity`; waiting
//! until then is done here.
//!
//! The order is: queue, service, rules, the ledger's act, the reply's delay, the answer. So a rule's delay holds no
//! worker, and a call that is not served meets no rule and counts against none's limit. It never reaches the ledger, and
//! its nonce is forgiven as for `skip`. A client that leaves before it is served leaves no order; its worker is taken for
//! as long as planned, as that of a gateway which does not notice. A call belongs to the phase of its arrival.
//!
//! Where a recorded run is repeated, workers serve at once whom they served then, and nobody else: this machine's times
//! would turn others away.
//!
//! Invariant: without a capacity in force, a call costs a look into the scenario and no lock.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use protocol::{admin::CapacityView, dialect::okpay::fault::HEADER};
use scenarios::{
    Capacity, Decision, Shape,
    capacity::{Figures, Offered, Station, service_time},
    script::RecordedEnd,
};
use tokio::time::Instant;

use crate::{
    gateway::Gateway,
    metrics::{OverloadLabels, Overloads},
    occasion::Occurrence,
    record::Record,
};

/// Stations that are remembered. A phase that comes back finds its workers as it left them, and a call that was on its
/// way at a border finds those of its own phase.
const STATIONS: usize = 4;
/// Utilisation is shown over this long at least.
const WINDOW: Duration = Duration::from_secs(1);

/// The workers of the scenario in force.
#[derive(Debug)]
pub(crate) struct Workers {
    since: Instant,
    /// The latest first.
    stations: Mutex<Vec<Watched>>,
}

/// A station, and what it said earlier.
#[derive(Debug)]
struct Watched {
    station: Station,
    /// Two looks at least a [`WINDOW`] apart, the older first.
    looks: [Figures; 2],
}

/// A call's time at its station.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visit {
    /// When it came.
    pub(crate) comes: Instant,
    /// When its wait is over.
    pub(crate) starts: Instant,
    /// When it is served; `None` where no worker takes it.
    pub(crate) ends: Option<Instant>,
}

/// Why a call is not served.
#[derive(Debug)]
pub(crate) struct Overloaded {
    /// How it came to that.
    kind: Overloads,
    /// `overload_…: why`, for the journal and a header.
    reason: String,
    decision: Decision,
}

/// Serves a call as long as the capacity in force in its phase says; at once where there is none.
pub(crate) async fn serve(
    gateway: &Gateway,
    occurrence: &Occurrence<'_>,
    record: &mut Record,
) -> Result<(), Overloaded> {
    let scenario = &occurrence.drill.scenario;
    let Some(capacity) = scenario.capacity_in(occurrence.phase) else {
        return Ok(());
    };
    let service = service_time(scenario, &occurrence.occasion()).unwrap_or_default();
    if let Some(recorded) = occurrence.recorded {
        return match recorded.end {
            RecordedEnd::AsDecided | RecordedEnd::Reset => Ok(()),
            RecordedEnd::Overloaded => Err(Overloaded::again(capacity).counted(gateway, record)),
        };
    }
    let (comes, offered) = gateway.workers.offer(capacity, service);
    let visit = |starts, ends: Option<Duration>| Visit {
        comes: gateway.workers.at(comes),
        starts: gateway.workers.at(starts),
        ends: ends.map(|ends| gateway.workers.at(ends)),
    };
    let overloaded = match offered {
        Offered::Admitted { starts, ends } => {
            record.visits(visit(starts, Some(ends)));
            gateway.sleeper.until(gateway.workers.at(ends)).await;
            return Ok(());
        }
        Offered::TurnedAway { .. } => Overloaded::queue_full(capacity),
        Offered::TimedOut { at } => {
            record.visits(visit(at, None));
            gateway.sleeper.until(gateway.workers.at(at)).await;
            Overloaded::queue_timeout(capacity)
        }
    };
    Err(overloaded.counted(gateway, record))
}

impl Overloaded {
    fn queue_full(capacity: &Capacity) -> Self {
        let Capacity { workers, queue, .. } = capacity;
        let reason =
            format!("overload_queue_full: all workers ({workers}) and all places of the queue ({queue}) are taken");
        Self::new(Overloads::QueueFull, reason, capacity)
    }

    fn queue_timeout(capacity: &Capacity) -> Self {
        let within = scenarios::duration_text(capacity.queue_timeout);
        let reason = format!("overload_queue_timeout: no worker came free within {within}");
        Self::new(Overloads::QueueTimeout, reason, capacity)
    }

    fn new(kind: Overloads, reason: String, capacity: &Capacity) -> Self {
        let mut decision = capacity.overload.decision();
        if let Shape::Status(reply) = &mut decision.reply.shape {
            let reply = std::sync::Arc::make_mut(reply);
            reply.headers.push((HEADER.to_owned(), reason.clone()));
        }
        Self { kind, reason, decision }
    }

    fn again(capacity: &Capacity) -> Self {
        let reason = "overload_repeated: no worker served it in the run that this one repeats";
        Self::new(Overloads::Repeated, reason.to_owned(), capacity)
    }

    /// The same, written down.
    fn counted(self, gateway: &Gateway, record: &mut Record) -> Self {
        let labels = OverloadLabels { kind: self.kind };
        gateway.metrics.overloads.get_or_create(&labels).inc();
        record.turned_away(self.reason.clone());
        self
    }

    /// What becomes of the call.
    pub(crate) fn decision(self) -> Decision {
        self.decision
    }
}

impl Workers {
    /// Nobody at work.
    pub(crate) fn new() -> Self {
        Self {
            since: Instant::now(),
            stations: Mutex::default(),
        }
    }

    /// Everybody is free.
    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    /// What is to be shown of a capacity.
    pub(crate) fn view(&self, gateway: &Gateway, capacity: &Capacity) -> CapacityView {
        // Before the lock, which calls wait for.
        let queue_wait_p99_us = gateway.seconds.queue_wait_p99_us();
        let mut stations = self.lock();
        let now = self.since.elapsed();
        let watched = Watched::find(&mut stations, capacity, now);
        let figures = watched.look(now);
        let count = |kind| gateway.metrics.overloads.get_or_create(&OverloadLabels { kind }).get();
        CapacityView {
            workers: figures.workers,
            busy: figures.busy,
            waiting: figures.waiting,
            utilisation: figures.utilisation_since(&watched.looks[0]),
            queue_wait_p99_us,
            turned_away: count(Overloads::QueueFull),
            timed_out: count(Overloads::QueueTimeout),
        }
    }

    /// A moment of the stations as one of the runtime's.
    fn at(&self, moment: Duration) -> Instant {
        self.since + moment
    }

    /// Offers a call to the station of a capacity: when it came, and what becomes of it.
    fn offer(&self, capacity: &Capacity, service: Duration) -> (Duration, Offered) {
        let mut stations = self.lock();
        // Read under the lock, so that it never goes back.
        let now = self.since.elapsed();
        let watched = Watched::find(&mut stations, capacity, now);
        watched.look(now);
        (now, watched.station.offer(now, service))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Watched>> {
        self.stations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watched {
    /// The station of a capacity, which is then the first.
    fn find<'s>(stations: &'s mut Vec<Self>, capacity: &Capacity, now: Duration) -> &'s mut Self {
        match stations.iter().position(|known| known.station.is_of(capacity)) {
            Some(place) => stations[..=place].rotate_right(1),
            None => {
                stations.truncate(STATIONS - 1);
                let mut station = Station::of(capacity);
                let looks = [station.figures(now); 2];
                stations.insert(0, Self { station, looks });
            }
        }
        &mut stations[0]
    }

    /// What the station says now; remembered where the last look is long ago.
    fn look(&mut self, now: Duration) -> Figures {
        let figures = self.station.figures(now);
        let [_, newer] = self.looks;
        if figures.at.saturating_sub(newer.at) >= WINDOW {
            self.looks = [newer, figures];
        }
        figures
    }
}

#[cfg(test)]
mod tests;
