//! What a person or a script sees of a run while it goes on and when it is over.

use std::{
    io::{IsTerminal, Write},
    path::Path,
    time::Duration,
};

use anyhow::Context;
use dashboards::{Event, Inputs, Request, ScreenOptions, Steer};
use loadgen::{Finished, Hand, Running, Stopper};
use measure::{
    snapshot::RunPlan,
    summary::{Look, render_as},
};
use tokio::sync::mpsc;

use crate::{
    cli::{Colour, Drive, Format},
    export,
    failure::{Ending, usage},
    folder::Folder,
    look,
    report::{self, Seconds},
    story::Teller,
};

/// Without a dashboard a line is printed this often.
pub(crate) const LINE_EVERY: Duration = Duration::from_secs(5);

/// Answers to the dashboard that may wait; it reads each before the next picture.
pub(crate) const ANSWERS: usize = 16;

/// The summary's width where stdout is no terminal, and its least and greatest on one.
const WIDTH: usize = 100;
const WIDTHS: std::ops::RangeInclusive<u16> = 60..=140;

/// Whether stdout gets colours.
pub(crate) fn colour(choice: Colour) -> bool {
    match choice {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => std::io::stdout().is_terminal() && look::colours_wanted(),
    }
}

/// Shows a run until it is over.
pub(crate) fn follow(
    running: &Running,
    folder: &Path,
    admin: Option<loadgen::Admin>,
    drive: &Drive,
    screen: ScreenOptions,
) -> anyhow::Result<()> {
    let snapshots = running.snapshots();
    match drive.print.format {
        Format::Json => dashboards::follow_json(snapshots, &mut std::io::stdout()).context("stdout")?,
        Format::Text if has_screen(drive.headless) => {
            let (stopper, hand) = (running.stopper(), running.hand());
            let (answer, answers) = mpsc::channel(ANSWERS);
            let teller = Teller::start(folder, admin, answer.clone())?;
            let shown = dashboards::run(Inputs { snapshots, answers }, screen, |request, model| {
                #[cfg(debug_assertions)]
                break_if_told(&request);
                match request {
                    Request::Story(order) => teller.ask(order, model),
                    Request::Export => reply(&answer, Event::Remark(export::write(folder, model))),
                    request => obey(&stopper, &hand, request),
                }
            });
            if let Err(error) = shown {
                // Whoever has no dashboard any more still has a run: it goes on in plain lines, as far as they are read.
                let _gone = writeln!(std::io::stderr(), "the dashboard is gone: {error}");
                let _gone = dashboards::follow_lines(running.snapshots(), LINE_EVERY, &mut std::io::stdout());
            }
        }
        Format::Text => {
            dashboards::follow_lines(snapshots, LINE_EVERY, &mut std::io::stdout()).context("stdout")?;
        }
    }
    Ok(())
}

/// How a result is shown and judged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown<'a> {
    pub(crate) format: Format,
    pub(crate) colour: Colour,
    pub(crate) ascii: bool,
    pub(crate) strict: bool,
    /// Where a JUnit report goes beside the one in the folder.
    pub(crate) junit: Option<&'a Path>,
}

/// Writes the page, prints the summary, and says how it ended.
pub(crate) fn finish(finished: &Finished, folder: &Folder, drive: &Drive) -> anyhow::Result<Ending> {
    let shown = Shown {
        format: drive.print.format,
        colour: drive.print.color,
        ascii: drive.print.ascii,
        strict: drive.strict,
        junit: drive.junit.as_deref(),
    };
    tell(finished, folder, shown)
}

/// The same for what was not driven here.
pub(crate) fn tell(finished: &Finished, folder: &Folder, shown: Shown<'_>) -> anyhow::Result<Ending> {
    let seconds = Seconds {
        plan: RunPlan::clone(&finished.plan),
        seconds: finished.seconds.clone(),
    };
    std::fs::write(folder.path().join("seconds.json"), serde_json::to_vec(&seconds)?).context("`seconds.json`")?;
    report::write(folder.path(), look::language())?;
    let xml = dashboards::junit(&finished.summary, shown.strict)?;
    for path in [
        Some(folder.path().join("junit.xml")),
        shown.junit.map(Path::to_path_buf),
    ]
    .into_iter()
    .flatten()
    {
        std::fs::write(&path, &xml).with_context(|| format!("`{}`", path.display()))?;
    }
    let mut out = std::io::stdout();
    match shown.format {
        Format::Text => {
            let look = Look {
                width: width(),
                colour: colour(shown.colour),
                ascii: shown.ascii,
            };
            let text = render_as(&finished.summary, look);
            writeln!(out, "{text}\nrun folder  {}", folder.path().display())?;
        }
        Format::Json => dashboards::json_summary(&finished.summary, folder.path(), &mut out)?,
    }
    match &finished.mistake {
        Some(mistake) => Err(usage(format!("the scenario's journey cannot be played: {mistake}"))),
        None => Ok(Ending::of(&finished.summary, shown.strict)),
    }
}

/// Columns of the terminal at stdout.
pub(crate) fn width() -> usize {
    match rustix::termios::tcgetwinsize(std::io::stdout()) {
        Ok(size) if size.ws_col > 0 => size.ws_col.clamp(*WIDTHS.start(), *WIDTHS.end()).into(),
        Ok(_) | Err(_) => WIDTH,
    }
}

/// The dashboard is drawn on stderr, so that stdout stays clean; keys come from stdin.
pub(crate) fn has_screen(headless: bool) -> bool {
    let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    !headless && !dumb && std::io::stderr().is_terminal() && std::io::stdin().is_terminal()
}

/// Panics on a mark where `DEBUG_PAYDRILL_PANIC=mark` says so: the terminal must be given back even then, and nothing else
/// of ours panics.
#[cfg(debug_assertions)]
fn break_if_told(request: &Request) {
    let told =
        matches!(request, Request::Mark(_)) && std::env::var("DEBUG_PAYDRILL_PANIC").is_ok_and(|on| on == "mark");
    assert!(!told, "as DEBUG_PAYDRILL_PANIC says");
}

/// Columns and rows of the terminal that the dashboard is drawn on.
pub(crate) fn terminal_size() -> Option<(u16, u16)> {
    let size = rustix::termios::tcgetwinsize(std::io::stderr()).ok()?;
    (size.ws_col > 0 && size.ws_row > 0).then_some((size.ws_col, size.ws_row))
}

fn obey(stopper: &Stopper, hand: &Hand, request: Request) {
    match request {
        Request::Stop => stopper.stop(),
        Request::Abort => stopper.abort(),
        Request::Steer(Steer::NextPhase) => hand.steer(loadgen::Steer::NextPhase),
        Request::Steer(Steer::PreviousPhase) => hand.steer(loadgen::Steer::PreviousPhase),
        Request::Steer(Steer::Fault) => hand.steer(loadgen::Steer::Fault),
        Request::Steer(Steer::Pause) => hand.steer(loadgen::Steer::Pause),
        Request::Steer(Steer::Faster) => hand.steer(loadgen::Steer::Faster),
        Request::Steer(Steer::Slower) => hand.steer(loadgen::Steer::Slower),
        Request::Mark(words) => hand.note(&words),
        // The caller sees to these; and a run of this process is one source, and no recording.
        Request::Story(_) | Request::Export | Request::Source(_) | Request::Play(_) => {}
    }
}

/// Answers the dashboard; one that hears nothing any more needs no answer.
fn reply(answer: &mpsc::Sender<Event>, event: Event) {
    let _full_or_over = answer.try_send(event);
}
