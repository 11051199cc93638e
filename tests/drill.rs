//! The main job, end to end: `run` of shipped scenarios, the run folder it leaves, and the counts that must agree.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::harness::{Ended, Folder, machine, run_in, trusted};

/// Runs a scenario into the folder `out` below `folder`.
fn drill(folder: &Folder, scenario: &str, further: &[&str]) -> Ended {
    let mut arguments = vec!["run", scenario, "--headless", "--out", "out"];
    arguments.extend_from_slice(further);
    run_in(folder.path(), &arguments)
}

fn summary(folder: &Folder) -> Value {
    folder.json("out/summary.json")
}

fn phase<'a>(summary: &'a Value, name: &str) -> &'a Value {
    let phases = summary["phases"].as_array().expect("there are phases");
    phases
        .iter()
        .find(|phase| phase["name"] == name)
        .unwrap_or_else(|| panic!("phase {name}: {summary}"))
}

fn count(of: &Value, class: &str) -> u64 {
    let classes = of["classes"].as_array().expect("there are classes");
    classes
        .iter()
        .filter(|row| row["class"] == class)
        .map(|row| row["count"].as_u64().expect("a count"))
        .sum()
}

#[test]
fn a_healthy_drill_leaves_a_whole_run_folder() {
    let _alone = machine();
    let folder = Folder::new();
    let ended = drill(&folder, "healthy", &["--for", "5s"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let summary = summary(&folder);
    assert_eq!(summary["format"], 1);
    trusted(&summary);
    let stamp = summary["trust"]["stamp"].as_str().expect("a word");
    assert!(ended.stdout.contains(&format!("numbers {stamp}")), "{ended:?}");
    assert_eq!(summary["audit"]["judged"], true);
    assert_eq!(summary["audit"]["difference_count"], 0, "{summary}");
    let offered = summary["arrivals"]["offered"].as_u64().expect("a count");
    assert_eq!(summary["audit"]["orders"].as_u64(), Some(offered), "{summary}");
    assert_eq!(folder.lines("out/orders.jsonl").len() as u64, offered);
    let exchanges = folder.lines("out/journal.jsonl");
    assert!(exchanges.iter().filter(|line| line["operation"] == "payLink").count() as u64 == offered);
    let log = std::fs::read_to_string(folder.path().join("out/latency.hlog")).expect("it is there");
    assert!(log.contains("/ok/payLink"), "{log}");
    let import = ["scenarios", "import", "out/latency.hlog", "--from", "*/ok/payLink"];
    let table = run_in(folder.path(), &import);
    assert!(table.stdout.starts_with("delay: {percentiles: {min: "), "{table:?}");
    let page = std::fs::read_to_string(folder.path().join("out/report.html")).expect("it is there");
    assert!(page.contains(stamp), "the page says the stamp");
    let here = folder.path().to_str().expect("it is UTF-8");
    assert!(!page.contains(here), "and no place of this machine");
    let again = run_in(folder.path(), &["report", "out", "--lang", "zh"]);
    assert_eq!(again.code, Some(0), "{again:?}");
    let page = std::fs::read_to_string(folder.path().join("out/report.html")).expect("it is there");
    assert!(
        page.contains("lang=\"zh-CN\" data-title"),
        "it opens in the language asked for"
    );
}

#[test]
fn outage_and_recovery_counts_match_the_file() {
    let _alone = machine();
    let folder = Folder::new();
    let ended = drill(&folder, "outage-and-recovery", &["--for", "30s"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let summary = summary(&folder);
    trusted(&summary);

    // `explain` says: in brown-out `busy` answers 20 % of the calls with 503. Four sigma of that many calls.
    let brown = phase(&summary, "brown-out");
    let calls = brown["requests"].as_u64().expect("a count") as f64;
    let share = count(brown, "http_5xx") as f64 / calls;
    let allowed = 4.0 * (0.2 * 0.8 / calls).sqrt();
    assert!(
        (share - 0.2).abs() < allowed,
        "503 share {share} of {calls} calls, allowed ±{allowed}"
    );

    let outage = phase(&summary, "outage");
    assert!(outage["requests"].as_u64() > Some(0));
    assert_eq!(outage["success"], 0.0, "no success during the outage: {summary}");

    let callbacks = &summary["callbacks"];
    assert!(callbacks["held"].as_u64() > Some(0), "{summary}");
    assert_eq!(callbacks["lost"], 0, "{summary}");
    for order in folder
        .lines("out/journal.jsonl")
        .iter()
        .filter(|line| line["outcome"] == "held")
    {
        assert_eq!(order["phase"], "outage", "{order}");
    }
    rules_agree(&summary, &["busy", "lost-answer", "poor", "twice"]);
}

#[test]
fn lost_answers_are_seen_as_they_were_decided() {
    let _alone = machine();
    let folder = Folder::new();
    let ended = drill(&folder, "lost-answers", &["--for", "12s"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    rules_agree(&summary(&folder), &[]);
}

fn rules_agree(summary: &Value, names: &[&str]) {
    let rules = summary["rules"].as_array().expect("there are rules");
    assert!(!rules.is_empty());
    for rule in rules {
        assert_eq!(rule["agree"], true, "{rule}");
        assert_eq!(rule["decided"], rule["journal"], "{rule}");
        assert_eq!(rule["decided"], rule["seen"], "{rule}");
    }
    for name in names {
        let rule = rules
            .iter()
            .find(|rule| rule["name"] == *name)
            .unwrap_or_else(|| panic!("{name}: {rules:?}"));
        assert!(rule["decided"].as_u64() > Some(0), "{rule}");
    }
}

#[test]
fn the_audit_bites() {
    let _alone = machine();
    let folder = Folder::new();
    let mut command = crate::harness::paydrill(&["run", "healthy", "--headless", "--for", "3s", "--out", "out"]);
    let output = command
        .current_dir(folder.path())
        .env("PAYDRILL_HIDE_ORDER", "7")
        .output()
        .expect("the binary starts");
    let ended = Ended::from(output);
    assert_eq!(ended.code, Some(99), "{ended:?}");
    let summary = summary(&folder);
    assert_eq!(summary["audit"]["difference_count"], 1, "{summary}");
    let sentence = summary["audit"]["differences"][0].as_str().expect("a sentence");
    let orders = folder.lines("out/orders.jsonl");
    let named = orders
        .iter()
        .filter(|order| sentence.contains(order["number"].as_str().expect("a number")))
        .count();
    assert_eq!(named, 1, "the sentence names one order: {sentence}");
    assert!(ended.stdout.contains(sentence), "{ended:?}");
}

/// What was decided, by order, attempt and phase.
fn fates(folder: &Folder) -> BTreeMap<(String, String, u64, String), Value> {
    let lines = folder
        .lines("out/journal.jsonl")
        .into_iter()
        .filter(|line| line["decision"].is_object());
    let key = |line: &Value| {
        let text = |name: &str| line[name].as_str().expect("a text").to_owned();
        (
            text("operation"),
            text("subject"),
            line["attempt"].as_u64().expect("a count"),
            text("phase"),
        )
    };
    lines.map(|line| (key(&line), line["decision"].clone())).collect()
}

#[test]
fn the_same_seed_gives_the_same_fate() {
    let _alone = machine();
    let (first, second) = (Folder::new(), Folder::new());
    for folder in [&first, &second] {
        let ended = drill(
            folder,
            "lost-answers",
            &["--for", "6s", "--seed", "7", "--prefix", "SAME"],
        );
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }
    let (first, second) = (fates(&first), fates(&second));
    let shared: Vec<_> = first.keys().filter(|key| second.contains_key(*key)).collect();
    assert!(
        shared.len() * 10 > first.len() * 8,
        "{} of {} and {}",
        shared.len(),
        first.len(),
        second.len()
    );
    for key in shared {
        assert_eq!(first[key], second[key], "{key:?}");
    }
}
