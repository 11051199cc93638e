//! Is the load I asked for really arriving? Target and achieved arrivals over time, and what became of the rest. Of a
//! gateway alone: the exchanges that it saw.

use measure::snapshot::{Snapshot, Subject};
use ratatui::{buffer::Buffer, layout::Rect, text::Span};

use super::{arrivals::Arrivals, chart, now::Now, pen};
use crate::{
    app::Model,
    axis::{Axis, Slot},
    figures::{DASH, count, rate},
    moment::target_per_second,
    theme::{Role, Theme, bar},
};

/// Draws the panel.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let snapshot = model.snapshot();
    let (name, title) = match snapshot.subject {
        Subject::Load => ("Throughput", figures(model, theme)),
        Subject::Gateway => ("Exchanges", exchanges(model, theme)),
    };
    let outer = area;
    let area = pen::boxed(buf, area, name, title, theme);
    pen::foot(buf, outer, totals(model, theme));
    let plot = pen::plot(area);
    let axis = chart::axis(snapshot, plot.width);
    let slots = axis.pour(&snapshot.seconds, model.times());
    let targets = targets(snapshot, &axis);
    let reached: Vec<f64> = slots.iter().map(|slot| reached(snapshot.subject, slot)).collect();
    let top = targets.iter().chain(&reached).copied().fold(0.0, f64::max);
    let rows = usize::from(plot.height);
    for row in 0..rows {
        let label = match row {
            0 => rate(top),
            row if row + 1 == rows => "0".to_owned(),
            _ => String::new(),
        };
        pen::gutter(buf, area, row, &label, theme);
    }
    if top > 0.0 {
        let style = theme.style(Role::Good);
        for column in 0..axis.columns() {
            let target_row = row_of(targets[column] / top, rows);
            let filled = reached[column] / top * rows as f64;
            for row in 0..rows {
                let glyph = bar(filled - (rows - 1 - row) as f64);
                if glyph != " " {
                    pen::glyph(buf, plot, column, row, glyph, style);
                } else if targets[column] > 0.0 && row == target_row {
                    pen::glyph(buf, plot, column, row, "┄", theme.style(Role::Accent));
                }
            }
        }
    }
    chart::cursor_line(buf, plot, rows, model, &axis, theme);
}

/// What the plan asks for in each column; nothing of a gateway alone.
fn targets(snapshot: &Snapshot, axis: &Axis) -> Vec<f64> {
    let target = |column: usize| match snapshot.subject {
        Subject::Load => target_per_second(&snapshot.plan, axis.middle_us(column)),
        Subject::Gateway => 0.0,
    };
    let finite = |target: f64| if target.is_finite() { target.max(0.0) } else { 0.0 };
    (0..axis.columns()).map(target).map(finite).collect()
}

/// Arrivals started, or exchanges ended, per second of a column.
fn reached(subject: Subject, slot: &Slot) -> f64 {
    let count = match subject {
        Subject::Load => slot.started,
        Subject::Gateway => slot.finished,
    };
    count as f64 / f64::from(slot.seconds.max(1))
}

/// The row in which a share of the whole height ends.
fn row_of(share: f64, rows: usize) -> usize {
    rows.saturating_sub((share * rows as f64).ceil().max(1.0) as usize)
}

fn figures(model: &Model, theme: &Theme) -> pen::Pieces<'static> {
    let arrivals = Arrivals::of(model);
    let achieved = if arrivals.falls_short() {
        Role::Warn
    } else {
        Role::Strong
    };
    let dropped = if arrivals.dropped > 0 { Role::Bad } else { Role::Strong };
    let at = arrivals
        .at
        .clone()
        .map(|at| vec![Span::styled(at, theme.style(Role::Accent))]);
    let figures = vec![
        figure("target", format!("{}/s", arrivals.target_words()), Role::Strong, theme),
        figure("achieved", format!("{}/s", arrivals.achieved_words()), achieved, theme),
        figure("dropped", count(arrivals.dropped), dropped, theme),
        figure("waiting", count(arrivals.waiting.into()), Role::Strong, theme),
        vec![Span::styled("┄ target", theme.style(Role::Dim))],
    ];
    at.into_iter().chain(figures).collect()
}

fn exchanges(model: &Model, theme: &Theme) -> pen::Pieces<'static> {
    let ended = Now::of(model).map_or_else(|| DASH.to_owned(), |now| rate(now.per_second));
    vec![figure("ended", format!("{ended}/s"), Role::Strong, theme)]
}

/// Counts of the cursor's second or since the start, for the lower border.
fn totals(model: &Model, theme: &Theme) -> pen::Pieces<'static> {
    let snapshot = model.snapshot();
    let arrivals = Arrivals::of(model);
    let in_flight = figure("in flight", count(arrivals.in_flight.into()), Role::Strong, theme);
    if snapshot.subject == Subject::Gateway {
        return vec![in_flight];
    }
    let mut figures = vec![
        figure("offered", count(arrivals.offered), Role::Plain, theme),
        figure("started", count(arrivals.started), Role::Plain, theme),
        in_flight,
        figure("users", count(snapshot.plan.users.into()), Role::Plain, theme),
    ];
    if arrivals.at.is_none() {
        figures.push(figure("completed", count(snapshot.load.completed), Role::Plain, theme));
    }
    figures
}

fn figure(word: &str, figure: String, role: Role, theme: &Theme) -> Vec<Span<'static>> {
    vec![
        Span::styled(format!("{word} "), theme.style(Role::Plain)),
        Span::styled(figure, theme.style(role)),
    ]
}
