//! A recorded run played again, and the smallest scenario that still fails.

use std::fs;

use crate::harness::{Folder, machine, run_in};

/// Everything that can tell two runs apart: an outage that cuts connections, rules that count in the order of arrival,
/// delays, lost and repeated callbacks, payers of a phase's own.
const STORMY: &str = r#"name: stormy
seed: 5
payers: {pay_after: {lognormal: {median: 300ms, p99: 1s}}, outcomes: {pay: 90%, abandon: 5%, decline: 5%}}
callbacks: {retry: {after: [300ms, 500ms]}}
rules:
  - {name: third, when: {nth: 3}, chance: 50%, on: payLink, ledger: apply, reply: {status: 502}}
  - {name: few, limit: 40, chance: 20%, on: payLink, ledger: skip, reply: empty}
phases:
  - {name: calm, for: 1500ms}
  - name: storm
    for: 1500ms
    payers: {outcomes: {pay: 40%, abandon: 60%}}
    rules:
      - {name: busy, chance: 20%, ledger: skip, reply: {status: 503}}
      - {name: lost, on: payLink, chance: 9%, ledger: apply, reply: reset}
      - {name: drop, on: callback, chance: 9%, callback: drop}
      - {name: slow, on: payLink, chance: 20%, reply: {delay: {lognormal: {median: 100ms, p99: 700ms}}}}
      - {name: twice, on: callback, chance: 9%, callback: {duplicate: {copies: 3, spread: 400ms}}}
  - {name: gone, for: 1s, refuse: true, rules: [{name: held, on: callback, callback: hold}]}
  - {name: back, for: 1s, rules: [{name: backlog, on: callback, callback: release}]}
load: {arrivals: [{constant: 150/s}], drain: 6s}
expect:
  - success >= 99% in calm
  - p99 < 50ms of payLink in storm
"#;

#[test]
fn every_order_of_a_recorded_run_meets_its_fate_again() {
    let _alone = machine();
    let folder = Folder::new();
    fs::write(folder.path().join("stormy.yaml"), STORMY).unwrap();
    let first = run_in(folder.path(), &["run", "stormy.yaml", "--headless", "--out", "then"]);
    assert_eq!(first.code, Some(99), "{first:?}");
    let again = run_in(folder.path(), &["rerun", "then", "--headless", "--out", "now"]);
    assert_eq!(again.code, Some(0), "{again:?}");
    assert!(
        again.stdout.contains("750 of 750 orders met the same fate"),
        "{again:?}"
    );

    // Break it on purpose: one order's fate is changed in the record, and it is told of.
    let orders = folder.path().join("then/orders.jsonl");
    let text = fs::read_to_string(&orders).unwrap();
    let changed = text.replacen("\"ledger\":\"paid\"", "\"ledger\":\"open\"", 1);
    assert_ne!(changed, text);
    fs::write(&orders, changed).unwrap();
    let differs = run_in(folder.path(), &["rerun", "then", "--headless", "--out", "differs"]);
    assert_eq!(differs.code, Some(99), "{differs:?}");
    assert!(differs.stdout.contains("749 of 750 orders"), "{differs:?}");

    // The guilty rule of each failed expectation is all that stays.
    for (expectation, guilty) in [
        ("success >= 99% in calm", &["third", "few"][..]),
        ("p99 < 50ms of payLink in storm", &["slow"]),
    ] {
        let small = run_in(
            folder.path(),
            &[
                "rerun",
                "then",
                "--shrink",
                "--expect",
                expectation,
                "--to",
                "small.yaml",
            ],
        );
        assert_eq!(small.code, Some(0), "{small:?}");
        let text = fs::read_to_string(folder.path().join("small.yaml")).unwrap();
        let read = run_in(folder.path(), &["rehearse", "small.yaml", "--prefix", "PD5"]);
        assert_eq!(read.code, Some(99), "{read:?}");
        let innocent = [
            "third", "few", "busy", "lost", "drop", "slow", "twice", "held", "backlog",
        ];
        let left: Vec<&str> = innocent
            .into_iter()
            .filter(|name| text.contains(&format!("name: {name},")))
            .collect();
        assert_eq!(left.len(), 1, "{text}");
        assert!(guilty.contains(&left[0]), "{text}");
        assert!(text.contains(expectation) && text.matches("in ").count() == 1, "{text}");
    }
}

#[test]
fn a_folder_that_cannot_be_repeated_says_why() {
    let folder = Folder::new();
    let ended = run_in(folder.path(), &["rerun", "nowhere"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(
        ended.stderr.contains("rerun.json") && ended.stderr.contains("paydrill run"),
        "{ended:?}"
    );

    let run = folder.path().join("run");
    fs::create_dir(&run).unwrap();
    let played = r#"{"format": 1, "seed": 1, "for_us": null, "prefix": "T", "users": null}"#;
    let line = r#"{"seq":1,"time_us":1,"gateway_time_ms":1,"phase":"all","shop":10001,"operation":"payLink","subject":"T-00000000","attempt":1,"rules":{"outcome":{"rule":0,"name":"by-hand","draw":1}},"decision":{"ledger":"skip","reply":"reset","delay_us":0,"callback":"deliver"},"status":0,"outcome":"reset","bytes_in":1,"bytes_out":0,"took_us":1,"injected_us":0}"#;
    for (name, text, said) in [
        (
            "rerun.json",
            r#"{"format": 9, "seed": 1, "for_us": null, "prefix": "T", "users": null}"#,
            "use a newer one",
        ),
        ("rerun.json", "{", "rerun.json`, line 1"),
        ("rerun.json", played, "scenario.yaml"),
        ("scenario.yaml", "name: x\nrules: [{}]\n", "this rule does nothing"),
        ("scenario.yaml", "name: x\n", "journal.jsonl"),
        ("journal.jsonl", "{\"seq\": 1}\n", "journal.jsonl`, line 1"),
        ("journal.jsonl", line, "put it in force by hand"),
        ("journal.jsonl", "", "orders.jsonl"),
    ] {
        fs::write(run.join(name), text).unwrap();
        let ended = run_in(folder.path(), &["rerun", "run", "--headless"]);
        assert_eq!(ended.code, Some(2), "{name} {text}: {ended:?}");
        assert!(ended.stderr.contains(said), "{name} {text}: {ended:?}");
    }
}
