//! Orders in memory: fast, gone at exit, bounded.
//!
//! Every operation loads one order and the accounts it touches, applies, and keeps order, postings and outbox row
//! together, under the lock of the number's shard and then that of its shop's account. Others look at the whole by
//! looking at one after another.

mod accounts;
mod commit;
mod flaw;
mod ids;
mod kept;
mod listing;
mod statement;

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    hash::{BuildHasher, Hash, Hasher, RandomState},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use accounts::Accounts;
use ids::Ids;
use kept::{Held, Kept};
use ledger::{Deposit, Money, MoneyError, OrderId, Withdrawal};
use scenarios::{Callbacks, Operation, triggers::Case};

pub(crate) use commit::{Committed, Payment, Refused, Terms};
pub(crate) use kept::{About, Callback, Fate, Origin, What};
pub(crate) use listing::Filter;

/// Locks; a power of two well above the number of cores.
const SHARDS: usize = 64;
/// How many of the oldest orders are looked at for a settled one.
const OLDEST: usize = 32;
/// States that orders are counted by.
const STATES: usize = 5;

/// What an order is found by: its shop, which way the money goes, and the shop's number for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// The shop.
    pub(crate) shop: u64,
    /// Which way the money goes: a deposit and a withdrawal may have the same number.
    pub(crate) flow: Flow,
    /// The merchant's number.
    pub(crate) number: Arc<str>,
    /// From 1 for a further order of the same number; 0 otherwise.
    pub(crate) copy: u32,
}

/// Which way the money goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Flow {
    /// To the shop.
    Deposit,
    /// From the shop.
    Withdrawal,
}

impl Flow {
    /// The word in `/orders`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Deposit => "deposit",
            Self::Withdrawal => "withdrawal",
        }
    }
}

impl Key {
    /// The key of a number's first order.
    pub(crate) fn new(shop: u64, flow: Flow, number: Arc<str>) -> Self {
        Self {
            shop,
            flow,
            number,
            copy: 0,
        }
    }

    /// The key of a further order of the same number.
    fn copy(&self, copy: u32) -> Self {
        Self { copy, ..self.clone() }
    }

    /// The key of the number's first order.
    fn first(&self) -> Self {
        self.copy(0)
    }
}

/// Orders of one number share a lock, so the copy takes no part.
impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.shop.hash(state);
        self.flow.hash(state);
        self.number.hash(state);
    }
}

/// Orders, attempts, accounts and the callbacks owed.
#[derive(Debug)]
pub(crate) struct Memory {
    shards: Box<[Mutex<Shard>]>,
    ids: Ids,
    accounts: Accounts,
    hasher: RandomState,
    keep_a_shard: usize,
    ordinals: Mutex<BTreeMap<(u64, Operation), u64>>,
    forgotten: AtomicU64,
}

#[derive(Debug, Default)]
struct Shard {
    kept: HashMap<Key, Kept>,
    /// Every key of `kept` once, oldest first, but for those that were spared when something had to go.
    ages: VecDeque<Key>,
    /// Orders by state.
    orders: [u64; STATES],
    owed_pending: u64,
    owed_held: u64,
    /// Callbacks forgotten with their order before anybody took them.
    lost: u64,
}

/// The how-manieth call this is, and what is known of its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    /// From 1.
    pub(crate) number: u32,
    /// The order's amount, where there is an order.
    pub(crate) amount: Option<Money>,
    /// Who paid it, or whom it is paid to.
    pub(crate) person: Option<u64>,
    /// The case that it asked for.
    pub(crate) case: Option<Case>,
}

impl Memory {
    /// An empty store for about `keep_orders` orders; the gateway's days are `offset_minutes` ahead of UTC.
    pub(crate) fn new(keep_orders: usize, offset_minutes: i16) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            ids: Ids::new(),
            accounts: Accounts::new(offset_minutes),
            hasher: RandomState::new(),
            keep_a_shard: keep_orders.div_ceil(SHARDS).max(1),
            ordinals: Mutex::default(),
            forgotten: AtomicU64::new(0),
        }
    }

    /// Posts a shop's opening balances, the first time it is seen.
    pub(crate) fn fund(&self, shop: u64, balances: &[Money]) -> Result<(), MoneyError> {
        self.accounts.fund(shop, balances)
    }

    /// What a shop holds in a coin.
    pub(crate) fn balance(&self, shop: u64, coin: ledger::Coin) -> Money {
        self.accounts.with(shop, |account| account.balance(shop, coin))
    }

    /// Counts one more authenticated call about a number.
    pub(crate) fn attempt(&self, key: &Key, about: About) -> Attempt {
        let mut shard = self.shard(key);
        let kept = self.kept(&mut shard, key);
        Attempt {
            number: kept.attempt(about),
            amount: kept.order.as_ref().map(|order| order.what.amount()),
            person: kept.order.as_ref().and_then(|order| order.what.person()),
            case: kept.order.as_ref().and_then(|order| order.origin.case),
        }
    }

    /// The ordinal of one more call without a number, from 1.
    pub(crate) fn ordinal(&self, shop: u64, operation: Operation) -> u64 {
        let mut ordinals = self.ordinals.lock().unwrap_or_else(PoisonError::into_inner);
        let ordinal = ordinals.entry((shop, operation)).or_default();
        *ordinal += 1;
        *ordinal
    }

    /// The order of a key.
    pub(crate) fn find(&self, key: &Key) -> Option<What> {
        let shard = self.shard(key);
        Some(shard.kept.get(key)?.order.as_ref()?.what.clone())
    }

    /// The order of a key, and what outlasts the call that opened it.
    pub(crate) fn find_with_origin(&self, key: &Key) -> Option<(What, Origin)> {
        let shard = self.shard(key);
        let held = shard.kept.get(key)?.order.as_ref()?;
        Some((held.what.clone(), held.origin))
    }

    /// How the callback of an order is delivered: as the scenario said when the order was opened.
    pub(crate) fn callbacks(&self, key: &Key) -> Option<Arc<Callbacks>> {
        let shard = self.shard(key);
        Some(Arc::clone(&shard.kept.get(key)?.order.as_ref()?.callbacks))
    }

    /// The newest order of a number.
    pub(crate) fn newest(&self, key: &Key) -> Option<What> {
        let shard = self.shard(key);
        let copies = shard.kept.get(key)?.copies;
        Some(shard.kept.get(&key.copy(copies))?.order.as_ref()?.what.clone())
    }

    /// The key of an order.
    pub(crate) fn key_of(&self, id: OrderId) -> Option<Key> {
        self.ids.find(id)
    }

    /// The order of a key is never called back, unless a callback is owed already.
    pub(crate) fn silence(&self, key: &Key) {
        if let Some(order) = self.shard(key).held(key) {
            order.silenced = true;
        }
    }

    /// Changes what became of a callback; `None` where the order is forgotten or owes none.
    pub(crate) fn callback<T>(&self, key: &Key, change: impl FnOnce(&mut Callback) -> T) -> Option<T> {
        let mut guard = self.shard(key);
        let shard = &mut *guard;
        let callback = shard.held(key)?.callback.as_mut()?;
        let from = callback.fate;
        let done = change(callback);
        let to = callback.fate;
        shard.count_fate(from, |count| count - 1);
        shard.count_fate(to, |count| count + 1);
        Some(done)
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        for shard in &self.shards {
            *lock(shard) = Shard::default();
        }
        self.ids.clear();
        self.accounts.clear();
        self.ordinals.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.forgotten.store(0, Ordering::Relaxed);
    }

    fn shard(&self, key: &Key) -> MutexGuard<'_, Shard> {
        let place = usize::try_from(self.hasher.hash_one(key) % SHARDS as u64).expect("below the number of shards");
        lock(&self.shards[place])
    }

    /// What is kept of a number; makes room for it where it is new.
    fn kept<'a>(&self, shard: &'a mut Shard, key: &Key) -> &'a mut Kept {
        if !shard.kept.contains_key(key) {
            let full = shard.kept.len() >= self.keep_a_shard;
            if let Some(order) = full.then(|| shard.forget_one()).flatten() {
                self.ids.remove(order);
                self.forgotten.fetch_add(1, Ordering::Relaxed);
            }
            shard.ages.push_back(key.clone());
        }
        shard.kept.entry(key.clone()).or_default()
    }
}

impl Shard {
    fn held(&mut self, key: &Key) -> Option<&mut Held> {
        self.kept.get_mut(key)?.order.as_mut()
    }

    fn deposit(&self, key: &Key) -> Option<&Deposit> {
        self.kept.get(key)?.order.as_ref()?.what.deposit()
    }

    fn withdrawal(&self, key: &Key) -> Option<&Withdrawal> {
        self.kept.get(key)?.order.as_ref()?.what.withdrawal()
    }

    /// Turns the oldest of those that may go to the front; false where none of the oldest may.
    fn bring_to_front(&mut self, goes: fn(&Kept) -> bool) -> bool {
        for _ in 0..self.ages.len().min(OLDEST) {
            if self.ages.front().and_then(|key| self.kept.get(key)).is_some_and(goes) {
                return true;
            }
            self.ages.rotate_left(1);
        }
        false
    }

    /// Forgets a number; gives back its order, if it had one.
    fn forget_one(&mut self) -> Option<OrderId> {
        // A withdrawal on its way would leave its money set aside for ever: it goes only where nothing else is left.
        for goes in [Kept::is_settled, Kept::is_expendable] {
            if self.bring_to_front(goes) {
                break;
            }
        }
        let key = self.ages.pop_front()?;
        let order = self.kept.remove(&key)?.order?;
        self.count_order(order.what.count(), |count| count - 1);
        if let Some(callback) = order.callback {
            self.count_fate(callback.fate, |count| count - 1);
            self.lost += u64::from(!callback.fate.is_final());
        }
        Some(order.what.order_id())
    }
}

fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
