//! The smallest store there can be, for tests: load one order, apply, keep everything of a commit or nothing. It also
//! splits its books as a sharded store would.

use std::collections::BTreeMap;

use crate::{
    Applied, Books, Command, Commit, Deposit, Duplicates, Event, Limits, Money, OrderId, OrderNumber, OutboxRow,
    Posting, Rejection, ShopId, apply,
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
            Applied::Changed(commit) => self.keep(commit)?,
        }
        Ok(applied)
    }

    /// The events of one order, oldest first.
    pub(crate) fn history(&self, order_id: OrderId) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(move |event| event.order_id() == order_id)
    }

    /// What is wrong with all of it.
    pub(crate) fn violations(&self) -> Vec<Violation> {
        let orders = || self.orders.values();
        let mut violations = invariant::sums(&self.books);
        for order in orders() {
            violations.extend(invariant::history(order, self.history(order.order_id())));
        }
        violations.extend(invariant::numbers(orders()));
        violations.extend(invariant::captures(orders(), &self.postings));
        violations.extend(invariant::balances(orders(), &self.baseline, &self.books));
        violations.extend(invariant::callbacks(orders(), &self.outbox));
        violations
    }

    /// The shards' books, put together.
    pub(crate) fn merged(&self) -> Books {
        let mut merged = self.shards[0].clone();
        merged.merge(&self.shards[1]).unwrap();
        merged
    }

    fn keep(&mut self, commit: &Commit) -> Result<(), Rejection> {
        commit.post(&mut self.books)?;
        let order = &commit.order;
        commit
            .post(&mut self.shards[usize::from(order.order_id().0[15] % 2)])
            .unwrap();
        self.orders
            .insert((order.shop(), order.number().clone()), order.clone());
        self.events.extend(commit.events.iter().cloned());
        self.postings.extend(&commit.postings);
        self.outbox.extend(commit.outbox);
        Ok(())
    }
}
