//! The latency heat map: successes by time and duration, errors in rows of their own, phase borders as ticks, p50 and
//! p99 on top. It shares its time axis with the ribbon and the throughput above it.

use measure::snapshot::HEAT_ROWS_US;
use ratatui::{buffer::Buffer, layout::Rect, text::Span};

use super::{chart, pen, slo};
use crate::{
    app::{Model, Times},
    axis::{Axis, Slot, heat_row},
    theme::{Role, Theme, bar},
};

const ROWS: usize = HEAT_ROWS_US.len();
/// Labels of the rows: their upper bounds.
const LABELS: [&str; ROWS] = [
    "1ms", "2ms", "5ms", "10ms", "20ms", "50ms", "100ms", "200ms", "500ms", "1s", "2s", "5s", "10s", "20s", "50s",
    ">50s",
];
/// Rows for errors, below the map: they are never mixed into "fast".
const ERROR_ROWS: usize = 2;

/// Draws the heat map.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let area_in = pen::boxed(buf, area, title(model, theme), theme);
    let plot = pen::plot(area_in);
    let rows = usize::from(plot.height).saturating_sub(ERROR_ROWS);
    if rows == 0 || plot.width == 0 {
        return;
    }
    let axis = chart::axis(model.snapshot(), plot.width);
    let slots = chart::slots(model, &axis);
    let bands = Bands::of(&slots, rows);
    for (row, band) in bands.rows.iter().enumerate() {
        pen::gutter(buf, area_in, row, LABELS[band.end - 1], theme);
    }
    ground(buf, plot, model, &axis, &bands, theme);
    warmth(buf, plot, &slots, &bands, theme);
    overlay(buf, plot, &slots, &bands, theme);
    errors(buf, area_in, bands.rows.len(), &slots, theme);
    // The axis lies on the box's lower border, which has the same columns.
    let border = Rect {
        height: plot.height + 1,
        ..plot
    };
    chart::time_axis(buf, border, usize::from(plot.height), model, &axis, theme);
}

fn title(model: &Model, theme: &Theme) -> ratatui::text::Line<'static> {
    let from = match model.times() {
        Times::Response => "response time, from the intended start",
        Times::Service => "service time, from the send",
    };
    let legend = Span::styled("  ─ p50  ╍ p99 ", theme.style(Role::Dim));
    pen::title("Latency", vec![Span::raw(from), legend], theme)
}

/// Which rows of the snapshot stand in which rows of the screen, longest first.
struct Bands {
    rows: Vec<std::ops::Range<usize>>,
}

impl Bands {
    /// All rows where they fit; else the stretch that holds anything; else several joined into one.
    fn of(slots: &[Slot], rows: usize) -> Self {
        if rows >= ROWS {
            return Self::every(0, ROWS, 1);
        }
        let used = |row: &usize| {
            slots
                .iter()
                .any(|slot| slot.heat[*row] > 0 || (slot.p99_us > 0 && heat_row(slot.p99_us) == *row))
        };
        let lowest = (0..ROWS).find(used).unwrap_or(0);
        let highest = (0..ROWS).rev().find(used).unwrap_or(lowest);
        let needed = highest - lowest + 1;
        if needed <= rows {
            // What is free goes above, where trouble shows.
            let from = lowest.min(ROWS - rows);
            return Self::every(from, from + rows, 1);
        }
        Self::every(lowest, highest + 1, needed.div_ceil(rows))
    }

    fn every(from: usize, until: usize, joined: usize) -> Self {
        let mut rows: Vec<_> = (from..until)
            .step_by(joined)
            .map(|row| row..(row + joined).min(until))
            .collect();
        rows.reverse();
        Self { rows }
    }

    /// The row of the screen for a row of the snapshot.
    fn screen_row(&self, row: usize) -> Option<usize> {
        self.rows.iter().position(|band| band.contains(&row))
    }
}

/// What lies beneath: phase borders, and the bound of a `p99` expectation where it holds.
fn ground(buf: &mut Buffer, plot: Rect, model: &Model, axis: &Axis, bands: &Bands, theme: &Theme) {
    for bound in slo::p99_bounds(model.snapshot()) {
        if let Some(row) = bands.screen_row(heat_row(bound.us)) {
            for column in axis.stretch(bound.from_us, bound.until_us) {
                pen::glyph(buf, plot, column, row, "┄", theme.style(Role::Dim));
            }
        }
    }
    for column in chart::borders(model.snapshot(), axis) {
        for row in 0..usize::from(plot.height) {
            pen::glyph(buf, plot, column, row, "┊", theme.style(Role::Dim));
        }
    }
}

fn warmth(buf: &mut Buffer, plot: Rect, slots: &[Slot], bands: &Bands, theme: &Theme) {
    let per_second = |slot: &Slot, band: &std::ops::Range<usize>| {
        slot.heat[band.clone()].iter().map(|count| *count as f64).sum::<f64>() / f64::from(slot.seconds.max(1))
    };
    let most = slots
        .iter()
        .flat_map(|slot| bands.rows.iter().map(move |band| per_second(slot, band)))
        .fold(0.0, f64::max);
    for (column, slot) in slots.iter().enumerate() {
        for (row, band) in bands.rows.iter().enumerate() {
            let count = per_second(slot, band);
            if count > 0.0 {
                let (shade, style) = theme.heat(count.ln_1p() / most.ln_1p());
                pen::glyph(buf, plot, column, row, shade, style);
            }
        }
    }
}

fn overlay(buf: &mut Buffer, plot: Rect, slots: &[Slot], bands: &Bands, theme: &Theme) {
    for (column, slot) in slots.iter().enumerate() {
        for (us, glyph) in [(slot.p50_us, "─"), (slot.p99_us, "╍")] {
            if us > 0
                && let Some(row) = bands.screen_row(heat_row(us))
            {
                pen::glyph(buf, plot, column, row, glyph, theme.style(Role::Strong));
            }
        }
    }
}

/// The share of errors in each column, expected and unexpected apart.
fn errors(buf: &mut Buffer, area: Rect, first_row: usize, slots: &[Slot], theme: &Theme) {
    let plot = pen::plot(area);
    let share = |part: u64, slot: &Slot| {
        if slot.finished == 0 {
            0.0
        } else {
            part as f64 / slot.finished as f64
        }
    };
    pen::gutter(buf, area, first_row, " exp.✖", theme);
    pen::gutter(buf, area, first_row + 1, "unexp✖", theme);
    for (column, slot) in slots.iter().enumerate() {
        for (below, part, role) in [(0, slot.expected, Role::Warn), (1, slot.unexpected, Role::Bad)] {
            if part > 0 {
                pen::glyph(
                    buf,
                    plot,
                    column,
                    first_row + below,
                    bar(share(part, slot)),
                    theme.style(role),
                );
            }
        }
    }
}
