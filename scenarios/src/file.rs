//! The literal file: a tree of spanned scalars, lists and maps. What the keys mean is left to `check`.

use std::sync::Arc;

use crate::problem::Span;

/// A value and where it stands. An alias has the place of what it stands for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// The text of a scalar, never interpreted: `1.30` stays `1.30` and `off` stays `off`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scalar {
    /// Without quotes and escapes, folded where it spans lines.
    pub(crate) text: Arc<str>,
    /// Whether it was written in quotes or as a block, so that empty text is meant.
    pub(crate) quoted: bool,
}

/// A key and its value; keys of one map differ.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: Key,
    pub(crate) value: Node,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    pub(crate) text: Arc<str>,
    pub(crate) span: Span,
}

impl Node {
    /// What it is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.value {
            Value::Scalar(scalar) if scalar.is_missing() => "nothing",
            Value::Scalar(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }

    /// The text of a scalar.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(scalar) => Some(&scalar.text),
            Value::List(_) | Value::Map(_) => None,
        }
    }

    /// Nodes in this tree, keys counted.
    pub(crate) fn size(&self) -> usize {
        match &self.value {
            Value::Scalar(_) => 1,
            Value::List(items) => 1 + items.iter().map(Self::size).sum::<usize>(),
            Value::Map(entries) => 1 + entries.iter().map(|entry| 1 + entry.value.size()).sum::<usize>(),
        }
    }

    /// Nested lists and maps, this one counted.
    pub(crate) fn depth(&self) -> usize {
        match &self.value {
            Value::Scalar(_) => 0,
            Value::List(items) => 1 + items.iter().map(Self::depth).max().unwrap_or(0),
            Value::Map(entries) => 1 + entries.iter().map(|entry| entry.value.depth()).max().unwrap_or(0),
        }
    }

    /// One spelling for all texts that mean the same tree: keys sorted, every scalar quoted, no comments. Keys for which
    /// `left_out` holds at the top are missing.
    pub(crate) fn canonical(&self, left_out: impl Fn(&str) -> bool) -> String {
        let mut out = String::new();
        self.write_canonical(&mut out, &left_out);
        out
    }

    fn write_canonical(&self, out: &mut String, left_out: &dyn Fn(&str) -> bool) {
        match &self.value {
            Value::Scalar(scalar) => {
                out.push_str(&quoted(&scalar.text));
            }
            Value::List(items) => {
                out.push('[');
                for item in items {
                    item.write_canonical(out, &|_| false);
                    out.push(',');
                }
                out.push(']');
            }
            Value::Map(entries) => {
                let mut sorted: Vec<&Entry> = entries.iter().filter(|entry| !left_out(&entry.key.text)).collect();
                sorted.sort_by(|a, b| a.key.text.cmp(&b.key.text));
                out.push('{');
                for entry in sorted {
                    out.push_str(&quoted(&entry.key.text));
                    out.push(':');
                    entry.value.write_canonical(out, &|_| false);
                    out.push(',');
                }
                out.push('}');
            }
        }
    }
}

/// Text as JSON quotes it: a spelling that no later version of anything changes.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

impl Scalar {
    /// Nothing was written: `key:` and the end of the line.
    pub(crate) fn is_missing(&self) -> bool {
        self.text.is_empty() && !self.quoted
    }
}
