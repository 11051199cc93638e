//! What each fault on a real socket counts as. Every server is a listener on port 0 that does one thing to one request.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use hyper::Method;
use measure::sample::Class;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    Client, Exchange, MAX_ANSWER_BYTES, Outgoing,
    pool::{IDLE, Pool},
};
use crate::gate::Gate;

/// Long enough for loopback on a busy machine, short enough to wait for once.
const SHORT: Duration = Duration::from_millis(300);

/// What a server does after it read the request's head.
enum Act {
    Send(Vec<u8>),
    SendThenReset(Vec<u8>),
    Reset,
    Close,
    Hang,
    SendThenHang(Vec<u8>),
}

fn outgoing() -> Outgoing {
    Outgoing {
        method: Method::POST,
        path: "/shop/payLink".to_owned(),
        headers: Vec::new(),
        body: Bytes::from("a=1"),
    }
}

fn client(address: SocketAddr) -> Client {
    Client::new(
        Gate::open(&format!("http://{address}"), &[]).unwrap(),
        SHORT,
        CancellationToken::new(),
    )
}

async fn exchange_with(act: Act) -> Exchange {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(listener.local_addr().unwrap());
    let tasks = TaskTracker::new();
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    tasks.spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        serve(stream, act, stopped).await;
    });
    let exchange = client.exchange(outgoing()).await;
    stop.cancel();
    tasks.close();
    tasks.wait().await;
    exchange
}

async fn serve(mut stream: TcpStream, act: Act, stop: CancellationToken) {
    let mut request = Vec::new();
    while !request.ends_with(b"a=1") {
        assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0, "the request is cut");
    }
    match act {
        Act::Send(bytes) => {
            stream.write_all(&bytes).await.unwrap();
            stream.shutdown().await.unwrap();
        }
        Act::SendThenReset(bytes) => {
            stream.write_all(&bytes).await.unwrap();
            // Sent apart from the reset, which would otherwise overtake what the client has not read yet.
            tokio::time::sleep(Duration::from_millis(50)).await;
            stream.set_zero_linger().unwrap();
        }
        Act::Reset => stream.set_zero_linger().unwrap(),
        Act::Close => stream.shutdown().await.unwrap(),
        Act::Hang => stop.cancelled().await,
        Act::SendThenHang(bytes) => {
            stream.write_all(&bytes).await.unwrap();
            stop.cancelled().await;
        }
    }
}

async fn check(act: Act, expected: Result<(u16, &str), (Class, Option<u16>)>) {
    let exchange = exchange_with(act).await;
    assert!(exchange.sent <= exchange.first_byte && exchange.first_byte <= exchange.done);
    let found = exchange
        .answer
        .map(|answer| (answer.status.as_u16(), String::from_utf8(answer.body.to_vec()).unwrap()))
        .map_err(|broken| (broken.class, broken.status.map(|status| status.as_u16()), broken.why));
    match (&found, &expected) {
        (Ok((status, body)), Ok((expected_status, expected_body))) => {
            assert_eq!((*status, body.as_str()), (*expected_status, *expected_body));
        }
        (Err((class, status, _)), Err(expected)) => assert_eq!((*class, *status), *expected, "{found:?}"),
        (Ok(_) | Err(_), _) => panic!("{found:?} instead of {expected:?}"),
    }
}

fn text(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

#[tokio::test]
async fn answers_are_read_whole() {
    check(
        Act::Send(text("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi")),
        Ok((200, "hi")),
    )
    .await;
    check(
        Act::Send(text("HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n")),
        Ok((503, "")),
    )
    .await;
    check(
        Act::Send(text("HTTP/1.1 302 Found\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n")),
        Ok((302, "")),
    )
    .await;
    check(
        Act::Send(text(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        )),
        Ok((200, "hi")),
    )
    .await;
    check(
        Act::Send(text("HTTP/1.1 200 OK\r\n\r\nuntil the end")),
        Ok((200, "until the end")),
    )
    .await;
}

#[tokio::test]
async fn faults_are_told_apart() {
    check(Act::Reset, Err((Class::Reset, None))).await;
    check(Act::Close, Err((Class::Empty, None))).await;
    check(Act::Hang, Err((Class::Timeout, None))).await;
    check(
        Act::Send(text("SSH-2.0-OpenSSH_9.6\r\n\r\n")),
        Err((Class::Protocol, None)),
    )
    .await;
    check(
        Act::Send(text("HTTP/1.1 999999 X\r\n\r\n")),
        Err((Class::Protocol, None)),
    )
    .await;
    let head = || text("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
    check(Act::Send(head()), Err((Class::Protocol, Some(200)))).await;
    check(Act::SendThenReset(head()), Err((Class::Reset, Some(200)))).await;
    check(Act::SendThenHang(head()), Err((Class::Timeout, Some(200)))).await;
    check(
        Act::SendThenHang(text("HTTP/1.1 200 OK\r\ncontent-")),
        Err((Class::Timeout, None)),
    )
    .await;
    let mut endless = text(&format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
        MAX_ANSWER_BYTES + 1
    ));
    endless.resize(endless.len() + MAX_ANSWER_BYTES + 1, b'x');
    check(Act::SendThenHang(endless), Err((Class::Protocol, Some(200)))).await;
}

#[tokio::test]
async fn a_closed_port_refuses() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(
        client.exchange(outgoing()).await.answer.unwrap_err().class,
        Class::Refused
    );
}

#[tokio::test]
async fn an_abort_ends_what_is_under_way() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let abort = CancellationToken::new();
    let gate = Gate::open(&format!("http://{}", listener.local_addr().unwrap()), &[]).unwrap();
    let client = Client::new(gate, Duration::from_secs(3600), abort.clone());
    let stop = async {
        let _connection = listener.accept().await.unwrap();
        abort.cancel();
    };
    let (exchange, ()) = tokio::join!(client.exchange(outgoing()), stop);
    assert_eq!(exchange.answer.unwrap_err().class, Class::Aborted);
}

#[tokio::test]
async fn connections_are_used_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(listener.local_addr().unwrap());
    let answering = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        for _ in 0..3 {
            let mut request = Vec::new();
            while !request.ends_with(b"a=1") {
                stream.read_buf(&mut request).await.unwrap();
            }
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi")
                .await
                .unwrap();
        }
        stream
    };
    let asking = async {
        for _ in 0..3 {
            assert_eq!(client.exchange(outgoing()).await.answer.unwrap().status, 200);
        }
    };
    // One accepted connection must do for all three.
    let (_stream, ()) = tokio::join!(answering, asking);
}

#[tokio::test]
async fn connections_grow_too_old() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let pool = Pool::new(Gate::open(&format!("http://{}", listener.local_addr().unwrap()), &[]).unwrap());
    let first = pool.take().await.unwrap();
    let _first = listener.accept().await.unwrap();
    pool.give_back(first);
    tokio::time::pause();
    tokio::time::advance(IDLE + Duration::from_millis(1)).await;
    let _second = pool.take().await.unwrap();
    let accepted = tokio::time::timeout(Duration::from_secs(1), listener.accept()).await;
    assert!(accepted.is_ok(), "a second connection");
}
