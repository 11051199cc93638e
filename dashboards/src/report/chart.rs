//! The run over time as one drawing: phases, rate, heat map of response times with p50 and p99, errors, all on one axis.

use std::{fmt::Write, sync::Arc};

use maud::{Markup, html};
use measure::snapshot::{HEAT_ROWS_US, RunPlan, SecondFigures};

use super::text;
use crate::{
    axis::{Axis, Slot, heat_row},
    choice::Times,
    figures::{clip, rate},
    moment::target_per_second,
};

/// The drawing, in its own units: the plot's left edge and width, and where each strip lies.
const LEFT: f64 = 60.0;
const WIDTH: f64 = 930.0;
const PHASES: Strip = Strip { top: 4.0, height: 16.0 };
const RATE: Strip = Strip {
    top: 30.0,
    height: 80.0,
};
const HEAT: Strip = Strip {
    top: 122.0,
    height: 208.0,
};
const ERRORS: Strip = Strip {
    top: 342.0,
    height: 48.0,
};
const BOTTOM: f64 = 410.0;
/// At most so many columns, so that a long run's page stays small.
const COLUMNS_MAX: usize = 300;
/// Steps of the ramp.
const SHADES: f64 = 8.0;

struct Strip {
    top: f64,
    height: f64,
}

impl Strip {
    /// The height of a share, counted from the bottom.
    fn y(&self, share: f64) -> f64 {
        self.top + self.height * (1.0 - share.clamp(0.0, 1.0))
    }
}

/// Draws the run; a sentence where there is nothing to draw.
pub(crate) fn figure(seconds: &[Arc<SecondFigures>], plan: &RunPlan) -> Markup {
    let whole = Axis::whole(plan, seconds, 1);
    let columns = usize::try_from(whole.span_us().div_ceil(1_000_000))
        .unwrap_or(COLUMNS_MAX)
        .clamp(1, COLUMNS_MAX);
    let axis = Axis::whole(plan, seconds, columns);
    let slots = axis.pour(seconds, Times::Response);
    html! {
        h2 { "Over time" }
        @if seconds.is_empty() { p.note { "No complete second was measured." } }
        @else {
            div.wide {
                svg viewBox=(format!("0 0 1000 {BOTTOM}")) role="img" aria-label="Phases, rate, response times and errors over time" {
                    (phases(plan, &axis))
                    (rates(plan, &axis, &slots))
                    (heat(&slots))
                    (errors(&slots))
                    (time_labels(&axis))
                }
            }
            p.note {
                "Dashed: target arrivals per second; blue: answers per second. Cells: successes by response time, darker or "
                "brighter where there are more, on a logarithmic scale; red line p99, dotted line p50. Bottom: share of errors, "
                "those the scenario can have caused below, unexpected ones on top."
            }
        }
    }
}

/// Where a share of the axis lies.
fn x(share: f64) -> f64 {
    LEFT + WIDTH * share
}

fn phases(plan: &RunPlan, axis: &Axis) -> Markup {
    let share = |us: u64| (us.min(axis.span_us()) as f64) / axis.span_us() as f64;
    html! {
        @for phase in plan.phases.iter().filter(|phase| phase.from_us < axis.span_us()) {
            @let (from, until) = (x(share(phase.from_us)), x(share(phase.until_us)));
            @if !phase.faults.is_empty() {
                rect.band x=(num(from)) y="0" width=(num(until - from)) height=(num(ERRORS.top + ERRORS.height)) {}
            }
            line.tick x1=(num(from)) x2=(num(from)) y1="0" y2=(num(ERRORS.top + ERRORS.height)) {}
            text.phase x=(num(from + 4.0)) y=(num(PHASES.top + 11.0)) {
                @let words = if phase.faults.is_empty() { phase.name.clone() } else { format!("{}: {}", phase.name, phase.faults.join(", ")) };
                title { (text(&words)) }
                (clip(&words, ((until - from) / 6.8) as usize))
            }
        }
    }
}

fn rates(plan: &RunPlan, axis: &Axis, slots: &[Slot]) -> Markup {
    let targets: Vec<f64> = (0..slots.len())
        .map(|column| target_per_second(plan, axis.middle_us(column)))
        .map(|target| if target.is_finite() { target.max(0.0) } else { 0.0 })
        .collect();
    let answers: Vec<f64> = slots
        .iter()
        .map(|slot| slot.finished as f64 / f64::from(slot.seconds.max(1)))
        .collect();
    let top = targets.iter().chain(&answers).copied().fold(0.0, f64::max);
    let line = |values: &[f64]| {
        let points = values
            .iter()
            .enumerate()
            .map(|(column, value)| (column, RATE.y(if top > 0.0 { value / top } else { 0.0 })));
        path(points.map(Some), slots.len())
    };
    html! {
        text x=(num(LEFT - 6.0)) y=(num(RATE.top + 10.0)) text-anchor="end" { (rate(top)) "/s" }
        text x=(num(LEFT - 6.0)) y=(num(RATE.top + RATE.height)) text-anchor="end" { "0" }
        path.target d=(line(&targets)) {}
        path.answers d=(line(&answers)) {}
    }
}

fn heat(slots: &[Slot]) -> Markup {
    let rows = HEAT_ROWS_US.len();
    let (wide, high) = (WIDTH / slots.len() as f64, HEAT.height / rows as f64);
    let per_second = |slot: &Slot, row: usize| slot.heat[row] as f64 / f64::from(slot.seconds.max(1));
    let most = slots
        .iter()
        .flat_map(|slot| (0..rows).map(move |row| per_second(slot, row)))
        .fold(0.0, f64::max);
    let row_y = |us: u64| (us > 0).then(|| HEAT.y((heat_row(us) as f64 + 0.5) / rows as f64));
    html! {
        @for (row, label) in [(1, "2ms"), (4, "20ms"), (7, "200ms"), (10, "2s"), (13, "20s")] {
            text x=(num(LEFT - 6.0)) y=(num(HEAT.y((f64::from(row) + 0.5) / rows as f64) + 4.0)) text-anchor="end" { "≤" (label) }
        }
        @for (column, slot) in slots.iter().enumerate() {
            @for row in (0..rows).filter(|row| slot.heat[*row] > 0) {
                @let shade = (per_second(slot, row).ln_1p() / most.ln_1p() * SHADES).ceil().clamp(1.0, SHADES);
                rect class=(format!("h{shade}")) x=(num(LEFT + wide * column as f64)) y=(num(HEAT.y((row as f64 + 1.0) / rows as f64)))
                    width=(num(wide + 0.2)) height=(num(high)) {}
            }
        }
        path.p50 d=(path(slots.iter().enumerate().map(|(column, slot)| row_y(slot.p50_us).map(|y| (column, y))), slots.len())) {}
        path.p99 d=(path(slots.iter().enumerate().map(|(column, slot)| row_y(slot.p99_us).map(|y| (column, y))), slots.len())) {}
    }
}

fn errors(slots: &[Slot]) -> Markup {
    let wide = WIDTH / slots.len() as f64;
    html! {
        text x=(num(LEFT - 6.0)) y=(num(ERRORS.top + 10.0)) text-anchor="end" { "err 100%" }
        text x=(num(LEFT - 6.0)) y=(num(ERRORS.top + ERRORS.height)) text-anchor="end" { "0" }
        @for (column, slot) in slots.iter().enumerate().filter(|(_, slot)| slot.expected + slot.unexpected > 0) {
            @let all = slot.finished.max(1) as f64;
            @let (expected, both) = (slot.expected as f64 / all, (slot.expected + slot.unexpected) as f64 / all);
            rect.expected x=(num(LEFT + wide * column as f64)) y=(num(ERRORS.y(expected)))
                width=(num(wide)) height=(num(ERRORS.height * expected.min(1.0))) {}
            @if slot.unexpected > 0 {
                // A single unexpected error must be seen, however many requests there were.
                @let high = (ERRORS.y(expected) - ERRORS.y(both)).max(2.0);
                rect.unexpected x=(num(LEFT + wide * column as f64)) y=(num(ERRORS.y(expected) - high)) width=(num(wide)) height=(num(high)) {}
            }
        }
    }
}

fn time_labels(axis: &Axis) -> Markup {
    let span_s = axis.span_us() / 1_000_000;
    let step = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600]
        .into_iter()
        .find(|step| span_s / step <= 12)
        .unwrap_or(7_200);
    html! {
        @for second in (0..=span_s).step_by(step as usize) {
            text x=(num(x(second as f64 * 1e6 / axis.span_us() as f64))) y=(num(BOTTOM - 6.0)) {
                (crate::panel::moment_label(second))
            }
        }
    }
}

/// A line through the middles of the columns; a column without a value breaks it.
fn path(points: impl Iterator<Item = Option<(usize, f64)>>, columns: usize) -> String {
    let wide = WIDTH / columns.max(1) as f64;
    let mut d = String::new();
    let mut pen_down = false;
    for point in points {
        let Some((column, y)) = point else {
            pen_down = false;
            continue;
        };
        let command = if pen_down { 'L' } else { 'M' };
        write!(d, "{command}{} {}", num(LEFT + wide * (column as f64 + 0.5)), num(y))
            .expect("a string takes every write");
        pen_down = true;
    }
    d
}

/// A coordinate, short.
fn num(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}
