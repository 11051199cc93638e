//! The journey `checkout`, cut into steps so that no user ever waits for a payer: an order is opened when it arrives; it
//! is queried the moment its callback arrives; the journey is over when the query says paid. At the end every order
//! whose fate is open is queried once more under its own number, as a correct merchant does after a lost answer.
//!
//! Each step is a sample from the instant it was due, the journey one more from its arrival. Openings whose outcome is
//! hidden are not repeated.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use measure::{
    recorder::Recorder,
    sample::{Class, Sample},
    tally::Tally,
};
use scenarios::{Operation, Policy};
use tokio::{sync::mpsc, time::Instant};

use crate::{
    attack::Steps,
    book::{Book, Delivery, Ended, MAX_DELIVERIES, Open, Query},
    client::{Broken, Client, Exchange},
    clock::Axis,
    expected::Expected,
    merchant::{HeardOpen, HeardQuery, Merchant, Notice},
    pace::Arrival,
};

/// Steps that may wait for a user. Beyond it arrivals are dropped and counted, queries are left to the reconciliation.
pub(crate) const MAX_WAITING: usize = 200_000;

/// The names of samples, in the order of [`What`].
pub(crate) const NAMES: [(&str, bool); 3] = [("payLink", false), ("checkDeposit", false), ("checkout", true)];

/// What a sample is about: an index into [`NAMES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Open,
    Query,
    Checkout,
}

impl What {
    fn index(self) -> u16 {
        match self {
            Self::Open => 0,
            Self::Query => 1,
            Self::Checkout => 2,
        }
    }
}

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
    /// Ask what became of it, because the run ends.
    Reconcile,
}

/// Totals of a run so far.
#[derive(Debug)]
pub(crate) struct Totals {
    /// Arrivals due.
    pub(crate) offered: AtomicU64,
    /// Arrivals whose opening was sent.
    pub(crate) started: AtomicU64,
    /// Arrivals dropped, by the phase of their planned instant.
    dropped: Box<[AtomicU64]>,
    /// Journeys that are over.
    pub(crate) completed: AtomicU64,
    /// Steps that are due and not done, waiting or under way.
    pub(crate) outstanding: AtomicU64,
    /// Good callbacks received.
    pub(crate) received: AtomicU64,
    /// Bad callbacks received.
    pub(crate) bad: AtomicU64,
    /// Good callbacks beyond the first of their order.
    pub(crate) repeated: AtomicU64,
}

impl Totals {
    fn new(phases: u16) -> Self {
        Self {
            offered: AtomicU64::new(0),
            started: AtomicU64::new(0),
            dropped: (0..phases.max(1)).map(|_| AtomicU64::new(0)).collect(),
            completed: AtomicU64::new(0),
            outstanding: AtomicU64::new(0),
            received: AtomicU64::new(0),
            bad: AtomicU64::new(0),
            repeated: AtomicU64::new(0),
        }
    }

    /// Arrivals dropped.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped_by_phase().iter().sum()
    }

    /// Arrivals dropped, by the phase of their planned instant.
    pub(crate) fn dropped_by_phase(&self) -> Vec<u64> {
        self.dropped.iter().map(|count| count.load(Ordering::Relaxed)).collect()
    }
}

/// All journeys of a run.
pub(crate) struct Journeys {
    pub(crate) client: Client,
    pub(crate) merchant: Merchant,
    pub(crate) axis: Arc<Axis>,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) expected: Expected,
    pub(crate) totals: Totals,
    pub(crate) users: u32,
    pub(crate) policy: Policy,
    book: Mutex<Book>,
    lag: Mutex<Tally>,
    steps: mpsc::Sender<Step>,
    closed: AtomicBool,
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
            users,
            policy,
            phases,
        } = parts;
        let journeys = Self {
            client,
            merchant,
            axis,
            recorder,
            expected,
            totals: Totals::new(phases),
            users,
            policy,
            book: Mutex::default(),
            lag: Mutex::default(),
            steps,
            closed: AtomicBool::new(false),
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

    /// Whether nothing waits and nothing is under way.
    pub(crate) fn is_quiet(&self) -> bool {
        self.totals.outstanding.load(Ordering::SeqCst) == 0
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
        self.totals.offered.fetch_add(1, Ordering::Relaxed);
        if !self.book().arrive(seq, intended_us) {
            return self.count_dropped(intended_us);
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

    /// Hands a step to the pool; `false` where too many wait.
    fn enqueue(&self, step: Step) -> bool {
        self.totals.outstanding.fetch_add(1, Ordering::SeqCst);
        let taken = self.steps.try_send(step).is_ok();
        if !taken {
            self.totals.outstanding.fetch_sub(1, Ordering::SeqCst);
        }
        taken
    }

    fn count_dropped(&self, intended_us: u64) {
        let phase = usize::from(self.expected.phase_at(intended_us)).min(self.totals.dropped.len() - 1);
        self.totals.dropped[phase].fetch_add(1, Ordering::Relaxed);
    }

    fn drop_arrival(&self, seq: u32, intended_us: u64) {
        self.count_dropped(intended_us);
        if let Some(order) = self.book().order_mut(seq) {
            order.open = Open::Dropped;
            order.over = true;
        }
    }

    /// A callback arrived; its sign was right. Says whether it fits an order of ours.
    pub(crate) fn called_back(&self, notice: &Notice, at: Instant) -> bool {
        let at_us = self.axis.us(at);
        let due = {
            let mut book = self.book();
            let Some((seq, order)) = notice.seq.and_then(|seq| Some((seq, book.order_mut(seq)?))) else {
                return self.bad_callback();
            };
            let fits = order.open.sent_us().is_some()
                && notice.amount == self.merchant.amount(seq)
                && !matches!(&order.open, Open::Opened { order_id, .. } if **order_id != *notice.order_id);
            if !fits {
                order.bad += 1;
                drop(book);
                return self.bad_callback();
            }
            order.delivered += 1;
            if order.deliveries.len() < MAX_DELIVERIES {
                order.deliveries.push(Delivery { at_us });
            }
            self.totals.received.fetch_add(1, Ordering::Relaxed);
            if order.delivered > 1 {
                self.totals.repeated.fetch_add(1, Ordering::Relaxed);
            }
            (order.delivered == 1 && !order.over).then_some(Step {
                seq,
                act: Act::Query,
                due_us: at_us,
            })
        };
        // Where the channel is full the reconciliation asks instead.
        if let Some(step) = due {
            self.enqueue(step);
        }
        true
    }

    /// A callback arrived that is not one: a wrong sign, an unknown order, another amount.
    pub(crate) fn bad_callback(&self) -> bool {
        self.totals.received.fetch_add(1, Ordering::Relaxed);
        self.totals.bad.fetch_add(1, Ordering::Relaxed);
        false
    }

    /// Orders whose fate is open and worth a query: all that may have reached the wallet.
    pub(crate) fn unsettled(&self) -> Vec<u32> {
        let worth = |open: &Open| match open {
            Open::Waiting | Open::Dropped | Open::Declined { .. } => false,
            Open::Sent { .. } | Open::Opened { .. } => true,
            // A refused connection never carried the request.
            Open::Hidden { class, .. } => *class != Class::Refused,
        };
        self.book()
            .orders()
            .filter(|(_, order)| !order.over && worth(&order.open))
            .map(|(seq, _)| seq)
            .collect()
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
        if self.closed.load(Ordering::SeqCst) {
            if step.act == Act::Open {
                self.drop_arrival(step.seq, step.due_us);
            }
        } else {
            match step.act {
                Act::Open => self.open(step).await,
                Act::Query | Act::Reconcile => self.query(step).await,
            }
        }
        self.totals.outstanding.fetch_sub(1, Ordering::SeqCst);
    }

    async fn open(&self, step: Step) {
        let sent_us = self.axis.us(Instant::now());
        let call = {
            let mut book = self.book();
            if let Some(order) = book.order_mut(step.seq) {
                order.open = Open::Sent { sent_us };
            }
            book.call(step.seq, Operation::PayLink, sent_us)
        };
        self.totals.started.fetch_add(1, Ordering::Relaxed);
        let exchange = self.client.exchange(self.merchant.open(step.seq, call)).await;
        let (class, heard) = self.merchant.hear_open(step.seq, &exchange.answer);
        let ended = self.ended(&exchange, class);
        let expected = self.sample(What::Open, Operation::PayLink, step, &exchange, class);
        let open = match heard {
            HeardOpen::Opened { order_id } => Open::Opened { sent_us, order_id },
            HeardOpen::Refused { reason } => Open::Declined { sent_us, reason },
            HeardOpen::Nothing => Open::Hidden {
                sent_us,
                done_us: ended.done_us,
                class,
                expected,
            },
        };
        // A refusal ends the journey, and so does a connection that never was: both are final.
        let final_class = match &open {
            Open::Declined { .. } => Some(Class::Declined),
            Open::Hidden {
                class: Class::Refused, ..
            } => Some(Class::Refused),
            Open::Waiting | Open::Dropped | Open::Sent { .. } | Open::Opened { .. } | Open::Hidden { .. } => None,
        };
        let mut book = self.book();
        book.ended(call, ended);
        if let Some(order) = book.order_mut(step.seq) {
            order.open = open;
        }
        drop(book);
        if let Some(class) = final_class {
            self.finish(step.seq, class, expected, sent_us, ended.done_us);
        }
    }

    async fn query(&self, step: Step) {
        let sent_us = self.axis.us(Instant::now());
        let call = {
            let mut book = self.book();
            match book.order_mut(step.seq) {
                Some(order) if !order.over => order.queries += 1,
                Some(_) | None => return,
            }
            book.call(step.seq, Operation::CheckDeposit, sent_us)
        };
        let exchange = self.client.exchange(self.merchant.query(step.seq, call)).await;
        let (class, heard) = self.merchant.hear_query(step.seq, &exchange.answer);
        let ended = self.ended(&exchange, class);
        self.sample(What::Query, Operation::CheckDeposit, step, &exchange, class);
        let (open, hidden) = {
            let mut book = self.book();
            book.ended(call, ended);
            let Some(order) = book.order_mut(step.seq) else { return };
            match heard {
                HeardQuery::Paid => order.query = Query::Paid { sent_us },
                HeardQuery::Unpaid => order.query = Query::Unpaid { sent_us },
                HeardQuery::Absent => order.query = Query::Absent { sent_us },
                HeardQuery::Nothing => order.query_broken = Some(class),
            }
            let hidden = match &order.open {
                Open::Hidden {
                    class,
                    expected,
                    done_us,
                    ..
                } => Some((*class, *expected, *done_us)),
                Open::Waiting | Open::Dropped | Open::Sent { .. } | Open::Opened { .. } | Open::Declined { .. } => None,
            };
            (order.open.sent_us().unwrap_or(sent_us), hidden)
        };
        match (heard, step.act) {
            (HeardQuery::Paid, _) => self.finish(step.seq, Class::Ok, true, open, ended.done_us),
            (HeardQuery::Unpaid | HeardQuery::Absent, Act::Reconcile) => match hidden {
                Some((class, expected, done_us)) => self.finish(step.seq, class, expected, open, done_us),
                None => {
                    self.leave(step.seq);
                }
            },
            // The callback said paid and the query does not: the audit looks at it; the reconciliation asks again.
            (HeardQuery::Unpaid | HeardQuery::Absent, Act::Open | Act::Query) | (HeardQuery::Nothing, _) => {}
        }
    }

    /// The journey is over with a sample of its own.
    fn finish(&self, seq: u32, class: Class, expected: bool, sent_us: u64, done_us: u64) {
        let Some(arrival_us) = self.leave(seq) else { return };
        self.recorder.record(
            shard(seq),
            &Sample {
                phase: self.expected.phase_at(arrival_us),
                what: What::Checkout.index(),
                class,
                expected,
                intended_us: arrival_us,
                sent_us,
                first_byte_us: done_us,
                done_us,
            },
        );
    }

    /// The journey is over; its arrival, the first time.
    fn leave(&self, seq: u32) -> Option<u64> {
        let mut book = self.book();
        let order = book.order_mut(seq).filter(|order| !order.over)?;
        order.over = true;
        self.totals.completed.fetch_add(1, Ordering::Relaxed);
        Some(order.arrival_us)
    }

    fn ended(&self, exchange: &Exchange, class: Class) -> Ended {
        let status = match &exchange.answer {
            Ok(answer) => answer.status.as_u16(),
            Err(Broken { status, .. }) => status.map_or(0, |status| status.as_u16()),
        };
        Ended {
            class,
            status,
            first_byte_us: self.axis.us(exchange.first_byte),
            done_us: self.axis.us(exchange.done),
        }
    }

    /// Records a step's sample; says whether the scenario could have caused its class.
    fn sample(&self, what: What, operation: Operation, step: Step, exchange: &Exchange, class: Class) -> bool {
        let done_us = self.axis.us(exchange.done);
        let sent_us = self.axis.us(exchange.sent);
        let expected = self.expected.explains(operation, class, sent_us, done_us);
        self.recorder.record(
            shard(step.seq),
            &Sample {
                phase: self.expected.phase_at(step.due_us),
                what: what.index(),
                class,
                expected,
                intended_us: step.due_us,
                sent_us,
                first_byte_us: self.axis.us(exchange.first_byte),
                done_us,
            },
        );
        expected
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
