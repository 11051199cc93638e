//! Parts of one load, made by several processes, put together as if one had made them all: every sample counts once, and
//! expectations are judged once, on all of them.
//!
//! | file | owns |
//! |---|---|
//! | `part` | one part's folder, and whether all are parts of one load |
//! | `lines` | the lines of several files in one order |
//! | `sum` | what summaries add up to: callbacks, audits, rules, trust |
//!
//! Nothing is averaged and nothing is estimated: intervals go through the same history as those of a run, in the order in
//! which they were measured. Memory is that of a run; files are read line by line.

mod lines;
mod part;
mod sum;

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use measure::{
    intervals::{LONGEST_LINE, Measured},
    snapshot::RunPlan,
    summary::{FORMAT, Summary},
    window::History,
};
use scenarios::Scenario;
use serde::Deserialize;

use self::{lines::Lines, part::PartOfLoad};
use crate::{
    Finished, LoadError,
    aggregate::names,
    finish::verdict,
    judge::{Callbacks, Evidence, Wait, judge},
    record, segment,
};

/// Bytes of one line of `orders.jsonl`, at most.
const LONGEST_ORDER: u64 = 1 << 20;

/// Why parts cannot be merged.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// A file of a folder cannot be read.
    #[error("`{}`: {error}; a folder of `paydrill load --segment` has it once the load is over", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A file of a folder is not what it should be.
    #[error("`{}`, line {line}: {why}", .path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// No folder was given.
    #[error("nothing to merge: name the run folders of all segments")]
    Nothing,
    /// Written by a newer paydrill.
    #[error("`{}` has format {found}, this paydrill reads up to {}: use a newer one", .path.display(), segment::FORMAT)]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
    /// Two folders are no parts of one load.
    #[error(
        "`{}` and `{}` are no parts of one load: {what} is {first} here and {second} there",
        .one.display(), .other.display()
    )]
    Differs {
        /// What differs.
        what: &'static str,
        /// One folder.
        one: PathBuf,
        /// Its value.
        first: String,
        /// The other folder.
        other: PathBuf,
        /// Its value.
        second: String,
    },
    /// Two folders are the same part.
    #[error("`{}` and `{}` are both segment {segment}: name each once", .one.display(), .other.display())]
    Twice {
        /// The part.
        segment: String,
        /// One folder.
        one: PathBuf,
        /// The other.
        other: PathBuf,
    },
    /// The merged folder cannot be written.
    #[error(transparent)]
    Write(#[from] LoadError),
}

impl MergeError {
    /// Whether the user gave what cannot be merged: exit code 2 instead of 1.
    pub fn is_usage(&self) -> bool {
        match self {
            Self::File { .. }
            | Self::Line { .. }
            | Self::Nothing
            | Self::Newer { .. }
            | Self::Differs { .. }
            | Self::Twice { .. } => true,
            Self::Write(_) => false,
        }
    }
}

/// Merges the run folders of parts into another one, which exists and is empty: `latency.hlog`, `orders.jsonl` and
/// `summary.json` are written there. A part that is missing makes the result invalid and is no error.
///
/// # Errors
/// Where folders are no parts of one load, or cannot be read; where the merged one cannot be written.
pub fn merge(folders: &[PathBuf], out: &Path) -> Result<Finished, MergeError> {
    let mut parts = folders
        .iter()
        .map(|folder| PartOfLoad::read(folder))
        .collect::<Result<Vec<_>, _>>()?;
    parts.sort_by_key(|part| part.segment);
    part::of_one_load(&parts)?;
    let scenario = parts.first().ok_or(MergeError::Nothing)?.scenario()?;
    let merged = merged(&parts, &scenario, out)?;
    record::summary(out, &merged.summary)?;
    Ok(merged)
}

/// A merged load is told of as any other.
fn merged(parts: &[PartOfLoad], scenario: &Scenario, out: &Path) -> Result<Finished, MergeError> {
    let plan = Arc::new(part::plan_of_all(parts));
    let ended_us = parts.iter().map(|part| part.record.ended_us).max().unwrap_or_default();
    let history = history(
        parts,
        scenario,
        History::new(plan.clone(), names(&scenario.load)),
        out,
        ended_us,
    )?;
    let callbacks = orders(parts, scenario, &plan, out)?;
    let by_phase = |of: fn(&PartOfLoad) -> &Vec<u64>| sum::by_phase(parts.iter().map(of));
    let (offered, dropped) = (
        by_phase(|part| &part.record.offered),
        by_phase(|part| &part.record.dropped),
    );
    let audit = sum::audit(parts);
    let evidence = Evidence {
        history: &history,
        plan: &plan,
        offered: &offered,
        dropped: &dropped,
        callbacks: Some(&callbacks).filter(|_| audit.judged),
        books_balance: sum::books_balance(parts),
    };
    let expectations = judge(&scenario.expect, &evidence);
    let rules = sum::rules(parts);
    let mut operations = history.operation_summaries();
    sum::apart(parts, &mut operations);
    let first = parts.first().ok_or(MergeError::Nothing)?;
    let summary = Summary {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: plan.seed,
        scenario: plan.scenario.clone(),
        verdict: verdict(&expectations, &audit, &rules),
        trust: sum::trust(parts),
        target: plan.target.clone(),
        started_ms: first.record.start_us / 1_000,
        lasted_ms: ended_us / 1_000,
        interrupted: parts.iter().any(|part| part.summary.interrupted),
        arrivals: sum::arrivals(parts.iter().map(|part| &part.summary.arrivals)),
        phases: history.phases(),
        operations,
        classes: history.classes(),
        rules,
        callbacks: sum::callbacks(parts.iter().map(|part| &part.summary.callbacks)),
        audit,
        expectations,
        share: None,
        stopped: parts.iter().find_map(|part| part.summary.stopped),
        // Each part has cut the time of its own journeys; percentiles of those do not add up.
        waterfall: Vec::new(),
    };
    let seconds = history.seconds().as_ref().clone();
    Ok(Finished {
        summary,
        seconds,
        plan,
        mistake: None,
    })
}

/// Everything that was measured, in the order of its time, which is also what `latency.hlog` is written from.
fn history(
    parts: &[PartOfLoad],
    scenario: &Scenario,
    mut history: History,
    out: &Path,
    ended_us: u64,
) -> Result<History, MergeError> {
    let first = parts.first().ok_or(MergeError::Nothing)?;
    let started_ms = first.record.start_us / 1_000;
    let mut log = record::latency_log(out, started_ms, first.record.phase_names.clone(), &scenario.load)?;
    let read = |line: &[u8]| Measured::read(line).map_err(|error| error.to_string());
    let files = parts
        .iter()
        .map(|part| Lines::open(part.folder.join(segment::MEASURED), LONGEST_LINE, read))
        .collect::<Result<Vec<_>, _>>()?;
    lines::in_order(
        files,
        |measured| measured.at_us,
        |_, Measured { at_us, interval }| {
            log.write(&interval, at_us).map_err(LoadError::from)?;
            history.absorb(interval, at_us);
            Ok(())
        },
    )?;
    log.finish().map_err(LoadError::from)?;
    history.end(ended_us);
    Ok(history)
}

/// One line of `orders.jsonl`, as far as the merge looks into it.
#[derive(Deserialize)]
struct OrderLine {
    number: String,
    #[serde(default)]
    callbacks_us: Vec<u64>,
    paid_ms: Option<u64>,
    callback: Option<String>,
}

/// An order, its number in the whole load, and how long it waited for its callback.
struct Ordered {
    arrival: u64,
    wait: Option<Wait>,
}

/// Every order in the order of arrival. Gives how long paid ones waited for their callbacks, as expectations ask.
fn orders(parts: &[PartOfLoad], scenario: &Scenario, plan: &RunPlan, out: &Path) -> Result<Callbacks, MergeError> {
    let files = parts
        .iter()
        .map(|part| {
            let path = part.folder.join("orders.jsonl");
            Lines::open(path, LONGEST_ORDER, |line: &[u8]| ordered(part, line))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let mut callbacks = Callbacks::of(plan, &scenario.expect, std::iter::empty());
    let mut copy = record::Copied::orders(out)?;
    lines::in_order(
        files,
        |order| order.arrival,
        |line, order| {
            if let Some(wait) = order.wait {
                callbacks.add(plan, &wait);
            }
            copy.line(line)?;
            Ok(())
        },
    )?;
    copy.finish()?;
    Ok(callbacks)
}

fn ordered(part: &PartOfLoad, line: &[u8]) -> Result<Ordered, String> {
    let line: OrderLine = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let digits = line.number.strip_prefix(&part.record.prefix);
    let arrival = digits.and_then(|rest| rest.strip_prefix('-')?.parse::<u64>().ok());
    let arrival = arrival
        .filter(|arrival| part.segment.has(*arrival))
        .ok_or_else(|| format!("order {} is none of segment {}", line.number, part.segment))?;
    let wait = line.paid_ms.map(|paid_ms| {
        let paid_us = (paid_ms * 1_000).saturating_sub(part.record.start_us);
        let first_us = line.callbacks_us.first().copied();
        Wait {
            number: line.number,
            paid_us,
            waited_us: first_us.unwrap_or(part.record.ended_us).saturating_sub(paid_us),
            came: first_us.is_some(),
            may_come: matches!(line.callback.as_deref(), Some("pending" | "held")),
        }
    });
    Ok(Ordered { arrival, wait })
}
