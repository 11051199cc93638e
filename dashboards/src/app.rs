//! The dashboard's state and how events change it. Drawing is `panel`'s; the terminal is `terminal`'s.

use std::sync::Arc;

use measure::snapshot::{Snapshot, Stage, Window};

use crate::{
    event::Event,
    keys::{self, Command},
    screen::ScreenOptions,
    starts::Starts,
    theme::{Palette, Theme},
};

/// Everything the screen shows is a function of this.
#[derive(Clone, Debug)]
pub struct Model {
    live: Arc<Snapshot>,
    view: View,
    starts: Starts,
    window: Window,
    times: Times,
    modal: Modal,
    theme: Theme,
    options: ScreenOptions,
    stop: Stop,
}

/// Which picture is shown.
#[derive(Clone, Debug)]
enum View {
    Live,
    Frozen(Arc<Snapshot>),
}

/// Whether the user asked for the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    NotAsked,
    Asked,
}

/// Which time a dashboard shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// What the customer waits: from the intended start.
    Response,
    /// What the server took: from the send.
    Service,
}

impl Times {
    /// Its word on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Response => "response",
            Self::Service => "service",
        }
    }
}

/// What lies on top of the panels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modal {
    /// Nothing.
    None,
    /// The help.
    Help,
}

/// What the dashboard asks of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// End gracefully: no more arrivals, then drain.
    Stop,
    /// End now.
    Abort,
    /// Change the gateway's drill.
    Steer(Steer),
}

/// What the dashboard can change of the gateway's drill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steer {
    /// To the next phase.
    NextPhase,
    /// To the phase before.
    PreviousPhase,
    /// The prepared fault, on or off.
    Fault,
}

/// What an event means for the loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing that can be seen.
    Nothing,
    /// Draw again.
    Redraw,
    /// Ask the run, then draw again.
    Ask(Request),
    /// The run is over.
    Leave,
}

impl Model {
    /// The state at the start.
    pub fn new(first: Arc<Snapshot>, options: ScreenOptions) -> Self {
        let palette = if options.colour { Palette::Dark } else { Palette::Mono };
        let mut starts = Starts::default();
        starts.observe(first.elapsed_us, first.load.started);
        Self {
            live: first,
            view: View::Live,
            starts,
            window: Window::TenSeconds,
            times: Times::Response,
            modal: Modal::None,
            theme: Theme {
                palette,
                ascii: options.ascii,
            },
            options,
            stop: Stop::NotAsked,
        }
    }

    /// Takes an event in and says what it means for the loop.
    pub fn update(&mut self, event: Event) -> Effect {
        match event {
            Event::Key(key) => keys::command(key).map_or(Effect::Nothing, |command| self.obey(command)),
            Event::Resize => Effect::Redraw,
            Event::Snapshot(snapshot) => self.take(snapshot),
            Event::Tick => Effect::Nothing,
            Event::Stop => Effect::Leave,
        }
    }

    fn take(&mut self, snapshot: Arc<Snapshot>) -> Effect {
        self.starts.observe(snapshot.elapsed_us, snapshot.load.started);
        self.live = snapshot;
        match (self.live.stage, &self.view) {
            (Stage::Ended, _) => Effect::Leave,
            (Stage::Starting | Stage::Running | Stage::Draining, View::Live) => Effect::Redraw,
            (Stage::Starting | Stage::Running | Stage::Draining, View::Frozen(_)) => Effect::Nothing,
        }
    }

    fn obey(&mut self, command: Command) -> Effect {
        match command {
            Command::Stop => return self.ask(),
            Command::NextPhase => return Effect::Ask(Request::Steer(Steer::NextPhase)),
            Command::PreviousPhase => return Effect::Ask(Request::Steer(Steer::PreviousPhase)),
            Command::Fault => return Effect::Ask(Request::Steer(Steer::Fault)),
            Command::Help => {
                self.modal = match self.modal {
                    Modal::None => Modal::Help,
                    Modal::Help => Modal::None,
                }
            }
            Command::Freeze => {
                self.view = match &self.view {
                    View::Live => View::Frozen(Arc::clone(&self.live)),
                    View::Frozen(_) => View::Live,
                }
            }
            Command::Shorter => self.window = neighbour(self.window, |at| at.checked_sub(1)),
            Command::Longer => self.window = neighbour(self.window, |at| at.checked_add(1)),
            Command::Times => {
                self.times = match self.times {
                    Times::Response => Times::Service,
                    Times::Service => Times::Response,
                }
            }
            Command::Theme => self.theme.palette = self.theme.palette.next(self.options.colour),
            Command::Close => self.modal = Modal::None,
        }
        Effect::Redraw
    }

    fn ask(&mut self) -> Effect {
        match self.stop {
            Stop::NotAsked => {
                self.stop = Stop::Asked;
                Effect::Ask(Request::Stop)
            }
            Stop::Asked => Effect::Ask(Request::Abort),
        }
    }

    /// The picture to draw: the frozen one while the view is frozen.
    pub fn snapshot(&self) -> &Snapshot {
        match &self.view {
            View::Live => &self.live,
            View::Frozen(frozen) => frozen,
        }
    }

    /// Whether the view is frozen.
    pub fn is_frozen(&self) -> bool {
        matches!(self.view, View::Frozen(_))
    }

    /// Whether the user asked for the end.
    pub fn is_stopping(&self) -> bool {
        self.stop == Stop::Asked
    }

    /// The window of the percentiles.
    pub fn window(&self) -> Window {
        self.window
    }

    /// Which time is shown.
    pub fn times(&self) -> Times {
        self.times
    }

    /// What lies on top.
    pub fn modal(&self) -> Modal {
        self.modal
    }

    /// The theme.
    pub fn theme(&self) -> Theme {
        self.theme
    }

    /// Achieved arrivals.
    pub(crate) fn starts(&self) -> &Starts {
        &self.starts
    }
}

/// The window beside this one, or itself at either end.
fn neighbour(window: Window, step: impl Fn(usize) -> Option<usize>) -> Window {
    let at = Window::ALL.iter().position(|other| *other == window);
    at.and_then(step)
        .and_then(|at| Window::ALL.get(at))
        .copied()
        .unwrap_or(window)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{event::Key, fixture};

    fn model() -> Model {
        Model::new(
            Arc::new(fixture::healthy()),
            ScreenOptions {
                colour: true,
                ascii: false,
            },
        )
    }

    /// The state in words, so that a row of a table can name it.
    fn state(model: &Model) -> String {
        format!(
            "{} {} {:?}{}{}{}",
            model.window().word(),
            model.times().word(),
            model.theme().palette,
            if model.modal() == Modal::Help { " help" } else { "" },
            if model.is_frozen() { " frozen" } else { "" },
            if model.is_stopping() { " stopping" } else { "" },
        )
    }

    #[test]
    fn keys_change_the_state() {
        let check = |before: &[Key], key: Key, effect: Effect, after: &str| {
            let mut model = model();
            for earlier in before {
                model.update(Event::Key(*earlier));
            }
            assert_eq!(model.update(Event::Key(key)), effect, "{before:?} {key:?}");
            assert_eq!(state(&model), after, "{before:?} {key:?}");
        };
        let c = Key::Char;
        check(&[], c('q'), Effect::Ask(Request::Stop), "10s response Dark stopping");
        check(
            &[c('q')],
            Key::Control('c'),
            Effect::Ask(Request::Abort),
            "10s response Dark stopping",
        );
        check(
            &[],
            Key::Control('c'),
            Effect::Ask(Request::Stop),
            "10s response Dark stopping",
        );
        check(&[], c('?'), Effect::Redraw, "10s response Dark help");
        check(&[c('?')], c('?'), Effect::Redraw, "10s response Dark");
        check(&[c('?')], Key::Escape, Effect::Redraw, "10s response Dark");
        check(
            &[c('?')],
            c('q'),
            Effect::Ask(Request::Stop),
            "10s response Dark help stopping",
        );
        check(&[], c(' '), Effect::Redraw, "10s response Dark frozen");
        check(&[c(' ')], c(' '), Effect::Redraw, "10s response Dark");
        check(&[], c('['), Effect::Redraw, "10s response Dark");
        check(&[], c(']'), Effect::Redraw, "30s response Dark");
        check(&[c(']'), c(']'), c(']')], c(']'), Effect::Redraw, "all response Dark");
        check(&[c(']'), c(']')], c('['), Effect::Redraw, "30s response Dark");
        check(&[], c('r'), Effect::Redraw, "10s service Dark");
        check(&[c('r')], c('r'), Effect::Redraw, "10s response Dark");
        check(&[], c('t'), Effect::Redraw, "10s response Light");
        check(&[c('t'), c('t')], c('t'), Effect::Redraw, "10s response Dark");
        check(&[], c('x'), Effect::Nothing, "10s response Dark");
        for (key, steer) in [
            ('n', Steer::NextPhase),
            ('p', Steer::PreviousPhase),
            ('f', Steer::Fault),
        ] {
            check(&[], c(key), Effect::Ask(Request::Steer(steer)), "10s response Dark");
        }
    }

    #[test]
    fn without_colour_the_theme_stays_mono() {
        let mut model = Model::new(
            Arc::new(fixture::healthy()),
            ScreenOptions {
                colour: false,
                ascii: false,
            },
        );
        model.update(Event::Key(Key::Char('t')));
        assert_eq!(model.theme().palette, Palette::Mono);
    }

    #[test]
    fn a_frozen_view_stands_while_data_flow() {
        let mut model = model();
        model.update(Event::Key(Key::Char(' ')));
        let shown = model.snapshot().clone();
        assert_eq!(
            model.update(Event::Snapshot(Arc::new(fixture::brown_out()))),
            Effect::Nothing
        );
        assert_eq!(*model.snapshot(), shown);
        model.update(Event::Key(Key::Char(' ')));
        assert_eq!(*model.snapshot(), fixture::brown_out());
    }

    #[test]
    fn the_end_of_the_run_is_the_end_of_the_screen() {
        for frozen in [false, true] {
            let mut model = model();
            if frozen {
                model.update(Event::Key(Key::Char(' ')));
            }
            assert_eq!(model.update(Event::Snapshot(Arc::new(fixture::ended()))), Effect::Leave);
        }
        assert_eq!(model().update(Event::Stop), Effect::Leave);
        assert_eq!(model().update(Event::Tick), Effect::Nothing);
        assert_eq!(model().update(Event::Resize), Effect::Redraw);
    }
}
