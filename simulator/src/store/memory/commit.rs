//! Commands on orders, decided by the ledger and kept wholly or not at all: the order, its postings, its quota and the
//! callback it owes, under the order's lock and then its shop's.

use std::sync::Arc;

use ledger::{
    Applied, Command, Day, Duplicates, Failure, FeeRate, Limits, Line, Money, OpenDeposit, OpenWithdrawal, OrderId,
    OutboxRow, Quota, QuotaExceeded, Rejection, Timestamp, WithdrawalCommand, apply, apply_withdrawal,
};

use scenarios::Callbacks;

use super::{
    Key, Memory, Shard,
    accounts::ShopAccount,
    kept::{Callback, Fate, Held, Origin, What},
};

/// What a shop may ask for: its limits, the policy for used numbers, its quota in the order's coin.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Terms {
    /// The smallest and the largest amount.
    pub(crate) limits: Limits,
    /// What becomes of a number that was used before.
    pub(crate) duplicates: Duplicates,
    /// The most that may move; `None` without a bound.
    pub(crate) quota: Option<Quota>,
    /// What outlasts the call.
    pub(crate) origin: Origin,
    /// How its callback is delivered, whatever scenario is in force by then.
    pub(crate) callbacks: Arc<Callbacks>,
}

/// A payment of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Payment {
    /// Who pays.
    pub(crate) payer: u64,
    /// What of it the gateway keeps.
    pub(crate) fee: FeeRate,
    /// When.
    pub(crate) at: Timestamp,
    /// The payer's own quota.
    pub(crate) payer_quota: Option<Quota>,
    /// The shop's, for an order that gave its part back when it was declined.
    pub(crate) shop_quota: Option<Quota>,
}

/// Why a command changed nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// The ledger says no.
    #[error(transparent)]
    Ledger(#[from] Rejection),
    /// The shop may not move that much.
    #[error("the shop's quota {} leaves {}", .0.which.word(), .0.left)]
    ShopQuota(QuotaExceeded),
    /// The payer may not move that much.
    #[error("the payer's quota {} leaves {}", .0.which.word(), .0.left)]
    PayerQuota(QuotaExceeded),
}

impl Refused {
    /// A stable word for machines.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Ledger(rejection) => rejection.code(),
            Self::ShopQuota(_) | Self::PayerQuota(_) => "quota_exceeded",
        }
    }
}

/// What a command came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Committed {
    /// Where the order is kept.
    pub(crate) key: Key,
    /// The order now.
    pub(crate) order: What,
    /// Whether this command changed it.
    pub(crate) changed: bool,
    /// The callback that the commit owes.
    pub(crate) callback: Option<Fate>,
}

impl Memory {
    /// Opens a deposit, or finds that it was opened before. `id` gives the id of the n-th further order of the number
    /// (0 for the first), as the order to open carries none yet.
    pub(crate) fn open_deposit(
        &self,
        key: &Key,
        mut open: OpenDeposit,
        id: impl FnOnce(u32) -> OrderId,
        terms: &Terms,
    ) -> Result<Committed, Refused> {
        let mut shard = self.shard(key);
        let key = shard.place_for(key, terms.duplicates);
        open.order_id = id(key.copy);
        let before = shard.deposit(&key);
        let (at, amount) = (open.at, open.amount);
        let commit = match apply(before, &terms.limits, terms.duplicates, &Command::OpenDeposit(open))? {
            Applied::Changed(commit) => commit,
            Applied::Existing(order) => return Ok(unchanged(key, What::Deposit(order))),
        };
        let spent_on = match terms.quota {
            Some(quota) => self
                .accounts
                .with(key.shop, |account| self.spend(account, quota, amount, at))?,
            None => None,
        };
        Ok(self.insert(&mut shard, key, What::Deposit(commit.order), spent_on, terms))
    }

    /// Pays a deposit.
    pub(crate) fn pay(&self, key: &Key, payment: &Payment) -> Result<Committed, Refused> {
        let mut guard = self.shard(key);
        let shard = &mut *guard;
        let command = Command::Pay {
            payer: payment.payer,
            fee: payment.fee,
            at: payment.at,
        };
        let no_policy = Duplicates::ReturnExisting;
        let commit = match apply(shard.deposit(key), &Limits::default(), no_policy, &command)? {
            Applied::Changed(commit) => commit,
            Applied::Existing(order) => return Ok(unchanged(key.clone(), What::Deposit(order))),
        };
        let amount = commit.order.amount();
        let held = shard.held(key).ok_or(Rejection::UnknownOrder)?;
        let counted = held.spent_on;
        let spent_on = self.accounts.with(key.shop, |account| {
            let respent = counted.is_none().then_some(payment.shop_quota).flatten();
            let spending = respent.map(|quota| account.spend(&quota, amount, self.accounts.day(payment.at)));
            let spending = spending.transpose().map_err(Refused::ShopQuota)?;
            if let Some(quota) = &payment.payer_quota {
                let today = self.accounts.day(payment.at);
                let spent = self.accounts.spend_of_payer(payment.payer, quota, amount, today);
                spent.map_err(Refused::PayerQuota)?;
            }
            commit.post(&mut account.books)?;
            if let Some(spending) = spending {
                account.keep_spending(amount.coin(), spending);
            }
            if let Some(line) = Line::of_deposit(&commit.order) {
                account.tell(&line, self.accounts.day(line.at));
            }
            Ok::<_, Refused>(counted.or_else(|| Some(spending?.day)))
        })?;
        Ok(shard.replace(key, What::Deposit(commit.order), spent_on, commit.outbox))
    }

    /// Declines a deposit; its part of the shop's quota is given back.
    pub(crate) fn decline(&self, key: &Key, at: Timestamp) -> Result<Committed, Refused> {
        let mut guard = self.shard(key);
        let shard = &mut *guard;
        let no_policy = Duplicates::ReturnExisting;
        let commit = match apply(
            shard.deposit(key),
            &Limits::default(),
            no_policy,
            &Command::Decline { at },
        )? {
            Applied::Changed(commit) => commit,
            Applied::Existing(order) => return Ok(unchanged(key.clone(), What::Deposit(order))),
        };
        let amount = commit.order.amount();
        self.give_back(shard, key, amount, at);
        Ok(shard.replace(key, What::Deposit(commit.order), None, commit.outbox))
    }

    /// Opens a withdrawal, or finds that it was opened before; see [`Self::open_deposit`].
    pub(crate) fn open_withdrawal(
        &self,
        key: &Key,
        mut open: OpenWithdrawal,
        id: impl FnOnce(u32) -> OrderId,
        terms: &Terms,
    ) -> Result<Committed, Refused> {
        let mut shard = self.shard(key);
        let key = shard.place_for(key, terms.duplicates);
        open.order_id = id(key.copy);
        let (at, amount) = (open.at, open.amount);
        let command = WithdrawalCommand::Open(open);
        let (order, changed, spent_on) = self.accounts.with(key.shop, |account| {
            let balance = account.balance(key.shop, amount.coin());
            let before = shard.withdrawal(&key);
            match apply_withdrawal(before, balance, &terms.limits, terms.duplicates, &command)? {
                Applied::Existing(order) => Ok::<_, Refused>((order, false, None)),
                Applied::Changed(commit) => {
                    let today = self.accounts.day(at);
                    let spending = terms
                        .quota
                        .map(|quota| account.spend(&quota, amount, today))
                        .transpose();
                    let spending = spending.map_err(Refused::ShopQuota)?;
                    commit.post(&mut account.books)?;
                    if let Some(spending) = spending {
                        account.keep_spending(amount.coin(), spending);
                    }
                    account.tell(&Line::of_withdrawal(&commit.order), today);
                    Ok((commit.order, true, spending.map(|spending| spending.day)))
                }
            }
        })?;
        if changed {
            Ok(self.insert(&mut shard, key, What::Withdrawal(order), spent_on, terms))
        } else {
            Ok(unchanged(key, What::Withdrawal(order)))
        }
    }

    /// A withdrawal has reached its payee.
    pub(crate) fn settle(&self, key: &Key, at: Timestamp) -> Result<Committed, Refused> {
        self.finish(key, &WithdrawalCommand::Settle { at }, at)
    }

    /// A withdrawal failed: money and quota are given back.
    pub(crate) fn fail(&self, key: &Key, reason: Failure, at: Timestamp) -> Result<Committed, Refused> {
        self.finish(key, &WithdrawalCommand::Fail { reason, at }, at)
    }

    fn finish(&self, key: &Key, command: &WithdrawalCommand, at: Timestamp) -> Result<Committed, Refused> {
        let mut guard = self.shard(key);
        let shard = &mut *guard;
        let order = shard.withdrawal(key).ok_or(Rejection::UnknownOrder)?;
        // Looked at by openings only.
        let balance = Money::zero(order.amount().coin());
        let no_policy = Duplicates::ReturnExisting;
        let commit = match apply_withdrawal(Some(order), balance, &Limits::default(), no_policy, command)? {
            Applied::Changed(commit) => commit,
            Applied::Existing(order) => return Ok(unchanged(key.clone(), What::Withdrawal(order))),
        };
        let line = Line::of_failure(&commit.order);
        self.accounts.with(key.shop, |account| {
            commit.post(&mut account.books)?;
            if let Some(line) = &line {
                account.tell(line, self.accounts.day(line.at));
            }
            Ok::<_, Refused>(())
        })?;
        if line.is_some() {
            self.give_back(shard, key, commit.order.amount(), at);
        }
        let spent_on = shard.held(key).and_then(|held| held.spent_on);
        Ok(shard.replace(key, What::Withdrawal(commit.order), spent_on, commit.outbox))
    }

    /// Spends of a shop's quota; the day it is counted in.
    fn spend(
        &self,
        account: &mut ShopAccount,
        quota: Quota,
        amount: Money,
        at: Timestamp,
    ) -> Result<Option<Day>, Refused> {
        let spending = account
            .spend(&quota, amount, self.accounts.day(at))
            .map_err(Refused::ShopQuota)?;
        account.keep_spending(amount.coin(), spending);
        Ok(Some(spending.day))
    }

    fn give_back(&self, shard: &mut Shard, key: &Key, amount: Money, at: Timestamp) {
        let counted = shard.held(key).and_then(|held| held.spent_on.take());
        if let Some(day) = counted {
            let today = self.accounts.day(at);
            self.accounts
                .with(key.shop, |account| account.give_back(amount, day, today));
        }
    }

    /// Keeps a new order.
    fn insert(&self, shard: &mut Shard, key: Key, order: What, spent_on: Option<Day>, terms: &Terms) -> Committed {
        if key.copy > 0 {
            self.kept(shard, &key.first()).copies = key.copy;
        }
        self.ids.insert(order.order_id(), key.clone());
        shard.count_order(order.count(), |count| count + 1);
        self.kept(shard, &key).order = Some(Held {
            what: order.clone(),
            origin: terms.origin,
            callbacks: Arc::clone(&terms.callbacks),
            silenced: false,
            spent_on,
            callback: None,
        });
        Committed {
            key,
            order,
            changed: true,
            callback: None,
        }
    }
}

impl Shard {
    /// Where an order of a number goes: to another place than the one there is, where the shop may have several.
    fn place_for(&self, key: &Key, duplicates: Duplicates) -> Key {
        match (duplicates, self.kept.get(key)) {
            (Duplicates::NewOrder, Some(kept)) if kept.order.is_some() => {
                // Where the first was forgotten and opened anew, later ones may still be there.
                let mut next = kept.copies + 1;
                while self.kept.contains_key(&key.copy(next)) {
                    next += 1;
                }
                key.copy(next)
            }
            (Duplicates::ReturnExisting | Duplicates::Reject | Duplicates::NewOrder, _) => key.clone(),
        }
    }

    /// Keeps an order in its next state, and the callback that it owes now.
    fn replace(&mut self, key: &Key, order: What, spent_on: Option<Day>, owed: Option<OutboxRow>) -> Committed {
        let held = self.held(key).expect("the order was found under the same lock");
        let before = held.what.count();
        let callback = owed.map(|_| if held.silenced { Fate::Dropped } else { Fate::Pending });
        held.what = order.clone();
        held.spent_on = spent_on;
        if let Some(fate) = callback {
            held.callback = Some(Callback::owed(fate));
            self.count_fate(fate, |count| count + 1);
        }
        self.count_order(before, |count| count - 1);
        self.count_order(order.count(), |count| count + 1);
        Committed {
            key: key.clone(),
            order,
            changed: true,
            callback,
        }
    }
}

fn unchanged(key: Key, order: What) -> Committed {
    Committed {
        key,
        order,
        changed: false,
        callback: None,
    }
}
