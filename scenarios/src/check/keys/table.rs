//! The rows of the table of keys, in the order of the documentation.

mod journeys;
mod load;
mod payers;
mod rules;
mod shops;
mod time;
mod wallet;

use super::{Key, Kind, Place};

/// Every key of the format.
pub(super) fn rows() -> impl Iterator<Item = &'static Key> {
    [
        wallet::KEYS,
        shops::KEYS,
        payers::KEYS,
        rules::KEYS,
        time::KEYS,
        load::KEYS,
        journeys::KEYS,
    ]
    .into_iter()
    .flatten()
}

const NAME: Kind = Kind::Text(100);
const TIME: Kind = Kind::Either(&[Kind::Duration, Kind::Map(Place::Distribution)]);

const fn must(place: Place, name: &'static str, kind: Kind, doc: &'static str) -> Key {
    Key {
        place,
        name,
        kind,
        required: true,
        doc,
    }
}

const fn key(place: Place, name: &'static str, kind: Kind, doc: &'static str) -> Key {
    Key {
        place,
        name,
        kind,
        required: false,
        doc,
    }
}
