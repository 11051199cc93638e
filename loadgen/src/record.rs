//! The files of a run folder: `summary.json`, `orders.jsonl`, `latency.hlog`, `frames.jsonl`. Interrupted runs leave them too.

use std::{
    fs::{self, File},
    io::{self, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use measure::{
    frames::{self, FrameWriter},
    runlog::LogWriter,
    snapshot::SecondFigures,
    summary::Summary,
};
use protocol::admin::RuleCount;
use scenarios::{Journey, Load};
use serde::Serialize;

use crate::{
    LoadError,
    aggregate::names,
    audit::{Entries, Entry},
    book::{Book, Open, Order, Query},
    merchant::Merchant,
    rules::{Hit, Reader},
};

/// One line of `orders.jsonl`.
#[derive(Serialize)]
struct Line<'a> {
    number: String,
    /// Absent for a checkout.
    #[serde(skip_serializing_if = "Option::is_none")]
    journey: Option<&'static str>,
    order_id: Option<&'a str>,
    amount: String,
    arrival_us: u64,
    /// When its opening was sent; absent where it never was.
    #[serde(skip_serializing_if = "Option::is_none")]
    sent_us: Option<u64>,
    /// `opened`, `declined`, `hidden`, `dropped`, or `waiting`.
    open: &'static str,
    /// How a hidden opening ended, or the words of a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    open_detail: Option<&'a str>,
    /// `paid`, `failed`, `unpaid`, `absent` or `unanswered`.
    query: &'static str,
    queries: u32,
    callbacks_received: u32,
    callbacks_bad: u32,
    /// The first deliveries.
    callbacks_us: Vec<u64>,
    /// `paid`, `failed`, `open`, `none`; absent where no ledger could be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    ledger: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback: Option<&'static str>,
    /// What rules decided of it, in the order of the journal.
    decisions: Vec<DecisionLine<'a>>,
}

#[derive(Serialize)]
struct DecisionLine<'a> {
    rule: &'a str,
    attempt: u32,
    decided: String,
}

/// What `orders.jsonl` is written from.
pub(crate) struct Orders<'a> {
    pub(crate) merchant: &'a Merchant,
    pub(crate) book: &'a Book,
    /// What the ledger says, where it was asked.
    pub(crate) entries: Option<&'a Entries>,
    /// What rules decided, where the journal was read.
    pub(crate) decided: Option<&'a Reader>,
    pub(crate) rules: &'a [RuleCount],
}

/// Starts `latency.hlog`.
pub(crate) fn latency_log(
    out: &Path,
    started_ms: u64,
    phases: Vec<String>,
    load: &Load,
) -> Result<LogWriter<BufWriter<File>>, LoadError> {
    let path = out.join("latency.hlog");
    let file = File::create(&path).map_err(|error| LoadError::File { path, error })?;
    Ok(LogWriter::begin(BufWriter::new(file), started_ms, phases, names(load))?)
}

/// Starts `frames.jsonl`.
pub(crate) fn frames(out: &Path) -> Result<FrameWriter<BufWriter<File>>, LoadError> {
    let path = out.join("frames.jsonl");
    match File::create(&path) {
        Ok(file) => Ok(FrameWriter::new(BufWriter::new(file))),
        Err(error) => Err(LoadError::File { path, error }),
    }
}

/// Every second of the run, out of its `frames.jsonl`: what is at hand are the newest.
pub(crate) fn seconds(out: &Path) -> Result<Vec<Arc<SecondFigures>>, LoadError> {
    let path = out.join("frames.jsonl");
    let read = File::open(&path).and_then(|file| frames::seconds(BufReader::new(file)));
    read.map_err(|error| LoadError::File { path, error })
}

/// Writes `orders.jsonl`.
pub(crate) fn orders(out: &Path, orders: &Orders<'_>) -> Result<(), LoadError> {
    let path = out.join("orders.jsonl");
    let written = File::create(&path).and_then(|file| {
        let mut file = BufWriter::new(file);
        orders.write(&mut file)?;
        file.flush()
    });
    written.map_err(|error| LoadError::File { path, error })
}

/// An `orders.jsonl` whose lines others have written.
pub(crate) struct Copied {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Copied {
    /// Starts one.
    pub(crate) fn orders(out: &Path) -> Result<Self, LoadError> {
        let path = out.join("orders.jsonl");
        match File::create(&path) {
            Ok(file) => Ok(Self {
                path,
                file: BufWriter::new(file),
            }),
            Err(error) => Err(LoadError::File { path, error }),
        }
    }

    /// Adds a line, its end included.
    pub(crate) fn line(&mut self, line: &[u8]) -> Result<(), LoadError> {
        self.file.write_all(line).map_err(|error| self.failed(error))
    }

    /// Flushes.
    pub(crate) fn finish(mut self) -> Result<(), LoadError> {
        self.file.flush().map_err(|error| self.failed(error))
    }

    fn failed(&self, error: io::Error) -> LoadError {
        LoadError::File {
            path: self.path.clone(),
            error,
        }
    }
}

/// Writes `summary.json` whole or not at all.
pub(crate) fn summary(out: &Path, summary: &Summary) -> Result<(), LoadError> {
    let (path, partial) = (out.join("summary.json"), out.join("summary.json.partial"));
    let written = File::create(&partial)
        .and_then(|mut file| {
            file.write_all(summary.to_json_pretty().as_bytes())?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&partial, &path));
    written.map_err(|error| LoadError::File { path, error })
}

impl Orders<'_> {
    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let mut entries = self.entries.map(|entries| entries.iter());
        for (seq, order) in self.book.orders() {
            let entry = entries.as_mut().map(|entries| entries.next().flatten());
            let hits = self.decided.map(|reader| reader.hits_of(seq)).unwrap_or_default();
            serde_json::to_writer(&mut *out, &self.line(seq, &order, entry.as_ref(), &hits))?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }

    /// The line of an order. Of its entry the outer `None` says that no ledger was asked, the inner one that it has none.
    fn line<'b>(&'b self, seq: u32, order: &'b Order, entry: Option<&'b Option<Entry>>, hits: &[Hit]) -> Line<'b> {
        let known = entry.and_then(Option::as_ref);
        let (open, open_detail, opened_as) = match &order.open {
            Open::Waiting => ("waiting", None, None),
            Open::Dropped => ("dropped", None, None),
            Open::Sent { .. } => ("hidden", None, None),
            Open::Opened { order_id, .. } => ("opened", None, Some(&**order_id)),
            Open::Declined { reason, .. } => ("declined", Some(&**reason), None),
            Open::Hidden { class, .. } => ("hidden", Some(class.word()), None),
        };
        Line {
            number: self.merchant.number(seq),
            journey: (order.journey != Journey::Checkout).then(|| order.journey.word()),
            order_id: opened_as.or_else(|| known.map(|entry| &*entry.order_id)),
            amount: self.merchant.amount(seq).to_string(),
            arrival_us: order.arrival_us,
            sent_us: order.open.sent_us(),
            open,
            open_detail,
            query: match order.query {
                Query::Unanswered => "unanswered",
                Query::Paid { .. } => "paid",
                Query::Failed { .. } => "failed",
                Query::Unpaid { .. } => "unpaid",
                Query::Absent { .. } => "absent",
            },
            queries: order.queries,
            callbacks_received: order.delivered,
            callbacks_bad: order.bad,
            callbacks_us: order.deliveries.iter().map(|delivery| delivery.at_us).collect(),
            ledger: entry.map(|entry| match entry {
                None => "none",
                Some(entry) if entry.failed => "failed",
                Some(entry) if entry.paid_ms.is_some() => "paid",
                Some(_) => "open",
            }),
            paid_ms: known.and_then(|entry| entry.paid_ms),
            callback: known.and_then(|entry| entry.callback).map(|fate| fate.word()),
            decisions: hits
                .iter()
                .map(|hit| DecisionLine {
                    rule: self
                        .rules
                        .get(usize::from(hit.rule))
                        .map_or("?", |rule| rule.name.as_str()),
                    attempt: hit.attempt,
                    decided: hit.words(),
                })
                .collect(),
        }
    }
}
