//! Calls that meet a gateway at its limit, over connections in memory and in virtual time.

use tokio::time::sleep_until;

use std::sync::Arc;

use protocol::admin::JournalLine;
use scenarios::script::{About, Recorded, Script};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use super::*;
use crate::testing::{Bench, Seen, open, query};

const STEADY: &str = "phases: [{name: steady, for: 1h}]\n";

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A gateway of `capacity` under these further lines.
fn bench(capacity: &str, rest: &str) -> Arc<Bench> {
    Arc::new(Bench::new(&format!("{STEADY}capacity: {{{capacity}}}\n{rest}")))
}

/// Calls `count` times, one call each `gap`; gives what each saw and when, in milliseconds, in the order of the calls.
async fn calls(bench: &Arc<Bench>, count: u32, gap: Duration) -> Vec<(u128, Seen)> {
    let begin = Instant::now();
    let mut tasks = JoinSet::new();
    for call in 0..count {
        let bench = Arc::clone(bench);
        tasks.spawn(async move {
            sleep_until(begin + gap * call).await;
            let seen = bench.call(&open(&format!("ORDER-{call}"))).await;
            (call, begin.elapsed().as_millis(), seen)
        });
    }
    let mut all = tasks.join_all().await;
    all.sort_by_key(|(call, ..)| *call);
    all.into_iter().map(|(_, at, seen)| (at, seen)).collect()
}

fn line_of(bench: &Bench, number: &str) -> JournalLine {
    let lines = bench.journal().into_iter();
    lines.rev().find(|line| line.subject == number).unwrap()
}

#[tokio::test(start_paused = true)]
async fn calls_queue_for_workers_and_are_turned_away() {
    let bench = bench("workers: 2, service_time: 10ms, queue: 1, queue_timeout: 1s", "");
    let seen = calls(&bench, 4, Duration::from_micros(1)).await;
    let ends: Vec<u128> = seen.iter().map(|(at, _)| *at).collect();
    let statuses: Vec<u16> = seen.iter().map(|(_, seen)| seen.status()).collect();
    assert_eq!(statuses, [200, 200, 200, 503]);
    // Tokio's timer counts whole milliseconds.
    for (end, expected) in ends.iter().zip([10, 10, 20, 0]) {
        assert!((expected..=expected + 2).contains(end), "{ends:?}");
    }
    let overload = &seen[3].1;
    assert_eq!((overload.header("retry-after"), overload.body()), (Some("1"), ""));
    let reason = "overload_queue_full: all workers (2) and all places of the queue (1) are taken";
    assert_eq!(overload.header("x-paydrill-reason"), Some(reason));
    assert_eq!(bench.gateway.store.counts().open, 3);

    for (number, queued_us) in [("ORDER-0", 0..1), ("ORDER-2", 8_000..10_001)] {
        let line = line_of(&bench, number);
        assert!(queued_us.contains(&line.queued_us), "{number}: {line:?}");
        assert_eq!((line.service_us, line.injected_us), (10_000, 0), "{number}");
    }
    let line = line_of(&bench, "ORDER-3");
    assert_eq!((line.queued_us, line.service_us), (0, 0));
    assert_eq!((line.status, line.outcome.as_str()), (503, "answered"));
    assert_eq!(line.reason.as_deref(), Some(reason));
    let decision = line.decision.unwrap();
    assert_eq!(
        (decision.ledger.as_str(), decision.reply.as_str()),
        ("skip", "status 503")
    );
    assert_eq!(line.rules, None);
}

#[tokio::test(start_paused = true)]
async fn who_would_wait_too_long_is_told_after_that_long() {
    let bench = bench("workers: 1, service_time: 100ms, queue: 8, queue_timeout: 30ms", "");
    let seen = calls(&bench, 2, Duration::from_micros(1)).await;
    let (at, overload) = &seen[1];
    assert_eq!(overload.status(), 503);
    assert!((30..=32).contains(at), "{at} ms");
    let line = line_of(&bench, "ORDER-1");
    assert_eq!((line.queued_us, line.service_us), (30_000, 0));
    assert_eq!(
        line.reason.as_deref(),
        Some("overload_queue_timeout: no worker came free within 30ms")
    );
    assert_eq!(bench.gateway.store.counts().open, 1);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_not_served_meets_no_rule_and_keeps_its_nonce() {
    let rules = "rules: [{name: every, on: payLink, ledger: apply, reply: {status: 500}}]\n";
    let bench = bench("workers: 1, service_time: 50ms, queue: 0, queue_timeout: 1ms", rules);
    let served = bench.tasks.spawn({
        let bench = Arc::clone(&bench);
        async move { bench.call(&open("ORDER-0")).await }
    });
    sleep(ms(1)).await;
    let body = bench.body(&open("ORDER-1"));
    assert_eq!(bench.connect().post("/shop/payLink", &body).await.status(), 503);
    let decided = || bench.gateway.in_force.get().decided(scenarios::RuleId(0));
    assert_eq!(decided(), 0);
    assert_eq!(served.await.unwrap().status(), 500);
    assert_eq!(decided(), 1);
    let again = bench.connect().post("/shop/payLink", &body).await;
    assert_eq!(again.status(), 500, "the same bytes may come again: {again:?}");
    assert_eq!(bench.gateway.store.counts().open, 2);
}

#[tokio::test(start_paused = true)]
async fn a_rules_delay_holds_no_worker() {
    let rules = "rules: [{name: slow, reply: {delay: 1s}}]\n";
    let bench = bench("workers: 1, service_time: 10ms, queue: 8, queue_timeout: 1s", rules);
    let seen = calls(&bench, 3, Duration::from_micros(1)).await;
    let ends: Vec<u128> = seen.iter().map(|(at, _)| *at).collect();
    for (end, expected) in ends.iter().zip([1_010, 1_020, 1_030]) {
        assert!((expected..=expected + 3).contains(end), "{ends:?}");
    }
    let line = line_of(&bench, "ORDER-1");
    assert!((1_000_000..=1_002_000).contains(&line.injected_us), "{line:?}");
    assert_eq!(line.service_us, 10_000);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_the_queue_leaves_no_order() {
    let bench = bench("workers: 1, service_time: 100ms, queue: 8, queue_timeout: 1s", "");
    let first = bench.tasks.spawn({
        let bench = Arc::clone(&bench);
        async move { bench.call(&open("ORDER-0")).await }
    });
    sleep(ms(10)).await;
    let body = bench.body(&open("ORDER-1"));
    let mut client = bench.connect();
    let left = tokio::time::timeout(ms(20), client.post("/shop/payLink", &body)).await;
    assert!(left.is_err());
    drop(client);
    assert_eq!(first.await.unwrap().status(), 200);
    let line = line_of(&bench, "ORDER-1");
    assert!(line.reason.unwrap().starts_with("cut_short"));
    assert!((19_000..=22_000).contains(&line.queued_us), "{} us", line.queued_us);
    assert_eq!(line.service_us, 0);
    assert_eq!(bench.gateway.store.counts().open, 1);
    // Its worker is taken all the same.
    let begin = Instant::now();
    assert_eq!(bench.call(&open("ORDER-2")).await.status(), 200);
    assert!((199..=202).contains(&begin.elapsed().as_millis()));
}

#[tokio::test(start_paused = true)]
async fn eight_workers_of_ten_milliseconds_answer_800_a_second() {
    let bench = bench("workers: 8, service_time: 10ms, queue: 16, queue_timeout: 1s", "");
    let gap = Duration::from_nanos(1_000_000_000 / 1_200);
    let seen = calls(&bench, 2_400, gap).await;
    let served = |(at, seen): &&(u128, Seen)| (500..1_500).contains(at) && seen.status() == 200;
    let served = seen.iter().filter(served).count();
    assert!((792..=808).contains(&served), "{served} in a second");
}

#[tokio::test(start_paused = true)]
async fn status_and_metrics_show_the_workers() {
    let bench = bench("workers: 4, service_time: 100ms, queue: 8, queue_timeout: 1s", "");
    let view = || {
        let drill = bench.gateway.in_force.get();
        let capacity = drill.scenario.capacity_in(drill.phase()).unwrap();
        bench.gateway.workers.view(&bench.gateway, capacity)
    };
    let idle = view();
    assert_eq!((idle.workers, idle.busy, idle.waiting), (4, 0, 0));
    assert!(idle.utilisation.abs() < 1e-9);
    // 20 calls a second of 100 ms keep half of four workers busy.
    calls(&bench, 60, ms(50)).await;
    let busy = view();
    assert!((busy.utilisation - 0.5).abs() < 0.05, "{busy:?}");

    calls(&bench, 16, Duration::ZERO).await;
    let full = view();
    assert_eq!((full.turned_away, full.timed_out), (4, 0));
    let page = bench.gateway.metrics.page(&crate::admin::status(&bench.gateway));
    for line in [
        "paydrill_overloads_total{kind=\"queue_full\"} 4",
        "paydrill_queue_wait_seconds_count 72",
        "paydrill_service_seconds_count 72",
        "paydrill_injected_seconds_count{phase=\"steady\",operation=\"payLink\"} 76",
        "paydrill_capacity_busy 0",
        "paydrill_capacity_waiting 0",
        "paydrill_capacity_utilisation ",
    ] {
        assert!(page.contains(line), "{line}\n{page}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_authenticated_call_needs_a_worker() {
    let bench = bench("workers: 1, service_time: 10ms, queue: 0, queue_timeout: 1ms", "");
    let order = open("ORDER-0");
    let open_one = bench.call(&order);
    let ask = async {
        sleep(ms(1)).await;
        bench.call(&query("ORDER-0")).await
    };
    let (opened, asked) = tokio::join!(open_one, ask);
    assert_eq!((opened.status(), asked.status()), (200, 503));
    // What is not authentic is refused at the door.
    let forged = bench.body(&open("ORDER-1")).replace("sign=", "sign=0");
    let begin = Instant::now();
    assert_eq!(bench.connect().post("/shop/payLink", &forged).await.status(), 200);
    assert!(begin.elapsed() < ms(5));
}

#[tokio::test(start_paused = true)]
async fn a_station_that_comes_back_is_as_it_was_left() {
    let workers = Workers::new();
    let capacity = |count| Capacity {
        workers: count,
        service_time: scenarios::distribution::Distribution::fixed(ms(0)),
        queue: 8,
        queue_timeout: ms(1_000),
        overload: scenarios::Overload {
            status: 503,
            retry_after_s: None,
        },
    };
    let starts = |count| match workers.offer(&capacity(count), ms(100)).1 {
        Offered::Admitted { starts, .. } => starts.as_millis(),
        other => panic!("{other:?}"),
    };
    assert_eq!([starts(1), starts(1), starts(2), starts(1)], [0, 100, 0, 200]);
    for other in 3..20 {
        starts(other);
        assert!(workers.lock().len() <= STATIONS);
    }
    assert_eq!(starts(1), 0, "what is forgotten begins empty");
    workers.clear();
    assert_eq!(starts(19), 0);
}

#[tokio::test(start_paused = true)]
async fn a_repeated_run_turns_the_same_calls_away() {
    let mut script = Script::default();
    for (number, end) in [
        ("ORDER-0", RecordedEnd::Overloaded),
        ("ORDER-1", RecordedEnd::AsDecided),
    ] {
        let about = About {
            shop: crate::testing::SHOP_ID,
            operation: scenarios::Operation::PayLink,
            subject: number,
            attempt: 1,
        };
        let recorded = Recorded {
            phase: scenarios::PhaseIndex(0),
            hits: scenarios::Hits::default(),
            end,
        };
        script.record(&about, recorded).unwrap();
    }
    let rest = format!("{STEADY}capacity: {{workers: 1, service_time: 10ms}}\n");
    let bench = Arc::new(Bench::with(&rest, |config| config.script = Some(Arc::new(script))));
    let seen = calls(&bench, 2, ms(5)).await;
    assert_eq!((seen[0].1.status(), seen[1].1.status()), (503, 200));
    let reason = line_of(&bench, "ORDER-0").reason.unwrap();
    assert!(reason.starts_with("overload_repeated: "), "{reason}");
    assert_eq!(line_of(&bench, "ORDER-1").service_us, 0);
}
