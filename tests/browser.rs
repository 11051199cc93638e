//! People in front of the gateway, in a real browser: a payer at the cashier, a merchant's developer at the console. What
//! they do is written in `tests/browser/*.mjs`; here stand the gateway, the shop and the receiver of its callbacks.
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

use crate::harness::{Folder, Gateway};

/// One method always fails, and every other asks for a code; nobody pays by himself.
const SCENARIO: &str = "\
name: at-the-cashier
payers:
  outcomes: {abandon: 100%}
  second_factor: {from: 1 USDT}
  failing: {bank_card: 100%}
phases:
  - {name: open, for: 1h}
";
const SHOP: &str = "10001";
const TOKEN: &str = "sandbox-token-10001";
const CALLBACK_WITHIN: Duration = Duration::from_secs(10);

#[test]
fn a_payer_pays_and_a_developer_reads_the_story() {
    if let Some(missing) = missing() {
        let required = std::env::var("PAYDRILL_REQUIRE").unwrap_or_default();
        assert!(!required.split(',').any(|word| word == "browser"), "{missing}");
        println!("skipped: {missing}");
        return;
    }
    let folder = Folder::new();
    let scenario = folder.write("cashier.yaml", SCENARIO);
    let gateway = Gateway::start(&[&scenario], &[]);
    let (callback_url, callbacks) = receiver();
    let order = |number: &str, further: &[&str]| open_order(&gateway, &callback_url, number, further);

    let pay_url = order("ORDER-TOUCH", &[])["data"]["pay_url"].clone();
    let keyboard = order("ORDER-KEYBOARD", &[])["data"]["pay_url"].clone();
    let refused = order("ORDER-REFUSED", &["--wrong-sign"]);
    assert_eq!(refused["status"], "warning", "{refused}");

    let environment = [
        ("PAY_URL", pay_url.as_str().expect("a link")),
        ("KEYBOARD_PAY_URL", keyboard.as_str().expect("a link")),
        ("FAILING_METHOD", "bank_card"),
        ("GOOD_METHOD", "balance"),
    ];
    passes(&script("cashier.mjs", &[], &environment));
    let mut told = [(); 2].map(|()| callbacks.recv_timeout(CALLBACK_WITHIN).expect("the shop is told"));
    told.sort();
    assert!(
        told[0].contains("ORDER-KEYBOARD") && told[1].contains("ORDER-TOUCH"),
        "{told:?}"
    );

    let environment = [("ADMIN_URL", gateway.admin.as_str()), ("ORDER_NUMBER", "ORDER-TOUCH")];
    passes(&script("console.mjs", &[], &environment));
    let again = callbacks.recv_timeout(CALLBACK_WITHIN).expect("the replay arrives");
    assert!(again.contains("ORDER-TOUCH"), "{again}");
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

fn open_order(gateway: &Gateway, callback_url: &str, number: &str, further: &[&str]) -> serde_json::Value {
    let arguments = [&[number, "12.30"], further].concat();
    let environment = [
        ("GATEWAY_URL", gateway.url.as_str()),
        ("SHOP", SHOP),
        ("TOKEN", TOKEN),
        ("CALLBACK_URL", callback_url),
    ];
    let output = script("shop.mjs", &arguments, &environment);
    passes(&output);
    serde_json::from_slice(&output.stdout).expect("the gateway answers JSON")
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
