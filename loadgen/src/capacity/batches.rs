//! Which batch of a step a sample belongs to, by the instant it was due. Batches are numbered through the whole search,
//! from 1; 0 is what lies outside every measured stretch.

use std::{
    ops::Range,
    sync::{Mutex, MutexGuard, PoisonError},
};

use measure::search::STEPS_MOST;

/// Batches of a step; of a confirmation, twice as many.
pub(super) const BATCHES: u16 = 10;

/// Batches of a whole search, with the one outside.
pub(super) const BATCHES_MOST: u16 = STEPS_MOST as u16 * 2 * BATCHES + 1;

/// The batches of the step that is measured.
#[derive(Debug, Default)]
pub(super) struct Batches(Mutex<Stretch>);

#[derive(Clone, Copy, Debug)]
struct Stretch {
    from_us: u64,
    batch_us: u64,
    first: u16,
    count: u16,
}

impl Default for Stretch {
    fn default() -> Self {
        Self {
            from_us: 0,
            batch_us: 1,
            first: 1,
            count: 0,
        }
    }
}

impl Batches {
    /// Lays out the next step: so many batches over a stretch of the axis. Gives their numbers.
    pub(super) fn lay_out(&self, from_us: u64, lasts_us: u64, count: u16) -> Range<u16> {
        let mut stretch = self.lock();
        let first = stretch.first + stretch.count;
        *stretch = Stretch {
            from_us,
            batch_us: (lasts_us / u64::from(count.max(1))).max(1),
            first,
            count,
        };
        first..first + count
    }

    /// The batch of an instant.
    pub(super) fn of(&self, due_us: u64) -> u16 {
        let Stretch {
            from_us,
            batch_us,
            first,
            count,
        } = *self.lock();
        let within = due_us.checked_sub(from_us).map(|since| since / batch_us);
        match within.and_then(|at| u16::try_from(at).ok()) {
            Some(at) if at < count => first + at,
            Some(_) | None => 0,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Stretch> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Batches;

    #[test]
    fn batches_are_numbered_through() {
        let batches = Batches::default();
        assert_eq!(batches.of(5), 0);
        assert_eq!(batches.lay_out(100, 40, 4), 1..5);
        for (at, batch) in [(99, 0), (100, 1), (109, 1), (110, 2), (139, 4), (140, 0), (u64::MAX, 0)] {
            assert_eq!(batches.of(at), batch, "{at}");
        }
        assert_eq!(batches.lay_out(200, 40, 4), 5..9);
        assert_eq!((batches.of(100), batches.of(200)), (0, 5));
    }
}
