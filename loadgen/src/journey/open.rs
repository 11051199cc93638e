//! A journey's first step: its order is opened, and what that makes of the journey.

use measure::sample::Class;
use scenarios::Journey;
use tokio::time::Instant;

use super::{Act, Journeys, Step, What};
use crate::{book::Open, client::Exchange, merchant::HeardOpen};

impl Journeys {
    pub(super) async fn open(&self, step: Step) {
        let sent_us = self.axis.us(Instant::now());
        let (journey, call) = {
            let mut book = self.book();
            let sent = book.change(step.seq, |order| {
                order.open = Open::Sent { sent_us };
                order.journey
            });
            let Some(journey) = sent else { return };
            (journey, book.call(step.seq, journey.opens(), sent_us))
        };
        self.count_started(step.seq, sent_us);
        let unsent = self.repeats.as_ref().and_then(|then| then.unsent.get(&step.seq));
        let exchange = match unsent {
            Some(class) => Exchange::unsent(*class),
            None => {
                let opening = self.merchant.open(journey, step.seq, call);
                self.client.exchange(opening).await
            }
        };
        let (class, heard) = self.merchant.hear_open(journey, step.seq, &exchange.answer);
        let ended = self.ended(&exchange, class);
        let expected = self.sample(What::Call(journey.opens()), step, &exchange, class);
        let (open, pay_url) = match heard {
            HeardOpen::Opened { order_id, pay_url } => (Open::Opened { sent_us, order_id }, pay_url),
            HeardOpen::Refused { reason } => (Open::Declined { sent_us, reason }, None),
            HeardOpen::Nothing => {
                let hidden = Open::Hidden {
                    sent_us,
                    done_us: ended.done_us,
                    class,
                    expected,
                };
                (hidden, None)
            }
        };
        let final_class = ends_with(&open);
        let is_open = matches!(open, Open::Opened { .. });
        {
            let mut book = self.book();
            book.ended(call, ended);
            book.change(step.seq, |order| order.open = open);
        }
        if !is_open || !self.is_waited_for(journey) {
            self.shopper_leaves(step.seq, ended.done_us);
        }
        if let Some(class) = final_class {
            self.finish(step.seq, class, expected, sent_us, ended.done_us);
        }
        if is_open {
            let opened = Step {
                seq: step.seq,
                act: Act::Open,
                due_us: ended.done_us,
            };
            self.goes_on(journey, opened, pay_url).await;
        }
    }

    /// What an opened order leads to by itself; elsewhere its callback leads on.
    async fn goes_on(&self, journey: Journey, opened: Step, pay_url: Option<String>) {
        match journey {
            Journey::Checkout | Journey::Payout => {}
            Journey::QueryStorm => self.polls.begin(opened.seq, opened.due_us),
            // The shopper goes on with the user that opened the order: nobody else knows the address of the page.
            Journey::Qr => self.visit(opened, &pay_url.unwrap_or_default()).await,
        }
    }

    /// Whether somebody waits for the end of an opened order: not of a payment where nobody pays, unless the shop asks
    /// until it gives up.
    fn is_waited_for(&self, journey: Journey) -> bool {
        match journey {
            Journey::Checkout | Journey::Qr => self.somebody_pays,
            Journey::Payout | Journey::QueryStorm => true,
        }
    }
}

/// A refusal ends the journey, and so does a connection that never was: both are final.
fn ends_with(open: &Open) -> Option<Class> {
    match open {
        Open::Declined { .. } => Some(Class::Declined),
        Open::Hidden {
            class: Class::Refused, ..
        } => Some(Class::Refused),
        Open::Waiting | Open::Dropped | Open::Sent { .. } | Open::Opened { .. } | Open::Hidden { .. } => None,
    }
}
