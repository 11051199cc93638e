//! The latency heat map: successes by time and duration, errors in rows of their own, phase borders as ticks, p50 and
//! p99 on top. It shares its time axis with the ribbon and the throughput above it.

mod bands;
mod errors;

use std::ops::Range;

use measure::snapshot::{HEAT_ROWS_US, Subject};
use ratatui::{buffer::Buffer, layout::Rect, style::Style, text::Span};

use self::bands::Bands;
use super::{chart, pen, slo};
use crate::{
    app::Model,
    axis::{Axis, Slot, heat_row},
    choice::{HeatScale, Show, Times},
    colour::Colours,
    figures::{clip, rate, time, width},
    theme::{Role, Theme},
};

const ROWS: usize = HEAT_ROWS_US.len();
/// Labels of the rows: their upper bounds.
const LABELS: [&str; ROWS] = [
    "1ms", "2ms", "5ms", "10ms", "20ms", "50ms", "100ms", "200ms", "500ms", "1s", "2s", "5s", "10s", "20s", "50s",
    ">50s",
];
/// An operation's name takes this many columns of the title at most.
const NAME_COLUMNS: usize = 20;
/// Heats of the legend's cells, from little to much.
const LEGEND: [f64; 5] = [0.1, 0.3, 0.5, 0.75, 1.0];

/// Draws the heat map of everything, or of the one operation shown.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    render_of(buf, area, model, chart::operation(model), theme);
}

/// Draws the heat map of the operation at this place among the picture's, whichever is shown elsewhere.
pub(crate) fn render_of(buf: &mut Buffer, area: Rect, model: &Model, operation: Option<usize>, theme: &Theme) {
    let inner = Rect {
        x: area.x.saturating_add(1),
        y: area.y.saturating_add(1),
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    };
    let axis = chart::axis(model.snapshot(), pen::plot(inner).width);
    let slots = axis.pour_of(&model.snapshot().seconds, model.times(), operation);
    let most = most(&slots);
    let area = pen::boxed(buf, area, "Latency", title(model, operation, most, theme), theme);
    let plot = pen::plot(area);
    let lines = usize::from(plot.height);
    if lines == 0 || plot.width == 0 {
        return;
    }
    if model.show() == Show::Errors {
        errors::by_class(buf, area, model, &axis, (&slots, operation.is_some()), theme);
    } else {
        let below = errors::rows(model.show(), lines);
        let map = Map {
            plot: Rect {
                height: plot.height - u16::try_from(below).unwrap_or(0),
                ..plot
            },
            slots: &slots,
            bands: Bands::of(&slots, lines - below, halves(theme)),
            scale: model.scale(),
            most,
        };
        map.labels(buf, area, theme);
        map.ground(buf, model, &axis, theme);
        map.warmth(buf, theme);
        map.overlay(buf, model.show(), theme);
        map.bound_labels(buf, model, &axis, theme);
        errors::render(buf, area, lines - below, below, &slots, theme);
        errors::borders(buf, plot, lines - below, model, &axis, theme);
    }
    chart::cursor_line(buf, plot, lines, model, &axis, theme);
    // The axis lies on the box's lower border, which has the same columns.
    let border = Rect {
        height: plot.height + 1,
        ..plot
    };
    chart::time_axis(buf, border, lines, model, &axis, theme);
}

/// Whether a cell can show two rows, one above the other: where there are colours enough to tell heat by colour alone.
fn halves(theme: &Theme) -> bool {
    let many = match theme.colours {
        Colours::None | Colours::Sixteen => false,
        Colours::Indexed | Colours::True => true,
    };
    many && !theme.ascii && theme.heat_colour(1.0).is_some()
}

/// Successes per second in a row of a column.
fn per_second(slot: &Slot, rows: &Range<usize>) -> f64 {
    let count: u64 = slot.heat[rows.clone()]
        .iter()
        .fold(0, |sum, count| sum.saturating_add(*count));
    count as f64 / f64::from(slot.seconds.max(1))
}

/// The hottest row of any column, successes per second.
fn most(slots: &[Slot]) -> f64 {
    let rows = slots.iter().flat_map(|slot| {
        slot.heat
            .iter()
            .map(move |count| *count as f64 / f64::from(slot.seconds.max(1)))
    });
    rows.fold(0.0, f64::max)
}

/// What is shown of it, and what its glyphs mean; the filters first, since without them the map would mislead.
fn title(model: &Model, operation: Option<usize>, most: f64, theme: &Theme) -> pen::Pieces<'static> {
    let dim = theme.style(Role::Dim);
    let strong = theme.style(Role::Strong);
    let mut pieces = Vec::new();
    if let Some(operation) = operation.and_then(|at| model.snapshot().operations.get(at)) {
        let name = clip(&operation.name, NAME_COLUMNS);
        pieces.push(vec![Span::styled(format!("▸ {name}"), strong)]);
    }
    match model.show() {
        Show::All => {}
        Show::Ok => pieces.push(vec![Span::styled("ok only", strong)]),
        Show::Errors => {
            pieces.push(vec![Span::styled(
                "errors only, share of requests, each to its own height",
                strong,
            )]);
            return pieces;
        }
    }
    match model.scale() {
        HeatScale::Logarithmic => {}
        HeatScale::Linear => pieces.push(vec![Span::styled("linear", strong)]),
    }
    // Where filters take room, the time is named and no more.
    let is_filtered = !pieces.is_empty();
    pieces.push(vec![Span::raw(match (model.snapshot().subject, model.times()) {
        (Subject::Gateway, _) if is_filtered => "took",
        (Subject::Gateway, _) => "took, head to end of answer",
        (Subject::Load, times) if is_filtered => times.word(),
        (Subject::Load, Times::Response) => "response time from intended start",
        (Subject::Load, Times::Service) => "service time from the send",
    })]);
    pieces.push(vec![Span::styled("─ p50  ╍ p99", dim)]);
    if most > 0.0 {
        let mut legend = Vec::new();
        for heat in LEGEND {
            let (shade, style) = theme.heat(heat);
            let shade = if halves(theme) { "█" } else { shade };
            legend.push(Span::styled(shade, style));
        }
        legend.push(Span::styled(format!(" {}/s", rate(most)), dim));
        pieces.push(legend);
    }
    pieces
}

/// The map itself, above the rows of errors.
struct Map<'a> {
    plot: Rect,
    slots: &'a [Slot],
    bands: Bands,
    scale: HeatScale,
    most: f64,
}

impl Map<'_> {
    /// Upper bounds beside the lines in which their bands begin.
    fn labels(&self, buf: &mut Buffer, area: Rect, theme: &Theme) {
        for line in 0..usize::from(area.height) {
            pen::gutter(buf, area, line, "", theme);
        }
        for (line, band) in self.bands.labelled() {
            pen::gutter(buf, area, line, LABELS[band.end - 1], theme);
        }
    }

    /// What lies beneath: phase borders, and the bound of a `p99` expectation where it holds.
    fn ground(&self, buf: &mut Buffer, model: &Model, axis: &Axis, theme: &Theme) {
        for bound in slo::p99_bounds(model.snapshot()) {
            if let Some(line) = self.bands.line_of(heat_row(bound.us)) {
                for column in axis.stretch(bound.from_us, bound.until_us) {
                    pen::glyph(buf, self.plot, column, line, "┄", theme.style(Role::Accent));
                }
            }
        }
        for column in chart::borders(model.snapshot(), axis) {
            for line in 0..usize::from(self.plot.height) {
                pen::glyph(buf, self.plot, column, line, "┊", theme.style(Role::Dim));
            }
        }
    }

    fn warmth(&self, buf: &mut Buffer, theme: &Theme) {
        for (column, slot) in self.slots.iter().enumerate() {
            let mut heats = [0.0; ROWS];
            for (heat, band) in heats.iter_mut().zip(&self.bands.rows) {
                *heat = self.scale.heat(per_second(slot, band), self.most);
            }
            for line in 0..usize::from(self.plot.height) {
                let [upper, lower] = self
                    .bands
                    .at_line(line)
                    .map(|band| band.map_or(0.0, |band| heats[band]));
                if upper > 0.0 || lower > 0.0 {
                    let (glyph, style) = if self.bands.halves {
                        half_blocks(theme, upper, lower)
                    } else {
                        theme.heat(upper)
                    };
                    pen::glyph(buf, self.plot, column, line, glyph, style);
                }
            }
        }
    }

    fn overlay(&self, buf: &mut Buffer, show: Show, theme: &Theme) {
        for (column, slot) in self.slots.iter().enumerate() {
            let rows = match show {
                Show::All | Show::Errors => [slot.p50_us, slot.p99_us].map(|us| percentile_row(slot, us)),
                // Percentiles of a second are of everything; those of its successes are read off the map.
                Show::Ok => [50, 99].map(|percent| row_of_share(slot, percent)),
            };
            for (row, glyph) in rows.into_iter().zip(["─", "╍"]) {
                if let Some(line) = row.and_then(|row| self.bands.line_of(row)) {
                    let style = theme.over_heat(pen::style_at(buf, self.plot, column, line));
                    pen::glyph(buf, self.plot, column, line, glyph, style);
                }
            }
        }
    }

    /// The bounds in words, on their lines, wherever nothing else is drawn.
    fn bound_labels(&self, buf: &mut Buffer, model: &Model, axis: &Axis, theme: &Theme) {
        for bound in slo::p99_bounds(model.snapshot()) {
            let Some(line) = self.bands.line_of(heat_row(bound.us)) else {
                continue;
            };
            let stretch = axis.stretch(bound.from_us, bound.until_us);
            let is_free = |column: usize| pen::symbol_at(buf, self.plot, column, line) == Some("┄");
            let words = [format!("p99<{}", time(bound.us)), format!("<{}", time(bound.us))];
            let place = words.iter().find_map(|label| {
                let columns = width(label);
                let last = stretch.end.checked_sub(columns)?;
                let starts = (stretch.start + 1..last).rev();
                let start = starts
                    .into_iter()
                    .find(|start| (*start..start + columns).all(is_free))?;
                Some((start, label))
            });
            if let Some((start, label)) = place {
                pen::text(buf, self.plot, start, line, label, theme.style(Role::Accent));
            }
        }
    }
}

/// Two heats in one cell.
fn half_blocks(theme: &Theme, upper: f64, lower: f64) -> (&'static str, Style) {
    match (theme.heat_colour(upper), theme.heat_colour(lower)) {
        (Some(upper), Some(lower)) if upper == lower => ("█", Style::new().fg(upper)),
        (Some(upper), Some(lower)) => ("▀", Style::new().fg(upper).bg(lower)),
        (Some(upper), None) => ("▀", Style::new().fg(upper)),
        (None, Some(lower)) => ("▄", Style::new().fg(lower)),
        (None, None) => (" ", Style::new()),
    }
}

/// The row of a percentile. A second without a success has none: a refusal is not fast, it is an error.
fn percentile_row(slot: &Slot, us: u64) -> Option<usize> {
    (us > 0 && slot.heat.iter().any(|count| *count > 0)).then(|| heat_row(us))
}

/// The row that so many percent of a column's successes do not exceed.
fn row_of_share(slot: &Slot, percent: u64) -> Option<usize> {
    let all: u128 = slot.heat.iter().map(|count| u128::from(*count)).sum();
    let wanted = (all * u128::from(percent)).div_ceil(100);
    let mut so_far = 0;
    let reaches = |count: &u64| {
        so_far += u128::from(*count);
        so_far >= wanted
    };
    (all > 0).then(|| slot.heat.iter().position(reaches)).flatten()
}
