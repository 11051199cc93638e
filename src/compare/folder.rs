//! What a comparison reads of a run folder, and what only its scenario tells of comparability.

use std::{fs, path::Path};

use loadgen::recorded;
use measure::{compare::Run, runlog, summary::Summary};
use scenarios::{Change, Changes, Scenario};

use crate::{
    failure::usage,
    report::{self, Seconds},
};

/// A run folder, read.
pub(super) struct Folder {
    pub(super) run: Run,
    /// The scenario it played, where the folder tells; that of `paydrill load` does not.
    scenario: Option<Scenario>,
}

pub(super) fn read(path: &Path) -> anyhow::Result<Folder> {
    let text = |name: &str| report::read(path, name);
    let wrong = |name: &str, error: &dyn std::fmt::Display| usage(format!("`{}`: {error}", path.join(name).display()));
    let summary = Summary::from_json(&text("summary.json")?).map_err(|error| wrong("summary.json", &error))?;
    let Seconds { plan, .. } =
        serde_json::from_str(&text("seconds.json")?).map_err(|error| wrong("seconds.json", &error))?;
    let bytes = fs::read(path.join("latency.hlog")).map_err(|error| wrong("latency.hlog", &error))?;
    let log = runlog::read(&bytes).map_err(|error| wrong("latency.hlog", &error))?;
    let scenario = match path.join("rerun.json").exists() {
        true => Some(recorded::played(path).map_err(usage)?.2),
        false => None,
    };
    let name = path.display().to_string();
    Ok(Folder {
        run: Run {
            name,
            summary,
            plan,
            log,
        },
        scenario,
    })
}

/// Why two folders cannot be compared, beyond what the runs themselves say.
pub(super) fn differences(before: &Folder, after: &Folder) -> Vec<String> {
    let kind = |folder: &Folder| match folder.scenario {
        Some(_) => "a gateway in the same process (`paydrill run`)",
        None => "a gateway that was running (`paydrill load`)",
    };
    let (Some(was), Some(is)) = (&before.scenario, &after.scenario) else {
        let (was, is) = (kind(before), kind(after));
        return if was == is {
            Vec::new()
        } else {
            vec![format!("the targets: {was} and {is}")]
        };
    };
    let (was, is) = (&was.load, &is.load);
    let parts = [
        ("journeys", was.journeys == is.journeys),
        ("who comes when (arrivals or users)", was.demand == is.demand),
        ("policy", was.policy == is.policy),
        ("amount", was.amount == is.amount),
    ];
    let differ = parts.into_iter().filter(|(_, same)| !same);
    differ
        .map(|(part, _)| format!("the scenarios' loads differ in {part}"))
        .collect()
}

/// What of the scenarios differs and may well be what is compared.
pub(super) fn notes(before: &Folder, after: &Folder) -> Vec<String> {
    let (Some(was), Some(is)) = (&before.scenario, &after.scenario) else {
        return Vec::new();
    };
    let changes = scenarios::changes(was, is);
    let told = told(&changes);
    if told.is_empty() {
        return Vec::new();
    }
    vec![format!("The scenarios differ: {}.", told.join(", "))]
}

fn told(changes: &Changes) -> Vec<String> {
    let rules = changes
        .rules
        .iter()
        .map(|rule| (rule.change.word(), &rule.change, &rule.label));
    let rules = rules.filter_map(|(word, change, label)| match change {
        Change::Kept { .. } => None,
        Change::Added(_) | Change::Removed(_) | Change::Changed { .. } => Some(format!("rule {label} {word}")),
    });
    let phases = changes.phases.iter().filter_map(|phase| match phase.change {
        Change::Kept { .. } => None,
        Change::Added(()) | Change::Removed(()) | Change::Changed { .. } => {
            Some(format!("phase {} {}", phase.name, phase.change.word()))
        }
    });
    // Seeds are meant to differ, and stand beside each run.
    let other = changes.other.iter().filter(|key| **key != "seed");
    rules
        .chain(phases)
        .chain(other.map(|key| format!("`{key}` changed")))
        .collect()
}
