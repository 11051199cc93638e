//! Money: whole minor units, 10⁻⁸ of a coin, and the decimal text they are read from and written as.
//!
//! The trap: `12.30` has no exact double, and `0.1 + 0.2` is not `0.3`. So no float ever touches an amount, and two amounts
//! are compared as numbers, never as text: the wallet writes `12.30000000` where we wrote `12.30`.

use std::fmt;

use thiserror::Error;

/// The coin this shop sells for.
pub(crate) const COIN: &str = "USDT";

/// Decimals of [`COIN`].
const DECIMALS: usize = 8;
const UNIT: i64 = 100_000_000;
/// Digits before the point: a thousand million, far from the end of an `i64` at eight decimals when summed up.
const WHOLE_DIGITS_MAX: usize = 9;

/// An amount of [`COIN`], never negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Money(i64);

/// Why a text is no amount.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` is no amount: write digits, and at most {DECIMALS} decimals, as in \"12.30\"")]
pub(crate) struct NoAmount {
    text: String,
}

impl Money {
    /// Reads plain decimal text: no sign, no exponent, no spaces, no separators.
    pub(crate) fn parse(text: &str) -> Result<Self, NoAmount> {
        let no_amount = || NoAmount {
            // What a stranger sent is quoted, but not at any length.
            text: text.chars().take(40).collect(),
        };
        let (whole, decimals) = match text.split_once('.') {
            Some((_, "")) => return Err(no_amount()),
            Some(parts) => parts,
            None => (text, ""),
        };
        let plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > WHOLE_DIGITS_MAX || decimals.len() > DECIMALS {
            return Err(no_amount());
        }
        if !plain(whole) || !plain(decimals) {
            return Err(no_amount());
        }
        let whole: i64 = whole.parse().map_err(|_| no_amount())?;
        let decimals: i64 = format!("{decimals:0<DECIMALS$}").parse().map_err(|_| no_amount())?;
        Ok(Self(whole * UNIT + decimals))
    }

    /// From the database, which keeps minor units.
    pub(crate) const fn from_minor(minor: i64) -> Self {
        Self(minor)
    }

    /// For the database.
    pub(crate) const fn minor(self) -> i64 {
        self.0
    }

    /// Nothing can be bought or paid back for it.
    pub(crate) const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

/// At least two decimals, as people write prices, and no more than are needed: `12.30`, `0.00000001`.
impl fmt::Display for Money {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = format!("{:08}", self.0 % UNIT);
        let (cents, finer) = decimals.split_at(2);
        write!(out, "{}.{cents}{}", self.0 / UNIT, finer.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_as_they_are_read_and_written() {
        for (text, minor, written) in [
            ("12.30", 1_230_000_000, "12.30"),
            ("12.3", 1_230_000_000, "12.30"),
            ("12.30000000", 1_230_000_000, "12.30"),
            ("007", 700_000_000, "7.00"),
            ("0", 0, "0.00"),
            ("0.00000001", 1, "0.00000001"),
            ("100.5", 10_050_000_000, "100.50"),
            ("999999999.99999999", 99_999_999_999_999_999, "999999999.99999999"),
        ] {
            let money = Money::parse(text).expect("an amount");
            assert_eq!((money.minor(), money.to_string().as_str()), (minor, written), "{text}");
        }
    }

    #[test]
    fn texts_that_are_no_amounts() {
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "-1",
            "+1",
            "1e3",
            "1,000",
            " 1",
            "1 ",
            "0x10",
            "NaN",
            "1.2.3",
            "١",
            "1.000000000",
            "1000000000",
        ] {
            assert!(Money::parse(text).is_err(), "{text}");
        }
    }
}
