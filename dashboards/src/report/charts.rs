//! The charts over time: a figure for each, with what matters in words below it and its figures as a table. The script
//! draws into the figures; without it, captions and tables tell the same.

use maud::{Markup, html};
use measure::unit::{count, time};

use super::{
    Run,
    data::Data,
    page::wide,
    text,
    words::{self, Word},
};
use crate::panel::moment_label;

/// Rows of a table beside a chart, at most; each then tells of several seconds.
const ROWS_MAX: usize = 90;

/// A figure of a chart.
struct Chart<'a> {
    /// Its anchor, which the script knows.
    name: &'static str,
    heading: Word,
    note: Markup,
    /// Columns of its table.
    columns: Vec<(Markup, Column<'a>)>,
}

/// What a table's column shows of a stretch of time.
enum Column<'a> {
    /// The mean, per second.
    Rate(&'a [f64]),
    /// The highest, a time in microseconds.
    Time(&'a [Option<u64>]),
    /// The highest wait in microseconds.
    Wait(&'a [u64]),
    /// The highest count.
    Most(&'a [u64]),
    /// The highest share in percent.
    Percent(&'a [u64]),
}

/// The chapter.
pub(crate) fn chapter(run: &Run, data: &Data) -> Markup {
    if run.seconds.is_empty() {
        return html! { p.note { (words::NO_SECONDS) } };
    }
    let mut charts = vec![rate(run, data), heat(run, data), percentiles(data), errors(run, data)];
    charts.extend(callbacks(run, data));
    charts.extend(capacity(data));
    html! {
        p.note { (words::CHARTS_NOTE) }
        (tools(run))
        @for chart in &charts { (figure(chart, &data.time)) }
    }
}

/// Switches of the charts: which times, which stretch, which moment.
fn tools(run: &Run) -> Markup {
    html! {
        div.tools {
            div role="group" aria-labelledby="by-times" {
                span #by-times { (words::TIMES_SHOWN) }
                button type="button" data-times="response" aria-pressed="true" { (words::RESPONSE_TIME) }
                button type="button" data-times="service" aria-pressed="false" { (words::SERVICE_TIME) }
            }
            div role="group" aria-labelledby="by-phase" {
                span #by-phase { (words::PHASES) }
                button type="button" data-phase="" { (words::WHOLE_RUN) }
                @for (index, phase) in run.plan.phases.iter().enumerate() { button type="button" data-phase=(index) { (text(&phase.name)) } }
            }
            div.moment {
                label for="moment" { (words::CURSOR) } " "
                input #moment type="range" min="0" max="0" value="0" step="1"; " "
                output #moment-shown for="moment" {}
            }
        }
    }
}

fn figure(chart: &Chart<'_>, starts: &[u32]) -> Markup {
    let (heading, note) = (format!("{}-heading", chart.name), format!("{}-note", chart.name));
    let rows = starts.len().div_ceil(starts.len().div_ceil(ROWS_MAX).max(1));
    let step = starts.len().div_ceil(rows.max(1)).max(1);
    html! {
        div.chart id=(format!("chart-{}", chart.name)) {
            h3 id=(heading) { (chart.heading) }
            figure {
                div.plot role="img" aria-labelledby=(heading) aria-describedby=(note) {}
                ul.legend {}
                @if chart.name == "heat" { (heat_key()) }
                figcaption id=(note) { (chart.note) }
            }
            details {
                summary { (words::AS_TABLE) }
                (wide(&heading, &html! {
                    thead { tr { th.n scope="col" { (words::TIME) } @for (name, _) in &chart.columns { th.n scope="col" { (name) } } } }
                    tbody { @for (row, stretch) in starts.chunks(step).enumerate() { tr {
                        th.n scope="row" { (moment_label(u64::from(stretch[0]))) }
                        @for (_, column) in &chart.columns { td.n { (column.cell(row * step, stretch.len())) } }
                    } } }
                }))
            }
        }
    }
}

/// The colours of the heat map's cells.
fn heat_key() -> Markup {
    html! {
        p.heat-key { (words::FEW) @for shade in 1..=8 { i class=(format!("h{shade}")) {} } (words::MANY) }
    }
}

impl Column<'_> {
    fn cell(&self, from: usize, len: usize) -> String {
        let most = |values: &[u64]| values.iter().skip(from).take(len).copied().max().unwrap_or(0);
        match self {
            Self::Rate(values) => {
                let part: Vec<f64> = values.iter().skip(from).take(len).copied().collect();
                number(part.iter().sum::<f64>() / part.len().max(1) as f64)
            }
            Self::Time(values) => time_of(values.iter().skip(from).take(len).copied().flatten().max().unwrap_or(0)),
            Self::Wait(values) => time(most(values)),
            Self::Most(values) => count(most(values)),
            Self::Percent(values) => format!("{} %", most(values)),
        }
    }
}

fn rate<'a>(run: &Run, data: &'a Data) -> Chart<'a> {
    let arrivals = &run.summary.arrivals;
    let mut columns = vec![
        (html! { (words::TARGET_RATE) }, Column::Rate(&data.target)),
        (html! { (words::OFFERED) }, Column::Rate(&data.offered)),
    ];
    columns.extend(
        data.started
            .as_deref()
            .map(|rates| (html! { (words::STARTED) }, Column::Rate(rates))),
    );
    columns.extend(
        data.dropped
            .as_deref()
            .map(|rates| (html! { (words::DROPPED) }, Column::Rate(rates))),
    );
    columns.push((html! { (words::ENDED) }, Column::Rate(&data.finished)));
    Chart {
        name: "rate",
        heading: words::CHART_RATE,
        note: words::CHART_RATE_NOTE.with(&[
            number(peak(&run.plan.target_per_second)).into(),
            count(arrivals.started).into(),
            count(arrivals.offered).into(),
            count(arrivals.dropped).into(),
            number(peak(&data.finished)).into(),
        ]),
        columns,
    }
}

fn heat<'a>(run: &Run, data: &'a Data) -> Chart<'a> {
    let mut medians: Vec<u64> = run
        .seconds
        .iter()
        .map(|second| second.p50_us)
        .filter(|us| *us > 0)
        .collect();
    medians.sort_unstable();
    let slowest = run.seconds.iter().max_by_key(|second| second.p99_us);
    let (p99_us, when) = slowest.map_or((0, 0), |second| (second.p99_us, second.second));
    Chart {
        name: "heat",
        heading: words::CHART_HEAT,
        note: words::CHART_HEAT_NOTE.with(&[
            time_of(medians.get(medians.len() / 2).copied().unwrap_or(0)).into(),
            time_of(p99_us).into(),
            moment_label(u64::from(when)).into(),
        ]),
        columns: of_times(data, &["p50", "p99"]),
    }
}

fn percentiles(data: &Data) -> Chart<'_> {
    let worst = |wanted: &str| {
        let found = data.response.percentiles.iter().find(|(name, _)| *name == wanted);
        time_of(
            found
                .and_then(|(_, values)| values.iter().copied().flatten().max())
                .unwrap_or(0),
        )
    };
    Chart {
        name: "times",
        heading: words::CHART_TIMES,
        note: words::CHART_TIMES_NOTE.with(&[worst("p50").into(), worst("p99").into()]),
        columns: of_times(data, &["p50", "p90", "p99", "p99.9", "max"]),
    }
}

fn of_times<'a>(data: &'a Data, names: &[&str]) -> Vec<(Markup, Column<'a>)> {
    let known = data
        .response
        .percentiles
        .iter()
        .filter(|(name, _)| names.contains(name));
    let column = |(name, values): &'a (&'static str, Vec<Option<u64>>)| {
        let name = if *name == "max" {
            html! { (words::MAX) }
        } else {
            html! { (name) }
        };
        (name, Column::Time(values))
    };
    known.map(column).collect()
}

fn errors<'a>(run: &Run, data: &'a Data) -> Chart<'a> {
    let of = |expected: bool| -> u64 {
        let classes = run.summary.classes.iter();
        let errors = classes.filter(|figures| !figures.class.is_success() && figures.expected == expected);
        errors.map(|figures| figures.count).sum()
    };
    let worst = run
        .seconds
        .iter()
        .max_by_key(|second| second.expected_errors + second.unexpected_errors);
    let (most, when) = worst.map_or((0, 0), |second| {
        (
            u64::from(second.expected_errors) + u64::from(second.unexpected_errors),
            second.second,
        )
    });
    let column = |errors: &'a super::data::Errors| {
        let name = html! { (errors.label.markup()) @if !errors.expected { " (" (words::UNEXPECTED) ")" } };
        (name, Column::Rate(&errors.counts))
    };
    Chart {
        name: "errors",
        heading: words::CHART_ERRORS,
        note: words::CHART_ERRORS_NOTE.with(&[
            count(of(true)).into(),
            count(of(false)).into(),
            count(most).into(),
            moment_label(u64::from(when)).into(),
        ]),
        columns: data.errors.iter().map(column).collect(),
    }
}

fn callbacks<'a>(run: &Run, data: &'a Data) -> Option<Chart<'a>> {
    let callbacks = data.callbacks.as_ref()?;
    let totals = &run.summary.callbacks;
    Some(Chart {
        name: "callbacks",
        heading: words::CHART_CALLBACKS,
        note: words::CHART_CALLBACKS_NOTE.with(&[
            count(totals.received).into(),
            count(totals.acknowledged).into(),
            count(totals.retried).into(),
            count(peak_us(&callbacks.open)).into(),
        ]),
        columns: vec![
            (html! { (words::RECEIVED) }, Column::Rate(&callbacks.received)),
            (html! { (words::ACKNOWLEDGED) }, Column::Rate(&callbacks.acknowledged)),
            (html! { (words::RETRIED) }, Column::Rate(&callbacks.retried)),
            (html! { (words::WAITING_OR_HELD) }, Column::Most(&callbacks.open)),
        ],
    })
}

fn capacity(data: &Data) -> Option<Chart<'_>> {
    let capacity = data.capacity.as_ref()?;
    Some(Chart {
        name: "capacity",
        heading: words::CHART_CAPACITY,
        note: words::CHART_CAPACITY_NOTE.with(&[
            format!("{} %", peak_us(&capacity.utilisation)).into(),
            time(peak_us(&capacity.wait)).into(),
        ]),
        columns: vec![
            (html! { (words::UTILISATION) }, Column::Percent(&capacity.utilisation)),
            (html! { (words::QUEUE_WAIT_P99) }, Column::Wait(&capacity.wait)),
        ],
    })
}

/// A time, or a dash where nothing ended.
pub(crate) fn time_of(us: u64) -> String {
    if us == 0 { "–".to_owned() } else { time(us) }
}

/// A rate: whole from a hundred on.
pub(crate) fn number(value: f64) -> String {
    if value >= 100.0 || value.fract() == 0.0 {
        count(value.round().max(0.0) as u64)
    } else {
        format!("{value:.1}")
    }
}

fn peak(values: &[f64]) -> f64 {
    values
        .iter()
        .copied()
        .filter(|value| value.is_finite())
        .fold(0.0, f64::max)
}

fn peak_us(values: &[u64]) -> u64 {
    values.iter().copied().max().unwrap_or(0)
}
