//! Bad input of every kind: a message that names the thing, exit code 2, nothing half-written, no panic.

use std::net::TcpListener;

use crate::harness::{Folder, Gateway, run_in};

/// Runs in an empty folder and expects exit 2, these words on stderr, and an empty folder afterwards.
fn refused(folder: &Folder, arguments: &[&str], words: &[&str]) {
    let before = entries(folder);
    let ended = run_in(folder.path(), arguments);
    assert_eq!(ended.code, Some(2), "{arguments:?}: {ended:?}");
    let said = format!("{}{}", ended.stdout, ended.stderr);
    for word in words {
        assert!(said.contains(word), "{arguments:?} names {word:?}: {ended:?}");
    }
    assert!(!said.contains("panicked"), "{arguments:?}: {ended:?}");
    assert_eq!(entries(folder), before, "{arguments:?} leaves nothing behind");
}

fn entries(folder: &Folder) -> Vec<std::ffi::OsString> {
    let mut names: Vec<_> = std::fs::read_dir(folder.path())
        .expect("it can be read")
        .map(|entry| entry.expect("it can be read").file_name())
        .collect();
    names.sort();
    names
}

const FOUR_MISTAKES: &str = "\
name: four
phasess: []
callbacks: {ack: strickt}
phases:
  - {name: one, for: 10}
rules:
  - {name: r, chance: 120%, reply: reset, ledger: apply}
";

#[test]
fn scenarios() {
    let folder = Folder::new();
    let four = folder.write("four.yaml", FOUR_MISTAKES);
    let empty = folder.write("empty.yaml", "");
    let large = folder.write(
        "large.yaml",
        &format!("name: large\nabout: {}\n", "x".repeat(2_000_000)),
    );
    let binary = folder.file("binary.yaml");
    std::fs::write(&binary, [0xff, 0xfe, 0x00, 0x01]).expect("the folder can be written");
    let four_words = [
        "four.yaml:2:1",
        "phasess",
        "phases",
        "strickt",
        "strict",
        "120%",
        "10",
        "unit",
    ];
    for command in ["check", "run"] {
        refused(&folder, &[command, &four], &four_words);
        refused(&folder, &[command, &empty], &["empty.yaml"]);
        refused(&folder, &[command, &large], &["large.yaml", "1 MiB"]);
        refused(&folder, &[command, &binary], &["binary.yaml", "UTF-8"]);
    }
    refused(&folder, &["check", "absent.yaml"], &["absent.yaml"]);
    refused(&folder, &["run", "no-such"], &["no-such", "paydrill scenarios"]);
    refused(&folder, &["run", "helthy"], &["helthy", "did you mean `healthy`"]);
    refused(&folder, &["scenarios", "show", "helthy"], &["did you mean `healthy`"]);
    refused(&folder, &["explain", "no-such"], &["no-such"]);
}

#[test]
fn arguments() {
    let folder = Folder::new();
    refused(&folder, &["run", "healthy", "--for", "10"], &["--for", "unit"]);
    refused(&folder, &["run", "healthy", "--for", "0s"], &["--for"]);
    refused(&folder, &["run", "healthy", "--seed", "x"], &["--seed"]);
    refused(
        &folder,
        &["run", "healthy", "--config", "absent.toml"],
        &["absent.toml"],
    );
    refused(&folder, &["dance"], &["dance"]);
    refused(&folder, &["report", "absent"], &["absent"]);
    let bad = folder.write("bad.toml", "listne = 3\n");
    refused(&folder, &["serve", "--config", &bad], &["listne"]);
    let bad = folder.write("type.toml", "connections = \"many\"\n");
    refused(&folder, &["serve", "--config", &bad], &["connections"]);
    for (keys, words) in [
        ("freeze = \"P\"", &["`P`", "`pause`", "`freeze`"][..]),
        (
            "frezze = \"x\"\nmark = \"spcae\"",
            &["`frezze`", "`freeze`", "`spcae`", "`space`"],
        ),
        ("stop = []", &["`stop`", "no key"]),
    ] {
        let bad = folder.write("keys.toml", &format!("[keys]\n{keys}\n"));
        refused(&folder, &["run", "healthy", "--config", &bad], words);
        refused(&folder, &["serve", "--print-config", "--config", &bad], words);
    }
    refused(
        &folder,
        &["serve", "--listen", "0.0.0.0:0", "--admin", "0.0.0.0:0"],
        &["admin", "token"],
    );
}

#[test]
fn a_load_beyond_a_cap() {
    let folder = Folder::new();
    let fast = folder.write("fast.yaml", "name: fast\nload: {arrivals: [{constant: 20001/s}]}\n");
    let crowd = "name: crowd\nphases: [{name: only, for: 5s}]\nload: {users: 0}\n";
    let crowd = folder.write("crowd.yaml", crowd);
    refused(
        &folder,
        &["run", &fast, "--headless"],
        &["20001", "20000", "--max-rate"],
    );
    refused(
        &folder,
        &["run", &crowd, "--headless"],
        &["crowd.yaml:3", "`users`", "1 to 20000"],
    );
    let many = folder.write("many.yaml", "name: many\nload: {users: 300}\n");
    refused(
        &folder,
        &["run", &many, "--headless", "--max-users", "299"],
        &["300 users", "299 is the cap"],
    );
    let run = ["run", "healthy", "--headless"];
    for (further, words) in [
        (&["--max-rate", "199"][..], &["200", "199 is the cap", "--max-rate"][..]),
        (&["--users", "0"], &["--users", "0"]),
        (&["--users", "20001"], &["20001", "--users", "--max-users"]),
        (&["--users", "11", "--max-users", "10"], &["11", "--max-users"]),
        (&["--for", "61s", "--max-duration", "1m"], &["61 s", "--max-duration"]),
        (&["--max-requests", "0"], &["--max-requests"]),
        (&["--error-budget", "10"], &["--error-budget", "percent"]),
        (&["--error-budget", "101%"], &["--error-budget", "100%"]),
    ] {
        refused(&folder, &[&run[..], further].concat(), words);
    }
}

#[test]
fn a_folder_that_is_not_empty() {
    let folder = Folder::new();
    folder.write("mine.txt", "keep");
    let out = folder.file(".");
    refused(
        &folder,
        &["run", "healthy", "--headless", "--out", &out],
        &["not empty"],
    );
}

#[test]
fn a_port_in_use() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("it is bound").to_string();
    refused(
        &folder,
        &["serve", "--listen", &address, "--admin", "127.0.0.1:0"],
        &[&address, "in use"],
    );
    refused(
        &folder,
        &["serve", "--listen", "127.0.0.1:0", "--admin", &address],
        &[&address, "in use"],
    );
    let free = ["serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"];
    refused(
        &folder,
        &[&free[..], &["--tls-listen", &address]].concat(),
        &[&address, "in use", "--tls-listen", "--no-tls"],
    );
}

#[test]
fn an_unreachable_or_forbidden_target() {
    let folder = Folder::new();
    let closed = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port");
    let url = format!("http://{closed}");
    refused(
        &folder,
        &["load", "healthy", "--target", &url, "--headless"],
        &[&closed.to_string()],
    );
    for target in [
        "http://192.0.2.1:80",
        "http://0.0.0.0:80",
        "http://169.254.169.254",
        "http://[2001:db8::1]:80",
    ] {
        refused(
            &folder,
            &["load", "healthy", "--target", target, "--headless"],
            &["--allow-target"],
        );
    }
    refused(
        &folder,
        &["load", "healthy", "--target", "https://127.0.0.1:8443", "--headless"],
        &["https://127.0.0.1:8443", "plain http only", "http port"],
    );
    for target in [
        "ftp://127.0.0.1",
        "127.0.0.1:80",
        "http://",
        "http://user:pass@127.0.0.1/",
    ] {
        refused(
            &folder,
            &["load", "healthy", "--target", target, "--headless"],
            &["target", target],
        );
    }
}

#[test]
fn a_wrong_token() {
    let folder = Folder::new();
    let gateway = Gateway::start(
        &["healthy"],
        &[("PAYDRILL_ADMIN_TOKEN", "a-token-of-at-least-16-bytes")],
    );
    let arguments = [
        "load",
        "healthy",
        "--target",
        &gateway.url,
        "--admin",
        &gateway.admin,
        "--headless",
    ];
    refused(&folder, &arguments, &["token", &gateway.admin]);

    let other = "name: other\nshops: [{id: 10001, token: another-token-of-the-shop}]\n";
    let other = folder.write("other.yaml", other);
    refused(
        &folder,
        &["load", &other, "--target", &gateway.url, "--headless"],
        &["10001", "token"],
    );
}

/// A setting of another build is not passed over in silence.
#[cfg(not(feature = "otlp"))]
#[test]
fn spans_without_the_feature() {
    let folder = Folder::new();
    let settings = folder.write("spans.toml", "otlp_endpoint = \"http://127.0.0.1:4318\"\n");
    let words = ["otlp_endpoint", "--features otlp"];
    refused(&folder, &["serve", "--config", &settings], &words);
}

#[cfg(feature = "otlp")]
#[test]
fn spans_to_where_nobody_collects_them() {
    let folder = Folder::new();
    let settings = folder.write("spans.toml", "otlp_endpoint = \"https://127.0.0.1:4318\"\n");
    let words = ["otlp_endpoint", "plain http"];
    refused(&folder, &["serve", "--config", &settings], &words);
}
