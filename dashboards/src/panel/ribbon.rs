//! The scenario as a ribbon: phases in proportion to their time, what each injects and what came of it, and where the
//! run is.

use measure::snapshot::{EventKind, PhaseFigures, PhasePlan, RunPlan, Snapshot};
use ratatui::{buffer::Buffer, layout::Rect, text::Span};

use super::{chart, pen};
use crate::{
    app::Model,
    axis::Axis,
    figures::{DASH, clip, count, width},
    moment::planned_end_us,
    theme::{Role, Theme},
};

/// Rows of the ribbon in its box, borders included.
pub(crate) const ROWS: u16 = 7;
/// Rows of the ribbon without a box that has hits and errors too.
const BARE_ROWS: usize = 4;

/// Draws the ribbon in a box: names, faults, hits, errors, progress.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let snapshot = model.snapshot();
    let area = pen::boxed(buf, area, "Scenario", title(model, theme), theme);
    let ribbon = Ribbon::of(snapshot, area);
    for (row, label) in ["phase", "fault", "inject", "errors", "now"].into_iter().enumerate() {
        pen::gutter(buf, area, row, label, theme);
    }
    for part in &ribbon.parts {
        ribbon.label(buf, 0, part, &[&part.name], theme);
        ribbon.label(buf, 1, part, &[&part.faults], theme);
        ribbon.counts(buf, 2, snapshot, part, theme);
    }
    ribbon.progress(buf, 4, theme);
    ribbon.marks(buf, 4, snapshot, theme);
    chart::cursor_line(buf, ribbon.area, 5, model, &ribbon.axis, theme);
}

/// Draws the ribbon without a box: names with faults, progress, and between them hits and errors where there is a row.
pub(crate) fn render_bare(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let area = beside_a_box(area);
    let snapshot = model.snapshot();
    let ribbon = Ribbon::of(snapshot, area);
    let last = usize::from(area.height).saturating_sub(1);
    pen::gutter(buf, area, 0, "phase", theme);
    for part in &ribbon.parts {
        ribbon.label(
            buf,
            0,
            part,
            &[format!("{} {}", part.name, part.faults).trim_end(), &part.name],
            theme,
        );
    }
    if last == BARE_ROWS - 1 {
        pen::gutter(buf, area, 1, "inject", theme);
        pen::gutter(buf, area, 2, "errors", theme);
        for part in &ribbon.parts {
            ribbon.counts(buf, 1, snapshot, part, theme);
        }
    }
    pen::gutter(buf, area, last, "now", theme);
    ribbon.progress(buf, last, theme);
    ribbon.marks(buf, last, snapshot, theme);
    chart::cursor_line(buf, ribbon.area, last + 1, model, &ribbon.axis, theme);
}

/// How the load is steered, and what the phase under the cursor or the present one injected. The words are careful: a
/// delay is injected and is no error.
fn title(model: &Model, theme: &Theme) -> pen::Pieces<'static> {
    let snapshot = model.snapshot();
    let mut pieces: pen::Pieces<'static> = Vec::new();
    if snapshot.steering.paused {
        pieces.push(vec![Span::styled("PAUSED", theme.style(Role::Banner))]);
    }
    if snapshot.steering.rate_percent != 100 {
        let rate = format!("rate {}%", snapshot.steering.rate_percent);
        pieces.push(vec![Span::styled(rate, theme.style(Role::Warn))]);
    }
    let shown_us = model
        .cursor()
        .map_or(snapshot.elapsed_us, |second| u64::from(second) * 1_000_000);
    let phases = snapshot.plan.phases.iter();
    let shown = phases
        .enumerate()
        .find(|(_, phase)| phase.from_us <= shown_us && shown_us < phase.until_us);
    if let Some((index, phase)) = shown
        && let Some(sentence) = sentence(snapshot, index)
    {
        let name = clip(&phase.name, 16);
        pieces.push(vec![
            Span::styled(format!("{name}: "), theme.style(Role::Dim)),
            Span::styled(sentence, theme.style(Role::Warn)),
        ]);
    }
    for (kind, words) in [(EventKind::Hand, "● by hand"), (EventKind::Mark, "■ mark")] {
        if snapshot.events.iter().any(|event| event.kind == kind) {
            pieces.push(vec![Span::styled(words, theme.style(Role::Dim))]);
        }
    }
    pieces
}

/// A phase's figures where it has begun and injects anything or has seen expected errors.
fn injecting(snapshot: &Snapshot, index: usize) -> Option<&PhaseFigures> {
    let plan = snapshot.plan.phases.get(index)?;
    let figures = snapshot.phases.get(index)?;
    let has_begun = plan.from_us < snapshot.elapsed_us;
    let says = !plan.faults.is_empty() || figures.injected > 0 || figures.expected_errors > 0;
    (has_begun && says).then_some(figures)
}

/// How often the phase's rules hit; a dash where nobody counted. A refused connection, for one, hits no rule: errors that
/// were expected and no hit mean that, not that nothing was injected.
fn injected(snapshot: &Snapshot, figures: &PhaseFigures) -> String {
    if figures.injected == 0 && (snapshot.rules.is_empty() || figures.expected_errors > 0) {
        return DASH.to_owned();
    }
    count(figures.injected)
}

/// `inj 3 160 · seen as errors 2 391`.
fn sentence(snapshot: &Snapshot, index: usize) -> Option<String> {
    let figures = injecting(snapshot, index)?;
    Some(format!(
        "inj {} · seen as errors {}",
        injected(snapshot, figures),
        count(figures.expected_errors)
    ))
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
    /// Its place among the plan's phases; `None` for the drain.
    index: Option<usize>,
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
            .map(|(index, phase)| Part {
                index,
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

    /// A phase's words, behind a tick where it begins: the first that fit whole, else as much of the last as fits.
    fn label(&self, buf: &mut Buffer, row: usize, part: &Part, words: &[&str], theme: &Theme) {
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
        let room_for_words = room.saturating_sub(width(mark));
        let whole = words.iter().find(|words| width(&clip(words, 999)) <= room_for_words);
        let words = whole
            .or_else(|| words.last())
            .map_or_else(String::new, |words| clip(words, room_for_words));
        let words = format!("{mark}{words}");
        pen::text(buf, self.area, part.columns.end - room, row, &words, theme.style(role));
    }

    /// How often the phase's rules hit, and in the row below what was seen of it as errors. A number that does not fit is
    /// left out, never cut.
    fn counts(&self, buf: &mut Buffer, row: usize, snapshot: &Snapshot, part: &Part, theme: &Theme) {
        let figures = part.index.and_then(|index| injecting(snapshot, index));
        let [hits, errors] = figures.map_or([String::new(), String::new()], |figures| {
            [injected(snapshot, figures), count(figures.expected_errors)]
        });
        self.label(buf, row, part, &[&hits, ""], theme);
        self.label(buf, row + 1, part, &[&errors, ""], theme);
    }

    /// What somebody did by hand, and marks, where they happened.
    fn marks(&self, buf: &mut Buffer, row: usize, snapshot: &Snapshot, theme: &Theme) {
        let until_us = self.axis.start_us() + self.axis.span_us();
        for event in snapshot.events.iter() {
            let (glyph, role) = match event.kind {
                EventKind::Hand => ("●", Role::Bad),
                EventKind::Mark => ("■", Role::Strong),
                EventKind::Stage | EventKind::Phase | EventKind::Expectation | EventKind::Trust => continue,
            };
            if self.axis.start_us() <= event.at_us && event.at_us < until_us {
                let column = self.axis.column(event.at_us);
                pen::glyph(buf, self.area, column, row, glyph, theme.style(role));
            }
        }
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

/// The phases, each with its place among those of the plan, and the drain behind them.
fn stretches(plan: &RunPlan) -> Vec<(Option<usize>, PhasePlan)> {
    let phases = plan.phases.iter().enumerate();
    let mut stretches: Vec<(Option<usize>, PhasePlan)> = phases
        .filter(|(_, phase)| phase.until_us > phase.from_us)
        .map(|(index, phase)| (Some(index), phase.clone()))
        .collect();
    if plan.drain_us > 0 {
        let drain = PhasePlan {
            name: "drain".to_owned(),
            from_us: plan.arrivals_end_us,
            until_us: planned_end_us(plan),
            faults: Vec::new(),
        };
        stretches.push((None, drain));
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn what_was_not_counted_is_not_zero() {
        let mut snapshot = fixture::recovery();
        let phases = std::sync::Arc::make_mut(&mut snapshot.phases);
        phases[2].injected = 0;
        phases[3] = PhaseFigures::default();
        for (index, words) in [
            (0, None),
            (1, Some("inj 3 053 · seen as errors 2 290")),
            (2, Some("inj – · seen as errors 3 115")),
            (3, Some("inj 0 · seen as errors 0")),
        ] {
            assert_eq!(sentence(&snapshot, index).as_deref(), words, "phase {index}");
        }
        snapshot.rules.clear();
        assert_eq!(sentence(&snapshot, 3).as_deref(), Some("inj – · seen as errors 0"));
        snapshot.elapsed_us = 30_000_000;
        assert_eq!(sentence(&snapshot, 3), None, "it has not begun");
    }
}
