//! The store as others see it: listings, counts and sums. Each takes one lock after another, so a listing under load
//! shows every order as it was at some moment, not all at the same.

use std::sync::{Arc, atomic::Ordering};

use ledger::{Books, Coin, OrderId};
use protocol::admin::{CallbackCounts, CallbackView, CoinSum, OrderCounts, OrderView};

use super::{Key, Memory, Order, lock};

/// Which orders a listing shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    /// Only this shop's.
    pub(crate) shop: Option<u64>,
    /// Only those of this number.
    pub(crate) number: Option<String>,
}

impl Memory {
    /// One order as others see it.
    pub(crate) fn view(&self, id: OrderId) -> Option<OrderView> {
        self.view_of(&self.key_of(id)?)
    }

    fn view_of(&self, key: &Key) -> Option<OrderView> {
        self.shard(key).kept.get(key)?.order.as_ref().map(view)
    }

    /// At most `limit` orders with an id above `after`, in the order of their ids.
    pub(crate) fn page(&self, after: Option<OrderId>, limit: usize, filter: &Filter) -> Vec<OrderView> {
        if let Some(key) = filter.exact() {
            let shard = self.shard(&key);
            let order = shard.kept.get(&key).and_then(|kept| kept.order.as_ref());
            let wanted = order.filter(|order| after.is_none_or(|after| order.deposit.order_id() > after));
            return wanted.map(view).into_iter().take(limit).collect();
        }
        let keys = self.ids.after(after, limit, |key| filter.holds(key));
        // An order forgotten meanwhile is left out.
        keys.iter().filter_map(|key| self.view_of(key)).collect()
    }

    /// Orders by state.
    pub(crate) fn counts(&self) -> OrderCounts {
        let mut counts = OrderCounts {
            forgotten: self.forgotten.load(Ordering::Relaxed),
            ..OrderCounts::default()
        };
        for shard in &self.shards {
            let shard = lock(shard);
            counts.open += shard.open;
            counts.paid += shard.paid;
        }
        counts
    }

    /// Callbacks that are pending, held, and lost because their order was forgotten; the other counts are zero.
    pub(crate) fn owed(&self) -> CallbackCounts {
        let mut counts = CallbackCounts::default();
        for shard in &self.shards {
            let shard = lock(shard);
            counts.pending += shard.pending;
            counts.held += shard.held;
            counts.lost += shard.lost;
        }
        counts
    }

    /// Every posting summed, by coin.
    pub(crate) fn sums(&self) -> Vec<CoinSum> {
        let mut whole = Books::new();
        for shard in &self.shards {
            if let Err(error) = whole.merge(&lock(shard).books) {
                tracing::error!(%error, "the books of a shard cannot be added");
            }
        }
        let sum = |coin| {
            whole
                .sum(coin)
                .map_or_else(|error| error.to_string(), |sum| sum.to_string())
        };
        let named = |coin: Coin| CoinSum {
            coin: coin.word().to_owned(),
            sum: sum(coin),
        };
        Coin::ALL.into_iter().map(named).collect()
    }
}

impl Filter {
    fn exact(&self) -> Option<Key> {
        let number = Arc::from(self.number.as_deref()?);
        Some(Key {
            shop: self.shop?,
            number,
        })
    }

    fn holds(&self, key: &Key) -> bool {
        self.shop.is_none_or(|shop| shop == key.shop)
            && self.number.as_deref().is_none_or(|number| *number == *key.number)
    }
}

fn view(order: &Order) -> OrderView {
    let deposit = &order.deposit;
    OrderView {
        order_id: deposit.order_id().to_string(),
        shop: deposit.shop().0,
        unique_id: deposit.number().as_str().to_owned(),
        amount: deposit.amount().to_string(),
        coin: deposit.amount().coin().word().to_owned(),
        status: deposit.status().word().to_owned(),
        opened_ms: deposit.opened_at().ms(),
        paid_ms: deposit.paid_at().map(|at| at.ms()),
        callback: order.callback.map(|callback| CallbackView {
            state: callback.fate.word().to_owned(),
            attempts: callback.attempts,
            deliveries: callback.deliveries,
        }),
    }
}
