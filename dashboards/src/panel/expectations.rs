//! What the run is judged by, as it stands now, and why the numbers might not be trusted.

use measure::{
    snapshot::Snapshot,
    trust::Stamp,
    verdict::{Judged, Verdict},
};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::{pen, slo};
use crate::{
    app::Model,
    figures::{clip, fit, width},
    theme::{Role, Theme},
};

/// Expectations stand in so many columns.
const COLUMNS: usize = 2;
/// So many doubts are told at most; the summary lists every one.
const DOUBTS: usize = 2;

/// Rows it would like to have where expectations get so many at most: the doubts, then expectations side by side.
pub(crate) fn rows(model: &Model, most: u16) -> u16 {
    let snapshot = model.snapshot();
    let doubts = u16::try_from(doubts(snapshot).len().min(DOUBTS)).unwrap_or(0);
    let judged = u16::try_from(snapshot.expectations.len().div_ceil(COLUMNS)).unwrap_or(most);
    doubts + judged.clamp(1, most)
}

/// A line to show: its glyph and role, what was asked, what was seen.
struct Entry {
    glyph: &'static str,
    role: Role,
    text: String,
    observed: String,
}

/// Why the numbers might not be trusted, one line each.
fn doubts(snapshot: &Snapshot) -> Vec<Entry> {
    let stamp = snapshot.trust.stamp;
    let (glyph, role) = match stamp {
        Stamp::Valid => return Vec::new(),
        Stamp::Suspect => ("◌", Role::Warn),
        Stamp::Invalid => ("✖", Role::Bad),
    };
    let entry = |reason: &String| Entry {
        glyph,
        role,
        text: format!("{}: {reason}", stamp.word()),
        observed: String::new(),
    };
    snapshot.trust.reasons.iter().map(entry).collect()
}

/// What was asked for: failures, then the rest in the file's order.
fn judged(snapshot: &Snapshot) -> Vec<Entry> {
    let mut judged: Vec<_> = snapshot.expectations.iter().collect();
    judged.sort_by_key(|judged| judged.verdict != Verdict::Failed);
    let entry = |judged: &Judged| {
        let (glyph, role) = slo::mark(judged.verdict);
        Entry {
            glyph,
            role,
            text: judged.text.clone(),
            observed: judged.observed.clone(),
        }
    };
    judged.into_iter().map(entry).collect()
}

/// Draws doubts across the whole width, then expectations in two columns.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let snapshot = model.snapshot();
    let area = pen::boxed(buf, area, "Expectations", tally(snapshot), theme);
    let width = usize::from(area.width);
    let doubts = doubts(snapshot);
    let told = doubts.len().min(DOUBTS).min(usize::from(area.height));
    for (at, doubt) in doubts.iter().take(told).enumerate() {
        let more = doubts.len() - told;
        let is_last = at + 1 == told && more > 0;
        let tail = if is_last {
            format!(" (+{more} more)")
        } else {
            String::new()
        };
        let mut words = line(doubt, width.saturating_sub(tail.len()), theme);
        words.push_span(Span::styled(tail, theme.style(Role::Dim)));
        pen::line(buf, area, at, &words);
    }
    let rows = usize::from(area.height) - told;
    let columns = width / COLUMNS;
    let judged = judged(snapshot);
    for (at, entry) in judged.iter().take(rows * COLUMNS).enumerate() {
        let place = Rect {
            x: area.x + u16::try_from(at / rows.max(1) * columns).unwrap_or(0),
            width: u16::try_from(columns).unwrap_or(0),
            ..area
        };
        pen::line(buf, place, told + at % rows.max(1), &line(entry, columns, theme));
    }
    if judged.is_empty() {
        let words = Line::styled(" the scenario expects nothing", theme.style(Role::Dim));
        pen::line(buf, area, told, &words);
    }
}

fn tally(snapshot: &Snapshot) -> pen::Pieces<'static> {
    [Verdict::Met, Verdict::Failed, Verdict::NotJudged]
        .into_iter()
        .map(|verdict| {
            let judged = snapshot
                .expectations
                .iter()
                .filter(|judged| judged.verdict == verdict)
                .count();
            vec![Span::raw(format!("{} {judged} {}", verdict.mark(), verdict.word()))]
        })
        .collect()
}

fn line(entry: &Entry, columns: usize, theme: &Theme) -> Line<'static> {
    let room = columns.saturating_sub(4);
    // The sentence may leave more room than the figure is owed at least.
    let free = room.saturating_sub(width(&clip(&entry.text, room)) + 2);
    let observed = clip(&entry.observed, free.max(room.min(16)));
    let text = clip(&entry.text, room.saturating_sub(width(&observed) + 2));
    Line::from(vec![
        Span::styled(format!(" {} ", entry.glyph), theme.style(entry.role)),
        Span::raw(text),
        Span::styled(format!("  {observed}"), theme.style(Role::Dim)),
    ])
}

/// Draws what fits into one line, failures first.
pub(crate) fn render_line(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let snapshot = model.snapshot();
    let entries: Vec<Entry> = doubts(snapshot).into_iter().take(1).chain(judged(snapshot)).collect();
    let mut spans = Vec::new();
    let mut left = usize::from(area.width);
    for (at, entry) in entries.iter().enumerate() {
        let more = format!(" +{}", entries.len() - at);
        let tail = if at + 1 < entries.len() { width(&more) } else { 0 };
        // The first is shown in any case, however much of it; the others whole or not at all.
        let text = clip(&entry.text, left.saturating_sub(4 + tail));
        if at > 0 && text != clip(&entry.text, usize::from(area.width)) {
            spans.push(Span::styled(fit(&more, left), theme.style(Role::Dim)));
            break;
        }
        left = left.saturating_sub(width(&text) + 4);
        spans.push(Span::styled(format!(" {} ", entry.glyph), theme.style(entry.role)));
        spans.push(Span::raw(format!("{text} ")));
    }
    pen::line(buf, area, 0, &Line::from(spans));
}
