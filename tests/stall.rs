//! A gateway that stops answering: latency from the intended start tells what customers waited, service time does not.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use crate::harness::{Folder, Gateway, machine, pause, paydrill, signal, wait};

/// Length of the run, and of the stop in it.
const RUN: Duration = Duration::from_secs(20);
const STOP: Duration = Duration::from_secs(2);

/// Nobody pays, so that every request is one of the 200 arrivals a second.
const STEADY: &str = "\
name: steady
phases: [{name: steady, for: 20s}]
load: {arrivals: [{constant: 200/s}], drain: 5s}
";

#[test]
fn a_stopped_gateway_is_measured_from_the_intended_start() {
    let _alone = machine();
    let folder = Folder::new();
    let scenario = folder.write("steady.yaml", STEADY);
    let gateway = Gateway::start(&[&scenario], &[]);
    let mut load = paydrill(&[
        "load",
        &scenario,
        "--target",
        &gateway.url,
        "--headless",
        "--out",
        "out",
        "--users",
        "16",
    ])
    .current_dir(folder.path())
    .stdout(Stdio::null())
    .spawn()
    .expect("the binary starts");
    // Somewhere in the middle of the run; where exactly does not matter.
    pause(RUN / 2);
    let stopped = Instant::now();
    signal(gateway.pid(), Signal::STOP);
    pause(STOP.saturating_sub(stopped.elapsed()));
    signal(gateway.pid(), Signal::CONT);
    let lasted = stopped.elapsed();
    assert!(wait(&mut load).code().is_some());

    let summary = folder.json("out/summary.json");
    let phase = &summary["phases"][0];
    let finished = phase["requests"].as_u64().expect("a count");
    assert!((3_990..=4_000).contains(&finished), "{summary}");
    for (name, quantile) in [("p95", 0.95), ("p99", 0.99)] {
        let expected_ms = (lasted.as_secs_f64() - (1.0 - quantile) * RUN.as_secs_f64()) * 1_000.0;
        let response_ms = phase["response_ms"][name].as_f64().expect("a figure");
        let off = (response_ms - expected_ms).abs() / expected_ms;
        assert!(
            off < 0.08,
            "{name}: {response_ms} ms, expected {expected_ms} ms ± 8 %: {summary}"
        );
        let service_ms = phase["service_ms"][name].as_f64().expect("a figure");
        assert!(
            service_ms < expected_ms / 4.0,
            "service {name}: {service_ms} ms: {summary}"
        );
    }
}
