//! What `scenarios` does.

use clap::{Args, Subcommand};

use super::{Format, ImportOptions};

#[derive(Debug, Args)]
pub(crate) struct ScenariosOptions {
    #[command(subcommand)]
    pub(crate) action: Option<ScenariosAction>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ScenariosAction {
    /// Names and what each shows
    List {
        /// What is printed on stdout
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// The text of one
    Show {
        /// Its name
        name: String,
    },
    /// A copy of one in this folder, to change, with the schema that editors complete by
    Copy {
        /// Its name
        name: String,
    },
    /// The cases that an amount or a header asks for, where a scenario says `triggers`
    Triggers {
        /// What is printed on stdout
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// A measured latency as the delay of a rule
    #[command(
        after_help = "Examples:\n  paydrill scenarios import latency.hlog --from '*/ok/payLink'\n  \
                            paydrill scenarios import gateway.hlog --unit ns --into my.yaml --rule slow\n  \
                            paydrill scenarios import percentiles.hgrm --unit us\n\n\
                            Reads interval logs of HdrHistogram (V2), the percentiles its tools print (value, percentile,\n\
                            count), and plain lists, one time a line. In the file only the delay changes."
    )]
    Import(ImportOptions),
}
