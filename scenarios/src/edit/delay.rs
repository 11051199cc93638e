//! Gives a rule the delay of a measurement, every other byte of the file as it was.
//!
//! Invariant: what is written reads as the same scenario but for that rule's delay. Anything else is an error, and the
//! text stays with its owner.

use std::{fmt::Write as _, time::Duration};

use thiserror::Error;

use super::entry;
use crate::{
    Problems, Scenario,
    check::{nearest, read},
    file::{Entry, Node, Value},
    problem::Span,
    source,
    units::duration_text,
};

/// Why a rule cannot be given a delay.
#[derive(Debug, Error)]
pub enum DelayError {
    /// The file is no scenario.
    #[error("the file has mistakes of its own:\n{0}")]
    Unreadable(Box<Problems>),
    /// No rule has this name.
    #[error("no rule is called `{rule}`{}", advice(.rule, .names))]
    NoRule {
        /// The name asked for.
        rule: String,
        /// The names there are.
        names: Vec<String>,
    },
    /// Several rules have this name.
    #[error("rules in lines {} are called `{rule}`: give one of them another name", lines(.at))]
    Several {
        /// Their name.
        rule: String,
        /// The lines of their names.
        at: Vec<usize>,
    },
    /// The rule has no reply to delay.
    #[error("rule `{rule}` in line {line} has no `reply`: add one to the rule first, such as `reply: {{delay: 1s}}`")]
    NoReply {
        /// Its name.
        rule: String,
        /// Its line.
        line: usize,
    },
    /// The reply or its delay is written elsewhere.
    #[error("the {what} of rule `{rule}` in line {line} is an alias: write it out there first")]
    Alias {
        /// Reply or delay.
        what: &'static str,
        /// The rule's name.
        rule: String,
        /// The rule's line.
        line: usize,
    },
    /// The scenario does not take the table.
    #[error("the file would not be read with this table:\n{0}")]
    Refused(Box<Problems>),
    /// Something else would change as well.
    #[error("changing the delay of rule `{rule}` would change more than that: an alias repeats it; write it out first")]
    Elsewhere {
        /// The rule's name.
        rule: String,
    },
}

/// A table of percentiles as a file writes it: `{percentiles: {p50: 9ms, max: 2s}}`. Points come in the order of
/// [`crate::distribution::Percentiles::names`].
pub fn percentiles_text(points: &[(&str, Duration)]) -> String {
    let mut text = String::from("{percentiles: {");
    for (at, (name, duration)) in points.iter().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        let _ = write!(text, "{comma}{name}: {}", duration_text(*duration));
    }
    text + "}}"
}

/// The text of a scenario whose rule of this name has the delay of these points. `file` is what problems call the text.
///
/// # Errors
/// See [`DelayError`].
pub fn with_delay(file: &str, text: &str, rule: &str, points: &[(&str, Duration)]) -> Result<String, DelayError> {
    let before = read(file, text).map_err(|problems| DelayError::Unreadable(Box::new(problems)))?;
    let (Some(root), _) = source::parse(text) else {
        return Err(DelayError::Unreadable(Box::new(Problems::new(file, text, Vec::new()))));
    };
    let (node, line) = the_rule(text, &root, rule)?;
    let edit = edit(text, node, rule, line, &percentiles_text(points))?;
    let changed = [&text[..edit.instead.start], &edit.text, &text[edit.instead.end..]].concat();
    let after = read(file, &changed).map_err(|problems| DelayError::Refused(Box::new(problems)))?;
    if is_same_but_for(rule, &before, after) {
        Ok(changed)
    } else {
        Err(DelayError::Elsewhere { rule: rule.to_owned() })
    }
}

/// The one rule of a name, and its line.
fn the_rule<'n>(text: &str, root: &'n Node, rule: &str) -> Result<(&'n Node, usize), DelayError> {
    let all = rules(root);
    let named = |node: &&&Node| name(node).is_some_and(|name| name == rule);
    let line = |node: &Node| 1 + text[..node.span.start].matches('\n').count();
    let found: Vec<&Node> = all.iter().filter(named).copied().collect();
    match found[..] {
        [only] => Ok((only, line(only))),
        [] => Err(DelayError::NoRule {
            rule: rule.to_owned(),
            names: all.into_iter().filter_map(name).map(str::to_owned).collect(),
        }),
        _ => Err(DelayError::Several {
            rule: rule.to_owned(),
            at: found.into_iter().map(line).collect(),
        }),
    }
}

/// The rules of the file and of its phases.
fn rules(root: &Node) -> Vec<&Node> {
    let of_phases = items(root, "phases").iter().flat_map(|phase| items(phase, "rules"));
    items(root, "rules").iter().chain(of_phases).collect()
}

fn items<'n>(node: &'n Node, key: &str) -> &'n [Node] {
    match entry(node, key).map(|entry| &entry.value.value) {
        Some(Value::List(items)) => items,
        Some(Value::Scalar(_) | Value::Map(_)) | None => &[],
    }
}

fn name(rule: &Node) -> Option<&str> {
    entry(rule, "name").and_then(|entry| entry.value.text())
}

/// A stretch of the text, and what stands there instead.
struct Edit {
    instead: Span,
    text: String,
}

fn edit(text: &str, node: &Node, rule: &str, line: usize, table: &str) -> Result<Edit, DelayError> {
    let alias = |what| DelayError::Alias {
        what,
        rule: rule.to_owned(),
        line,
    };
    let Some(reply) = entry(node, "reply") else {
        return Err(DelayError::NoReply {
            rule: rule.to_owned(),
            line,
        });
    };
    if is_alias(reply) {
        return Err(alias("reply"));
    }
    let span = reply.value.span;
    if let Some(delay) = entry(&reply.value, "delay") {
        return if is_alias(delay) {
            Err(alias("delay"))
        } else {
            Ok(Edit {
                instead: delay.value.span,
                text: table.to_owned(),
            })
        };
    }
    Ok(match &reply.value.value {
        Value::Scalar(_) | Value::List(_) => Edit {
            instead: span,
            text: format!("{{delay: {table}, then: {}}}", &text[span.start..span.end]),
        },
        Value::Map(_) if text[span.start..].starts_with('{') => Edit {
            instead: Span::new(span.start + 1, span.start + 1),
            text: format!("delay: {table}, "),
        },
        Value::Map(_) => {
            let line_start = text[..span.start].rfind('\n').map_or(0, |before| before + 1);
            let indent = &text[line_start..span.start];
            let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
            Edit {
                instead: Span::new(span.start, span.start),
                text: format!("delay: {table}{end}{indent}"),
            }
        }
    })
}

/// What stands behind an alias has its place elsewhere, before its key.
fn is_alias(entry: &Entry) -> bool {
    entry.value.span.start < entry.key.span.end
}

/// Whether two scenarios differ in the delay of the rule of this name and in nothing else.
fn is_same_but_for(rule: &str, before: &Scenario, mut after: Scenario) -> bool {
    if before.rules.len() != after.rules.len() {
        return false;
    }
    for (old, new) in before.rules.iter().zip(&mut after.rules) {
        if new.label == rule && old.label == rule && new.delay.is_some() {
            new.delay.clone_from(&old.delay);
        }
    }
    *before == after
}

fn advice(rule: &str, names: &[String]) -> String {
    if let Some(near) = nearest(rule, names.iter().map(String::as_str)) {
        return format!("; did you mean `{near}`?");
    }
    if names.is_empty() {
        return ": the file names none; give the rule a `name`".to_owned();
    }
    let more = if names.len() > MOST_NAMES { " and more" } else { "" };
    let names: Vec<&str> = names.iter().take(MOST_NAMES).map(String::as_str).collect();
    format!(": the file names {}{more}", names.join(", "))
}

fn lines(at: &[usize]) -> String {
    at.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")
}

/// More names than these help nobody.
const MOST_NAMES: usize = 12;

#[cfg(test)]
mod tests;
