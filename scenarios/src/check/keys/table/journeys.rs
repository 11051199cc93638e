//! Journeys of one's own.

use super::{NAME, key, must};
use crate::check::keys::{Key, Kind, Place, lists::TARGETS};

const PATH: Kind = Kind::Text(2_000);
const VALUES: Kind = Kind::Pairs(&Kind::Text(1_000));

pub(super) const KEYS: &[Key] = &[
    must(
        Place::Itinerary,
        "name",
        NAME,
        "One word, unique within the file; not that of an operation.",
    ),
    key(
        Place::Itinerary,
        "weight",
        Kind::Share,
        "Its share of the arrivals; all sum to 100%. Default: an only journey has all.",
    ),
    key(
        Place::Itinerary,
        "target",
        Kind::Word(TARGETS),
        "Whom it drives; the address is given on the command line. Default: `merchant`.",
    ),
    must(
        Place::Itinerary,
        "steps",
        Kind::List(&Kind::Map(Place::Leg)),
        "What the shopper does, step by step.",
    ),
    key(Place::Leg, "get", PATH, "A path of the shop's, which is asked for."),
    key(
        Place::Leg,
        "post",
        PATH,
        "A path of the shop's, to which something is sent.",
    ),
    key(Place::Leg, "put", PATH, "A path of the shop's, where something is put."),
    key(Place::Leg, "delete", PATH, "A path of the shop's, which is deleted."),
    key(
        Place::Leg,
        "pay",
        PATH,
        "The address of the wallet's page, where the shopper pays as payers decide.",
    ),
    key(
        Place::Leg,
        "name",
        NAME,
        "What its samples are called. Default: method and path as they stand here.",
    ),
    key(
        Place::Leg,
        "json",
        Kind::Anything,
        "A body of JSON; quoted values are texts, bare numbers and flags are not.",
    ),
    key(Place::Leg, "form", VALUES, "A body of form fields."),
    key(Place::Leg, "headers", VALUES, "Further headers."),
    key(
        Place::Leg,
        "take",
        VALUES,
        "Names for values of the answer, each with its place in the JSON, such as `order: /order/id`.",
    ),
    key(
        Place::Leg,
        "check",
        VALUES,
        "What the answer must have: `status`, and values by their places. Default: a status below 400.",
    ),
    key(
        Place::Leg,
        "until",
        VALUES,
        "The step is repeated until its answer has these values, such as `/status: paid`.",
    ),
    key(
        Place::Leg,
        "every",
        Kind::Duration,
        "With `until`: from one answer to the next try. Default: `500ms`.",
    ),
    key(
        Place::Leg,
        "within",
        Kind::Duration,
        "With `until`: the longest that it is repeated. Default: `60s`.",
    ),
];
