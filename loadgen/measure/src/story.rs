//! Orders that failed, and their stories: the shop did not get what a healthy wallet would have given it.
//!
//! [`Kind::of`] says what failed of an order, [`Failed`] holds what is told of it. A payer who does not pay is no failure:
//! a healthy wallet has such payers too. An order has one kind, the worst that happened to it.

use serde::Deserialize;

/// One line of `orders.jsonl`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct OrderRecord {
    /// The shop's order number.
    pub number: String,
    /// The journey's word; absent for a checkout.
    pub journey: Option<String>,
    /// The wallet's number.
    pub order_id: Option<String>,
    /// The amount, as it was sent.
    pub amount: String,
    /// Its arrival, microseconds since the run's first.
    pub arrival_us: u64,
    /// When its opening was sent; absent where it never was.
    pub sent_us: Option<u64>,
    /// `opened`, `declined`, `hidden`, `dropped`, or `waiting`.
    pub open: String,
    /// How a hidden opening ended, or the words of a refusal.
    pub open_detail: Option<String>,
    /// `paid`, `failed`, `unpaid`, `absent` or `unanswered`.
    pub query: String,
    /// Queries asked.
    pub queries: u32,
    /// Deliveries of its callback with a right sign.
    pub callbacks_received: u32,
    /// Deliveries with a wrong one, or that did not fit the order.
    pub callbacks_bad: u32,
    /// `paid`, `failed`, `open`, `none`; absent where no ledger could be asked.
    pub ledger: Option<String>,
    /// `acknowledged`, `lost`, `dropped` and so on; absent without one.
    pub callback: Option<String>,
    /// What rules decided of it.
    pub decisions: Vec<Decided>,
}

/// What a rule decided of an order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Decided {
    /// The rule.
    pub rule: String,
    /// The attempt.
    pub attempt: u32,
    /// In words.
    pub decided: String,
}

/// What failed of an order, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Load and ledger disagree on it.
    Difference,
    /// Paid, and the shop never learned of it.
    Untold,
    /// A callback that must not be believed.
    BadCallback,
    /// Its callback was given up or dropped.
    LostCallback,
    /// The answer to its opening never came, or said nothing.
    Hidden,
    /// Every question about it stayed without an answer.
    Unanswered,
    /// A withdrawal that failed after it was taken.
    Failed,
    /// The wallet refused to open it.
    Declined,
    /// The load never sent it.
    NotSent,
    /// Its callback came late, because the scenario kept it back.
    LateCallback,
    /// Its callback came more than once.
    Repeated,
}

impl Kind {
    /// Every kind, worst first.
    pub const ALL: [Self; 11] = [
        Self::Difference,
        Self::Untold,
        Self::BadCallback,
        Self::LostCallback,
        Self::Hidden,
        Self::Unanswered,
        Self::Failed,
        Self::Declined,
        Self::NotSent,
        Self::LateCallback,
        Self::Repeated,
    ];

    /// What failed of an order, if anything did.
    pub fn of(order: &OrderRecord, differs: bool) -> Option<Self> {
        let told = order.query == "paid" || order.query == "failed" || order.callbacks_received > 0;
        let is = |text: &Option<String>, word: &str| text.as_deref() == Some(word);
        let kept_back = |decided: &Decided| decided.decided.starts_with("hold");
        if differs {
            Some(Self::Difference)
        } else if matches!(order.open.as_str(), "dropped" | "waiting") {
            Some(Self::NotSent)
        } else if is(&order.ledger, "paid") && !told {
            Some(Self::Untold)
        } else if order.callbacks_bad > 0 {
            Some(Self::BadCallback)
        } else if is(&order.callback, "lost") || is(&order.callback, "dropped") {
            Some(Self::LostCallback)
        } else if order.open == "hidden" {
            Some(Self::Hidden)
        } else if order.open == "declined" {
            Some(Self::Declined)
        } else if is(&order.ledger, "failed") || order.query == "failed" {
            Some(Self::Failed)
        } else if order.queries > 0 && order.query == "unanswered" && !told {
            Some(Self::Unanswered)
        } else if order.decisions.iter().any(kept_back) {
            Some(Self::LateCallback)
        } else if order.callbacks_received > 1 {
            Some(Self::Repeated)
        } else {
            None
        }
    }
}

/// One line of an order's story: one exchange, or one attempt of its callback.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Happened {
    /// When it ended, microseconds since the run's first arrival.
    pub at_us: u64,
    /// The operation's word, or `callback`.
    pub operation: String,
    /// The attempt; 0 where there was no decision.
    pub attempt: u32,
    /// The phase of the decision.
    pub phase: String,
    /// The rules that hit.
    pub rules: Vec<String>,
    /// What was decided, as far as it is not what a healthy wallet does, in the words of scenario files.
    pub decided: Vec<String>,
    /// The HTTP status; 0 where there was none.
    pub status: u16,
    /// How it ended, in the journal's word.
    pub outcome: String,
    /// How long it took, microseconds.
    pub took_us: u64,
    /// Of these, injected by the scenario.
    pub injected_us: u64,
    /// Why it was refused or failed.
    pub reason: Option<String>,
}

/// A failed order and what is told of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failed {
    /// What its line says.
    pub order: OrderRecord,
    /// What load and ledger disagree on.
    pub difference: Option<String>,
    /// Its lines of the journal, in its order.
    pub happened: Vec<Happened>,
    /// Lines of the journal that were left out.
    pub left_out: u64,
}

/// Orders that failed in the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What failed.
    pub kind: Kind,
    /// Whether the scenario can have caused it.
    pub expected: bool,
    /// How many orders.
    pub count: u64,
    /// The first of them, with their stories.
    pub told: Vec<Failed>,
    /// Numbers of the next ones.
    pub numbers: Vec<String>,
}

/// The failed orders of a run: unexpected ones first, each worst first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// Every order of the load.
    pub orders: u64,
    /// By what failed; none is empty.
    pub groups: Vec<Group>,
    /// Whether there is a journal to tell stories from.
    pub journal: bool,
}

impl Failures {
    /// How many failed, those the scenario can have caused or the others.
    pub fn count(&self, expected: bool) -> u64 {
        let of = self.groups.iter().filter(|group| group.expected == expected);
        of.map(|group| group.count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A checkout on which nothing failed.
    fn good() -> OrderRecord {
        OrderRecord {
            open: "opened".to_owned(),
            query: "paid".to_owned(),
            queries: 1,
            callbacks_received: 1,
            ledger: Some("paid".to_owned()),
            callback: Some("acknowledged".to_owned()),
            ..OrderRecord::default()
        }
    }

    fn check(change: impl FnOnce(&mut OrderRecord), expected: Option<Kind>) {
        let mut order = good();
        change(&mut order);
        assert_eq!(Kind::of(&order, false), expected, "{order:?}");
    }

    #[test]
    fn an_order_has_the_worst_kind_that_fits() {
        check(|_| {}, None);
        check(|order| order.open = "dropped".to_owned(), Some(Kind::NotSent));
        check(|order| order.open = "hidden".to_owned(), Some(Kind::Hidden));
        check(|order| order.open = "declined".to_owned(), Some(Kind::Declined));
        check(|order| order.callbacks_bad = 1, Some(Kind::BadCallback));
        check(|order| order.callbacks_received = 2, Some(Kind::Repeated));
        check(
            |order| order.callback = Some("lost".to_owned()),
            Some(Kind::LostCallback),
        );
        let untold = |order: &mut OrderRecord| (order.query, order.callbacks_received) = ("unpaid".to_owned(), 0);
        check(untold, Some(Kind::Untold));
        check(
            |order| {
                untold(order);
                order.open = "hidden".to_owned();
            },
            Some(Kind::Untold),
        );
        let held = |order: &mut OrderRecord| {
            order.decisions = vec![Decided {
                decided: "hold".to_owned(),
                ..Decided::default()
            }];
        };
        check(held, Some(Kind::LateCallback));
        assert_eq!(Kind::of(&good(), true), Some(Kind::Difference));
    }

    #[test]
    fn a_payer_who_does_not_pay_is_no_failure() {
        let unpaid = |order: &mut OrderRecord| {
            order.query = "unpaid".to_owned();
            order.ledger = Some("open".to_owned());
            (order.callbacks_received, order.callback) = (0, None);
        };
        check(unpaid, None);
    }
}
