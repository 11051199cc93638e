//! What became of one order, for the dashboard: out of a run folder, from a gateway's admin port, or out of the failed
//! requests of a picture.
//!
//! Files are read as streams and a story has an end, since a run has millions of lines.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
    sync::{Arc, mpsc},
    thread,
};

use anyhow::Context;
use dashboards::{Event, Model, Story, StoryLine, Tone};
use measure::snapshot::Failure;
use protocol::admin::{JournalLine, OrderPage, OrderView};
use serde::Deserialize;

use crate::watch::{Port, escaped};

/// Lines of a story: what a person reads.
const LINES_MAX: usize = 200;
/// Questions that may wait.
const QUESTIONS: usize = 8;
/// Bytes of one line of a file, at most: two bodies of 64 KiB at worst.
const LONGEST_LINE: u64 = 1 << 20;

/// One line of `orders.jsonl`, as far as a story goes.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct OrderLine {
    number: String,
    amount: String,
    open: String,
    open_detail: Option<String>,
    ledger: Option<String>,
    callback: Option<String>,
}

/// From a run folder: how it ended by `orders.jsonl`, which a run has at its end, and its lines of `journal.jsonl`.
pub(crate) fn of_folder(folder: &Path, order: &str) -> Result<Story, String> {
    let mut end = None;
    let orders = folder.join("orders.jsonl");
    each_line_with(&orders, order, |line| {
        end = serde_json::from_slice(line)
            .ok()
            .filter(|known: &OrderLine| known.number == order);
        end.is_none()
    });
    let mut lines = Vec::new();
    let journal = folder.join("journal.jsonl");
    each_line_with(&journal, order, |line| {
        let known = serde_json::from_slice(line).ok();
        lines.extend(known.filter(|line: &JournalLine| line.subject == order));
        lines.len() < LINES_MAX
    });
    if end.is_none() && lines.is_empty() {
        return Err(format!("`{}` says nothing of order {order}", folder.display()));
    }
    let title = end.map(title_of_end).unwrap_or_else(|| "not over yet".to_owned());
    Ok(story(order, title, &lines))
}

/// From a gateway, by its admin port.
pub(crate) async fn of_port(port: &Port, order: &str) -> Result<Story, String> {
    let page: OrderPage = port
        .get(&format!("/orders?number={}&limit=1", escaped(order)))
        .await
        .map_err(|error| error.to_string())?;
    let Some(known) = page.orders.first() else {
        return Err(format!("{} knows no order {order}", port.url()));
    };
    let told: protocol::admin::Story = port
        .get(&format!("/orders/{}/story", escaped(&known.order_id)))
        .await
        .map_err(|error| error.to_string())?;
    let lines: Vec<JournalLine> = told.lines.into_iter().map(|line| line.line).take(LINES_MAX).collect();
    Ok(story(order, title_of(&told.order), &lines))
}

/// Out of what a picture holds of failed requests.
pub(crate) fn of_failures(failures: &[Failure], order: &str) -> Option<Story> {
    let of_order: Vec<&Failure> = failures.iter().filter(|failure| failure.order == order).collect();
    if of_order.is_empty() {
        return None;
    }
    let lines = of_order.iter().map(|failure| StoryLine {
        at: format!("{:.3} s", failure.at_us as f64 / 1e6),
        who: "load".to_owned(),
        what: format!(
            "{}: {} after {} ms",
            failure.operation,
            failure.class.word(),
            failure.response_us / 1_000
        ),
        tone: if failure.expected { Tone::Warn } else { Tone::Bad },
    });
    Some(Story {
        order: order.to_owned(),
        title: "what the load saw fail; a gateway's admin port or a run folder knows the rest".to_owned(),
        lines: lines.collect(),
    })
}

fn title_of_end(order: OrderLine) -> String {
    let detail = order
        .open_detail
        .map(|detail| format!(" ({detail})"))
        .unwrap_or_default();
    let ledger = order
        .ledger
        .map(|ledger| format!(", ledger {ledger}"))
        .unwrap_or_default();
    let callback = order
        .callback
        .map(|callback| format!(", callback {callback}"))
        .unwrap_or_default();
    format!("{}: {}{detail}{ledger}{callback}", order.amount, order.open)
}

fn title_of(order: &OrderView) -> String {
    let callback = order.callback.as_ref().map_or_else(
        || "no callback".to_owned(),
        |callback| format!("callback {} after {} attempts", callback.state, callback.attempts),
    );
    format!("{} {} {}, {callback}", order.amount, order.coin, order.status)
}

/// Times are since the first line's begin.
fn story(order: &str, title: String, lines: &[JournalLine]) -> Story {
    let zero_us = lines.first().map_or(0, begun_us);
    Story {
        order: order.to_owned(),
        title,
        lines: lines.iter().map(|line| line_of(line, zero_us)).collect(),
    }
}

fn begun_us(line: &JournalLine) -> u64 {
    line.time_us.saturating_sub(line.took_us)
}

fn line_of(line: &JournalLine, zero_us: u64) -> StoryLine {
    let is_callback = line.operation == "callback";
    let rules = line
        .rules
        .iter()
        .flat_map(|rules| [&rules.outcome, &rules.delay, &rules.callback]);
    let names: Vec<&str> = rules.flatten().map(|hit| hit.name.as_str()).collect();
    let by_rule = if names.is_empty() {
        String::new()
    } else {
        format!(", by {}", names.join(" and "))
    };
    let why = line
        .reason
        .as_ref()
        .map(|reason| format!(": {reason}"))
        .unwrap_or_default();
    let status = if line.status == 0 {
        String::new()
    } else {
        format!(" HTTP {}", line.status)
    };
    let went_well = matches!(line.outcome.as_str(), "answered" | "acknowledged" | "released") && line.reason.is_none();
    StoryLine {
        at: format!("+{:.3} s", begun_us(line).saturating_sub(zero_us) as f64 / 1e6),
        who: if is_callback { "gateway" } else { "shop" }.to_owned(),
        what: format!(
            "{} {}: {}{status}{why}, {} ms{by_rule}",
            line.operation,
            line.attempt,
            line.outcome,
            line.took_us / 1_000
        ),
        tone: match (went_well, names.is_empty()) {
            (true, _) if line.outcome == "acknowledged" => Tone::Good,
            (true, true) => Tone::Plain,
            (true, false) | (false, false) => Tone::Warn,
            (false, true) => Tone::Bad,
        },
    }
}

/// Hands on the lines of a file that hold this text, until `take` has enough. A file that is not there has none, and a
/// line that is too long is none.
fn each_line_with(path: &Path, text: &str, mut take: impl FnMut(&[u8]) -> bool) {
    let Ok(file) = File::open(path) else { return };
    let mut file = BufReader::with_capacity(1 << 16, file);
    let mut line = Vec::new();
    loop {
        line.clear();
        match Read::take(&mut file, LONGEST_LINE).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let holds = line.windows(text.len().max(1)).any(|part| part == text.as_bytes());
        if holds && !take(&line) {
            return;
        }
    }
}

/// Tells stories of a run of this process, on a thread of its own.
pub(crate) struct Teller {
    ask: mpsc::SyncSender<(String, Arc<Vec<Failure>>)>,
}

impl Teller {
    /// Out of this folder, and first of all from the admin port, if one is known.
    pub(crate) fn start(
        folder: &Path,
        admin: Option<loadgen::Admin>,
        answer: tokio::sync::mpsc::Sender<Event>,
    ) -> anyhow::Result<Self> {
        let (ask, asked) = mpsc::sync_channel::<(String, Arc<Vec<Failure>>)>(QUESTIONS);
        let folder = folder.to_owned();
        let port = admin.and_then(|admin| Port::new(&admin.url, admin.token.as_deref()).ok());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("the runtime of stories")?;
        let telling = move || {
            // It ends with the dashboard, which holds the other end.
            for (order, failures) in asked {
                let from_port = port.as_ref().map(|port| runtime.block_on(of_port(port, &order)));
                let story = from_port
                    .and_then(Result::ok)
                    .map_or_else(|| of_folder(&folder, &order), Ok)
                    .or_else(|why| of_failures(&failures, &order).ok_or(why));
                let _over = answer.blocking_send(Event::Story(story));
            }
        };
        thread::Builder::new()
            .name("stories".to_owned())
            .spawn(telling)
            .context("the thread of stories")?;
        Ok(Self { ask })
    }

    /// Asks for an order's. Beyond the few that may wait a question is forgotten: only the last one is looked at.
    pub(crate) fn ask(&self, order: String, model: &Model) {
        let _full = self.ask.try_send((order, Arc::clone(&model.snapshot().failures)));
    }
}

#[cfg(test)]
mod tests;
