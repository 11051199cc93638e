//! What the rules of a phase may do to an operation: a load tells the errors that the scenario meant from the others by
//! it.

use std::time::Duration;

use super::{acts_on, rules_in_order};
use crate::{
    decision::{LedgerAct, RefusalReason, Shape},
    scenario::{Operation, PhaseIndex, Rule, Scenario, When},
};

/// What the rules of one phase may do to one operation. A load tells the errors that the scenario meant from the others
/// by it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PossibleFaults {
    /// The faults, each once, in the order of the rules.
    pub faults: Vec<PossibleFault>,
    /// The longest delay of a reply; zero without one.
    pub longest_delay: Duration,
}

/// One thing that a scenario may do to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PossibleFault {
    /// Connections are refused, and open ones are reset.
    Refuse,
    /// The call is answered with this HTTP status.
    Status(u16),
    /// The connection is reset.
    Reset,
    /// The connection is closed without an answer.
    Empty,
    /// No answer comes.
    Hang,
    /// What comes is no answer.
    Garbage,
    /// The answer ends before its end.
    Truncated,
    /// The ledger refuses, and the wallet says so honestly.
    Refusal(RefusalReason),
}

impl PossibleFaults {
    /// Whether the scenario may do this.
    pub fn contains(&self, fault: PossibleFault) -> bool {
        self.faults.contains(&fault)
    }

    /// Adds what another phase may do, for calls that lie on a border.
    pub fn extend(&mut self, other: &Self) {
        for fault in &other.faults {
            self.add(*fault);
        }
        self.longest_delay = self.longest_delay.max(other.longest_delay);
    }

    fn add(&mut self, fault: PossibleFault) {
        if !self.contains(fault) {
            self.faults.push(fault);
        }
    }
}

/// What `phase` may do to `operation`. A rule that can never be reached, because one above it always hits first, does
/// not count. Past the last phase the file's rules hold alone.
pub fn may_cause(scenario: &Scenario, phase: PhaseIndex, operation: Operation) -> PossibleFaults {
    let mut possible = PossibleFaults::default();
    if scenario.phase(phase).is_some_and(|phase| phase.refuse) {
        possible.add(PossibleFault::Refuse);
    }
    if let Some(capacity) = scenario.capacity_in(phase) {
        possible.add(PossibleFault::Status(capacity.overload.status));
        possible.longest_delay = capacity.queue_timeout + capacity.service_time.longest();
    }
    let mut longest_reply = Duration::ZERO;
    let mut stretched = Duration::ZERO;
    let mut outcome_open = true;
    let mut delay_open = true;
    for id in rules_in_order(scenario, phase) {
        let rule = scenario.rule(id);
        if !acts_on(rule, operation) || rule.chance.num == 0 {
            continue;
        }
        let always = is_certain(rule);
        if let (Some(outcome), true) = (&rule.outcome, outcome_open) {
            possible.add_outcome(&outcome.ledger, &outcome.shape);
            stretched = stretched.max(lasts(&outcome.shape));
            outcome_open = !always;
        }
        if let (Some(delay), true) = (&rule.delay, delay_open) {
            longest_reply = longest_reply.max(delay.longest());
            delay_open = !always;
        }
    }
    possible.longest_delay += longest_reply + stretched;
    possible
}

/// Whether nothing but its `on` stands between a rule and its occasions.
fn is_certain(rule: &Rule) -> bool {
    rule.chance.num == rule.chance.den && rule.when == When::default() && rule.limit.is_none() && rule.first.is_none()
}

/// How much longer than an honest answer this shape takes to arrive, where the shape alone tells.
fn lasts(shape: &Shape) -> Duration {
    match shape {
        Shape::Dribble { over, .. } => *over,
        // Answers are a few hundred bytes.
        Shape::Bandwidth { bytes_per_second } => Duration::from_secs(LONGEST_ANSWER_BYTES / bytes_per_second),
        Shape::Honest
        | Shape::Status(_)
        | Shape::Reset
        | Shape::Empty
        | Shape::Hang
        | Shape::Garbage
        | Shape::Truncate(_)
        | Shape::SlowClose(_) => Duration::ZERO,
    }
}

const LONGEST_ANSWER_BYTES: u64 = 2_000;

impl PossibleFaults {
    fn add_outcome(&mut self, ledger: &LedgerAct, shape: &Shape) {
        match shape {
            Shape::Honest => match ledger {
                LedgerAct::Refuse(reason) => self.add(PossibleFault::Refusal(*reason)),
                LedgerAct::Apply | LedgerAct::Skip | LedgerAct::FailLater | LedgerAct::Statement(_) => {}
            },
            Shape::Status(reply) => self.add(PossibleFault::Status(reply.status)),
            Shape::Reset => self.add(PossibleFault::Reset),
            Shape::Empty => self.add(PossibleFault::Empty),
            Shape::Hang => self.add(PossibleFault::Hang),
            Shape::Garbage => self.add(PossibleFault::Garbage),
            Shape::Truncate(_) => self.add(PossibleFault::Truncated),
            Shape::Dribble { .. } | Shape::SlowClose(_) | Shape::Bandwidth { .. } => {}
        }
    }
}
