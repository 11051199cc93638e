//! Whether a result can be trusted: VALID, SUSPECT or INVALID, always with reasons and the figures they rest on.

mod figures;

use serde::{Deserialize, Serialize};

use crate::unit;

/// The stamp on every result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Stamp {
    /// Nothing speaks against the numbers.
    #[default]
    Valid,
    /// Something may have bent them.
    Suspect,
    /// They do not mean what they say.
    Invalid,
}

/// A stamp and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trust {
    /// The stamp.
    pub stamp: Stamp,
    /// One sentence each; empty when valid.
    pub reasons: Vec<String>,
    /// What it was judged by; absent where nothing was measured, as in a rehearsal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<TrustFacts>,
}

/// What a judgement is made of. All figures are of the run so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrustFacts {
    /// 99th percentile of the pacer's lateness, microseconds.
    pub lag_p99_us: u64,
    /// Arrivals that were due.
    pub offered: u64,
    /// Arrivals whose first step was sent.
    pub started: u64,
    /// Arrivals whose journey ended.
    pub completed: u64,
    /// Arrivals that are due and still wait; they are not missing yet. 0 once the run is over.
    pub waiting: u64,
    /// Arrivals that were dropped.
    pub dropped: u64,
    /// Whether the scenario asks for arrivals to be dropped when no user is free.
    pub drops_wanted: bool,
    /// Time with steps due and no free user, microseconds.
    pub saturated_us: u64,
    /// Time since the first arrival was due, microseconds.
    pub lasted_us: u64,
    /// Journeys that did not end within the drain; 0 before it is over.
    pub unfinished: u64,
    /// Lines the journal had to drop.
    pub journal_lost: u64,
    /// Samples that found no room in the recorder.
    pub samples_lost: u64,
    /// How far the wall clock moved against the steady one, either way, microseconds.
    pub clock_step_us: u64,
    /// The longest time that the machine kept a waiting thread of ours from running, microseconds.
    pub stall_longest_us: u64,
    /// What such stalls of more than [`STALL_US`] add up to, microseconds.
    pub stalled_us: u64,
    /// CPU time of this process, microseconds.
    pub cpu_us: u64,
    /// Cores of the machine.
    pub cores: u32,
    /// Whether the target runs on the same machine.
    pub shares_cores: bool,
    /// Whether the target runs in this process, so that [`Self::cpu_us`] is of both.
    pub shares_process: bool,
}

/// Lateness of the pacer (99th percentile) above which arrivals are no longer where the plan has them. On an idle machine
/// the pacer stays below a fifth of it; what is measured rarely lasts less than a few times as long.
pub const LAG_SUSPECT_US: u64 = 500;
/// Lateness above which the load is another than the one asked for. Up to here response times, which count from the
/// planned instant, are too long by what is known; an arrival that is later than most services take to answer meets a
/// service in another state.
pub const LAG_INVALID_US: u64 = 100_000;
/// A thread that woke later than this met a machine that had no processor for it; less is a scheduler's everyday slice.
pub const STALL_US: u64 = 10_000;
/// One stall of this length moves the p99 of a few seconds.
pub const STALL_SUSPECT_US: u64 = 100_000;
/// Share of the time lost to stalls, in thousandths, that a p99 shows.
pub const STALLED_SUSPECT: u64 = 10;
/// Share of the time lost to stalls, in thousandths, with which the machine was measured and not the target.
pub const STALLED_INVALID: u64 = 500;
/// Below this share of the offered arrivals, in thousandths, the load is noticeably less than asked for.
pub const STARTED_SUSPECT: u64 = 999;
/// Below this share, in thousandths, it is another load.
pub const STARTED_INVALID: u64 = 900;
/// Share of the time without a free user, in percent, above which the pool bends the load.
pub const SATURATED_SUSPECT: u64 = 1;
/// A wall clock that moved further than this bends time stamps and what hangs on them.
pub const CLOCK_STEP_SUSPECT_US: u64 = 1_000_000;
/// CPU of this process above which, in percent of all cores, its own waiting enters the figures.
pub const CPU_SUSPECT: u64 = 95;
/// The first second is too short to judge rates and shares of time by.
pub const SETTLED_US: u64 = 1_000_000;

impl Stamp {
    /// The word of reports and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Valid => "VALID",
            Self::Suspect => "SUSPECT",
            Self::Invalid => "INVALID",
        }
    }
}

impl Trust {
    /// Judges the facts. The worst stamp wins; every reason is kept.
    pub fn judge(facts: &TrustFacts) -> Self {
        let findings = [
            lag(facts),
            missing(facts),
            dropped(facts),
            saturated(facts),
            unfinished(facts),
            journal(facts),
            samples(facts),
            clock(facts),
            stalls(facts),
            cpu(facts),
        ];
        let mut trust = Self {
            facts: Some(*facts),
            ..Self::default()
        };
        for (stamp, reason) in findings.into_iter().flatten() {
            trust.add(stamp, reason);
        }
        trust
    }

    /// Adds a reason found elsewhere.
    pub fn add(&mut self, stamp: Stamp, reason: impl Into<String>) {
        self.stamp = self.stamp.max(stamp);
        self.reasons.push(reason.into());
    }
}

/// A reason not to trust a result.
type Finding = Option<(Stamp, String)>;

fn lag(facts: &TrustFacts) -> Finding {
    let stamp = match (facts.lag_p99_us > LAG_SUSPECT_US, facts.lag_p99_us > LAG_INVALID_US) {
        (false, _) => return None,
        (true, false) => Stamp::Suspect,
        (true, true) => Stamp::Invalid,
    };
    Some((
        stamp,
        format!(
            "The pacer was late: 99 % of arrivals within {} only.",
            unit::time(facts.lag_p99_us)
        ),
    ))
}

fn missing(facts: &TrustFacts) -> Finding {
    let excused = facts.waiting + if facts.drops_wanted { facts.dropped } else { 0 };
    let wanted = facts.offered.saturating_sub(excused);
    let reaches = |thousandths: u64| u128::from(facts.started) * 1_000 >= u128::from(wanted) * u128::from(thousandths);
    let stamp = match (reaches(STARTED_SUSPECT), reaches(STARTED_INVALID)) {
        (true, _) => return None,
        (false, true) => Stamp::Suspect,
        (false, false) => Stamp::Invalid,
    };
    let (started, wanted) = (unit::count(facts.started), unit::count(wanted));
    Some((
        stamp,
        format!("Only {started} of {wanted} offered arrivals were started."),
    ))
}

fn dropped(facts: &TrustFacts) -> Finding {
    let unwanted = facts.dropped > 0 && !facts.drops_wanted;
    let reason = || {
        format!(
            "Dropped although arrivals should queue: {}.",
            unit::count(facts.dropped)
        )
    };
    unwanted.then(|| (Stamp::Suspect, reason()))
}

fn saturated(facts: &TrustFacts) -> Finding {
    let too_long = u128::from(facts.saturated_us) * 100 > u128::from(facts.lasted_us) * u128::from(SATURATED_SUSPECT);
    let share = || unit::percent(facts.saturated_us, facts.lasted_us);
    let reason = || {
        format!(
            "All users were busy while steps were due for {} of the time; give the load more users.",
            share()
        )
    };
    (settled(facts) && too_long).then(|| (Stamp::Suspect, reason()))
}

fn unfinished(facts: &TrustFacts) -> Finding {
    let reason = || {
        format!(
            "Journeys that did not end within the drain: {}.",
            unit::count(facts.unfinished)
        )
    };
    (facts.unfinished > 0).then(|| (Stamp::Suspect, reason()))
}

fn journal(facts: &TrustFacts) -> Finding {
    let reason = || format!("Lines the journal had to drop: {}.", unit::count(facts.journal_lost));
    (facts.journal_lost > 0).then(|| (Stamp::Suspect, reason()))
}

fn samples(facts: &TrustFacts) -> Finding {
    let reason = || {
        format!(
            "Samples that found no room in the recorder: {}.",
            unit::count(facts.samples_lost)
        )
    };
    (facts.samples_lost > 0).then(|| (Stamp::Invalid, reason()))
}

fn clock(facts: &TrustFacts) -> Finding {
    let reason = || {
        format!(
            "The wall clock moved by {} during the run.",
            unit::time(facts.clock_step_us)
        )
    };
    (facts.clock_step_us > CLOCK_STEP_SUSPECT_US).then(|| (Stamp::Suspect, reason()))
}

fn stalls(facts: &TrustFacts) -> Finding {
    let lost = |thousandths: u64| {
        settled(facts) && u128::from(facts.stalled_us) * 1_000 > u128::from(facts.lasted_us) * u128::from(thousandths)
    };
    let stamp = match (lost(STALLED_INVALID), lost(STALLED_SUSPECT)) {
        (true, _) => Stamp::Invalid,
        (false, true) => Stamp::Suspect,
        (false, false) if facts.stall_longest_us > STALL_SUSPECT_US => Stamp::Suspect,
        (false, false) => return None,
    };
    Some((
        stamp,
        format!(
            "The machine had no processor for the load for {} of the time, {} at a stretch.",
            unit::percent(facts.stalled_us, facts.lasted_us),
            unit::time(facts.stall_longest_us)
        ),
    ))
}

fn cpu(facts: &TrustFacts) -> Finding {
    let room_us = u128::from(facts.lasted_us) * u128::from(facts.cores);
    let busy = u128::from(facts.cpu_us) * 100 > room_us * u128::from(CPU_SUSPECT);
    let shared = if facts.shares_cores {
        ", which the target had to share"
    } else {
        ""
    };
    let share = || unit::decimal(u128::from(facts.cpu_us) * 100, room_us, 0);
    let reason = || format!("This process took {} % of all {} cores{shared}.", share(), facts.cores);
    (settled(facts) && facts.cores > 0 && busy).then(|| (Stamp::Suspect, reason()))
}

fn settled(facts: &TrustFacts) -> bool {
    facts.lasted_us >= SETTLED_US
}

#[cfg(test)]
mod tests;
