//! Options of `scenarios import`.

use clap::{Args, ValueEnum};
use measure::measurement::Unit;

#[derive(Debug, Args)]
pub(crate) struct ImportOptions {
    /// The measurement, or `-` for standard input
    pub(crate) histogram: String,
    /// The scenario file to write the table into; without it, the table is printed
    #[arg(long, value_name = "FILE", requires = "rule")]
    pub(crate) into: Option<String>,
    /// The rule whose delay it becomes, by its name
    #[arg(long, value_name = "NAME", requires = "into")]
    pub(crate) rule: Option<String>,
    /// Lines of the log with this tag, `*` for any part, such as '*/ok/payLink'; may be repeated
    #[arg(long, value_name = "TAG")]
    pub(crate) from: Vec<String>,
    /// The unit of the file's values: text is in ms without it, and our own logs say theirs
    #[arg(long, value_enum)]
    pub(crate) unit: Option<TimeUnit>,
}

/// The unit of a measurement's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TimeUnit {
    /// Nanoseconds
    Ns,
    /// Microseconds
    Us,
    /// Milliseconds
    Ms,
    /// Seconds
    S,
}

impl From<TimeUnit> for Unit {
    fn from(unit: TimeUnit) -> Self {
        match unit {
            TimeUnit::Ns => Self::Nanoseconds,
            TimeUnit::Us => Self::Microseconds,
            TimeUnit::Ms => Self::Milliseconds,
            TimeUnit::S => Self::Seconds,
        }
    }
}
