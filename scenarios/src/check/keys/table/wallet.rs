//! The file, its shops, payers and callbacks.

use super::{NAME, TIME, key, later, must};
use crate::check::keys::{
    Key, Kind, Place,
    lists::{ACKS, PRESETS, SIGNINGS},
};

pub(super) const KEYS: &[Key] = &[
    // The file.
    must(
        Place::File,
        "name",
        NAME,
        "The scenario's name, at most 100 characters.",
    ),
    key(
        Place::File,
        "about",
        Kind::Text(1_000),
        "One sentence on what it shows. Default: empty.",
    ),
    key(
        Place::File,
        "seed",
        Kind::Whole(0, u64::MAX),
        "The seed of every draw: the same seed gives each order the same fate. Default: 1.",
    ),
    later(Place::File, "clock", "The gateway's calendar against wall time."),
    key(
        Place::File,
        "shops",
        Kind::List(&Kind::Map(Place::Shop)),
        "The shops that the gateway knows. Default: one shop 10001 with token `sandbox-token-10001`, signing `hmac` and 100000 USDT.",
    ),
    key(
        Place::File,
        "payers",
        Kind::Map(Place::Payers),
        "Simulated payers. Default: nobody pays by itself.",
    ),
    later(Place::File, "risk", "The wallet's own risk control."),
    later(Place::File, "capacity", "The model of a gateway at its limit."),
    key(
        Place::File,
        "callbacks",
        Kind::Map(Place::Callbacks),
        "How callbacks are delivered. Default: the preset `okpay`.",
    ),
    later(Place::File, "triggers", "Amounts and headers that ask for a case."),
    key(
        Place::File,
        "rules",
        Kind::List(&Kind::Map(Place::Rule)),
        "Rules that hold in every phase, tried after the phase's own. Default: none, a good wallet.",
    ),
    key(
        Place::File,
        "phases",
        Kind::List(&Kind::Map(Place::Phase)),
        "The timeline. Default: one phase `all` of 60s.",
    ),
    key(
        Place::File,
        "load",
        Kind::Map(Place::Load),
        "The load that drives the scenario. Default: checkouts at 50/s, amounts from 1 to 100, drain 15s.",
    ),
    later(Place::File, "journeys", "Journeys of one's own."),
    key(
        Place::File,
        "expect",
        Kind::List(&Kind::Sentence),
        "What a run is judged by, one sentence an entry. Default: nothing.",
    ),
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
        "signing",
        Kind::Word(SIGNINGS),
        "How it signs. Default: `hmac`.",
    ),
    key(
        Place::Shop,
        "callback_url",
        Kind::Url,
        "Where its callbacks go unless an order names its own address. Default: none; a load passes its own receiver.",
    ),
    key(
        Place::Shop,
        "balance",
        Kind::Pairs(&Kind::Money),
        "Opening balances by coin. Default: 100000 USDT.",
    ),
    later(Place::Shop, "limits", "Smallest, largest and daily amounts."),
    later(Place::Shop, "fees", "Fees at settlement."),
    // Payers.
    key(
        Place::Payers,
        "pay_after",
        TIME,
        "From the opened order to the payer's act. Default: 2s.",
    ),
    key(
        Place::Payers,
        "outcomes",
        Kind::Map(Place::Outcomes),
        "What payers do; the shares sum to 100%. Default: all pay.",
    ),
    later(Place::Payers, "second_factor", "Amounts that need a second factor."),
    key(Place::Outcomes, "pay", Kind::Share, "Share that pays. Default: 0%."),
    key(
        Place::Outcomes,
        "abandon",
        Kind::Share,
        "Share that never does anything. Default: 0%.",
    ),
    key(
        Place::Outcomes,
        "decline",
        Kind::Share,
        "Share that declines; on the wire it looks like `abandon`. Default: 0%.",
    ),
    // Callbacks.
    key(
        Place::Callbacks,
        "retry",
        Kind::Either(&[Kind::Word(PRESETS), Kind::Map(Place::Retry)]),
        "A provider's schedule, or waits of one's own. Default: `okpay`.",
    ),
    key(
        Place::Callbacks,
        "ack",
        Kind::Word(ACKS),
        "What counts as an acknowledgement. Default: the preset's; `lenient` with waits of one's own.",
    ),
    key(
        Place::Callbacks,
        "timeout",
        Kind::Duration,
        "How long one attempt may take, up to 5m. Default: the preset's; 5s where it names none.",
    ),
    must(
        Place::Retry,
        "after",
        Kind::List(&Kind::Duration),
        "The waits after each failed attempt; an empty list means one attempt.",
    ),
];
