//! What happened, newest first, and in full what other screens have no room for: the chosen line, why the numbers are not
//! to be trusted, every expectation, everything done by hand.

use measure::{
    snapshot::{EventKind, EventLine, Snapshot, Subject},
    trust::Stamp,
};
use ratatui::{
    buffer::Buffer,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
};

use super::{
    errors::instant,
    halves,
    table::{Cell, Column, Table},
    trace::wrapped,
};
use crate::{
    app::Model,
    figures::{clip, width},
    panel::{pen, slo},
    theme::{Role, Theme},
};

/// From this width on both parts stand beside each other.
const WIDE: u16 = 110;
/// Rows of the notes below which they are not worth their box.
const NOTES: u16 = 4;
/// Columns of the list that are not the text's.
const BESIDE: usize = 29;
/// Rows of one note, at most.
const ROWS: usize = 12;

/// Draws the log, and beside or below it the notes; the notes alone where they are zoomed.
pub(super) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let [events, notes] = if area.width >= WIDE && !model.is_zoomed() {
        Layout::horizontal([Constraint::Percentage(58), Constraint::Min(0)]).areas(area)
    } else {
        let rows = u16::try_from(model.rows().max(1)).unwrap_or(u16::MAX).saturating_add(3);
        halves(area, rows.min(area.height * 3 / 5), NOTES, model.is_zoomed())
    };
    list(buf, events, model, theme);
    // What the list could show whole needs no second telling.
    let shown = usize::from(events.width).saturating_sub(BESIDE);
    tell(buf, notes, model, shown, theme);
}

fn list(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    if area.height < 3 {
        return;
    }
    let rows: Vec<Vec<Cell>> = model.log().map(row).collect();
    let table = Table {
        columns: vec![
            Column::figures("at", 9),
            Column::words("kind", 11, 11),
            Column::words("what", 16, usize::MAX),
        ],
        chosen: (!rows.is_empty()).then(|| model.selected()),
        rows,
    };
    let mut title = vec![vec![Span::raw("newest first")]];
    if let Some(place) = table.place() {
        title.push(vec![Span::raw(place)]);
    }
    let area = pen::boxed(buf, area, "Log", title, theme);
    table.render(buf, area, model.snapshot(), theme);
    if table.rows.is_empty() {
        pen::text(buf, area, 2, 1, "nothing happened so far", theme.style(Role::Dim));
    }
}

fn row(event: &EventLine) -> Vec<Cell> {
    let role = match event.kind {
        EventKind::Stage | EventKind::Phase | EventKind::Expectation => Role::Plain,
        EventKind::Hand | EventKind::Mark => Role::Accent,
        EventKind::Trust => Role::Warn,
    };
    vec![
        Cell::plain(instant(event.at_us)),
        Cell::Text(event.kind.word().to_owned(), role),
        Cell::plain(&*event.text),
    ]
}

fn tell(buf: &mut Buffer, area: Rect, model: &Model, shown: usize, theme: &Theme) {
    if area.height < 3 {
        return;
    }
    let area = pen::boxed(buf, area, "In full", Vec::new(), theme);
    let lines = notes(model, shown, usize::from(area.width), theme);
    let room = usize::from(area.height);
    let hidden = lines.len().saturating_sub(room);
    for (at, line) in lines.iter().take(room).enumerate() {
        if hidden > 0 && at + 1 == room {
            let more = format!(" … {} more rows: zoom or enlarge to read them", hidden + 1);
            pen::line(buf, area, at, &Line::styled(more, theme.style(Role::Dim)));
        } else {
            pen::line(buf, area, at, line);
        }
    }
}

/// Every note; the chosen line only where more than `shown` columns of it are to be told.
fn notes(model: &Model, shown: usize, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let snapshot = model.snapshot();
    let mut lines = Vec::new();
    let chosen = model.log().nth(model.selected());
    if let Some(event) = chosen.filter(|event| width(&clip(&event.text, shown + 1)) > shown) {
        let head = format!("{} {}", instant(event.at_us), event.kind.word());
        lines.push(heading(&head, theme));
        lines.extend(note("▸", Role::Accent, &event.text, columns, theme));
    }
    lines.extend(trust(snapshot, columns, theme));
    lines.extend(expectations(snapshot, columns, theme));
    lines.push(heading("by hand", theme));
    if snapshot.by_hand.is_empty() {
        lines.extend(note(" ", Role::Dim, "nothing was done by hand", columns, theme));
    }
    for act in &snapshot.by_hand {
        lines.extend(note("·", Role::Accent, act, columns, theme));
    }
    lines
}

fn trust(snapshot: &Snapshot, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let trust = &snapshot.trust;
    let (glyph, role) = match trust.stamp {
        Stamp::Valid => ("✔", Role::Good),
        Stamp::Suspect => ("◌", Role::Warn),
        Stamp::Invalid => ("✖", Role::Bad),
    };
    let mut lines = vec![heading("trust", theme)];
    let word = match trust.reasons.is_empty() {
        true => format!("{}: nothing speaks against the numbers", trust.stamp.word()),
        false => format!("{}, because:", trust.stamp.word()),
    };
    lines.extend(note(glyph, role, &word, columns, theme));
    for reason in &trust.reasons {
        lines.extend(note("·", role, reason, columns, theme));
    }
    lines
}

fn expectations(snapshot: &Snapshot, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    // A gateway alone is not judged.
    if snapshot.subject == Subject::Gateway && snapshot.expectations.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![heading("expectations", theme)];
    if snapshot.expectations.is_empty() {
        lines.extend(note(" ", Role::Dim, "the scenario expects nothing", columns, theme));
    }
    for judged in &snapshot.expectations {
        let (glyph, role) = slo::mark(judged.verdict);
        let text = format!("{}: {}", judged.text, judged.observed);
        lines.extend(note(glyph, role, &text, columns, theme));
    }
    lines
}

fn heading(text: &str, theme: &Theme) -> Line<'static> {
    Line::styled(format!(" {text}"), theme.style(Role::Dim))
}

/// A text behind its mark, in as many rows as it needs.
fn note(mark: &'static str, role: Role, text: &str, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let rows = wrapped(text, columns.saturating_sub(4), ROWS).into_iter().enumerate();
    rows.map(|(at, text)| {
        let mark = if at == 0 { mark } else { " " };
        Line::from(vec![
            Span::styled(format!(" {mark} "), theme.style(role)),
            Span::raw(text),
        ])
    })
    .collect()
}
