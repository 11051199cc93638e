//! Shops: how they sign, how they stand with the wallet, and within which bounds they move money.

use super::{key, must};
use crate::check::keys::{
    Key, Kind, Place,
    lists::{DIALECTS, ENCODINGS, KEY_ORDERS, MD5, SIGNINGS, STATUSES},
};

pub(super) const KEYS: &[Key] = &[
    // A shop.
    must(
        Place::Shop,
        "id",
        Kind::Whole(1, (1 << 53) - 1),
        "The number that merchants send as `id`.",
    ),
    key(
        Place::Shop,
        "token",
        Kind::Text(256),
        "The key of its signatures. Default: `sandbox-token-` and the id.",
    ),
    key(
        Place::Shop,
        "dialect",
        Kind::Word(DIALECTS),
        "The contract it speaks. Default: `okpay`.",
    ),
    key(
        Place::Shop,
        "signing",
        Kind::Word(SIGNINGS),
        "Which signatures are taken from it; orders keep theirs. Default: `hmac`.",
    ),
    key(
        Place::Shop,
        "md5",
        Kind::Word(MD5),
        "How its MD5 signatures are read; with `signing: md5` or `both`. Default: `strict`.",
    ),
    key(
        Place::Shop,
        "status",
        Kind::Word(STATUSES),
        "How it stands with the wallet. Default: `approved`.",
    ),
    key(
        Place::Shop,
        "callback_url",
        Kind::Url,
        "Where its callbacks go unless an order names its own address. Default: none; a load passes its own receiver.",
    ),
    key(
        Place::Shop,
        "callback_form",
        Kind::Map(Place::CallbackForm),
        "How its callbacks are written. Default: as its orders are signed.",
    ),
    key(
        Place::Shop,
        "balance",
        Kind::Pairs(&Kind::Money),
        "Opening balances by coin. Default: 100000 USDT, with `dialect: kdpay` 100000 CNY.",
    ),
    key(
        Place::Shop,
        "limits",
        Kind::Map(Place::Limits),
        "Smallest, largest and daily amounts, in the order's coin. Default: none.",
    ),
    key(
        Place::Shop,
        "fees",
        Kind::Map(Place::Fees),
        "What the wallet takes at settlement. Default: nothing.",
    ),
    key(
        Place::Shop,
        "quota",
        Kind::Map(Place::Quota),
        "How much the shop may move; only with `dialect: kdpay`. Default: as much as it likes.",
    ),
    key(
        Place::Shop,
        "ip_allow",
        Kind::List(&Kind::Text(50)),
        "Addresses that may call for it, such as 203.0.113.7 or 10.0.0.0/8. Default: all.",
    ),
    // What bounds and costs, of shops, payers and phases.
    key(
        Place::Limits,
        "min",
        Kind::Money,
        "Smallest amount. Default: whatever the coin can hold.",
    ),
    key(Place::Limits, "max", Kind::Money, "Largest amount. Default: none."),
    key(
        Place::Limits,
        "per_day",
        Kind::Money,
        "Most in a day of the gateway's calendar, for each coin. Default: none.",
    ),
    key(
        Place::Fees,
        "rate",
        Kind::Share,
        "Share of a deposit, before the discount. Default: 0%.",
    ),
    key(
        Place::Fees,
        "discount",
        Kind::Share,
        "What is taken off `rate`, at most all of it. Default: 0%.",
    ),
    key(
        Place::Fees,
        "withdrawal_rate",
        Kind::Share,
        "Share of a withdrawal. Default: 0%.",
    ),
    key(
        Place::Quota,
        "per_transaction",
        Kind::Money,
        "Most in one transaction, in CNY. Default: none.",
    ),
    key(
        Place::Quota,
        "per_day",
        Kind::Money,
        "Most in a day of the gateway's calendar, in CNY. Default: none.",
    ),
    key(
        Place::Quota,
        "total",
        Kind::Money,
        "Most in all, in CNY. Default: none.",
    ),
    key(
        Place::CallbackForm,
        "encoding",
        Kind::Word(ENCODINGS),
        "The shape of the body. Default: `auto`.",
    ),
    key(
        Place::CallbackForm,
        "key_order",
        Kind::Word(KEY_ORDERS),
        "The order of the keys. Default: `documented`.",
    ),
];
