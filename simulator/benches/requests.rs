//! How many signed requests a second a gateway on one thread answers, over real sockets: `cargo bench -p simulator`.
//! The clients have a thread of their own and send requests that were signed before, so that the gateway's is the
//! busy one.

#![expect(clippy::print_stdout, reason = "a bench tells its numbers")]

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use protocol::{
    Algorithm, Token,
    dialect::okpay::{Coin, Command, Envelope, request},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::{Builder, Runtime},
    time::Instant,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

const CONNECTIONS: usize = 32;
const REQUESTS: usize = 4_000;
const SCENARIO: &str = "name: bench\nphases: [{name: whole, for: 1h}]\nrules: [{name: rare, chance: 1/1000000, ledger: \
                        skip, reply: {status: 503}}]\n";

fn main() {
    let shutdown = CancellationToken::new();
    let stopping = shutdown.clone();
    let (told, address) = std::sync::mpsc::channel();
    let gateway = std::thread::spawn(move || {
        runtime().block_on(async {
            let scenario = scenarios::read("bench", SCENARIO).expect("the bench's scenario is good");
            let config = simulator::Config::new(Arc::new(scenario));
            let bound = simulator::serve(config, stopping)
                .await
                .expect("loopback has a free port");
            told.send(bound.gateway).expect("somebody waits for the address");
            bound.stopped().await;
        });
        busy()
    });
    let address = address.recv().expect("the gateway tells its address");
    for (what, query) in [("payLink", false), ("checkDeposit", true)] {
        let signed: Vec<Vec<String>> = (0..CONNECTIONS).map(|of| requests(of, query)).collect();
        let took = runtime().block_on(ask(address, signed));
        let count = CONNECTIONS * REQUESTS;
        let rate = count as f64 / took.as_secs_f64();
        println!("{what}: {count} requests in {:.2} s, {rate:.0}/s", took.as_secs_f64());
    }
    shutdown.cancel();
    let busy = gateway.join().expect("the gateway stops");
    let a_request = busy.as_secs_f64() / (2 * CONNECTIONS * REQUESTS) as f64;
    println!(
        "the gateway's thread: {:.1} us a request, so {:.0}/s on one core",
        a_request * 1e6,
        1.0 / a_request
    );
}

/// What the calling thread has had of a processor, which a busy machine does not distort; zero where the system does
/// not tell.
fn busy() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split(' ').next().and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

#[expect(clippy::disallowed_methods, reason = "requests are signed with the wall time")]
fn requests(of: usize, query: bool) -> Vec<String> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970")
        .as_secs();
    let token = Token::new("sandbox-token-10001").expect("a token");
    let one = |n: usize| {
        let number = format!("ORDER-{of}-{n}");
        let command = if query {
            Command::CheckDeposit { unique_id: number }
        } else {
            Command::PayLink {
                amount: "12.30".to_owned(),
                coin: Coin::Usdt,
                unique_id: Some(number),
                name: None,
                return_url: None,
                callback_url: Some("http://127.0.0.1:9/notify".to_owned()),
            }
        };
        let envelope = Envelope {
            shop: 10_001,
            timestamp: now,
            nonce: format!("nonce-{of}-{n}-{query}"),
        };
        let body = request::encode(&command, &envelope, Algorithm::Hmac, &token);
        let path = command.operation().path();
        format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: \
             {}\r\n\r\n{body}",
            body.len()
        )
    };
    (0..REQUESTS).map(one).collect()
}

async fn ask(address: std::net::SocketAddr, signed: Vec<Vec<String>>) -> Duration {
    let tasks = TaskTracker::new();
    let begin = Instant::now();
    for requests in signed {
        tasks.spawn(async move {
            let mut stream = TcpStream::connect(address).await.expect("the gateway listens");
            let mut answer = vec![0; 4_096];
            for request in requests {
                stream.write_all(request.as_bytes()).await.expect("the gateway reads");
                let count = stream.read(&mut answer).await.expect("the gateway answers");
                assert!(
                    answer[..count].starts_with(b"HTTP/1.1 200"),
                    "{}",
                    String::from_utf8_lossy(&answer[..count])
                );
            }
        });
    }
    tasks.close();
    tasks.wait().await;
    begin.elapsed()
}
