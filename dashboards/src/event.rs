//! Everything the dashboard reacts to, one closed set. Where events come from is `source`'s.

use std::sync::Arc;

use measure::snapshot::Snapshot;

use crate::story::Story;

/// Something the dashboard reacts to.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A key went down.
    Key(Key),
    /// The terminal has another size.
    Resize,
    /// A newer picture of the run.
    Snapshot(Arc<Snapshot>),
    /// What was asked for of an order, or why there is nothing.
    Story(Result<Story, String>),
    /// A remark for the user: what became of something asked for.
    Remark(String),
    /// Nothing happened for a while.
    Tick,
    /// Nobody will send pictures any more.
    Stop,
}

/// A key, as far as the dashboard tells keys apart. How each is spelt is `spelling`'s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// A printable key without Control or Alt.
    Char(char),
    /// Control and a letter, in lower case.
    Control(char),
    /// A function key, from 1.
    Function(u8),
    /// A key with a name of its own.
    Named(Named),
    /// Shift and such a key.
    Shift(Named),
    /// Any other.
    Other,
}

impl Key {
    /// Escape, which every screen needs.
    pub const ESCAPE: Self = Self::Named(Named::Escape);
}

/// A key with a name of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    /// Escape.
    Escape,
    /// Enter.
    Enter,
    /// Tab; with Shift it goes back.
    Tab,
    /// The key that deletes to the left.
    Backspace,
    /// The key that deletes to the right.
    Delete,
    /// The insert key.
    Insert,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the begin.
    Home,
    /// To the end.
    End,
}
