//! Openings of a rehearsal: what they lead to at the wallet, what the merchant hears, and where its journey goes from there.

use measure::sample::Class;
use scenarios::Journey;

use super::{Event, Stage, index};
use crate::{
    journey::What,
    rehearse::{
        shop::Heard,
        wallet::{Answer, Follows, Passage, Said},
    },
};

impl Stage {
    pub(super) fn open(&mut self, seq: u32) {
        let now_us = self.now_us;
        let order = &mut self.orders[index(seq)];
        order.sent_us = now_us;
        let operation = order.journey.opens();
        let answer = match self.wallet.pass(operation, order, now_us) {
            Passage::Over(answer) => answer,
            Passage::Reaches { at_us, decision } => {
                let (said, follows) = if operation.is_withdrawal() {
                    self.wallet.withdraw(order, &decision, now_us, at_us)
                } else {
                    self.wallet.open(order, &decision, now_us, at_us)
                };
                let answer = self.wallet.answer(said, &decision, now_us, at_us);
                self.follow(seq, &follows);
                answer
            }
        };
        let Answer { class, said, done_us } = answer;
        self.put(done_us, Event::Opened { seq, class, said });
        self.sample(operation, now_us, answer);
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
            Follows::Ends { at_us, fails } => self.put(*at_us, Event::End { seq, fails: *fails }),
        }
    }

    pub(super) fn opened(&mut self, seq: u32, class: Class, said: Said) {
        let now_us = self.now_us;
        let order = &mut self.orders[index(seq)];
        let sent_us = order.sent_us;
        let journey = order.journey;
        let expected = self.expected.explains(journey.opens(), class, sent_us, now_us);
        order.heard = match said {
            Said::Opened => Heard::Opened,
            Said::Refused => Heard::Declined,
            Said::Nothing | Said::Paid | Said::Failed | Said::Unpaid | Said::Absent => Heard::Hidden {
                class,
                expected,
                done_us: now_us,
            },
        };
        let heard = order.heard;
        if heard != Heard::Opened || !self.is_waited_for(journey) {
            self.shopper_leaves(seq);
        }
        match heard {
            Heard::Declined => self.finish(seq, Class::Declined, true, now_us),
            Heard::Hidden {
                class: Class::Refused, ..
            } => self.finish(seq, Class::Refused, expected, now_us),
            Heard::Opened => self.goes_on(seq, journey),
            Heard::Nothing | Heard::Hidden { .. } => {}
        }
    }

    /// What an opened order leads to by itself; elsewhere its callback leads on.
    fn goes_on(&mut self, seq: u32, journey: Journey) {
        let now_us = self.now_us;
        match journey {
            Journey::Checkout | Journey::Payout => {}
            Journey::QueryStorm => self.poll(seq, 1),
            // The page takes no time here, and only a phase that refuses connections keeps it from its shopper.
            Journey::Qr => {
                let refused = self.wallet.refuses(now_us);
                let class = if refused { Class::Refused } else { Class::Ok };
                let expected = self.expected.explains_page(class, now_us, now_us);
                self.record(What::Page(journey), class, expected, (now_us, now_us, now_us));
            }
        }
    }

    /// As in `journey::open`.
    fn is_waited_for(&self, journey: Journey) -> bool {
        match journey {
            Journey::Checkout | Journey::Qr => self.wallet.scenario.somebody_pays(),
            Journey::Payout | Journey::QueryStorm => true,
        }
    }
}
