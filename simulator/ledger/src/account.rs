//! Accounts and postings. Owns who can hold money and the text forms stores keep; which postings an event causes is
//! `movement.rs`.

use std::{fmt, str::FromStr};

use crate::{Coin, OrderId, ShopId};

/// Where money is. Each account holds one coin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// The payers outside: what they paid in is negative here.
    Payers(Coin),
    /// A shop's balance.
    Shop(ShopId, Coin),
    /// Where opening balances come from: negative by their sum.
    Funding(Coin),
    /// What the gateway kept as fees.
    Fees(Coin),
    /// What a shop's withdrawals on their way have set aside.
    Reserved(ShopId, Coin),
    /// The payees outside: what was paid out to them.
    Payees(Coin),
}

impl Account {
    /// The coin it holds.
    pub fn coin(self) -> Coin {
        match self {
            Self::Payers(coin)
            | Self::Shop(_, coin)
            | Self::Funding(coin)
            | Self::Fees(coin)
            | Self::Reserved(_, coin)
            | Self::Payees(coin) => coin,
        }
    }
}

/// `payers:USDT`, `shop:10001:TRX`, `funding:USDT`
impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Payers(coin) => write!(f, "payers:{coin}"),
            Self::Shop(shop, coin) => write!(f, "shop:{shop}:{coin}"),
            Self::Funding(coin) => write!(f, "funding:{coin}"),
            Self::Fees(coin) => write!(f, "fees:{coin}"),
            Self::Reserved(shop, coin) => write!(f, "reserved:{shop}:{coin}"),
            Self::Payees(coin) => write!(f, "payees:{coin}"),
        }
    }
}

/// Reads what `Display` wrote, and nothing else.
impl FromStr for Account {
    type Err = AccountError;

    fn from_str(text: &str) -> Result<Self, AccountError> {
        let read = || {
            let (kind, rest) = text.split_once(':')?;
            let (shop, coin) = rest
                .split_once(':')
                .map_or((None, rest), |(shop, coin)| (Some(shop), coin));
            let coin = Coin::parse(coin).ok()?;
            match (kind, shop) {
                ("payers", None) => Some(Self::Payers(coin)),
                ("funding", None) => Some(Self::Funding(coin)),
                ("fees", None) => Some(Self::Fees(coin)),
                ("payees", None) => Some(Self::Payees(coin)),
                ("reserved", Some(shop)) => Some(Self::Reserved(ShopId(shop.parse().ok()?), coin)),
                ("shop", Some(shop)) => Some(Self::Shop(ShopId(shop.parse().ok()?), coin)),
                _ => None,
            }
        };
        // A number has one spelling: neither `+7` nor `07`, both of which `u64` would read.
        read().filter(|account| account.to_string() == text).ok_or(AccountError)
    }
}

/// A text that names no account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an account such as shop:10001:USDT")]
pub struct AccountError;

/// A change of one account. Postings come in sets that sum to zero in each coin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The account.
    pub account: Account,
    /// By how much, in minor units of the account's coin.
    pub minor: i64,
    /// The order it belongs to; `None` for opening balances.
    pub order: Option<OrderId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_read_back_what_they_print() {
        for text in [
            "payers:USDT",
            "funding:TRX",
            "fees:CNY",
            "payees:USDT",
            "reserved:10001:USDT",
            "shop:0:USDT",
            "shop:18446744073709551615:TRX",
        ] {
            assert_eq!(text.parse::<Account>().unwrap().to_string(), text);
        }
        let bad = [
            "",
            "payers",
            "payers:",
            "payers:usdt",
            "payers:1:USDT",
            "shop:USDT",
            "shop:1",
            "shop::USDT",
            "shop:+1:USDT",
            "shop:01:USDT",
            "shop:18446744073709551616:TRX",
            "shop:1:USDT:",
            "till:USDT",
            "funding: TRX",
            "fees:1:CNY",
            "payees:1:CNY",
            "reserved:CNY",
            "reserved:01:CNY",
        ];
        for text in bad {
            assert_eq!(text.parse::<Account>(), Err(AccountError), "{text}");
        }
    }
}
