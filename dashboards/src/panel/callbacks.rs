//! Callbacks, as the load received them and as the gateway counts them.

use measure::snapshot::{CallbackFigures, Snapshot, Subject};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::pen;
use crate::{
    app::Model,
    figures::{count, fit, fit_right, time},
    theme::{Role, Theme},
};

/// A figure, and how it looks when it is not zero.
type Figure = (&'static str, u64, Role);

/// What the one line shows even where it is zero.
const ALWAYS: [&str; 5] = ["received", "sent", "pending", "retried", "lost"];
/// Columns of the longest word on either side.
const LEFT_WORDS: usize = 12;
const RIGHT_WORDS: usize = 8;

/// Rows the figures would like to have, borders included.
pub(crate) const ROWS: u16 = 7;

/// What matters most first. Of a gateway alone, nobody knows what was received.
fn figures(snapshot: &Snapshot) -> Vec<Figure> {
    let callbacks = &snapshot.callbacks;
    let by_receiver = snapshot.subject == Subject::Load;
    let figures = [
        (by_receiver, ("received", callbacks.received, Role::Strong)),
        (!by_receiver, ("sent", callbacks.sent, Role::Strong)),
        (true, ("pending", callbacks.pending, Role::Plain)),
        (true, ("acknowledged", callbacks.acknowledged, Role::Strong)),
        (true, ("retried", callbacks.retried, Role::Warn)),
        (true, ("lost", callbacks.lost, Role::Bad)),
        (by_receiver, ("repeated", callbacks.repeated, Role::Plain)),
        (true, ("held", callbacks.held, Role::Warn)),
        (true, ("dropped", callbacks.dropped, Role::Warn)),
        (by_receiver, ("bad", callbacks.bad, Role::Bad)),
        (by_receiver, ("sent", callbacks.sent, Role::Plain)),
    ];
    figures
        .into_iter()
        .filter(|(known, _)| *known)
        .map(|(_, figure)| figure)
        .collect()
}

/// Draws the figures in two columns, as many as there are rows for.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let callbacks = &model.snapshot().callbacks;
    let area = pen::boxed(buf, area, "Callbacks", title(callbacks, theme), theme);
    let mut figures = figures(model.snapshot());
    let rows = usize::from(area.height);
    if rows * 2 < figures.len() {
        // A failure must not be among those that find no room.
        figures.sort_by_key(|(_, value, role)| *role != Role::Bad || *value == 0);
    }
    for (row, pair) in figures.chunks(2).take(rows).enumerate() {
        let mut spans = cell(&pair[0], LEFT_WORDS, theme);
        if let Some(right) = pair.get(1) {
            spans.extend(cell(right, RIGHT_WORDS, theme));
        }
        pen::line(buf, area, row, &Line::from(spans));
    }
}

fn title(callbacks: &CallbackFigures, theme: &Theme) -> pen::Pieces<'static> {
    if callbacks.ack_p99_us == 0 {
        return Vec::new();
    }
    vec![vec![
        Span::styled("ack p99 ", theme.style(Role::Dim)),
        Span::styled(time(callbacks.ack_p99_us), theme.style(Role::Strong)),
    ]]
}

fn cell((word, value, role): &Figure, columns: usize, theme: &Theme) -> Vec<Span<'static>> {
    let shown = if *value == 0 { Role::Plain } else { *role };
    // A failure is marked beside its colour.
    let mark = if *role == Role::Bad && *value > 0 { "✖" } else { " " };
    vec![
        Span::styled(format!(" {}", fit(word, columns)), theme.style(Role::Dim)),
        Span::styled(mark, theme.style(shown)),
        Span::styled(format!("{} ", fit_right(&count(*value), 7)), theme.style(shown)),
    ]
}

/// Draws the figures that matter in one line, failures first.
pub(crate) fn render_line(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let snapshot = model.snapshot();
    let mut matter: Vec<Figure> = figures(snapshot)
        .into_iter()
        .filter(|(word, value, _)| *value > 0 || ALWAYS.contains(word))
        .collect();
    matter.sort_by_key(|(word, value, role)| (*role != Role::Bad || *value == 0, !ALWAYS.contains(word)));
    let mut pieces = vec![vec![Span::styled(" callbacks", theme.style(Role::Dim))]];
    for (word, value, role) in matter {
        let shown = if value == 0 { Role::Plain } else { role };
        pieces.push(vec![
            Span::raw(format!("  {word} ")),
            Span::styled(count(value), theme.style(shown)),
        ]);
    }
    if snapshot.callbacks.ack_p99_us > 0 {
        let ack = format!("  ack p99 {}", time(snapshot.callbacks.ack_p99_us));
        pieces.insert(pieces.len().min(3), vec![Span::raw(ack)]);
    }
    pen::line(buf, area, 0, &pen::whole(pieces, usize::from(area.width)));
}
