//! Callbacks that come before the call that opened their order is answered, where a rule on callbacks asks for it. Such a
//! rule acts on a callback that nobody owes yet, so it is looked for when the order is opened.

use super::{applies, counters::Counters, draws, rules_in_order};
use crate::{
    decision::{CallbackAct, Decision, Hit, Hits, Occasion},
    draw::{Drawn, Site},
    scenario::{CallbackFault, Operation, Scenario},
};

/// The decision on the first attempt of the callback of an order that was just opened, where that is to come early;
/// nothing where another rule decides it first, or none does. `occasion` is that of the attempt. A rule that does not
/// make it early is not counted: the attempt is still to be decided.
pub fn early(scenario: &Scenario, occasion: &Occasion<'_>, counters: &Counters) -> Option<Decision> {
    let rules = || rules_in_order(scenario, occasion.phase).map(|id| (id, scenario.rule(id)));
    // Almost every scenario ends here.
    let asked = rules()
        .any(|(_, rule)| rule.on == Some(Operation::Callback) && matches!(rule.callback, Some(CallbackFault::Early)));
    if !asked {
        return None;
    }
    let draws = draws(scenario, occasion);
    for (id, rule) in rules() {
        let Some(fault) = &rule.callback else { continue };
        let draw = draws.at(Site {
            of: &rule.site,
            what: Drawn::Hit,
        });
        if !applies(scenario, rule, occasion) || !rule.chance.hits(draw) || !counters.would_hit(id, rule) {
            continue;
        }
        if *fault != CallbackFault::Early {
            return None;
        }
        if counters.is_turn(id, rule) && counters.may_hit(id, rule) {
            return Some(Decision {
                callback: CallbackAct::Early,
                hits: Hits {
                    callback: Some(Hit { rule: id, draw }),
                    ..Hits::default()
                },
                ..Decision::good()
            });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{decide, decision::Subject, read, scenario::PhaseIndex};

    /// Rules on callbacks, and from them how many of a hundred orders are called back early. The callbacks of the others
    /// are decided when they are due.
    #[test]
    fn the_first_rule_that_hits_says_whether_a_callback_is_early() {
        for (rules, expected) in [
            ("[{on: callback, callback: early}]", 100),
            ("[{on: payLink, callback: early}]", 0),
            (
                "[{on: callback, when: {coin: USDT}, callback: drop}, {on: callback, callback: early}]",
                0,
            ),
            (
                "[{on: callback, when: {coin: USDT}, callback: early}, {on: callback, callback: drop}]",
                100,
            ),
            (
                "[{on: callback, limit: 3, callback: drop}, {on: callback, callback: early}]",
                97,
            ),
            ("[{on: callback, limit: 3, callback: early}]", 3),
            ("[{on: callback, when: {nth: 2}, callback: early}]", 50),
            ("[{on: callback, when: {attempt: 2}, callback: early}]", 0),
            ("[{on: callback, when: {amount: {below: \"1\"}}, callback: early}]", 0),
            ("[{name: it, on: callback, chance: 30%, callback: early}]", 31),
            ("[]", 0),
        ] {
            let text = format!("name: test\nrules: {rules}\n");
            let scenario = read("test", &text).unwrap_or_else(|problems| panic!("{problems}"));
            let counters = Counters::new(&scenario);
            let is_early = |number: &u32| {
                let number = number.to_string();
                let occasion = Occasion {
                    shop: 10_001,
                    operation: Operation::Callback,
                    subject: Subject::Number(&number),
                    attempt: 1,
                    phase: PhaseIndex(0),
                    amount: Some(6.into()),
                    coin: Some("USDT"),
                    payer: None,
                    headers: &[],
                    case: None,
                };
                let is_early = early(&scenario, &occasion, &counters).is_some();
                if !is_early {
                    decide(&scenario, &occasion, &counters);
                }
                is_early
            };
            assert_eq!((0..100).filter(is_early).count(), expected, "{rules}");
        }
    }
}
