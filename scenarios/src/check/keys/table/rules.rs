//! Rules: conditions, ledger, replies and callback faults.

use super::{NAME, TIME, key, later, must};
use crate::check::keys::{
    Key, Kind, Place,
    lists::{CALLBACK_WORDS, COINS, LEDGER_WORDS, OPERATIONS, REASONS, REPLY_WORDS, SETTLES},
};

pub(super) const KEYS: &[Key] = &[
    // A rule.
    key(
        Place::Rule,
        "name",
        NAME,
        "Shown everywhere and part of the key of its draws. Default: words for what it does, and a hash of its text.",
    ),
    key(
        Place::Rule,
        "on",
        Kind::Word(OPERATIONS),
        "The operation it acts on. Default: `any`, every API operation and never callbacks.",
    ),
    key(
        Place::Rule,
        "when",
        Kind::Map(Place::When),
        "Further conditions, all of which must hold. Default: none.",
    ),
    key(
        Place::Rule,
        "chance",
        Kind::Share,
        "Its chance of hitting an occasion it holds for. Default: 100%.",
    ),
    key(
        Place::Rule,
        "ledger",
        Kind::Either(&[Kind::Word(LEDGER_WORDS), Kind::Map(Place::Ledger)]),
        "What the ledger does; goes with API operations. Default: `apply`, and to be said where the reply hides it.",
    ),
    key(
        Place::Rule,
        "reply",
        Kind::Either(&[Kind::Word(REPLY_WORDS), Kind::Map(Place::Reply)]),
        "What the client gets, and when; goes with API operations. Default: the wallet's own answer, at once.",
    ),
    key(
        Place::Rule,
        "callback",
        Kind::Either(&[Kind::Word(CALLBACK_WORDS), Kind::Map(Place::Callback)]),
        "What happens to the callback; goes with `on: callback`, and `drop` also with an operation. Default: delivered.",
    ),
    later(Place::Rule, "limit", "How often the rule may hit."),
    later(Place::Rule, "first", "How often the rule may hit an order."),
    key(Place::When, "shop", Kind::Whole(1, (1 << 53) - 1), "Only this shop."),
    key(Place::When, "amount", Kind::Map(Place::Amount), "Only these amounts."),
    key(Place::When, "coin", Kind::Word(COINS), "Only this coin."),
    later(Place::When, "payer", "Only this payer."),
    key(
        Place::When,
        "attempt",
        Kind::Whole(1, 1_000_000),
        "Only this attempt. Default: every attempt of a call, the first of a callback.",
    ),
    later(Place::When, "nth", "Only every n-th occasion."),
    later(Place::When, "header", "Only calls with this header."),
    key(Place::Amount, "at_least", Kind::Money, "This amount or more."),
    key(Place::Amount, "below", Kind::Money, "Less than this amount."),
    key(Place::Amount, "equals", Kind::Money, "Exactly this amount."),
    key(
        Place::Ledger,
        "refuse",
        Kind::Word(REASONS),
        "The ledger refuses for this reason.",
    ),
    key(
        Place::Ledger,
        "settle",
        Kind::Word(SETTLES),
        "How a withdrawal settles; with `on: transfer` or `on: kdpay.remit`.",
    ),
    later(Place::Ledger, "statement", "What is wrong in a statement."),
    // Replies.
    key(
        Place::Reply,
        "delay",
        TIME,
        "How long the finished answer is kept back, up to 10m. Default: 0s.",
    ),
    key(
        Place::Reply,
        "then",
        Kind::Word(REPLY_WORDS),
        "What comes after the delay. Default: the wallet's own answer.",
    ),
    key(
        Place::Reply,
        "status",
        Kind::Whole(200, 599),
        "An HTTP answer with this status instead of the wallet's.",
    ),
    key(
        Place::Reply,
        "retry_after",
        Kind::Duration,
        "The header Retry-After, in whole seconds, rounded up; needs `status`.",
    ),
    key(
        Place::Reply,
        "headers",
        Kind::Pairs(&Kind::Text(1_000)),
        "Further headers; needs `status`.",
    ),
    key(
        Place::Reply,
        "body",
        Kind::Text(65_536),
        "The body; needs `status`. Default: empty.",
    ),
    later(Place::Reply, "truncate", "A body shorter than its Content-Length."),
    later(Place::Reply, "dribble", "A body in slow pieces."),
    later(Place::Reply, "slow_close", "A connection that closes late."),
    later(Place::Reply, "bandwidth", "A narrow connection."),
    // Callback faults.
    key(
        Place::Callback,
        "delay",
        TIME,
        "How late the first attempt is, in gateway time.",
    ),
    key(
        Place::Callback,
        "duplicate",
        Kind::Map(Place::Duplicate),
        "Several deliveries of the same bytes.",
    ),
    key(
        Place::Callback,
        "release",
        Kind::Map(Place::Release),
        "Delivers what is held.",
    ),
    later(Place::Callback, "reorder", "First attempts out of order."),
    later(Place::Callback, "forge", "Callbacks with a bad sign."),
    later(
        Place::Callback,
        "tamper",
        "Callbacks with other content under a good sign.",
    ),
    later(Place::Callback, "stale", "An old callback once more."),
    later(Place::Callback, "downgrade", "An unpaid callback after the paid one."),
    must(Place::Duplicate, "copies", Kind::Whole(2, 1_000), "Deliveries in all."),
    key(
        Place::Duplicate,
        "spread",
        Kind::Duration,
        "From the first to the last copy, up to 1h. Default: 0s.",
    ),
    later(Place::Duplicate, "concurrent", "Copies on one barrier."),
    must(
        Place::Release,
        "over",
        Kind::Duration,
        "From the first to the last released callback, up to 1h.",
    ),
];
