//! Is there room left? The gateway's workers, their queue and the load's own over time, and how the load fared at each
//! rate so far. A search for capacity has a report of its own; this is what can be told while a load runs.

use measure::snapshot::{CapacityFigures, SecondFigures, Snapshot, Subject};
use ratatui::{buffer::Buffer, layout::Rect, text::Span};

use super::{
    curve, halves,
    strips::{self, Strip},
    trace::{Trace, short},
};
use crate::{
    app::Model,
    choice::Times,
    figures::{DASH, clock, count, rate, share, time, time_of},
    panel::{arrivals::Arrivals, capacity, pen},
    theme::{Role, Theme},
};

/// Rows of the table of rates below which it is not worth its box.
const CURVE_ROWS: u16 = 6;
/// Rows of the charts below which they keep the whole area.
const CHART_ROWS: u16 = 10;
/// Workers at work this much of the time have hardly room left.
const BUSY: f64 = 0.9;

/// Draws the charts, and below them the table of rates; the table alone where it is zoomed.
pub(super) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    // A gateway alone does not know what is offered to it.
    let rows = match model.snapshot().subject {
        Subject::Load => curve::rows(model).clamp(CURVE_ROWS, (area.height / 2).saturating_sub(1).max(CURVE_ROWS)),
        Subject::Gateway => 0,
    };
    let upper = area.height.saturating_sub(rows);
    let upper = if upper < CHART_ROWS { area.height } else { upper };
    let [upper, lower] = halves(area, upper, CURVE_ROWS, model.is_zoomed() && rows > 0);
    charts(buf, upper, model, theme);
    curve::render(buf, lower, model, theme);
}

fn charts(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    if area.height < 3 {
        return;
    }
    let snapshot = model.snapshot();
    let workers = is_in_force(snapshot).then(|| workers(model));
    let title = match &workers {
        Some(_) => sum(&capacity::shown(model).unwrap_or_default(), theme),
        None => vec![vec![Span::styled(absent(snapshot), theme.style(Role::Warn))]],
    };
    let area = pen::boxed(buf, area, "Capacity", title, theme);
    let strips: Vec<Strip> = workers.into_iter().flatten().chain(load(model)).collect();
    strips::render(buf, area, model, &strips, theme);
}

/// Whether the workers are known now or were in any second.
fn is_in_force(snapshot: &Snapshot) -> bool {
    snapshot.capacity.is_some() || snapshot.seconds.iter().any(|second| second.gauges.capacity.is_some())
}

fn absent(snapshot: &Snapshot) -> &'static str {
    match snapshot.subject {
        Subject::Load => "none in force, or no admin port known: the load's own figures",
        Subject::Gateway => "none in force: each call is served at once",
    }
}

fn sum(figures: &CapacityFigures, theme: &Theme) -> pen::Pieces<'static> {
    let refused = |count: u64| if count > 0 { Role::Bad } else { Role::Plain };
    [
        (
            format!("{} of {} workers busy", figures.busy, figures.workers),
            Role::Strong,
        ),
        (
            format!("turned away {}", short(figures.turned_away, 7)),
            refused(figures.turned_away),
        ),
        (
            format!("waited too long {}", short(figures.timed_out, 7)),
            refused(figures.timed_out),
        ),
    ]
    .into_iter()
    .map(|(text, role)| vec![Span::styled(text, theme.style(role))])
    .collect()
}

fn trace(snapshot: &Snapshot, value: impl Fn(&SecondFigures) -> Option<f64>) -> Trace {
    let seconds = snapshot.seconds.iter();
    seconds
        .filter_map(|second| Some((second.second, value(second)?)))
        .collect()
}

/// The highest of a trace, as a caption says it.
fn most(trace: &Trace, label: fn(f64) -> String) -> (String, Role) {
    let most = trace.iter().map(|(_, value)| *value).fold(0.0, f64::max);
    let text = if trace.is_empty() { DASH.to_owned() } else { label(most) };
    (format!("most {text}"), Role::Plain)
}

/// What a figure is of: `now` or `at 00:34`.
fn when(model: &Model) -> String {
    match model.cursor() {
        Some(second) => format!("at {}", clock(u64::from(second) * 1_000_000)),
        None => "now".to_owned(),
    }
}

fn whole(value: f64) -> String {
    count(value.round() as u64)
}

fn micros(value: f64) -> String {
    time(value.round() as u64)
}

/// The gateway's side: utilisation, queue, wait.
fn workers(model: &Model) -> Vec<Strip> {
    let snapshot = model.snapshot();
    let of = |value: fn(&CapacityFigures) -> f64| trace(snapshot, |second| second.gauges.capacity.as_ref().map(value));
    let figures = capacity::shown(model);
    let now = |text: Option<String>, role: Role| {
        let text = text.unwrap_or_else(|| DASH.to_owned());
        (format!("{} {text}", when(model)), role)
    };
    let (utilisation, waiting, wait) = (
        of(|figures| figures.utilisation),
        of(|figures| f64::from(figures.waiting)),
        of(|figures| figures.queue_wait_p99_us as f64),
    );
    let is_busy = figures.is_some_and(|figures| figures.utilisation >= BUSY);
    let busy = if is_busy { Role::Bad } else { Role::Strong };
    let mark = if is_busy { "✖ " } else { "" };
    let worked = figures.map(|figures| format!("{mark}{}", share(figures.utilisation)));
    let (most_used, most_waiting, most_wait) = (most(&utilisation, share), most(&waiting, whole), most(&wait, micros));
    vec![
        Strip {
            name: "utilisation",
            figures: vec![now(worked, busy), most_used],
            trace: utilisation,
            wanted: Trace::new(),
            full: Some(1.0),
            label: share,
            role: Role::Good,
        },
        Strip {
            name: "queue",
            figures: vec![
                now(figures.map(|figures| count(figures.waiting.into())), Role::Strong),
                most_waiting,
            ],
            trace: waiting,
            wanted: Trace::new(),
            full: None,
            label: whole,
            role: Role::Warn,
        },
        Strip {
            name: "queue wait p99",
            figures: vec![
                now(figures.map(|figures| time(figures.queue_wait_p99_us)), Role::Strong),
                most_wait,
            ],
            trace: wait,
            wanted: Trace::new(),
            full: None,
            label: micros,
            role: Role::Warn,
        },
    ]
}

/// The load's side: arrivals, what is under way, what waits, and how long requests take.
fn load(model: &Model) -> Vec<Strip> {
    match model.snapshot().subject {
        Subject::Load => vec![arrivals(model), in_flight(model), latency(model), waiting(model)],
        Subject::Gateway => vec![exchanges(model), in_flight(model), latency(model)],
    }
}

fn exchanges(model: &Model) -> Strip {
    let snapshot = model.snapshot();
    let now = model
        .cursor_figures()
        .or_else(|| snapshot.seconds.last().map(AsRef::as_ref));
    let now = now.map_or_else(|| DASH.to_owned(), |second| count(second.finished.into()));
    let trace = trace(snapshot, |second| Some(second.finished.into()));
    Strip {
        name: "exchanges",
        figures: vec![
            (format!("{} {now}/s", last_or_at(model)), Role::Strong),
            most(&trace, rate),
        ],
        trace,
        wanted: Trace::new(),
        full: None,
        label: rate,
        role: Role::Good,
    }
}

/// What a figure of a complete second is of: `last second` or `at 00:34`.
fn last_or_at(model: &Model) -> String {
    if model.cursor().is_some() {
        when(model)
    } else {
        "last second".to_owned()
    }
}

fn arrivals(model: &Model) -> Strip {
    let snapshot = model.snapshot();
    let now = Arrivals::of(model);
    let lost = if now.dropped > 0 { Role::Bad } else { Role::Plain };
    let achieved = now.achieved.map_or_else(|| DASH.to_owned(), rate);
    let so_far = if now.at.is_some() { "" } else { " so far" };
    Strip {
        name: "arrivals",
        figures: vec![
            (format!("{} achieved {achieved}/s", when(model)), Role::Strong),
            (format!("┄ offered {}/s", rate(now.target)), Role::Accent),
            (format!("dropped {}{so_far}", short(now.dropped, 7)), lost),
        ],
        trace: trace(snapshot, |second| Some(second.started.into())),
        wanted: trace(snapshot, |second| Some(second.offered.into())),
        full: None,
        label: rate,
        role: Role::Good,
    }
}

fn in_flight(model: &Model) -> Strip {
    let snapshot = model.snapshot();
    let now = Arrivals::of(model).in_flight;
    let trace = trace(snapshot, |second| Some(second.gauges.in_flight.into()));
    Strip {
        name: "in flight",
        figures: vec![
            (format!("{} {}", when(model), count(now.into())), Role::Strong),
            most(&trace, whole),
        ],
        trace,
        wanted: Trace::new(),
        full: None,
        label: whole,
        role: Role::Accent,
    }
}

fn latency(model: &Model) -> Strip {
    let of = |second: &SecondFigures| match model.times() {
        Times::Response => second.p99_us,
        Times::Service => second.service_p99_us,
    };
    let snapshot = model.snapshot();
    let now = model
        .cursor_figures()
        .or_else(|| snapshot.seconds.last().map(AsRef::as_ref));
    let now = now.map_or_else(|| DASH.to_owned(), |second| time_of(of(second), second.finished.into()));
    let trace = trace(snapshot, |second| (second.finished > 0).then(|| of(second) as f64));
    Strip {
        name: match (snapshot.subject, model.times()) {
            (Subject::Gateway, _) => "p99",
            (Subject::Load, Times::Response) => "response p99",
            (Subject::Load, Times::Service) => "service p99",
        },
        figures: vec![
            (format!("{} {now}", last_or_at(model)), Role::Strong),
            most(&trace, micros),
        ],
        trace,
        wanted: Trace::new(),
        full: None,
        label: micros,
        role: Role::Plain,
    }
}

fn waiting(model: &Model) -> Strip {
    let snapshot = model.snapshot();
    let now = Arrivals::of(model).waiting;
    let trace = trace(snapshot, |second| Some(second.gauges.waiting.into()));
    Strip {
        name: "waiting for a user",
        figures: vec![
            (format!("{} {}", when(model), count(now.into())), Role::Strong),
            most(&trace, whole),
            (format!("lag p99 {}", time(snapshot.load.lag_p99_us)), Role::Plain),
        ],
        trace,
        wanted: Trace::new(),
        full: None,
        label: whole,
        role: Role::Warn,
    }
}
