//! The words of a callback and of the answer to it: the bytes an attempt carries, and whether a merchant took them.

use protocol::dialect::{kdpay, okpay};
use scenarios::Ack;

use super::{deliver::Heard, outbox::Due};
use crate::{
    dialect::{News, Via},
    shop::Shops,
    store::What,
};

/// An order and how it came.
pub(super) type Order = (What, Via);

/// The same bytes for every delivery of an order, as long as its shop keeps its token.
pub(super) fn body(shops: &Shops, due: &Due, (order, via): &Order) -> Option<(&'static str, Vec<u8>)> {
    let shop = shops.find(due.key.shop)?;
    let token = shop.keys.as_ref()?.current();
    // An order opened without a number has its own id as one, which the merchant never gave.
    let given = *due.key.number != order.order_id().to_string();
    let news = News {
        order,
        number: given.then_some(&*due.key.number),
        via: *via,
    };
    Some(news.encode(&shop, token))
}

pub(super) fn takes(ack: Ack, via: Via, heard: &Heard) -> bool {
    let rule = match ack {
        Ack::Strict => okpay::Ack::Strict,
        Ack::Lenient => okpay::Ack::Lenient,
        Ack::Http => okpay::Ack::Http,
    };
    match via {
        Via::OkPay(_) => rule.accepts(heard.status, &heard.body),
        // Plain text, so there is no JSON to be strict about.
        Via::KdPay => match ack {
            Ack::Strict => kdpay::notify::acknowledges(heard.status, &heard.body),
            Ack::Lenient | Ack::Http => rule.accepts(heard.status, &heard.body),
        },
    }
}
