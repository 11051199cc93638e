//! The chosen window in figures: percentiles of successes and of everything, errors, and what was expected of them.

use measure::snapshot::{Percentiles, WindowFigures};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::{
    pen,
    slo::{self, OfMetric},
};
use crate::{
    app::Model,
    choice::Times,
    figures::{DASH, clip, count, fit, fit_right, rate, share, time_of, width},
    theme::{Role, Theme},
};

type Percentile = fn(&Percentiles) -> u64;
const ROWS: [(&str, Percentile); 5] = [
    ("p50", |times| times.p50_us),
    ("p90", |times| times.p90_us),
    ("p99", |times| times.p99_us),
    ("p99.9", |times| times.p999_us),
    ("max", |times| times.max_us),
];

/// Draws the percentiles.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let snapshot = model.snapshot();
    let figures = snapshot.windows.iter().find(|figures| figures.window == model.window());
    let name = format!("Now ({})", model.window().word());
    let mut title = vec![vec![Span::raw(model.times().word())]];
    if let Some(figures) = figures {
        title.push(vec![Span::raw(format!("{}/s", rate(figures.per_second)))]);
        title.push(vec![Span::raw(format!("{} answers", count(figures.finished)))]);
    }
    let area = pen::boxed(buf, area, &name, title, theme);
    let head = format!(" {}{}{}  expected", fit("", 6), fit_right("ok", 8), fit_right("all", 8));
    pen::line(buf, area, 0, &Line::styled(head, theme.style(Role::Dim)));
    for (at, (word, percentile)) in ROWS.iter().enumerate() {
        let (ok, all) = figures.map_or_else(
            || (DASH.to_owned(), DASH.to_owned()),
            |figures| columns(figures, model.times(), *percentile),
        );
        row(
            buf,
            area,
            at + 1,
            [word, &ok, &all],
            slo::of_metric(snapshot, &[word]),
            theme,
        );
    }
    let errors = match figures {
        Some(figures) if figures.finished > 0 => share(1.0 - figures.success),
        Some(_) | None => DASH.to_owned(),
    };
    let expected = slo::of_metric(snapshot, &["errors", "success"]);
    row(buf, area, ROWS.len() + 1, ["err", "", &errors], expected, theme);
}

/// The columns `ok` and `all`. Service time of successes alone is not kept.
fn columns(figures: &WindowFigures, times: Times, percentile: Percentile) -> (String, String) {
    let of = |times: &Percentiles| time_of(percentile(times), times.count);
    match times {
        Times::Response => (of(&figures.response_ok), of(&figures.response)),
        Times::Service => (DASH.to_owned(), of(&figures.service)),
    }
}

fn row(buf: &mut Buffer, area: Rect, at: usize, [word, ok, all]: [&str; 3], expected: Option<OfMetric>, theme: &Theme) {
    let mut spans = vec![
        Span::styled(format!(" {}", fit(word, 6)), theme.style(Role::Dim)),
        Span::raw(fit_right(ok, 8)),
        Span::styled(fit_right(all, 8), theme.style(Role::Strong)),
    ];
    let room = usize::from(area.width).saturating_sub(spans.iter().map(Span::width).sum::<usize>() + 4);
    if let Some(expected) = expected {
        let (glyph, role) = slo::mark(expected.verdict);
        let bound = clip(&expected.bound, room);
        let place = clip(&expected.elsewhere, room.saturating_sub(width(&bound) + 1));
        spans.push(Span::styled(format!("  {glyph} {bound}"), theme.style(role)));
        spans.push(Span::styled(format!(" {place}"), theme.style(Role::Dim)));
    }
    pen::line(buf, area, at, &Line::from(spans));
}
