//! Ctrl-C and SIGTERM at different moments: closed within a second, a valid run folder. The terminal is `screen`'s.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::Stdio,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use crate::harness::{Folder, Gateway, PATIENCE, machine, pause, paydrill, signal, wait};

/// From the signal to closed sockets.
const CLOSED_WITHIN: Duration = Duration::from_secs(1);
/// From the signal to the exit: audit and report come after the sockets.
const GONE_WITHIN: Duration = Duration::from_secs(5);

#[test]
fn a_run_stopped_at_any_moment_leaves_a_valid_folder() {
    let _alone = machine();
    for (kind, after_ms) in [
        (Signal::INT, 150),
        (Signal::INT, 1_500),
        (Signal::TERM, 2_500),
        (Signal::INT, 6_500),
    ] {
        let folder = Folder::new();
        let mut run = paydrill(&["run", "callback-storm", "--headless", "--for", "6s", "--out", "out"])
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        // The folder is made just before the run starts; from then on every moment counts.
        let until = Instant::now() + PATIENCE;
        while !folder.path().join("out").exists() {
            assert!(Instant::now() < until, "the run folder appears");
            pause(Duration::from_millis(5));
        }
        let target = target_of(&mut run);
        pause(Duration::from_millis(after_ms));
        signal(run.id(), kind);
        let sent = Instant::now();
        while TcpStream::connect(&target).is_ok() {
            assert!(
                sent.elapsed() < CLOSED_WITHIN,
                "{kind:?} after {after_ms} ms: {target} is closed within a second"
            );
            pause(Duration::from_millis(20));
        }
        let status = wait(&mut run);
        let place = format!("{kind:?} after {after_ms} ms: {status:?} after {:?}", sent.elapsed());
        assert!(sent.elapsed() < GONE_WITHIN, "{place}");
        assert!(matches!(status.code(), Some(0 | 98 | 99)), "{place}");
        let summary = folder.json("out/summary.json");
        assert_eq!(summary["interrupted"], true, "{place}: {summary}");
        for name in ["journal.jsonl", "orders.jsonl"] {
            let _each_line_is_json = folder.lines(&format!("out/{name}"));
        }
        for name in ["latency.hlog", "report.html", "junit.xml"] {
            assert!(folder.path().join("out").join(name).exists(), "{place}: {name}");
        }
    }
}

/// `host:port` of the gateway that a run announces on its first lines.
fn target_of(run: &mut std::process::Child) -> String {
    let mut out = BufReader::new(run.stdout.take().expect("stdout is piped"));
    let mut line = String::new();
    while !line.contains(" at http://") {
        line.clear();
        assert!(
            out.read_line(&mut line).expect("stdout is text") > 0,
            "the run announces its target"
        );
    }
    // The rest is read too, or the run would lose its stdout.
    std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
    let rest = line.split(" at http://").nth(1).expect("it was found");
    rest.split(',').next().expect("a split has a first part").to_owned()
}

#[test]
fn a_gateway_closes_its_sockets_within_a_second() {
    let _alone = machine();
    let gateway = Gateway::start(&[], &[]);
    let mut silent = TcpStream::connect(gateway.address()).expect("it listens");
    silent
        .write_all(b"POST /shop/payLink HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n12")
        .expect("it is open");
    silent.set_read_timeout(Some(PATIENCE)).expect("a time-out can be set");
    let sent = Instant::now();
    signal(gateway.pid(), Signal::INT);
    let mut rest = Vec::new();
    let _reset_or_end = silent.read_to_end(&mut rest);
    assert!(sent.elapsed() < CLOSED_WITHIN, "{:?}", sent.elapsed());
    let (status, _) = gateway.ended();
    assert_eq!(status.code(), Some(0));
}
