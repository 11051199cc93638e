//! Leaves parts out of the text of a scenario, every other byte as it was: comments and layout are a person's work. For
//! whoever looks for the smallest scenario that still shows something.
//!
//! A part that stands behind an alias is nobody's to leave out, for its text is another's. `delay` writes a measured
//! delay into a rule.

mod delay;

use std::ops::Range;

use crate::{
    file::{Entry, Node, Value},
    problem::Span,
    source,
};

pub use delay::{DelayError, percentiles_text, with_delay};

/// A part of a scenario's text that can be left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub kind: PieceKind,
    span: Span,
    /// The list that it stands in: where its key ends, and where the list does.
    list: Span,
    flow: bool,
}

/// What a part is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// A rule, of the file or of a phase; its name, where it has one.
    Rule(Option<String>),
    /// A phase; its name.
    Phase(String),
    /// An expectation; its sentence.
    Expectation(String),
}

/// The parts of a text, in its order; none of a text that cannot be read.
pub fn pieces(text: &str) -> Vec<Piece> {
    let (Some(root), problems) = source::parse(text) else {
        return Vec::new();
    };
    if !problems.is_empty() {
        return Vec::new();
    }
    let mut pieces = Vec::new();
    rules_of(text, &root, &mut pieces);
    list(text, &root, "phases", &mut pieces, |item| {
        PieceKind::Phase(word(item, "name").unwrap_or_default())
    });
    if let Some(Entry { value, .. }) = entry(&root, "phases")
        && let Value::List(phases) = &value.value
    {
        for phase in phases.iter().filter(|phase| stands_in(phase, value)) {
            rules_of(text, phase, &mut pieces);
        }
    }
    list(text, &root, "expect", &mut pieces, |item| {
        PieceKind::Expectation(item.text().unwrap_or_default().to_owned())
    });
    pieces.sort_by_key(|piece| (piece.span.start, piece.span.end));
    pieces
}

/// The text without the parts for which `leaves` holds. Where a list loses all, it is written as an empty one.
pub fn without(text: &str, pieces: &[Piece], leaves: impl Fn(usize) -> bool) -> String {
    let gone: Vec<&Piece> = (0..pieces.len())
        .filter(|at| leaves(*at))
        .map(|at| &pieces[at])
        .collect();
    let mut cuts: Vec<(Range<usize>, &str)> = Vec::new();
    for piece in &gone {
        let of_list = |other: &&&Piece| other.list == piece.list;
        let all = pieces.iter().filter(|other| other.list == piece.list).count();
        if gone.iter().filter(of_list).count() == all {
            cuts.push((piece.list.start..piece.list.end, " []"));
        } else if piece.flow {
            let siblings = pieces.iter().enumerate().filter(|(_, other)| other.list == piece.list);
            let siblings: Vec<(Span, bool)> = siblings.map(|(at, other)| (other.span, leaves(at))).collect();
            cuts.push((in_brackets(&siblings, piece.span), ""));
        } else {
            cuts.push((whole_lines(text, piece.span), ""));
        }
    }
    cuts.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    let mut kept = String::with_capacity(text.len());
    let mut from = 0;
    for (range, instead) in cuts {
        // What lies within a part that is gone already is gone with it; neighbours may share a comma.
        if range.end <= from {
            continue;
        }
        kept.push_str(&text[from..range.start.max(from)]);
        kept.push_str(instead);
        from = range.end;
    }
    kept.push_str(&text[from..]);
    kept
}

fn rules_of(text: &str, node: &Node, pieces: &mut Vec<Piece>) {
    list(text, node, "rules", pieces, |item| PieceKind::Rule(word(item, "name")));
}

fn list(text: &str, node: &Node, key: &str, pieces: &mut Vec<Piece>, kind: impl Fn(&Node) -> PieceKind) {
    let Some(Entry { key, value }) = entry(node, key) else {
        return;
    };
    let Value::List(items) = &value.value else { return };
    // A list behind an alias stands before its key.
    let Some(colon) = text
        .get(key.span.end..value.span.start)
        .and_then(|between| between.find(':'))
    else {
        return;
    };
    let span = Span::new(key.span.end + colon + 1, value.span.end);
    let flow = text[value.span.start..].starts_with('[');
    for item in items.iter().filter(|item| stands_in(item, value)) {
        pieces.push(Piece {
            kind: kind(item),
            span: item.span,
            list: span,
            flow,
        });
    }
}

fn entry<'n>(node: &'n Node, key: &str) -> Option<&'n Entry> {
    match &node.value {
        Value::Map(entries) => entries.iter().find(|entry| &*entry.key.text == key),
        Value::Scalar(_) | Value::List(_) => None,
    }
}

fn word(node: &Node, key: &str) -> Option<String> {
    entry(node, key).and_then(|entry| entry.value.text()).map(str::to_owned)
}

/// What stands behind an alias has its place elsewhere.
fn stands_in(item: &Node, list: &Node) -> bool {
    list.span.start <= item.span.start && item.span.end <= list.span.end
}

/// The lines of an entry of a block list: from its dash, with the comments right above it, to the end of its last line.
fn whole_lines(text: &str, span: Span) -> Range<usize> {
    let line_start = |at: usize| text[..at].rfind('\n').map_or(0, |before| before + 1);
    // The dash may stand on a line of its own, before comments.
    let dash = text[..span.start].rfind('-').unwrap_or(span.start);
    let mut start = line_start(dash);
    while start > 0 {
        let above = line_start(start - 1);
        if !text[above..start].trim_start().starts_with('#') {
            break;
        }
        start = above;
    }
    let end = text[span.end..]
        .find('\n')
        .map_or(text.len(), |beyond| span.end + beyond + 1);
    start..end
}

/// An entry of a list in brackets, with a comma: the one before it where something before it stays, else the one after it.
/// `siblings` are the entries of its list, each with whether it goes.
fn in_brackets(siblings: &[(Span, bool)], span: Span) -> Range<usize> {
    let at = siblings.iter().position(|(own, _)| *own == span).unwrap_or_default();
    let (before, after) = (&siblings[..at], siblings.get(at + 1));
    match (before.last(), after) {
        (Some((last, _)), _) if before.iter().any(|(_, goes)| !goes) => last.end..span.end,
        (_, Some((next, _))) => span.start..next.start,
        (_, None) => span.start..span.end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# head\nname: x\nrules:\n  # about a\n  - {name: a, chance: 50%, reply: {delay: 1s}} # behind\n  - name: b\n    chance: 50%\n    # inside\n    reply: {delay: 2s}\n\nphases:\n  - {name: p, for: 1s, rules: [{name: c, chance: 50%, reply: {delay: 1s}}, {chance: 9%, reply: {delay: 2s}}]}\n  # about q\n  - name: q\n    for: 1s\n    rules: [{name: d, chance: 50%, reply: {delay: 3s}}]\n\nexpect: [p99 < 1s in p, success >= 99%]\n";

    fn kept(leaves: &[&str]) -> String {
        let pieces = pieces(TEXT);
        let named = |at: usize| {
            let name = match &pieces[at].kind {
                PieceKind::Rule(name) => name.as_deref().unwrap_or("nameless"),
                PieceKind::Phase(name) => name,
                PieceKind::Expectation(sentence) => sentence,
            };
            leaves.contains(&name)
        };
        without(TEXT, &pieces, named)
    }

    #[test]
    fn parts_are_found_in_the_order_of_the_text() {
        let kinds: Vec<String> = pieces(TEXT).iter().map(|piece| format!("{:?}", piece.kind)).collect();
        assert_eq!(
            kinds.join(" "),
            "Rule(Some(\"a\")) Rule(Some(\"b\")) Phase(\"p\") Rule(Some(\"c\")) Rule(None) Phase(\"q\") Rule(Some(\"d\")) Expectation(\"p99 < 1s in p\") Expectation(\"success >= 99%\")"
        );
        assert_eq!(pieces("name: [\n"), []);
    }

    #[test]
    fn what_is_left_out_takes_its_comments_and_commas_along_and_nothing_else() {
        for (leaves, gone, instead) in [
            (
                &["a"][..],
                "  # about a\n  - {name: a, chance: 50%, reply: {delay: 1s}} # behind\n",
                "",
            ),
            (
                &["b"],
                "  - name: b\n    chance: 50%\n    # inside\n    reply: {delay: 2s}\n",
                "",
            ),
            (&["c"], "{name: c, chance: 50%, reply: {delay: 1s}}, ", ""),
            (&["nameless"], ", {chance: 9%, reply: {delay: 2s}}", ""),
            (&["d"], " [{name: d, chance: 50%, reply: {delay: 3s}}]", " []"),
            (
                &["q", "d"],
                "  # about q\n  - name: q\n    for: 1s\n    rules: [{name: d, chance: 50%, reply: {delay: 3s}}]\n",
                "",
            ),
            (&["success >= 99%"], ", success >= 99%", ""),
            (&["p99 < 1s in p"], "p99 < 1s in p, ", ""),
        ] {
            assert!(TEXT.contains(gone), "{leaves:?}");
            assert_eq!(kept(leaves), TEXT.replacen(gone, instead, 1), "{leaves:?}");
        }
        assert_eq!(kept(&[]), TEXT);
    }

    #[test]
    fn whatever_is_left_out_what_is_left_is_read() {
        let pieces = pieces(TEXT);
        for choice in 0_u32..1 << pieces.len() {
            let left = without(TEXT, &pieces, |at| choice >> at & 1 == 1);
            let (root, problems) = source::parse(&left);
            assert!(
                root.is_some() && problems.is_empty(),
                "{choice:b}: {problems:?}\n{left}"
            );
            // A timeline without phases, and a sentence about one that is gone, are mistakes of their own.
            if let Err(problems) = crate::read("left", &left) {
                let codes = problems.list.iter().map(|problem| problem.code);
                let meant = ["bad_value", "unknown_name"];
                assert!(codes.clone().all(|code| meant.contains(&code)), "{problems}");
            }
        }
    }
}
