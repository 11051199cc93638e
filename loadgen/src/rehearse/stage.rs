//! The events of a rehearsal in the order of virtual time: calls, payments, callbacks, borders. Each is one method; what
//! it leads to goes back into the queue.

use std::{cmp::Reverse, collections::BinaryHeap, sync::Arc, time::Duration};

use measure::{
    recorder::Recorder,
    sample::{Class, Sample},
    window::History,
};
use scenarios::{CallbackAct, Operation, Scenario, Timeline, decide::release_at_start, load::amount_of};

use super::{
    shop::{Callback, Heard, Kept, Order},
    told::Tallies,
    wallet::{Answer, Follows, Passage, Said, Wallet},
};
use crate::{clock::micros, expected::Expected};

/// The merchant asks about orders without an answer so often.
const RECONCILE_PASSES: u32 = 4;
/// A downgrade comes this much calendar time after the callback that it takes back.
const DOWNGRADE_AFTER: Duration = Duration::from_secs(1);
const SECOND_US: u64 = 1_000_000;

/// Indices into `journey::NAMES`.
const OPEN: u16 = 0;
const QUERY: u16 = 1;
const CHECKOUT: u16 = 2;

/// Everything that has not happened yet, and what has.
pub(super) struct Stage {
    pub(super) wallet: Wallet,
    pub(super) orders: Vec<Order>,
    pub(super) history: History,
    pub(super) tallies: Tallies,
    pub(super) now_us: u64,
    expected: Expected,
    recorder: Recorder,
    queue: BinaryHeap<Reverse<(u64, u64, Event)>>,
    put: u64,
    absorbed_s: u64,
    held: Vec<(u32, u32)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// A phase begins.
    Border(u16),
    /// An order is to be opened.
    Open(u32),
    /// The ledger pays, or declines.
    Pay(u32),
    Decline(u32),
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
    /// The merchant asks; for the how-manieth time at the end, 0 before.
    Query {
        seq: u32,
        pass: u32,
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
        pass: u32,
    },
}

impl Stage {
    pub(super) fn new(
        scenario: Arc<Scenario>,
        expected: Expected,
        timeline: &Timeline,
        history: History,
        recorder: Recorder,
    ) -> Self {
        let mut stage = Self {
            tallies: Tallies::default(),
            orders: Vec::new(),
            history,
            now_us: 0,
            expected,
            recorder,
            queue: BinaryHeap::new(),
            put: 0,
            absorbed_s: 0,
            held: Vec::new(),
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
        self.orders.push(Order::new(number, amount, at_us));
        self.recorder.offer(0, at_us);
        self.put(at_us, Event::Open(seq));
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
            for (place, seq) in (0_u64..).zip(unsettled) {
                self.put(self.now_us + over_us * place / gaps, Event::Query { seq, pass });
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
            Event::Open(seq) => self.open(seq),
            Event::Pay(seq) => self.pay(seq),
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
            Event::Query { seq, pass } => self.query(seq, pass),
            Event::Opened { seq, class, said } => self.opened(seq, class, said),
            Event::Asked { seq, said, pass } => self.asked(seq, said, pass),
        }
    }

    fn border(&mut self, phase: u16) {
        let is_over = phase == self.wallet.timeline.after().0;
        if is_over {
            return self.release(Duration::ZERO);
        }
        let scenario = Arc::clone(&self.wallet.scenario);
        if let Some(release) = release_at_start(&scenario, scenarios::PhaseIndex(phase)) {
            let count = self.held.len() as u64;
            self.wallet.decided[usize::from(release.rule.0)] += count;
            self.release(release.over);
        }
    }

    fn release(&mut self, over: Duration) {
        let held = std::mem::take(&mut self.held);
        let gaps = (held.len() as u64).saturating_sub(1).max(1);
        let over_us = micros(over);
        for (place, (seq, attempt)) in (0_u64..).zip(held) {
            let after = Duration::from_micros(over_us * place / gaps);
            if let Kept::Paid { callback, .. } = &mut self.orders[index(seq)].kept {
                *callback = Callback::Pending;
            }
            self.send(seq, attempt, after, true, true);
        }
    }

    fn open(&mut self, seq: u32) {
        let now_us = self.now_us;
        let order = &mut self.orders[index(seq)];
        order.sent_us = now_us;
        let answer = match self.wallet.pass(Operation::PayLink, order, now_us) {
            Passage::Over(answer) => answer,
            Passage::Reaches { at_us, decision } => {
                let (said, follows) = self.wallet.open(order, &decision, now_us, at_us);
                let answer = self.wallet.answer(said, &decision, now_us, at_us);
                self.follow(seq, &follows);
                answer
            }
        };
        let Answer { class, said, done_us } = answer;
        self.put(done_us, Event::Opened { seq, class, said });
        self.sample(OPEN, Operation::PayLink, now_us, answer);
    }

    fn follow(&mut self, seq: u32, follows: &Follows) {
        match follows {
            Follows::Nothing => {}
            Follows::Leaves => self.tallies.payers.abandon += 1,
            Follows::Pays { at_us } => {
                self.tallies.payers.pay += 1;
                self.put(*at_us, Event::Pay(seq));
            }
            Follows::Declines { at_us } => {
                self.tallies.payers.decline += 1;
                self.put(*at_us, Event::Decline(seq));
            }
        }
    }

    fn opened(&mut self, seq: u32, class: Class, said: Said) {
        let now_us = self.now_us;
        let order = &mut self.orders[index(seq)];
        let sent_us = order.sent_us;
        let expected = self.expected.explains(Operation::PayLink, class, sent_us, now_us);
        order.heard = match said {
            Said::Opened => Heard::Opened,
            Said::Refused => Heard::Declined,
            Said::Nothing | Said::Paid | Said::Unpaid | Said::Absent => Heard::Hidden {
                class,
                expected,
                done_us: now_us,
            },
        };
        match order.heard {
            Heard::Declined => self.finish(seq, Class::Declined, true, now_us),
            Heard::Hidden {
                class: Class::Refused, ..
            } => self.finish(seq, Class::Refused, expected, now_us),
            Heard::Nothing | Heard::Opened | Heard::Hidden { .. } => {}
        }
    }

    fn pay(&mut self, seq: u32) {
        let now_us = self.now_us;
        let order = &mut self.orders[index(seq)];
        let Kept::Open { silenced } = order.kept else { return };
        order.kept = Kept::Paid {
            at_us: now_us,
            callback: if silenced { Callback::Dropped } else { Callback::Pending },
        };
        self.tallies.paid += 1;
        if silenced {
            self.tallies.dropped += 1;
        } else {
            self.put(now_us, Event::Attempt { seq, attempt: 1 });
        }
    }

    fn attempt(&mut self, seq: u32, attempt: u32) {
        let order = &self.orders[index(seq)];
        if !matches!(
            order.kept,
            Kept::Paid {
                callback: Callback::Pending,
                ..
            }
        ) {
            return;
        }
        let none = Duration::ZERO;
        if order.early && attempt == 1 {
            return self.send(seq, attempt, none, true, true);
        }
        match self.wallet.decide_callback(order, attempt, self.now_us) {
            CallbackAct::Drop => {
                self.tallies.dropped += 1;
                self.turn(seq, Callback::Dropped);
            }
            CallbackAct::Hold if self.now_us >= micros(self.wallet.timeline.end()) => {
                self.tallies.held += 1;
                self.send(seq, attempt, none, true, true);
            }
            CallbackAct::Hold => {
                self.tallies.held += 1;
                self.turn(seq, Callback::Held);
                self.held.push((seq, attempt));
            }
            CallbackAct::Deliver | CallbackAct::Early => self.send(seq, attempt, none, true, true),
            CallbackAct::Delay(late) => self.send(seq, attempt, late, true, true),
            CallbackAct::Forge(_) | CallbackAct::Tamper(_) => self.send(seq, attempt, none, true, false),
            CallbackAct::Stale(age) => {
                self.send(seq, attempt, none, true, true);
                self.send(seq, attempt, age, false, true);
            }
            CallbackAct::Downgrade => {
                self.send(seq, attempt, none, true, true);
                self.send(seq, attempt, DOWNGRADE_AFTER, false, false);
            }
            CallbackAct::Duplicate {
                copies,
                spread,
                concurrent,
            } => {
                let over_us = if concurrent { 0 } else { micros(spread) };
                let gaps = u64::from(copies).saturating_sub(1).max(1);
                for copy in 0..copies {
                    let after = Duration::from_micros(over_us * u64::from(copy) / gaps);
                    self.send(seq, attempt, after, copy == 0, true);
                }
            }
        }
    }

    /// A delivery leaves after this much calendar time, and arrives at once.
    fn send(&mut self, seq: u32, attempt: u32, after: Duration, speaks: bool, good: bool) {
        if let Some(us) = self.wallet.on_the_wall(after) {
            let deliver = Event::Deliver {
                seq,
                attempt,
                speaks,
                good,
            };
            self.put(self.now_us.saturating_add(us), deliver);
        }
    }

    fn deliver(&mut self, seq: u32, attempt: u32, speaks: bool, good: bool) {
        let now_us = self.now_us;
        let order = &mut self.orders[index(seq)];
        let Kept::Paid { at_us, callback } = order.kept else {
            return;
        };
        self.tallies.delivery(attempt, now_us - at_us, speaks, good);
        if !good {
            if speaks && callback == Callback::Pending {
                self.repeat(seq, attempt);
            }
            return;
        }
        order.delivered += 1;
        if callback == Callback::Pending {
            self.turn(seq, Callback::Acknowledged { at_us: now_us });
        }
        let order = &self.orders[index(seq)];
        if order.delivered == 1 && !order.over {
            self.put(now_us, Event::Query { seq, pass: 0 });
        }
    }

    fn repeat(&mut self, seq: u32, attempt: u32) {
        let scenario = Arc::clone(&self.wallet.scenario);
        let ladder = &scenario.callbacks.retry;
        match ladder.get(index(attempt.saturating_sub(1))) {
            Some(wait) => {
                if let Some(us) = self.wallet.on_the_wall(*wait) {
                    let attempt = attempt + 1;
                    self.put(self.now_us.saturating_add(us), Event::Attempt { seq, attempt });
                }
            }
            None => self.turn(seq, Callback::Lost),
        }
    }

    fn turn(&mut self, seq: u32, to: Callback) {
        if let Kept::Paid { callback, .. } = &mut self.orders[index(seq)].kept {
            *callback = to;
        }
    }

    fn query(&mut self, seq: u32, pass: u32) {
        let now_us = self.now_us;
        let order = &mut self.orders[index(seq)];
        if order.over {
            return;
        }
        let answer = match self.wallet.pass(Operation::CheckDeposit, order, now_us) {
            Passage::Over(answer) => answer,
            Passage::Reaches { at_us, decision } => {
                let said = Wallet::query(order, &decision);
                self.wallet.answer(said, &decision, now_us, at_us)
            }
        };
        let Answer { said, done_us, .. } = answer;
        self.put(done_us, Event::Asked { seq, said, pass });
        self.sample(QUERY, Operation::CheckDeposit, now_us, answer);
    }

    fn asked(&mut self, seq: u32, said: Said, pass: u32) {
        let now_us = self.now_us;
        match said {
            Said::Paid => self.finish(seq, Class::Ok, true, now_us),
            Said::Unpaid | Said::Absent if pass > 0 => match self.orders[index(seq)].heard {
                Heard::Hidden {
                    class,
                    expected,
                    done_us,
                } => self.finish(seq, class, expected, done_us),
                Heard::Nothing | Heard::Opened | Heard::Declined => self.orders[index(seq)].over = true,
            },
            Said::Unpaid | Said::Absent | Said::Nothing | Said::Opened | Said::Refused => {}
        }
    }

    /// The journey is over, with a sample of its own.
    fn finish(&mut self, seq: u32, class: Class, expected: bool, done_us: u64) {
        let order = &mut self.orders[index(seq)];
        if order.over {
            return;
        }
        order.over = true;
        self.tallies.completed += 1;
        let (arrival_us, sent_us) = (order.arrival_us, order.sent_us);
        self.record(CHECKOUT, class, expected, (arrival_us, sent_us, done_us));
    }

    fn sample(&mut self, what: u16, operation: Operation, sent_us: u64, answer: Answer) {
        let expected = self.expected.explains(operation, answer.class, sent_us, answer.done_us);
        self.record(what, answer.class, expected, (sent_us, sent_us, answer.done_us));
    }

    fn record(&mut self, what: u16, class: Class, expected: bool, (due_us, sent_us, done_us): (u64, u64, u64)) {
        let sample = Sample {
            phase: self.expected.phase_at(due_us),
            what,
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
