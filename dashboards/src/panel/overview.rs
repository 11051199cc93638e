//! The first view: is the load arriving, is the wallet healthy, which fault is on and what did it change. One picture at
//! every size.

use ratatui::{
    buffer::Buffer,
    layout::{Constraint, Layout, Rect},
};

use super::{
    callbacks, classes, expectations, header, heat, keys_line, kpi, operations, percentiles, ribbon, throughput,
};
use crate::{app::Model, theme::Theme};

/// From this size on every panel is shown.
const FULL: (u16, u16) = (110, 34);
/// Below this size there is one line.
const COMPACT: (u16, u16) = (60, 16);
/// The right-hand column takes a third of the width within these bounds.
const SIDE_COLUMNS: (u16, u16) = (41, 60);

/// Draws the overview in the layout that fits the area.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    if area.width >= FULL.0 && area.height >= FULL.1 {
        full(buf, area, model, theme);
    } else if area.width >= COMPACT.0 && area.height >= COMPACT.1 {
        compact(buf, area, model, theme);
    } else {
        kpi::tiny(buf, area, model, theme);
    }
}

/// 120×38 and larger: two columns; ribbon, throughput and heat map share the left one and with it their time axis.
fn full(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let bottom = expectations::rows(model).clamp(1, 4) + 2;
    let [top, middle, expected, keys] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(0),
        Constraint::Length(bottom),
        Constraint::Length(1),
    ])
    .areas(area);
    let side = (area.width / 3).clamp(SIDE_COLUMNS.0, SIDE_COLUMNS.1);
    let [left, right] = Layout::horizontal([Constraint::Min(0), Constraint::Length(side)]).areas(middle);
    let rate_rows = (left.height / 5).clamp(6, 12);
    let [ribbon, rate, heat] =
        Layout::vertical([Constraint::Length(5), Constraint::Length(rate_rows), Constraint::Min(0)]).areas(left);
    let [times, classes, operations, callbacks] = Layout::vertical([
        Constraint::Length(9),
        Constraint::Min(8),
        Constraint::Length(operations::rows(model).clamp(3, 6) + 3),
        Constraint::Length(7),
    ])
    .areas(right);

    header::render(buf, top, model, theme);
    ribbon::render(buf, ribbon, model, theme);
    throughput::render(buf, rate, model, theme);
    heat::render(buf, heat, model, theme);
    percentiles::render(buf, times, model, theme);
    classes::render(buf, classes, model, theme);
    operations::render(buf, operations, model, theme);
    callbacks::render(buf, callbacks, model, theme);
    expectations::render(buf, expected, model, theme);
    keys_line::render(buf, keys, model, theme);
}

/// 80×24: the same picture in one column.
fn compact(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let [top, ribbon, figures, heat, classes, expected, callbacks, keys] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(2),
        Constraint::Length(1),
        Constraint::Min(0),
        Constraint::Length(3),
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(area);
    header::render(buf, top, model, theme);
    ribbon::render_bare(buf, ribbon, model, theme);
    kpi::render(buf, figures, model, theme);
    heat::render(buf, heat, model, theme);
    classes::render_top(buf, classes, model, theme);
    expectations::render_line(buf, expected, model, theme);
    callbacks::render_line(buf, callbacks, model, theme);
    keys_line::render(buf, keys, model, theme);
}
