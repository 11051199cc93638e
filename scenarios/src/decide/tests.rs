//! Decisions as tables. The promises of keyed draws are `properties`, when a rule acts is `conditions`.

mod conditions;
mod properties;

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::*;
use crate::{
    decision::{LedgerAct, RefusalReason, Reply, Shape},
    distribution::DistributionShape,
    scenario::{Phase, Ratio},
    testing::{callback, fault, occasion, outage_and_recovery, phase, rule, scenario, slow, status},
};

/// Decides an occasion of its own: nothing was counted before.
fn decide(scenario: &Scenario, occasion: &Occasion<'_>) -> Decision {
    super::decide(scenario, occasion, &Counters::new(scenario))
}

fn file_wide(rules: Vec<Rule>) -> Scenario {
    let file_rules = (0..u16::try_from(rules.len()).unwrap()).map(RuleId).collect();
    Scenario {
        file_rules,
        ..scenario(vec![phase("all", 60)], rules)
    }
}

fn skip(name: &str, answer: u16) -> Rule {
    fault(name, LedgerAct::Skip, status(answer))
}

fn lasting(ms: u64) -> Distribution {
    Distribution::fixed(Duration::from_millis(ms))
}

/// What decided which axis, by the rules' labels.
fn decided_by(scenario: &Scenario, occasion: &Occasion<'_>) -> String {
    let hits = decide(scenario, occasion).hits;
    let label = |hit: Option<Hit>| hit.map_or("-", |hit| scenario.rule(hit.rule).label.as_str());
    format!("{} {} {}", label(hits.outcome), label(hits.delay), label(hits.callback))
}

#[test]
fn without_rules_it_is_a_good_wallet() {
    let good = Decision {
        ledger: LedgerAct::Apply,
        reply: Reply {
            delay: Duration::ZERO,
            shape: Shape::Honest,
        },
        callback: CallbackAct::Deliver,
        hits: Hits::default(),
    };
    let scenario = file_wide(vec![]);
    for operation in Operation::ALL {
        assert_eq!(decide(&scenario, &occasion(operation, 0, "A")), good);
        assert_eq!(decide(&scenario, &occasion(operation, 9, "A")), good);
    }
}

#[test]
fn each_axis_is_decided_by_the_first_hit_that_names_it() {
    let both = |name| Rule {
        delay: Some(lasting(7)),
        ..skip(name, 502)
    };
    let never = |rule: Rule| Rule {
        chance: Ratio::NEVER,
        ..rule
    };
    let dropped = |name| Rule {
        callback: Some(CallbackFault::Drop),
        ..rule(name)
    };
    for (rules, expected) in [
        (vec![skip("a", 503), skip("b", 500)], "a - -"),
        (vec![slow("a", lasting(1)), skip("b", 500)], "b a -"),
        (vec![slow("a", lasting(1)), both("b")], "b a -"),
        (vec![both("a"), slow("b", lasting(1)), skip("c", 500)], "a a -"),
        (vec![never(skip("a", 503)), skip("b", 500)], "b - -"),
        (vec![dropped("a"), both("b"), dropped("c")], "b b a"),
        (vec![callback("a", CallbackFault::Drop)], "- - -"),
    ] {
        let scenario = file_wide(rules);
        assert_eq!(decided_by(&scenario, &occasion(Operation::PayLink, 0, "A")), expected);
    }
}

#[test]
fn the_phases_rules_come_before_the_files() {
    let mut scenario = file_wide(vec![skip("file", 500), skip("own", 503)]);
    scenario.file_rules = vec![RuleId(0)];
    scenario.phases = vec![
        Phase {
            rules: vec![RuleId(1)],
            ..phase("bad", 10)
        },
        phase("quiet", 10),
    ];
    for (at, expected) in [(0, "own - -"), (1, "file - -"), (2, "file - -"), (u16::MAX, "file - -")] {
        assert_eq!(
            decided_by(&scenario, &occasion(Operation::PayLink, at, "A")),
            expected,
            "phase {at}"
        );
    }
}

#[test]
fn a_hit_becomes_what_the_rule_says() {
    let scenario = file_wide(vec![
        Rule {
            on: Some(Operation::CheckDeposit),
            delay: Some(lasting(250)),
            ..skip("busy", 503)
        },
        fault(
            "poor",
            LedgerAct::Refuse(RefusalReason::InsufficientBalance),
            Shape::Honest,
        ),
    ]);
    let busy = decide(&scenario, &occasion(Operation::CheckDeposit, 0, "A"));
    assert_eq!(busy.ledger, LedgerAct::Skip);
    assert!(
        matches!(&busy.reply.shape, Shape::Status(reply) if reply.status == 503),
        "{busy:?}"
    );
    assert_eq!(busy.reply.delay, Duration::from_millis(250));
    let poor = decide(&scenario, &occasion(Operation::PayLink, 0, "A"));
    assert_eq!(poor.ledger, LedgerAct::Refuse(RefusalReason::InsufficientBalance));
    assert_eq!(poor.reply, Reply::default());
}

#[test]
fn callback_faults_become_acts_on_the_first_attempt() {
    let duplicate = CallbackFault::Duplicate {
        copies: 3,
        spread: Duration::from_secs(2),
        concurrent: false,
    };
    let late = Duration::from_secs(3);
    for (fault, expected) in [
        (CallbackFault::Drop, CallbackAct::Drop),
        (
            CallbackFault::Delay(Distribution::fixed(late)),
            CallbackAct::Delay(late),
        ),
        (
            duplicate,
            CallbackAct::Duplicate {
                copies: 3,
                spread: Duration::from_secs(2),
                concurrent: false,
            },
        ),
        (CallbackFault::Hold, CallbackAct::Hold),
        (CallbackFault::Release { over: late }, CallbackAct::Deliver),
    ] {
        let scenario = file_wide(vec![callback("it", fault)]);
        let first = decide(&scenario, &occasion(Operation::Callback, 0, "A"));
        assert_eq!(first.callback, expected);
        assert!(first.hits.callback.is_some(), "{expected:?}");
        let second = decide(
            &scenario,
            &Occasion {
                attempt: 2,
                ..occasion(Operation::Callback, 0, "A")
            },
        );
        assert_eq!(
            (second.callback, second.hits),
            (CallbackAct::Deliver, Hits::default()),
            "{expected:?}"
        );
    }
}

#[test]
fn a_drawn_delay_differs_between_orders_and_not_between_askings() {
    let shape = DistributionShape::Uniform {
        from: Duration::ZERO,
        to: Duration::from_secs(1),
    };
    let scenario = file_wide(vec![slow("slow", Distribution { shape, cap: None })]);
    let delay = |number| decide(&scenario, &occasion(Operation::PayLink, 0, number)).reply.delay;
    assert_eq!(delay("A"), delay("A"));
    assert_ne!(delay("A"), delay("B"));
}

/// The shares of the documentation, over 200,000 orders and within four standard deviations.
#[test]
fn shares_shrink_downwards_exactly() {
    const ORDERS: u64 = 200_000;
    let scenario = outage_and_recovery();
    let mut hits: BTreeMap<&str, u64> = BTreeMap::new();
    for ordinal in 1..=ORDERS {
        let call = Occasion {
            subject: Subject::Ordinal(ordinal),
            ..occasion(Operation::PayLink, 1, "")
        };
        if let Some(hit) = decide(&scenario, &call).hits.outcome {
            *hits.entry(&scenario.rule(hit.rule).label).or_default() += 1;
        }
    }
    // In hundred-thousandths: 20 %, 5 % of the remaining 80 %, 2 % of the remaining 76 %.
    for (label, share) in [("busy", 20_000), ("lost-answer", 4_000), ("poor", 1_520)] {
        let (whole, n) = (100_000_i128, i128::from(ORDERS));
        let off = i128::from(hits[label]) * whole - n * share;
        assert!(
            off * off <= 16 * n * share * (whole - share),
            "{label}: {} hits",
            hits[label]
        );
    }
}

#[test]
fn ids_are_drawn_and_golden() {
    let id = order_id(42, 10_001, Subject::Number("ORDER-1"));
    assert_eq!(u128::from_be_bytes(id), 0x3b83_2bfa_98f0_c8e7_e9e1_1e20_a08d_5a4f);
    assert_ne!(id, order_id(42, 10_001, Subject::Number("ORDER-2")));
    assert_ne!(id, order_id(43, 10_001, Subject::Number("ORDER-1")));
    assert_eq!(payer_id(42, 10_001, "ORDER-1"), 3209205865);
    assert_eq!(second_factor_code(42, 10_001, "ORDER-1"), 448_746);
    for order in 0..1_000 {
        let payer = payer_id(42, 10_001, &format!("ORDER-{order}"));
        assert!((9..=10).contains(&payer.to_string().len()), "{payer}");
    }
    let withdrawal = withdrawal_id(42, 10_001, Subject::Number("ORDER-1"));
    assert_ne!(id, withdrawal, "an order and a withdrawal may share their number");
}

#[test]
fn possible_faults_are_those_that_can_be_reached() {
    let scenario = outage_and_recovery();
    let of = |phase, operation| may_cause(&scenario, PhaseIndex(phase), operation).faults;
    let poor = PossibleFault::Refusal(RefusalReason::InsufficientBalance);
    for (phase, operation, expected) in [
        (0, Operation::PayLink, vec![]),
        (
            1,
            Operation::PayLink,
            vec![PossibleFault::Status(503), PossibleFault::Reset, poor],
        ),
        (1, Operation::CheckDeposit, vec![PossibleFault::Status(503)]),
        (1, Operation::Callback, vec![]),
        (2, Operation::PayLink, vec![PossibleFault::Refuse]),
        (3, Operation::PayLink, vec![]),
        (4, Operation::PayLink, vec![]),
    ] {
        assert_eq!(of(phase, operation), expected, "phase {phase}, {}", operation.word());
    }
    let shadowed = file_wide(vec![
        slow("slow", lasting(40)),
        Rule {
            chance: Ratio::NEVER,
            ..skip("never", 502)
        },
        fault("empty", LedgerAct::Apply, Shape::Empty),
        fault("hang", LedgerAct::Apply, Shape::Hang),
        slow("slower", lasting(90)),
    ]);
    let possible = may_cause(&shadowed, PhaseIndex(0), Operation::PayLink);
    assert_eq!(possible.faults, [PossibleFault::Empty]);
    assert_eq!(possible.longest_delay, Duration::from_millis(40));
    let mut on_a_border = may_cause(&scenario, PhaseIndex(1), Operation::CheckDeposit);
    on_a_border.extend(&may_cause(&scenario, PhaseIndex(2), Operation::CheckDeposit));
    assert_eq!(on_a_border.faults, [PossibleFault::Status(503), PossibleFault::Refuse]);
}

#[test]
fn a_release_is_due_at_the_start_of_its_phase() {
    let scenario = outage_and_recovery();
    let due: Vec<_> = (0..5)
        .map(|phase| release_at_start(&scenario, PhaseIndex(phase)))
        .collect();
    assert_eq!(
        due,
        [
            None,
            None,
            None,
            Some(Release {
                rule: RuleId(5),
                over: Duration::ZERO
            }),
            None
        ]
    );
}
