//! From bytes to the literal tree, within limits. The only file that names the YAML parser.
//!
//! The parser's events are read directly rather than through serde, which would stop at the first mistake. Every limit
//! stops the reading where it is passed, so a hostile file costs no more than a good one.

mod build;

use serde_saphyr::granit_parser::{
    ErrorKind, Event, Parser, ScalarStyle, ScanError, Span as Marks, StructureStyle, options,
};

use crate::{
    file::Node,
    problem::{Problem, Span},
};
use build::{Builder, Shape};

/// Bytes of a scenario file, at most: 1 MiB.
pub const SIZE_LIMIT: usize = 1 << 20;
/// Lists and maps inside each other, at most.
const DEPTH_LIMIT: usize = 32;
/// Keys and values, at most, those behind aliases counted each time. As many again may be kept behind anchors.
const NODE_LIMIT: usize = 10_000;
/// Uses of `*alias`, at most.
const ALIAS_LIMIT: usize = 100;

/// The text of a file. The bytes before the problem's place are text, if there is one.
pub(crate) fn decode(bytes: &[u8]) -> Result<&str, Problem> {
    let advice = "scenario files are UTF-8: save it again in that encoding";
    if let Some(encoding) = wide_encoding(bytes) {
        let message = format!("the file is written in {encoding}");
        return Err(Problem::new("encoding", Span::new(0, 0), message).help(advice));
    }
    str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to().min(SIZE_LIMIT);
        let problem = Problem::new("encoding", Span::new(at, at), "the file is not UTF-8 text");
        problem.label("not UTF-8 from here on").help(advice)
    })
}

/// Refuses a text that is too large. The text before the problem's place is within the limit.
pub(crate) fn within_size(text: &str) -> Result<(), Problem> {
    if text.len() <= SIZE_LIMIT {
        return Ok(());
    }
    let at = text.floor_char_boundary(SIZE_LIMIT);
    let message = format!("the file passes the size limit of {SIZE_LIMIT} bytes (1 MiB)");
    Err(Problem::new("limit", Span::new(at, at), message).label("the limit is passed here"))
}

/// The tree of a text; `None` where the text is empty or cannot be read to its end.
pub(crate) fn parse(text: &str) -> (Option<Node>, Vec<Problem>) {
    if let Some(problem) = unprintable(text) {
        return (None, vec![problem]);
    }
    let settings = options! {
        disallow_directives: true,
        emit_comments: false,
        flow_nesting_limit: DEPTH_LIMIT,
        block_nesting_limit: DEPTH_LIMIT,
    };
    let mut builder = Builder::default();
    for next in Parser::new_from_str_with_options(text, settings) {
        let step = next
            .map_err(|error| syntax(text, &error))
            .and_then(|(event, marks)| feed(&mut builder, text, event, &marks));
        if let Err(problem) = step {
            let problem = builder.with_open_bracket(problem);
            builder.problems.push(problem);
            return (None, builder.problems);
        }
    }
    (builder.root, builder.problems)
}

/// Hands one event on, in our own words.
fn feed(builder: &mut Builder, text: &str, event: Event<'_>, marks: &Marks) -> Result<(), Problem> {
    let span = span_of(text, marks);
    if event.tag().is_some() {
        let tag = marks.tag_span().map_or(span, |tag| span_of(text, &tag));
        let problem = Problem::new("tag", tag, "tags are not part of scenario files")
            .help("leave it out: every value is read as its text");
        builder.problems.push(problem);
    }
    match event {
        Event::StreamStart | Event::StreamEnd | Event::DocumentEnd | Event::Anchor(..) => Ok(()),
        Event::DocumentStart(..) => builder.document(span),
        Event::Alias(anchor) => builder.alias(anchor, span),
        Event::UnresolvedAlias(_) => Err(Problem::new("syntax", span, "this alias stands for nothing")),
        Event::Scalar(value, style, anchor, _) => {
            let quoted = style != ScalarStyle::Plain;
            // The parser writes `~` for what is not there.
            let is_missing = !quoted && &*value == "~" && &text[span.start..span.end] != "~";
            let value = if is_missing { "" } else { &*value };
            builder.scalar(value.into(), quoted, anchor, span)
        }
        Event::SequenceStart(style, anchor, _) => {
            builder.open(Shape::List, style == StructureStyle::Flow, anchor, span)
        }
        Event::MappingStart(style, anchor, _) => builder.open(Shape::Map, style == StructureStyle::Flow, anchor, span),
        Event::SequenceEnd | Event::MappingEnd => builder.close(span),
        // The parser's list is open. What it may learn to say is not part of scenario files.
        _ => Err(Problem::new("syntax", span, "this is not part of scenario files")),
    }
}

fn syntax(text: &str, error: &ScanError) -> Problem {
    let at = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
    let at = text.floor_char_boundary(at);
    let width = text[at..]
        .chars()
        .next()
        .filter(|next| !matches!(next, '\n' | '\r'))
        .map_or(0, char::len_utf8);
    let span = Span::new(at, at + width);
    match error.kind() {
        ErrorKind::RecursionLimitExceeded => depth_passed(span),
        ErrorKind::UnknownAnchor => {
            let problem = Problem::new("syntax", span, "this alias stands for nothing");
            problem.help("name the value before it with `&`, as in `for: &long 30s`")
        }
        ErrorKind::DirectiveDisallowed => Problem::new("syntax", span, "`%` directives are not part of scenario files"),
        _ => {
            let problem = Problem::new("syntax", span, format!("this is not YAML: {}", error.info()));
            if speaks_of_tabs(error.kind()) {
                problem.help("indent with spaces, not with tabs")
            } else if *error.kind() == ErrorKind::MappingValueNotAllowed {
                problem.help("text that holds `: ` needs quotes around it; otherwise look at the indentation of this line and the one before")
            } else {
                problem
            }
        }
    }
}

fn speaks_of_tabs(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabAtBlockScalarStart
            | ErrorKind::TabInIndentation
            | ErrorKind::TabInPlainScalar
    )
}

fn span_of(text: &str, marks: &Marks) -> Span {
    let range = marks.byte_range().unwrap_or(text.len()..text.len());
    let start = text.floor_char_boundary(range.start.min(text.len()));
    let end = text.floor_char_boundary(range.end.min(text.len()));
    // Block scalars and block ends run on to the next token; what is blank there is not part of them.
    let end = start + text[start..end.max(start)].trim_end().len();
    Span::new(start, end)
}

fn depth_passed(span: Span) -> Problem {
    let message = format!("lists and maps inside each other pass the depth limit of {DEPTH_LIMIT}");
    Problem::new("limit", span, message).label("one too deep")
}

/// Control characters have no place in a scenario file; NUL among them.
fn unprintable(text: &str) -> Option<Problem> {
    let bad = |character: char| character.is_control() && !matches!(character, '\t' | '\n' | '\r' | '\u{85}');
    let (at, character) = text.char_indices().find(|(_, character)| bad(*character))?;
    let message = format!(
        "the control character U+{:04X} does not belong in a scenario file",
        u32::from(character)
    );
    Some(Problem::new(
        "encoding",
        Span::new(at, at + character.len_utf8()),
        message,
    ))
}

fn wide_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16"),
        // Without a mark: a first character from ASCII leaves a zero byte.
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => Some("UTF-16"),
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => Some("UTF-16"),
        _ => None,
    }
}
