//! Exact money: whole minor units of a coin, checked, without floats. Owns parsing and printing; whether an amount is
//! acceptable is left to the ledger's limits.

use std::fmt;

/// A coin the wallet holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Coin {
    /// Tether, 8 decimals.
    Usdt,
    /// Tron, 6 decimals.
    Trx,
    /// The Chinese yuan, 2 decimals.
    Cny,
}

impl Coin {
    /// Every coin, in the order of documentation and reports.
    pub const ALL: [Self; 3] = [Self::Usdt, Self::Trx, Self::Cny];

    /// The word on the wire, in reports and in stores.
    pub fn word(self) -> &'static str {
        match self {
            Self::Usdt => "USDT",
            Self::Trx => "TRX",
            Self::Cny => "CNY",
        }
    }

    /// Decimals of its minor unit.
    pub fn scale(self) -> u32 {
        match self {
            Self::Usdt => 8,
            Self::Trx => 6,
            Self::Cny => 2,
        }
    }

    /// Reads a [`word`](Self::word), exactly as written.
    ///
    /// # Errors
    /// [`MoneyError::UnknownCoin`] for any other text.
    pub fn parse(word: &str) -> Result<Self, MoneyError> {
        Self::ALL
            .into_iter()
            .find(|coin| coin.word() == word)
            .ok_or(MoneyError::UnknownCoin)
    }

    /// Minor units of one whole coin.
    pub(crate) fn unit(self) -> i64 {
        10_i64.pow(self.scale())
    }
}

impl fmt::Display for Coin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// An amount: a whole number of a coin's minor units, any sign. Amounts of different coins are never comparable, so
/// there is no ordering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    coin: Coin,
}

impl Money {
    /// Longest text [`Money::parse`] looks at. The longest amount has 20 characters; the rest is room for zeros.
    pub const TEXT_MAX_BYTES: usize = 64;

    /// From minor units.
    pub const fn new(minor: i64, coin: Coin) -> Self {
        Self { minor, coin }
    }

    /// Nothing, in a coin.
    pub const fn zero(coin: Coin) -> Self {
        Self::new(0, coin)
    }

    /// Reads a plain decimal: an optional `-`, digits without superfluous leading zeros, optionally a point and at
    /// least one digit. Decimals beyond the coin's scale must be zeros: nothing is ever rounded.
    ///
    /// # Errors
    /// Says which of these rules `text` breaks, or that the amount does not fit.
    pub fn parse(text: &str, coin: Coin) -> Result<Self, MoneyError> {
        if text.is_empty() {
            return Err(MoneyError::Empty);
        }
        if text.len() > Self::TEXT_MAX_BYTES {
            return Err(MoneyError::TooLong { len_bytes: text.len() });
        }
        let (negative, unsigned) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, decimals) = match unsigned.split_once('.') {
            Some((whole, decimals)) if is_digits(decimals) => (whole, decimals.trim_end_matches('0')),
            None => (unsigned, ""),
            Some(_) => return Err(MoneyError::NotDecimal),
        };
        if !is_digits(whole) {
            return Err(MoneyError::NotDecimal);
        }
        if whole.len() > 1 && whole.starts_with('0') {
            return Err(MoneyError::LeadingZero);
        }
        let minor = count_minor(whole, decimals, coin, negative)?;
        Ok(Self { minor, coin })
    }

    /// Minor units, any sign.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The coin.
    pub const fn coin(self) -> Coin {
        self.coin
    }

    /// Above zero?
    pub const fn is_positive(self) -> bool {
        self.minor > 0
    }

    /// The sum.
    ///
    /// # Errors
    /// When the coins differ or the sum does not fit.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.same_coin(other)?;
        let minor = self
            .minor
            .checked_add(other.minor)
            .ok_or(MoneyError::OutOfRange { coin: self.coin })?;
        Ok(Self { minor, ..self })
    }

    /// The difference.
    ///
    /// # Errors
    /// When the coins differ or the difference does not fit.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.same_coin(other)?;
        let minor = self
            .minor
            .checked_sub(other.minor)
            .ok_or(MoneyError::OutOfRange { coin: self.coin })?;
        Ok(Self { minor, ..self })
    }

    /// The same amount with the other sign.
    ///
    /// # Errors
    /// Only for the lowest amount of all, which has no positive twin.
    pub fn checked_neg(self) -> Result<Self, MoneyError> {
        let minor = self
            .minor
            .checked_neg()
            .ok_or(MoneyError::OutOfRange { coin: self.coin })?;
        Ok(Self { minor, ..self })
    }

    /// Do both write the same number, whatever their coins? 6 USDT and 6 TRX do.
    pub(crate) fn same_number(self, other: Self) -> bool {
        // The widest product is i64::MIN × 10^8, far inside i128.
        i128::from(self.minor) * i128::from(other.coin.unit()) == i128::from(other.minor) * i128::from(self.coin.unit())
    }

    fn same_coin(self, other: Self) -> Result<(), MoneyError> {
        if self.coin == other.coin {
            Ok(())
        } else {
            Err(MoneyError::CoinsDiffer {
                left: self.coin,
                right: other.coin,
            })
        }
    }
}

/// All decimals of the coin's scale, always: `6.00000000`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = self.coin.unit().unsigned_abs();
        let size = self.minor.unsigned_abs();
        let sign = if self.minor < 0 { "-" } else { "" };
        let width = self.coin.scale() as usize;
        write!(f, "{sign}{}.{:0width$}", size / unit, size % unit)
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `whole` and `decimals` are digits, `decimals` without trailing zeros.
fn count_minor(whole: &str, decimals: &str, coin: Coin, negative: bool) -> Result<i64, MoneyError> {
    let scale = coin.scale() as usize;
    if decimals.len() > scale {
        return Err(MoneyError::TooManyDecimals { coin });
    }
    let missing = std::iter::repeat_n(b'0', scale - decimals.len());
    // Counted downwards, because only there the lowest amount fits.
    let below_zero = whole
        .bytes()
        .chain(decimals.bytes())
        .chain(missing)
        .try_fold(0_i64, |sum, digit| {
            sum.checked_mul(10)?.checked_sub(i64::from(digit - b'0'))
        });
    let minor = if negative {
        below_zero
    } else {
        below_zero.and_then(i64::checked_neg)
    };
    minor.ok_or(MoneyError::OutOfRange { coin })
}

/// Why an amount could not be read or computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// No text at all.
    #[error("amount is empty")]
    Empty,
    /// Longer than [`Money::TEXT_MAX_BYTES`].
    #[error("amount has {len_bytes} bytes, more than {}", Money::TEXT_MAX_BYTES)]
    TooLong {
        /// Its length.
        len_bytes: usize,
    },
    /// Anything but digits with an optional minus and point.
    #[error("amount is not a plain decimal such as 12.30")]
    NotDecimal,
    /// `01`
    #[error("amount has a superfluous leading zero")]
    LeadingZero,
    /// More decimals, not zero, than the coin has.
    #[error("amount has more than the {} decimals of {coin}", coin.scale())]
    TooManyDecimals {
        /// The coin.
        coin: Coin,
    },
    /// Outside what 64-bit minor units hold.
    #[error("amount does not fit {}..={} {coin}", Money::new(i64::MIN, *coin), Money::new(i64::MAX, *coin))]
    OutOfRange {
        /// The coin.
        coin: Coin,
    },
    /// Neither USDT nor TRX nor CNY.
    #[error("coin is neither USDT nor TRX nor CNY")]
    UnknownCoin,
    /// A sum or difference across coins.
    #[error("{left} and {right} do not add up")]
    CoinsDiffer {
        /// The left operand's coin.
        left: Coin,
        /// The right operand's coin.
        right: Coin,
    },
}

impl MoneyError {
    /// A stable word for machines: headers, journal, metrics.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "amount_empty",
            Self::TooLong { .. } => "amount_too_long",
            Self::NotDecimal => "amount_not_decimal",
            Self::LeadingZero => "amount_leading_zero",
            Self::TooManyDecimals { .. } => "amount_too_many_decimals",
            Self::OutOfRange { .. } => "amount_out_of_range",
            Self::UnknownCoin => "coin_unknown",
            Self::CoinsDiffer { .. } => "coins_differ",
        }
    }
}

#[cfg(test)]
mod tests;
