//! The first view: is the load arriving, is the wallet healthy, which fault is on and what did it change. One picture at
//! every size.

#[cfg(test)]
mod tests;

use measure::snapshot::Subject;
use ratatui::{buffer::Buffer, layout::Rect};

use super::{
    callbacks, capacity, classes, expectations, header, heat, keys_line, kpi, operations, percentiles, ribbon, strip,
    tail, throughput,
};
use crate::{app::Model, theme::Theme};

/// From this size on there is a band below with operations over time, the load's state and the log.
const WIDE: (u16, u16) = (160, 50);
/// From this size on there are two columns of panels.
const FULL: (u16, u16) = (96, 28);
/// Below this size there is one line.
const COMPACT: (u16, u16) = (60, 16);
/// From so many rows on expectations have a box.
const EXPECTATION_ROWS: u16 = 36;
/// The right-hand column takes a third of the width within these bounds.
const SIDE_COLUMNS: (u16, u16) = (41, 56);
/// From so many rows on a compact screen has two lines of figures and four of the ribbon.
const COMPACT_ROWS: u16 = 22;

/// The height that takes what the others leave.
const REST: u16 = u16::MAX;

/// Draws the overview in the layout that fits the area.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let fits = |(columns, rows): (u16, u16)| area.width >= columns && area.height >= rows;
    if !fits(COMPACT) {
        kpi::tiny(buf, area, model, theme);
    } else if model.is_zoomed() {
        zoomed(buf, area, model, theme);
    } else if fits(WIDE) {
        wide(buf, area, model, theme);
    } else if fits(FULL) {
        full(buf, area, model, theme);
    } else {
        compact(buf, area, model, theme);
    }
}

/// The heat map takes all that the ribbon and the figures leave.
fn zoomed(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let [top, phases, figures, map, keys] = rows(area, [1, 4, 2, REST, 1]);
    header::render(buf, top, model, theme);
    ribbon::render_bare(buf, phases, model, theme);
    kpi::render(buf, figures, model, theme);
    heat::render(buf, map, model, theme);
    keys_line::render(buf, keys, model, theme);
}

/// 160×50 and larger: a third band with each operation over time, the load's state, and the log.
fn wide(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let band = (operations::rows(model) + 3).clamp(strip::ROWS, area.height / 5);
    let expected = expected_rows(model, 4);
    let [top, middle, below, expected, keys] = rows(area, [1, REST, band, expected, 1]);
    let side = side_columns(area);
    let [left, right] = beside(middle, side);
    let [calls, state] = beside(below, area.width / 3);
    header::render(buf, top, model, theme);
    charts(buf, left, model, theme);
    wide_side(buf, right, model, theme);
    operations::render(buf, calls, model, theme);
    strip::render(buf, state, model, theme);
    expectations_box(buf, expected, model, theme);
    keys_line::render(buf, keys, model, theme);
}

/// 96×28 and larger: two columns; ribbon, throughput and heat map share the left one and with it their time axis.
fn full(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let roomy = area.height >= EXPECTATION_ROWS;
    let (expected, line) = if roomy {
        (expected_rows(model, 3), 0)
    } else {
        (expected_line(model), 1)
    };
    let [top, middle, expected, line, keys] = rows(area, [1, REST, expected, line, 1]);
    let side = side_columns(area);
    let [left, right] = beside(middle, side);
    header::render(buf, top, model, theme);
    charts(buf, left, model, theme);
    side_panels(buf, right, model, roomy, theme);
    if roomy {
        expectations_box(buf, expected, model, theme);
    } else {
        expectations::render_line(buf, expected, model, theme);
        callbacks::render_line(buf, line, model, theme);
    }
    keys_line::render(buf, keys, model, theme);
}

/// Ribbon, throughput and heat map, on one time axis.
fn charts(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let rate = (area.height / 5).clamp(5, 12);
    let [phases, rate, map] = rows(area, [ribbon::ROWS, rate, REST]);
    ribbon::render(buf, phases, model, theme);
    throughput::render(buf, rate, model, theme);
    heat::render(buf, map, model, theme);
}

/// The panels beside the charts. What is absent leaves its place to the errors.
fn side_panels(buf: &mut Buffer, area: Rect, model: &Model, roomy: bool, theme: &Theme) {
    let workers = if capacity::shown(model).is_some() {
        capacity::ROWS
    } else {
        0
    };
    let calls = operations::rows(model).clamp(1, 4) + 3;
    let called_back = match (roomy, area.height.saturating_sub(percentiles::ROWS + calls + workers)) {
        (false, _) => 0,
        (true, 15..) => callbacks::ROWS,
        (true, 10..) => 5,
        // The errors need what is left.
        (true, 8..) => 4,
        (true, _) => 0,
    };
    let [now, errors, calls, called_back, workers] = rows(area, [percentiles::ROWS, REST, calls, called_back, workers]);
    percentiles::render(buf, now, model, theme);
    classes::render(buf, errors, model, theme);
    operations::render(buf, calls, model, theme);
    callbacks::render(buf, called_back, model, theme);
    if workers.height > 0 {
        capacity::render(buf, workers, model, theme);
    }
}

/// The same on a wide screen, where operations have a place of their own and the log has this one.
fn wide_side(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let workers = if capacity::shown(model).is_some() {
        capacity::ROWS
    } else {
        0
    };
    let rest = area
        .height
        .saturating_sub(percentiles::ROWS + callbacks::ROWS + workers);
    let [now, errors, called_back, workers, log] =
        rows(area, [percentiles::ROWS, rest / 2, callbacks::ROWS, workers, REST]);
    percentiles::render(buf, now, model, theme);
    classes::render(buf, errors, model, theme);
    callbacks::render(buf, called_back, model, theme);
    if workers.height > 0 {
        capacity::render(buf, workers, model, theme);
    }
    tail::render(buf, log, model, theme);
}

/// 60×16 and larger: the same picture in one column.
fn compact(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let roomy = area.height >= COMPACT_ROWS;
    let (phases, figures, errors) = if roomy { (4, 2, 3) } else { (2, 1, 1) };
    let workers = u16::from(roomy && capacity::shown(model).is_some());
    let [top, phases, figures, map, errors, expected, called_back, workers, keys] = rows(
        area,
        [
            1,
            phases,
            figures,
            REST,
            errors - workers,
            expected_line(model),
            1,
            workers,
            1,
        ],
    );
    header::render(buf, top, model, theme);
    ribbon::render_bare(buf, phases, model, theme);
    kpi::render(buf, figures, model, theme);
    heat::render(buf, map, model, theme);
    classes::render_top(buf, errors, model, theme);
    expectations::render_line(buf, expected, model, theme);
    callbacks::render_line(buf, called_back, model, theme);
    capacity::render_line(buf, workers, model, theme);
    keys_line::render(buf, keys, model, theme);
}

/// Stretches of these heights, one below the other; [`REST`] in one place takes what the others leave. What finds no
/// room any more is empty.
fn rows<const N: usize>(area: Rect, heights: [u16; N]) -> [Rect; N] {
    let known = heights.iter().filter(|height| **height != REST);
    let rest = area
        .height
        .saturating_sub(known.fold(0, |sum: u16, height| sum.saturating_add(*height)));
    let mut y = area.y;
    heights.map(|height| {
        let height = if height == REST { rest } else { height }.min(area.bottom() - y);
        let row = Rect { y, height, ..area };
        y += height;
        row
    })
}

/// The area's left part and its right one of so many columns.
fn beside(area: Rect, right: u16) -> [Rect; 2] {
    let right = right.min(area.width);
    let left = area.width - right;
    [
        Rect { width: left, ..area },
        Rect {
            x: area.x + left,
            width: right,
            ..area
        },
    ]
}

fn side_columns(area: Rect) -> u16 {
    (area.width / 3).clamp(SIDE_COLUMNS.0, SIDE_COLUMNS.1)
}

/// Rows of the box of expectations, borders included; a gateway alone has none.
fn expected_rows(model: &Model, most: u16) -> u16 {
    match model.snapshot().subject {
        Subject::Load => expectations::rows(model, most) + 2,
        Subject::Gateway => 0,
    }
}

/// Rows of the same in one line.
fn expected_line(model: &Model) -> u16 {
    u16::from(model.snapshot().subject == Subject::Load)
}

fn expectations_box(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    if area.height > 0 {
        expectations::render(buf, area, model, theme);
    }
}
