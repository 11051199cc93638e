//! What to write instead of a word that is none: slips of the finger, words of other tools, and words that stand in the
//! wrong form or the wrong place. Which words there are is `keys`'.

use crate::{
    check::{
        keys::{
            Place, Word, all_of, did_you_mean,
            lists::{CALLBACK_WORDS, LEDGER_WORDS, REASONS, REPLY_WORDS},
            nearest,
        },
        shown,
    },
    problem::{Problem, Span},
};

/// The problem of a key that `place` does not have.
pub(super) fn unknown_key(name: &str, place: Place, span: Span) -> Problem {
    if let Some((key, _)) = word_beside(place, name) {
        let problem = Problem::new("unknown_key", span, format!("`{name}` is a word and takes no value"));
        return problem.help(format!("write `{key}: {name}`"));
    }
    let message = format!("`{}` is not a key of {}", shown(name), place.called());
    Problem::new("unknown_key", span, message).help(instead_of_key(name, place))
}

/// The problem of a word that the list of `key` does not have.
pub(super) fn unknown_word(text: &str, key: &str, words: &'static [Word], span: Span) -> Problem {
    let place = MIXED.iter().find(|(_, name, _)| *name == key).map(|(place, ..)| *place);
    if place.and_then(|place| place.key(text)).is_some() {
        let problem = Problem::new("unknown_word", span, format!("`{text}` takes a value"));
        return problem.help(format!("write `{key}: {{{text}: …}}`"));
    }
    let problem = Problem::new(
        "unknown_word",
        span,
        format!("`{}` is not a word of `{key}`", shown(text)),
    );
    let is_status = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    if place == Some(Place::Reply) && is_status {
        return problem.help(format!("write `reply: {{status: {text}}}`"));
    }
    if place == Some(Place::Ledger) && REASONS.iter().any(|reason| reason.name == text) {
        return problem.help(format!("write `ledger: {{refuse: {text}}}`"));
    }
    let played = words.iter();
    problem.help(did_you_mean(text, "the words are", played.map(|word| word.name)))
}

/// A word of the list that may stand in the place of this map, and the key of both.
fn word_beside(place: Place, name: &str) -> Option<(&'static str, &'static Word)> {
    let (_, key, words) = MIXED.iter().find(|(mixed, ..)| *mixed == place)?;
    words.iter().find(|word| word.name == name).map(|word| (*key, word))
}

fn instead_of_key(name: &str, place: Place) -> String {
    let played = || place.keys().map(|key| key.name);
    if let Some((key, value)) = name.split_once(':').filter(|(key, _)| place.key(key).is_some()) {
        return format!("a blank belongs behind the colon: `{key}: {}`", shown(value));
    }
    if let Some(meant) = nearest(name, place.keys().map(|key| key.name)).or_else(|| in_other_words(name, place)) {
        return format!("did you mean `{meant}`?");
    }
    let homes: Vec<&str> = Place::ALL
        .iter()
        .filter(|home| home.key(name).is_some())
        .map(|home| home.called())
        .collect();
    match homes.as_slice() {
        [] => format!("the keys of {} are {}", place.called(), all_of(played())),
        homes => format!("`{name}` is a key of {}", homes.join(" and of ")),
    }
}

/// The key of `place` that other tools call by this name.
fn in_other_words(name: &str, place: Place) -> Option<&'static str> {
    let meant = OTHER_WORDS.iter().filter(|(_, others)| others.contains(&name));
    meant.map(|(ours, _)| *ours).find(|ours| place.key(ours).is_some())
}

/// The keys that hold either a word or a map.
const MIXED: [(Place, &str, &[Word]); 3] = [
    (Place::Ledger, "ledger", LEDGER_WORDS),
    (Place::Reply, "reply", REPLY_WORDS),
    (Place::Callback, "callback", CALLBACK_WORDS),
];

/// Our keys, and what they are called elsewhere.
const OTHER_WORDS: &[(&str, &[&str])] = &[
    ("about", &["description", "title", "summary"]),
    ("at_least", &["min", "minimum", "from", "more_than", "gte"]),
    ("below", &["max", "maximum", "to", "less_than", "lt"]),
    ("chance", &["probability", "percent", "percentage", "share", "rate"]),
    ("constant", &["rate", "rps", "qps"]),
    ("copies", &["times", "count"]),
    ("delay", &["latency", "wait", "sleep"]),
    ("expect", &["assert", "assertions", "checks", "thresholds"]),
    ("for", &["duration", "length", "lasts", "seconds"]),
    ("from", &["min", "minimum"]),
    ("median", &["p50"]),
    ("on", &["operation", "endpoint", "method", "path"]),
    ("over", &["spread", "within"]),
    ("spread", &["over", "within"]),
    ("status", &["code", "http_status"]),
    ("to", &["max", "maximum"]),
];
