//! The load's own limits: caps that are checked before anything is sent, and what ends arrivals early.
//!
//! What spends an error budget is decided in `measure::budget`.

use std::time::Duration;

use measure::{
    budget::{ErrorBudget, Spent},
    snapshot::ClassFigures,
    verdict::Fraction,
};
use rust_decimal::Decimal;

/// Limits of a load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Safety {
    /// Arrivals due within one second, at most.
    pub max_rate: u32,
    /// Users, at most.
    pub max_users: u32,
    /// How long arrivals go on, at most.
    pub max_length: Duration,
    /// No order is opened once so many requests were started; those under way come to their end.
    pub max_requests: Option<u64>,
    /// The share of unexpected errors that stops the load.
    pub error_budget: Option<Fraction>,
}

impl Safety {
    /// One process on two cores holds half of it beside its target: more is a slip of the keyboard.
    pub const RATE: u32 = 20_000;
    /// A connection each, as many as a machine has ports for a target, with room to spare.
    pub const USERS: u32 = 20_000;
    /// A day, in seconds.
    pub const LENGTH_S: u64 = 86_400;

    /// Refuses what is beyond a cap.
    pub(crate) fn check(&self, fastest: Decimal, lasts: Duration, users: u32) -> Result<(), CapError> {
        if fastest > Decimal::from(self.max_rate) {
            return Err(CapError::Rate {
                asked: fastest.normalize(),
                most: self.max_rate,
            });
        }
        if users > self.max_users {
            return Err(CapError::Users {
                asked: users,
                most: self.max_users,
            });
        }
        if lasts > self.max_length {
            return Err(CapError::Length {
                asked_s: lasts.as_secs(),
                most_s: self.max_length.as_secs(),
            });
        }
        Ok(())
    }
}

impl Default for Safety {
    fn default() -> Self {
        Self {
            max_rate: Self::RATE,
            max_users: Self::USERS,
            max_length: Duration::from_secs(Self::LENGTH_S),
            max_requests: None,
            error_budget: None,
        }
    }
}

/// A load beyond a cap.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CapError {
    /// Too fast.
    #[error(
        "the load asks for {asked} arrivals a second, and {most} is the cap: lower `arrivals`, or raise the cap with --max-rate"
    )]
    Rate {
        /// The highest rate.
        asked: Decimal,
        /// The cap.
        most: u32,
    },
    /// Too many users.
    #[error("the load asks for {asked} users, and {most} is the cap: lower --users, or raise the cap with --max-users")]
    Users {
        /// How many.
        asked: u32,
        /// The cap.
        most: u32,
    },
    /// Too long.
    #[error(
        "the load lasts {asked_s} s, and {most_s} s is the cap: shorten it with --for, or raise the cap with --max-duration"
    )]
    Length {
        /// How long, seconds.
        asked_s: u64,
        /// The cap, seconds.
        most_s: u64,
    },
}

/// The error budget of a run under way.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    budget: Option<ErrorBudget>,
    spent: Option<Spent>,
}

impl Budget {
    pub(crate) fn new(safety: &Safety) -> Self {
        let budget = safety.error_budget.map(ErrorBudget::new);
        Self { budget, spent: None }
    }

    /// What went beyond the budget, for good.
    pub(crate) fn spent(&self) -> Option<Spent> {
        self.spent
    }

    /// Takes in the classes of the whole run so far.
    pub(crate) fn look(&mut self, now_us: u64, classes: impl FnOnce() -> Vec<ClassFigures>) {
        let (Some(budget), None) = (&mut self.budget, self.spent) else {
            return;
        };
        let classes = classes();
        let finished = classes.iter().map(|class| class.count).sum();
        let unexpected = classes
            .iter()
            .filter(|class| !class.expected)
            .map(|class| class.count)
            .sum();
        self.spent = budget.look(now_us, finished, unexpected);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use measure::{sample::Class, snapshot::ClassFigures, verdict::Fraction};

    use super::{Budget, CapError, Decimal, Safety};

    fn check(rate: u32, seconds: u64, users: u32, refused: Option<CapError>) {
        let caps = Safety {
            max_rate: 500,
            max_users: 100,
            max_length: Duration::from_secs(60),
            ..Safety::default()
        };
        let checked = caps.check(Decimal::from(rate), Duration::from_secs(seconds), users);
        assert_eq!(checked, refused.map_or(Ok(()), Err), "{rate} {seconds} {users}");
    }

    #[test]
    fn caps_themselves_are_fine_and_more_is_not() {
        check(500, 60, 100, None);
        check(
            501,
            60,
            100,
            Some(CapError::Rate {
                asked: Decimal::from(501),
                most: 500,
            }),
        );
        check(500, 60, 101, Some(CapError::Users { asked: 101, most: 100 }));
        check(
            500,
            61,
            100,
            Some(CapError::Length {
                asked_s: 61,
                most_s: 60,
            }),
        );
    }

    #[test]
    fn only_unexpected_errors_spend_the_budget_and_it_stays_spent() {
        let class = |expected, count| ClassFigures {
            class: Class::Http5xx,
            expected,
            count,
        };
        let mut budget = Budget::new(&Safety {
            error_budget: Some(Fraction { num: 1, den: 10 }),
            ..Safety::default()
        });
        budget.look(50_000, || vec![class(true, 95), class(false, 5)]);
        assert_eq!(budget.spent(), None);
        budget.look(100_000, || vec![class(true, 95), class(false, 50)]);
        let spent = budget.spent().map(|spent| (spent.unexpected, spent.finished));
        assert_eq!(spent, Some((50, 145)));
        budget.look(60_000_000, || vec![class(true, 99_995), class(false, 50)]);
        assert_eq!(budget.spent().map(|spent| spent.unexpected), Some(50));
        let mut none = Budget::new(&Safety::default());
        none.look(50_000, || vec![class(false, 1_000)]);
        assert_eq!(none.spent(), None);
    }
}
