//! Scenarios in words, as snapshots, and shares as a table.

use std::time::Duration;

use super::*;
use crate::{
    decision::{LedgerAct, Shape},
    distribution::Distribution,
    expect::Expectation,
    scenario::{CallbackFault, Phase, Ratio},
    testing::{fault, outage_and_recovery, payers, percent as chance, phase, rule, scenario, slow, status},
};

fn said(scenario: &Scenario, length: Option<u64>) -> String {
    explain(scenario, &Timeline::new(scenario, length.map(Duration::from_secs)))
}

#[test]
fn the_documented_scenario_in_words() {
    let mut scenario = outage_and_recovery();
    scenario.payers = Some(payers(Distribution::fixed(Duration::from_secs(2)), 92, 5, 3));
    scenario.expect = vec![Expectation::parse("p99 < 300ms in healthy").unwrap()];
    insta::assert_snapshot!(said(&scenario, None));
}

fn mixed() -> Scenario {
    let when = When {
        at_least: Some(Decimal::from(500)),
        shop: Some(10_001),
        ..When::default()
    };
    let drop = Rule {
        on: Some(Operation::PayLink),
        callback: Some(CallbackFault::Drop),
        ..rule("silent")
    };
    let rules = vec![
        Rule {
            when,
            chance: chance(50),
            ..fault("big", LedgerAct::Skip, status(502))
        },
        Rule {
            chance: Ratio { num: 1, den: 3 },
            ..fault("gone", LedgerAct::Apply, Shape::Empty)
        },
        Rule {
            on: Some(Operation::PayLink),
            chance: chance(10),
            ..slow("slow", Distribution::fixed(Duration::from_secs(1)))
        },
        drop,
        fault("rest", LedgerAct::Skip, Shape::Hang),
        fault("never", LedgerAct::Skip, status(500)),
    ];
    let phases = vec![Phase {
        rules: vec![RuleId(0), RuleId(2)],
        ..phase("mixed", 40)
    }];
    Scenario {
        file_rules: vec![RuleId(1), RuleId(3), RuleId(4), RuleId(5)],
        ..scenario(phases, rules)
    }
}

#[test]
fn conditions_and_rules_of_the_file_in_words() {
    insta::assert_snapshot!(said(&mixed(), Some(10)));
}

#[test]
fn shops_payers_and_the_wallet_in_words() {
    let text = r#"name: everything
shops:
  - {id: 7, signing: both, md5: lenient, limits: {min: "1", max: "5000", per_day: "9000"}, fees: {rate: 0.6%, discount: 0.1%}}
  - {id: 8, status: suspended, signing: md5, ip_allow: [127.0.0.1, 10.0.0.0/8], callback_form: {encoding: flat, key_order: sorted}}
  - {id: 9, dialect: kdpay, quota: {per_transaction: "50", per_day: "100", total: "1000"}, fees: {rate: 1%, withdrawal_rate: 0.5%}}
  - {id: 10, status: under_review}
  - {id: 11}
payers:
  methods: {balance: 70%, bank_card: 30%}
  failing: {bank_card: 5%, top_up: 1%}
  second_factor: {from: "1000"}
  agreement: {up_to: "5"}
  quota: {per_day: "300"}
risk:
  decline: {when: {amount: {at_least: "4000"}, coin: USDT}, chance: 10%}
  review: {chance: 1%, takes: 20s}
withdrawals: {settle_after: {uniform: {from: 1s, to: 5s}}}
rules:
  - {name: bounced, on: transfer, chance: 10%, ledger: {settle: fails_later}}
  - {name: bounced-unheard, on: kdpay.remit, ledger: {settle: fails_later}, reply: reset}
  - {name: blind, on: checkTransfer, reply: empty}
phases:
  - {name: tight, for: 10s, limits: {max: "50"}, quota: {total: "0"}}
"#;
    insta::assert_snapshot!(said(&crate::read("everything.yaml", text).unwrap(), None));
}

#[test]
fn shares_multiply_downwards() {
    let decimal = |text: &str| text.parse::<Decimal>().unwrap();
    let outage = outage_and_recovery();
    for (operation, expected) in [
        (
            Operation::PayLink,
            vec![(0, "1", "0.2"), (1, "0.8", "0.04"), (2, "0.76", "0.0152")],
        ),
        (Operation::CheckDeposit, vec![(0, "1", "0.2")]),
        (Operation::Callback, vec![(3, "1", "0.1")]),
    ] {
        let found = shares(&outage, PhaseIndex(1), operation);
        let found: Vec<_> = found
            .iter()
            .map(|share| (share.rule.0, share.left, share.share))
            .collect();
        let sure = |text| Between {
            least: decimal(text),
            most: decimal(text),
        };
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(rule, left, share)| (rule, sure(left), sure(share)))
            .collect();
        assert_eq!(found, expected, "{}", operation.word());
    }
    // What meets a condition is the traffic's matter: between no call and every one.
    let conditional = shares(&mixed(), PhaseIndex(0), Operation::CheckDeposit);
    let gone = conditional.iter().find(|share| share.rule == RuleId(1)).unwrap();
    assert_eq!(
        gone.left,
        Between {
            least: decimal("0.5"),
            most: Decimal::ONE
        }
    );
}
