//! The ledger of deposits and withdrawals: double entry, checked, pure. It has no clock, no randomness and no I/O: times and ids are
//! arguments, and what it decides is data for a store to commit.
//!
//! A store does the same for every command: load the one order it names, call [`apply`], post the commit's postings to
//! its [`Books`], and keep order, events, postings and outbox row together or not at all.
//!
//! - [`ledger`](apply): commands become commits or rejections. Start here.
//! - [`money`](Money): exact amounts in a coin.
//! - [`fee`](FeeRate): what the gateway keeps of a payment.
//! - [`id`](OrderId): orders, shops, merchants' order numbers, moments.
//! - [`command`](Command): what may be asked.
//! - [`limits`](Limits): what is too little, too much or too long.
//! - [`admission`](Duplicates): what a new order may ask for, and what a number used again means.
//! - [`deposit`](Deposit): an order and its states.
//! - [`withdrawal`](Withdrawal): money that a shop sends to a payee, and [what is decided on it](apply_withdrawal).
//! - [`order`](Order): both kinds of orders seen as one.
//! - [`event`](Event): what happened, and the callbacks it owes.
//! - [`account`](Account): accounts and postings.
//! - [`movement`](capture): which postings move an order's money.
//! - [`day`](Day): days on the gateway's calendar.
//! - [`quota`](Quota): how much may be moved at once, in a day, and ever.
//! - [`statement`](Statement): what moved a shop's balance in a day.
//! - [`rejection`](Rejection): why not; one reason each, in a fixed precedence.
//! - [`books`](Books): balances.
//! - [`invariant`]: what must hold of all of it, as checks that name the offender.
//!
//! ```
//! use ledger::{
//!     Applied, Coin, Command, Duplicates, FeeRate, Limits, Money, OpenDeposit, OrderId, OrderNumber, ShopId, Timestamp,
//! };
//!
//! let open = Command::OpenDeposit(OpenDeposit {
//!     order_id: OrderId([7; 16]),
//!     shop: ShopId(10_001),
//!     number: OrderNumber::parse("ORDER-1")?,
//!     amount: Money::parse("12.30", Coin::Usdt)?,
//!     callback_url: None,
//!     return_url: None,
//!     name: None,
//!     at: Timestamp(1_782_680_000_000),
//! });
//! let apply = |order, command| ledger::apply(order, &Limits::default(), Duplicates::ReturnExisting, command);
//! let Applied::Changed(opened) = apply(None, &open)? else { panic!("it is new") };
//! assert!(opened.postings.is_empty(), "money moves when the order is paid");
//!
//! let pay = Command::Pay { payer: 42, fee: FeeRate::new(6, 1_000)?, at: Timestamp(1_782_680_003_000) };
//! let Applied::Changed(paid) = apply(Some(&opened.order), &pay)? else { panic!("it was open") };
//! assert_eq!(paid.postings.iter().map(|posting| posting.minor).sum::<i64>(), 0);
//! assert!(paid.outbox.is_some(), "the callback is owed by the same commit");
//! assert!(matches!(apply(Some(&paid.order), &pay)?, Applied::Existing(_)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(clippy::float_arithmetic)]

mod account;
mod admission;
mod books;
mod command;
mod day;
mod deposit;
mod event;
mod fee;
mod id;
pub mod invariant;
mod ledger;
mod limits;
mod money;
mod movement;
mod order;
mod quota;
mod rejection;
mod statement;
mod withdrawal;

pub use account::{Account, AccountError, Posting};
pub use admission::Duplicates;
pub use books::{Books, BooksError};
pub use command::{Command, OpenDeposit};
pub use day::{CHINA_OFFSET_MINUTES, Day, DayError};
pub use deposit::{Deposit, State, Status};
pub use event::{Event, IllegalTransition, OutboxKind, OutboxRow, evolve};
pub use fee::{FeeRate, FeeRateError};
pub use id::{IdError, OrderId, OrderNumber, ShopId, Timestamp};
pub use ledger::{Applied, Commit, apply};
pub use limits::{CALLBACK_URL_MAX_BYTES, Limits, NAME_MAX_BYTES, PAYEE_MAX_BYTES, RETURN_URL_MAX_BYTES};
pub use money::{Coin, Money, MoneyError};
pub use movement::{capture, opening, payout, refund, reserve};
pub use order::Order;
pub use quota::{Bound, Quota, QuotaExceeded, Spending};
pub use rejection::Rejection;
pub use statement::{Line, LineKind, Statement, Totals};
pub use withdrawal::{
    AppliedWithdrawal, Failure, OpenWithdrawal, Withdrawal, WithdrawalCommand, WithdrawalEvent, WithdrawalState,
    apply_withdrawal, evolve_withdrawal,
};

#[cfg(test)]
mod shelf;
