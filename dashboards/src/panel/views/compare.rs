//! Figures beside each other: each phase against the first, in a table and as stretches of time.

use measure::snapshot::{Percentiles, PhaseFigures, PhasePlan};
use ratatui::{
    buffer::Buffer,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
};

use super::{
    halves, requests, spread,
    table::{Cell, Column, Table},
    times,
    trace::{shades, short},
};
use crate::{
    app::Model,
    choice::{HeatScale, Show, Times},
    figures::{DASH, clip, fit, fit_right, share_of, time, time_of, width},
    moment::Moment,
    panel::{change, pen},
    theme::{Role, Theme},
};

/// Rows of the stretches below which they are not worth their box.
const CHART_ROWS: u16 = 4;
/// From this width on the errors have a box of their own.
const WIDE: u16 = 110;
/// Columns of a name in a chart and in a title.
const NAME: usize = 16;
/// Columns of a figure in a chart.
const FIGURE: usize = 8;

/// Figures with a name, which stand beside others.
struct Set<'a> {
    name: &'a str,
    figures: PhaseFigures,
    times: Percentiles,
    is_present: bool,
}

impl Set<'_> {
    /// Whether there is anything to compare.
    fn has_begun(&self) -> bool {
        self.figures.finished > 0
    }
}

/// Draws the table, below it the charts, and below them two of the sets in full; the charts alone where they are zoomed.
pub(super) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let sets = sets(model);
    let rows = u16::try_from(sets.len().max(1)).unwrap_or(u16::MAX).saturating_add(3);
    let upper = rows.min((area.height * 3 / 5).max(6));
    let [upper, lower] = halves(area, upper, CHART_ROWS, model.is_zoomed());
    list(buf, upper, model, &sets, theme);
    // No more rows than there are sets: a taller box would say nothing more.
    let [charts, spread] = halves(lower, rows.min(lower.height), spread::LEAST_ROWS, false);
    let side = if area.width >= WIDE { area.width * 2 / 5 } else { 0 };
    let [left, right] = Layout::horizontal([Constraint::Min(0), Constraint::Length(side)]).areas(charts);
    stretches(buf, left, model, &sets, theme);
    errors(buf, right, model, &sets, theme);
    let begun = |at: &usize| sets.get(*at).is_some_and(Set::has_begun);
    let other = match model.selected() {
        // The first one beside itself tells nothing.
        0 => present(model).or_else(|| (0..sets.len()).rev().find(begun)),
        chosen => Some(chosen),
    };
    let other = other.filter(|other| *other > 0);
    spread::render(
        buf,
        spread,
        model,
        &[Some(0).filter(|_| !sets.is_empty()), other],
        theme,
    );
}

/// The phases; the first one is what the others stand against.
fn sets<'a>(model: &'a Model) -> Vec<Set<'a>> {
    let snapshot = model.snapshot();
    let present = present(model);
    let phases = snapshot.plan.phases.iter().enumerate();
    let set = |(at, plan): (usize, &'a PhasePlan)| {
        // A picture may know less of its phases than their names.
        let figures = snapshot.phases.get(at).cloned().unwrap_or_default();
        Set {
            name: &plan.name,
            times: match (model.times(), model.show()) {
                (Times::Service, _) => figures.service,
                (Times::Response, Show::Ok) => figures.response_ok,
                (Times::Response, Show::All | Show::Errors) => figures.response,
            },
            figures,
            is_present: present == Some(at),
        }
    };
    phases.map(set).collect()
}

/// The phase of the present, or of the cursor.
fn present(model: &Model) -> Option<usize> {
    let snapshot = model.snapshot();
    let moment = match model.cursor() {
        Some(second) => Moment::at(&snapshot.plan, u64::from(second) * 1_000_000),
        None => Moment::of(snapshot),
    };
    match moment {
        Moment::Within { index, .. } => Some(index),
        Moment::Before | Moment::Drain | Moment::Over => None,
    }
}

fn list(buf: &mut Buffer, area: Rect, model: &Model, sets: &[Set<'_>], theme: &Theme) {
    if area.height < 3 {
        return;
    }
    let mut title = vec![vec![Span::raw(words(model))]];
    if let Some(first) = sets.first() {
        title.insert(0, vec![Span::raw(format!("Δ to {}", clip(first.name, NAME)))]);
    }
    let table = Table {
        columns: vec![
            Column::words("phase", 16, 28),
            Column::figures(requests(model.snapshot()), 9).rank(4),
            Column::figures("ok", 6).rank(1),
            Column::figures("expected", 8).rank(5),
            Column::figures("unexpected", 10),
            Column::figures("p50", 6).rank(2),
            Column::figures("Δp50", 7).rank(7),
            Column::figures("p99", 6),
            Column::figures("Δp99", 7),
            Column::figures("p99.9", 6).rank(6),
            Column::figures("Δp99.9", 7).rank(9),
            Column::figures("injected", 9).rank(8),
        ],
        rows: sets.iter().map(|set| row(set, sets.first())).collect(),
        chosen: (!sets.is_empty()).then(|| model.selected()),
    };
    let area = pen::boxed(buf, area, "Phases", title, theme);
    table.render(buf, area, model.snapshot(), theme);
    if sets.is_empty() {
        pen::text(buf, area, 2, 1, "no phases are planned", theme.style(Role::Dim));
    }
}

/// Which times, and of which requests.
fn words(model: &Model) -> String {
    let of = match (model.times(), model.show()) {
        (Times::Response, Show::Ok) => ", successes only",
        (Times::Response, Show::All | Show::Errors) | (Times::Service, _) => "",
    };
    format!("{}{of}", times(model))
}

fn row(set: &Set<'_>, first: Option<&Set<'_>>) -> Vec<Cell> {
    let (figures, times) = (&set.figures, set.times);
    let base = first.map(|first| first.times).unwrap_or_default();
    let of = |us: u64| time_of(us, times.count);
    let delta = |us: u64, base_us: u64| change::of_times(Some(us).filter(|_| times.count > 0), base_us);
    let counted = |n: u64, columns: usize| {
        if set.has_begun() {
            short(n, columns)
        } else {
            DASH.to_owned()
        }
    };
    let name = if set.is_present {
        format!("● {}", set.name)
    } else {
        format!("  {}", set.name)
    };
    let mark = if figures.unexpected_errors > 0 { "✖ " } else { "" };
    vec![
        Cell::of(name, set.is_present, Role::Accent),
        Cell::plain(counted(figures.finished, 9)),
        Cell::plain(share_of(figures.ok, figures.finished)),
        Cell::of(
            counted(figures.expected_errors, 8),
            figures.expected_errors > 0,
            Role::Warn,
        ),
        Cell::of(
            format!("{mark}{}", counted(figures.unexpected_errors, 8)),
            figures.unexpected_errors > 0,
            Role::Bad,
        ),
        Cell::plain(of(times.p50_us)),
        Cell::dim(delta(times.p50_us, base.p50_us)),
        Cell::strong(of(times.p99_us)),
        Cell::plain(delta(times.p99_us, base.p99_us)),
        Cell::plain(of(times.p999_us)),
        Cell::dim(delta(times.p999_us, base.p999_us)),
        Cell::plain(counted(figures.injected, 9)),
    ]
}

/// A stretch of time on so many columns.
struct Scale {
    least_us: f64,
    most_us: f64,
    scale: HeatScale,
    columns: usize,
}

impl Scale {
    /// From the least median to the greatest p99.9, decades around them; linear ones begin at nothing.
    fn of(sets: &[Set<'_>], scale: HeatScale, columns: usize) -> Option<Self> {
        let some = || sets.iter().filter(|set| set.times.count > 0);
        let least = some().map(|set| set.times.p50_us.max(1)).min()?;
        let most = some().map(|set| set.times.p999_us.max(set.times.p99_us)).max()?;
        let decade = |us: u64| 10_f64.powf((us as f64).log10().floor());
        let (least_us, most_us) = match scale {
            HeatScale::Logarithmic => (decade(least), decade(most) * 10.0),
            HeatScale::Linear => (0.0, most.max(1) as f64),
        };
        Some(Self {
            least_us,
            most_us,
            scale,
            columns,
        })
    }

    fn column(&self, us: f64) -> usize {
        let share = match self.scale {
            HeatScale::Logarithmic => (us.max(1.0) / self.least_us).ln() / (self.most_us / self.least_us).ln(),
            HeatScale::Linear => us / self.most_us,
        };
        let last = self.columns.saturating_sub(1);
        (share.clamp(0.0, 1.0) * last as f64).round() as usize
    }

    /// The times that have a label.
    fn labels(&self) -> Vec<f64> {
        match self.scale {
            HeatScale::Logarithmic => {
                let decades = (self.most_us / self.least_us).log10().round() as i32;
                (0..=decades).map(|power| self.least_us * 10_f64.powi(power)).collect()
            }
            HeatScale::Linear => [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| self.most_us * share).into(),
        }
    }
}

/// From p50 over p99 to p99.9 of each set, on one scale.
fn stretches(buf: &mut Buffer, area: Rect, model: &Model, sets: &[Set<'_>], theme: &Theme) {
    if area.height < 3 {
        return;
    }
    let legend = format!("█ p50 to p99  ░ to p99.9  {} scale", model.scale().word());
    let area = pen::boxed(buf, area, "Times", vec![vec![Span::raw(legend)]], theme);
    let plot = beside_names(area);
    let Some(scale) = Scale::of(sets, model.scale(), usize::from(plot.width)) else {
        pen::text(buf, area, 2, 0, "nothing has ended so far", theme.style(Role::Dim));
        return;
    };
    let base = sets.first().filter(|first| first.times.count > 0);
    let base = base.map(|base| (scale.column(base.times.p99_us as f64), base));
    if let Some((column, base)) = base {
        let text = format!("┊ p99 of {}", clip(base.name, NAME));
        // It stands left of the mark where there is no room right of it.
        let left = scale.columns.saturating_sub(width(&text));
        pen::text(buf, plot, column.min(left), 0, &text, theme.style(Role::Dim));
    }
    for (at, set) in shown(sets, model, area) {
        name(buf, area, at, set, theme);
        if let Some((column, _)) = base {
            pen::glyph(buf, plot, column, at, "┊", theme.style(Role::Dim));
        }
        if set.times.count == 0 {
            continue;
        }
        let [p50, p99, p999] =
            [set.times.p50_us, set.times.p99_us, set.times.p999_us].map(|us| scale.column(us as f64));
        let role = if set.is_present { Role::Accent } else { Role::Plain };
        for column in p50..=p999.max(p99) {
            let glyph = if column <= p99 { "█" } else { "░" };
            pen::glyph(buf, plot, column, at, glyph, theme.style(role));
        }
    }
    axis(buf, plot, &scale, theme);
}

/// Labels on the lower border of the box, which has the same columns.
fn axis(buf: &mut Buffer, plot: Rect, scale: &Scale, theme: &Theme) {
    let border = Rect {
        height: plot.height + 1,
        ..plot
    };
    let mut free_from = 0;
    for us in scale.labels() {
        let label = if us < 1.0 {
            "0".to_owned()
        } else {
            time(us.round() as u64)
        };
        let column = scale.column(us).min(scale.columns.saturating_sub(width(&label)));
        if column >= free_from {
            pen::text(
                buf,
                border,
                column,
                usize::from(plot.height),
                &label,
                theme.style(Role::Plain),
            );
            free_from = column + width(&label) + 2;
        }
    }
}

/// The share of errors of each set, expected and unexpected apart.
fn errors(buf: &mut Buffer, area: Rect, model: &Model, sets: &[Set<'_>], theme: &Theme) {
    if area.height < 3 || area.width < 3 {
        return;
    }
    let of = format!("share of {}", requests(model.snapshot()));
    let area = pen::boxed(buf, area, "Errors", vec![vec![Span::raw(of)]], theme);
    let plot = beside_names(area);
    let columns = usize::from(plot.width) / 2;
    let room = columns.saturating_sub(FIGURE + 2);
    let head = ["expected", "unexpected"].map(|word| format!("{}  ", fit(word, columns.saturating_sub(2))));
    pen::text(buf, plot, 0, 0, &head.concat(), theme.style(Role::Dim));
    for (at, set) in shown(sets, model, area) {
        name(buf, area, at, set, theme);
        let all = set.figures.finished;
        let part = |errors: u64, role: Role| {
            let share = if all == 0 { 0.0 } else { errors as f64 / all as f64 };
            let role = if errors > 0 { role } else { Role::Dim };
            [
                Span::styled(shades(share, room), theme.style(role)),
                Span::styled(
                    format!("{}  ", fit_right(&share_of(errors, all), FIGURE)),
                    theme.style(role),
                ),
            ]
        };
        let expected = part(set.figures.expected_errors, Role::Warn);
        let unexpected = part(set.figures.unexpected_errors, Role::Bad);
        pen::line(buf, plot, at, &Line::from_iter(expected.into_iter().chain(unexpected)));
    }
}

/// The sets that have a row of a chart, those around the chosen one where not all have.
fn shown<'a>(sets: &'a [Set<'a>], model: &Model, area: Rect) -> impl Iterator<Item = (usize, &'a Set<'a>)> {
    let room = usize::from(area.height).saturating_sub(1);
    let top = model
        .selected()
        .saturating_sub(room / 2)
        .min(sets.len().saturating_sub(room));
    // The first row has the headings.
    (1..).zip(sets.iter().skip(top).take(room))
}

fn name(buf: &mut Buffer, area: Rect, at: usize, set: &Set<'_>, theme: &Theme) {
    let (mark, role) = if set.is_present {
        ("●", Role::Accent)
    } else {
        (" ", Role::Plain)
    };
    let text = format!(" {mark} {}", clip(set.name, NAME - 4));
    pen::text(buf, area, 0, at, &text, theme.style(role));
}

fn beside_names(area: Rect) -> Rect {
    let names = u16::try_from(NAME).unwrap_or(0).min(area.width);
    Rect {
        x: area.x + names,
        width: (area.width - names).saturating_sub(1),
        ..area
    }
}
