//! What happened, one line each: requests that failed, and events.

use serde::{Deserialize, Serialize};

use crate::sample::Class;

/// How many failed requests a snapshot keeps.
pub const FAILURES_KEPT: usize = 200;

/// How many events a snapshot keeps.
pub const EVENTS_KEPT: usize = 200;

/// A request that failed. Where very many fail in a second, only some of them are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Rises with each failed request, kept or not, from 1.
    pub seq: u64,
    /// When it ended, microseconds since the first arrival.
    pub at_us: u64,
    /// The operation's word.
    pub operation: String,
    /// The phase of its intended start, as an index into the plan's phases; one more than the last behind them.
    pub phase: u16,
    /// How it ended.
    pub class: Class,
    /// Whether the scenario could have caused it.
    pub expected: bool,
    /// The merchant's order number.
    pub order: String,
    /// From the intended start, microseconds.
    pub response_us: u64,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventLine {
    /// Rises by one with each, from 1.
    pub seq: u64,
    /// When, microseconds since the first arrival.
    pub at_us: u64,
    /// What kind of thing.
    pub kind: EventKind,
    /// In words.
    pub text: String,
}

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// The run came to another stage.
    Stage,
    /// A phase began.
    Phase,
    /// Somebody did something by hand.
    Hand,
    /// Somebody set a mark.
    Mark,
    /// An expectation is judged, or judged otherwise.
    Expectation,
    /// The numbers are to be trusted more or less than before.
    Trust,
}

impl EventKind {
    /// Its word on a screen and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Stage => "stage",
            Self::Phase => "phase",
            Self::Hand => "hand",
            Self::Mark => "mark",
            Self::Expectation => "expectation",
            Self::Trust => "trust",
        }
    }
}
