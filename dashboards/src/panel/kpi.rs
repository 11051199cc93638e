//! The figures that matter in one line, for screens that have no room for panels.

use measure::snapshot::{Snapshot, WindowFigures};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::{header, pen};
use crate::{
    app::Model,
    choice::Times,
    figures::{DASH, clip, count, rate, share, share_of, time_of},
    moment::{Moment, target_per_second},
    theme::{Role, Theme},
};

/// From this width on the line has room for the median.
const ROOM_FOR_P50: u16 = 75;

/// Draws the line of a compact screen.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let snapshot = model.snapshot();
    let figures = window(model);
    let times = |figures: &WindowFigures| match model.times() {
        Times::Response => figures.response,
        Times::Service => figures.service,
    };
    let (p50, p99) = figures.map_or_else(
        || (DASH.to_owned(), DASH.to_owned()),
        |figures| {
            let times = times(figures);
            (time_of(times.p50_us, times.count), time_of(times.p99_us, times.count))
        },
    );
    let (all, unexpected) = unexpected(snapshot, model.window().seconds());
    let strong = theme.style(Role::Strong);
    let bad = if unexpected > 0 {
        theme.style(Role::Bad)
    } else {
        theme.style(Role::Plain)
    };
    let mut pieces = vec![
        vec![Span::styled(format!(" {}/s", arriving(model)), strong)],
        vec![Span::raw("  p99 "), Span::styled(p99, strong)],
        vec![Span::raw("  err "), Span::styled(errors(figures), strong)],
        vec![Span::styled(
            format!(" (unexpected {})", share_of(unexpected, all)),
            bad,
        )],
        vec![Span::raw(format!("  drop {}", count(snapshot.load.dropped)))],
        vec![Span::styled(
            format!("  {}", model.window().word()),
            theme.style(Role::Dim),
        )],
    ];
    // The unexpected errors matter more than the median where there is no room for both.
    if area.width >= ROOM_FOR_P50 {
        pieces.insert(1, vec![Span::raw("  p50 "), Span::styled(p50, strong)]);
    }
    pen::line(buf, area, 0, &pen::whole(pieces, usize::from(area.width)));
}

/// Draws what a tiny screen has room for.
pub(crate) fn tiny(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let snapshot = model.snapshot();
    let (glyph, word) = header::stage(snapshot.stage);
    let frozen = if model.is_frozen() { "FROZEN " } else { "" };
    let phase = clip(Moment::of(snapshot).name(), 16);
    let status = format!(
        "{frozen}{glyph} {word} {} {phase} {}/s err {}",
        header::progress(snapshot),
        arriving(model),
        errors(window(model)),
    );
    let columns = usize::from(area.width);
    pen::line(
        buf,
        area,
        0,
        &Line::styled(clip(&status, columns), theme.style(Role::Strong)),
    );
    pen::line(
        buf,
        area,
        1,
        &Line::styled(
            clip("enlarge the terminal to 60x16 or more", columns),
            theme.style(Role::Dim),
        ),
    );
}

fn window(model: &Model) -> Option<&WindowFigures> {
    model
        .snapshot()
        .windows
        .iter()
        .find(|figures| figures.window == model.window())
}

/// Achieved and target rate: `197/200`.
fn arriving(model: &Model) -> String {
    let snapshot = model.snapshot();
    let achieved = model.starts().recent_per_second(snapshot.elapsed_us);
    format!(
        "{}/{}",
        rate(achieved),
        rate(target_per_second(&snapshot.plan, snapshot.elapsed_us))
    )
}

fn errors(figures: Option<&WindowFigures>) -> String {
    match figures {
        Some(figures) if figures.finished > 0 => share(1.0 - figures.success),
        Some(_) | None => DASH.to_owned(),
    }
}

/// Requests and unexpected errors of the last so many seconds.
fn unexpected(snapshot: &Snapshot, seconds: Option<u32>) -> (u64, u64) {
    let last = snapshot.seconds.last().map_or(0, |second| second.second);
    let first = seconds.map_or(0, |seconds| (last + 1).saturating_sub(seconds));
    snapshot
        .seconds
        .iter()
        .filter(|second| second.second >= first)
        .fold((0, 0), |(all, bad), second| {
            (
                all + u64::from(second.finished),
                bad + u64::from(second.unexpected_errors),
            )
        })
}
