//! Every word of a reply over real sockets, in the clear and over TLS, held against the table that the gateway's own tests
//! hold it against in virtual time; and phases that spoil handshakes.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use protocol::{
    Algorithm, Token,
    dialect::okpay::{Coin, Command, Envelope, request},
};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};

use serde_json::Value;

use crate::harness::{Folder, Gateway, PATIENCE, pause};

#[path = "../simulator/src/fault/tests/rows.rs"]
mod rows;

use rows::{End, ROWS, Seen, Terms, amount, check, scenario};

/// The shop of a gateway without a shop of its own.
const SHOP: u64 = 10_001;
const TOKEN: &str = "sandbox-token-10001";
/// How long a connection is looked at: beyond what any row does but to hang.
const LOOK: Duration = Duration::from_secs(3);
/// Machines that test are busy.
const LATE: Duration = Duration::from_millis(800);

/// A connection in the clear or over TLS.
trait Stream: Read + Write {}

impl<S: Read + Write> Stream for S {}

struct Client<'g> {
    gateway: &'g Gateway,
    nonce: AtomicU64,
}

impl Client<'_> {
    fn connect(&self, tls: bool) -> Box<dyn Stream> {
        let url = if tls { &self.gateway.tls_url } else { &self.gateway.url };
        let (_, address) = url.split_once("://").expect("a URL is announced");
        let stream = TcpStream::connect(address).expect("it listens");
        stream.set_read_timeout(Some(LOOK)).expect("not zero");
        if tls {
            let mut stream = secure(stream, &self.gateway.ca);
            while stream.conn.is_handshaking() {
                stream.conn.complete_io(&mut stream.sock).expect("hands are shaken");
            }
            Box::new(stream)
        } else {
            Box::new(stream)
        }
    }

    /// Opens an order over an amount; `last` asks the gateway to close the connection afterwards.
    fn request(&self, number: &str, amount: String, last: bool) -> String {
        let nonce = self.nonce.fetch_add(1, Ordering::Relaxed);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is past 1970");
        let envelope = Envelope {
            shop: SHOP,
            timestamp: now.as_secs(),
            nonce: format!("nonce-{nonce:08}"),
        };
        let command = Command::PayLink {
            amount,
            coin: Coin::Usdt,
            unique_id: Some(number.to_owned()),
            name: None,
            return_url: None,
            callback_url: None,
        };
        let token = Token::new(TOKEN).expect("a token");
        let body = request::encode(&command, &envelope, Algorithm::Hmac, &token);
        let connection = if last { "Connection: close\r\n" } else { "" };
        format!(
            "POST /shop/payLink HTTP/1.1\r\nHost: localhost\r\n{connection}Content-Type: \
             application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }
}

/// TLS as a client that trusts this CA.
fn secure(stream: TcpStream, ca: &str) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    let trusted = CertificateDer::from_pem_file(ca).expect("the CA is announced");
    roots.add(trusted).expect("it is a certificate");
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("they fit the provider")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("a name");
    let connection = ClientConnection::new(Arc::new(config), name).expect("it is whole");
    StreamOwned::new(connection, stream)
}

/// Sends a request and looks until the end, or for as long as anybody looks.
fn look(mut stream: Box<dyn Stream>, request: &str) -> Seen {
    let begin = Instant::now();
    stream.write_all(request.as_bytes()).expect("it reads");
    stream.flush().expect("it reads");
    let mut seen = Seen::default();
    let mut chunk = vec![0; 256 * 1024];
    while begin.elapsed() < LOOK {
        let end = match stream.read(&mut chunk) {
            Ok(0) => End::Fin,
            Ok(count) => {
                seen.arrive(begin.elapsed(), &chunk[..count]);
                continue;
            }
            Err(error) => match error.kind() {
                ErrorKind::ConnectionReset => End::Reset,
                ErrorKind::UnexpectedEof => End::Cut,
                ErrorKind::WouldBlock | ErrorKind::TimedOut => break,
                _ => panic!("{error}"),
            },
        };
        seen.end = Some((begin.elapsed(), end));
        break;
    }
    seen
}

/// Writing the pieces of an answer takes no longer than this.
const WRITING_US: u64 = 5_000;

#[test]
fn each_word_is_what_the_table_says() {
    let folder = Folder::new();
    let file = folder.write("words.yaml", &format!("name: words\n{}", scenario()));
    let gateway = Gateway::start(&[&file], &[]);
    let client = Client {
        gateway: &gateway,
        nonce: AtomicU64::new(0),
    };
    let play = |at: usize, tls: bool| {
        let number = format!("ROW-{at}-{tls}");
        let request = |last| client.request(&number, amount(at), last);
        let seen = look(client.connect(tls), &request(false));
        // Again, without the rule.
        let honest = look(client.connect(tls), &request(true));
        check(&ROWS[at], &honest, &seen, Terms { late: LATE, tls });
    };
    std::thread::scope(|scope| {
        for at in 0..ROWS.len() {
            for tls in [false, true] {
                scope.spawn(move || play(at, tls));
            }
        }
    });
    let lines = journal(&gateway);
    for (at, row) in ROWS.iter().enumerate() {
        for tls in [false, true] {
            let subject = format!("ROW-{at}-{tls}");
            let first = |line: &&Value| line["subject"] == *subject && line["attempt"] == 1;
            let found: Vec<&Value> = lines.iter().filter(first).collect();
            assert_eq!(found.len(), 1, "{}: {found:?}", row.rule);
            let (outcome, status, waited_ms) = row.journal;
            let told = (found[0]["outcome"].as_str(), found[0]["status"].as_u64());
            assert_eq!(told, (Some(outcome), Some(status.into())), "{}", row.rule);
            let injected_us = found[0]["injected_us"].as_u64().expect("a number");
            // Pieces leave at fixed instants, so what writing them takes is waited less.
            let waited_us = (waited_ms * 1_000).saturating_sub(WRITING_US);
            assert!(injected_us >= waited_us, "{}: {injected_us} us", row.rule);
        }
    }
}

/// The journal, once the gateway has heard of every client that left.
fn journal(gateway: &Gateway) -> Vec<Value> {
    let (_, address) = gateway.admin.split_once("://").expect("a URL is announced");
    let until = Instant::now() + PATIENCE;
    loop {
        let mut stream = TcpStream::connect(address).expect("it listens");
        let request = format!("GET /journal?last=1000 HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a head");
        let page: Value = serde_json::from_str(body).expect("the admin port speaks JSON");
        let lines = page["lines"].as_array().expect("a page has lines");
        // Each row is played twice over each port.
        if lines.len() >= 4 * ROWS.len() {
            return lines.clone();
        }
        assert!(Instant::now() < until, "{} lines of {}", lines.len(), 4 * ROWS.len());
        pause(Duration::from_millis(50));
    }
}

/// The phase's fault, and what a client that trusts our CA makes of it; in the clear all is well.
#[test]
fn a_phase_spoils_handshakes() {
    let folder = Folder::new();
    for (fault, words) in [
        ("expired", Some("certificate expired")),
        ("wrong_host", Some("not valid for name")),
        ("stall", None),
    ] {
        let text = format!("name: spoilt\nphases: [{{name: spoilt, for: 1h, tls: {fault}}}]\n");
        let gateway = Gateway::start(&[&folder.write("spoilt.yaml", &text)], &[]);
        let address = gateway.tls_url.strip_prefix("https://").expect("https is announced");
        let stream = TcpStream::connect(address).expect("it listens");
        let patience = if words.is_some() {
            PATIENCE
        } else {
            Duration::from_secs(1)
        };
        stream.set_read_timeout(Some(patience)).expect("not zero");
        let mut stream = secure(stream, &gateway.ca);
        let error = stream
            .conn
            .complete_io(&mut stream.sock)
            .expect_err("no hands are shaken");
        match words {
            Some(words) => assert!(error.to_string().contains(words), "{fault}: {error}"),
            None => assert!(
                matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
                "{error}"
            ),
        }
        let client = Client {
            gateway: &gateway,
            nonce: AtomicU64::new(0),
        };
        let seen = look(client.connect(false), &client.request("ORDER-1", "6".to_owned(), true));
        assert!(seen.body().starts_with(br#"{"status":"success""#), "{fault}: {seen:?}");
    }
}
