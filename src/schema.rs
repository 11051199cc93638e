//! `paydrill schema`

use std::io::Write;

use crate::{
    cli::{Described, SchemaOptions},
    failure::Ending,
};

pub(crate) fn run(options: &SchemaOptions) -> anyhow::Result<Ending> {
    let schema = match options.of {
        Described::Scenario => scenarios::schema(),
        Described::Admin => simulator::admin_document(),
        Described::Merchant => simulator::merchant_document(),
    };
    let text = serde_json::to_string_pretty(&schema)?;
    writeln!(std::io::stdout(), "{text}")?;
    Ok(Ending::Good)
}
