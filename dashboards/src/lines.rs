//! A run in plain lines, for logs and pipes: one aligned line every few seconds and one at each change of phase. Only
//! ASCII, no colours, no clock: time is the run's own.

use std::{
    io::{self, Write},
    time::Duration,
};

use measure::snapshot::{Snapshot, Stage, Window};

use crate::{
    figures::{clean, clip, clock, count, fit, fit_right, rate, share_of, time},
    moment::{Moment, planned_end_us, target_per_second},
};

/// Errors and percentiles of a line are those of this window.
const WINDOW: Window = Window::TenSeconds;
/// Columns of a phase's name.
const NAME_COLUMNS: usize = 12;

/// Writes lines about the snapshots it is given.
#[derive(Debug)]
pub struct PlainLines<W> {
    out: W,
    every_us: u64,
    due_us: u64,
    told: Option<String>,
    last: Mark,
}

/// Arrivals at the last line, from which the next one takes its rate.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    at_us: u64,
    started: u64,
}

impl<W: Write> PlainLines<W> {
    /// One line each time this much of the run is over; at least a millisecond.
    pub fn new(out: W, every: Duration) -> Self {
        let every_us = u64::try_from(every.as_micros()).unwrap_or(u64::MAX).max(1_000);
        Self {
            out,
            every_us,
            due_us: every_us,
            told: None,
            last: Mark::default(),
        }
    }

    /// Writes what is due at this picture of the run, if anything: first the figures of what is over, then what begins.
    pub fn see(&mut self, snapshot: &Snapshot) -> io::Result<()> {
        let last_figures = snapshot.stage == Stage::Ended && snapshot.elapsed_us > self.last.at_us;
        if snapshot.elapsed_us >= self.due_us || last_figures {
            self.tell_figures(snapshot)?;
            self.due_us = (snapshot.elapsed_us / self.every_us)
                .saturating_add(1)
                .saturating_mul(self.every_us);
        }
        self.tell_moment(snapshot)?;
        self.out.flush()
    }

    fn tell_moment(&mut self, snapshot: &Snapshot) -> io::Result<()> {
        let moment = Moment::of(snapshot);
        let (told, words) = match moment {
            Moment::Before => ("starting".to_owned(), starting(snapshot)),
            Moment::Within { index, phase } => {
                let faults = if phase.faults.is_empty() {
                    "no faults".to_owned()
                } else {
                    phase.faults.join(", ")
                };
                let all = snapshot.plan.phases.len();
                let until = clock(phase.until_us);
                (
                    format!("{index}"),
                    format!("{} ({}/{all}): {faults}, until {until}", phase.name, index + 1),
                )
            }
            Moment::Drain => (
                "drain".to_owned(),
                format!(
                    "drain: no more arrivals, until {} at most",
                    clock(planned_end_us(&snapshot.plan))
                ),
            ),
            Moment::Over => ("ended".to_owned(), "ended".to_owned()),
        };
        if self.told.as_ref() != Some(&told) {
            writeln!(self.out, "{}  -- {}", clock(snapshot.elapsed_us), clean(&words))?;
            self.told = Some(told);
        }
        Ok(())
    }

    fn tell_figures(&mut self, snapshot: &Snapshot) -> io::Result<()> {
        let now = Mark {
            at_us: snapshot.elapsed_us,
            started: snapshot.load.started,
        };
        let risen = now.started.saturating_sub(self.last.started) as f64;
        let achieved = risen * 1e6 / now.at_us.saturating_sub(self.last.at_us).max(1) as f64;
        let target = target_per_second(&snapshot.plan, snapshot.elapsed_us.saturating_sub(1));
        let name = phase_of_figures(snapshot);
        self.last = now;
        let arriving = format!("{}/{}/s", rate(achieved), rate(target));
        let response = snapshot
            .windows
            .iter()
            .find(|figures| figures.window == WINDOW)
            .map(|figures| figures.response);
        let times = |us: Option<u64>| us.map_or_else(|| "-".to_owned(), |us| time(us).replace('µ', "u"));
        let some = response.filter(|response| response.count > 0);
        let (all, expected, unexpected) = errors(snapshot);
        let errors = share_of(expected + unexpected, all).replace('–', "-");
        writeln!(
            self.out,
            "{}  {}  {}  p50 {}  p99 {}  err {} (unexpected {unexpected})  callbacks {}  held {}",
            clock(snapshot.elapsed_us),
            fit(&clip(name, NAME_COLUMNS).replace('…', "~"), NAME_COLUMNS),
            fit_right(&arriving, 11),
            fit_right(&times(some.map(|response| response.p50_us)), 6),
            fit_right(&times(some.map(|response| response.p99_us)), 6),
            fit_right(&errors, 6),
            fit_right(&count(snapshot.callbacks.received), 7),
            count(snapshot.callbacks.held),
        )
    }
}

/// The phase the figures belong to: at its very end still the one that is over.
fn phase_of_figures(snapshot: &Snapshot) -> &str {
    match snapshot.stage {
        Stage::Starting => "starting",
        Stage::Running => Moment::at(&snapshot.plan, snapshot.elapsed_us.saturating_sub(1)).name(),
        Stage::Draining | Stage::Ended => "drain",
    }
}

fn starting(snapshot: &Snapshot) -> String {
    let plan = &snapshot.plan;
    format!(
        "{}, seed {}: starting {} users for {}",
        plan.scenario, plan.seed, plan.users, plan.target
    )
}

/// Requests, expected and unexpected errors of the last seconds.
fn errors(snapshot: &Snapshot) -> (u64, u64, u64) {
    let length = WINDOW.seconds().unwrap_or(u32::MAX);
    let end = snapshot
        .seconds
        .last()
        .map_or(0, |second| second.second.saturating_add(1));
    snapshot
        .seconds
        .iter()
        .filter(|second| second.second >= end.saturating_sub(length))
        .fold((0, 0, 0), |(all, expected, unexpected), second| {
            (
                all + u64::from(second.finished),
                expected + u64::from(second.expected_errors),
                unexpected + u64::from(second.unexpected_errors),
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn lines(snapshots: &[Snapshot]) -> String {
        let mut out = Vec::new();
        let mut lines = PlainLines::new(&mut out, Duration::from_secs(5));
        for snapshot in snapshots {
            lines.see(snapshot).unwrap();
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_run_reads_as_a_log() {
        let mut snapshots = vec![fixture::starting(), fixture::starting()];
        snapshots.extend((0..100).map(fixture::at));
        snapshots.extend([fixture::draining(), fixture::ended(), fixture::ended()]);
        insta::assert_snapshot!(lines(&snapshots));
    }

    #[test]
    fn many_pictures_of_one_moment_make_no_more_lines() {
        let often: Vec<Snapshot> = (0..40).map(|_| fixture::healthy()).collect();
        assert_eq!(lines(&often).lines().count(), 2, "the phase and one line of figures");
    }

    #[test]
    fn hostile_names_break_no_line() {
        let text = lines(&[fixture::hostile()]);
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text:?}");
    }

    #[test]
    fn a_closed_pipe_is_an_error() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        assert!(
            PlainLines::new(Closed, Duration::from_secs(5))
                .see(&fixture::healthy())
                .is_err()
        );
    }
}
