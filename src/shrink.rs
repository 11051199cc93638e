//! `paydrill rerun RUN --shrink`: the smallest scenario that still fails the same expectation. It is looked for in virtual
//! time; where that does not show the failure, by runs.

use std::{
    fs,
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
};

use anyhow::Context;
use loadgen::{
    recorded::{Played, played},
    rehearse::{Rehearsal, rehearse},
    shrink::{Shrunk, shrink},
};
use measure::{
    summary::Summary,
    verdict::{Judged, Verdict},
};
use scenarios::duration_text;

use crate::{
    cli::{Format, RerunOptions},
    failure::{Ending, usage},
};

pub(crate) fn run(options: &RerunOptions) -> anyhow::Result<Ending> {
    let (played, text, scenario) = played(&options.run).map_err(usage)?;
    let failed = failed(options)?;
    let target = options.to.clone().unwrap_or_else(|| options.run.join("shrunk.yaml"));
    let mut trial = 0_u32;
    let in_virtual_time = shrink(&text, Some(&failed), |text| {
        progress(&mut trial, "in virtual time");
        rehearsal_fails(text, &played, &failed)
    });
    let (shrunk, how) = match in_virtual_time {
        Some(shrunk) => (Some(shrunk), "in virtual time"),
        None => {
            let timeline = scenarios::Timeline::new(&scenario, played.length());
            let lasts = duration_text(timeline.end() + scenario.load.drain);
            eprintln!("virtual time does not show this failure, so it is looked for by runs of up to {lasts} each");
            let mut trials = Trials::new(&options.run)?;
            let shrunk = shrink(&text, Some(&failed), |text| {
                progress(&mut trial, "by runs");
                trials.fails(text, &played, &failed)
            });
            (shrunk, "by runs")
        }
    };
    let Some(shrunk) = shrunk else {
        return Err(usage(format!(
            "`{failed}` failed in the run and holds when it is played again: it was the machine or the moment, not the scenario"
        )));
    };
    fs::write(&target, &shrunk.text).map_err(|error| usage(format!("`{}`: {error}", target.display())))?;
    tell(&shrunk, &failed, how, &target, options.drive.print.format)?;
    Ok(Ending::Good)
}

fn tell(shrunk: &Shrunk, failed: &str, how: &str, target: &Path, format: Format) -> anyhow::Result<()> {
    let Shrunk {
        trials, rules, phases, ..
    } = shrunk;
    let mut out = std::io::stdout();
    match format {
        Format::Text => writeln!(
            out,
            "{}: still fails `{failed}` with {} of {} rules and {} of {} phases ({trials} trials {how})",
            target.display(),
            rules[1],
            rules[0],
            phases[1],
            phases[0]
        )?,
        Format::Json => {
            let told = serde_json::json!({
                "file": target, "expectation": failed, "rules": rules, "phases": phases, "trials": trials, "how": how,
            });
            writeln!(out, "{told}")?;
        }
    }
    Ok(())
}

/// The expectation that is to fail again: the one that was asked for, else the first that failed.
fn failed(options: &RerunOptions) -> anyhow::Result<String> {
    let path = options.run.join("summary.json");
    let text = fs::read_to_string(&path).map_err(|error| usage(format!("`{}`: {error}", path.display())))?;
    let summary = Summary::from_json(&text).map_err(|error| usage(format!("`{}`: {error}", path.display())))?;
    let mut failed = summary
        .expectations
        .iter()
        .filter(|judged| judged.verdict == Verdict::Failed);
    match &options.expect {
        None => failed
            .next()
            .map(|judged| judged.text.clone())
            .ok_or_else(|| usage("no expectation of this run failed, so there is nothing to look for")),
        Some(wanted) if failed.clone().any(|judged| judged.text == *wanted) => Ok(wanted.clone()),
        Some(wanted) => {
            let failed: Vec<String> = failed.map(|judged| format!("`{}`", judged.text)).collect();
            let failed = if failed.is_empty() {
                "none".to_owned()
            } else {
                failed.join(", ")
            };
            Err(usage(format!("`{wanted}` did not fail in this run; failed: {failed}")))
        }
    }
}

fn rehearsal_fails(text: &str, played: &Played, failed: &str) -> bool {
    let Ok(mut scenario) = scenarios::read("trial", text) else {
        return false;
    };
    scenario.seed = played.seed;
    let rehearsal = Rehearsal {
        scenario: Arc::new(scenario),
        length: played.length(),
        orders: None,
        prefix: played.prefix.clone(),
    };
    rehearse(&rehearsal).is_ok_and(|found| is_failed(&found.summary.expectations, failed))
}

fn is_failed(expectations: &[Judged], failed: &str) -> bool {
    let mut judged = expectations.iter().filter(|judged| judged.text == failed);
    judged.any(|judged| judged.verdict == Verdict::Failed)
}

/// Runs in processes of their own: goose ends everything in its process at once.
struct Trials {
    program: PathBuf,
    folder: PathBuf,
    made: u32,
}

impl Trials {
    fn new(run: &Path) -> anyhow::Result<Self> {
        let folder = run.join("trials");
        fs::create_dir_all(&folder).map_err(|error| usage(format!("`{}`: {error}", folder.display())))?;
        Ok(Self {
            program: std::env::current_exe().context("where this program is")?,
            folder,
            made: 0,
        })
    }

    fn fails(&mut self, text: &str, played: &Played, failed: &str) -> bool {
        self.made += 1;
        let (file, out) = (self.folder.join("trial.yaml"), self.folder.join(self.made.to_string()));
        if scenarios::read("trial", text).is_err() || fs::write(&file, text).is_err() {
            return false;
        }
        let mut command = Command::new(&self.program);
        command.arg("run").arg(&file).args(["--headless", "--format", "json"]);
        command
            .arg("--seed")
            .arg(played.seed.to_string())
            .arg("--prefix")
            .arg(&played.prefix);
        if let Some(length) = played.length() {
            command.arg("--for").arg(duration_text(length));
        }
        if let Some(users) = played.users {
            command.arg("--users").arg(users.to_string());
        }
        command
            .arg("--out")
            .arg(&out)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let ran = command.status().is_ok();
        let summary = fs::read_to_string(out.join("summary.json")).ok().filter(|_| ran);
        let _left_behind = fs::remove_dir_all(&out);
        summary
            .and_then(|text| Summary::from_json(&text).ok())
            .is_some_and(|summary| is_failed(&summary.expectations, failed))
    }
}

impl Drop for Trials {
    fn drop(&mut self) {
        let _left_behind = fs::remove_dir_all(&self.folder);
    }
}

/// A line on a terminal that is overwritten by the next.
fn progress(trial: &mut u32, how: &str) {
    *trial += 1;
    let mut err = std::io::stderr();
    if err.is_terminal() {
        let _nobody_looks = write!(err, "\rtrial {trial} {how} ");
    }
}
