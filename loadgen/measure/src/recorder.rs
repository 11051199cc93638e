//! Sharded HDR histograms that many threads fill and one swaps out.
//!
//! A shard is a mutex around a set of histograms, one pair (response and service time) for each [`Key`]; users spread
//! over the shards, so a lock is nearly always free and held for one expression. Histograms are made on a key's first
//! use and used again after a swap: the steady path allocates nothing. `hdrhistogram::sync` was not taken: each of its
//! recorders holds a histogram of its own, and one idle recorder stalls the swap.
//!
//! Memory is bounded by [`CELLS_PER_SHARD`] and [`STARTS_PER_SHARD`]; what would go beyond is counted as lost.

use std::{
    collections::BTreeMap,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use hdrhistogram::Histogram;

use crate::{
    sample::{Class, Sample},
    tally::{self, Tally},
};

/// Pairs of histograms a shard may hold between two swaps, 148 kB each. A swap a quarter of a second sees one or two
/// seconds of one or two phases, so a few dozen are used.
pub const CELLS_PER_SHARD: usize = 256;

/// Seconds of intended start, times operations, that a shard may see end between two swaps.
pub const STARTS_PER_SHARD: usize = 4_096;

/// Microseconds in a second.
pub(crate) const SECOND_US: u64 = 1_000_000;

/// What samples are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The second in which they ended.
    pub second: u32,
    /// The phase of their intended start.
    pub phase: u16,
    /// The operation or journey.
    pub what: u16,
    /// How they ended.
    pub class: Class,
    /// Whether the scenario could have caused the class; always true for successes.
    pub expected: bool,
}

/// Times of one kind of sample.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// From the intended start.
    pub response: Tally,
    /// From the send.
    pub service: Tally,
}

impl Times {
    /// Adds another's counts.
    pub fn add(&mut self, other: &Self) {
        self.response.add(&other.response);
        self.service.add(&other.service);
    }
}

/// Samples of one second of intended start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Started {
    /// How many ended so far.
    pub finished: u64,
    /// Of these, successes.
    pub ok: u64,
}

/// What is counted in a second without taking time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Arrivals due.
    pub offered: u64,
    /// Arrivals whose first step was sent.
    pub started: u64,
    /// Arrivals dropped.
    pub dropped: u64,
    /// Callbacks received, good or bad.
    pub received: u64,
}

impl Counts {
    /// Adds another's.
    pub fn add(&mut self, other: Self) {
        self.offered += other.offered;
        self.started += other.started;
        self.dropped += other.dropped;
        self.received += other.received;
    }
}

/// All that was recorded between two swaps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interval {
    /// Times by key.
    pub times: BTreeMap<Key, Times>,
    /// Samples by second of intended start and operation.
    pub started: BTreeMap<(u32, u16), Started>,
    /// Arrivals and callbacks, by second.
    pub counts: BTreeMap<u32, Counts>,
    /// Samples that found no room. Anything but zero spoils the result.
    pub lost: u64,
}

/// The recorder of a run.
#[derive(Debug)]
pub struct Recorder {
    shards: Vec<Mutex<Shard>>,
    /// The set that goes in where another comes out; its lock also makes swaps take turns.
    spare: Mutex<Shard>,
    phases: u16,
    whats: u16,
}

impl Recorder {
    /// A recorder with so many shards (twice the worker threads is plenty; at least one is made) for samples of so many
    /// phases and operations. An index beyond these counts as the last one.
    pub fn new(shards: usize, phases: u16, whats: u16) -> Self {
        Self {
            shards: (0..shards.max(1)).map(|_| Mutex::default()).collect(),
            spare: Mutex::default(),
            phases: phases.max(1),
            whats: whats.max(1),
        }
    }

    /// Records a sample. Any shard number will do; users who keep to one of their own hardly ever wait.
    pub fn record(&self, shard: usize, sample: &Sample) {
        let key = self.key(sample);
        lock(self.shard(shard)).record(key, sample);
    }

    /// Counts an arrival that fell due.
    pub fn offer(&self, shard: usize, intended_us: u64) {
        self.count(shard, intended_us, |counts| counts.offered += 1);
    }

    /// Counts an arrival whose first step is sent.
    pub fn start(&self, shard: usize, sent_us: u64) {
        self.count(shard, sent_us, |counts| counts.started += 1);
    }

    /// Counts an arrival that is dropped.
    pub fn drop_arrival(&self, shard: usize, at_us: u64) {
        self.count(shard, at_us, |counts| counts.dropped += 1);
    }

    /// Counts a callback, good or bad.
    pub fn receive(&self, shard: usize, at_us: u64) {
        self.count(shard, at_us, |counts| counts.received += 1);
    }

    fn count(&self, shard: usize, at_us: u64, count: impl FnOnce(&mut Counts)) {
        count(lock(self.shard(shard)).counts(second_of(at_us)));
    }

    /// Takes out everything recorded since the last swap.
    pub fn swap(&self) -> Interval {
        let mut interval = Interval::default();
        let mut spare = lock(&self.spare);
        for shard in &self.shards {
            mem::swap(&mut *lock(shard), &mut *spare);
            spare.drain_into(&mut interval);
        }
        interval
    }

    fn shard(&self, shard: usize) -> &Mutex<Shard> {
        &self.shards[shard % self.shards.len()]
    }

    fn key(&self, sample: &Sample) -> Key {
        debug_assert!(
            sample.phase < self.phases && sample.what < self.whats,
            "{sample:?} is of another run"
        );
        Key {
            second: second_of(sample.done_us),
            phase: sample.phase.min(self.phases - 1),
            what: sample.what.min(self.whats - 1),
            class: sample.class,
            expected: sample.expected || sample.class.is_success(),
        }
    }
}

/// Locks even if a thread died holding it: counts are valid after each step.
fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The second a time lies in.
pub(crate) fn second_of(us: u64) -> u32 {
    u32::try_from(us / SECOND_US).unwrap_or(u32::MAX)
}

/// One shard's counts.
#[derive(Debug, Default)]
struct Shard {
    /// The first `live` are in use, the others are empty and wait for a key.
    cells: Vec<Cell>,
    live: usize,
    /// Sorted by second and operation.
    started: Vec<((u32, u16), Started)>,
    /// Sorted by second.
    counts: Vec<(u32, Counts)>,
    lost: u64,
}

#[derive(Debug)]
struct Cell {
    key: Key,
    response: Histogram<u32>,
    service: Histogram<u32>,
}

impl Shard {
    fn record(&mut self, key: Key, sample: &Sample) {
        let Some(cell) = self.cell(key) else {
            self.lost += 1;
            return;
        };
        cell.response
            .saturating_record(tally::within_bounds(sample.response_us()));
        cell.service
            .saturating_record(tally::within_bounds(sample.service_us()));
        self.start(key, second_of(sample.intended_us));
    }

    /// The key's cell. Without room for a new one, a cell of another second but otherwise the same key: totals stay
    /// right then, only the second is off.
    fn cell(&mut self, key: Key) -> Option<&mut Cell> {
        let live = &self.cells[..self.live];
        let at = match live.iter().rposition(|cell| cell.key == key) {
            Some(at) => at,
            None if self.live < CELLS_PER_SHARD => self.open_cell(key),
            None => live.iter().rposition(|cell| {
                Key {
                    second: key.second,
                    ..cell.key
                } == key
            })?,
        };
        Some(&mut self.cells[at])
    }

    fn open_cell(&mut self, key: Key) -> usize {
        let at = self.live;
        match self.cells.get_mut(at) {
            Some(cell) => cell.key = key,
            None => self.cells.push(Cell {
                key,
                response: tally::dense(),
                service: tally::dense(),
            }),
        }
        self.live += 1;
        at
    }

    fn start(&mut self, key: Key, second: u32) {
        let by = (second, key.what);
        let at = match self.started.binary_search_by_key(&by, |(by, _)| *by) {
            Ok(at) => at,
            Err(_) if self.started.len() >= STARTS_PER_SHARD => {
                self.lost += 1;
                return;
            }
            Err(at) => {
                self.started.insert(at, (by, Started::default()));
                at
            }
        };
        let (_, started) = &mut self.started[at];
        started.finished += 1;
        started.ok += u64::from(key.class.is_success());
    }

    /// Whatever is counted comes nearly in order, so this list is as long as the interval has seconds, and a few.
    fn counts(&mut self, second: u32) -> &mut Counts {
        let at = match self.counts.binary_search_by_key(&second, |(second, _)| *second) {
            Ok(at) => at,
            Err(at) => {
                self.counts.insert(at, (second, Counts::default()));
                at
            }
        };
        &mut self.counts[at].1
    }

    fn drain_into(&mut self, interval: &mut Interval) {
        for cell in &mut self.cells[..self.live] {
            let times = interval.times.entry(cell.key).or_default();
            times.response.add(&Tally::of(&cell.response));
            times.service.add(&Tally::of(&cell.service));
            cell.response.reset();
            cell.service.reset();
        }
        self.live = 0;
        for (by, more) in self.started.drain(..) {
            let started = interval.started.entry(by).or_default();
            started.finished += more.finished;
            started.ok += more.ok;
        }
        for (second, more) in self.counts.drain(..) {
            interval.counts.entry(second).or_default().add(more);
        }
        interval.lost += mem::take(&mut self.lost);
    }
}

#[cfg(test)]
mod tests;
