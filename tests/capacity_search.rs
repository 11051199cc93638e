//! The search for a limit, in real time but small: one worker of 50 ms serves 20 calls a second, one after the other.

use crate::harness::{Ended, Folder, Gateway, machine, run_in};

const ONE_WORKER: &str = "name: one-worker\ncapacity: {workers: 1, service_time: 50ms}\n";
const RATE: f64 = 20.0;

/// The steps, and the last line, of a search that printed JSON.
fn lines(ended: &Ended) -> (Vec<serde_json::Value>, serde_json::Value) {
    let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let mut lines: Vec<serde_json::Value> = ended.stdout.lines().map(parse).collect();
    let last = lines.pop().unwrap_or_else(|| panic!("{ended:?}"));
    assert_eq!(last["kind"], "capacity", "{last}");
    assert!(lines.iter().all(|line| line["kind"] == "step"), "{ended:?}");
    (lines, last)
}

/// A machine that is busy with other things may spoil a search; then it says so, and the code does.
fn code_of(report: &serde_json::Value, good: i32) -> Option<i32> {
    Some(if report["trust"]["stamp"] == "INVALID" {
        98
    } else {
        good
    })
}

#[test]
fn the_highest_rate_of_one_worker_is_what_it_serves() {
    let _alone = machine();
    let folder = Folder::new();
    let file = folder.write("one-worker.yaml", ONE_WORKER);
    let arguments = [
        "capacity",
        &file,
        "--by",
        "rate",
        "--slo",
        "p95<500ms",
        "--slo",
        "errors<1%",
        "--from",
        "10/s",
        "--max-rate",
        "200/s",
        "--step",
        "1s",
        "--confirm",
        "2s",
        "--precision",
        "20%",
        "--format",
        "json",
        "--out",
        "out",
    ];
    let ended = run_in(folder.path(), &arguments);
    let (steps, report) = lines(&ended);
    assert_eq!(ended.code, code_of(&report, 0), "{ended:?}");
    assert_eq!(report["outcome"]["outcome"], "found", "{report}");
    let level = report["outcome"]["level"].as_f64().expect("a level");
    assert!((RATE * 0.7..=RATE * 1.3).contains(&level), "{level}: {ended:?}");

    let stage = |step: &serde_json::Value| step["stage"].as_str().expect("a stage").to_owned();
    assert_eq!(stage(&steps[0]), "grow");
    assert_eq!(stage(steps.last().expect("there are steps")), "confirm");
    assert!(steps.iter().any(|step| step["held"] == "overloaded"), "{ended:?}");
    assert_eq!(report["steps"].as_array().map(Vec::len), Some(steps.len()));
    let measured = report["measured"][0].as_str().expect("a sentence");
    assert!(
        measured.contains("1 worker of 50ms serves 20 calls a second"),
        "{measured}"
    );
    assert_eq!(folder.json("out/capacity.json")["outcome"], report["outcome"]);
    let page = std::fs::read_to_string(folder.file("out/capacity.html")).expect("there is a page");
    let stands_alone = !page.contains(" src=") && !page.contains("<link");
    assert!(page.contains("chart-levels") && stands_alone, "{} bytes", page.len());
}

#[test]
fn one_worker_keeps_one_user() {
    let _alone = machine();
    let folder = Folder::new();
    let file = folder.write("one-worker.yaml", ONE_WORKER);
    let gateway = Gateway::start(&[&file], &[]);
    let search = |more: &[&str]| {
        let common = [
            "capacity",
            &file,
            "--by",
            "users",
            "--target",
            &gateway.url,
            "--step",
            "1s",
            "--confirm",
            "1s",
        ];
        run_in(folder.path(), &[&common, more].concat())
    };
    // Two users wait for one another, so each waits 100 ms.
    let ended = search(&[
        "--slo",
        "p50<80ms",
        "--format",
        "json",
        "--admin",
        &gateway.admin,
        "--out",
        "one",
    ]);
    let (_, report) = lines(&ended);
    assert_eq!(ended.code, code_of(&report, 0), "{ended:?}");
    assert_eq!(report["outcome"]["level"], 1.0, "{report}");
    let measured = report["measured"][0].as_str().expect("a sentence");
    assert!(measured.contains("`one-worker`: 1 workers"), "{measured}");

    let ended = search(&["--slo", "p50<80ms", "--at-least", "2", "--out", "two"]);
    assert!(matches!(ended.code, Some(99 | 98)), "{ended:?}");
    assert!(
        ended.stdout.contains("asked for at least 2 users: not reached"),
        "{ended:?}"
    );
    let ended = search(&["--slo", "p50<1ms", "--out", "none"]);
    assert!(matches!(ended.code, Some(99 | 98)), "{ended:?}");
    assert!(
        ended.stdout.contains("capacity  none: 1 user is too much for p50<1ms"),
        "{ended:?}"
    );
}

#[test]
fn what_cannot_be_searched_is_refused_with_a_remedy() {
    let folder = Folder::new();
    for (arguments, words) in [
        (&["--by", "rate", "--slo", "p99<300"][..], "unit"),
        (&["--by", "rate", "--slo", "books balance"], "about a whole run"),
        (&["--by", "rate", "--slo", "p99<2s of checkout"], "nobody pays"),
        (&["--by", "rate"], "--slo"),
        (&["--slo", "p99<300ms"], "--by"),
        (&["--by", "users", "--slo", "p99<300ms", "--from", "1.5"], "whole users"),
        (
            &[
                "--by",
                "rate",
                "--slo",
                "p99<300ms",
                "--max-rate",
                "10/s",
                "--from",
                "20/s",
            ],
            "above the highest",
        ),
        (&["--by", "rate", "--slo", "p99<300ms", "--max-rate", "0/s"], "above 0"),
        (
            &["--by", "rate", "--slo", "p99<300ms", "--target", "http://127.0.0.1:1"],
            "cannot be reached",
        ),
        (
            &["--by", "rate", "--slo", "p99<300ms", "--target", "http://192.0.2.1:1"],
            "--allow-target",
        ),
    ] {
        let ended = run_in(folder.path(), &[&["capacity"], arguments].concat());
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.stderr.contains(words), "{words}: {ended:?}");
    }
    let left = std::fs::read_dir(folder.path()).expect("the folder is there").count();
    assert_eq!(left, 0, "a search that can't start leaves nothing");
}
