//! The load's journeys, cut into steps so that no user ever waits for a payer. At the end every order whose fate is open
//! is queried once more under its own number, as a correct merchant does after a lost answer.
//!
//! | journey | opened by | then | over when |
//! |---|---|---|---|
//! | `checkout` | `payLink` | `checkDeposit` the moment its callback arrives | the query says paid |
//! | `payout` | `transfer` | `checkTransfer` the moment its callback arrives | the query says paid out, or failed |
//! | `query-storm` | `payLink` | `checkDeposit` every 500 ms, whatever the callback says, see `polls` | a query says paid, or the shop gives up |
//! | `qr` | `payLink` | the page behind `pay_url`, see `cashier`; then as `checkout` | the query says paid |
//!
//! Each step is a sample from the instant it was due, the journey one more from its arrival. Openings whose outcome is
//! hidden are not repeated: a second `transfer` under another number would be a second payment.

mod callback;
mod cashier;
mod open;
mod polls;
mod query;
mod step;
mod totals;
mod whats;

use std::sync::{
    Arc, Mutex, MutexGuard, OnceLock, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use measure::{recorder::Recorder, tally::Tally};
use scenarios::Policy;
use tokio::{sync::mpsc, time::Instant};

use crate::{
    attack::Steps,
    book::{Book, Open},
    client::Client,
    clock::Axis,
    expected::Expected,
    failures::Failures,
    merchant::Merchant,
    pace::{Arrival, crowd::Left},
    plan::Repeats,
    tour::{TourNames, Tours},
};

pub(crate) use callback::listens;
use polls::Polls;
pub(crate) use polls::{POLL_EVERY, POLLS};
pub(crate) use totals::Totals;
pub(crate) use whats::{What, Whats};

/// Steps that may wait for a user. Beyond it arrivals are dropped and counted, queries are left to the reconciliation.
pub(crate) const MAX_WAITING: usize = 200_000;

/// One thing that is due for one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The order.
    pub(crate) seq: u32,
    /// What is to be done.
    pub(crate) act: Act,
    /// When it was due, on the run's axis.
    pub(crate) due_us: u64,
}

/// What is to be done for an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Open it.
    Open,
    /// Ask whether it is paid, because its callback says so.
    Query,
    /// Ask whether it is paid, because it is time to.
    Poll {
        /// Whether the shop gives up then.
        last: bool,
    },
    /// Ask what became of it, because the run ends.
    Reconcile,
}

/// All journeys of a run.
pub(crate) struct Journeys {
    pub(crate) client: Client,
    pub(crate) merchant: Merchant,
    pub(crate) axis: Arc<Axis>,
    pub(crate) recorder: Arc<Recorder>,
    /// The newest requests that failed.
    pub(crate) failures: Failures,
    pub(crate) expected: Expected,
    pub(crate) totals: Totals,
    /// What samples are about.
    pub(crate) whats: Whats,
    polls: Polls,
    repeats: Option<Repeats>,
    crowd: Option<Left>,
    /// Journeys of one's own, which are played instead where there are some.
    pub(crate) tours: Option<Tours>,
    pub(crate) tour_names: TourNames,
    /// Whether anybody in the scenario pays by itself.
    somebody_pays: bool,
    pub(crate) users: u32,
    pub(crate) policy: Policy,
    book: Mutex<Book>,
    lag: Mutex<Tally>,
    steps: mpsc::Sender<Step>,
    closed: AtomicBool,
    watch: OnceLock<Watch>,
}

/// What a search for a limit wants of journeys beside what a run wants.
pub(crate) struct Watch {
    /// The batch that a sample due at an instant belongs to; it takes the phase's place.
    pub(crate) batch_of: Box<dyn Fn(u64) -> u16 + Send + Sync>,
    /// Told of an order whose shopper has no more to wait for.
    pub(crate) done_with: Box<dyn Fn(u32) + Send + Sync>,
}

/// What a run's journeys are made of.
pub(crate) struct Parts {
    /// The client they send with.
    pub(crate) client: Client,
    /// The merchant they speak for.
    pub(crate) merchant: Merchant,
    /// The time axis.
    pub(crate) axis: Arc<Axis>,
    /// Where samples go.
    pub(crate) recorder: Arc<Recorder>,
    /// What the scenario could have caused.
    pub(crate) expected: Expected,
    /// What samples are about.
    pub(crate) whats: Whats,
    /// The run that this one repeats.
    pub(crate) repeats: Option<Repeats>,
    /// The crowd's pacer, which wants to know who is done; without a crowd nobody does.
    pub(crate) crowd: Option<Left>,
    /// Journeys of one's own.
    pub(crate) tours: Option<Tours>,
    /// Whether anybody in the scenario pays by itself.
    pub(crate) somebody_pays: bool,
    /// Where orders are noted.
    pub(crate) book: Book,
    /// Users in the pool.
    pub(crate) users: u32,
    /// What happens to an arrival that finds no free user.
    pub(crate) policy: Policy,
    /// Phases, with what comes after the last.
    pub(crate) phases: u16,
}

impl Journeys {
    /// Journeys and the channel their steps are pulled from.
    pub(crate) fn new(parts: Parts) -> (Arc<Self>, Steps<Step>) {
        let (steps, due) = mpsc::channel(MAX_WAITING);
        let Parts {
            client,
            merchant,
            axis,
            recorder,
            expected,
            whats,
            repeats,
            crowd,
            tours,
            somebody_pays,
            book,
            users,
            policy,
            phases,
        } = parts;
        let itineraries = tours.as_ref().map_or(&[][..], Tours::itineraries);
        let tour_names = TourNames::new(itineraries);
        let journeys = Self {
            client,
            merchant,
            axis,
            recorder,
            failures: Failures::default(),
            expected,
            totals: Totals::new(phases),
            whats,
            polls: Polls::default(),
            repeats,
            crowd,
            tours,
            tour_names,
            somebody_pays,
            users,
            policy,
            book: Mutex::new(book),
            lag: Mutex::default(),
            steps,
            closed: AtomicBool::new(false),
            watch: OnceLock::new(),
        };
        (Arc::new(journeys), Arc::new(tokio::sync::Mutex::new(due)))
    }

    /// The book, locked; hold it for an expression only.
    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        lock(&self.book)
    }

    /// How late arrivals were released.
    pub(crate) fn lag(&self) -> Tally {
        lock(&self.lag).clone()
    }

    /// How late arrivals were released since the last call.
    pub(crate) fn take_lag(&self) -> Tally {
        std::mem::take(&mut *lock(&self.lag))
    }

    /// From here on a search watches; only the first call counts.
    pub(crate) fn watch(&self, watch: Watch) {
        let _ = self.watch.get_or_init(|| watch);
    }

    /// Steps that are due and wait for a user.
    pub(crate) fn waiting(&self) -> usize {
        self.steps.max_capacity() - self.steps.capacity()
    }

    /// Requests under way.
    pub(crate) fn in_flight(&self) -> u64 {
        self.totals
            .outstanding
            .load(Ordering::SeqCst)
            .saturating_sub(self.waiting() as u64)
    }

    /// Whether nothing waits, nothing is under way and no query is to come by itself.
    pub(crate) fn is_quiet(&self) -> bool {
        let on_tour = self.tours.as_ref().map_or(0, Tours::under_way);
        on_tour == 0 && self.totals.outstanding.load(Ordering::SeqCst) == 0 && self.polls.is_empty()
    }

    /// Whether no further step is begun.
    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// No further step is begun.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }

    /// An arrival falls due. Called by the pacer, so it never waits.
    pub(crate) fn arrive(&self, arrival: Arrival) {
        let Arrival {
            seq,
            intended_us,
            lag_us,
        } = arrival;
        lock(&self.lag).record(lag_us);
        self.recorder.offer(shard(seq), intended_us);
        self.totals.offered[self.phase_of(intended_us)].fetch_add(1, Ordering::Relaxed);
        let journey = self.merchant.journey(seq);
        if !self.book().arrive(seq, journey, intended_us) {
            return self.count_dropped(seq, intended_us);
        }
        let full = match self.policy {
            Policy::Queue => false,
            Policy::Drop => self.totals.outstanding.load(Ordering::SeqCst) >= u64::from(self.users),
        };
        if full
            || !self.enqueue(Step {
                seq,
                act: Act::Open,
                due_us: intended_us,
            })
        {
            self.drop_arrival(seq, intended_us);
        }
    }

    /// The shopper of an order has no more to wait for; a crowd's goes on to its next.
    fn shopper_leaves(&self, seq: u32, at_us: u64) {
        if let Some(crowd) = &self.crowd {
            // Full only if its thread stands still; the shopper then goes on when its patience ends.
            let _ = crowd.try_send((seq, at_us));
        }
        if let Some(watch) = self.watch.get() {
            (watch.done_with)(seq);
        }
    }

    /// A tour's next try falls due.
    pub(crate) fn come_again(&self, step: Step) {
        self.enqueue(step);
    }

    /// A tour is over, and so is what the book has of it.
    pub(crate) fn tour_is_over(&self, seq: u32, done_us: u64) {
        self.book().change(seq, |order| order.over = true);
        self.totals.completed.fetch_add(1, Ordering::Relaxed);
        self.shopper_leaves(seq, done_us);
    }

    /// Hands a step to the pool; `false` where too many wait.
    fn enqueue(&self, step: Step) -> bool {
        self.totals.outstanding.fetch_add(1, Ordering::SeqCst);
        let taken = self.steps.try_send(step).is_ok();
        if taken {
            self.totals.requests.fetch_add(1, Ordering::Relaxed);
        } else {
            self.totals.outstanding.fetch_sub(1, Ordering::SeqCst);
        }
        taken
    }

    /// The first step of an arrival is sent.
    pub(crate) fn count_started(&self, seq: u32, sent_us: u64) {
        self.totals.started.fetch_add(1, Ordering::Relaxed);
        self.recorder.start(shard(seq), sent_us);
    }

    fn count_dropped(&self, seq: u32, intended_us: u64) {
        self.recorder.drop_arrival(shard(seq), intended_us);
        self.totals.dropped[self.phase_of(intended_us)].fetch_add(1, Ordering::Relaxed);
    }

    fn phase_of(&self, intended_us: u64) -> usize {
        usize::from(self.phase_at(intended_us)).min(self.totals.dropped.len() - 1)
    }

    /// The phase that a sample due at an instant counts for; during a search its batch.
    fn phase_at(&self, due_us: u64) -> u16 {
        match self.watch.get() {
            Some(watch) => (watch.batch_of)(due_us),
            None => self.expected.phase_at(due_us),
        }
    }

    fn drop_arrival(&self, seq: u32, intended_us: u64) {
        self.shopper_leaves(seq, self.axis.us(Instant::now()));
        self.count_dropped(seq, intended_us);
        self.book().change(seq, |order| {
            order.open = Open::Dropped;
            order.over = true;
        });
    }

    /// Orders whose fate is open and worth a query: all that may have reached the wallet.
    pub(crate) fn unsettled(&self) -> Vec<u32> {
        self.book().unsettled().collect()
    }

    /// Whether there is none of these.
    pub(crate) fn is_settled(&self) -> bool {
        self.book().unsettled().next().is_none()
    }

    /// A reconciliation query falls due.
    pub(crate) fn reconcile(&self, seq: u32) {
        let due_us = self.axis.us(Instant::now());
        self.enqueue(Step {
            seq,
            act: Act::Reconcile,
            due_us,
        });
    }

    /// Does one step: what a user of the pool is for.
    pub(crate) async fn perform(&self, step: Step) {
        if self.is_closed() {
            if step.act == Act::Open {
                self.drop_arrival(step.seq, step.due_us);
            }
        } else if let Some(tours) = &self.tours {
            tours.walk(self, step).await;
        } else {
            match step.act {
                Act::Open => self.open(step).await,
                Act::Query | Act::Poll { .. } | Act::Reconcile => self.query(step).await,
            }
        }
        self.totals.outstanding.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Orders spread over the recorder's shards.
fn shard(seq: u32) -> usize {
    usize::try_from(seq).unwrap_or(0)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
