//! The dashboard of the real binary on a real terminal: keys do what the help says, the window may change its size at any
//! time, and the terminal is given back however it ends.

use rustix::process::Signal;

use crate::{
    harness::{Folder, machine},
    pty::Pty,
};

/// A run long enough to press keys in.
const LONG: [&str; 6] = ["run", "outage-and-recovery", "--for", "60s", "--out", "out"];

/// The stamp is on every screen of a run under way, whatever its size.
fn is_up(pty: &Pty) -> bool {
    pty.is_taken() && ["VALID", "SUSPECT"].iter().any(|stamp| pty.shown().contains(stamp))
}

/// Nothing is drawn beyond the last column: a line that wrapped would push the key line out.
fn fits(pty: &mut Pty, (columns, rows): (u16, u16), last: &str) {
    pty.resize((columns, rows));
    pty.until(&format!("{columns}x{rows} has its key line at the bottom"), |pty| {
        let shown = pty.shown();
        let lines: Vec<&str> = shown.lines().collect();
        lines.len() == usize::from(rows) && lines.last().is_some_and(|line| line.contains(last))
    });
}

#[test]
fn keys_and_sizes_do_what_they_should_and_q_ends_it() {
    let _alone = machine();
    let folder = Folder::new();
    let mut pty = Pty::start(folder.path(), &LONG, (120, 38), &[]);
    pty.until("the dashboard comes up", is_up);
    for size in [(80, 24), (200, 60), (60, 16), (120, 38)] {
        fits(&mut pty, size, "help");
    }
    pty.types(b" ");
    pty.shows("FROZEN");
    pty.types(b" ");
    pty.until("it is live again", |pty| is_up(pty) && !pty.shown().contains("FROZEN"));
    for (key, view) in [
        (b"2", "Operations"),
        (b"3", "Errors"),
        (b"4", "Capacity"),
        (b"5", "Phases"),
        (b"6", "Log"),
        (b"1", "Latency"),
    ] {
        pty.types(key);
        pty.shows(view);
    }
    pty.types(b"?");
    pty.shows("Help");
    pty.types(b"\x1b");
    pty.until("the help is closed", |pty| is_up(pty) && !pty.shown().contains("Help"));
    pty.types(b"q");
    let (status, shown) = pty.ends();
    assert!(matches!(status.exit_code(), 0 | 98 | 99), "{status:?}");
    assert!(
        shown.contains("run folder"),
        "the summary stays on the screen:\n{shown}"
    );
    assert_eq!(folder.json("out/summary.json")["interrupted"], true);
}

#[test]
fn an_order_that_failed_tells_its_story() {
    let _alone = machine();
    let folder = Folder::new();
    let arguments = ["run", "outage-and-recovery", "--for", "40s", "--out", "out"];
    let mut pty = Pty::start(folder.path(), &arguments, (120, 38), &[]);
    pty.until("the dashboard comes up", is_up);
    pty.types(b"3");
    // The brown-out begins after a fifth of the run.
    pty.shows("http_5xx");
    pty.types(b"\r");
    pty.shows("payLink");
    pty.types(b"\r");
    pty.until("the story of an order is told", |pty| {
        let shown = pty.shown();
        shown.contains("Story") || shown.contains("story")
    });
    pty.types(b"\x1b");
    pty.types(b"q");
    let (status, _) = pty.ends();
    assert!(matches!(status.exit_code(), 0 | 98 | 99), "{status:?}");
}

/// A way to end it, and how it is gone.
type Way = (&'static str, fn(&mut Pty));

#[test]
fn control_c_twice_a_signal_and_a_panic_give_the_terminal_back() {
    let _alone = machine();
    let ways: [Way; 4] = [
        ("control-c twice", |pty| {
            pty.types(b"\x03");
            pty.types(b"\x03");
        }),
        ("SIGTERM", |pty| pty.signal(Signal::TERM)),
        ("SIGHUP", |pty| pty.signal(Signal::HUP)),
        ("a panic", |pty| pty.types(b"m")),
    ];
    // Only a build for tests panics when it is told to.
    let told = |(way, _): &Way| cfg!(debug_assertions) || *way != "a panic";
    for (way, end) in ways.into_iter().filter(told) {
        let folder = Folder::new();
        let mut pty = Pty::start(folder.path(), &LONG, (100, 30), &[("DEBUG_PAYDRILL_PANIC", "mark")]);
        pty.until("the dashboard comes up", is_up);
        end(&mut pty);
        if way == "a panic" {
            pty.until("the panic is told on the screen that was there before", |pty| {
                !pty.is_taken() && pty.shown().contains("panicked")
            });
        }
        let (status, shown) = pty.ends();
        let good: &[u32] = match way {
            "a panic" => &[101],
            // The first asks for a result, and the second may come before there is one.
            "control-c twice" => &[0, 98, 99, 130],
            // A terminal that hung up takes no summary.
            "SIGHUP" => &[0, 1, 98, 99],
            _ => &[0, 98, 99],
        };
        assert!(good.contains(&status.exit_code()), "{way}: {status:?}\n{shown}");
    }
}
