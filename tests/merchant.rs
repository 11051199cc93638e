//! The sample merchant against the real gateway: whatever gets lost, comes twice, comes late or is forged, each order is
//! paid once, under one number.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    time::{Duration, Instant, SystemTime},
};

use serde_json::Value;

use crate::{
    guide::meddler::{FORGERIES, Meddler, ask},
    harness::{Folder, Gateway, PATIENCE, machine, pause},
};

/// Customers of the crowd.
const CROWD: usize = 40;

/// Half of all openings are hard to hear of, callbacks come in copies or not at all, and customers pay fast.
const BAD_DAY: &str = "\
name: bad-day
seed: 7
payers: {pay_after: {uniform: {from: 20ms, to: 300ms}}}
callbacks: {retry: {after: [300ms, 600ms, 1s, 2s]}}
phases:
  - name: all-day
    for: 300s
    rules:
      - {name: lost-answer, on: payLink, chance: 25%, ledger: apply, reply: reset}
      - {name: lost-before, on: payLink, chance: 10%, ledger: skip, reply: reset}
      - {name: busy, on: payLink, chance: 10%, ledger: skip, reply: {status: 503}}
      - {name: query-lost, on: checkDeposit, chance: 10%, reply: empty}
      - {name: copies, on: callback, chance: 40%, callback: {duplicate: {copies: 4, concurrent: true}}}
      - {name: never, on: callback, chance: 20%, callback: drop}
";

const NOBODY: &str = "\
name: nobody
phases: [{name: steady, for: 300s}]
";

/// Customers who pay when the shop has long given them up.
const LATE: &str = "\
name: late
payers: {pay_after: 1500ms}
withdrawals: {settle_after: 100ms}
phases: [{name: steady, for: 300s}]
";

/// Timers of a shop in a hurry.
const HURRY: [&str; 6] = [
    "--retry-base",
    "20ms",
    "--reconcile-every",
    "200ms",
    "--reconcile-after",
    "500ms",
];

/// A running sample merchant; killed when dropped, without a chance to tidy up.
pub(crate) struct Merchant {
    child: Child,
    pub(crate) url: String,
}

impl Merchant {
    pub(crate) fn start(wallet: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new(binary());
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("MERCHANT_")) {
            command.env_remove(name);
        }
        let mut child = command
            .args(["--listen", "127.0.0.1:0", "--wallet", wallet])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().expect("stdout is piped"));
        out.read_line(&mut line).expect("stdout is text");
        let url = line.strip_prefix("merchant ").map(str::trim).map(str::to_owned);
        Self {
            child,
            url: url.unwrap_or_else(|| panic!("its address is announced first, not {line:?}")),
        }
    }

    /// What a customer's page sends.
    fn checkout(&self, click: &str) -> io::Result<Answer> {
        exchange(&self.url, "POST", "/checkout", click, r#"{"sku":"A1","price":"12.30"}"#)
    }

    fn read(&self, path: &str) -> Value {
        let answer = exchange(&self.url, "GET", path, "", "").expect("it answers");
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.body
    }

    fn status(&self, order: &str) -> String {
        text(&self.read(&format!("/orders/{order}"))["status"])
    }
}

impl Drop for Merchant {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _ended_already = self.child.wait();
    }
}

#[derive(Debug)]
struct Answer {
    status: u16,
    retry_after: Option<String>,
    body: Value,
}

#[test]
fn on_a_bad_day_each_order_is_paid_once_also_when_the_shop_dies() {
    let _alone = machine();
    let folder = Folder::new();
    let gateway = Gateway::start(&["--quiet", &folder.write("bad-day.yaml", BAD_DAY)], &[]);
    let database = folder.file("orders.db");
    let arguments = [&HURRY[..], &["--database", &database]].concat();
    let clicks: Vec<String> = (0..CROWD).map(|number| format!("click-{number}")).collect();

    // The shop dies among the crowd: some orders are paid, some opened, some only written down. Nobody hears everything.
    let mut first = Merchant::start(&gateway.url, &arguments);
    std::thread::scope(|scope| {
        for some in clicks.chunks(CROWD / 8) {
            let shop = &first;
            scope.spawn(move || {
                for click in some {
                    let _some_get_no_answer = shop.checkout(click);
                }
            });
        }
        let until = Instant::now() + PATIENCE;
        while opened(&gateway).len() < CROWD / 3 {
            assert!(Instant::now() < until, "customers come");
            pause(Duration::from_millis(5));
        }
        crate::harness::signal(first.child.id(), rustix::process::Signal::KILL);
    });
    first.child.wait().expect("it was killed");

    // Whoever heard nothing clicks again.
    let second = Merchant::start(&gateway.url, &arguments);
    let orders: Vec<String> = clicks.iter().map(|click| opened_by(&second, click)).collect();
    for order in &orders {
        eventually("the order is paid", || second.status(order) == "paid");
        let order = second.read(&format!("/orders/{order}"));
        assert_eq!(order["fulfilled_count"], 1, "{order}");
        assert_eq!(order["credited_amount"], "12.30", "{order}");
    }
    // Copies may still be on their way, and change nothing.
    let stats = second.read("/stats");
    assert_eq!(stats["credits"], CROWD, "{stats}");
    assert_eq!(stats["orders"]["paid"], CROWD, "{stats}");
    assert_eq!(stats["callbacks"]["refused"], 0, "{stats}");
    assert!(stats["wallet"]["retries"].as_u64() > Some(0), "{stats}");
    assert!(stats["reconciled"].as_u64() > Some(0), "callbacks get lost: {stats}");
    // No purchase has a second number.
    let mut wanted = orders;
    wanted.sort();
    assert_eq!(opened(&gateway), wanted);
}

/// Clicks until the shop has opened the order.
fn opened_by(shop: &Merchant, click: &str) -> String {
    let until = Instant::now() + PATIENCE;
    loop {
        let answer = shop.checkout(click).expect("it lives");
        if answer.status == 200 {
            return text(&answer.body["order"]["id"]);
        }
        assert_eq!(answer.status, 503, "{answer:?}");
        assert!(Instant::now() < until, "it is opened: {answer:?}");
        pause(Duration::from_millis(50));
    }
}

#[test]
fn it_believes_nobody_but_the_wallet() {
    let folder = Folder::new();
    let gateway = Gateway::start(&["--quiet", &folder.write("nobody.yaml", NOBODY)], &[]);
    let falsifier = Meddler::start(&gateway, |answer| answer.replace("cashier", "robbery"));
    let deceived = Merchant::start(&falsifier.url, &["--retries", "1", "--retry-base", "1ms"]);
    let answer = deceived.checkout("click").expect("it lives");
    assert_eq!(answer.status, 503, "nobody is sent to a false address: {answer:?}");
    assert_eq!(answer.body["pay_url"], Value::Null, "{answer:?}");

    let forger = Meddler::start(&gateway, str::to_owned);
    // The crowd's timers would find the payment before the callback does.
    let shop = Merchant::start(&forger.url, &[]);
    let order = opened_by(&shop, "click");
    // The meddler answers at once, sends the forgeries, and only then lets the customer pay.
    let pay = format!("/orders/{}/pay", wallet_id(&gateway, &order));
    let (status, paid) = ask(&forger.url, "POST", &pay, "");
    assert_eq!(status, 200, "{paid}");
    eventually("the true callback is believed", || shop.status(&order) == "paid");
    let replies = forger.replies();
    assert_eq!(replies.len(), FORGERIES, "{replies:?}");
    for (forgery, reply) in &replies {
        assert!(!reply.contains("success"), "{forgery} is acknowledged: {reply}");
    }
    let stats = shop.read("/stats");
    assert_eq!(stats["credits"], 1, "{stats}");
    let unbelieved = |word: &str| stats["callbacks"][word].as_u64().expect("a count");
    assert_eq!(
        unbelieved("refused") + unbelieved("deferred"),
        FORGERIES as u64,
        "{stats}"
    );
}

#[test]
fn while_the_wallet_is_down_customers_hear_it_at_once_and_then_it_goes_on() {
    let folder = Folder::new();
    let gateway = Gateway::start(&["--quiet", &folder.write("nobody.yaml", NOBODY)], &[]);
    let arguments = [
        "--retries",
        "0",
        "--breaker-failures",
        "3",
        "--breaker-cooldown",
        "300ms",
    ];
    let shop = Merchant::start(&gateway.url, &arguments);
    let (status, answer) = ask(&gateway.admin, "PUT", "/faults/down?ttl=120s", r#"{"refuse":true}"#);
    assert_eq!(status, 200, "{answer}");
    eventually("the circuit opens", || {
        let answer = shop.checkout("").expect("it lives");
        assert_eq!(answer.status, 503, "{answer:?}");
        assert!(answer.retry_after.is_some(), "{answer:?}");
        shop.read("/stats")["wallet"]["breaker"] != "closed"
    });
    let (status, answer) = ask(&gateway.admin, "DELETE", "/faults/down", "");
    assert_eq!(status, 200, "{answer}");
    let order = opened_by(&shop, "click");
    let stats = shop.read("/stats");
    assert_eq!(stats["wallet"]["breaker"], "closed", "{stats}");
    assert!(stats["wallet"]["breaker_opened"].as_u64() > Some(0), "{stats}");
    assert_eq!(opened(&gateway), [order]);
}

#[test]
fn late_money_goes_back_or_is_honoured_as_the_shop_wants() {
    let folder = Folder::new();
    let gateway = Gateway::start(&["--quiet", &folder.write("late.yaml", LATE)], &[]);
    for (late, end, credits) in [("pay-back", "refunded", 0), ("credit", "paid", 1)] {
        let arguments = [&HURRY[..], &["--expire-after", "300ms", "--late-callback", late]].concat();
        let shop = Merchant::start(&gateway.url, &arguments);
        let order = opened_by(&shop, "click");
        eventually("it expires", || shop.status(&order) != "pending");
        eventually("the money is dealt with", || shop.status(&order) == end);
        let stats = shop.read("/stats");
        assert_eq!(stats["credits"], credits, "{late}: {stats}");
        assert_eq!(stats["payouts"]["paid"], 1 - credits, "{late}: {stats}");
    }
}

/// Looks again and again until it is so.
fn eventually(what: &str, so: impl Fn() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !so() {
        assert!(Instant::now() < until, "{what}");
        pause(Duration::from_millis(20));
    }
}

/// Numbers of all orders at the gateway, in order.
fn opened(gateway: &Gateway) -> Vec<String> {
    let (status, page) = ask(&gateway.admin, "GET", "/orders?limit=1000", "");
    assert_eq!(status, 200, "{page}");
    let page: Value = serde_json::from_str(&page).expect("the admin port speaks JSON");
    let orders = page["orders"].as_array().expect("a list");
    let mut numbers: Vec<String> = orders.iter().map(|order| text(&order["unique_id"])).collect();
    numbers.sort();
    numbers
}

/// The gateway's own id of an order.
fn wallet_id(gateway: &Gateway, number: &str) -> String {
    let (status, page) = ask(&gateway.admin, "GET", &format!("/orders?number={number}"), "");
    assert_eq!(status, 200, "{page}");
    let page: Value = serde_json::from_str(&page).expect("the admin port speaks JSON");
    text(&page["orders"][0]["order_id"])
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("a text, not {value}"))
        .to_owned()
}

/// One HTTP exchange; an error when the other side dies.
fn exchange(base: &str, method: &str, path: &str, click: &str, body: &str) -> io::Result<Answer> {
    let host = base.strip_prefix("http://").expect("plain http");
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let key = if click.is_empty() {
        String::new()
    } else {
        format!("Idempotency-Key: {click}\r\n")
    };
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{key}Content-Length: {length}\r\n\r\n"
    );
    stream.write_all(format!("{head}{body}").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let broken = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(broken)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let header = |line: &str| line.strip_prefix("retry-after: ").map(str::to_owned);
    Ok(Answer {
        status: status.ok_or_else(broken)?,
        retry_after: head.lines().find_map(header),
        body: serde_json::from_str(body).map_err(|_| broken())?,
    })
}

/// The merchant's binary. Cargo names only this package's own, so it is looked for beside ours, where tests of the whole
/// workspace have put it. A test of this package alone makes it, if it is missing or older than its sources.
pub(crate) fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let folder = Path::new(env!("CARGO_BIN_EXE_paydrill"))
            .parent()
            .expect("it is in a folder");
        let binary = folder.join("sample-merchant");
        let built = changed(&binary);
        if built.is_none() || built < newest(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sample-merchant/src")) {
            build(folder);
        }
        assert!(binary.exists(), "{} is there", binary.display());
        binary
    })
}

fn build(folder: &Path) {
    let target = folder.parent().expect("a profile's folder is in the target folder");
    let profile = match folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(profile) => profile,
    };
    let status = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--locked",
            "--package",
            "sample-merchant",
            "--profile",
            profile,
        ])
        .arg("--target-dir")
        .arg(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .expect("cargo runs in a checkout whose dependencies are there");
    assert!(status.success(), "the sample merchant is built");
}

/// When the newest file below a folder was written.
fn newest(folder: &Path) -> Option<SystemTime> {
    let entries = std::fs::read_dir(folder).expect("our folders can be read");
    entries
        .map(|entry| entry.expect("our folders can be read").path())
        .map(|path| if path.is_dir() { newest(&path) } else { changed(&path) })
        .max()
        .flatten()
}

fn changed(file: &Path) -> Option<SystemTime> {
    std::fs::metadata(file).and_then(|metadata| metadata.modified()).ok()
}
