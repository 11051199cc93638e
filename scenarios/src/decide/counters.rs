//! How often rules were met and hit, for those that say `limit` or `nth`: the one thing a decision depends on besides the
//! scenario and its occasion. It depends on the order of arrival, and `check` says so of every such rule.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use crate::scenario::{Rule, RuleId, Scenario};

/// The counts of a scenario's rules.
#[derive(Debug)]
pub struct Counters {
    rules: Box<[Arc<Count>]>,
}

#[derive(Debug, Default)]
struct Count {
    /// Occasions that met the rule's other conditions, while it says `nth`.
    met: AtomicU64,
    /// Hits, while it says `limit`.
    hit: AtomicU64,
}

impl Counters {
    /// Everything at zero.
    pub fn new(scenario: &Scenario) -> Self {
        Self {
            rules: scenario.rules.iter().map(|_| Arc::default()).collect(),
        }
    }

    /// The counts of `new`, sharing these for rules that are kept, named by where they stood and where they stand: a
    /// swapped scenario gives no rule its limit back.
    #[must_use]
    pub fn follow(&self, new: &Scenario, kept: impl IntoIterator<Item = (RuleId, RuleId)>) -> Self {
        let mut next = Self::new(new);
        for (old, now) in kept {
            let known = self.rules.get(usize::from(old.0));
            if let (Some(known), Some(place)) = (known, next.rules.get_mut(usize::from(now.0))) {
                *place = Arc::clone(known);
            }
        }
        next
    }

    /// Whether it is the rule's turn, where it says `nth`; counts one more that met it.
    pub(super) fn is_turn(&self, id: RuleId, rule: &Rule) -> bool {
        rule.when.nth.is_none_or(|nth| {
            let met = self.of(id).met.fetch_add(1, Ordering::Relaxed) + 1;
            met.is_multiple_of(nth)
        })
    }

    /// Whether it would be the rule's turn, and it might hit once more; counts nothing.
    pub(super) fn would_hit(&self, id: RuleId, rule: &Rule) -> bool {
        let count = self.of(id);
        let turn = |nth| (count.met.load(Ordering::Relaxed) + 1).is_multiple_of(nth);
        rule.when.nth.is_none_or(turn) && rule.limit.is_none_or(|limit| count.hit.load(Ordering::Relaxed) < limit)
    }

    /// Whether the rule may hit once more, where it says `limit`; counts the hit.
    pub(super) fn may_hit(&self, id: RuleId, rule: &Rule) -> bool {
        rule.limit.is_none_or(|limit| {
            let more = |hits: u64| (hits < limit).then_some(hits + 1);
            let hit = &self.of(id).hit;
            hit.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
        })
    }

    fn of(&self, id: RuleId) -> &Count {
        self.rules
            .get(usize::from(id.0))
            .expect("counters are made for the scenario whose rules they count")
    }
}
