//! `paydrill explain FILE`

use std::io::Write;

use crate::{cli::ExplainOptions, failure::Ending, scenario};

pub(crate) fn run(options: &ExplainOptions) -> anyhow::Result<Ending> {
    let loaded = scenario::load(&options.scenario, &options.common)?;
    let timeline = scenarios::Timeline::new(&loaded.scenario, options.common.length);
    write!(
        std::io::stdout(),
        "{}",
        scenarios::explain::explain(&loaded.scenario, &timeline)
    )?;
    Ok(Ending::Good)
}
