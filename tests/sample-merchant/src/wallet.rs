//! The wallet, as the rest of the shop sees it: four calls with typed answers.
//!
//! How a call is sent, tried again and given up is in the files below; what an answer means for an order is not known here.

mod answer;
mod breaker;
mod exchange;
mod retry;

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde::Serialize;
use thiserror::Error;
use tokio::time::Instant;

pub(crate) use answer::{Deposit, DepositStatus, Link, Withdrawal, WithdrawalStatus};
use breaker::Breaker;

use crate::{
    config::Config,
    message::Verified,
    sign::{Fields, Token},
    store::{orders::Order, payouts::Payout},
};

/// The client, with what it has learnt about the wallet's health.
#[derive(Debug)]
pub(crate) struct Wallet {
    http: reqwest::Client,
    base: String,
    shop: u64,
    token: Token,
    timeout: Duration,
    retries: u32,
    retry_base: Duration,
    breaker: Mutex<Breaker>,
    /// Until when the wallet asked everybody to be quiet (429).
    quiet_until: Mutex<Option<Instant>>,
    counts: Counts,
}

/// Why a call gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum CallError {
    /// The wallet said no.
    #[error("the wallet refused: {0}")]
    Refused(Refusal),
    /// Nobody knows whether it was done. This is **not** a no: the money may have moved.
    #[error("the wallet gave no answer: {0}")]
    NoAnswer(String),
    /// It was not tried (again): the wallet is down, or wants to be left alone.
    #[error("the wallet is not available for {} ms", .retry_after.as_millis())]
    Unavailable {
        /// For how long.
        retry_after: Duration,
    },
}

/// A refusal's text, and its number where it has one.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{msg} {code}")]
pub(crate) struct Refusal {
    msg: String,
    code: String,
}

impl Refusal {
    /// The wallet knows no order with this number. Any *other* refusal of a query says nothing about the order: who takes
    /// `身份认证失败` for "not there" pays twice.
    pub(crate) fn unknown_order(&self) -> bool {
        self.msg == "订单不存在"
    }
}

#[derive(Debug, Default)]
struct Counts {
    calls: AtomicU64,
    retries: AtomicU64,
    lost: AtomicU64,
    refused: AtomicU64,
}

/// What `/stats` says about the wallet.
#[derive(Debug, Serialize)]
pub(crate) struct WalletStats {
    breaker: &'static str,
    breaker_opened: u64,
    calls: u64,
    retries: u64,
    lost_answers: u64,
    refusals: u64,
}

impl Wallet {
    /// A client for the wallet at `config.wallet`; nothing is sent yet.
    pub(crate) fn new(config: &Config) -> Result<Self, reqwest::Error> {
        Ok(Self {
            http: exchange::client(config.wallet_timeout)?,
            base: config.wallet.clone(),
            shop: config.shop,
            token: Token::new(&config.token),
            timeout: config.wallet_timeout,
            retries: config.retries,
            retry_base: config.retry_base,
            breaker: Mutex::new(Breaker::new(config.breaker_failures, config.breaker_cooldown)),
            quiet_until: Mutex::new(None),
            counts: Counts::default(),
        })
    }

    /// Opens an order, or finds the one opened before: the number is the order's own and never another.
    pub(crate) async fn pay_link(&self, order: &Order, until: Instant) -> Result<Link, CallError> {
        let fields = fields([
            ("unique_id", order.id.clone()),
            ("amount", order.amount.to_string()),
            ("coin", order.coin.clone()),
            ("name", order.sku.clone()),
            ("callback_url", order.callback_url.clone()),
        ]);
        let answer = self.call("payLink", &fields, until).await?;
        answer::link(&answer, &order.id).map_err(CallError::NoAnswer)
    }

    /// Asks about an order.
    pub(crate) async fn check_deposit(&self, number: &str, until: Instant) -> Result<Deposit, CallError> {
        let fields = fields([("unique_id", number.to_owned())]);
        let answer = self.call("checkDeposit", &fields, until).await?;
        answer::deposit(&answer, number).map_err(CallError::NoAnswer)
    }

    /// Pays out, and gives the wallet's id of it. "Accepted" is not "paid out".
    pub(crate) async fn transfer(&self, payout: &Payout, until: Instant) -> Result<String, CallError> {
        let fields = fields([
            ("unique_id", payout.id.clone()),
            ("amount", payout.amount.to_string()),
            ("coin", payout.coin.clone()),
            ("to_user_id", payout.payee.to_string()),
            ("callback_url", payout.callback_url.clone()),
        ]);
        let answer = self.call("transfer", &fields, until).await?;
        answer::transfer(&answer).map_err(CallError::NoAnswer)
    }

    /// Asks about a payout.
    pub(crate) async fn check_transfer(&self, number: &str, until: Instant) -> Result<Withdrawal, CallError> {
        let fields = fields([("unique_id", number.to_owned())]);
        let answer = self.call("checkTransfer", &fields, until).await?;
        answer::withdrawal(&answer, number).map_err(CallError::NoAnswer)
    }

    /// Checks who a callback is from; the same rule as for answers.
    pub(crate) fn callback(&self, body: &[u8]) -> Result<Verified, crate::message::Distrust> {
        crate::message::Message::read(body)?.verified(&self.token, self.shop)
    }

    /// Is it worth to begin something with the wallet? For how long not, if it isn't.
    pub(crate) fn ready(&self) -> Result<(), CallError> {
        let now = Instant::now();
        match lock(&self.breaker).closed_for(now) {
            Some(retry_after) => Err(CallError::Unavailable { retry_after }),
            None => Ok(()),
        }
    }

    pub(crate) fn stats(&self) -> WalletStats {
        let (breaker, breaker_opened) = {
            let breaker = lock(&self.breaker);
            (breaker.word(), breaker.opened())
        };
        let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
        WalletStats {
            breaker,
            breaker_opened,
            calls: count(&self.counts.calls),
            retries: count(&self.counts.retries),
            lost_answers: count(&self.counts.lost),
            refusals: count(&self.counts.refused),
        }
    }
}

fn fields<const N: usize>(fields: [(&str, String); N]) -> Fields {
    fields.map(|(name, value)| (name.to_owned(), value)).into()
}

/// What is locked here is whole between any two statements, so a panic elsewhere spoils nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
