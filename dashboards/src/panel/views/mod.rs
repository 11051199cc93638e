//! The views behind the overview: operations, errors, capacity, phases beside each other, the log, and the story of one
//! order. They share the overview's header, ribbon and line of keys, and with the ribbon its time axis.

mod capacity;
mod compare;
mod curve;
mod errors;
mod log;
mod operations;
mod spread;
mod story;
mod strips;
mod table;
#[cfg(test)]
mod tests;
mod trace;

use measure::snapshot::{SecondFigures, Snapshot, Subject};
use ratatui::{
    buffer::Buffer,
    layout::{Constraint, Layout, Rect},
};

pub(super) use self::story::render as render_story;
use super::{header, keys_line, kpi, ribbon};
use crate::{
    app::Model,
    choice::{Times, ViewName},
    figures::clock,
    theme::Theme,
};

/// Below this size there is one line.
const COMPACT: (u16, u16) = (60, 16);
/// From this height on the ribbon has its box, and from that on what it injected in two more rows.
const BOXED: u16 = 36;
const ROOMY: u16 = 28;
/// How many seconds are the last ones, as in the snapshot's operations.
const LAST_SECONDS: usize = 10;

/// Draws the chosen view; the overview draws itself.
pub(super) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    if area.width < COMPACT.0 || area.height < COMPACT.1 {
        return kpi::tiny(buf, area, model, theme);
    }
    let ribbon_rows = match area.height {
        BOXED.. => ribbon::ROWS,
        ROOMY.. => 4,
        0.. => 2,
    };
    let [top, ribbon, body, keys] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(ribbon_rows),
        Constraint::Min(0),
        Constraint::Length(1),
    ])
    .areas(area);
    header::render(buf, top, model, theme);
    if area.height >= BOXED {
        ribbon::render(buf, ribbon, model, theme);
    } else {
        ribbon::render_bare(buf, ribbon, model, theme);
    }
    match model.view() {
        ViewName::Overview => {}
        ViewName::Operations => operations::render(buf, body, model, theme),
        ViewName::Errors => errors::render(buf, body, model, theme),
        ViewName::Capacity => capacity::render(buf, body, model, theme),
        ViewName::Compare => compare::render(buf, body, model, theme),
        ViewName::Log => log::render(buf, body, model, theme),
    }
    keys_line::render(buf, keys, model, theme);
}

/// Two parts of a view, the upper one of so many rows; the lower one alone where it is zoomed, the upper one alone where
/// the lower one would have fewer than `least` rows.
fn halves(area: Rect, upper: u16, least: u16, is_zoomed: bool) -> [Rect; 2] {
    let upper = match area.height.checked_sub(upper) {
        _ if is_zoomed => 0,
        Some(lower) if lower >= least => upper,
        Some(_) | None => area.height,
    };
    Layout::vertical([Constraint::Length(upper), Constraint::Min(0)]).areas(area)
}

/// What is counted.
fn requests(snapshot: &Snapshot) -> &'static str {
    match snapshot.subject {
        Subject::Load => "requests",
        Subject::Gateway => "exchanges",
    }
}

/// Which time is shown, from when to when.
fn times(model: &Model) -> &'static str {
    match (model.snapshot().subject, model.times()) {
        (Subject::Gateway, _) => "took, head to end of answer",
        (Subject::Load, Times::Response) => "response time from intended start",
        (Subject::Load, Times::Service) => "service time from the send",
    }
}

/// The seconds that figures of the present are made of, oldest first: the one under the cursor, or the last ones.
fn present(model: &Model) -> Vec<&SecondFigures> {
    let seconds = &model.snapshot().seconds;
    match model.cursor() {
        Some(_) => model.cursor_figures().into_iter().collect(),
        None => {
            let first = seconds.len().saturating_sub(LAST_SECONDS);
            seconds[first..].iter().map(AsRef::as_ref).collect()
        }
    }
}

/// What a screen calls them: `last 10s`, `at 00:34`.
fn present_word(model: &Model) -> String {
    match model.cursor() {
        Some(second) => format!("at {}", clock(u64::from(second) * 1_000_000)),
        None => format!("last {LAST_SECONDS}s"),
    }
}

/// The middle one of some figures, those that are none left out; `None` without any.
fn middle(figures: impl Iterator<Item = u64>) -> Option<u64> {
    let mut figures: Vec<u64> = figures.filter(|figure| *figure > 0).collect();
    figures.sort_unstable();
    figures.get(figures.len() / 2).copied()
}
