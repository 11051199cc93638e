//! Commands become commits or rejections: the one place that decides. Owns the precedence of checks and the postings of
//! a payment; keeping what was decided is left to a store.

use crate::{
    Account, Books, BooksError, Command, Deposit, Event, Limits, Money, MoneyError, OpenDeposit, OutboxKind, OutboxRow,
    Posting, Rejection, ShopId, State, Timestamp, evolve,
    limits::{CALLBACK_URL_MAX_BYTES, NAME_MAX_BYTES, RETURN_URL_MAX_BYTES},
};

/// What a command came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It was done before: nothing is to be kept, and the order as loaded is the answer.
    Existing(Deposit),
    /// Everything to be kept, together or not at all.
    Changed(Commit),
}

/// One change of one order. Its events, postings and outbox row belong in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The order after it.
    pub order: Deposit,
    /// What happened; never empty.
    pub events: Vec<Event>,
    /// The money that moved; empty where none did, else summing to zero.
    pub postings: Vec<Posting>,
    /// The callback now owed.
    pub outbox: Option<OutboxRow>,
}

impl Applied {
    /// The order after the command, whether it changed or not.
    pub fn order(&self) -> &Deposit {
        match self {
            Self::Existing(order) => order,
            Self::Changed(commit) => &commit.order,
        }
    }
}

impl Commit {
    /// Posts the commit's postings, which is the last check against it.
    ///
    /// # Errors
    /// [`Rejection::AccountFull`]; nothing is posted then, and nothing else of the commit may be kept.
    ///
    /// # Panics
    /// When the postings were altered after [`apply`] made them: they no longer sum to zero.
    pub fn post(&self, books: &mut Books) -> Result<(), Rejection> {
        books.post(&self.postings).map_err(|error| match error {
            BooksError::AccountFull { account } => Rejection::AccountFull { account },
            BooksError::Unbalanced { .. } => {
                panic!("a payment takes from the payers what it gives to the shop: {error}")
            }
        })
    }
}

/// Decides `command` on `order`, which is the one it names: for [`Command::OpenDeposit`] the order with the same shop
/// and number, otherwise the order to be paid or declined. `None` where there is none.
///
/// # Errors
/// The first reason against it, in the order of [`Rejection`].
///
/// # Panics
/// When the store loaded an order of another shop or number than the one to be opened: a bug of ours.
pub fn apply(order: Option<&Deposit>, limits: &Limits, command: &Command) -> Result<Applied, Rejection> {
    match command {
        Command::OpenDeposit(open) => open_deposit(order, limits, open),
        Command::Pay { payer, at } => pay(order.ok_or(Rejection::UnknownOrder)?, *payer, *at),
        Command::Decline { at } => decline(order.ok_or(Rejection::UnknownOrder)?, *at),
    }
}

/// The postings that pay `amount` into a shop's balance before the first order.
///
/// # Errors
/// For the lowest amount of all, whose counterpart does not fit.
pub fn opening(shop: ShopId, amount: Money) -> Result<[Posting; 2], MoneyError> {
    let coin = amount.coin();
    Ok([
        Posting {
            account: Account::Funding(coin),
            minor: amount.checked_neg()?.minor(),
            order: None,
        },
        Posting {
            account: Account::Shop(shop, coin),
            minor: amount.minor(),
            order: None,
        },
    ])
}

/// The postings of an order's payment: from the payers to its shop.
///
/// # Panics
/// For an order that no limits admit: its amount is the lowest of all.
pub fn capture(order: &Deposit) -> [Posting; 2] {
    let amount = order.amount();
    let coin = amount.coin();
    let paid_in = amount
        .checked_neg()
        .expect("amounts of orders are positive, so their negative fits");
    let id = Some(order.order_id());
    [
        Posting {
            account: Account::Payers(coin),
            minor: paid_in.minor(),
            order: id,
        },
        Posting {
            account: Account::Shop(order.shop(), coin),
            minor: amount.minor(),
            order: id,
        },
    ]
}

fn open_deposit(existing: Option<&Deposit>, limits: &Limits, open: &OpenDeposit) -> Result<Applied, Rejection> {
    if let Some(existing) = existing {
        assert_eq!(
            (existing.shop(), existing.number()),
            (open.shop, &open.number),
            "the order to compare with is the one of the same shop and number"
        );
        return match existing.opened().first_difference(open) {
            None => Ok(Applied::Existing(existing.clone())),
            Some(field) => Err(Rejection::ExistsWithDifferent { field }),
        };
    }
    check_amount(open.amount, limits)?;
    check_texts(open)?;
    Ok(commit(None, Event::DepositOpened(open.clone())))
}

fn pay(order: &Deposit, payer: u64, at: Timestamp) -> Result<Applied, Rejection> {
    match *order.state() {
        State::Paid { payer: earlier, .. } if earlier == payer => Ok(Applied::Existing(order.clone())),
        State::Paid { payer: earlier, .. } => Err(Rejection::AlreadyPaid { payer: earlier }),
        State::Open | State::Declined { .. } => Ok(commit(
            Some(order),
            Event::DepositPaid {
                order_id: order.order_id(),
                payer,
                at,
            },
        )),
    }
}

fn decline(order: &Deposit, at: Timestamp) -> Result<Applied, Rejection> {
    match *order.state() {
        State::Paid { payer, .. } => Err(Rejection::AlreadyPaid { payer }),
        State::Declined { .. } => Ok(Applied::Existing(order.clone())),
        State::Open => Ok(commit(
            Some(order),
            Event::DepositDeclined {
                order_id: order.order_id(),
                at,
            },
        )),
    }
}

/// What follows from an event, the same whoever asked for it.
fn commit(before: Option<&Deposit>, event: Event) -> Applied {
    let order = evolve(before.cloned(), &event).expect("an event is decided only in a state that allows it");
    let (postings, outbox) = match &event {
        Event::DepositPaid { .. } => {
            let row = OutboxRow {
                order_id: order.order_id(),
                shop: order.shop(),
                kind: OutboxKind::DepositPaid,
            };
            (capture(&order).to_vec(), Some(row))
        }
        Event::DepositOpened(_) | Event::DepositDeclined { .. } => (Vec::new(), None),
    };
    Applied::Changed(Commit {
        order,
        events: vec![event],
        postings,
        outbox,
    })
}

fn check_amount(amount: Money, limits: &Limits) -> Result<(), Rejection> {
    let minimum = limits.minimum(amount.coin());
    let maximum = limits.maximum(amount.coin());
    if !amount.is_positive() {
        Err(Rejection::AmountNotPositive)
    } else if amount.minor() < minimum.minor() {
        Err(Rejection::AmountBelowMinimum { minimum })
    } else if amount.minor() > maximum.minor() {
        Err(Rejection::AmountAboveMaximum { maximum })
    } else {
        Ok(())
    }
}

fn check_texts(open: &OpenDeposit) -> Result<(), Rejection> {
    let longer = |text: &Option<String>, max_bytes: usize| text.as_ref().is_some_and(|text| text.len() > max_bytes);
    if longer(&open.callback_url, CALLBACK_URL_MAX_BYTES) {
        Err(Rejection::CallbackUrlTooLong {
            max_bytes: CALLBACK_URL_MAX_BYTES,
        })
    } else if open.callback_url.as_deref().is_some_and(|url| !looks_like_http(url)) {
        Err(Rejection::CallbackUrlMalformed)
    } else if longer(&open.return_url, RETURN_URL_MAX_BYTES) {
        Err(Rejection::ReturnUrlTooLong {
            max_bytes: RETURN_URL_MAX_BYTES,
        })
    } else if longer(&open.name, NAME_MAX_BYTES) {
        Err(Rejection::NameTooLong {
            max_bytes: NAME_MAX_BYTES,
        })
    } else {
        Ok(())
    }
}

/// Scheme, host, no spaces or control characters. Whether it may be called is the gateway's to say, when it calls.
fn looks_like_http(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    (scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"))
        && !host.is_empty()
        && !host.starts_with(':')
        && !url.chars().any(|char| char.is_control() || char.is_whitespace())
}

#[cfg(test)]
mod tests;
