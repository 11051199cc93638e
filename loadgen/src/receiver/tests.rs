//! What strangers get who find the port. Callbacks themselves are tested with the journeys they belong to.

use std::{sync::Arc, time::Duration};

use measure::recorder::Recorder;
use scenarios::Policy;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{MAX_BODY_BYTES, Receiver};
use crate::{
    client::Client,
    clock::Axis,
    gate::Gate,
    journey::{Journeys, Parts, Whats},
    testing::{book, expected, merchant, scenario},
};

async fn check(request: String, expected_head: &str) {
    let receiver = Receiver::bind().await.unwrap();
    let authority = receiver.url().strip_suffix("/notify").unwrap().to_owned();
    let stop = CancellationToken::new();
    let gate = Gate::open(&authority, &[]).unwrap();
    let (journeys, _steps) = Journeys::new(Parts {
        whats: Whats::of(&scenario().load),
        repeats: None,
        crowd: None,
        tours: None,
        somebody_pays: true,
        book: book(0),
        client: Client::new(gate, Duration::from_secs(1), stop.clone()),
        merchant: merchant(),
        axis: Arc::new(Axis::default()),
        recorder: Arc::new(Recorder::new(1, 5, 3)),
        expected: expected(),
        users: 1,
        policy: Policy::Queue,
        phases: 5,
    });
    let tasks = TaskTracker::new();
    tasks.spawn(receiver.serve(journeys, stop.clone()));
    let mut stream = TcpStream::connect(authority.strip_prefix("http://").unwrap())
        .await
        .unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = vec![0; expected_head.len()];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&answer), expected_head);
    // A connection that stays open does not keep the receiver from its end.
    stop.cancel();
    tasks.close();
    tasks.wait().await;
}

#[tokio::test]
async fn strangers_are_turned_away() {
    check("GET /notify HTTP/1.1\r\nhost: x\r\n\r\n".to_owned(), "HTTP/1.1 405 ").await;
    check("hello\r\n\r\n".to_owned(), "HTTP/1.1 400 ").await;
    let long = MAX_BODY_BYTES + 1;
    let head = format!("POST /notify HTTP/1.1\r\nhost: x\r\ncontent-length: {long}\r\n\r\n");
    check(format!("{head}{}", "x".repeat(long)), "HTTP/1.1 400 ").await;
    check(
        "POST /notify HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}".to_owned(),
        "HTTP/1.1 200 ",
    )
    .await;
}
