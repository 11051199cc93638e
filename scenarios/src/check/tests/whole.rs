//! What is read besides rules: the gateway's own pace, faults by hand, notes.

use super::*;

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
