//! The loop between keys, snapshots and the terminal.

use std::{io, sync::Arc};

use measure::snapshot::{Snapshot, Stage};
use thiserror::Error;
use tokio::sync::{mpsc, watch};

use crate::{
    app::Model,
    event::Event,
    keymap::Keymap,
    request::{Effect, Origin, Request},
    source::Source,
    terminal::{self, Screen},
    theme::Look,
};

/// What the caller knows of the terminal, its user, and what is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScreenOptions {
    /// Colours and letters: `NO_COLOR`, `--color` and the locale are the caller's to read.
    pub look: Look,
    /// The keys in force.
    pub keymap: Arc<Keymap>,
    /// Where the pictures come from.
    pub origin: Origin,
    /// What is watched, by name, where it is more than one.
    pub sources: Vec<String>,
}

impl From<Look> for ScreenOptions {
    /// The run of this process, with the usual keys.
    fn from(look: Look) -> Self {
        Self {
            look,
            keymap: Arc::default(),
            origin: Origin::Run,
            sources: Vec::new(),
        }
    }
}

/// What a dashboard hears.
#[derive(Debug)]
pub struct Inputs {
    /// Pictures; only the newest is drawn.
    pub snapshots: watch::Receiver<Arc<Snapshot>>,
    /// Answers to requests: stories and remarks, in any order.
    pub answers: mpsc::Receiver<Event>,
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
/// it. Blocks the calling thread. `on_request` is called for each request of the user: the first one is to stop, a
/// second one to abort, after which this returns at once. It must not block; what takes time is answered by
/// [`Inputs::answers`].
pub fn run(inputs: Inputs, options: ScreenOptions, mut on_request: impl FnMut(Request)) -> Result<(), ScreenError> {
    let (mut source, first) = Source::new(inputs);
    if first.stage == Stage::Ended && options.origin == Origin::Run {
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
            Effect::Ask(Request::Abort) => {
                // The caller may end the process here and now, so the terminal is given back first.
                drop(screen);
                on_request(Request::Abort);
                return Ok(());
            }
            Effect::Ask(request) => {
                on_request(request);
                screen.draw(&model).map_err(ScreenError::Draw)?;
            }
            Effect::Leave => return Ok(()),
        }
    }
}
