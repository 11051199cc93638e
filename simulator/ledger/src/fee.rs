//! Fees. Owns the exact rate and its one rounding; which rate an order has, after which discount, is left to the
//! gateway.

use crate::Money;

/// The share of an amount that the gateway keeps: an exact ratio from nothing to all of it, with every discount taken
/// off already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FeeRate {
    num: u64,
    den: u64,
}

impl FeeRate {
    /// No fee.
    pub const NONE: Self = Self { num: 0, den: 1 };

    /// The ratio `num / den`: 0.6 % is `6 / 1000`.
    ///
    /// # Errors
    /// When `den` is zero, or the ratio is above one: a fee never takes more than the amount.
    pub const fn new(num: u64, den: u64) -> Result<Self, FeeRateError> {
        if den == 0 {
            Err(FeeRateError::NoRatio)
        } else if num > den {
            Err(FeeRateError::AboveOne)
        } else {
            Ok(Self { num, den })
        }
    }

    /// The ratio's upper number, as it was given.
    pub const fn num(self) -> u64 {
        self.num
    }

    /// The ratio's lower number, as it was given; never zero.
    pub const fn den(self) -> u64 {
        self.den
    }

    /// The fee on an amount: whole minor units, half a unit rounded up, at most the amount itself. Nothing of an amount
    /// that is not positive.
    pub fn fee(self, amount: Money) -> Money {
        if !amount.is_positive() {
            return Money::zero(amount.coin());
        }
        // The widest product is below 2^63 × 2^64, which 127 bits hold; doubling the rest instead of the product keeps
        // it so.
        let den = i128::from(self.den);
        let exact = i128::from(amount.minor()) * i128::from(self.num);
        let (whole, rest) = (exact / den, exact % den);
        let minor = whole + i128::from(rest >= den - rest);
        Money::new(
            i64::try_from(minor).expect("a rate is at most one, so the fee is at most the amount"),
            amount.coin(),
        )
    }
}

/// Why two numbers are no rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeeRateError {
    /// Nothing can be divided by zero.
    #[error("fee rate is divided by zero")]
    NoRatio,
    /// More than the amount.
    #[error("fee rate is above one")]
    AboveOne,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Coin;

    fn check((num, den): (u64, u64), amount: &str, coin: Coin, expected: &str) {
        let fee = FeeRate::new(num, den).unwrap().fee(Money::parse(amount, coin).unwrap());
        assert_eq!(
            fee,
            Money::parse(expected, coin).unwrap(),
            "{num}/{den} of {amount} {coin}"
        );
    }

    #[test]
    fn half_a_unit_is_rounded_up() {
        for (rate, amount, coin, expected) in [
            ((6, 1_000), "100", Coin::Cny, "0.60"),
            ((6, 1_000), "0.83", Coin::Cny, "0.00"),
            ((6, 1_000), "0.84", Coin::Cny, "0.01"),
            ((5, 1_000), "0.99", Coin::Cny, "0"),
            ((5, 1_000), "1.00", Coin::Cny, "0.01"),
            ((5, 1_000), "3.00", Coin::Cny, "0.02"),
            ((1, 3), "0.01", Coin::Cny, "0"),
            ((1, 3), "0.02", Coin::Cny, "0.01"),
            ((1, 3), "1", Coin::Usdt, "0.33333333"),
            ((2, 3), "1", Coin::Trx, "0.666667"),
            ((1, 1), "12.34", Coin::Cny, "12.34"),
            ((0, 7), "12.34", Coin::Cny, "0"),
            ((1, 2), "0", Coin::Cny, "0"),
            ((1, 2), "-5", Coin::Cny, "0"),
            (
                (u64::MAX, u64::MAX),
                "92233720368547758.07",
                Coin::Cny,
                "92233720368547758.07",
            ),
            (
                (u64::MAX - 1, u64::MAX),
                "92233720368547758.07",
                Coin::Cny,
                "92233720368547758.07",
            ),
        ] {
            check(rate, amount, coin, expected);
        }
    }

    #[test]
    fn rates_lie_between_nothing_and_all() {
        for (num, den, expected) in [
            (0, 0, Err(FeeRateError::NoRatio)),
            (1, 0, Err(FeeRateError::NoRatio)),
            (2, 1, Err(FeeRateError::AboveOne)),
            (0, 1, Ok(FeeRate::NONE)),
            (1, 1, Ok(FeeRate { num: 1, den: 1 })),
        ] {
            assert_eq!(FeeRate::new(num, den), expected, "{num}/{den}");
        }
    }

    proptest! {
        /// The fee is the whole number nearest to the exact one, and of two equally near the larger.
        #[test]
        fn a_fee_is_never_more_than_half_a_unit_off(minor in 1..i64::MAX, num in 0..=1_000_000_u64, den in 1..=1_000_000_u64) {
            prop_assume!(num <= den);
            let fee = FeeRate::new(num, den).unwrap().fee(Money::new(minor, Coin::Usdt));
            let twice_off = 2 * (i128::from(fee.minor()) * i128::from(den) - i128::from(minor) * i128::from(num));
            prop_assert!(-i128::from(den) < twice_off && twice_off <= i128::from(den));
            prop_assert!(0 <= fee.minor() && fee.minor() <= minor);
        }
    }
}
