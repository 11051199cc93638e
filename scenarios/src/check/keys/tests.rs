use std::collections::BTreeSet;

use super::*;

#[test]
fn every_key_stands_once_in_its_place_and_says_what_it_means() {
    let mut seen = BTreeSet::new();
    for key in table::rows() {
        assert!(
            seen.insert((key.place, key.name)),
            "{} stands twice in {}",
            key.name,
            key.place.called()
        );
        assert!(key.doc.ends_with('.'), "{}: {}", key.name, key.doc);
        let is_optional = !key.required;
        let has_no_natural_default = [
            Place::Leg,
            Place::When,
            Place::RiskWhen,
            Place::Amount,
            Place::Ledger,
            Place::Callback,
            Place::Journey,
            Place::Arrivals,
            Place::Distribution,
            Place::Percentiles,
            Place::Tamper,
            Place::Connection,
        ];
        if is_optional && !has_no_natural_default.contains(&key.place) && key.place != Place::Reply {
            assert!(
                key.doc.contains("Default"),
                "{} of {} has no documented default",
                key.name,
                key.place.called()
            );
        }
    }
}

#[test]
fn every_place_is_reached_from_the_file() {
    fn visit(kind: Kind, reached: &mut BTreeSet<Place>) {
        match kind {
            Kind::Map(place) => {
                if reached.insert(place) {
                    place.keys().for_each(|key| visit(key.kind, reached));
                }
            }
            Kind::List(inner) | Kind::Pairs(inner) => visit(*inner, reached),
            Kind::Either(kinds) => kinds.iter().for_each(|kind| visit(*kind, reached)),
            Kind::Text(_)
            | Kind::Whole(..)
            | Kind::Money
            | Kind::Duration
            | Kind::Share
            | Kind::Rate
            | Kind::Size
            | Kind::Bandwidth
            | Kind::Factor
            | Kind::AmountChange
            | Kind::Url
            | Kind::Sentence
            | Kind::Word(_)
            | Kind::Anything => {}
        }
    }
    let mut reached = BTreeSet::new();
    visit(Kind::Map(Place::File), &mut reached);
    // What is put in force by hand stands in no file.
    visit(Kind::Map(Place::Connection), &mut reached);
    assert_eq!(reached, Place::ALL.into_iter().collect());
}

#[test]
fn slips_are_guessed_and_other_words_are_not() {
    let rule = || Place::Rule.keys().map(|key| key.name);
    for (wrong, meant) in [
        ("chanse", Some("chance")),
        ("Chance", Some("chance")),
        ("repyl", Some("reply")),
        ("callbacks", Some("callback")),
        ("no", Some("on")),
        ("probability", None),
        ("rate", None),
        ("chnace", Some("chance")),
        ("xyzzy", None),
        ("", None),
    ] {
        assert_eq!(nearest(wrong, rule()), meant, "{wrong}");
    }
    assert_eq!(nearest(&"a".repeat(1_000_000), rule()), None);
}
