//! The dashboard's state and how events change it. Drawing is `panel`'s; the terminal is `terminal`'s.

mod obey;
mod read;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use measure::snapshot::{Snapshot, Stage, Window};

use crate::{
    choice::{HeatScale, Show, Times, ViewName},
    event::{Event, Key},
    keymap::Keymap,
    keys::Command,
    modal::{Help, Modal},
    request::{Effect, Origin, Playback},
    screen::ScreenOptions,
    story::Story,
    theme::Theme,
};

/// Everything the screen shows is a function of this.
#[derive(Clone, Debug)]
pub struct Model {
    options: ScreenOptions,
    keymap: Arc<Keymap>,
    live: Arc<Snapshot>,
    picture: Picture,
    view: ViewName,
    /// The row chosen in each view, in the order of [`ViewName::ALL`].
    chosen: [usize; ViewName::ALL.len()],
    window: Window,
    cursor: Option<u32>,
    times: Times,
    show: Show,
    operation: Option<String>,
    scale: HeatScale,
    zoomed: bool,
    modal: Modal,
    theme: Theme,
    playback: Playback,
    source: usize,
    marks: u32,
    remark: Option<String>,
    drawn: Option<Drawn>,
    stop: Stop,
}

/// What it took to draw the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Drawn {
    /// How long, in microseconds, until the terminal had taken it.
    pub(crate) us: u64,
    /// How much was sent to the terminal.
    pub(crate) bytes: u64,
}

/// Which picture is shown.
#[derive(Clone, Debug)]
enum Picture {
    Live,
    Frozen(Arc<Snapshot>),
}

/// Whether the user asked for the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    NotAsked,
    Asked,
}

impl Model {
    /// The state at the start.
    pub fn new(first: Arc<Snapshot>, options: ScreenOptions) -> Self {
        Self {
            keymap: Arc::clone(&options.keymap),
            live: first,
            picture: Picture::Live,
            view: ViewName::Overview,
            chosen: [0; ViewName::ALL.len()],
            window: Window::TenSeconds,
            cursor: None,
            times: Times::Response,
            show: Show::All,
            operation: None,
            scale: HeatScale::Logarithmic,
            zoomed: false,
            modal: Modal::None,
            theme: Theme::of(options.look),
            playback: Playback::START,
            source: 0,
            marks: 0,
            remark: None,
            drawn: None,
            stop: Stop::NotAsked,
            options,
        }
    }

    /// Takes an event in and says what it means for the loop.
    pub fn update(&mut self, event: Event) -> Effect {
        match event {
            Event::Key(key) => self.press(key),
            Event::Resize => Effect::Redraw,
            Event::Snapshot(snapshot) => self.take(snapshot),
            Event::Story(answer) => self.hear(answer),
            Event::Remark(words) => {
                self.remark = Some(words);
                Effect::Redraw
            }
            Event::Tick => Effect::Nothing,
            Event::Stop => Effect::Leave,
        }
    }

    fn press(&mut self, key: Key) -> Effect {
        let remarked = self.remark.take().is_some();
        if let Modal::Help(help) = &mut self.modal
            && help.typed(key)
        {
            return Effect::Redraw;
        }
        match self.keymap.command(key) {
            Some(command) => self.obey(command),
            None if remarked => Effect::Redraw,
            None => Effect::Nothing,
        }
    }

    fn take(&mut self, snapshot: Arc<Snapshot>) -> Effect {
        let held = self.held();
        self.live = snapshot;
        self.hold(held);
        // A recording stands where it ends.
        self.playback.paused |= self.live.stage == Stage::Ended;
        match (self.live.stage, self.options.origin, &self.picture) {
            (Stage::Ended, Origin::Run, _) => Effect::Leave,
            (_, _, Picture::Live) => Effect::Redraw,
            (_, _, Picture::Frozen(_)) => Effect::Nothing,
        }
    }

    /// What is chosen of the lists that grow at their top: the failed request and the line of the log, by their numbers. The
    /// first row is none: there the newest stays chosen.
    fn held(&self) -> [Option<u64>; 2] {
        let below_the_first = |view: ViewName| Some(self.chosen[view as usize]).filter(|at| *at > 0);
        [
            below_the_first(ViewName::Errors).and_then(|at| Some(self.failures().nth(at)?.seq)),
            below_the_first(ViewName::Log).and_then(|at| Some(self.log().nth(at)?.seq)),
        ]
    }

    /// Follows them to where they are now; what is gone leaves the row as it was.
    fn hold(&mut self, held: [Option<u64>; 2]) {
        let [failure, line] = held;
        let failure = failure.and_then(|seq| self.failures().position(|failure| failure.seq == seq));
        let line = line.and_then(|seq| self.log().position(|line| line.seq == seq));
        for (view, at) in [(ViewName::Errors, failure), (ViewName::Log, line)] {
            if let Some(at) = at {
                self.chosen[view as usize] = at;
            }
        }
    }

    fn hear(&mut self, answer: Result<Story, String>) -> Effect {
        let waited_for = match &mut self.modal {
            Modal::Drill(drill) => drill.hear(answer),
            Modal::None | Modal::Help(_) => false,
        };
        if waited_for { Effect::Redraw } else { Effect::Nothing }
    }

    /// Remembers what drawing took, which the help tells.
    pub(crate) fn drew(&mut self, drawn: Drawn) {
        self.drawn = Some(drawn);
    }

    /// Says something to the user until the next key.
    fn say(&mut self, words: impl Into<String>) -> Effect {
        self.remark = Some(words.into());
        Effect::Redraw
    }

    /// Opens the help, or closes it.
    fn toggle_help(&mut self) {
        self.modal = match self.modal {
            Modal::Help(_) => Modal::None,
            Modal::None | Modal::Drill(_) => Modal::Help(Help::default()),
        };
    }

    /// Opens the help with its search, or goes on searching.
    fn search(&mut self) {
        let mut help = match std::mem::replace(&mut self.modal, Modal::None) {
            Modal::Help(help) => help,
            Modal::None | Modal::Drill(_) => Help::default(),
        };
        help.typing = true;
        self.modal = Modal::Help(help);
    }

    /// Whether this command does nothing here, and why.
    fn refusal(&self, command: Command) -> Option<&'static str> {
        let plays = matches!(
            command,
            Command::Pause | Command::Faster | Command::Slower | Command::Export
        );
        (self.options.origin == Origin::Recording && command.steers() && !plays)
            .then_some("a recording: nothing can be steered")
    }
}
