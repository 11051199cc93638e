//! The load: who comes, when, and what each does.

use super::{TIME, key, must};
use crate::check::keys::{
    Key, Kind, Place,
    lists::{POLICIES, TRACE},
};

pub(super) const KEYS: &[Key] = &[
    key(
        Place::Load,
        "journeys",
        Kind::List(&Kind::Map(Place::Journey)),
        "Journeys and their shares, which sum to 100%. Default: `checkout: 100%`.",
    ),
    key(
        Place::Load,
        "arrivals",
        Kind::List(&Kind::Either(&[Kind::Map(Place::Arrivals), Kind::Word(TRACE)])),
        "Stretches of arrivals, one after another. Default: `constant: 50/s`.",
    ),
    key(
        Place::Load,
        "users",
        Kind::Whole(1, 20_000),
        "A crowd instead of arrivals: so many users, each of which begins again when it is done. Default: none.",
    ),
    key(
        Place::Load,
        "think",
        TIME,
        "How long each of the `users` waits between two journeys. Default: `0s`.",
    ),
    key(
        Place::Load,
        "patience",
        Kind::Duration,
        "How long each of the `users` waits for an order before it goes on without it. Default: `30s`.",
    ),
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
    key(
        Place::Journey,
        "payout",
        Kind::Share,
        "Pay a user, receive the callback of the withdrawal, query.",
    ),
    key(
        Place::Journey,
        "query-storm",
        Kind::Share,
        "Open an order and query it every 500 ms until it is paid, for 10 s, whatever the callback says.",
    ),
    key(
        Place::Journey,
        "qr",
        Kind::Share,
        "As `checkout`, and the shopper opens the page behind `pay_url` with its QR code.",
    ),
    key(
        Place::Arrivals,
        "constant",
        Kind::Either(&[Kind::Rate, Kind::Map(Place::Constant)]),
        "Evenly spaced arrivals.",
    ),
    key(
        Place::Arrivals,
        "poisson",
        Kind::Either(&[Kind::Rate, Kind::Map(Place::Constant)]),
        "Arrivals that know nothing of one another: exponential gaps, drawn from the seed.",
    ),
    key(
        Place::Arrivals,
        "ramp",
        Kind::Map(Place::Ramp),
        "A rate that rises or falls evenly.",
    ),
    key(
        Place::Arrivals,
        "stairs",
        Kind::Map(Place::Stairs),
        "A rate in steps of equal length and height.",
    ),
    key(
        Place::Arrivals,
        "spike",
        Kind::Map(Place::Spike),
        "A rate that leaps up for the middle third.",
    ),
    key(
        Place::Arrivals,
        "trace",
        Kind::Map(Place::Trace),
        "Arrivals as recorded; the file is named on the command line by `--trace`.",
    ),
    must(Place::Constant, "rate", Kind::Rate, "Arrivals a second."),
    key(
        Place::Constant,
        "for",
        Kind::Duration,
        "Its length. Default: a share of what other entries leave of the timeline.",
    ),
    must(
        Place::Ramp,
        "from",
        Kind::Rate,
        "Arrivals a second at the begin; `0/s` for none.",
    ),
    must(Place::Ramp, "to", Kind::Rate, "Arrivals a second at the end."),
    key(
        Place::Ramp,
        "for",
        Kind::Duration,
        "Its length. Default: a share of what other entries leave of the timeline.",
    ),
    must(
        Place::Stairs,
        "from",
        Kind::Rate,
        "Arrivals a second on the first step; `0/s` for none.",
    ),
    must(Place::Stairs, "to", Kind::Rate, "Arrivals a second on the last step."),
    must(
        Place::Stairs,
        "steps",
        Kind::Whole(2, 1_000),
        "How many steps, the first and the last counted.",
    ),
    key(
        Place::Stairs,
        "for",
        Kind::Duration,
        "Its length. Default: a share of what other entries leave of the timeline.",
    ),
    must(
        Place::Spike,
        "base",
        Kind::Rate,
        "Arrivals a second in the first and the last third; `0/s` for none.",
    ),
    must(
        Place::Spike,
        "peak",
        Kind::Rate,
        "Arrivals a second in the middle third.",
    ),
    key(
        Place::Spike,
        "for",
        Kind::Duration,
        "Its length. Default: a share of what other entries leave of the timeline.",
    ),
    key(
        Place::Trace,
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
];
