//! `expect`: where the sentences stand, and whether what they speak of is there. Their grammar is `crate::expect`'s.

use std::ops::Range;

use crate::{
    check::{
        Checker,
        fields::Fields,
        keys::{all_of, did_you_mean, lists::OPERATIONS},
        phases::unknown_phase,
        shown,
    },
    expect::{Claim, Expectation, Of},
    file::Node,
    problem::{Problem, Span},
    scenario::{Journey, Load, Operation, Phase, Ratio},
};

/// Reads `expect`.
pub(crate) fn expect(checker: &mut Checker<'_>, file: &Fields<'_>, phases: &[Phase], load: &Load) -> Vec<Expectation> {
    let before = checker.problems.len();
    let nodes = file.list("expect").unwrap_or_default();
    if nodes.len() > MOST_EXPECTATIONS {
        let message = format!("{} expectations are more than {MOST_EXPECTATIONS}", nodes.len());
        checker.report(Problem::new("limit", file.span("expect"), message));
    }
    let read = nodes
        .into_iter()
        .take(MOST_EXPECTATIONS)
        .filter_map(|node| sentence(checker, node, phases, load))
        .collect();
    // A sentence may speak of a journey whose own mistakes were told above.
    if file.get("journeys").is_some() && load.itineraries.is_empty() {
        let spoken = checker.problems.split_off(before);
        let own = spoken.into_iter().filter(|problem| problem.code != "unknown_name");
        checker.problems.extend(own);
    }
    read
}

fn sentence(checker: &mut Checker<'_>, node: &Node, phases: &[Phase], load: &Load) -> Option<Expectation> {
    let text = checker.text_of(node, "expect", LONGEST_SENTENCE)?;
    match Expectation::parse(&text) {
        Ok(expectation) => {
            if let Some(problem) = speaks_of_nothing(checker, node, &expectation, phases, load) {
                checker.report(problem);
            }
            Some(expectation)
        }
        Err(error) => {
            let span = within(checker.text, node, &text, &error.at);
            checker.report(Problem::new("expectation", span, error.message).maybe_help(error.help));
            None
        }
    }
}

fn speaks_of_nothing(
    checker: &Checker<'_>,
    node: &Node,
    expectation: &Expectation,
    phases: &[Phase],
    load: &Load,
) -> Option<Problem> {
    let place = |word: &str| {
        let at = expectation
            .text
            .rfind(word)
            .map_or(0..0, |start| start..start + word.len());
        within(checker.text, node, &expectation.text, &at)
    };
    match &expectation.claim {
        Claim::Compare { of, phase, .. } => {
            let unknown = phase
                .as_ref()
                .and_then(|phase| unknown_phase(phase, place(phase), phases));
            unknown.or_else(|| match of {
                Of::Journey(name) if !measured(load).contains(&name.as_str()) => {
                    Some(nothing_measured(name, place(name), load))
                }
                Of::Operation(operation) if !is_called(*operation, load) => {
                    Some(never_called(*operation, place(operation.word()), load))
                }
                Of::Journey(_) | Of::Requests | Of::Operation(_) | Of::Callbacks | Of::Service => None,
            })
        }
        Claim::Recovered { of, .. } => unknown_phase(of, place(of), phases),
        Claim::CalledBack { .. } | Claim::BooksBalance => None,
    }
}

fn is_called(operation: Operation, load: &Load) -> bool {
    let mut journeys = load.journeys.iter();
    load.itineraries.is_empty() && journeys.any(|(journey, _)| journey.operations().contains(&operation))
}

/// The problem of an operation that would never be judged, because the load does not call it.
fn never_called(operation: Operation, span: Span, load: &Load) -> Problem {
    if !load.itineraries.is_empty() {
        let message = format!(
            "the load drives a shop, and calls no `{}` of the wallet's",
            operation.word()
        );
        return Problem::new("never", span, message).help("judge one of its journeys, such as `p99 < 5s of buy`");
    }
    let mut called: Vec<&str> = Vec::new();
    for (journey, _) in &load.journeys {
        for operation in journey.operations() {
            if !called.contains(&operation.word()) {
                called.push(operation.word());
            }
        }
    }
    let message = format!("no journey of the load calls `{}`", operation.word());
    Problem::new("never", span, message).help(format!("its journeys call {}", all_of(called.into_iter())))
}

/// The problem of a name behind `of` that is neither an operation nor a journey.
fn nothing_measured(name: &str, span: Span, load: &Load) -> Problem {
    let operations = OPERATIONS
        .iter()
        .filter(|word| !["any", "callback"].contains(&word.name));
    let names = operations
        .map(|word| word.name)
        .chain(measured(load))
        .chain(["callbacks", "service"]);
    let message = format!("the load plays no journey `{}`", shown(name));
    Problem::new("unknown_name", span, message).help(did_you_mean(name, "measured are", names))
}

/// The place of a part of a sentence. In quoted or folded text it is that of the whole sentence, unless the text stands
/// in the file as it is.
fn within(source: &str, node: &Node, text: &str, at: &Range<usize>) -> Span {
    let written = &source[node.span.start..node.span.end];
    match written.find(text).filter(|offset| *offset <= 1) {
        Some(offset) if !at.is_empty() || at.start > 0 => {
            let start = node.span.start + offset + at.start.min(text.len());
            Span::new(start, node.span.start + offset + at.end.min(text.len()))
        }
        Some(_) | None => node.span,
    }
}

/// What a load measures beside operations: its journeys, and the pages that they open.
fn measured(load: &Load) -> Vec<&str> {
    if load.itineraries.is_empty() {
        let of_journey = |(journey, _): &(Journey, Ratio)| std::iter::once(journey.word()).chain(journey.page());
        return load.journeys.iter().flat_map(of_journey).collect();
    }
    let names = load.itineraries.iter().map(|itinerary| itinerary.name.as_str());
    names.collect()
}

const MOST_EXPECTATIONS: usize = 100;
const LONGEST_SENTENCE: usize = 200;
