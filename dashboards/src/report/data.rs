//! What the charts draw: one JSON block, whose numbers are columns of one time axis.
//!
//! A column is a second, or several where a run is long: counts are then per second, times the highest among them. A
//! figure that a folder of before does not have is missing, and its chart is then not drawn.

use std::sync::Arc;

use measure::{
    snapshot::{HEAT_ROWS_US, RunPlan, SecondFigures},
    summary::Summary,
};
use serde::Serialize;

use super::{
    Run,
    spectrum::{Curve, Spectrum},
    text,
    words::{self, Word},
};
use crate::{moment::target_per_second, panel::p99_bounds_of};

/// Columns at most, so that a long run's page stays small.
pub(crate) const COLUMNS_MAX: usize = 1_200;

/// Everything the charts draw.
#[derive(Debug, Serialize)]
pub(crate) struct Data {
    /// Seconds of a column.
    step: u32,
    /// Where each column starts, seconds.
    pub(crate) time: Vec<u32>,
    /// Arrivals asked for, per second.
    pub(crate) target: Vec<f64>,
    pub(crate) offered: Vec<f64>,
    pub(crate) started: Option<Vec<f64>>,
    pub(crate) dropped: Option<Vec<f64>>,
    pub(crate) finished: Vec<f64>,
    response: Times,
    service: Times,
    pub(crate) errors: Vec<Errors>,
    pub(crate) callbacks: Option<Callbacks>,
    pub(crate) capacity: Option<Capacity>,
    /// Upper bounds of the rows of the heat map, microseconds; the last is open.
    rows: [u64; HEAT_ROWS_US.len()],
    phases: Vec<Phase>,
    bounds: Vec<Bound>,
    spectrum: Option<Spectrum>,
    words: std::collections::BTreeMap<&'static str, Label>,
}

/// Times of one kind, microseconds; nothing where nothing ended.
#[derive(Debug, Serialize)]
struct Times {
    percentiles: Vec<(&'static str, Vec<Option<u64>>)>,
    heat: Vec<Vec<u32>>,
}

/// Errors of one class, per second.
#[derive(Debug, Serialize)]
pub(crate) struct Errors {
    pub(crate) label: Label,
    pub(crate) expected: bool,
    pub(crate) counts: Vec<f64>,
}

/// Callbacks per second, and how many waited.
#[derive(Debug, Serialize)]
pub(crate) struct Callbacks {
    pub(crate) received: Vec<f64>,
    pub(crate) acknowledged: Vec<f64>,
    pub(crate) retried: Vec<f64>,
    pub(crate) open: Vec<u64>,
}

/// The gateway's workers.
#[derive(Debug, Serialize)]
pub(crate) struct Capacity {
    /// Percent.
    pub(crate) utilisation: Vec<f64>,
    /// Microseconds.
    pub(crate) wait: Vec<u64>,
}

#[derive(Debug, Serialize)]
struct Phase {
    name: String,
    from: f64,
    until: f64,
    faults: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Bound {
    us: u64,
    from: f64,
    until: f64,
}

/// A label in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Label {
    en: String,
    zh: String,
}

impl Label {
    /// The same in both languages: the user's own, or a word of the wire.
    pub(crate) fn same(name: &str) -> Self {
        let name = text(name);
        Self {
            zh: name.clone(),
            en: name,
        }
    }
}

impl Label {
    /// A word with one part.
    pub(crate) fn of(word: Word, part: &str) -> Self {
        let parts = [part.to_owned().into()];
        Self {
            en: word.fill(words::Language::English, &parts),
            zh: word.fill(words::Language::Chinese, &parts),
        }
    }

    /// As it stands in the page.
    pub(crate) fn markup(&self) -> maud::Markup {
        if self.en == self.zh {
            maud::html! { (self.en) }
        } else {
            words::pair(&self.en, &self.zh)
        }
    }
}

impl From<Word> for Label {
    fn from(word: Word) -> Self {
        Self {
            en: word.en.to_owned(),
            zh: word.zh.to_owned(),
        }
    }
}

impl Data {
    /// The data of a run.
    pub(crate) fn of(run: &Run) -> Self {
        let step = run.seconds.len().div_ceil(COLUMNS_MAX).max(1);
        let columns: Vec<&[Arc<SecondFigures>]> = run.seconds.chunks(step).collect();
        let rate = |part: &dyn Fn(&SecondFigures) -> u32| -> Vec<f64> {
            let sum = |column: &[Arc<SecondFigures>]| column.iter().map(|second| f64::from(part(second))).sum::<f64>();
            columns
                .iter()
                .map(|column| short(sum(column) / column.len() as f64))
                .collect()
        };
        Self {
            step: u32::try_from(step).unwrap_or(u32::MAX),
            time: columns.iter().map(|column| column[0].second).collect(),
            target: columns
                .iter()
                .map(|column| target(&run.plan, column[0].second))
                .collect(),
            offered: rate(&|second| second.offered),
            started: None,
            dropped: None,
            finished: rate(&|second| second.finished),
            response: Times::response(&columns),
            service: Times::service(&columns),
            errors: errors(&rate),
            callbacks: None,
            capacity: None,
            rows: HEAT_ROWS_US,
            phases: phases(&run.plan),
            bounds: bounds(&run.summary, &run.plan),
            spectrum: run.spectrum(),
            words: words_of_charts(),
        }
    }

    /// The block's text.
    pub(crate) fn json(&self) -> String {
        serde_json::to_string(self).expect("numbers and text are JSON")
    }
}

impl Times {
    fn response(columns: &[&[Arc<SecondFigures>]]) -> Self {
        Self::of(
            columns,
            &[("p50", |second| second.p50_us), ("p99", |second| second.p99_us)],
            |second| &second.heat,
        )
    }

    fn service(columns: &[&[Arc<SecondFigures>]]) -> Self {
        let percentiles: [(&str, fn(&SecondFigures) -> u64); 2] = [
            ("p50", |second| second.service_p50_us),
            ("p99", |second| second.service_p99_us),
        ];
        Self::of(columns, &percentiles, |second| &second.service_heat)
    }

    /// The highest of each column. A percentile that no second has is left out.
    fn of(
        columns: &[&[Arc<SecondFigures>]],
        percentiles: &[(&'static str, fn(&SecondFigures) -> u64)],
        heat: fn(&SecondFigures) -> &[u32; HEAT_ROWS_US.len()],
    ) -> Self {
        let highest = |of: fn(&SecondFigures) -> u64| -> Vec<Option<u64>> {
            let most =
                |column: &&[Arc<SecondFigures>]| column.iter().map(|second| of(second)).max().filter(|us| *us > 0);
            columns.iter().map(most).collect()
        };
        let known = percentiles.iter().map(|(name, of)| (*name, highest(*of)));
        Self {
            percentiles: known.filter(|(_, values)| values.iter().any(Option::is_some)).collect(),
            heat: columns.iter().map(|column| poured(column, heat)).collect(),
        }
    }
}

/// The heat of a column, per second; what was there is never nothing.
fn poured(column: &[Arc<SecondFigures>], heat: fn(&SecondFigures) -> &[u32; HEAT_ROWS_US.len()]) -> Vec<u32> {
    let seconds = u64::try_from(column.len()).unwrap_or(1);
    let rows = (0..HEAT_ROWS_US.len()).map(|row| {
        let sum: u64 = column.iter().map(|second| u64::from(heat(second)[row])).sum();
        u32::try_from(sum.div_ceil(seconds)).unwrap_or(u32::MAX)
    });
    rows.collect()
}

/// The errors by class, the expected ones first.
fn errors(rate: &dyn Fn(&dyn Fn(&SecondFigures) -> u32) -> Vec<f64>) -> Vec<Errors> {
    let all = [
        Errors {
            label: words::EXPECTED.into(),
            expected: true,
            counts: rate(&|second| second.expected_errors),
        },
        Errors {
            label: words::UNEXPECTED.into(),
            expected: false,
            counts: rate(&|second| second.unexpected_errors),
        },
    ];
    all.into_iter()
        .filter(|errors| errors.counts.iter().any(|count| *count > 0.0))
        .collect()
}

fn target(plan: &RunPlan, second: u32) -> f64 {
    let target = target_per_second(plan, u64::from(second) * 1_000_000 + 500_000);
    if target.is_finite() {
        short(target.max(0.0))
    } else {
        0.0
    }
}

fn phases(plan: &RunPlan) -> Vec<Phase> {
    let phase = |phase: &measure::snapshot::PhasePlan| Phase {
        name: text(&phase.name),
        from: seconds(phase.from_us),
        until: seconds(phase.until_us),
        faults: phase.faults.iter().map(|fault| text(fault)).collect(),
    };
    plan.phases.iter().map(phase).collect()
}

fn bounds(summary: &Summary, plan: &RunPlan) -> Vec<Bound> {
    let bounds = p99_bounds_of(&summary.expectations, plan).into_iter();
    bounds
        .map(|bound| Bound {
            us: bound.us,
            from: seconds(bound.from_us),
            until: seconds(bound.until_us),
        })
        .collect()
}

fn seconds(us: u64) -> f64 {
    us as f64 / 1e6
}

/// A rate with as many digits as a chart shows.
fn short(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// What the script says of its own.
fn words_of_charts() -> std::collections::BTreeMap<&'static str, Label> {
    let words = [
        ("target", words::TARGET_RATE),
        ("offered", words::OFFERED),
        ("started", words::STARTED),
        ("dropped", words::DROPPED),
        ("finished", words::ENDED),
        ("received", words::RECEIVED),
        ("acknowledged", words::ACKNOWLEDGED),
        ("retried", words::RETRIED),
        ("open", words::WAITING_OR_HELD),
        ("utilisation", words::UTILISATION),
        ("wait", words::QUEUE_WAIT_P99),
        ("bound", words::BOUND),
        ("max", words::MAX),
        ("percentile", words::PERCENTILE),
        ("unexpected", words::UNEXPECTED),
    ];
    words.map(|(key, word)| (key, word.into())).into()
}

impl Curve {
    /// Its label.
    pub(crate) fn named(label: impl Into<Label>) -> Self {
        Self {
            label: label.into(),
            service: false,
            points: Vec::new(),
        }
    }
}
