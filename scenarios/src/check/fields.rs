//! Reads a map by the table of keys: unknown keys, missing ones and values of the wrong kind are
//! reported here, so that the parts of the format only look at what is theirs.

use std::time::Duration;

use crate::{
    check::{
        Checker, advice,
        keys::{Key, Kind, Place, Word, one_of},
    },
    file::{Entry, Node, Value},
    problem::{Problem, Span},
};

/// The played keys of a map, each with a value of the right kind.
pub(crate) struct Fields<'n> {
    place: Place,
    /// Where the map starts, for what is missing in it.
    pub(crate) head: Span,
    held: Vec<(&'static Key, &'n Entry)>,
    /// Something of the map was reported, so what seems missing may be what was meant.
    pub(crate) refused: bool,
}

impl<'n> Fields<'n> {
    /// Reads a map; anything else is reported.
    pub(crate) fn of(checker: &mut Checker<'_>, node: &'n Node, place: Place) -> Self {
        let mut fields = Self {
            place,
            head: head_of(node),
            held: Vec::new(),
            refused: false,
        };
        let Value::Map(entries) = &node.value else {
            let message = format!("{} is a map, this is {}", place.called(), node.kind());
            checker.report(Problem::new("wrong_kind", node.span, message).maybe_help(starts_with_name(place)));
            fields.refused = true;
            return fields;
        };
        let mut present = Vec::new();
        for entry in entries {
            match admit(entry, place) {
                Ok(key) => {
                    present.push(key.name);
                    if accepts(checker, key, entry) {
                        fields.held.push((key, entry));
                    } else {
                        fields.refused = true;
                    }
                }
                Err(problem) => {
                    fields.refused = true;
                    checker.report(problem);
                }
            }
        }
        for key in place.keys().filter(|key| key.required && !present.contains(&key.name)) {
            let message = format!("{} needs `{}`", place.called(), key.name);
            checker
                .report(Problem::new("missing_key", fields.head, message).help(format!("{}: {}", key.name, key.doc)));
        }
        fields
    }

    /// The value of a key of the table.
    pub(crate) fn get(&self, name: &str) -> Option<&'n Node> {
        debug_assert!(self.place.key(name).is_some(), "{name} is no key of {:?}", self.place);
        self.held
            .iter()
            .find(|(key, _)| key.name == name)
            .map(|(_, entry)| &entry.value)
    }

    /// Where a key and its value stand; the map's head without them.
    pub(crate) fn span(&self, name: &str) -> Span {
        let found = self.held.iter().find(|(key, _)| key.name == name);
        found.map_or(self.head, |(_, entry)| {
            let end = entry.value.span.end.max(entry.key.span.end);
            Span::new(entry.key.span.start, end)
        })
    }

    /// The items of a list that have the right kind.
    pub(crate) fn list(&self, name: &str) -> Option<Vec<&'n Node>> {
        let kind = self.place.key(name).map(|key| key.kind);
        match (&self.get(name)?.value, kind.and_then(Kind::of_items)) {
            (Value::List(items), Some(inner)) => Some(items.iter().filter(|item| fits(inner, item)).collect()),
            (Value::List(_) | Value::Scalar(_) | Value::Map(_), _) => None,
        }
    }

    /// Whether a list was written without entries, also without wrong ones.
    pub(crate) fn is_empty_list(&self, name: &str) -> bool {
        self.get(name).is_some_and(|node| match &node.value {
            Value::List(items) => items.is_empty(),
            Value::Scalar(_) | Value::Map(_) => false,
        })
    }

    /// The one key that a map of alternatives holds; none or several are reported.
    pub(crate) fn one(&self, checker: &mut Checker<'_>, beside: &[&str]) -> Option<(&'static str, &'n Node)> {
        let mut chosen = self.held.iter().filter(|(key, _)| !beside.contains(&key.name));
        match (chosen.next(), chosen.next()) {
            (Some((key, entry)), None) => Some((key.name, &entry.value)),
            (None, _) => {
                if !self.refused {
                    let names = self.place.keys().filter(|key| !beside.contains(&key.name));
                    let message = format!("{} needs {}", self.place.called(), one_of(names.map(|key| key.name)));
                    checker.report(Problem::new("missing_key", self.head, message));
                }
                None
            }
            (Some((first, entry)), Some((second, other))) => {
                let message = format!("`{}` and `{}` are alternatives", first.name, second.name);
                let problem = Problem::new("conflict", other.key.span, message).label("this one as well");
                checker.report(problem.related(entry.key.span, "this one first"));
                None
            }
        }
    }

    /// A text.
    pub(crate) fn text(&self, checker: &mut Checker<'_>, name: &str) -> Option<String> {
        let most = match self.place.key(name).map(|key| key.kind) {
            Some(Kind::Text(most)) => most,
            Some(_) | None => usize::MAX,
        };
        checker.text_of(self.get(name)?, name, most)
    }

    /// A whole number within the table's limits.
    pub(crate) fn whole(&self, checker: &mut Checker<'_>, name: &str) -> Option<u64> {
        let (least, most) = match self.place.key(name).map(|key| key.kind) {
            Some(Kind::Whole(least, most)) => (least, most),
            Some(_) | None => (0, u64::MAX),
        };
        checker.whole(self.get(name)?, name, least, most)
    }

    /// One word of a list.
    pub(crate) fn word(&self, checker: &mut Checker<'_>, name: &str, words: &'static [Word]) -> Option<&'static str> {
        checker.word(self.get(name)?, name, words)
    }

    /// A duration of at most this much.
    pub(crate) fn duration(&self, checker: &mut Checker<'_>, name: &str, most: Duration) -> Option<Duration> {
        checker.duration(self.get(name)?, name, most)
    }
}

/// Finds an entry's key in the table.
fn admit(entry: &Entry, place: Place) -> Result<&'static Key, Problem> {
    let name = &*entry.key.text;
    place
        .key(name)
        .ok_or_else(|| advice::unknown_key(name, place, entry.key.span))
}

/// Whether a value, and each item of a list, has the kind that its key holds; what does not is reported.
fn accepts(checker: &mut Checker<'_>, key: &Key, entry: &Entry) -> bool {
    let value = &entry.value;
    if !fits(key.kind, value) {
        let span = if value.span.start == value.span.end {
            entry.key.span
        } else {
            value.span
        };
        let message = format!("`{}` takes {}; this is {}", key.name, key.kind.expected(), value.kind());
        checker.report(Problem::new("wrong_kind", span, message).maybe_help(list_advice(key.kind, value)));
        return false;
    }
    if let (Some(inner), Value::List(items)) = (key.kind.of_items(), &value.value) {
        for item in items.iter().filter(|item| !fits(inner, item)) {
            let message = format!(
                "an entry of `{}` is {}; this is {}",
                key.name,
                inner.expected(),
                item.kind()
            );
            checker.report(Problem::new("wrong_kind", item.span, message));
        }
    }
    true
}

fn fits(kind: Kind, node: &Node) -> bool {
    match kind {
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
        | Kind::Word(_) => match &node.value {
            Value::Scalar(scalar) => !scalar.is_missing(),
            Value::List(_) | Value::Map(_) => false,
        },
        Kind::Map(_) | Kind::Pairs(_) => matches!(node.value, Value::Map(_)),
        Kind::List(_) => matches!(node.value, Value::List(_)),
        Kind::Either(kinds) => kinds.iter().any(|kind| fits(*kind, node)),
        Kind::Anything => true,
    }
}

fn list_advice(kind: Kind, value: &Node) -> Option<String> {
    let wants_list = matches!(kind, Kind::List(_));
    let is_item = !matches!(value.value, Value::List(_)) && value.kind() != "nothing";
    (wants_list && is_item).then(|| "put `- ` before it, also where the list has one entry".to_owned())
}

fn starts_with_name(place: Place) -> Option<String> {
    (place == Place::File).then(|| "start with `name: …` on a line of its own".to_owned())
}

/// The first key of a map, or the first character of anything else.
fn head_of(node: &Node) -> Span {
    match &node.value {
        Value::Map(entries) => entries.first().map_or(node.span, |entry| entry.key.span),
        Value::Scalar(_) | Value::List(_) => Span::new(node.span.start, node.span.start + 1),
    }
}
