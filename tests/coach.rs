//! The coach of `serve`, as somebody reads it who connects a first client with bad habits.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use protocol::{Fields, Token, sign};
use rustix::process::Signal;

use crate::harness::{Folder, Gateway, PATIENCE, paydrill, signal};

/// The shop of a gateway without a shop of its own.
const TOKEN: &str = "sandbox-token-10001";

/// A client that signs right, and otherwise sends what comes to its mind: JSON, numbers, in the clear.
struct Client<'g> {
    gateway: &'g Gateway,
    nonce: u64,
}

impl Client<'_> {
    /// Opens an order of this number; gives the answer.
    fn open(&mut self, number: &str, amount: &str) -> String {
        self.nonce += 1;
        let timestamp = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .expect("it is past 1970")
            .as_secs();
        let nonce = format!("nonce-{:08}", self.nonce);
        let body = format!(
            r#"{{"id":10001,"timestamp":{timestamp},"nonce":"{nonce}","amount":{amount},"coin":"USDT","unique_id":"{number}","name":"{TOKEN}"}}"#
        );
        let fields = Fields::from_json(body.as_bytes()).expect("it is JSON");
        let sign = sign(&Token::new(TOKEN).expect("a token"), &fields.canonical());
        self.post(
            "/shop/payLink",
            &format!(r#"{},"sign":"{sign}"}}"#, body.trim_end_matches('}')),
        )
    }

    fn post(&self, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(self.gateway.address()).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("not zero");
        let length = body.len();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer
    }
}

/// What a gateway printed about a client with bad habits, after what it announces.
fn habits(arguments: &[&str]) -> String {
    let gateway = Gateway::start(arguments, &[]);
    let mut client = Client {
        gateway: &gateway,
        nonce: 0,
    };
    let answer = client.open("ORDER-1", "12.30");
    assert!(answer.contains(r#""status":"success""#), "{answer}");
    client.open("ORDER-1", "12.30");
    client.open("ORDER-1", "13");
    client.open(TOKEN, "7");
    client.post(&format!("/shop/{TOKEN}"), TOKEN);
    client.post(
        "/shop/payLink",
        &format!(r#"{{"id":10001,"{TOKEN}":[1],"sign":"{TOKEN}"}}"#),
    );
    signal(gateway.pid(), Signal::INT);
    let (status, said) = gateway.ended();
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(!said.contains(TOKEN), "{said}");
    said
}

#[test]
fn bad_habits_are_said_once_with_their_remedies() {
    let said = habits(&["--coach"]);
    for line in [
        "✔ #1 payLink ORDER-1  signed right (HMAC-SHA256), number of its own\n",
        "→ send the amount as text, such as \"12.30\"\n",
        "→ use the https address that serve announces, and trust its CA\n",
        "→ keep the first answer, and ask about the number instead of opening it again\n",
        "→ give a changed order a new number\n",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    let live = said.split("coach: ").next().expect("there is a first part");
    assert_eq!(live.matches("plain http").count(), 1, "{said}");
    assert!(said.contains("✖ plain_http (4×)"), "{said}");
    assert!(
        said.contains("\nnot seen: whether the sign of callbacks is checked"),
        "{said}"
    );
    assert!(
        !said.contains('\u{1b}'),
        "no colours where there is no terminal: {said}"
    );
}

#[test]
fn nothing_is_said_where_nobody_asks() {
    for arguments in [&["--quiet"][..], &[]] {
        let said = habits(arguments);
        let lines: Vec<&str> = said.lines().collect();
        assert!(
            lines
                .iter()
                .all(|line| line.starts_with("scenario ") || line.starts_with("the last phase")),
            "{arguments:?}: {said}"
        );
    }
    let folder = Folder::new();
    let both = paydrill(&["serve", "--quiet", "--coach"])
        .current_dir(folder.path())
        .output();
    assert_eq!(both.expect("the binary starts").status.code(), Some(2));
}
