//! The `data` of each answer, its fields in the documented order.

use super::{Answer, Change};
use crate::dialect::okpay::{
    body::{Object, Value},
    callback::Kind,
};
use ledger::Coin;

pub(super) fn data(answer: &Answer) -> Object<'_> {
    match answer {
        Answer::PayLink {
            order_id,
            pay_url,
            unique_id,
        } => pay_link(order_id, pay_url, unique_id.as_deref()),
        Answer::Deposit {
            order_id,
            unique_id,
            status,
            amount,
            coin,
            kind,
            pay_user_id,
        } => order(
            order_id,
            Some(unique_id),
            *pay_user_id,
            Some((amount, *coin)),
            *status,
            *kind,
        ),
        Answer::Transaction {
            order_id,
            unique_id,
            status,
            sum,
            kind,
            pay_user_id,
        } => {
            let sum = sum.as_ref().map(|(amount, coin)| (amount.as_str(), *coin));
            order(order_id, unique_id.as_deref(), *pay_user_id, sum, *status, *kind)
        }
        Answer::Transfer { order_id } => Object::of([("order_id", order_id.as_str().into())]),
        Answer::Withdrawal {
            order_id,
            unique_id,
            status,
            amount,
            coin,
            to_user_id,
        } => Object::of([
            ("order_id", order_id.as_str().into()),
            ("unique_id", unique_id.as_str().into()),
            ("to_user_id", (*to_user_id).into()),
            ("amount", amount.as_str().into()),
            ("coin", coin.word().into()),
            ("status", u64::from(*status).into()),
        ]),
        Answer::Balance { usdt, trx, cny } => Object::of([
            ("usdt", usdt.as_str().into()),
            ("trx", trx.as_str().into()),
            ("cny", cny.as_str().into()),
        ]),
        Answer::User { telegram_id, exist } => Object::of([
            ("telegramID", Value::Text(telegram_id.to_string().into())),
            ("exist", Value::Bool(*exist)),
        ]),
        Answer::History { page, total, items } => Object::of([
            ("page", u64::from(*page).into()),
            ("total", (*total).into()),
            ("items", Value::Object(numbered(items))),
        ]),
    }
}

fn pay_link<'a>(order_id: &'a str, pay_url: &'a str, unique_id: Option<&'a str>) -> Object<'a> {
    let mut object = Object::of([
        ("order_id", order_id.into()),
        ("pay_url", pay_url.into()),
        // One client demands it.
        ("status", 0.into()),
    ]);
    object.push_some("unique_id", unique_id);
    object
}

fn order<'a>(
    order_id: &'a str,
    unique_id: Option<&'a str>,
    pay_user_id: Option<u64>,
    sum: Option<(&'a str, Coin)>,
    status: u8,
    kind: Kind,
) -> Object<'a> {
    let mut object = Object::of([("order_id", order_id.into())]);
    object.push_some("unique_id", unique_id);
    if let Some(payer) = pay_user_id {
        object.push("pay_user_id", payer);
    }
    if let Some((amount, coin)) = sum {
        object.push("amount", amount);
        object.push("coin", coin.word());
    }
    object.push("status", u64::from(status));
    object.push("type", kind.word());
    object
}

/// Keyed by number instead of listed: one strict HMAC client throws at an array inside what is signed.
fn numbered(items: &[Change]) -> Object<'_> {
    let mut object = Object::default();
    for (index, item) in items.iter().enumerate() {
        object.push(index.to_string(), Value::Object(change(item)));
    }
    object
}

fn change(change: &Change) -> Object<'_> {
    let mut object = Object::of([("order_id", change.order_id.as_str().into())]);
    object.push_some("unique_id", change.unique_id.as_deref());
    object.push("amount", change.amount.as_str());
    object.push("fee", change.fee.as_str());
    object.push("coin", change.coin.word());
    object.push("type", change.kind.word());
    object.push("time", change.time);
    object
}
