//! Balances by account. Owns that they only change by balanced sets of postings, wholly or not at all; which postings
//! there are is left to the ledger.

use std::collections::BTreeMap;

use crate::{Account, Coin, Money, Posting};

/// The balances of all accounts. A store may keep several, each for a part of the orders, and [`merge`](Self::merge)
/// them to look at the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    // Absent means zero; bounded by the shops that ever moved money.
    balances_minor: BTreeMap<Account, i64>,
}

impl Books {
    /// Empty books.
    pub fn new() -> Self {
        Self::default()
    }

    /// Books from balances in minor units, for a store that reads back what it once kept. Nothing is checked here:
    /// [`crate::invariant::sums`] says whether they balance. Of an account named twice the last balance counts.
    pub fn restore(balances_minor: impl IntoIterator<Item = (Account, i64)>) -> Self {
        let mut balances_minor: BTreeMap<_, _> = balances_minor.into_iter().collect();
        balances_minor.retain(|_, minor| *minor != 0);
        Self { balances_minor }
    }

    /// Posts one set of postings.
    ///
    /// # Errors
    /// When the set does not sum to zero in some coin, or an account cannot hold the result. Nothing is posted then.
    pub fn post(&mut self, postings: &[Posting]) -> Result<(), BooksError> {
        for coin in Coin::ALL {
            let of_coin = postings.iter().filter(|posting| posting.account.coin() == coin);
            let sum_minor: i128 = of_coin.map(|posting| i128::from(posting.minor)).sum();
            if sum_minor != 0 {
                return Err(BooksError::Unbalanced { coin, sum_minor });
            }
        }
        self.add_all(postings.iter().map(|posting| (posting.account, posting.minor)))
    }

    /// The balance of an account; zero for one that never moved.
    pub fn balance(&self, account: Account) -> Money {
        Money::new(self.balances_minor.get(&account).copied().unwrap_or(0), account.coin())
    }

    /// Every balance that is not zero, in the order of accounts.
    pub fn balances(&self) -> impl Iterator<Item = (Account, Money)> + '_ {
        self.balances_minor
            .iter()
            .map(|(account, minor)| (*account, Money::new(*minor, account.coin())))
    }

    /// The sum over all accounts of a coin. Zero, or something is wrong.
    ///
    /// # Errors
    /// When it is so wrong that the sum does not fit.
    pub fn sum(&self, coin: Coin) -> Result<Money, BooksError> {
        let of_coin = self.balances_minor.iter().filter(|(account, _)| account.coin() == coin);
        let sum_minor: i128 = of_coin.map(|(_, minor)| i128::from(*minor)).sum();
        i64::try_from(sum_minor)
            .map(|minor| Money::new(minor, coin))
            .map_err(|_| BooksError::Unbalanced { coin, sum_minor })
    }

    /// Adds the balances of `other`, account by account.
    ///
    /// # Errors
    /// When an account cannot hold the result. Nothing is added then.
    pub fn merge(&mut self, other: &Self) -> Result<(), BooksError> {
        self.add_all(other.balances_minor.iter().map(|(account, minor)| (*account, *minor)))
    }

    /// All or nothing: every new balance is known to fit before the first is kept. Changes of one account are netted
    /// first, so their order does not matter.
    fn add_all(&mut self, changes: impl Iterator<Item = (Account, i64)>) -> Result<(), BooksError> {
        let mut net: BTreeMap<Account, i128> = BTreeMap::new();
        for (account, minor) in changes {
            *net.entry(account).or_default() += i128::from(minor);
        }
        let after = net.into_iter().map(|(account, change)| {
            let balance = i128::from(self.balance(account).minor()) + change;
            i64::try_from(balance)
                .map(|minor| (account, minor))
                .map_err(|_| BooksError::AccountFull { account })
        });
        for (account, minor) in after.collect::<Result<Vec<_>, _>>()? {
            if minor == 0 {
                self.balances_minor.remove(&account);
            } else {
                self.balances_minor.insert(account, minor);
            }
        }
        Ok(())
    }
}

/// Why postings were not posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BooksError {
    /// Money would come from nowhere or vanish.
    #[error("{coin} postings sum to {sum_minor} minor units instead of zero")]
    Unbalanced {
        /// The coin.
        coin: Coin,
        /// The sum.
        sum_minor: i128,
    },
    /// The balance does not fit.
    #[error("account {account} cannot hold that much")]
    AccountFull {
        /// The account.
        account: Account,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ShopId;

    const PAYERS: Account = Account::Payers(Coin::Usdt);
    const SHOP: Account = Account::Shop(ShopId(1), Coin::Usdt);
    const OTHER: Account = Account::Shop(ShopId(1), Coin::Trx);

    fn set(changes: &[(Account, i64)]) -> Vec<Posting> {
        changes
            .iter()
            .map(|&(account, minor)| Posting {
                account,
                minor,
                order: None,
            })
            .collect()
    }

    #[test]
    fn a_set_is_posted_wholly_or_not_at_all() {
        let full = BooksError::AccountFull { account: SHOP };
        let unbalanced = |coin, sum_minor| Err(BooksError::Unbalanced { coin, sum_minor });
        let rows = [
            // shop before, set, expected
            (0, vec![(PAYERS, -5), (SHOP, 5)], Ok(5)),
            (0, vec![], Ok(0)),
            (7, vec![(PAYERS, 7), (SHOP, -7)], Ok(0)),
            (0, vec![(PAYERS, -i64::MAX), (SHOP, i64::MAX)], Ok(i64::MAX)),
            (i64::MAX, vec![(PAYERS, -1), (SHOP, 1)], Err(full)),
            (i64::MAX, vec![(SHOP, 1), (SHOP, -1)], Ok(i64::MAX)),
            (
                i64::MAX,
                vec![(PAYERS, 0), (SHOP, i64::MIN), (SHOP, i64::MAX), (SHOP, 1)],
                Ok(i64::MAX),
            ),
            (0, vec![(PAYERS, -5), (SHOP, 4)], unbalanced(Coin::Usdt, -1)),
            (0, vec![(SHOP, 5), (OTHER, -5)], unbalanced(Coin::Usdt, 5)),
            (0, vec![(OTHER, 1)], unbalanced(Coin::Trx, 1)),
            (
                0,
                vec![(SHOP, i64::MAX), (PAYERS, i64::MAX)],
                unbalanced(Coin::Usdt, 2 * i128::from(i64::MAX)),
            ),
        ];
        for (before, changes, expected) in rows {
            let mut books = Books::new();
            books
                .post(&set(&[(Account::Funding(Coin::Usdt), -before), (SHOP, before)]))
                .unwrap();
            let untouched = books.clone();
            let posted = books.post(&set(&changes));
            assert_eq!(
                posted.map(|()| books.balance(SHOP).minor()),
                expected,
                "{before} {changes:?}"
            );
            if expected.is_err() {
                assert_eq!(books, untouched, "{before} {changes:?}");
            }
            assert_eq!(books.sum(Coin::Usdt), Ok(Money::zero(Coin::Usdt)));
            assert_eq!(books.sum(Coin::Trx), Ok(Money::zero(Coin::Trx)));
        }
    }

    #[test]
    fn partial_books_add_up_and_zero_balances_leave_no_trace() {
        let mut left = Books::new();
        left.post(&set(&[(PAYERS, -5), (SHOP, 5)])).unwrap();
        let mut right = Books::new();
        right.post(&set(&[(PAYERS, 5), (SHOP, -5)])).unwrap();
        left.merge(&right).unwrap();
        assert_eq!(left, Books::new());
        assert_eq!(left.balances().count(), 0);

        let mut half = Books::new();
        half.post(&set(&[(PAYERS, -i64::MAX), (SHOP, i64::MAX)])).unwrap();
        let untouched = half.clone();
        assert_eq!(half.merge(&untouched), Err(BooksError::AccountFull { account: PAYERS }));
        assert_eq!(half, untouched);
    }

    #[test]
    fn a_sum_that_does_not_fit_is_an_error_not_a_wrap() {
        let books = Books {
            balances_minor: [(PAYERS, i64::MAX), (SHOP, 1)].into(),
        };
        let sum_minor = i128::from(i64::MAX) + 1;
        assert_eq!(
            books.sum(Coin::Usdt),
            Err(BooksError::Unbalanced {
                coin: Coin::Usdt,
                sum_minor
            })
        );
    }
}
