//! The loop between keys, snapshots and the terminal.

use std::{io, sync::Arc};

use measure::snapshot::{Snapshot, Stage};
use thiserror::Error;
use tokio::sync::watch;

use crate::{
    app::{Effect, Model, Request},
    source::Source,
    terminal::{self, Screen},
};

/// What the caller knows of the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScreenOptions {
    /// Whether colours may be used: `NO_COLOR` and `--color` are the caller's to read.
    pub colour: bool,
    /// Whether nothing beyond ASCII may be drawn.
    pub ascii: bool,
}

/// Why there is no dashboard any more. The terminal is restored by then.
#[derive(Debug, Error)]
pub enum ScreenError {
    /// The terminal could not be taken.
    #[error("the terminal cannot be taken: {0}")]
    Enter(#[source] io::Error),
    /// The terminal could not be drawn on.
    #[error("the terminal cannot be drawn on: {0}")]
    Draw(#[source] io::Error),
    /// The keyboard could not be read.
    #[error("the keyboard cannot be read: {0}")]
    Keys(#[source] io::Error),
}

/// Draws the dashboard on stderr until the run has ended (its stage says so, or the sender is gone) or the user aborted
/// it. Blocks the calling thread. `on_command` is called for each request of the user: the first one is to stop, a
/// second one to abort, after which this returns at once.
pub fn run(
    snapshots: watch::Receiver<Arc<Snapshot>>,
    options: ScreenOptions,
    mut on_command: impl FnMut(Request),
) -> Result<(), ScreenError> {
    let (mut source, first) = Source::new(snapshots);
    if first.stage == Stage::Ended {
        return Ok(());
    }
    let mut model = Model::new(first, options);
    let mut screen = Screen::enter().map_err(ScreenError::Enter)?;
    screen.draw(&model).map_err(ScreenError::Draw)?;
    loop {
        let event = source.next(terminal::poll).map_err(ScreenError::Keys)?;
        match model.update(event) {
            Effect::Nothing => {}
            Effect::Redraw => screen.draw(&model).map_err(ScreenError::Draw)?,
            Effect::Ask(request @ (Request::Stop | Request::Steer(_))) => {
                on_command(request);
                screen.draw(&model).map_err(ScreenError::Draw)?;
            }
            Effect::Ask(Request::Abort) => {
                // The caller may end the process here and now, so the terminal is given back first.
                drop(screen);
                on_command(Request::Abort);
                return Ok(());
            }
            Effect::Leave => return Ok(()),
        }
    }
}
