//! How many signed requests a second the gateway answers, beside a bare hyper server in the same run: `cargo bench -p
//! simulator`. Server and driver have a core each. The driver sends requests that were signed before, a new order each;
//! the gateway has everything on: verification, nonces, rules, ledger, metrics, and the journal with its file. Rounds
//! alternate, so that whatever else the machine does meets both, and the median of their ratios is what counts.

#![expect(clippy::print_stdout, reason = "a bench tells its numbers")]

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Incoming, header::CONTENT_TYPE, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use protocol::{
    Algorithm, Token,
    dialect::okpay::{Coin, Command, Envelope, request},
};
use rustix::thread::{CpuSet, sched_setaffinity};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::{Builder, Runtime},
    time::Instant,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The allocator of the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CONNECTIONS: usize = 32;
const REQUESTS: usize = 2_000;
const ROUNDS: usize = 7;
/// The cores of server and driver.
const SERVER: usize = 0;
const DRIVER: usize = 1;
const SCENARIO: &str = "name: bench\nphases: [{name: whole, for: 1h}]\npayers: {pay_after: 1h}\nrules: [{name: rare, chance: \
                        1/1000000000000, ledger: skip, reply: {status: 503}}, {name: big, on: payLink, when: {amount: \
                        {at_least: \"500\"}}, chance: 30%, reply: {delay: 100ms}}]\n";
/// What the bare server answers: as long as an answer of the gateway.
const ANSWER: &str = r#"{"status":"success","code":200,"data":{"order_id":"00000000000000000000000000000000","pay_url":"https://t.me/OkayPayBot?start=shop_deposit--00000000000000000000000000000000","status":0,"unique_id":"ORDER-0-0-0"},"id":10001,"sign":"0000000000000000000000000000000000000000000000000000000000000000"}"#;

fn main() {
    let journal = std::env::temp_dir().join(format!("paydrill-bench-{}.jsonl", std::process::id()));
    let bare = Server::start("bare", |told, stop| Box::pin(bare(told, stop)));
    let file = journal.clone();
    let gateway = Server::start("gateway", move |told, stop| Box::pin(gateway(told, stop, file)));
    pin(DRIVER);
    // One round of each warms allocator, sockets and the journal's file.
    rate(bare.address, 0, Ask::PayLink);
    rate(gateway.address, 0, Ask::PayLink);
    for ask in [Ask::PayLink, Ask::CheckDeposit] {
        let mut ratios = Vec::new();
        for round in 1..=ROUNDS {
            let (bare, of_gateway) = (rate(bare.address, round, ask), rate(gateway.address, round, ask));
            println!(
                "{ask:?} round {round}: bare hyper {bare:.0}/s, gateway {of_gateway:.0}/s, {:.3}",
                of_gateway / bare
            );
            ratios.push(of_gateway / bare);
        }
        ratios.sort_by(f64::total_cmp);
        println!(
            "{ask:?}: the gateway reaches {:.3} of bare hyper (median of {ROUNDS})",
            ratios[ROUNDS / 2]
        );
    }
    let busy = gateway.stop();
    bare.stop();
    let _gone_already = std::fs::remove_file(journal);
    let count = (2 * ROUNDS + 1) * CONNECTIONS * REQUESTS;
    println!(
        "the gateway's thread: {:.1} us a request",
        busy.as_secs_f64() * 1e6 / count as f64
    );
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ask {
    PayLink,
    CheckDeposit,
}

/// A server on a thread and a core of its own.
struct Server {
    address: SocketAddr,
    stop: CancellationToken,
    thread: std::thread::JoinHandle<Duration>,
}

type Serving = std::pin::Pin<Box<dyn Future<Output = ()>>>;

impl Server {
    fn start(
        name: &str,
        serve: impl FnOnce(std::sync::mpsc::Sender<SocketAddr>, CancellationToken) -> Serving + Send + 'static,
    ) -> Self {
        let stop = CancellationToken::new();
        let (told, address) = std::sync::mpsc::channel();
        let stopping = stop.clone();
        let serving = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            pin(SERVER);
            runtime().block_on(serve(told, stopping));
            busy()
        });
        let thread = serving.expect("a thread is to be had");
        let address = address.recv().expect("the server tells its address");
        Self { address, stop, thread }
    }

    /// What its thread had of a processor.
    fn stop(self) -> Duration {
        self.stop.cancel();
        self.thread.join().expect("the server stops")
    }
}

async fn gateway(told: std::sync::mpsc::Sender<SocketAddr>, stop: CancellationToken, journal: std::path::PathBuf) {
    let scenario = scenarios::read("bench", SCENARIO).expect("the bench's scenario is good");
    let mut config = simulator::Config::new(Arc::new(scenario));
    config.journal_file = Some(journal);
    let bound = simulator::serve(config, stop).await.expect("loopback has a free port");
    told.send(bound.gateway).expect("somebody waits for the address");
    bound.stopped().await;
}

/// Reads each body and answers at once: what hyper itself costs.
async fn bare(told: std::sync::mpsc::Sender<SocketAddr>, stop: CancellationToken) {
    let listener = TcpListener::bind(("127.0.0.1", 0))
        .await
        .expect("loopback has a free port");
    told.send(listener.local_addr().expect("it is bound"))
        .expect("somebody waits for the address");
    let tasks = TaskTracker::new();
    loop {
        let (stream, _) = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted.expect("loopback connects"),
        };
        let _ = stream.set_nodelay(true);
        let service = service_fn(|request: Request<Incoming>| async {
            let body = request.into_body().collect().await.expect("a whole body").to_bytes();
            assert!(!body.is_empty(), "the driver sends one");
            let mut answer = Response::new(Full::new(Bytes::from_static(ANSWER.as_bytes())));
            let json = hyper::header::HeaderValue::from_static("application/json");
            answer.headers_mut().insert(CONTENT_TYPE, json);
            Ok::<_, Infallible>(answer)
        });
        tasks.spawn(async move {
            let _left = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

/// Keeps the calling thread on one core, where there is more than one.
fn pin(core: usize) {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut set = CpuSet::new();
    set.set(core % cores);
    if let Err(error) = sched_setaffinity(None, &set) {
        println!("a thread could not be kept on core {core}: {error}");
    }
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

/// Requests a second over one round.
fn rate(address: SocketAddr, round: usize, ask: Ask) -> f64 {
    let signed = (0..CONNECTIONS).map(|of| requests(of, round, ask)).collect();
    let took = runtime().block_on(send(address, signed));
    (CONNECTIONS * REQUESTS) as f64 / took.as_secs_f64()
}

#[expect(clippy::disallowed_methods, reason = "requests are signed with the wall time")]
fn requests(of: usize, round: usize, ask: Ask) -> Vec<String> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970")
        .as_secs();
    let token = Token::new("sandbox-token-10001").expect("a token");
    let one = |n: usize| {
        let number = format!("ORDER-{round}-{of}-{n}");
        let command = match ask {
            Ask::CheckDeposit => Command::CheckDeposit { unique_id: number },
            Ask::PayLink => Command::PayLink {
                amount: "12.30".to_owned(),
                coin: Coin::Usdt,
                unique_id: Some(number),
                name: None,
                return_url: None,
                callback_url: Some("http://127.0.0.1:9/notify".to_owned()),
            },
        };
        let envelope = Envelope {
            shop: 10_001,
            timestamp: now,
            nonce: format!("nonce-{round}-{of}-{n}-{ask:?}"),
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

async fn send(address: SocketAddr, signed: Vec<Vec<String>>) -> Duration {
    let tasks = TaskTracker::new();
    let expected: usize = signed.iter().map(Vec::len).sum();
    let answered = Arc::new(AtomicUsize::new(0));
    let begin = Instant::now();
    for requests in signed {
        let answered = Arc::clone(&answered);
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
                answered.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    tasks.close();
    tasks.wait().await;
    let took = begin.elapsed();
    assert_eq!(answered.load(Ordering::Relaxed), expected, "every request is answered");
    took
}
