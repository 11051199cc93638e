//! Single steps of a journey: what is sent, what is learnt of it, and when the journey is over.

use std::sync::atomic::Ordering;

use measure::sample::{Class, Sample};
use scenarios::Operation;
use tokio::time::Instant;

use super::{Act, Journeys, Step, shard};
use crate::{
    book::{Ended, Open, Query},
    client::{Broken, Exchange},
    merchant::{HeardOpen, HeardQuery},
};

/// What a sample is about: an index into [`super::NAMES`].
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

impl Journeys {
    pub(super) async fn open(&self, step: Step) {
        let sent_us = self.axis.us(Instant::now());
        let call = {
            let mut book = self.book();
            book.change(step.seq, |order| order.open = Open::Sent { sent_us });
            book.call(step.seq, Operation::PayLink, sent_us)
        };
        self.totals.started.fetch_add(1, Ordering::Relaxed);
        let unsent = self.repeats.as_ref().and_then(|then| then.unsent.get(&step.seq));
        let exchange = match unsent {
            Some(class) => Exchange::unsent(*class),
            None => self.client.exchange(self.merchant.open(step.seq, call)).await,
        };
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
        // Who was shown no cashier has nothing to wait for, nor has anybody where nobody pays.
        let goes_on = !matches!(open, Open::Opened { .. }) || !self.somebody_pays;
        let mut book = self.book();
        book.ended(call, ended);
        book.change(step.seq, |order| order.open = open);
        drop(book);
        if goes_on {
            self.shopper_leaves(step.seq, ended.done_us);
        }
        if let Some(class) = final_class {
            self.finish(step.seq, class, expected, sent_us, ended.done_us);
        }
    }

    pub(super) async fn query(&self, step: Step) {
        let sent_us = self.axis.us(Instant::now());
        let call = {
            let mut book = self.book();
            let is_open = book.change(step.seq, |order| {
                order.queries += u32::from(!order.over);
                !order.over
            });
            if is_open != Some(true) {
                return;
            }
            book.call(step.seq, Operation::CheckDeposit, sent_us)
        };
        let exchange = if self.repeats.is_some() && self.expected.refuses(sent_us) {
            Exchange::unsent(Class::Refused)
        } else {
            self.client.exchange(self.merchant.query(step.seq, call)).await
        };
        let (class, heard) = self.merchant.hear_query(step.seq, &exchange.answer);
        let ended = self.ended(&exchange, class);
        self.sample(What::Query, Operation::CheckDeposit, step, &exchange, class);
        let (open, hidden) = {
            let mut book = self.book();
            book.ended(call, ended);
            let known = book.change(step.seq, |order| {
                match heard {
                    HeardQuery::Paid => order.query = Query::Paid { sent_us },
                    HeardQuery::Unpaid => order.query = Query::Unpaid { sent_us },
                    HeardQuery::Absent => order.query = Query::Absent { sent_us },
                    HeardQuery::Nothing => order.query_broken = Some(class),
                }
                (order.open.sent_us().unwrap_or(sent_us), hidden(&order.open))
            });
            let Some(known) = known else { return };
            known
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
        self.shopper_leaves(seq, done_us);
        self.recorder.record(
            shard(seq),
            &Sample {
                phase: self.phase_at(arrival_us),
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
        let arrival_us = self.book().change(seq, |order| {
            let was_open = !std::mem::replace(&mut order.over, true);
            was_open.then_some(order.arrival_us)
        })??;
        self.totals.completed.fetch_add(1, Ordering::Relaxed);
        Some(arrival_us)
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
                phase: self.phase_at(step.due_us),
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

/// How an opening whose outcome is hidden ended: its class, whether it was expected, and when.
fn hidden(open: &Open) -> Option<(Class, bool, u64)> {
    match open {
        Open::Hidden {
            class,
            expected,
            done_us,
            ..
        } => Some((*class, *expected, *done_us)),
        Open::Waiting | Open::Dropped | Open::Sent { .. } | Open::Opened { .. } | Open::Declined { .. } => None,
    }
}
