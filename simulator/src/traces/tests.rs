//! A collector on loopback that takes what comes, and addresses that are none.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};

use super::Collector;
use crate::testing::{Bench, TOKEN, open};

/// Nothing here takes longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// One request: its head and its body.
async fn take(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let mut read = Vec::new();
    loop {
        assert!(stream.read_buf(&mut read).await.unwrap() > 0, "it ends in the middle");
        let Some(end) = read.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&read[..end]).to_lowercase();
        let (_, length) = head.split_once("content-length: ").unwrap();
        let length: usize = length.lines().next().unwrap().parse().unwrap();
        if read.len() >= end + 4 + length {
            return (head, read.split_off(end + 4));
        }
    }
}

fn holds(body: &[u8], text: &str) -> bool {
    body.windows(text.len()).any(|bytes| bytes == text.as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_gets_a_span_of_an_exchange() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let collector = format!("http://{}", listener.local_addr().unwrap());
    let rest = "phases: [{name: bad, for: 1h, rules: [{name: busy, ledger: skip, reply: {status: 503}}]}]\n";
    let bench = Bench::with(rest, |config| config.collector = Some(collector.parse().unwrap()));
    bench.call(&open("ORDER-1")).await;
    // It is written down when its answer has gone, which is a moment later.
    while bench.journal().is_empty() {
        tokio::task::yield_now().await;
    }

    let gateway = std::sync::Arc::clone(&bench.gateway);
    let closed = bench
        .tasks
        .spawn_blocking(move || gateway.traces.as_ref().unwrap().close());
    let (mut stream, _) = timeout(PATIENCE, listener.accept()).await.expect("it comes").unwrap();
    let (head, body) = take(&mut stream).await;
    stream
        .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    closed.await.unwrap();

    assert!(head.starts_with("post /v1/traces http/1.1"), "{head}");
    assert!(head.contains("content-type: application/x-protobuf"), "{head}");
    for text in [
        "payLink",
        "paydrill.phase",
        "bad",
        "answered",
        "busy",
        "ORDER-1",
        "service.name",
        "paydrill",
    ] {
        assert!(holds(&body, text), "{text}");
    }
    for text in [TOKEN, "nonce-"] {
        assert!(!holds(&body, text), "{text}");
    }
}

/// Nobody listens: calls are answered as ever, and the end does not wait for long.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_collector_nothing_waits() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let collector = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let bench = Bench::with("", |config| config.collector = Some(collector.parse().unwrap()));
    assert_eq!(bench.call(&open("ORDER-1")).await.status(), 200);
    let gateway = std::sync::Arc::clone(&bench.gateway);
    let closed = bench
        .tasks
        .spawn_blocking(move || gateway.traces.as_ref().unwrap().close());
    closed.await.unwrap();
}

#[test]
fn a_collector_has_an_address_in_plain_http() {
    for (text, expected) in [
        ("http://127.0.0.1:4318", Ok("http://127.0.0.1:4318/v1/traces")),
        ("http://collector:4318/", Ok("http://collector:4318/v1/traces")),
        ("http://[::1]:4318/otlp", Ok("http://[::1]:4318/otlp/v1/traces")),
        ("https://collector:4318", Err("is not plain http")),
        ("127.0.0.1:4318", Err("is no URL")),
        ("localhost:4318", Err("is not plain http")),
    ] {
        let read = text.parse::<Collector>();
        match expected {
            Ok(endpoint) => assert_eq!(read.unwrap().endpoint(), endpoint),
            Err(error) => assert!(read.unwrap_err().to_string().contains(error), "{text}"),
        }
    }
}
