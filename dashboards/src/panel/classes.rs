//! How requests ended: what the scenario can have caused and what it cannot have, apart.

use measure::{
    sample::Class,
    snapshot::{ClassFigures, Snapshot},
};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::pen;
use crate::{
    app::Model,
    figures::{count, fit, fit_right, share_of},
    theme::{Role, Theme, bar},
};

/// Columns of a bar.
const BAR: usize = 8;

/// Error classes of a run, with sums.
struct Errors {
    all: u64,
    expected: Vec<ClassFigures>,
    unexpected: Vec<ClassFigures>,
}

impl Errors {
    fn of(snapshot: &Snapshot) -> Self {
        let of = |expected: bool| {
            snapshot
                .classes
                .iter()
                .filter(|figures| !figures.class.is_success() && figures.expected == expected && figures.count > 0)
                .copied()
                .collect()
        };
        Self {
            all: sum(&snapshot.classes),
            expected: of(true),
            unexpected: of(false),
        }
    }
}

fn sum(classes: &[ClassFigures]) -> u64 {
    classes.iter().fold(0, |sum, figures| sum.saturating_add(figures.count))
}

/// Draws every class that fits, whole run.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let errors = Errors::of(model.snapshot());
    let figures = vec![vec![Span::raw("whole run")]];
    let area = pen::boxed(buf, area, "Errors by class", figures, theme);
    let mut lines = Vec::new();
    // The unexpected ones keep two rows even when expected classes are many: they are what a tester looks for.
    let room = usize::from(area.height).saturating_sub(2 + errors.unexpected.len().clamp(1, 2));
    lines.push(head(
        "expected by the scenario",
        &errors.expected,
        errors.all,
        Role::Warn,
        theme,
    ));
    lines.extend(
        errors
            .expected
            .iter()
            .take(room)
            .map(|figures| row(figures, errors.all, Role::Warn, theme)),
    );
    lines.push(head("unexpected", &errors.unexpected, errors.all, Role::Bad, theme));
    lines.extend(
        errors
            .unexpected
            .iter()
            .map(|figures| row(figures, errors.all, Role::Bad, theme)),
    );
    let answered = answered(model.snapshot());
    lines.push(head("as a healthy wallet", &answered, errors.all, Role::Plain, theme));
    lines.extend(
        answered
            .iter()
            .map(|figures| row(figures, errors.all, Role::Plain, theme)),
    );
    for (at, line) in lines.iter().enumerate() {
        pen::line(buf, area, at, line);
    }
}

/// Draws the most frequent error classes without a box, the unexpected ones first.
pub(crate) fn render_top(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let errors = Errors::of(model.snapshot());
    let top = errors
        .unexpected
        .iter()
        .map(|figures| (figures, "unexpected", Role::Bad))
        .chain(errors.expected.iter().map(|figures| (figures, "expected", Role::Warn)));
    for (at, (figures, word, role)) in top.take(usize::from(area.height)).enumerate() {
        let mut line = row(figures, errors.all, role, theme);
        line.push_span(Span::styled(format!("  {word}"), theme.style(role)));
        pen::line(buf, area, at, &line);
    }
    if errors.expected.is_empty() && errors.unexpected.is_empty() {
        pen::line(
            buf,
            area,
            0,
            &Line::styled(" no errors, expected or unexpected", theme.style(Role::Dim)),
        );
    }
}

/// Successes, which close the list where there is room.
fn answered(snapshot: &Snapshot) -> Vec<ClassFigures> {
    let success = |class: Class| ClassFigures {
        class,
        expected: true,
        count: sum(&snapshot
            .classes
            .iter()
            .filter(|figures| figures.class == class)
            .copied()
            .collect::<Vec<_>>()),
    };
    Class::ALL
        .into_iter()
        .filter(|class| class.is_success())
        .map(success)
        .collect()
}

fn head<'a>(word: &'a str, classes: &[ClassFigures], all: u64, role: Role, theme: &Theme) -> Line<'a> {
    let errors = sum(classes);
    let style = if errors > 0 {
        theme.style(role)
    } else {
        theme.style(Role::Dim)
    };
    Line::styled(
        format!(
            " {}{}{}",
            fit(word, 24),
            fit_right(&share_of(errors, all), 7),
            fit_right(&count(errors), 7)
        ),
        style,
    )
}

fn row(figures: &ClassFigures, all: u64, role: Role, theme: &Theme) -> Line<'static> {
    let filled = if all == 0 {
        0.0
    } else {
        figures.count as f64 / all as f64 * BAR as f64
    };
    let bars: String = (0..BAR).map(|cell| bar(filled - cell as f64)).collect();
    Line::from(vec![
        Span::raw(format!("   {}", fit(figures.class.word(), 12))),
        Span::styled(fit(&bars, BAR + 2), theme.style(role)),
        Span::raw(format!(
            "{}{}",
            fit_right(&share_of(figures.count, all), 7),
            fit_right(&count(figures.count), 7)
        )),
    ])
}
