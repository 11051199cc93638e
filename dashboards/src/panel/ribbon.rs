//! The scenario as a ribbon: phases in proportion to their time, what each injects, and where the run is.

use measure::snapshot::{PhasePlan, RunPlan, Snapshot};
use ratatui::{buffer::Buffer, layout::Rect};

use super::{chart, pen};
use crate::{
    app::Model,
    axis::Axis,
    figures::{clip, width},
    moment::planned_end_us,
    theme::{Role, Theme},
};

/// Draws the ribbon in a box: names, faults, progress.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let area = pen::boxed(buf, area, "Scenario", Vec::new(), theme);
    let ribbon = Ribbon::of(model.snapshot(), area);
    pen::gutter(buf, area, 0, "phase", theme);
    pen::gutter(buf, area, 1, "fault", theme);
    pen::gutter(buf, area, 2, "now", theme);
    for part in &ribbon.parts {
        ribbon.label(buf, 0, part, &part.name, theme);
        ribbon.label(buf, 1, part, &part.faults, theme);
    }
    ribbon.progress(buf, 2, theme);
}

/// Draws the ribbon in two lines: names with faults, progress.
pub(crate) fn render_bare(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let area = beside_a_box(area);
    let ribbon = Ribbon::of(model.snapshot(), area);
    pen::gutter(buf, area, 0, "phase", theme);
    pen::gutter(buf, area, 1, "now", theme);
    for part in &ribbon.parts {
        ribbon.label(buf, 0, part, format!("{} {}", part.name, part.faults).trim_end(), theme);
    }
    ribbon.progress(buf, 1, theme);
}

/// The area as if it had the borders of the boxes below, so that the axes agree.
fn beside_a_box(area: Rect) -> Rect {
    Rect {
        x: area.x + 1.min(area.width),
        width: area.width.saturating_sub(2),
        ..area
    }
}

struct Ribbon {
    area: Rect,
    axis: Axis,
    now: Option<usize>,
    /// Columns that are over.
    over: usize,
    parts: Vec<Part>,
}

/// A phase, or the drain, as a stretch of columns.
struct Part {
    name: String,
    faults: String,
    columns: std::ops::Range<usize>,
    current: bool,
}

impl Ribbon {
    fn of(snapshot: &Snapshot, area: Rect) -> Self {
        let plot = pen::plot(area);
        let axis = chart::axis(snapshot, plot.width);
        let now = chart::now(snapshot, &axis);
        let over = axis.column(snapshot.elapsed_us);
        let parts = stretches(&snapshot.plan)
            .into_iter()
            .map(|phase| Part {
                columns: axis.stretch(phase.from_us, phase.until_us),
                current: now.is_some() && phase.from_us <= snapshot.elapsed_us && snapshot.elapsed_us < phase.until_us,
                faults: phase.faults.join(", "),
                name: phase.name,
            })
            .filter(|part| !part.columns.is_empty())
            .collect();
        Self {
            area: plot,
            axis,
            now,
            over,
            parts,
        }
    }

    /// A phase's words, behind a tick where it begins.
    fn label(&self, buf: &mut Buffer, row: usize, part: &Part, words: &str, theme: &Theme) {
        let start = part.columns.start;
        let mut room = part.columns.len();
        if start > 0 {
            pen::glyph(buf, self.area, start, row, "│", theme.style(Role::Dim));
            room -= 1;
        }
        let role = match (part.current, part.faults.is_empty()) {
            (true, _) => Role::Strong,
            (false, true) => Role::Plain,
            (false, false) => Role::Warn,
        };
        let mark = if part.current && row == 0 && room > 2 {
            "▸"
        } else {
            ""
        };
        let words = format!("{mark}{}", clip(words, room.saturating_sub(width(mark))));
        pen::text(buf, self.area, part.columns.end - room, row, &words, theme.style(role));
    }

    /// What is over, what is to come, what injects faults, and the cursor.
    fn progress(&self, buf: &mut Buffer, row: usize, theme: &Theme) {
        let over = self.over;
        for part in &self.parts {
            for column in part.columns.clone() {
                let (glyph, role) = match (column < over, part.faults.is_empty()) {
                    (true, true) => ("━", Role::Accent),
                    (false, true) => ("─", Role::Dim),
                    (true, false) => ("▓", Role::Warn),
                    (false, false) => ("░", Role::Warn),
                };
                pen::glyph(buf, self.area, column, row, glyph, theme.style(role));
            }
        }
        if let Some(now) = self.now {
            pen::glyph(buf, self.area, now, row, "┃", theme.style(Role::Accent));
            if now + 4 < self.axis.columns() {
                pen::text(buf, self.area, now + 1, row, "now", theme.style(Role::Accent));
            }
        }
    }
}

/// The phases and the drain behind them.
fn stretches(plan: &RunPlan) -> Vec<PhasePlan> {
    let mut phases: Vec<PhasePlan> = plan
        .phases
        .iter()
        .filter(|phase| phase.until_us > phase.from_us)
        .cloned()
        .collect();
    if plan.drain_us > 0 {
        phases.push(PhasePlan {
            name: "drain".to_owned(),
            from_us: plan.arrivals_end_us,
            until_us: planned_end_us(plan),
            faults: Vec::new(),
        });
    }
    phases
}
