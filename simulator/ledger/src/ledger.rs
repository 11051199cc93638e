//! Commands become commits or rejections: the one place that decides on deposits. Owns the precedence of checks and what
//! a commit is; keeping what was decided is left to a store, the postings are `movement.rs`.

use crate::{
    Books, BooksError, Command, Deposit, Duplicates, Event, FeeRate, Limits, OpenDeposit, OutboxKind, OutboxRow,
    Posting, Rejection, State, Timestamp,
    admission::{Verdict, check_amount, check_callback_url, check_name, check_return_url},
    capture, evolve,
};

/// What a command on an order came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applied<O = Deposit, E = Event> {
    /// It was done before: nothing is to be kept, and the order as loaded is the answer.
    Existing(O),
    /// Everything to be kept, together or not at all.
    Changed(Commit<O, E>),
}

/// One change of one order. Its events, postings and outbox row belong in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit<O = Deposit, E = Event> {
    /// The order after it.
    pub order: O,
    /// What happened; never empty.
    pub events: Vec<E>,
    /// The money that moved; empty where none did, else summing to zero.
    pub postings: Vec<Posting>,
    /// The callback now owed.
    pub outbox: Option<OutboxRow>,
}

impl<O, E> Applied<O, E> {
    /// The order after the command, whether it changed or not.
    pub fn order(&self) -> &O {
        match self {
            Self::Existing(order) => order,
            Self::Changed(commit) => &commit.order,
        }
    }
}

impl<O, E> Commit<O, E> {
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
                panic!("every set of postings gives what it takes: {error}")
            }
        })
    }
}

/// Decides `command` on `order`, which is the one it names: for [`Command::OpenDeposit`] the order with the same shop
/// and number, otherwise the order to be paid or declined. `None` where there is none. `duplicates` is what the shop has
/// chosen for deposits.
///
/// # Errors
/// The first reason against it, in the order of [`Rejection`].
///
/// # Panics
/// When the store loaded an order of another shop or number than the one to be opened: a bug of ours.
pub fn apply(
    order: Option<&Deposit>,
    limits: &Limits,
    duplicates: Duplicates,
    command: &Command,
) -> Result<Applied, Rejection> {
    match command {
        Command::OpenDeposit(open) => open_deposit(order, limits, duplicates, open),
        Command::Pay { payer, fee, at } => pay(order.ok_or(Rejection::UnknownOrder)?, *payer, *fee, *at),
        Command::Decline { at } => decline(order.ok_or(Rejection::UnknownOrder)?, *at),
    }
}

fn open_deposit(
    existing: Option<&Deposit>,
    limits: &Limits,
    duplicates: Duplicates,
    open: &OpenDeposit,
) -> Result<Applied, Rejection> {
    if let Some(existing) = existing {
        assert_eq!(
            (existing.shop(), existing.number()),
            (open.shop, &open.number),
            "the order to compare with is the one of the same shop and number"
        );
        match duplicates.answer(existing.opened().first_difference(open))? {
            Verdict::Existing => return Ok(Applied::Existing(existing.clone())),
            Verdict::Another => {}
        }
    }
    check_amount(open.amount, limits)?;
    check_callback_url(open.callback_url.as_deref())?;
    check_return_url(open.return_url.as_deref())?;
    check_name(open.name.as_deref())?;
    Ok(commit(None, Event::DepositOpened(open.clone())))
}

fn pay(order: &Deposit, payer: u64, fee: FeeRate, at: Timestamp) -> Result<Applied, Rejection> {
    match *order.state() {
        State::Paid { payer: earlier, .. } if earlier == payer => Ok(Applied::Existing(order.clone())),
        State::Paid { payer: earlier, .. } => Err(Rejection::AlreadyPaid { payer: earlier }),
        State::Open | State::Declined { .. } => Ok(commit(
            Some(order),
            Event::DepositPaid {
                order_id: order.order_id(),
                payer,
                fee: fee.fee(order.amount()),
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
            (capture(&order), Some(row))
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

#[cfg(test)]
mod tests;
