//! `paydrill watch`: a recorded run tells itself again, a running one is looked on, and what is neither says so.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    path::Path,
    process::{Child, Stdio},
    time::Instant,
};

use serde_json::Value;

use crate::{
    harness::{Ended, Folder, Gateway, PATIENCE, machine, pause, paydrill, run_in, wait},
    pty::Pty,
};

const EVERY: std::time::Duration = std::time::Duration::from_millis(20);

fn lines_of(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

/// Number and requests of each second among JSON lines.
fn seconds_of(lines: &[Value]) -> Vec<(u64, u64)> {
    let seconds = lines.iter().filter(|line| line["kind"] == "second");
    seconds.map(figures).collect()
}

fn figures(second: &Value) -> (u64, u64) {
    let number = |key: &str| second[key].as_u64().unwrap_or_else(|| panic!("{key} of {second}"));
    (number("second"), number("finished"))
}

/// The same of `seconds.json`.
fn recorded_seconds(folder: &Folder) -> Vec<(u64, u64)> {
    let recorded = folder.json("run/seconds.json");
    recorded["seconds"]
        .as_array()
        .expect("a list")
        .iter()
        .map(figures)
        .collect()
}

/// The same seconds, each told once. A request that ended on a second's border may be counted in it only after it was told.
fn same(told: &[(u64, u64)], recorded: &[(u64, u64)]) {
    let numbers = |seconds: &[(u64, u64)]| seconds.iter().map(|(second, _)| *second).collect::<Vec<u64>>();
    assert_eq!(numbers(told), numbers(recorded));
    assert!(!told.is_empty());
    for ((second, told), (_, recorded)) in told.iter().zip(recorded) {
        assert!(
            told.abs_diff(*recorded) * 20 <= *recorded,
            "second {second}: {told} and {recorded}"
        );
    }
}

fn good(ended: Ended) -> String {
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    ended.stdout
}

/// A short run in `run`.
fn record(folder: &Folder) {
    let ended = run_in(
        folder.path(),
        &["run", "lost-answers", "--headless", "--for", "4s", "--out", "run"],
    );
    assert!(matches!(ended.code, Some(0 | 98 | 99)), "{}", ended.stderr);
}

#[test]
fn a_recorded_run_tells_itself_again() {
    let _alone = machine();
    let folder = Folder::new();
    record(&folder);
    let watch = |more: &[&str]| {
        let mut arguments = vec!["watch", "run"];
        arguments.extend(more);
        good(run_in(folder.path(), &arguments))
    };
    let lines = lines_of(&watch(&["--format", "json"]));
    same(&seconds_of(&lines), &recorded_seconds(&folder));
    let phases: Vec<&str> = lines
        .iter()
        .filter(|line| line["kind"] == "phase")
        .filter_map(|line| line["phase"].as_str())
        .collect();
    assert_eq!(phases.last(), Some(&"drain"), "{phases:?}");
    assert_eq!(lines.last().map(|line| &line["kind"]), Some(&Value::from("summary")));
    let text = watch(&["--headless"]);
    assert!(text.contains("-- ended") && text.contains("run folder  run"), "{text}");

    let picture: Value = serde_json::from_str(&watch(&["--at", "2s", "--as", "json"])).expect("JSON");
    let shown: Vec<(u64, u64)> = picture["seconds"]
        .as_array()
        .expect("a list")
        .iter()
        .map(figures)
        .collect();
    same(&shown, &recorded_seconds(&folder)[..2]);
    let screen = watch(&["--at", "2s", "--size", "80x24"]);
    assert_eq!(screen.lines().count(), 24, "{screen}");
    assert!(
        screen.contains("00:02 / 00:04") && !screen.contains("RECORDING"),
        "{screen}"
    );
    assert_eq!(watch(&["--at", "2s", "--size", "80x24"]), screen, "the same each time");
    assert!(watch(&["--at", "2s", "--as", "ansi"]).contains("\u{1b}["));
    let page = watch(&["--at", "2s", "--as", "html"]);
    assert!(page.starts_with("<!doctype html>") && page.contains("<pre"), "{page}");
    on_a_terminal(&folder);
}

/// What the dashboard draws of a run is what its folder says, to the last request.
#[test]
fn the_last_picture_has_the_figures_of_the_folder() {
    let _alone = machine();
    let folder = Folder::new();
    record(&folder);
    let at_the_end = |more: &[&str]| {
        let mut arguments = vec!["watch", "run", "--at", "1h"];
        arguments.extend(more);
        good(run_in(folder.path(), &arguments))
    };
    let picture: Value = serde_json::from_str(&at_the_end(&["--as", "json"])).expect("JSON");
    let (seconds, summary) = (folder.json("run/seconds.json"), folder.json("run/summary.json"));
    assert_eq!(picture["seconds"], seconds["seconds"], "second by second");
    assert_eq!(picture["plan"], seconds["plan"]);
    assert_eq!(picture["classes"], summary["classes"]);
    assert_eq!(picture["expectations"], summary["expectations"]);
    assert_eq!(picture["load"]["offered"], summary["arrivals"]["offered"]);
    let number = |value: &Value| value.as_u64().expect("a count");
    let mut requests = 0;
    for second in picture["seconds"].as_array().expect("a list") {
        let column: u64 = second["heat"].as_array().expect("a list").iter().map(number).sum();
        let errors = number(&second["expected_errors"]) + number(&second["unexpected_errors"]);
        assert_eq!(column + errors, number(&second["finished"]), "{second}");
        requests += number(&second["finished"]);
    }
    let by_phase: u64 = summary["phases"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|phase| number(&phase["requests"]))
        .sum();
    let behind: u64 = requests - by_phase;
    assert!(
        requests > 0 && behind <= requests / 4,
        "all of {requests} but those due after the last phase: {by_phase}"
    );
    // Shorter than a thousand, numbers stand on the screen as they do in JSON.
    let screen = at_the_end(&["--size", "200x60"]);
    for shown in [
        format!("offered {}", summary["arrivals"]["offered"]),
        format!("started {}", summary["arrivals"]["started"]),
    ] {
        assert!(screen.contains(&shown), "{shown} in\n{screen}");
    }
}

/// The same run on a terminal: it opens at its end, plays from its start, and goes to its end again.
fn on_a_terminal(folder: &Folder) {
    let mut pty = Pty::start(folder.path(), &["watch", "run"], (120, 38), &[]);
    pty.shows("ENDED");
    pty.types(b" ");
    pty.until("it plays from its start", |pty| {
        pty.is_taken() && !pty.shown().contains("ENDED")
    });
    pty.types(b"P+");
    pty.types(b"\x1b[F");
    pty.shows("ENDED");
    pty.types(b">");
    pty.shows("nothing can be steered");
    pty.types(b"e");
    pty.shows("written");
    pty.types(b"q");
    let (status, _) = pty.ends();
    assert_eq!(status.exit_code(), 0);
    let written = |ending: &str| {
        let entries = std::fs::read_dir(folder.path().join("run")).expect("the folder is there");
        let names = entries
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned());
        names
            .filter(|name| name.starts_with("frame-") && name.ends_with(ending))
            .count()
    };
    assert_eq!((written(".json"), written(".txt")), (1, 1));
}

#[test]
fn a_running_load_is_looked_on() {
    let _alone = machine();
    let folder = Folder::new();
    let mut run = paydrill(&["run", "healthy", "--format", "json", "--for", "4s", "--out", "run"])
        .args(["--watch-listen", "127.0.0.1:0"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut out = BufReader::new(run.stdout.take().expect("stdout is piped"));
    let mut first = String::new();
    out.read_line(&mut first).expect("stdout is text");
    let announced: Value = serde_json::from_str(&first).expect("JSON");
    assert_eq!(announced["kind"], "listening", "{first}");
    let url = announced["load"].as_str().expect("a URL").to_owned();
    let watching = start_watching(folder.path(), &[&url]);
    let metrics = exchange(
        &url,
        "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    );
    assert!(
        metrics.contains("paydrill_load_run_info") && metrics.ends_with("# EOF\n"),
        "{metrics}"
    );
    for (request, status) in [
        ("GET /status HTTP/1.1\r\nHost: evil.example", "403"),
        ("POST /status HTTP/1.1\r\nHost: localhost", "405"),
        ("GET /orders HTTP/1.1\r\nHost: localhost", "404"),
    ] {
        let answer = exchange(&url, &format!("{request}\r\nConnection: close\r\n\r\n"));
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{request}: {answer}");
    }
    // Another one who looks on and never takes a line holds nobody up.
    let mut stuck = std::net::TcpStream::connect(url.strip_prefix("http://").expect("http")).expect("it listens");
    stuck
        .write_all(b"GET /frames HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .expect("it takes requests");
    let mut told = String::new();
    out.read_to_string(&mut told).expect("stdout is text");
    assert!(matches!(wait(&mut run).code(), Some(0 | 98 | 99)), "{told}");
    let seen = seconds_of(&lines_of(&ended(watching)));
    // Whoever looks on sees what the run tells.
    same(&seen, &seconds_of(&lines_of(&told)));
    let again = run_in(folder.path(), &["watch", &url]);
    assert_eq!(again.code, Some(2), "the load is gone: {}", again.stderr);
}

#[test]
fn a_folder_is_followed_while_it_is_written() {
    let _alone = machine();
    let folder = Folder::new();
    let mut run = paydrill(&["run", "healthy", "--headless", "--for", "4s", "--out", "run"])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .spawn()
        .expect("the binary starts");
    let until = Instant::now() + PATIENCE;
    while !folder.path().join("run/frames.jsonl").exists() {
        assert!(Instant::now() < until, "the run begins");
        pause(EVERY);
    }
    let watching = start_watching(folder.path(), &["run"]);
    let seen = seconds_of(&lines_of(&ended(watching)));
    wait(&mut run);
    same(&seen, &recorded_seconds(&folder));
}

fn start_watching(folder: &Path, places: &[&str]) -> Child {
    paydrill(&["watch", "--format", "json"])
        .args(places)
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts")
}

/// One request as it is, and the whole answer.
fn exchange(url: &str, request: &str) -> String {
    let address = url.strip_prefix("http://").expect("http");
    let mut stream = std::net::TcpStream::connect(address).expect("it listens");
    stream.write_all(request.as_bytes()).expect("it takes requests");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the answer is text");
    answer
}

/// What it printed, once it is over.
fn ended(mut child: Child) -> String {
    let status = wait(&mut child);
    let ended = Ended::from(child.wait_with_output().expect("its output is there"));
    assert!(status.success(), "{}", ended.stderr);
    ended.stdout
}

#[test]
fn a_gateway_is_watched_and_beside_it_the_load() {
    let _alone = machine();
    let folder = Folder::new();
    let gateway = Gateway::start(&["healthy"], &[]);
    let mut watching = start_watching(folder.path(), &[&gateway.admin]);
    let arguments = ["load", "healthy", "--for", "3s", "--format", "json", "--out", "run"];
    let mut load = paydrill(&arguments)
        .args(["--target", &gateway.url, "--watch-listen", "127.0.0.1:0"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut out = BufReader::new(load.stdout.take().expect("stdout is piped"));
    let mut first = String::new();
    out.read_line(&mut first).expect("stdout is text");
    let announced: Value = serde_json::from_str(&first).expect("JSON");
    let both = start_watching(
        folder.path(),
        &[announced["load"].as_str().expect("a URL"), &gateway.admin],
    );
    let mut told = String::new();
    out.read_to_string(&mut told).expect("stdout is text");
    wait(&mut load);
    // The load is the first source.
    same(&seconds_of(&lines_of(&ended(both))), &seconds_of(&lines_of(&told)));
    // The gateway saw what the load sent; it goes on, so that whoever watches it has to be ended.
    let sent: u64 = seconds_of(&lines_of(&told)).iter().map(|(_, finished)| finished).sum();
    let mut seen = 0;
    let mut lines = BufReader::new(watching.stdout.take().expect("stdout is piped")).lines();
    while seen * 2 < sent {
        let line = lines.next().expect("it goes on").expect("stdout is text");
        seen += seconds_of(&lines_of(&line))
            .iter()
            .map(|(_, finished)| finished)
            .sum::<u64>();
    }
    watching.kill().expect("it is our own child");
    let _ended = watching.wait();
}

/// A frame of a run that has not ended, as lines of `frames.jsonl` are.
const PLAN: &str = r#"{"kind":"plan","format":1,"scenario":"s","seed":1,"target":"t","phases":[],"arrivals_end_us":1,"drain_us":1,"target_per_second":[],"users":1}"#;

#[test]
fn what_cannot_be_watched_says_why() {
    let folder = Folder::new();
    let path = folder.path();
    for name in ["nothing", "old", "empty", "broken", "newer"] {
        std::fs::create_dir(path.join(name)).expect("the folder can be written");
    }
    let newer = PLAN.replace("\"format\":1", "\"format\":9");
    for (name, text) in [
        ("old/report.html", "<p>"),
        ("empty/frames.jsonl", ""),
        ("broken/frames.jsonl", &format!("{PLAN}\n{{\"kind\":\"fra\n")),
        ("newer/frames.jsonl", &format!("{newer}\n")),
    ] {
        folder.write(name, text);
        let long_ago = std::time::SystemTime::UNIX_EPOCH;
        let file = std::fs::File::options()
            .write(true)
            .open(path.join(name))
            .expect("it is there");
        file.set_modified(long_ago).expect("its time can be set");
    }
    let nobody = closed_port();
    let neither = a_port_that_answers("{\"format\":1}");
    let future = a_port_that_answers("{\"format\":99,\"kind\":\"load\"}");
    for (arguments, why) in [
        (&["nowhere"][..], "is no run folder"),
        (&["nothing"], "has no frames.jsonl: it is no run folder"),
        (&["old"], "a folder of an older paydrill; its report.html still opens"),
        (&["empty", "--format", "json", "--at", "1s"], "it holds no picture"),
        (&["broken"], "frames.jsonl`: line 2: not a line of frames"),
        (&["newer"], "frames have format 9, this paydrill reads up to 1"),
        (
            &["https://127.0.0.1:1"],
            "is no http address; write it as http://127.0.0.1:8081",
        ),
        (&[&nobody], "cannot be reached"),
        (&[&neither], "it is neither a gateway's admin port nor a load"),
        (&[&future], "use a newer one"),
        (&[&nobody, "--at", "1s"], "cannot be reached"),
        (&["--size", "80x24"], "--at"),
        (&["old", "--at", "1s", "--size", "80"], "is no size"),
    ] {
        let mut all = vec!["watch"];
        all.extend(arguments);
        let ended = run_in(path, &all);
        assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.stderr);
        assert!(ended.stderr.contains(why), "{arguments:?}: {}", ended.stderr);
        assert_eq!(ended.stdout, "", "{arguments:?}");
    }
}

#[test]
fn without_anything_to_watch_it_says_what_it_looked_for() {
    let folder = Folder::new();
    let admin = closed_port();
    let output = paydrill(&["watch"])
        .env("PAYDRILL_ADMIN", admin.trim_start_matches("http://"))
        .current_dir(folder.path())
        .output()
        .expect("the binary starts");
    let ended = Ended::from(output);
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    for word in ["paydrill-runs", &admin, "name a run folder or a URL"] {
        assert!(ended.stderr.contains(word), "{word}: {}", ended.stderr);
    }
}

#[test]
fn a_load_is_seen_by_others_only_with_a_token() {
    let folder = Folder::new();
    let ended = run_in(folder.path(), &["run", "healthy", "--watch-listen", "0.0.0.0:0"]);
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(ended.stderr.contains("needs a token"), "{}", ended.stderr);
    assert!(!folder.path().join("paydrill-runs").exists(), "nothing was begun");
}

/// A port on which nobody listens: one that was free a moment ago.
fn closed_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    format!("http://{}", listener.local_addr().expect("it is bound"))
}

/// A port that gives every caller the same JSON, for as long as the test lasts.
fn a_port_that_answers(json: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut asked = [0; 1_024];
            let _some = stream.read(&mut asked);
            let length = json.len();
            let _gone = stream.write_all(
                format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{json}").as_bytes(),
            );
        }
    });
    format!("http://{address}")
}
