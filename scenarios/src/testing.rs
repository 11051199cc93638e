//! Scenarios made by hand, for tests that judge decisions and not files.

pub(crate) mod any;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use rust_decimal::Decimal;

use crate::{
    decision::{LedgerAct, Occasion, Shape, StatusReply, Subject},
    distribution::Distribution,
    scenario::{
        Ack, AmountRange, Arrivals, ByMethod, CallbackFault, CallbackForm, Callbacks, Clock, Demand, Dialect, Fees,
        Flow, Journey, Limits, Load, Md5, Operation, Outcome, Outcomes, Payers, Phase, PhaseIndex, Policy, Quota, Rate,
        Ratio, Risk, Rule, RuleId, Scenario, Shop, ShopStatus, Signing, Triggers, When, Withdrawals,
    },
};

/// A scenario of these phases, whose rules are `rules`; phases name theirs by index. Seed 42, 200 arrivals a second.
pub(crate) fn scenario(phases: Vec<Phase>, rules: Vec<Rule>) -> Scenario {
    Scenario {
        name: "by-hand".to_owned(),
        about: String::new(),
        seed: 42,
        shops: vec![Shop {
            id: 10_001,
            token: "sandbox-token-10001".to_owned(),
            dialect: Dialect::Okpay,
            signing: Signing::Hmac,
            md5: Md5::Strict,
            status: ShopStatus::Approved,
            callback_url: None,
            callback_form: CallbackForm::default(),
            balance: BTreeMap::new(),
            limits: Limits::default(),
            fees: Fees::NONE,
            quota: Quota::default(),
            ip_allow: vec![],
        }],
        payers: None,
        risk: Risk::default(),
        withdrawals: Withdrawals {
            settle_after: Distribution::fixed(Withdrawals::DEFAULT_SETTLING),
        },
        callbacks: Callbacks {
            retry: vec![Duration::from_secs(5)],
            ack: Ack::Lenient,
            timeout: Duration::from_secs(5),
        },
        clock: Clock::default(),
        capacity: None,
        triggers: Triggers::default(),
        faults: vec![],
        trigger_rules: vec![],
        rules,
        file_rules: vec![],
        phases,
        load: load(vec![Arrivals {
            flow: Flow::Constant(Rate(Decimal::from(200))),
            lasts: None,
        }]),
        expect: vec![],
    }
}

/// A load of checkouts between 1 and 100.
pub(crate) fn load(arrivals: Vec<Arrivals>) -> Load {
    Load {
        journeys: vec![(Journey::Checkout, Ratio::ALWAYS)],
        itineraries: vec![],
        demand: Demand::Arrivals(arrivals),
        policy: Policy::Queue,
        amount: AmountRange {
            from: Decimal::ONE,
            to: Decimal::ONE_HUNDRED,
        },
        drain: Duration::from_secs(15),
    }
}

/// A quiet phase.
pub(crate) fn phase(name: &str, seconds: u64) -> Phase {
    Phase {
        name: name.to_owned(),
        lasts: Duration::from_secs(seconds),
        refuse: false,
        tls: None,
        rules: vec![],
        capacity: None,
        payers: None,
        limits: Limits::default(),
        quota: Quota::default(),
    }
}

/// Payers of these outcomes, who pay by balance.
pub(crate) fn payers(pay_after: Distribution, pay: u64, abandon: u64, decline: u64) -> Payers {
    Payers {
        pay_after,
        outcomes: Outcomes {
            pay: percent(pay),
            abandon: percent(abandon),
            decline: percent(decline),
        },
        methods: ByMethod::BALANCE,
        failing: ByMethod::NEVER,
        second_factor: None,
        agreement: None,
        quota: Quota::default(),
    }
}

/// The scenario of the documentation: brown-out, outage, recovery.
pub(crate) fn outage_and_recovery() -> Scenario {
    let rules = vec![
        Rule {
            chance: percent(20),
            ..fault("busy", LedgerAct::Skip, status(503))
        },
        Rule {
            on: Some(Operation::PayLink),
            chance: percent(5),
            ..fault("lost-answer", LedgerAct::Apply, Shape::Reset)
        },
        Rule {
            on: Some(Operation::PayLink),
            chance: percent(2),
            ..fault(
                "poor",
                LedgerAct::Refuse(crate::decision::RefusalReason::InsufficientBalance),
                Shape::Honest,
            )
        },
        Rule {
            chance: percent(10),
            ..callback(
                "twice",
                CallbackFault::Duplicate {
                    copies: 3,
                    spread: Duration::from_secs(2),
                    concurrent: false,
                },
            )
        },
        callback("hold", CallbackFault::Hold),
        callback("release", CallbackFault::Release { over: Duration::ZERO }),
    ];
    let ids = |range: std::ops::Range<u16>| range.map(RuleId).collect();
    let phases = vec![
        phase("healthy", 30),
        Phase {
            rules: ids(0..4),
            ..phase("brown-out", 20)
        },
        Phase {
            refuse: true,
            rules: ids(4..5),
            ..phase("outage", 15)
        },
        Phase {
            rules: ids(5..6),
            ..phase("recovery", 35)
        },
    ];
    Scenario {
        name: "outage-and-recovery".to_owned(),
        about: "A brown-out grows into an outage; the wallet comes back with a backlog of callbacks.".to_owned(),
        ..scenario(phases, rules)
    }
}

/// A rule that always hits any API operation and names nothing.
pub(crate) fn rule(name: &str) -> Rule {
    Rule {
        label: name.to_owned(),
        site: name.to_owned(),
        on: None,
        when: When::default(),
        chance: Ratio::ALWAYS,
        limit: None,
        first: None,
        outcome: None,
        delay: None,
        callback: None,
    }
}

pub(crate) fn fault(name: &str, ledger: LedgerAct, shape: Shape) -> Rule {
    Rule {
        outcome: Some(Outcome { ledger, shape }),
        ..rule(name)
    }
}

pub(crate) fn slow(name: &str, delay: Distribution) -> Rule {
    Rule {
        delay: Some(delay),
        ..rule(name)
    }
}

pub(crate) fn callback(name: &str, fault: CallbackFault) -> Rule {
    Rule {
        on: Some(Operation::Callback),
        callback: Some(fault),
        ..rule(name)
    }
}

pub(crate) fn status(status: u16) -> Shape {
    Shape::Status(Arc::new(StatusReply {
        status,
        retry_after_s: None,
        headers: vec![],
        body: String::new(),
        body_bytes: 0,
    }))
}

pub(crate) fn percent(num: u64) -> Ratio {
    Ratio { num, den: 100 }
}

/// The first call of an order of 6 USDT.
pub(crate) fn occasion(operation: Operation, phase: u16, number: &str) -> Occasion<'_> {
    Occasion {
        shop: 10_001,
        operation,
        subject: Subject::Number(number),
        attempt: 1,
        phase: PhaseIndex(phase),
        amount: Some(Decimal::from(6)),
        coin: Some("USDT"),
        payer: None,
        headers: &[],
        case: None,
    }
}
