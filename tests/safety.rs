//! What keeps a load from doing harm: limits that end it, a stamp that says when it proved nothing, and no socket too many.

use std::{
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use crate::harness::{Folder, Gateway, PATIENCE, machine, pause, paydrill, run_in, signal, trusted, wait};

/// Every request fails.
const BROKEN: &str = "\
name: broken
phases: [{name: only, for: 60s}]
rules: [{name: busy, chance: 100%, ledger: skip, reply: {status: 503}}]
";

/// What the load believes of it.
const BELIEVED: &str = "\
name: believed
phases: [{name: only, for: 60s}]
load: {arrivals: [{constant: 100/s}], drain: 5s}
expect: [success >= 0%]
";

/// One user, and a wallet that takes a second for each of 100 calls a second.
const SLOW: &str = "\
name: slow
phases: [{name: only, for: 3s}]
rules: [{name: slow, chance: 100%, reply: {delay: 1s}}]
load: {arrivals: [{constant: 100/s}], drain: 1s}
";

#[test]
fn an_error_budget_stops_the_load_and_fails_it() {
    let _alone = machine();
    let folder = Folder::new();
    let gateway = Gateway::start(&[&folder.write("broken.yaml", BROKEN)], &[]);
    let believed = folder.write("believed.yaml", BELIEVED);
    let load = [
        "load",
        &believed,
        "--target",
        &gateway.url,
        "--headless",
        "--out",
        "out",
    ];
    let ended = run_in(
        folder.path(),
        &[&load[..], &["--error-budget", "10%", "--junit", "verdicts.xml"]].concat(),
    );
    assert_eq!(ended.code, Some(99), "{ended:?}");
    let summary = folder.json("out/summary.json");
    assert_eq!(summary["stopped"]["by"], "error_budget", "{summary}");
    assert_eq!(summary["verdict"], "failed", "{summary}");
    // The budget is spent with the twentieth answer, 0.2 s after the first; the bound is 2 s, and a busy machine gets more.
    assert!(summary["lasted_ms"].as_u64() < Some(10_000), "{summary}");
    let reasons = summary["trust"]["reasons"].to_string();
    assert!(reasons.contains("error budget is spent"), "{summary}");
    for name in ["latency.hlog", "orders.jsonl", "report.html", "junit.xml"] {
        assert!(folder.path().join("out").join(name).exists(), "{name}");
    }
    let junit = std::fs::read_to_string(folder.path().join("verdicts.xml")).expect("it was asked for");
    assert!(
        junit.contains("the error budget lasts") && junit.contains("<failure"),
        "{junit}"
    );
}

#[test]
fn a_load_ends_well_after_as_many_requests_as_allowed() {
    let _alone = machine();
    let folder = Folder::new();
    let run = [
        "run",
        "healthy",
        "--headless",
        "--for",
        "40s",
        "--out",
        "out",
        "--max-requests",
        "200",
    ];
    let ended = run_in(folder.path(), &run);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("no order after 200 requests"), "{ended:?}");
    let summary = folder.json("out/summary.json");
    assert_eq!(summary["stopped"]["by"], "requests", "{summary}");
    assert_eq!(summary["interrupted"], false, "{summary}");
    let arrivals = |name: &str| summary["arrivals"][name].as_u64().expect("a count");
    // Each order has up to two requests, and those under way are not cut.
    assert!((100..=200).contains(&arrivals("offered")), "{summary}");
    assert_eq!(
        (arrivals("started"), arrivals("unfinished")),
        (arrivals("offered"), 0),
        "{summary}"
    );
    assert_eq!(summary["audit"]["difference_count"], 0, "{summary}");
    trusted(&summary);
}

#[test]
fn a_load_that_was_another_than_asked_for_is_invalid() {
    let _alone = machine();
    let folder = Folder::new();
    let slow = folder.write("slow.yaml", SLOW);
    let ended = run_in(
        folder.path(),
        &["run", &slow, "--headless", "--users", "1", "--out", "out"],
    );
    assert_eq!(ended.code, Some(98), "{ended:?}");
    let summary = folder.json("out/summary.json");
    assert_eq!(summary["trust"]["stamp"], "INVALID", "{summary}");
    let reasons = summary["trust"]["reasons"].to_string();
    assert!(reasons.contains("offered arrivals were started"), "{summary}");
    let junit = std::fs::read_to_string(folder.path().join("out/junit.xml")).expect("it is there");
    assert!(junit.contains("<error") && junit.contains("INVALID"), "{junit}");
}

/// The load's only listener takes callbacks; proxies of the environment would see its traffic, so they are not asked.
#[test]
fn a_load_listens_for_callbacks_only_and_asks_no_proxy() {
    let _alone = machine();
    let folder = Folder::new();
    let gateway = Gateway::start(&["healthy"], &[]);
    let nobody = "http://127.0.0.1:1";
    let load = [
        "load",
        "healthy",
        "--target",
        &gateway.url,
        "--headless",
        "--for",
        "60s",
        "--out",
        "out",
    ];
    let mut load = paydrill(&load)
        .current_dir(folder.path())
        .envs(["http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"].map(|name| (name, nobody)))
        .stdout(Stdio::null())
        .spawn()
        .expect("the binary starts");
    let until = Instant::now() + PATIENCE;
    while !folder.path().join("out/latency.hlog").exists() {
        assert!(Instant::now() < until, "the load begins");
        pause(Duration::from_millis(20));
    }
    pause(Duration::from_secs(1));
    let listening = listeners(load.id());
    signal(load.id(), rustix::process::Signal::TERM);
    wait(&mut load);
    assert_eq!(listening.len(), 1, "{listening:?}");
    assert!(listening[0].starts_with("0100007F:"), "on loopback: {listening:?}");
    let summary = folder.json("out/summary.json");
    assert_eq!(summary["phases"][0]["success"], 1.0, "nothing went astray: {summary}");
}

/// Local addresses of sockets on which a process listens, as the kernel writes them.
fn listeners(pid: u32) -> Vec<String> {
    let process = Path::new("/proc").join(pid.to_string());
    let own: Vec<String> = std::fs::read_dir(process.join("fd"))
        .expect("our own child can be looked at")
        .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .map(|link| link.to_string_lossy().into_owned())
        .collect();
    let mut found = Vec::new();
    for table in ["net/tcp", "net/tcp6"] {
        let text = std::fs::read_to_string(process.join(table)).unwrap_or_default();
        for line in text.lines().skip(1) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let (local, state, inode) = (fields[1], fields[3], fields[9]);
            if state == "0A" && own.contains(&format!("socket:[{inode}]")) {
                found.push(local.to_owned());
            }
        }
    }
    found
}
