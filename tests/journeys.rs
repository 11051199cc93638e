//! Every journey of the load at once, over real sockets, under faults: the books of both sides agree.

use crate::harness::{Folder, machine, run_in};

/// Everybody pays, so that no shop polls for ten seconds in vain.
const FOUR: &str = r#"
name: four-journeys
seed: 7
payers: {pay_after: {uniform: {from: 100ms, to: 900ms}}, outcomes: {pay: 100%, abandon: 0%, decline: 0%}}
withdrawals: {settle_after: {uniform: {from: 100ms, to: 600ms}}}
rules:
  - {name: lost-transfer, on: transfer, chance: 20%, ledger: apply, reply: reset}
  - {name: never-had-it, on: transfer, chance: 10%, ledger: skip, reply: {status: 503}}
  - {name: in-vain, on: transfer, chance: 20%, ledger: {settle: fails_later}}
  - {name: twice, on: callback, chance: 30%, callback: {duplicate: {copies: 2, spread: 100ms}}}
phases: [{name: busy, for: 3s}]
load:
  journeys: [{checkout: 25%}, {payout: 25%}, {query-storm: 25%}, {qr: 25%}]
  arrivals: [{constant: 40/s}]
expect:
  - success >= 100% of cashier
  - success >= 100% of query-storm
  - success >= 50% of transfer
  - every paid order called back within 10s
  - books balance
"#;

#[test]
fn all_four_journeys_agree_with_the_ledger() {
    let _alone = machine();
    let folder = Folder::new();
    std::fs::write(folder.path().join("four.yaml"), FOUR).expect("the folder takes a file");
    let ended = run_in(folder.path(), &["run", "four.yaml", "--out", "out"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let summary = folder.json("out/summary.json");
    assert_eq!(summary["arrivals"]["completed"], 120, "{summary}");
    assert_eq!(summary["audit"]["judged"], true, "{summary}");
    assert_eq!(summary["audit"]["difference_count"], 0, "{summary}");
    let rules = summary["rules"].as_array().expect("there are rules");
    for rule in rules {
        assert!(rule["agree"] == true && rule["decided"].as_u64() > Some(0), "{rule}");
    }
    let operations = summary["operations"].as_array().expect("there are operations");
    let names: Vec<&str> = operations.iter().filter_map(|row| row["name"].as_str()).collect();
    let expected = "payLink checkDeposit transfer checkTransfer cashier checkout payout query-storm qr";
    assert_eq!(names.join(" "), expected);
    // Every payout has one transfer, whatever became of its answer.
    let orders = std::fs::read_to_string(folder.path().join("out/orders.jsonl")).expect("there are orders");
    let payouts = orders.lines().filter(|line| line.contains(r#""journey":"payout""#));
    let transfers = operations
        .iter()
        .find(|row| row["name"] == "transfer")
        .expect("checked above");
    assert_eq!(
        transfers["requests"].as_u64(),
        Some(payouts.count() as u64),
        "{transfers}"
    );
    assert!(orders.contains(r#""ledger":"failed""#), "some payouts fail");
}
