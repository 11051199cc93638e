//! `paydrill completions SHELL`

use std::io;

use clap::CommandFactory;

use crate::{
    cli::{Cli, CompletionsOptions},
    failure::Ending,
};

pub(crate) fn run(options: &CompletionsOptions) -> anyhow::Result<Ending> {
    clap_complete::generate(options.shell, &mut Cli::command(), "paydrill", &mut io::stdout());
    Ok(Ending::Good)
}
