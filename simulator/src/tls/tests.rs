//! Handshakes over streams in memory and in virtual time, and what becomes of faults beneath TLS.

use std::{
    path::Path,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
};

use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream},
    time::{Instant, sleep},
};
use tokio_rustls::{TlsConnector, client};

use super::*;
use crate::{
    clock::Clock,
    connection::Scheme,
    testing::{Bench, Seen, open, post, read_answer},
};

const HEALTHY: &str = "phases: [{name: healthy, for: 1h}]\n";
const BOTH: Versions<'static> = &[&TLS12, &TLS13];

type Versions<'a> = &'a [&'static SupportedProtocolVersion];

/// Shakes hands as a client that trusts this CA.
pub(crate) async fn connect<S: AsyncRead + AsyncWrite + Unpin>(stream: S, ca: &Path) -> client::TlsStream<S> {
    let trusted = CertificateDer::from_pem_file(ca).unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    connector(Some(&trusted), BOTH, &[])
        .connect(name, stream)
        .await
        .unwrap()
}

fn connector(trusted: Option<&CertificateDer<'static>>, versions: Versions<'_>, alpn: &[&str]) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    if let Some(trusted) = trusted {
        roots.add(trusted.clone()).unwrap();
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

/// Both sides of TLS: the port's scheme, and what a client trusts.
pub(crate) struct Sides {
    scheme: Scheme,
    ca: PathBuf,
}

impl Sides {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("paydrill-tls-{}-{number}", std::process::id()));
        let config = TlsConfig {
            listen: ([127, 0, 0, 2], 0).into(),
            identity: Identity::DevCa { folder },
        };
        // rustls judges certificates by the system's clock.
        let tls = Tls::load(&config, Clock::System.wall()).unwrap();
        Self {
            scheme: Scheme::Https(tls.certificates),
            ca: tls.trust.unwrap(),
        }
    }

    /// A connection that is ready for HTTP, and whether its wire was reset.
    pub(crate) async fn connect_raw(&self, bench: &Bench) -> (client::TlsStream<DuplexStream>, Arc<AtomicBool>) {
        let (stream, reset) = bench.connect_by(self.scheme.clone());
        (connect(stream, &self.ca).await, reset)
    }

    /// The same, with a question to ask about the reset.
    async fn connect(&self, bench: &Bench) -> (client::TlsStream<DuplexStream>, impl Fn() -> bool + use<>) {
        let (stream, reset) = self.connect_raw(bench).await;
        (stream, move || reset.load(Ordering::Relaxed))
    }
}

impl Drop for Sides {
    fn drop(&mut self) {
        let _gone_already = self.ca.parent().map(std::fs::remove_dir_all);
    }
}

/// The name a client connects to, the versions it speaks, what it offers, whether it trusts our CA, and whether it is
/// answered.
#[tokio::test(start_paused = true)]
async fn a_client_that_trusts_us_is_answered_by_every_name_and_version() {
    let sides = Sides::new();
    let rows: [(&str, Versions<'_>, &[&str], bool, bool); 11] = [
        ("localhost", BOTH, &[], true, true),
        ("127.0.0.1", BOTH, &[], true, true),
        ("::1", BOTH, &[], true, true),
        ("127.0.0.2", BOTH, &[], true, true),
        ("127.0.0.3", BOTH, &[], true, false),
        ("wallet.example", BOTH, &[], true, false),
        ("localhost", &[&TLS12], &["http/1.1"], true, true),
        ("localhost", &[&TLS13], &["http/1.1"], true, true),
        ("localhost", BOTH, &["h2", "http/1.1"], true, true),
        ("localhost", BOTH, &["h2"], true, false),
        ("localhost", BOTH, &[], false, false),
    ];
    for row @ (name, versions, alpn, trusts, answered) in rows {
        let bench = Bench::new(HEALTHY);
        let (stream, _) = bench.connect_by(sides.scheme.clone());
        let trusted = CertificateDer::from_pem_file(&sides.ca).unwrap();
        let connector = connector(trusts.then_some(&trusted), versions, alpn);
        let shaken = connector.connect(ServerName::try_from(name).unwrap(), stream).await;
        assert_eq!(shaken.is_ok(), answered, "{row:?}");
        if let Ok(mut stream) = shaken {
            let request = post("/shop/payLink", &bench.body(&open("ORDER-1")));
            stream.write_all(request.as_bytes()).await.unwrap();
            assert_eq!(read_answer(&mut stream).await.0.status(), 200, "{row:?}");
        }
        bench.stop.drain.cancel();
        bench.tasks.close();
        bench.tasks.wait().await;
        assert_eq!(
            bench.gateway.metrics.handshakes_failed.get(),
            u64::from(!answered),
            "{row:?}"
        );
    }
}

/// Each silence ends as it does in the clear, and the handshake has the first byte's deadline.
#[tokio::test(start_paused = true)]
async fn each_silence_has_its_own_deadline() {
    let sides = Sides::new();
    let hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    for (what, bytes) in [("silence", &hello[..0]), ("half a hello", &hello[..])] {
        let bench = Bench::new(HEALTHY);
        let (mut stream, _) = bench.connect_by(sides.scheme.clone());
        let begin = Instant::now();
        stream.write_all(bytes).await.unwrap();
        assert_eq!(read_answer(&mut stream).await, (Seen::Closed(0), Some(0)), "{what}");
        assert_eq!(begin.elapsed().as_secs(), 5, "{what}");
    }
    let bench = Bench::new(HEALTHY);
    let request = post("/shop/payLink", &bench.body(&open("ORDER-1")));
    // How much of a request is sent, whether it is answered, how long the silence then lasts, and whether TLS says
    // farewell, as it does between requests.
    let rows = [
        (0, false, 5, Ok(0)),
        (1, false, 10, Err(io::ErrorKind::UnexpectedEof)),
        (60, false, 10, Err(io::ErrorKind::UnexpectedEof)),
        (request.len(), true, 60, Ok(0)),
    ];
    for (bytes, answered, silence_s, ended) in rows {
        let (mut stream, reset) = sides.connect(&bench).await;
        stream.write_all(&request.as_bytes()[..bytes]).await.unwrap();
        if answered {
            assert_eq!(read_answer(&mut stream).await.0.status(), 200);
        }
        let begin = Instant::now();
        let read = stream.read(&mut [0; 16]).await.map_err(|error| error.kind());
        assert_eq!((read, reset()), (ended, false), "{bytes}");
        assert_eq!(begin.elapsed().as_secs(), silence_s, "{bytes}");
    }
}

/// A handshake that trickles is not given more time than one that is silent.
#[tokio::test(start_paused = true)]
async fn a_slow_handshake_is_cut_off_in_time() {
    let bench = Bench::new(HEALTHY);
    let (mut stream, _) = bench.connect_by(Sides::new().scheme.clone());
    let begin = Instant::now();
    for byte in b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" {
        if stream.write_all(&[*byte]).await.is_err() {
            break;
        }
        sleep(Duration::from_secs(1)).await;
    }
    assert!((5..=6).contains(&begin.elapsed().as_secs()), "{:?}", begin.elapsed());
}

/// Whoever speaks HTTP to the port is told so in TLS's words, at once.
#[tokio::test(start_paused = true)]
async fn http_on_the_https_port_is_closed_at_once() {
    let bench = Bench::new(HEALTHY);
    let (mut stream, reset) = bench.connect_by(Sides::new().scheme.clone());
    let begin = Instant::now();
    let request = post("/shop/payLink", &bench.body(&open("ORDER-1")));
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    // A fatal alert: its content type, the version, two bytes long.
    assert!(matches!(bytes[..], [21, 3, 3, 0, 2, 2, _]), "{bytes:?}");
    assert_eq!(
        (begin.elapsed(), reset.load(Ordering::Relaxed)),
        (Duration::ZERO, false)
    );
    assert!(bench.journal().is_empty());
}

/// A fault beneath TLS is the wire's: no farewell comes first. Which fault, and whether the wire is reset.
#[tokio::test(start_paused = true)]
async fn faults_cut_through_tls() {
    let sides = Sides::new();
    for (reply, reset) in [("reset", true), ("empty", false), ("{delay: 1s, then: reset}", true)] {
        let bench = Bench::new(&format!(
            "{HEALTHY}rules: [{{name: it, ledger: apply, reply: {reply}}}]\n"
        ));
        let (mut stream, was_reset) = sides.connect(&bench).await;
        let request = post("/shop/payLink", &bench.body(&open("ORDER-1")));
        stream.write_all(request.as_bytes()).await.unwrap();
        let ended = stream.read(&mut [0; 16]).await.unwrap_err();
        assert_eq!(ended.kind(), io::ErrorKind::UnexpectedEof, "{reply}: no farewell");
        assert_eq!(was_reset(), reset, "{reply}");
    }
}

/// At the border of a refusing phase handshakes and idle connections are reset alike; busy ones at their next byte.
#[tokio::test(start_paused = true)]
async fn a_refusing_phase_resets_what_is_open() {
    let sides = Sides::new();
    let rest = "phases: [{name: healthy, for: 2s}, {name: outage, for: 10s, refuse: true}]\n";
    let bench = Bench::new(rest);
    let border = Instant::now() + Duration::from_secs(2);
    let (mut half, half_reset) = bench.connect_by(sides.scheme.clone());
    half.write_all(b"\x16\x03\x01\x02\x00").await.unwrap();
    let (mut idle, idle_reset) = sides.connect(&bench).await;
    let (mut busy, busy_reset) = sides.connect(&bench).await;
    busy.write_all(b"POST ").await.unwrap();

    assert_eq!(half.read(&mut [0; 16]).await.unwrap(), 0);
    assert!(idle.read(&mut [0; 16]).await.is_err());
    assert_eq!(Instant::now(), border);
    assert!(half_reset.load(Ordering::Relaxed) && idle_reset() && !busy_reset());
    busy.write_all(b"/shop").await.unwrap();
    assert!(busy.read(&mut [0; 16]).await.is_err());
    assert!(busy_reset());
}

/// The phase's fault, and what a client that trusts our CA makes of its handshake.
#[tokio::test(start_paused = true)]
async fn a_phase_spoils_handshakes() {
    let sides = Sides::new();
    let rows = [("expired", "certificate expired"), ("wrong_host", "not valid for name")];
    for (fault, words) in rows {
        let bench = Bench::new(&format!("phases: [{{name: spoilt, for: 10s, tls: {fault}}}]\n"));
        let trusted = CertificateDer::from_pem_file(&sides.ca).unwrap();
        let (stream, _) = bench.connect_by(sides.scheme.clone());
        let name = ServerName::try_from("localhost").unwrap();
        let shaken = connector(Some(&trusted), BOTH, &[]).connect(name.clone(), stream).await;
        let said = shaken.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(said.contains(words), "{fault}: {said}");
        sleep(Duration::from_millis(1)).await;
        assert_eq!(bench.gateway.metrics.handshakes_failed.get(), 1, "{fault}");
        // In the clear all is well, and after the phase over TLS too.
        assert_eq!(bench.call(&open("ORDER-1")).await.status(), 200, "{fault}");
        sleep(Duration::from_secs(10)).await;
        let (stream, _) = bench.connect_by(sides.scheme.clone());
        assert!(
            connector(Some(&trusted), BOTH, &[]).connect(name, stream).await.is_ok(),
            "{fault}"
        );
    }
}

/// A stalled handshake is never answered, whatever comes; it ends with its client, or after ten minutes, even when the
/// phase is over by then.
#[tokio::test(start_paused = true)]
async fn a_stalled_handshake_hears_nothing() {
    let sides = Sides::new();
    let rest = "phases: [{name: stalled, for: 10s, tls: stall}, {name: healthy, for: 1h}]\n";
    let bench = Bench::new(rest);
    let (mut patient, reset) = bench.connect_by(sides.scheme.clone());
    let (mut leaving, _) = bench.connect_by(sides.scheme.clone());
    let begin = Instant::now();
    for stream in [&mut patient, &mut leaving] {
        stream
            .write_all(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
            .await
            .unwrap();
    }
    sleep(Duration::from_secs(20)).await;
    drop(leaving);
    sleep(Duration::from_millis(1)).await;
    assert_eq!(bench.gateway.metrics.handshakes_failed.get(), 1);
    assert_eq!(read_answer(&mut patient).await, (Seen::Closed(0), Some(0)));
    assert_eq!((begin.elapsed().as_secs(), reset.load(Ordering::Relaxed)), (600, false));
}

/// Where a fault of TLS begins, idle connections are told farewell, busy ones after their answer, and handshakes end;
/// what is spoken in the clear goes on.
#[tokio::test(start_paused = true)]
async fn a_fault_of_tls_closes_what_is_open() {
    let sides = Sides::new();
    let rest = "phases: [{name: healthy, for: 2s, rules: [{name: late, reply: {delay: 3s}}]}, \
                {name: spoilt, for: 1h, tls: expired}]\n";
    let bench = Bench::new(rest);
    let border = Instant::now() + Duration::from_secs(2);
    let (mut half, half_reset) = bench.connect_by(sides.scheme.clone());
    half.write_all(b"\x16\x03\x01\x02\x00").await.unwrap();
    let (mut idle, idle_reset) = sides.connect(&bench).await;
    let (mut busy, _) = sides.connect(&bench).await;
    let mut plain = bench.connect();
    let request = post("/shop/payLink", &bench.body(&open("ORDER-1")));
    busy.write_all(request.as_bytes()).await.unwrap();

    assert_eq!(half.read(&mut [0; 16]).await.unwrap(), 0);
    assert_eq!(idle.read(&mut [0; 16]).await.unwrap(), 0, "a farewell");
    assert_eq!(Instant::now(), border);
    assert!(!half_reset.load(Ordering::Relaxed) && !idle_reset());
    let answer = read_answer(&mut busy).await.0;
    assert_eq!((answer.status(), answer.header("connection")), (200, Some("close")));
    assert_eq!(busy.read(&mut [0; 16]).await.unwrap(), 0, "a farewell");
    let body = bench.body(&open("ORDER-2"));
    assert_eq!(plain.post("/shop/payLink", &body).await.header("connection"), None);
}

/// Faults by hand, in the order in which they were put, and what holds: before the phase's the last one, and a refusal
/// before all.
#[tokio::test(start_paused = true)]
async fn a_fault_by_hand_spoils_handshakes_for_a_while() {
    use scenarios::{AdHoc, ConnectionFault, TlsFault};
    let tls = |fault| AdHoc::Tls(fault);
    let expired = Some(ConnectionFault::Tls(TlsFault::Expired));
    let stalls = Some(ConnectionFault::Tls(TlsFault::Stall));
    let rows = [
        (vec![], expired),
        (vec![tls(TlsFault::Stall)], stalls),
        (vec![tls(TlsFault::WrongHost), tls(TlsFault::Stall)], stalls),
        (vec![tls(TlsFault::Stall), AdHoc::Refuse], Some(ConnectionFault::Refuse)),
        (vec![AdHoc::Refuse, tls(TlsFault::Stall)], Some(ConnectionFault::Refuse)),
    ];
    for (faults, holds) in rows {
        let bench = Bench::new("phases: [{name: spoilt, for: 1h, tls: expired}]\n");
        let in_force = &bench.gateway.in_force;
        for (at, what) in faults.into_iter().enumerate() {
            let lasts = Duration::from_secs(10);
            in_force.put_fault(&format!("fault-{at}"), "", what, lasts).unwrap();
        }
        assert_eq!(in_force.get().connection_fault_now(), holds);
        sleep(Duration::from_secs(10)).await;
        assert_eq!(in_force.get().connection_fault_now(), expired, "they end");
    }

    let sides = Sides::new();
    let bench = Bench::new(HEALTHY);
    let (mut idle, reset) = sides.connect(&bench).await;
    let lasts = Duration::from_secs(10);
    let stall = tls(TlsFault::Stall);
    bench
        .gateway
        .in_force
        .put_fault("stall", "tls: stall", stall, lasts)
        .unwrap();
    assert_eq!(idle.read(&mut [0; 16]).await.unwrap(), 0, "a farewell");
    assert!(!reset());
    let (mut stalled, _) = bench.connect_by(sides.scheme.clone());
    stalled.write_all(b"\x16\x03\x01\x02\x00").await.unwrap();
    let heard = timeout(lasts * 2, stalled.read(&mut [0; 16])).await;
    assert!(heard.is_err(), "{heard:?}");
    let (mut again, _) = sides.connect(&bench).await;
    let request = post("/shop/payLink", &bench.body(&open("ORDER-1")));
    again.write_all(request.as_bytes()).await.unwrap();
    assert_eq!(
        read_answer(&mut again).await.0.status(),
        200,
        "and afterwards all is well"
    );
}

/// Draining says farewell to who is idle, answers who is busy, and does not wait for handshakes.
#[tokio::test(start_paused = true)]
async fn draining_says_farewell() {
    let sides = Sides::new();
    let bench = Bench::new(&format!("{HEALTHY}rules: [{{name: late, reply: {{delay: 500ms}}}}]\n"));
    let (mut half, _) = bench.connect_by(sides.scheme.clone());
    let (mut idle, _) = sides.connect(&bench).await;
    let (mut busy, _) = sides.connect(&bench).await;
    let request = post("/shop/payLink", &bench.body(&open("ORDER-1")));
    busy.write_all(request.as_bytes()).await.unwrap();
    let begin = Instant::now();
    sleep(Duration::from_millis(100)).await;
    bench.stop.drain.cancel();
    assert_eq!(half.read(&mut [0; 16]).await.unwrap(), 0);
    assert_eq!(idle.read(&mut [0; 16]).await.unwrap(), 0, "a farewell");
    assert_eq!(begin.elapsed().as_millis() / 10, 10);
    assert_eq!(read_answer(&mut busy).await.0.status(), 200);
}

/// Files of the user's, each of another mistake, and the words of the refusal.
#[test]
fn files_that_cannot_be_shown_are_named() {
    let folder = std::env::temp_dir().join(format!("paydrill-tls-files-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (chain, key) = {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec!["wallet.example".to_owned()]).unwrap();
        (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
    };
    let other = rcgen::KeyPair::generate().unwrap().serialize_pem();
    for (name, text) in [
        ("good.pem", chain.as_str()),
        ("good.key", &key),
        ("other.key", &other),
        ("empty", ""),
    ] {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let rows = [
        ("good.pem", "good.key", ""),
        ("missing", "good.key", "cannot read a certificate from"),
        ("empty", "good.key", "cannot read a certificate from"),
        ("good.key", "good.key", "cannot read a certificate from"),
        ("good.pem", "missing", "cannot read a key from"),
        ("good.pem", "empty", "cannot read a key from"),
        ("good.pem", "other.key", "cannot be shown with the key"),
    ];
    for (cert, key, words) in rows {
        let config = TlsConfig {
            listen: ([127, 0, 0, 1], 0).into(),
            identity: Identity::Files {
                cert: folder.join(cert),
                key: folder.join(key),
            },
        };
        match Tls::load(&config, Clock::System.wall()) {
            Ok(tls) => assert_eq!((words, tls.trust), ("", None), "{cert} {key}"),
            Err(error) => {
                let said = error.to_string();
                assert!(!words.is_empty() && said.contains(words), "{cert} {key}: {said}");
                assert!(said.contains(&*folder.to_string_lossy()), "{cert} {key}: {said}");
            }
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
