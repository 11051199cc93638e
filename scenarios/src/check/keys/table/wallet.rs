//! The file, its callbacks, and what the wallet itself does.

use super::{NAME, TIME, key, must};
use crate::check::keys::{
    Key, Kind, Place,
    lists::{ACKS, COINS, FLAGS, PRESETS, TLS_FAULTS, TRIGGERS, YES},
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
    key(
        Place::File,
        "clock",
        Kind::Map(Place::Clock),
        "How the gateway's calendar runs against the wall: payers, callbacks, quota days and statements follow it. Default: in step.",
    ),
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
    key(
        Place::File,
        "risk",
        Kind::Map(Place::Risk),
        "The wallet's own risk control over payments. Default: everything passes.",
    ),
    key(
        Place::File,
        "withdrawals",
        Kind::Map(Place::Withdrawals),
        "How withdrawals go. Default: they settle after 2s.",
    ),
    key(
        Place::File,
        "capacity",
        Kind::Map(Place::Capacity),
        "The gateway at its limit. Default: calls never wait for one another.",
    ),
    key(
        Place::File,
        "callbacks",
        Kind::Map(Place::Callbacks),
        "How callbacks are delivered. Default: the preset `okpay`.",
    ),
    key(
        Place::File,
        "triggers",
        Kind::Either(&[Kind::Word(TRIGGERS), Kind::List(&Kind::Word(TRIGGERS))]),
        "Amounts and headers that ask for a case. Default: none.",
    ),
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
    key(
        Place::File,
        "journeys",
        Kind::List(&Kind::Map(Place::Itinerary)),
        "Journeys of one's own against a shop's service, played instead of those of `load`. Default: none.",
    ),
    key(
        Place::File,
        "expect",
        Kind::List(&Kind::Sentence),
        "What a run is judged by, one sentence an entry. Default: nothing.",
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
    // Risk control and withdrawals.
    key(
        Place::Risk,
        "decline",
        Kind::Map(Place::RiskDecline),
        "Payments that are declined. Default: none.",
    ),
    key(
        Place::Risk,
        "review",
        Kind::Map(Place::RiskReview),
        "Payments, of those not declined, that wait before they go through. Default: none.",
    ),
    key(
        Place::RiskDecline,
        "when",
        Kind::Map(Place::RiskWhen),
        "Which payments are looked at. Default: all.",
    ),
    key(
        Place::RiskDecline,
        "chance",
        Kind::Share,
        "The chance that one of them is declined. Default: 100%.",
    ),
    key(
        Place::RiskReview,
        "when",
        Kind::Map(Place::RiskWhen),
        "Which payments are looked at. Default: all.",
    ),
    key(
        Place::RiskReview,
        "chance",
        Kind::Share,
        "The chance that one of them is reviewed. Default: 100%.",
    ),
    must(
        Place::RiskReview,
        "takes",
        TIME,
        "How long a review takes, in gateway time, up to 30 days.",
    ),
    key(
        Place::RiskWhen,
        "shop",
        Kind::Whole(1, (1 << 53) - 1),
        "Only payments to this shop.",
    ),
    key(
        Place::RiskWhen,
        "amount",
        Kind::Map(Place::Amount),
        "Only these amounts.",
    ),
    key(Place::RiskWhen, "coin", Kind::Word(COINS), "Only this coin."),
    key(
        Place::Withdrawals,
        "settle_after",
        TIME,
        "From the accepted withdrawal to its end, in gateway time, up to 30 days. Default: 2s.",
    ),
    // The clock and the limit.
    key(
        Place::Clock,
        "speed",
        Kind::Factor,
        "Calendar time for each stretch of wall time: 60 makes a minute of a second. Default: 1.",
    ),
    key(
        Place::Clock,
        "frozen",
        Kind::Word(FLAGS),
        "Whether the calendar stands still until somebody moves it. Default: `false`.",
    ),
    must(
        Place::Capacity,
        "workers",
        Kind::Whole(1, 100_000),
        "Calls that are served at a time.",
    ),
    must(
        Place::Capacity,
        "service_time",
        TIME,
        "How long serving one call takes, up to 10m.",
    ),
    key(
        Place::Capacity,
        "queue",
        Kind::Whole(0, 1_000_000),
        "Calls that may wait. Default: 256.",
    ),
    key(
        Place::Capacity,
        "queue_timeout",
        Kind::Duration,
        "How long a call waits at most, up to 10m. Default: 2s.",
    ),
    key(
        Place::Capacity,
        "overload",
        Kind::Map(Place::Overload),
        "What calls are told that find no place, or wait too long. Default: 503 and Retry-After 1s.",
    ),
    key(
        Place::Overload,
        "status",
        Kind::Whole(400, 599),
        "The HTTP status. Default: 503.",
    ),
    key(
        Place::Overload,
        "retry_after",
        Kind::Duration,
        "The header Retry-After, in whole seconds, rounded up. Default: none where `overload` is written, else 1s.",
    ),
    // By hand.
    key(
        Place::Connection,
        "refuse",
        Kind::Word(YES),
        "Listeners closed, open connections reset at their next byte.",
    ),
    key(
        Place::Connection,
        "tls",
        Kind::Word(TLS_FAULTS),
        "A fault of the TLS handshake.",
    ),
];
