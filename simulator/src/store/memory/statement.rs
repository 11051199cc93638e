//! A day's statement of a shop, from its orders and the sums of its days.

use ledger::{Coin, Day, Line, MoneyError, ShopId, Statement};

use super::{Memory, What, lock};
use crate::dialect::History;

impl Memory {
    /// What moved a shop's balance in a coin on one day. Orders forgotten since are counted in its sums all the same.
    ///
    /// # Errors
    /// When a sum does not fit.
    pub(crate) fn statement(&self, shop: u64, coin: Coin, day: Day) -> Result<Statement, MoneyError> {
        let mut lines = self.lines(shop, |order| order.amount().coin() == coin);
        lines.retain(|line| self.accounts.day(line.at) == day);
        self.accounts.with(shop, |account| {
            let (totals, before) = account.totals(coin, day)?;
            let opening = account.funding(coin)?.checked_add(before.net)?;
            Statement::with_totals(ShopId(shop), coin, day, opening, lines, totals)
        })
    }

    /// A page of what moved a shop's balance in all coins, the newest first, and how much there is in all.
    pub(crate) fn history(&self, shop: u64, history: &History) -> (u64, Vec<Line>) {
        let mut lines = self.lines(shop, |_| true);
        lines.retain(|line| {
            let at_s = line.at.ms() / 1_000;
            history.from_s.is_none_or(|from| at_s >= from) && history.to_s.is_none_or(|to| at_s < to)
        });
        lines.sort_by_key(|line| std::cmp::Reverse((line.at, line.order_id, line.kind)));
        let total = lines.len() as u64;
        let size = usize::try_from(history.page_size).unwrap_or(usize::MAX);
        let skip = usize::try_from(history.page.saturating_sub(1))
            .unwrap_or(usize::MAX)
            .saturating_mul(size);
        (total, lines.into_iter().skip(skip).take(size).collect())
    }

    /// Every line of a shop's orders that are kept.
    fn lines(&self, shop: u64, wanted: impl Fn(&What) -> bool) -> Vec<Line> {
        let mut lines = Vec::new();
        for shard in &self.shards {
            let shard = lock(shard);
            let of_shop = shard.kept.iter().filter(|(key, _)| key.shop == shop);
            let orders = of_shop.filter_map(|(_, kept)| Some(&kept.order.as_ref()?.what));
            lines.extend(orders.filter(|order| wanted(order)).flat_map(|order| {
                let deposit = order.deposit().and_then(Line::of_deposit);
                let withdrawal = order.withdrawal();
                let opened = withdrawal.map(Line::of_withdrawal);
                let failed = withdrawal.and_then(Line::of_failure);
                [deposit, opened, failed].into_iter().flatten()
            }));
        }
        lines
    }

    /// The gateway's day of a moment.
    pub(crate) fn day(&self, at: ledger::Timestamp) -> Day {
        self.accounts.day(at)
    }
}
