//! What the charts on the shared axis have in common: the axis itself, its slots, its labels.

use measure::snapshot::{Snapshot, Stage};
use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::{Modifier, Style},
};

use super::pen;
use crate::{
    app::Model,
    axis::Axis,
    figures::width,
    theme::{Role, Theme},
};

/// Steps between labels of the time axis, in seconds.
const STEPS_S: [u64; 10] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600];
/// Labels are at least this many columns apart.
const LABEL_COLUMNS: u64 = 9;

/// The axis of the panels whose plot has so many columns.
pub(crate) fn axis(snapshot: &Snapshot, columns: u16) -> Axis {
    Axis::of(&snapshot.plan, snapshot.elapsed_us, usize::from(columns))
}

/// The index of the one operation shown; `None` for all, and where the picture does not know it.
pub(crate) fn operation(model: &Model) -> Option<usize> {
    let shown = model.operation()?;
    let operations = &model.snapshot().operations;
    operations.iter().position(|operation| operation.name == shown)
}

/// The column of the time cursor.
pub(crate) fn cursor(model: &Model, axis: &Axis) -> Option<usize> {
    let from_us = u64::from(model.cursor()?) * 1_000_000;
    let columns = axis.stretch(from_us, from_us + 1_000_000);
    (!columns.is_empty()).then(|| (columns.start + columns.end) / 2)
}

/// Draws the time cursor through so many rows of a plot: a line where nothing is, else the cell reversed.
pub(crate) fn cursor_line(buf: &mut Buffer, plot: Rect, rows: usize, model: &Model, axis: &Axis, theme: &Theme) {
    let Some(column) = cursor(model, axis).and_then(|column| u16::try_from(column).ok()) else {
        return;
    };
    let rows = u16::try_from(rows).unwrap_or(u16::MAX).min(plot.height);
    for row in 0..rows {
        let place = Position {
            x: plot.x.saturating_add(column),
            y: plot.y.saturating_add(row),
        };
        if !plot.contains(place) {
            return;
        }
        let parts_a_number =
            is_written(buf, place.x.checked_sub(1), place.y) && is_written(buf, place.x.checked_add(1), place.y);
        if let Some(cell) = buf.cell_mut(place) {
            if ["┊", "┄"].contains(&cell.symbol()) || (cell.symbol() == " " && !parts_a_number) {
                cell.set_symbol("│").set_style(theme.style(Role::Accent));
            } else {
                cell.set_style(Style::new().add_modifier(Modifier::REVERSED));
            }
        }
    }
}

/// Whether a letter or digit stands there: a line through the blank beside it would be taken for one of them.
fn is_written(buf: &Buffer, x: Option<u16>, y: u16) -> bool {
    let cell = x.and_then(|x| buf.cell((x, y)));
    cell.is_some_and(|cell| cell.symbol().chars().all(char::is_alphanumeric))
}

/// The column of the present; `None` before the first arrival and after the end.
pub(crate) fn now(snapshot: &Snapshot, axis: &Axis) -> Option<usize> {
    match snapshot.stage {
        Stage::Starting | Stage::Ended => None,
        Stage::Running | Stage::Draining => Some(axis.column(snapshot.elapsed_us).min(axis.columns().checked_sub(1)?)),
    }
}

/// Columns at which a phase begins, the first one not counted.
pub(crate) fn borders(snapshot: &Snapshot, axis: &Axis) -> Vec<usize> {
    let plan = &snapshot.plan;
    let mut columns: Vec<usize> = plan
        .phases
        .iter()
        .map(|phase| phase.from_us)
        .chain([plan.arrivals_end_us])
        .filter(|from_us| axis.start_us() < *from_us && *from_us < axis.start_us() + axis.span_us())
        .map(|from_us| axis.column(from_us))
        .collect();
    columns.dedup();
    columns
}

/// Draws the time axis into the given row: labels, and heavier where the chosen window lies.
pub(crate) fn time_axis(buf: &mut Buffer, area: Rect, row: usize, model: &Model, axis: &Axis, theme: &Theme) {
    if axis.columns() == 0 {
        return;
    }
    let snapshot = model.snapshot();
    let window = match (now(snapshot, axis), model.window().seconds()) {
        (None, _) => 0..0,
        (Some(_), None) => axis.stretch(0, snapshot.elapsed_us),
        (Some(_), Some(s)) => axis.stretch(
            snapshot.elapsed_us.saturating_sub(u64::from(s) * 1_000_000),
            snapshot.elapsed_us,
        ),
    };
    for column in 0..axis.columns() {
        if window.contains(&column) {
            pen::glyph(buf, area, column, row, "━", theme.style(Role::Accent));
        } else {
            pen::glyph(buf, area, column, row, "─", theme.style(Role::Dim));
        }
    }
    let shown_s = axis.span_us() / 1_000_000;
    let per_label = shown_s * LABEL_COLUMNS / axis.columns() as u64;
    let step = STEPS_S.into_iter().find(|step| *step >= per_label).unwrap_or(600);
    let mut free_from = 0;
    let mut label_at = 0..0;
    if let Some(column) = cursor(model, axis) {
        // The cursor's own label; the round ones make room for it.
        let label = format!("▸{}", moment_label(model.cursor().unwrap_or(0).into()));
        let start = column.min(axis.columns().saturating_sub(width(&label)));
        label_at = start..start + width(&label);
        pen::text(buf, area, start, row, &label, theme.style(Role::Accent));
    }
    let first = (axis.start_us() / 1_000_000).next_multiple_of(step);
    for second in (first..=first + shown_s).step_by(usize::try_from(step).unwrap_or(600)) {
        let label = moment_label(second);
        let column = axis.column(second * 1_000_000);
        let until = column + width(&label);
        let is_free = column >= free_from && (until < label_at.start || label_at.end < column || label_at.is_empty());
        if is_free && until <= axis.columns() && second * 1_000_000 >= axis.start_us() {
            pen::text(buf, area, column, row, &label, theme.style(Role::Plain));
            free_from = until + 1;
        }
    }
}

/// `0s`, `45s`, `2m`, `2m30`, `1h05`.
pub(crate) fn moment_label(second: u64) -> String {
    match (second / 3_600, second / 60 % 60, second % 60) {
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, 0) => format!("{minutes}m"),
        (0, minutes, seconds) => format!("{minutes}m{seconds:02}"),
        (hours, minutes, 0) => format!("{hours}h{minutes:02}"),
        (hours, minutes, seconds) => format!("{hours}h{minutes:02}:{seconds:02}"),
    }
}
