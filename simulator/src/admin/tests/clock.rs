//! The calendar over the admin interface.

use protocol::admin::{ClockView, FORMAT, StatementView};
use serde_json::json;
use tokio::time::advance;

use super::*;
use crate::testing::{BEGIN_S, SHOP_ID};

const BEGIN_MS: u64 = BEGIN_S * 1_000;

fn view(wall: u64, gateway: u64, speed: &str, frozen: bool) -> ClockView {
    ClockView {
        format: FORMAT,
        wall_time_ms: BEGIN_MS + wall,
        gateway_time_ms: BEGIN_MS + gateway,
        speed: speed.to_owned(),
        frozen,
    }
}

async fn put(desk: &Desk, body: &str) -> ClockView {
    let (status, answer) = desk.ask(Method::PUT, "/clock", body).await;
    assert_eq!(status, 200, "{answer}");
    serde_json::from_value(answer).unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_clock_is_shown_paced_and_moved_on() {
    let desk = Desk::new(TWO);
    assert_eq!(desk.get::<ClockView>("/clock").await, view(0, 0, "1", false));
    assert_eq!(put(&desk, r#"{"speed":"60"}"#).await, view(0, 0, "60", false));
    advance(std::time::Duration::from_secs(1)).await;
    assert_eq!(put(&desk, r#"{"frozen":true}"#).await, view(1_000, 60_000, "60", true));
    advance(std::time::Duration::from_secs(1)).await;
    let status: Status = desk.get("/status").await;
    assert_eq!((status.speed.as_str(), status.frozen), ("60", true));
    let (_, moved) = desk.ask(Method::POST, "/clock/advance", r#"{"by_ms":5000}"#).await;
    assert_eq!(moved, json!({"format": FORMAT, "gateway_time_ms": BEGIN_MS + 65_000}));
    let both = put(&desk, r#"{"speed":"0.250","frozen":false}"#).await;
    assert_eq!(both, view(2_000, 65_000, "0.25", false));
    advance(std::time::Duration::from_secs(1)).await;
    assert_eq!(put(&desk, "{}").await, view(3_000, 65_250, "0.25", false));
}

#[tokio::test(start_paused = true)]
async fn what_is_no_clock_is_refused_and_changes_nothing() {
    let desk = Desk::new(TWO);
    for (body, word, names) in [
        (r#"{"speed":"0"}"#, "speed", "\"0\""),
        (r#"{"speed":"-1"}"#, "speed", "\"-1\""),
        (r#"{"speed":"1e3"}"#, "speed", "\"1e3\""),
        (r#"{"speed":"1000000.1","frozen":true}"#, "speed", "1000000.1"),
        (r#"{"speed":60}"#, "body", "expected a string"),
        (r#"{"frozen":"yes"}"#, "body", "expected a boolean"),
        (r#"{"pace":"60"}"#, "body", "unknown field `pace`"),
        (r#"{"speed":"60","speed":"61"}"#, "body", "duplicate field `speed`"),
        ("", "body", "EOF"),
        ("[]", "body", "does not read"),
    ] {
        let (status, answer) = desk.ask(Method::PUT, "/clock", body).await;
        assert_eq!((status.as_u16(), &answer["error"]), (400, &Value::from(word)), "{body}");
        assert!(answer["message"].as_str().unwrap().contains(names), "{body}: {answer}");
        assert!(answer["help"].as_str().unwrap().contains("60"), "{body}: {answer}");
        assert_eq!(desk.get::<ClockView>("/clock").await, view(0, 0, "1", false));
    }
}

#[tokio::test(start_paused = true)]
async fn a_scenario_put_in_force_sets_the_pace_and_one_without_a_clock_sets_it_back() {
    let desk = Desk::new("phases: [{name: whole, for: 1h}]\nclock: {speed: 60, frozen: true}\n");
    assert_eq!(desk.get::<ClockView>("/clock").await, view(0, 0, "60", true));
    let (status, _) = desk
        .ask(Method::PUT, "/scenario", "name: other\nclock: {speed: 0.5}\n")
        .await;
    assert_eq!(status, 200);
    advance(std::time::Duration::from_secs(10)).await;
    assert_eq!(desk.get::<ClockView>("/clock").await, view(10_000, 5_000, "0.5", false));
    let (status, _) = desk.ask(Method::PUT, "/scenario", "name: plain\n").await;
    assert_eq!(status, 200);
    assert_eq!(desk.get::<ClockView>("/clock").await, view(10_000, 5_000, "1", false));
}

#[tokio::test(start_paused = true)]
async fn yesterdays_statement_is_there_a_second_later_at_a_day_a_second() {
    let desk = Desk::new("phases: [{name: whole, for: 1h}]\nclock: {speed: 86400}\n");
    desk.bench.call(&open("ORDER-1")).await;
    let page: OrderPage = desk.get("/orders").await;
    let path = format!("/orders/{}/pay", page.orders[0].order_id);
    assert_eq!(desk.ask(Method::POST, &path, "").await.0, 200);
    let day = || {
        let now = ledger::Timestamp(crate::clock::whole_ms(desk.bench.gateway.calendar()));
        desk.bench.gateway.store.day(now).iso()
    };
    let path = format!("/shops/{SHOP_ID}/statement?day={}", day());
    assert_eq!(desk.ask(Method::GET, &path, "").await.0, 409, "the day is not over");
    advance(std::time::Duration::from_secs(1)).await;
    let statement: StatementView = desk.get(&path).await;
    assert_eq!(
        (statement.totals.count, statement.totals.net.as_str()),
        (1, "6.00000000")
    );
}
