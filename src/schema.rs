//! `paydrill schema`

use std::io::Write;

use crate::failure::Ending;

pub(crate) fn run() -> anyhow::Result<Ending> {
    let text = serde_json::to_string_pretty(&scenarios::schema())?;
    writeln!(std::io::stdout(), "{text}")?;
    Ok(Ending::Good)
}
