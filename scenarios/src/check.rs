//! From the literal tree to the meaning. Every mistake of a file is collected, so that a person mends them in one go;
//! only a file that is not YAML or passes a limit ends the reading early.
//!
//! `keys` is the table that everything here follows, `fields` reads a map by it, the other files read one part of the
//! format each. Where a part is wrong, reading goes on with its default: a [`Scenario`] leaves only without problems.

mod advice;
mod bounds;
mod callbacks;
mod distribution;
mod expect;
mod fields;
mod keys;
mod load;
mod outcome;
mod payers;
mod phases;
mod risk;
mod rules;
mod scalars;
mod schema;
mod shops;
mod words;

pub(crate) use keys::nearest;
pub use schema::schema;

use std::borrow::Cow;

use crate::{
    file::{Node, Value},
    problem::{Problem, Problems, Span},
    scenario::Scenario,
    source,
};
use fields::Fields;
use keys::Place;
use rules::RuleBook;

/// Reads a scenario from the bytes of a file; see [`read`].
///
/// # Errors
/// As [`read`], and for bytes that are not UTF-8.
pub fn read_bytes(name: &str, bytes: &[u8]) -> Result<Scenario, Problems> {
    let text = source::decode(bytes).map_err(|problem| {
        let before = str::from_utf8(&bytes[..problem.span.start]).unwrap_or_default();
        Problems::new(name, before, vec![problem])
    })?;
    read(name, text)
}

/// Reads a scenario from text. `name` is what problems call the file.
///
/// # Errors
/// Every mistake of the text at once, each with its place; never an empty list.
pub fn read(name: &str, text: &str) -> Result<Scenario, Problems> {
    source::within_size(text).map_err(|problem| Problems::new(name, &text[..problem.span.start], vec![problem]))?;
    let (root, problems) = source::parse(text);
    let mut checker = Checker { text, problems };
    let scenario = match root {
        Some(root) if !is_nothing(&root) => Some(scenario(&mut checker, &root)),
        Some(_) | None => {
            if checker.problems.is_empty() {
                checker.problems.push(nothing_here());
            }
            None
        }
    };
    match scenario {
        Some(scenario) if checker.problems.is_empty() => Ok(scenario),
        Some(_) | None => Err(Problems::new(name, text, checker.problems)),
    }
}

/// Collects mistakes while the parts are read.
pub(crate) struct Checker<'t> {
    /// The text of the file.
    text: &'t str,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

fn scenario(checker: &mut Checker<'_>, root: &Node) -> Scenario {
    let file = Fields::of(checker, root, Place::File);
    let name = file.text(checker, "name");
    if name.as_deref().is_some_and(|name| name.trim().is_empty()) {
        let problem = Problem::new("bad_value", file.span("name"), "a scenario's name must not be blank");
        checker.report(problem);
    }
    let shops = shops::shops(checker, &file);
    let risk = file
        .get("risk")
        .map(|node| risk::risk(checker, node, &shops))
        .unwrap_or_default();
    let mut book = RuleBook::new(&shops);
    let file_rules = rules::rules(checker, &file, &mut book, &[]);
    let phases = phases::phases(checker, &file, &mut book, &file_rules);
    let load = load::load(checker, &file, &phases);
    let expect = expect::expect(checker, &file, &phases, &load);
    Scenario {
        name: name.unwrap_or_default(),
        about: file.text(checker, "about").unwrap_or_default(),
        seed: file.whole(checker, "seed").unwrap_or(DEFAULT_SEED),
        payers: file.get("payers").map(|node| payers::payers(checker, node)),
        risk,
        withdrawals: risk::withdrawals(checker, &file),
        callbacks: callbacks::callbacks(checker, &file),
        rules: book.into_rules(),
        shops,
        file_rules,
        phases,
        load,
        expect,
    }
}

fn is_nothing(root: &Node) -> bool {
    match &root.value {
        Value::Scalar(scalar) => scalar.is_missing(),
        Value::List(_) | Value::Map(_) => false,
    }
}

fn nothing_here() -> Problem {
    let problem = Problem::new("empty", Span::new(0, 0), "the file is empty");
    problem.help("the smallest scenario is `name: healthy`; `paydrill scenarios show healthy` prints a whole one")
}

/// A user's text as messages quote it: shortened where it is long.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    if text.chars().count() <= LONGEST_QUOTE {
        return Cow::Borrowed(text);
    }
    let mut short: String = text.chars().take(LONGEST_QUOTE).collect();
    short.push('…');
    Cow::Owned(short)
}

const DEFAULT_SEED: u64 = 1;
const LONGEST_QUOTE: usize = 60;

#[cfg(test)]
mod tests;
