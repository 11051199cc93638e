//! A client of the merchant port written from the contract alone: signs what it sends, whatever that is, and reads what
//! comes back byte by byte.

use std::{
    fmt::Write as _,
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, SystemTime},
};

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use sha2::Sha256;

use crate::harness::PATIENCE;

pub(super) const FORM: &str = "application/x-www-form-urlencoded";
pub(super) const JSON: &str = "application/json";

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) reason: Option<String>,
    pub(super) body: String,
}

impl Answer {
    /// The wallet did it, in either dialect.
    pub(super) fn is_success(&self) -> bool {
        let body: serde_json::Value = serde_json::from_str(&self.body).unwrap_or_default();
        self.status == 200 && (body["status"] == "success" || (body["code"] == 200 && body["message"].is_string()))
    }
}

/// A connection that is opened again whenever the gateway has closed it.
pub(super) struct Client {
    address: String,
    stream: Option<TcpStream>,
}

impl Client {
    pub(super) fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            stream: None,
        }
    }

    pub(super) fn post(&mut self, path: &str, content_type: &str, body: &[u8]) -> Answer {
        let mut request = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        )
        .into_bytes();
        request.extend_from_slice(body);
        self.send(&request)
    }

    pub(super) fn get(&mut self, target: &str) -> Answer {
        self.send(format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes())
    }

    fn send(&mut self, request: &[u8]) -> Answer {
        let mut stream = self.stream.take().unwrap_or_else(|| {
            let stream = TcpStream::connect(&self.address).expect("the gateway listens");
            stream.set_nodelay(true).expect("a socket can be told");
            stream.set_read_timeout(Some(PATIENCE)).expect("a socket can be told");
            stream
        });
        // A gateway that has refused a long body by its head no longer reads; what it said is still there.
        let _cut_short = stream.write_all(request);
        let (answer, closes) = read(&mut stream);
        if !closes {
            self.stream = Some(stream);
        }
        answer
    }
}

/// Reads an answer; whether the connection ends with it.
fn read(stream: &mut TcpStream) -> (Answer, bool) {
    let mut seen = Vec::new();
    let head = loop {
        if let Some(end) = seen.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        more(stream, &mut seen);
    };
    let text = String::from_utf8_lossy(&seen[..head]).into_owned();
    let header = |name: &str| {
        let line = text.lines().find(|line| line.to_ascii_lowercase().starts_with(name))?;
        line.split_once(':').map(|(_, value)| value.trim().to_owned())
    };
    let length = header("content-length:").map_or(0, |length| length.parse().expect("a length is a number"));
    while seen.len() < head + length {
        more(stream, &mut seen);
    }
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
    let answer = Answer {
        status: status.expect("an answer has a status"),
        reason: header("x-paydrill-reason:"),
        body: String::from_utf8_lossy(&seen[head..head + length]).into_owned(),
    };
    (answer, header("connection:").is_some_and(|value| value == "close"))
}

fn more(stream: &mut TcpStream, seen: &mut Vec<u8>) {
    let mut piece = [0; 16_384];
    let count = stream.read(&mut piece).expect("the gateway answers");
    assert!(count > 0, "the gateway answers before it closes: {seen:?}");
    seen.extend_from_slice(&piece[..count]);
}

/// Fields as they are sent, each value as text.
pub(super) type Pairs = Vec<(String, String)>;

/// A signed form of OkayPay: HMAC over the sorted pairs that hold something.
pub(super) fn okpay_form(pairs: &Pairs, token: &str) -> String {
    let mut all = pairs.clone();
    all.push(("sign".to_owned(), okpay_sign(pairs, token)));
    form(&all)
}

pub(super) fn okpay_sign(pairs: &Pairs, token: &str) -> String {
    let mut signed: Vec<&(String, String)> = pairs.iter().filter(|(_, value)| !value.is_empty()).collect();
    signed.sort();
    let base: Vec<String> = signed.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut mac = Hmac::<Sha256>::new_from_slice(token.as_bytes()).expect("a key may have any length");
    mac.update(base.join("&").as_bytes());
    upper_hex(&mac.finalize().into_bytes())
}

/// A signed form of KDPay: MD5 over the values of `order`, the key last.
pub(super) fn kdpay_form(pairs: &Pairs, order: &[&str], key: &str) -> String {
    let value = |name: &&str| {
        pairs
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    };
    let mut values: Vec<&str> = order.iter().map(value).collect();
    values.push(key);
    let mut all = pairs.clone();
    all.push(("sign".to_owned(), upper_hex(&Md5::digest(values.join("&").as_bytes()))));
    form(&all)
}

fn upper_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02X}").expect("a string can be written");
        hex
    })
}

/// Every byte that is not a letter or digit is escaped.
pub(super) fn form(pairs: &Pairs) -> String {
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)))
        .collect();
    pairs.join("&")
}

pub(super) fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() {
            escaped.push(char::from(byte));
        } else {
            write!(escaped, "%{byte:02X}").expect("a string can be written");
        }
        escaped
    })
}

pub(super) fn now_s() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or(Duration::ZERO).as_secs()
}
