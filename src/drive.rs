//! Drives a planned load to its end: shared by `run` and `load`.

use std::io::Write;

use dashboards::ScreenOptions;
use loadgen::{LoadError, Part, Plan};

use crate::{
    cli::{Drive, Format},
    failure::{Ending, usage},
    folder::Folder,
    signals::{self, Stop},
    view,
    watch::serve::Window,
};

/// Starts the load, shows it, judges it, and leaves the run folder. A load that can't start leaves nothing.
/// Whoever watches sees it in `window`.
pub(crate) fn to_the_end(
    plan: Plan,
    folder: Folder,
    drive: &Drive,
    screen: ScreenOptions,
    window: Option<Window>,
) -> anyhow::Result<Ending> {
    let fault = scenarios::read_fault("--fault", loadgen::FAULT, &drive.fault, &plan.scenario);
    if let Err(problems) = fault {
        folder.discard();
        return Err(usage(crate::check::headline(&problems)));
    }
    let note = scenarios::Timeline::new(&plan.scenario, plan.length).note();
    let first_line = format!("{} at {}, orders {}-…", plan.scenario.name, plan.target, plan.prefix);
    let part_line = plan.part.map(part_line);
    let admin = plan.admin.clone();
    if let Some(window) = &window {
        announce(window, drive.print.format)?;
    }
    let running = match loadgen::start(plan) {
        Ok(running) => running,
        Err(error) => {
            folder.discard();
            return Err(explained(error));
        }
    };
    let shown = window.map(|window| window.show(running.snapshots())).transpose()?;
    let (stopper, aborter) = (running.stopper(), running.stopper());
    signals::on_stop(move |stop| match stop {
        Stop::Gracefully => stopper.stop(),
        Stop::AtOnce => stopper.abort(),
    });
    if drive.print.format == Format::Text {
        let mut out = std::io::stdout();
        note.iter().try_for_each(|note| writeln!(out, "{note}"))?;
        writeln!(out, "{first_line}")?;
        part_line.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    }
    view::follow(&running, folder.path(), admin, drive, screen)?;
    let finished = running.wait();
    if let Some(shown) = shown {
        shown.end();
    }
    match finished {
        Ok(finished) => view::finish(&finished, &folder, drive),
        Err(error) if aborter.is_aborted() => {
            eprintln!(
                "ended at once, without a result: {error}; run folder  {}",
                folder.path().display()
            );
            signals::leave()
        }
        Err(error) => Err(explained(error)),
    }
}

/// Scripts read from it where the load can be watched.
fn announce(window: &Window, format: Format) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    let address = window.address();
    match format {
        Format::Text => writeln!(out, "load http://{address}")?,
        Format::Json => writeln!(out, r#"{{"format":1,"kind":"listening","load":"http://{address}"}}"#)?,
    }
    Ok(out.flush()?)
}

/// `segment 2/3, first arrival of all at 2026-01-31T18:30:00Z, in 29 s`
fn part_line(part: Part) -> String {
    let now_us = jiff::Timestamp::now().as_microsecond();
    let start_us = i64::try_from(part.start_us).unwrap_or(i64::MAX);
    let start = jiff::Timestamp::from_microsecond(start_us).map_or_else(|_| String::new(), |start| start.to_string());
    let ahead_s = start_us.saturating_sub(now_us).max(0).div_euclid(1_000_000);
    format!(
        "segment {}, first arrival of all at {start}, in {ahead_s} s",
        part.segment
    )
}

pub(crate) fn explained(error: LoadError) -> anyhow::Error {
    if error.is_usage() { usage(error) } else { error.into() }
}
