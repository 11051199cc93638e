//! With real sockets: what a raw client sees of each fault is the operating system's doing, which memory cannot show.

use std::{io::ErrorKind, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::yield_now,
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::{
    Bound, ServeError,
    config::{Config, Identity, TlsConfig},
    testing::{SHOP, SHOP_ID, open, post, signed},
};

/// Long enough for any machine, and only waited for when something is broken.
const PATIENCE: Duration = Duration::from_secs(20);

struct Running {
    bound: Bound,
    shutdown: CancellationToken,
}

impl Running {
    async fn start(rest: &str) -> Self {
        let scenario = scenarios::read("test", &format!("{SHOP}{rest}")).unwrap();
        let shutdown = CancellationToken::new();
        let bound = crate::serve(Config::new(Arc::new(scenario)), shutdown.clone())
            .await
            .unwrap();
        Self { bound, shutdown }
    }

    async fn connect(&self) -> io::Result<TcpStream> {
        TcpStream::connect(self.bound.gateway).await
    }

    fn request(&self, nonce: &str) -> String {
        let now = self.bound.state.clock.wall().as_secs();
        post("/shop/payLink", &signed(&open("ORDER-1"), SHOP_ID, now, nonce))
    }

    /// Asks over a new connection, and gives what was read and how it ended, within `patience`.
    async fn see(&self, patience: Duration) -> (String, Option<ErrorKind>) {
        let mut stream = self.connect().await.unwrap();
        stream
            .write_all(self.request("nonce-of-the-test").as_bytes())
            .await
            .unwrap();
        let mut bytes = Vec::new();
        let ended = loop {
            match timeout(patience, stream.read_buf(&mut bytes)).await {
                Ok(Ok(0)) => break Some(ErrorKind::UnexpectedEof),
                Ok(Ok(_)) if bytes.ends_with(b"\r\n\r\n") || bytes.ends_with(b"busy") || bytes.ends_with(b"}") => {
                    break None;
                }
                Ok(Ok(_)) => {}
                Ok(Err(error)) => break Some(error.kind()),
                Err(_) => break Some(ErrorKind::TimedOut),
            }
        };
        (String::from_utf8(bytes).unwrap(), ended)
    }

    async fn stop(self) -> Duration {
        self.shutdown.cancel();
        let begin = Instant::now();
        timeout(PATIENCE, self.bound.stopped()).await.unwrap();
        begin.elapsed()
    }
}

/// A fault, and what a socket sees of it: the first line, a line of the head, how the stream ends.
#[tokio::test]
async fn each_fault_is_what_a_raw_socket_sees() {
    let rows = [
        ("", "HTTP/1.1 200 OK", "content-type: application/json", None),
        (
            "ledger: skip, reply: {status: 503, retry_after: 1s, body: busy}",
            "HTTP/1.1 503 Service Unavailable",
            "retry-after: 1",
            None,
        ),
        ("ledger: apply, reply: reset", "", "", Some(ErrorKind::ConnectionReset)),
        ("ledger: skip, reply: empty", "", "", Some(ErrorKind::UnexpectedEof)),
        ("ledger: skip, reply: hang", "", "", Some(ErrorKind::TimedOut)),
        (
            "ledger: apply, reply: {delay: 20ms, then: reset}",
            "",
            "",
            Some(ErrorKind::ConnectionReset),
        ),
    ];
    for (rule, first, header, end) in rows {
        let rules = if rule.is_empty() {
            String::new()
        } else {
            format!("rules: [{{name: it, {rule}}}]\n")
        };
        let running = Running::start(&format!("phases: [{{name: whole, for: 1h}}]\n{rules}")).await;
        let patience = if end == Some(ErrorKind::TimedOut) {
            Duration::from_millis(200)
        } else {
            PATIENCE
        };
        let (text, ended) = running.see(patience).await;
        assert_eq!(text.lines().next().unwrap_or_default(), first, "{rule}");
        assert!(text.contains(header), "{rule}: {text}");
        assert_eq!(ended, end, "{rule}");
        let took = running.stop().await;
        assert!(took < Duration::from_secs(2), "{rule}: stopping took {took:?}");
    }
}

/// The same under TLS: a reset of the TCP connection itself, whether or not there is room for a farewell.
#[tokio::test]
async fn a_reset_under_tls_is_the_sockets() {
    let scenario = format!("{SHOP}rules: [{{name: it, ledger: apply, reply: reset}}]\n");
    let mut config = Config::new(Arc::new(scenarios::read("test", &scenario).unwrap()));
    config.tls = Some(TlsConfig {
        listen: ([127, 0, 0, 1], 0).into(),
        identity: Identity::DevCa {
            folder: std::env::temp_dir().join(format!("paydrill-reset-{}", std::process::id())),
        },
    });
    let shutdown = CancellationToken::new();
    let bound = crate::serve(config, shutdown.clone()).await.unwrap();
    let stream = TcpStream::connect(bound.gateway_tls.unwrap()).await.unwrap();
    let folder = bound.trust.clone().unwrap();
    let mut stream = crate::tls::tests::connect(stream, &folder).await;
    let now = bound.state.clock.wall().as_secs();
    let request = post(
        "/shop/payLink",
        &signed(&open("ORDER-1"), SHOP_ID, now, "nonce-of-the-test"),
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let ended = timeout(PATIENCE, stream.read(&mut [0; 16])).await.unwrap();
    assert_eq!(ended.unwrap_err().kind(), ErrorKind::ConnectionReset);
    shutdown.cancel();
    timeout(PATIENCE, bound.stopped()).await.unwrap();
    std::fs::remove_dir_all(folder.parent().unwrap()).unwrap();
}

/// Both ports share one limit, and a phase that refuses closes both.
#[tokio::test]
async fn the_tls_port_keeps_the_limits_and_phases_of_the_other() {
    let scenario = format!("{SHOP}phases: [{{name: healthy, for: 1h}}, {{name: outage, for: 1h, refuse: true}}]\n");
    let mut config = Config::new(Arc::new(scenarios::read("test", &scenario).unwrap()));
    config.limits.connections = 1;
    config.tls = Some(TlsConfig {
        listen: ([127, 0, 0, 1], 0).into(),
        identity: Identity::Ephemeral,
    });
    let shutdown = CancellationToken::new();
    let bound = crate::serve(config, shutdown.clone()).await.unwrap();
    let address = bound.gateway_tls.unwrap();
    let _first = TcpStream::connect(bound.gateway).await.unwrap();
    let mut second = TcpStream::connect(address).await.unwrap();
    let read = timeout(PATIENCE, second.read(&mut [0; 16])).await.unwrap();
    assert_eq!(read.unwrap(), 0, "beyond the limit it is closed without a word");

    assert!(bound.state.in_force.jump("outage").is_some());
    let refused = async {
        loop {
            match TcpStream::connect(address).await {
                Err(error) if error.kind() == ErrorKind::ConnectionRefused => return,
                Ok(_) | Err(_) => yield_now().await,
            }
        }
    };
    timeout(PATIENCE, refused).await.unwrap();
    shutdown.cancel();
    timeout(PATIENCE, bound.stopped()).await.unwrap();
}

#[tokio::test]
async fn a_refusing_phase_refuses_and_the_port_comes_back() {
    let rest = "phases: [{name: healthy, for: 1h}, {name: outage, for: 1h, refuse: true}, {name: back, for: 1h}]\n";
    refuses_and_comes_back(rest, |gateway, phase| {
        assert!(gateway.in_force.jump(phase).is_some());
    })
    .await;
}

/// A swap is a border too: into a scenario that refuses at once, and out of it again.
#[tokio::test]
async fn a_swap_closes_the_port_and_opens_it_again() {
    refuses_and_comes_back("", |gateway, phase| {
        let refuse = phase == "outage";
        let text = format!("{SHOP}phases: [{{name: {phase}, for: 1h, refuse: {refuse}}}]\n");
        gateway.swap(Arc::new(scenarios::read("test", &text).unwrap()), None, Duration::ZERO);
    })
    .await;
}

async fn refuses_and_comes_back(rest: &str, go: fn(&Gateway, &str)) {
    let running = Running::start(rest).await;
    let mut idle = running.connect().await.unwrap();
    idle.write_all(running.request("nonce-of-the-idle").as_bytes())
        .await
        .unwrap();
    let mut chunk = [0; 4096];
    assert_ne!(idle.read(&mut chunk).await.unwrap(), 0);

    go(&running.bound.state, "outage");
    let refused = async {
        loop {
            match running.connect().await {
                // Taken by the system before the listener closed: reset, never answered.
                Ok(mut stream) => {
                    let read = stream.read(&mut [0; 16]).await;
                    assert!(read.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset));
                }
                // The same, seen a moment earlier.
                Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
                Err(error) => return error.kind(),
            }
            yield_now().await;
        }
    };
    assert_eq!(timeout(PATIENCE, refused).await.unwrap(), ErrorKind::ConnectionRefused);
    let ended = timeout(PATIENCE, idle.read(&mut chunk)).await.unwrap();
    assert_eq!(
        ended.unwrap_err().kind(),
        ErrorKind::ConnectionReset,
        "idle connections are reset"
    );

    go(&running.bound.state, "back");
    let answered = async {
        while running.connect().await.is_err() {
            yield_now().await;
        }
        running.see(PATIENCE).await
    };
    let (text, ended) = timeout(PATIENCE, answered).await.unwrap();
    assert!(text.starts_with("HTTP/1.1 200 OK"), "{text}");
    assert_eq!(ended, None);
    running.stop().await;
}

#[tokio::test]
async fn a_taken_port_and_an_open_admin_interface_are_errors_that_name_them() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let scenario = Arc::new(scenarios::read("test", SHOP).unwrap());
    let start = |change: fn(&mut Config, SocketAddr)| {
        let mut config = Config::new(Arc::clone(&scenario));
        change(&mut config, address);
        crate::serve(config, CancellationToken::new())
    };
    let error = start(|config, address| config.listen = address).await.unwrap_err();
    assert!(matches!(&error, ServeError::Listen(_)));
    assert!(
        error.to_string().starts_with(&format!("cannot listen on {address}: ")),
        "{error}"
    );
    let error = start(|config, address| config.admin = address).await.unwrap_err();
    assert!(
        error.to_string().starts_with(&format!("cannot listen on {address}: ")),
        "{error}"
    );
    let error = start(|config, _| config.admin = "0.0.0.0:0".parse().unwrap())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("needs a token"), "{error}");
    let error = start(|config, _| config.admin_token = Some(String::new()))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("admin token is empty"), "{error}");
    let error = start(|config, _| config.journal_file = Some("/nonexistent/journal.jsonl".into()))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("/nonexistent/journal.jsonl"), "{error}");
}

#[tokio::test]
async fn beyond_the_limit_a_connection_is_told_so() {
    let scenario = scenarios::read("test", SHOP).unwrap();
    let mut config = Config::new(Arc::new(scenario));
    config.limits.connections = 1;
    let shutdown = CancellationToken::new();
    let bound = crate::serve(config, shutdown.clone()).await.unwrap();
    let _first = TcpStream::connect(bound.gateway).await.unwrap();
    let mut second = TcpStream::connect(bound.gateway).await.unwrap();
    let mut text = String::new();
    timeout(PATIENCE, second.read_to_string(&mut text))
        .await
        .unwrap()
        .unwrap();
    assert!(text.starts_with("HTTP/1.1 503 "), "{text}");
    shutdown.cancel();
    bound.stopped().await;
}
