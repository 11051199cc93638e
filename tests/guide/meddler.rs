//! Somebody between a shop and the gateway: passes on what both say, may falsify the gateway's answers, and sends the
//! shop forged callbacks once the shop expects one.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    time::Duration,
};

use protocol::{Token, sign};

use super::TOKEN;
use crate::harness::{Gateway, PATIENCE};

/// How many callbacks are forged for each order.
pub(crate) const FORGERIES: usize = 9;

/// A listening meddler; its threads end with the test's process.
pub(crate) struct Meddler {
    pub(crate) url: String,
    plot: Arc<Plot>,
}

struct Plot {
    gateway: String,
    admin: String,
    bend: fn(&str) -> String,
    opened: Mutex<Option<Opened>>,
    /// What was forged, and what the shop replied.
    replies: Mutex<Vec<(&'static str, String)>>,
}

/// An order that a shop opened, as seen on the wire.
#[derive(Clone)]
struct Opened {
    callback_url: String,
    number: String,
    order_id: String,
}

impl Meddler {
    /// `bend` falsifies the body of an answer to a merchant's call.
    pub(crate) fn start(gateway: &Gateway, bend: fn(&str) -> String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let plot = Arc::new(Plot {
            gateway: gateway.url.clone(),
            admin: gateway.admin.clone(),
            bend,
            opened: Mutex::default(),
            replies: Mutex::default(),
        });
        let listening = Arc::clone(&plot);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let plot = Arc::clone(&listening);
                std::thread::spawn(move || plot.meddle(stream));
            }
        });
        Self { url, plot }
    }

    /// What the shop replied to each forgery.
    pub(crate) fn replies(&self) -> Vec<(&'static str, String)> {
        self.plot.replies.lock().expect("nobody panicked").clone()
    }
}

impl Plot {
    fn meddle(&self, mut stream: TcpStream) {
        let (first, body) = message(&mut stream);
        let mut words = first.split(' ');
        let (method, path) = (words.next().expect("a method"), words.next().expect("a path"));
        if path.starts_with("/shop/") {
            let (status, answer) = ask(&self.gateway, method, path, &body);
            self.listen_in(path, &body, &answer);
            reply(&mut stream, status, &(self.bend)(&answer));
            return;
        }
        // A shop that serves one connection at a time is deaf until the admin port has answered it.
        reply(&mut stream, 200, "{}");
        drop(stream);
        let opened = self
            .opened
            .lock()
            .expect("nobody panicked")
            .clone()
            .expect("an order is open");
        if !opened.callback_url.is_empty() {
            for (what, forged) in opened.forgeries() {
                let (base, path) = opened
                    .callback_url
                    .split_at(opened.callback_url.rfind('/').expect("a path"));
                let (_, replied) = ask(base, "POST", path, &forged);
                self.replies.lock().expect("nobody panicked").push((what, replied));
            }
        }
        let (status, answer) = ask(&self.admin, method, path, "");
        assert_eq!(status, 200, "{answer}");
    }

    fn listen_in(&self, path: &str, asked: &str, answer: &str) {
        let answer: serde_json::Value = serde_json::from_str(answer).expect("the gateway speaks JSON");
        if path != "/shop/payLink" || answer["status"] != "success" {
            return;
        }
        let of = |field| {
            let mut pairs = url::form_urlencoded::parse(asked.as_bytes());
            pairs
                .find(|(name, _)| name == field)
                .map_or_else(String::new, |(_, text)| text.into_owned())
        };
        *self.opened.lock().expect("nobody panicked") = Some(Opened {
            callback_url: of("callback_url"),
            number: of("unique_id"),
            order_id: answer["data"]["order_id"].as_str().expect("an order").to_owned(),
        });
    }
}

impl Opened {
    /// The last ones carry the right sign, as from somebody who stole the token or found a hole in the wallet.
    fn forgeries(&self) -> [(&'static str, String); FORGERIES] {
        let good = Claim {
            order: self,
            amount: "12.30000000",
            status: "1",
            kind: "deposit",
            shop: "10001",
        };
        let unsigned = good.body("");
        [
            ("no JSON", "status=success".to_owned()),
            ("an unsigned callback", unsigned.replace(r#","sign":"""#, "")),
            ("a wrong sign", good.body(&"0".repeat(64))),
            (
                "a sign of other content",
                good.body(&Claim { amount: "1", ..good }.sign()),
            ),
            ("an under-payment", Claim { amount: "1.23", ..good }.signed()),
            (
                "a withdrawal",
                Claim {
                    kind: "withdraw",
                    ..good
                }
                .signed(),
            ),
            ("another shop's", Claim { shop: "10002", ..good }.signed()),
            ("an unpaid order", Claim { status: "0", ..good }.signed()),
            ("a payment that the wallet does not know of", good.signed()),
        ]
    }
}

/// What a callback says.
#[derive(Clone, Copy)]
struct Claim<'a> {
    order: &'a Opened,
    amount: &'a str,
    status: &'a str,
    kind: &'a str,
    shop: &'a str,
}

impl Claim<'_> {
    fn signed(&self) -> String {
        self.body(&self.sign())
    }

    fn body(&self, sign: &str) -> String {
        let Self {
            order,
            amount,
            status,
            kind,
            shop,
        } = self;
        let Opened { number, order_id, .. } = order;
        format!(
            r#"{{"code":200,"data":{{"order_id":"{order_id}","unique_id":"{number}","pay_user_id":7,"amount":"{amount}","coin":"USDT","status":{status},"type":"{kind}"}},"id":{shop},"status":"success","sign":"{sign}"}}"#
        )
    }

    fn sign(&self) -> String {
        let Self {
            order,
            amount,
            status,
            kind,
            shop,
        } = self;
        let Opened { number, order_id, .. } = order;
        let canonical = format!(
            "code=200&data.amount={amount}&data.coin=USDT&data.order_id={order_id}&data.pay_user_id=7&data.status={status}\
             &data.type={kind}&data.unique_id={number}&id={shop}&status=success"
        );
        sign(&Token::new(TOKEN).expect("a token"), &canonical).to_string()
    }
}

/// One HTTP exchange: status and body of the answer.
pub(crate) fn ask(base: &str, method: &str, path: &str, body: &str) -> (u16, String) {
    let host = base.strip_prefix("http://").expect("plain http");
    let kind = if body.starts_with('{') {
        "application/json"
    } else {
        "application/x-www-form-urlencoded"
    };
    let mut stream = TcpStream::connect(host).expect("it listens");
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).expect("it reads");
    let (first, answer) = message(&mut stream);
    let status = first.split(' ').nth(1).and_then(|word| word.parse().ok());
    (status.unwrap_or_else(|| panic!("a status, not {first:?}")), answer)
}

fn reply(stream: &mut TcpStream, status: u16, body: &str) {
    let head = format!(
        "HTTP/1.1 {status} -\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).expect("it reads");
}

/// The first line and the body of a request or an answer.
fn message(stream: &mut TcpStream) -> (String, String) {
    stream
        .set_read_timeout(Some(PATIENCE.min(Duration::from_secs(30))))
        .expect("a time-out is set");
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("the head is text");
        if line.trim().is_empty() {
            break;
        }
        lines.push(line.trim().to_owned());
    }
    let length = lines
        .iter()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, text)| text.trim().parse().expect("a length"));
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a whole body");
    (
        lines.into_iter().next().unwrap_or_default(),
        String::from_utf8(body).expect("text"),
    )
}
