//! The loop between keys, snapshots and the terminal.

use std::{io, sync::Arc};

use measure::snapshot::{Snapshot, Stage};
use thiserror::Error;
use tokio::sync::{mpsc, watch};

use crate::{
    app::Model,
    event::{Event, Key},
    keymap::Keymap,
    request::{Effect, Origin, Request},
    source::Source,
    terminal::Screen,
    theme::Look,
};

/// Pictures a second where nobody asks for another number.
const FRAMES_PER_SECOND: u32 = 8;
/// What a terminal makes SIGTSTP of outside raw mode.
const SUSPEND: Key = Key::Control('z');
/// So many keys that wait are taken before their effect is drawn: a held key must not leave a slow terminal behind.
const KEYS_AT_ONCE: u32 = 8;

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
    /// At most so many pictures a second, but that what a key does is drawn at once; at least 1.
    pub frames_per_second: u32,
}

impl From<Look> for ScreenOptions {
    /// The run of this process, with the usual keys.
    fn from(look: Look) -> Self {
        Self {
            look,
            keymap: Arc::default(),
            origin: Origin::Run,
            sources: Vec::new(),
            frames_per_second: FRAMES_PER_SECOND,
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
/// second one to abort, after which this returns at once. It is shown the state at that moment. It must not block; what
/// takes time is answered by [`Inputs::answers`].
pub fn run(
    inputs: Inputs,
    options: ScreenOptions,
    mut on_request: impl FnMut(Request, &Model),
) -> Result<(), ScreenError> {
    let (mut source, first) = Source::new(inputs, options.frames_per_second);
    if first.stage == Stage::Ended && options.origin == Origin::Run {
        return Ok(());
    }
    let mut model = Model::new(first, options);
    let mut screen = Screen::enter().map_err(ScreenError::Enter)?;
    let mut undrawn = KEYS_AT_ONCE;
    loop {
        if undrawn >= KEYS_AT_ONCE || (undrawn > 0 && !screen.has_key().map_err(ScreenError::Keys)?) {
            let drawn = screen.draw(&model).map_err(ScreenError::Draw)?;
            model.drew(drawn);
            undrawn = 0;
        }
        let event = source.next(|wait| screen.poll(wait)).map_err(ScreenError::Keys)?;
        if event == Event::Key(SUSPEND) {
            screen.suspend().map_err(ScreenError::Draw)?;
            continue;
        }
        match model.update(event) {
            Effect::Nothing => {}
            Effect::Redraw => undrawn += 1,
            Effect::Ask(Request::Abort) => {
                // The caller may end the process here and now, so the terminal is given back first.
                drop(screen);
                on_request(Request::Abort, &model);
                return Ok(());
            }
            Effect::Ask(request) => {
                on_request(request, &model);
                undrawn += 1;
            }
            Effect::Leave => return Ok(()),
        }
    }
}
