//! A day's statement of a shop, from its orders and the sums of its days. Sums and balances are always those of the
//! books; lines are shown wrong where a scenario wants to see whether anybody reconciles.

use ledger::{Coin, Day, Line, MoneyError, ShopId, Statement};

use super::{
    Memory, What,
    flaw::{Flaws, shown},
    lock,
};
use crate::dialect::History;

impl Memory {
    /// What moved a shop's balance in a coin on one day. Orders forgotten since are counted in its sums all the same, and
    /// so is what a broken line hides.
    ///
    /// # Errors
    /// When a sum does not fit.
    pub(crate) fn statement(&self, shop: u64, coin: Coin, day: Day) -> Result<Statement, MoneyError> {
        let (mut lines, flaws) = self.lines(shop, |order| order.amount().coin() == coin);
        lines.retain(|line| self.accounts.day(line.at) == day);
        let mut statement = self.accounts.with(shop, |account| {
            let (totals, before) = account.totals(coin, day)?;
            let opening = account.funding(coin)?.checked_add(before.net)?;
            Statement::with_totals(ShopId(shop), coin, day, opening, lines, totals)
        })?;
        statement.lines = shown(statement.lines, &flaws);
        Ok(statement)
    }

    /// A page of what moved a shop's balance in all coins, the newest first, and how much there is in all. It is always
    /// right: who reconciles a statement has it to compare.
    pub(crate) fn history(&self, shop: u64, history: &History) -> (u64, Vec<Line>) {
        let (mut lines, _) = self.lines(shop, |_| true);
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

    /// Every line of a shop's orders that are kept, and which orders' lines are broken.
    fn lines(&self, shop: u64, wanted: impl Fn(&What) -> bool) -> (Vec<Line>, Flaws) {
        let (mut lines, mut flaws) = (Vec::new(), Flaws::new());
        for shard in &self.shards {
            let shard = lock(shard);
            let of_shop = shard.kept.iter().filter(|(key, _)| key.shop == shop);
            let held = of_shop.filter_map(|(_, kept)| kept.order.as_ref());
            lines.extend(held.filter(|held| wanted(&held.what)).flat_map(|held| {
                let order = &held.what;
                flaws.extend(held.origin.statement.map(|flaw| (order.order_id(), flaw)));
                let deposit = order.deposit().and_then(Line::of_deposit);
                let withdrawal = order.withdrawal();
                let opened = withdrawal.map(Line::of_withdrawal);
                let failed = withdrawal.and_then(Line::of_failure);
                [deposit, opened, failed].into_iter().flatten()
            }));
        }
        (lines, flaws)
    }

    /// The gateway's day of a moment.
    pub(crate) fn day(&self, at: ledger::Timestamp) -> Day {
        self.accounts.day(at)
    }
}
