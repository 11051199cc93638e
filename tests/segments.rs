//! One load in three processes: its arrivals are those of one process, and the merge tells what one would have told.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::{Child, Stdio},
};

use measure::{runlog, tally::Tally};
use serde_json::Value;

use crate::harness::{Folder, Gateway, machine, paydrill, run_in, wait};

const SCENARIO: &str = "name: three
payers: {pay_after: 20ms, outcomes: {pay: 80%, abandon: 20%}}
phases:
  - {name: calm, for: 1500ms}
  - name: busy
    for: 1500ms
    rules:
      - {name: slow, on: payLink, chance: 30%, reply: {delay: 20ms}}
      - {name: fail, on: payLink, chance: 20%, ledger: skip, reply: {status: 503}}
load: {arrivals: [{constant: 30/s}], drain: 5s}
expect:
  - success >= 99% in calm
  - rate >= 25/s in calm
  - every paid order called back within 60s
  - books balance
";

/// Long enough for processes to be ready in.
const AHEAD_S: i64 = 6;

#[test]
fn three_segments_make_one_load() {
    let _alone = machine();
    let folder = Folder::new();
    let scenario = folder.write("three.yaml", SCENARIO);
    let gateway = Gateway::start(&[&scenario], &[]);
    let start = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(AHEAD_S);
    let start = start.to_string();
    let mut segments: Vec<Child> = (1..=3)
        .map(|number| {
            segment(
                &folder,
                &gateway,
                &["--segment", &format!("{number}/3"), "--start-at", &start],
                number,
            )
        })
        .collect();
    let one = Gateway::start(&[&scenario], &[]);
    for child in &mut segments {
        let code = wait(child).code();
        assert!(is_measured(code), "a segment ended with {code:?}");
    }
    let arguments = [
        "load",
        &scenario,
        "--target",
        &one.url,
        "--prefix",
        "S",
        "--out",
        "one",
        "--headless",
    ];
    let ended = run_in(folder.path(), &arguments);
    assert!(is_measured(ended.code), "{ended:?}");

    let ended = run_in(folder.path(), &["merge", "part-3", "part-1", "part-2", "--out", "all"]);
    assert!(is_measured(ended.code), "{ended:?}");
    let whole = arrivals(&folder, "one");
    assert_eq!(whole.len(), 90);
    assert_eq!(arrivals(&folder, "all"), whole);
    let parts = ["part-1", "part-2", "part-3"];
    let union: BTreeSet<_> = parts.iter().flat_map(|part| arrivals(&folder, part)).collect();
    assert_eq!(union.into_iter().collect::<Vec<_>>(), whole);
    the_merged_is_the_sum(&folder, parts);

    let merge = |runs: &[&str]| run_in(folder.path(), &[&["merge"], runs].concat());
    let missing = merge(&["part-1", "part-3", "--out", "two"]);
    assert_eq!(missing.code, Some(98), "{missing:?}");
    assert!(missing.stdout.contains("Segment 2/3 is missing"), "{missing:?}");
    let twice = merge(&["part-1", "part-3", "part-3"]);
    assert_eq!(twice.code, Some(2), "{twice:?}");
    assert!(twice.stderr.contains("are both segment 3/3"), "{twice:?}");
    for (of, key, others, said) in [
        ("plan", "seed", Value::from(9), "the seed is 1 here and 9 there"),
        ("", "prefix", Value::from("X"), "the prefix is S here and X there"),
        ("", "version", Value::from("0.0.0"), "the version is"),
    ] {
        forge(&folder, of, key, others);
        let other = merge(&["part-1", "forged", "part-3"]);
        assert_eq!(other.code, Some(2), "{other:?}");
        assert!(other.stderr.contains(said), "{other:?}");
        assert!(
            !folder.path().join("paydrill-runs").exists(),
            "a merge that is refused leaves nothing"
        );
    }
}

/// What is due at a moment that is over, or in a year, is no load.
#[test]
fn a_start_lies_ahead_and_not_too_far() {
    let folder = Folder::new();
    for (start, said) in [
        ("2020-01-01T00:00:00Z", "the start was"),
        ("2200-01-01T00:00:00Z", "a load waits 24 at most"),
    ] {
        let target = ["load", "healthy", "--target", "http://127.0.0.1:9"];
        let ended = run_in(
            folder.path(),
            &[&target[..], &["--segment", "1/2", "--start-at", start]].concat(),
        );
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.stderr.contains(said), "{ended:?}");
    }
    let ended = run_in(
        folder.path(),
        &["load", "healthy", "--target", "http://127.0.0.1:9", "--segment", "1/2"],
    );
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains("--start-at"), "{ended:?}");
}

fn segment(folder: &Folder, gateway: &Gateway, which: &[&str], number: u32) -> Child {
    let (scenario, out) = (folder.file("three.yaml"), format!("part-{number}"));
    let common = ["load", &scenario, "--target", &gateway.url, "--admin", &gateway.admin];
    let own = ["--prefix", "S", "--headless", "--out", &out];
    paydrill(&[&common[..], which, &own].concat())
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .spawn()
        .expect("the binary starts")
}

/// A machine that is busy with something else may spoil the numbers, which is said, but never the counts.
fn is_measured(code: Option<i32>) -> bool {
    matches!(code, Some(0 | 98))
}

/// Number, amount and planned moment of each order, by number.
fn arrivals(folder: &Folder, run: &str) -> Vec<(String, String, u64)> {
    let text = |value: &Value| value.as_str().expect("it is text").to_owned();
    let lines = folder.lines(&format!("{run}/orders.jsonl"));
    let order = |line: &Value| {
        let moment = line["arrival_us"].as_u64().expect("it is a number");
        (text(&line["number"]), text(&line["amount"]), moment)
    };
    lines.iter().map(order).collect()
}

fn the_merged_is_the_sum(folder: &Folder, parts: [&str; 3]) {
    let summary = |run: &str| folder.json(&format!("{run}/summary.json"));
    let all = summary("all");
    let count = |summary: &Value, path: &str| summary.pointer(path).and_then(Value::as_u64).expect("it is counted");
    for path in [
        "/arrivals/offered",
        "/arrivals/started",
        "/arrivals/completed",
        "/phases/0/requests",
        "/phases/1/requests",
        "/operations/0/requests",
        "/audit/orders",
        "/audit/paid",
        "/callbacks/received",
        "/rules/0/seen",
    ] {
        let sum: u64 = parts.iter().map(|part| count(&summary(part), path)).sum();
        assert_eq!(count(&all, path), sum, "{path}");
    }
    assert_eq!(
        (count(&all, "/arrivals/offered"), count(&all, "/audit/orders")),
        (90, 90)
    );
    assert_eq!(all["audit"]["judged"], true);
    assert_eq!(all["audit"]["differences"], Value::Array(Vec::new()));
    let rules = all["rules"].as_array().expect("rules are compared");
    assert!(
        rules.len() == 2 && rules.iter().all(|rule| rule["agree"] == true),
        "{rules:?}"
    );
    assert!(rules.iter().all(|rule| rule["decided"].as_u64() > Some(0)), "{rules:?}");
    let verdicts: Vec<&Value> = all["expectations"]
        .as_array()
        .expect("judged")
        .iter()
        .map(|one| &one["verdict"])
        .collect();
    assert!(verdicts.iter().all(|verdict| **verdict == "met"), "{all}");
    let of_part = summary(parts[0]);
    assert_eq!(of_part["share"]["segment"], "1/3");
    let judged = of_part["expectations"].as_array().expect("they are listed");
    assert!(judged.iter().all(|one| one["verdict"] == "not_judged"), "{judged:?}");

    let mut sum = BTreeMap::new();
    for part in parts {
        for (tag, times) in totals(&folder.path().join(part)) {
            sum.entry(tag).or_insert_with(Tally::default).add(&times);
        }
    }
    assert_eq!(totals(&folder.path().join("all")), sum);
    for name in ["report.html", "seconds.json"] {
        assert!(folder.path().join("all").join(name).exists(), "{name}");
    }
}

fn totals(run: &Path) -> BTreeMap<runlog::LogTag, Tally> {
    let bytes = fs::read(run.join("latency.hlog")).expect("it is there");
    runlog::read(&bytes).expect("it is a log").totals()
}

/// `part-2` with another value in its record.
fn forge(folder: &Folder, of: &str, key: &str, value: Value) {
    let (part, forged) = (folder.path().join("part-2"), folder.path().join("forged"));
    fs::create_dir_all(&forged).expect("the folder can be written");
    for entry in fs::read_dir(&part).expect("it is there") {
        let entry = entry.expect("it can be read");
        fs::copy(entry.path(), forged.join(entry.file_name())).expect("it can be copied");
    }
    let mut record = folder.json("part-2/segment.json");
    let place = if of.is_empty() { &mut record } else { &mut record[of] };
    place[key] = value;
    fs::write(forged.join("segment.json"), record.to_string()).expect("it can be written");
}
