//! How the rules of a scenario reach a decision, and the ids of orders. What else is drawn of an order is `payer`'s and
//! `wallet`'s.
//!
//! Invariant: everything here is a pure function of the scenario and its arguments. As long as no rule hits, nothing is
//! allocated.

mod counters;
mod early;
mod payer;
mod possible;
mod wallet;

use std::time::Duration;

use rust_decimal::Decimal;

use crate::{
    decision::{CallbackAct, Decision, Hit, Hits, Occasion, Subject},
    distribution::Distribution,
    draw::{DrawSubject, Drawn, Draws, Site},
    scenario::{CallbackFault, Operation, PhaseIndex, Rule, RuleId, Scenario, When},
};

pub use counters::Counters;
pub use early::early;
pub use payer::{agreement_covers, method_fails, needs_second_factor, payer_id, payer_plan, second_factor_code};
pub use possible::{PossibleFault, PossibleFaults, may_cause};
pub use wallet::{risk_plan, settle_after, withdrawal_id};

/// Decides one occasion. Ad-hoc faults are tried first, then the rules of triggers, the phase's, and the file's, each
/// top-down; a rule hits when its `on` and `when` hold and its own draw is below its chance. Outcome, delay and callback
/// are each decided by the first hit that names them; what no hit names is what a good wallet does.
///
/// `counters` are the scenario's own; they matter to rules that say `limit` or `nth` alone.
pub fn decide(scenario: &Scenario, occasion: &Occasion<'_>, counters: &Counters) -> Decision {
    let mut decision = Decision::good();
    let draws = draws(scenario, occasion);
    for id in rules_in_order(scenario, occasion.phase) {
        let rule = scenario.rule(id);
        if !decision.is_open_to(rule) || !applies(scenario, rule, occasion) || !counters.is_turn(id, rule) {
            continue;
        }
        let drawn = draws.at(Site {
            of: &rule.site,
            what: Drawn::Hit,
        });
        if rule.chance.hits(drawn) && counters.may_hit(id, rule) {
            decision.take(rule, Hit { rule: id, draw: drawn }, draws);
        }
    }
    decision
}

/// What rules decide that are known to hit: each axis of `hits` is filled by its rule, with the draws of the occasion.
pub fn replay(scenario: &Scenario, occasion: &Occasion<'_>, hits: Hits) -> Decision {
    let mut decision = Decision::good();
    let draws = draws(scenario, occasion);
    let rule = |hit: Hit| scenario.rule(hit.rule);
    if let Some(hit) = hits.outcome {
        decision.take_outcome(rule(hit), hit);
    }
    if let Some(hit) = hits.delay {
        decision.take_delay(rule(hit), hit, draws);
    }
    if let Some(hit) = hits.callback {
        decision.take_callback(rule(hit), hit, draws);
    }
    decision
}

/// The draws of an occasion.
fn draws(scenario: &Scenario, occasion: &Occasion<'_>) -> Draws {
    let subject = DrawSubject {
        shop: occasion.shop,
        operation: occasion.operation.word(),
        subject: occasion.subject,
    };
    Draws::new(scenario.seed, &subject, occasion.attempt)
}

/// A token that no shop has: 128 drawn bits, the same for the same seed and shop.
pub fn strange_token(seed: u64, shop: u64) -> [u8; 16] {
    bits(
        Draws::new(seed, &opened_order(shop, Subject::Ordinal(0)), FIRST_ATTEMPT),
        TOKEN_SITE,
    )
}

/// The wallet's id of an order, 128 drawn bits.
pub fn order_id(seed: u64, shop: u64, subject: Subject<'_>) -> [u8; 16] {
    id(Draws::new(seed, &opened_order(shop, subject), FIRST_ATTEMPT))
}

/// An id of 128 drawn bits.
fn id(draws: Draws) -> [u8; 16] {
    bits(draws, ORDER_SITE)
}

fn bits(draws: Draws, of: &str) -> [u8; 16] {
    let high = draws.at(Site {
        of,
        what: Drawn::OrderIdHigh,
    });
    let low = draws.at(Site {
        of,
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
        Some(
            CallbackFault::Drop
            | CallbackFault::Delay(_)
            | CallbackFault::Duplicate { .. }
            | CallbackFault::Reorder { .. }
            | CallbackFault::Forge(_)
            | CallbackFault::Tamper(_)
            | CallbackFault::Stale(_)
            | CallbackFault::Downgrade
            | CallbackFault::Early
            | CallbackFault::Hold,
        )
        | None => None,
    })
}

impl Scenario {
    /// Whether in some phase somebody pays by itself.
    pub fn somebody_pays(&self) -> bool {
        let of_phases = self.phases.iter().filter_map(|phase| phase.payers.as_ref());
        let mut payers = self.payers.iter().chain(of_phases);
        payers.any(|payers| payers.outcomes.pay.num > 0)
    }

    /// A rule by its index.
    ///
    /// # Panics
    /// If the index is another scenario's.
    pub fn rule(&self, id: RuleId) -> &Rule {
        self.rules
            .get(usize::from(id.0))
            .expect("a rule's index belongs to its own scenario")
    }

    /// The same scenario with these rules put in force by hand, in place of those it had. The indices of its other rules
    /// stay.
    #[must_use]
    pub fn with_faults(&self, faults: Vec<Rule>) -> Self {
        let mut scenario = self.clone();
        // Rules by hand are always the last.
        scenario.rules.truncate(self.rules.len() - self.faults.len());
        let first = scenario.rules.len();
        scenario.rules.extend(faults);
        let index = |at| RuleId(u16::try_from(at).expect("a file and a hundred faults hold fewer rules than 65,536"));
        scenario.faults = (first..scenario.rules.len()).map(index).collect();
        scenario
    }

    /// A phase by its index; `None` past the last, where only the file's rules hold.
    pub fn phase(&self, phase: PhaseIndex) -> Option<&crate::scenario::Phase> {
        self.phases.get(usize::from(phase.0))
    }
}

/// The rules that hold in a phase, in the order in which they are tried.
pub(crate) fn rules_in_order(scenario: &Scenario, phase: PhaseIndex) -> impl Iterator<Item = RuleId> + '_ {
    let own = scenario.phase(phase).map_or(&[][..], |phase| &phase.rules);
    let by_hand = scenario.faults.iter().chain(&scenario.trigger_rules);
    by_hand.chain(own).chain(&scenario.file_rules).copied()
}

/// Whether a rule's `on` covers an operation: without one, every API operation and never callbacks.
pub(crate) fn acts_on(rule: &Rule, operation: Operation) -> bool {
    match rule.on {
        Some(on) => on == operation,
        None => operation != Operation::Callback,
    }
}

fn applies(scenario: &Scenario, rule: &Rule, occasion: &Occasion<'_>) -> bool {
    acts_on(rule, occasion.operation)
        && attempt_fits(rule, occasion)
        && order_fits(&rule.when, occasion.shop, occasion.amount, occasion.coin)
        && payer_fits(scenario, &rule.when, occasion)
        && rule.when.case.is_none_or(|case| occasion.case == Some(case))
        && rule.when.headers.iter().all(|(name, value)| {
            let mut headers = occasion.headers.iter();
            headers.any(|(other, said)| other == name && said == value)
        })
}

/// A delivery that fails is tried again: without a word on attempts the fault is the first one's, or else `drop` and
/// `duplicate` would be decided anew each time.
fn attempt_fits(rule: &Rule, occasion: &Occasion<'_>) -> bool {
    let only = rule.when.attempt.or_else(|| {
        let is_delivery = occasion.operation == Operation::Callback;
        (is_delivery && rule.first.is_none()).then_some(FIRST_ATTEMPT)
    });
    only.is_none_or(|attempt| attempt == occasion.attempt) && rule.first.is_none_or(|first| occasion.attempt <= first)
}

/// Before somebody paid, an order's payer is the one that was drawn for it.
fn payer_fits(scenario: &Scenario, when: &When, occasion: &Occasion<'_>) -> bool {
    when.payer.is_none_or(|wanted| {
        let drawn = || match occasion.subject {
            Subject::Number(number) => Some(payer_id(scenario.seed, occasion.shop, number)),
            Subject::Ordinal(_) => None,
        };
        occasion.payer.or_else(drawn) == Some(wanted)
    })
}

/// Whether an order meets conditions; what is said of attempts, people and calls is left to the caller.
fn order_fits(when: &When, shop: u64, amount: Option<Decimal>, coin: Option<&str>) -> bool {
    let When {
        shop: of_shop,
        at_least,
        below,
        equals,
        coin: of_coin,
        payer: _,
        attempt: _,
        nth: _,
        headers: _,
        case: _,
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
        self.take_outcome(rule, hit);
        self.take_delay(rule, hit, draws);
        self.take_callback(rule, hit, draws);
    }

    fn take_outcome(&mut self, rule: &Rule, hit: Hit) {
        if let (Some(outcome), None) = (&rule.outcome, self.hits.outcome) {
            self.ledger = outcome.ledger.clone();
            self.reply.shape = outcome.shape.clone();
            self.hits.outcome = Some(hit);
        }
    }

    fn take_delay(&mut self, rule: &Rule, hit: Hit, draws: Draws) {
        if let (Some(delay), None) = (&rule.delay, self.hits.delay) {
            self.reply.delay = delay.sample(draws.at(Site {
                of: &rule.site,
                what: Drawn::Delay,
            }));
            self.hits.delay = Some(hit);
        }
    }

    fn take_callback(&mut self, rule: &Rule, hit: Hit, draws: Draws) {
        if let (Some(fault), None) = (&rule.callback, self.hits.callback) {
            self.callback = callback_act(fault, &rule.site, draws);
            self.hits.callback = Some(hit);
        }
    }
}

fn callback_act(fault: &CallbackFault, site: &str, draws: Draws) -> CallbackAct {
    let drawn = |delay: &Distribution| {
        delay.sample(draws.at(Site {
            of: site,
            what: Drawn::CallbackDelay,
        }))
    };
    match fault {
        CallbackFault::Drop => CallbackAct::Drop,
        CallbackFault::Delay(delay) => CallbackAct::Delay(drawn(delay)),
        &CallbackFault::Duplicate {
            copies,
            spread,
            concurrent,
        } => CallbackAct::Duplicate {
            copies,
            spread,
            concurrent,
        },
        &CallbackFault::Reorder { window } => CallbackAct::Delay(drawn(&Distribution::uniform_up_to(window))),
        &CallbackFault::Forge(forgery) => CallbackAct::Forge(forgery),
        &CallbackFault::Tamper(tampering) => CallbackAct::Tamper(tampering),
        &CallbackFault::Stale(age) => CallbackAct::Stale(age),
        CallbackFault::Downgrade => CallbackAct::Downgrade,
        CallbackFault::Early => CallbackAct::Early,
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
const TOKEN_SITE: &str = "strange token";

#[cfg(test)]
mod tests;
