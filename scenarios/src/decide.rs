//! How the rules of a scenario reach a decision, and the ids of orders. What else is drawn of an order is `payer`'s and
//! `wallet`'s.
//!
//! Invariant: everything here is a pure function of the scenario and its arguments. As long as no rule hits, nothing is
//! allocated.

mod payer;
mod wallet;

use std::time::Duration;

use rust_decimal::Decimal;

use crate::{
    decision::{CallbackAct, Decision, Hit, Hits, LedgerAct, Occasion, RefusalReason, Reply, Shape, Subject},
    draw::{DrawSubject, Drawn, Draws, Site},
    scenario::{CallbackFault, Operation, OutcomeShape, PhaseIndex, Rule, RuleId, Scenario, When},
};

pub use payer::{agreement_covers, method_fails, needs_second_factor, payer_id, payer_plan, second_factor_code};
pub use wallet::{risk_plan, settle_after, withdrawal_id};

/// Decides one occasion. The phase's rules are tried first, then the file's, each top-down; a rule hits when its `on` and
/// `when` hold and its own draw is below its chance. Outcome, delay and callback are each decided by the first hit that
/// names them; what no hit names is what a good wallet does.
pub fn decide(scenario: &Scenario, occasion: &Occasion<'_>) -> Decision {
    let mut decision = Decision {
        ledger: LedgerAct::default(),
        reply: Reply::default(),
        callback: CallbackAct::default(),
        hits: Hits::default(),
    };
    let draws = Draws::new(
        scenario.seed,
        &DrawSubject {
            shop: occasion.shop,
            operation: occasion.operation.word(),
            subject: occasion.subject,
        },
        occasion.attempt,
    );
    for id in rules_in_order(scenario, occasion.phase) {
        let rule = scenario.rule(id);
        if !decision.is_open_to(rule) || !applies(rule, occasion) {
            continue;
        }
        let drawn = draws.at(Site {
            of: &rule.site,
            what: Drawn::Hit,
        });
        if rule.chance.hits(drawn) {
            decision.take(rule, Hit { rule: id, draw: drawn }, draws);
        }
    }
    decision
}

/// The wallet's id of an order, 128 drawn bits.
pub fn order_id(seed: u64, shop: u64, subject: Subject<'_>) -> [u8; 16] {
    id(Draws::new(seed, &opened_order(shop, subject), FIRST_ATTEMPT))
}

/// An id of 128 drawn bits.
fn id(draws: Draws) -> [u8; 16] {
    let high = draws.at(Site {
        of: ORDER_SITE,
        what: Drawn::OrderIdHigh,
    });
    let low = draws.at(Site {
        of: ORDER_SITE,
        what: Drawn::OrderIdLow,
    });
    (u128::from(high) << 64 | u128::from(low)).to_be_bytes()
}

/// A release that a phase asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// The rule that asks for it.
    pub rule: RuleId,
    /// From the first to the last released callback.
    pub over: Duration,
}

/// The release that is due when `phase` starts: the first of its own rules that names one. The file's rules hold in every
/// phase, so a release among them is due at the start of each.
pub fn release_at_start(scenario: &Scenario, phase: PhaseIndex) -> Option<Release> {
    rules_in_order(scenario, phase).find_map(|id| match scenario.rule(id).callback {
        Some(CallbackFault::Release { over }) => Some(Release { rule: id, over }),
        Some(CallbackFault::Drop | CallbackFault::Delay(_) | CallbackFault::Duplicate { .. } | CallbackFault::Hold)
        | None => None,
    })
}

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
    let mut outcome_open = true;
    let mut delay_open = true;
    for id in rules_in_order(scenario, phase) {
        let rule = scenario.rule(id);
        if !acts_on(rule, operation) || rule.chance.num == 0 {
            continue;
        }
        let always = rule.chance.num == rule.chance.den && rule.when == When::default();
        if let (Some(outcome), true) = (&rule.outcome, outcome_open) {
            possible.add_outcome(&outcome.ledger, &outcome.shape);
            outcome_open = !always;
        }
        if let (Some(delay), true) = (&rule.delay, delay_open) {
            possible.longest_delay = possible.longest_delay.max(delay.longest());
            delay_open = !always;
        }
    }
    possible
}

impl PossibleFaults {
    fn add_outcome(&mut self, ledger: &LedgerAct, shape: &OutcomeShape) {
        match shape {
            OutcomeShape::Honest => match ledger {
                LedgerAct::Refuse(reason) => self.add(PossibleFault::Refusal(*reason)),
                LedgerAct::Apply | LedgerAct::Skip | LedgerAct::FailLater => {}
            },
            OutcomeShape::Status(reply) => self.add(PossibleFault::Status(reply.status)),
            OutcomeShape::Reset => self.add(PossibleFault::Reset),
            OutcomeShape::Empty => self.add(PossibleFault::Empty),
            OutcomeShape::Hang => self.add(PossibleFault::Hang),
        }
    }
}

impl Scenario {
    /// A rule by its index.
    ///
    /// # Panics
    /// If the index is another scenario's.
    pub fn rule(&self, id: RuleId) -> &Rule {
        self.rules
            .get(usize::from(id.0))
            .expect("a rule's index belongs to its own scenario")
    }

    /// A phase by its index; `None` past the last, where only the file's rules hold.
    pub fn phase(&self, phase: PhaseIndex) -> Option<&crate::scenario::Phase> {
        self.phases.get(usize::from(phase.0))
    }
}

/// The rules that hold in a phase, in the order in which they are tried.
pub(crate) fn rules_in_order(scenario: &Scenario, phase: PhaseIndex) -> impl Iterator<Item = RuleId> + '_ {
    let own = scenario.phase(phase).map_or(&[][..], |phase| &phase.rules);
    own.iter().chain(&scenario.file_rules).copied()
}

/// Whether a rule's `on` covers an operation: without one, every API operation and never callbacks.
pub(crate) fn acts_on(rule: &Rule, operation: Operation) -> bool {
    match rule.on {
        Some(on) => on == operation,
        None => operation != Operation::Callback,
    }
}

fn applies(rule: &Rule, occasion: &Occasion<'_>) -> bool {
    // A delivery that fails is tried again: without a word on attempts the fault is the first one's, or else `drop` and
    // `duplicate` would be decided anew each time.
    let attempt = rule
        .when
        .attempt
        .or_else(|| (occasion.operation == Operation::Callback).then_some(FIRST_ATTEMPT));
    acts_on(rule, occasion.operation)
        && attempt.is_none_or(|attempt| attempt == occasion.attempt)
        && order_fits(&rule.when, occasion.shop, occasion.amount, occasion.coin)
}

/// Whether an order meets conditions; what is said of attempts is left to the caller.
fn order_fits(when: &When, shop: u64, amount: Option<Decimal>, coin: Option<&str>) -> bool {
    let When {
        shop: of_shop,
        at_least,
        below,
        equals,
        coin: of_coin,
        attempt: _,
    } = when;
    of_shop.is_none_or(|of_shop| of_shop == shop)
        && at_least.is_none_or(|least| amount.is_some_and(|amount| amount >= least))
        && below.is_none_or(|limit| amount.is_some_and(|amount| amount < limit))
        && equals.is_none_or(|exact| amount.is_some_and(|amount| amount == exact))
        && of_coin.as_deref().is_none_or(|of_coin| coin == Some(of_coin))
}

impl Decision {
    /// Whether a rule names an axis that nothing has decided yet.
    fn is_open_to(&self, rule: &Rule) -> bool {
        (rule.outcome.is_some() && self.hits.outcome.is_none())
            || (rule.delay.is_some() && self.hits.delay.is_none())
            || (rule.callback.is_some() && self.hits.callback.is_none())
    }

    /// Fills the open axes that a rule names.
    fn take(&mut self, rule: &Rule, hit: Hit, draws: Draws) {
        if let (Some(outcome), None) = (&rule.outcome, self.hits.outcome) {
            self.ledger = outcome.ledger.clone();
            self.reply.shape = shape(&outcome.shape);
            self.hits.outcome = Some(hit);
        }
        if let (Some(delay), None) = (&rule.delay, self.hits.delay) {
            self.reply.delay = delay.sample(draws.at(Site {
                of: &rule.site,
                what: Drawn::Delay,
            }));
            self.hits.delay = Some(hit);
        }
        if let (Some(fault), None) = (&rule.callback, self.hits.callback) {
            self.callback = callback_act(fault, &rule.site, draws);
            self.hits.callback = Some(hit);
        }
    }
}

fn shape(shape: &OutcomeShape) -> Shape {
    match shape {
        OutcomeShape::Honest => Shape::Honest,
        OutcomeShape::Status(reply) => Shape::Status(reply.clone()),
        OutcomeShape::Reset => Shape::Reset,
        OutcomeShape::Empty => Shape::Empty,
        OutcomeShape::Hang => Shape::Hang,
    }
}

fn callback_act(fault: &CallbackFault, site: &str, draws: Draws) -> CallbackAct {
    match fault {
        CallbackFault::Drop => CallbackAct::Drop,
        CallbackFault::Delay(delay) => CallbackAct::Delay(delay.sample(draws.at(Site {
            of: site,
            what: Drawn::CallbackDelay,
        }))),
        &CallbackFault::Duplicate { copies, spread } => CallbackAct::Duplicate { copies, spread },
        CallbackFault::Hold => CallbackAct::Hold,
        // What was held goes out when the phase starts; a callback that falls due under a release is simply sent.
        CallbackFault::Release { .. } => CallbackAct::Deliver,
    }
}

/// What is drawn of an order itself is drawn as of the call that opened it.
fn opened_order(shop: u64, subject: Subject<'_>) -> DrawSubject<'_> {
    DrawSubject {
        shop,
        operation: Operation::PayLink.word(),
        subject,
    }
}

const FIRST_ATTEMPT: u32 = 1;
const ORDER_SITE: &str = "order";

#[cfg(test)]
mod tests;
