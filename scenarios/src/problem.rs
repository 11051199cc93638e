//! A user's mistake as data, and every mistake of one file together. How they are shown to people is `render`'s.

mod render;

use std::{error::Error, fmt, sync::Arc};

use serde::{Serialize, Serializer, ser::SerializeSeq};

/// A stretch of the file, in bytes; empty where something is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// From `start` to before `end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self {
            start,
            end: end.max(start),
        }
    }
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The file says nothing that could be played.
    Error,
    /// The file is played, but perhaps not as its writer thinks.
    Note,
}

impl Severity {
    /// The word in messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Note => "note",
        }
    }
}

/// One mistake: what is wrong, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// A stable word for programs, such as `unknown_key`.
    pub code: &'static str,
    /// What is wrong, in one line.
    pub message: String,
    /// Where.
    pub span: Span,
    /// Short words beside the marked text; may be empty.
    pub label: &'static str,
    /// What to do.
    pub help: Option<Box<str>>,
    /// Other places that matter, such as the first of two equal keys.
    pub related: Vec<(Span, String)>,
}

impl Problem {
    /// A mistake at a place.
    pub fn new(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            message: message.into(),
            span,
            label: "",
            help: None,
            related: Vec::new(),
        }
    }

    /// Something to know about a file that is played.
    pub fn note(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Note,
            ..Self::new(code, span, message)
        }
    }

    /// The same with words beside the marked text.
    #[must_use]
    pub fn label(mut self, label: &'static str) -> Self {
        self.label = label;
        self
    }

    /// The same with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into().into());
        self
    }

    /// The same with advice, if there is any.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.map(Into::into);
        self
    }

    /// The same with another place that matters.
    #[must_use]
    pub fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push((span, label.into()));
        self
    }
}

/// Every mistake of one file, in the order of the file; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    /// The file's name as the user gave it.
    pub name: String,
    /// Its text, as far as it was read.
    pub source: Arc<str>,
    /// The mistakes, at most [`Problems::MOST`] of them.
    pub list: Vec<Problem>,
    /// How many more there were.
    pub more: usize,
}

impl Problems {
    /// More mistakes than this are counted, not listed: nobody reads them.
    pub const MOST: usize = 100;

    /// Sorts and bounds the mistakes of a file.
    pub(crate) fn new(name: &str, source: &str, mut list: Vec<Problem>) -> Self {
        list.sort_by_key(|problem| (problem.span.start, problem.span.end));
        let more = list.len().saturating_sub(Self::MOST);
        list.truncate(Self::MOST);
        Self {
            name: name.to_owned(),
            source: source.into(),
            list,
            more,
        }
    }

    /// The rustc-like text of all of them, with a last line that counts them. Control characters of the file are shown
    /// as `\u{fffd}`, so a hostile file cannot speak to the terminal.
    pub fn render(&self, colour: bool) -> String {
        render::render(self, colour)
    }

    /// How many mistakes there are, also those that are not listed.
    pub fn total(&self) -> usize {
        self.list.len() + self.more
    }

    /// The place of a byte.
    pub fn place(&self, offset: usize) -> Place {
        Place::of(&self.source, offset)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.render(false))
    }
}

impl Error for Problems {}

/// The form for programs: a list of `{severity, code, message, file, line, column, end_line, end_column, help}`. Lines and columns
/// count from 1, columns in characters, the end is one past the last character.
impl Serialize for Problems {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.list.len()))?;
        for problem in &self.list {
            let (start, end) = (self.place(problem.span.start), self.place(problem.span.end));
            list.serialize_element(&Row {
                severity: problem.severity.word(),
                code: problem.code,
                message: &problem.message,
                file: &self.name,
                line: start.line,
                column: start.column,
                end_line: end.line,
                end_column: end.column,
                help: problem.help.as_deref(),
            })?;
        }
        list.end()
    }
}

#[derive(Serialize)]
struct Row<'a> {
    severity: &'static str,
    code: &'static str,
    message: &'a str,
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    help: Option<&'a str>,
}

/// A place in a text as people count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// The first byte of the line.
    pub line_start: usize,
}

impl Place {
    /// Counts lines as YAML does: `\n`, `\r\n` and a lone `\r` end one.
    fn of(text: &str, offset: usize) -> Self {
        let offset = text.floor_char_boundary(offset.min(text.len()));
        let bytes = text.as_bytes();
        let (mut line, mut line_start) = (1, 0);
        for (at, byte) in bytes[..offset].iter().enumerate() {
            let ends_line = *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
            if ends_line {
                line += 1;
                line_start = at + 1;
            }
        }
        Self {
            line,
            column: 1 + text[line_start..offset].chars().count(),
            line_start,
        }
    }
}
