//! Where on its timeline a run stands, in words. The plan is `measure`'s.

use measure::snapshot::{PhasePlan, RunPlan, Snapshot, Stage};

/// Where on its timeline a run stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Moment<'a> {
    /// Before the first arrival.
    Before,
    /// Within a phase.
    Within {
        /// Its place among the phases, from 0.
        index: usize,
        /// The phase.
        phase: &'a PhasePlan,
    },
    /// After the last arrival, while journeys and callbacks end.
    Drain,
    /// Everything is over.
    Over,
}

impl<'a> Moment<'a> {
    /// The moment of a snapshot.
    pub(crate) fn of(snapshot: &'a Snapshot) -> Self {
        match snapshot.stage {
            Stage::Starting => Self::Before,
            Stage::Running => Self::at(&snapshot.plan, snapshot.elapsed_us),
            Stage::Draining => Self::Drain,
            Stage::Ended => Self::Over,
        }
    }

    /// The moment of a point in time, microseconds since the first arrival.
    pub(crate) fn at(plan: &'a RunPlan, us: u64) -> Self {
        plan.phases
            .iter()
            .enumerate()
            .find(|(_, phase)| phase.from_us <= us && us < phase.until_us)
            .map_or(Self::Drain, |(index, phase)| Self::Within { index, phase })
    }

    /// The phase's name, or what stands for it.
    pub(crate) fn name(self) -> &'a str {
        match self {
            Self::Before => "starting",
            Self::Within { phase, .. } => &phase.name,
            Self::Drain => "drain",
            Self::Over => "ended",
        }
    }
}

/// The end of everything that is planned: the last arrival and the longest drain.
pub(crate) fn planned_end_us(plan: &RunPlan) -> u64 {
    plan.arrivals_end_us.saturating_add(plan.drain_us)
}

/// The target rate at a point in time; 0 after the last arrival.
pub(crate) fn target_per_second(plan: &RunPlan, us: u64) -> f64 {
    let second = usize::try_from(us / 1_000_000).unwrap_or(usize::MAX);
    plan.target_per_second.get(second).copied().unwrap_or(0.0)
}
