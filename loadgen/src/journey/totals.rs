//! What journeys add up to.

use std::sync::atomic::{AtomicU64, Ordering};

/// Totals of a run so far.
#[derive(Debug)]
pub(crate) struct Totals {
    /// Arrivals due, by the phase of their planned instant.
    pub(super) offered: Box<[AtomicU64]>,
    /// Requests that were given to the pool, whether they were sent yet or not.
    pub(crate) requests: AtomicU64,
    /// Arrivals whose opening was sent.
    pub(crate) started: AtomicU64,
    /// Arrivals dropped, by the phase of their planned instant.
    pub(super) dropped: Box<[AtomicU64]>,
    /// Journeys that are over.
    pub(crate) completed: AtomicU64,
    /// Steps that are due and not done, waiting or under way.
    pub(crate) outstanding: AtomicU64,
    /// Good callbacks received.
    pub(crate) received: AtomicU64,
    /// Bad callbacks received.
    pub(crate) bad: AtomicU64,
    /// Good callbacks beyond the first of their order.
    pub(crate) repeated: AtomicU64,
}

impl Totals {
    pub(super) fn new(phases: u16) -> Self {
        let by_phase = || (0..phases.max(1)).map(|_| AtomicU64::new(0)).collect();
        Self {
            offered: by_phase(),
            requests: AtomicU64::new(0),
            started: AtomicU64::new(0),
            dropped: by_phase(),
            completed: AtomicU64::new(0),
            outstanding: AtomicU64::new(0),
            received: AtomicU64::new(0),
            bad: AtomicU64::new(0),
            repeated: AtomicU64::new(0),
        }
    }

    /// Arrivals due.
    pub(crate) fn offered(&self) -> u64 {
        self.offered_by_phase().iter().sum()
    }

    /// Arrivals due, by the phase of their planned instant.
    pub(crate) fn offered_by_phase(&self) -> Vec<u64> {
        counts(&self.offered)
    }

    /// Arrivals dropped.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped_by_phase().iter().sum()
    }

    /// Arrivals dropped, by the phase of their planned instant.
    pub(crate) fn dropped_by_phase(&self) -> Vec<u64> {
        counts(&self.dropped)
    }
}

fn counts(counters: &[AtomicU64]) -> Vec<u64> {
    counters.iter().map(|count| count.load(Ordering::Relaxed)).collect()
}
