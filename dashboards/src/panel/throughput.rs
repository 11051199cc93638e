//! Is the load I asked for really arriving? Target and achieved arrivals, and what became of the rest.

use ratatui::{buffer::Buffer, layout::Rect, text::Span};

use super::{chart, pen};
use crate::{
    app::Model,
    figures::{count, rate},
    moment::target_per_second,
    theme::{Role, Theme, bar},
};

/// Draws target and achieved arrivals over time.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let area = pen::boxed(buf, area, "Throughput", figures(model, theme), theme);
    let plot = pen::plot(area);
    let snapshot = model.snapshot();
    let axis = chart::axis(snapshot, plot.width);
    let targets: Vec<f64> = (0..axis.columns())
        .map(|column| target_per_second(&snapshot.plan, axis.middle_us(column)))
        .map(|target| if target.is_finite() { target.max(0.0) } else { 0.0 })
        .collect();
    let achieved = achieved(model, &axis);
    let top = targets
        .iter()
        .copied()
        .chain(achieved.iter().flatten().copied())
        .fold(0.0, f64::max);
    let rows = usize::from(plot.height);
    for row in 0..rows {
        let label = match row {
            0 => rate(top),
            row if row + 1 == rows => "0".to_owned(),
            _ => String::new(),
        };
        pen::gutter(buf, area, row, &label, theme);
    }
    if top <= 0.0 {
        return;
    }
    for column in 0..axis.columns() {
        let target_row = row_of(targets[column] / top, rows);
        for row in 0..rows {
            let filled = achieved[column].unwrap_or(0.0) / top * rows as f64 - (rows - 1 - row) as f64;
            let glyph = bar(filled);
            if glyph != " " {
                pen::glyph(buf, plot, column, row, glyph, theme.style(Role::Good));
            } else if targets[column] > 0.0 && row == target_row {
                pen::glyph(buf, plot, column, row, "┄", theme.style(Role::Accent));
            }
        }
    }
}

/// Arrivals started per second in each column; `None` where nothing is known.
fn achieved(model: &Model, axis: &crate::axis::Axis) -> Vec<Option<f64>> {
    let mut sums = vec![(0.0, 0_u32); axis.columns()];
    for second in &*model.snapshot().seconds {
        let Some(started) = model.starts().in_second(second.second) else {
            continue;
        };
        let from_us = u64::from(second.second) * 1_000_000;
        for (sum, seconds) in &mut sums[axis.stretch(from_us, from_us + 1_000_000)] {
            *sum += started;
            *seconds += 1;
        }
    }
    sums.into_iter()
        .map(|(sum, seconds)| (seconds > 0).then(|| sum / f64::from(seconds)))
        .collect()
}

/// The row in which a share of the whole height ends.
fn row_of(share: f64, rows: usize) -> usize {
    rows.saturating_sub((share * rows as f64).ceil().max(1.0) as usize)
}

fn figures(model: &Model, theme: &Theme) -> pen::Pieces<'static> {
    let snapshot = model.snapshot();
    let load = &snapshot.load;
    let target = rate(target_per_second(&snapshot.plan, snapshot.elapsed_us));
    let achieved = rate(model.starts().recent_per_second(snapshot.elapsed_us));
    let dropped = if load.dropped > 0 { Role::Bad } else { Role::Strong };
    [
        ("target", format!("{target}/s"), Role::Strong),
        ("achieved", format!("{achieved}/s"), Role::Strong),
        ("waiting", count(load.waiting.into()), Role::Strong),
        ("dropped", count(load.dropped), dropped),
        ("in flight", count(load.in_flight.into()), Role::Strong),
    ]
    .into_iter()
    .map(|(word, figure, role)| vec![Span::raw(format!("{word} ")), Span::styled(figure, theme.style(role))])
    .collect()
}
