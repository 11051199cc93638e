//! The page and its interface, as a raw client sees them.

use hyper::{Method, Uri};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Place, is_for};
use crate::testing::{Bench, Seen, open as order};

const HEALTHY: &str = "phases: [{name: healthy, for: 30s}]\n";
const JSON: &str = "Content-Type: application/json\r\n";

async fn ask(bench: &Bench, verb: &str, path: &str, headers: &str, body: &str) -> Seen {
    let length = body.len();
    let request =
        format!("{verb} {path} HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n{headers}Content-Length: {length}\r\n\r\n{body}");
    bench.connect().raw(&request).await
}

/// The head alone, and how many bytes come after it.
async fn ask_for_head(bench: &Bench, path: &str) -> (Seen, usize) {
    let mut stream = bench.connect().stream;
    let request = format!("HEAD {path} HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    let (head, rest) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (Seen::Answer(status, head.to_owned(), String::new()), rest.len())
}

/// The id of an order that was just opened.
async fn opened(bench: &Bench, number: &str) -> String {
    let answer = bench.call(&order(number)).await;
    let answer: serde_json::Value = serde_json::from_str(answer.body()).unwrap();
    answer["data"]["order_id"].as_str().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_payer_fails_by_one_method_and_pays_by_another_with_a_code() {
    let payers = "payers: {outcomes: {abandon: 100%}, failing: {bank_card: 100%}, second_factor: {from: '1'}}\n";
    let bench = Bench::new(payers);
    let id = opened(&bench, "ORDER-1").await;
    let base = format!("/cashier/{id}");
    let before = bench.journal().len();
    let mut states = Vec::new();
    for (command, body) in [
        ("pay", r#"{"method":"bank_card"}"#),
        ("pay", r#"{"method":"balance"}"#),
        ("code", r#"{"code":"000000"}"#),
    ] {
        let seen = ask(&bench, "POST", &format!("{base}/{command}"), JSON, body).await;
        assert_eq!(seen.status(), 200, "{seen:?}");
        states.push(seen.body().replace(&id, "ORDER-ID"));
    }
    let asked: serde_json::Value = serde_json::from_str(states.last().unwrap()).unwrap();
    let code = asked["code_hint"].as_str().unwrap();
    let seen = ask(
        &bench,
        "POST",
        &format!("{base}/code"),
        JSON,
        &format!(r#"{{"code":"{code}"}}"#),
    )
    .await;
    states.push(seen.body().replace(&id, "ORDER-ID"));
    insta::assert_snapshot!(states.join("\n"));
    let note = crate::cashier::note(&bench.gateway, ledger::OrderId::parse(&id).unwrap()).unwrap();
    assert_eq!((note.stage.as_str(), note.method.as_deref()), ("paid", Some("balance")));
    assert_eq!(note.failed, ["bank_card"]);
    assert_eq!((note.second_factor, note.wrong_codes), (true, 1));
    assert_eq!(
        bench.gateway.callbacks.counts(&bench.gateway.store).pending,
        1,
        "the merchant is told"
    );
    assert_eq!(
        bench.journal().len(),
        before,
        "a payer's request is no merchant's exchange"
    );
}

#[tokio::test(start_paused = true)]
async fn each_path_answers_by_its_methods_and_says_what_it_is() {
    let bench = Bench::new(HEALTHY);
    let id = opened(&bench, "ORDER-1").await;
    let none = "0".repeat(32);
    let rows: &[(&str, String, u16, &str)] = &[
        ("GET", format!("/cashier/{id}"), 200, "text/html; charset=utf-8"),
        ("HEAD", format!("/cashier/{id}"), 200, "text/html; charset=utf-8"),
        (
            "GET",
            format!("/cashier/{id}?from=mail"),
            200,
            "text/html; charset=utf-8",
        ),
        ("GET", format!("/cashier/{none}"), 404, "text/html; charset=utf-8"),
        ("GET", "/cashier/".to_owned(), 404, "text/html; charset=utf-8"),
        (
            "GET",
            format!("/cashier/{}", id.to_uppercase()),
            404,
            "text/html; charset=utf-8",
        ),
        (
            "GET",
            "/cashier/assets/cashier.js".to_owned(),
            200,
            "text/javascript; charset=utf-8",
        ),
        (
            "GET",
            "/cashier/assets/cashier.css".to_owned(),
            200,
            "text/css; charset=utf-8",
        ),
        ("GET", "/cashier/assets/../page.rs".to_owned(), 404, "application/json"),
        ("GET", format!("/cashier/{id}/state"), 200, "application/json"),
        ("HEAD", format!("/cashier/{id}/state"), 200, "application/json"),
        ("GET", format!("/cashier/{none}/state"), 404, "application/json"),
        ("GET", "/cashier/7/state".to_owned(), 404, "application/json"),
        ("GET", format!("/cashier/{id}/qr.svg"), 200, "image/svg+xml"),
        ("GET", format!("/cashier/{none}/qr.svg"), 404, "application/json"),
        ("GET", format!("/cashier/{id}/pay"), 405, "application/json"),
        ("POST", format!("/cashier/{id}/state"), 405, "application/json"),
        ("DELETE", format!("/cashier/{id}"), 405, "application/json"),
        ("POST", format!("/cashier/{id}/refund"), 404, "application/json"),
    ];
    for (verb, path, status, media_type) in rows {
        let seen = match *verb {
            "HEAD" => {
                let (seen, rest) = ask_for_head(&bench, path).await;
                assert_eq!(rest, 0, "{path}");
                seen
            }
            verb => ask(&bench, verb, path, "", "").await,
        };
        assert_eq!(
            (seen.status(), seen.header("content-type")),
            (*status, Some(*media_type)),
            "{verb} {path}"
        );
        let policy = seen.header("content-security-policy").unwrap();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert_eq!(seen.header("x-content-type-options"), Some("nosniff"), "{path}");
        let kept = if path.contains("/assets/cashier") {
            "no-cache"
        } else {
            "no-store"
        };
        assert_eq!(seen.header("cache-control"), Some(kept), "{path}");
        let allow = match (*status, path.ends_with("/pay")) {
            (405, true) => Some("POST"),
            (405, false) => Some("GET, HEAD"),
            _ => None,
        };
        assert_eq!(seen.header("allow"), allow, "{verb} {path}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_command_that_is_none_changes_nothing_and_says_why() {
    let bench = Bench::new(HEALTHY);
    let id = opened(&bench, "ORDER-1").await;
    let long = format!(r#"{{"method":"{}"}}"#, "x".repeat(70_000));
    let pay = r#"{"method":"balance"}"#;
    let rows: &[(&str, &str, &str, u16, &str)] = &[
        ("pay", "", pay, 415, "content_type"),
        ("pay", "Content-Type: text/plain\r\n", pay, 415, "content_type"),
        (
            "pay",
            "Content-Type: application/json\r\nOrigin: https://evil.example\r\n",
            pay,
            403,
            "origin",
        ),
        (
            "pay",
            "Content-Type: application/json\r\nOrigin: null\r\n",
            pay,
            403,
            "origin",
        ),
        (
            "decline",
            "Content-Type: application/json\r\nOrigin: http://127.0.0.1:8081\r\n",
            "{}",
            403,
            "origin",
        ),
        ("pay", JSON, "", 400, "body_malformed"),
        ("pay", JSON, "method=balance", 400, "body_malformed"),
        ("pay", JSON, "{}", 400, "body_malformed"),
        ("pay", JSON, r#"{"method":"cash"}"#, 400, "method_unknown"),
        ("pay", JSON, &long, 413, "body_too_long"),
        ("code", JSON, r#"{"code":123456}"#, 400, "body_malformed"),
        ("code", JSON, r#"{"code":"12345"}"#, 400, "code_malformed"),
        ("code", JSON, r#"{"code":"+12345"}"#, 400, "code_malformed"),
        ("code", JSON, r#"{"code":"１２"}"#, 400, "code_malformed"),
        ("decline", JSON, "7", 400, "body_malformed"),
    ];
    for (command, headers, body, status, error) in rows {
        let seen = ask(&bench, "POST", &format!("/cashier/{id}/{command}"), headers, body).await;
        let said: serde_json::Value = serde_json::from_str(seen.body()).unwrap();
        assert_eq!(
            (seen.status(), said["error"].as_str()),
            (*status, Some(*error)),
            "{command} {headers}"
        );
        assert!(said["message"].is_string(), "{said}");
    }
    let state = ask(&bench, "GET", &format!("/cashier/{id}/state"), "", "").await;
    assert!(state.body().contains(r#""stage":"choose""#), "{state:?}");
}

#[tokio::test(start_paused = true)]
async fn the_page_itself_may_command() {
    for (name, headers) in [
        (
            "A",
            "Content-Type: application/json; charset=utf-8\r\nOrigin: http://127.0.0.1:8080\r\n",
        ),
        (
            "B",
            "content-type: Application/JSON\r\norigin: HTTP://127.0.0.1:8080\r\n",
        ),
    ] {
        let bench = Bench::new(HEALTHY);
        let id = opened(&bench, name).await;
        let seen = ask(&bench, "POST", &format!("/cashier/{id}/decline"), headers, "{}").await;
        assert!(seen.body().contains(r#""stage":"declined""#), "{seen:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn withdrawals_have_no_cashier() {
    use protocol::dialect::okpay::{Coin, Command};

    let bench = Bench::new(HEALTHY);
    let transfer = Command::Transfer {
        amount: "6".to_owned(),
        coin: Coin::Usdt,
        to_user_id: 123_456_789,
        unique_id: Some("W-1".to_owned()),
        name: None,
        callback_url: None,
    };
    let answer = bench.call(&transfer).await;
    let answer: serde_json::Value = serde_json::from_str(answer.body()).unwrap();
    let id = answer["data"]["order_id"].as_str().expect("a withdrawal has an id");
    let seen = ask(&bench, "GET", &format!("/cashier/{id}/state"), "", "").await;
    assert_eq!(seen.status(), 404, "{seen:?}");
}

#[tokio::test(start_paused = true)]
async fn rules_spare_payers_and_a_phase_that_refuses_does_not() {
    let rules = "rules: [{chance: 100%, ledger: skip, reply: {status: 503}}]\n";
    let bench = Bench::new(&format!(
        "{rules}phases: [{{name: up, for: 30s}}, {{name: down, for: 30s, refuse: true}}]\n"
    ));
    let path = format!("/cashier/{}", "0".repeat(32));
    assert_eq!(bench.call(&order("ORDER-1")).await.status(), 503);
    assert_eq!(ask(&bench, "GET", &path, "", "").await.status(), 404);
    let mut early = bench.connect();
    assert_eq!(
        early
            .raw(&format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n"))
            .await
            .status(),
        404
    );
    tokio::time::sleep(std::time::Duration::from_secs(31)).await;
    let seen = early.raw(&format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n")).await;
    assert!(matches!(seen, Seen::Reset(_)), "{seen:?}");
}

#[test]
fn only_paths_below_cashier_are_the_pages() {
    for (path, theirs) in [
        ("/cashier/7", true),
        ("/cashier/", true),
        ("/cashier", false),
        ("/cashiers/7", false),
        ("/shop/payLink", false),
    ] {
        assert_eq!(is_for(&path.parse::<Uri>().unwrap()), theirs, "{path}");
    }
    assert_eq!(Place::of("/cashier/7/pay/now"), None);
    assert!(Place::of("/cashier/7/pay").is_some_and(|place| place.check_verb(&Method::POST).is_ok()));
}
