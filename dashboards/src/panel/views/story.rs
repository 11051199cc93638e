//! The story of one order, on top of everything: what happened, when and by whom, line by line.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
    text::{Line, Span},
    widgets::{Clear, Widget},
};

use super::trace::wrapped;
use crate::{
    figures::{clip, fit, width},
    modal::{Drill, Told},
    panel::pen,
    story::{Story, StoryLine, Tone},
    theme::{Role, Theme},
};

/// Columns of the widest story.
const COLUMNS: u16 = 120;
/// Columns of the instant and of who did it, at most.
const AT: usize = 14;
const WHO: usize = 12;
/// Columns of an order's number in the title.
const ORDER: usize = 40;
/// Rows of one line, at most.
const ROWS: usize = 12;

/// Draws the story in the middle of the area, its last row left free for the keys.
pub(in crate::panel) fn render(buf: &mut Buffer, area: Rect, drill: &Drill, theme: &Theme) {
    let area = Rect {
        height: area.height.saturating_sub(1),
        ..area
    };
    let columns = COLUMNS.min(area.width);
    let inside = usize::from(columns.saturating_sub(2));
    let (title, rows) = match &drill.told {
        Told::Asked => (
            String::new(),
            words("○", Role::Dim, "asked for, not told yet", inside, theme),
        ),
        Told::Not(why) => (String::new(), words("✖", Role::Bad, why, inside, theme)),
        Told::Story(story) => (story.title.clone(), told(story, drill.line, inside, theme)),
    };
    let height = u16::try_from(rows.len() + 2).unwrap_or(u16::MAX).min(area.height);
    let place = Rect {
        x: area.x + (area.width - columns) / 2,
        y: area.y + (area.height - height) / 2,
        width: columns,
        height,
    };
    Clear.render(place, buf);
    let room = usize::from(height.saturating_sub(2));
    let chosen = rows.iter().position(|row| row.line == drill.line).unwrap_or(0);
    let top = chosen.saturating_sub(room / 2).min(rows.len().saturating_sub(room));
    let name = format!("Order {}", clip(&drill.order, ORDER));
    let mut figures = Vec::new();
    if rows.len() > room
        && let Told::Story(story) = &drill.told
    {
        figures.push(vec![Span::raw(format!("{} of {}", drill.line + 1, story.lines.len()))]);
    }
    let free = inside.saturating_sub(width(&name) + 16);
    if !title.is_empty() {
        figures.insert(0, vec![Span::raw(clip(&title, free))]);
    }
    let inner = pen::boxed(buf, place, &name, figures, theme);
    for (at, row) in rows.iter().skip(top).take(room).enumerate() {
        pen::line(buf, inner, at, &row.text);
    }
}

/// A row on the screen and the line of the story it belongs to.
struct Row {
    line: usize,
    text: Line<'static>,
}

fn words(mark: &'static str, role: Role, text: &str, columns: usize, theme: &Theme) -> Vec<Row> {
    let lines = wrapped(text, columns.saturating_sub(4), ROWS).into_iter().enumerate();
    lines
        .map(|(at, text)| Row {
            line: 0,
            text: Line::from(vec![
                Span::styled(format!(" {} ", if at == 0 { mark } else { " " }), theme.style(role)),
                Span::raw(text),
            ]),
        })
        .collect()
}

fn told(story: &Story, chosen: usize, columns: usize, theme: &Theme) -> Vec<Row> {
    let widest = |part: fn(&StoryLine) -> &String, most: usize| {
        let parts = story.lines.iter().map(|line| width(&clip(part(line), most)));
        parts.max().unwrap_or(0)
    };
    let (at, who) = (widest(|line| &line.at, AT), widest(|line| &line.who, WHO));
    if story.lines.is_empty() {
        return words("◌", Role::Dim, "nothing is known of this order", columns, theme);
    }
    let lines = story.lines.iter().enumerate();
    lines
        .flat_map(|(number, line)| {
            let is_chosen = number == chosen;
            rows(line, is_chosen, (at, who), columns, theme)
                .into_iter()
                .map(move |text| Row { line: number, text })
        })
        .collect()
}

/// The mark and role of a tone: colour alone tells nothing.
fn mark(tone: Tone) -> (&'static str, Role) {
    match tone {
        Tone::Plain => ("·", Role::Plain),
        Tone::Warn => ("◌", Role::Warn),
        Tone::Bad => ("✖", Role::Bad),
        Tone::Good => ("✔", Role::Good),
    }
}

/// A line of the story in as many rows as it needs.
fn rows(
    line: &StoryLine,
    is_chosen: bool,
    (at, who): (usize, usize),
    columns: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let (glyph, role) = mark(line.tone);
    let before = 2 + at + 2 + who + 2 + 2;
    let what = wrapped(&line.what, columns.saturating_sub(before), ROWS);
    let first = what.first().cloned().unwrap_or_default();
    let pointer = if is_chosen { "▸ " } else { "  " };
    let bold = if is_chosen { Modifier::BOLD } else { Modifier::empty() };
    let head = Line::from(vec![
        Span::styled(pointer, theme.style(Role::Accent)),
        Span::styled(format!("{}  ", fit(&line.at, at)), theme.style(Role::Dim)),
        Span::raw(format!("{}  ", fit(&line.who, who))),
        Span::styled(format!("{glyph} "), theme.style(role)),
        Span::styled(first, theme.style(role)),
    ]);
    let rest = what.into_iter().skip(1).map(|text| {
        let indent = Span::raw(" ".repeat(before));
        Line::from(vec![indent, Span::styled(text, theme.style(role))])
    });
    let lines = std::iter::once(head).chain(rest);
    lines.map(|line| line.style(Style::new().add_modifier(bold))).collect()
}
