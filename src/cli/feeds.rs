//! Files that a scenario may want beside itself.

use std::path::PathBuf;

use clap::Args;

/// Files of a load.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Feeds {
    /// Recorded arrivals, one a line, in seconds from the begin; for scenarios whose arrivals say `trace`
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<PathBuf>,
    /// Rows that journeys of one's own take values from: CSV, the first row naming the columns
    #[arg(long, value_name = "FILE")]
    pub(crate) feed: Option<PathBuf>,
}
