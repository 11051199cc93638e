//! A second signer, written from the contract without the crate's own types: HMAC by hand on SHA-256, and MD5 the way
//! PHP goes, encoding a query and decoding it whole. It must agree on every one of many random documents.

use std::fmt::Write;

use md5::{Digest, Md5};
use sha2::Sha256;

use crate::{Accepts, Algorithm, Fields, Md5Rule, Token, sign_fields, verify_fields};

mod spoilt;

const DOCUMENTS: u64 = 10_000;

/// A document as its sender has it.
#[derive(Clone, Debug)]
enum Node {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    Object(Vec<(String, Self)>),
}

#[test]
fn ten_thousand_json_documents_have_the_same_sign_twice() {
    for seed in 0..DOCUMENTS {
        let mut dice = Dice(seed);
        let document = dice.object(0, Dice::any_leaf);
        let token = dice.token();
        check(
            &document,
            &token,
            Fields::from_json(json(&document).as_bytes()).unwrap(),
        );
    }
}

#[test]
fn ten_thousand_forms_have_the_same_sign_twice() {
    for seed in 0..DOCUMENTS {
        let mut dice = Dice(seed);
        let document = dice.object(0, |dice| Node::Text(dice.text()));
        let token = dice.token();
        let body = query(&document, None, |_| false);
        check(&document, &token, Fields::from_php_form(body.as_bytes()).unwrap());
    }
}

fn check(document: &[(String, Node)], token: &str, mut fields: Fields) {
    let key = Token::new(token).unwrap();
    let both = Accepts {
        hmac: true,
        md5: Some(Md5Rule::Strict),
    };
    for (algorithm, second) in [
        (Algorithm::Hmac, second_hmac(document, token)),
        (Algorithm::Md5, second_md5(document, token)),
    ] {
        assert_eq!(
            sign_fields(algorithm, &key, &fields),
            second,
            "{algorithm} {document:?} {token:?}"
        );
        fields.set_sign(&second);
        assert_eq!(
            verify_fields(both, &key, &fields),
            Some(algorithm),
            "{document:?} {token:?}"
        );
    }
}

// The contract's section 2.1.

fn second_hmac(document: &[(String, Node)], token: &str) -> String {
    let mut lines = Vec::new();
    flatten(document, "", &mut lines);
    lines.sort_by(|one, other| one.0.as_bytes().cmp(other.0.as_bytes()));
    let lines: Vec<String> = lines.into_iter().map(|(name, text)| name + "=" + &text).collect();
    hmac_by_hand(token.as_bytes(), lines.join("&").as_bytes())
}

fn flatten(object: &[(String, Node)], prefix: &str, lines: &mut Vec<(String, String)>) {
    for (name, node) in object {
        let name = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}.{name}")
        };
        let text = match node {
            Node::Null => continue,
            Node::Bool(truth) => truth.to_string(),
            Node::Number(text) | Node::Text(text) => text.clone(),
            Node::Object(inner) => {
                flatten(inner, &name, lines);
                continue;
            }
        };
        if !text.is_empty() {
            lines.push((name, text));
        }
    }
}

/// RFC 2104, section 2.
fn hmac_by_hand(key: &[u8], message: &[u8]) -> String {
    let mut block = [0_u8; 64];
    if key.len() > 64 {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let pad = |with: u8| block.map(|byte| byte ^ with);
    let inner = Sha256::digest([&pad(0x36)[..], message].concat());
    hex(&Sha256::digest([&pad(0x5c)[..], &inner[..]].concat()))
}

// The contract's section 2.2.

fn second_md5(document: &[(String, Node)], token: &str) -> String {
    let mut kept: Vec<(String, Node)> = document.iter().filter(|(_, node)| !is_falsy(node)).cloned().collect();
    kept.sort_by(|one, other| one.0.as_bytes().cmp(other.0.as_bytes()));
    let encoded = query(&kept, None, |node| matches!(node, Node::Null)) + "&token=" + token;
    hex(&Md5::digest(urldecode(encoded.as_bytes())))
}

fn is_falsy(node: &Node) -> bool {
    match node {
        Node::Null => true,
        Node::Bool(truth) => !*truth,
        Node::Number(text) => text.parse::<f64>().unwrap().abs() == 0.0,
        Node::Text(text) => text.is_empty() || text == "0",
        Node::Object(inner) => inner.is_empty(),
    }
}

/// `http_build_query`.
fn query(object: &[(String, Node)], inside: Option<&str>, skip: fn(&Node) -> bool) -> String {
    let mut parts = Vec::new();
    for (name, node) in object.iter().filter(|(_, node)| !skip(node)) {
        let name = match inside {
            None => urlencode(name),
            Some(outer) => format!("{outer}%5B{}%5D", urlencode(name)),
        };
        let text = match node {
            Node::Object(inner) => {
                let inner = query(inner, Some(&name), skip);
                if !inner.is_empty() {
                    parts.push(inner);
                }
                continue;
            }
            Node::Null => String::new(),
            Node::Bool(truth) => u8::from(*truth).to_string(),
            Node::Number(text) => php_number(text),
            Node::Text(text) => text.clone(),
        };
        parts.push(name + "=" + &urlencode(&text));
    }
    parts.join("&")
}

/// `%d` of what fits, else `%.14G` with the `.0` that PHP puts behind a lone digit.
fn php_number(text: &str) -> String {
    if let Ok(whole) = text.parse::<i64>() {
        return whole.to_string();
    }
    let value: f64 = text.parse().unwrap();
    if value.is_infinite() {
        return if value < 0.0 { "-INF".into() } else { "INF".into() };
    }
    let scientific = format!("{:.13e}", value.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap();
    let exponent: i32 = exponent.parse().unwrap();
    let digits = mantissa.replace('.', "");
    let digits = digits.trim_end_matches('0');
    let digits = if digits.is_empty() { "0" } else { digits };
    let minus = if value.is_sign_negative() { "-" } else { "" };
    let unsigned = match exponent {
        -4..0 => format!("0.{}{digits}", "0".repeat((-1 - exponent).unsigned_abs() as usize)),
        0..14 => {
            let whole = exponent.unsigned_abs() as usize + 1;
            let padded = format!("{digits:0<whole$}");
            let (before, after) = padded.split_at(whole);
            if after.is_empty() {
                before.to_owned()
            } else {
                format!("{before}.{after}")
            }
        }
        _ => {
            let (first, rest) = digits.split_at(1);
            let rest = if rest.is_empty() { "0" } else { rest };
            format!("{first}.{rest}E{exponent:+}")
        }
    };
    format!("{minus}{unsigned}")
}

fn urlencode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => encoded.push(byte.into()),
            b' ' => encoded.push('+'),
            _ => write!(encoded, "%{byte:02X}").unwrap(),
        }
    }
    encoded
}

fn urldecode(text: &[u8]) -> Vec<u8> {
    let digit = |at: usize| text.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut bytes = Vec::new();
    let mut at = 0;
    while at < text.len() {
        match (text[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap());
                at += 2;
            }
            (b'+', _, _) => bytes.push(b' '),
            (other, _, _) => bytes.push(other),
        }
        at += 1;
    }
    bytes
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02X}"))
}

fn json(object: &[(String, Node)]) -> String {
    let members = object.iter().map(|(name, node)| {
        let value = match node {
            Node::Null => "null".to_owned(),
            Node::Bool(truth) => truth.to_string(),
            Node::Number(text) => text.clone(),
            Node::Text(text) => serde_json::to_string(text).unwrap(),
            Node::Object(inner) => json(inner),
        };
        format!("{}:{value}", serde_json::to_string(name).unwrap())
    });
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

/// SplitMix64: the same documents in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).unwrap() % sides
    }

    fn pick<'a>(&mut self, rows: &[&'a str]) -> &'a str {
        rows[self.roll(rows.len())]
    }

    fn object(&mut self, depth: usize, leaf: fn(&mut Self) -> Node) -> Vec<(String, Node)> {
        let mut members: Vec<(String, Node)> = Vec::new();
        for _ in 0..self.roll(if depth == 0 { 14 } else { 6 }) {
            let name = self.name();
            if members.iter().any(|(other, _)| *other == name) {
                continue;
            }
            // A dotted name is a leaf's, or it could meet the same name made of two.
            let is_object = depth < 3 && !name.contains('.') && self.roll(6) == 0;
            let node = if is_object {
                Node::Object(self.object(depth + 1, leaf))
            } else {
                leaf(self)
            };
            members.push((name, node));
        }
        members
    }

    fn name(&mut self) -> String {
        let first = [
            "id", "amount", "data", "data2", "data-x", "Status", "status", "a", "A", "_", "余额", "é", "x.y", "x.",
            "k k", "p%20", "p+q", "e=", "z&a",
        ];
        let second = ["", "", "", "_id", "2", "Z", "~"];
        let (first, second) = (self.pick(&first), self.pick(&second));
        format!("{first}{second}")
    }

    fn any_leaf(&mut self) -> Node {
        match self.roll(8) {
            0 => Node::Null,
            1 => Node::Bool(self.roll(2) == 0),
            2..=4 => Node::Number(self.number()),
            _ => Node::Text(self.text()),
        }
    }

    fn number(&mut self) -> String {
        if self.roll(2) == 0 {
            let rows = [
                "0",
                "-0",
                "0.0",
                "-0.00",
                "0e5",
                "1",
                "-1",
                "12.30",
                "100.00",
                "1e2",
                "1E+400",
                "1e-400",
                "5e-324",
                "1e13",
                "1e14",
                "1e15",
                "0.0001",
                "0.00001",
                "9223372036854775807",
                "9223372036854775808",
                "-9223372036854775809",
                "0.30000000000000004",
                "99999999999999.9",
                "999999999999999.9",
                "6.00000000",
            ];
            return self.pick(&rows).to_owned();
        }
        let whole = self.roll(1 << 30);
        match self.roll(3) {
            0 => format!("{whole}"),
            1 => format!("-{whole}.{:04}", self.roll(10_000)),
            _ => format!("{whole}.5e-{}", self.roll(20)),
        }
    }

    fn text(&mut self) -> String {
        let rows = [
            "",
            "0",
            "0.0",
            "00",
            "false",
            "null",
            " ",
            "USDT",
            "12.30",
            "余额",
            "é",
            "😀",
            "a+b",
            "a b",
            "100%",
            "%41",
            "%zz",
            "a&b=c",
            "=",
            "&",
            "\"",
            "\\",
            "/",
            "\n",
            "\u{0}",
            "[x]",
            "token",
            "http://127.0.0.1/?a=1&b=%20",
        ];
        (0..1 + self.roll(2)).map(|_| self.pick(&rows)).collect()
    }

    fn token(&mut self) -> String {
        let rows = [
            "123456",
            "TESTtoken",
            "a+b",
            "%2B",
            "%",
            "%4",
            "&x=1",
            " padded ",
            "余",
            "\n",
        ];
        let token = format!("{}{}", self.pick(&rows), self.pick(&rows));
        if self.roll(20) == 0 { token.repeat(9) } else { token }
    }
}
