//! Orders by id, in the order of ids. Ids are drawn evenly over all values, so shards by their first bits are both even
//! and in order. Its locks are taken last and alone: whoever holds one takes no other.

use std::{
    collections::BTreeMap,
    ops::Bound::{Excluded, Unbounded},
    sync::{Mutex, MutexGuard, PoisonError},
};

use ledger::OrderId;

use super::Key;

/// One for each value of an id's first byte.
const SHARDS: usize = 256;

/// The keys of orders by their ids.
#[derive(Debug)]
pub(super) struct Ids {
    shards: Box<[Mutex<BTreeMap<OrderId, Key>>]>,
}

impl Ids {
    pub(super) fn new() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
        }
    }

    pub(super) fn insert(&self, id: OrderId, key: Key) {
        self.shard(id).insert(id, key);
    }

    pub(super) fn remove(&self, id: OrderId) {
        self.shard(id).remove(&id);
    }

    pub(super) fn find(&self, id: OrderId) -> Option<Key> {
        self.shard(id).get(&id).cloned()
    }

    pub(super) fn clear(&self) {
        for shard in &self.shards {
            lock(shard).clear();
        }
    }

    /// At most `limit` keys of orders with an id above `after`, in the order of their ids.
    pub(super) fn after(&self, after: Option<OrderId>, limit: usize, wanted: impl Fn(&Key) -> bool) -> Vec<Key> {
        let from = after.map_or(Unbounded, Excluded);
        let first = after.map_or(0, place);
        let mut found = Vec::new();
        for shard in &self.shards[first..] {
            let shard = lock(shard);
            let matching = shard
                .range((from, Unbounded))
                .map(|(_, key)| key)
                .filter(|key| wanted(key));
            found.extend(matching.take(limit - found.len()).cloned());
            if found.len() == limit {
                break;
            }
        }
        found
    }

    fn shard(&self, id: OrderId) -> MutexGuard<'_, BTreeMap<OrderId, Key>> {
        lock(&self.shards[place(id)])
    }
}

fn place(id: OrderId) -> usize {
    usize::from(id.0[0])
}

fn lock(shard: &Mutex<BTreeMap<OrderId, Key>>) -> MutexGuard<'_, BTreeMap<OrderId, Key>> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}
