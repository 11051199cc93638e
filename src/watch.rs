//! `paydrill watch [URL|RUN]…`: the dashboard on what goes on elsewhere, or was recorded.
//!
//! | file | owns |
//! |---|---|
//! | `place` | what the arguments name: a folder, a load, a gateway |
//! | `folder` | run folders: opening, following, which is the newest |
//! | `client` | one question to a port |
//! | `gateway` | a gateway, asked again and again |
//! | `source` | pictures of a place as they come; which of several is shown |
//! | `obey` | what the dashboard asks for |
//! | `serve` | the other side: a load that lets itself be watched |

mod client;
mod folder;
mod gateway;
mod obey;
mod place;
pub(crate) mod serve;
mod source;

use std::{io::Write, sync::Arc, time::Duration};

use anyhow::Context;
use dashboards::{Inputs, Origin, ScreenOptions, Still};
use measure::{
    snapshot::Snapshot,
    summary::{Look as Letters, render_as},
};
use tokio::sync::mpsc;

pub(crate) use self::{client::Port, obey::escaped};
use self::{
    obey::Desk,
    place::Place,
    source::{Sources, Watched},
};
use crate::{
    cli::{Format, PictureKind, WatchOptions},
    failure::{Ending, usage},
    look,
    settings::{self, Settings},
    signals, view,
};

/// A picture's size where there is no terminal.
const SIZE: (u16, u16) = (120, 38);
/// Threads that read, ask and forward.
const WORKERS: usize = 1;

pub(crate) fn run(options: &WatchOptions) -> anyhow::Result<Ending> {
    let settings = settings::layered(options.config.as_deref())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()
        .context("the runtime can't start")?;
    let places = runtime.block_on(place::find(&options.places, &settings))?;
    if let Some(at) = options.at {
        return still(options, &settings, &places, at);
    }
    let has_screen = options.print.format == Format::Text && view::has_screen(options.headless);
    if let ([Place::Recorded(path)], false) = (places.as_slice(), has_screen) {
        return print(options, path);
    }
    let watched = runtime.block_on(source::open(places))?;
    if has_screen {
        show(options, &settings, &runtime, watched)?;
    } else {
        follow(options, &runtime, watched)?;
    }
    // What still waits for a socket need not be waited for.
    runtime.shutdown_background();
    Ok(Ending::Good)
}

/// The dashboard, until the user leaves.
fn show(
    options: &WatchOptions,
    settings: &Settings,
    runtime: &tokio::runtime::Runtime,
    watched: Watched,
) -> anyhow::Result<()> {
    signals::install()?;
    signals::on_stop(|_| {
        dashboards::restore();
        signals::leave();
    });
    let (answer, answers) = mpsc::channel(view::ANSWERS);
    let screen = screen(options, settings, &watched)?;
    let sources = Sources::start(watched, runtime.handle(), &answer);
    let snapshots = sources.shown();
    let desk = Desk::new(sources, answer, runtime.handle().clone(), options.fault.clone());
    dashboards::run(Inputs { snapshots, answers }, screen, |request, model| {
        desk.obey(request, model);
    })
    .context("the dashboard")
}

fn screen(options: &WatchOptions, settings: &Settings, watched: &Watched) -> anyhow::Result<ScreenOptions> {
    Ok(ScreenOptions {
        origin: watched.origin(),
        sources: watched.names(),
        ..look::screen(&options.print, &options.screen, settings)?
    })
}

/// Lines about the first of several, which is their sum where they can be added up, until it is over.
fn follow(options: &WatchOptions, runtime: &tokio::runtime::Runtime, watched: Watched) -> anyhow::Result<()> {
    // Remarks are for a screen.
    let (answer, _) = mpsc::channel(1);
    let sources = Sources::start(watched, runtime.handle(), &answer);
    let snapshots = sources.shown();
    let mut out = std::io::stdout();
    match options.print.format {
        Format::Json => dashboards::follow_json(snapshots, &mut out),
        Format::Text => dashboards::follow_lines(snapshots, view::LINE_EVERY, &mut out),
    }
    .context("stdout")
}

/// A recorded run as it told itself while it went on, at once.
fn print(options: &WatchOptions, path: &std::path::Path) -> anyhow::Result<Ending> {
    let mut out = std::io::stdout();
    let frames = folder::frames(path)?;
    let mut json = dashboards::JsonLines::new(std::io::stdout());
    let mut lines = dashboards::PlainLines::new(std::io::stdout(), view::LINE_EVERY);
    let told = dashboards::each_picture(frames, |picture: Arc<Snapshot>| match options.print.format {
        Format::Json => json.see(&picture),
        Format::Text => lines.see(&picture),
    });
    told.map_err(|error| folder::explained(path, error))?;
    // What a run prints last; one that was killed has no summary.
    let Some(summary) = folder::summary(path)? else {
        return Ok(Ending::Good);
    };
    match options.print.format {
        Format::Json => dashboards::json_summary(&summary, path, &mut out)?,
        Format::Text => {
            let look = Letters {
                width: view::width(),
                colour: view::colour(options.print.color),
                ascii: options.print.ascii,
            };
            writeln!(out, "{}\nrun folder  {}", render_as(&summary, look), path.display())?;
        }
    }
    Ok(Ending::Good)
}

/// One picture of a recorded run.
fn still(options: &WatchOptions, settings: &Settings, places: &[Place], at: Duration) -> anyhow::Result<Ending> {
    let [Place::Recorded(path) | Place::Growing(path)] = places else {
        return Err(usage("`--at` shows a moment of one recorded run: name its folder"));
    };
    let recording = folder::recording(path)?;
    let at_us = u64::try_from(at.as_micros()).unwrap_or(u64::MAX);
    let picture = recording.at(at_us);
    let mut out = std::io::stdout();
    if options.kind == PictureKind::Json {
        serde_json::to_writer(&mut out, &**picture)?;
        writeln!(out)?;
        return Ok(Ending::Good);
    }
    // As it looked where it ran.
    let screen = ScreenOptions {
        keymap: Arc::new(settings.keys.read()?),
        origin: Origin::Run,
        ..look::picture(&options.print, options.kind).into()
    };
    let size = options.size.or_else(view::terminal_size).unwrap_or(SIZE);
    let still = Still::of_picture(picture, options.view.into(), screen, size);
    let text = match options.kind {
        PictureKind::Text => still.text(),
        PictureKind::Ansi => still.ansi(),
        PictureKind::Html => still.html(&format!("{} at {at:?}", picture.plan.scenario)),
        PictureKind::Json => String::new(),
    };
    write!(out, "{text}")?;
    Ok(Ending::Good)
}
