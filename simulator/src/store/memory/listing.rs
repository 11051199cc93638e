//! The store as others see it: listings, counts and sums. Each takes one lock after another, so a listing under load
//! shows every order as it was at some moment, not all at the same.

use std::sync::{Arc, atomic::Ordering};

use ledger::{Books, Coin, OrderId, WithdrawalState};
use protocol::admin::{CallbackCounts, CallbackView, CoinSum, OrderCounts, OrderView};

use super::{
    Flow, Key, Memory,
    kept::{Count, Held, What},
    lock,
};

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
        let exact = filter.exact();
        if !exact.is_empty() {
            let mut found: Vec<OrderView> = exact.iter().flat_map(|key| self.of_number(key)).collect();
            found.sort_by(|one, other| one.order_id.cmp(&other.order_id));
            let after = after.map(|after| after.to_string());
            found.retain(|view| after.as_ref().is_none_or(|after| view.order_id > *after));
            found.truncate(limit);
            return found;
        }
        let keys = self.ids.after(after, limit, |key| filter.holds(key));
        // An order forgotten meanwhile is left out.
        keys.iter().filter_map(|key| self.view_of(key)).collect()
    }

    /// Every order of a number, further ones included.
    fn of_number(&self, key: &Key) -> Vec<OrderView> {
        let shard = self.shard(key);
        let copies = shard.kept.get(key).map_or(0, |kept| kept.copies);
        let held = (0..=copies).filter_map(|copy| shard.kept.get(&key.copy(copy))?.order.as_ref());
        held.map(view).collect()
    }

    /// Orders by state.
    pub(crate) fn counts(&self) -> OrderCounts {
        let mut counts = OrderCounts {
            forgotten: self.forgotten.load(Ordering::Relaxed),
            ..OrderCounts::default()
        };
        for shard in &self.shards {
            let shard = lock(shard);
            let of = |count: Count| shard.orders[count as usize];
            counts.open += of(Count::Open);
            counts.paid += of(Count::Paid);
            counts.pending += of(Count::Pending);
            counts.paid_out += of(Count::PaidOut);
            counts.failed += of(Count::Failed);
        }
        counts
    }

    /// Callbacks that are pending, held, and lost because their order was forgotten; the other counts are zero.
    pub(crate) fn owed(&self) -> CallbackCounts {
        let mut counts = CallbackCounts::default();
        for shard in &self.shards {
            let shard = lock(shard);
            counts.pending += shard.owed_pending;
            counts.held += shard.owed_held;
            counts.lost += shard.lost;
        }
        counts
    }

    /// Every posting summed, by coin.
    pub(crate) fn sums(&self) -> Vec<CoinSum> {
        let mut whole = Books::new();
        self.accounts.each(|account| {
            if let Err(error) = whole.merge(&account.books) {
                tracing::error!(%error, "the books of a shop cannot be added");
            }
        });
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
    /// Where orders of its shop and number are, where it names both.
    fn exact(&self) -> Vec<Key> {
        let (Some(shop), Some(number)) = (self.shop, self.number.as_deref()) else {
            return Vec::new();
        };
        let number: Arc<str> = Arc::from(number);
        let flows = [Flow::Deposit, Flow::Withdrawal].into_iter();
        flows.map(|flow| Key::new(shop, flow, Arc::clone(&number))).collect()
    }

    fn holds(&self, key: &Key) -> bool {
        self.shop.is_none_or(|shop| shop == key.shop)
            && self.number.as_deref().is_none_or(|number| *number == *key.number)
    }
}

fn view(held: &Held) -> OrderView {
    let order = held.what.order();
    let amount = held.what.amount();
    let (opened, status, settled, fee, party) = match &held.what {
        What::Deposit(deposit) => (
            deposit.opened_at(),
            deposit.status().word(),
            deposit.paid_at(),
            deposit.is_paid().then(|| deposit.fee()),
            deposit.payer().map(|payer| payer.to_string()),
        ),
        What::Withdrawal(withdrawal) => {
            let settled = match withdrawal.state() {
                WithdrawalState::Pending => None,
                WithdrawalState::PaidOut { at, .. } | WithdrawalState::Failed { at, .. } => Some(*at),
            };
            (
                withdrawal.opened_at(),
                withdrawal.state().word(),
                settled,
                Some(withdrawal.fee()),
                Some(withdrawal.payee().to_owned()),
            )
        }
    };
    OrderView {
        order_id: order.order_id().to_string(),
        kind: match &held.what {
            What::Deposit(_) => Flow::Deposit,
            What::Withdrawal(_) => Flow::Withdrawal,
        }
        .word()
        .to_owned(),
        shop: order.shop().0,
        unique_id: order.number().as_str().to_owned(),
        amount: amount.to_string(),
        coin: amount.coin().word().to_owned(),
        status: status.to_owned(),
        opened_ms: opened.ms(),
        paid_ms: settled.map(|at| at.ms()),
        fee: fee.map(|fee| fee.to_string()),
        party,
        callback: held.callback.map(|callback| CallbackView {
            state: callback.fate.word().to_owned(),
            attempts: callback.attempts,
            deliveries: callback.deliveries,
        }),
    }
}
