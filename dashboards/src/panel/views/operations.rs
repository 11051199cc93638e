//! Each operation and journey: how much of it, how it ended, how long it took, and the chosen one's own heat map.

use measure::snapshot::{OperationFigures, OperationSecond, PhasePlan};
use ratatui::{buffer::Buffer, layout::Rect, text::Span};

use super::{
    halves, middle, present, present_word, requests,
    table::{Cell, Column, Table},
    trace::{Trace, short},
};
use crate::{
    app::Model,
    choice::Times,
    figures::{DASH, clip, clock, rate, share_of, time},
    moment::Moment,
    panel::{change, heat, pen},
    theme::{Role, Theme},
};

/// Rows of the heat map below which it is not worth its box.
const HEAT_ROWS: u16 = 6;
/// Columns of a name in a title.
const NAME: usize = 24;

/// Draws the table, and below it the heat map of the chosen row.
pub(super) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let rows = u16::try_from(model.snapshot().operations.len().max(1)).unwrap_or(u16::MAX);
    let upper = rows.saturating_add(3).min((area.height / 2).max(6));
    let [upper, lower] = halves(area, upper, HEAT_ROWS, model.is_zoomed());
    list(buf, upper, model, theme);
    if lower.height > 0 {
        heat::render_of(buf, lower, model, Some(model.selected()), theme);
    }
}

/// One operation over the complete seconds that the picture has.
#[derive(Clone, Default)]
struct Told {
    sum: Counts,
    present: Counts,
    /// Of each second of the present.
    p50_us: Vec<u64>,
    p99_us: Vec<u64>,
    /// Of each second of the phase to stand against.
    base_p99_us: Vec<u64>,
    trace: Trace,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    finished: u64,
    ok: u64,
    expected: u64,
    unexpected: u64,
}

impl Counts {
    fn add(&mut self, second: &OperationSecond) {
        for (sum, more) in [
            (&mut self.finished, second.finished),
            (&mut self.ok, second.ok),
            (&mut self.expected, second.expected_errors),
            (&mut self.unexpected, second.unexpected_errors),
        ] {
            *sum = sum.saturating_add(more.into());
        }
    }
}

fn list(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let snapshot = model.snapshot();
    let base = base(model);
    let rows = snapshot.operations.iter().zip(told(model, base));
    let rows: Vec<Vec<Cell>> = rows
        .map(|(operation, told)| row(model, operation, told, base))
        .collect();
    let table = Table {
        columns: vec![
            Column::words("operation", 16, 28),
            Column::figures(requests(snapshot), 9).rank(4),
            Column::figures("ok", 6).rank(3),
            Column::figures("expected", 8).rank(5),
            Column::figures("unexpected", 10).rank(2),
            Column::figures("per s", 6),
            Column::figures("p50", 6).rank(6),
            Column::figures("p99", 6),
            Column::figures("Δp99", 7).rank(1),
            Column::traces("per s over the run", 18).rank(8),
        ],
        chosen: (!rows.is_empty()).then(|| model.selected()),
        rows,
    };
    let lately = match (is_exact(model), model.cursor()) {
        (true, _) | (_, Some(_)) => present_word(model),
        (false, None) => format!("middle of {}", present_word(model)),
    };
    let mut title = vec![vec![Span::raw(format!("per s, p50, p99: {lately}"))]];
    // Errors are counted in the seconds that are kept.
    let from = snapshot.seconds.first().map_or(0, |second| second.second);
    if from > 0 {
        title.push(vec![Span::raw(format!(
            "errors since {}",
            clock(u64::from(from) * 1_000_000)
        ))]);
    }
    if let Some(base) = base {
        title.push(vec![Span::raw(format!("Δ to {}", clip(&base.name, NAME)))]);
    }
    if let Some(name) = model.operation() {
        let only = format!("other views: {} only", clip(name, NAME));
        title.push(vec![Span::styled(only, theme.style(Role::Accent))]);
    }
    let area = pen::boxed(buf, area, "Operations", title, theme);
    table.render(buf, area, snapshot, theme);
    if snapshot.operations.is_empty() {
        pen::text(buf, area, 2, 1, "none was called so far", theme.style(Role::Dim));
    }
}

/// The phase to stand against: the first one, unless what is shown lies in it.
fn base(model: &Model) -> Option<&PhasePlan> {
    let snapshot = model.snapshot();
    let first = snapshot.plan.phases.first()?;
    let shown_us = match model.cursor() {
        Some(second) => u64::from(second) * 1_000_000,
        None => snapshot.elapsed_us,
    };
    match Moment::at(&snapshot.plan, shown_us) {
        Moment::Within { index: 0, .. } => None,
        Moment::Within { .. } | Moment::Before | Moment::Drain | Moment::Over => Some(first),
    }
}

fn is_within(phase: &PhasePlan, second: u32) -> bool {
    let us = u64::from(second) * 1_000_000;
    phase.from_us <= us && us < phase.until_us
}

/// What the seconds say of each operation.
fn told(model: &Model, base: Option<&PhasePlan>) -> Vec<Told> {
    let snapshot = model.snapshot();
    let mut told = vec![Told::default(); snapshot.operations.len()];
    for second in &*snapshot.seconds {
        let is_base = base.is_some_and(|base| is_within(base, second.second));
        for figures in &second.operations {
            let Some(told) = told.get_mut(usize::from(figures.operation)) else {
                continue;
            };
            told.sum.add(figures);
            told.trace.push((second.second, figures.finished.into()));
            if is_base {
                told.base_p99_us.push(percentiles(figures, model.times()).1);
            }
        }
    }
    for figures in present(model).into_iter().flat_map(|second| &second.operations) {
        if let Some(told) = told.get_mut(usize::from(figures.operation)) {
            let (p50_us, p99_us) = percentiles(figures, model.times());
            told.present.add(figures);
            told.p50_us.push(p50_us);
            told.p99_us.push(p99_us);
        }
    }
    told
}

fn percentiles(second: &OperationSecond, times: Times) -> (u64, u64) {
    match times {
        Times::Response => (second.p50_us, second.p99_us),
        Times::Service => (second.service_p50_us, second.service_p99_us),
    }
}

fn row(model: &Model, operation: &OperationFigures, told: Told, base: Option<&PhasePlan>) -> Vec<Cell> {
    let name = if operation.journey {
        format!("{} (journey)", operation.name)
    } else {
        operation.name.clone()
    };
    let (middle_p50_us, middle_p99_us) = (middle(told.p50_us.into_iter()), middle(told.p99_us.into_iter()));
    let (p50_us, p99_us) = if is_exact(model) && operation.response.count > 0 {
        (Some(operation.response.p50_us), Some(operation.response.p99_us))
    } else {
        (middle_p50_us, middle_p99_us)
    };
    let or_dash = |us: Option<u64>| us.map_or_else(|| DASH.to_owned(), time);
    let per_second = match model.cursor() {
        Some(_) => told.present.finished as f64,
        None => operation.per_second,
    };
    // Like is set against like: the middle second of either stretch.
    let base_p99_us = middle(told.base_p99_us.into_iter()).filter(|_| base.is_some());
    let delta = change::of_times(middle_p99_us, base_p99_us.unwrap_or(0));
    let sum = told.sum;
    let unexpected = if sum.unexpected > 0 { "✖ " } else { "" };
    vec![
        Cell::plain(name),
        Cell::plain(short(operation.finished, 9)),
        Cell::plain(share_of(sum.ok, sum.finished)),
        Cell::of(short(sum.expected, 8), sum.expected > 0, Role::Warn),
        Cell::of(
            format!("{unexpected}{}", short(sum.unexpected, 8)),
            sum.unexpected > 0,
            Role::Bad,
        ),
        Cell::plain(rate(per_second)),
        Cell::plain(or_dash(p50_us)),
        Cell::strong(or_dash(p99_us)),
        Cell::plain(delta),
        Cell::Trace(told.trace, Role::Good),
    ]
}

/// Response times of the last seconds together are known; service times, and those under the cursor, only second by
/// second.
fn is_exact(model: &Model) -> bool {
    model.cursor().is_none() && model.times() == Times::Response
}
