//! What the charts draw: one JSON block, whose numbers are columns of one time axis.
//!
//! A column is a second, or several where a run is long: counts are then per second, times the highest among them. A
//! figure that a folder of before does not have is missing, and its chart is then not drawn.

use std::sync::Arc;

use measure::{
    sample::Class,
    snapshot::{CapacityFigures, HEAT_ROWS_US, RunPlan, SecondFigures},
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
const COLUMNS_MAX: usize = 1_200;

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
    pub(crate) response: Times,
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
pub(crate) struct Times {
    pub(crate) percentiles: Vec<(&'static str, Vec<Option<u64>>)>,
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
    pub(crate) utilisation: Vec<u64>,
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
        let columns = Columns::of(&run.seconds);
        let known = |rates: Vec<f64>| rates.iter().any(|rate| *rate > 0.0).then_some(rates);
        let starts = || columns.0.iter().map(|column| column[0].second);
        Self {
            step: u32::try_from(columns.0.first().map_or(1, |column| column.len())).unwrap_or(u32::MAX),
            time: starts().collect(),
            target: starts().map(|second| target(&run.plan, second)).collect(),
            offered: columns.rates(|second| second.offered),
            started: known(columns.rates(|second| second.started)),
            dropped: known(columns.rates(|second| second.dropped)),
            finished: columns.rates(|second| second.finished),
            response: columns.times(&RESPONSE, |second| &second.heat),
            service: columns.times(&SERVICE, |second| &second.service_heat),
            errors: errors(run, &columns),
            callbacks: callbacks(&columns),
            capacity: capacity(&columns),
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

/// A percentile's name, and where a second has it.
type Percentile = (&'static str, fn(&SecondFigures) -> u64);

const RESPONSE: [Percentile; 5] = [
    ("p50", |second| second.p50_us),
    ("p90", |second| second.p90_us),
    ("p99", |second| second.p99_us),
    ("p99.9", |second| second.p999_us),
    ("max", |second| second.max_us),
];
const SERVICE: [Percentile; 5] = [
    ("p50", |second| second.service_p50_us),
    ("p90", |second| second.service_p90_us),
    ("p99", |second| second.service_p99_us),
    ("p99.9", |second| second.service_p999_us),
    ("max", |second| second.service_max_us),
];

/// The seconds of a run, several to a column where there are many.
struct Columns<'a>(Vec<&'a [Arc<SecondFigures>]>);

impl<'a> Columns<'a> {
    fn of(seconds: &'a [Arc<SecondFigures>]) -> Self {
        Self(seconds.chunks(seconds.len().div_ceil(COLUMNS_MAX).max(1)).collect())
    }

    /// A count of each column, per second.
    fn rates(&self, count: impl Fn(&SecondFigures) -> u32) -> Vec<f64> {
        let mean = |column: &&[Arc<SecondFigures>]| {
            let sum: f64 = column.iter().map(|second| f64::from(count(second))).sum();
            short(sum / column.len() as f64)
        };
        self.0.iter().map(mean).collect()
    }

    /// How much a count that only rises rose in each column, per second.
    fn rises(&self, total: impl Fn(&SecondFigures) -> u64) -> Vec<f64> {
        let mut before = 0;
        let rise = |column: &&[Arc<SecondFigures>]| {
            let now = column.last().map_or(before, |second| total(second)).max(before);
            let rise = now - before;
            before = now;
            short(rise as f64 / column.len() as f64)
        };
        self.0.iter().map(rise).collect()
    }

    /// The highest of each column.
    fn most(&self, of: impl Fn(&SecondFigures) -> u64) -> Vec<u64> {
        let most = |column: &&[Arc<SecondFigures>]| column.iter().map(|second| of(second)).max().unwrap_or(0);
        self.0.iter().map(most).collect()
    }

    /// Percentiles and heat. A percentile that no second has is left out.
    fn times(&self, percentiles: &[Percentile], heat: fn(&SecondFigures) -> &[u32; HEAT_ROWS_US.len()]) -> Times {
        let highest = percentiles.iter().map(|(name, of)| (*name, self.most(of)));
        let known = highest.filter(|(_, values)| values.iter().any(|us| *us > 0));
        let some = known.map(|(name, values)| (name, values.into_iter().map(|us| (us > 0).then_some(us)).collect()));
        Times {
            percentiles: some.collect(),
            heat: self.0.iter().map(|column| poured(column, heat)).collect(),
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

/// The errors by class, expected ones first; whole where seconds do not tell classes apart, as in folders of before.
fn errors(run: &Run, columns: &Columns<'_>) -> Vec<Errors> {
    let mut classes: Vec<(bool, Class)> = run
        .seconds
        .iter()
        .flat_map(|second| second.errors.iter().map(|figures| (!figures.expected, figures.class)))
        .collect();
    classes.sort_unstable();
    classes.dedup();
    let by_class = classes.into_iter().map(|(unexpected, class)| Errors {
        label: Label::same(class.word()),
        expected: !unexpected,
        counts: columns.rates(|second| {
            let found = second
                .errors
                .iter()
                .filter(|figures| (figures.class, figures.expected) == (class, !unexpected));
            found
                .map(|figures| u32::try_from(figures.count).unwrap_or(u32::MAX))
                .sum()
        }),
    });
    let by_class: Vec<Errors> = by_class.collect();
    if !by_class.is_empty() {
        return by_class;
    }
    let whole = [
        Errors {
            label: words::EXPECTED.into(),
            expected: true,
            counts: columns.rates(|second| second.expected_errors),
        },
        Errors {
            label: words::UNEXPECTED.into(),
            expected: false,
            counts: columns.rates(|second| second.unexpected_errors),
        },
    ];
    let some = whole
        .into_iter()
        .filter(|errors| errors.counts.iter().any(|count| *count > 0.0));
    some.collect()
}

fn callbacks(columns: &Columns<'_>) -> Option<Callbacks> {
    let callbacks = Callbacks {
        received: columns.rates(|second| second.received),
        acknowledged: columns.rises(|second| second.gauges.callbacks.acknowledged),
        retried: columns.rises(|second| second.gauges.callbacks.retried),
        open: columns.most(|second| {
            second
                .gauges
                .callbacks
                .pending
                .saturating_add(second.gauges.callbacks.held)
        }),
    };
    let any = callbacks
        .received
        .iter()
        .chain(&callbacks.acknowledged)
        .any(|rate| *rate > 0.0);
    any.then_some(callbacks)
}

fn capacity(columns: &Columns<'_>) -> Option<Capacity> {
    let of = |part: fn(&CapacityFigures) -> f64| {
        columns.most(move |second| {
            second
                .gauges
                .capacity
                .as_ref()
                .map_or(0, |capacity| part(capacity).round() as u64)
        })
    };
    let any = columns
        .0
        .iter()
        .flat_map(|column| column.iter())
        .any(|second| second.gauges.capacity.is_some());
    any.then(|| Capacity {
        utilisation: of(|capacity| capacity.utilisation * 100.0),
        wait: of(|capacity| capacity.queue_wait_p99_us as f64),
    })
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
