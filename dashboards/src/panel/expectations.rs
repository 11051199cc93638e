//! What the run is judged by, as it stands now, and why the numbers might not be trusted.

use measure::{snapshot::Snapshot, trust::Stamp, verdict::Verdict};
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

/// Rows it would like to have.
pub(crate) fn rows(model: &Model) -> u16 {
    u16::try_from(entries(model.snapshot()).len().div_ceil(COLUMNS)).unwrap_or(u16::MAX)
}

/// A line to show: its glyph and role, what was asked, what was seen.
struct Entry {
    glyph: &'static str,
    role: Role,
    text: String,
    observed: String,
}

/// The first doubt, then failures, then the rest in the file's order.
fn entries(snapshot: &Snapshot) -> Vec<Entry> {
    let (stamp, reasons) = (snapshot.trust.stamp, &snapshot.trust.reasons);
    let (glyph, role) = match stamp {
        Stamp::Valid | Stamp::Suspect => ("◌", Role::Warn),
        Stamp::Invalid => ("✖", Role::Bad),
    };
    // One line is enough here; the summary lists every reason.
    let doubt = reasons.first().filter(|_| stamp != Stamp::Valid).map(|reason| Entry {
        glyph,
        role,
        text: match reasons.len() - 1 {
            0 => format!("{}: {reason}", stamp.word()),
            more => format!("{} (+{more}): {reason}", stamp.word()),
        },
        observed: String::new(),
    });
    let mut judged: Vec<_> = snapshot.expectations.iter().collect();
    judged.sort_by_key(|judged| judged.verdict != Verdict::Failed);
    let judged = judged.into_iter().map(|judged| {
        let (glyph, role) = slo::mark(judged.verdict);
        Entry {
            glyph,
            role,
            text: judged.text.clone(),
            observed: judged.observed.clone(),
        }
    });
    doubt.into_iter().chain(judged).collect()
}

/// Draws expectations in two columns.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let entries = entries(model.snapshot());
    let area = pen::boxed(buf, area, "Expectations", tally(model.snapshot()), theme);
    let rows = usize::from(area.height);
    let columns = usize::from(area.width) / COLUMNS;
    let room = rows * COLUMNS;
    for (at, entry) in entries.iter().take(room).enumerate() {
        let place = Rect {
            x: area.x + u16::try_from(at / rows.max(1) * columns).unwrap_or(0),
            width: u16::try_from(columns).unwrap_or(0),
            ..area
        };
        pen::line(buf, place, at % rows.max(1), &line(entry, columns, theme));
    }
    if entries.is_empty() {
        pen::line(
            buf,
            area,
            0,
            &Line::styled(" the scenario expects nothing", theme.style(Role::Dim)),
        );
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
    let entries = entries(model.snapshot());
    let mut spans = Vec::new();
    let mut left = usize::from(area.width);
    for (at, entry) in entries.iter().enumerate() {
        let more = format!(" +{}", entries.len() - at);
        let text = clip(&entry.text, left.saturating_sub(4));
        let needed = width(&text) + 4;
        let tail = if at + 1 < entries.len() { width(&more) } else { 0 };
        if needed + tail > left || (at > 0 && text.ends_with('…')) {
            spans.push(Span::styled(fit(&more, left), theme.style(Role::Dim)));
            break;
        }
        left -= needed;
        spans.push(Span::styled(format!(" {} ", entry.glyph), theme.style(entry.role)));
        spans.push(Span::raw(format!("{text} ")));
    }
    pen::line(buf, area, 0, &Line::from(spans));
}
