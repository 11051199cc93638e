//! The help on top of everything: every key, out of the one table, and what the glyphs mean.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
    widgets::{Clear, Widget},
};

use super::pen;
use crate::{
    app::Model,
    figures::fit,
    keys::BINDINGS,
    theme::{Role, Theme},
};

/// What the glyphs mean.
const LEGEND: [(&str, &str); 5] = [
    ("·░▒▓█", "successes per second, few to many, on a logarithmic scale"),
    ("─  ╍", "p50 and p99; the highest where seconds share a column"),
    ("┄", "target rate; bound of a p99 expectation"),
    (
        "exp. unexp",
        "share of errors the scenario can have caused, and of others",
    ),
    ("✔ ✖ ◌", "met, failed, not judged yet"),
];

/// Columns of the widest line.
const COLUMNS: u16 = 80;

/// Draws the help in the middle of the area.
pub(crate) fn render(buf: &mut Buffer, area: Rect, _model: &Model, theme: &Theme) {
    let rows = u16::try_from(BINDINGS.len() + LEGEND.len() + 3).unwrap_or(u16::MAX);
    let (columns, rows) = (COLUMNS.min(area.width), rows.min(area.height));
    let place = Rect {
        x: area.x + (area.width - columns) / 2,
        y: area.y + (area.height - rows) / 2,
        width: columns,
        height: rows,
    };
    Clear.render(place, buf);
    let inner = pen::boxed(buf, place, "Help", Vec::new(), theme);
    let keys = BINDINGS.iter().map(|binding| (binding.label, binding.help));
    for (at, (label, meaning)) in keys.chain([("", "")]).chain(LEGEND).enumerate() {
        let line = Line::from(vec![
            Span::styled(format!(" {}", fit(label, 11)), theme.style(Role::Strong)),
            Span::raw(meaning),
        ]);
        pen::line(buf, inner, at, &line);
    }
}
