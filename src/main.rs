//! The one binary: parse, run, exit code. Each command is a file of its own; the work is done in the rooms below.

#![expect(
    clippy::disallowed_methods,
    reason = "the environment is read in this crate, and nowhere below"
)]
#![expect(clippy::print_stderr, reason = "a command line says on stderr why it failed")]

mod capacity;
mod check;
mod cli;
mod coach;
mod compare;
mod completions;
mod drive;
mod explain;
mod export;
mod failure;
mod folder;
mod gateway;
mod import;
mod limits;
mod load;
mod look;
mod merge;
mod rehearse;
mod report;
mod rerun;
mod run;
mod scenario;
mod scenarios;
mod schema;
mod serve;
mod settings;
mod shrink;
mod sign;
mod signals;
mod signing;
mod story;
mod verify;
mod view;
mod watch;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};

/// A request allocates a few dozen times, and this allocator needs about half as long for it as the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    limits::raise_open_files();
    let outcome = match &cli.command {
        Command::Run(options) => run::run(options),
        Command::Serve(options) => serve::run(options),
        Command::Load(options) => load::run(options),
        Command::Watch(options) => watch::run(options),
        Command::Capacity(options) => capacity::run(options),
        Command::Merge(options) => merge::run(options),
        Command::Check(options) => check::run(options),
        Command::Explain(options) => explain::run(options),
        Command::Rehearse(options) => rehearse::run(options),
        Command::Scenarios(options) => scenarios::run(options),
        Command::Schema(options) => schema::run(options),
        Command::Rerun(options) => rerun::run(options),
        Command::Report(options) => report::run(options),
        Command::Compare(options) => compare::run(options),
        Command::Sign(options) => sign::run(options),
        Command::Verify(options) => verify::run(options),
        Command::Completions(options) => completions::run(options),
    };
    failure::exit_code(outcome)
}
