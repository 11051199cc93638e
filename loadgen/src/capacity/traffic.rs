//! Where arrivals come from: a pacer at one rate, or shoppers of whom each comes again when it is done.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    thread,
    time::Duration,
};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{LoadError, book::MAX_ORDERS, journey::Journeys, pace};

/// A shopper leaves a journey that is not over by then, and comes again: an order may stay unpaid for ever.
const PATIENCE_US: u64 = 30_000_000;

/// Arrivals under way.
pub(super) enum Traffic {
    /// A pacer's.
    Paced {
        /// Its stop.
        stop: CancellationToken,
        /// Its thread.
        pacer: thread::JoinHandle<()>,
    },
    /// Shoppers'.
    Shoppers(Arc<Shoppers>),
}

impl Traffic {
    /// Evenly spaced arrivals from an instant of the axis on, numbered from the book's next order.
    pub(super) fn at_rate(
        journeys: &Arc<Journeys>,
        per_second: f64,
        from_us: u64,
        lasts: Duration,
    ) -> Result<Self, LoadError> {
        let zero = journeys.axis.zero().unwrap_or_else(Instant::now).into_std();
        let offsets = even(per_second, Duration::from_micros(from_us), lasts);
        let base = u32::try_from(journeys.book().len()).unwrap_or(u32::MAX);
        let stop = CancellationToken::new();
        let journeys = journeys.clone();
        let pacer = pace::start_at(offsets, zero, stop.clone(), move |mut arrival| {
            arrival.seq = arrival.seq.saturating_add(base);
            journeys.arrive(arrival);
        });
        let pacer = pacer.map_err(|error| LoadError::System {
            what: "a thread for the pacer",
            error,
        })?;
        Ok(Self::Paced { stop, pacer })
    }

    /// So many shoppers, now.
    pub(super) fn of_users(shoppers: &Arc<Shoppers>, users: u32) -> Self {
        shoppers.want(users);
        Self::Shoppers(shoppers.clone())
    }

    /// What only regular looks can see.
    pub(super) fn look(&self) {
        match self {
            Self::Paced { .. } => {}
            Self::Shoppers(shoppers) => shoppers.lose_patience(),
        }
    }

    /// No further arrival; the pacer looks at its stop twenty times a second.
    pub(super) fn end(self) {
        match self {
            Self::Paced { stop, pacer } => {
                stop.cancel();
                let _ = pacer.join();
            }
            Self::Shoppers(shoppers) => shoppers.want(0),
        }
    }
}

/// The i-th arrival is due at its start + i / rate, computed from i alone: nothing adds up.
fn even(per_second: f64, from: Duration, lasts: Duration) -> impl Iterator<Item = Duration> {
    (0_u32..)
        .map(move |nth| Duration::from_secs_f64(f64::from(nth) / per_second))
        .take_while(move |since| *since < lasts)
        .map(move |since| from + since)
}

/// Shoppers without a thought: each begins its next journey the moment it is done with the last.
pub(super) struct Shoppers {
    journeys: Weak<Journeys>,
    inside: Mutex<Inside>,
}

#[derive(Default)]
struct Inside {
    wanted: usize,
    /// The orders that are shopped for, and since when.
    orders: BTreeMap<u32, u64>,
}

impl Shoppers {
    /// Nobody yet.
    pub(super) fn new(journeys: &Arc<Journeys>) -> Arc<Self> {
        Arc::new(Self {
            journeys: Arc::downgrade(journeys),
            inside: Mutex::default(),
        })
    }

    /// So many from now on. Those there are too many do not come again.
    fn want(&self, users: u32) {
        let mut inside = self.lock();
        inside.wanted = users as usize;
        if users == 0 {
            inside.orders.clear();
        }
        self.fill(&mut inside);
    }

    /// A shopper is done with an order. Not all orders are a shopper's of now.
    pub(super) fn done_with(&self, seq: u32) {
        let mut inside = self.lock();
        if inside.orders.remove(&seq).is_some() {
            self.fill(&mut inside);
        }
    }

    fn lose_patience(&self) {
        let Some(now_us) = self.journeys.upgrade().map(|journeys| journeys.axis.us(Instant::now())) else {
            return;
        };
        let mut inside = self.lock();
        inside
            .orders
            .retain(|_, since_us| now_us.saturating_sub(*since_us) < PATIENCE_US);
        self.fill(&mut inside);
    }

    /// Numbers are given under the lock, because the book takes them in order.
    fn fill(&self, inside: &mut Inside) {
        let Some(journeys) = self.journeys.upgrade() else {
            return;
        };
        while inside.orders.len() < inside.wanted {
            let orders = journeys.book().len();
            if orders >= MAX_ORDERS {
                // The driver ends the search.
                return;
            }
            let seq = u32::try_from(orders).unwrap_or(u32::MAX);
            let now_us = journeys.axis.us(Instant::now());
            inside.orders.insert(seq, now_us);
            journeys.arrive(pace::Arrival {
                seq,
                intended_us: now_us,
                lag_us: 0,
            });
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::even;

    #[test]
    fn arrivals_are_even_and_nothing_adds_up() {
        let (from, lasts) = (Duration::from_secs(7), Duration::from_secs(100));
        let offsets: Vec<Duration> = even(3.0, from, lasts).collect();
        assert_eq!(offsets.len(), 300);
        assert_eq!(
            (offsets[0], offsets[3], offsets[297]),
            (from, Duration::from_secs(8), Duration::from_secs(106))
        );
        assert_eq!(even(0.5, from, Duration::from_secs(1)).count(), 1);
    }
}
