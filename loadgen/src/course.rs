//! Where a run is on its plan: a pause holds the plan back while the run's own axis goes on, and a pace bends the rate of
//! its arrivals.
//!
//! Two axes, both in microseconds since the first arrival's planned instant. *Run time* is real: samples, arrivals and
//! seconds are on it. *Plan time* is what phases and the schedule are laid out on; it stands still while the load is
//! paused. Without a pause both are one. What is planned for the very instant at which a pause begins still happens
//! before it; all behind it moves by the pause's length. The pace changes neither axis: a phase ends when it would.
//!
//! One thread writes, the pacer's, which alone knows what it has released; whoever asks before anything was steered pays
//! for one atomic.

use std::sync::{
    PoisonError, RwLock, RwLockReadGuard,
    atomic::{AtomicUsize, Ordering},
};

use measure::snapshot::RunPlan;

/// Changes of a run at most; more is a stuck key.
pub(crate) const CHANGES_MOST: usize = 1_000;

/// The course of a run, as far as it has come.
#[derive(Debug)]
pub(crate) struct Course {
    changes: AtomicUsize,
    legs: RwLock<Vec<Leg>>,
}

/// From one change to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Leg {
    run_us: u64,
    plan_us: u64,
    paused: bool,
    percent: u32,
}

const START: Leg = Leg {
    run_us: 0,
    plan_us: 0,
    paused: false,
    percent: 100,
};

impl Default for Course {
    fn default() -> Self {
        Self {
            changes: AtomicUsize::new(0),
            legs: RwLock::new(vec![START]),
        }
    }
}

impl Course {
    /// How often it was changed; 0 for a run that nobody steered.
    pub(crate) fn changes(&self) -> usize {
        self.changes.load(Ordering::Acquire)
    }

    /// Whether another change would be one too many.
    pub(crate) fn is_full(&self) -> bool {
        self.changes() >= CHANGES_MOST
    }

    /// Whether the plan stands still.
    pub(crate) fn is_paused(&self) -> bool {
        self.changes() > 0 && self.last().paused
    }

    /// The rate of arrivals that was asked for last, in percent of the plan's.
    pub(crate) fn percent(&self) -> u32 {
        match self.changes() {
            0 => START.percent,
            _ => self.last().percent,
        }
    }

    /// A pause begins.
    pub(crate) fn pause(&self, run_us: u64) {
        self.change(run_us, |leg| leg.paused = true);
    }

    /// It ends.
    pub(crate) fn go_on(&self, run_us: u64) {
        self.change(run_us, |leg| leg.paused = false);
    }

    /// From here on arrivals come at so many percent of the plan's rate.
    pub(crate) fn pace(&self, run_us: u64, percent: u32) {
        self.change(run_us, |leg| leg.percent = percent);
    }

    fn change(&self, run_us: u64, change: impl FnOnce(&mut Leg)) {
        let mut legs = self.legs.write().unwrap_or_else(PoisonError::into_inner);
        let last = *legs.last().unwrap_or(&START);
        let run_us = run_us.max(last.run_us);
        let mut leg = Leg {
            run_us,
            plan_us: last.plan_at(run_us),
            ..last
        };
        change(&mut leg);
        legs.push(leg);
        drop(legs);
        self.changes.fetch_add(1, Ordering::Release);
    }

    /// The plan time of a moment of the run.
    pub(crate) fn plan_us(&self, run_us: u64) -> u64 {
        if self.changes() == 0 {
            return run_us;
        }
        let legs = self.legs();
        let next = legs.partition_point(|leg| leg.run_us <= run_us);
        next.checked_sub(1)
            .and_then(|at| legs.get(at))
            .map_or(run_us, |leg| leg.plan_at(run_us))
    }

    /// When the plan comes to one of its moments, in run time; a pause under way counts as if it ended at `now_us`.
    pub(crate) fn run_us(&self, plan_us: u64, now_us: u64) -> u64 {
        if self.changes() == 0 {
            return plan_us;
        }
        let legs = self.legs();
        let ends = legs.iter().skip(1).map(|next| next.plan_us);
        let reached = legs.iter().zip(ends).find(|(leg, end)| !leg.paused && plan_us <= *end);
        let leg = reached.map(|(leg, _)| *leg);
        let leg = leg.or_else(|| legs.last().copied()).unwrap_or(START);
        let from_us = if leg.paused { leg.run_us.max(now_us) } else { leg.run_us };
        from_us.saturating_add(plan_us.saturating_sub(leg.plan_us))
    }

    /// How long the plan stood still between two moments of the run.
    pub(crate) fn stood_us(&self, from_us: u64, until_us: u64) -> u64 {
        let moved_us = self.plan_us(until_us).saturating_sub(self.plan_us(from_us));
        until_us.saturating_sub(from_us).saturating_sub(moved_us)
    }

    /// What a plan has become by now. `offered` says how many arrivals are planned before a moment of plan time.
    pub(crate) fn moved(&self, plan: &RunPlan, now_us: u64, offered: impl Fn(u64) -> f64) -> RunPlan {
        let run_us = |plan_us: u64| self.run_us(plan_us, now_us);
        let mut moved = plan.clone();
        for phase in &mut moved.phases {
            // The first begins with the run, however early a pause comes.
            phase.from_us = if phase.from_us == 0 { 0 } else { run_us(phase.from_us) };
            phase.until_us = run_us(phase.until_us);
        }
        moved.arrivals_end_us = run_us(plan.arrivals_end_us);
        moved.target_per_second = self.targets((moved.arrivals_end_us, now_us), plan.arrivals_end_us, offered);
        moved
    }

    /// Arrivals of each second of the run until its end, as far as anybody knows by now.
    fn targets(&self, (end_us, now_us): (u64, u64), plan_end_us: u64, offered: impl Fn(u64) -> f64) -> Vec<f64> {
        let seconds = usize::try_from(end_us.div_ceil(SECOND_US)).unwrap_or(usize::MAX);
        let mut targets = vec![0.0; seconds];
        let mut legs = self.legs().clone();
        if let Some(open) = legs.last().copied().filter(|leg| leg.paused) {
            legs.push(Leg {
                run_us: open.run_us.max(now_us),
                paused: false,
                ..open
            });
        }
        let ends = legs.iter().skip(1).map(|next| next.run_us).chain([end_us]);
        for (leg, until_us) in legs.iter().zip(ends).filter(|(leg, _)| !leg.paused) {
            let mut from_us = leg.run_us;
            while from_us < until_us.min(end_us) {
                let second = from_us / SECOND_US;
                let to_us = ((second + 1) * SECOND_US).min(until_us).min(end_us);
                let before = |run_us: u64| offered(leg.plan_at(run_us).min(plan_end_us));
                let planned = before(to_us) - before(from_us);
                if let Some(target) = usize::try_from(second).ok().and_then(|at| targets.get_mut(at)) {
                    *target += planned * f64::from(leg.percent) / 100.0;
                }
                from_us = to_us;
            }
        }
        targets
    }

    fn last(&self) -> Leg {
        self.legs().last().copied().unwrap_or(START)
    }

    fn legs(&self) -> RwLockReadGuard<'_, Vec<Leg>> {
        self.legs.read().unwrap_or_else(PoisonError::into_inner)
    }
}

const SECOND_US: u64 = 1_000_000;

impl Leg {
    fn plan_at(&self, run_us: u64) -> u64 {
        if self.paused {
            self.plan_us
        } else {
            self.plan_us.saturating_add(run_us.saturating_sub(self.run_us))
        }
    }
}

#[cfg(test)]
mod tests;
