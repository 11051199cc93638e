//! `paydrill report RUN`: the page of a run folder, made from what the folder holds.

use std::{
    fs,
    io::{self, Write},
    path::{Component, Path},
    sync::Arc,
};

use anyhow::Context;
use dashboards::{Histograms, Language};
use loadgen::{recorded, stories};
use measure::{
    runlog,
    snapshot::{RunPlan, SecondFigures},
    summary::Summary,
};

use crate::{
    cli::{Lang, ReportOptions},
    failure::{Ending, usage},
    look,
};

const PAGE: &str = "report.html";

/// `seconds.json`: what the page draws beside the summary.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct Seconds {
    pub(crate) plan: RunPlan,
    pub(crate) seconds: Vec<Arc<SecondFigures>>,
}

pub(crate) fn run(options: &ReportOptions) -> anyhow::Result<Ending> {
    let language = match options.lang {
        Some(Lang::En) => Language::English,
        Some(Lang::Zh) => Language::Chinese,
        None => look::language(),
    };
    write(&options.run, language)?;
    writeln!(io::stdout(), "{}", options.run.join(PAGE).display())?;
    Ok(Ending::Good)
}

/// Writes the page of a run folder into it.
pub(crate) fn write(folder: &Path, language: Language) -> anyhow::Result<()> {
    let summary = Summary::from_json(&read(folder, "summary.json")?)
        .map_err(|error| usage(format!("`{}`: {error}", folder.join("summary.json").display())))?;
    let Seconds { plan, seconds } = serde_json::from_str(&read(folder, "seconds.json")?)
        .map_err(|error| usage(format!("`{}`: {error}", folder.join("seconds.json").display())))?;
    let run = dashboards::Run {
        histograms: histograms(folder, &summary)?,
        failures: stories::read(folder, &summary, &plan).map_err(usage)?,
        folder: kept(folder)?,
        summary,
        plan,
        seconds,
        language,
    };
    let path = folder.join(PAGE);
    fs::write(&path, dashboards::html(&run)).with_context(|| format!("`{}`", path.display()))
}

/// A file of a run folder that every run folder has.
pub(crate) fn read(folder: &Path, name: &str) -> anyhow::Result<String> {
    let path = folder.join(name);
    fs::read_to_string(&path).map_err(|error| usage(format!("`{}`: {error}; is it a run folder?", path.display())))
}

/// A file that a run folder may lack.
fn if_there<T>(path: &Path, read: impl FnOnce(&Path) -> io::Result<T>) -> anyhow::Result<Option<T>> {
    match read(path) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(usage(format!("`{}`: {error}", path.display()))),
    }
}

fn histograms(folder: &Path, summary: &Summary) -> anyhow::Result<Option<Histograms>> {
    let path = folder.join("latency.hlog");
    let Some(bytes) = if_there(&path, |path| fs::read(path))? else {
        return Ok(None);
    };
    let log = runlog::read(&bytes).map_err(|error| usage(format!("`{}`: {error}", path.display())))?;
    Ok(Some(Histograms::of(&log, summary)))
}

/// What the page says of how the run can be had again.
fn kept(folder: &Path) -> anyhow::Result<dashboards::Folder> {
    let played = match folder.join("rerun.json").exists() {
        true => recorded::played(folder).ok().map(|(played, ..)| played),
        false => None,
    };
    Ok(dashboards::Folder {
        name: name(folder),
        rerun: played.is_some() && folder.join("journal.jsonl").exists(),
        length: played
            .and_then(|played| played.length())
            .map(|length| match length.subsec_millis() {
                0 => format!("{}s", length.as_secs()),
                _ => format!("{}ms", length.as_millis()),
            }),
        scenario: if_there(&folder.join("scenario.yaml"), |path| fs::read_to_string(path))?,
    })
}

/// A folder as a command may name it: as it was given where that leads on from here, else its own name alone, since a page
/// travels and the paths of a machine do not.
fn name(folder: &Path) -> String {
    let leads_on = folder
        .components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    let shown = if leads_on {
        Some(folder.as_os_str())
    } else {
        folder.file_name()
    };
    shown.map_or_else(|| "RUN".to_owned(), |name| name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_no_place_of_the_machine() {
        for (folder, named) in [
            (
                "paydrill-runs/2026-11-22T10-15-00Z",
                "paydrill-runs/2026-11-22T10-15-00Z",
            ),
            ("/home/somebody/runs/third", "third"),
            ("../other/third", "third"),
            ("/", "RUN"),
        ] {
            assert_eq!(name(Path::new(folder)), named);
        }
    }
}
