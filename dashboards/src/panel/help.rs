//! The help on top of everything: every key in force, out of the one table, and what the glyphs mean.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
    widgets::{Clear, Widget},
};

use super::pen;
use crate::{
    app::Model,
    figures::{clip, count, fit, time},
    modal::Help,
    theme::{Role, Theme},
};

/// What the glyphs mean.
const LEGEND: [(&str, &str); 5] = [
    ("·░▒▓█", "successes per second, few to many"),
    ("─  ╍", "p50 and p99; the highest where seconds share a column"),
    ("┄", "target rate; bound of a p99 expectation"),
    (
        "exp. unexp",
        "share of errors the scenario can have caused, and of others",
    ),
    ("✔ ✖ ◌", "met, failed, not judged yet"),
];

/// Columns of the widest line.
const COLUMNS: u16 = 92;
/// Columns of the keys.
const KEYS: usize = 14;

/// Draws the help in the middle of the area.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, help: &Help, theme: &Theme) {
    let lines = lines(model, help, theme);
    let rows = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let columns = COLUMNS.min(area.width);
    // The last line stays free for the keys of the help itself.
    let rows = rows.min(area.height.saturating_sub(1));
    let place = Rect {
        x: area.x + (area.width - columns) / 2,
        y: area.y + (area.height - rows) / 2,
        width: columns,
        height: rows,
    };
    Clear.render(place, buf);
    let room = usize::from(rows.saturating_sub(2));
    let top = help.top.min(lines.len().saturating_sub(room));
    let shown = lines.len().min(top + room);
    let mut figures = Vec::new();
    if help.typing || !help.search.is_empty() {
        let caret = if help.typing { "_" } else { "" };
        figures.push(vec![Span::styled(
            format!("/{}{caret}", clip(&help.search, KEYS * 2)),
            theme.style(Role::Accent),
        )]);
    }
    if shown - top < lines.len() {
        figures.push(vec![Span::styled(
            format!("{}–{shown} of {}", top + 1, lines.len()),
            theme.style(Role::Dim),
        )]);
    }
    if let Some(drawn) = model.drawn() {
        let frames = model.frames_per_second();
        figures.push(vec![Span::styled(
            format!(
                "drawn in {}, {} bytes, at most {frames}/s",
                time(drawn.us),
                count(drawn.bytes)
            ),
            theme.style(Role::Dim),
        )]);
    }
    let inner = pen::boxed(buf, place, "Help", figures, theme);
    for (at, line) in lines[top..shown].iter().enumerate() {
        pen::line(buf, inner, at, line);
    }
}

/// Every line: the rows that match under the headings of their groups, then the glyphs.
fn lines(model: &Model, help: &Help, theme: &Theme) -> Vec<Line<'static>> {
    let rows = model.keymap().matching(&help.search);
    let mut lines = Vec::new();
    let mut group = None;
    for binding in rows {
        let heading = if group == Some(binding.group) {
            ""
        } else {
            binding.group.word()
        };
        group = Some(binding.group);
        let keys = model.keymap().shown(binding.command, theme.ascii);
        lines.push(line(heading, &keys, binding.help, theme));
    }
    if help.search.is_empty() {
        lines.push(Line::default());
        for (at, (glyphs, meaning)) in LEGEND.into_iter().enumerate() {
            lines.push(line(if at == 0 { "glyphs" } else { "" }, glyphs, meaning, theme));
        }
    } else if lines.is_empty() {
        lines.push(line("", "", "no key does that", theme));
    }
    lines
}

fn line(heading: &str, keys: &str, meaning: &'static str, theme: &Theme) -> Line<'static> {
    Line::from(vec![
        Span::styled(format!(" {}", fit(heading, 8)), theme.style(Role::Dim)),
        Span::styled(fit(keys, KEYS), theme.style(Role::Strong)),
        Span::raw(meaning),
    ])
}
