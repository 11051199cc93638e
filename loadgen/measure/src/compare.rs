//! Two runs side by side: for each phase and operation or journey, is the difference real, and is it large enough to
//! matter?
//!
//! | file | owns |
//! |---|---|
//! | `comparable` | what two runs must share so that a difference says anything |
//! | `stretch` | a phase cut into stretches of time, and what each says in both runs |
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

use serde::Serialize;

use self::stretch::{Cut, Lines, Pair};
pub use self::{comparable::differences, text::render};
use crate::{runlog::RunLog, snapshot::RunPlan, summary::Summary, trust::Stamp};

/// The version of the JSON form.
pub const FORMAT: u32 = 1;

/// The share of comparisons of the very same thing that may flag anything.
pub const LEVEL: f64 = 0.05;

/// In runs that are SUSPECT, tails that change by less milliseconds do not matter: a pacer that is this late is what most
/// often makes them so, and it lengthens the answers of the arrivals that it was late for.
const SUSPECT_TAIL_MS: f64 = 5.0;

/// Medians scatter less than tails: of the least time that matters, this share does for them.
const MEDIAN_SHARE: f64 = 0.5;

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
        rows: found(judged, &limits),
    })
}

/// Judges all rows at once, as each of them could raise a false alarm.
fn found(judged: Vec<(Row, Result<Cut, stretch::TooLittle>)>, limits: &Limits) -> Vec<Row> {
    let mut rows = Vec::with_capacity(judged.len());
    let mut p = Vec::new();
    for (mut row, cut) in judged {
        match cut {
            Ok(cut) => {
                let change = change(row.figure, &cut);
                row.change = Some(change);
                if limits.can_matter(&row) {
                    p.push(change.p);
                }
            }
            Err(why) => row.why = Some(why.to_string()),
        }
        rows.push(row);
    }
    let mut corrected = significance::holm(&p).into_iter();
    for row in &mut rows {
        let can_matter = limits.can_matter(row);
        if let Some(change) = &mut row.change {
            change.p_corrected = if can_matter {
                corrected.next().unwrap_or(1.0)
            } else {
                1.0
            };
            row.finding = if can_matter {
                finding(row.figure, change, limits.zone(row.figure, row.before.min(row.after)))
            } else {
                Finding::Same
            };
        }
    }
    rows
}

fn change(figure: Figure, cut: &Cut) -> Change {
    let estimate = significance::judge(&cut.differences, cut.least_error);
    let told = |value: f64| match figure {
        // Series of times are of logarithms.
        Figure::P50 | Figure::P95 | Figure::P99 => value.exp_m1(),
        Figure::Success => value,
    };
    Change {
        by: told(estimate.mean),
        low: told(estimate.low),
        high: told(estimate.high),
        p: estimate.p,
        p_corrected: 1.0,
        stretches: cut.differences.len(),
        effective: estimate.effective,
    }
}

/// What matters between two given runs.
struct Limits {
    relevance: Relevance,
    is_suspect: bool,
}

impl Limits {
    /// The least time that matters, milliseconds.
    fn least_ms(&self, figure: Figure) -> f64 {
        let least = self.relevance.time_ms;
        match figure {
            Figure::P50 => least * MEDIAN_SHARE,
            Figure::P95 | Figure::P99 if self.is_suspect => least.max(SUSPECT_TAIL_MS),
            Figure::P95 | Figure::P99 | Figure::Success => least,
        }
    }

    /// Whether a row could be flagged at all. A time below what matters in both runs could not, and is not counted among
    /// the chances of a false alarm.
    fn can_matter(&self, row: &Row) -> bool {
        match row.figure {
            Figure::P50 | Figure::P95 | Figure::P99 => row.before.max(row.after) >= self.least_ms(row.figure),
            Figure::Success => true,
        }
    }

    /// What a change must reach to matter: of times the ratio of the longer to the shorter, less one.
    fn zone(&self, figure: Figure, shorter_ms: f64) -> f64 {
        match figure {
            Figure::P50 | Figure::P95 | Figure::P99 => {
                let least = self.least_ms(figure) / shorter_ms.max(f64::MIN_POSITIVE);
                self.relevance.share.max(least)
            }
            Figure::Success => self.relevance.success,
        }
    }
}

fn finding(figure: Figure, change: &Change, zone: f64) -> Finding {
    // Half as long and twice as long are changes of the same size.
    let size = |by: f64| match figure {
        Figure::P50 | Figure::P95 | Figure::P99 if by < 0.0 => 1.0 / (1.0 + by) - 1.0,
        Figure::P50 | Figure::P95 | Figure::P99 | Figure::Success => by.abs(),
    };
    let flagged = change.p_corrected < LEVEL && size(change.by) >= zone;
    let is_within = size(change.low).max(size(change.high)) < zone;
    match (flagged, figure, change.by > 0.0) {
        (true, Figure::Success, true) => Finding::FewerErrors,
        (true, Figure::Success, false) => Finding::MoreErrors,
        (true, Figure::P50 | Figure::P95 | Figure::P99, true) => Finding::Slower,
        (true, Figure::P50 | Figure::P95 | Figure::P99, false) => Finding::Faster,
        (false, ..) if is_within => Finding::Same,
        (false, ..) => Finding::CannotTell,
    }
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
