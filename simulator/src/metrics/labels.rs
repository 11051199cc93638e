//! Labels, in the words of the journal. What a user names (phases, rules) is shared text, so that naming it again
//! allocates nothing; everything else is a word of the program's own.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};

/// Distinct names of phases and rules that labels may bear. A scenario has a few dozen; a gateway that is given other
/// scenarios and faults for weeks must not grow with them.
pub(super) const NAMES_MAX: usize = 2_000;
/// The label of whatever is named beyond that.
pub(super) const OTHER: &str = "other";

/// Labels of an exchange.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct ExchangeLabels {
    /// The phase in force when it was decided.
    pub(crate) phase: Arc<str>,
    /// The operation's word, or `unknown`.
    pub(crate) operation: &'static str,
    /// The HTTP status, or 0.
    pub(crate) status: u16,
    /// How it ended.
    pub(crate) outcome: &'static str,
}

/// Labels of an exchange's times.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct OperationLabels {
    /// The phase in force when it was decided.
    pub(crate) phase: Arc<str>,
    /// The operation's word, or `unknown`.
    pub(crate) operation: &'static str,
}

/// Labels of an injected fault.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct FaultLabels {
    /// The phase in force when it was decided.
    pub(crate) phase: Arc<str>,
    /// The operation's word, or `unknown`.
    pub(crate) operation: &'static str,
    /// Where it acts.
    pub(crate) axis: &'static str,
    /// What happens there, in the word of scenario files.
    pub(crate) kind: &'static str,
}

/// Labels of a callback's line.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct CallbackLabels {
    /// The phase in force when it was decided.
    pub(crate) phase: Arc<str>,
    /// How it ended.
    pub(crate) outcome: &'static str,
}

/// Labels of what is told apart by phase only.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct PhaseLabels {
    /// The phase in force when it was decided.
    pub(crate) phase: Arc<str>,
}

/// Labels of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct RuleLabels {
    /// The rule's label.
    pub(crate) rule: Arc<str>,
    /// The phase in force when it hit.
    pub(crate) phase: Arc<str>,
    /// What it acts on: an operation's word, `callback`, or `any`.
    pub(crate) on: &'static str,
}

/// Labels of a call that no worker serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct OverloadLabels {
    /// How it came to that.
    pub(crate) kind: Overloads,
}

/// How calls come to be served by nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Overloads {
    /// The queue was full.
    QueueFull,
    /// Their turn would have come too late.
    QueueTimeout,
    /// It came to that in the run that this one repeats.
    Repeated,
}

impl EncodeLabelValue for Overloads {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), fmt::Error> {
        match self {
            Self::QueueFull => "queue_full",
            Self::QueueTimeout => "queue_timeout",
            Self::Repeated => "repeated",
        }
        .encode(encoder)
    }
}

/// Every name in use, so that each is kept once and there are never more than [`NAMES_MAX`].
#[derive(Debug, Default)]
pub(super) struct Names(Mutex<BTreeSet<Arc<str>>>);

impl Names {
    /// The shared text of a name.
    pub(super) fn shared(&self, name: &str) -> Arc<str> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = known.get(name) {
            return Arc::clone(shared);
        }
        let shared: Arc<str> = Arc::from(if known.len() < NAMES_MAX { name } else { OTHER });
        known.insert(Arc::clone(&shared));
        shared
    }
}
