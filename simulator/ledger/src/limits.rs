//! How little, how much and how long an order may be. Owns the defaults; where an operator sets others is left to the
//! gateway's configuration.

use crate::{Coin, Money};

/// Longest callback URL.
pub const CALLBACK_URL_MAX_BYTES: usize = 2_048;
/// Longest return URL.
pub const RETURN_URL_MAX_BYTES: usize = 2_048;
/// Longest name of a payee's wallet.
pub const PAYEE_MAX_BYTES: usize = 128;
/// Longest name: 128 characters of any script.
pub const NAME_MAX_BYTES: usize = 512;

/// Whole coins an order may ask for by default: enough for any drill, and small enough that no single order fills an
/// account.
const DEFAULT_MAXIMUM_COINS: i64 = 1_000_000_000;

/// The smallest and the largest acceptable amount, by coin. By default there is no minimum beyond "more than nothing",
/// and the maximum is a thousand million coins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    usdt: Bounds,
    trx: Bounds,
    cny: Bounds,
}

/// Both ends are acceptable themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bounds {
    minimum_minor: i64,
    maximum_minor: i64,
}

impl Limits {
    /// The smallest acceptable amount.
    pub fn minimum(&self, coin: Coin) -> Money {
        Money::new(self.bounds(coin).minimum_minor, coin)
    }

    /// The largest acceptable amount.
    pub fn maximum(&self, coin: Coin) -> Money {
        Money::new(self.bounds(coin).maximum_minor, coin)
    }

    /// The same limits with another minimum for its coin.
    #[must_use]
    pub fn with_minimum(mut self, minimum: Money) -> Self {
        self.bounds_mut(minimum.coin()).minimum_minor = minimum.minor();
        self
    }

    /// The same limits with another maximum for its coin.
    #[must_use]
    pub fn with_maximum(mut self, maximum: Money) -> Self {
        self.bounds_mut(maximum.coin()).maximum_minor = maximum.minor();
        self
    }

    fn bounds(&self, coin: Coin) -> &Bounds {
        match coin {
            Coin::Usdt => &self.usdt,
            Coin::Trx => &self.trx,
            Coin::Cny => &self.cny,
        }
    }

    fn bounds_mut(&mut self, coin: Coin) -> &mut Bounds {
        match coin {
            Coin::Usdt => &mut self.usdt,
            Coin::Trx => &mut self.trx,
            Coin::Cny => &mut self.cny,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        let bounds = |coin: Coin| Bounds {
            minimum_minor: 1,
            maximum_minor: DEFAULT_MAXIMUM_COINS * coin.unit(),
        };
        Self {
            usdt: bounds(Coin::Usdt),
            trx: bounds(Coin::Trx),
            cny: bounds(Coin::Cny),
        }
    }
}
