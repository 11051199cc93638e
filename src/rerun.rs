//! `paydrill rerun RUN`: the same run again, every decision forced, and whether each order met the same fate.

use std::{io::Write, path::Path, sync::Arc};

use loadgen::recorded::{RecordedRun, fates};

use crate::{
    cli::{Common, Format, RerunOptions, RunOptions},
    failure::{Ending, usage},
    run::{self, Again},
    scenario::Loaded,
    shrink,
};

/// Orders that are told of.
const SHOWN: usize = 20;

pub(crate) fn run(options: &RerunOptions) -> anyhow::Result<Ending> {
    if options.shrink {
        return shrink::run(options);
    }
    let mut recorded = RecordedRun::read(&options.run).map_err(usage)?;
    let again = Again {
        script: Arc::new(std::mem::take(&mut recorded.script)),
        repeats: std::mem::take(&mut recorded.repeats),
    };
    let loaded = Loaded {
        scenario: Arc::new(recorded.scenario.clone()),
        text: recorded.text.clone(),
        trace: recorded.trace.clone(),
        feed: None,
    };
    let mut drive = options.drive.clone();
    drive.prefix = Some(recorded.played.prefix.clone());
    drive.users = recorded.played.users;
    let as_then = RunOptions {
        scenario: String::new(),
        common: Common {
            seed: Some(recorded.played.seed),
            length: recorded.played.length(),
            config: options.config.clone(),
        },
        drive,
    };
    let (_, folder) = run::play(&as_then, &loaded, Some(again))?;
    compare(&recorded, &folder, options.drive.print.format)
}

fn compare(recorded: &RecordedRun, folder: &Path, format: Format) -> anyhow::Result<Ending> {
    let now = fates(&folder.join("orders.jsonl")).map_err(usage)?;
    let differences = recorded.differences(&now);
    let orders = recorded.fates.len();
    let mut out = std::io::stdout();
    match format {
        Format::Text => {
            let same = orders.saturating_sub(differences.len());
            writeln!(out, "rerun       {same} of {orders} orders met the same fate")?;
            for difference in differences.iter().take(SHOWN) {
                writeln!(out, "            {difference}")?;
            }
            if differences.len() > SHOWN {
                writeln!(out, "            and {} more", differences.len() - SHOWN)?;
            }
        }
        Format::Json => {
            let told = serde_json::json!({"rerun": {"orders": orders, "differences": differences}});
            writeln!(out, "{told}")?;
        }
    }
    Ok(if differences.is_empty() {
        Ending::Good
    } else {
        Ending::Failed
    })
}
