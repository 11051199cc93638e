//! The latency heat map: successes by time and duration, errors in rows of their own, phase borders as ticks, p50 and
//! p99 on top. It shares its time axis with the ribbon and the throughput above it.

use std::ops::Range;

use measure::snapshot::HEAT_ROWS_US;
use ratatui::{buffer::Buffer, layout::Rect, text::Span};

use super::{chart, pen, slo};
use crate::{
    app::Model,
    axis::{Axis, Slot, heat_row},
    choice::Times,
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
    let from = match model.times() {
        Times::Response => "response time, from the intended start",
        Times::Service => "service time, from the send",
    };
    let legend = Span::styled("─ p50  ╍ p99", theme.style(Role::Dim));
    let area = pen::boxed(buf, area, "Latency", vec![vec![Span::raw(from)], vec![legend]], theme);
    let plot = pen::plot(area);
    let rows = usize::from(plot.height).saturating_sub(ERROR_ROWS);
    if rows == 0 || plot.width == 0 {
        return;
    }
    let axis = chart::axis(model.snapshot(), plot.width);
    let slots = chart::slots(model, &axis);
    let bands = Bands::of(&slots, rows);
    for (at, band) in bands.rows.iter().enumerate() {
        pen::gutter(buf, area, bands.lines(at).start, LABELS[band.end - 1], theme);
    }
    ground(buf, plot, model, &axis, &bands, theme);
    warmth(buf, plot, &slots, &bands, theme);
    overlay(buf, plot, &slots, &bands, theme);
    errors(buf, area, rows, &slots, theme);
    // The axis lies on the box's lower border, which has the same columns.
    let border = Rect {
        height: plot.height + 1,
        ..plot
    };
    chart::time_axis(buf, border, usize::from(plot.height), model, &axis, theme);
}

/// Which rows of the snapshot stand in which lines of the plot, longest first.
struct Bands {
    rows: Vec<Range<usize>>,
    /// Lines of the plot each of them takes.
    tall: usize,
    /// Lines left blank above them.
    above: usize,
}

impl Bands {
    /// All rows where they fit; else the stretch that holds anything; else neighbours joined as evenly as can be.
    fn of(slots: &[Slot], lines: usize) -> Self {
        if lines >= ROWS {
            return Self::every(0..ROWS, ROWS, lines);
        }
        let used = |row: &usize| {
            slots
                .iter()
                .any(|slot| slot.heat[*row] > 0 || percentile_row(slot, slot.p99_us) == Some(*row))
        };
        let lowest = (0..ROWS).find(used).unwrap_or(0);
        let highest = (0..ROWS).rev().find(used).unwrap_or(lowest);
        if highest - lowest < lines {
            // What is free goes above, where trouble shows.
            let from = lowest.min(ROWS - lines);
            return Self::every(from..from + lines, lines, lines);
        }
        Self::every(lowest..highest + 1, lines, lines)
    }

    /// A stretch of rows in so many bands.
    fn every(range: Range<usize>, bands: usize, lines: usize) -> Self {
        let border = |at: usize| range.start + range.len() * at / bands;
        let rows = (0..bands).rev().map(|at| border(at)..border(at + 1)).collect();
        let tall = (lines / bands).max(1);
        Self {
            rows,
            tall,
            above: lines.saturating_sub(tall * bands),
        }
    }

    /// The lines of the band at this place, from the top.
    fn lines(&self, at: usize) -> Range<usize> {
        let first = self.above + at * self.tall;
        first..first + self.tall
    }

    /// The lines for a row of the snapshot; none where it is not shown.
    fn lines_of(&self, row: usize) -> Range<usize> {
        self.rows
            .iter()
            .position(|band| band.contains(&row))
            .map_or(0..0, |at| self.lines(at))
    }

    /// The middle one of them.
    fn line_of(&self, row: usize) -> Option<usize> {
        let lines = self.lines_of(row);
        lines.clone().nth(lines.len() / 2)
    }
}

/// The row of a percentile. A second without a success has none: a refusal is not fast, it is an error.
fn percentile_row(slot: &Slot, us: u64) -> Option<usize> {
    (us > 0 && slot.heat.iter().any(|count| *count > 0)).then(|| heat_row(us))
}

/// What lies beneath: phase borders, and the bound of a `p99` expectation where it holds.
fn ground(buf: &mut Buffer, plot: Rect, model: &Model, axis: &Axis, bands: &Bands, theme: &Theme) {
    for bound in slo::p99_bounds(model.snapshot()) {
        if let Some(line) = bands.line_of(heat_row(bound.us)) {
            for column in axis.stretch(bound.from_us, bound.until_us) {
                pen::glyph(buf, plot, column, line, "┄", theme.style(Role::Dim));
            }
        }
    }
    for column in chart::borders(model.snapshot(), axis) {
        for line in 0..usize::from(plot.height) {
            pen::glyph(buf, plot, column, line, "┊", theme.style(Role::Dim));
        }
    }
}

fn warmth(buf: &mut Buffer, plot: Rect, slots: &[Slot], bands: &Bands, theme: &Theme) {
    let per_second = |slot: &Slot, band: &Range<usize>| {
        slot.heat[band.clone()].iter().map(|count| *count as f64).sum::<f64>() / f64::from(slot.seconds.max(1))
    };
    let counts = slots
        .iter()
        .flat_map(|slot| bands.rows.iter().map(move |band| per_second(slot, band)));
    let most = counts.fold(0.0, f64::max);
    for (column, slot) in slots.iter().enumerate() {
        for (at, band) in bands.rows.iter().enumerate() {
            let count = per_second(slot, band);
            if count > 0.0 {
                let (shade, style) = theme.heat(count.ln_1p() / most.ln_1p());
                for line in bands.lines(at) {
                    pen::glyph(buf, plot, column, line, shade, style);
                }
            }
        }
    }
}

fn overlay(buf: &mut Buffer, plot: Rect, slots: &[Slot], bands: &Bands, theme: &Theme) {
    for (column, slot) in slots.iter().enumerate() {
        for (us, glyph) in [(slot.p50_us, "─"), (slot.p99_us, "╍")] {
            if let Some(line) = percentile_row(slot, us).and_then(|row| bands.line_of(row)) {
                let style = theme.over_heat(pen::style_at(buf, plot, column, line));
                pen::glyph(buf, plot, column, line, glyph, style);
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
