//! The coins of orders. `cny` exists in balances only, so it is none of these.

use std::fmt;

/// A coin in which an order is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Coin {
    /// `USDT`
    Usdt,
    /// `TRX`
    Trx,
}

impl Coin {
    /// Every coin, in the order of the vendor's document.
    pub const ALL: [Self; 2] = [Self::Usdt, Self::Trx];

    /// The word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Usdt => "USDT",
            Self::Trx => "TRX",
        }
    }

    /// The coin of exactly this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|coin| coin.word() == word)
    }

    /// Digits after the point (okpay.md section 6: "USDT has 8 decimals, TRX 6").
    pub fn decimals(self) -> usize {
        match self {
            Self::Usdt => 8,
            Self::Trx => 6,
        }
    }
}

impl fmt::Display for Coin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
