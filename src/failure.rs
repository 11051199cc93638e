//! Exit codes, and the one place that prints why a command failed.
//!
//! 0 good · 1 internal · 2 usage or bad file · 98 result not to be trusted · 99 an expectation failed.

use std::{io::Write, process::ExitCode};

use measure::{summary::Summary, trust::Stamp, verdict::Verdict};

/// How a command ended well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It did what was asked, and nothing speaks against the result.
    Good,
    /// The result is not to be trusted.
    Untrusted,
    /// An expectation, the audit or a rule's count failed.
    Failed,
}

impl Ending {
    /// How a run ended: what can't be trusted is not judged further. `strict` counts an expectation that could not be
    /// judged as failed; a part of a load judges none, which is the merge's to do.
    pub(crate) fn of(summary: &Summary, strict: bool) -> Self {
        let unjudged = summary.share.is_none()
            && summary
                .expectations
                .iter()
                .any(|judged| judged.verdict == Verdict::NotJudged);
        match (summary.trust.stamp, summary.verdict) {
            (Stamp::Invalid, _) => Self::Untrusted,
            (Stamp::Valid | Stamp::Suspect, Verdict::Failed) => Self::Failed,
            (Stamp::Valid | Stamp::Suspect, Verdict::Met | Verdict::NotJudged) if strict && unjudged => Self::Failed,
            (Stamp::Valid | Stamp::Suspect, Verdict::Met | Verdict::NotJudged) => Self::Good,
        }
    }
}

/// A mistake of the user's: bad arguments, files, addresses. Exits with 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Usage(pub String);

/// Shorthand for a usage error from anything that can be shown.
pub(crate) fn usage(error: impl std::fmt::Display) -> anyhow::Error {
    Usage(error.to_string()).into()
}

/// Prints a failure and says which code the process ends with.
pub(crate) fn exit_code(outcome: anyhow::Result<Ending>) -> ExitCode {
    match outcome {
        Ok(Ending::Good) => ExitCode::SUCCESS,
        Ok(Ending::Untrusted) => ExitCode::from(98),
        Ok(Ending::Failed) => ExitCode::from(99),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let is_usage = error.downcast_ref::<Usage>().is_some();
            // A terminal that is gone must not make a panic of it.
            let _gone = writeln!(std::io::stderr(), "error: {error:#}");
            ExitCode::from(if is_usage { 2 } else { 1 })
        }
    }
}

/// `paydrill … | head` closes the pipe early; that is no failure.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
