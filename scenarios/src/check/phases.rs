//! `phases`: the timeline.

use std::time::Duration;

use crate::{
    check::{
        Checker, bounds,
        fields::Fields,
        keys::{
            Place, did_you_mean,
            lists::{FLAGS, TLS_FAULTS},
        },
        limit, payers,
        rules::{self, RuleBook},
        shown, words,
    },
    file::Node,
    problem::{Problem, Span},
    scenario::{Limits, Phase, Quota, RuleId, TlsFault},
};

/// The phases of a file, or the one that every scenario has without them.
pub(crate) fn phases(
    checker: &mut Checker<'_>,
    file: &Fields<'_>,
    book: &mut RuleBook<'_>,
    file_rules: &[RuleId],
) -> Vec<Phase> {
    let Some(nodes) = file.list("phases") else {
        return vec![default_phase()];
    };
    if file.is_empty_list("phases") {
        let problem = Problem::new(
            "bad_value",
            file.span("phases"),
            "a timeline without phases lasts no time",
        );
        checker.report(problem.help("leave `phases` out to get one of 60s"));
    }
    let mut phases: Vec<(Phase, Span)> = Vec::new();
    for node in nodes {
        let (phase, place) = phase(checker, node, book, file_rules);
        let first = phases
            .iter()
            .find(|(other, _)| other.name == phase.name && !phase.name.is_empty());
        if let Some((_, first)) = first {
            let problem = Problem::new(
                "duplicate_name",
                place,
                format!("two phases are called `{}`", phase.name),
            );
            checker.report(problem.label("again here").related(*first, "first here"));
        }
        phases.push((phase, place));
    }
    phases.into_iter().map(|(phase, _)| phase).collect()
}

fn phase(checker: &mut Checker<'_>, node: &Node, book: &mut RuleBook<'_>, file_rules: &[RuleId]) -> (Phase, Span) {
    let fields = Fields::of(checker, node, Place::Phase);
    let place = fields.span("name");
    let written = fields.text(checker, "name");
    let is_bad = written.as_deref().is_some_and(|name| !words::is_one_word(name));
    let name = written.unwrap_or_default();
    if is_bad {
        let problem = Problem::new(
            "bad_value",
            place,
            if name.is_empty() {
                "a phase's name must not be empty".to_owned()
            } else {
                format!("`{}` cannot name a phase", shown(&name))
            },
        );
        checker.report(
            problem.help("one word of letters, digits, `-`, `_` and `.`: it stands in expectations and addresses"),
        );
    }
    if RESERVED.contains(&name.as_str()) {
        let problem = Problem::new("bad_value", place, format!("`{name}` is a name of paydrill's own"));
        checker.report(problem.help("`waiting` comes before the first phase, `after` follows the last, `all` is the one of files without phases"));
    }
    let lasts = fields.duration(checker, "for", LONGEST_PHASE);
    if lasts.is_some_and(|lasts| lasts.is_zero()) {
        checker.report(Problem::new(
            "bad_value",
            fields.span("for"),
            "a phase lasts longer than no time",
        ));
    }
    let refuse = fields.word(checker, "refuse", FLAGS) == Some("true");
    let tls = fields.word(checker, "tls", TLS_FAULTS).and_then(tls_fault);
    if refuse && tls.is_some() {
        let problem = Problem::new(
            "never",
            fields.span("tls"),
            "a phase that refuses connections agrees on no TLS",
        );
        checker.report(
            problem
                .related(fields.span("refuse"), "because of this")
                .help("leave out one of both"),
        );
    }
    let phase = Phase {
        name,
        lasts: lasts.unwrap_or(DEFAULT_LENGTH),
        refuse,
        tls,
        capacity: fields.get("capacity").and_then(|node| limit::capacity(checker, node)),
        payers: fields.get("payers").map(|node| payers::payers(checker, node)),
        limits: fields
            .get("limits")
            .map(|node| bounds::limits(checker, node))
            .unwrap_or_default(),
        quota: fields
            .get("quota")
            .map(|node| bounds::quota(checker, node))
            .unwrap_or_default(),
        rules: rules::rules(checker, &fields, book, file_rules),
    };
    (phase, place)
}

/// The fault of a word.
pub(crate) fn tls_fault(word: &str) -> Option<TlsFault> {
    TlsFault::ALL.into_iter().find(|fault| fault.word() == word)
}

/// The problem of a phase that nobody wrote, if it is one.
pub(crate) fn unknown_phase(name: &str, span: Span, phases: &[Phase]) -> Option<Problem> {
    if phases.iter().any(|phase| phase.name == name) {
        return None;
    }
    let names = phases.iter().map(|phase| phase.name.as_str());
    let problem = Problem::new("unknown_name", span, format!("no phase is called `{}`", shown(name)));
    Some(problem.help(did_you_mean(name, "the phases are", names)))
}

fn default_phase() -> Phase {
    Phase {
        name: "all".to_owned(),
        lasts: DEFAULT_LENGTH,
        refuse: false,
        tls: None,
        rules: Vec::new(),
        capacity: None,
        payers: None,
        limits: Limits::default(),
        quota: Quota::default(),
    }
}

const RESERVED: [&str; 3] = ["all", "after", "waiting"];
const DEFAULT_LENGTH: Duration = Duration::from_secs(60);
const LONGEST_PHASE: Duration = Duration::from_secs(24 * 3_600);
