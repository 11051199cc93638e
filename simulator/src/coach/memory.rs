//! What the coach remembers: which remarks were made about a shop and how often each was due, and what became of its
//! latest numbers. Everything has a limit: a shop beyond is not spoken of, the oldest number is forgotten.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    time::Duration,
};

use super::{Habit, Mend, Remark, Right, heard::Order};

/// Shops that are spoken of.
const SHOPS_MAX: usize = 1_000;
/// Numbers that are remembered, over all shops.
const NUMBERS_MAX: usize = 10_000;
/// Lost orders of a shop whose content is looked for under a new number.
const LOST_MAX: usize = 100;

/// Each habit with how often it was seen.
type Counted<T> = Vec<(T, u64)>;

/// Everything remembered.
#[derive(Debug, Default)]
pub(super) struct Memory {
    shops: BTreeMap<u64, Shop>,
    numbers: HashMap<(u64, Order), Number>,
    oldest: VecDeque<(u64, Order)>,
}

/// What is remembered of a shop.
#[derive(Debug, Default)]
pub(super) struct Shop {
    habits: BTreeMap<Habit, u64>,
    lost: VecDeque<Lost>,
    /// Calls in a row that each opened a connection.
    pub(super) connections: u32,
    /// When its last call ended.
    pub(super) last: Duration,
}

/// An order whose answer was lost, and that nobody asked about since.
#[derive(Clone, Debug)]
pub(super) struct Lost {
    /// The order.
    pub(super) order: Order,
    /// What it asked, but for its number.
    pub(super) content: u64,
    /// When its call ended.
    pub(super) ended: Duration,
}

/// What is remembered of a number.
#[derive(Debug, Default)]
pub(super) struct Number {
    /// Of the last call that asked to open it.
    pub(super) opening: Option<Opening>,
    /// When it was last asked about.
    pub(super) asked: Option<Duration>,
    /// How often in a row it was asked about too soon.
    pub(super) too_soon: u32,
    /// Its callback was acknowledged.
    pub(super) acknowledged: bool,
}

/// A call that asked to open an order.
#[derive(Clone, Debug)]
pub(super) struct Opening {
    /// When it ended.
    pub(super) ended: Duration,
    /// Its answer never came, and nobody asked since.
    pub(super) lost: bool,
    /// The wallet asked to come again after this.
    pub(super) retry_after: Option<Duration>,
}

impl Memory {
    /// A shop, unless there are too many.
    pub(super) fn shop(&mut self, id: u64) -> Option<&mut Shop> {
        if self.shops.len() >= SHOPS_MAX && !self.shops.contains_key(&id) {
            return None;
        }
        Some(self.shops.entry(id).or_default())
    }

    /// A shop's number; a new one takes the place of the oldest.
    pub(super) fn number(&mut self, shop: u64, order: &Order) -> &mut Number {
        let key = (shop, order.clone());
        if !self.numbers.contains_key(&key) {
            if self.oldest.len() >= NUMBERS_MAX
                && let Some(oldest) = self.oldest.pop_front()
            {
                self.numbers.remove(&oldest);
            }
            self.oldest.push_back(key.clone());
        }
        self.numbers.entry(key).or_default()
    }

    /// Counts remarks about a shop, and keeps those that are made for the first time.
    pub(super) fn first_times(&mut self, shop: u64, mut remarks: Vec<Remark>) -> Vec<Remark> {
        let Some(shop) = self.shop(shop) else {
            return Vec::new();
        };
        remarks.retain(|remark| {
            let count = shop.habits.entry(remark.habit).or_default();
            *count += 1;
            *count == 1
        });
        remarks
    }

    /// How often each habit was seen, over all shops.
    pub(super) fn habits(&self) -> (Counted<Right>, Counted<Mend>) {
        let (mut right, mut mend) = (BTreeMap::new(), BTreeMap::new());
        for (habit, count) in self.shops.values().flat_map(|shop| &shop.habits) {
            match habit {
                Habit::Right(habit) => *right.entry(*habit).or_default() += count,
                Habit::Mend(habit) => *mend.entry(*habit).or_default() += count,
            }
        }
        (right.into_iter().collect(), mend.into_iter().collect())
    }

    /// Orders whose answer was lost and that nobody asked about since.
    pub(super) fn abandoned(&self) -> usize {
        self.shops.values().map(|shop| shop.lost.len()).sum()
    }
}

impl Shop {
    /// The answer to the opening of an order was lost.
    pub(super) fn lose(&mut self, lost: Lost) {
        if self.lost.len() >= LOST_MAX {
            self.lost.pop_front();
        }
        self.lost.push_back(lost);
    }

    /// An order is asked about, or opened again: it is lost no longer.
    pub(super) fn find(&mut self, order: &Order) {
        self.lost.retain(|lost| lost.order != *order);
    }

    /// A lost order of this content that was lost after `since`.
    pub(super) fn alike(&self, order: &Order, content: u64, since: Duration) -> Option<&Lost> {
        let alike = |lost: &&Lost| lost.content == content && lost.order.flow == order.flow && lost.ended >= since;
        self.lost.iter().find(alike)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{coach::tests::remarked, store::Flow};

    #[test]
    fn memory_is_bounded() {
        let mut memory = Memory::default();
        for id in 0..SHOPS_MAX as u64 + 10 {
            let first = memory.first_times(id, vec![remarked(Right::Https)]);
            assert_eq!(first.len(), usize::from(id < SHOPS_MAX as u64), "shop {id}");
        }
        let order = |n: usize| Order {
            flow: Flow::Deposit,
            number: n.to_string().into(),
        };
        for n in 0..NUMBERS_MAX + 10 {
            memory.number(1, &order(n)).acknowledged = true;
        }
        assert_eq!((memory.numbers.len(), memory.oldest.len()), (NUMBERS_MAX, NUMBERS_MAX));
        assert!(memory.number(1, &order(NUMBERS_MAX)).acknowledged);
        assert!(!memory.number(1, &order(0)).acknowledged, "the oldest is forgotten");
        let mut shop = Shop::default();
        for n in 0..LOST_MAX + 10 {
            shop.lose(Lost {
                order: order(n),
                content: 0,
                ended: Duration::ZERO,
            });
        }
        assert_eq!(shop.lost.len(), LOST_MAX);
    }
}
