//! What share of an operation's occasions each rule decides. Rules above take their hits first, so shares shrink
//! downwards; draws of different rules are independent, so shares multiply.

use rust_decimal::Decimal;

use crate::{
    decide::{acts_on, rules_in_order},
    scenario::{Operation, PhaseIndex, Ratio, Rule, RuleId, Scenario, When},
};

/// The effective share of one rule on one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleShare {
    /// The rule.
    pub rule: RuleId,
    /// What it decides.
    pub axis: Axis,
    /// The part of the occasions that the rules above leave undecided.
    pub left: Between,
    /// The part that this rule decides: its chance of what is left. For a rule with conditions, of the occasions that meet
    /// them.
    pub share: Between,
}

/// One of the three things that are decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// Ledger and the reply's shape.
    Outcome,
    /// The reply's delay.
    Delay,
    /// The callback.
    Callback,
}

/// A share between 0 and 1. Both ends are equal unless a rule above has conditions of its own: how many occasions meet
/// them is the traffic's matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Between {
    /// At least this.
    pub least: Decimal,
    /// At most this.
    pub most: Decimal,
}

impl Between {
    const WHOLE: Self = Self {
        least: Decimal::ONE,
        most: Decimal::ONE,
    };

    fn times(self, chance: Decimal) -> Self {
        Self {
            least: self.least * chance,
            most: self.most * chance,
        }
    }
}

/// The effective shares of the rules that act on an operation in a phase, in the order in which rules are tried; a rule that
/// names two axes stands there twice.
pub fn shares(scenario: &Scenario, phase: PhaseIndex, operation: Operation) -> Vec<RuleShare> {
    let mut shares = Vec::new();
    for id in rules_in_order(scenario, phase).filter(|id| acts_on(scenario.rule(*id), operation)) {
        let rule = scenario.rule(id);
        for axis in [Axis::Outcome, Axis::Delay, Axis::Callback]
            .into_iter()
            .filter(|axis| axis.is_named_by(rule))
        {
            let above = rules_in_order(scenario, phase)
                .take_while(|above| *above != id)
                .map(|above| scenario.rule(above));
            let left = left_by(above, axis, operation, Some(rule));
            shares.push(RuleShare {
                rule: id,
                axis,
                left,
                share: left.times(effective_chance(rule)),
            });
        }
    }
    shares
}

/// The part of an operation's occasions whose outcome no rule of the phase decides.
pub(crate) fn left_to_the_wallet(scenario: &Scenario, phase: PhaseIndex, operation: Operation) -> Between {
    let rules = rules_in_order(scenario, phase).map(|id| scenario.rule(id));
    left_by(rules, Axis::Outcome, operation, None)
}

/// What rules leave undecided on an axis, as `below` meets it.
fn left_by<'a>(
    rules: impl Iterator<Item = &'a Rule>,
    axis: Axis,
    operation: Operation,
    below: Option<&Rule>,
) -> Between {
    let mut left = Between::WHOLE;
    for rule in rules.filter(|rule| acts_on(rule, operation) && axis.is_named_by(rule)) {
        // A rule of a case acts on orders that ask for it, which are none of the traffic's shares.
        if rule.when.case.is_some() {
            continue;
        }
        let misses = Decimal::ONE - effective_chance(rule);
        left.least *= misses;
        // Whatever meets the conditions of the rule below must meet this one's, or it may pass it by.
        if is_unconditional(rule, operation)
            || (rule.limit.is_none() && below.is_some_and(|below| below.when == rule.when && below.first == rule.first))
        {
            left.most *= misses;
        }
    }
    left
}

/// On callbacks the first attempt is the only one that rules without a word on attempts act on, and the one that is
/// counted here.
fn is_unconditional(rule: &Rule, operation: Operation) -> bool {
    let first = When {
        attempt: Some(1),
        ..When::default()
    };
    let counts = rule.limit.is_some() || (rule.first.is_some() && operation != Operation::Callback);
    !counts && (rule.when == When::default() || (operation == Operation::Callback && rule.when == first))
}

impl Axis {
    fn is_named_by(self, rule: &Rule) -> bool {
        match self {
            Self::Outcome => rule.outcome.is_some(),
            Self::Delay => rule.delay.is_some(),
            Self::Callback => rule.callback.is_some(),
        }
    }
}

/// Of the occasions that meet its other conditions; a `limit` makes it less in the end.
fn effective_chance(rule: &Rule) -> Decimal {
    let nth = rule.when.nth.map_or(Decimal::ONE, Decimal::from);
    as_decimal(rule.chance) / nth
}

fn as_decimal(chance: Ratio) -> Decimal {
    Decimal::from(chance.num) / Decimal::from(chance.den)
}
