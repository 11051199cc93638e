//! From the literal tree to the meaning. Every mistake of a file is collected, so that a person mends them in one go;
//! only a file that is not YAML or passes a limit ends the reading early.
//!
//! `keys` is the table that everything here follows, `fields` reads a map by it, the other files read one part of the
//! format each. Where a part is wrong, reading goes on with its default: a [`Scenario`] leaves only without problems.

mod advice;
mod bounds;
mod callbacks;
mod delivery;
mod distribution;
mod expect;
mod fields;
mod itineraries;
mod keys;
mod limit;
mod load;
mod notes;
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
    scenario::{Rule, Scenario, TlsFault},
    source,
};
use fields::Fields;
use keys::{
    Place,
    lists::{TLS_FAULTS, YES},
};
use rules::{Known, RuleBook};

/// Reads a scenario from the bytes of a file; see [`read_with_notes`].
///
/// # Errors
/// As [`read`], and for bytes that are not UTF-8.
pub fn read_bytes(name: &str, bytes: &[u8]) -> Result<Read, Problems> {
    let text = source::decode(bytes).map_err(|problem| {
        let before = str::from_utf8(&bytes[..problem.span.start]).unwrap_or_default();
        Problems::new(name, before, vec![problem])
    })?;
    read_with_notes(name, text)
}

/// Reads a scenario from text. `name` is what problems call the file.
///
/// # Errors
/// Every mistake of the text at once, each with its place; never an empty list.
pub fn read(name: &str, text: &str) -> Result<Scenario, Problems> {
    read_with_notes(name, text).map(|read| read.scenario)
}

/// A scenario, and what its writer may want to know of it.
#[derive(Clone, Debug)]
pub struct Read {
    /// The scenario.
    pub scenario: Scenario,
    /// Where it is played otherwise than its writer may think; `None` where there is nothing to say.
    pub notes: Option<Problems>,
}

/// Reads a scenario from text, with notes on what is valid and perhaps not meant.
///
/// # Errors
/// As [`read`].
pub fn read_with_notes(name: &str, text: &str) -> Result<Read, Problems> {
    let (mut checker, root) = Checker::open(name, text)?;
    let scenario = root.map(|root| scenario(&mut checker, &root));
    match scenario {
        Some(scenario) if checker.problems.is_empty() => Ok(Read {
            scenario,
            notes: (!checker.notes.is_empty()).then(|| Problems::new(name, text, checker.notes)),
        }),
        Some(_) | None => Err(Problems::new(name, text, checker.problems)),
    }
}

/// A fault that somebody puts in force by hand.
#[derive(Clone, Debug, PartialEq)]
pub enum AdHoc {
    /// A rule, tried before all others.
    Rule(Box<Rule>),
    /// Listeners closed, open connections reset at their next byte.
    Refuse,
    /// A fault of the TLS handshake.
    Tls(TlsFault),
}

/// Reads a fault that is put in force by hand beside `scenario`: a rule as files write it, or `refuse: true`, or
/// `tls: …`. The rule is called `fault`, whatever name it gives itself. `name` is what problems call the text.
///
/// # Errors
/// Every mistake of the text at once, each with its place; never an empty list.
pub fn read_fault(name: &str, fault: &str, text: &str, scenario: &Scenario) -> Result<AdHoc, Problems> {
    let (mut checker, root) = Checker::open(name, text)?;
    let read = root.and_then(|root| by_hand(&mut checker, &root, fault, scenario));
    match read {
        Some(read) if checker.problems.is_empty() => Ok(read),
        Some(_) | None => Err(Problems::new(name, text, checker.problems)),
    }
}

fn by_hand(checker: &mut Checker<'_>, root: &Node, fault: &str, scenario: &Scenario) -> Option<AdHoc> {
    let is_connection = match &root.value {
        Value::Map(entries) => entries
            .iter()
            .any(|entry| Place::Connection.key(&entry.key.text).is_some()),
        Value::Scalar(_) | Value::List(_) => false,
    };
    if !is_connection {
        let known = Known {
            shops: &scenario.shops,
            triggers: scenario.triggers,
        };
        return rules::by_hand(checker, root, fault, known).map(|rule| AdHoc::Rule(Box::new(rule)));
    }
    let fields = Fields::of(checker, root, Place::Connection);
    match fields.one(checker, &[])? {
        ("refuse", node) => checker.word(node, "refuse", YES).map(|_| AdHoc::Refuse),
        (_, node) => {
            let word = checker.word(node, "tls", TLS_FAULTS)?;
            phases::tls_fault(word).map(AdHoc::Tls)
        }
    }
}

/// Collects mistakes while the parts are read.
pub(crate) struct Checker<'t> {
    /// The text of the file.
    text: &'t str,
    problems: Vec<Problem>,
    notes: Vec<Problem>,
}

impl<'t> Checker<'t> {
    fn new(text: &'t str, problems: Vec<Problem>) -> Self {
        Self {
            text,
            problems,
            notes: Vec::new(),
        }
    }

    /// Parses a text; without a root, what is wrong with it is among the problems.
    fn open(name: &str, text: &'t str) -> Result<(Self, Option<Node>), Problems> {
        source::within_size(text).map_err(|problem| Problems::new(name, &text[..problem.span.start], vec![problem]))?;
        let (root, problems) = source::parse(text);
        let mut checker = Self::new(text, problems);
        let root = root.filter(|root| !is_nothing(root));
        if root.is_none() && checker.problems.is_empty() {
            checker.problems.push(nothing_here());
        }
        Ok((checker, root))
    }

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
    let triggers = limit::triggers(checker, &file);
    let mut book = RuleBook::new(Known {
        shops: &shops,
        triggers,
    });
    let file_rules = rules::rules(checker, &file, &mut book, &[]);
    let phases = phases::phases(checker, &file, &mut book, &file_rules);
    let load = load::load(checker, &file, &phases);
    let expect = expect::expect(checker, &file, &phases, &load);
    let trigger_rules = rules::of_triggers(&mut book);
    let clock = limit::clock(checker, &file);
    if checker.problems.is_empty() {
        notes::notes(
            checker,
            &file,
            &book,
            &notes::Run {
                phases: &phases,
                load: &load,
                clock,
            },
        );
    }
    Scenario {
        name: name.unwrap_or_default(),
        about: file.text(checker, "about").unwrap_or_default(),
        seed: file.whole(checker, "seed").unwrap_or(DEFAULT_SEED),
        payers: file.get("payers").map(|node| payers::payers(checker, node)),
        risk,
        withdrawals: risk::withdrawals(checker, &file),
        callbacks: callbacks::callbacks(checker, &file),
        clock,
        capacity: file.get("capacity").and_then(|node| limit::capacity(checker, node)),
        triggers,
        faults: Vec::new(),
        trigger_rules,
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
