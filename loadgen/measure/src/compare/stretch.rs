//! A phase cut into stretches of time, and what each says in both runs.
//!
//! `latency.hlog` has a histogram for each second, phase, class and operation. Seconds are put together to stretches of
//! equal length: as many as there may be, [`MOST_STRETCHES`], as long as each holds enough answers for the figure that
//! is asked for. A stretch lies at the same time in both runs.

use std::collections::BTreeMap;

use thiserror::Error;

use super::{Figure, significance};
use crate::{recorder::SECOND_US, runlog::RunLog, sample::Class, snapshot::PhasePlan, tally::Tally};

/// Fewer stretches say too little of what chance does.
pub(super) const LEAST_STRETCHES: u64 = 8;

/// More are not needed: longer stretches make what is left of autocorrelation small (batch means; 10 to 30 are usual).
const MOST_STRETCHES: u64 = 30;

/// Values of a histogram are exact to 0.1 %, so the mean of logarithms is not surer than this.
const RESOLUTION: f64 = 0.001;

/// A run's histograms by phase and operation.
pub(super) struct Lines<'a>(BTreeMap<(&'a str, &'a str), Vec<Line<'a>>>);

#[derive(Clone, Copy)]
struct Line<'a> {
    second: u64,
    class: Class,
    times: &'a Tally,
}

impl<'a> Lines<'a> {
    pub(super) fn of(log: &'a RunLog) -> Self {
        let mut lines: BTreeMap<_, Vec<_>> = BTreeMap::new();
        // What our own stop ended says nothing of the target.
        for line in log.lines.iter().filter(|line| line.tag.class != Class::Aborted) {
            lines
                .entry((line.tag.phase.as_str(), line.tag.what.as_str()))
                .or_default()
                .push(Line {
                    second: line.from_us / SECOND_US,
                    class: line.tag.class,
                    times: &line.response,
                });
        }
        Self(lines)
    }

    fn about(&'a self, phase: &'a str, what: &'a str) -> &'a [Line<'a>] {
        self.0.get(&(phase, what)).map_or(&[], Vec::as_slice)
    }
}

/// A phase and operation in both runs.
pub(super) struct Pair<'a> {
    /// The phase's seconds: the first, and how many.
    from: u64,
    seconds: u64,
    then: &'a [Line<'a>],
    now: &'a [Line<'a>],
}

/// A series of differences, one for each stretch.
pub(super) struct Cut {
    /// Of times the logarithm of after to before, of success the difference of shares.
    pub(super) differences: Vec<f64>,
    /// The standard error of their mean is not below it.
    pub(super) least_error: f64,
}

/// Why a figure is not judged.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum TooLittle {
    /// The phase is too short.
    #[error("a phase of {seconds} s, where {LEAST_STRETCHES} s are needed")]
    Time {
        /// Its length.
        seconds: u64,
    },
    /// Too few answers.
    #[error("too few answers: {found} in the emptiest of {LEAST_STRETCHES} stretches, where {needed} are needed")]
    Answers {
        /// In the emptiest stretch.
        found: u64,
        /// In each.
        needed: u64,
    },
}

/// What a stretch of one run holds.
#[derive(Clone, Default)]
struct Stretch {
    answered: Tally,
    all: u64,
}

impl Stretch {
    fn add(&mut self, line: &Line<'_>) {
        if line.class.is_success() {
            self.answered.add(line.times);
        }
        self.all += line.times.count();
    }

    /// What the figure is made of.
    fn count(&self, figure: Figure) -> u64 {
        match figure {
            Figure::P50 | Figure::P95 | Figure::P99 => self.answered.count(),
            Figure::Success => self.all,
        }
    }

    /// Microseconds, or a share.
    fn value(&self, figure: Figure) -> f64 {
        let percentile = |thousandths| self.answered.percentile_us(thousandths) as f64;
        match figure {
            Figure::P50 => percentile(50_000),
            Figure::P95 => percentile(95_000),
            Figure::P99 => percentile(99_000),
            Figure::Success if self.all == 0 => 1.0,
            Figure::Success => self.answered.count() as f64 / self.all as f64,
        }
    }
}

impl<'a> Pair<'a> {
    pub(super) fn new(phase: &'a PhasePlan, operation: &'a str, then: &'a Lines<'a>, now: &'a Lines<'a>) -> Self {
        let from = phase.from_us / SECOND_US;
        let until = phase.until_us.div_ceil(SECOND_US);
        Self {
            from,
            seconds: until.saturating_sub(from),
            then: then.about(&phase.name, operation),
            now: now.about(&phase.name, operation),
        }
    }

    /// Whether there is nothing of it in either run.
    pub(super) fn is_empty(&self) -> bool {
        self.then.is_empty() && self.now.is_empty()
    }

    /// A figure of the whole phase in both runs, milliseconds or shares.
    pub(super) fn whole(&self, figure: Figure) -> (f64, f64) {
        let told = |lines| {
            let value = self.stretches(lines, 1)[0].value(figure);
            match figure {
                Figure::P50 | Figure::P95 | Figure::P99 => value / 1_000.0,
                Figure::Success => value,
            }
        };
        (told(self.then), told(self.now))
    }

    /// The series of a figure.
    pub(super) fn cut(&self, figure: Figure) -> Result<Cut, TooLittle> {
        if self.seconds < LEAST_STRETCHES {
            return Err(TooLittle::Time { seconds: self.seconds });
        }
        let needed = needed(figure);
        let mut emptiest = 0;
        for count in (LEAST_STRETCHES..=MOST_STRETCHES.min(self.seconds)).rev() {
            let (then, now) = (self.stretches(self.then, count), self.stretches(self.now, count));
            emptiest = then
                .iter()
                .chain(&now)
                .map(|stretch| stretch.count(figure))
                .min()
                .unwrap_or(0);
            if emptiest >= needed {
                return Ok(series(figure, &then, &now));
            }
        }
        Err(TooLittle::Answers {
            found: emptiest,
            needed,
        })
    }

    /// So many stretches of one run. A second belongs to the one it ends in; answers after the phase, to requests that
    /// were due in it, belong to the last.
    fn stretches(&self, lines: &[Line<'_>], count: u64) -> Vec<Stretch> {
        let mut stretches = vec![Stretch::default(); usize::try_from(count).unwrap_or(1)];
        let last = stretches.len() - 1;
        for line in lines {
            let at = line.second.saturating_sub(self.from).saturating_mul(count) / self.seconds.max(1);
            stretches[usize::try_from(at).map_or(last, |at| at.min(last))].add(line);
        }
        stretches
    }
}

/// Answers that a stretch must hold in both runs: a few beyond the percentile.
fn needed(figure: Figure) -> u64 {
    match figure {
        Figure::P50 | Figure::Success => 20,
        Figure::P95 => 60,
        Figure::P99 => 200,
    }
}

fn series(figure: Figure, then: &[Stretch], now: &[Stretch]) -> Cut {
    let pairs = then
        .iter()
        .zip(now)
        .map(|(then, now)| (then.value(figure), now.value(figure)));
    match figure {
        Figure::P50 | Figure::P95 | Figure::P99 => Cut {
            differences: significance::tamed(pairs.map(|(then, now)| (now / then).ln()).collect()),
            least_error: RESOLUTION,
        },
        Figure::Success => Cut {
            differences: pairs.map(|(then, now)| now - then).collect(),
            least_error: binomial_error(then, now),
        },
    }
}

/// What two shares of independent requests would scatter by: fates that hang together only make it worse. One success
/// and one error more than seen keep it off zero where all went well.
fn binomial_error(then: &[Stretch], now: &[Stretch]) -> f64 {
    let sums = |stretches: &[Stretch]| {
        let all: u64 = stretches.iter().map(|stretch| stretch.all).sum();
        let good: u64 = stretches.iter().map(|stretch| stretch.answered.count()).sum();
        (good as f64, all as f64)
    };
    let ((good_then, all_then), (good_now, all_now)) = (sums(then), sums(now));
    let share = (good_then + good_now + 1.0) / (all_then + all_now + 2.0);
    (share * (1.0 - share) * (1.0 / all_then.max(1.0) + 1.0 / all_now.max(1.0))).sqrt()
}
