//! What the shop makes of callbacks: which fit an order, and which make it ask.

use std::sync::atomic::Ordering;

use protocol::dialect::okpay::Kind;
use scenarios::Journey;
use tokio::time::Instant;

use super::{Act, Journeys, Step, shard};
use crate::{
    book::{Delivery, MAX_DELIVERIES, Open, Order},
    merchant::Notice,
};

impl Journeys {
    /// A callback arrived; its sign was right. Says whether it fits an order of ours.
    pub(crate) fn called_back(&self, notice: &Notice, at: Instant) -> bool {
        let at_us = self.axis.us(at);
        let heard = notice.seq.and_then(|seq| {
            let amount_fits = notice.amount == self.merchant.amount(seq);
            let copy = self.book().change(seq, |order| {
                let fits = amount_fits && fits(order, notice);
                note_delivery(order, at_us, fits, notice.failed)
            });
            Some((seq, copy??))
        });
        let Some((seq, Copy { number, asks })) = heard else {
            return self.bad_callback();
        };
        self.count_received(seq);
        if number > 1 {
            self.totals.repeated.fetch_add(1, Ordering::Relaxed);
        }
        // Where the channel is full the reconciliation asks instead.
        if number == 1 && asks {
            self.enqueue(Step {
                seq,
                act: Act::Query,
                due_us: at_us,
            });
        }
        true
    }

    /// A callback arrived that is not one: a wrong sign, an unknown order, another amount.
    pub(crate) fn bad_callback(&self) -> bool {
        self.count_received(0);
        self.totals.bad.fetch_add(1, Ordering::Relaxed);
        false
    }

    fn count_received(&self, seq: u32) {
        self.totals.received.fetch_add(1, Ordering::Relaxed);
        self.recorder.receive(shard(seq), self.axis.us(Instant::now()));
    }
}

/// A good callback of an order: which one it is, from 1, and whether the shop asks what is true of it.
struct Copy {
    number: u32,
    asks: bool,
}

/// Whether a callback can be of an order: it was sent, it is not known under another number, and the money goes its way.
fn fits(order: &Order, notice: &Notice) -> bool {
    let known_otherwise = matches!(&order.open, Open::Opened { order_id, .. } if **order_id != *notice.order_id);
    let is_withdrawal = match notice.kind {
        Kind::Deposit => false,
        Kind::Withdraw => true,
    };
    order.open.sent_us().is_some() && !known_otherwise && order.journey.opens().is_withdrawal() == is_withdrawal
}

/// Whether a callback makes the shop of a journey ask; one that asks all the time anyway is not interested.
pub(crate) fn listens(journey: Journey) -> bool {
    match journey {
        Journey::Checkout | Journey::Payout | Journey::Qr => true,
        Journey::QueryStorm => false,
    }
}

/// Notes a delivery; `None` for one that does not fit the order.
fn note_delivery(order: &mut Order, at_us: u64, fits: bool, failed: bool) -> Option<Copy> {
    if !fits {
        order.bad += 1;
        return None;
    }
    order.delivered += 1;
    order.failures += u32::from(failed);
    if order.deliveries.len() < MAX_DELIVERIES {
        order.deliveries.push(Delivery { at_us });
    }
    Some(Copy {
        number: order.delivered,
        asks: !order.over && listens(order.journey),
    })
}
