//! The page is read back by the strict reader of the end-to-end tests, and held against the snapshot, the board and the
//! alerts.

use std::collections::BTreeSet;

use measure::{sample::Class, snapshot::Snapshot, verdict::Verdict};

use super::exposition;
use crate::fixture;

#[path = "../../../tests/metrics/board.rs"]
mod board;
#[path = "../../../tests/metrics/page.rs"]
mod page;

use page::Page;

fn read(snapshot: &Snapshot) -> Page {
    let text = exposition(snapshot);
    Page::read(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[test]
fn every_stage_makes_a_page_that_says_what_the_snapshot_says() {
    for snapshot in [
        fixture::starting(),
        fixture::healthy(),
        fixture::outage(),
        fixture::draining(),
        fixture::ended(),
    ] {
        let page = read(&snapshot);
        let sum = |name: &str, labels: &[(&str, &str)]| page.sum(&format!("paydrill_load_{name}"), labels);
        let is = |found: f64, expected: u64| assert_eq!(found, expected as f64);
        is(sum("arrivals_total", &[("state", "offered")]), snapshot.load.offered);
        is(
            sum("arrivals_total", &[("state", "completed")]),
            snapshot.load.completed,
        );
        is(
            sum("requests_total", &[]),
            snapshot.classes.iter().map(|class| class.count).sum(),
        );
        for class in Class::ALL {
            let of_class = snapshot.classes.iter().filter(|figures| figures.class == class);
            let expected: u64 = of_class.map(|figures| figures.count).sum();
            is(sum("requests_total", &[("class", class.word())]), expected);
        }
        for window in &snapshot.windows {
            let labels = [("window", window.window.word()), ("quantile", "0.99")];
            let seconds = sum("window_response_seconds", &labels);
            assert!((seconds * 1e6 - window.response.p99_us as f64).abs() < 0.5);
        }
        let failed = snapshot
            .expectations
            .iter()
            .filter(|judged| judged.verdict == Verdict::Failed);
        is(sum("expectations", &[("verdict", "failed")]), failed.count() as u64);
        is(sum("expectations", &[]), snapshot.expectations.len() as u64);
        is(sum("expectation", &[]), snapshot.expectations.len() as u64);
        let last = |name: &str| sum(&format!("{name}_seconds_bucket"), &[("le", "+Inf")]);
        let ok: u64 = snapshot.seconds.iter().map(|second| u64::from(second.ok)).sum();
        is(last("response"), ok);
        is(last("service"), ok);
        is(sum("stage", &[]), 1);
        is(sum("trust", &[]), 1);
        is(
            sum("callbacks_received_total", &[("kind", "received")]),
            snapshot.callbacks.received,
        );
        is(
            sum("rule_decided_total", &[]),
            snapshot.rules.iter().map(|rule| rule.decided).sum(),
        );
    }
}

/// Counts that slid along with the seconds that are kept would fall, which a scraper takes for a restart each time.
#[test]
fn histograms_begin_anew_with_every_ten_minutes() {
    let mut snapshot = fixture::healthy();
    let second = (**snapshot.seconds.last().expect("a second")).clone();
    let ok = u64::from(second.ok);
    let mut seen = Vec::new();
    for last in [599_u32, 600, 601, 1_199, 1_200] {
        let first = (last + 1).saturating_sub(600);
        let seconds = (first..=last).map(|number| {
            let mut second = second.clone();
            second.second = number;
            second.into()
        });
        snapshot.seconds = std::sync::Arc::new(seconds.collect());
        let bucket = "paydrill_load_response_seconds_bucket";
        seen.push(read(&snapshot).sum(bucket, &[("le", "+Inf")]));
    }
    let expected = [600, 1, 2, 600, 1].map(|seconds| (seconds * ok) as f64);
    assert_eq!(seen, expected);
}

#[test]
fn what_is_foreign_is_escaped_and_user_and_password_are_left_out() {
    let mut snapshot = fixture::healthy();
    let mut plan = (*snapshot.plan).clone();
    plan.scenario = "a \"quoted\\ name\nover two lines".to_owned();
    plan.target = "http://me:secret@shop.test:80/pay@home".to_owned();
    snapshot.plan = plan.into();
    let page = read(&snapshot);
    let run = page.samples("paydrill_load_run_info").next().expect("a run");
    assert!(run.labels["scenario"].starts_with("a \"quoted\\ name"));
    assert_eq!(run.labels["target"], "http://shop.test:80/pay@home");
}

/// Families that no board shows, and why.
const ON_NO_BOARD: [(&str, &str); 0] = [];

#[test]
fn board_and_alerts_ask_for_what_is_exposed() {
    let page = read(&fixture::ended());
    let mut questions = board::of_board("load.json", include_str!("../../grafana/load.json"));
    let alerts = board::of_alerts(include_str!("../../grafana/alerts.yaml"));
    questions.extend(
        alerts
            .into_iter()
            .filter(|question| question.is_about("paydrill_load_")),
    );
    let mut used = BTreeSet::new();
    let ask = |question: &board::Question| question.problems(&page, &mut used);
    let problems: Vec<String> = questions.iter().flat_map(ask).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert_eq!(page.unused(&used, &ON_NO_BOARD), Vec::<String>::new());
    let documented = include_str!("../../../docs/metrics.md");
    assert_eq!(page.undocumented(documented), Vec::<&str>::new());
}
