//! Faults put in force by hand: what they do, when they end, and what is said of them.

use std::time::Duration;

use hyper::Method;
use protocol::admin::{ActPage, CallbackCounts, FaultList, OrderPage, Status};
use scenarios::{ConnectionFault, TlsFault};
use serde_json::{Value, json};

use super::{Desk, TWO};
use crate::testing::{BEGIN_S, Bench, SHOP, Seen, open, query};

const BUSY: &str = "{on: payLink, ledger: skip, reply: {status: 503}}";

impl Desk {
    async fn fault(&self, name: &str, text: &str) -> Value {
        let (status, body) = self.ask(Method::PUT, &format!("/faults/{name}"), text).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    async fn opens(&self, number: &str) -> u16 {
        self.bench.call(&open(number)).await.status()
    }

    pub(super) async fn acts(&self) -> Vec<String> {
        let page: ActPage = self.get("/acts").await;
        let words = page.acts.iter().map(|line| {
            let at = line.time_us / 1_000 - BEGIN_S * 1_000;
            let all = [&*at.to_string(), &line.act, &line.name, &line.detail];
            all.into_iter()
                .filter(|word| !word.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        });
        words.collect()
    }
}

#[tokio::test(start_paused = true)]
async fn a_fault_comes_first_and_ends_at_its_time() {
    let desk = Desk::new("rules: [{name: own, on: payLink, ledger: skip, reply: {status: 500}}]\n");
    let body = desk.fault("busy?ttl=30s", BUSY).await;
    let expected = json!({
        "format": 1, "replaced": false,
        "fault": {
            "name": "busy", "text": BUSY, "expires_ms": (BEGIN_S + 30) * 1_000, "remaining_ms": 30_000, "hits": 0,
        },
    });
    assert_eq!(body, expected);
    assert_eq!(desk.opens("ORDER-1").await, 503);
    assert_eq!(
        desk.bench.call(&query("ORDER-1")).await.status(),
        200,
        "it is on payLink alone"
    );
    tokio::time::sleep(Duration::from_secs(10)).await;
    let list: FaultList = desk.get("/faults").await;
    assert_eq!((list.faults[0].remaining_ms, list.faults[0].hits), (20_000, Some(1)));
    let status: Status = desk.get("/status").await;
    let rules: Vec<_> = status
        .rules
        .iter()
        .map(|rule| (&*rule.name, &*rule.phase, rule.decided))
        .collect();
    assert_eq!(rules, [("own", "all", 0), ("busy", "all", 1)]);

    tokio::time::sleep(Duration::from_millis(19_999)).await;
    assert_eq!(desk.opens("ORDER-2").await, 503);
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(desk.opens("ORDER-3").await, 500);
    assert!(desk.get::<FaultList>("/faults").await.faults.is_empty());
    assert_eq!(
        desk.acts().await,
        [&*format!("0 fault_put busy for 30s: {BUSY}"), "30000 fault_ended busy"]
    );
}

/// The decision asks the time itself: nobody has told it that the fault is over.
#[tokio::test(start_paused = true)]
async fn no_call_meets_a_fault_that_is_over() {
    let desk = Desk::new(TWO);
    // Without the watcher of borders.
    desk.bench.stop.drain.cancel();
    tokio::time::sleep(Duration::from_millis(1)).await;
    desk.fault("busy?ttl=10s", BUSY).await;
    assert!(!desk.bench.gateway.in_force.get().scenario.faults.is_empty());
    tokio::time::advance(Duration::from_secs(10)).await;
    assert!(desk.bench.gateway.in_force.get().scenario.faults.is_empty());
}

#[tokio::test(start_paused = true)]
async fn one_of_the_same_name_takes_its_place_and_a_swap_leaves_it_on() {
    let desk = Desk::new(TWO);
    desk.fault("it", BUSY).await;
    assert_eq!(desk.opens("ORDER-1").await, 503);
    let other = r#"{"ledger": "skip", "reply": {"status": 502}}"#;
    let replaced = desk.fault("it?ttl=24h", other).await;
    assert_eq!(
        (&replaced["replaced"], &replaced["fault"]["hits"]),
        (&json!(true), &json!(0))
    );
    assert_eq!(desk.opens("ORDER-2").await, 502);
    let (status, changed) = desk.ask(Method::PUT, "/scenario", &format!("{SHOP}{TWO}")).await;
    assert_eq!(
        (status.as_u16(), &changed["unchanged"]),
        (200, &json!(true)),
        "no fault is a scenario's"
    );
    assert_eq!(desk.opens("ORDER-3").await, 502);
    let list: FaultList = desk.get("/faults").await;
    assert_eq!(list.faults[0].hits, Some(2), "its count goes on");

    let (_, lifted) = desk.ask(Method::DELETE, "/faults/it", "").await;
    assert_eq!(lifted["fault"]["hits"], 2);
    assert_eq!(desk.opens("ORDER-4").await, 200);
    desk.fault("it", BUSY).await;
    desk.ask(Method::POST, "/reset", r#"{"confirm":"reset"}"#).await;
    assert_eq!(desk.opens("ORDER-5").await, 200, "a reset lifts everything");
    let last = desk.acts().await.pop();
    assert!(last.unwrap().ends_with(" reset"));
}

/// Changing one fault gives no other its limit back, nor the scenario's rules theirs.
#[tokio::test(start_paused = true)]
async fn limits_are_kept_while_others_come_and_go() {
    let desk = Desk::new("rules: [{name: once, on: checkDeposit, limit: 1, ledger: skip, reply: {status: 500}}]\n");
    desk.fault("twice", "{on: payLink, limit: 2, ledger: skip, reply: {status: 503}}")
        .await;
    assert_eq!(
        (desk.opens("A").await, desk.bench.call(&query("A")).await.status()),
        (503, 500)
    );
    desk.fault("other", "{on: transfer, reply: {delay: 1ms}}").await;
    assert_eq!(
        (desk.opens("B").await, desk.bench.call(&query("A")).await.status()),
        (503, 200)
    );
    desk.ask(Method::DELETE, "/faults/other", "").await;
    assert_eq!(desk.opens("C").await, 200);
}

#[tokio::test(start_paused = true)]
async fn a_fault_of_connections_resets_them_until_it_ends() {
    let desk = Desk::new(TWO);
    let body = desk.fault("dead?ttl=5s", "refuse: true").await;
    assert_eq!(body["fault"]["hits"], Value::Null);
    assert_eq!(desk.bench.call(&open("ORDER-1")).await, Seen::Reset(0));
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(desk.opens("ORDER-1").await, 200);
}

#[tokio::test(start_paused = true)]
async fn callbacks_are_held_and_released_by_hand() {
    let desk = Desk::over(Bench::new(TWO));
    let _listener = desk.bench.listen(&[]);
    desk.fault("hold", "{on: callback, callback: hold}").await;
    desk.opens("ORDER-1").await;
    let orders: OrderPage = desk.get("/orders").await;
    desk.ask(Method::POST, &format!("/orders/{}/pay", orders.orders[0].order_id), "")
        .await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let held = async || desk.get::<CallbackCounts>("/callbacks").await.held;
    assert_eq!(held().await, 1);
    desk.fault("other", BUSY).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(held().await, 1);
    desk.fault("go", "{on: callback, callback: release}").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(held().await, 0);
}

/// The last one put comes first; each ends by itself.
#[tokio::test(start_paused = true)]
async fn faults_of_connections_are_put_and_end() {
    let desk = Desk::new(TWO);
    let now = || desk.bench.gateway.in_force.get().connection_fault_now();
    assert_eq!(now(), None);
    desk.fault("expired?ttl=60s", "tls: expired").await;
    assert_eq!(now(), Some(ConnectionFault::Tls(TlsFault::Expired)));
    desk.fault("dead?ttl=5s", "refuse: true").await;
    assert_eq!(now(), Some(ConnectionFault::Refuse));
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(now(), Some(ConnectionFault::Tls(TlsFault::Expired)));
    let (status, body) = desk.ask(Method::DELETE, "/faults/expired", "").await;
    assert_eq!((status.as_u16(), now()), (200, None), "{body}");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_fault_is_refused_with_the_remedy() {
    let desk = Desk::new(TWO);
    let long = format!("about: {}", "x".repeat(20_000));
    for (path, text, status, word) in [
        ("/faults/a", "", 400, "fault"),
        (
            "/faults/a",
            "{on: payLink, chanse: 20%, reply: {status: 999}}",
            400,
            "fault",
        ),
        (
            "/faults/a",
            "{on: payLink, when: {shop: 7}, reply: {delay: 1s}}",
            400,
            "fault",
        ),
        ("/faults/a", "{refuse: true, on: payLink}", 400, "fault"),
        ("/faults/a", long.as_str(), 400, "fault_long"),
        ("/faults/a", "tls: broken", 400, "fault"),
        ("/faults/%20", BUSY, 400, "name"),
        ("/faults/a%0Ab", BUSY, 400, "name"),
        ("/faults/a?ttl=25h", BUSY, 400, "ttl"),
        ("/faults/a?ttl=0s", BUSY, 400, "ttl"),
        ("/faults/a?ttl=30", BUSY, 400, "ttl"),
        ("/faults", BUSY, 405, "method"),
    ] {
        let (seen, body) = desk.ask(Method::PUT, path, text).await;
        assert_eq!(
            (seen.as_u16(), body["error"].as_str()),
            (status, Some(word)),
            "{path} {text:.60}: {body}"
        );
        assert_eq!(body["problems"].is_array(), word == "fault", "{body}");
    }
    assert!(desk.get::<FaultList>("/faults").await.faults.is_empty());
    let (status, body) = desk.ask(Method::DELETE, "/faults/a", "").await;
    assert_eq!((status.as_u16(), &body["help"]), (404, &json!("no fault is on")));
    for count in 0..100 {
        desk.fault(&format!("f{count}"), "{on: transfer, reply: {delay: 1ms}}")
            .await;
    }
    let (status, body) = desk.ask(Method::PUT, "/faults/f100", BUSY).await;
    assert_eq!((status.as_u16(), &body["error"]), (409, &json!("faults_full")));
    desk.fault("f99", BUSY).await;
    let (_, body) = desk.ask(Method::DELETE, "/faults/a", "").await;
    assert!(
        body["help"]
            .as_str()
            .unwrap()
            .starts_with("those that are on are f0, f1,"),
        "{body}"
    );
}
