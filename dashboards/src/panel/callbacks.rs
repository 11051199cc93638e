//! Callbacks, as the load received them and as the gateway counts them.

use measure::snapshot::CallbackFigures;
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::pen;
use crate::{
    app::Model,
    figures::{count, fit, fit_right},
    theme::{Role, Theme},
};

/// A figure, and how it looks when it is not zero.
type Figure = (&'static str, u64, Role);

/// The load's side, then the gateway's.
fn figures(callbacks: &CallbackFigures) -> [Figure; 10] {
    [
        ("received", callbacks.received, Role::Strong),
        ("repeated", callbacks.repeated, Role::Plain),
        ("bad", callbacks.bad, Role::Bad),
        ("sent", callbacks.sent, Role::Plain),
        ("acknowledged", callbacks.acknowledged, Role::Strong),
        ("retried", callbacks.retried, Role::Warn),
        ("held", callbacks.held, Role::Warn),
        ("pending", callbacks.pending, Role::Plain),
        ("dropped", callbacks.dropped, Role::Warn),
        ("lost", callbacks.lost, Role::Bad),
    ]
}

/// Draws all figures in two columns.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let area = pen::boxed(buf, area, pen::title("Callbacks", Vec::new(), theme), theme);
    let figures = figures(&model.snapshot().callbacks);
    let rows = figures.len() / 2;
    for row in 0..rows {
        let mut spans = vec![Span::raw(" ")];
        for figure in [&figures[row], &figures[row + rows]] {
            spans.extend(cell(figure, theme));
        }
        pen::line(buf, area, row, &Line::from(spans));
    }
}

fn cell((word, value, role): &Figure, theme: &Theme) -> [Span<'static>; 4] {
    let shown = if *value == 0 { Role::Plain } else { *role };
    // A failure is marked beside its colour.
    let mark = if *role == Role::Bad && *value > 0 { "✖" } else { " " };
    [
        Span::styled(fit(word, 9), theme.style(Role::Dim)),
        Span::styled(mark, theme.style(shown)),
        Span::styled(fit_right(&count(*value), 7), theme.style(shown)),
        Span::raw("  "),
    ]
}

/// Draws the figures that matter in one line.
pub(crate) fn render_line(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let callbacks = &model.snapshot().callbacks;
    let mut spans = vec![Span::styled(" callbacks", theme.style(Role::Dim))];
    for (word, value, role) in figures(callbacks) {
        let matters = value > 0 || ["received", "acknowledged", "held", "lost"].contains(&word);
        if matters && !["sent", "pending"].contains(&word) {
            let shown = if value == 0 { Role::Plain } else { role };
            spans.push(Span::raw(format!("  {word} ")));
            spans.push(Span::styled(count(value), theme.style(shown)));
        }
    }
    pen::line(buf, area, 0, &Line::from(spans));
}
