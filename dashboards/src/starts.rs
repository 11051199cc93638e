//! How many arrivals were really started, second by second. A snapshot has only the total; the dashboard remembers the
//! totals it saw and reads rates between them.

use std::collections::VecDeque;

use measure::snapshot::SECONDS_KEPT;

/// Totals closer than this are not kept apart.
const SPACING_US: u64 = 400_000;
/// Enough for the seconds a snapshot keeps.
const MARKS_KEPT: usize = SECONDS_KEPT * 3;
/// Over how long the latest rate is taken.
const RECENT_US: u64 = 5_000_000;

/// The totals seen so far, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Starts {
    marks: VecDeque<Mark>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Mark {
    at_us: u64,
    started: u64,
}

impl Starts {
    /// Remembers a total; an earlier time than the last one begins anew.
    pub(crate) fn observe(&mut self, at_us: u64, started: u64) {
        if self.marks.back().is_some_and(|last| at_us < last.at_us) {
            self.marks.clear();
        }
        // The latest total always stands; its predecessor goes when both lie too close to the one before.
        if let Some(before) = self.marks.len().checked_sub(2).and_then(|at| self.marks.get(at))
            && at_us - before.at_us < SPACING_US
        {
            self.marks.pop_back();
        }
        if self.marks.len() == MARKS_KEPT {
            self.marks.pop_front();
        }
        self.marks.push_back(Mark { at_us, started });
    }

    /// Arrivals started in a whole second; `None` when the totals seen do not reach its end.
    pub(crate) fn in_second(&self, second: u32) -> Option<f64> {
        let from = u64::from(second) * 1_000_000;
        Some(self.total_at(from + 1_000_000)? - self.total_at(from)?)
    }

    /// Arrivals started per second, over the last few seconds before `now_us`; 0 before the first arrival.
    pub(crate) fn recent_per_second(&self, now_us: u64) -> f64 {
        let from_us = now_us.saturating_sub(RECENT_US);
        match (self.total_at(from_us), self.total_at(now_us)) {
            (Some(before), Some(now)) if now_us > from_us => (now - before) * 1e6 / (now_us - from_us) as f64,
            (_, _) => 0.0,
        }
    }

    /// The total at a time, on the straight line between two totals seen.
    fn total_at(&self, us: u64) -> Option<f64> {
        let after = self.marks.partition_point(|mark| mark.at_us < us);
        let right = self.marks.get(after)?;
        let left = after
            .checked_sub(1)
            .and_then(|at| self.marks.get(at))
            .copied()
            .unwrap_or(Mark { at_us: 0, started: 0 });
        let span = right.at_us.saturating_sub(left.at_us);
        if span == 0 {
            return Some(right.started as f64);
        }
        let risen = right.started.saturating_sub(left.started) as f64;
        Some(left.started as f64 + risen * (us - left.at_us) as f64 / span as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_lie_between_the_totals() {
        let mut starts = Starts::default();
        for (at_us, started) in [(0, 0), (1_000_000, 200), (2_500_000, 350), (3_000_000, 350)] {
            starts.observe(at_us, started);
        }
        for (second, expected) in [(0, Some(200.0)), (1, Some(100.0)), (2, Some(50.0)), (3, None)] {
            assert_eq!(starts.in_second(second), expected, "second {second}");
        }
        assert!((starts.recent_per_second(3_000_000) - 350.0 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn close_totals_are_joined_and_the_number_is_bounded() {
        let mut starts = Starts::default();
        for at in 0..100_000_u64 {
            starts.observe(at * 125_000, at * 25);
        }
        assert!(starts.marks.len() <= MARKS_KEPT);
        assert_eq!(starts.in_second(12_490), Some(200.0));
        starts.observe(0, 0);
        assert_eq!(starts.marks.len(), 1, "an earlier time begins anew");
    }

    #[test]
    fn nothing_seen_is_no_rate() {
        assert_eq!(Starts::default().in_second(0), None);
        assert_eq!(Starts::default().recent_per_second(9), 0.0);
    }
}
