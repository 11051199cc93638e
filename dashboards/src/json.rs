//! A run as JSON lines, for machines: one object a line. Every line has `format` and `kind`:
//!
//! - `second`: one complete second. `second`, `phase`, `target` (arrivals per second), `offered`, `finished`, `ok`,
//!   `expected_errors`, `unexpected_errors`; `p50_ms`, `p99_ms`, `service_p50_ms`, `service_p99_ms` (0 without requests).
//! - `phase`: a phase begins. `phase`, `index` (from 0), `from_ms`, `until_ms`, `faults`. The last one is `drain`, with
//!   `index` null.
//! - `summary`: the run is over. `folder`, and every key of `summary.json`.
//! - `step`: a step of a search for a limit is over. Every key that steps of `capacity.json` have.
//! - `capacity`: the search is over. `folder`, and every key of `capacity.json`.
//!
//! Keys are only ever added; a change of meaning raises `format`.

use std::{
    io::{self, Write},
    path::Path,
};

use measure::{
    search::report::{CapacityReport, Step},
    snapshot::{RunPlan, SecondFigures, Snapshot, Stage},
    summary::Summary,
};
use serde::Serialize;

use crate::moment::{Moment, planned_end_us, target_per_second};

/// The version of these lines.
const FORMAT: u32 = 1;
const SECOND_US: u64 = 1_000_000;

/// Writes lines about the snapshots it is given.
#[derive(Debug)]
pub struct JsonLines<W> {
    out: W,
    next_second: u32,
    next_phase: usize,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Entry<'a> {
    Second {
        format: u32,
        second: u32,
        phase: &'a str,
        target: f64,
        offered: u32,
        finished: u32,
        ok: u32,
        expected_errors: u32,
        unexpected_errors: u32,
        p50_ms: f64,
        p99_ms: f64,
        service_p50_ms: f64,
        service_p99_ms: f64,
    },
    Phase {
        format: u32,
        phase: &'a str,
        index: Option<usize>,
        from_ms: u64,
        until_ms: u64,
        faults: &'a [String],
    },
    Summary {
        folder: String,
        /// Has a `format` of its own.
        #[serde(flatten)]
        summary: &'a Summary,
    },
}

impl<W: Write> JsonLines<W> {
    /// Lines into `out`.
    pub fn new(out: W) -> Self {
        Self {
            out,
            next_second: 0,
            next_phase: 0,
        }
    }

    /// Writes every second that is complete by now and not yet written, and each phase before its first second.
    pub fn see(&mut self, snapshot: &Snapshot) -> io::Result<()> {
        let plan = &snapshot.plan;
        let next = self.next_second;
        for second in snapshot.seconds.iter().filter(|second| second.second >= next) {
            self.phases_until(plan, u64::from(second.second) * SECOND_US)?;
            self.write(&entry(plan, second))?;
        }
        self.next_second = snapshot
            .seconds
            .last()
            .map_or(self.next_second, |second| second.second.saturating_add(1));
        match snapshot.stage {
            Stage::Starting => {}
            Stage::Running => self.phases_until(plan, snapshot.elapsed_us)?,
            Stage::Draining | Stage::Ended => self.phases_until(plan, snapshot.elapsed_us.max(plan.arrivals_end_us))?,
        }
        self.out.flush()
    }

    /// Writes the phases that have begun at this instant.
    fn phases_until(&mut self, plan: &RunPlan, us: u64) -> io::Result<()> {
        while let Some(phase) = plan.phases.get(self.next_phase) {
            if us < phase.from_us {
                return Ok(());
            }
            self.write(&Entry::Phase {
                format: FORMAT,
                phase: &phase.name,
                index: Some(self.next_phase),
                from_ms: phase.from_us / 1_000,
                until_ms: phase.until_us / 1_000,
                faults: &phase.faults,
            })?;
            self.next_phase += 1;
        }
        if self.next_phase == plan.phases.len() && us >= plan.arrivals_end_us {
            self.write(&Entry::Phase {
                format: FORMAT,
                phase: "drain",
                index: None,
                from_ms: plan.arrivals_end_us / 1_000,
                until_ms: planned_end_us(plan) / 1_000,
                faults: &[],
            })?;
            self.next_phase += 1;
        }
        Ok(())
    }

    fn write(&mut self, entry: &Entry<'_>) -> io::Result<()> {
        write_line(&mut self.out, entry)
    }
}

/// Writes the last line of a run: its summary and where its folder is.
pub fn json_summary(summary: &Summary, folder: &Path, out: &mut impl Write) -> io::Result<()> {
    write_line(
        out,
        &Entry::Summary {
            folder: folder.display().to_string(),
            summary,
        },
    )?;
    out.flush()
}

fn write_line(out: &mut impl Write, entry: &Entry<'_>) -> io::Result<()> {
    // One write a line, so that a reader of the pipe never sees half of one from us.
    let mut line = serde_json::to_vec(entry)?;
    line.push(b'\n');
    out.write_all(&line)
}

fn entry<'a>(plan: &'a RunPlan, second: &SecondFigures) -> Entry<'a> {
    let from_us = u64::from(second.second) * SECOND_US;
    let target = target_per_second(plan, from_us);
    Entry::Second {
        format: FORMAT,
        second: second.second,
        phase: Moment::at(plan, from_us).name(),
        target: if target.is_finite() { target } else { 0.0 },
        offered: second.offered,
        finished: second.finished,
        ok: second.ok,
        expected_errors: second.expected_errors,
        unexpected_errors: second.unexpected_errors,
        p50_ms: ms(second.p50_us),
        p99_ms: ms(second.p99_us),
        service_p50_ms: ms(second.service_p50_us),
        service_p99_ms: ms(second.service_p99_us),
    }
}

fn ms(us: u64) -> f64 {
    us as f64 / 1_000.0
}

/// Writes the line of a search's step.
///
/// # Errors
/// When `out` takes no more.
pub fn json_step(step: &Step, out: &mut impl Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Line<'a> {
        kind: &'static str,
        format: u32,
        #[serde(flatten)]
        step: &'a Step,
    }
    let line = Line {
        kind: "step",
        format: FORMAT,
        step,
    };
    serde_json::to_writer(&mut *out, &line)?;
    out.write_all(b"\n")
}

/// Writes the last line of a search.
///
/// # Errors
/// When `out` takes no more.
pub fn json_capacity(report: &CapacityReport, folder: &Path, out: &mut impl Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Line<'a> {
        kind: &'static str,
        folder: String,
        #[serde(flatten)]
        report: &'a CapacityReport,
    }
    let line = Line {
        kind: "capacity",
        folder: folder.display().to_string(),
        report,
    };
    serde_json::to_writer(&mut *out, &line)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::fixture;

    fn lines(snapshots: &[Snapshot]) -> Vec<String> {
        let mut out = Vec::new();
        let mut lines = JsonLines::new(&mut out);
        for snapshot in snapshots {
            lines.see(snapshot).unwrap();
        }
        String::from_utf8(out).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn lines_have_stable_keys() {
        let mut out = Vec::new();
        let mut json = JsonLines::new(&mut out);
        json.see(&fixture::starting()).unwrap();
        json.see(&fixture::at(2)).unwrap();
        json_summary(&fixture::summary(), Path::new("paydrill-runs/1"), &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }

    #[test]
    fn every_second_comes_once_and_behind_its_phase() {
        let pictures: Vec<Snapshot> = [0, 3, 3, 21, 64, 65, 100].into_iter().map(fixture::at).collect();
        let mut pictures = pictures;
        pictures.extend([fixture::draining(), fixture::ended()]);
        let lines: Vec<Value> = lines(&pictures)
            .iter()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let seconds: Vec<u64> = lines.iter().filter_map(|line| line["second"].as_u64()).collect();
        assert_eq!(seconds, (0..108).collect::<Vec<u64>>());
        let phases: Vec<&str> = lines
            .iter()
            .filter(|line| line["kind"] == "phase")
            .filter_map(|line| line["phase"].as_str())
            .collect();
        assert_eq!(phases, ["healthy", "brown-out", "outage", "recovery", "drain"]);
        let mut current = "";
        for line in &lines {
            let phase = line["phase"].as_str().unwrap();
            match line["kind"].as_str().unwrap() {
                "phase" => current = phase,
                _ => assert_eq!(phase, current, "{line}"),
            }
        }
    }

    #[test]
    fn hostile_names_stay_one_line_each() {
        for line in lines(&[fixture::hostile()]) {
            let _: Value = serde_json::from_str(&line).unwrap();
        }
    }
}
