//! What a rule says: its `ledger`, its `reply` and its `callback`, each alone. Whether they fit together is `rules`'.

use std::{sync::Arc, time::Duration};

use crate::{
    check::{
        Checker,
        fields::Fields,
        keys::{
            Place,
            lists::{CALLBACK_WORDS, LEDGER_WORDS, REASONS, REPLY_WORDS, SETTLES},
        },
        shown, words,
    },
    decision::{LedgerAct, RefusalReason, StatusReply},
    distribution::Distribution,
    file::{Node, Value},
    problem::Problem,
    scenario::{CallbackFault, OutcomeShape},
};

/// A reply as the rule says it: a delay, a shape, or both.
pub(crate) struct SaidReply {
    pub(crate) delay: Option<Distribution>,
    pub(crate) shape: Option<OutcomeShape>,
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
                (_, node) => checker.word(node, "settle", SETTLES).map(|_| LedgerAct::FailLater),
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
    let then = fields.get("then").map(|node| shape_word(checker, node, "then"));
    let status = fields.get("status").map(|_| status(checker, &fields));
    let parts = ["retry_after", "headers", "body"]
        .into_iter()
        .filter(|key| fields.get(key).is_some());
    let parts: Vec<&str> = parts.collect();
    if status.is_none() && !fields.refused {
        for key in &parts {
            let problem = Problem::new("missing_key", fields.span(key), format!("`{key}` needs a `status`"));
            checker.report(problem.help("the wallet's own answer is left as it is"));
        }
    }
    if then.is_some() && status.is_some() {
        let problem = Problem::new(
            "conflict",
            fields.span("then"),
            "`then` and `status` are two answers to one call",
        );
        checker.report(problem.help("a delay goes beside `status` without `then`"));
    }
    if then.is_some() && delay.is_none() && !fields.refused {
        let problem = Problem::new("missing_key", fields.span("then"), "`then` comes after a `delay`");
        checker.report(problem.help("without a delay, write the word itself: `reply: reset`"));
    }
    let is_silent = delay.is_none() && then.is_none() && status.is_none() && parts.is_empty();
    if is_silent && !fields.refused {
        checker.report(
            Problem::new("missing_key", fields.head, "`reply` says nothing")
                .help("a `delay`, a `status` or a word such as `reset`"),
        );
    }
    let shape = match then.or(status) {
        Some(shape) => Some(shape?),
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

fn shape_word(checker: &mut Checker<'_>, node: &Node, key: &str) -> Option<OutcomeShape> {
    checker.word(node, key, REPLY_WORDS).map(|word| match word {
        "reset" => OutcomeShape::Reset,
        "empty" => OutcomeShape::Empty,
        _ => OutcomeShape::Hang,
    })
}

fn status(checker: &mut Checker<'_>, fields: &Fields<'_>) -> Option<OutcomeShape> {
    let retry_after = fields.duration(checker, "retry_after", LONGEST_RETRY_AFTER);
    let headers = fields
        .get("headers")
        .map(|node| headers(checker, node))
        .unwrap_or_default();
    let body = fields.text(checker, "body").unwrap_or_default();
    let status = u16::try_from(fields.whole(checker, "status")?).ok()?;
    if matches!(status, 204 | 304) && !body.is_empty() {
        checker.report(Problem::new(
            "conflict",
            fields.span("body"),
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
    Some(OutcomeShape::Status(Arc::new(StatusReply {
        status,
        retry_after_s,
        headers,
        body,
    })))
}

fn headers(checker: &mut Checker<'_>, node: &Node) -> Vec<(String, String)> {
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

/// Reads `callback`.
pub(crate) fn callback(checker: &mut Checker<'_>, node: &Node) -> Option<CallbackFault> {
    match &node.value {
        Value::Scalar(_) => checker.word(node, "callback", CALLBACK_WORDS).map(|word| match word {
            "drop" => CallbackFault::Drop,
            "hold" => CallbackFault::Hold,
            _ => CallbackFault::Release { over: Duration::ZERO },
        }),
        Value::Map(_) => {
            let fields = Fields::of(checker, node, Place::Callback);
            match fields.one(checker, &[])? {
                ("delay", node) => checker
                    .time(node, "delay", LONGEST_CALLBACK_DELAY)
                    .map(CallbackFault::Delay),
                ("duplicate", node) => duplicate(checker, node),
                (_, node) => {
                    let fields = Fields::of(checker, node, Place::Release);
                    fields
                        .duration(checker, "over", LONGEST_SPREAD)
                        .map(|over| CallbackFault::Release { over })
                }
            }
        }
        Value::List(_) => None,
    }
}

fn duplicate(checker: &mut Checker<'_>, node: &Node) -> Option<CallbackFault> {
    let fields = Fields::of(checker, node, Place::Duplicate);
    let spread = fields.duration(checker, "spread", LONGEST_SPREAD);
    let copies = u32::try_from(fields.whole(checker, "copies")?).ok()?;
    Some(CallbackFault::Duplicate {
        copies,
        spread: spread.unwrap_or(Duration::ZERO),
    })
}

/// As long as a `hang` lasts.
const LONGEST_DELAY: Duration = Duration::from_secs(600);
const LONGEST_CALLBACK_DELAY: Duration = Duration::from_secs(30 * 24 * 3_600);
const LONGEST_SPREAD: Duration = Duration::from_secs(3_600);
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
