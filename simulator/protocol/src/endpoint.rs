//! The operations a merchant may ask for, and where they live on the wire.
//!
//! Owns names and paths; leaves the fields of each operation to the dialect.

use std::fmt;

/// The folder of every operation: `POST {base}/shop/NAME` (okpay.md section 1, point 2).
const FOLDER: &str = "/shop/";

/// What a merchant may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// `payLink` (vendor's section 6.1): open a deposit order.
    PayLink,
    /// `checkDeposit` (vendor's section 6.2): what became of a deposit order.
    CheckDeposit,
    /// `checkTransferByTxid` (vendor's section 6.3): what became of an order, asked by the wallet's number of it.
    CheckTransferByTxid,
    /// `transfer`: pay out to a user of the wallet.
    Transfer,
    /// `checkTransfer`: what became of a withdrawal.
    CheckTransfer,
    /// `balance` (vendor's section 6.6): what the shop holds.
    Balance,
    /// `censorUserByTG`: whether a Telegram user has a wallet.
    CensorUserByTg,
    /// `TransactionHistory` ("商户帐变"): how the shop's balance changed.
    TransactionHistory,
}

impl Operation {
    /// Every operation, in the order of the vendor's document.
    pub const ALL: [Self; 8] = [
        Self::PayLink,
        Self::CheckDeposit,
        Self::CheckTransferByTxid,
        Self::Transfer,
        Self::CheckTransfer,
        Self::Balance,
        Self::CensorUserByTg,
        Self::TransactionHistory,
    ];

    /// The name on the wire, which is also the word in YAML, journal, metrics and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::PayLink => "payLink",
            Self::CheckDeposit => "checkDeposit",
            Self::CheckTransferByTxid => "checkTransferByTxid",
            Self::Transfer => "transfer",
            Self::CheckTransfer => "checkTransfer",
            Self::Balance => "balance",
            Self::CensorUserByTg => "censorUserByTG",
            Self::TransactionHistory => "TransactionHistory",
        }
    }

    /// The path below the gateway's base URL.
    pub fn path(self) -> &'static str {
        match self {
            Self::PayLink => "/shop/payLink",
            Self::CheckDeposit => "/shop/checkDeposit",
            Self::CheckTransferByTxid => "/shop/checkTransferByTxid",
            Self::Transfer => "/shop/transfer",
            Self::CheckTransfer => "/shop/checkTransfer",
            Self::Balance => "/shop/balance",
            Self::CensorUserByTg => "/shop/censorUserByTG",
            Self::TransactionHistory => "/shop/TransactionHistory",
        }
    }

    /// The operation served at exactly this path; a query string or a trailing slash is another path.
    pub fn from_path(path: &str) -> Option<Self> {
        let name = path.strip_prefix(FOLDER)?;
        Self::ALL.into_iter().find(|operation| operation.word() == name)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_found_at_its_path() {
        for operation in Operation::ALL {
            assert_eq!(operation.path(), format!("{FOLDER}{operation}"));
            assert_eq!(Operation::from_path(operation.path()), Some(operation));
        }
    }

    #[test]
    fn other_paths_are_nobodys() {
        for path in [
            "",
            "/",
            "/shop/",
            "/shop/pay",
            "/shop/paylink",
            "/shop/transactionHistory",
            "/shop/censorUserByTg",
            "/shop/refund",
            "/shop/payLink/",
            "/shop/payLink?a=1",
            "payLink",
        ] {
            assert_eq!(Operation::from_path(path), None, "{path}");
        }
    }
}
