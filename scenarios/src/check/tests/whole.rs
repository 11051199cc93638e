//! What is read besides rules: shops, payers, the gateway's own pace, faults by hand, notes.

use super::*;

#[test]
fn a_shop_says_how_it_stands() {
    let text = r#"{id: 7, signing: both, md5: lenient, status: under_review, callback_form: {encoding: flat, key_order: sorted},
        limits: {min: "1", max: "5000", per_day: "100000"}, fees: {rate: 0.6%, discount: 0.1%, withdrawal_rate: 1/500},
        ip_allow: [203.0.113.7, 10.0.0.0/8, "2001:db8::/32"], balance: {CNY: "5"}}"#;
    let shop = good(&format!("name: x\nshops:\n  - {text}\n")).shops.remove(0);
    assert_eq!(
        (shop.dialect, shop.signing, shop.md5),
        (Dialect::Okpay, Signing::Both, Md5::Lenient)
    );
    assert_eq!(shop.status, ShopStatus::UnderReview);
    assert_eq!(
        (shop.callback_form.encoding, shop.callback_form.key_order),
        (CallbackEncoding::Flat, KeyOrder::Sorted)
    );
    let whole = |amount: u64| Some(Decimal::from(amount));
    assert_eq!(
        (shop.limits.min, shop.limits.max, shop.limits.per_day),
        (whole(1), whole(5_000), whole(100_000))
    );
    let ratio = |num, den| Ratio { num, den };
    let fees = (shop.fees.rate, shop.fees.discount, shop.fees.withdrawal_rate);
    assert_eq!(fees, (ratio(3, 500), ratio(1, 1_000), ratio(1, 500)));
    let ranges: Vec<String> = shop.ip_allow.iter().map(ToString::to_string).collect();
    assert_eq!(ranges, ["203.0.113.7", "10.0.0.0/8", "2001:db8::/32"]);
    assert_eq!(shop.balance["CNY"], Decimal::from(5));

    let kd = good("name: x\nshops: [{id: 9, dialect: kdpay, quota: {per_transaction: 50, total: \"1000\"}}]\n");
    let kd = &kd.shops[0];
    assert_eq!((kd.dialect, kd.token.as_str()), (Dialect::Kdpay, "sandbox-token-9"));
    assert_eq!(
        (kd.quota.per_transaction, kd.quota.per_day, kd.quota.total),
        (whole(50), None, whole(1_000))
    );
    assert_eq!(kd.balance["CNY"], Decimal::from(100_000));
}

#[test]
fn payers_risk_and_phases_hold_what_is_said() {
    let scenario = good(
        r#"name: x
payers:
  methods: {balance: 70%, bank_card: 20%, credit_card: 5%, top_up: 5%}
  failing: {bank_card: 5%}
  second_factor: {from: "1000"}
  agreement: {up_to: "5"}
  quota: {per_day: "300"}
risk:
  decline: {when: {amount: {at_least: "4000"}}, chance: 10%}
  review: {chance: 1%, takes: 20s}
withdrawals: {settle_after: 5s}
shops: [{id: 7, limits: {max: "90"}}, {id: 9, dialect: kdpay, quota: {per_day: "10"}}]
phases:
  - {name: a, for: 1s}
  - {name: b, for: 1s, limits: {max: "50", min: "2"}, quota: {per_day: "0", total: "70"}}
rules:
  - {on: transfer, chance: 10%, ledger: {settle: fails_later}}
  - {on: kdpay.remit, ledger: {settle: fails_later}, reply: reset}
"#,
    );
    let payers = scenario.payers.as_ref().unwrap();
    assert_eq!(payers.methods.bank_card, Ratio { num: 1, den: 5 });
    assert_eq!(
        (payers.failing.balance, payers.failing.bank_card),
        (Ratio::NEVER, Ratio { num: 1, den: 20 })
    );
    let whole = |amount: u64| Decimal::from(amount);
    assert_eq!(payers.second_factor.map(|factor| factor.from), Some(whole(1_000)));
    assert_eq!(payers.agreement.map(|agreement| agreement.up_to), Some(whole(5)));
    assert_eq!(payers.quota.per_day, Some(whole(300)));
    let decline = scenario.risk.decline.as_ref().unwrap();
    assert_eq!(
        (decline.when.at_least, decline.chance),
        (Some(whole(4_000)), Ratio { num: 1, den: 10 })
    );
    let review = scenario.risk.review.as_ref().unwrap();
    assert_eq!(review.takes, Distribution::fixed(Duration::from_secs(20)));
    assert_eq!(
        scenario.withdrawals.settle_after,
        Distribution::fixed(Duration::from_secs(5))
    );
    let [okpay, kdpay] = scenario.shops.as_slice() else {
        panic!("two shops");
    };
    for (phase, shop, max, per_day, total) in [
        (0, okpay, Some(90), None, None),
        (1, okpay, Some(50), Some(0), Some(70)),
        (0, kdpay, None, Some(10), None),
        (1, kdpay, Some(50), Some(0), Some(70)),
        (2, kdpay, None, Some(10), None),
    ] {
        let phase = crate::scenario::PhaseIndex(phase);
        let quota = scenario.quota(phase, shop);
        let found = (scenario.limits(phase, shop).max, quota.per_day, quota.total);
        assert_eq!(
            found,
            (max.map(whole), per_day.map(whole), total.map(whole)),
            "{phase:?} {}",
            shop.id
        );
    }
    let outcomes: Vec<_> = scenario
        .rules
        .iter()
        .map(|rule| rule.outcome.clone().unwrap())
        .collect();
    assert!(
        outcomes.iter().all(|outcome| outcome.ledger == LedgerAct::FailLater),
        "{outcomes:?}"
    );
    assert_eq!(outcomes[1].shape, Shape::Reset);
}

#[test]
fn the_gateways_own_pace_is_read_with_its_defaults() {
    let read = good(
        "name: x\nclock: {speed: 0.5, frozen: true}\ncapacity: {workers: 8, service_time: 10ms}\ntriggers: acceptance\nphases:\n  - {name: a, for: 1s, tls: wrong_host}\n  - {name: b, for: 1s, capacity: {workers: 1, service_time: 1s, queue: 0, queue_timeout: 5s, overload: {status: 429}}}\n",
    );
    assert_eq!((read.clock.speed, read.clock.frozen), (Decimal::new(5, 1), true));
    let capacity = read.capacity.unwrap();
    assert_eq!((capacity.workers, capacity.queue), (8, 256));
    assert_eq!(capacity.queue_timeout, Duration::from_secs(2));
    assert_eq!(
        (capacity.overload.status, capacity.overload.retry_after_s),
        (503, Some(1))
    );
    assert!(read.triggers.amounts && !read.triggers.headers);
    assert_eq!(read.phases[0].tls, Some(TlsFault::WrongHost));
    let own = read.phases[1].capacity.as_ref().unwrap();
    assert_eq!(
        (own.queue, own.overload.status, own.overload.retry_after_s),
        (0, 429, None)
    );
    assert!(!read.trigger_rules.is_empty() && good("name: x\n").trigger_rules.is_empty());
}

#[test]
fn a_fault_by_hand_is_a_rule_or_a_broken_connection() {
    let scenario = good("name: x\nrules: [{name: mine, reply: {delay: 1s}}]\n");
    let fault = |text| read_fault("fault", "busy", text, &scenario);
    let AdHoc::Rule(rule) = fault("{name: other, chance: 20%, ledger: skip, reply: {status: 503}}").unwrap() else {
        panic!("not a rule");
    };
    assert_eq!((rule.label.as_str(), rule.site.as_str()), ("busy", "busy"));
    let with = scenario.with_faults(vec![*rule.clone()]);
    assert_eq!(with.rule(with.faults[0]), &*rule);
    assert_eq!(with.with_faults(vec![]), scenario);
    assert_eq!(fault("refuse: true").unwrap(), AdHoc::Refuse);
    assert_eq!(fault("{\"tls\": \"stall\"}").unwrap(), AdHoc::Tls(TlsFault::Stall));
    for (text, code) in [
        ("{chance: 20%}", "missing_key"),
        ("{refuse: true, tls: stall}", "conflict"),
        ("{refuse: maybe}", "unknown_word"),
        ("{when: {shop: 5}, reply: reset}", "unknown_name"),
        ("", "empty"),
    ] {
        let problems = fault(text).unwrap_err();
        assert_eq!(problems.list[0].code, code, "{text}: {problems}");
    }
}

#[test]
fn notes_tell_what_is_played_otherwise_than_its_writer_may_think() {
    let notes = |text: &str| {
        let read = read_with_notes("test", text).unwrap_or_else(|problems| panic!("{problems}"));
        let list = read.notes.map(|notes| notes.list).unwrap_or_default();
        list.iter().map(|note| note.code).collect::<Vec<_>>()
    };
    for (text, codes) in [
        ("name: x\ntriggers: acceptance\n", &[][..]),
        (
            "name: x\nrules: [{limit: 3, reply: {delay: 1s}}]\n",
            &["order_of_arrival"],
        ),
        (
            "name: x\nrules: [{when: {nth: 3}, reply: {delay: 1s}}]\n",
            &["order_of_arrival"],
        ),
        ("name: x\nrules: [{first: 3, reply: {delay: 1s}}]\n", &[]),
        (
            "name: x\nrules: [{on: callback, callback: {stale: 1h}}]\n",
            &["outlasts_the_run"],
        ),
        (
            "name: x\nclock: {speed: 3600}\nrules: [{on: callback, callback: {stale: 1h}}]\n",
            &[],
        ),
        (
            "name: x\nphases: [{name: a, for: 5s}, {name: b, for: 5s}]\nload: {arrivals: [{constant: {rate: 1/s, for: 5s}}]}\n",
            &["phase_without_load"],
        ),
    ] {
        assert_eq!(notes(text), codes, "{text}");
    }
}
