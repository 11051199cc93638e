//! What tests share: a gateway without sockets, connections to it in memory, and a client that sees raw bytes.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use protocol::{
    Accepts, Algorithm, Md5Rule, Token,
    admin::JournalLine,
    dialect::{
        kdpay,
        okpay::{Answer, AnswerError, Coin, Command, Envelope, Manner, answer, request},
    },
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf, duplex},
    time::Instant,
};
use tokio_util::task::TaskTracker;

use crate::{
    callback::{deliver::Road, target::Gate},
    clock::Clock,
    config::{Config, Start},
    connection::{self, Scheme, Stop},
    fault::wire::Stream,
    gateway::Gateway,
};

/// The wall time at which every test begins, in seconds.
pub(crate) const BEGIN_S: u64 = 1_782_680_000;
/// The shop of [`SHOP`].
pub(crate) const SHOP_ID: u64 = 10_001;
/// Its token.
pub(crate) const TOKEN: &str = "TESTtoken123456789abcdefghijABCD";
/// A scenario's begin: one shop, called back at a fixed address.
pub(crate) const SHOP: &str = "name: test\nshops: [{id: 10001, token: TESTtoken123456789abcdefghijABCD, \
                               callback_url: 'http://127.0.0.1:9000/notify'}]\n";

/// A gateway in memory.
pub(crate) struct Bench {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) tasks: TaskTracker,
    pub(crate) stop: Stop,
    nonce: AtomicU64,
}

impl Bench {
    /// A gateway under `SHOP` and these further lines of a scenario; its timeline has started.
    pub(crate) fn new(rest: &str) -> Self {
        Self::with(rest, |_| {})
    }

    /// The same with other settings.
    pub(crate) fn with(rest: &str, change: impl FnOnce(&mut Config)) -> Self {
        Self::of(&format!("{SHOP}{rest}"), change)
    }

    /// A gateway under a whole scenario.
    pub(crate) fn of(text: &str, change: impl FnOnce(&mut Config)) -> Self {
        let scenario = scenarios::read("test", text).unwrap_or_else(|problems| panic!("{text}\n{problems:?}"));
        let mut config = Config::new(Arc::new(scenario));
        change(&mut config);
        let gateway = Arc::new(crate::build(&config, Clock::steady(Duration::from_secs(BEGIN_S))).unwrap());
        match config.start {
            Start::Announcement => gateway.in_force.start(Instant::now()),
            Start::FirstArrival => {}
        }
        let bench = Self {
            gateway,
            tasks: TaskTracker::new(),
            stop: Stop::default(),
            nonce: AtomicU64::new(0),
        };
        crate::start(&bench.gateway, &bench.tasks, &bench.stop.drain);
        bench
    }

    /// Delivers callbacks into memory: gives the listener's end.
    pub(crate) fn listen(&self, own: &[&str]) -> tokio::sync::mpsc::Receiver<DuplexStream> {
        let (memory, listener) = tokio::sync::mpsc::channel(64);
        self.gateway.callbacks.open(Road {
            gate: Gate {
                own: own.iter().map(|address| address.parse().unwrap()).collect(),
                allowed: Vec::new(),
            },
            tasks: self.tasks.clone(),
            stop: self.stop.now.clone(),
            memory: Some(memory),
        });
        listener
    }

    /// A connection to the merchant port.
    pub(crate) fn connect(&self) -> Client {
        let (stream, reset) = self.connect_by(Scheme::Http);
        Client { stream, reset }
    }

    /// A connection to a port of this scheme: the client's end, and whether it was reset.
    pub(crate) fn connect_by(&self, scheme: Scheme) -> (DuplexStream, Arc<AtomicBool>) {
        let (theirs, ours) = duplex(64 * 1024);
        let reset = Arc::new(AtomicBool::new(false));
        let stream = Memory {
            stream: ours,
            reset: Arc::clone(&reset),
        };
        let served = connection::serve(stream, scheme, Arc::clone(&self.gateway), self.stop.clone());
        self.tasks.spawn(served);
        (theirs, reset)
    }

    /// A signed body.
    pub(crate) fn body(&self, command: &Command) -> String {
        let nonce = format!("nonce-{:08}", self.nonce.fetch_add(1, Ordering::Relaxed));
        let timestamp = self.gateway.clock.wall().as_secs();
        signed(command, SHOP_ID, timestamp, &nonce)
    }

    /// Sends a command over a connection of its own.
    pub(crate) async fn call(&self, command: &Command) -> Seen {
        self.connect()
            .post(command.operation().path(), &self.body(command))
            .await
    }

    /// Calls as a shop of its own, and reads the answer as that shop's client does.
    pub(crate) async fn ask(&self, shop: u64, algorithm: Algorithm, command: &Command) -> Result<Answer, AnswerError> {
        let envelope = Envelope {
            shop,
            timestamp: self.gateway.clock.wall().as_secs(),
            nonce: format!("nonce-{:08}", self.nonce.fetch_add(1, Ordering::Relaxed)),
        };
        let token = Token::new(TOKEN).unwrap();
        let body = request::encode(command, &envelope, algorithm, &token);
        let operation = command.operation();
        let seen = self.connect().post(operation.path(), &body).await;
        let accepts = Accepts {
            hmac: algorithm == Algorithm::Hmac,
            md5: (algorithm == Algorithm::Md5).then_some(Md5Rule::Strict),
        };
        answer::decode(operation, seen.body().as_bytes(), &Manner::default(), accepts, &token)
    }

    /// Calls as a KDPay shop.
    pub(crate) async fn ask_kdpay(
        &self,
        shop: u64,
        command: &kdpay::Command,
    ) -> Result<kdpay::Answer, kdpay::AnswerError> {
        let asked = kdpay::request::encode(command, shop, &Token::new(TOKEN).unwrap());
        let mut client = self.connect();
        let seen = match asked.method {
            "GET" => {
                client
                    .raw(&format!("GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n", asked.target))
                    .await
            }
            _ => client.post(&asked.target, &asked.body).await,
        };
        kdpay::Answer::decode(command.operation(), seen.body().as_bytes())
    }

    /// Every line of the journal.
    pub(crate) fn journal(&self) -> Vec<JournalLine> {
        self.gateway.journal.page(0, usize::MAX).lines
    }
}

/// How callbacks are delivered where a scenario says nothing of it.
pub(crate) fn callbacks() -> Arc<scenarios::Callbacks> {
    Arc::new(scenarios::read("test", "name: test").unwrap().callbacks)
}

/// A command as a merchant signs it.
pub(crate) fn signed(command: &Command, shop: u64, timestamp: u64, nonce: &str) -> String {
    let envelope = Envelope {
        shop,
        timestamp,
        nonce: nonce.to_owned(),
    };
    request::encode(command, &envelope, Algorithm::Hmac, &Token::new(TOKEN).unwrap())
}

/// Opens an order of this number over 6 USDT.
pub(crate) fn open(number: &str) -> Command {
    Command::PayLink {
        amount: "6".to_owned(),
        coin: Coin::Usdt,
        unique_id: Some(number.to_owned()),
        name: None,
        return_url: None,
        callback_url: None,
    }
}

/// Asks about an order.
pub(crate) fn query(number: &str) -> Command {
    Command::CheckDeposit {
        unique_id: number.to_owned(),
    }
}

/// What a raw client saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// An answer: its status, its head, its body.
    Answer(u16, String, String),
    /// The end of the stream after this many bytes.
    Closed(usize),
    /// A reset after this many bytes.
    Reset(usize),
}

impl Seen {
    pub(crate) fn body(&self) -> &str {
        match self {
            Self::Answer(_, _, body) => body,
            Self::Closed(_) | Self::Reset(_) => panic!("no answer: {self:?}"),
        }
    }

    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let Self::Answer(_, head, _) = self else {
            panic!("no answer: {self:?}")
        };
        head.lines().find_map(|line| {
            line.split_once(": ")
                .filter(|(key, _)| *key == name)
                .map(|(_, value)| value)
        })
    }

    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Answer(status, _, _) => *status,
            Self::Closed(_) | Self::Reset(_) => 0,
        }
    }
}

/// A client that writes and reads bytes.
pub(crate) struct Client {
    pub(crate) stream: DuplexStream,
    reset: Arc<AtomicBool>,
}

impl Client {
    /// Posts a form and reads what comes.
    pub(crate) async fn post(&mut self, path: &str, body: &str) -> Seen {
        self.raw(&post(path, body)).await
    }

    /// Writes bytes and reads what comes.
    pub(crate) async fn raw(&mut self, bytes: &str) -> Seen {
        // A connection closed early shows in what is read.
        let _ = self.stream.write_all(bytes.as_bytes()).await;
        self.read().await
    }

    /// Reads an answer, or the end.
    pub(crate) async fn read(&mut self) -> Seen {
        let (read, ended) = read_answer(&mut self.stream).await;
        match ended {
            None => read,
            Some(bytes) if self.reset.load(Ordering::Relaxed) => Seen::Reset(bytes),
            Some(bytes) => Seen::Closed(bytes),
        }
    }
}

/// The bytes of a post.
pub(crate) fn post(path: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: \
         {}\r\n\r\n{body}",
        body.len()
    )
}

/// Reads one answer; or how many bytes came before the end.
pub(crate) async fn read_answer(stream: &mut (impl AsyncRead + Unpin)) -> (Seen, Option<usize>) {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0_usize) {
                let status = head
                    .split(' ')
                    .nth(1)
                    .and_then(|status| status.parse().ok())
                    .unwrap_or(0);
                return (Seen::Answer(status, head.to_owned(), body.to_owned()), None);
            }
        }
        match stream.read_buf(&mut bytes).await {
            Ok(0) => return (Seen::Closed(bytes.len()), Some(bytes.len())),
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {
                return (Seen::Reset(bytes.len()), Some(bytes.len()));
            }
            Err(error) => panic!("{error}"),
        }
    }
}

/// A stream in memory that remembers being reset.
pub(crate) struct Memory {
    stream: DuplexStream,
    reset: Arc<AtomicBool>,
}

impl Stream for Memory {
    fn arm_reset(&self) {
        self.reset.store(true, Ordering::Relaxed);
    }

    fn peer(&self) -> Option<std::net::IpAddr> {
        None
    }
}

impl AsyncRead for Memory {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Memory {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
