//! Attempts, faults, holds and releases, against a merchant in memory and in virtual time.

mod calendar;
mod copies;
mod early;
mod lies;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use protocol::{Accepts, Token, dialect::okpay::Callback};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    sync::mpsc::Receiver,
    time::{Instant, sleep},
};

use crate::{
    cashier,
    store::Key,
    testing::{Bench, SHOP_ID, TOKEN, open},
};

/// A merchant: when each callback came, with its body.
#[derive(Clone, Debug, Default)]
struct Merchant(Arc<Mutex<Vec<(Duration, String)>>>);

impl Merchant {
    /// Listens, and answers the n-th callback (from 0) as `answers` says; `None` is no answer at all.
    fn listen(bench: &Bench, listener: Receiver<DuplexStream>, answers: fn(usize) -> Option<&'static str>) -> Self {
        Self::read(bench, listener, move |place, _| answers(place))
    }

    /// The same for one that reads what comes.
    fn read(
        bench: &Bench,
        mut listener: Receiver<DuplexStream>,
        answers: impl Fn(usize, &str) -> Option<&'static str> + Send + Sync + 'static,
    ) -> Self {
        let answers = Arc::new(answers);
        let merchant = Self::default();
        let heard = Arc::clone(&merchant.0);
        let begin = Instant::now();
        let tasks = bench.tasks.clone();
        bench.tasks.spawn(async move {
            while let Some(mut stream) = listener.recv().await {
                let (heard, answers) = (Arc::clone(&heard), Arc::clone(&answers));
                tasks.spawn(async move {
                    while let Some(body) = read_request(&mut stream).await {
                        let answer = {
                            let mut heard = heard.lock().unwrap();
                            let answer = answers(heard.len(), &body);
                            heard.push((begin.elapsed(), body));
                            answer
                        };
                        match answer {
                            Some(answer) => stream.write_all(answer.as_bytes()).await.unwrap(),
                            None => sleep(Duration::from_secs(3_600)).await,
                        }
                    }
                });
            }
        });
        merchant
    }

    fn times_ms(&self) -> Vec<u128> {
        self.0.lock().unwrap().iter().map(|(at, _)| at.as_millis()).collect()
    }

    fn bodies(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().map(|(_, body)| body.clone()).collect()
    }
}

async fn read_request(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> Option<String> {
    let mut text = String::new();
    loop {
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .unwrap()
                .parse()
                .unwrap();
            if body.len() >= length {
                return Some(body.to_owned());
            }
        }
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => text.push_str(std::str::from_utf8(&chunk[..count]).unwrap()),
        }
    }
}

const TAKEN: &str = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nsuccess";
const BROKEN: &str = "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n";
const MOVED: &str = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9000/other\r\nContent-Length: 7\r\n\r\nsuccess";

/// Opens and pays an order.
async fn pay(bench: &Bench, number: &str) {
    bench.call(&open(number)).await;
    let key = Key::new(SHOP_ID, crate::store::Flow::Deposit, number.into());
    cashier::pay(&bench.gateway, &key, 7).unwrap();
}

/// The outcomes of the journal's callback lines, with their attempts.
fn outcomes(bench: &Bench) -> Vec<(String, u32)> {
    let lines = bench.journal().into_iter().filter(|line| line.operation == "callback");
    lines.map(|line| (line.outcome, line.attempt)).collect()
}

fn state(bench: &Bench) -> (String, u32, u32) {
    let [order] = bench
        .gateway
        .store
        .page(None, 2, &crate::store::Filter::default())
        .try_into()
        .unwrap();
    let callback = order.callback.unwrap();
    (callback.state, callback.attempts, callback.deliveries)
}

/// What the merchant answers, and from it: when callbacks come, how attempts end, the callback's state.
#[tokio::test(start_paused = true)]
async fn attempts_follow_the_ladder_until_one_is_taken() {
    struct Row {
        answers: fn(usize) -> Option<&'static str>,
        times_ms: &'static [u128],
        outcomes: &'static [&'static str],
        state: (&'static str, u32, u32),
    }
    let rows = [
        Row {
            answers: |_| Some(TAKEN),
            times_ms: &[0],
            outcomes: &["acknowledged"],
            state: ("acknowledged", 1, 1),
        },
        Row {
            answers: |place| Some(if place < 2 { BROKEN } else { TAKEN }),
            times_ms: &[0, 5_000, 35_000],
            outcomes: &["refused", "refused", "acknowledged"],
            state: ("acknowledged", 3, 3),
        },
        Row {
            answers: |_| Some(MOVED),
            times_ms: &[0, 5_000, 35_000],
            outcomes: &["refused", "refused", "refused"],
            state: ("lost", 3, 3),
        },
        Row {
            answers: |place| (place > 0).then_some(TAKEN),
            times_ms: &[0, 7_000],
            outcomes: &["timeout", "acknowledged"],
            state: ("acknowledged", 2, 2),
        },
    ];
    for (number, row) in rows.into_iter().enumerate() {
        let bench =
            Bench::new("phases: [{name: whole, for: 1h}]\ncallbacks: {retry: {after: [5s, 30s]}, timeout: 2s}\n");
        let merchant = Merchant::listen(&bench, bench.listen(&[]), row.answers);
        pay(&bench, "ORDER-1").await;
        sleep(Duration::from_secs(600)).await;
        let times: Vec<u128> = merchant.times_ms();
        assert_eq!(times.len(), row.times_ms.len(), "row {number}: {times:?}");
        for (seen, planned) in times.iter().zip(row.times_ms) {
            assert!((*planned..planned + 20).contains(seen), "row {number}: {times:?}");
        }
        let expected: Vec<(String, u32)> = row
            .outcomes
            .iter()
            .zip(1..)
            .map(|(outcome, attempt)| ((*outcome).to_owned(), attempt))
            .collect();
        assert_eq!(outcomes(&bench), expected, "row {number}");
        let (state, attempts, deliveries) = state(&bench);
        assert_eq!((state.as_str(), attempts, deliveries), row.state, "row {number}");
        let bodies = merchant.bodies();
        let said = Callback::decode(bodies[0].as_bytes(), Accepts::HMAC, &Token::new(TOKEN).unwrap()).unwrap();
        assert_eq!(
            (said.unique_id.as_deref(), said.status, said.pay_user_id),
            (Some("ORDER-1"), 1, 7)
        );
        assert!(
            bodies.iter().all(|body| *body == bodies[0]),
            "row {number}: the same bytes each time"
        );
    }
}

/// A callback rule, and from it: when callbacks come and what the journal says.
#[tokio::test(start_paused = true)]
async fn each_fault_acts_as_its_rule_says() {
    let rows: [(&str, &[u128], &[&str], &str); 4] = [
        ("callback: drop", &[], &["dropped"], "dropped"),
        ("callback: {delay: 3s}", &[3_000], &["acknowledged"], "acknowledged"),
        (
            "callback: {duplicate: {copies: 3, spread: 2s}}",
            &[0, 1_000, 2_000],
            &["acknowledged", "acknowledged", "acknowledged"],
            "acknowledged",
        ),
        (
            "callback: hold",
            &[60_000],
            &["held", "released", "acknowledged"],
            "acknowledged",
        ),
    ];
    for (rule, times_ms, ends, end) in rows {
        let bench = Bench::new(&format!(
            "phases: [{{name: whole, for: 1m}}]\nrules: [{{name: it, on: callback, {rule}}}]\n"
        ));
        let merchant = Merchant::listen(&bench, bench.listen(&[]), |_| Some(TAKEN));
        pay(&bench, "ORDER-1").await;
        sleep(Duration::from_secs(120)).await;
        let times = merchant.times_ms();
        assert_eq!(times.len(), times_ms.len(), "{rule}: {times:?}");
        for (seen, planned) in times.iter().zip(times_ms) {
            assert!((*planned..planned + 20).contains(seen), "{rule}: {times:?}");
        }
        let words: Vec<String> = outcomes(&bench).into_iter().map(|(outcome, _)| outcome).collect();
        assert_eq!(words, ends, "{rule}");
        assert_eq!(state(&bench).0, end, "{rule}");
        let of_rule = bench.journal().into_iter().filter(|line| line.rules.is_some()).count() as u64;
        assert_eq!(
            (of_rule, bench.gateway.in_force.get().decided(scenarios::RuleId(0))),
            (1, 1),
            "{rule}"
        );
        let bodies = merchant.bodies();
        assert!(
            bodies.iter().all(|body| *body == bodies[0]),
            "{rule}: the same bytes each time"
        );
    }
}

/// An outage holds callbacks; the phase that releases them spreads them evenly, and new ones go out at once.
#[tokio::test(start_paused = true)]
async fn what_an_outage_holds_the_recovery_releases() {
    let bench = Bench::new(
        "phases:\n\
         - {name: outage, for: 10s, rules: [{name: kept, on: callback, callback: hold}]}\n\
         - {name: recovery, for: 60s, rules: [{name: freed, on: callback, callback: {release: {over: 4s}}}]}\n",
    );
    let merchant = Merchant::listen(&bench, bench.listen(&[]), |_| Some(TAKEN));
    for number in 0..5 {
        pay(&bench, &format!("ORDER-{number}")).await;
    }
    sleep(Duration::from_secs(9)).await;
    let counts = bench.gateway.callbacks.counts(&bench.gateway.store);
    assert_eq!(
        (counts.held, counts.held_total, counts.pending, counts.sent),
        (5, 5, 0, 0)
    );
    sleep(Duration::from_secs(11)).await;
    pay(&bench, "ORDER-5").await;
    sleep(Duration::from_secs(1)).await;
    let times: Vec<u128> = merchant.times_ms().into_iter().map(|ms| ms / 500).collect();
    assert_eq!(times, [20, 22, 24, 26, 28, 40], "half seconds");
    let counts = bench.gateway.callbacks.counts(&bench.gateway.store);
    assert_eq!(
        (counts.held, counts.held_total, counts.pending, counts.acknowledged),
        (0, 5, 0, 6)
    );
    let drill = bench.gateway.in_force.get();
    let decided = [0, 1].map(|rule| drill.decided(scenarios::RuleId(rule)));
    let in_journal = ["kept", "freed"].map(|name| {
        let lines = bench.journal().into_iter().filter_map(|line| line.rules?.callback);
        lines.filter(|hit| hit.name == name).count() as u64
    });
    assert_eq!(decided, in_journal, "decided is what the journal says");
    assert_eq!(decided, [5, 6]);
}

/// The merchant may have heard a delivery that a stop cuts short, so it must be found in the journal.
#[tokio::test(start_paused = true)]
async fn a_delivery_cut_short_by_a_stop_is_written_down() {
    let bench = Bench::new("phases: [{name: whole, for: 1h}]\n");
    let merchant = Merchant::listen(&bench, bench.listen(&[]), |_| None);
    pay(&bench, "ORDER-1").await;
    sleep(Duration::from_secs(1)).await;
    assert_eq!(merchant.times_ms().len(), 1);
    bench.stop.drain.cancel();
    bench.gateway.callbacks.close();
    bench.stop.now.cancel();
    sleep(Duration::from_secs(1)).await;
    let line = bench.journal().pop().unwrap();
    assert_eq!((line.operation.as_str(), line.outcome.as_str()), ("callback", "failed"));
    assert_eq!(
        line.reason.as_deref(),
        Some("cut_short: the gateway stopped before the answer")
    );
    assert!((900_000..1_100_000).contains(&line.took_us), "{}", line.took_us);
}

/// A merchant that serves one connection at a time can't take another callback before this one is closed.
#[tokio::test(start_paused = true)]
async fn a_connection_that_is_not_used_again_is_closed() {
    let bench = Bench::new("phases: [{name: whole, for: 1h}]\n");
    let mut listener = bench.listen(&[]);
    pay(&bench, "ORDER-1").await;
    let mut stream = listener.recv().await.unwrap();
    read_request(&mut stream).await.unwrap();
    stream.write_all(TAKEN.as_bytes()).await.unwrap();
    let mut byte = [0];
    let ended = tokio::time::timeout(Duration::from_secs(4), stream.read(&mut byte)).await;
    assert_eq!(ended.expect("it is closed soon").unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_command_releases_what_is_held() {
    let bench = Bench::new("phases: [{name: whole, for: 1h}]\nrules: [{name: it, on: callback, callback: hold}]\n");
    let merchant = Merchant::listen(&bench, bench.listen(&[]), |_| Some(TAKEN));
    pay(&bench, "ORDER-1").await;
    sleep(Duration::from_secs(5)).await;
    assert_eq!(bench.gateway.release(), 1);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(merchant.times_ms().len(), 1);
    assert_eq!(state(&bench).0, "acknowledged");
}

/// Addresses that are never called end the callback without a packet, whatever the ladder says.
#[tokio::test(start_paused = true)]
async fn a_forbidden_target_is_not_called() {
    let rows = [
        (
            "http://127.0.0.1:9000/notify",
            "forbidden: 127.0.0.1:9000 is a listener of the gateway itself",
        ),
        (
            "http://127.1:9000/x",
            "forbidden: 127.0.0.1:9000 is a listener of the gateway itself",
        ),
        (
            "http://[::ffff:127.0.0.1]:9000/",
            "forbidden: [::ffff:127.0.0.1]:9000 is a listener of the gateway itself",
        ),
        (
            "http://10.0.0.1/",
            "forbidden: 10.0.0.1 is neither loopback nor in an allowed network",
        ),
        (
            "http://169.254.169.254/latest",
            "forbidden: 169.254.169.254 is never called: link-local, multicast, unspecified or translated",
        ),
    ];
    for (url, reason) in rows {
        let bench = Bench::new("phases: [{name: whole, for: 1h}]\n");
        let merchant = Merchant::listen(&bench, bench.listen(&["127.0.0.1:9000"]), |_| Some(TAKEN));
        let mut command = open("ORDER-1");
        if let protocol::dialect::okpay::Command::PayLink { callback_url, .. } = &mut command {
            *callback_url = Some(url.to_owned());
        }
        assert!(bench.call(&command).await.body().contains("success"), "{url}");
        let key = Key::new(SHOP_ID, crate::store::Flow::Deposit, "ORDER-1".into());
        cashier::pay(&bench.gateway, &key, 7).unwrap();
        sleep(Duration::from_secs(600)).await;
        assert_eq!(merchant.times_ms().len(), 0, "{url}");
        assert_eq!(outcomes(&bench), [("forbidden".to_owned(), 1)], "{url}");
        assert_eq!(bench.journal().pop().unwrap().reason.as_deref(), Some(reason), "{url}");
        assert_eq!(state(&bench), ("lost".to_owned(), 0, 0), "{url}");
    }
}

/// Payers pay, decline and stay away as drawn, and every paid order has exactly one row, acknowledged once.
#[tokio::test(start_paused = true)]
async fn every_paid_order_owes_exactly_one_callback() {
    let bench = Bench::new(
        "phases: [{name: whole, for: 1h}]\n\
         payers: {pay_after: {uniform: {from: 1s, to: 9s}}, outcomes: {pay: 60%, abandon: 20%, decline: 20%}}\n\
         rules: [{name: quiet, on: payLink, chance: 10%, callback: drop}]\n",
    );
    let merchant = Merchant::listen(&bench, bench.listen(&[]), |_| Some(TAKEN));
    for number in 0..200 {
        bench.call(&open(&format!("ORDER-{number}"))).await;
    }
    assert!(bench.gateway.payers.pending() > 130);
    sleep(Duration::from_secs(30)).await;
    assert_eq!(bench.gateway.payers.pending(), 0);
    let counts = bench.gateway.store.counts();
    let callbacks = bench.gateway.callbacks.counts(&bench.gateway.store);
    assert!((100..140).contains(&counts.paid), "{counts:?}");
    assert_eq!(callbacks.acknowledged + callbacks.dropped, counts.paid, "{callbacks:?}");
    assert!(callbacks.dropped > 0, "{callbacks:?}");
    assert_eq!(merchant.times_ms().len() as u64, callbacks.acknowledged);
    let orders = bench.gateway.store.page(None, 1_000, &crate::store::Filter::default());
    let owing = orders.iter().filter(|order| order.callback.is_some()).count() as u64;
    assert_eq!((orders.len(), owing), (200, counts.paid));
    assert!(
        bench
            .gateway
            .store
            .sums()
            .iter()
            .all(|sum| sum.sum.trim_matches(['0', '.']).is_empty())
    );
}

#[tokio::test(start_paused = true)]
async fn a_merchant_over_tls_is_called_back() {
    let bench = Bench::new("phases: [{name: whole, for: 1h}]\n");
    let mut listener = bench.listen(&[]);
    let config = crate::config::TlsConfig {
        listen: "127.0.0.1:0".parse().unwrap(),
        identity: crate::config::Identity::Ephemeral,
    };
    let tls = crate::tls::Tls::load(&config, bench.gateway.clock.wall()).unwrap();
    let acceptor = tls.certificates.under(None).unwrap().clone();
    let heard = Arc::new(Mutex::new(None));
    let told = Arc::clone(&heard);
    bench.tasks.spawn(async move {
        let mut stream = acceptor.accept(listener.recv().await.unwrap()).await.unwrap();
        *told.lock().unwrap() = read_request(&mut stream).await;
        stream.write_all(TAKEN.as_bytes()).await.unwrap();
        stream.flush().await.unwrap();
        sleep(Duration::from_secs(60)).await;
    });
    let mut command = open("ORDER-1");
    if let protocol::dialect::okpay::Command::PayLink { callback_url, .. } = &mut command {
        *callback_url = Some("https://127.0.0.1:9443/notify".to_owned());
    }
    bench.call(&command).await;
    let key = Key::new(SHOP_ID, crate::store::Flow::Deposit, "ORDER-1".into());
    cashier::pay(&bench.gateway, &key, 7).unwrap();
    sleep(Duration::from_secs(1)).await;
    assert!(heard.lock().unwrap().as_ref().unwrap().contains("ORDER-1"));
    assert_eq!(state(&bench).0, "acknowledged");
}
