//! Answers of the admin interface, and who gets them.

mod clock;
mod faults;
mod live;
mod money;
mod reading;
mod seconds;
mod shops;
mod statement;
mod timeline;

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::{Method, Request, StatusCode};
use protocol::{
    Algorithm, Token,
    admin::{JournalPage, OrderPage, Status, Story},
    dialect::okpay::{Envelope, request},
};
use serde_json::Value;

use super::{Admin, answer, guard, openapi, table};
use crate::testing::{Bench, TOKEN, open};

struct Desk {
    admin: Admin,
    bench: Bench,
}

impl Desk {
    fn new(rest: &str) -> Self {
        Self::over(Bench::new(rest))
    }

    fn over(bench: Bench) -> Self {
        let admin = Admin {
            gateway: Arc::clone(&bench.gateway),
            address: "127.0.0.1:8081".parse().unwrap(),
            token: None,
            hide_order: None,
            tasks: bench.tasks.clone(),
            stop: bench.stop.drain.clone(),
        };
        Self { admin, bench }
    }

    async fn ask(&self, method: Method, path: &str, body: &str) -> (StatusCode, Value) {
        let request = Request::builder()
            .method(method.clone())
            .uri(path)
            .header("host", "localhost")
            .body(())
            .unwrap();
        let (head, ()) = request.into_parts();
        let response = match guard::check(&head, self.admin.address, self.admin.token.as_deref()) {
            Ok(()) => table::answer(&self.admin, &head, &Bytes::from(body.to_owned()))
                .unwrap_or_else(|refused| answer::error(&refused)),
            Err(refused) => answer::error(&refused),
        };
        let status = response.status();
        documented(&method, path, status);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&body).unwrap_or_else(|_| String::from_utf8_lossy(&body).into_owned().into());
        (status, body)
    }

    /// Opens an order for a shop; why it was refused, if it was.
    async fn call_as(&self, shop: u64, token: &str, nonce: &str) -> Option<String> {
        let envelope = Envelope {
            shop,
            timestamp: self.bench.gateway.clock.wall().as_secs(),
            nonce: nonce.to_owned(),
        };
        let body = request::encode(&open(nonce), &envelope, Algorithm::Hmac, &Token::new(token).unwrap());
        let seen = self.bench.connect().post("/shop/payLink", &body).await;
        seen.header("x-paydrill-reason").map(str::to_owned)
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, path: &str) -> T {
        let (status, body) = self.ask(Method::GET, path, "").await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_value(body).unwrap()
    }
}

const TWO: &str = "phases: [{name: first, for: 10s}, {name: second, for: 10s}]\nrules: [{name: late, on: payLink, reply: \
                   {delay: 1ms}}]\n";

/// Whatever a route answers in any test here, its document names.
fn documented(method: &Method, path: &str, status: StatusCode) {
    let path = path.split('?').next().unwrap();
    let routes = table::ROUTES.iter().filter(|route| route.method == *method);
    for route in routes.filter(|route| table::parameter(route.path, path).is_some()) {
        let statuses = openapi::statuses(route);
        assert!(
            statuses.contains(&status.as_u16()),
            "{method} {path}: {status} is not in {statuses:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn orders_come_in_pages_and_the_test_switch_hides_one() {
    let mut desk = Desk::new(TWO);
    for number in 0..25 {
        desk.bench.call(&open(&format!("ORDER-{number}"))).await;
    }
    let mut ids = Vec::new();
    let mut after = String::new();
    loop {
        let page: OrderPage = desk.get(&format!("/orders?limit=10{after}")).await;
        ids.extend(page.orders.into_iter().map(|order| order.order_id));
        match page.next {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(ids.len(), 25);
    assert!(ids.is_sorted());
    let whole: OrderPage = desk.get("/orders?limit=25").await;
    assert_eq!(
        (whole.orders.len(), whole.next),
        (25, None),
        "a full last page is the last"
    );

    let one: OrderPage = desk.get("/orders?shop=10001&number=ORDER-7").await;
    assert_eq!(one.orders.len(), 1);
    assert_eq!(one.orders[0].unique_id, "ORDER-7");
    let none: OrderPage = desk.get("/orders?shop=7").await;
    assert!(none.orders.is_empty());

    desk.admin.hide_order = Some(3);
    let page: OrderPage = desk.get("/orders").await;
    let shown: Vec<String> = page.orders.into_iter().map(|order| order.order_id).collect();
    assert_eq!(shown.len(), 24);
    assert!(!shown.contains(&ids[2]));
    let (status, _) = desk.ask(Method::GET, &format!("/orders/{}", ids[2]), "").await;
    assert_eq!(status, 404);
}

#[tokio::test(start_paused = true)]
async fn status_journal_and_metrics_agree() {
    let desk = Desk::new(TWO);
    for number in 0..3 {
        desk.bench.call(&open(&format!("ORDER-{number}"))).await;
    }
    let status: Status = desk.get("/status").await;
    assert_eq!(
        (status.phase.as_str(), status.orders.open, status.rules[0].decided),
        ("first", 3, 3)
    );
    assert_eq!(
        (status.rules[0].phase.as_str(), status.rules[0].on.as_str()),
        ("all", "payLink")
    );
    assert_eq!(status.journal.written, 3);
    let page: JournalPage = desk.get("/journal?after=1&limit=1").await;
    assert_eq!((page.lines.len(), page.lines[0].seq, page.last), (1, 2, 3));
    let (_, metrics) = desk.ask(Method::GET, "/metrics", "").await;
    let metrics = metrics.as_str().unwrap();
    assert!(
        metrics.contains(
            r#"paydrill_exchanges_total{phase="first",operation="payLink",status="200",outcome="answered"} 3"#
        )
    );
    assert!(
        metrics.contains(r#"paydrill_rule_decided_total{rule="late",phase="first",on="payLink"} 3"#),
        "{metrics}"
    );
    assert!(metrics.ends_with("# EOF\n"));
}

#[tokio::test(start_paused = true)]
async fn a_scenario_is_replaced_wholly_or_not_at_all() {
    let desk = Desk::new(TWO);
    tokio::time::sleep(std::time::Duration::from_secs(12)).await;
    assert_eq!(desk.get::<Status>("/status").await.phase, "second");
    let (status, body) = desk
        .ask(
            Method::PUT,
            "/scenario?name=bad.yaml",
            "name: bad\nphase: []\nseed: x\n",
        )
        .await;
    assert_eq!(
        (status, &body["error"]),
        (StatusCode::BAD_REQUEST, &Value::from("scenario"))
    );
    assert!(body["problems"].as_array().unwrap().len() >= 2, "{body}");
    assert_eq!(
        desk.get::<Status>("/status").await.scenario,
        "test",
        "the old one stays"
    );

    let (status, body) = desk
        .ask(
            Method::PUT,
            "/scenario",
            "name: fresh\nphases: [{name: only, for: 1m}]\n",
        )
        .await;
    assert_eq!(
        (status, &body["old"], &body["new"]),
        (StatusCode::OK, &Value::from("test"), &Value::from("fresh"))
    );
    let status: Status = desk.get("/status").await;
    assert_eq!(
        (status.scenario.as_str(), status.phase.as_str(), status.elapsed_ms),
        ("fresh", "only", 0)
    );
}

#[tokio::test(start_paused = true)]
async fn commands_do_what_they_say() {
    let desk = Desk::new(TWO);
    desk.bench.call(&open("ORDER-1")).await;
    let page: OrderPage = desk.get("/orders").await;
    let id = &page.orders[0].order_id;
    let (status, order) = desk.ask(Method::POST, &format!("/orders/{id}/decline"), "").await;
    assert_eq!((status, &order["status"]), (StatusCode::OK, &Value::from("open")));
    let (status, order) = desk.ask(Method::POST, &format!("/orders/{id}/pay"), "").await;
    assert_eq!((status, &order["status"]), (StatusCode::OK, &Value::from("paid")));
    let (status, body) = desk.ask(Method::POST, &format!("/orders/{id}/decline"), "").await;
    assert_eq!(
        (status, &body["error"]),
        (StatusCode::CONFLICT, &Value::from("already_paid"))
    );

    let (status, _) = desk.ask(Method::POST, "/phase/second", "").await;
    assert_eq!(status, 200);
    assert_eq!(desk.get::<Status>("/status").await.phase, "second");
    let (status, _) = desk.ask(Method::POST, "/phase/fi%72st", "").await;
    assert_eq!(status, 200);
    assert_eq!(desk.get::<Status>("/status").await.phase, "first");
    let (status, body) = desk.ask(Method::POST, "/phase/third", "").await;
    assert_eq!(
        (status, &body["help"]),
        (StatusCode::NOT_FOUND, &Value::from("its phases are first, second"))
    );

    let (status, _) = desk.ask(Method::POST, "/reset", "").await;
    assert_eq!(status, 400, "a reset must be confirmed");
    let (status, _) = desk.ask(Method::POST, "/reset", r#"{"confirm":"reset"}"#).await;
    assert_eq!(status, 200);
    assert!(desk.get::<OrderPage>("/orders").await.orders.is_empty());
}

#[tokio::test(start_paused = true)]
async fn refusals_name_the_thing_and_the_remedy() {
    let mut desk = Desk::new(TWO);
    let rows = [
        (Method::GET, "/nothing", 404, "path_unknown"),
        (Method::DELETE, "/status", 405, "method"),
        (Method::GET, "/orders/xyz", 404, "order_unknown"),
        (
            Method::POST,
            "/orders/00000000000000000000000000000000/pay",
            404,
            "order_unknown",
        ),
        (Method::GET, "/orders?after=xyz", 400, "after"),
        (Method::GET, "/orders?limit=-1", 400, "limit"),
        (Method::GET, "/journal?after=x", 400, "after"),
        (Method::GET, "/journal?after=1&after=2", 400, "after"),
        (Method::GET, "/journal?after=18446744073709551616", 400, "after"),
        (Method::GET, "/journal?after=+1", 400, "after"),
        (Method::GET, "/orders?limit=0", 400, "limit"),
        (Method::GET, "/orders?limit=10001", 400, "limit"),
        (Method::GET, "/orders?limits=1", 400, "parameter_unknown"),
        (Method::GET, "/status?x", 400, "parameter_unknown"),
        (Method::GET, "/journal/01", 404, "line_unknown"),
        (Method::PUT, "/scenario?for_ms=0", 400, "for_ms"),
        (Method::POST, "/reset", 400, "not_confirmed"),
        (Method::TRACE, "/status", 405, "method"),
        (Method::HEAD, "/status", 405, "method"),
        (Method::PUT, "/scenario", 400, "scenario"),
    ];
    for (method, path, status, word) in rows {
        let (seen, body) = desk.ask(method, path, "").await;
        assert_eq!(
            (seen.as_u16(), body["error"].as_str()),
            (status, Some(word)),
            "{path}: {body}"
        );
        assert!(!body["message"].as_str().unwrap().is_empty() && !body["help"].as_str().unwrap().is_empty());
    }
    desk.admin.token = Some("right".to_owned());
    let (seen, body) = desk.ask(Method::GET, "/status", "").await;
    assert_eq!((seen.as_u16(), body["error"].as_str()), (401, Some("token")));
}

#[tokio::test(start_paused = true)]
async fn only_the_stated_bodies_are_read() {
    let desk = Desk::new(TWO);
    let deep = format!("{}{}", "[".repeat(1_000), "]".repeat(1_000));
    let twice = r#"{"confirm":"no","confirm":"reset"}"#;
    let further = r#"{"confirm":"reset","orders":true}"#;
    let rows = [
        ("/reset", "application/json", r#"{"confirm":"reset"}"#, 200),
        (
            "/reset",
            "Application/JSON; charset=utf-8",
            r#"{"confirm":"reset"}"#,
            200,
        ),
        (
            "/reset",
            "application/x-www-form-urlencoded",
            r#"{"confirm":"reset"}"#,
            415,
        ),
        ("/reset", "", r#"{"confirm":"reset"}"#, 415),
        ("/reset", "application/json", twice, 400),
        ("/reset", "application/json", further, 400),
        ("/reset", "application/json", &deep, 400),
        ("/reset", "application/json", "\u{feff}{}", 400),
        ("/reset", "application/json", "null", 400),
        ("/shops", "application/json", &deep, 400),
    ];
    for (path, content_type, body, status) in rows {
        let request = Request::builder().method(Method::POST).uri(path);
        let request = request.header("content-type", content_type).body(()).unwrap();
        let (head, ()) = request.into_parts();
        let seen = table::answer(&desk.admin, &head, &Bytes::from(body.to_owned()))
            .unwrap_or_else(|refused| answer::error(&refused));
        assert_eq!(seen.status().as_u16(), status, "{content_type} {body:.60}");
    }
}

#[test]
fn only_the_right_token_from_the_right_place_may_ask() {
    let own = "127.0.0.1:8081".parse().unwrap();
    let rows: [(&[(&str, &str)], u16); 9] = [
        (&[("host", "localhost:8081"), ("authorization", "Bearer right")], 200),
        (
            &[
                ("host", "localhost:8081"),
                ("authorization", "Bearer right"),
                ("origin", "http://localhost:8081"),
            ],
            200,
        ),
        (&[("host", "localhost:8081"), ("authorization", "Bearer wrong")], 401),
        (&[("host", "localhost:8081"), ("authorization", "right")], 401),
        (&[("host", "localhost:8081")], 401),
        (&[("host", "evil.example"), ("authorization", "Bearer right")], 403),
        (&[("authorization", "Bearer right")], 403),
        (
            &[
                ("host", "localhost:8081"),
                ("authorization", "Bearer right"),
                ("origin", "http://evil.example"),
            ],
            403,
        ),
        (
            &[
                ("host", "localhost:8081"),
                ("authorization", "Bearer right"),
                ("origin", "null"),
            ],
            403,
        ),
    ];
    for (headers, status) in rows {
        let mut request = Request::builder().uri("/status");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        let seen = guard::check(&head, own, Some("right"))
            .map_or_else(|refused| answer::error(&refused).status().as_u16(), |()| 200);
        assert_eq!(seen, status, "{headers:?}");
    }
}
