//! What panels read of the state.

use measure::snapshot::{EventLine, Failure, SecondFigures, Snapshot, Window};

use super::{Drawn, Model, Picture, Stop};
use crate::{
    choice::{HeatScale, Show, Times, ViewName},
    keymap::Keymap,
    modal::Modal,
    request::{Origin, Playback},
    theme::Theme,
};

impl Model {
    /// The picture to draw: the frozen one while the view is frozen.
    pub fn snapshot(&self) -> &Snapshot {
        match &self.picture {
            Picture::Live => &self.live,
            Picture::Frozen(frozen) => frozen,
        }
    }

    /// Whether the view is frozen.
    pub fn is_frozen(&self) -> bool {
        matches!(self.picture, Picture::Frozen(_))
    }

    /// Whether the user asked for the end.
    pub fn is_stopping(&self) -> bool {
        self.stop == Stop::Asked
    }

    /// The view to draw.
    pub fn view(&self) -> ViewName {
        self.view
    }

    /// The row chosen in this view, below [`Model::rows`]; 0 without rows.
    pub fn selected(&self) -> usize {
        self.chosen[self.view as usize].min(self.rows().saturating_sub(1))
    }

    /// How many rows the list of this view has.
    pub fn rows(&self) -> usize {
        let snapshot = self.snapshot();
        match self.view {
            ViewName::Overview => snapshot.classes.len(),
            ViewName::Operations => snapshot.operations.len(),
            ViewName::Errors => self.failures().count(),
            ViewName::Capacity => 0,
            ViewName::Compare => snapshot.plan.phases.len(),
            ViewName::Log => snapshot.events.len(),
        }
    }

    /// The failed requests that the view of errors lists, newest first: those of the one operation shown, and of the
    /// second under the cursor where there is one. None of them is a success, so the outcome shown says how much the
    /// unexpected ones go before the others: not, first, or alone.
    pub fn failures(&self) -> impl Iterator<Item = &Failure> {
        let second = self.cursor();
        let failures = self.snapshot().failures.iter().rev();
        let mut failures: Vec<&Failure> = failures
            .filter(|failure| self.operation().is_none_or(|name| failure.operation == name))
            .filter(|failure| second.is_none_or(|second| failure.at_us / 1_000_000 == u64::from(second)))
            .filter(|failure| self.show != Show::Errors || !failure.expected)
            .collect();
        if self.show == Show::Ok {
            failures.sort_by_key(|failure| failure.expected);
        }
        failures.into_iter()
    }

    /// What happened, newest first, as the log lists it.
    pub fn log(&self) -> impl Iterator<Item = &EventLine> {
        self.snapshot().events.iter().rev()
    }

    /// The failed request behind the chosen row.
    pub(super) fn chosen_failure(&self) -> Option<&Failure> {
        self.failures().nth(self.selected())
    }

    /// The second behind the chosen line of the log; none before the first arrival.
    pub(super) fn chosen_second(&self) -> Option<u32> {
        let line = self.log().nth(self.selected())?;
        u32::try_from(line.at_us / 1_000_000).ok()
    }

    /// The window of the percentiles.
    pub fn window(&self) -> Window {
        self.window
    }

    /// The second under the time cursor, one of those the picture has; `None` for the present.
    pub fn cursor(&self) -> Option<u32> {
        let seconds = &self.snapshot().seconds;
        let (first, last) = (seconds.first()?.second, seconds.last()?.second);
        self.cursor.map(|second| second.clamp(first, last))
    }

    /// The figures of that second; `None` for the present, or where the picture lacks it.
    pub fn cursor_figures(&self) -> Option<&SecondFigures> {
        let second = self.cursor()?;
        let seconds = self.snapshot().seconds.iter();
        seconds.map(AsRef::as_ref).find(|figures| figures.second == second)
    }

    /// Which time is shown.
    pub fn times(&self) -> Times {
        self.times
    }

    /// Requests of which outcome are shown.
    pub fn show(&self) -> Show {
        self.show
    }

    /// The one operation or journey shown, by its name; `None` for all.
    pub fn operation(&self) -> Option<&str> {
        self.operation.as_deref()
    }

    /// How a count becomes heat.
    pub fn scale(&self) -> HeatScale {
        self.scale
    }

    /// Whether the view's chart takes the whole screen.
    pub fn is_zoomed(&self) -> bool {
        self.zoomed
    }

    /// What lies on top.
    pub fn modal(&self) -> &Modal {
        &self.modal
    }

    /// The keys in force.
    pub fn keymap(&self) -> &Keymap {
        &self.keymap
    }

    /// The theme.
    pub fn theme(&self) -> Theme {
        self.theme
    }

    /// What was last said to the user; it stands until the next key. Not cleaned.
    pub fn remark(&self) -> Option<&str> {
        self.remark.as_deref()
    }

    /// Where the pictures come from.
    pub fn origin(&self) -> Origin {
        self.options.origin
    }

    /// How the recording is played; `None` unless it is one.
    pub fn playback(&self) -> Option<Playback> {
        (self.options.origin == Origin::Recording).then_some(self.playback)
    }

    /// What is watched, by name; empty or one name where there is nothing to turn to. Not cleaned.
    pub fn sources(&self) -> &[String] {
        &self.options.sources
    }

    /// Which of them is shown.
    pub fn source(&self) -> usize {
        self.source
    }

    /// What it took to draw the last screen; `None` before the first.
    pub(crate) fn drawn(&self) -> Option<Drawn> {
        self.drawn
    }

    /// At most so many pictures a second.
    pub(crate) fn frames_per_second(&self) -> u32 {
        self.options.frames_per_second
    }
}
