//! What failed: classes of errors, what the scenario can have caused and what it cannot have apart, and the requests
//! behind them, each of which leads to its order's story.

use measure::snapshot::{ClassFigures, Failure, Snapshot, Subject};
use ratatui::{buffer::Buffer, layout::Rect, text::Span};

use super::{
    halves, requests,
    table::{Cell, Column, Table},
    trace::{Trace, short},
};
use crate::{
    app::Model,
    figures::{DASH, clip, clock, share_of, time},
    panel::pen,
    theme::{Role, Theme},
};

/// Rows of the list below which it is not worth its box.
const LIST_ROWS: u16 = 4;
/// Columns of a name in a title.
const NAME: usize = 24;

/// Draws the classes, and below them the failed requests.
pub(super) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let kinds = u16::try_from(kinds(model.snapshot()).len().max(1)).unwrap_or(u16::MAX);
    // The list is what leads further, so it has the larger part where the classes are many.
    let upper = kinds.saturating_add(3).min((area.height * 2 / 5).max(5));
    let [upper, lower] = halves(area, upper, LIST_ROWS, model.is_zoomed());
    classes(buf, upper, model, theme);
    list(buf, lower, model, theme);
}

/// A class of errors, expected or not, with when it occurred in the seconds that the picture has.
struct Kind {
    figures: ClassFigures,
    first: Option<u32>,
    last: Option<u32>,
    trace: Trace,
}

/// Unexpected ones first, each by how often they occurred.
fn kinds(snapshot: &Snapshot) -> Vec<Kind> {
    let errors = snapshot.classes.iter();
    let mut kinds: Vec<Kind> = errors
        .filter(|figures| !figures.class.is_success() && figures.count > 0)
        .map(|figures| kind(snapshot, *figures))
        .collect();
    kinds.sort_by_key(|kind| (kind.figures.expected, std::cmp::Reverse(kind.figures.count)));
    kinds
}

fn kind(snapshot: &Snapshot, figures: ClassFigures) -> Kind {
    let counts = snapshot.seconds.iter().map(|second| {
        let errors = second.errors.iter();
        let same = |error: &&ClassFigures| error.class == figures.class && error.expected == figures.expected;
        (
            second.second,
            errors.filter(same).fold(0.0, |sum, error| sum + error.count as f64),
        )
    });
    let trace: Trace = counts.collect();
    let occurred = |entry: &&(u32, f64)| entry.1 > 0.0;
    Kind {
        figures,
        first: trace.iter().find(occurred).map(|(second, _)| *second),
        last: trace.iter().rev().find(occurred).map(|(second, _)| *second),
        trace,
    }
}

/// The mark, word and role of what was expected of an error.
fn mark(expected: bool) -> (&'static str, Role) {
    if expected {
        ("◌ expected", Role::Warn)
    } else {
        ("✖ unexpected", Role::Bad)
    }
}

fn classes(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let snapshot = model.snapshot();
    let all = snapshot
        .classes
        .iter()
        .fold(0_u64, |sum, figures| sum.saturating_add(figures.count));
    let kinds = kinds(snapshot);
    let sum = |expected: bool| {
        let some = kinds.iter().filter(|kind| kind.figures.expected == expected);
        some.fold(0_u64, |sum, kind| sum.saturating_add(kind.figures.count))
    };
    let title = [(false, "unexpected", Role::Bad), (true, "expected", Role::Warn)].map(|(expected, word, role)| {
        let role = if sum(expected) > 0 { role } else { Role::Plain };
        vec![Span::styled(
            format!("{word} {}", short(sum(expected), 9)),
            theme.style(role),
        )]
    });
    let mut title: pen::Pieces<'_> = title.into();
    title.push(vec![Span::raw(format!("of {} {}", short(all, 11), requests(snapshot)))]);
    if model.operation().is_some() {
        title.push(vec![Span::raw("all operations")]);
    }
    let area = pen::boxed(buf, area, "Errors by class", title, theme);
    let table = Table {
        columns: vec![
            Column::words("class", 10, 12),
            Column::words("kind", 12, 14),
            Column::figures("count", 9),
            Column::figures("share", 6),
            Column::figures(seen_word(model), 8).rank(3),
            Column::figures("first at", 8).rank(2),
            Column::figures("last at", 8).rank(1),
            Column::traces("over the run", 18).rank(4),
        ],
        rows: kinds.iter().map(|kind| row(kind, all, model)).collect(),
        chosen: None,
    };
    table.render(buf, area, snapshot, theme);
    if kinds.is_empty() {
        let words = "no errors, expected or unexpected";
        pen::text(buf, area, 2, 1, words, theme.style(Role::Dim));
    }
}

/// The heading of the column that tells of a single second.
fn seen_word(model: &Model) -> String {
    match model.cursor() {
        Some(second) => clock(u64::from(second) * 1_000_000),
        None => "last 1s".to_owned(),
    }
}

fn row(kind: &Kind, all: u64, model: &Model) -> Vec<Cell> {
    let (words, role) = mark(kind.figures.expected);
    let when = |second: Option<u32>| second.map_or_else(|| DASH.to_owned(), |s| clock(u64::from(s) * 1_000_000));
    let shown = model.cursor().or_else(|| kind.trace.last().map(|(second, _)| *second));
    let seen = kind.trace.iter().find(|(second, _)| Some(*second) == shown);
    vec![
        Cell::strong(kind.figures.class.word()),
        Cell::Text(words.to_owned(), role),
        Cell::plain(short(kind.figures.count, 9)),
        Cell::plain(share_of(kind.figures.count, all)),
        Cell::plain(seen.map_or_else(|| DASH.to_owned(), |(_, count)| short(*count as u64, 8))),
        Cell::plain(when(kind.first)),
        Cell::plain(when(kind.last)),
        Cell::Trace(kind.trace.clone(), role),
    ]
}

fn list(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    if area.height < 3 {
        return;
    }
    let snapshot = model.snapshot();
    let rows: Vec<Vec<Cell>> = model.failures().map(|failure| failed(snapshot, failure)).collect();
    let table = Table {
        columns: vec![
            Column::figures("at", 9),
            Column::words("class", 10, 12),
            Column::words("kind", 12, 14).rank(1),
            Column::words("operation", 12, 20).rank(2),
            Column::words("order", 12, 40),
            Column::words("phase", 10, 20).rank(4),
            Column::figures(took(snapshot), 8).rank(3),
        ],
        chosen: (!rows.is_empty()).then(|| model.selected()),
        rows,
    };
    let mut title = vec![vec![Span::raw(model.show().failures_word())]];
    if let Some(place) = table.place() {
        // Where very many fail at once, only some of them are kept.
        title.push(vec![Span::raw(format!("{place} kept"))]);
    }
    if let Some(name) = model.operation() {
        title.push(vec![Span::styled(
            format!("only {}", clip(name, NAME)),
            theme.style(Role::Accent),
        )]);
    }
    if let Some(second) = model.cursor() {
        let at = format!("only at {}", clock(u64::from(second) * 1_000_000));
        title.push(vec![Span::styled(at, theme.style(Role::Accent))]);
    }
    let name = format!("Failed {}", requests(snapshot));
    let area = pen::boxed(buf, area, &name, title, theme);
    table.render(buf, area, snapshot, theme);
    if table.rows.is_empty() {
        pen::text(buf, area, 2, 1, none(model), theme.style(Role::Dim));
    }
}

/// The heading of the time a failed request took.
fn took(snapshot: &Snapshot) -> &'static str {
    match snapshot.subject {
        Subject::Load => "response",
        Subject::Gateway => "took",
    }
}

/// Why the list is empty.
fn none(model: &Model) -> &'static str {
    let snapshot = model.snapshot();
    match (snapshot.failures.is_empty(), snapshot.subject) {
        (true, Subject::Load) => "none so far",
        (true, Subject::Gateway) => "a gateway tells of single exchanges in its console and journal",
        (false, _) => "none of those that were kept is of this operation, second and kind",
    }
}

fn failed(snapshot: &Snapshot, failure: &Failure) -> Vec<Cell> {
    let (words, role) = mark(failure.expected);
    let phase = snapshot.plan.phases.get(usize::from(failure.phase));
    let order = if failure.order.is_empty() { DASH } else { &failure.order };
    vec![
        Cell::plain(instant(failure.at_us)),
        Cell::strong(failure.class.word()),
        Cell::Text(words.to_owned(), role),
        Cell::plain(&*failure.operation),
        Cell::plain(order),
        Cell::dim(phase.map_or("drain", |phase| &phase.name)),
        Cell::plain(time(failure.response_us)),
    ]
}

/// A point of the run's time to the millisecond: `00:35.412`; without them from an hour on.
pub(super) fn instant(us: u64) -> String {
    match us {
        0..3_600_000_000 => format!("{}.{:03}", clock(us), us / 1_000 % 1_000),
        3_600_000_000.. => clock(us),
    }
}
