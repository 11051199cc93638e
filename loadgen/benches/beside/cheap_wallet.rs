//! A target that costs next to nothing: answers each `payLink` with a right sign and remembers no order, so that what is
//! measured is whoever drives it. `docs/bench/load` runs it.
//!
//! One thread. Prints its address and serves until it is killed; `GET /count` tells how many requests it answered before.
//! It verifies nothing; it is not a wallet.

#![expect(clippy::print_stdout, reason = "the address is told")]

use std::{
    convert::Infallible,
    sync::atomic::{AtomicU64, Ordering},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Incoming, header, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use protocol::{
    Algorithm, Operation, Token,
    dialect::okpay::{Answer, Fault, Manner, answer},
};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::TaskTracker;

/// The first shop of a scenario that names none.
const SHOP: u64 = 10_001;
const TOKEN: &str = "sandbox-token-10001";

/// Requests that were answered, questions for this number not among them.
static ANSWERED: AtomicU64 = AtomicU64::new(0);

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime is to be had").block_on(serve());
}

async fn serve() {
    let listener = TcpListener::bind(("127.0.0.1", 0))
        .await
        .expect("loopback has a free port");
    println!("http://{}", listener.local_addr().expect("it is bound"));
    let tasks = TaskTracker::new();
    loop {
        let (stream, _) = listener.accept().await.expect("loopback connects");
        tasks.spawn(talk(stream));
    }
}

async fn talk(stream: TcpStream) {
    // Both end with the connection, whatever becomes of them.
    let _ = stream.set_nodelay(true);
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service_fn(answered))
        .await;
}

async fn answered(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    if request.uri().path() == "/count" {
        let count = ANSWERED.load(Ordering::Relaxed).to_string();
        return Ok(Response::new(Full::new(count.into())));
    }
    let opens = request.uri().path() == Operation::PayLink.path();
    let body = match request.into_body().collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => Bytes::new(),
    };
    let body = if opens {
        opened(&body)
    } else {
        Fault::UnknownOrder.encode()
    };
    ANSWERED.fetch_add(1, Ordering::Relaxed);
    let mut response = Response::new(Full::new(Bytes::from(body)));
    let json = header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    Ok(response)
}

/// The answer to an opening; its number is found, not decoded, for the load's numbers need no escapes.
fn opened(body: &[u8]) -> Vec<u8> {
    let number = body
        .split(|byte| *byte == b'&')
        .find_map(|field| field.strip_prefix(b"unique_id="))
        .map(|number| String::from_utf8_lossy(number).into_owned());
    let said = Answer::PayLink {
        order_id: "0".repeat(32),
        pay_url: "https://t.me/OkayPayBot?start=shop_deposit--00000000000000000000000000000000".to_owned(),
        unique_id: number,
    };
    let token = Token::new(TOKEN).expect("it is one");
    answer::encode(&said, SHOP, &Manner::default(), Algorithm::Hmac, &token)
}
