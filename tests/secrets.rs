//! A shop's token is a secret: whatever a client does wrong with it, nobody reads it again. Neither stdout nor stderr,
//! neither journal nor console, neither an error nor a header has it.

use std::io::{Read, Write};

use crate::harness::{Folder, Gateway, signal};

/// The shop's token, and how forms carry it.
const TOKEN: &str = "sandbox-token-10001";

/// One exchange over a socket of its own: head and body as they came.
fn exchange(address: &str, request: &str) -> String {
    let mut stream = std::net::TcpStream::connect(address).expect("the gateway listens");
    stream.write_all(request.as_bytes()).expect("the gateway reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("the gateway answers and closes");
    String::from_utf8_lossy(&answer).into_owned()
}

fn post(address: &str, path: &str, content_type: &str, body: &str) -> String {
    exchange(
        address,
        &format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: {content_type}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        ),
    )
}

fn get(address: &str, path: &str) -> String {
    exchange(
        address,
        &format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"),
    )
}

#[test]
fn a_token_is_never_read_again() {
    let folder = Folder::new();
    let journal = folder.file("journal.jsonl");
    let gateway = Gateway::start(&["--journal", &journal], &[("RUST_LOG", "trace")]);
    let admin = gateway
        .admin
        .strip_prefix("http://")
        .expect("http is announced")
        .to_owned();
    let form = "application/x-www-form-urlencoded";
    let mut seen = Vec::new();
    // What clients are known to do with their token by mistake, and what they might.
    for body in [
        format!("id=10001&amount=6&coin=USDT&token={TOKEN}&sign={}", "A".repeat(64)),
        format!("id=10001&amount=6&coin=USDT&nonce=nonce-{TOKEN}&timestamp=1&sign={TOKEN}"),
        format!("id=10001&{TOKEN}=1&sign={}", "A".repeat(32)),
        format!(
            "id=10001&unique_id={TOKEN}&coin={TOKEN}&amount={TOKEN}&sign={}",
            "A".repeat(64)
        ),
        TOKEN.to_owned(),
    ] {
        seen.push(post(gateway.address(), "/shop/payLink", form, &body));
        seen.push(post(gateway.address(), "/system/api/pay", form, &body));
    }
    let json = format!(r#"{{"id":10001,"token":"{TOKEN}","sign":"{}"}}"#, "B".repeat(64));
    seen.push(post(gateway.address(), "/shop/balance", "application/json", &json));
    for seq in 1..=11 {
        seen.push(get(&admin, &format!("/journal/{seq}")));
        let diagnose = format!(r#"{{"seq":{seq},"shop":10001}}"#);
        seen.push(post(&admin, "/diagnose", "application/json", &diagnose));
    }
    for path in [
        "/status",
        "/journal",
        "/orders",
        "/shops",
        "/shops/10001",
        "/metrics",
        "/console",
    ] {
        seen.push(get(&admin, path));
    }
    assert!(
        seen.iter().filter(|answer| answer.contains("•••")).count() >= 10,
        "where it stood, people see that it stood there"
    );
    for (n, answer) in seen.iter().enumerate() {
        assert!(!answer.contains(TOKEN), "answer {n}: {answer}");
    }
    signal(gateway.pid(), rustix::process::Signal::TERM);
    let (_, rest) = gateway.ended();
    assert!(!rest.contains(TOKEN), "{rest}");
    let kept = std::fs::read_to_string(&journal).expect("the journal is written");
    assert!(kept.lines().count() >= 11, "every call has its line");
    assert!(!kept.contains(TOKEN), "{kept}");
}
