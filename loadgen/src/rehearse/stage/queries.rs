//! Queries of a rehearsal: because a callback says so, because it is time to, because the run ends; and what the answers
//! make of journeys.

use measure::sample::Class;

use super::{Event, Stage, Why, index};
use crate::{
    clock::micros,
    journey::{POLL_EVERY, POLLS},
    rehearse::{
        shop::Heard,
        wallet::{Answer, Passage, Said, Wallet},
    },
};

impl Stage {
    /// The next query of a shop that polls.
    pub(super) fn poll(&mut self, seq: u32, number: u32) {
        let why = Why::Poll(number);
        self.put(self.now_us + micros(POLL_EVERY), Event::Query { seq, why });
    }

    pub(super) fn query(&mut self, seq: u32, why: Why) {
        let now_us = self.now_us;
        let order = &mut self.orders[index(seq)];
        if order.over {
            return;
        }
        let operation = order.journey.asks();
        let answer = match self.wallet.pass(operation, order, now_us) {
            Passage::Over(answer) => answer,
            Passage::Reaches { at_us, decision } => {
                let said = Wallet::query(order, &decision);
                self.wallet.answer(said, &decision, now_us, at_us)
            }
        };
        let Answer { said, done_us, .. } = answer;
        self.put(done_us, Event::Asked { seq, said, why });
        self.sample(operation, now_us, answer);
        match why {
            Why::Poll(number) if number < POLLS => self.poll(seq, number + 1),
            Why::Poll(_) | Why::Called | Why::Reconcile => {}
        }
    }

    pub(super) fn asked(&mut self, seq: u32, said: Said, why: Why) {
        let now_us = self.now_us;
        match (said, why) {
            (Said::Paid, _) => self.finish(seq, Class::Ok, true, now_us),
            (Said::Failed, _) => self.finish(seq, Class::Declined, true, now_us),
            (Said::Unpaid | Said::Absent, Why::Reconcile) => match self.orders[index(seq)].heard {
                Heard::Hidden {
                    class,
                    expected,
                    done_us,
                } => self.finish(seq, class, expected, done_us),
                Heard::Nothing | Heard::Opened | Heard::Declined => self.orders[index(seq)].over = true,
            },
            // The shop gives up, knowing or not.
            (Said::Unpaid | Said::Absent, Why::Poll(POLLS)) => {
                self.orders[index(seq)].over = true;
                self.shopper_leaves(seq);
            }
            (Said::Nothing | Said::Opened | Said::Refused, Why::Poll(POLLS)) => self.shopper_leaves(seq),
            (Said::Unpaid | Said::Absent, Why::Called | Why::Poll(_))
            | (Said::Nothing | Said::Opened | Said::Refused, _) => {}
        }
    }
}
