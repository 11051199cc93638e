//! Verdicts on expectations.

use serde::{Deserialize, Serialize};

/// An expectation, judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// The expectation as the user wrote it.
    pub text: String,
    /// The figure it was compared with, with its unit; a dash where there is none.
    pub observed: String,
    /// How it came out.
    pub verdict: Verdict,
}

/// How an expectation came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It holds.
    Met,
    /// It does not.
    Failed,
    /// There was nothing to judge, or not yet.
    NotJudged,
}
