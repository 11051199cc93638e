//! What the gateway did in each of its last seconds, so that a dashboard that comes late can draw what went before.
//! Exchanges and callback attempts belong to the second in which they end; seconds are counted from the gateway's begin,
//! by the time that never goes back.
//!
//! The request path takes one lock for a few additions. Histograms are made on first use and used again, so it allocates
//! nothing but once a second, when somebody finds the last second complete and sums it up, outside the lock.
//!
//! Memory is bounded by [`SECONDS_KEPT`] and, within a second, by its exchanges: at most 40 bytes each.

mod open;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use protocol::admin::{Bucket, ExchangeEnd, FORMAT, GatewaySecond, SECONDS_KEPT, SecondPage, Times};
use scenarios::Operation;
use tokio::time::Instant;

use crate::{clock::whole_us, journal::Outcome};
use open::Open;

/// The last seconds.
#[derive(Debug)]
pub(crate) struct Seconds {
    began: Instant,
    began_wall: Duration,
    kept: Mutex<Kept>,
}

#[derive(Debug)]
struct Kept {
    /// The number of the open second, from 1.
    seq: u64,
    open: Box<Open>,
    /// An emptied second, for the next one.
    spare: Option<Box<Open>>,
    /// Seconds that are complete, but still being summed up.
    closing: Vec<u64>,
    /// Seconds in which something ended, oldest first.
    complete: VecDeque<Arc<GatewaySecond>>,
}

/// An exchange that ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exchange {
    /// What it asked for; `None` for a path nobody serves.
    pub(crate) operation: Option<Operation>,
    /// How it ended.
    pub(crate) end: ExchangeEnd,
    /// Whether the scenario brought that about.
    pub(crate) by_scenario: bool,
    /// From begin to end.
    pub(crate) took: Duration,
    /// Of these, waited on purpose.
    pub(crate) injected: Duration,
    /// Of these, waited for a worker; `None` where it had to do with none.
    pub(crate) queued: Option<Duration>,
    /// Whether no worker served it.
    pub(crate) overloaded: bool,
}

impl Seconds {
    /// Nothing happened yet; `wall` is the time of this moment on the wall.
    pub(crate) fn new(wall: Duration) -> Self {
        Self {
            began: Instant::now(),
            began_wall: wall,
            kept: Mutex::new(Kept {
                seq: 1,
                open: Box::default(),
                spare: None,
                closing: Vec::new(),
                complete: VecDeque::new(),
            }),
        }
    }

    /// An exchange ends now.
    pub(crate) fn exchange(&self, exchange: &Exchange) {
        self.note(|open| open.exchange(exchange));
    }

    /// An attempt of a callback ends now, after `took`, or something else becomes of the callback; `again` where another
    /// attempt went before.
    pub(crate) fn callback(&self, outcome: Outcome, took: Duration, again: bool) {
        self.note(|open| open.callback(outcome, took, again));
    }

    /// Rules hit now.
    pub(crate) fn decided(&self, count: u64) {
        self.note(|open| open.decided(count));
    }

    /// A callback is given up now.
    pub(crate) fn lost(&self) {
        self.note(Open::lost);
    }

    /// Complete seconds with a larger number than `after`, oldest first, at most `limit`.
    pub(crate) fn page(&self, after: u64, limit: usize) -> SecondPage {
        self.note(|_| {});
        let kept = self.lock();
        let last = kept.closing.iter().copied().min().unwrap_or(kept.seq) - 1;
        let busy = kept.complete.iter().filter(|second| second.seq <= last);
        let mut busy = busy.map(Arc::clone).collect::<Vec<_>>().into_iter().peekable();
        drop(kept);
        let first = after.saturating_add(1).max(first_kept(last));
        let second = |seq| {
            while busy.next_if(|second| second.seq < seq).is_some() {}
            let second = busy.next_if(|second| second.seq == seq);
            second.map_or_else(|| quiet(seq), |second| GatewaySecond::clone(&second))
        };
        SecondPage {
            format: FORMAT,
            began_us: self.began_us(),
            now_us: self.us(Instant::now()),
            seconds: (first..=last).take(limit).map(second).collect(),
            last,
        }
    }

    /// 99th percentile of the time to an acknowledgement, over the last ten complete seconds, microseconds; 0 without one.
    pub(crate) fn acknowledged_p99_us(&self) -> u64 {
        let times = |second: &GatewaySecond| second.callbacks.as_ref()?.acknowledged_in.clone();
        self.p99_us(10, times)
    }

    /// 99th percentile of the wait for a worker, over the last complete second, microseconds; 0 without one.
    pub(crate) fn queue_wait_p99_us(&self) -> u64 {
        self.p99_us(1, |second| second.queued.clone())
    }

    /// 99th percentile of some times of the last complete seconds.
    fn p99_us(&self, seconds: u64, times: impl Fn(&GatewaySecond) -> Option<Times>) -> u64 {
        self.note(|_| {});
        let recent: Vec<Arc<GatewaySecond>> = {
            let kept = self.lock();
            let newest = kept.complete.iter().rev();
            let recent = newest.take_while(|second| second.seq + seconds >= kept.seq);
            recent.map(Arc::clone).collect()
        };
        let mut buckets: Vec<Bucket> = recent
            .iter()
            .filter_map(|second| times(second))
            .flat_map(|times| times.buckets)
            .collect();
        buckets.sort_by_key(|bucket| bucket.us);
        let total: u64 = buckets.iter().map(|bucket| u64::from(bucket.count)).sum();
        let mut seen = 0;
        let found = buckets.iter().find(|bucket| {
            seen += u64::from(bucket.count);
            seen * 100 >= total * 99
        });
        found.map_or(0, |bucket| u64::from(bucket.us))
    }

    /// When the gateway began, microseconds since the Unix epoch.
    pub(crate) fn began_us(&self) -> u64 {
        whole_us(self.began_wall)
    }

    /// A moment, microseconds since the gateway began.
    pub(crate) fn us(&self, at: Instant) -> u64 {
        whole_us(at.saturating_duration_since(self.began))
    }

    /// Notes something in the second of this moment.
    fn note(&self, note: impl FnOnce(&mut Open)) {
        let over = {
            let mut kept = self.lock();
            // Read under the lock, so that it never goes back.
            let over = kept.turn(self.began.elapsed().as_secs() + 1);
            note(&mut kept.open);
            over
        };
        if let Some((seq, open)) = over {
            self.close(seq, open);
        }
    }

    /// Sums a complete second up.
    fn close(&self, seq: u64, mut open: Box<Open>) {
        let second = Arc::new(open.summary(seq));
        open.clear();
        let forgotten = {
            let mut kept = self.lock();
            kept.spare = Some(open);
            kept.keep(second)
        };
        // Freed here and not under the lock.
        drop(forgotten);
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Opens the second of this number, unless it is open; gives the one before, if something ended in it.
    fn turn(&mut self, seq: u64) -> Option<(u64, Box<Open>)> {
        if seq <= self.seq {
            return None;
        }
        let before = std::mem::replace(&mut self.seq, seq);
        if self.open.is_empty() {
            return None;
        }
        let next = self.spare.take().unwrap_or_default();
        self.closing.push(before);
        Some((before, std::mem::replace(&mut self.open, next)))
    }

    /// Keeps a second; gives those that are forgotten for it.
    fn keep(&mut self, second: Arc<GatewaySecond>) -> Vec<Arc<GatewaySecond>> {
        self.closing.retain(|seq| *seq != second.seq);
        let first = first_kept(second.seq);
        let gone = self.complete.partition_point(|older| older.seq < first);
        let forgotten = self.complete.drain(..gone).collect();
        let at = self.complete.partition_point(|older| older.seq < second.seq);
        self.complete.insert(at, second);
        forgotten
    }
}

/// The first of the last seconds up to this one.
fn first_kept(last: u64) -> u64 {
    last.saturating_sub(SECONDS_KEPT as u64) + 1
}

fn quiet(seq: u64) -> GatewaySecond {
    GatewaySecond {
        seq,
        ..GatewaySecond::default()
    }
}

#[cfg(test)]
mod tests;
