//! What a part of a load leaves in its run folder beside what every run leaves, so that parts can be merged.
//!
//! | file | owns |
//! |---|---|
//! | `scenario.yaml` | the scenario as it was read, of `recorded` |
//! | `segment.json` | which part it is of what, and its counts that no other file has |
//! | `measured.jsonl` | every interval of its recorder |

use std::{
    fs::{self, File},
    io::BufWriter,
    path::Path,
};

use measure::{intervals::IntervalWriter, snapshot::RunPlan};
use serde::{Deserialize, Serialize};

use crate::LoadError;

/// The version of both files; the merge refuses a larger one.
pub(crate) const FORMAT: u32 = 1;

/// The record's name in the run folder.
pub(crate) const RECORD: &str = "segment.json";

/// The intervals' name in the run folder.
pub(crate) const MEASURED: &str = "measured.jsonl";

/// `segment.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    /// [`FORMAT`].
    pub(crate) format: u32,
    /// The version of paydrill that wrote it.
    pub(crate) version: String,
    /// Such as `2/3`.
    pub(crate) segment: String,
    /// The load's first arrival, microseconds since the Unix epoch.
    pub(crate) start_us: u64,
    /// What order numbers start with.
    pub(crate) prefix: String,
    /// Arrivals of the whole load, as planned; a crowd's are as many as come.
    pub(crate) planned: Option<u64>,
    /// Arrivals due in this part, by phase.
    pub(crate) offered: Vec<u64>,
    /// Of these dropped, by phase.
    pub(crate) dropped: Vec<u64>,
    /// When the part ended, microseconds since the load's first arrival.
    pub(crate) ended_us: u64,
    /// Whether every coin's postings summed to zero, by the gateway's last status.
    pub(crate) books_balance: Option<bool>,
    /// Phases by the index of samples, with what comes after the last.
    pub(crate) phase_names: Vec<String>,
    /// The part's plan.
    pub(crate) plan: RunPlan,
}

/// Starts `measured.jsonl`.
pub(crate) fn measured(out: &Path) -> Result<IntervalWriter<BufWriter<File>>, LoadError> {
    let path = out.join(MEASURED);
    match File::create(&path) {
        Ok(file) => Ok(IntervalWriter::new(BufWriter::new(file))),
        Err(error) => Err(LoadError::File { path, error }),
    }
}

/// Writes `segment.json`.
pub(crate) fn record(out: &Path, record: &Record) -> Result<(), LoadError> {
    let path = out.join(RECORD);
    let json = serde_json::to_vec_pretty(record).expect("only strings are keys, so a record always has JSON");
    fs::write(&path, json).map_err(|error| LoadError::File { path, error })
}
