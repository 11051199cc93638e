//! Charts one above the other on the run's axis: each a caption with its figures and bars below it.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::trace::{Trace, poured};
use crate::{
    app::Model,
    axis::Axis,
    panel::{chart, pen},
    theme::{Role, Theme, bar},
};

/// One chart.
pub(super) struct Strip {
    pub(super) name: &'static str,
    /// Figures beside the name, such as `now 12`.
    pub(super) figures: Vec<(String, Role)>,
    pub(super) trace: Trace,
    /// What the bars should reach, drawn where they do not.
    pub(super) wanted: Trace,
    /// The value of a full bar; the highest there is where it is not fixed.
    pub(super) full: Option<f64>,
    pub(super) label: fn(f64) -> String,
    pub(super) role: Role,
}

/// Draws as many as fit into the inside of a box, on whose lower border the time axis lies.
pub(super) fn render(buf: &mut Buffer, area: Rect, model: &Model, strips: &[Strip], theme: &Theme) {
    let plot = pen::plot(area);
    if plot.width == 0 || area.height < 2 || strips.is_empty() {
        return;
    }
    let axis = chart::axis(model.snapshot(), plot.width);
    let height = usize::from(area.height);
    let shown = strips.len().min(height / 2);
    for (at, strip) in strips.iter().take(shown).enumerate() {
        let (first, end) = (height * at / shown, height * (at + 1) / shown);
        let place = Rect {
            y: area.y + u16::try_from(first).unwrap_or(0),
            height: u16::try_from(end - first).unwrap_or(0),
            ..area
        };
        caption(buf, place, strip, theme);
        bars(buf, place, model, &axis, strip, theme);
        let below = pen::plot(Rect {
            y: place.y + 1,
            height: place.height.saturating_sub(1),
            ..place
        });
        chart::cursor_line(buf, below, usize::from(below.height), model, &axis, theme);
    }
    let border = Rect {
        height: plot.height + 1,
        ..plot
    };
    chart::time_axis(buf, border, usize::from(plot.height), model, &axis, theme);
}

fn caption(buf: &mut Buffer, area: Rect, strip: &Strip, theme: &Theme) {
    pen::gutter(buf, area, 0, "", theme);
    let plot = pen::plot(area);
    let mut pieces = vec![vec![Span::styled(strip.name, theme.style(Role::Strong))]];
    for (text, role) in &strip.figures {
        pieces.push(vec![Span::raw("  "), Span::styled(text.clone(), theme.style(*role))]);
    }
    let line: Line<'_> = pen::whole(pieces, usize::from(plot.width));
    pen::line(buf, plot, 0, &line);
}

fn bars(buf: &mut Buffer, area: Rect, model: &Model, axis: &Axis, strip: &Strip, theme: &Theme) {
    let plot = pen::plot(area);
    let rows = usize::from(area.height).saturating_sub(1);
    let (values, wanted) = (poured(&strip.trace, axis), poured(&strip.wanted, axis));
    let highest = values.iter().chain(&wanted).flatten().copied().fold(0.0, f64::max);
    let full = strip.full.unwrap_or(highest);
    let scale = if full > 0.0 { (strip.label)(full) } else { String::new() };
    for row in 1..=rows {
        let label = match row {
            1 => scale.as_str(),
            row if row == rows => "0",
            _ => "",
        };
        pen::gutter(buf, area, row, label, theme);
    }
    for column in chart::borders(model.snapshot(), axis) {
        for row in 1..=rows {
            pen::glyph(buf, plot, column, row, "┊", theme.style(Role::Dim));
        }
    }
    if full <= 0.0 {
        return;
    }
    let row_of = |share: f64| rows.saturating_sub((share * rows as f64).ceil().max(1.0) as usize);
    let share = |value: Option<f64>| (value.unwrap_or(0.0) / full).clamp(0.0, 1.0);
    for column in 0..axis.columns() {
        let (value, target) = (share(values[column]), share(wanted[column]));
        for row in 0..rows {
            let (glyph, role) = match bar(value * rows as f64 - (rows - 1 - row) as f64) {
                " " if target > 0.0 && row == row_of(target) => ("┄", Role::Accent),
                " " => continue,
                glyph => (glyph, strip.role),
            };
            pen::glyph(buf, plot, column, row + 1, glyph, theme.style(role));
        }
    }
}
