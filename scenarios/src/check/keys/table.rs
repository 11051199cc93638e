//! The rows of the table of keys, in the order of the documentation.

use super::{
    Key, Kind, Place, Since,
    lists::{
        ACKS, CALLBACK_WORDS, COINS, FLAGS, LEDGER_WORDS, OPERATIONS, POLICIES, PRESETS, REASONS, REPLY_WORDS, SIGNINGS,
    },
};

/// Every key of the format.
pub(crate) const KEYS: &[Key] = &[
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
    later(Place::Ledger, "settle", "How a withdrawal settles."),
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
    // Phases.
    must(
        Place::Phase,
        "name",
        NAME,
        "One word, unique within the file; not `all`, `after` or `waiting`.",
    ),
    must(
        Place::Phase,
        "for",
        Kind::Duration,
        "Its length, above zero and up to 24h.",
    ),
    key(
        Place::Phase,
        "rules",
        Kind::List(&Kind::Map(Place::Rule)),
        "Its own rules, tried before the file's. Default: none.",
    ),
    key(
        Place::Phase,
        "refuse",
        Kind::Word(FLAGS),
        "Listeners closed, open connections reset at their next byte. Default: `false`.",
    ),
    key(
        Place::Phase,
        "payers",
        Kind::Map(Place::Payers),
        "Payers of this phase. Default: the file's.",
    ),
    later(
        Place::Phase,
        "capacity",
        "The model of a gateway at its limit, in this phase.",
    ),
    later(Place::Phase, "limits", "Limits of shops in this phase."),
    later(Place::Phase, "tls", "Faults of the TLS handshake."),
    // The load.
    key(
        Place::Load,
        "journeys",
        Kind::List(&Kind::Map(Place::Journey)),
        "Journeys and their shares, which sum to 100%. Default: `checkout: 100%`.",
    ),
    key(
        Place::Load,
        "arrivals",
        Kind::List(&Kind::Map(Place::Arrivals)),
        "Stretches of arrivals, one after another. Default: `constant: 50/s`.",
    ),
    later(Place::Load, "users", "A closed number of users."),
    later(Place::Load, "think", "What users wait between journeys."),
    key(
        Place::Load,
        "amount",
        Kind::Map(Place::LoadAmount),
        "Amounts of orders. Default: uniform from 1 to 100.",
    ),
    key(
        Place::Load,
        "drain",
        Kind::Duration,
        "How long a run waits after the last arrival, up to 1h. Default: 15s.",
    ),
    key(
        Place::Load,
        "policy",
        Kind::Word(POLICIES),
        "What happens to an arrival that finds no free user. Default: `queue`.",
    ),
    key(
        Place::Journey,
        "checkout",
        Kind::Share,
        "Open an order, have it paid, receive the callback, query.",
    ),
    later(Place::Journey, "payout", "A withdrawal."),
    later(Place::Journey, "query-storm", "Many queries."),
    later(Place::Journey, "qr", "A payment by QR code."),
    key(
        Place::Arrivals,
        "constant",
        Kind::Either(&[Kind::Rate, Kind::Map(Place::Constant)]),
        "Evenly spaced arrivals.",
    ),
    later(Place::Arrivals, "poisson", "Random arrivals."),
    later(Place::Arrivals, "ramp", "A rising or falling rate."),
    later(Place::Arrivals, "stairs", "A rate in steps."),
    later(Place::Arrivals, "spike", "A peak."),
    later(Place::Arrivals, "trace", "Recorded arrivals."),
    must(Place::Constant, "rate", Kind::Rate, "Arrivals a second."),
    key(
        Place::Constant,
        "for",
        Kind::Duration,
        "Its length. Default: a share of what other entries leave of the timeline.",
    ),
    must(
        Place::LoadAmount,
        "uniform",
        Kind::Map(Place::AmountRange),
        "Whole cents, evenly between both ends.",
    ),
    must(
        Place::AmountRange,
        "from",
        Kind::Money,
        "Smallest amount, in whole cents, above zero.",
    ),
    must(Place::AmountRange, "to", Kind::Money, "Largest amount, in whole cents."),
    // Distributions.
    key(
        Place::Distribution,
        "uniform",
        Kind::Map(Place::Uniform),
        "Evenly between both ends.",
    ),
    key(
        Place::Distribution,
        "lognormal",
        Kind::Map(Place::Lognormal),
        "Lognormal: most values near the median, a long tail.",
    ),
    later(Place::Distribution, "normal", "By mean and deviation."),
    later(Place::Distribution, "exponential", "By mean."),
    later(Place::Distribution, "percentiles", "By measured percentiles."),
    key(
        Place::Distribution,
        "cap",
        Kind::Duration,
        "The longest value; draws are mapped below it. Default: none.",
    ),
    must(Place::Uniform, "from", Kind::Duration, "Shortest."),
    must(Place::Uniform, "to", Kind::Duration, "Longest."),
    must(
        Place::Lognormal,
        "median",
        Kind::Duration,
        "Half of the values are shorter; above zero.",
    ),
    must(
        Place::Lognormal,
        "p99",
        Kind::Duration,
        "99 of 100 values are shorter; the median or more.",
    ),
];

const NAME: Kind = Kind::Text(100);
const TIME: Kind = Kind::Either(&[Kind::Duration, Kind::Map(Place::Distribution)]);

const fn must(place: Place, name: &'static str, kind: Kind, doc: &'static str) -> Key {
    Key {
        place,
        name,
        kind,
        since: Since::Required,
        doc,
    }
}

const fn key(place: Place, name: &'static str, kind: Kind, doc: &'static str) -> Key {
    Key {
        place,
        name,
        kind,
        since: Since::Now,
        doc,
    }
}

const fn later(place: Place, name: &'static str, doc: &'static str) -> Key {
    Key {
        place,
        name,
        kind: Kind::Anything,
        since: Since::Later,
        doc,
    }
}
