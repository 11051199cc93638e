//! What became of callbacks, added up for the expectations that ask for it: orders are looked at once, one by one, and
//! none is kept.

use std::{collections::BTreeMap, time::Duration};

use measure::{
    snapshot::{PhasePlan, RunPlan},
    tally::Tally,
    verdict::Judged,
    window::Figures,
};
use scenarios::expect::{Claim, Expectation};

use crate::clock::micros;

/// One paid order's wait for its callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wait {
    /// The order number.
    pub(crate) number: String,
    /// When it was paid, on the run's axis.
    pub(crate) paid_us: u64,
    /// From the payment to the first delivery; to the end of the run where none came.
    pub(crate) waited_us: u64,
    /// Whether it came.
    pub(crate) came: bool,
    /// Whether it may still come: pending or held at the end.
    pub(crate) may_come: bool,
}

/// Every paid order's callback.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Callbacks {
    all: Waits,
    /// By the phase the order was paid in.
    by_phase: Vec<Waits>,
    /// What was promised of each callback, by the time it was promised within, microseconds.
    promises: BTreeMap<u64, Broken>,
    /// The longest wait of those that came.
    longest_us: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Waits {
    came: u64,
    missing: u64,
    times: Tally,
    /// How long the phase lasts; 0 for all.
    over_us: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Broken {
    count: u64,
    /// The first order's number.
    first: Option<String>,
}

impl Callbacks {
    /// Adds up the waits of all paid orders, one each, as far as these expectations ask.
    pub(crate) fn of(plan: &RunPlan, expectations: &[Expectation], waits: impl Iterator<Item = Wait>) -> Self {
        let promised = expectations.iter().filter_map(|expectation| match &expectation.claim {
            Claim::CalledBack { within } => Some((micros(*within), Broken::default())),
            Claim::Compare { .. } | Claim::Recovered { .. } | Claim::BooksBalance => None,
        });
        let of_phase = |phase: &PhasePlan| Waits {
            over_us: phase.until_us.saturating_sub(phase.from_us),
            ..Waits::default()
        };
        let mut callbacks = Self {
            by_phase: plan.phases.iter().map(of_phase).collect(),
            promises: promised.collect(),
            ..Self::default()
        };
        for wait in waits {
            callbacks.add(plan, &wait);
        }
        callbacks
    }

    /// The same where the load stood still for so long within each phase: nothing is promised of that time.
    #[must_use]
    pub(crate) fn without(mut self, stood_us: &[u64]) -> Self {
        for (of_phase, stood_us) in self.by_phase.iter_mut().zip(stood_us) {
            of_phase.over_us = of_phase.over_us.saturating_sub(*stood_us);
        }
        self
    }

    /// Adds one more, under the plan that all are added up by.
    pub(crate) fn add(&mut self, plan: &RunPlan, wait: &Wait) {
        let phases = plan.phases.iter().map(|phase| phase.from_us..phase.until_us);
        for (of_phase, phase) in self.by_phase.iter_mut().zip(phases) {
            if phase.contains(&wait.paid_us) {
                of_phase.add(wait);
            }
        }
        self.all.add(wait);
        if wait.came {
            self.longest_us = self.longest_us.max(wait.waited_us);
        }
        for (within_us, broken) in &mut self.promises {
            // A callback that did not come breaks the promise once its time is over, or when it can come no more.
            if wait.waited_us > *within_us || !(wait.came || wait.may_come) {
                broken.count += 1;
                broken.first.get_or_insert_with(|| wait.number.clone());
            }
        }
    }

    /// From the payment to the first delivery, of orders paid in a phase; without it, of all.
    pub(super) fn figures(&self, phase: Option<u16>) -> Figures {
        let of_phase = phase.and_then(|phase| self.by_phase.get(usize::from(phase)));
        of_phase.unwrap_or(&self.all).figures()
    }

    /// Whether every paid order was called back in time.
    pub(super) fn judge(&self, text: &str, within: Duration) -> Judged {
        let of = self.all.came + self.all.missing;
        let Some(broken) = self.promises.get(&micros(within)).filter(|_| of > 0) else {
            return Judged::not_judged(text);
        };
        let observed = match &broken.first {
            None => format!("all {of} within {}", measure::unit::time(self.longest_us)),
            Some(first) => format!("{} of {of} not, such as {first}", broken.count),
        };
        Judged::plain(text, observed, broken.count == 0)
    }
}

impl Waits {
    fn add(&mut self, wait: &Wait) {
        let count = if wait.came { &mut self.came } else { &mut self.missing };
        *count += 1;
        self.times.record(wait.waited_us);
    }

    fn figures(&self) -> Figures {
        Figures {
            finished: self.came + self.missing,
            ok: self.came,
            errors: self.missing,
            over_us: self.over_us,
            times: self.times.clone(),
        }
    }
}
