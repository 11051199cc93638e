//! The chosen window in figures: percentiles of successes and of everything, errors, and what was expected of them.

use measure::snapshot::{Percentiles, WindowFigures};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::{pen, slo};
use crate::{
    app::{Model, Times},
    figures::{DASH, clip, count, fit, fit_right, rate, share, time_of},
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
    let rest = match figures {
        Some(figures) => format!(
            "{}  {} answers, {}/s ",
            model.times().word(),
            count(figures.finished),
            rate(figures.per_second)
        ),
        None => format!("{} ", model.times().word()),
    };
    let area = pen::boxed(buf, area, pen::title(&name, vec![Span::raw(rest)], theme), theme);
    let head = format!(
        " {}{}{}   {}",
        fit("", 6),
        fit_right("ok", 8),
        fit_right("all", 8),
        "expected"
    );
    pen::line(buf, area, 0, &Line::styled(head, theme.style(Role::Dim)));
    for (at, (word, percentile)) in ROWS.iter().enumerate() {
        let (ok, all) = figures.map_or((DASH.to_owned(), DASH.to_owned()), |figures| {
            columns(figures, model.times(), *percentile)
        });
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

fn row(
    buf: &mut Buffer,
    area: Rect,
    at: usize,
    [word, ok, all]: [&str; 3],
    expected: Option<(measure::verdict::Verdict, String)>,
    theme: &Theme,
) {
    let mut spans = vec![
        Span::styled(format!(" {}", fit(word, 6)), theme.style(Role::Dim)),
        Span::raw(fit_right(ok, 8)),
        Span::styled(fit_right(all, 8), theme.style(Role::Strong)),
    ];
    if let Some((verdict, bound)) = expected {
        let (glyph, role) = slo::mark(verdict);
        spans.push(Span::styled(
            format!("   {glyph} {}", clip(&bound, 12)),
            theme.style(role),
        ));
    }
    pen::line(buf, area, at, &Line::from(spans));
}
