//! The first line: which run, which phase, which stage, how far, how it is steered, and whether to believe it.

use measure::{
    snapshot::{Snapshot, Stage, Subject},
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
/// A source's name takes this much room at most.
const SOURCE_COLUMNS: usize = 20;
/// The name keeps this much room before banners take theirs.
const NAME_COLUMNS: usize = 10;
/// Below this width words are left out or shortened.
const NARROW: u16 = 70;

/// Draws the header.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let snapshot = model.snapshot();
    let columns = usize::from(area.width);
    let stage = progress_spans(snapshot, theme);
    let right = stamp(snapshot, area.width, theme);
    let taken = spans_width(&stage) + spans_width(&right);
    let room = columns.saturating_sub(taken + 3);
    // Where not everything fits, how the run is steered matters more than its name, and the phase more than the scenario.
    let banners = pen::whole(
        banners(model, area.width, theme),
        room.saturating_sub(NAME_COLUMNS.min(room)),
    );
    let room_for_name = room.saturating_sub(banners.width());
    let names = [place(snapshot, true), place(snapshot, false), phase(snapshot)];
    let is_roomy = area.width >= ROOMY;
    let fits = names
        .iter()
        .skip(usize::from(!is_roomy))
        .find(|name| width(&clip(name, columns)) <= room_for_name);
    let name = clip(fits.unwrap_or(&names[2]), room_for_name);
    let mut line = Line::from(vec![
        Span::raw(" "),
        Span::styled(name, theme.style(Role::Strong)),
        Span::raw("  "),
    ]);
    line.extend(banners);
    line.extend(stage);
    let left = line.width();
    line.push_span(Span::raw(
        " ".repeat(columns.saturating_sub(left + spans_width(&right))),
    ));
    line.extend(right);
    pen::line(buf, area, 0, &line);
}

fn spans_width(spans: &[Span<'_>]) -> usize {
    spans.iter().map(Span::width).sum()
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

fn progress_spans(snapshot: &Snapshot, theme: &Theme) -> Vec<Span<'static>> {
    let (glyph, word) = stage(snapshot.stage);
    vec![
        Span::styled(format!("{glyph} {word}"), theme.style(Role::Accent)),
        Span::raw(format!("  {}", progress(snapshot))),
    ]
}

/// How this is not the plain picture of an untouched run, the weightiest first.
fn banners(model: &Model, columns: u16, theme: &Theme) -> pen::Pieces<'static> {
    let snapshot = model.snapshot();
    let mut pieces = Vec::new();
    let mut banner = |words: String| {
        pieces.push(vec![
            Span::styled(format!(" {words} "), theme.style(Role::Banner)),
            Span::raw(" "),
        ]);
    };
    if model.is_frozen() {
        banner("FROZEN".to_owned());
    }
    if model.is_stopping() {
        banner("STOPPING".to_owned());
    }
    if snapshot.steering.paused {
        banner("PAUSED".to_owned());
    }
    if snapshot.steering.rate_percent != 100 {
        banner(format!("RATE {}%", snapshot.steering.rate_percent));
    }
    if let Some(playback) = model.playback() {
        let word = if columns < NARROW { "REC" } else { "RECORDING" };
        banner(format!("{word} {}", playback.word()));
    }
    if let Some(act) = snapshot.by_hand.last() {
        banner(format!("BY HAND {}", clip(act, ACT_COLUMNS)));
    }
    if let [_, _, ..] = model.sources() {
        let name = model
            .sources()
            .get(model.source())
            .map(|name| clip(name, SOURCE_COLUMNS));
        let place = format!("{}/{} ", model.source() + 1, model.sources().len());
        pieces.push(vec![Span::styled(
            format!("[{place}{}]  ", name.unwrap_or_default()),
            theme.style(Role::Accent),
        )]);
    }
    pieces
}

/// Whether the numbers can be trusted; a gateway alone claims nothing about a load.
fn stamp(snapshot: &Snapshot, columns: u16, theme: &Theme) -> Vec<Span<'static>> {
    if snapshot.subject == Subject::Gateway {
        return vec![Span::styled("  gateway alone ", theme.style(Role::Dim))];
    }
    let (text, role) = match snapshot.trust.stamp {
        Stamp::Valid => ("✔ VALID", Role::Good),
        Stamp::Suspect => ("◌ SUSPECT", Role::Warn),
        Stamp::Invalid => ("✖ INVALID", Role::Bad),
    };
    let mut spans = vec![
        Span::raw(if columns < NARROW { "  " } else { "  trust " }),
        Span::styled(text, theme.style(role)),
    ];
    if columns >= ROOMY {
        spans.push(Span::raw(format!(
            "  lag p99 {}  cpu {}",
            time(snapshot.load.lag_p99_us),
            cpu(snapshot)
        )));
    }
    spans.push(Span::raw(" "));
    spans
}

/// CPU in percent of one core.
pub(crate) fn cpu(snapshot: &Snapshot) -> String {
    let cpu = snapshot.load.cpu_percent;
    if cpu.is_finite() {
        format!("{:.0}%", cpu.clamp(0.0, 99_999.0))
    } else {
        "–".to_owned()
    }
}
