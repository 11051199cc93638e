//! Whether the scenario could have caused what a request met: errors it meant are shown apart from all others.
//!
//! Decided by the rules of every phase the request touched, from its send to its end: a request sent in one phase may be
//! answered by the rules of the next.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use measure::sample::Class;
use scenarios::{
    Operation, PhaseIndex, Scenario, Timeline,
    decide::{PossibleFault, PossibleFaults, may_cause},
};

use crate::course::Course;

/// The gateway's timeline and ours start within this of each other, either way.
const SKEW: Duration = Duration::from_millis(50);

/// Connections that an outage broke may be noticed this much after it: the next request on them meets the wreck.
const AFTERSHOCK: Duration = Duration::from_millis(250);

/// What the scenario may do, by phase.
pub(crate) struct Expected {
    timeline: Timeline,
    by_operation: BTreeMap<Operation, Vec<PossibleFaults>>,
    /// Whether anything can go wrong at the wallet, by phase.
    disturbed: Vec<bool>,
    timeout: Duration,
    course: Arc<Course>,
}

impl Expected {
    /// Works it out for every phase and what comes after; `timeout` is the client's.
    pub(crate) fn new(scenario: &Arc<Scenario>, timeline: Timeline, timeout: Duration) -> Self {
        let phases = || timeline.phases().chain([timeline.after()]);
        let possible = |operation| phases().map(|phase| may_cause(scenario, phase, operation)).collect();
        let by_operation: BTreeMap<Operation, Vec<PossibleFaults>> = Operation::ALL
            .map(|operation| (operation, possible(operation)))
            .into_iter()
            .collect();
        let goes_wrong = |possible: &PossibleFaults| !possible.faults.is_empty() || !possible.longest_delay.is_zero();
        let disturbed = (0..phases().count())
            .map(|phase| by_operation.values().any(|by_phase| goes_wrong(&by_phase[phase])))
            .collect();
        Self {
            timeline,
            by_operation,
            disturbed,
            timeout,
            course: Arc::default(),
        }
    }

    /// The same for a run on this course: instants are of its axis, phases are where its pauses moved them.
    #[must_use]
    pub(crate) fn on(self, course: Arc<Course>) -> Self {
        Self { course, ..self }
    }

    /// A moment of the run on the timeline.
    fn planned(&self, run_us: u64) -> Duration {
        Duration::from_micros(self.course.plan_us(run_us))
    }

    /// The phase of an instant on the run's axis; one past the last for the drain.
    pub(crate) fn phase_at(&self, at_us: u64) -> u16 {
        self.timeline.phase_at(self.planned(at_us)).0
    }

    /// Whether the phase of an instant refuses connections.
    pub(crate) fn refuses(&self, at_us: u64) -> bool {
        self.timeline.refuses(self.planned(at_us))
    }

    /// Whether the scenario could have caused this class for a request between these instants.
    pub(crate) fn explains(&self, operation: Operation, class: Class, sent_us: u64, done_us: u64) -> bool {
        if class.is_success() || class == Class::Aborted {
            return true;
        }
        let from = self.planned(sent_us).saturating_sub(SKEW);
        let until = self.planned(done_us).saturating_add(SKEW);
        let possible = self.between(operation, from, until);
        match class {
            Class::Ok | Class::Declined | Class::Aborted => true,
            Class::Http4xx => possible.faults.iter().any(|fault| is_status(*fault, 400..500)),
            Class::Http5xx => possible.faults.iter().any(|fault| is_status(*fault, 500..600)),
            Class::Protocol => {
                let spoilt = [PossibleFault::Garbage, PossibleFault::Truncated];
                let is_spoilt = spoilt.into_iter().any(|fault| possible.contains(fault));
                is_spoilt || possible.faults.iter().any(|fault| is_status(*fault, 100..400))
            }
            Class::Timeout => possible.contains(PossibleFault::Hang) || possible.longest_delay >= self.timeout,
            Class::Refused => possible.contains(PossibleFault::Refuse),
            Class::Reset => possible.contains(PossibleFault::Reset) || self.touches_outage(sent_us, done_us),
            // An answer that is cut before its end looks like one that never came.
            Class::Empty => {
                possible.contains(PossibleFault::Empty)
                    || possible.contains(PossibleFault::Truncated)
                    || self.touches_outage(sent_us, done_us)
            }
            // An answer with 200 that the scenario wrote has no sign, or none that fits.
            Class::Signature => possible.contains(PossibleFault::Status(200)),
        }
    }

    /// Whether the scenario could have caused this class for a page between these instants. No rule acts on pages, only a
    /// phase that refuses connections does.
    pub(crate) fn explains_page(&self, class: Class, sent_us: u64, done_us: u64) -> bool {
        match class {
            Class::Ok | Class::Declined | Class::Aborted => true,
            Class::Refused | Class::Reset | Class::Empty => self.touches_outage(sent_us, done_us),
            Class::Http4xx | Class::Http5xx | Class::Protocol | Class::Timeout | Class::Signature => false,
        }
    }

    /// Whether a request between these instants may have lost its connection to an outage.
    pub(crate) fn touches_outage(&self, sent_us: u64, done_us: u64) -> bool {
        let from = self.planned(sent_us).saturating_sub(AFTERSHOCK);
        let until = self.planned(done_us).saturating_add(SKEW);
        self.between(Operation::PayLink, from, until)
            .contains(PossibleFault::Refuse)
    }

    /// Whether anything of the scenario may have disturbed a shop between these instants, whatever it did at the wallet.
    pub(crate) fn disturbs(&self, from_us: u64, until_us: u64) -> bool {
        let from = self.planned(from_us).saturating_sub(AFTERSHOCK);
        let until = self.planned(until_us).saturating_add(SKEW);
        let (PhaseIndex(first), PhaseIndex(last)) = (self.timeline.phase_at(from), self.timeline.phase_at(until));
        let mut touched = self
            .disturbed
            .iter()
            .take(usize::from(last) + 1)
            .skip(usize::from(first));
        touched.any(|disturbed| *disturbed)
    }

    fn between(&self, operation: Operation, from: Duration, until: Duration) -> PossibleFaults {
        let by_phase = self.by_operation.get(&operation).map_or(&[][..], Vec::as_slice);
        let (PhaseIndex(first), PhaseIndex(last)) = (self.timeline.phase_at(from), self.timeline.phase_at(until));
        let touched = by_phase.iter().take(usize::from(last) + 1).skip(usize::from(first));
        touched.fold(PossibleFaults::default(), |mut all, phase| {
            all.extend(phase);
            all
        })
    }
}

fn is_status(fault: PossibleFault, range: std::ops::Range<u16>) -> bool {
    match fault {
        // 200 with a body of the scenario's is not the protocol's.
        PossibleFault::Status(status) => range.contains(&status),
        PossibleFault::Refuse
        | PossibleFault::Reset
        | PossibleFault::Empty
        | PossibleFault::Hang
        | PossibleFault::Garbage
        | PossibleFault::Truncated
        | PossibleFault::Refusal(_) => false,
    }
}

#[cfg(test)]
mod tests;
