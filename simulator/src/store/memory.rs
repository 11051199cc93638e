//! Orders in memory: fast, and gone at exit. Each shard holds some orders with everything that changes with them, the
//! books of their payments and the callbacks they owe, under one lock: what the ledger decides is committed wholly.
//!
//! A shard keeps its share of `keep_orders`. Beyond, the oldest settled order is forgotten and counted; where none of
//! the oldest is settled, the oldest of all goes.

mod ids;
mod listing;

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use ids::Ids;
use ledger::{
    Applied, Books, Command, Deposit, Duplicates, Limits, Money, OpenDeposit, OrderId, Rejection, Status, apply,
};
pub(crate) use listing::Filter;
use protocol::Operation;

/// Locks; a power of two well above the number of cores.
const SHARDS: usize = 64;
/// How many of the oldest orders are looked at for a settled one.
const OLDEST: usize = 32;

/// What an order is found by: its shop and the shop's number for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key {
    /// The shop.
    pub(crate) shop: u64,
    /// The merchant's number.
    pub(crate) number: Arc<str>,
}

/// Orders, attempts, books and the callbacks owed.
#[derive(Debug)]
pub(crate) struct Memory {
    shards: Box<[Mutex<Shard>]>,
    ids: Ids,
    hasher: RandomState,
    limits: Limits,
    keep_a_shard: usize,
    ordinals: Mutex<BTreeMap<(u64, Operation), u64>>,
    forgotten: AtomicU64,
}

#[derive(Debug, Default)]
struct Shard {
    kept: HashMap<Key, Kept>,
    /// Every key of `kept` once, oldest first, but for those that were spared when something had to go.
    ages: VecDeque<Key>,
    books: Books,
    open: u64,
    paid: u64,
    pending: u64,
    held: u64,
    /// Callbacks forgotten with their order before anybody took them.
    lost: u64,
}

/// What is kept of a number: calls about it, and the order once there is one.
#[derive(Debug, Default)]
struct Kept {
    attempts: [u32; Operation::ALL.len()],
    order: Option<Order>,
}

#[derive(Debug)]
struct Order {
    deposit: Deposit,
    /// The scenario decided that it is never called back.
    silenced: bool,
    /// The outbox row, since the commit that paid it.
    callback: Option<Callback>,
}

/// A callback owed, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Callback {
    /// What became of it.
    pub(crate) fate: Fate,
    /// Attempts made, copies not counted.
    pub(crate) attempts: u32,
    /// Deliveries made, copies counted.
    pub(crate) deliveries: u32,
}

/// What became of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Due, or waiting for an attempt.
    Pending,
    /// Kept back.
    Held,
    /// The merchant took it.
    Acknowledged,
    /// Never sent, by the scenario.
    Dropped,
    /// Given up.
    Lost,
}

impl Fate {
    /// The word in `/orders`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Held => "held",
            Self::Acknowledged => "acknowledged",
            Self::Dropped => "dropped",
            Self::Lost => "lost",
        }
    }

    fn is_final(self) -> bool {
        match self {
            Self::Pending | Self::Held => false,
            Self::Acknowledged | Self::Dropped | Self::Lost => true,
        }
    }
}

/// The how-manieth call this is, and what is known of its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    /// From 1.
    pub(crate) number: u32,
    /// The order's amount, where there is an order.
    pub(crate) amount: Option<Money>,
}

/// What a command came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Committed {
    /// The order now.
    pub(crate) order: Deposit,
    /// Whether this command changed it.
    pub(crate) changed: bool,
    /// The callback that the commit owes.
    pub(crate) callback: Option<Fate>,
}

impl Memory {
    /// An empty store for about `keep_orders` orders.
    pub(crate) fn new(keep_orders: usize) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            ids: Ids::new(),
            hasher: RandomState::new(),
            limits: Limits::default(),
            keep_a_shard: keep_orders.div_ceil(SHARDS).max(1),
            ordinals: Mutex::default(),
            forgotten: AtomicU64::new(0),
        }
    }

    /// Counts one more authenticated call about a number.
    pub(crate) fn attempt(&self, key: &Key, operation: Operation) -> Attempt {
        let mut shard = self.shard(key);
        let kept = self.kept(&mut shard, key);
        let count = &mut kept.attempts[operation as usize];
        *count = count.saturating_add(1);
        Attempt {
            number: *count,
            amount: kept.order.as_ref().map(|order| order.deposit.amount()),
        }
    }

    /// The ordinal of one more call without a number, from 1.
    pub(crate) fn ordinal(&self, shop: u64, operation: Operation) -> u64 {
        let mut ordinals = self.ordinals.lock().unwrap_or_else(PoisonError::into_inner);
        let ordinal = ordinals.entry((shop, operation)).or_default();
        *ordinal += 1;
        *ordinal
    }

    /// Opens an order, or finds that it was opened with the same content before.
    pub(crate) fn open(&self, key: &Key, open: OpenDeposit) -> Result<Committed, Rejection> {
        self.commit(key, &Command::OpenDeposit(open))
    }

    /// Lets the ledger decide a command on the order of a key, and commits what it decides.
    pub(crate) fn commit(&self, key: &Key, command: &Command) -> Result<Committed, Rejection> {
        let mut guard = self.shard(key);
        let shard = &mut *guard;
        let before = shard.kept.get(key).and_then(|kept| kept.order.as_ref());
        let before_it = before.map(|order| &order.deposit);
        let commit = match apply(before_it, &self.limits, Duplicates::ReturnExisting, command)? {
            Applied::Changed(commit) => commit,
            Applied::Existing(order) => {
                return Ok(Committed {
                    order,
                    changed: false,
                    callback: None,
                });
            }
        };
        commit.post(&mut shard.books)?;
        let opened = before.is_none();
        shard.open += u64::from(opened);
        if commit.order.is_paid() {
            shard.open -= 1;
            shard.paid += 1;
        }
        let owed = commit.outbox.map(|_| match before.is_some_and(|order| order.silenced) {
            true => Fate::Dropped,
            false => Fate::Pending,
        });
        if opened {
            self.ids.insert(commit.order.order_id(), key.clone());
        }
        if let Some(fate) = owed {
            shard.count(fate, |count| count + 1);
        }
        let kept = self.kept(shard, key);
        let order = kept.order.get_or_insert_with(|| Order {
            deposit: commit.order.clone(),
            silenced: false,
            callback: None,
        });
        order.deposit = commit.order;
        if let Some(fate) = owed {
            order.callback = Some(Callback {
                fate,
                attempts: 0,
                deliveries: 0,
            });
        }
        Ok(Committed {
            order: order.deposit.clone(),
            changed: true,
            callback: owed,
        })
    }

    /// The order of a key.
    pub(crate) fn find(&self, key: &Key) -> Option<Deposit> {
        let shard = self.shard(key);
        let order = shard.kept.get(key)?.order.as_ref()?;
        Some(order.deposit.clone())
    }

    /// The key of an order.
    pub(crate) fn key_of(&self, id: OrderId) -> Option<Key> {
        self.ids.find(id)
    }

    /// The order of a key is never called back, unless it is paid already.
    pub(crate) fn silence(&self, key: &Key) {
        if let Some(order) = self.shard(key).kept.get_mut(key).and_then(|kept| kept.order.as_mut()) {
            order.silenced = true;
        }
    }

    /// Changes what became of a callback; `None` where the order is forgotten or owes none.
    pub(crate) fn callback<T>(&self, key: &Key, change: impl FnOnce(&mut Callback) -> T) -> Option<T> {
        let mut guard = self.shard(key);
        let shard = &mut *guard;
        let callback = shard.kept.get_mut(key)?.order.as_mut()?.callback.as_mut()?;
        let from = callback.fate;
        let done = change(callback);
        let to = callback.fate;
        shard.count(from, |count| count - 1);
        shard.count(to, |count| count + 1);
        Some(done)
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        for shard in &self.shards {
            *lock(shard) = Shard::default();
        }
        self.ids.clear();
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
    /// Forgets a number; gives back its order, if it had one.
    fn forget_one(&mut self) -> Option<OrderId> {
        for _ in 0..self.ages.len().min(OLDEST) {
            if self
                .ages
                .front()
                .and_then(|key| self.kept.get(key))
                .is_some_and(Kept::is_settled)
            {
                break;
            }
            self.ages.rotate_left(1);
        }
        let key = self.ages.pop_front()?;
        let order = self.kept.remove(&key)?.order?;
        match order.deposit.status() {
            Status::Open => self.open -= 1,
            Status::Paid => self.paid -= 1,
        }
        if let Some(callback) = order.callback {
            self.count(callback.fate, |count| count - 1);
            self.lost += u64::from(!callback.fate.is_final());
        }
        Some(order.deposit.order_id())
    }

    /// Counts callbacks that somebody still waits for, so that the counts never outlive the orders.
    fn count(&mut self, fate: Fate, by: fn(u64) -> u64) {
        match fate {
            Fate::Pending => self.pending = by(self.pending),
            Fate::Held => self.held = by(self.held),
            Fate::Acknowledged | Fate::Dropped | Fate::Lost => {}
        }
    }
}

impl Kept {
    fn is_settled(&self) -> bool {
        match &self.order {
            None => true,
            Some(order) => order.callback.is_some_and(|callback| callback.fate.is_final()),
        }
    }
}

fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
