//! Whether a result can be trusted: VALID, SUSPECT or INVALID, always with reasons.

use serde::{Deserialize, Serialize};

/// The stamp on every result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Stamp {
    /// Nothing speaks against the numbers.
    #[default]
    Valid,
    /// Something may have bent them.
    Suspect,
    /// They do not mean what they say.
    Invalid,
}

/// A stamp and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trust {
    /// The stamp.
    pub stamp: Stamp,
    /// One sentence each; empty when valid.
    pub reasons: Vec<String>,
}
