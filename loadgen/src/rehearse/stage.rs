//! The events of a rehearsal in the order of virtual time: calls, payments, callbacks, borders. Each is one method; what
//! it leads to goes back into the queue.

mod callbacks;
mod openings;
mod queries;

use std::{cmp::Reverse, collections::BinaryHeap, sync::Arc};

use measure::{
    recorder::Recorder,
    sample::{Class, Sample},
    window::History,
};
use scenarios::{
    Operation, Scenario, Timeline,
    load::{amount_of, journey_of},
};

use super::{
    shop::{Kept, Order},
    told::Tallies,
    wallet::{Answer, Said, Wallet},
};
use crate::{
    clock::micros,
    crowd::Turnstile,
    expected::Expected,
    journey::{What, Whats},
    merchant::number_of,
};

/// The merchant asks about orders without an answer so often.
const RECONCILE_PASSES: u32 = 4;
const SECOND_US: u64 = 1_000_000;
/// What gateway, network and client take of a crowd's time at least.
const SHORTEST_JOURNEY_US: u64 = 1_000;

/// Everything that has not happened yet, and what has.
pub(super) struct Stage {
    pub(super) wallet: Wallet,
    pub(super) orders: Vec<Order>,
    pub(super) history: History,
    pub(super) tallies: Tallies,
    pub(super) now_us: u64,
    expected: Expected,
    recorder: Recorder,
    whats: Whats,
    queue: BinaryHeap<Reverse<(u64, u64, Event)>>,
    put: u64,
    absorbed_s: u64,
    held: Vec<(u32, u32)>,
    /// Users that come again and again, and what their orders' numbers begin with.
    crowd: Option<(Turnstile, String)>,
    /// When the crowd is looked at next.
    looks_us: u64,
    orders_left: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// A phase begins.
    Border(u16),
    /// Somebody of the crowd is due.
    Come,
    /// An order is to be opened.
    Open(u32),
    /// The ledger pays, or declines.
    Pay(u32),
    Decline(u32),
    /// A withdrawal is paid out, or fails.
    End {
        seq: u32,
        fails: bool,
    },
    /// An attempt of a callback is decided.
    Attempt {
        seq: u32,
        attempt: u32,
    },
    /// A delivery arrives.
    Deliver {
        seq: u32,
        attempt: u32,
        speaks: bool,
        good: bool,
    },
    /// The merchant asks.
    Query {
        seq: u32,
        why: Why,
    },
    /// The answer to an opening, or to a query, is there.
    Opened {
        seq: u32,
        class: Class,
        said: Said,
    },
    Asked {
        seq: u32,
        said: Said,
        why: Why,
    },
}

/// Why the merchant asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    /// A callback says so.
    Called,
    /// It is time to, for the how-manieth time.
    Poll(u32),
    /// The run ends.
    Reconcile,
}

impl Stage {
    pub(super) fn new(
        scenario: Arc<Scenario>,
        expected: Expected,
        timeline: &Timeline,
        history: History,
        recorder: Recorder,
        whats: Whats,
    ) -> Self {
        let mut stage = Self {
            tallies: Tallies::default(),
            orders: Vec::new(),
            history,
            now_us: 0,
            expected,
            recorder,
            whats,
            queue: BinaryHeap::new(),
            put: 0,
            absorbed_s: 0,
            held: Vec::new(),
            crowd: None,
            looks_us: u64::MAX,
            orders_left: 0,
            wallet: Wallet::new(scenario, timeline.clone()),
        };
        for (start, phase) in timeline.starts() {
            stage.put(micros(start), Event::Border(phase.0));
        }
        stage
    }

    /// An order arrives at a moment.
    pub(super) fn arrive(&mut self, number: String, at_us: u64) {
        let seq = u32::try_from(self.orders.len()).expect("fewer orders than the limit of a rehearsal");
        let scenario = &self.wallet.scenario;
        let amount = amount_of(&scenario.load, scenario.seed, u64::from(seq));
        let journey = journey_of(&scenario.load, scenario.seed, u64::from(seq));
        self.orders.push(Order::new(number, journey, amount, at_us));
        self.recorder.offer(0, at_us);
        self.put(at_us, Event::Open(seq));
    }

    /// A crowd comes, for at most so many orders.
    pub(super) fn invite(&mut self, turnstile: Turnstile, prefix: &str, orders: u64) {
        self.crowd = Some((turnstile, prefix.to_owned()));
        self.orders_left = orders;
        self.look_again();
    }

    fn look_again(&mut self) {
        let next_us = self.crowd.as_ref().and_then(|(turnstile, _)| turnstile.next_us());
        if let Some(next_us) = next_us.filter(|next_us| *next_us < self.looks_us) {
            self.looks_us = next_us;
            self.put(next_us.max(self.now_us), Event::Come);
        }
    }

    fn come(&mut self) {
        self.looks_us = u64::MAX;
        while let Some((turnstile, prefix)) = &mut self.crowd {
            if self.orders_left == 0 {
                return;
            }
            let Some(passed) = turnstile.pass(self.now_us) else {
                break;
            };
            let number = number_of(prefix, passed.seq.into());
            self.orders_left -= 1;
            self.arrive(number, passed.due_us);
        }
        self.look_again();
    }

    /// The shopper of an order goes on. A journey takes a crowd some time at least, or it would come for ever in the same
    /// instant.
    fn shopper_leaves(&mut self, seq: u32) {
        let at_us = self
            .now_us
            .max(self.orders[index(seq)].arrival_us + SHORTEST_JOURNEY_US);
        if let Some((turnstile, _)) = &mut self.crowd {
            turnstile.left(seq, at_us);
            self.look_again();
        }
    }

    /// Plays everything up to the end of the drain, then lets the merchant ask about what is open.
    pub(super) fn play(&mut self, drain_us: u64) {
        let end_us = micros(self.wallet.timeline.end());
        let until_us = end_us + drain_us;
        let reserve_us = (drain_us / 3).min(5 * SECOND_US);
        self.play_until(until_us - reserve_us);
        self.now_us = self.now_us.max(end_us);
        for pass in 1..=RECONCILE_PASSES {
            let unsettled: Vec<u32> = (0_u32..)
                .zip(&self.orders)
                .filter(|(_, order)| order.is_unsettled())
                .map(|(seq, _)| seq)
                .collect();
            // As a run does it: spread over half of the time that is left, so that answers have the other half.
            let left_us = until_us.saturating_sub(self.now_us);
            let over_us = if pass == 1 { reserve_us.min(left_us) } else { left_us } / 2;
            let gaps = (unsettled.len() as u64).max(1);
            let why = Why::Reconcile;
            for (place, seq) in (0_u64..).zip(unsettled) {
                self.put(self.now_us + over_us * place / gaps, Event::Query { seq, why });
            }
            self.play_until(until_us);
        }
        self.absorb(self.now_us);
        self.history.end(self.now_us);
    }

    fn play_until(&mut self, until_us: u64) {
        while let Some(&Reverse((at_us, _, event))) = self.queue.peek() {
            if at_us > until_us {
                return;
            }
            self.queue.pop();
            self.now_us = self.now_us.max(at_us);
            if self.now_us / SECOND_US > self.absorbed_s {
                self.absorbed_s = self.now_us / SECOND_US;
                self.absorb(self.now_us);
            }
            self.happens(event);
        }
    }

    fn happens(&mut self, event: Event) {
        match event {
            Event::Border(phase) => self.border(phase),
            Event::Come => self.come(),
            Event::Open(seq) => self.open(seq),
            Event::Pay(seq) => self.pay(seq),
            Event::End { seq, fails } => self.end(seq, fails),
            Event::Decline(seq) => {
                let order = &mut self.orders[index(seq)];
                if let Kept::Open { .. } = order.kept {
                    order.kept = Kept::Declined;
                }
            }
            Event::Attempt { seq, attempt } => self.attempt(seq, attempt),
            Event::Deliver {
                seq,
                attempt,
                speaks,
                good,
            } => self.deliver(seq, attempt, speaks, good),
            Event::Query { seq, why } => self.query(seq, why),
            Event::Opened { seq, class, said } => self.opened(seq, class, said),
            Event::Asked { seq, said, why } => self.asked(seq, said, why),
        }
    }

    /// The journey is over, with a sample of its own.
    fn finish(&mut self, seq: u32, class: Class, expected: bool, done_us: u64) {
        let order = &mut self.orders[index(seq)];
        if order.over {
            return;
        }
        order.over = true;
        let (journey, arrival_us, sent_us) = (order.journey, order.arrival_us, order.sent_us);
        self.tallies.completed += 1;
        self.shopper_leaves(seq);
        self.record(What::Journey(journey), class, expected, (arrival_us, sent_us, done_us));
    }

    fn sample(&mut self, operation: Operation, sent_us: u64, answer: Answer) {
        let expected = self.expected.explains(operation, answer.class, sent_us, answer.done_us);
        self.record(
            What::Call(operation),
            answer.class,
            expected,
            (sent_us, sent_us, answer.done_us),
        );
    }

    fn record(&mut self, what: What, class: Class, expected: bool, (due_us, sent_us, done_us): (u64, u64, u64)) {
        let sample = Sample {
            phase: self.expected.phase_at(due_us),
            what: self.whats.index(what),
            class,
            expected,
            intended_us: due_us,
            sent_us,
            first_byte_us: done_us,
            done_us,
        };
        self.recorder.record(0, &sample);
    }

    fn absorb(&mut self, now_us: u64) {
        let interval = self.recorder.swap();
        self.history.absorb(interval, now_us);
    }

    fn put(&mut self, at_us: u64, event: Event) {
        self.put += 1;
        self.queue.push(Reverse((at_us, self.put, event)));
    }
}

fn index(seq: u32) -> usize {
    usize::try_from(seq).expect("the product runs where a usize holds 32 bits")
}
