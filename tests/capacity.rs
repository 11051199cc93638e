//! A gateway at its limit, in real time: it serves as many calls a second as its workers can, whatever is asked of it.

use crate::harness::{Folder, machine, run_in};

/// Eight workers of 10 ms serve 800 calls a second; half as many again are asked. The queue is half a second long, so that
/// a machine that stops the load for a moment leaves the workers something to do.
const SATURATED: &str = "\
name: saturated
capacity: {workers: 8, service_time: 10ms, queue: 400, queue_timeout: 2s, overload: {status: 503, retry_after: 1s}}
phases: [{name: flood, for: 5s}]
load:
  journeys: [{checkout: 100%}]
  arrivals: [{constant: 1200/s}]
  drain: 1s
";
const RATE: f64 = 800.0;

#[test]
fn eight_workers_of_ten_milliseconds_saturate_at_800_a_second() {
    let _alone = machine();
    let folder = Folder::new();
    let file = folder.write("saturated.yaml", SATURATED);
    let ended = run_in(folder.path(), &["run", &file, "--headless", "--out", "out"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");

    let number = |line: &serde_json::Value, name: &str| line[name].as_u64().expect("a count");
    let lines = folder.lines("out/journal.jsonl").into_iter();
    let flood: Vec<_> = lines.filter(|line| line["phase"] == "flood").collect();
    let served = flood.iter().filter(|line| number(line, "service_us") > 0);
    let ends = served.clone().map(|line| number(line, "time_us"));
    let rate = steady_rate(ends.collect());
    assert!((rate / RATE - 1.0).abs() < 0.03, "{rate} calls a second");

    for line in served {
        assert_eq!(number(line, "service_us"), 10_000, "{line}");
        // At most 400 are before it in the queue, which is fifty turns of eight workers, and one call is under way.
        assert!(number(line, "queued_us") <= 510_000, "{line}");
    }
    let turned_away = flood.iter().filter(|line| number(line, "status") == 503);
    let reasons: Vec<&str> = turned_away
        .map(|line| line["reason"].as_str().expect("a reason"))
        .collect();
    assert!(reasons.len() > 500, "{} of {}", reasons.len(), flood.len());
    assert!(reasons.iter().all(|reason| reason.starts_with("overload_queue_full: ")));
    let summary = folder.json("out/summary.json");
    let classes = summary["classes"].as_array().expect("there are classes").iter();
    for overload in classes.filter(|row| row["class"] == "http_5xx") {
        assert_eq!(overload["expected"], true, "the scenario meant it: {overload}");
    }
}

/// Calls a second: the slope of the line through all ends but those of the first second, in which the queue fills. A line
/// through the first and the last alone would hang on how late these two happened to be.
fn steady_rate(mut ends_us: Vec<u64>) -> f64 {
    ends_us.sort_unstable();
    let begin = ends_us[0];
    let steady = ends_us
        .iter()
        .map(|end| (end - begin) as f64 / 1e6)
        .filter(|end| *end >= 1.0);
    let points: Vec<(f64, f64)> = steady.zip(0_u32..).map(|(end, nth)| (end, f64::from(nth))).collect();
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / points.len() as f64;
    let (end, nth) = (mean(|point| point.0), mean(|point| point.1));
    let together: f64 = points.iter().map(|point| (point.0 - end) * (point.1 - nth)).sum();
    let spread: f64 = points.iter().map(|point| (point.0 - end).powi(2)).sum();
    together / spread
}
