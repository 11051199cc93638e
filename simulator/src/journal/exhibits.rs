//! The bytes of both sides of the newest lines. Lines outlast them: bodies weigh far more than lines, and only people
//! ask for them, about what happened a moment ago.

use std::{borrow::Cow, collections::VecDeque};

use bytes::Bytes;

/// Lines whose bytes are kept: at a kilobyte each some twenty megabytes.
pub(super) const KEPT: usize = 20_000;

/// What crossed the wire for one line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exhibits {
    /// What was asked: a merchant's request, or our callback.
    pub(crate) request: Option<Exhibit>,
    /// What was answered.
    pub(crate) answer: Option<Exhibit>,
}

/// A body, shared with whoever sent or read it.
#[derive(Clone, Debug)]
pub(crate) struct Exhibit {
    /// Its media type, as declared.
    pub(crate) content_type: Option<Cow<'static, str>>,
    /// Its bytes.
    pub(crate) body: Bytes,
}

impl Exhibit {
    /// A body of a type that is known.
    pub(crate) fn new(content_type: &'static str, body: Bytes) -> Self {
        Self {
            content_type: Some(Cow::Borrowed(content_type)),
            body,
        }
    }
}

/// The exhibits of the newest lines, oldest first, one for each line.
#[derive(Debug, Default)]
pub(super) struct Shelf(VecDeque<Exhibits>);

impl Shelf {
    /// Adds those of the next line; hands back what had to go, so that it is freed outside a lock.
    pub(super) fn push(&mut self, exhibits: Exhibits) -> Option<Exhibits> {
        let oldest = if self.0.len() >= KEPT { self.0.pop_front() } else { None };
        self.0.push_back(exhibits);
        oldest
    }

    /// Those of line `seq`, where `last` is the newest line; nothing where they are forgotten.
    pub(super) fn find(&self, seq: u64, last: u64) -> Exhibits {
        let back = last.checked_sub(seq).and_then(|back| usize::try_from(back).ok());
        let place = back.and_then(|back| self.0.len().checked_sub(back + 1));
        place.and_then(|place| self.0.get(place)).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_found_by_their_lines() {
        let mut shelf = Shelf::default();
        let numbered = |n: u64| Exhibits {
            request: Some(Exhibit::new("text/plain", Bytes::from(n.to_string()))),
            answer: None,
        };
        let last = KEPT as u64 + 5;
        for n in 1..=last {
            assert_eq!(shelf.push(numbered(n)).is_some(), n > KEPT as u64);
        }
        for (seq, expected) in [(0, None), (5, None), (6, Some(6)), (last, Some(last)), (last + 1, None)] {
            let found = shelf.find(seq, last).request;
            let body = found.map(|exhibit| String::from_utf8_lossy(&exhibit.body).into_owned());
            assert_eq!(body, expected.map(|n: u64| n.to_string()), "line {seq}");
        }
    }
}
