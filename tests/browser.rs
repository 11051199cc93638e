//! People in front of the gateway, in a real browser: a payer at the cashier, a merchant's developer at the console, and
//! whoever opens a run's report. What they do is written in `tests/browser/*.mjs`; here stand the gateway, the shop and the
//! receiver of its callbacks.
//!
//! Skipped with a printed line where Chromium, Node or the packages of `tests/browser` are missing, unless
//! `PAYDRILL_REQUIRE` names `browser`.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::mpsc,
    time::Duration,
};

use crate::harness::{Folder, Gateway, machine, run_in};

/// One method always fails, and every other asks for a code; nobody pays by himself.
const SCENARIO: &str = "\
name: at-the-cashier
payers:
  outcomes: {abandon: 100%}
  second_factor: {from: '1'}
  failing: {bank_card: 100%}
phases:
  - {name: open, for: 1h}
";
/// A little of everything that a report tells of.
const DRILL: &str = "\
name: a little of everything
payers:
  pay_after: {uniform: {from: 100ms, to: 300ms}}
phases:
  - {name: healthy, for: 4s}
  - name: brown-out
    for: 4s
    capacity: {workers: 4, service_time: 5ms, queue: 20}
    rules:
      - {name: busy, chance: 20%, ledger: skip, reply: {status: 503}}
      - {name: lost-answer, on: payLink, chance: 10%, ledger: apply, reply: reset}
      - {name: twice, on: callback, chance: 20%, callback: {duplicate: {copies: 2}}}
load:
  arrivals: [{constant: 40/s}]
  drain: 4s
expect:
  - p99 < 300ms in healthy
  - success >= 99.5%
  - books balance
";
const SHOP: &str = "10001";
const TOKEN: &str = "sandbox-token-10001";
const CALLBACK_WITHIN: Duration = Duration::from_secs(10);

#[test]
fn a_payer_fails_by_one_method_and_pays_by_another() {
    let _alone = machine();
    if skipped() {
        return;
    }
    let stage = Stage::set();
    let touch = stage.order("ORDER-TOUCH", &[])["data"]["pay_url"].clone();
    let keyboard = stage.order("ORDER-KEYBOARD", &[])["data"]["pay_url"].clone();
    let touch = touch.as_str().expect("a link");
    assert!(
        touch.starts_with(&format!("{}/cashier/", stage.gateway.tls_url)),
        "payers go to the TLS port: {touch}"
    );
    let environment = [
        ("PAY_URL", touch),
        ("KEYBOARD_PAY_URL", keyboard.as_str().expect("a link")),
        ("FAILING_METHOD", "bank_card"),
        ("GOOD_METHOD", "balance"),
    ];
    passes(&script("cashier.mjs", &[], &environment));
    let told = [(); 2].map(|()| stage.told());
    for number in ["ORDER-TOUCH", "ORDER-KEYBOARD"] {
        assert!(
            told.iter().any(|callback| callback.contains(number)),
            "{number}: {told:?}"
        );
    }
}

#[test]
fn a_developer_reads_the_story_of_a_paid_order() {
    let _alone = machine();
    if skipped() {
        return;
    }
    let stage = Stage::set();
    let opened = stage.order("ORDER-1", &[]);
    stage.pay(opened["data"]["order_id"].as_str().expect("an id"));
    assert!(stage.told().contains("ORDER-1"));
    let refused = stage.order("ORDER-REFUSED", &["--wrong-sign"]);
    assert_eq!(refused["status"], "warning", "{refused}");

    let environment = [("ADMIN_URL", stage.gateway.admin.as_str()), ("ORDER_NUMBER", "ORDER-1")];
    passes(&script("console.mjs", &[], &environment));
    let again = stage.told();
    assert!(again.contains("ORDER-1"), "the replay arrives: {again}");
}

#[test]
fn somebody_reads_the_report_of_a_run_and_of_a_search() {
    let _alone = machine();
    if skipped() {
        return;
    }
    let folder = Folder::new();
    let scenario = folder.write("drill.yaml", DRILL);
    let ended = run_in(folder.path(), &["run", &scenario, "--headless", "--out", "out"]);
    assert!(matches!(ended.code, Some(0 | 98 | 99)), "{ended:?}");
    passes(&script("report.mjs", &["check", &folder.file("out/report.html")], &[]));

    let worker = folder.write(
        "worker.yaml",
        "name: one-worker\ncapacity: {workers: 1, service_time: 50ms}\n",
    );
    let of_rate = [
        "--by",
        "rate",
        "--slo",
        "p95<500ms",
        "--from",
        "10/s",
        "--max-rate",
        "200/s",
    ];
    let short = [
        "--step",
        "1s",
        "--confirm",
        "2s",
        "--precision",
        "20%",
        "--out",
        "search",
    ];
    let ended = run_in(folder.path(), &[&["capacity", &worker][..], &of_rate, &short].concat());
    assert!(matches!(ended.code, Some(0 | 98 | 99)), "{ended:?}");
    passes(&script(
        "report.mjs",
        &["frame", &folder.file("search/capacity.html")],
        &[],
    ));
}

/// A gateway, a shop and the receiver of its callbacks.
struct Stage {
    gateway: Gateway,
    callback_url: String,
    callbacks: mpsc::Receiver<String>,
    _folder: Folder,
}

impl Stage {
    fn set() -> Self {
        let folder = Folder::new();
        let scenario = folder.write("cashier.yaml", SCENARIO);
        let (callback_url, callbacks) = receiver();
        Self {
            gateway: Gateway::start(&[&scenario], &[]),
            callback_url,
            callbacks,
            _folder: folder,
        }
    }

    /// The shop opens an order.
    fn order(&self, number: &str, further: &[&str]) -> serde_json::Value {
        let arguments = [&[number, "12.30"], further].concat();
        let environment = [
            ("GATEWAY_URL", self.gateway.url.as_str()),
            ("SHOP", SHOP),
            ("TOKEN", TOKEN),
            ("CALLBACK_URL", self.callback_url.as_str()),
        ];
        let output = script("shop.mjs", &arguments, &environment);
        passes(&output);
        serde_json::from_slice(&output.stdout).expect("the gateway answers JSON")
    }

    /// An order is paid by the admin interface.
    fn pay(&self, order_id: &str) {
        let address = self.gateway.admin.strip_prefix("http://").expect("an address");
        let mut stream = TcpStream::connect(address).expect("the admin port listens");
        write!(
            stream,
            "POST /orders/{order_id}/pay HTTP/1.1\r\nhost: {address}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        )
        .expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }

    /// The next callback that the shop receives.
    fn told(&self) -> String {
        let callback = self.callbacks.recv_timeout(CALLBACK_WITHIN);
        callback.expect("the shop is told")
    }
}

/// Whether the browser cannot be started here, which is said.
#[expect(clippy::print_stdout, reason = "who runs the tests must see what was skipped")]
fn skipped() -> bool {
    let Some(missing) = missing() else {
        return false;
    };
    let required = std::env::var("PAYDRILL_REQUIRE").unwrap_or_default();
    assert!(!required.split(',').any(|word| word == "browser"), "{missing}");
    println!("skipped: {missing}");
    true
}

/// What keeps the browser from being started, if anything does.
fn missing() -> Option<&'static str> {
    let runs = |program: &str| {
        let mut command = Command::new(program);
        command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    if !Path::new("/usr/bin/chromium").exists() {
        Some("no Chromium; on Debian: apt-get install chromium")
    } else if !runs("node") {
        Some("no Node; on Debian: apt-get install nodejs")
    } else if !scripts().join("node_modules").exists() {
        Some("no packages; run `npm ci` in tests/browser")
    } else {
        None
    }
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser")
}

fn script(name: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new("node");
    command.arg(name).args(arguments).current_dir(scripts());
    command.envs(environment.iter().copied()).stdin(Stdio::null());
    command.output().expect("node starts")
}

fn passes(output: &Output) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
}

/// A shop's receiver on loopback that acknowledges every callback and passes its body on. Ends with the test's process.
fn receiver() -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let (told, callbacks) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            // One callback a connection: the answer says that it closes.
            if let Some(body) = acknowledge(stream)
                && told.send(body).is_err()
            {
                return;
            }
        }
    });
    (format!("http://{address}/callback"), callbacks)
}

fn acknowledge(mut stream: TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let (name, value) = line.trim_end().split_once(':').unwrap_or_default();
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
        if line.trim_end().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 20\r\nconnection: close\r\n\r\n{\"status\":\"success\"}";
    stream.write_all(answer.as_bytes()).ok()?;
    String::from_utf8(body).ok()
}
