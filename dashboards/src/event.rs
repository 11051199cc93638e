//! Everything the dashboard reacts to, one closed set. Where events come from is `source`'s.

use std::sync::Arc;

use measure::snapshot::Snapshot;

/// Something the dashboard reacts to.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A key went down.
    Key(Key),
    /// The terminal has another size.
    Resize,
    /// A newer picture of the run.
    Snapshot(Arc<Snapshot>),
    /// Nothing happened for a while.
    Tick,
    /// Nobody will send pictures any more.
    Stop,
}

/// A key, as far as the dashboard tells keys apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A printable key without Control or Alt.
    Char(char),
    /// Control and a letter, in lower case.
    Control(char),
    /// Escape.
    Escape,
    /// Any other.
    Other,
}
