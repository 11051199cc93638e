//! `paydrill rehearse FILE`: what would happen, in virtual time.

use std::{io::Write, sync::Arc};

use loadgen::rehearse::{Rehearsal, rehearse};
use measure::summary::Look;

use crate::{
    cli::{Format, RehearseOptions},
    failure::{Ending, usage},
    scenario, view,
};

pub(crate) fn run(options: &RehearseOptions) -> anyhow::Result<Ending> {
    let loaded = scenario::load(&options.scenario, &options.common)?.fed(&options.feeds)?;
    let rehearsal = Rehearsal {
        prefix: options
            .prefix
            .clone()
            .unwrap_or_else(|| scenario::prefix(&loaded.scenario)),
        scenario: Arc::clone(&loaded.scenario),
        length: options.common.length,
        orders: options.orders,
    };
    let rehearsed = rehearse(&rehearsal).map_err(usage)?;
    let mut out = std::io::stdout();
    match options.print.format {
        Format::Text => {
            let look = Look {
                width: view::width(),
                colour: view::colour(options.print.color),
                ascii: options.print.ascii,
            };
            write!(out, "{}", rehearsed.render(look))?;
        }
        Format::Json => writeln!(out, "{}", serde_json::to_string(&rehearsed)?)?,
    }
    Ok(Ending::of(&rehearsed.summary, options.strict))
}
