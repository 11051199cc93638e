//! Refusals, replies and fates, as a raw client sees them.

mod calendar;
mod cases;
mod kdpay;
mod numbers;
mod replies;
mod signing;
mod withdrawals;

use std::{collections::BTreeMap, time::Duration};

use protocol::{
    Fields, Token,
    dialect::okpay::{Command, fault::HEADER},
    sign,
};
use tokio::time::Instant;

use super::*;
use crate::{
    config::Start,
    testing::{BEGIN_S, Bench, Seen, TOKEN, open, post, query, signed},
};

const HEALTHY: &str = "phases: [{name: healthy, for: 30s}]\n";

/// Fields signed with the test shop's token.
fn fields(pairs: &[(&str, &str)]) -> String {
    let sign = sign(
        &Token::new(TOKEN).unwrap(),
        &Fields::of_text(pairs.iter().copied()).canonical(),
    )
    .to_string();
    let all = pairs.iter().copied().chain([("sign", sign.as_str())]);
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(all)
        .finish()
}

#[tokio::test(start_paused = true)]
async fn each_refusal_has_the_wallets_body_and_says_why_in_a_header() {
    let bench = Bench::new(HEALTHY);
    let timestamp = BEGIN_S.to_string();
    let late = (BEGIN_S - 301).to_string();
    let early = (BEGIN_S + 301).to_string();
    let with = |changed: &[(&str, &str)]| {
        let mut pairs = BTreeMap::from([
            ("id", "10001"),
            ("timestamp", timestamp.as_str()),
            ("nonce", "nonce-of-a-row"),
            ("amount", "6"),
            ("coin", "USDT"),
            ("unique_id", "ORDER-1"),
        ]);
        for (field, value) in changed {
            pairs.insert(field, value);
        }
        pairs.retain(|_, value| !value.is_empty());
        fields(&pairs.into_iter().collect::<Vec<_>>())
    };
    const AUTH: &str = r#"{"status":"warning","msg":"身份认证失败"}"#;
    let unsigned = with(&[]).split("&sign=").next().unwrap().to_owned();
    let rows: &[(&str, String, &str, &str)] = &[
        (
            "payLink",
            String::new(),
            AUTH,
            "auth_failed: id is missing or not a whole number",
        ),
        (
            "payLink",
            with(&[("id", "7")]),
            AUTH,
            "auth_failed: no shop has this id",
        ),
        ("payLink", unsigned.clone(), AUTH, "auth_failed: sign is missing"),
        (
            "payLink",
            format!("{unsigned}&sign={}", "A".repeat(32)),
            AUTH,
            "auth_failed: sign has the length of the MD5 protocol, this shop signs with HMAC-SHA256",
        ),
        (
            "payLink",
            format!("{unsigned}&sign={}", "A".repeat(64)),
            AUTH,
            "auth_failed: sign does not match the fields",
        ),
        (
            "payLink",
            with(&[("timestamp", "")]),
            AUTH,
            "auth_failed: timestamp is missing or not a whole number of seconds",
        ),
        (
            "payLink",
            with(&[("timestamp", &late)]),
            AUTH,
            "auth_failed: timestamp is outside the window",
        ),
        (
            "payLink",
            with(&[("timestamp", &early)]),
            AUTH,
            "auth_failed: timestamp is outside the window",
        ),
        ("payLink", with(&[("nonce", "")]), AUTH, "auth_failed: nonce is missing"),
        (
            "payLink",
            with(&[("nonce", "short")]),
            r#"{"status":"warning","msg":"nonce 参数验证失败"}"#,
            "field_invalid: nonce: not of 8 to 128 characters",
        ),
        (
            "payLink",
            with(&[("amount", "1e2"), ("nonce", "nonce-0001")]),
            r#"{"status":"warning","msg":"amount 参数验证失败"}"#,
            "field_invalid: amount: not plain decimal text",
        ),
        (
            "payLink",
            with(&[("callback_url", "ftp://example.com/"), ("nonce", "nonce-0002")]),
            r#"{"status":"warning","msg":"callback_url 参数验证失败"}"#,
            "callback_url_invalid: callback_url: not an http or https URL without user name",
        ),
        (
            "checkDeposit",
            with(&[("nonce", "nonce-0003")]),
            r#"{"status":"warning","msg":"订单不存在"}"#,
            "unknown_order: unique_id: no such order of this shop",
        ),
        (
            "payLink",
            with(&[("nonce", "nonce-0003")]),
            r#"{"status":"warning","msg":"请求重复 (nonce 已使用)"}"#,
            "nonce_replayed: the nonce was used before",
        ),
    ];
    for (operation, body, expected, reason) in rows {
        let seen = bench.connect().post(&format!("/shop/{operation}"), body).await;
        assert_eq!((seen.status(), seen.body()), (200, *expected), "{operation} {body}");
        assert_eq!(seen.header(HEADER), Some(*reason), "{operation} {body}");
        assert_eq!(seen.header("content-type"), Some("application/json"));
        let line = bench.journal().pop().unwrap();
        assert_eq!(
            (line.operation.as_str(), line.reason.as_deref(), line.status),
            (*operation, Some(*reason), 200)
        );
    }
    assert_eq!(bench.journal().len(), rows.len(), "one line for each exchange");
}

#[tokio::test(start_paused = true)]
async fn an_order_without_a_number_is_found_by_its_id() {
    let bench = Bench::new(HEALTHY);
    let numberless = |_| {
        let Command::PayLink { amount, coin, .. } = open("") else {
            unreachable!()
        };
        let (name, return_url, callback_url) = (None, None, None);
        Command::PayLink {
            amount,
            coin,
            unique_id: None,
            name,
            return_url,
            callback_url,
        }
    };
    let first = bench.call(&numberless(1)).await;
    let second = bench.call(&numberless(2)).await;
    assert_ne!(first, second, "each call without a number opens an order");
    let lines = bench.journal();
    let subjects: Vec<&str> = lines.iter().map(|line| line.subject.as_str()).collect();
    assert_eq!(subjects, ["#1", "#2"]);
    let status = bench.call(&query(lines[0].order_id.as_deref().unwrap())).await;
    assert!(status.body().contains(r#""status":0"#), "{status:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_call_is_answered_as_a_web_server_would() {
    let bench = Bench::new(HEALTHY);
    let body = bench.body(&open("ORDER-1"));
    let long = "a".repeat(9_000);
    let rows = [
        (
            post("/shop/pay", &body),
            404,
            None,
            "path_unknown: nobody serves this path",
        ),
        (
            post("/shop/payLink/", &body),
            404,
            None,
            "path_unknown: nobody serves this path",
        ),
        (
            "GET /shop/payLink HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
            405,
            Some("POST"),
            "method_not_allowed: this path is served by POST only",
        ),
        (
            "POST /shop/payLink HTTP/1.1\r\nContent-Length: 0\r\n\r\n".to_owned(),
            400,
            None,
            "host_invalid: a request of HTTP/1.1 has exactly one Host header",
        ),
        (
            "POST /shop/payLink HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 0\r\n\r\n".to_owned(),
            400,
            None,
            "host_invalid: a request of HTTP/1.1 has exactly one Host header",
        ),
        (
            post(&format!("/shop/{long}"), ""),
            414,
            None,
            "target_too_long: the target has more than 8192 bytes",
        ),
        (
            post("/shop/payLink", &"a=".repeat(33_000)),
            413,
            None,
            "body_too_long: the body has more than 65536 bytes",
        ),
    ];
    for (bytes, status, allow, reason) in rows {
        let seen = bench.connect().raw(&bytes).await;
        let head: String = bytes.chars().take(60).collect();
        assert_eq!((seen.status(), seen.body()), (status, ""), "{head}");
        assert_eq!(
            (seen.header("allow"), seen.header(HEADER)),
            (allow, Some(reason)),
            "{head}"
        );
    }
    let headers: String = (0..65).map(|n| format!("X-{n}: 1\r\n")).collect();
    let seen = bench
        .connect()
        .raw(&format!("POST /shop/payLink HTTP/1.1\r\n{headers}\r\n"))
        .await;
    assert_eq!(seen.status(), 431, "the 65th header");
    let seen = bench
        .connect()
        .raw(&format!(
            "POST / HTTP/1.1\r\nHost: a\r\nA: {}\r\n\r\n",
            "a".repeat(33 * 1024)
        ))
        .await;
    assert_eq!(seen.status(), 431, "a head of 33 KiB");
}

#[tokio::test(start_paused = true)]
async fn the_first_authenticated_call_starts_a_waiting_timeline() {
    let rest = "phases: [{name: first, for: 10s}, {name: second, for: 10s}]\n";
    let bench = Bench::with(rest, |config| config.start = Start::FirstArrival);
    tokio::time::sleep(Duration::from_secs(60)).await;
    let stranger = signed(
        &open("ORDER-1"),
        7,
        bench.gateway.clock.wall().as_secs(),
        "nonce-of-a-stranger",
    );
    bench.connect().post("/shop/payLink", &stranger).await;
    assert_eq!(bench.gateway.in_force.get().standing(), crate::drill::Standing::Waiting);
    bench.call(&open("ORDER-1")).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    bench.call(&open("ORDER-2")).await;
    let phases: Vec<String> = bench.journal().into_iter().map(|line| line.phase).collect();
    assert_eq!(phases, ["first", "first", "second"]);
}

/// One order, however many open it at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_identical_calls_open_one_order_and_get_the_same_bytes() {
    let bench = Arc::new(Bench::new(HEALTHY));
    let barrier = Arc::new(tokio::sync::Barrier::new(1_000));
    let calls: Vec<_> = (0..1_000)
        .map(|_| {
            let (bench, barrier) = (Arc::clone(&bench), Arc::clone(&barrier));
            let tasks = bench.tasks.clone();
            tasks.spawn(async move {
                barrier.wait().await;
                bench.call(&open("ORDER-1")).await
            })
        })
        .collect();
    let mut bodies = Vec::new();
    for call in calls {
        bodies.push(call.await.unwrap().body().to_owned());
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    assert!(bodies[0].contains(r#""status":"success""#));
    assert_eq!(bench.gateway.store.counts().open, 1);
    assert_eq!(bench.journal().len(), 1_000);
}

/// The fate of an order is its own: it depends neither on who came before nor on who runs beside.
#[test]
fn the_same_seed_gives_the_same_fate_in_any_order_on_any_threads() {
    let rest = "phases: [{name: rough, for: 1h}]\nrules:\n\
        - {name: busy, chance: 30%, ledger: skip, reply: {status: 503}}\n\
        - {name: lost, chance: 20%, ledger: apply, reply: reset}\n\
        - {name: poor, on: payLink, chance: 20%, ledger: {refuse: insufficient_balance}}\n\
        - {name: late, chance: 50%, reply: {delay: {uniform: {from: 1us, to: 900us}}}}\n";
    let fates = |threads: usize, order: &[usize]| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(threads).enable_all().build().unwrap();
        let order = order.to_vec();
        runtime.block_on(async move {
            let bench = Arc::new(Bench::new(rest));
            let merchants: Vec<_> = order
                .chunks(40)
                .map(|mine| {
                    let (bench, mine) = (Arc::clone(&bench), mine.to_vec());
                    bench.tasks.clone().spawn(async move {
                        for number in mine {
                            for _ in 0..2 {
                                bench.call(&open(&format!("ORDER-{number}"))).await;
                                bench.call(&query(&format!("ORDER-{number}"))).await;
                            }
                        }
                    })
                })
                .collect();
            for merchant in merchants {
                merchant.await.unwrap();
            }
            let fate = |line: protocol::admin::JournalLine| {
                let decided = (line.decision, line.rules, line.status, line.outcome);
                ((line.subject, line.operation, line.attempt), (decided, line.order_id))
            };
            bench.journal().into_iter().map(fate).collect::<BTreeMap<_, _>>()
        })
    };
    let forwards: Vec<usize> = (0..200).collect();
    // 77 and 200 share no factor, so this visits every order once.
    let shuffled: Vec<usize> = (0..200).map(|place| place * 77 % 200).collect();
    let expected = fates(1, &forwards);
    assert_eq!(expected.len(), 800);
    assert!(
        expected
            .values()
            .any(|((decision, ..), _)| decision.as_ref().unwrap().reply == "reset")
    );
    assert_eq!(fates(1, &shuffled), expected);
    assert_eq!(fates(4, &shuffled), expected);
}
