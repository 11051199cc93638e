//! The model of a gateway at its limit: so many workers, one queue before them that is so long and so patient. Who is
//! served when, and who is turned away, is decided at the arrival; waiting and answering are left to the callers. Live gateway and rehearsal ask the same model, so both saturate at the same rate: 8 workers of 10 ms
//! serve exactly 800 a second.
//!
//! Time is what has passed since a moment of the caller's choice. The only float is the share that is shown.
//!
//! A phase may hold a capacity of its own. Where one of other numbers comes into force its station begins empty, and the
//! one before finishes what it admitted: those calls know their ends. For as long as that takes, both work. The rejected
//! other way, moving the queue over, would change ends that callers wait for.
//!
//! Invariant: a station holds at most one time for each worker and one for each place of its queue.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
    sync::Arc,
    time::Duration,
};

use crate::{
    decision::{CallbackAct, Decision, Hits, LedgerAct, Occasion, Reply, Shape, StatusReply},
    draw::{DrawSubject, Drawn, Site, draw},
    scenario::{Capacity, Overload, PhaseIndex, Scenario},
};

/// How long a worker serves a call, where a capacity is in force in its phase. Each attempt has a draw of its own.
pub fn service_time(scenario: &Scenario, occasion: &Occasion<'_>) -> Option<Duration> {
    let capacity = scenario.capacity_in(occasion.phase)?;
    let subject = DrawSubject {
        shop: occasion.shop,
        operation: occasion.operation.word(),
        subject: occasion.subject,
    };
    let site = Site {
        of: SITE,
        what: Drawn::ServiceTime,
    };
    let drawn = draw(scenario.seed, &subject, occasion.attempt, site);
    Some(capacity.service_time.sample(drawn))
}

impl Scenario {
    /// The capacity in force in a phase: its own, else the file's. Without one nothing queues.
    pub fn capacity_in(&self, phase: PhaseIndex) -> Option<&Capacity> {
        let own = self.phase(phase).and_then(|phase| phase.capacity.as_ref());
        own.or(self.capacity.as_ref())
    }
}

impl Overload {
    /// What becomes of a call that is not served: it never reaches the ledger, no rule decides it, and its caller is told
    /// to come again.
    pub fn decision(&self) -> Decision {
        Decision {
            ledger: LedgerAct::Skip,
            reply: Reply {
                delay: Duration::ZERO,
                shape: Shape::Status(Arc::new(StatusReply {
                    status: self.status,
                    retry_after_s: self.retry_after_s,
                    headers: Vec::new(),
                    body: String::new(),
                    body_bytes: 0,
                })),
            },
            callback: CallbackAct::default(),
            hits: Hits::default(),
        }
    }
}

/// Workers that share one queue: first come, first served, and nobody is served before a worker is free.
#[derive(Clone, Debug)]
pub struct Station {
    workers: usize,
    queue: usize,
    queue_timeout: Duration,
    /// The latest moment that anybody spoke of.
    now: Duration,
    /// For each worker at work the moment when it comes free, whatever waits for it included.
    busy_until: BinaryHeap<Reverse<Duration>>,
    /// The sum of these moments.
    busy_until_sum: Duration,
    /// When each caller that waits leaves the queue, for a worker or for good. Callers leave in the order of their
    /// coming: who times out would have been served later than everybody before, and everybody after even later.
    leaves: VecDeque<Duration>,
    /// Service that was admitted, done or not.
    committed: Duration,
    admitted: u64,
    turned_away: u64,
    timed_out: u64,
}

/// What becomes of a call that is offered to a [`Station`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offered {
    /// A worker serves it.
    Admitted {
        /// When a worker takes it; the arrival itself where one is free.
        starts: Duration,
        /// When it is served.
        ends: Duration,
    },
    /// No worker is free and the queue is full.
    TurnedAway {
        /// The arrival.
        at: Duration,
    },
    /// Its turn would come too late, so it leaves the queue. No worker takes it; until it leaves it fills a place.
    TimedOut {
        /// When it leaves.
        at: Duration,
    },
}

/// What a station says of itself at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// The moment.
    pub at: Duration,
    /// Workers in all.
    pub workers: u32,
    /// Workers at work.
    pub busy: u32,
    /// Callers in the queue, those that will time out included.
    pub waiting: u32,
    /// How long workers were at work, over all of them and since the station began.
    pub busy_time: Duration,
    /// Calls that a worker took or will take.
    pub admitted: u64,
    /// Calls that found the queue full.
    pub turned_away: u64,
    /// Calls whose turn came too late; counted at their arrival.
    pub timed_out: u64,
}

impl Station {
    /// An empty station of a scenario's numbers.
    pub fn of(capacity: &Capacity) -> Self {
        Self::new(capacity.workers, capacity.queue, capacity.queue_timeout)
    }

    /// An empty station. It has one worker at least: with none, nothing would ever be served. `queue` are the places of
    /// those who wait, not of those who are served; a wait of exactly `queue_timeout` is not too long.
    pub fn new(workers: u32, queue: u32, queue_timeout: Duration) -> Self {
        Self {
            workers: places(workers.max(1)),
            queue: places(queue),
            queue_timeout,
            now: Duration::ZERO,
            busy_until: BinaryHeap::new(),
            busy_until_sum: Duration::ZERO,
            leaves: VecDeque::new(),
            committed: Duration::ZERO,
            admitted: 0,
            turned_away: 0,
            timed_out: 0,
        }
    }

    /// Decides a call that arrives now and takes `service` of a worker's time. Moments never go back: one before the
    /// latest counts as the latest. At equal moments who leaves goes first, so a worker that comes free now is free.
    pub fn offer(&mut self, now: Duration, service: Duration) -> Offered {
        let now = self.pass(now);
        match self.next_free() {
            None => self.admit(now, service),
            Some(_) if self.leaves.len() >= self.queue => {
                self.turned_away += 1;
                Offered::TurnedAway { at: now }
            }
            Some(free) if free - now > self.queue_timeout => {
                let at = now + self.queue_timeout;
                self.leaves.push_back(at);
                self.timed_out += 1;
                Offered::TimedOut { at }
            }
            Some(free) => {
                self.release_next();
                self.leaves.push_back(free);
                self.admit(free, service)
            }
        }
    }

    /// What it says of itself now.
    pub fn figures(&mut self, now: Duration) -> Figures {
        let now = self.pass(now);
        // What is still to be done: each worker at work is so without a pause until it comes free.
        let busy = u32::try_from(self.busy_until.len()).expect("workers are counted in 32 bits");
        let ahead = self.busy_until_sum - now * busy;
        Figures {
            at: now,
            workers: u32::try_from(self.workers).expect("workers are counted in 32 bits"),
            busy,
            waiting: u32::try_from(self.leaves.len()).expect("places are counted in 32 bits"),
            busy_time: self.committed - ahead,
            admitted: self.admitted,
            turned_away: self.turned_away,
            timed_out: self.timed_out,
        }
    }

    /// Whether it is a station of these numbers. Service times are no part of it: workers that become slow are the same
    /// workers, and those who wait for them still do.
    pub fn is_of(&self, capacity: &Capacity) -> bool {
        self.workers == places(capacity.workers.max(1))
            && self.queue == places(capacity.queue)
            && self.queue_timeout == capacity.queue_timeout
    }

    /// When a call that may have to wait finds a worker; `None` where one is free.
    fn next_free(&self) -> Option<Duration> {
        let Reverse(first) = *self.busy_until.peek()?;
        (self.busy_until.len() == self.workers).then_some(first)
    }

    fn admit(&mut self, starts: Duration, service: Duration) -> Offered {
        let ends = starts + service;
        self.busy_until.push(Reverse(ends));
        self.busy_until_sum += ends;
        self.committed += service;
        self.admitted += 1;
        Offered::Admitted { starts, ends }
    }

    fn release_next(&mut self) {
        if let Some(Reverse(free)) = self.busy_until.pop() {
            self.busy_until_sum -= free;
        }
    }

    /// Lets time pass, and gives the moment it is.
    fn pass(&mut self, now: Duration) -> Duration {
        self.now = self.now.max(now);
        while self.busy_until.peek().is_some_and(|free| free.0 <= self.now) {
            self.release_next();
        }
        while self.leaves.front().is_some_and(|leaves| *leaves <= self.now) {
            self.leaves.pop_front();
        }
        self.now
    }
}

impl Figures {
    /// The share of its workers' time that a station was at work since an earlier look, from 0 to 1; 0 over no time.
    pub fn utilisation_since(&self, earlier: &Self) -> f64 {
        let passed = self.at.saturating_sub(earlier.at).as_secs_f64() * f64::from(self.workers);
        let worked = self.busy_time.saturating_sub(earlier.busy_time).as_secs_f64();
        if passed > 0.0 { worked / passed } else { 0.0 }
    }
}

fn places(count: u32) -> usize {
    usize::try_from(count).expect("a machine that holds a scenario counts in 32 bits")
}

/// Where service times are drawn.
const SITE: &str = "capacity";

#[cfg(test)]
mod tests;
