//! What must hold of orders, books and outbox at any moment between two commits. Each check returns what breaks it as
//! data, naming the offender; an empty list is the good answer. Lists are bounded by what was passed in. Where the
//! evidence comes from (a running gateway, a store read after a crash, a test) is left to the caller.
//!
//! - [`sums`]: all postings of a coin sum to zero.
//! - [`history`]: an order walks only legal transitions and is paid at most once.
//! - [`numbers`]: a shop's order number names one order.
//! - [`captures`]: an order has exactly the postings of its state: a paid deposit one capture of its amount, a withdrawal
//!   one reservation, and one payout or refund once it has ended.
//! - [`balances`]: the same seen from the accounts, for stores that keep no postings. So what is reserved returns to zero,
//!   and fees are those of the orders that have one.
//! - [`debts`]: nobody who holds money holds less than nothing.
//! - [`callbacks`]: an order that is paid, paid out or failed has exactly one callback row that says so, any other none.

use std::collections::BTreeMap;

use crate::{
    Account, Books, BooksError, Coin, Deposit, Event, IllegalTransition, Money, Order, OrderId, OutboxKind, OutboxRow,
    Posting, ShopId, Withdrawal, WithdrawalEvent, capture, evolve, evolve_withdrawal,
};

/// Something that must never be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// Money came from nowhere or vanished.
    #[error("all {coin} accounts sum to {sum_minor} minor units instead of zero")]
    SumNotZero {
        /// The coin.
        coin: Coin,
        /// The sum.
        sum_minor: i128,
    },
    /// An event that cannot have happened.
    #[error("{0}")]
    IllegalTransition(IllegalTransition),
    /// The events lead elsewhere than to the order that is kept.
    #[error("order {order_id} is kept as {kept}, but its events lead to {replayed}")]
    HistoryDiffers {
        /// The order.
        order_id: OrderId,
        /// The word of its state as kept.
        kept: &'static str,
        /// The word of its state by its events; `unknown` where there are none. The same as `kept` where the states
        /// agree and something else does not.
        replayed: &'static str,
    },
    /// Two orders of one kind where there should be one.
    #[error("orders {first} and {second} have the same shop and number")]
    NumberTwice {
        /// The order seen first.
        first: OrderId,
        /// The order seen second.
        second: OrderId,
    },
    /// A paid order without exactly one capture, or an unpaid one with any.
    #[error("order {order_id} has {found} captures instead of {expected}")]
    Captures {
        /// The order.
        order_id: OrderId,
        /// How many there should be: 0 or 1.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// Postings of an order that are not those of its state.
    #[error("order {order_id} has postings that are not its own")]
    ForeignPostings {
        /// The order.
        order_id: OrderId,
    },
    /// Postings or callbacks of an order that is not there.
    #[error("order {order_id} is unknown, yet there are {what} of it")]
    OrderMissing {
        /// The order.
        order_id: OrderId,
        /// `postings` or `callbacks`.
        what: &'static str,
    },
    /// An account does not hold what the paid orders gave it.
    #[error("account {account} holds {found} {} instead of {expected}", account.coin())]
    Balance {
        /// The account.
        account: Account,
        /// What the orders say.
        expected: Money,
        /// What the books say.
        found: Money,
    },
    /// The orders give an account more than any account can hold.
    #[error("account {account} cannot hold what order {order_id} gave it")]
    AccountFull {
        /// The order.
        order_id: OrderId,
        /// The account.
        account: Account,
    },
    /// Somebody who can only hold money owes some.
    #[error("account {account} holds {found} {}, less than nothing", account.coin())]
    Debt {
        /// The account.
        account: Account,
        /// What the books say.
        found: Money,
    },
    /// An ended order without exactly one callback, or an open one with any.
    #[error("order {order_id} has {found} callbacks instead of {expected}")]
    Callbacks {
        /// The order.
        order_id: OrderId,
        /// How many there should be: 0 or 1.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A callback that says what did not happen.
    #[error("order {order_id} has a callback that says {}", said.word())]
    CallbackUntrue {
        /// The order.
        order_id: OrderId,
        /// What it says.
        said: OutboxKind,
    },
    /// A callback that tells one shop of another's order.
    #[error("order {order_id} has a callback to shop {shop}, whose order it is not")]
    CallbackAstray {
        /// The order.
        order_id: OrderId,
        /// The shop that would be told.
        shop: ShopId,
    },
}

impl Violation {
    /// The order it names, where it names one.
    pub fn order_id(&self) -> Option<OrderId> {
        match self {
            Self::SumNotZero { .. } | Self::Balance { .. } | Self::Debt { .. } => None,
            Self::IllegalTransition(IllegalTransition { order_id, .. })
            | Self::HistoryDiffers { order_id, .. }
            | Self::NumberTwice { second: order_id, .. }
            | Self::Captures { order_id, .. }
            | Self::ForeignPostings { order_id }
            | Self::OrderMissing { order_id, .. }
            | Self::AccountFull { order_id, .. }
            | Self::Callbacks { order_id, .. }
            | Self::CallbackUntrue { order_id, .. }
            | Self::CallbackAstray { order_id, .. } => Some(*order_id),
        }
    }
}

/// I1: the balances of each coin sum to zero. Cheap: it looks at accounts only.
pub fn sums(books: &Books) -> Vec<Violation> {
    let violation = |coin| match books.sum(coin) {
        Ok(sum) if sum.minor() == 0 => None,
        Ok(sum) => Some(Violation::SumNotZero {
            coin,
            sum_minor: i128::from(sum.minor()),
        }),
        Err(BooksError::Unbalanced { coin, sum_minor }) => Some(Violation::SumNotZero { coin, sum_minor }),
        Err(BooksError::AccountFull { .. }) => unreachable!("a sum touches no account"),
    };
    Coin::ALL.into_iter().filter_map(violation).collect()
}

/// I3: the events of `order`, oldest first, are a legal history, and it ends in the order that is kept.
pub fn history<'a>(order: &Deposit, events: impl IntoIterator<Item = &'a Event>) -> Vec<Violation> {
    let word = |order: &Deposit| order.state().word();
    replay(order, order.order_id(), word, events.into_iter(), evolve)
}

/// I3 for a withdrawal.
pub fn withdrawal_history<'a>(
    order: &Withdrawal,
    events: impl IntoIterator<Item = &'a WithdrawalEvent>,
) -> Vec<Violation> {
    let word = |order: &Withdrawal| order.state().word();
    replay(order, order.order_id(), word, events.into_iter(), evolve_withdrawal)
}

fn replay<O: PartialEq, E>(
    kept: &O,
    order_id: OrderId,
    word: impl Fn(&O) -> &'static str,
    mut events: impl Iterator<Item = E>,
    evolve: impl Fn(Option<O>, E) -> Result<O, IllegalTransition>,
) -> Vec<Violation> {
    match events.try_fold(None, |so_far, event| evolve(so_far, event).map(Some)) {
        Err(illegal) => vec![Violation::IllegalTransition(illegal)],
        Ok(replayed) if replayed.as_ref() == Some(kept) => Vec::new(),
        Ok(replayed) => vec![Violation::HistoryDiffers {
            order_id,
            kept: word(kept),
            replayed: replayed.map_or("unknown", |order| word(&order)),
        }],
    }
}

/// I3, the other half: no two deposits and no two withdrawals have the same shop and number. Not to be asked of a shop
/// whose policy for duplicates is a new order.
pub fn numbers<'a>(orders: impl IntoIterator<Item: Into<Order<'a>>>) -> Vec<Violation> {
    let mut seen = BTreeMap::new();
    let mut violations = Vec::new();
    for order in orders.into_iter().map(Into::into) {
        let kind = matches!(order, Order::Withdrawal(_));
        if let Some(first) = seen.insert((kind, order.shop(), order.number()), order.order_id()) {
            violations.push(Violation::NumberTwice {
                first,
                second: order.order_id(),
            });
        }
    }
    violations
}

/// I4: each order has exactly the postings of its state. Postings without an order are opening balances.
pub fn captures<'a>(
    orders: impl IntoIterator<Item: Into<Order<'a>>>,
    postings: impl IntoIterator<Item = &'a Posting>,
) -> Vec<Violation> {
    let mut by_order: BTreeMap<OrderId, Vec<Posting>> = BTreeMap::new();
    for posting in postings {
        if let Some(order_id) = posting.order {
            by_order.entry(order_id).or_default().push(*posting);
        }
    }
    let mut violations = Vec::new();
    for order in orders.into_iter().map(Into::into) {
        let found = by_order.remove(&order.order_id()).unwrap_or_default();
        violations.extend(match order {
            Order::Deposit(deposit) => captures_of(deposit, &found),
            Order::Withdrawal(_) => movements_of(order, found),
        });
    }
    let missing = by_order.into_keys().map(|order_id| Violation::OrderMissing {
        order_id,
        what: "postings",
    });
    violations.extend(missing);
    violations
}

/// The sides may come apart in a store, so each side of the capture is counted by itself.
fn captures_of(order: &Deposit, postings: &[Posting]) -> Option<Violation> {
    let order_id = order.order_id();
    let expected = usize::from(order.is_paid());
    let sides = capture(order).into_iter();
    let counts: Vec<usize> = sides
        .map(|side| postings.iter().filter(|posting| **posting == side).count())
        .collect();
    let found = counts[0];
    if counts.iter().any(|count| *count != found) || found * counts.len() != postings.len() {
        Some(Violation::ForeignPostings { order_id })
    } else if found != expected {
        Some(Violation::Captures {
            order_id,
            expected,
            found,
        })
    } else {
        None
    }
}

fn movements_of(order: Order<'_>, mut found: Vec<Posting>) -> Option<Violation> {
    let mut expected = order.postings();
    let place = |posting: &Posting| (posting.account, posting.minor);
    expected.sort_unstable_by_key(place);
    found.sort_unstable_by_key(place);
    (expected != found).then(|| Violation::ForeignPostings {
        order_id: order.order_id(),
    })
}

/// I4 by account: `books` hold exactly `baseline` (opening balances, and the postings of orders no longer kept) and the
/// postings of each order's state.
pub fn balances<'a>(
    orders: impl IntoIterator<Item: Into<Order<'a>>>,
    baseline: &Books,
    books: &Books,
) -> Vec<Violation> {
    let mut expected = baseline.clone();
    for order in orders.into_iter().map(Into::into) {
        match expected.post(&order.postings()) {
            Ok(()) => {}
            Err(BooksError::AccountFull { account }) => {
                return vec![Violation::AccountFull {
                    order_id: order.order_id(),
                    account,
                }];
            }
            Err(BooksError::Unbalanced { .. }) => unreachable!("postings of an order give what they take"),
        }
    }
    let mut accounts: Vec<Account> = expected
        .balances()
        .chain(books.balances())
        .map(|(account, _)| account)
        .collect();
    accounts.sort_unstable();
    accounts.dedup();
    let balance = |account| (account, expected.balance(account), books.balance(account));
    accounts
        .into_iter()
        .map(balance)
        .filter(|(_, expected, found)| expected != found)
        .map(|(account, expected, found)| Violation::Balance {
            account,
            expected,
            found,
        })
        .collect()
}

/// I5: shops, what they have reserved, fees and payees are never below zero. To be asked of whole books, not of a part.
pub fn debts(books: &Books) -> Vec<Violation> {
    let only_holds = |account| match account {
        Account::Shop(..) | Account::Reserved(..) | Account::Fees(_) | Account::Payees(_) => true,
        Account::Payers(_) | Account::Funding(_) => false,
    };
    books
        .balances()
        .filter(|(account, found)| only_holds(*account) && found.minor() < 0)
        .map(|(account, found)| Violation::Debt { account, found })
        .collect()
}

/// I6: exactly one callback row of each order that is paid, paid out or failed, queued or done with, saying so, and to
/// its own shop; none of any other.
pub fn callbacks<'a>(
    orders: impl IntoIterator<Item: Into<Order<'a>>>,
    rows: impl IntoIterator<Item = &'a OutboxRow>,
) -> Vec<Violation> {
    let mut by_order: BTreeMap<OrderId, Vec<OutboxRow>> = BTreeMap::new();
    for row in rows {
        by_order.entry(row.order_id).or_default().push(*row);
    }
    let mut violations = Vec::new();
    for order in orders.into_iter().map(Into::into) {
        let rows = by_order.remove(&order.order_id()).unwrap_or_default();
        violations.extend(callbacks_of(order, &rows));
    }
    let missing = by_order.into_keys().map(|order_id| Violation::OrderMissing {
        order_id,
        what: "callbacks",
    });
    violations.extend(missing);
    violations
}

fn callbacks_of(order: Order<'_>, rows: &[OutboxRow]) -> impl Iterator<Item = Violation> {
    let order_id = order.order_id();
    let expected = usize::from(order.callback().is_some());
    let found = rows.len();
    let count = (found != expected).then_some(Violation::Callbacks {
        order_id,
        expected,
        found,
    });
    let untrue = rows
        .iter()
        .find(|row| order.callback().is_some_and(|kind| kind != row.kind));
    let untrue = untrue.map(|row| Violation::CallbackUntrue {
        order_id,
        said: row.kind,
    });
    let astray = rows.iter().find(|row| row.shop != order.shop());
    let astray = astray.map(|row| Violation::CallbackAstray {
        order_id,
        shop: row.shop,
    });
    [count, untrue, astray].into_iter().flatten()
}

#[cfg(test)]
mod tests;
