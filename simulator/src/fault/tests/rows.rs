//! What each word of a reply looks like on the wire, as data. Two tests hold the gateway against it: in memory, where time
//! is virtual and must fit to the millisecond, and over real sockets with the real binary (`tests/wire.rs`).

use std::time::Duration;

/// A connection that stays open is closed so long after its answer.
pub(crate) const IDLE: Duration = Duration::from_secs(60);
/// What is sent where no answer is.
const GARBAGE_BYTES: usize = 256;

/// A reply, and what its client meets.
#[derive(Debug)]
pub(crate) struct Row {
    /// Ledger and reply, as in a rule.
    pub(crate) rule: &'static str,
    /// What comes.
    pub(crate) sees: Sees,
    /// How it ends.
    pub(crate) ends: Ends,
    /// What the journal says: the outcome, the status, and how long it was waited on purpose.
    pub(crate) journal: (&'static str, u16, u64),
}

/// What comes, and when: milliseconds since the request.
#[derive(Debug)]
pub(crate) enum Sees {
    /// Not a byte.
    Nothing,
    /// The honest head, with the honest length, and by when how many hundredths of the honest body.
    Honest(&'static [(u64, usize)]),
    /// The honest answer, its body no faster than so many bytes a second.
    Narrow(u64),
    /// The scenario's answer: when, these lines of its head, its text, and the size that blanks fill it up to.
    Scenarios(u64, &'static [&'static str], &'static str, usize),
    /// Bytes that are no answer.
    Garbage(u64),
}

/// How a connection ends, and when: milliseconds since the request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ends {
    /// Not: the next request may come.
    Open,
    /// With FIN; over TLS with a farewell before it.
    Fin(u64),
    /// With FIN; over TLS without a farewell.
    Cut(u64),
    /// With a reset.
    Reset(u64),
}

/// Every word, alone and after a delay.
pub(crate) const ROWS: [Row; 27] = [
    row(
        "reply: {delay: 1us}",
        Sees::Honest(&[(0, 100)]),
        Ends::Open,
        ("answered", 200, 0),
    ),
    row(
        "reply: {delay: 250ms}",
        Sees::Honest(&[(250, 100)]),
        Ends::Open,
        ("answered", 200, 250),
    ),
    row(
        "ledger: skip, reply: {status: 503}",
        Sees::Scenarios(0, &["HTTP/1.1 503 Service Unavailable", "content-length: 0"], "", 0),
        Ends::Open,
        ("answered", 503, 0),
    ),
    row(
        "ledger: skip, reply: {status: 429, retry_after: 1500ms, headers: {x-a: b}, body: busy}",
        Sees::Scenarios(
            0,
            &[
                "HTTP/1.1 429 Too Many Requests",
                "retry-after: 2",
                "x-a: b",
                "content-length: 4",
            ],
            "busy",
            4,
        ),
        Ends::Open,
        ("answered", 429, 0),
    ),
    row(
        "ledger: skip, reply: {status: 307, headers: {location: http://127.0.0.1:9/}}",
        Sees::Scenarios(
            0,
            &[
                "HTTP/1.1 307 Temporary Redirect",
                "location: http://127.0.0.1:9/",
                "content-length: 0",
            ],
            "",
            0,
        ),
        Ends::Open,
        ("answered", 307, 0),
    ),
    row(
        "ledger: apply, reply: {status: 204}",
        Sees::Scenarios(0, &["HTTP/1.1 204 No Content"], "", 0),
        Ends::Open,
        ("answered", 204, 0),
    ),
    row(
        "ledger: apply, reply: {status: 200, body: \"{}\", body_size: 3MB}",
        Sees::Scenarios(0, &["HTTP/1.1 200 OK", "content-length: 3000000"], "{}", 3_000_000),
        Ends::Open,
        ("answered", 200, 0),
    ),
    row(
        "ledger: skip, reply: {delay: 200ms, status: 500, body_size: 100KB}",
        Sees::Scenarios(
            200,
            &["HTTP/1.1 500 Internal Server Error", "content-length: 100000"],
            "",
            100_000,
        ),
        Ends::Open,
        ("answered", 500, 200),
    ),
    row(
        "ledger: apply, reply: reset",
        Sees::Nothing,
        Ends::Reset(0),
        ("reset", 0, 0),
    ),
    row(
        "ledger: apply, reply: empty",
        Sees::Nothing,
        Ends::Cut(0),
        ("closed", 0, 0),
    ),
    row(
        "ledger: apply, reply: hang",
        Sees::Nothing,
        Ends::Cut(600_000),
        ("hung", 0, 0),
    ),
    row(
        "ledger: apply, reply: garbage",
        Sees::Garbage(0),
        Ends::Fin(0),
        ("garbled", 0, 0),
    ),
    row(
        "ledger: skip, reply: garbage",
        Sees::Garbage(0),
        Ends::Fin(0),
        ("garbled", 0, 0),
    ),
    row(
        "ledger: apply, reply: {truncate: 50%}",
        Sees::Honest(&[(0, 50)]),
        Ends::Cut(0),
        ("cut", 200, 0),
    ),
    row(
        "ledger: apply, reply: {truncate: 0%}",
        Sees::Honest(&[(0, 0)]),
        Ends::Cut(0),
        ("cut", 200, 0),
    ),
    row(
        "ledger: apply, reply: {truncate: 99%}",
        Sees::Honest(&[(0, 99)]),
        Ends::Cut(0),
        ("cut", 200, 0),
    ),
    row(
        "reply: {dribble: {chunks: 5, over: 1s}}",
        Sees::Honest(&[(0, 20), (250, 40), (500, 60), (750, 80), (1_000, 100)]),
        Ends::Open,
        ("answered", 200, 1_000),
    ),
    row(
        "reply: {dribble: {chunks: 2, over: 700ms}}",
        Sees::Honest(&[(0, 50), (700, 100)]),
        Ends::Open,
        ("answered", 200, 700),
    ),
    row(
        "reply: {bandwidth: 300B/s}",
        Sees::Narrow(300),
        Ends::Open,
        ("answered", 200, 0),
    ),
    row(
        "reply: {slow_close: 900ms}",
        Sees::Honest(&[(0, 100)]),
        Ends::Fin(900),
        ("answered", 200, 0),
    ),
    row(
        "ledger: apply, reply: {delay: 300ms, then: reset}",
        Sees::Nothing,
        Ends::Reset(300),
        ("reset", 0, 300),
    ),
    row(
        "ledger: apply, reply: {delay: 300ms, then: empty}",
        Sees::Nothing,
        Ends::Cut(300),
        ("closed", 0, 300),
    ),
    row(
        "ledger: apply, reply: {delay: 300ms, then: garbage}",
        Sees::Garbage(300),
        Ends::Fin(300),
        ("garbled", 0, 300),
    ),
    row(
        "ledger: apply, reply: {delay: 300ms, truncate: 25%}",
        Sees::Honest(&[(300, 25)]),
        Ends::Cut(300),
        ("cut", 200, 300),
    ),
    row(
        "reply: {delay: 300ms, then: {dribble: {chunks: 2, over: 400ms}}}",
        Sees::Honest(&[(300, 50), (700, 100)]),
        Ends::Open,
        ("answered", 200, 700),
    ),
    row(
        "reply: {delay: 300ms, then: {slow_close: 400ms}}",
        Sees::Honest(&[(300, 100)]),
        Ends::Fin(700),
        ("answered", 200, 300),
    ),
    row(
        "ledger: apply, reply: {delay: 300ms, then: hang}",
        Sees::Nothing,
        Ends::Cut(600_300),
        ("hung", 0, 300),
    ),
];

const fn row(rule: &'static str, sees: Sees, ends: Ends, journal: (&'static str, u16, u64)) -> Row {
    Row {
        rule,
        sees,
        ends,
        journal,
    }
}

/// The lines of a scenario that play each row once: the first attempt of an order over the row's amount. Further ones are
/// answered honestly.
pub(crate) fn scenario() -> String {
    let rule = |(at, row): (usize, &Row)| {
        format!(
            "  - {{name: row-{at}, on: payLink, when: {{attempt: 1, amount: {{equals: \"{}\"}}}}, {}}}\n",
            amount(at),
            row.rule
        )
    };
    let rules: String = ROWS.iter().enumerate().map(rule).collect();
    format!("phases: [{{name: whole, for: 1h}}]\nrules:\n{rules}")
}

/// The amount of a row's orders.
pub(crate) fn amount(at: usize) -> String {
    (at + 11).to_string()
}

/// What a client saw of one exchange.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// All bytes.
    pub(crate) bytes: Vec<u8>,
    /// How long after the request how many bytes had come.
    pub(crate) arrivals: Vec<(Duration, usize)>,
    /// How it ended; not, as far as anybody looked.
    pub(crate) end: Option<(Duration, End)>,
}

impl Seen {
    /// Bytes came.
    pub(crate) fn arrive(&mut self, at: Duration, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.arrivals.push((at, self.bytes.len()));
    }

    fn split(&self) -> (&str, &[u8]) {
        let end = self.bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("a head: {:?}", String::from_utf8_lossy(&self.bytes)));
        let head = std::str::from_utf8(&self.bytes[..end]).expect("heads are text");
        (head, &self.bytes[end + 4..])
    }

    /// The body of a whole answer.
    pub(crate) fn body(&self) -> &[u8] {
        self.split().1
    }
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// FIN; over TLS after a farewell.
    Fin,
    /// TLS's stream ended without a farewell.
    Cut,
    /// RST.
    Reset,
}

/// How late things may be, and how the client looked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    /// Nothing is early; nothing is later than this.
    pub(crate) late: Duration,
    /// Over TLS, which tells a farewell from a cut.
    pub(crate) tls: bool,
}

/// Holds what a client saw of a row against it. `honest` is what the same call is answered without the rule.
pub(crate) fn check(row: &Row, honest: &Seen, seen: &Seen, terms: Terms) {
    let what = format!("{} ({terms:?}): {:?} {:?}", row.rule, seen.arrivals, seen.end);
    let last = match &row.sees {
        Sees::Nothing => {
            assert!(seen.bytes.is_empty(), "{what}");
            Duration::ZERO
        }
        Sees::Honest(shares) => check_honest(shares, honest, seen, terms, &what),
        Sees::Narrow(rate) => check_narrow(*rate, honest, seen, terms, &what),
        Sees::Scenarios(after_ms, lines, text, size) => {
            let (head, body) = seen.split();
            for line in *lines {
                assert!(head.lines().any(|own| own == *line), "{line} in {head}: {what}");
            }
            assert_eq!(body.len(), *size, "{what}");
            assert!(body.starts_with(text.as_bytes()), "{what}");
            assert!(body[text.len()..].iter().all(|byte| *byte == b' '), "{what}");
            on_time(seen.arrivals[0].0, *after_ms, terms, &what);
            seen.arrivals.last().expect("it came").0
        }
        Sees::Garbage(after_ms) => {
            assert_eq!(seen.bytes.len(), GARBAGE_BYTES, "{what}");
            assert!(!seen.bytes.starts_with(b"H") && !seen.bytes.contains(&0), "{what}");
            on_time(seen.arrivals[0].0, *after_ms, terms, &what);
            Duration::ZERO
        }
    };
    check_end(row.ends, last, seen, terms, &what);
}

/// The head is the honest one, the body a begin of the honest one, each part of it in time. Gives when the last came.
fn check_honest(shares: &[(u64, usize)], honest: &Seen, seen: &Seen, terms: Terms, what: &str) -> Duration {
    let ((head, body), (honest_head, honest_body)) = (seen.split(), honest.split());
    assert_eq!(lasting(head), lasting(honest_head), "{what}");
    let length = format!("content-length: {}", honest_body.len());
    assert!(head.lines().any(|line| line == length), "{head}: {what}");
    let begin = head.len() + 4;
    let mut last = Duration::ZERO;
    for (after_ms, percent) in shares {
        let bytes = begin + honest_body.len() * percent / 100;
        let arrived = seen.arrivals.iter().find(|(_, by_then)| *by_then >= bytes);
        let (at, by_then) = arrived.unwrap_or_else(|| panic!("{percent} %: {what}"));
        // Nothing comes before its time: so pieces are told apart.
        assert!(
            *by_then == bytes || terms.late > Duration::from_millis(10),
            "{percent} %: {what}"
        );
        on_time(*at, *after_ms, terms, what);
        last = *at;
    }
    let (_, share) = shares.last().expect("a row has a share");
    assert_eq!(body, &honest_body[..honest_body.len() * share / 100], "{what}");
    last
}

fn check_narrow(rate: u64, honest: &Seen, seen: &Seen, terms: Terms, what: &str) -> Duration {
    let ((head, body), (honest_head, honest_body)) = (seen.split(), honest.split());
    assert_eq!(lasting(head), lasting(honest_head), "{what}");
    assert_eq!(body, honest_body, "{what}");
    let begin = head.len() + 4;
    for (at, by_then) in &seen.arrivals {
        let carried = u64::try_from(by_then.saturating_sub(begin)).expect("a body is small");
        let allowed = u64::try_from(at.as_millis()).expect("a test is short") * rate / 1_000 + 1;
        assert!(carried <= allowed, "{carried} bytes at {at:?}: {what}");
    }
    let (last, _) = seen.arrivals.last().expect("it came");
    let body_ms = u64::try_from(body.len()).expect("a body is small") * 1_000 / rate;
    on_time(*last, body_ms, terms, what);
    *last
}

/// A head without what changes from one exchange to the next.
fn lasting(head: &str) -> Vec<&str> {
    let lines = head.lines();
    lines
        .filter(|line| !line.starts_with("date: ") && *line != "connection: close")
        .collect()
}

fn check_end(ends: Ends, last: Duration, seen: &Seen, terms: Terms, what: &str) {
    let whole = |fin: End| if terms.tls { fin } else { End::Fin };
    let (after_ms, expected) = match ends {
        Ends::Open => match seen.end {
            None => return,
            Some((at, end)) => {
                assert_eq!(end, End::Fin, "{what}");
                let idle = at.saturating_sub(last);
                assert!(idle >= IDLE && idle <= IDLE + terms.late, "idle for {idle:?}: {what}");
                return;
            }
        },
        Ends::Fin(after_ms) => (after_ms, End::Fin),
        Ends::Cut(after_ms) => (after_ms, whole(End::Cut)),
        Ends::Reset(after_ms) => (after_ms, End::Reset),
    };
    match seen.end {
        Some((at, end)) => {
            assert_eq!(end, expected, "{what}");
            on_time(at, after_ms, terms, what);
        }
        None => assert!(after_ms > LOOKED_FOR_MS, "it ends: {what}"),
    }
}

/// Over real sockets nobody waits for an end longer than this.
pub(crate) const LOOKED_FOR_MS: u64 = 5_000;

fn on_time(at: Duration, after_ms: u64, terms: Terms, what: &str) {
    let due = Duration::from_millis(after_ms);
    assert!(at >= due && at <= due + terms.late, "{at:?}, due {due:?}: {what}");
}
