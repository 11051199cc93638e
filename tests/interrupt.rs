//! Ctrl-C and SIGTERM at different moments: closed within a second, a valid run folder, a restored terminal.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    num::NonZero,
    process::Stdio,
    sync::mpsc,
    time::{Duration, Instant},
};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use rustix::process::Signal;

use crate::harness::{Folder, Gateway, PATIENCE, machine, pause, paydrill, signal, tls_folder, wait};

/// From the signal to closed sockets.
const CLOSED_WITHIN: Duration = Duration::from_secs(1);
/// From the signal to the exit: audit and report come after the sockets.
const GONE_WITHIN: Duration = Duration::from_secs(5);
/// The terminal's size.
const ROWS: NonZero<u16> = NonZero::new(38).expect("it is not zero");
const COLUMNS: NonZero<u16> = NonZero::new(120).expect("it is not zero");

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

/// A real terminal: the dashboard comes up, `q` ends the run, the screen is given back with the summary on it.
#[test]
fn the_terminal_is_restored() {
    let _alone = machine();
    for key in [&b"q"[..], &b"\x03"[..]] {
        let folder = Folder::new();
        let size = PtySize {
            rows: 38,
            cols: 120,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pty = native_pty_system().openpty(size).expect("a pty");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_paydrill"));
        command.args(["run", "healthy", "--for", "60s", "--out", "out"]);
        command.cwd(folder.path());
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PAYDRILL_")) {
            command.env_remove(name);
        }
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("PAYDRILL_TLS_FOLDER", tls_folder());
        let mut child = pty.slave.spawn_command(command).expect("the binary starts");
        drop(pty.slave);
        let mut keyboard = pty.master.take_writer().expect("a keyboard");
        let (bytes, screen_bytes) = mpsc::channel();
        let mut output = pty.master.try_clone_reader().expect("a screen");
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                if bytes.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });

        let mut screen = vt100::Parser::new(ROWS, COLUMNS, 200);
        show_until(&mut screen, &screen_bytes, |screen| {
            let stamped = ["VALID", "SUSPECT"]
                .iter()
                .any(|stamp| screen.contents().contains(stamp));
            screen.alternate_screen() && stamped
        });
        let drawn = screen.screen().contents();
        assert!(drawn.contains("healthy") && drawn.contains("p99"), "{drawn}");
        keyboard.write_all(key).expect("the key is typed");
        show_until(&mut screen, &screen_bytes, |screen| {
            screen.contents().contains("run folder")
        });
        let status = child.wait().expect("it ends");
        assert!(!screen.screen().alternate_screen(), "the alternate screen is left");
        assert!(!screen.screen().hide_cursor(), "the cursor is back");
        assert!(matches!(status.exit_code(), 0 | 98 | 99), "{status:?}");
        assert_eq!(folder.json("out/summary.json")["interrupted"], true);
    }
}

fn show_until(screen: &mut vt100::Parser, bytes: &mpsc::Receiver<Vec<u8>>, done: impl Fn(&vt100::Screen) -> bool) {
    let until = Instant::now() + PATIENCE;
    while !done(screen.screen()) {
        assert!(
            Instant::now() < until,
            "the screen shows it: {}",
            screen.screen().contents()
        );
        match bytes.recv_timeout(Duration::from_secs(1)) {
            Ok(more) => screen.process(&more),
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                assert!(
                    done(screen.screen()),
                    "the screen showed it: {}",
                    screen.screen().contents()
                );
            }
        }
    }
}
