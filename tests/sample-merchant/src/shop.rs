//! What every part of the shop shares, and what it counts.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use serde::Serialize;
use thiserror::Error;

use crate::{
    config::Config,
    money::Money,
    store::{
        Store, StoreError,
        orders::{self, Status},
        payouts::{self, PayoutStatus},
    },
    wallet::{CallError, Wallet, WalletStats},
};

/// A wallet gives up on a callback after five seconds, and repeats it then: the answer is given before.
pub(crate) const CALLBACK_PATIENCE: Duration = Duration::from_secs(4);

/// One shop.
#[derive(Debug)]
pub(crate) struct Shop {
    pub(crate) config: Config,
    pub(crate) store: Store,
    pub(crate) wallet: Wallet,
    /// Where new orders say that callbacks go.
    pub(crate) callback_url: String,
    pub(crate) counts: Counts,
}

/// Why something was not done that may well be done later.
#[derive(Debug, Error)]
pub(crate) enum Trouble {
    #[error(transparent)]
    Wallet(#[from] CallError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What happened since the start; what happened to money is counted in the database.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) callbacks_taken: AtomicU64,
    pub(crate) callbacks_duplicate: AtomicU64,
    pub(crate) callbacks_refused: AtomicU64,
    pub(crate) callbacks_deferred: AtomicU64,
    pub(crate) late_credited: AtomicU64,
    pub(crate) late_paid_back: AtomicU64,
    pub(crate) reconciled: AtomicU64,
    pub(crate) needs_a_person: AtomicU64,
}

/// One more.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// Says on stderr what somebody must look at, and counts it. Never a token, never more of a stranger's bytes than was parsed.
#[expect(clippy::print_stderr, reason = "the log of a small service is its stderr")]
pub(crate) fn needs_a_person(shop: &Shop, what: &str) {
    count(&shop.counts.needs_a_person);
    eprintln!("needs a person: {what}");
}

/// What `GET /stats` says.
#[derive(Debug, Serialize)]
pub(crate) struct Stats {
    orders: ByStatus,
    credits: i64,
    credited_amount: String,
    payouts: ByStatus,
    callbacks: CallbackStats,
    late_credited: u64,
    late_paid_back: u64,
    reconciled: u64,
    needs_a_person: u64,
    wallet: WalletStats,
}

#[derive(Debug, Serialize)]
struct CallbackStats {
    taken: u64,
    duplicates_ignored: u64,
    refused: u64,
    deferred: u64,
}

type ByStatus = BTreeMap<&'static str, i64>;
type Counted = (ByStatus, ByStatus, (i64, Money));

impl Shop {
    pub(crate) async fn stats(&self) -> Result<Stats, StoreError> {
        let (orders, payouts, (credits, credited)): Counted = self
            .store
            .run(|db| {
                let orders = Status::ALL
                    .into_iter()
                    .map(|status| Ok((status.word(), orders::count(db, status)?)))
                    .collect::<rusqlite::Result<_>>()?;
                let payouts = PayoutStatus::ALL
                    .into_iter()
                    .map(|status| Ok((status.word(), payouts::count(db, status)?)))
                    .collect::<rusqlite::Result<_>>()?;
                Ok((orders, payouts, orders::credits(db)?))
            })
            .await?;
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Ok(Stats {
            orders,
            credits,
            credited_amount: credited.to_string(),
            payouts,
            callbacks: CallbackStats {
                taken: count(&self.counts.callbacks_taken),
                duplicates_ignored: count(&self.counts.callbacks_duplicate),
                refused: count(&self.counts.callbacks_refused),
                deferred: count(&self.counts.callbacks_deferred),
            },
            late_credited: count(&self.counts.late_credited),
            late_paid_back: count(&self.counts.late_paid_back),
            reconciled: count(&self.counts.reconciled),
            needs_a_person: count(&self.counts.needs_a_person),
            wallet: self.wallet.stats(),
        })
    }
}
