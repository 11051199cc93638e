//! The promises of keyed draws, of any scenario: what other rules, other calls, their order, threads and counts do not
//! change.

use proptest::prelude::*;

use super::*;
use crate::testing::any::{self, Home};

/// A call or a delivery attempt that can be decided anywhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Call {
    order: u32,
    attempt: u32,
    phase: u16,
    operation: Operation,
}

impl Call {
    /// Everything else about an order is a function of it, as it is for a shop that tries again.
    fn occasion<'a>(&self, number: &'a str) -> Occasion<'a> {
        let odd = self.order % 2 == 1;
        Occasion {
            shop: if odd { 10_001 } else { 10_002 },
            subject: if self.order == 0 {
                Subject::Ordinal(7)
            } else {
                Subject::Number(number)
            },
            attempt: self.attempt,
            amount: Some(Decimal::from(self.order)),
            coin: Some(if self.order.is_multiple_of(3) { "TRX" } else { "USDT" }),
            payer: odd.then_some(any::PAYER),
            headers: if self.order.is_multiple_of(4) {
                &[any::HEADER]
            } else {
                &[]
            },
            ..occasion(self.operation, self.phase, number)
        }
    }
}

/// One axis of a decision: the rule's name and draw where one decided it, and what became of it.
type Axis = (Option<(String, u64)>, String);

/// A decision, axis by axis.
fn decided(scenario: &Scenario, call: &Call, counters: &Counters) -> [Axis; 3] {
    let number = format!("ORDER-{}", call.order);
    let Decision {
        ledger,
        reply,
        callback,
        hits,
    } = super::super::decide(scenario, &call.occasion(&number), counters);
    let by = |hit: Option<Hit>| hit.map(|hit| (scenario.rule(hit.rule).label.clone(), hit.draw));
    [
        (by(hits.outcome), format!("{ledger:?} {:?}", reply.shape)),
        (by(hits.delay), format!("{:?}", reply.delay)),
        (by(hits.callback), format!("{callback:?}")),
    ]
}

fn is_by(axis: &Axis, rule: &str) -> bool {
    axis.0.as_ref().is_some_and(|(name, _)| name == rule)
}

/// Every order, attempt and phase, one past the last among them, of the operations that differ in how rules see them.
fn calls() -> Vec<Call> {
    let operations = [
        Operation::PayLink,
        Operation::CheckDeposit,
        Operation::Transfer,
        Operation::KdpayRemit,
        Operation::Callback,
    ];
    let mut calls = vec![];
    for order in 0..10 {
        for attempt in 1..=3 {
            for phase in 0..=any::PHASES {
                calls.extend(operations.map(|operation| Call {
                    order,
                    attempt,
                    phase,
                    operation,
                }));
            }
        }
    }
    calls
}

fn fates(scenario: &Scenario, calls: &[Call], counters: &Counters) -> BTreeMap<Call, [Axis; 3]> {
    let fate = |call: &Call| (call.clone(), decided(scenario, call, counters));
    calls.iter().map(fate).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn order_of_arrival_and_threads_change_no_fate(
        scenario in any::scenario(any::any_rule()),
        shuffled in Just(calls()).prop_shuffle(),
    ) {
        let in_order = fates(&scenario, &calls(), &Counters::new(&scenario));
        let counters = Counters::new(&scenario);
        let quarter = shuffled.len().div_ceil(4);
        let mut threaded = BTreeMap::new();
        std::thread::scope(|scope| {
            let decide_all = |part| { let (scenario, counters) = (&scenario, &counters); move || fates(scenario, part, counters) };
            let threads: Vec<_> = shuffled.chunks(quarter).map(|part| scope.spawn(decide_all(part))).collect();
            for thread in threads {
                threaded.extend(thread.join().unwrap());
            }
        });
        prop_assert_eq!(&threaded, &in_order);
        // Asked again, of another copy of the scenario and after everything else was asked.
        prop_assert_eq!(&fates(&scenario.clone(), &shuffled, &counters), &in_order);
    }

    #[test]
    fn another_rule_decides_itself_or_changes_nothing(
        scenario in any::scenario(any::any_rule()),
        (other, seat) in (any::any_rule(), any::seat()),
    ) {
        let mut more = scenario.clone();
        any::insert(&mut more, other, "other", seat);
        let counters = Counters::new(&more);
        for call in calls() {
            let (before, after) = (decided(&scenario, &call, &counters), decided(&more, &call, &counters));
            for (before, after) in before.iter().zip(&after) {
                prop_assert!(is_by(after, "other") || before == after, "{:?}: {:?} became {:?}", call, before, after);
            }
            // In another phase it is as if it were not there.
            if let Home::Phase(phase) = seat.home && phase != call.phase {
                prop_assert_eq!(before, after);
            }
        }
    }

    #[test]
    fn a_raised_chance_only_adds_hits_of_its_rule(
        (rule, seat) in (any::any_rule(), any::seat()),
        (mut low, mut high) in (any::chance(), any::chance()),
        scenario in any::scenario(any::any_rule()),
    ) {
        if u128::from(low.num) * u128::from(high.den) > u128::from(high.num) * u128::from(low.den) {
            (low, high) = (high, low);
        }
        let with = |chance| {
            let mut scenario = scenario.clone();
            any::insert(&mut scenario, Rule { chance, ..rule.clone() }, "it", seat);
            scenario
        };
        let (lower, higher) = (with(low), with(high));
        let counters = Counters::new(&lower);
        for call in calls() {
            let (before, after) = (decided(&lower, &call, &counters), decided(&higher, &call, &counters));
            for (before, after) in before.iter().zip(&after) {
                prop_assert!(before == after || is_by(after, "it"), "{:?}: {:?} became {:?}", call, before, after);
                prop_assert!(before == after || !is_by(before, "it"), "{:?}: {:?} became {:?}", call, before, after);
            }
        }
    }

    /// The draws of rules that count nothing are never touched by those that do: what no counting rule decides is decided
    /// as if there were none of them, whoever came before.
    #[test]
    fn counting_rules_decide_themselves_or_change_nothing(
        scenario in any::scenario(any::perhaps_counted()),
        shuffled in Just(calls()).prop_shuffle(),
    ) {
        let counts = |rule: &Rule| rule.limit.is_some() || rule.when.nth.is_some();
        let mut without = scenario.clone();
        let phases = without.phases.iter_mut().map(|phase| &mut phase.rules);
        for rules in phases.chain([&mut without.faults, &mut without.file_rules]) {
            rules.retain(|id| !counts(scenario.rule(*id)));
        }
        let counting: Vec<&str> = scenario.rules.iter().filter(|rule| counts(rule)).map(|rule| rule.label.as_str()).collect();
        let counters = Counters::new(&scenario);
        for call in shuffled {
            let (found, expected) = (decided(&scenario, &call, &counters), decided(&without, &call, &counters));
            for (found, expected) in found.iter().zip(&expected) {
                let is_counted = counting.iter().any(|rule| is_by(found, rule));
                prop_assert!(is_counted || found == expected, "{:?}: {:?}, without {:?}", call, found, expected);
            }
        }
    }

    /// Where a rule stands decides when it is asked, and never what it draws.
    #[test]
    fn a_rule_moved_elsewhere_draws_the_same(
        rule in any::any_rule(),
        seats in (any::seat(), any::seat()),
        others in any::scenario(any::any_rule()),
    ) {
        let with = |seat| {
            let mut scenario = others.clone();
            any::insert(&mut scenario, rule.clone(), "it", seat);
            scenario
        };
        let (here, there) = (with(seats.0), with(seats.1));
        let counters = Counters::new(&here);
        for call in calls() {
            let (found, elsewhere) = (decided(&here, &call, &counters), decided(&there, &call, &counters));
            for (found, elsewhere) in found.iter().zip(&elsewhere) {
                let decides_both = is_by(found, "it") && is_by(elsewhere, "it");
                prop_assert!(!decides_both || found == elsewhere, "{:?}: {:?}, {:?}", call, found, elsewhere);
            }
        }
    }
}
