//! Two runs side by side: for each phase and operation or journey, is the difference real, and is it large enough to
//! matter?
//!
//! | file | owns |
//! |---|---|
//! | `comparable` | what two runs must share so that a difference says anything |
//! | `stretch` | a phase cut into stretches of time, and what each says in both runs |
//! | `verdict` | what is said of each row, all rows judged at once |
//! | `significance` | whether a series of differences is off zero, neighbours resembling each other |
//! | `student` | Student's t distribution |
//! | `text` | the comparison for the terminal |
//!
//! A difference is flagged when both hold: by chance it would come up in less than one comparison of twenty, all rows
//! of the comparison counted ([`LEVEL`], after Holm), and it is of a size that matters ([`Relevance`]). Between runs of
//! the very same thing a machine is never quite the same either, which no statistics of two runs can see; the second
//! condition keeps that out. Where the files come from is left to the caller.

mod comparable;
mod significance;
mod stretch;
mod student;
mod text;
mod verdict;

use serde::Serialize;

pub use self::{comparable::differences, text::render};
use self::{
    stretch::{Lines, Pair},
    verdict::Limits,
};
use crate::{runlog::RunLog, snapshot::RunPlan, summary::Summary, trust::Stamp};

/// The version of the JSON form.
pub const FORMAT: u32 = 1;

/// The share of comparisons of the very same thing that may flag anything.
pub const LEVEL: f64 = 0.05;

/// A run, as its folder has it.
#[derive(Clone, Debug)]
pub struct Run {
    /// What the comparison calls it.
    pub name: String,
    /// `summary.json`.
    pub summary: Summary,
    /// The plan in `seconds.json`.
    pub plan: RunPlan,
    /// `latency.hlog`.
    pub log: RunLog,
}

/// Which differences matter.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Relevance {
    /// Of a time: this share of it, 0.05 being 5 %.
    pub share: f64,
    /// And at least so many milliseconds, of medians half as many: shorter differences are the machine's, not the service's.
    pub time_ms: f64,
    /// Of the share of successes: this difference, 0.005 being half a percentage point.
    pub success: f64,
}

/// What of a phase and operation is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// Median response time of successes.
    P50,
    /// 95th percentile of it.
    P95,
    /// 99th percentile of it.
    P99,
    /// Share of successes.
    Success,
}

impl Figure {
    /// Every figure, in the order of the table.
    pub const ALL: [Self; 4] = [Self::P50, Self::P95, Self::P99, Self::Success];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::P50 => "p50",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::Success => "success",
        }
    }
}

/// What came out for a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// Flagged: it takes longer.
    Slower,
    /// Flagged: it takes less long.
    Faster,
    /// Flagged: fewer successes.
    MoreErrors,
    /// Flagged: more successes.
    FewerErrors,
    /// The whole interval lies within what does not matter.
    Same,
    /// Neither: more or longer runs would tell.
    CannotTell,
    /// There is too little of it to judge.
    NotJudged,
}

impl Finding {
    /// What text says.
    pub fn word(self) -> &'static str {
        match self {
            Self::Slower => "slower",
            Self::Faster => "faster",
            Self::MoreErrors => "more errors",
            Self::FewerErrors => "fewer errors",
            Self::Same => "same",
            Self::CannotTell => "cannot tell",
            Self::NotJudged => "not judged",
        }
    }

    /// Whether it speaks against the second run.
    pub fn is_worse(self) -> bool {
        match self {
            Self::Slower | Self::MoreErrors => true,
            Self::Faster | Self::FewerErrors | Self::Same | Self::CannotTell | Self::NotJudged => false,
        }
    }

    /// Whether it speaks for it.
    pub fn is_better(self) -> bool {
        match self {
            Self::Faster | Self::FewerErrors => true,
            Self::Slower | Self::MoreErrors | Self::Same | Self::CannotTell | Self::NotJudged => false,
        }
    }
}

/// How much a figure changed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Change {
    /// Of times the relative change, averaged over stretches, 0.1 being 10 % longer; of success the difference of shares.
    pub by: f64,
    /// The lower end of its 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// How likely it is by chance alone.
    pub p: f64,
    /// The same, corrected for the number of rows.
    pub p_corrected: f64,
    /// Stretches of the phase that were compared.
    pub stretches: usize,
    /// Independent ones that would say as much.
    pub effective: f64,
}

/// A figure of a phase and operation in both runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The phase.
    pub phase: String,
    /// The operation or journey.
    pub operation: String,
    /// Whether it is a journey.
    pub journey: bool,
    /// What is compared.
    pub figure: Figure,
    /// In the first run, whole phase: milliseconds, or a share from 0 to 1.
    pub before: f64,
    /// In the second run.
    pub after: f64,
    /// How much it changed; absent where it is not judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// What came out.
    pub finding: Finding,
    /// Why it is not judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What is said of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Side {
    /// What the comparison calls it.
    pub name: String,
    /// Its scenario.
    pub scenario: String,
    /// Its seed.
    pub seed: u64,
    /// Milliseconds since the Unix epoch at its first arrival.
    pub started_ms: u64,
    /// Whether its numbers can be trusted.
    pub trust: Stamp,
}

/// Two runs compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// [`FORMAT`].
    pub format: u32,
    /// The first run.
    pub before: Side,
    /// The second.
    pub after: Side,
    /// What to know beside the figures.
    pub notes: Vec<String>,
    /// Which differences matter.
    pub relevance: Relevance,
    /// Every figure.
    pub rows: Vec<Row>,
}

impl Comparison {
    /// What got worse by more than this share; errors always count.
    pub fn regressions(&self, share: f64) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| match row.finding {
            Finding::Slower => row.change.is_some_and(|change| change.by > share),
            Finding::MoreErrors => true,
            Finding::Faster | Finding::FewerErrors | Finding::Same | Finding::CannotTell | Finding::NotJudged => false,
        })
    }
}

/// Compares two runs that [`differences`] finds nothing against.
///
/// # Errors
/// Where nothing of them can be judged: why.
pub fn compare(before: &Run, after: &Run, relevance: Relevance) -> Result<Comparison, String> {
    let (then, now) = (Lines::of(&before.log), Lines::of(&after.log));
    let mut judged = Vec::new();
    for phase in &before.plan.phases {
        for operation in &before.summary.operations {
            let pair = Pair::new(phase, &operation.name, &then, &now);
            if pair.is_empty() {
                continue;
            }
            for figure in Figure::ALL {
                let (was, is) = pair.whole(figure);
                let row = Row {
                    phase: phase.name.clone(),
                    operation: operation.name.clone(),
                    journey: operation.journey,
                    figure,
                    before: was,
                    after: is,
                    change: None,
                    finding: Finding::NotJudged,
                    why: None,
                };
                judged.push((row, pair.cut(figure)));
            }
        }
    }
    if judged.iter().all(|(_, cut)| cut.is_err()) {
        let why = judged
            .iter()
            .find_map(|(_, cut)| cut.as_ref().err())
            .map_or_else(|| "nothing was measured in both".to_owned(), ToString::to_string);
        return Err(format!("the runs are too short to be compared: {why}"));
    }
    let is_suspect = [before, after]
        .iter()
        .any(|run| run.summary.trust.stamp != Stamp::Valid);
    let limits = Limits { relevance, is_suspect };
    Ok(Comparison {
        format: FORMAT,
        before: side(before),
        after: side(after),
        notes: notes(before, after),
        relevance,
        rows: verdict::found(judged, &limits),
    })
}

fn side(run: &Run) -> Side {
    Side {
        name: run.name.clone(),
        scenario: run.summary.scenario.clone(),
        seed: run.summary.seed,
        started_ms: run.summary.started_ms,
        trust: run.summary.trust.stamp,
    }
}

fn notes(before: &Run, after: &Run) -> Vec<String> {
    let mut notes = Vec::new();
    let (was, is) = (&before.summary, &after.summary);
    if was.scenario != is.scenario {
        notes.push(format!(
            "The scenarios have different names: {} and {}.",
            was.scenario, is.scenario
        ));
    }
    if was.version != is.version {
        notes.push(format!("Made by paydrill {} and {}.", was.version, is.version));
    }
    for run in [before, after] {
        let trust = &run.summary.trust;
        if trust.stamp == Stamp::Suspect {
            notes.push(format!("{} is SUSPECT: {}", run.name, trust.reasons.join(" ")));
        }
    }
    notes
}

#[cfg(test)]
mod tests;
