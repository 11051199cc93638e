//! Bad input against every field of a merchant's orders: each value is refused in words that name why, or taken because
//! it is good; a refusal never moves money and is never a 5xx. The judges of what is good are written here anew.

mod desk;
mod values;
mod wire;

use serde_json::Value;

use crate::harness::{Folder, Gateway, machine};
use desk::Desk;
use wire::{Answer, Client, FORM, JSON, Pairs, escaped, form, kdpay_form, now_s, okpay_form, okpay_sign};

const TOKEN: &str = "sandbox-token-10001";
const KEY: &str = "sandbox-token-20001";
/// Nobody pays and nobody is called: only what the requests themselves do moves anything.
const QUIET: &str = "\
name: quiet
shops:
  - {id: 10001, balance: {USDT: \"1000000000\", TRX: \"1000000000\"}}
  - {id: 20001, dialect: kdpay, balance: {CNY: \"1000000000\"}}
phases: [{name: steady, for: 1h}]
";

/// An operation with a good request, and who judges each of its fields.
struct Order {
    path: &'static str,
    dialect: Dialect,
    good: &'static [(&'static str, &'static str)],
    judges: &'static [(&'static str, Judge)],
}

/// Whether a value is good in a field.
type Judge = fn(&str) -> bool;

#[derive(Clone, Copy)]
enum Dialect {
    OkPay,
    KdPay(&'static [&'static str]),
}

const ORDERS: [Order; 4] = [
    Order {
        path: "/shop/payLink",
        dialect: Dialect::OkPay,
        good: &[("amount", "10.5"), ("coin", "USDT")],
        judges: &[
            ("amount", |value| amount(value, 8)),
            ("coin", |value| matches!(value, "USDT" | "TRX")),
            ("unique_id", |value| value.is_empty() || ascii(value, 1, 64)),
            ("name", |value| value.is_empty() || line(value, 128)),
            ("return_url", |value| value.is_empty() || ascii(value, 1, 2_048)),
            ("callback_url", |value| value.is_empty() || URLS.contains(&value)),
            ("status", |value| matches!(value, "" | "0")),
            ("timestamp", |_| false),
            ("nonce", |value| ascii(value, 8, 128)),
            ("id", |value| value == "10001"),
        ],
    },
    Order {
        path: "/shop/transfer",
        dialect: Dialect::OkPay,
        good: &[("amount", "0.01"), ("coin", "USDT"), ("to_user_id", "7238234930")],
        judges: &[
            ("amount", |value| amount(value, 8)),
            ("coin", |value| matches!(value, "USDT" | "TRX")),
            ("to_user_id", |value| whole(value) && value != "0"),
            ("unique_id", |value| value.is_empty() || ascii(value, 1, 64)),
            ("name", |value| value.is_empty() || line(value, 128)),
            ("callback_url", |value| value.is_empty() || URLS.contains(&value)),
        ],
    },
    Order {
        path: "/system/api/pay",
        dialect: Dialect::KdPay(&["orderCode", "amount", "payType", "userCode"]),
        good: &[
            ("amount", "10.00"),
            ("payType", "3"),
            ("callbackUrl", "http://127.0.0.1:9/notify"),
        ],
        judges: &[
            ("orderCode", |value| ascii(value, 1, 64) && !value.contains('&')),
            ("amount", |value| amount(value, 2)),
            ("payType", |value| value == "3"),
            ("callbackUrl", |value| URLS.contains(&value)),
            ("userCode", |_| false),
        ],
    },
    Order {
        path: "/system/api/remit",
        dialect: Dialect::KdPay(&["orderCode", "amount", "address", "userCode"]),
        good: &[("amount", "0.01"), ("address", "wallet-7")],
        judges: &[
            ("orderCode", |value| ascii(value, 1, 64) && !value.contains('&')),
            ("amount", |value| amount(value, 2)),
            ("address", |value| ascii(value, 1, 128) && !value.contains('&')),
            ("callbackUrl", |value| value.is_empty() || URLS.contains(&value)),
        ],
    },
];

/// Those of the values that are URLs a wallet may call.
const URLS: &[&str] = &[
    "http://127.0.0.1:9/notify",
    "https://merchant.example/cb?x=1&y=%20",
    "HTTP://127.0.0.1/",
    "http://127.0.0.1/#f",
];

/// How many refusals were clear, and those that were not.
#[derive(Default)]
struct Tally {
    taken: u64,
    clear: u64,
    wrong: Vec<String>,
}

impl Tally {
    fn expect(&mut self, what: &str, good: bool, answer: &Answer) {
        if good {
            if answer.is_success() && answer.reason.is_none() {
                self.taken += 1;
            } else {
                self.wrong.push(format!("{what} is good, but: {answer:?}"));
            }
        } else if is_clear(answer) {
            self.clear += 1;
        } else {
            self.wrong.push(format!("{what} is bad, but: {answer:?}"));
        }
    }

    fn assert_none_wrong(&self) {
        let clipped = |line: &String| line.chars().take(400).collect::<String>();
        let shown: Vec<String> = self.wrong.iter().take(40).map(clipped).collect();
        assert!(
            self.wrong.is_empty(),
            "{} wrong:\n{}",
            self.wrong.len(),
            shown.join("\n")
        );
    }
}

/// The wallet's own refusal, or that of the server before it; either with a stable word and, where it is about more than
/// the whole, a text.
fn is_clear(answer: &Answer) -> bool {
    let Some(reason) = &answer.reason else { return false };
    let (code, text) = reason.split_once(": ").unwrap_or((reason, ""));
    let stable = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let in_form = match answer.status {
        200 => {
            let okpay = matches!(body["status"].as_str(), Some("warning" | "error")) && body.get("sign").is_none();
            let kdpay =
                body["code"].as_u64().is_some_and(|code| code != 200 && code != 500) && body["message"].is_string();
            okpay || kdpay
        }
        400 | 413 | 414 => answer.body.is_empty(),
        _ => false,
    };
    stable && !text.is_empty() && code != "system_error" && in_form
}

#[test]
fn every_value_in_every_field_is_taken_or_clearly_refused() {
    let _alone = machine();
    let folder = Folder::new();
    let gateway = Gateway::start(&[&folder.write("quiet.yaml", QUIET)], &[]);
    let mut desk = Desk::new(&gateway);
    let values = values::values();
    assert!(values.len() >= 250, "{} values", values.len());

    let mut bad = Tally::default();
    let before = desk.books();
    for good in [false, true] {
        let mut tally = Tally::default();
        let orders = desk.orders();
        for order in &ORDERS {
            for &(field, judge) in order.judges {
                for value in values.iter().filter(|value| judge(value) == good) {
                    let what = format!("{} {field}={value:?}", order.path);
                    let answer = desk.ask(order, Some((field, value)));
                    tally.expect(&what, good, &answer);
                }
            }
        }
        tally.assert_none_wrong();
        if good {
            assert_eq!(desk.orders(), orders + tally.taken, "each good request opened an order");
            println!("{} clear refusals, {} good requests taken", bad.clear, tally.taken);
        } else {
            assert_eq!(desk.books(), before, "no refusal moved anything");
            bad = tally;
        }
    }
}

#[test]
fn bodies_that_are_none_are_clearly_refused() {
    let _alone = machine();
    let folder = Folder::new();
    let gateway = Gateway::start(&[&folder.write("quiet.yaml", QUIET)], &[]);
    let mut desk = Desk::new(&gateway);
    let before = desk.books();
    let mut tally = Tally::default();
    for order in ORDERS.iter().take(2) {
        for (what, content_type, body) in desk.bodies(order) {
            let answer = desk.client.post(order.path, content_type, &body);
            tally.expect(&format!("{} {what}", order.path), false, &answer);
        }
    }
    for target in [
        "/system/api/balance/20001",
        "/system/api/balance/%zz?timestamp=1&sign=0",
        "/system/api/balance/1?a=1&a=2",
    ] {
        let answer = desk.client.get(target);
        tally.expect(target, false, &answer);
    }
    tally.assert_none_wrong();
    assert_eq!(desk.books(), before, "no refusal moved anything");
    println!("{} clear refusals of bodies", tally.clear);
}

#[test]
fn both_spellings_of_a_good_request_are_taken() {
    let folder = Folder::new();
    let gateway = Gateway::start(&[&folder.write("quiet.yaml", QUIET)], &[]);
    let mut desk = Desk::new(&gateway);
    let mut tally = Tally::default();
    for order in &ORDERS {
        let answer = desk.ask(order, None);
        tally.expect(order.path, true, &answer);
    }
    for (what, content_type, body) in desk.twins() {
        let answer = desk.client.post("/shop/payLink", content_type, &body);
        tally.expect(what, true, &answer);
    }
    tally.assert_none_wrong();
}

/// What the wallet moves at once, unless a shop's limits say otherwise.
const MOST_WHOLE: u64 = 1_000_000_000;

/// Plain decimal text above zero, below [`MOST_WHOLE`], at most so many digits after the point, no needless zero in
/// front.
fn amount(text: &str, decimals: usize) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let most_whole = || whole.parse::<u64>().is_ok_and(|whole| whole < MOST_WHOLE);
    let plain = digits(whole) && digits(fraction) && (whole == "0" || !whole.starts_with('0'));
    plain && most_whole() && fraction.len() <= decimals && text.bytes().any(|byte| matches!(byte, b'1'..=b'9'))
}

fn whole(text: &str) -> bool {
    text.parse::<i64>()
        .is_ok_and(|number| number >= 0 && number.to_string() == text)
}

fn ascii(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.len()) && text.chars().all(|char| char.is_ascii_graphic() || char == ' ')
}

fn line(text: &str, most: usize) -> bool {
    text.chars().count() <= most && !text.chars().any(char::is_control)
}
