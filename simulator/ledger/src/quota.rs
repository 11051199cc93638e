//! Quotas (额度): how much an account may move at once, in a day, and ever. Owns the arithmetic; whose quota it is, what
//! it is set to and where its spending is kept are left to the gateway.

use crate::{Coin, Day, Money};

/// The most that may be moved, in minor units of one coin; `None` where there is no bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// The coin it is counted in.
    pub coin: Coin,
    /// In one transaction.
    pub per_transaction_minor: Option<i64>,
    /// From midnight to midnight on the gateway's calendar.
    pub per_day_minor: Option<i64>,
    /// As long as the account lasts.
    pub total_minor: Option<i64>,
}

/// What has been moved already, in minor units of the quota's coin; never below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spending {
    /// The last day on which anything was.
    pub day: Day,
    /// On that day.
    pub today_minor: i64,
    /// Ever.
    pub ever_minor: i64,
}

impl Quota {
    /// A quota without bounds.
    pub const fn unbounded(coin: Coin) -> Self {
        Self {
            coin,
            per_transaction_minor: None,
            per_day_minor: None,
            total_minor: None,
        }
    }

    /// The spending after `amount` more on `today`. A bound may have been lowered since, below what is spent already:
    /// then nothing is left of it. What is not positive spends nothing.
    ///
    /// # Errors
    /// When it passes a bound, naming the first in the order per transaction, per day, total.
    ///
    /// # Panics
    /// When `amount` is in another coin: a bug of ours.
    pub fn spend(&self, spent: &Spending, amount: Money, today: Day) -> Result<Spending, QuotaExceeded> {
        assert_eq!(amount.coin(), self.coin, "a quota is spent in its own coin");
        let minor = amount.minor().max(0);
        let spent = spent.on(today);
        self.check(Bound::PerTransaction, self.per_transaction_minor, 0, minor)?;
        self.check(Bound::PerDay, self.per_day_minor, spent.today_minor, minor)?;
        self.check(Bound::Total, self.total_minor, spent.ever_minor, minor)?;
        Ok(Spending {
            day: spent.day,
            today_minor: spent.today_minor.saturating_add(minor),
            ever_minor: spent.ever_minor.saturating_add(minor),
        })
    }

    fn check(&self, which: Bound, bound_minor: Option<i64>, spent_minor: i64, minor: i64) -> Result<(), QuotaExceeded> {
        let Some(bound_minor) = bound_minor else { return Ok(()) };
        let left_minor = bound_minor.saturating_sub(spent_minor).max(0);
        if minor > left_minor {
            Err(QuotaExceeded {
                which,
                left: Money::new(left_minor, self.coin),
            })
        } else {
            Ok(())
        }
    }
}

impl Spending {
    /// Nothing yet.
    pub const NONE: Self = Self {
        day: Day::FIRST,
        today_minor: 0,
        ever_minor: 0,
    };

    /// The spending seen on `today`: a new day starts from zero. A calendar that was set back counts on in the later day,
    /// so that nobody gains a quota by it.
    #[must_use]
    pub fn on(self, today: Day) -> Self {
        if today > self.day {
            Self {
                day: today,
                today_minor: 0,
                ..self
            }
        } else {
            self
        }
    }

    /// The spending after what was spent on `spent_on`, the [`day`](Self::day) that [`Quota::spend`] answered, failed and
    /// is given back on `today`: to the day only if it is still that day, to the total always.
    #[must_use]
    pub fn give_back(self, amount: Money, spent_on: Day, today: Day) -> Self {
        let minor = amount.minor().max(0);
        let seen = self.on(today);
        let of_today = if spent_on == seen.day { minor } else { 0 };
        Self {
            day: seen.day,
            today_minor: (seen.today_minor - of_today).max(0),
            ever_minor: (seen.ever_minor - minor).max(0),
        }
    }
}

/// One of a quota's bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bound {
    /// In one transaction.
    PerTransaction,
    /// In a day.
    PerDay,
    /// Ever.
    Total,
}

impl Bound {
    /// The word in settings, headers and journals.
    pub fn word(self) -> &'static str {
        match self {
            Self::PerTransaction => "per_transaction",
            Self::PerDay => "per_day",
            Self::Total => "total",
        }
    }
}

/// A quota that an amount would pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("quota {} leaves {left} {}", which.word(), left.coin())]
pub struct QuotaExceeded {
    /// Which bound.
    pub which: Bound,
    /// What it still leaves, zero or more.
    pub left: Money,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const QUOTA: Quota = Quota {
        coin: Coin::Cny,
        per_transaction_minor: Some(100),
        per_day_minor: Some(250),
        total_minor: Some(400),
    };

    fn cny(minor: i64) -> Money {
        Money::new(minor, Coin::Cny)
    }

    /// Day, minor units (negative: given back of today), and the passed bound with what it leaves.
    type Row = (u32, i64, Option<(Bound, i64)>);

    fn check(quota: Quota, rows: &[Row]) {
        let mut spent = Spending::NONE;
        for &(day, minor, passed) in rows {
            let today = Day::new(day);
            if minor < 0 {
                spent = spent.give_back(cny(-minor), today, today);
                continue;
            }
            let result = quota.spend(&spent, cny(minor), today);
            let expected = passed.map(|(which, left)| QuotaExceeded { which, left: cny(left) });
            assert_eq!(result.err(), expected, "{day} {minor}");
            spent = result.unwrap_or(spent);
        }
    }

    #[test]
    fn bounds_in_their_order() {
        check(
            QUOTA,
            &[
                (1, 101, Some((Bound::PerTransaction, 100))),
                (1, 100, None),
                (1, 100, None),
                (1, 51, Some((Bound::PerDay, 50))),
                (1, 101, Some((Bound::PerTransaction, 100))),
                (1, 50, None),
                (1, 1, Some((Bound::PerDay, 0))),
                (1, 0, None),
                (2, 100, None),
                (2, 51, Some((Bound::Total, 50))),
                (2, -100, None),
                (2, 100, None),
                (2, 50, None),
                (3, 1, Some((Bound::Total, 0))),
            ],
        );
        check(Quota::unbounded(Coin::Cny), &[(1, i64::MAX, None), (1, i64::MAX, None)]);
        let shut = Quota {
            per_day_minor: Some(-5),
            ..Quota::unbounded(Coin::Cny)
        };
        check(shut, &[(1, 1, Some((Bound::PerDay, 0)))]);
    }

    /// A bound lowered below what is spent, as a phase of a scenario may.
    #[test]
    fn a_lowered_bound_leaves_nothing() {
        let spent = QUOTA.spend(&Spending::NONE, cny(90), Day::new(1)).unwrap();
        let lowered = Quota {
            per_day_minor: Some(50),
            ..QUOTA
        };
        let passed = lowered.spend(&spent, cny(1), Day::new(1)).unwrap_err();
        assert_eq!(passed.to_string(), "quota per_day leaves 0.00 CNY");
        assert!(lowered.spend(&spent, cny(50), Day::new(2)).is_ok());
    }

    #[test]
    fn what_is_given_back_tomorrow_is_not_tomorrows() {
        let (first, second) = (Day::new(1), Day::new(2));
        let spent = QUOTA.spend(&Spending::NONE, cny(100), first).unwrap();
        let spent = QUOTA.spend(&spent, cny(40), second).unwrap();
        let back = spent.give_back(cny(100), first, second);
        assert_eq!((back.today_minor, back.ever_minor), (40, 40));
        let back = back.give_back(cny(40), second, second);
        assert_eq!((back.today_minor, back.ever_minor), (0, 0));
        let set_back = spent.on(first);
        assert_eq!(set_back, spent, "a calendar set back starts no day again");
    }

    #[test]
    fn ten_equal_spends_at_the_edge_admit_exactly_the_quota() {
        for (bound, admitted) in [(0, 0), (99, 0), (100, 1), (399, 3), (400, 4), (1_000, 10), (5_000, 10)] {
            let quotas = [
                Quota {
                    per_day_minor: Some(bound),
                    ..Quota::unbounded(Coin::Cny)
                },
                Quota {
                    total_minor: Some(bound),
                    ..Quota::unbounded(Coin::Cny)
                },
            ];
            for quota in quotas {
                let mut spent = Spending::NONE;
                for _ in 0..10 {
                    spent = quota.spend(&spent, cny(100), Day::new(7)).unwrap_or(spent);
                }
                assert_eq!(
                    (spent.today_minor, spent.ever_minor),
                    (100 * admitted, 100 * admitted),
                    "{bound}"
                );
            }
        }
    }

    proptest! {
        /// Against a list of what was spent and not given back, which is summed up afresh each time.
        #[test]
        fn spending_is_the_sum_of_what_stays_spent(
            steps in prop::collection::vec((any::<bool>(), 0_i64..150, 0_u32..2, 0_usize..8), 0..60),
        ) {
            let mut spent = Spending::NONE;
            let mut day = 0;
            let mut staying: Vec<(u32, i64)> = Vec::new();
            for (spends, minor, days_later, which) in steps {
                day += days_later;
                let today = Day::new(day);
                if spends {
                    if let Ok(after) = QUOTA.spend(&spent, cny(minor), today) {
                        spent = after;
                        staying.push((day, minor));
                    }
                } else if which < staying.len() {
                    let (spent_on, minor) = staying.swap_remove(which);
                    spent = spent.give_back(cny(minor), Day::new(spent_on), today);
                }
                let of_today: i64 = staying.iter().filter(|(of, _)| *of == day).map(|(_, minor)| minor).sum();
                let ever: i64 = staying.iter().map(|(_, minor)| minor).sum();
                prop_assert_eq!((spent.on(today).today_minor, spent.ever_minor), (of_today, ever));
                prop_assert!((0..=250).contains(&spent.today_minor) && (0..=400).contains(&spent.ever_minor));
            }
        }

        #[test]
        fn no_amount_overflows(quota in any::<[Option<i64>; 3]>(), minors in prop::collection::vec(any::<i64>(), 0..8)) {
            let [per_transaction_minor, per_day_minor, total_minor] = quota;
            let quota = Quota { coin: Coin::Cny, per_transaction_minor, per_day_minor, total_minor };
            let mut spent = Spending::NONE;
            for minor in minors {
                spent = quota.spend(&spent, cny(minor), Day::FIRST).unwrap_or(spent);
                spent = spent.give_back(cny(minor.saturating_neg()), Day::FIRST, Day::FIRST);
                prop_assert!(spent.today_minor >= 0 && spent.ever_minor >= 0);
            }
        }
    }
}
