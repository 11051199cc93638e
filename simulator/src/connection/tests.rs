//! Deadlines, pipelining, refusing phases and draining, over streams in memory and in virtual time.

use std::time::Duration;

use tokio::{
    io::AsyncWriteExt,
    time::{Instant, sleep},
};

use crate::testing::{Bench, Seen, open, post};

const HEALTHY: &str = "phases: [{name: healthy, for: 1h}]\n";

/// Deadlines of the merchant port, each met by a client that stops at another place.
#[tokio::test(start_paused = true)]
async fn each_silence_has_its_own_deadline() {
    let whole = |bench: &Bench| post("/shop/payLink", &bench.body(&open("ORDER-1")));
    // What is sent, whether that is answered before the silence, how long the silence lasts, and what is seen then.
    let rows: [(&str, usize, bool, u64, u16); 6] = [
        ("nothing", 0, false, 5, 0),
        ("one byte", 1, false, 10, 0),
        ("half a head", 60, false, 10, 0),
        ("all but one byte of the head", usize::MAX, false, 10, 0),
        ("half a body", usize::MAX - 1, false, 10, 408),
        ("a whole request", usize::MAX - 2, true, 60, 0),
    ];
    for (what, bytes, answered, silence_s, status) in rows {
        let bench = Bench::new(HEALTHY);
        let mut client = bench.connect();
        let whole = whole(&bench);
        let head = whole.find("\r\n\r\n").unwrap() + 4;
        let bytes = match bytes {
            usize::MAX => head - 1,
            bytes if bytes == usize::MAX - 1 => head + 10,
            bytes if bytes == usize::MAX - 2 => whole.len(),
            bytes => bytes,
        };
        client.stream.write_all(&whole.as_bytes()[..bytes]).await.unwrap();
        if answered {
            assert_eq!(client.read().await.status(), 200, "{what}");
        }
        let begin = Instant::now();
        let seen = client.read().await;
        match status {
            0 => assert_eq!(seen, Seen::Closed(0), "{what}"),
            status => assert_eq!(seen.status(), status, "{what}"),
        }
        let silence = begin.elapsed();
        assert!(
            silence.as_secs() == silence_s,
            "{what}: closed after {silence:?}, not {silence_s} s"
        );
    }
}

/// Nobody waits for a body that says itself that it is too long.
#[tokio::test(start_paused = true)]
async fn a_body_announced_as_too_long_is_refused_at_once() {
    let bench = Bench::new(HEALTHY);
    let begin = Instant::now();
    let head = "POST /shop/payLink HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65537\r\n\r\n";
    let seen = bench.connect().raw(head).await;
    assert_eq!((seen.status(), begin.elapsed()), (413, Duration::ZERO), "{seen:?}");
}

/// A trickle does not move the deadline: the head is due ten seconds after its first byte.
#[tokio::test(start_paused = true)]
async fn a_slow_head_is_cut_off_in_time() {
    let bench = Bench::new(HEALTHY);
    let mut client = bench.connect();
    let begin = Instant::now();
    let whole = post("/shop/payLink", &"a=b&".repeat(20));
    for byte in whole.bytes() {
        if client.stream.write_all(&[byte]).await.is_err() {
            break;
        }
        sleep(Duration::from_secs(1)).await;
    }
    assert!((10..=12).contains(&begin.elapsed().as_secs()), "{:?}", begin.elapsed());
}

/// Two requests in one write: both are answered, and the connection then idles as long as after one.
#[tokio::test(start_paused = true)]
async fn pipelined_requests_are_answered_in_turn() {
    let bench = Bench::new(HEALTHY);
    let mut client = bench.connect();
    let both = ["ORDER-1", "ORDER-2"]
        .map(|number| post("/shop/payLink", &bench.body(&open(number))))
        .concat();
    client.stream.write_all(both.as_bytes()).await.unwrap();
    // The reader stops at the first answer's end and takes what follows with it.
    let mut answers = 0;
    let mut seen = String::new();
    while answers < 2 {
        let mut chunk = [0; 4096];
        let count = tokio::io::AsyncReadExt::read(&mut client.stream, &mut chunk)
            .await
            .unwrap();
        assert_ne!(count, 0, "{seen}");
        seen.push_str(&String::from_utf8_lossy(&chunk[..count]));
        answers = seen.matches(r#""status":"success""#).count();
    }
    let begin = Instant::now();
    assert_eq!(client.read().await, Seen::Closed(0));
    assert_eq!(begin.elapsed().as_secs(), 60);
}

/// In a refusing phase idle connections are reset at its border, busy ones at their next byte.
#[tokio::test(start_paused = true)]
async fn a_refusing_phase_resets_what_is_open() {
    let rest = "phases: [{name: healthy, for: 10s}, {name: outage, for: 10s, refuse: true}, {name: back, for: 10s}]\n";
    let bench = Bench::new(rest);

    let mut idle = bench.connect();
    let body = bench.body(&open("ORDER-1"));
    assert_eq!(idle.post("/shop/payLink", &body).await.status(), 200);
    let mut silent = bench.connect();
    sleep(Duration::from_secs(8)).await;
    let mut half = bench.connect();
    let whole = post("/shop/payLink", &bench.body(&open("ORDER-2")));
    half.stream.write_all(&whole.as_bytes()[..30]).await.unwrap();

    let border = Instant::now() + Duration::from_secs(2);
    assert_eq!(idle.read().await, Seen::Reset(0));
    assert_eq!(Instant::now(), border, "an idle connection is reset at the border");
    // The first-byte deadline came before the border.
    assert_eq!(silent.read().await, Seen::Closed(0));
    sleep(Duration::from_secs(1)).await;
    half.stream.write_all(&whole.as_bytes()[30..]).await.unwrap();
    assert_eq!(half.read().await, Seen::Reset(0), "a busy one at its next byte");

    sleep(Duration::from_secs(10)).await;
    assert_eq!(
        bench.call(&open("ORDER-3")).await.status(),
        200,
        "and afterwards all is well"
    );
}

/// An answer that falls due in a refusing phase becomes a reset.
#[tokio::test(start_paused = true)]
async fn an_answer_due_in_a_refusing_phase_is_never_sent() {
    let rest = "phases: [{name: slow, for: 2s, rules: [{name: late, reply: {delay: 3s}}]}, \
                {name: outage, for: 10s, refuse: true}]\n";
    let bench = Bench::new(rest);
    assert_eq!(bench.call(&open("ORDER-1")).await, Seen::Reset(0));
    let [line] = bench.journal().try_into().unwrap();
    assert_eq!(
        (line.outcome.as_str(), line.phase.as_str(), line.status),
        ("reset", "slow", 0)
    );
    assert_eq!(
        line.reason.as_deref(),
        Some("phase_refuses: the phase refuses connections")
    );
}

#[tokio::test(start_paused = true)]
async fn draining_answers_what_is_in_flight_and_closes_the_rest() {
    let bench = Bench::new(&format!("{HEALTHY}rules: [{{name: late, reply: {{delay: 500ms}}}}]\n"));
    let mut idle = bench.connect();
    let mut busy = bench.connect();
    let body = bench.body(&open("ORDER-1"));
    let stop = bench.stop.drain.clone();
    let (seen, (), closed) = tokio::join!(
        busy.post("/shop/payLink", &body),
        async {
            sleep(Duration::from_millis(100)).await;
            stop.cancel();
        },
        async {
            let begin = Instant::now();
            (idle.read().await, begin.elapsed().as_millis())
        }
    );
    assert_eq!(seen.status(), 200);
    assert_eq!(seen.header("connection"), Some("close"));
    assert_eq!((closed.0, closed.1 / 10), (Seen::Closed(0), 10));
}
