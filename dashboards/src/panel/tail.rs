//! The newest events, oldest on top, as many as fit.

use measure::snapshot::{EventKind, EventLine};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::pen;
use crate::{
    app::Model,
    figures::{clip, clock, fit},
    theme::{Role, Theme},
};

/// Columns of the longest word of a kind.
const KIND: usize = 11;

/// Draws the events in a box.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let events = &model.snapshot().events;
    let area = pen::boxed(
        buf,
        area,
        "Log",
        vec![vec![Span::styled("newest last", theme.style(Role::Dim))]],
        theme,
    );
    let rows = usize::from(area.height);
    let from = events.len().saturating_sub(rows);
    for (at, event) in events[from..].iter().enumerate() {
        pen::line(buf, area, at, &line(event, usize::from(area.width), theme));
    }
    if events.is_empty() {
        pen::line(
            buf,
            area,
            0,
            &Line::styled(" nothing happened so far", theme.style(Role::Dim)),
        );
    }
}

fn line(event: &EventLine, columns: usize, theme: &Theme) -> Line<'static> {
    let role = match event.kind {
        EventKind::Hand => Role::Bad,
        EventKind::Trust => Role::Warn,
        EventKind::Phase | EventKind::Stage => Role::Accent,
        EventKind::Mark | EventKind::Expectation => Role::Plain,
    };
    let at = clock(event.at_us);
    let room = columns.saturating_sub(at.len() + KIND + 4);
    Line::from(vec![
        Span::styled(format!(" {at} "), theme.style(Role::Dim)),
        Span::styled(format!(" {} ", fit(event.kind.word(), KIND)), theme.style(role)),
        Span::raw(clip(&event.text, room)),
    ])
}
