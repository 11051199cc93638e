//! The smallest store there can be, for tests: load one order, apply, keep everything of a commit or nothing. It also
//! splits its books as a sharded store would.

use std::collections::BTreeMap;

use crate::{
    Account, Applied, AppliedWithdrawal, Books, Coin, Command, Commit, Deposit, Duplicates, Event, Limits, Money,
    Order, OrderId, OrderNumber, OutboxRow, Posting, Rejection, ShopId, Withdrawal, WithdrawalCommand, WithdrawalEvent,
    apply, apply_withdrawal,
    invariant::{self, Violation},
    opening,
};

/// Everything that was ever committed.
#[derive(Clone, Debug)]
pub(crate) struct Shelf {
    pub(crate) limits: Limits,
    pub(crate) duplicates: Duplicates,
    pub(crate) orders: BTreeMap<(ShopId, OrderNumber), Deposit>,
    pub(crate) events: Vec<Event>,
    pub(crate) withdrawals: BTreeMap<(ShopId, OrderNumber), Withdrawal>,
    pub(crate) withdrawal_events: Vec<WithdrawalEvent>,
    pub(crate) postings: Vec<Posting>,
    pub(crate) outbox: Vec<OutboxRow>,
    pub(crate) baseline: Books,
    pub(crate) books: Books,
    shards: [Books; 2],
}

impl Default for Shelf {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            duplicates: Duplicates::ReturnExisting,
            orders: BTreeMap::new(),
            events: Vec::new(),
            withdrawals: BTreeMap::new(),
            withdrawal_events: Vec::new(),
            postings: Vec::new(),
            outbox: Vec::new(),
            baseline: Books::new(),
            books: Books::new(),
            shards: Default::default(),
        }
    }
}

impl Shelf {
    /// Gives a shop an opening balance.
    pub(crate) fn fund(&mut self, shop: ShopId, amount: Money) {
        let postings = opening(shop, amount).unwrap();
        for books in [&mut self.baseline, &mut self.books, &mut self.shards[0]] {
            books.post(&postings).unwrap();
        }
        self.postings.extend(postings);
    }

    /// Applies one command to the order of that shop and number.
    pub(crate) fn submit(&mut self, key: &(ShopId, OrderNumber), command: &Command) -> Result<Applied, Rejection> {
        let applied = apply(self.orders.get(key), &self.limits, self.duplicates, command)?;
        match &applied {
            Applied::Existing(order) => assert_eq!(Some(order), self.orders.get(key)),
            Applied::Changed(commit) => {
                self.keep(commit, commit.order.order_id())?;
                self.orders.insert(key.clone(), commit.order.clone());
                self.events.extend(commit.events.iter().cloned());
            }
        }
        Ok(applied)
    }

    /// Applies one command to the withdrawal of that shop and number.
    pub(crate) fn submit_withdrawal(
        &mut self,
        key: &(ShopId, OrderNumber),
        command: &WithdrawalCommand,
    ) -> Result<AppliedWithdrawal, Rejection> {
        let coin = match command {
            WithdrawalCommand::Open(open) => open.amount.coin(),
            WithdrawalCommand::Settle { .. } | WithdrawalCommand::Fail { .. } => Coin::Usdt,
        };
        let balance = self.books.balance(Account::Shop(key.0, coin));
        let known = self.withdrawals.get(key);
        let applied = apply_withdrawal(known, balance, &self.limits, self.duplicates, command)?;
        match &applied {
            Applied::Existing(order) => assert_eq!(Some(order), known),
            Applied::Changed(commit) => {
                self.keep(commit, commit.order.order_id())?;
                self.withdrawals.insert(key.clone(), commit.order.clone());
                self.withdrawal_events.extend(commit.events.iter().cloned());
            }
        }
        Ok(applied)
    }

    /// The events of one order, oldest first.
    pub(crate) fn history(&self, order_id: OrderId) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(move |event| event.order_id() == order_id)
    }

    /// What is wrong with all of it.
    pub(crate) fn violations(&self) -> Vec<Violation> {
        let deposits = || self.orders.values().map(Order::from);
        let orders = || deposits().chain(self.withdrawals.values().map(Order::from));
        let mut violations = invariant::sums(&self.books);
        for order in self.orders.values() {
            violations.extend(invariant::history(order, self.history(order.order_id())));
        }
        for order in self.withdrawals.values() {
            let events = self.withdrawal_events.iter();
            let of_order = events.filter(|event| event.order_id() == order.order_id());
            violations.extend(invariant::withdrawal_history(order, of_order));
        }
        violations.extend(invariant::numbers(orders()));
        violations.extend(invariant::captures(orders(), &self.postings));
        violations.extend(invariant::balances(orders(), &self.baseline, &self.books));
        violations.extend(invariant::debts(&self.books));
        violations.extend(invariant::callbacks(orders(), &self.outbox));
        violations
    }

    /// The shards' books, put together.
    pub(crate) fn merged(&self) -> Books {
        let mut merged = self.shards[0].clone();
        merged.merge(&self.shards[1]).unwrap();
        merged
    }

    /// What is kept the same way for orders of either kind.
    fn keep<O, E>(&mut self, commit: &Commit<O, E>, order_id: OrderId) -> Result<(), Rejection> {
        commit.post(&mut self.books)?;
        commit.post(&mut self.shards[usize::from(order_id.0[15] % 2)]).unwrap();
        self.postings.extend(&commit.postings);
        self.outbox.extend(commit.outbox);
        Ok(())
    }
}
