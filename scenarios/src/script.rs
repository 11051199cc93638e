//! Decisions of a recorded run, to be forced on another: whatever time does to the other run, each order meets the fate
//! that it met. Reading them from a journal is the caller's.

use std::collections::BTreeMap;

use crate::{
    decide::{Counters, decide, early, replay},
    decision::{CallbackAct, Decision, Hits, Occasion, Shape, Subject},
    scenario::{Operation, PhaseIndex, Scenario},
};

/// Decisions that a script holds, at most.
pub const MOST_DECISIONS: usize = 5_000_000;

/// Whom a decision is about, as a journal writes it: a call without a number by `#` and its ordinal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About<'a> {
    /// The shop's id.
    pub shop: u64,
    /// What was asked.
    pub operation: Operation,
    /// The merchant's number.
    pub subject: &'a str,
    /// The attempt.
    pub attempt: u32,
}

/// What was decided of one occasion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The phase of the decision.
    pub phase: PhaseIndex,
    /// The rules that hit.
    pub hits: Hits,
    /// How it ended beyond what rules decided.
    pub end: RecordedEnd,
}

/// How an exchange ended beyond what rules decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordedEnd {
    /// As decided.
    AsDecided,
    /// A phase that refuses connections reset it before its answer.
    Reset,
    /// No worker served it: queue full, or no patience left.
    Overloaded,
}

/// Every decision of a recorded run.
#[derive(Clone, Debug, Default)]
pub struct Script {
    decisions: BTreeMap<(u64, Operation, u32), BTreeMap<Box<str>, Recorded>>,
    len: usize,
}

/// A script that holds no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a run of more than {MOST_DECISIONS} decisions cannot be forced")]
pub struct Full;

impl Script {
    /// Notes a decision. Of several about the same, such as the copies of a callback, the first that names rules holds.
    ///
    /// # Errors
    /// Where there are too many.
    pub fn record(&mut self, about: &About<'_>, recorded: Recorded) -> Result<(), Full> {
        if self.len >= MOST_DECISIONS {
            return Err(Full);
        }
        let of_kind = self
            .decisions
            .entry((about.shop, about.operation, about.attempt))
            .or_default();
        match of_kind.get_mut(about.subject) {
            None => {
                of_kind.insert(about.subject.into(), recorded);
                self.len += 1;
            }
            Some(known) if known.hits == Hits::default() => *known = recorded,
            Some(_) => {}
        }
        Ok(())
    }

    /// How many decisions it holds.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// What was decided of an occasion, whatever its phase.
    pub fn find(&self, shop: u64, operation: Operation, subject: Subject<'_>, attempt: u32) -> Option<Recorded> {
        let of_kind = self.decisions.get(&(shop, operation, attempt))?;
        match subject {
            Subject::Number(number) => of_kind.get(number),
            Subject::Ordinal(ordinal) => of_kind.get(format!("#{ordinal}").as_str()),
        }
        .copied()
    }

    /// Decides an occasion as it was decided then; one that there was not, as rules say.
    pub fn decide(&self, scenario: &Scenario, occasion: &Occasion<'_>, counters: &Counters) -> Decision {
        let found = self.find(occasion.shop, occasion.operation, occasion.subject, occasion.attempt);
        let Some(recorded) = found else {
            return decide(scenario, occasion, counters);
        };
        let mut decision = replay(scenario, occasion, recorded.hits);
        match recorded.end {
            RecordedEnd::AsDecided | RecordedEnd::Overloaded => {}
            RecordedEnd::Reset => decision.reply.shape = Shape::Reset,
        }
        decision
    }

    /// The decision on a first attempt that is to come before its order's answer: as it was then, else as rules say.
    pub fn early(&self, scenario: &Scenario, attempt: &Occasion<'_>, counters: &Counters) -> Option<Decision> {
        match self.find(attempt.shop, attempt.operation, attempt.subject, attempt.attempt) {
            None => early(scenario, attempt, counters),
            Some(recorded) => {
                let decision = replay(scenario, attempt, recorded.hits);
                (decision.callback == CallbackAct::Early).then_some(decision)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{occasion, outage_and_recovery};

    fn about<'a>(occasion: &Occasion<'a>) -> About<'a> {
        let Subject::Number(subject) = occasion.subject else {
            panic!("these have numbers")
        };
        About {
            shop: occasion.shop,
            operation: occasion.operation,
            subject,
            attempt: occasion.attempt,
        }
    }

    proptest! {
        #[test]
        fn what_was_decided_is_decided_again_in_any_phase(number in "[A-Z]{3}", phase in 0_u16..4, other in 0_u16..5) {
            let scenario = outage_and_recovery();
            let counters = Counters::new(&scenario);
            let mut script = Script::default();
            for operation in [Operation::PayLink, Operation::CheckDeposit, Operation::Callback] {
                let then = occasion(operation, phase, &number);
                let decided = decide(&scenario, &then, &counters);
                let recorded = Recorded {
                    phase: PhaseIndex(phase),
                    hits: decided.hits,
                    end: RecordedEnd::AsDecided,
                };
                script.record(&about(&then), recorded).unwrap();
                let now = occasion(operation, other, &number);
                prop_assert_eq!(script.decide(&scenario, &now, &counters), decided);
                prop_assert_eq!(script.find(now.shop, operation, now.subject, 1).unwrap().phase, PhaseIndex(phase));
            }
            prop_assert_eq!(script.len(), 3);
        }
    }

    #[test]
    fn what_was_not_decided_then_is_decided_as_rules_say() {
        let scenario = outage_and_recovery();
        let counters = Counters::new(&scenario);
        let script = Script::default();
        for number in ["A", "B", "C"] {
            let call = occasion(Operation::PayLink, 1, number);
            assert_eq!(
                script.decide(&scenario, &call, &counters),
                decide(&scenario, &call, &counters)
            );
        }
        assert!(script.is_empty());
    }

    #[test]
    fn an_outage_that_cut_an_answer_cuts_it_again() {
        let scenario = outage_and_recovery();
        let call = occasion(Operation::PayLink, 0, "A");
        let mut script = Script::default();
        let recorded = Recorded {
            phase: PhaseIndex(0),
            hits: Hits::default(),
            end: RecordedEnd::Reset,
        };
        script.record(&about(&call), recorded).unwrap();
        let decision = script.decide(&scenario, &call, &Counters::new(&scenario));
        assert_eq!((decision.reply.shape, decision.hits), (Shape::Reset, Hits::default()));
    }
}
