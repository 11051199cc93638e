//! Each operation and journey lately: rate, 99th percentile, errors.

use measure::snapshot::OperationFigures;
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::pen;
use crate::{
    app::Model,
    figures::{DASH, count, fit, fit_right, rate, share, time_of},
    theme::{Role, Theme},
};

/// Columns of a figure.
const FIGURE: usize = 8;
/// Columns a name should have before totals are worth theirs.
const NAME: usize = 14;

/// Rows it would like to have, its head not counted.
pub(crate) fn rows(model: &Model) -> u16 {
    u16::try_from(model.snapshot().operations.len()).unwrap_or(u16::MAX)
}

/// Draws the table.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let figures = vec![
        vec![Span::raw("last 10s")],
        vec![Span::styled("▸ journey", theme.style(Role::Dim))],
    ];
    let area = pen::boxed(buf, area, "Operations", figures, theme);
    let with_total = usize::from(area.width) > NAME + FIGURE * 4;
    let figures = if with_total { 4 } else { 3 };
    let name = usize::from(area.width).saturating_sub(1 + FIGURE * figures);
    let words = ["all", "per s", "p99", "err"].map(|word| fit_right(word, FIGURE));
    let head = format!(" {}{}", fit("", name), words[4 - figures..].concat());
    pen::line(buf, area, 0, &Line::styled(head, theme.style(Role::Dim)));
    for (at, operation) in model.snapshot().operations.iter().enumerate() {
        pen::line(buf, area, at + 1, &row(operation, name, with_total, theme));
    }
}

fn row(operation: &OperationFigures, name: usize, with_total: bool, theme: &Theme) -> Line<'static> {
    let lately = operation.response.count > 0;
    let errors = if lately {
        share(operation.errors)
    } else {
        DASH.to_owned()
    };
    let role = if lately && operation.errors > 0.0 {
        Role::Warn
    } else {
        Role::Plain
    };
    let mark = if operation.journey { "▸" } else { " " };
    let mut spans = vec![Span::raw(format!("{mark}{}", fit(&operation.name, name)))];
    if with_total {
        spans.push(Span::raw(fit_right(&count(operation.finished), FIGURE)));
    }
    let p99 = time_of(operation.response.p99_us, operation.response.count);
    spans.push(Span::raw(fit_right(&rate(operation.per_second), FIGURE)));
    spans.push(Span::styled(fit_right(&p99, FIGURE), theme.style(Role::Strong)));
    spans.push(Span::styled(fit_right(&errors, FIGURE), theme.style(role)));
    Line::from(spans)
}
