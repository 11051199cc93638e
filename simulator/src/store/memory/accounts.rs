//! What shops hold, what has moved on each day, and what shops and payers have spent of their quotas.
//!
//! An account is locked after the order that moves it, and no other lock is taken while it is held but a payer's.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use ledger::{
    Account, Books, Coin, Day, Line, Money, MoneyError, Quota, QuotaExceeded, ShopId, Spending, Timestamp, Totals,
};

/// Locks; a power of two above the number of cores.
const SHARDS: usize = 64;
/// Payers whose spending is remembered in one shard.
const PAYERS_A_SHARD: usize = 16_384;

/// The accounts of all shops.
#[derive(Debug)]
pub(super) struct Accounts {
    shops: Box<[Mutex<HashMap<u64, ShopAccount>>]>,
    payers: Box<[Mutex<Payers>]>,
    /// The gateway's calendar day against UTC.
    offset_minutes: i16,
}

/// What payers have spent.
#[derive(Debug, Default)]
struct Payers {
    spending: HashMap<u64, Spending>,
    /// The day on which those of earlier days were forgotten last.
    swept: Option<Day>,
}

/// One shop's.
#[derive(Debug, Default)]
pub(super) struct ShopAccount {
    /// Its part of all books: every set of postings that touches it.
    pub(super) books: Books,
    /// What is spent of its quotas.
    spending: BTreeMap<Coin, Spending>,
    /// What moved its balance, by coin and day.
    days: BTreeMap<(Coin, Day), Totals>,
    /// Opening balances were posted.
    funded: bool,
}

impl Accounts {
    /// Nobody holds anything.
    pub(super) fn new(offset_minutes: i16) -> Self {
        Self {
            shops: (0..SHARDS).map(|_| Mutex::default()).collect(),
            payers: (0..SHARDS).map(|_| Mutex::default()).collect(),
            offset_minutes,
        }
    }

    /// The gateway's day of a moment.
    pub(super) fn day(&self, at: Timestamp) -> Day {
        Day::of(at, self.offset_minutes)
    }

    /// Changes a shop's account, or looks at it.
    pub(super) fn with<T>(&self, shop: u64, then: impl FnOnce(&mut ShopAccount) -> T) -> T {
        let mut shops = lock(&self.shops[place(shop)]);
        then(shops.entry(shop).or_default())
    }

    /// Posts opening balances, the first time a shop is seen.
    pub(super) fn fund(&self, shop: u64, balances: &[Money]) -> Result<(), MoneyError> {
        self.with(shop, |account| {
            if std::mem::replace(&mut account.funded, true) {
                return Ok(());
            }
            for amount in balances {
                let postings = ledger::opening(ShopId(shop), *amount)?;
                if let Err(error) = account.books.post(&postings) {
                    tracing::error!(%error, shop, "an opening balance cannot be posted");
                }
            }
            Ok(())
        })
    }

    /// Spends of a payer's quota.
    pub(super) fn spend_of_payer(
        &self,
        payer: u64,
        quota: &Quota,
        amount: Money,
        today: Day,
    ) -> Result<(), QuotaExceeded> {
        let mut payers = lock(&self.payers[place(payer)]);
        let spent = payers.spending.get(&payer).copied().unwrap_or(Spending::NONE);
        let after = quota.spend(&spent, amount, today)?;
        payers.make_room(today);
        payers.spending.insert(payer, after);
        Ok(())
    }

    /// Every account's books, one after another.
    pub(super) fn each(&self, mut look: impl FnMut(&ShopAccount)) {
        for shard in &self.shops {
            lock(shard).values().for_each(&mut look);
        }
    }

    /// Forgets everything.
    pub(super) fn clear(&self) {
        self.shops.iter().for_each(|shard| lock(shard).clear());
        self.payers.iter().for_each(|shard| *lock(shard) = Payers::default());
    }
}

impl Payers {
    /// Forgets, where there are too many: once a day those who did nothing today, else anybody.
    fn make_room(&mut self, today: Day) {
        if self.spending.len() < PAYERS_A_SHARD {
            return;
        }
        if self.swept != Some(today) {
            self.swept = Some(today);
            self.spending.retain(|_, spending| spending.day >= today);
        }
        while self.spending.len() >= PAYERS_A_SHARD {
            let anybody = self.spending.keys().next().copied();
            anybody.map(|payer| self.spending.remove(&payer));
        }
    }
}

impl ShopAccount {
    /// What the shop holds in a coin.
    pub(super) fn balance(&self, shop: u64, coin: Coin) -> Money {
        self.books.balance(Account::Shop(ShopId(shop), coin))
    }

    /// What a quota would be spent to.
    pub(super) fn spend(&self, quota: &Quota, amount: Money, today: Day) -> Result<Spending, QuotaExceeded> {
        quota.spend(&self.spent(amount.coin()), amount, today)
    }

    /// Keeps what a quota was spent to.
    pub(super) fn keep_spending(&mut self, coin: Coin, spending: Spending) {
        self.spending.insert(coin, spending);
    }

    /// Gives back what an order that failed had spent.
    pub(super) fn give_back(&mut self, amount: Money, spent_on: Day, today: Day) {
        let spending = self.spent(amount.coin()).give_back(amount, spent_on, today);
        self.keep_spending(amount.coin(), spending);
    }

    /// Adds a line of a statement to the sums of its day.
    pub(super) fn tell(&mut self, line: &Line, day: Day) {
        let coin = line.amount.coin();
        let totals = self.days.entry((coin, day)).or_insert_with(|| Totals::zero(coin));
        match totals.with(line) {
            Ok(with) => *totals = with,
            Err(error) => tracing::error!(%error, "a day's sums cannot hold more"),
        }
    }

    /// The sums of a day, and of every day before it.
    pub(super) fn totals(&self, coin: Coin, day: Day) -> Result<(Totals, Totals), MoneyError> {
        let of_day = self
            .days
            .get(&(coin, day))
            .copied()
            .unwrap_or_else(|| Totals::zero(coin));
        let earlier = self.days.range((coin, Day::FIRST)..(coin, day));
        let before = earlier
            .map(|(_, totals)| totals)
            .try_fold(Totals::zero(coin), |sum, totals| sum.merged(totals))?;
        Ok((of_day, before))
    }

    /// What was posted as the opening balance.
    pub(super) fn funding(&self, coin: Coin) -> Result<Money, MoneyError> {
        self.books.balance(Account::Funding(coin)).checked_neg()
    }

    fn spent(&self, coin: Coin) -> Spending {
        self.spending.get(&coin).copied().unwrap_or(Spending::NONE)
    }
}

fn place(id: u64) -> usize {
    usize::try_from(id % SHARDS as u64).expect("below the number of shards")
}

fn lock<T>(shard: &Mutex<T>) -> MutexGuard<'_, T> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}
