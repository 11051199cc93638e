//! Why a run folder does not let its run be repeated, or read at all.

use std::{
    io,
    path::{Path, PathBuf},
};

use scenarios::{Problems, load::TraceError, script::Full};

use super::{FORMAT, RERUN, SCENARIO, TRACE};
/// Why a run cannot be repeated.
#[derive(Debug, thiserror::Error)]
pub enum RecordedError {
    /// A file of the folder cannot be read or written.
    #[error("`{}`: {error}{}", .path.display(), hint(.path))]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A file of the folder is not what it should be.
    #[error("`{}`, line {line}: {why}", .path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// The scenario of the folder is none.
    #[error("{0}")]
    Scenario(Problems),
    /// Written by a newer paydrill.
    #[error("`rerun.json` has format {found}, this paydrill reads up to {FORMAT}: use a newer one")]
    Newer {
        /// Its format.
        found: u32,
    },
    /// The journal speaks of a rule that the scenario does not have.
    #[error(
        "line {line} of the journal was decided by `{rule}`, which is no rule of the folder's scenario: somebody put it in force by hand during the run, and such a run cannot be repeated"
    )]
    Meddled {
        /// The line.
        line: usize,
        /// The rule.
        rule: String,
    },
    /// The load was paused, or its rate changed.
    #[error(
        "somebody steered the load during the run ({}): its orders met other moments than the scenario has, and such a run cannot be repeated", .0.join(", ")
    )]
    Steered(Vec<String>),
    /// A crowd of users.
    #[error(
        "a crowd of `users` comes whenever it is done, so its orders meet another moment each time: a run of arrivals can be repeated"
    )]
    Crowd,
    /// The recorded arrivals of the folder are none.
    #[error("`{TRACE}`: {0}")]
    Trace(#[from] TraceError),
    /// Too long a run.
    #[error(transparent)]
    Full(#[from] Full),
}

fn hint(path: &Path) -> &'static str {
    match path.file_name().and_then(|name| name.to_str()) {
        Some(SCENARIO | RERUN | TRACE) => "; a folder of `paydrill run` has it",
        Some(_) | None => "",
    }
}
