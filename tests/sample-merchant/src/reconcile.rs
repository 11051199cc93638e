//! What callbacks leave undone: the shop asks about orders and payouts that stay open, and lets unpaid orders expire.
//!
//! Callbacks may be lost, and "expired" is this shop's own idea: the wallet takes late money. So an order is asked about
//! before it expires, and for a while after.

use std::{sync::Arc, time::Duration};

use tokio::{task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{
    clock::{jittered, ms, now_ms},
    config::Config,
    deposit::{self, Standing},
    payout,
    shop::{Shop, Trouble, count},
    store::{
        StoreError,
        orders::{self, Order, Status, Taken},
        payouts::{self, Payout},
    },
};

/// Asked about in one round; the rest waits for the next, so that an outage's backlog is not another one's cause.
const ROUND_MAX: u32 = 512;
/// Questions under way at once.
const AT_ONCE: usize = 8;
/// Intervals stop growing here.
const INTERVAL_MAX: Duration = Duration::from_secs(300);

/// Looks through what is due, again and again, until told to stop.
pub(crate) async fn run(shop: Arc<Shop>, stop: CancellationToken) {
    loop {
        // Jitter, as shops that were started together would ask together.
        let wait = jittered(shop.config.reconcile_every);
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
        tokio::select! {
            () = stop.cancelled() => return,
            // What failed is due still, and so asked about in the next round.
            _later = round(&shop) => {}
        }
    }
}

async fn round(shop: &Arc<Shop>) -> Result<(), StoreError> {
    let due = shop.store.run(|db| orders::due(db, now_ms(), ROUND_MAX)).await?;
    let mut under_way = JoinSet::new();
    for order in due {
        if shop.wallet.ready().is_err() {
            break;
        }
        let shop = Arc::clone(shop);
        room(&mut under_way).await;
        under_way.spawn(async move { look(&shop, &order).await });
    }
    let due = shop.store.run(|db| payouts::due(db, now_ms(), ROUND_MAX)).await?;
    for payout in due {
        if shop.wallet.ready().is_err() {
            break;
        }
        let shop = Arc::clone(shop);
        room(&mut under_way).await;
        under_way.spawn(async move { push(&shop, &payout).await });
    }
    while under_way.join_next().await.is_some() {}
    Ok(())
}

/// Waits until less than [`AT_ONCE`] are under way.
async fn room(under_way: &mut JoinSet<Result<(), Trouble>>) {
    while under_way.len() >= AT_ONCE {
        under_way.join_next().await;
    }
}

/// One open or expired order.
async fn look(shop: &Shop, order: &Order) -> Result<(), Trouble> {
    let until = Instant::now() + shop.config.patience;
    let asked = deposit::ask(shop, order, until).await;
    let now = now_ms();
    let id = order.id.clone();
    let standing = match asked {
        Ok(standing) => standing,
        Err(trouble) => {
            // Soon again, but not first in every round: one that always fails must not keep the others waiting.
            let soon = now + ms(shop.config.reconcile_after);
            shop.store.run(move |db| orders::ask_again(db, &id, Some(soon))).await?;
            return Err(trouble);
        }
    };
    let next = next_ask_ms(&shop.config, order.created_ms, now, order.status);
    let too_old = now - order.created_ms >= ms(shop.config.expire_after);
    match standing {
        Standing::Paid(Taken::Credited | Taken::PaysBack) => count(&shop.counts.reconciled),
        // A callback was faster.
        Standing::Paid(Taken::Already) => {}
        Standing::Unpaid | Standing::Unknown if too_old && order.status == Status::Pending => {
            // Only after the wallet has said that it is not paid. While it says nothing, the order waits.
            shop.store
                .run(move |db| orders::end(db, &id, Status::Expired, next))
                .await?;
        }
        Standing::Unpaid | Standing::Unknown | Standing::Differs => {
            shop.store.run(move |db| orders::ask_again(db, &id, next)).await?;
        }
    }
    Ok(())
}

/// One payout that is under way, or was never heard of.
async fn push(shop: &Shop, payout: &Payout) -> Result<(), Trouble> {
    let until = Instant::now() + shop.config.patience;
    // Before anything else, so that one which always fails does not come first in every round.
    let now = now_ms();
    let next = now + ms(interval(&shop.config, now - payout.created_ms));
    let id = payout.id.clone();
    shop.store.run(move |db| payouts::ask_again(db, &id, next)).await?;
    match payout::ask(shop, payout, until).await? {
        payout::Standing::Ended => count(&shop.counts.reconciled),
        payout::Standing::Pending | payout::Standing::Differs => {}
        // The call got lost before it arrived. Again, under the same number: should it arrive after all, one is refused.
        payout::Standing::Unknown => payout::send(shop, payout, until).await?,
    }
    Ok(())
}

/// When an order is asked about again; never, when nobody will pay it any more.
fn next_ask_ms(config: &Config, created_ms: i64, now_ms: i64, status: Status) -> Option<i64> {
    let age_ms = now_ms - created_ms;
    let next = now_ms + ms(interval(config, age_ms));
    let expires = created_ms + ms(config.expire_after);
    let watched = expires + ms(config.watch_expired);
    // Not past the moment of expiry.
    let next = if status == Status::Pending && now_ms < expires {
        next.min(expires)
    } else {
        next
    };
    (next <= watched).then_some(next)
}

/// Intervals grow with the age: who has not paid after an hour will hardly do so in the next minute.
fn interval(config: &Config, age_ms: i64) -> Duration {
    let half = Duration::from_millis(u64::try_from(age_ms / 2).unwrap_or(0));
    half.min(INTERVAL_MAX).max(config.reconcile_after)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[test]
    fn when_an_order_is_asked_about_again() {
        let config = Config::parse_from(["merchant", "--reconcile-after", "30s", "--watch-expired", "1h"]);
        for (age_s, status, next_s) in [
            (30, Status::Pending, Some(60)),
            (200, Status::Pending, Some(300)),
            (1_200, Status::Pending, Some(1_500)),
            (1_750, Status::Pending, Some(1_800)),
            (1_800, Status::Pending, Some(2_100)),
            (1_800, Status::Expired, Some(2_100)),
            (5_100, Status::Expired, Some(5_400)),
            (5_101, Status::Expired, None),
        ] {
            let next = next_ask_ms(&config, 0, age_s * 1_000, status);
            assert_eq!(next, next_s.map(|next_s: i64| next_s * 1_000), "{age_s} {status:?}");
        }
    }
}
