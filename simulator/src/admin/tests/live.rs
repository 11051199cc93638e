//! The drill changed while it goes on: swaps with calls in flight, jumps, held callbacks and counters that live on.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use hyper::Method;
use protocol::admin::{CallbackCounts, JournalPage, ScenarioChanged, Status};
use serde_json::json;
use tokio::{io::AsyncWriteExt, task::yield_now};

use super::{Desk, TWO};
use crate::testing::{SHOP, Seen, open, post};

/// Orders of 6 are too large here, and each call bears the mark of this scenario.
const LOW: &str = "name: low
shops: [{id: 10001, token: TESTtoken123456789abcdefghijABCD, limits: {max: '5'}}]
rules: [{name: mark-low, on: payLink, reply: {delay: 1us}}]
phases: [{name: low, for: 1h}]
";

async fn put(desk: &Desk, query: &str, text: &str) -> ScenarioChanged {
    let (status, body) = desk.ask(Method::PUT, &format!("/scenario{query}"), text).await;
    assert_eq!(status, 200, "{body}");
    serde_json::from_value(body).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_swap_answers_with_its_change_set_and_a_question_changes_nothing() {
    let desk = Desk::new(TWO);
    let new = format!("{SHOP}{TWO}").replace("name: first, for: 10s", "name: first, for: 9s");
    let new = new.replace(
        "{name: late,",
        "{name: new, on: checkDeposit, reply: {delay: 1ms}}, {name: late,",
    );
    for query in ["?dry_run=true", ""] {
        let (_, body) = desk.ask(Method::PUT, &format!("/scenario{query}"), &new).await;
        let expected = json!({
            "format": 1, "old": "test", "new": "test", "unchanged": false, "dry_run": !query.is_empty(),
            "changes": {
                "rules": [
                    {"name": "new", "phase": "all", "change": "added"},
                    {"name": "late", "phase": "all", "change": "kept"},
                ],
                "phases": [
                    {"name": "first", "change": "changed"},
                    {"name": "second", "change": "kept"},
                ],
                "other": [],
            },
        });
        assert_eq!(body, expected);
    }
    let again = put(&desk, "", &new).await;
    assert!(again.unchanged);
    assert_eq!(put(&desk, "?seed=9", &new).await.changes.other, ["seed"]);
}

#[tokio::test(start_paused = true)]
async fn rules_that_stay_go_on_counting() {
    let desk = Desk::new(TWO);
    let count = async |name: &str| {
        let status: Status = desk.get("/status").await;
        status.rules.iter().find(|rule| rule.name == name).unwrap().decided
    };
    desk.bench.call(&open("ORDER-1")).await;
    put(&desk, "", &format!("{SHOP}{TWO}")).await;
    desk.bench.call(&open("ORDER-2")).await;
    assert_eq!(count("late").await, 2);
    let slower = format!("{SHOP}{TWO}").replace("delay: 1ms", "delay: 2ms");
    put(&desk, "", &slower).await;
    assert_eq!(count("late").await, 0, "it says something else now");
}

#[tokio::test(start_paused = true)]
async fn a_jump_says_from_where_to_where() {
    let desk = Desk::new(TWO);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let (_, body) = desk.ask(Method::POST, "/phase/second", "").await;
    assert_eq!(
        body,
        json!({"format": 1, "phase": "second", "from": "first", "from_elapsed_ms": 3_000, "elapsed_ms": 10_000})
    );
    let (_, body) = desk.ask(Method::POST, "/phase/after", "").await;
    assert_eq!((&body["from"], &body["elapsed_ms"]), (&json!("second"), &json!(20_000)));
}

/// Loads on several machines begin at one moment, so the timeline of what they play can be set to it beforehand.
#[tokio::test(start_paused = true)]
async fn a_timeline_can_start_later() {
    let desk = Desk::new(TWO);
    put(&desk, "?in_ms=2000", &format!("{SHOP}{TWO}")).await;
    desk.bench.call(&open("ORDER-1")).await;
    for (wait_s, phase, elapsed_s) in [(1, "waiting", 0), (4, "first", 3), (8, "second", 11)] {
        tokio::time::sleep(Duration::from_secs(wait_s)).await;
        let status: Status = desk.get("/status").await;
        assert_eq!((&*status.phase, status.elapsed_ms / 1_000), (phase, elapsed_s));
    }
}

/// What is held goes out when the new scenario says so: at a first phase that releases, else at its timeline's end.
#[tokio::test(start_paused = true)]
async fn what_is_held_follows_the_new_scenario() {
    let hold = format!("{SHOP}phases: [{{name: held, for: 1h, rules: [{{on: callback, callback: hold}}]}}]\n");
    for (phases, held_after) in [
        ("[{name: go, for: 1h, rules: [{on: callback, callback: release}]}]", 0),
        (
            "[{name: wait, for: 20s}, {name: go, for: 1h, rules: [{on: callback, callback: release}]}]",
            1,
        ),
        ("[{name: short, for: 20s}]", 1),
    ] {
        let desk = Desk::over(crate::testing::Bench::of(&hold, |_| {}));
        let _listener = desk.bench.listen(&[]);
        desk.bench.call(&open("ORDER-1")).await;
        let orders: protocol::admin::OrderPage = desk.get("/orders").await;
        desk.ask(Method::POST, &format!("/orders/{}/pay", orders.orders[0].order_id), "")
            .await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let held = async || desk.get::<CallbackCounts>("/callbacks").await.held;
        assert_eq!(held().await, 1);
        put(&desk, "", &format!("{SHOP}phases: {phases}\n")).await;
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert_eq!(held().await, held_after, "{phases}");
        tokio::time::sleep(Duration::from_secs(20)).await;
        assert_eq!(held().await, 0, "{phases}");
    }
}

/// An order keeps its payer and its retry ladder, whatever is swapped in before it is paid.
#[tokio::test(start_paused = true)]
async fn an_order_keeps_its_payer_and_its_ladder() {
    let old = format!(
        "{SHOP}callbacks: {{retry: {{after: [1s, 1s]}}}}\npayers: {{pay_after: 5s}}\n\
         phases: [{{name: only, for: 1h}}]\n"
    );
    let new = format!("{SHOP}callbacks: {{retry: {{after: [10m]}}}}\nphases: [{{name: only, for: 1h}}]\n");
    let desk = Desk::over(crate::testing::Bench::of(&old, |_| {}));
    // Nobody accepts: every attempt fails.
    drop(desk.bench.listen(&[]));
    desk.bench.call(&open("ORDER-OLD")).await;
    put(&desk, "", &new).await;
    desk.bench.call(&open("ORDER-NEW")).await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    let callbacks = async || desk.get::<CallbackCounts>("/callbacks").await;
    assert_eq!(
        callbacks().await.sent,
        0,
        "the payer comes when the old scenario drew it"
    );
    tokio::time::sleep(Duration::from_secs(6)).await;
    let counts = callbacks().await;
    assert_eq!((counts.sent, counts.lost), (3, 1), "by the old ladder: {counts:?}");
    let orders: protocol::admin::OrderPage = desk.get("/orders?number=ORDER-NEW").await;
    assert_eq!(orders.orders[0].status, "open", "nobody pays under the new one");
}

/// The head comes under one scenario and the body under the next: rules, phase and limits are all the next one's.
#[tokio::test(start_paused = true)]
async fn a_call_that_a_swap_overtakes_belongs_to_the_new_scenario() {
    let high = LOW.replace("low", "high").replace("'5'", "'500'");
    for (old, new, phase) in [(LOW, high.as_str(), "high"), (high.as_str(), LOW, "low")] {
        let desk = Desk::over(crate::testing::Bench::of(old, |_| {}));
        let mut client = desk.bench.connect();
        let whole = post("/shop/payLink", &desk.bench.body(&open("ORDER-1")));
        let (begin, rest) = whole.split_at(whole.len() - 5);
        client.stream.write_all(begin.as_bytes()).await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        put(&desk, "", new).await;
        let seen = client.raw(rest).await;
        assert_eq!(seen.header("x-paydrill-reason").is_some(), phase == "low", "{seen:?}");
        let line = desk.bench.journal().pop().unwrap();
        assert_eq!(line.phase, phase);
        assert_eq!(line.rules.unwrap().delay.unwrap().name, format!("mark-{phase}"));
    }
}

/// Calls go on while scenarios are swapped a hundred times and bad ones are refused between: each is answered, and each
/// is decided by one scenario wholly, by its rules, its phases and its shops.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_swaps_fail_no_call_and_mix_no_scenarios() {
    const CALLERS: u64 = 4;
    let desk = Arc::new(Desk::over(crate::testing::Bench::of(LOW, |_| {})));
    let high = LOW.replace("low", "high").replace("'5'", "'500'");
    let (done, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let callers = (0..CALLERS).map(|caller| {
        let (desk, done, answered) = (Arc::clone(&desk), Arc::clone(&done), Arc::clone(&answered));
        desk.bench.tasks.clone().spawn(async move {
            let mut client = desk.bench.connect();
            let mut calls = 0_u64;
            while !done.load(Ordering::Relaxed) {
                let command = open(&format!("ORDER-{caller}-{calls}"));
                let seen = client.post("/shop/payLink", &desk.bench.body(&command)).await;
                assert!(matches!(seen, Seen::Answer(200, _, _)), "{seen:?}");
                calls += 1;
                answered.fetch_add(1, Ordering::Relaxed);
            }
            calls
        })
    });
    let callers: Vec<_> = callers.collect();
    let too_long = format!("name: {}\n", "x".repeat(2_000_000));
    let bad = ["name: [", "name: bad\nphase: []\nseed: x\n", too_long.as_str(), "\u{0}"];
    for swap in 0..100 {
        let before = answered.load(Ordering::Relaxed);
        put(&desk, "", if swap % 2 == 0 { &high } else { LOW }).await;
        if swap % 10 == 0 {
            let text = bad[swap / 10 % bad.len()];
            let (status, body) = desk.ask(Method::PUT, "/scenario", text).await;
            assert_eq!(status, 400, "{body}");
            assert!(!body["problems"].as_array().unwrap().is_empty());
            assert_eq!(desk.get::<Status>("/status").await.scenario, "high");
        }
        while answered.load(Ordering::Relaxed) < before + 2 * CALLERS {
            yield_now().await;
        }
    }
    done.store(true, Ordering::Relaxed);
    let mut calls = 0;
    for caller in callers {
        calls += caller.await.unwrap();
    }
    let mut seen = [0_u64; 2];
    let mut after = 0;
    loop {
        let page: JournalPage = desk.get(&format!("/journal?after={after}&limit=10000")).await;
        let Some(last) = page.lines.last() else { break };
        after = last.seq;
        for line in &page.lines {
            let rule = line.rules.as_ref().and_then(|rules| rules.delay.as_ref()).unwrap();
            let low = line.phase == "low";
            assert_eq!(rule.name, format!("mark-{}", line.phase), "{line:?}");
            assert_eq!(
                line.reason.is_some(),
                low,
                "the limits are those of the same scenario: {line:?}"
            );
            seen[usize::from(low)] += 1;
        }
    }
    assert_eq!(seen[0] + seen[1], calls, "each call has its line");
    assert!(seen[0] > 0 && seen[1] > 0);
}
