//! The error budget: when a load has hurt its target enough. Pure: counts and times come in, a verdict comes out.
//!
//! What counts are *unexpected* errors, those the scenario could not have caused; a drill that breaks things on purpose
//! does not spend its own budget. The share is taken over the last seconds, not over the run, so that an hour of
//! successes buys no minute of errors.

use std::collections::VecDeque;

use crate::{unit, verdict::Fraction};

/// The window that the share is taken over, microseconds. With a look every 50 ms the load stops well within 2 s.
pub const WINDOW_US: u64 = 5_000_000;

/// Below so many requests in the window nothing is judged: one error among three requests is no trend.
pub const LEAST: u64 = 20;

/// Marks that are kept: looks come twenty times a second at most, and one before the window is needed.
const MOST_MARKS: usize = 256;

/// Watches the share of unexpected errors.
#[derive(Clone, Debug)]
pub struct ErrorBudget {
    share: Fraction,
    marks: VecDeque<Mark>,
}

/// What had been counted at a look.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    at_us: u64,
    finished: u64,
    unexpected: u64,
}

/// A budget that is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    /// Unexpected errors in the window.
    pub unexpected: u64,
    /// Requests that ended in it.
    pub finished: u64,
    /// The share that was allowed.
    pub share: Fraction,
}

impl ErrorBudget {
    /// Allows this share of unexpected errors.
    pub fn new(share: Fraction) -> Self {
        let marks = VecDeque::from([Mark::default()]);
        Self { share, marks }
    }

    /// Takes in what the whole run has counted by now; says whether the last [`WINDOW_US`] are over the budget.
    pub fn look(&mut self, at_us: u64, finished: u64, unexpected: u64) -> Option<Spent> {
        let from_us = at_us.saturating_sub(WINDOW_US);
        // What was counted since the oldest mark within the window is the window's; where looks are rarer than that, since
        // the last look.
        let outdated = |mark: &Mark| mark.at_us < from_us;
        while self.marks.len() > 1 && (self.marks.front().is_some_and(outdated) || self.marks.len() >= MOST_MARKS) {
            self.marks.pop_front();
        }
        let before = self.marks.front().copied().unwrap_or_default();
        self.marks.push_back(Mark {
            at_us,
            finished,
            unexpected,
        });
        let spent = Spent {
            unexpected: unexpected.saturating_sub(before.unexpected),
            finished: finished.saturating_sub(before.finished),
            share: self.share,
        };
        spent.is_over().then_some(spent)
    }
}

impl Spent {
    fn is_over(self) -> bool {
        let errors = u128::from(self.unexpected) * u128::from(self.share.den.max(1));
        self.finished >= LEAST && errors > u128::from(self.finished) * u128::from(self.share.num)
    }

    /// Why the load was stopped, as a sentence.
    pub fn sentence(self) -> String {
        format!(
            "The error budget is spent: {} of {} requests in {} failed unexpectedly, more than {}.",
            unit::count(self.unexpected),
            unit::count(self.finished),
            unit::time(WINDOW_US),
            unit::percent(self.share.num, self.share.den),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks at (ms, finished, unexpected) in turn with a budget of 10 %; expects the look that stops, if any.
    fn check(looks: &[(u64, u64, u64)], stops_at: Option<usize>) {
        let mut budget = ErrorBudget::new(Fraction { num: 10, den: 100 });
        let stopped = looks
            .iter()
            .position(|(ms, finished, unexpected)| budget.look(ms * 1_000, *finished, *unexpected).is_some());
        assert_eq!(stopped, stops_at, "{looks:?}");
    }

    #[test]
    fn a_share_above_the_budget_stops() {
        check(&[(50, 100, 10), (100, 100, 11)], Some(1));
        check(&[(50, 100, 0), (100, 200, 20)], None);
    }

    #[test]
    fn a_few_requests_are_no_trend() {
        check(&[(50, 19, 19), (100, 20, 20)], Some(1));
        check(&[(50, 3, 3)], None);
        check(&[], None);
    }

    #[test]
    fn an_hour_of_successes_buys_no_errors() {
        check(&[(3_600_000, 1_000_000, 0), (3_601_000, 1_000_100, 50)], Some(1));
    }

    #[test]
    fn what_lies_before_the_window_is_forgotten() {
        // Ten errors early, few requests since: within the window of the third look the share is below the budget.
        check(&[(50, 1_000, 90), (1_000, 1_010, 99), (7_000, 1_200, 110)], None);
        check(&[(50, 1_000, 90), (1_000, 1_010, 99), (5_900, 1_100, 115)], Some(2));
    }

    #[test]
    fn nothing_is_allowed_with_a_budget_of_zero() {
        let mut budget = ErrorBudget::new(Fraction { num: 0, den: 100 });
        assert_eq!(budget.look(50_000, 100, 0), None);
        let spent = budget.look(100_000, 200, 1).expect("one is too many");
        assert_eq!(
            spent.sentence(),
            "The error budget is spent: 1 of 200 requests in 5.00 s failed unexpectedly, more than 0.00 %."
        );
    }

    #[test]
    fn marks_are_bounded() {
        let mut budget = ErrorBudget::new(Fraction::whole(1));
        for at in 0..10_000 {
            assert_eq!(budget.look(at, at, 0), None);
        }
        assert!(budget.marks.len() <= MOST_MARKS);
    }
}
