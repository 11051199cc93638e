//! Options of a load in several processes, and of putting their results together.

use std::path::PathBuf;

use clap::Args;
use scenarios::load::Segment;

use super::Printing;

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct SegmentOptions {
    /// Make every N-th arrival only, and leave the others to other processes, such as 2/3
    #[arg(long, value_name = "I/N", requires = "start_at")]
    pub(crate) segment: Option<Segment>,
    /// When the first arrival is due, for all segments alike, such as 2026-01-31T18:30:00Z
    #[arg(long, value_name = "TIME")]
    pub(crate) start_at: Option<jiff::Timestamp>,
}

#[derive(Debug, Args)]
pub(crate) struct MergeOptions {
    /// The run folders of all segments of one load
    #[arg(required = true, value_name = "RUN")]
    pub(crate) runs: Vec<PathBuf>,
    /// Where the merged run folder goes; by default below paydrill-runs, named by the time
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) print: Printing,
    /// A JUnit report beside the one in the run folder
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// An expectation that could not be judged fails too
    #[arg(long)]
    pub(crate) strict: bool,
}
