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

use super::{gauge::gauge, pen};
use crate::{
    app::Model,
    figures::{count, fit, fit_right, share_of},
    theme::{Role, Theme},
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

/// Draws every class that fits, whole run: with a head for each kind where there is room, else a mark for each row.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let errors = Errors::of(model.snapshot());
    let area = pen::boxed(buf, area, "Errors", title(&errors, theme), theme);
    let answered = answered(model.snapshot());
    let rows = usize::from(area.height);
    let lines = if rows >= 2 + errors.expected.len() + errors.unexpected.len() {
        headed(&errors, &answered, theme)
    } else {
        marked(&errors, rows, theme)
    };
    for (at, line) in lines.iter().enumerate() {
        pen::line(buf, area, at, line);
    }
}

fn title(errors: &Errors, theme: &Theme) -> pen::Pieces<'static> {
    let figure = |word: &str, classes: &[ClassFigures], role| {
        let sum = sum(classes);
        let role = if sum > 0 { role } else { Role::Plain };
        vec![
            Span::styled(format!("{word} "), theme.style(Role::Dim)),
            Span::styled(count(sum), theme.style(role)),
        ]
    };
    vec![
        figure("unexpected", &errors.unexpected, Role::Bad),
        figure("expected", &errors.expected, Role::Warn),
        vec![Span::styled("whole run", theme.style(Role::Dim))],
    ]
}

fn headed(errors: &Errors, answered: &[ClassFigures], theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for (word, classes, role) in [
        ("expected by the scenario", errors.expected.as_slice(), Role::Warn),
        ("unexpected", &errors.unexpected, Role::Bad),
        ("as a healthy wallet", answered, Role::Plain),
    ] {
        lines.push(head(word, classes, errors.all, role, theme));
        lines.extend(classes.iter().map(|figures| row(" ", figures, errors.all, role, theme)));
    }
    lines
}

/// The unexpected ones first: they are what a tester looks for. What finds no row is summed up in the last.
fn marked(errors: &Errors, rows: usize, theme: &Theme) -> Vec<Line<'static>> {
    let unexpected = errors.unexpected.iter().map(|figures| ("✖", figures, Role::Bad));
    let expected = errors.expected.iter().map(|figures| (" ", figures, Role::Warn));
    let all: Vec<_> = unexpected.chain(expected).collect();
    let shown = if all.len() > rows {
        rows.saturating_sub(1)
    } else {
        all.len()
    };
    let mut lines: Vec<Line<'static>> = all
        .iter()
        .take(shown)
        .map(|(mark, figures, role)| row(mark, figures, errors.all, *role, theme))
        .collect();
    if all.len() > rows {
        let more = format!("   +{} more classes", all.len() - shown);
        lines.push(Line::styled(more, theme.style(Role::Dim)));
    }
    lines
}

/// Draws the most frequent error classes without a box, the unexpected ones first.
pub(crate) fn render_top(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let errors = Errors::of(model.snapshot());
    let unexpected = errors
        .unexpected
        .iter()
        .map(|figures| ("✖", figures, "unexpected", Role::Bad));
    let expected = errors
        .expected
        .iter()
        .map(|figures| (" ", figures, "expected", Role::Warn));
    let rows = usize::from(area.height);
    for (at, (mark, figures, word, role)) in unexpected.chain(expected).take(rows).enumerate() {
        let mut line = row(mark, figures, errors.all, role, theme);
        line.push_span(Span::styled(format!("  {word}"), theme.style(role)));
        pen::line(buf, area, at, &line);
    }
    if errors.expected.is_empty() && errors.unexpected.is_empty() {
        let words = Line::styled(" no errors, expected or unexpected", theme.style(Role::Dim));
        pen::line(buf, area, 0, &words);
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

fn head(word: &str, classes: &[ClassFigures], all: u64, role: Role, theme: &Theme) -> Line<'static> {
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

fn row(mark: &str, figures: &ClassFigures, all: u64, role: Role, theme: &Theme) -> Line<'static> {
    let [filled, track] = gauge(figures.count as f64 / all.max(1) as f64, BAR);
    Line::from(vec![
        Span::styled(format!(" {mark} "), theme.style(role)),
        Span::raw(fit(figures.class.word(), 12)),
        Span::styled(filled, theme.style(role)),
        Span::styled(track, theme.style(Role::Dim)),
        Span::raw(format!(
            "{}{}",
            fit_right(&share_of(figures.count, all), 9),
            fit_right(&count(figures.count), 7)
        )),
    ])
}
