//! What a rule does to a call: its `ledger` and its `reply`, each alone. Whether they fit together is `rules`', what
//! happens to callbacks is `delivery`'s.

use std::{sync::Arc, time::Duration};

use crate::{
    check::{
        Checker,
        fields::Fields,
        keys::{
            Place,
            lists::{LEDGER_WORDS, REASONS, REPLY_WORDS, SETTLES, STATEMENTS},
        },
        shown, words,
    },
    decision::{LedgerAct, RefusalReason, Shape, StatusReply},
    distribution::Distribution,
    file::{Node, Value},
    problem::Problem,
    scenario::{Ratio, StatementBreak},
};

/// A reply as the rule says it: a delay, a shape, or both.
pub(crate) struct SaidReply {
    pub(crate) delay: Option<Distribution>,
    pub(crate) shape: Option<Shape>,
}

/// Reads `ledger`.
pub(crate) fn ledger(checker: &mut Checker<'_>, node: &Node) -> Option<LedgerAct> {
    match &node.value {
        Value::Scalar(_) => checker.word(node, "ledger", LEDGER_WORDS).map(|word| match word {
            "skip" => LedgerAct::Skip,
            _ => LedgerAct::Apply,
        }),
        Value::Map(_) => {
            let fields = Fields::of(checker, node, Place::Ledger);
            match fields.one(checker, &[])? {
                ("refuse", reason) => {
                    let word = checker.word(reason, "refuse", REASONS)?;
                    RefusalReason::ALL
                        .into_iter()
                        .find(|reason| reason.word() == word)
                        .map(LedgerAct::Refuse)
                }
                ("settle", node) => checker.word(node, "settle", SETTLES).map(|_| LedgerAct::FailLater),
                (_, node) => {
                    let word = checker.word(node, "statement", STATEMENTS)?;
                    let mut breaks = StatementBreak::ALL.into_iter();
                    breaks.find(|wrong| wrong.word() == word).map(LedgerAct::Statement)
                }
            }
        }
        Value::List(_) => None,
    }
}

/// Reads `reply`.
pub(crate) fn reply(checker: &mut Checker<'_>, node: &Node) -> Option<SaidReply> {
    match &node.value {
        Value::Scalar(_) => shape_word(checker, node, "reply").map(|shape| SaidReply {
            delay: None,
            shape: Some(shape),
        }),
        Value::Map(_) => reply_map(checker, node),
        Value::List(_) => None,
    }
}

fn reply_map(checker: &mut Checker<'_>, node: &Node) -> Option<SaidReply> {
    let fields = Fields::of(checker, node, Place::Reply);
    let delay = fields
        .get("delay")
        .map(|node| checker.time(node, "delay", LONGEST_DELAY));
    needs_status(checker, &fields);
    let shapes: Vec<&'static str> = SHAPES.into_iter().filter(|key| fields.get(key).is_some()).collect();
    if let [first, second, ..] = shapes[..] {
        let message = format!("`{second}` and `{first}` are two answers to one call");
        let problem = Problem::new("conflict", fields.span(second), message);
        checker.report(problem.help("a `delay` goes beside one of them"));
    }
    if fields.get("then").is_some() && delay.is_none() && !fields.refused {
        let problem = Problem::new("missing_key", fields.span("then"), "`then` comes after a `delay`");
        checker.report(problem.help("without a delay, write the word itself: `reply: reset`"));
    }
    let is_silent = delay.is_none() && shapes.is_empty() && STATUS_PARTS.iter().all(|key| fields.get(key).is_none());
    if is_silent && !fields.refused {
        checker.report(
            Problem::new("missing_key", fields.head, "`reply` says nothing")
                .help("a `delay`, a `status` or a word such as `reset`"),
        );
    }
    let shape = match shapes.first() {
        Some(key) => Some(shape_of(checker, &fields, key)?),
        None => None,
    };
    match delay {
        Some(delay) => Some(SaidReply {
            delay: Some(delay?),
            shape,
        }),
        None => shape.map(|shape| SaidReply {
            delay: None,
            shape: Some(shape),
        }),
    }
}

/// What goes beside a `status` means nothing without one.
fn needs_status(checker: &mut Checker<'_>, fields: &Fields<'_>) {
    if fields.get("status").is_some() || fields.refused {
        return;
    }
    for key in STATUS_PARTS.into_iter().filter(|key| fields.get(key).is_some()) {
        let problem = Problem::new("missing_key", fields.span(key), format!("`{key}` needs a `status`"));
        checker.report(problem.help("the wallet's own answer is left as it is"));
    }
}

fn shape_of(checker: &mut Checker<'_>, fields: &Fields<'_>, key: &'static str) -> Option<Shape> {
    let node = fields.get(key)?;
    match key {
        "then" => then(checker, node),
        "truncate" => truncate(checker, node),
        "dribble" => {
            let fields = Fields::of(checker, node, Place::Dribble);
            let over = fields.duration(checker, "over", LONGEST_DELAY);
            let chunks = u32::try_from(fields.whole(checker, "chunks")?).ok()?;
            Some(Shape::Dribble { chunks, over: over? })
        }
        "slow_close" => checker.duration(node, key, LONGEST_DELAY).map(Shape::SlowClose),
        "bandwidth" => checker
            .bandwidth(node)
            .map(|bytes_per_second| Shape::Bandwidth { bytes_per_second }),
        _ => status(checker, fields),
    }
}

/// A word, or a map without a delay of its own.
fn then(checker: &mut Checker<'_>, node: &Node) -> Option<Shape> {
    if let Value::Scalar(_) = &node.value {
        return shape_word(checker, node, "then");
    }
    let said = reply_map(checker, node)?;
    if said.delay.is_some() {
        let problem = Problem::new(
            "conflict",
            node.span,
            "`then` comes after the delay and has none of its own",
        );
        checker.report(problem.help("one `delay` goes before it"));
        return None;
    }
    said.shape
}

fn truncate(checker: &mut Checker<'_>, node: &Node) -> Option<Shape> {
    let part = checker.share(node)?;
    if part == Ratio::ALWAYS {
        let problem = Problem::new("bad_value", node.span, "`truncate: 100%` leaves the whole answer");
        checker.report(problem.help("it is the part that arrives, such as 50%"));
        return None;
    }
    Some(Shape::Truncate(part))
}

fn shape_word(checker: &mut Checker<'_>, node: &Node, key: &str) -> Option<Shape> {
    checker.word(node, key, REPLY_WORDS).map(|word| match word {
        "reset" => Shape::Reset,
        "empty" => Shape::Empty,
        "garbage" => Shape::Garbage,
        _ => Shape::Hang,
    })
}

fn status(checker: &mut Checker<'_>, fields: &Fields<'_>) -> Option<Shape> {
    let retry_after = fields.duration(checker, "retry_after", LONGEST_RETRY_AFTER);
    let headers = fields
        .get("headers")
        .map(|node| headers(checker, node))
        .unwrap_or_default();
    let body = fields.text(checker, "body").unwrap_or_default();
    let body_size = fields.get("body_size").and_then(|node| checker.size(node));
    let status = u16::try_from(fields.whole(checker, "status")?).ok()?;
    if matches!(status, 204 | 304) && (!body.is_empty() || body_size.is_some()) {
        checker.report(Problem::new(
            "conflict",
            fields.span(if body.is_empty() { "body_size" } else { "body" }),
            format!("an answer with status {status} has no body"),
        ));
    }
    let retry_after_s = retry_after.map(|wait| wait.as_secs() + u64::from(wait.subsec_nanos() > 0));
    if retry_after_s.is_some() && headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("retry-after")) {
        checker.report(Problem::new(
            "conflict",
            fields.span("retry_after"),
            "`headers` holds Retry-After as well",
        ));
    }
    Some(Shape::Status(Arc::new(StatusReply {
        status,
        retry_after_s,
        headers,
        body_bytes: body_size.unwrap_or_default().max(body.len() as u64),
        body,
    })))
}

/// Reads a map of headers.
pub(crate) fn headers(checker: &mut Checker<'_>, node: &Node) -> Vec<(String, String)> {
    let Value::Map(entries) = &node.value else {
        return Vec::new();
    };
    if entries.len() > MOST_HEADERS {
        checker.report(Problem::new(
            "limit",
            node.span,
            format!("{} headers are more than {MOST_HEADERS}", entries.len()),
        ));
        return Vec::new();
    }
    let mut headers = Vec::new();
    for entry in entries {
        let name = &*entry.key.text;
        let value = entry.value.text().unwrap_or_default();
        let fault = if !words::is_header_name(name) || name.len() > LONGEST_HEADER {
            format!("`{}` is no name of a header", shown(name))
        } else if OURS.iter().any(|ours| name.eq_ignore_ascii_case(ours)) {
            format!("the header {name} is the gateway's own: it frames the answer")
        } else if entry.value.text().is_none() {
            format!("the header {name} is {}, not text", entry.value.kind())
        } else if !words::is_header_value(value) || value.len() > LONGEST_HEADER {
            format!("the header {name} holds what headers cannot: visible ASCII up to {LONGEST_HEADER} bytes")
        } else {
            headers.push((name.to_owned(), value.to_owned()));
            continue;
        };
        checker.report(Problem::new("bad_value", entry.key.span, fault));
    }
    headers
}

/// What a call may get instead of, or of, the honest answer; one of them.
const SHAPES: [&str; 6] = ["status", "then", "truncate", "dribble", "slow_close", "bandwidth"];
/// What goes with a status alone.
const STATUS_PARTS: [&str; 4] = ["retry_after", "headers", "body", "body_size"];
/// As long as a `hang` lasts.
const LONGEST_DELAY: Duration = Duration::from_secs(600);
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(24 * 3_600);
const MOST_HEADERS: usize = 50;
const LONGEST_HEADER: usize = 1_000;
/// Headers that frame an answer; a scenario that changed them would break the connection by accident.
const OURS: [&str; 6] = [
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "upgrade",
    "trailer",
];
