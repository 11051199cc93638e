//! A timeline that operators hold: it stands still, and what ends that.

use std::time::Duration;

use hyper::Method;
use protocol::admin::{Status, TimelineHold};
use serde_json::Value;

use super::{Desk, TWO};
use crate::{
    config::Start,
    testing::{Bench, open},
};

impl Desk {
    async fn timeline(&self, what: &str) -> TimelineHold {
        let (status, body) = self.ask(Method::POST, &format!("/timeline/{what}"), "").await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_value(body).unwrap()
    }

    /// Phase, milliseconds of the timeline, and whether it is held.
    async fn stands(&self) -> (String, u64, bool) {
        let status: Status = self.get("/status").await;
        (status.phase, status.elapsed_ms, status.held)
    }
}

fn view(phase: &str, elapsed_ms: u64, held: bool, changed: bool) -> TimelineHold {
    TimelineHold {
        format: 1,
        phase: phase.to_owned(),
        elapsed_ms,
        held,
        changed,
    }
}

async fn seconds(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn a_held_timeline_stands_still_and_goes_on_from_there() {
    let desk = Desk::new(TWO);
    seconds(8).await;
    assert_eq!(desk.timeline("hold").await, view("first", 8_000, true, true));
    seconds(3_600).await;
    assert_eq!(desk.stands().await, ("first".to_owned(), 8_000, true));
    assert_eq!(desk.timeline("hold").await, view("first", 8_000, true, false));
    assert_eq!(desk.timeline("release").await, view("first", 8_000, false, true));
    seconds(1).await;
    assert_eq!(desk.timeline("release").await, view("first", 9_000, false, false));
    seconds(1).await;
    assert_eq!(desk.stands().await, ("second".to_owned(), 10_000, false));
    let acts = ["3608000 timeline_released first", "8000 timeline_held first"];
    assert_eq!(desk.acts().await, acts.into_iter().rev().collect::<Vec<_>>());
}

/// Whoever listens for borders hears of none while the timeline is held, and of the next one when it is due then.
#[tokio::test(start_paused = true)]
async fn borders_move_by_the_length_of_the_hold() {
    let desk = Desk::new("phases: [{name: first, for: 10s}, {name: outage, for: 10s, refuse: true}]\n");
    let in_force = &desk.bench.gateway.in_force;
    seconds(4).await;
    desk.timeline("hold").await;
    seconds(20).await;
    desk.timeline("release").await;
    seconds(1).await;
    let mut borders = in_force.borders();
    let begin = tokio::time::Instant::now();
    borders.changed().await.unwrap();
    assert_eq!((begin.elapsed().as_secs(), in_force.refuses_now()), (5, true));
}

#[tokio::test(start_paused = true)]
async fn what_puts_the_timeline_elsewhere_ends_the_hold() {
    for (method, path, body, phase) in [
        (Method::POST, "/phase/second", "", ("second", 11_000)),
        (
            Method::PUT,
            "/scenario",
            "name: fresh\nphases: [{name: only, for: 1m}]\n",
            ("only", 1_000),
        ),
        (Method::POST, "/reset", r#"{"confirm":"reset"}"#, ("first", 4_000)),
    ] {
        let desk = Desk::new(TWO);
        seconds(3).await;
        desk.timeline("hold").await;
        seconds(60).await;
        let (status, answer) = desk.ask(method, path, body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        seconds(1).await;
        let (name, elapsed_ms) = phase;
        assert_eq!(desk.stands().await, (name.to_owned(), elapsed_ms, false), "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn calls_are_served_and_a_fault_leaves_the_hold_alone() {
    let desk = Desk::new(TWO);
    desk.timeline("hold").await;
    let (status, _) = desk
        .ask(
            Method::PUT,
            "/faults/busy?ttl=5s",
            "{on: payLink, ledger: skip, reply: {status: 503}}",
        )
        .await;
    assert_eq!(status, 200);
    assert_eq!(desk.bench.call(&open("ORDER-1")).await.status(), 503);
    seconds(20).await;
    assert_eq!(desk.bench.call(&open("ORDER-2")).await.status(), 200);
    assert_eq!(desk.stands().await, ("first".to_owned(), 0, true));
}

#[tokio::test(start_paused = true)]
async fn a_timeline_that_waits_cannot_be_held() {
    let desk = Desk::over(Bench::with(TWO, |config| config.start = Start::FirstArrival));
    let (status, body) = desk.ask(Method::POST, "/timeline/hold", "").await;
    assert_eq!(
        (status.as_u16(), &body["error"]),
        (409, &Value::from("timeline_waiting"))
    );
    assert_eq!(desk.timeline("release").await, view("waiting", 0, false, false));
}
