//! The first line: which run, which phase, which stage, how far, and whether to believe it.

use measure::{
    snapshot::{Snapshot, Stage},
    trust::Stamp,
};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::pen;
use crate::{
    app::Model,
    figures::{clip, clock, time, width},
    moment::{Moment, planned_end_us},
    theme::{Role, Theme},
};

/// From this width on the header has room for the name of the tool, lag and CPU.
const ROOMY: u16 = 110;

/// What was done by hand last takes this much room at most.
const ACT_COLUMNS: usize = 24;

/// Draws the header.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let snapshot = model.snapshot();
    let roomy = area.width >= ROOMY;
    let middle = banner(model, theme);
    let right = stamp(snapshot, roomy, theme);
    let taken = middle.iter().chain(&right).map(Span::width).sum::<usize>();
    let room = usize::from(area.width).saturating_sub(taken);
    let room_for_name = room.saturating_sub(3);
    // Where not everything fits, the phase matters more than the scenario it belongs to.
    let names = [place(snapshot, roomy), place(snapshot, false), phase(snapshot)];
    let fits = names
        .iter()
        .find(|name| width(&clip(name, usize::from(area.width))) <= room_for_name);
    let name = clip(fits.unwrap_or(&names[2]), room_for_name);
    let mut spans = vec![
        Span::raw(" "),
        Span::styled(name, theme.style(Role::Strong)),
        Span::raw("  "),
    ];
    let left: usize = spans.iter().map(Span::width).sum();
    spans.extend(middle);
    spans.push(Span::raw(" ".repeat(room.saturating_sub(left))));
    spans.extend(right);
    pen::line(buf, area, 0, &Line::from(spans));
}

/// The stage's glyph and word.
pub(crate) fn stage(stage: Stage) -> (&'static str, &'static str) {
    match stage {
        Stage::Starting => ("○", "START"),
        Stage::Running => ("●", "RUN"),
        Stage::Draining => ("◐", "DRAIN"),
        Stage::Ended => ("■", "ENDED"),
    }
}

/// Elapsed and total: arrivals while they last, then the drain too.
pub(crate) fn progress(snapshot: &Snapshot) -> String {
    let total = match snapshot.stage {
        Stage::Starting | Stage::Running => snapshot.plan.arrivals_end_us,
        Stage::Draining | Stage::Ended => planned_end_us(&snapshot.plan),
    };
    format!("{} / {}", clock(snapshot.elapsed_us), clock(total))
}

fn place(snapshot: &Snapshot, roomy: bool) -> String {
    let (scenario, phase) = (&snapshot.plan.scenario, phase(snapshot));
    if roomy {
        format!("paydrill  {scenario} ▸ {phase}  seed {}", snapshot.plan.seed)
    } else {
        format!("{scenario} ▸ {phase}")
    }
}

fn phase(snapshot: &Snapshot) -> String {
    let moment = Moment::of(snapshot);
    match moment {
        Moment::Within { index, phase } => format!("{}/{} {}", index + 1, snapshot.plan.phases.len(), phase.name),
        Moment::Before | Moment::Drain | Moment::Over => moment.name().to_owned(),
    }
}

fn banner(model: &Model, theme: &Theme) -> Vec<Span<'static>> {
    let snapshot = model.snapshot();
    let (glyph, word) = stage(snapshot.stage);
    let mut spans = Vec::new();
    if model.is_frozen() {
        spans.push(Span::styled(" FROZEN ", theme.style(Role::Banner)));
        spans.push(Span::raw(" "));
    }
    if model.is_stopping() {
        spans.push(Span::styled(" STOPPING ", theme.style(Role::Banner)));
        spans.push(Span::raw(" "));
    }
    if let Some(act) = snapshot.by_hand.last() {
        let act = clip(act, ACT_COLUMNS);
        spans.push(Span::styled(format!(" BY HAND {act} "), theme.style(Role::Banner)));
        spans.push(Span::raw(" "));
    }
    spans.push(Span::styled(format!("{glyph} {word}"), theme.style(Role::Accent)));
    spans.push(Span::raw(format!("  {}", progress(snapshot))));
    spans
}

fn stamp(snapshot: &Snapshot, roomy: bool, theme: &Theme) -> Vec<Span<'static>> {
    let (text, role) = match snapshot.trust.stamp {
        Stamp::Valid => ("✔ VALID", Role::Good),
        Stamp::Suspect => ("◌ SUSPECT", Role::Warn),
        Stamp::Invalid => ("✖ INVALID", Role::Bad),
    };
    let mut spans = vec![Span::raw("  trust "), Span::styled(text, theme.style(role))];
    if roomy {
        let cpu = snapshot.load.cpu_percent;
        let cpu = if cpu.is_finite() {
            format!("{:.0}%", cpu.clamp(0.0, 99_999.0))
        } else {
            "–".to_owned()
        };
        spans.push(Span::raw(format!(
            "  lag p99 {}  cpu {cpu}",
            time(snapshot.load.lag_p99_us)
        )));
    }
    spans.push(Span::raw(" "));
    spans
}
