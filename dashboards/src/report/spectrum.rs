//! The percentile spectrum: how long the fastest share of requests took at most, for shares that come ever nearer to all.
//!
//! The axis counts nines: 0 is none of them, 1 is 90 %, 2 is 99 %. Response times come from the run's histograms, whole
//! and by phase; service times are not in these, so they are the percentiles of the summary.

use std::collections::BTreeSet;

use maud::{Markup, html};
use measure::{
    runlog::{LogTag, RunLog},
    summary::{PercentilesMs, Summary},
    tally::Tally,
    unit::time,
};
use serde::Serialize;

use super::{
    Run, charts,
    data::Label,
    page::wide,
    text,
    words::{self, Word},
};

/// Steps of the axis in one nine.
const STEPS: u32 = 10;
/// Nines at most: a thousandth of a percent is the finest share a tally tells of.
const NINES_MAX: u32 = 5;
/// Phases that get a curve of their own.
const PHASES_MAX: usize = 6;
/// The shares of the table, in thousandths of a percent.
const SHARES: [(&str, u32); 6] = [
    ("p50", 50_000),
    ("p90", 90_000),
    ("p99", 99_000),
    ("p99.9", 99_900),
    ("p99.99", 99_990),
    ("p99.999", 99_999),
];

/// The histograms of a run, as far as the spectrum needs them: requests of the run's operations, by what they are of.
#[derive(Clone, Debug, Default)]
pub struct Histograms {
    all: Tally,
    ok: Tally,
    phases: Vec<(String, Tally)>,
}

/// The curves, on one axis.
#[derive(Debug, Serialize)]
pub(crate) struct Spectrum {
    curves: Vec<Curve>,
}

/// One curve.
#[derive(Debug, Serialize)]
pub(crate) struct Curve {
    pub(crate) label: Label,
    /// Whether it is of service times, drawn as points.
    pub(crate) service: bool,
    /// Nines and microseconds.
    pub(crate) points: Vec<(f64, u64)>,
}

impl Histograms {
    /// The requests of a log. Journeys, which span several, are left out.
    pub fn of(log: &RunLog, summary: &Summary) -> Self {
        let journeys: BTreeSet<&str> = summary
            .operations
            .iter()
            .filter(|operation| operation.journey)
            .map(|operation| operation.name.as_str())
            .collect();
        let totals = log.totals();
        let sum = |wanted: &dyn Fn(&LogTag) -> bool| {
            let chosen = totals
                .iter()
                .filter(|(tag, _)| !journeys.contains(tag.what.as_str()) && wanted(tag));
            Tally::sum(chosen.map(|(_, tally)| tally))
        };
        let phases = summary.phases.iter().map(|phase| {
            let tally = sum(&|tag| tag.phase == phase.name);
            (phase.name.clone(), tally)
        });
        Self {
            all: sum(&|_| true),
            ok: sum(&|tag| tag.class.is_success()),
            phases: phases.filter(|(_, tally)| !tally.is_empty()).collect(),
        }
    }

    fn curves(&self) -> impl Iterator<Item = (Label, &Tally)> {
        let whole = [
            (Label::from(words::ALL_REQUESTS), &self.all),
            (Label::from(words::SUCCESSES), &self.ok),
        ];
        let phases = self
            .phases
            .iter()
            .take(PHASES_MAX)
            .map(|(name, tally)| (Label::same(name), tally));
        whole.into_iter().chain(phases).filter(|(_, tally)| !tally.is_empty())
    }
}

impl Run {
    /// The spectrum, where there are histograms.
    pub(crate) fn spectrum(&self) -> Option<Spectrum> {
        let histograms = self.histograms.as_ref()?;
        let mut curves: Vec<Curve> = histograms
            .curves()
            .map(|(label, tally)| Curve {
                points: points(tally),
                ..Curve::named(label)
            })
            .collect();
        let phases = self
            .summary
            .phases
            .iter()
            .filter(|phase| phase.requests > 0)
            .take(PHASES_MAX);
        curves.extend(phases.map(|phase| Curve {
            service: true,
            points: few_points(&phase.service_ms),
            ..Curve::named(Label::of(words::SERVICE_OF, &text(&phase.name)))
        }));
        Some(Spectrum { curves })
    }
}

/// A curve as far as its samples carry: a share of which not one sample is left tells nothing.
fn points(tally: &Tally) -> Vec<(f64, u64)> {
    let mut points = Vec::new();
    for step in 0..=STEPS * NINES_MAX {
        let nines = f64::from(step) / f64::from(STEPS);
        let left = 10_f64.powf(-nines);
        if left * tally.count() as f64 <= 1.0 {
            break;
        }
        let share = ((1.0 - left) * 100_000.0).round() as u32;
        points.push((nines, tally.percentile_us(share)));
    }
    let last = (tally.count().max(1) as f64).log10().min(f64::from(NINES_MAX));
    points.push(((last * 1e3).round() / 1e3, tally.max_us()));
    points
}

fn few_points(times: &PercentilesMs) -> Vec<(f64, u64)> {
    let of = [
        (0.301, times.p50),
        (1.0, times.p90),
        (1.301, times.p95),
        (2.0, times.p99),
        (3.0, times.p999),
    ];
    of.map(|(nines, ms)| (nines, micros(ms))).to_vec()
}

fn micros(ms: f64) -> u64 {
    (ms * 1e3).round().max(0.0) as u64
}

/// The chapter.
pub(crate) fn chapter(run: &Run) -> Markup {
    let Some(histograms) = &run.histograms else {
        return html! { p.note { (words::NO_SPECTRUM) } };
    };
    let named = |word: Word| html! { (word) };
    let mut rows: Vec<(Markup, &Tally)> = vec![
        (named(words::ALL_REQUESTS), &histograms.all),
        (named(words::SUCCESSES), &histograms.ok),
    ];
    rows.extend(
        histograms
            .phases
            .iter()
            .map(|(name, tally)| (html! { (text(name)) }, tally)),
    );
    html! {
        figure #chart-spectrum {
            div.plot role="img" aria-labelledby="spectrum" aria-describedby="spectrum-note" {}
            ul.legend {}
            figcaption #spectrum-note { (words::SPECTRUM_NOTE) }
        }
        (wide("spectrum", &html! {
            thead { tr {
                th scope="col" { (words::RESPONSE_TIME) } th.n scope="col" { (words::COUNT) }
                @for (share, _) in SHARES { th.n scope="col" { (share) } }
                th.n scope="col" { (words::MAX) }
            } }
            tbody { @for (name, tally) in rows { tr {
                th scope="row" { (name) }
                td.n { (measure::unit::count(tally.count())) }
                @for (_, share) in SHARES { td.n { (at_share(tally, share)) } }
                td.n { (charts::time_of(tally.max_us())) }
            } } }
        }))
    }
}

/// A percentile, where there are enough samples for it to be one.
fn at_share(tally: &Tally, thousandths: u32) -> String {
    let left = u64::from(100_000 - thousandths);
    if tally.count().saturating_mul(left) < 100_000 {
        "–".to_owned()
    } else {
        time(tally.percentile_us(thousandths))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_ends_where_its_samples_do() {
        let mut tally = Tally::default();
        for us in 1..=1_000 {
            tally.record(us * 100);
        }
        let points = points(&tally);
        assert_eq!(points[0], (0.0, 100));
        assert!(
            points[10].0 == 1.0 && (90_000..=90_100).contains(&points[10].1),
            "{:?}",
            points[10]
        );
        assert_eq!(points[20].0, 2.0);
        assert!((98_900..=99_100).contains(&points[20].1), "{:?}", points[20]);
        assert_eq!(points.last().map(|(nines, _)| *nines), Some(3.0));
        assert!(
            points.is_sorted_by(|one, next| one.0 < next.0 && one.1 <= next.1),
            "{points:?}"
        );
        assert_eq!([at_share(&tally, 99_000), at_share(&tally, 99_990)][1], "–");
    }

    #[test]
    fn journeys_are_not_requests() {
        let tag = |what: &str| LogTag {
            phase: "healthy".to_owned(),
            class: measure::sample::Class::Ok,
            what: what.to_owned(),
        };
        let mut response = Tally::default();
        response.record(7);
        let lines = ["payLink", "checkout"].map(|what| measure::runlog::Line {
            from_us: 0,
            lasts_us: 1,
            tag: tag(what),
            response: response.clone(),
        });
        let mut summary = crate::fixture::summary();
        let mut journey = summary.operations[0].clone();
        (journey.name, journey.journey) = ("checkout".to_owned(), true);
        summary.operations.push(journey);
        let log = RunLog {
            started_ms: None,
            lines: lines.to_vec(),
        };
        assert_eq!(Histograms::of(&log, &summary).all.count(), 1);
    }
}
