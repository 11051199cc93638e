//! `/metrics` of the real binary after traffic that touches everything: the page keeps the standard, counts what
//! happened, and holds every name that the boards and alerts in `dashboards/grafana/` ask for.

use std::collections::BTreeSet;

use crate::{
    guide::meddler::ask,
    harness::{Folder, Gateway, machine, run_in},
};

mod board;
mod page;

use page::Page;

/// A little of everything: what boards tell apart has to be there.
const EVERYTHING: &str = "\
name: everything
payers: {pay_after: 50ms, outcomes: {pay: 90%, decline: 10%}}
callbacks: {retry: {after: [100ms, 100ms, 100ms]}, timeout: 1s}
phases:
  - name: faults
    for: 2s
    capacity: {workers: 8, service_time: 1ms}
    rules:
      - {name: gone, on: payLink, chance: 10%, ledger: apply, reply: reset}
      - {name: busy, on: payLink, chance: 10%, ledger: skip, reply: {status: 503}}
      - {name: pieces, on: payLink, chance: 10%, reply: {dribble: {chunks: 2, over: 20ms}}}
      - {name: narrow, on: payLink, chance: 10%, reply: {bandwidth: 2KB/s}}
      - {name: lingering, on: payLink, chance: 10%, reply: {slow_close: 20ms}}
      - {name: late, chance: 30%, reply: {delay: 20ms}}
      - {name: forged, on: callback, chance: 30%, callback: {forge: bit_flip}}
      - {name: never, on: callback, chance: 10%, callback: drop}
  - {name: squeeze, for: 1s, capacity: {workers: 1, service_time: 100ms, queue: 2, queue_timeout: 150ms}}
load: {arrivals: [{constant: 40/s}], drain: 10s}
";

/// Families that no board shows, and why.
const ON_NO_BOARD: [(&str, &str); 0] = [];

fn file(name: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("dashboards/grafana")
        .join(name);
    std::fs::read_to_string(path).expect("it is there")
}

#[test]
fn boards_and_alerts_ask_for_what_the_gateway_exposes() {
    let _alone = machine();
    let folder = Folder::new();
    let scenario = folder.write("everything.yaml", EVERYTHING);
    let gateway = Gateway::start(&[&scenario, "--quiet"], &[]);
    let (target, admin) = (gateway.url.as_str(), gateway.admin.as_str());
    // The same order numbers each time meet the same fates.
    let mut load = vec!["load", &scenario, "--target", target, "--admin", admin];
    load.extend(["--prefix", "E", "--headless", "--out", "out"]);
    let ended = run_in(folder.path(), &load);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let (status, text) = ask(admin, "GET", "/metrics", "");
    assert_eq!(status, 200, "{text}");
    let page = Page::read(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    counts_agree(&page, admin);

    let mut questions = board::of_board("gateway.json", &file("gateway.json"));
    let alerts = board::of_alerts(&file("alerts.yaml"));
    questions.extend(
        alerts
            .into_iter()
            .filter(|question| !question.is_about("paydrill_load_")),
    );
    let mut used = BTreeSet::new();
    let problems: Vec<String> = questions
        .iter()
        .flat_map(|question| question.problems(&page, &mut used))
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert_eq!(page.unused(&used, &ON_NO_BOARD), Vec::<String>::new());
    assert_eq!(
        page.undocumented(include_str!("../docs/metrics.md")),
        Vec::<&str>::new()
    );
}

/// The page says what `/status` and the journal say.
fn counts_agree(page: &Page, admin: &str) {
    let (_, status) = ask(admin, "GET", "/status", "");
    let status: serde_json::Value = serde_json::from_str(&status).expect("it is JSON");
    let rules = status["rules"].as_array().expect("a list");
    assert_eq!(rules.len(), 8);
    for rule in rules {
        let name = rule["name"].as_str().expect("a name");
        let counted = page.sum("paydrill_rule_decided_total", &[("rule", name)]);
        assert_eq!(Some(counted), rule["decided"].as_f64(), "{name}");
        assert!(counted > 0.0, "{name} hit");
    }
    let kind = |axis, kind| page.sum("paydrill_injected_faults_total", &[("axis", axis), ("kind", kind)]);
    let rule = |name| page.sum("paydrill_rule_decided_total", &[("rule", name)]);
    for (axis, word, name) in [
        ("reply", "reset", "gone"),
        ("reply", "status", "busy"),
        ("ledger", "skip", "busy"),
        ("reply", "dribble", "pieces"),
        ("reply", "bandwidth", "narrow"),
        ("reply", "slow_close", "lingering"),
        ("reply", "delay", "late"),
        ("callback", "forge", "forged"),
        ("callback", "drop", "never"),
    ] {
        assert_eq!(kind(axis, word), rule(name), "{axis} {word}");
    }
    assert_eq!(kind("ledger", "refuse"), 0.0);
    let exchanges = page.sum("paydrill_exchanges_total", &[]);
    assert_eq!(exchanges, page.sum("paydrill_exchange_seconds_count", &[]));
    let lines = exchanges + page.sum("paydrill_callbacks_total", &[]);
    assert_eq!(lines, page.sum("paydrill_journal_lines_total", &[]));
    let acknowledged = page.sum("paydrill_callback_acknowledged_seconds_count", &[]);
    assert_eq!(
        acknowledged,
        page.sum("paydrill_callback_fates", &[("fate", "acknowledged")])
    );
    assert!(acknowledged > 0.0);
    for phase in ["faults", "squeeze"] {
        assert!(
            page.sum("paydrill_exchanges_total", &[("phase", phase)]) > 0.0,
            "{phase}"
        );
    }
}

#[test]
fn a_page_that_breaks_the_standard_is_found_out() {
    let good = "# HELP a_seconds A.\n# TYPE a_seconds histogram\n# UNIT a_seconds seconds\na_seconds_sum 0.5\n\
                a_seconds_count 1\na_seconds_bucket{le=\"1.0\"} 1\na_seconds_bucket{le=\"+Inf\"} 1\n# EOF\n";
    assert!(Page::read(good).is_ok());
    for (from, to, expected) in [
        ("# EOF\n", "", "EOF"),
        ("seconds_count 1", "seconds_count 2", "buckets"),
        ("{le=\"1.0\"} 1", "{le=\"1.0\"} 2", "buckets"),
        ("a_seconds_sum", "a_seconds_total", "suffix"),
        ("# UNIT a_seconds seconds", "# UNIT a_seconds bytes", "unit"),
        ("# HELP a_seconds A.\n", "", "HELP"),
        ("{le=\"1.0\"}", "{le=\"1.0\",le=\"1.0\"}", "twice"),
        ("a_seconds_sum 0.5", "a_seconds_sum zero", "number"),
    ] {
        let error = Page::read(&good.replace(from, to)).expect_err(from);
        assert!(error.contains(expected), "{from}: {error}");
    }
}

#[test]
fn a_board_that_asks_for_what_is_not_there_is_found_out() {
    let text = "# HELP paydrill_a A.\n# TYPE paydrill_a counter\npaydrill_a_total{phase=\"bad\"} 1\n# EOF\n";
    let page = Page::read(text).expect("a page");
    for (expression, expected) in [
        ("sum by (phase) (rate(paydrill_a_total{phase=~\"$phase\"}[5m]))", None),
        ("label_values(paydrill_a_total, phase)", None),
        ("label_values(paydrill_a_total, faze)", Some("groups by `faze`")),
        ("rate(paydrill_b_total[5m])", Some("`paydrill_b_total` is not exposed")),
        ("paydrill_a_total{rule=\"x\"}", Some("has no label `rule`")),
        ("paydrill_a_total{phase=\"good\"}", Some("never has phase=\"good\"")),
        ("sum by (rule) (paydrill_a_total)", Some("groups by `rule`")),
        ("summ(paydrill_a_total)", Some("`summ` is no word")),
        ("sum(paydrill_a_total", Some("stays open")),
    ] {
        let questions = board::of_alerts(&format!("- alert: X\n  expr: {expression}\n"));
        let problems = questions[0].problems(&page, &mut BTreeSet::new());
        match expected {
            None => assert!(problems.is_empty(), "{problems:?}"),
            Some(expected) => assert!(
                problems.len() == 1 && problems[0].contains(expected),
                "{expression}: {problems:?}"
            ),
        }
    }
}
