//! The figures that matter in one line or two, for screens that have no room for panels.

use measure::snapshot::Subject;
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::{
    arrivals::Arrivals,
    change::{Base, Compared},
    header,
    now::{Now, five, times_word},
    pen,
};
use crate::{
    app::Model,
    choice::{Show, Times},
    figures::{DASH, clip, count, rate, share, time},
    moment::Moment,
    theme::{Role, Theme},
};

/// Where p50 and p99 stand among the five.
const P50: usize = 0;
const P99: usize = 2;

/// Draws the figures in as many lines as the area has: the load and the wallet apart where there are two.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let columns = usize::from(area.width);
    if area.height >= 2 {
        pen::line(buf, area, 0, &pen::whole(load(model, theme), columns));
        pen::line(buf, area, 1, &wallet(model, columns, theme));
    } else {
        pen::line(buf, area, 0, &pen::whole(both(model, theme), columns));
    }
}

/// The load in words.
fn load(model: &Model, theme: &Theme) -> pen::Pieces<'static> {
    let snapshot = model.snapshot();
    let arrivals = Arrivals::of(model);
    let in_flight = piece("in flight", count(arrivals.in_flight.into()), Role::Strong, theme);
    if snapshot.subject == Subject::Gateway {
        let ended = Now::of(model).map_or_else(|| DASH.to_owned(), |now| rate(now.per_second));
        return vec![piece("exchanges", format!("{ended}/s"), Role::Strong, theme), in_flight];
    }
    let achieved = if arrivals.falls_short() {
        Role::Warn
    } else {
        Role::Strong
    };
    let dropped = if arrivals.dropped > 0 { Role::Bad } else { Role::Strong };
    vec![
        piece("target", format!("{}/s", arrivals.target_words()), Role::Strong, theme),
        piece("achieved", format!("{}/s", arrivals.achieved_words()), achieved, theme),
        piece("dropped", count(arrivals.dropped), dropped, theme),
        piece("waiting", count(arrivals.waiting.into()), Role::Strong, theme),
        in_flight,
        piece("users", count(snapshot.plan.users.into()), Role::Plain, theme),
    ]
}

/// The wallet in words. The change against the first phase is the first to go where not everything fits, for the charts
/// show it too.
fn wallet(model: &Model, columns: usize, theme: &Theme) -> Line<'static> {
    let now = Now::of(model);
    let now = now.as_ref();
    let share_of = |part: fn(&Now<'_>) -> Option<f64>| now.and_then(part).map_or_else(|| DASH.to_owned(), share);
    let mut pieces = when(model, now, theme);
    pieces.push(piece("p50", percentile(model, now, P50), Role::Strong, theme));
    pieces.push(piece("p99", percentile(model, now, P99), Role::Strong, theme));
    let after_p99 = pieces.len();
    pieces.push(piece("err", share_of(|now| now.errors), Role::Strong, theme));
    pieces.push(piece("unexpected", share_of(|now| now.unexpected), doubt(now), theme));
    pieces.push(piece("expected", share_of(|now| now.expected), Role::Plain, theme));
    if let Some(change) = change(model, now) {
        let change = Span::styled(format!("({change}) "), theme.style(Role::Warn));
        let needed: usize = pieces.iter().flatten().map(Span::width).sum();
        if needed + change.width() <= columns {
            pieces.insert(after_p99, vec![change]);
        }
    }
    pen::whole(pieces, columns)
}

/// Both in one line: achieved and target, then the wallet.
fn both(model: &Model, theme: &Theme) -> pen::Pieces<'static> {
    let snapshot = model.snapshot();
    let now = Now::of(model);
    let now = now.as_ref();
    let share_of = |part: fn(&Now<'_>) -> Option<f64>| now.and_then(part).map_or_else(|| DASH.to_owned(), share);
    let mut pieces = vec![vec![Span::styled(
        format!(" {} ", arriving(model)),
        theme.style(Role::Strong),
    )]];
    pieces.push(piece("p99", percentile(model, now, P99), Role::Strong, theme));
    pieces.push(piece("err", share_of(|now| now.errors), Role::Strong, theme));
    let unexpected = share_of(|now| now.unexpected);
    pieces.push(vec![Span::styled(
        format!("(unexpected {unexpected}) "),
        theme.style(doubt(now)),
    )]);
    if snapshot.subject == Subject::Load {
        pieces.push(piece("drop", count(Arrivals::of(model).dropped), Role::Plain, theme));
    }
    pieces.extend(when(model, now, theme));
    pieces
}

fn piece(word: &str, figure: String, role: Role, theme: &Theme) -> Vec<Span<'static>> {
    vec![
        Span::styled(format!(" {word} "), theme.style(Role::Dim)),
        Span::styled(figure, theme.style(role)),
        Span::raw(" "),
    ]
}

/// Of when the figures are, and of what.
fn when(model: &Model, now: Option<&Now<'_>>, theme: &Theme) -> pen::Pieces<'static> {
    let role = if model.cursor().is_some() {
        Role::Accent
    } else {
        Role::Dim
    };
    let words = now.map_or_else(|| model.window().word().to_owned(), |now| now.when.clone());
    let mut pieces = vec![vec![
        Span::styled(format!(" {words}"), theme.style(role)),
        Span::raw(" "),
    ]];
    if let Some(operation) = now.and_then(|now| now.operation) {
        pieces.push(vec![Span::raw(format!("▸ {} ", clip(operation, 14)))]);
    }
    if model.times() == Times::Service {
        pieces.push(vec![Span::raw(format!("{} ", times_word(model)))]);
    }
    pieces
}

fn percentile(model: &Model, now: Option<&Now<'_>>, at: usize) -> String {
    let shown = now.and_then(|now| match model.show() {
        Show::Ok => now.ok[at],
        Show::All | Show::Errors => now.all[at],
    });
    shown.map_or_else(|| DASH.to_owned(), time)
}

/// The 99th percentile against that of the first phase, with its name.
fn change(model: &Model, now: Option<&Now<'_>>) -> Option<String> {
    let now = now.filter(|now| now.operation.is_none() && model.show() != Show::Ok)?;
    let base = Base::of(model)?;
    let times = match model.times() {
        Times::Response => &base.figures?.response,
        Times::Service => &base.figures?.service,
    };
    let compared = Compared {
        base: base.figures?,
        errors: now.errors,
    };
    let change = compared.times(now.all[P99], five(times)[P99]);
    Some(change).filter(|change| change != DASH)
}

/// Unexpected errors are bad news.
fn doubt(now: Option<&Now<'_>>) -> Role {
    match now.and_then(|now| now.unexpected) {
        Some(share) if share > 0.0 => Role::Bad,
        Some(_) | None => Role::Plain,
    }
}

/// Draws what a tiny screen has room for: the first row that fits whole.
pub(crate) fn tiny(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let snapshot = model.snapshot();
    let (glyph, word) = header::stage(snapshot.stage);
    let now = Now::of(model);
    let share_of = |part: Option<f64>| part.map_or_else(|| DASH.to_owned(), share);
    let errors = share_of(now.as_ref().and_then(|now| now.errors));
    let p99 = percentile(model, now.as_ref(), P99);
    let phase = clip(Moment::of(snapshot).name(), 16);
    let frozen = if model.is_frozen() { "FROZEN " } else { "" };
    let paused = if snapshot.steering.paused { "PAUSED " } else { "" };
    let pieces = [
        format!("{frozen}{paused}{glyph} {word} "),
        format!("{} ", arriving(model)),
        format!("p99 {p99} "),
        format!("err {errors} "),
        format!("{phase} "),
        format!("{} ", header::progress(snapshot)),
    ];
    let strong = theme.style(Role::Strong);
    let pieces = pieces
        .into_iter()
        .map(|piece| vec![Span::styled(piece, strong)])
        .collect();
    let columns = usize::from(area.width);
    pen::line(buf, area, 0, &pen::whole(pieces, columns));
    let advice = clip("enlarge the terminal to 60x16 or more", columns);
    pen::line(buf, area, 1, &Line::styled(advice, theme.style(Role::Dim)));
}

/// Achieved and target rate: `197/200/s`; of a gateway alone the exchanges that ended: `383/s`.
fn arriving(model: &Model) -> String {
    match model.snapshot().subject {
        Subject::Load => {
            let arrivals = Arrivals::of(model);
            format!("{}/{}/s", arrivals.achieved_words(), arrivals.target_words())
        }
        Subject::Gateway => {
            let ended = Now::of(model).map_or_else(|| DASH.to_owned(), |now| rate(now.per_second));
            format!("{ended}/s")
        }
    }
}
