//! Puts the parser's events together to a tree and counts what they cost.

use std::{collections::BTreeMap, sync::Arc};

use super::{ALIAS_LIMIT, DEPTH_LIMIT, NODE_LIMIT, depth_passed};
use crate::{
    file::{Entry, Key, Node, Scalar, Value},
    problem::{Problem, Span},
};

/// A tree under construction.
#[derive(Default)]
pub(super) struct Builder {
    /// The finished tree.
    pub(super) root: Option<Node>,
    /// Mistakes that did not stop the reading.
    pub(super) problems: Vec<Problem>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Node>,
    documents: usize,
    nodes: usize,
    /// Keys and values that are kept for aliases to come. Anchors inside each other keep the same ones again.
    anchored: usize,
    aliases: usize,
}

/// Which collection starts.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    List,
    Map,
}

/// A collection that has not ended.
struct Open {
    anchor: usize,
    start: Span,
    /// In brackets or braces. Others have no end of their own: they end with their last value.
    flow: bool,
    holds: Holds,
}

enum Holds {
    List(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        seen: BTreeMap<Arc<str>, Span>,
        next: Next,
    },
}

/// What a map expects next.
enum Next {
    Key,
    Value(Key),
    /// The value of a key that was refused.
    Nothing,
}

impl Builder {
    /// A document starts.
    pub(super) fn document(&mut self, span: Span) -> Result<(), Problem> {
        self.documents += 1;
        if self.documents == 1 {
            return Ok(());
        }
        let problem = Problem::new(
            "limit",
            span,
            "a second document starts here; a scenario file holds one document",
        );
        Err(problem.help("leave out `---`, or keep one scenario a file"))
    }

    /// A scalar.
    pub(super) fn scalar(&mut self, text: Arc<str>, quoted: bool, anchor: usize, span: Span) -> Result<(), Problem> {
        self.count(1, span)?;
        let value = Value::Scalar(Scalar { text, quoted });
        self.finish(Node { span, value }, anchor)
    }

    /// A list or a map starts; `flow` where it stands in brackets or braces.
    pub(super) fn open(&mut self, shape: Shape, flow: bool, anchor: usize, span: Span) -> Result<(), Problem> {
        self.count(1, span)?;
        if self.open.len() >= DEPTH_LIMIT {
            return Err(depth_passed(Span::new(span.start, span.start)));
        }
        let holds = match shape {
            Shape::List => Holds::List(Vec::new()),
            Shape::Map => Holds::Map {
                entries: Vec::new(),
                seen: BTreeMap::new(),
                next: Next::Key,
            },
        };
        let start = span;
        self.open.push(Open {
            anchor,
            start,
            flow,
            holds,
        });
        Ok(())
    }

    /// The innermost list or map ends.
    pub(super) fn close(&mut self, end: Span) -> Result<(), Problem> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let (value, last) = match open.holds {
            Holds::List(items) => {
                let last = items.last().map(|item| item.span.end);
                (Value::List(items), last)
            }
            Holds::Map { entries, .. } => {
                let last = entries.last().map(|entry| entry.value.span.end.max(entry.key.span.end));
                (Value::Map(entries), last)
            }
        };
        // An alias ends where its anchor stands, which is before this.
        let last = last.unwrap_or(open.start.end).max(open.start.end);
        let end = if open.flow { end.end.max(last) } else { last };
        let span = Span::new(open.start.start, end);
        self.finish(Node { span, value }, open.anchor)
    }

    /// The problem of a text that stops making sense, with the bracket that may want closing.
    pub(super) fn with_open_bracket(&self, problem: Problem) -> Problem {
        let innermost = self.open.iter().rev().find(|open| open.flow);
        match innermost.filter(|_| problem.code == "syntax" && problem.help.is_none()) {
            Some(open) => {
                let at = Span::new(open.start.start, open.start.start + 1);
                problem.related(at, "opened here and not closed before")
            }
            None => problem,
        }
    }

    /// What an anchor stands for, once more.
    pub(super) fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Problem> {
        self.aliases += 1;
        if self.aliases > ALIAS_LIMIT {
            return Err(Problem::new(
                "limit",
                span,
                format!("the file passes the limit of {ALIAS_LIMIT} aliases"),
            ));
        }
        let Some(node) = self.anchors.get(&anchor) else {
            return Err(Problem::new(
                "syntax",
                span,
                "this alias stands for something that holds the alias itself",
            ));
        };
        let (size, depth) = (node.size(), node.depth());
        if self.open.len() + depth > DEPTH_LIMIT {
            return Err(depth_passed(span));
        }
        let node = node.clone();
        self.count(size, span)?;
        self.put(node);
        Ok(())
    }

    /// A node is whole: it is kept under its anchor, if it has one, and goes where it belongs.
    fn finish(&mut self, node: Node, anchor: usize) -> Result<(), Problem> {
        if anchor != 0 {
            self.anchored += node.size();
            if self.anchored > NODE_LIMIT {
                let message = format!("what stands behind anchors passes the limit of {NODE_LIMIT} keys and values");
                return Err(Problem::new("limit", node.span, message));
            }
            self.anchors.insert(anchor, node.clone());
        }
        self.put(node);
        Ok(())
    }

    fn count(&mut self, nodes: usize, span: Span) -> Result<(), Problem> {
        self.nodes += nodes;
        if self.nodes > NODE_LIMIT {
            let message = format!("the file passes the limit of {NODE_LIMIT} keys and values, aliases written out");
            return Err(Problem::new("limit", span, message));
        }
        Ok(())
    }

    /// Gives a finished node to what holds it.
    fn put(&mut self, node: Node) {
        let Some(Open { holds, .. }) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        match holds {
            Holds::List(items) => items.push(node),
            Holds::Map {
                entries, seen, next, ..
            } => match std::mem::replace(next, Next::Key) {
                Next::Key => *next = key(&node, seen, &mut self.problems),
                Next::Value(key) => entries.push(Entry { key, value: node }),
                Next::Nothing => {}
            },
        }
    }
}

/// The key of a map, unless it is one that maps must not have.
fn key(node: &Node, seen: &mut BTreeMap<Arc<str>, Span>, problems: &mut Vec<Problem>) -> Next {
    let Value::Scalar(scalar) = &node.value else {
        problems.push(Problem::new(
            "unknown_key",
            node.span,
            format!("a key must be a word, this is {}", node.kind()),
        ));
        return Next::Nothing;
    };
    if &*scalar.text == "<<" && !scalar.quoted {
        let problem = Problem::new("merge", node.span, "merging with `<<` is not part of scenario files");
        problems.push(problem.help("write the keys out, or use an alias for the whole value"));
        return Next::Nothing;
    }
    if let Some(first) = seen.get(&scalar.text) {
        let message = format!("the key `{}` stands here twice", crate::check::shown(&scalar.text));
        problems.push(
            Problem::new("duplicate_key", node.span, message)
                .label("again here")
                .related(*first, "first here"),
        );
        return Next::Nothing;
    }
    seen.insert(Arc::clone(&scalar.text), node.span);
    Next::Value(Key {
        text: Arc::clone(&scalar.text),
        span: node.span,
    })
}
