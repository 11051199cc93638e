//! The wallet's health in figures: percentiles of successes and of everything, against the first phase, against what was
//! expected; errors, expected and unexpected apart.

use measure::snapshot::{Percentiles, PhaseFigures, Subject};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::{
    change::{Base, Compared},
    now::{Five, Now, WORDS, five, times_word},
    pen,
    slo::{self, OfMetric},
};
use crate::{
    app::Model,
    choice::{Show, Times},
    figures::{DASH, clip, count, fit, fit_right, rate, share, time, width},
    moment::Moment,
    theme::{Role, Theme},
};

/// Rows of the panel, borders included.
pub(crate) const ROWS: u16 = 10;

/// Columns of a row's word, of successes, of everything, of the change.
const WORD: usize = 6;
const OK: usize = 7;
const ALL: usize = 7;
const CHANGE: usize = 9;

/// Draws the percentiles.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let snapshot = model.snapshot();
    let now = Now::of(model);
    let area = pen::boxed(buf, area, "Now", title(model, now.as_ref(), theme), theme);
    let base = Base::of(model);
    // Of one operation the first phase is not kept apart.
    let is_of_all = now.as_ref().is_none_or(|now| now.operation.is_none());
    let errors = now.as_ref().and_then(|now| now.errors);
    let compared = base
        .and_then(|base| base.figures)
        .filter(|_| is_of_all)
        .map(|base| Compared { base, errors });
    let base_words = base.map_or_else(String::new, |base| format!("Δ{}", clip(base.name, CHANGE - 2)));
    // The scenario's words are of all operations, and of a load.
    let is_judged = is_of_all && snapshot.subject == Subject::Load;
    let moment = model.cursor().map_or_else(
        || Moment::of(snapshot),
        |second| Moment::at(&snapshot.plan, u64::from(second) * 1_000_000),
    );
    let expected = |metrics: &[&str]| slo::of_metric(snapshot, moment, metrics).filter(|_| is_judged);
    let times = |word: &'static str, at: usize| {
        let of = |five: fn(&Now<'_>) -> Five| now.as_ref().and_then(|now| five(now)[at]);
        let all = of(|now| now.all);
        let base_us = |compared: Compared<'_>| five(base_times(compared.base, model.times()))[at];
        Row {
            word,
            ok: of(|now| now.ok).map_or_else(|| DASH.to_owned(), time),
            all: all.map_or_else(|| DASH.to_owned(), time),
            change: compared.map_or_else(|| DASH.to_owned(), |compared| compared.times(all, base_us(compared))),
            expected: expected(&[word]),
        }
    };
    let mut rows: Vec<Row<'_>> = WORDS.iter().enumerate().map(|(at, word)| times(word, at)).collect();
    rows.push(Row {
        word: "err",
        ok: String::new(),
        all: errors.map_or_else(|| DASH.to_owned(), share),
        change: compared.map_or_else(|| DASH.to_owned(), Compared::shares),
        expected: expected(&["errors", "success"]),
    });
    let columns = usize::from(area.width);
    let room = columns.saturating_sub(WORD + OK + ALL + CHANGE);
    let any_expected = rows.iter().any(|row| !row.expected_words(room).is_empty());
    let head = [
        fit("", WORD),
        fit_right("ok", OK),
        fit_right("all", ALL),
        fit_right(&base_words, CHANGE),
        if any_expected { " expected" } else { "" }.to_owned(),
    ];
    pen::line(buf, area, 0, &Line::styled(head.concat(), theme.style(Role::Dim)));
    for (at, row) in rows.iter().enumerate() {
        pen::line(buf, area, at + 1, &row.line(room, model.show(), theme));
    }
    pen::line(buf, area, rows.len() + 1, &split(now.as_ref(), theme));
}

fn base_times(figures: &PhaseFigures, times: Times) -> &Percentiles {
    match times {
        Times::Response => &figures.response,
        Times::Service => &figures.service,
    }
}

fn title(model: &Model, now: Option<&Now<'_>>, theme: &Theme) -> pen::Pieces<'static> {
    let Some(now) = now else {
        return vec![vec![Span::raw(model.window().word())]];
    };
    let role = if model.cursor().is_some() {
        Role::Accent
    } else {
        Role::Strong
    };
    let mut pieces = vec![vec![Span::styled(now.when.clone(), theme.style(role))]];
    if let Some(operation) = now.operation {
        pieces.push(vec![Span::styled(
            format!("▸ {}", clip(operation, 14)),
            theme.style(Role::Strong),
        )]);
    }
    let ended = match model.snapshot().subject {
        Subject::Load => "answers",
        Subject::Gateway => "exchanges",
    };
    pieces.push(vec![Span::raw(times_word(model))]);
    pieces.push(vec![Span::raw(format!("{}/s", rate(now.per_second)))]);
    pieces.push(vec![Span::raw(format!("{} {ended}", count(now.finished)))]);
    pieces
}

/// A row of the table.
struct Row<'a> {
    word: &'a str,
    ok: String,
    all: String,
    change: String,
    expected: Option<OfMetric>,
}

impl Row<'_> {
    fn line(&self, room: usize, show: Show, theme: &Theme) -> Line<'static> {
        let (ok_role, all_role) = match show {
            Show::Ok => (Role::Strong, Role::Plain),
            Show::All | Show::Errors => (Role::Plain, Role::Strong),
        };
        let changed = if self.change.ends_with('×') {
            Role::Warn
        } else {
            Role::Plain
        };
        let role = self
            .expected
            .as_ref()
            .map_or(Role::Plain, |expected| slo::mark(expected.verdict).1);
        Line::from(vec![
            Span::styled(fit(&format!(" {}", self.word), WORD), theme.style(Role::Dim)),
            Span::styled(fit_right(&self.ok, OK), theme.style(ok_role)),
            Span::styled(fit_right(&self.all, ALL), theme.style(all_role)),
            Span::styled(fit_right(&self.change, CHANGE), theme.style(changed)),
            Span::styled(self.expected_words(room), theme.style(role)),
        ])
    }

    /// What is expected of it; nothing where the words do not fit whole.
    fn expected_words(&self, room: usize) -> String {
        let Some(expected) = &self.expected else {
            return String::new();
        };
        // A bound of another phase says nothing of the figure beside it, unless it says of which phase.
        let place = match expected.elsewhere.as_str() {
            "" => String::new(),
            phase => format!(" in {phase}"),
        };
        let (glyph, _) = slo::mark(expected.verdict);
        let words = clip(&format!(" {glyph} {}{place}", expected.bound), 99);
        if width(&words) <= room { words } else { String::new() }
    }
}

/// Errors, those that the scenario can have caused and the others.
fn split(now: Option<&Now<'_>>, theme: &Theme) -> Line<'static> {
    let words = |part: Option<f64>| part.map_or_else(|| DASH.to_owned(), share);
    let (expected, unexpected) = now.map_or((None, None), |now| (now.expected, now.unexpected));
    let role = |part: Option<f64>, role| {
        if part.is_some_and(|part| part > 0.0) {
            role
        } else {
            Role::Plain
        }
    };
    Line::from(vec![
        Span::styled(" expected ", theme.style(Role::Dim)),
        Span::styled(words(expected), theme.style(role(expected, Role::Warn))),
        Span::styled("  unexpected ", theme.style(Role::Dim)),
        Span::styled(
            format!(
                "{}{}",
                if unexpected.is_some_and(|part| part > 0.0) {
                    "✖ "
                } else {
                    ""
                },
                words(unexpected)
            ),
            theme.style(role(unexpected, Role::Bad)),
        ),
    ])
}
