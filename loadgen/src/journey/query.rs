//! A journey's later steps: the shop asks what became of an order, because a callback says so, because it is time to, or
//! because the run ends; and what the answer makes of the journey.

use measure::sample::Class;
use tokio::time::Instant;

use super::{Act, Journeys, Step, What};
use crate::{
    book::{Open, Order, Query},
    client::Exchange,
    merchant::HeardQuery,
};

impl Journeys {
    pub(super) async fn query(&self, step: Step) {
        let sent_us = self.axis.us(Instant::now());
        let (journey, call) = {
            let mut book = self.book();
            let asked = book.change(step.seq, |order| {
                order.queries += u32::from(!order.over);
                (!order.over).then_some(order.journey)
            });
            let Some(Some(journey)) = asked else { return };
            (journey, book.call(step.seq, journey.asks(), sent_us))
        };
        let exchange = if self.repeats.is_some() && self.expected.refuses(sent_us) {
            Exchange::unsent(Class::Refused)
        } else {
            let query = self.merchant.query(journey, step.seq, call);
            self.client.exchange(query).await
        };
        let (class, heard) = self.merchant.hear_query(journey, step.seq, &exchange.answer);
        let ended = self.ended(&exchange, class);
        self.sample(What::Call(journey.asks()), step, &exchange, class);
        let known = {
            let mut book = self.book();
            book.ended(call, ended);
            book.change(step.seq, |order| {
                note_answer(order, heard, sent_us, class);
                (order.open.sent_us().unwrap_or(sent_us), hidden(&order.open))
            })
        };
        let Some((open, hidden)) = known else { return };
        match (heard, step.act) {
            (HeardQuery::Paid, _) => self.finish(step.seq, Class::Ok, true, open, ended.done_us),
            // The wallet says no, late and honestly.
            (HeardQuery::Failed, _) => self.finish(step.seq, Class::Declined, true, open, ended.done_us),
            (HeardQuery::Unpaid | HeardQuery::Absent, Act::Reconcile) => match hidden {
                Some((class, expected, done_us)) => self.finish(step.seq, class, expected, open, done_us),
                None => {
                    self.leave(step.seq);
                }
            },
            // The shop gives up: nobody waited for more, so the journey has no sample.
            (HeardQuery::Unpaid | HeardQuery::Absent, Act::Poll { last: true }) => {
                self.leave(step.seq);
                self.shopper_leaves(step.seq, ended.done_us);
            }
            // It gives up without knowing; the reconciliation asks again.
            (HeardQuery::Nothing, Act::Poll { last: true }) => self.shopper_leaves(step.seq, ended.done_us),
            // The callback said paid and the query does not: the audit looks at it; the reconciliation asks again.
            (HeardQuery::Unpaid | HeardQuery::Absent, Act::Open | Act::Query | Act::Poll { last: false })
            | (HeardQuery::Nothing, Act::Open | Act::Query | Act::Poll { last: false } | Act::Reconcile) => {}
        }
    }
}

/// Notes what a query said. Of several under way at once the one that left last is believed, in whatever order their
/// answers come.
pub(super) fn note_answer(order: &mut Order, heard: HeardQuery, sent_us: u64, class: Class) {
    let said = match heard {
        HeardQuery::Paid => Query::Paid { sent_us },
        HeardQuery::Failed => Query::Failed { sent_us },
        HeardQuery::Unpaid => Query::Unpaid { sent_us },
        HeardQuery::Absent => Query::Absent { sent_us },
        HeardQuery::Nothing => {
            order.query_broken = Some(class);
            return;
        }
    };
    if order.query.sent_us().is_none_or(|last_us| last_us <= sent_us) {
        order.query = said;
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
