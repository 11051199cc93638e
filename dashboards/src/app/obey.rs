//! What each command does to the state, and what it asks of the run.

use std::sync::Arc;

use measure::snapshot::{Stage, Window};

use super::{Model, Picture, Stop};
use crate::{
    choice::{HeatScale, Show, ViewName},
    cursor::{self, Move},
    keys::Command,
    modal::{Drill, Modal, Told, within},
    request::{Effect, Origin, Playback, Request, Steer},
};

/// Rows of a page of a list.
const PAGE: isize = 10;

impl Model {
    /// Does what a key asks for.
    pub(super) fn obey(&mut self, command: Command) -> Effect {
        if let Some(why) = self.refusal(command) {
            return self.say(why);
        }
        match command {
            Command::Stop => return self.ask_to_stop(),
            Command::Pause => return self.pace(Steer::Pause),
            Command::Faster => return self.pace(Steer::Faster),
            Command::Slower => return self.pace(Steer::Slower),
            Command::NextPhase => return Effect::Ask(Request::Steer(Steer::NextPhase)),
            Command::PreviousPhase => return Effect::Ask(Request::Steer(Steer::PreviousPhase)),
            Command::Fault => return Effect::Ask(Request::Steer(Steer::Fault)),
            Command::Mark => return self.mark(),
            Command::Export => return Effect::Ask(Request::Export),
            Command::NextSource => return self.turn_to(1),
            Command::PreviousSource => return self.turn_to(self.options.sources.len().saturating_sub(1)),
            Command::Open => return self.open(),
            Command::Help => self.toggle_help(),
            Command::Search => self.search(),
            Command::Back => self.back(),
            Command::Freeze if self.options.origin == Origin::Recording => return self.pace(Steer::Pause),
            Command::Freeze => self.freeze(),
            Command::Overview => self.turn(ViewName::Overview),
            Command::Operations => self.turn(ViewName::Operations),
            Command::Errors => self.turn(ViewName::Errors),
            Command::Capacity => self.turn(ViewName::Capacity),
            Command::Compare => self.turn(ViewName::Compare),
            Command::Log => self.turn(ViewName::Log),
            Command::NextView => self.turn(self.view.next()),
            Command::PreviousView => self.turn(self.view.previous()),
            Command::Up => self.choose(-1),
            Command::Down => self.choose(1),
            Command::PageUp => self.choose(-PAGE),
            Command::PageDown => self.choose(PAGE),
            Command::Top => self.choose(isize::MIN),
            Command::Bottom => self.choose(isize::MAX),
            Command::Earlier => return self.go(Move::Earlier(1)),
            Command::Later => return self.go(Move::Later(1)),
            Command::MuchEarlier => return self.go(Move::Earlier(10)),
            Command::MuchLater => return self.go(Move::Later(10)),
            Command::First => return self.go(Move::First),
            Command::NextBorder => return self.go(Move::NextBorder),
            Command::PreviousBorder => return self.go(Move::PreviousBorder),
            Command::Live => return self.live(),
            Command::Shorter => self.window = neighbour(self.window, |at| at.checked_sub(1)),
            Command::Longer => self.window = neighbour(self.window, |at| at.checked_add(1)),
            Command::Reset => self.reset(),
            Command::Times => self.times = self.times.next(),
            Command::Outcome => self.show = self.show.next(),
            Command::Operation => self.next_operation(),
            Command::HeatScale => self.scale = self.scale.next(),
            Command::Zoom => self.zoomed = !self.zoomed,
            Command::HeatColours => match self.theme.next_ramp() {
                Some(theme) => self.theme = theme,
                None => return self.say("the heat map has no colours here, only shades"),
            },
            Command::Theme => match self.theme.next_palette() {
                Some(theme) => self.theme = theme,
                None => return self.say("without colours there is one theme"),
            },
        }
        Effect::Redraw
    }

    fn ask_to_stop(&mut self) -> Effect {
        match (self.options.origin, self.stop) {
            (Origin::Watched | Origin::Recording, _) => Effect::Leave,
            (Origin::Run, Stop::NotAsked) => {
                self.stop = Stop::Asked;
                Effect::Ask(Request::Stop)
            }
            (Origin::Run, Stop::Asked) => Effect::Ask(Request::Abort),
        }
    }

    /// The load's rate, or the recording's speed.
    fn pace(&mut self, steer: Steer) -> Effect {
        if self.options.origin != Origin::Recording {
            return Effect::Ask(Request::Steer(steer));
        }
        match steer {
            Steer::Faster => self.playback = self.playback.faster(1),
            Steer::Slower => self.playback = self.playback.faster(-1),
            Steer::Pause | Steer::NextPhase | Steer::PreviousPhase | Steer::Fault => {
                self.playback.paused = !self.playback.paused;
            }
        }
        // It goes on from the cursor, which then has no other second to show.
        let from = if self.playback.paused { None } else { self.cursor.take() };
        Effect::Ask(Request::Play(Playback { from, ..self.playback }))
    }

    fn mark(&mut self) -> Effect {
        self.marks += 1;
        let words = match self.cursor() {
            Some(second) => format!("mark {} at second {second}", self.marks),
            None => format!("mark {}", self.marks),
        };
        self.remark = Some(format!("{words} is set"));
        Effect::Ask(Request::Mark(words))
    }

    fn freeze(&mut self) {
        self.picture = match &self.picture {
            Picture::Live => Picture::Frozen(Arc::clone(&self.live)),
            Picture::Frozen(_) => Picture::Live,
        };
    }

    /// Turns to a view; what lay on top is closed.
    pub(crate) fn turn(&mut self, view: ViewName) {
        self.view = view;
        self.modal = Modal::None;
    }

    /// Turns to the source so many places further, round and round.
    fn turn_to(&mut self, places: usize) -> Effect {
        let count = self.options.sources.len();
        if count < 2 {
            return self.say("one source: there is no other to turn to");
        }
        self.source = (self.source + places) % count;
        self.picture = Picture::Live;
        // A recording that is left stands, and each is come to standing.
        self.playback = Playback::START;
        self.cursor = None;
        self.operation = None;
        self.modal = Modal::None;
        self.chosen = [0; ViewName::ALL.len()];
        Effect::Ask(Request::Source(self.source))
    }

    /// Moves within whatever list is on top.
    fn choose(&mut self, rows: isize) {
        let count = self.rows();
        match &mut self.modal {
            Modal::Help(help) => help.scroll(rows, &self.keymap),
            Modal::Drill(drill) => drill.scroll(rows),
            Modal::None => {
                let at = &mut self.chosen[self.view as usize];
                *at = within((*at).min(count.saturating_sub(1)), rows, count);
            }
        }
    }

    /// What lies behind the chosen row.
    fn open(&mut self) -> Effect {
        if self.modal != Modal::None {
            return Effect::Nothing;
        }
        match self.view {
            ViewName::Overview => self.turn(ViewName::Errors),
            ViewName::Operations => {
                let chosen = self.snapshot().operations.get(self.selected());
                let Some(name) = chosen.map(|operation| operation.name.clone()) else {
                    return self.say("no operation was called so far");
                };
                self.operation = Some(name);
                self.turn(ViewName::Overview);
            }
            ViewName::Errors => {
                let order = self.chosen_failure().map(|failure| failure.order.clone());
                let Some(order) = order.filter(|order| !order.is_empty()) else {
                    return self.say("no order stands behind this row");
                };
                self.modal = Modal::Drill(Drill {
                    order: order.clone(),
                    told: Told::Asked,
                    line: 0,
                });
                return Effect::Ask(Request::Story(order));
            }
            ViewName::Capacity | ViewName::Compare => self.zoomed = !self.zoomed,
            ViewName::Log => match self.chosen_second() {
                Some(second) => {
                    self.cursor = Some(second);
                    self.turn(ViewName::Overview);
                }
                None => return self.say("nothing is logged so far"),
            },
        }
        Effect::Redraw
    }

    /// Closes what is open, the innermost first.
    fn back(&mut self) {
        if self.modal != Modal::None {
            self.modal = Modal::None;
        } else if self.zoomed {
            self.zoomed = false;
        } else {
            self.view = ViewName::Overview;
        }
    }

    fn go(&mut self, step: Move) -> Effect {
        if let Some(second) = self.beyond(step) {
            return self.seek(second);
        }
        let snapshot = self.snapshot();
        if snapshot.seconds.is_empty() {
            return self.say("no second is complete so far");
        }
        self.cursor = cursor::moved(self.cursor, step, &snapshot.seconds, &snapshot.plan);
        Effect::Redraw
    }

    /// The second that a step in a recording leads to where this picture lacks it.
    fn beyond(&self, step: Move) -> Option<u32> {
        let snapshot = self.snapshot();
        let recorded = self.options.origin == Origin::Recording && snapshot.stage != Stage::Ended;
        let next = snapshot.seconds.last().map_or(0, |last| last.second.saturating_add(1));
        match (step, self.cursor) {
            (Move::Later(count), None) if recorded => Some(next.saturating_add(count.saturating_sub(1))),
            (Move::NextBorder, None) if recorded => cursor::border_from(&snapshot.plan, next),
            (Move::Later(_) | Move::NextBorder | Move::Earlier(_) | Move::First | Move::PreviousBorder, _) => None,
        }
    }

    /// Shows the recording as it was when this second was complete.
    fn seek(&mut self, second: u32) -> Effect {
        let from = Some(second);
        self.cursor = None;
        Effect::Ask(Request::Play(Playback { from, ..self.playback }))
    }

    /// The newest figures; of a recording, its end.
    fn live(&mut self) -> Effect {
        self.cursor = None;
        if self.options.origin == Origin::Recording && self.snapshot().stage != Stage::Ended {
            return self.seek(u32::MAX);
        }
        Effect::Redraw
    }

    fn reset(&mut self) {
        self.window = Window::TenSeconds;
        self.cursor = None;
        self.operation = None;
        self.show = Show::All;
        self.scale = HeatScale::Logarithmic;
        self.zoomed = false;
    }

    /// All, then each operation, then all again.
    fn next_operation(&mut self) {
        let names = self.snapshot().operations.iter().map(|operation| &operation.name);
        let next = match &self.operation {
            None => names.into_iter().next(),
            Some(shown) => names.skip_while(|name| *name != shown).nth(1),
        };
        self.operation = next.cloned();
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
