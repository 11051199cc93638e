//! Payments and callbacks of a rehearsal: owed when an order is paid, decided at each attempt, delivered, repeated, held
//! and released.

use std::{sync::Arc, time::Duration};

use scenarios::{CallbackAct, decide::release_at_start};

use super::{Event, Stage, Why, index};
use crate::{
    clock::micros,
    journey::listens,
    rehearse::shop::{Callback, Kept},
};

/// A downgrade comes this much calendar time after the callback that it takes back.
const DOWNGRADE_AFTER: Duration = Duration::from_secs(1);

impl Stage {
    pub(super) fn border(&mut self, phase: u16) {
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
            self.turn(seq, Callback::Pending);
            self.send(seq, attempt, after, true, true);
        }
    }

    pub(super) fn pay(&mut self, seq: u32) {
        let order = &mut self.orders[index(seq)];
        if let Kept::Open { .. } = order.kept {
            let amount = order.amount;
            self.wallet.credit(amount);
            self.owe(seq, |at_us, callback| Kept::Paid { at_us, callback });
            self.tallies.paid += 1;
        }
    }

    /// A withdrawal is paid out, or fails.
    pub(super) fn end(&mut self, seq: u32, fails: bool) {
        if fails {
            let amount = self.orders[index(seq)].amount;
            self.wallet.give_back(amount);
            self.owe(seq, |at_us, callback| Kept::Failed { at_us, callback });
        } else {
            self.owe(seq, |at_us, callback| Kept::Paid { at_us, callback });
            self.tallies.paid += 1;
        }
    }

    /// An open order comes to its end, and its callback is due.
    fn owe(&mut self, seq: u32, kept: fn(u64, Callback) -> Kept) {
        let now_us = self.now_us;
        let order = &mut self.orders[index(seq)];
        let Kept::Open { silenced } = order.kept else { return };
        if silenced {
            order.kept = kept(now_us, Callback::Dropped);
            self.tallies.dropped += 1;
        } else {
            order.kept = kept(now_us, Callback::Pending);
            self.put(now_us, Event::Attempt { seq, attempt: 1 });
        }
    }

    pub(super) fn attempt(&mut self, seq: u32, attempt: u32) {
        let order = &self.orders[index(seq)];
        if !matches!(order.kept.owed(), Some((_, Callback::Pending))) {
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

    pub(super) fn deliver(&mut self, seq: u32, attempt: u32, speaks: bool, good: bool) {
        let now_us = self.now_us;
        let order = &mut self.orders[index(seq)];
        let Some((at_us, callback)) = order.kept.owed() else {
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
        if order.delivered == 1 && !order.over && listens(order.journey) {
            let why = Why::Called;
            self.put(now_us, Event::Query { seq, why });
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
        if let Some(callback) = self.orders[index(seq)].kept.callback() {
            *callback = to;
        }
    }
}
