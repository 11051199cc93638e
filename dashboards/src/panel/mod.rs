//! One file for each panel, and how they are laid out. A view is a pure function of the [`Model`]: no clock, no state.
//!
//! Every panel is `render(buf, area, model, theme)`, draws only within its area, and bears any area, down to nothing.

mod arrivals;
mod callbacks;
mod capacity;
mod change;
mod chart;
mod classes;
mod expectations;
mod gauge;
mod header;
mod heat;
mod help;
mod keys_line;
mod kpi;
mod now;
mod operations;
mod overview;
mod pen;
mod percentiles;
mod ribbon;
mod slo;
mod strip;
mod tail;
mod throughput;
mod views;

pub(crate) use chart::moment_label;
pub(crate) use slo::p99_bounds_of;

#[cfg(test)]
mod tests;

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{app::Model, choice::ViewName, modal::Modal};

/// Draws everything into `area`.
pub fn view(model: &Model, area: Rect, buf: &mut Buffer) {
    let area = area.intersection(buf.area);
    let theme = model.theme();
    match model.view() {
        ViewName::Overview => overview::render(buf, area, model, &theme),
        ViewName::Operations | ViewName::Errors | ViewName::Capacity | ViewName::Compare | ViewName::Log => {
            views::render(buf, area, model, &theme);
        }
    }
    match model.modal() {
        Modal::None => {}
        Modal::Drill(drill) => views::render_story(buf, area, drill, &theme),
        Modal::Help(help) => help::render(buf, area, model, help, &theme),
    }
    theme.finish(buf);
}
