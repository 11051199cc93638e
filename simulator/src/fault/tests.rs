//! Every word of a reply over streams in memory and in virtual time, in the clear and over TLS; and what becomes of an
//! answer in pieces when somebody interferes.

mod rows;

use std::{
    io,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use protocol::dialect::okpay::Command;
use rows::{End, ROWS, Row, Seen, Terms, amount, check, scenario};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::{Instant, sleep},
};

use crate::{
    testing::{Bench, open, post},
    tls::tests::Sides,
};

/// Timers look once a millisecond.
const STEP: Duration = Duration::from_millis(2);
const HEALTHY: &str = "phases: [{name: healthy, for: 1h}]\n";

/// The order of a row.
fn order(at: usize, tls: bool) -> Command {
    let number = format!("ROW-{at}-{tls}");
    match open(&number) {
        Command::PayLink {
            coin,
            unique_id,
            name,
            return_url,
            callback_url,
            ..
        } => Command::PayLink {
            amount: amount(at),
            coin,
            unique_id,
            name,
            return_url,
            callback_url,
        },
        other => other,
    }
}

/// Sends a request and looks until the end.
async fn look(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), request: &str, reset: &AtomicBool) -> Seen {
    let begin = Instant::now();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
    let mut seen = Seen::default();
    let mut chunk = vec![0; 256 * 1024];
    loop {
        match stream.read(&mut chunk).await {
            Ok(0) => {
                let end = if reset.load(Ordering::Relaxed) {
                    End::Reset
                } else {
                    End::Fin
                };
                seen.end = Some((begin.elapsed(), end));
                return seen;
            }
            Ok(count) => seen.arrive(begin.elapsed(), &chunk[..count]),
            Err(error) => {
                assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
                let end = if reset.load(Ordering::Relaxed) {
                    End::Reset
                } else {
                    End::Cut
                };
                seen.end = Some((begin.elapsed(), end));
                return seen;
            }
        }
    }
}

fn written_down(bench: &Bench, row: &Row, at: usize, tls: bool, seen: &Seen) {
    let subject = format!("ROW-{at}-{tls}");
    let lines = bench.journal();
    let mut lines = lines.iter().filter(|line| line.subject == subject && line.attempt == 1);
    let line = lines.next().unwrap();
    assert!(lines.next().is_none(), "{} has one line", row.rule);
    let (outcome, status, injected_ms) = row.journal;
    assert_eq!((line.outcome.as_str(), line.status), (outcome, status), "{}", row.rule);
    let body = match outcome {
        "garbled" => seen.bytes.len(),
        "answered" | "cut" => seen.body().len(),
        _ => 0,
    };
    assert_eq!(line.bytes_out, body as u64, "{}", row.rule);
    let injected_ms = match &row.sees {
        rows::Sees::Narrow(rate) => body as u64 * 1_000 / rate,
        _ => injected_ms,
    };
    let near = |us: u64| (injected_ms * 1_000..=injected_ms * 1_000 + 2_000).contains(&us);
    assert!(near(line.injected_us), "{}: injected {} us", row.rule, line.injected_us);
    let hung = outcome == "hung";
    assert!(near(line.took_us) != hung, "{}: took {} us", row.rule, line.took_us);
    assert_eq!(line.reason, None, "{}", row.rule);
}

#[tokio::test(start_paused = true)]
async fn each_word_is_what_the_table_says() {
    let bench = Bench::new(&scenario());
    let terms = Terms { late: STEP, tls: false };
    for (at, row) in ROWS.iter().enumerate() {
        let command = order(at, false);
        let request = || post("/shop/payLink", &bench.body(&command));
        let (mut stream, reset) = bench.connect_by(crate::connection::Scheme::Http);
        let seen = look(&mut stream, &request(), &reset).await;
        let (mut stream, reset) = bench.connect_by(crate::connection::Scheme::Http);
        let honest = look(&mut stream, &request(), &reset).await;
        check(row, &honest, &seen, terms);
        written_down(&bench, row, at, false, &seen);
    }
}

#[tokio::test(start_paused = true)]
async fn each_word_is_the_same_over_tls() {
    let sides = Sides::new();
    let bench = Bench::new(&scenario());
    let terms = Terms { late: STEP, tls: true };
    for (at, row) in ROWS.iter().enumerate() {
        let command = order(at, true);
        let request = || post("/shop/payLink", &bench.body(&command));
        let (mut stream, reset) = sides.connect_raw(&bench).await;
        let seen = look(&mut stream, &request(), &reset).await;
        let (mut stream, reset) = sides.connect_raw(&bench).await;
        let honest = look(&mut stream, &request(), &reset).await;
        check(row, &honest, &seen, terms);
        written_down(&bench, row, at, true, &seen);
    }
}

/// The same seed, order and attempt make the same garbage; another order another.
#[tokio::test(start_paused = true)]
async fn garbage_follows_from_the_draw() {
    let rest = format!("{HEALTHY}rules: [{{name: it, ledger: apply, reply: garbage}}]\n");
    let bytes = |number: &'static str| {
        let rest = rest.clone();
        async move {
            let bench = Bench::new(&rest);
            let (mut stream, reset) = bench.connect_by(crate::connection::Scheme::Http);
            let request = post("/shop/payLink", &bench.body(&open(number)));
            look(&mut stream, &request, &reset).await.bytes
        }
    };
    let first = bytes("ORDER-1").await;
    assert_eq!(bytes("ORDER-1").await, first);
    assert_ne!(bytes("ORDER-2").await, first);
}

/// A connection whose answer came in pieces serves the next request, which may have come meanwhile.
#[tokio::test(start_paused = true)]
async fn a_connection_outlives_an_answer_in_pieces() {
    for reply in ["{dribble: {chunks: 3, over: 90s}}", "{bandwidth: 100B/s}"] {
        let bench = Bench::new(&format!(
            "{HEALTHY}rules: [{{name: it, when: {{attempt: 1}}, reply: {reply}}}]\n"
        ));
        let mut client = bench.connect();
        let both = [0, 1]
            .map(|_| post("/shop/payLink", &bench.body(&open("ORDER-1"))))
            .concat();
        client.stream.write_all(both.as_bytes()).await.unwrap();
        let mut seen = String::new();
        while seen.matches(r#""status":"success""#).count() < 2 {
            let mut chunk = [0; 4096];
            let count = client.stream.read(&mut chunk).await.unwrap();
            assert_ne!(count, 0, "{reply}: {seen}");
            seen.push_str(&String::from_utf8_lossy(&chunk[..count]));
        }
        assert_eq!(bench.journal().len(), 2);
    }
}

/// What the reply is, when its client leaves, and what the journal says of how it ended and why.
#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_in_the_middle_is_written_down_with_what_it_got() {
    let before = "cut_short: the client left, or the gateway stopped, before the answer";
    let middle = "cut_short: the client left, or the gateway stopped, in the middle of the answer";
    let rows = [
        (
            "{delay: 10s, then: {dribble: {chunks: 2, over: 10s}}}",
            "closed",
            0,
            before,
        ),
        ("{dribble: {chunks: 2, over: 10s}}", "cut", 200, middle),
        ("{bandwidth: 50B/s}", "cut", 200, middle),
    ];
    for (reply, outcome, status, reason) in rows {
        let bench = Bench::new(&format!("{HEALTHY}rules: [{{name: it, reply: {reply}}}]\n"));
        let mut client = bench.connect();
        let request = post("/shop/payLink", &bench.body(&open("ORDER-1")));
        client.stream.write_all(request.as_bytes()).await.unwrap();
        sleep(Duration::from_secs(3)).await;
        assert!(bench.journal().is_empty(), "{reply}");
        let mut got = vec![0; 4096];
        let count = if status == 0 {
            0
        } else {
            client.stream.read(&mut got).await.unwrap()
        };
        drop(client);
        sleep(STEP).await;
        let [line] = bench.journal().try_into().unwrap();
        assert_eq!((line.outcome.as_str(), line.status), (outcome, status), "{reply}");
        assert_eq!(line.reason.as_deref(), Some(reason), "{reply}");
        assert!(
            line.injected_us.abs_diff(3_000_000) < 4_000,
            "{reply}: {}",
            line.injected_us
        );
        assert!(
            line.bytes_out < count.max(1) as u64,
            "{reply}: {} of {count}",
            line.bytes_out
        );
        assert_eq!(line.bytes_out > 0, status > 0, "{reply}");
    }
}

/// A client that leaves a connection which is only open out of slowness ends it; the answer was written down before.
#[tokio::test(start_paused = true)]
async fn a_slow_close_ends_with_its_client() {
    let bench = Bench::new(&format!("{HEALTHY}rules: [{{name: it, reply: {{slow_close: 9m}}}}]\n"));
    let mut client = bench.connect();
    let seen = client.post("/shop/payLink", &bench.body(&open("ORDER-1"))).await;
    assert_eq!(seen.header("connection"), Some("close"));
    assert_eq!(bench.journal().len(), 1);
    // Nobody reads what comes after the last request.
    client.stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    sleep(Duration::from_secs(400)).await;
    assert_eq!(bench.tasks.len(), SELF_ACTING + 1, "far beyond any deadline it is open");
    drop(client);
    sleep(STEP).await;
    assert_eq!(bench.tasks.len(), SELF_ACTING);
}

/// The tasks of a gateway without connections.
const SELF_ACTING: usize = 4;

/// Pieces that fall due in a refusing phase are never sent: the connection is reset instead.
#[tokio::test(start_paused = true)]
async fn a_refusing_phase_cuts_an_answer_in_pieces() {
    let rest = "phases: [{name: slow, for: 2s, rules: [{name: it, reply: {dribble: {chunks: 5, over: 4s}}}]}, \
                {name: outage, for: 10s, refuse: true}]\n";
    let bench = Bench::new(rest);
    let (mut stream, reset) = bench.connect_by(crate::connection::Scheme::Http);
    let request = post("/shop/payLink", &bench.body(&open("ORDER-1")));
    let seen = look(&mut stream, &request, &reset).await;
    let (at, end) = seen.end.unwrap();
    assert_eq!((at.as_secs(), end), (2, End::Reset));
    let [line] = bench.journal().try_into().unwrap();
    assert_eq!(
        (line.outcome.as_str(), line.bytes_out),
        ("reset", seen.body().len() as u64)
    );
    let reason = Some("phase_refuses: the phase refuses connections");
    assert_eq!(line.reason.as_deref(), reason);
}

/// The largest body arrives whole, as slowly as its client likes, as long as it reads at all.
#[tokio::test(start_paused = true)]
async fn a_large_body_waits_for_its_reader() {
    let bench = Bench::new(&format!(
        "{HEALTHY}rules: [{{name: it, ledger: skip, reply: {{status: 200, body: big, body_size: 100MB}}}}]\n"
    ));
    let mut client = bench.connect();
    let request = post("/shop/payLink", &bench.body(&open("ORDER-1")));
    client.stream.write_all(request.as_bytes()).await.unwrap();
    let mut chunk = vec![0; 64 * 1024];
    let mut read = 0;
    while read < 100_000_000 {
        let count = client.stream.read(&mut chunk).await.unwrap();
        assert_ne!(count, 0, "{read}");
        read += count;
        if read % 50 == 0 {
            sleep(Duration::from_secs(1)).await;
        }
    }
    sleep(STEP).await;
    let [line] = bench.journal().try_into().unwrap();
    assert_eq!((line.outcome.as_str(), line.bytes_out), ("answered", 100_000_000));

    let mut client = bench.connect();
    let request = post("/shop/payLink", &bench.body(&open("ORDER-2")));
    client.stream.write_all(request.as_bytes()).await.unwrap();
    sleep(Duration::from_secs(31)).await;
    let line = bench.journal().pop().unwrap();
    assert_eq!(line.outcome, "cut", "who does not read is not waited for");
    assert!(line.bytes_out < 1_000_000, "{}", line.bytes_out);
    drop(client);
}
