//! How successes spread over time in two phases, side by side: a histogram of each, band by band.

use std::ops::Range;

use measure::snapshot::HEAT_ROWS_US;
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::trace::shades;
use crate::{
    app::Model,
    choice::Times,
    figures::{clip, fit, fit_right, share_of, time},
    moment::Moment,
    panel::pen,
    theme::{Role, Theme},
};

/// Rows below which it is not worth its box.
pub(super) const LEAST_ROWS: u16 = 6;

const BANDS: usize = HEAT_ROWS_US.len();
/// Columns of a band's name, and of a share.
const BAND: usize = 14;
const SHARE: usize = 7;
/// Columns of a phase's name.
const NAME: usize = 24;

/// Successes by band of time.
type Spread = [u64; BANDS];

/// Draws the histograms of the phases at these places.
pub(super) fn render(buf: &mut Buffer, area: Rect, model: &Model, phases: &[Option<usize>; 2], theme: &Theme) {
    if area.height < 3 {
        return;
    }
    let plan = &model.snapshot().plan;
    let spreads: Vec<(&str, Spread)> = phases
        .iter()
        .flatten()
        .filter_map(|at| Some((plan.phases.get(*at)?.name.as_str(), of_phase(model, *at))))
        .collect();
    let title = vec![vec![Span::raw(format!("by {} time", model.times().word()))]];
    let area = pen::boxed(buf, area, "Successes", title, theme);
    let used = |band: &usize| spreads.iter().any(|(_, spread)| spread[*band] > 0);
    let (Some(lowest), Some(highest)) = ((0..BANDS).find(used), (0..BANDS).rev().find(used)) else {
        pen::text(
            buf,
            area,
            1,
            0,
            "no success is kept second by second",
            theme.style(Role::Dim),
        );
        return;
    };
    let columns = usize::from(area.width).saturating_sub(BAND + 2) / spreads.len().max(1);
    let mut head = " ".repeat(BAND + 2);
    for (name, spread) in &spreads {
        let of = format!("{} ({})", clip(name, NAME), crate::figures::count(sum(spread)));
        head.push_str(&fit(&of, columns));
    }
    pen::line(buf, area, 0, &Line::styled(head, theme.style(Role::Dim)));
    let rows = usize::from(area.height).saturating_sub(1);
    for (at, band) in joined(lowest..highest + 1, rows).into_iter().enumerate() {
        pen::line(buf, area, at + 1, &line(&band, &spreads, columns, theme));
    }
}

/// The bands as at most so many rows, longest times first; neighbours are joined where they are more.
fn joined(bands: Range<usize>, rows: usize) -> Vec<Range<usize>> {
    let count = bands.len().min(rows);
    let border = |at: usize| bands.start + bands.len() * at / count.max(1);
    (0..count).rev().map(|at| border(at)..border(at + 1)).collect()
}

fn line(band: &Range<usize>, spreads: &[(&str, Spread)], columns: usize, theme: &Theme) -> Line<'static> {
    let from = band.start.checked_sub(1).map_or(0, |below| HEAT_ROWS_US[below]);
    let until = HEAT_ROWS_US[band.end - 1];
    let name = match (from, until) {
        (0, until) => format!("up to {}", bound(until)),
        (from, u64::MAX) => format!("over {}", bound(from)),
        (from, until) => format!("{} to {}", bound(from), bound(until)),
    };
    let mut spans = vec![Span::styled(
        format!(" {} ", fit_right(&name, BAND)),
        theme.style(Role::Dim),
    )];
    for (_, spread) in spreads {
        let (part, all) = (sum(&spread[band.clone()]), sum(spread));
        let share = if all == 0 { 0.0 } else { part as f64 / all as f64 };
        let room = columns.saturating_sub(SHARE + 3);
        spans.push(Span::styled(shades(share, room), theme.style(Role::Good)));
        spans.push(Span::raw(format!("{}   ", fit_right(&share_of(part, all), SHARE))));
    }
    Line::from(spans)
}

/// A bound of a band: `5ms`, `2s`.
fn bound(us: u64) -> String {
    match us {
        1_000..1_000_000 => format!("{}ms", us / 1_000),
        1_000_000..100_000_000 => format!("{}s", us / 1_000_000),
        0..1_000 | 100_000_000.. => time(us),
    }
}

fn sum(counts: &[u64]) -> u64 {
    counts.iter().fold(0, |sum, count| sum.saturating_add(*count))
}

/// The seconds of a phase together.
fn of_phase(model: &Model, phase: usize) -> Spread {
    let snapshot = model.snapshot();
    let mut spread = [0; BANDS];
    for second in &*snapshot.seconds {
        let moment = Moment::at(&snapshot.plan, u64::from(second.second) * 1_000_000);
        if !matches!(moment, Moment::Within { index, .. } if index == phase) {
            continue;
        }
        let heat = match model.times() {
            Times::Response => &second.heat,
            Times::Service => &second.service_heat,
        };
        for (sum, more) in spread.iter_mut().zip(heat) {
            *sum += u64::from(*more);
        }
    }
    spread
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn bands_are_joined_evenly_and_none_is_lost() {
        for (bands, rows) in [(0..16, 16), (0..16, 20), (3..9, 4), (2..3, 1), (0..16, 0)] {
            let joined = joined(bands.clone(), rows);
            assert!(joined.len() <= rows);
            let back: Vec<usize> = joined.into_iter().rev().flatten().collect();
            assert!(rows == 0 || back == bands.collect::<Vec<_>>());
        }
    }
}
