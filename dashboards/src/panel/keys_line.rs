//! The last line: the keys, out of the one table.

use ratatui::{buffer::Buffer, layout::Rect, text::Span};

use super::pen;
use crate::{
    app::Model,
    keys::{BINDINGS, Command},
    theme::{Role, Theme},
};

/// Draws the keys; while stopping, what the next `q` does.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let mut pieces = Vec::new();
    for binding in BINDINGS.iter().filter(|binding| !binding.short.is_empty()) {
        let (label, short) = match binding.command {
            Command::Stop if model.is_stopping() => ("q", "abort now"),
            Command::Stop => ("q", binding.short),
            Command::Freeze if model.is_frozen() => (binding.label, "back to live"),
            Command::Longer => ("[ ]", binding.short),
            Command::Help
            | Command::Freeze
            | Command::Shorter
            | Command::Times
            | Command::Theme
            | Command::NextPhase
            | Command::PreviousPhase
            | Command::Fault
            | Command::Close => (binding.label, binding.short),
        };
        pieces.push(vec![
            Span::styled(format!(" {label}"), theme.style(Role::Strong)),
            Span::styled(format!(" {short} "), theme.style(Role::Dim)),
        ]);
    }
    pen::line(buf, area, 0, &pen::whole(pieces, usize::from(area.width)));
}
