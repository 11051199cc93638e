//! `paydrill report RUN`

use std::{fs, io::Write, path::Path, sync::Arc};

use anyhow::Context;
use measure::{
    snapshot::{RunPlan, SecondFigures},
    summary::Summary,
};

use crate::{
    cli::ReportOptions,
    failure::{Ending, usage},
};

/// `seconds.json`: what the page draws beside the summary.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct Seconds {
    pub(crate) plan: RunPlan,
    pub(crate) seconds: Vec<Arc<SecondFigures>>,
}

pub(crate) fn run(options: &ReportOptions) -> anyhow::Result<Ending> {
    let read = |name: &str| read(&options.run, name);
    let summary = Summary::from_json(&read("summary.json")?)
        .map_err(|error| usage(format!("`{}`: {error}", options.run.join("summary.json").display())))?;
    let Seconds { plan, seconds } = serde_json::from_str(&read("seconds.json")?)
        .map_err(|error| usage(format!("`{}`: {error}", options.run.join("seconds.json").display())))?;
    let path = options.run.join("report.html");
    fs::write(&path, dashboards::html(&summary, &seconds, &plan)).with_context(|| format!("`{}`", path.display()))?;
    writeln!(std::io::stdout(), "{}", path.display())?;
    Ok(Ending::Good)
}

/// A file of a run folder that every run folder has.
pub(crate) fn read(folder: &Path, name: &str) -> anyhow::Result<String> {
    let path = folder.join(name);
    fs::read_to_string(&path).map_err(|error| usage(format!("`{}`: {error}; is it a run folder?", path.display())))
}
