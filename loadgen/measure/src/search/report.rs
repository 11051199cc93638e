//! `capacity.json`: what a search says of itself, for people and for tools. Versioned by `format`.

mod text;

use serde::{Deserialize, Serialize};

pub use self::text::{head_line, level_text, render, step_line};
use crate::{
    search::{
        By, Held, Outcome, Stage,
        interval::{self, Interval, Said},
        scalability::{self, Fit, Point},
    },
    snapshot::ClassFigures,
    summary::PercentilesMs,
    trust::{Stamp, Trust},
    verdict::Judged,
};

/// The version of the format; readers refuse a larger one.
pub const FORMAT: u32 = 1;

/// The result of a search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CapacityReport {
    /// [`FORMAT`].
    pub format: u32,
    /// The version of paydrill that wrote it.
    pub version: String,
    /// What a level is.
    pub by: By,
    /// The objective, one sentence each; all of them must be kept.
    pub slo: Vec<String>,
    /// The scenario's name.
    pub scenario: String,
    /// The seed of every draw.
    pub seed: u64,
    /// What was driven, as a URL.
    pub target: String,
    /// What the figures are figures of, one sentence each.
    pub measured: Vec<String>,
    /// The first arrival, milliseconds since the Unix epoch.
    pub started_ms: u64,
    /// From the first arrival to the end.
    pub lasted_ms: u64,
    /// How far the found level may lie below the limit, as a share.
    pub precision: f64,
    /// What was found.
    pub outcome: Outcome,
    /// The least that was asked for.
    pub at_least: Option<f64>,
    /// The highest level, not above the found one, that was kept beyond doubt.
    pub level_low: Option<f64>,
    /// The lowest level above the found one that was broken beyond doubt.
    pub level_high: Option<f64>,
    /// Where more load begins to cost time: the highest level whose mean response stays within half as much again as that
    /// of the lightest.
    pub knee: Option<f64>,
    /// The Universal Scalability Law through the steps, where there are enough.
    pub scalability: Option<Fit>,
    /// Every step, in order.
    pub steps: Vec<Step>,
    /// Whether the answer can be trusted.
    pub trust: Trust,
    /// How the requests of all steps ended, most frequent first.
    pub classes: Vec<ClassFigures>,
}

/// One step of a search: its measured stretch, without what was discarded before it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Its number, from 1.
    pub number: u32,
    /// What it was for.
    pub stage: Stage,
    /// Its level: arrivals a second, or users.
    pub level: f64,
    /// How it went.
    pub held: Held,
    /// Whether that is beyond doubt: a figure's 95 % interval lies on one side of its bound, and the load itself was not
    /// at fault.
    pub clear: bool,
    /// When it began, milliseconds since the first arrival.
    pub from_ms: u64,
    /// How long the measured stretch was.
    pub lasted_ms: u64,
    /// Whether it was ended before its time because its fate was sealed.
    pub cut_short: bool,
    /// Arrivals a second that fell due.
    pub offered_per_second: f64,
    /// The share of them that was dealt with.
    pub achieved: f64,
    /// Requests a second that ended.
    pub requests_per_second: f64,
    /// The 95 % interval of that.
    pub requests_interval: Option<Interval>,
    /// The share of requests that a healthy wallet would have answered so.
    pub success: f64,
    /// Response times of requests, from the intended start.
    pub response_ms: PercentilesMs,
    /// Their mean.
    pub mean_ms: f64,
    /// Requests under way on average, by Little's law.
    pub concurrency: f64,
    /// Requests that had no answer when the step was judged: they count with the time they had waited.
    pub unanswered: u64,
    /// The objective against the step.
    pub slo: Vec<SloFigure>,
    /// Why it was no steady state; empty where it was.
    pub troubles: Vec<String>,
    /// Whether this step can be trusted.
    pub trust: Trust,
}

/// A sentence of the objective, judged, with the interval of its figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SloFigure {
    /// The sentence, its figure and its verdict.
    #[serde(flatten)]
    pub judged: Judged,
    /// The figure's 95 % interval, in milliseconds, shares or per second; absent for too few batches.
    pub interval: Option<Interval>,
    /// Whether the interval lies on one side of the bound.
    pub clear: bool,
}

impl CapacityReport {
    /// Works out from the steps what follows from them: the level's interval, the knee, the law.
    pub fn conclude(&mut self) {
        let said: Vec<Said> = self
            .steps
            .iter()
            .map(|step| Said {
                level: step.level,
                kept: step.held == Held::Kept,
                clear: step.clear,
            })
            .collect();
        if let Some(found) = self.found() {
            (self.level_low, self.level_high) = interval::of_level(found, &said);
        }
        let points: Vec<Point> = self.steps.iter().map(|step| step.point(self.by)).collect();
        self.knee = scalability::knee(&points);
        self.scalability = Fit::of(&points);
    }

    /// The level that was found and confirmed.
    pub fn found(&self) -> Option<f64> {
        match self.outcome {
            Outcome::Found { level, .. } => Some(level),
            Outcome::TooLow { .. } | Outcome::Unconfirmed { .. } | Outcome::Stopped { .. } => None,
        }
    }

    /// The step the answer rests on.
    pub fn confirmed(&self) -> Option<&Step> {
        let found = self.found()?;
        let confirms = |step: &&Step| step.stage == Stage::Confirm && step.level == found && step.held == Held::Kept;
        self.steps.iter().rev().find(confirms)
    }

    /// Whether there is an answer, and it is at least what was asked for. What cannot be trusted is not asked.
    pub fn is_good(&self) -> bool {
        self.found()
            .is_some_and(|found| self.at_least.is_none_or(|least| found >= least))
    }

    /// Whether the answer is none: not to be trusted, or the search came to no end.
    pub fn is_untrusted(&self) -> bool {
        let open = match self.outcome {
            Outcome::Unconfirmed { .. } | Outcome::Stopped { .. } => true,
            Outcome::Found { .. } | Outcome::TooLow { .. } => false,
        };
        open || self.trust.stamp == Stamp::Invalid
    }

    /// As `capacity.json` has it.
    pub fn to_json_pretty(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("numbers and text are JSON");
        text.push('\n');
        text
    }
}

impl Step {
    fn point(&self, by: By) -> Point {
        Point {
            level: self.level,
            concurrency: match by {
                By::Rate => self.concurrency,
                By::Users => self.level,
            },
            per_second: self.requests_per_second,
            mean_us: self.mean_ms * 1e3,
            steady: self.troubles.is_empty(),
        }
    }
}
