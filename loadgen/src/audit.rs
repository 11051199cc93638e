//! The audit: every order of the load against the ledger, after everything came to rest.
//!
//! Pure: fed with pages of the ledger and the book, gives sentences that name the order. What the shop was told must
//! stand in the ledger; what it was refused must not; where the outcome was hidden either may be true, but whatever the
//! ledger says must fit the callbacks and the queries.

mod entry;

use std::{io, iter, path::Path};

use measure::{sample::Class, summary::AuditSummary};
use protocol::admin::{CoinSum, OrderView, Status};
use rust_decimal::Decimal;
use scenarios::Journey;

use crate::{
    book::{self, Book, Open, Order, Query},
    merchant::Merchant,
    shelf::Shelf,
};
pub(crate) use entry::{Entry, Fate};

/// Differences that are spelt out; further ones are counted.
pub(crate) const MAX_DIFFERENCES: usize = 1_000;

/// Two clocks of one machine are compared, one of them in whole milliseconds.
const CLOCK_STEP_US: u64 = 2_000;

/// What the ledger calls a withdrawal that failed.
const FAILED: &str = "failed";

/// The instants an audit compares with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    /// Wall time of the run's zero, microseconds since the Unix epoch.
    pub(crate) wall_zero_us: u64,
    /// When the audit began, on the run's axis: later callbacks prove nothing about pages read before them.
    pub(crate) began_us: u64,
}

/// What the ledger says of each order, by the number of its arrival.
pub(crate) type Entries = Shelf<Option<Entry>>;

/// Entries in memory: pages of the ledger come in the order of the wallet's numbers, so any one is as likely as another.
const ENTRIES_IN_MEMORY: usize = 4_096;

/// What load and ledger disagree on.
#[derive(Debug, Default)]
pub(crate) struct Differences {
    /// One sentence each.
    pub(crate) sentences: Vec<String>,
    /// How many in all.
    pub(crate) count: u64,
}

impl Differences {
    /// Adds one.
    pub(crate) fn note(&mut self, sentence: String) {
        self.count += 1;
        if self.sentences.len() < MAX_DIFFERENCES {
            self.sentences.push(sentence);
        }
    }
}

/// An audit under way.
pub(crate) struct Audit<'a> {
    merchant: &'a Merchant,
    clock: Clock,
    entries: Entries,
    /// What was found so far.
    pub(crate) differences: Differences,
}

impl<'a> Audit<'a> {
    /// An audit of that many orders, whose entries lie in a file of this folder.
    ///
    /// # Errors
    /// Where the folder takes no file.
    pub(crate) fn new(merchant: &'a Merchant, clock: Clock, orders: usize, folder: &Path) -> io::Result<Self> {
        let mut entries = Shelf::new(folder, ENTRIES_IN_MEMORY)?;
        for _ in 0..orders {
            entries.push(&None);
        }
        Ok(Self {
            merchant,
            clock,
            entries,
            differences: Differences::default(),
        })
    }

    /// What the ledger says of an order.
    pub(crate) fn entry(&self, seq: u32) -> Option<Entry> {
        self.entries.get(book::index(seq))?
    }

    /// Every entry of the ledger, and no audit any more.
    pub(crate) fn into_entries(self) -> Entries {
        self.entries
    }

    /// Compares a page of the ledger.
    pub(crate) fn page(&mut self, book: &Book, page: &[OrderView]) {
        for view in page {
            if view.shop != self.merchant.shop() || !self.merchant.is_ours(&view.unique_id) {
                continue;
            }
            let known = self
                .merchant
                .seq_of(&view.unique_id)
                .and_then(|seq| Some((seq, book.order(seq)?)));
            match known {
                Some((seq, order)) => self.compare(seq, &order, view),
                None => self.note(&view.unique_id, "stands in the ledger and the load never had it"),
            }
        }
    }

    fn compare(&mut self, seq: u32, order: &Order, view: &OrderView) {
        let number = &view.unique_id;
        let entry = Entry {
            order_id: view.order_id.as_str().into(),
            paid_ms: view.paid_ms,
            failed: view.status == FAILED,
            callback: view.callback.as_ref().map(|callback| Fate::read(&callback.state)),
        };
        match &order.open {
            Open::Waiting | Open::Dropped => self.note(number, "stands in the ledger and was never sent"),
            Open::Declined { reason, .. } => {
                self.note(number, &format!("was refused ({reason}) and stands in the ledger"));
            }
            Open::Hidden {
                class: Class::Refused, ..
            } => {
                self.note(number, "stands in the ledger although its connection was refused");
            }
            Open::Opened { order_id, .. } if **order_id != *view.order_id => {
                self.note(
                    number,
                    &format!("was answered as {order_id} and is {} in the ledger", view.order_id),
                );
            }
            Open::Opened { .. } | Open::Sent { .. } | Open::Hidden { .. } => {}
        }
        let (kind, is) = (kind_of(order.journey), view.kind.as_str());
        // A gateway that knows deposits alone says nothing of it.
        if !is.is_empty() && is != kind {
            self.note(number, &format!("was sent as a {kind} and is a {is} in the ledger"));
        }
        let amount = self.merchant.amount(seq);
        // Equal as numbers: 12.3 is 12.30000000.
        if view.amount.parse::<Decimal>() != Ok(amount) {
            self.note(
                number,
                &format!("was sent over {amount} and is over {} in the ledger", view.amount),
            );
        }
        if view.coin != self.merchant.coin() {
            self.note(
                number,
                &format!(
                    "was sent in {} and is in {} in the ledger",
                    self.merchant.coin(),
                    view.coin
                ),
            );
        }
        self.payment(number, order, view);
        if view.paid_ms.is_some() {
            self.callback(number, order, entry.callback);
        }
        self.entries.change(book::index(seq), |place| *place = Some(entry));
    }

    fn payment(&mut self, number: &str, order: &Order, view: &OrderView) {
        let early = order
            .deliveries
            .first()
            .is_some_and(|delivery| delivery.at_us < self.clock.began_us);
        match view.paid_ms {
            None => {
                if early {
                    self.note(number, "was called back as paid and is open in the ledger");
                }
                match order.query {
                    Query::Paid { .. } => self.note(number, "was paid by the query's answer and is open in the ledger"),
                    Query::Failed { .. } => self.note(number, "failed by the query's answer and is open in the ledger"),
                    Query::Unanswered | Query::Unpaid { .. } | Query::Absent { .. } => {}
                }
            }
            Some(paid_ms) => {
                self.end(number, order, view.status == FAILED);
                let paid_us = (paid_ms * 1_000).saturating_sub(self.clock.wall_zero_us);
                let (Query::Unpaid { sent_us } | Query::Absent { sent_us }) = order.query else {
                    return;
                };
                if sent_us > paid_us + CLOCK_STEP_US {
                    self.note(
                        number,
                        "is paid in the ledger and a later query answered that it is not",
                    );
                }
            }
        }
    }

    /// How a withdrawal ended must be what the shop was told of it; a deposit that ended is paid.
    fn end(&mut self, number: &str, order: &Order, failed: bool) {
        let told_paid = order.delivered > order.failures;
        match (failed, order.query) {
            (true, Query::Paid { .. }) => {
                self.note(number, "was paid out by the query's answer and failed in the ledger");
            }
            (false, Query::Failed { .. }) => {
                self.note(number, "failed by the query's answer and was paid out in the ledger");
            }
            (_, Query::Unanswered | Query::Unpaid { .. } | Query::Absent { .. })
            | (true, Query::Failed { .. })
            | (false, Query::Paid { .. }) => {}
        }
        if failed && told_paid {
            self.note(number, "was called back as paid out and failed in the ledger");
        }
        if !failed && order.failures > 0 {
            self.note(number, "was called back as failed and was paid out in the ledger");
        }
    }

    fn callback(&mut self, number: &str, order: &Order, fate: Option<Fate>) {
        match fate {
            None => self.note(number, "is paid in the ledger and has no callback"),
            Some(Fate::Acknowledged) if order.delivered == 0 => {
                self.note(number, "has an acknowledged callback that the load never received");
            }
            Some(Fate::Dropped) if order.delivered > 0 => {
                self.note(number, "was called back although its callback was dropped");
            }
            Some(Fate::Strange) => self.note(number, "has a callback in a state that this program does not know"),
            Some(Fate::Acknowledged | Fate::Dropped | Fate::Pending | Fate::Held | Fate::Lost) => {}
        }
    }

    /// After the last page: what should have been there, and the books.
    pub(crate) fn finish(&mut self, book: &Book, status: &Status) -> AuditSummary {
        // A gateway that forgets its oldest settled orders says how many; that many may be missing.
        let mut forgotten = status.orders.forgotten;
        let mut summary = AuditSummary {
            judged: true,
            ..AuditSummary::default()
        };
        let entries = self.entries.iter().chain(iter::repeat_with(|| None));
        for ((seq, order), entry) in book.orders().zip(entries) {
            match &order.open {
                Open::Waiting | Open::Dropped => continue,
                Open::Opened { .. } => summary.success += 1,
                Open::Declined { .. } => summary.failure += 1,
                Open::Sent { .. } | Open::Hidden { .. } => summary.unknown += 1,
            }
            summary.orders += 1;
            match entry {
                Some(entry) => summary.paid += u64::from(entry.paid_ms.is_some() && !entry.failed),
                None => match missing(&order) {
                    Some(_) if forgotten > 0 => forgotten -= 1,
                    Some(why) => self.differences.note(told(&self.merchant.number(seq), why)),
                    None => {}
                },
            }
        }
        for sum in &status.books {
            self.books(sum);
        }
        summary
    }

    fn books(&mut self, sum: &CoinSum) {
        if sum.sum.parse::<Decimal>().is_ok_and(|sum| sum.is_zero()) {
            return;
        }
        self.differences
            .note(format!("the books in {} sum to {} instead of 0", sum.coin, sum.sum));
    }

    fn note(&mut self, number: &str, why: &str) {
        self.differences.note(told(number, why));
    }
}

/// What the ledger calls the order of a journey.
fn kind_of(journey: Journey) -> &'static str {
    if journey.opens().is_withdrawal() {
        "withdrawal"
    } else {
        "deposit"
    }
}

fn told(number: &str, why: &str) -> String {
    format!("order {number} {why}")
}

/// Why an order that is not in the ledger should be.
fn missing(order: &Order) -> Option<&'static str> {
    let opened = matches!(order.open, Open::Opened { .. });
    match order.query {
        _ if opened => Some("was opened for the load and is missing in the ledger"),
        Query::Failed { .. } => Some("failed by the query's answer and is missing in the ledger"),
        Query::Paid { .. } => Some("was paid by the query's answer and is missing in the ledger"),
        Query::Unpaid { .. } => Some("was known to the query and is missing in the ledger"),
        Query::Unanswered | Query::Absent { .. } if order.delivered > 0 => {
            Some("was called back as paid and is missing in the ledger")
        }
        Query::Unanswered | Query::Absent { .. } => None,
    }
}

/// The audit's part of the summary where no ledger can be asked.
pub(crate) fn unjudged(book: &Book) -> AuditSummary {
    let mut summary = AuditSummary::default();
    for (_, order) in book.orders() {
        match &order.open {
            Open::Waiting | Open::Dropped => continue,
            Open::Opened { .. } => summary.success += 1,
            Open::Declined { .. } => summary.failure += 1,
            Open::Sent { .. } | Open::Hidden { .. } => summary.unknown += 1,
        }
        summary.orders += 1;
        summary.paid += u64::from(matches!(order.query, Query::Paid { .. }));
    }
    summary
}

#[cfg(test)]
mod tests;
