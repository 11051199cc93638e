//! Seconds as a reader finds them, in virtual time, against the journal of the same calls.

use std::collections::BTreeMap;

use protocol::{
    admin::{Bucket, CallbackSecond, EndCount, OperationSecond},
    dialect::okpay::{Coin, Command},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{sleep, timeout},
};

use super::*;
use crate::testing::{Bench, Seen, open, post, query};

const MS: u64 = 1_000;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn exchange(end: ExchangeEnd, took_ms: u64) -> Exchange {
    Exchange {
        operation: Some(Operation::PayLink),
        end,
        by_scenario: false,
        took: ms(took_ms),
        injected: Duration::ZERO,
        queued: None,
        overloaded: false,
    }
}

/// The one busy second of a bench, and that it is one.
async fn only(bench: &Bench) -> GatewaySecond {
    sleep(Duration::from_secs(1)).await;
    let page = bench.gateway.seconds.page(0, usize::MAX);
    let mut busy = page.seconds.into_iter().filter(|second| second.exchanges > 0);
    let second = busy.next().unwrap();
    assert_eq!(busy.next(), None);
    second
}

fn all_ends(second: &GatewaySecond) -> impl Iterator<Item = &EndCount> {
    second.operations.iter().flat_map(|of| &of.ends)
}

fn sum(buckets: &[Bucket]) -> u64 {
    buckets.iter().map(|bucket| u64::from(bucket.count)).sum()
}

#[tokio::test(start_paused = true)]
async fn an_exchange_belongs_to_the_second_in_which_it_ends() {
    let seconds = Seconds::new(Duration::from_secs(77));
    sleep(ms(990)).await;
    seconds.exchange(&exchange(ExchangeEnd::Answered, 3));
    assert_eq!(seconds.page(0, 10).seconds, [], "it is not complete");
    sleep(ms(20)).await;
    seconds.exchange(&exchange(ExchangeEnd::Reset, 2_000));
    sleep(ms(3_000)).await;
    let page = seconds.page(0, 10);
    let counts: Vec<(u64, u64)> = page
        .seconds
        .iter()
        .map(|second| (second.seq, second.exchanges))
        .collect();
    assert_eq!(counts, [(1, 1), (2, 1), (3, 0), (4, 0)]);
    assert_eq!((page.began_us, page.now_us, page.last), (77_000_000, 4_010 * MS, 4));
    let [first, second] = [&page.seconds[0], &page.seconds[1]];
    assert_eq!((first.heat[2], second.heat.len()), (1, 0), "only successes are warm");
    let spread = second.took.unwrap();
    for us in [spread.p50_us, spread.p99_us, spread.p999_us, spread.max_us] {
        assert!((2_000 * MS..2_020 * MS).contains(&us), "{spread:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn pages_go_on_where_the_last_one_ended() {
    let seconds = Seconds::new(Duration::ZERO);
    for _ in 0..5 {
        seconds.exchange(&exchange(ExchangeEnd::Answered, 1));
        sleep(ms(1_000)).await;
    }
    let seqs = |after, limit| {
        let page = seconds.page(after, limit);
        let seqs: Vec<u64> = page.seconds.iter().map(|second| second.seq).collect();
        (seqs, page.last)
    };
    assert_eq!(seqs(0, 2), (vec![1, 2], 5));
    assert_eq!(seqs(2, 2), (vec![3, 4], 5));
    assert_eq!(seqs(4, 2), (vec![5], 5));
    assert_eq!(seqs(5, 2), (vec![], 5));
    assert_eq!(seqs(u64::MAX, 2), (vec![], 5));
}

#[tokio::test(start_paused = true)]
async fn only_the_last_ten_minutes_are_kept() {
    let seconds = Seconds::new(Duration::ZERO);
    let last = SECONDS_KEPT as u64 + 50;
    for _ in 0..last {
        seconds.exchange(&exchange(ExchangeEnd::Answered, 1));
        sleep(ms(1_000)).await;
    }
    let page = seconds.page(0, usize::MAX);
    assert_eq!((page.seconds.len(), page.seconds[0].seq), (SECONDS_KEPT, 51));
    assert!(page.seconds.iter().all(|second| second.exchanges == 1));
    assert_eq!(seconds.lock().complete.len(), SECONDS_KEPT);
    sleep(Duration::from_secs(10_000)).await;
    let page = seconds.page(0, usize::MAX);
    assert_eq!((page.seconds.len(), page.last), (SECONDS_KEPT, last + 10_000));
    assert!(page.seconds.iter().all(|second| second.exchanges == 0));
}

/// Two threads may sum up two seconds at a time, and the later one may be done first.
#[tokio::test(start_paused = true)]
async fn a_second_that_is_still_summed_up_holds_back_those_after_it() {
    let seconds = Seconds::new(Duration::ZERO);
    let end = |open: &mut Open| open.exchange(&exchange(ExchangeEnd::Answered, 1));
    let turn = |seq| {
        let mut kept = seconds.lock();
        end(&mut kept.open);
        kept.turn(seq).unwrap()
    };
    let (first, second) = (turn(2), turn(3));
    sleep(ms(2_000)).await;
    assert_eq!((first.0, second.0), (1, 2));
    seconds.close(second.0, second.1);
    assert_eq!(seconds.page(0, 9).last, 0);
    seconds.close(first.0, first.1);
    let page = seconds.page(0, 9);
    assert_eq!(page.last, 2);
    assert_eq!(page.seconds.iter().map(|second| second.seq).collect::<Vec<_>>(), [1, 2]);
    assert!(page.seconds.iter().all(|second| second.exchanges == 1));
}

#[tokio::test(start_paused = true)]
async fn each_end_is_told_apart_and_by_whom_it_came() {
    use ExchangeEnd as End;
    for (rule, end, by_scenario) in [
        ("callback: drop", End::Answered, false),
        ("ledger: {refuse: quota_exceeded}", End::Declined, true),
        ("ledger: skip, reply: {status: 503}", End::Http5xx, true),
        ("ledger: skip, reply: {status: 429}", End::Http4xx, true),
        ("ledger: skip, reply: {status: 204}", End::Strange, true),
        ("ledger: apply, reply: reset", End::Reset, true),
        ("ledger: apply, reply: empty", End::Closed, true),
        ("ledger: apply, reply: garbage", End::Garbled, true),
        ("ledger: apply, reply: {truncate: 50%}", End::Cut, true),
        ("ledger: apply, reply: hang", End::Hung, true),
        ("reply: {delay: 30s}", End::Left, true),
    ] {
        let bench = Bench::new(&format!(
            "phases: [{{name: only, for: 1h, rules: [{{on: payLink, {rule}}}]}}]\n"
        ));
        let _seen = timeout(ms(100), bench.call(&open("ORDER-1"))).await;
        let second = only(&bench).await;
        let [ended] = second.operations[0].ends[..] else {
            panic!("{rule}: {second:?}")
        };
        assert_eq!(
            (ended.end, ended.by_scenario, ended.count),
            (end, by_scenario, 1),
            "{rule}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn mistakes_of_clients_are_nobodys_fault_but_theirs() {
    use ExchangeEnd as End;
    let bench = Bench::new("phases: [{name: only, for: 1h}]\n");
    let good = bench.body(&open("ORDER-1"));
    let wrong = bench.body(&open("ORDER-2")).replace("amount=6", "amount=7");
    let nothing = bench.body(&open("ORDER-3")).replace("unique_id", "unique_idea");
    let mut client = bench.connect();
    for (path, body) in [
        ("/shop/payLink", good.as_str()),
        ("/shop/payLink", good.as_str()),
        ("/shop/payLink", wrong.as_str()),
        ("/shop/payLink", nothing.as_str()),
        ("/shop/payLink", "amount=1"),
        ("/shop/payLink", "%"),
        ("/shop/nowhere", "amount=1"),
    ] {
        assert!(
            matches!(client.post(path, body).await, Seen::Answer(..)),
            "{path} {body}"
        );
    }
    bench.call(&query("ORDER-9")).await;
    let six = Command::PayLink {
        amount: "six".to_owned(),
        coin: Coin::Usdt,
        unique_id: Some("ORDER-5".to_owned()),
        name: None,
        return_url: None,
        callback_url: None,
    };
    bench.call(&six).await;
    // A client that leaves in the middle of its body.
    let whole = post("/shop/payLink", &bench.body(&open("ORDER-4")));
    let mut gone = bench.connect();
    gone.stream
        .write_all(&whole.as_bytes()[..whole.len() - 5])
        .await
        .unwrap();
    sleep(ms(1)).await;
    drop(gone);
    let second = only(&bench).await;
    let mut ends = BTreeMap::new();
    for ended in all_ends(&second) {
        *ends.entry(ended.end).or_insert(0) += ended.count;
    }
    assert!(all_ends(&second).all(|ended| !ended.by_scenario), "{second:?}");
    let expected = [
        (End::Answered, 1),
        (End::Declined, 1),
        (End::Unauthenticated, 5),
        (End::Malformed, 3),
    ];
    assert_eq!(ends, BTreeMap::from(expected), "{:?}", bench.journal());
}

/// Whatever happens to many calls of every kind, the sums of their second are one another's and the journal's.
#[tokio::test(start_paused = true)]
async fn the_sums_of_a_second_are_equal() {
    let bench = Arc::new(Bench::new(
        "phases: [{name: only, for: 1h}]
rules: [{on: payLink, chance: 30%, ledger: skip, reply: {status: 503}}, {on: payLink, chance: 60%, reply: {delay: 200ms}},
{on: checkDeposit, chance: 40%, reply: reset}]
capacity: {workers: 2, service_time: 5ms, queue: 40, queue_timeout: 1s}
",
    ));
    for number in 0..40 {
        for command in [open(&format!("ORDER-{number}")), query(&format!("ORDER-{number}"))] {
            let bench = Arc::clone(&bench);
            bench.tasks.clone().spawn(async move { bench.call(&command).await });
        }
    }
    sleep(ms(900)).await;
    let second = only(&bench).await;
    let lines = bench.journal();
    let exchanges = lines.len() as u64;
    assert_eq!((exchanges, second.exchanges), (80, 80));
    assert_eq!(all_ends(&second).map(|ended| ended.count).sum::<u64>(), exchanges);
    let ok: u64 = second.operations.iter().map(|of| sum(&of.ok)).sum();
    let failed: u64 = second.operations.iter().map(|of| sum(&of.failed)).sum();
    assert_eq!(ok + failed, exchanges);
    for heat in [&second.heat, &second.service_heat] {
        assert_eq!(heat.iter().map(|count| u64::from(*count)).sum::<u64>(), ok);
    }
    let successes = all_ends(&second).filter(|ended| ended.end.is_success());
    assert_eq!(successes.map(|ended| ended.count).sum::<u64>(), ok);
    let service = |of: &OperationSecond| sum(&of.service_ok) + sum(&of.service_failed);
    let of_opening = second.operations.iter().find(|of| of.operation == "payLink").unwrap();
    assert_eq!(service(of_opening), 40);
    assert!(second.service.unwrap().max_us < 20 * MS && second.took.unwrap().max_us >= 200 * MS);
    let hits = |line: &protocol::admin::JournalLine| {
        line.rules.clone().map_or(0, |rules| {
            u64::from(rules.outcome.is_some()) + u64::from(rules.delay.is_some())
        })
    };
    assert_eq!(second.decided, lines.iter().map(hits).sum::<u64>());
    let of = |count: fn(&protocol::admin::JournalLine) -> u64| lines.iter().map(count).sum::<u64>();
    assert_eq!(second.injected_us / MS, of(|line| line.injected_us) / MS);
    let overloaded = of(|line| u64::from(line.reason.as_deref().unwrap_or("").starts_with("overload_")));
    assert!(overloaded > 0 && second.overloaded == overloaded, "{second:?}");
    // Who was turned away at once waited for nobody.
    let queued = second.queued.as_ref().unwrap();
    assert_eq!(sum(&queued.buckets), exchanges - overloaded);
    let longest = lines.iter().map(|line| line.queued_us).max().unwrap();
    assert_eq!(bench.gateway.seconds.queue_wait_p99_us(), queued.spread.p99_us);
    assert!(queued.spread.max_us >= longest && queued.spread.max_us <= longest + longest / 100);
    assert!(all_ends(&second).all(|ended| ended.end.is_success() || ended.by_scenario));
}

#[tokio::test(start_paused = true)]
async fn callbacks_are_counted_by_what_became_of_them() {
    let bench = Bench::new(
        "phases: [{name: only, for: 1h}]\npayers: {pay_after: 0s}\ncallbacks: {retry: {after: [100ms]}, timeout: 50ms}\n",
    );
    let mut listener = bench.listen(&[]);
    bench.tasks.spawn(async move {
        let mut answers =
            [b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"status\":\"success\"}".as_slice()].into_iter();
        let mut silent = Vec::new();
        while let Some(mut stream) = listener.recv().await {
            match answers.next() {
                Some(answer) => {
                    let mut request = vec![0; 4_096];
                    let _ = stream.read(&mut request).await;
                    sleep(ms(20)).await;
                    stream.write_all(answer).await.unwrap();
                }
                None => silent.push(stream),
            }
        }
    });
    bench.call(&open("ORDER-1")).await;
    sleep(ms(100)).await;
    bench.call(&open("ORDER-2")).await;
    sleep(ms(400)).await;
    let callbacks = only(&bench).await.callbacks.unwrap();
    let acknowledged_in = callbacks.acknowledged_in.clone().unwrap();
    let p99_us = acknowledged_in.spread.p99_us;
    assert!(
        (20 * MS..30 * MS).contains(&acknowledged_in.spread.p99_us),
        "{acknowledged_in:?}"
    );
    let expected = CallbackSecond {
        sent: 3,
        acknowledged: 1,
        timeout: 2,
        retried: 1,
        lost: 1,
        acknowledged_in: Some(acknowledged_in),
        ..CallbackSecond::default()
    };
    assert_eq!(callbacks, expected);
    assert_eq!(bench.gateway.seconds.acknowledged_p99_us(), p99_us);
    sleep(Duration::from_secs(11)).await;
    assert_eq!(bench.gateway.seconds.acknowledged_p99_us(), 0, "nothing came lately");
    let counts = bench.gateway.callbacks.counts(&bench.gateway.store);
    assert_eq!(
        (counts.sent, counts.acknowledged, counts.retried, counts.lost),
        (3, 1, 1, 1)
    );
}
