//! Requests by the second they were *due* in: how healthy the target was for those who came then.

use crate::recorder::{SECOND_US, Started, second_of};

/// Seconds in a row that must be healthy.
const HEALTHY_SECONDS: u32 = 3;

/// The least share of successes of a healthy second, in percent.
const HEALTHY_PERCENT: u64 = 99;

/// Seconds a run may have: four weeks. Later samples count in the last one.
const LONGEST_RUN_SECONDS: u32 = 28 * 24 * 3_600;

/// Whether a target recovered in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// Healthy from a whole second that starts so long after the phase's end, microseconds.
    After(u64),
    /// Not healthy in time.
    NotWithin,
    /// Not healthy yet, and there is still time.
    NotYet,
    /// Nothing was due after the phase's end.
    NoSamples,
}

#[derive(Debug)]
pub(super) struct Starts {
    seconds: Vec<Started>,
    /// The last second samples may be due in.
    last: u32,
    ended: bool,
}

impl Starts {
    /// For a run that lasts at most so long.
    pub(super) fn new(longest_us: u64) -> Self {
        Self {
            seconds: Vec::new(),
            last: second_of(longest_us).min(LONGEST_RUN_SECONDS),
            ended: false,
        }
    }

    /// It lasts at most so long after all.
    pub(super) fn lasts(&mut self, longest_us: u64) {
        self.last = self.last.max(second_of(longest_us).min(LONGEST_RUN_SECONDS));
    }

    pub(super) fn add(&mut self, second: u32, more: Started) {
        let at = second.min(self.last) as usize;
        if at >= self.seconds.len() {
            self.seconds.resize(at + 1, Started::default());
        }
        self.seconds[at].finished += more.finished;
        self.seconds[at].ok += more.ok;
    }

    /// No more samples will come.
    pub(super) fn end(&mut self) {
        self.ended = true;
    }

    /// What was due in a second, if any of it has finished.
    pub(super) fn of_second(&self, second: u32) -> Option<Started> {
        self.seconds
            .get(second as usize)
            .copied()
            .filter(|started| started.finished > 0)
    }

    /// Looks for a whole second that starts at most so long after the end and is healthy together with the two after
    /// it. Seconds in which nothing was due say nothing; the first of the three must say something.
    pub(super) fn recovered(&self, end_us: u64, within_us: u64, now_us: u64) -> Recovery {
        let latest_us = end_us.saturating_add(within_us);
        let (first, last) = (second_of(end_us.saturating_add(SECOND_US - 1)), second_of(latest_us));
        let last_seen = last.saturating_add(HEALTHY_SECONDS - 1);
        if let Some(second) = (first..=last.min(self.last)).find(|second| self.healthy_from(*second)) {
            return Recovery::After((u64::from(second) * SECOND_US).saturating_sub(end_us));
        }
        let over = self.ended || now_us >= (u64::from(last_seen) + 1) * SECOND_US;
        let any = (first..=last_seen.min(self.last)).any(|second| self.of_second(second).is_some());
        match (over, any) {
            (false, _) => Recovery::NotYet,
            (true, true) => Recovery::NotWithin,
            (true, false) => Recovery::NoSamples,
        }
    }

    fn healthy_from(&self, second: u32) -> bool {
        let healthy = |started: Started| {
            u128::from(started.ok) * 100 >= u128::from(started.finished) * u128::from(HEALTHY_PERCENT)
        };
        self.of_second(second).is_some_and(healthy)
            && (1..HEALTHY_SECONDS).all(|later| self.of_second(second.saturating_add(later)).is_none_or(healthy))
            && (self.ended || self.of_second(second.saturating_add(HEALTHY_SECONDS - 1)).is_some())
    }
}
