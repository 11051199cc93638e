//! Payers by the shares of their phase, their methods, and what the wallet asks of them.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::{
    distribution::{Distribution, DistributionShape},
    scenario::{Agreement, Ratio, SecondFactor},
    testing::{payers, percent, phase, scenario},
};

const PHASE: PhaseIndex = PhaseIndex(0);
const SHOP: u64 = 10_001;

fn paying(pay: u64, abandon: u64, decline: u64) -> Payers {
    let shape = DistributionShape::Uniform {
        from: Duration::from_secs(1),
        to: Duration::from_secs(3),
    };
    payers(Distribution { shape, cap: None }, pay, abandon, decline)
}

fn with(payers: Payers) -> Scenario {
    Scenario {
        payers: Some(payers),
        ..scenario(vec![phase("a", 1), phase("b", 1)], vec![])
    }
}

fn by_method([balance, bank_card, credit_card, top_up]: [u64; 4]) -> ByMethod {
    ByMethod {
        balance: percent(balance),
        bank_card: percent(bank_card),
        credit_card: percent(credit_card),
        top_up: percent(top_up),
    }
}

fn plan(scenario: &Scenario, number: &str) -> PayerPlan {
    payer_plan(scenario, PHASE, SHOP, number, Decimal::TEN, None)
}

#[test]
fn payers_act_in_the_shares_of_their_phase() {
    let count = |scenario: &Scenario, phase| {
        let mut counts = [0_u32; 3];
        for order in 0..10_000 {
            let number = format!("ORDER-{order}");
            let (kind, after) = match payer_plan(scenario, PhaseIndex(phase), SHOP, &number, Decimal::TEN, None) {
                PayerPlan::Pay { after, failed, method } => {
                    assert_eq!((failed, method), (vec![], Method::Balance));
                    (0, Some(after))
                }
                PayerPlan::GiveUp { .. } => panic!("nothing fails"),
                PayerPlan::Abandon => (1, None),
                PayerPlan::Decline(after) => (2, Some(after)),
            };
            assert!(
                after.is_none_or(|after| (1_000..=3_000).contains(&after.as_millis())),
                "{after:?}"
            );
            counts[kind] += 1;
        }
        counts
    };
    let mut scenario = with(paying(92, 5, 3));
    scenario.phases[1].payers = Some(paying(0, 0, 100));
    let [pay, abandon, decline] = count(&scenario, 0);
    assert!((9_090..=9_310).contains(&pay) && (410..=590).contains(&abandon) && (230..=370).contains(&decline));
    assert_eq!(count(&scenario, 1), [0, 0, 10_000]);
    assert_eq!(
        count(&scenario, 2),
        [pay, abandon, decline],
        "past the end the file's payers act"
    );
    assert_eq!(count(&with(paying(100, 0, 0)), 0), [10_000, 0, 0]);
    scenario.payers = None;
    assert_eq!(count(&scenario, 0), [0, 10_000, 0], "no payers");
}

#[test]
fn first_methods_come_in_their_shares() {
    let scenario = with(Payers {
        methods: by_method([70, 20, 0, 10]),
        ..paying(100, 0, 0)
    });
    let mut counts = [0_u32; 4];
    for order in 0..10_000 {
        let PayerPlan::Pay { failed, method, .. } = plan(&scenario, &format!("ORDER-{order}")) else {
            panic!("everybody pays");
        };
        assert!(failed.is_empty());
        counts[Method::ALL.iter().position(|known| *known == method).unwrap()] += 1;
    }
    let [balance, bank_card, credit_card, top_up] = counts;
    assert!(
        (6_816..=7_184).contains(&balance) && (1_840..=2_160).contains(&bank_card),
        "{counts:?}"
    );
    assert!(credit_card == 0 && (880..=1_120).contains(&top_up), "{counts:?}");
}

#[test]
fn who_fails_goes_on_to_the_next_method() {
    use Method::{Balance, BankCard, CreditCard, TopUp};
    for (first, failing, failed, pays_by) in [
        ([100, 0, 0, 0], [0, 100, 100, 100], vec![], Some(Balance)),
        ([100, 0, 0, 0], [100, 0, 0, 0], vec![Balance], Some(BankCard)),
        (
            [0, 0, 100, 0],
            [100, 0, 100, 0],
            vec![CreditCard, Balance],
            Some(BankCard),
        ),
        (
            [0, 0, 0, 100],
            [100, 100, 0, 100],
            vec![TopUp, Balance, BankCard],
            Some(CreditCard),
        ),
        (
            [0, 100, 0, 0],
            [100, 100, 100, 100],
            vec![BankCard, Balance, CreditCard, TopUp],
            None,
        ),
    ] {
        let scenario = with(Payers {
            methods: by_method(first),
            failing: by_method(failing),
            ..paying(100, 0, 0)
        });
        let found = match plan(&scenario, "ORDER-1") {
            PayerPlan::Pay { failed, method, .. } => (failed, Some(method)),
            PayerPlan::GiveUp { failed, .. } => (failed, None),
            other => panic!("{other:?}"),
        };
        assert_eq!(found, (failed, pays_by), "{first:?} {failing:?}");
    }
}

#[test]
fn codes_and_agreements_go_by_the_amount() {
    let amount = |text: &str| text.parse::<Decimal>().unwrap();
    let scenario = with(Payers {
        second_factor: Some(SecondFactor { from: amount("5") }),
        agreement: Some(Agreement { up_to: amount("6.50") }),
        ..paying(100, 0, 0)
    });
    for (text, asks_code, is_covered) in [
        ("4.99", false, true),
        ("6.5", false, true),
        ("6.50000001", true, false),
        ("1000", true, false),
    ] {
        let found = (
            needs_second_factor(&scenario, PHASE, amount(text)),
            agreement_covers(&scenario, PHASE, amount(text)),
        );
        assert_eq!(found, (asks_code, is_covered), "{text}");
        let PayerPlan::Pay { after, .. } = payer_plan(&scenario, PHASE, SHOP, "ORDER-1", amount(text), None) else {
            panic!("everybody pays");
        };
        assert_eq!(after.is_zero(), is_covered, "{text}");
    }
    let without_agreement = with(Payers {
        second_factor: Some(SecondFactor { from: amount("5") }),
        ..paying(100, 0, 0)
    });
    assert!(needs_second_factor(&without_agreement, PHASE, amount("5")));
    assert!(!needs_second_factor(&without_agreement, PHASE, amount("4.99")));
    let nobody = scenario_without_payers();
    assert!(!needs_second_factor(&nobody, PHASE, amount("1000")) && !agreement_covers(&nobody, PHASE, amount("0.01")));
    assert!(!method_fails(&nobody, PHASE, SHOP, "ORDER-1", Method::BankCard));
}

fn scenario_without_payers() -> Scenario {
    scenario(vec![phase("a", 1)], vec![])
}

proptest! {
    /// A person at the cashier meets the failures of the plan: each method that failed fails, the one that paid does not.
    #[test]
    fn the_cashier_fails_as_the_plan_does(
        number in "[A-Z0-9-]{1,16}",
        failing in proptest::array::uniform4(0_u64..=100),
    ) {
        let scenario = with(Payers {
            methods: ByMethod {
                balance: Ratio { num: 1, den: 3 },
                bank_card: Ratio { num: 1, den: 3 },
                credit_card: Ratio::NEVER,
                top_up: Ratio { num: 1, den: 3 },
            },
            failing: by_method(failing),
            ..paying(100, 0, 0)
        });
        let meets = |method| method_fails(&scenario, PHASE, SHOP, &number, method);
        match plan(&scenario, &number) {
            PayerPlan::Pay { failed, method, .. } => {
                prop_assert!(failed.iter().all(|method| meets(*method)));
                prop_assert!(!meets(method) && !failed.contains(&method));
            }
            PayerPlan::GiveUp { failed, .. } => {
                prop_assert_eq!(failed.len(), Method::ALL.len());
                prop_assert!(Method::ALL.into_iter().all(meets));
            }
            other => prop_assert!(false, "{other:?}"),
        }
    }
}
