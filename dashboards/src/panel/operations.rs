//! Each operation and journey lately: rate, 99th percentile, errors.

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

/// Rows it would like to have, its head not counted.
pub(crate) fn rows(model: &Model) -> u16 {
    u16::try_from(model.snapshot().operations.len()).unwrap_or(u16::MAX)
}

/// Draws the table.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let rest = vec![
        Span::raw("last 10s, "),
        Span::styled("▸ journey ", theme.style(Role::Dim)),
    ];
    let area = pen::boxed(buf, area, pen::title("Operations", rest, theme), theme);
    let name_columns = usize::from(area.width).saturating_sub(2 + 7 + 8 + 8 + 8).max(8);
    let head = ["all", "per s", "p99", "err"].map(|word| fit_right(word, 8)).concat();
    pen::line(
        buf,
        area,
        0,
        &Line::styled(
            format!(" {}{}", fit("", name_columns), &head[1..]),
            theme.style(Role::Dim),
        ),
    );
    for (at, operation) in model.snapshot().operations.iter().enumerate() {
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
        let line = Line::from(vec![
            Span::raw(format!("{mark}{}", fit(&operation.name, name_columns))),
            Span::raw(fit_right(&count(operation.finished), 7)),
            Span::raw(fit_right(&rate(operation.per_second), 8)),
            Span::styled(
                fit_right(&time_of(operation.response.p99_us, operation.response.count), 8),
                theme.style(Role::Strong),
            ),
            Span::styled(fit_right(&errors, 8), theme.style(role)),
        ]);
        pen::line(buf, area, at + 1, &line);
    }
}
