//! Options of what is played without a run, or after it.

use std::path::PathBuf;

use clap::Args;

use super::{Common, Drive, Feeds, Printing, prefix};

#[derive(Debug, Args)]
pub(crate) struct RehearseOptions {
    /// A scenario file, or the name of a shipped scenario
    #[arg(default_value = scenarios::library::DEFAULT)]
    pub(crate) scenario: String,
    /// How many orders arrive; without it as many as the scenario's load says
    #[arg(long, value_name = "N")]
    pub(crate) orders: Option<u64>,
    /// What order numbers start with; a run of the same prefix gives its orders the same fates
    #[arg(long, value_name = "TEXT", value_parser = prefix)]
    pub(crate) prefix: Option<String>,
    #[command(flatten)]
    pub(crate) print: Printing,
    /// An expectation that could not be judged fails too
    #[arg(long)]
    pub(crate) strict: bool,
    #[command(flatten)]
    pub(crate) feeds: Feeds,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct RerunOptions {
    /// The run folder
    pub(crate) run: PathBuf,
    /// Cut its scenario to the smallest that still fails the same expectation
    #[arg(long)]
    pub(crate) shrink: bool,
    /// With --shrink: which expectation; without it the first that failed
    #[arg(long, value_name = "SENTENCE", requires = "shrink")]
    pub(crate) expect: Option<String>,
    /// With --shrink: where the small scenario goes (default shrunk.yaml in the run folder)
    #[arg(long, value_name = "FILE", requires = "shrink")]
    pub(crate) to: Option<PathBuf>,
    /// Settings, as TOML; PAYDRILL_… variables and flags come on top
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) drive: Drive,
}
