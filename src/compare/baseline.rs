//! Named baselines: the files of a run folder that a comparison needs, kept under a name.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::Context;

use super::folder;
use crate::failure::{Ending, usage};

/// What every run folder has and a comparison needs.
const NEEDED: [&str; 3] = ["summary.json", "seconds.json", "latency.hlog"];

/// What only folders of `paydrill run` have: the scenario, and recorded arrivals where it wants some.
const OPTIONAL: [&str; 3] = ["scenario.yaml", "rerun.json", "trace.csv"];

/// Keeps a run as a baseline, in place of the one that has the name.
pub(super) fn save(run: &Path, baselines: &Path, name: &str) -> anyhow::Result<Ending> {
    // What cannot be read today is no baseline tomorrow.
    folder::read(run)?;
    let (kept, new) = (baselines.join(name), baselines.join(format!(".{name}.new")));
    let explain = |path: &Path| format!("baseline `{}`", path.display());
    if new.exists() {
        fs::remove_dir_all(&new).with_context(|| explain(&new))?;
    }
    fs::create_dir_all(&new).with_context(|| explain(&new))?;
    let there = OPTIONAL.into_iter().filter(|file| run.join(file).exists());
    for file in NEEDED.into_iter().chain(there) {
        fs::copy(run.join(file), new.join(file)).with_context(|| explain(&new.join(file)))?;
    }
    // A copy that fails half-way leaves the old baseline as it was.
    if kept.exists() {
        fs::remove_dir_all(&kept).with_context(|| explain(&kept))?;
    }
    fs::rename(&new, &kept).with_context(|| explain(&kept))?;
    writeln!(std::io::stdout(), "baseline {name}  {}", kept.display())?;
    Ok(Ending::Good)
}

/// The folder of a baseline.
pub(super) fn find(baselines: &Path, name: &str) -> anyhow::Result<PathBuf> {
    let path = baselines.join(name);
    if path.is_dir() {
        return Ok(path);
    }
    let mut names: Vec<String> = fs::read_dir(baselines)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    let there = if names.is_empty() {
        "there is none yet; --save-baseline makes one".to_owned()
    } else {
        format!("there are {}", names.join(", "))
    };
    Err(usage(format!(
        "no baseline `{name}` in `{}`: {there}",
        baselines.display()
    )))
}
