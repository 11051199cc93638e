//! What a merchant may ask of KDPay, where it lives on the wire, and the statuses of payments and payouts.

use std::fmt;

/// The folder of a balance, whose last part is the shop's number.
const BALANCE: &str = "/system/api/balance/";

/// What a merchant may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Open a payment.
    Pay,
    /// What became of a payment.
    QueryPay,
    /// Pay out to a wallet.
    Remit,
    /// What became of a payout.
    QueryRemit,
    /// What the shop holds.
    Balance,
}

impl Operation {
    /// Every operation, in the order of the document.
    pub const ALL: [Self; 5] = [Self::Pay, Self::QueryPay, Self::Remit, Self::QueryRemit, Self::Balance];

    /// The word in YAML, journal, metrics and reports; the dialect's name in front, since okpay also has a `balance`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pay => "kdpay.pay",
            Self::QueryPay => "kdpay.queryPay",
            Self::Remit => "kdpay.remit",
            Self::QueryRemit => "kdpay.queryRemit",
            Self::Balance => "kdpay.balance",
        }
    }

    /// Its HTTP method.
    pub fn method(self) -> &'static str {
        match self {
            Self::Pay | Self::QueryPay | Self::Remit | Self::QueryRemit => "POST",
            Self::Balance => "GET",
        }
    }

    /// The path below the gateway's base URL, with a name in braces for the part that differs from shop to shop.
    pub fn path(self) -> &'static str {
        match self {
            Self::Pay => "/system/api/pay",
            Self::QueryPay => "/system/api/query/pay-order",
            Self::Remit => "/system/api/remit",
            Self::QueryRemit => "/system/api/query/remit-order",
            Self::Balance => "/system/api/balance/{userCode}",
        }
    }

    /// The operation served at exactly this path; a query string or a trailing slash is another path. What stands for
    /// the shop is read by [`super::request::decode`].
    pub fn from_path(path: &str) -> Option<Self> {
        if shop_of(path).is_some() {
            return Some(Self::Balance);
        }
        let fixed = [Self::Pay, Self::QueryPay, Self::Remit, Self::QueryRemit];
        fixed.into_iter().find(|operation| operation.path() == path)
    }

    /// The names of the values that are signed, in this order; the key follows them.
    pub fn signed(self) -> &'static [&'static str] {
        match self {
            Self::Pay => &["orderCode", "amount", "payType", "userCode"],
            Self::QueryPay | Self::QueryRemit => &["orderCode", "customerOrderCode", "userCode"],
            Self::Remit => &["orderCode", "amount", "address", "userCode"],
            Self::Balance => &["userCode", "timestamp"],
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The part of a balance's path that stands for the shop.
pub(super) fn shop_of(path: &str) -> Option<&str> {
    let shop = path.strip_prefix(BALANCE)?;
    Some(shop).filter(|shop| !shop.is_empty() && !shop.contains('/'))
}

/// The path of this shop's balance.
pub(super) fn balance_path(user_code: u64) -> String {
    format!("{BALANCE}{user_code}")
}

/// What became of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PayStatus {
    /// Opened a moment ago.
    Initial,
    /// The payer has not paid yet.
    Waiting,
    /// Paid.
    Paid,
    /// It will not be paid.
    Failed,
}

impl PayStatus {
    /// Every status, in the order of its number.
    pub const ALL: [Self; 4] = [Self::Initial, Self::Waiting, Self::Paid, Self::Failed];

    /// The number on the wire.
    pub fn number(self) -> u8 {
        match self {
            Self::Initial => 1,
            Self::Waiting => 2,
            Self::Paid => 3,
            Self::Failed => 4,
        }
    }

    /// The status of this text on the wire.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.number().to_string() == text)
    }
}

/// What became of a payout. Its numbers mean other things than a payment's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RemitStatus {
    /// Not settled yet.
    Initial,
    /// Paid out.
    Success,
    /// Failed; the money is back.
    Failed,
}

impl RemitStatus {
    /// Every status, in the order of its number.
    pub const ALL: [Self; 3] = [Self::Initial, Self::Success, Self::Failed];

    /// The number on the wire.
    pub fn number(self) -> u8 {
        match self {
            Self::Initial => 1,
            Self::Success => 2,
            Self::Failed => 3,
        }
    }

    /// The status of this text on the wire.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.number().to_string() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_found_at_its_path() {
        for (method, path, found) in [
            ("POST", "/system/api/pay", Some(Operation::Pay)),
            ("POST", "/system/api/query/pay-order", Some(Operation::QueryPay)),
            ("POST", "/system/api/remit", Some(Operation::Remit)),
            ("POST", "/system/api/query/remit-order", Some(Operation::QueryRemit)),
            ("GET", "/system/api/balance/100001", Some(Operation::Balance)),
            ("GET", "/system/api/balance/nobody", Some(Operation::Balance)),
            ("", "/system/api/balance/", None),
            ("", "/system/api/balance", None),
            ("", "/system/api/balance/100001/", None),
            ("", "/system/api/pay/", None),
            ("", "/system/api/Pay", None),
            ("", "/system/api/pay?a=1", None),
            ("", "/shop/payLink", None),
            ("", "", None),
        ] {
            assert_eq!(Operation::from_path(path), found, "{path}");
            assert_eq!(found.map_or("", Operation::method), method, "{path}");
        }
        for operation in Operation::ALL {
            let path = operation.path().replace("{userCode}", "7");
            assert_eq!(Operation::from_path(&path), Some(operation));
        }
    }

    #[test]
    fn the_same_number_means_different_things() {
        for (text, pay, remit) in [
            ("1", Some(PayStatus::Initial), Some(RemitStatus::Initial)),
            ("2", Some(PayStatus::Waiting), Some(RemitStatus::Success)),
            ("3", Some(PayStatus::Paid), Some(RemitStatus::Failed)),
            ("4", Some(PayStatus::Failed), None),
            ("0", None, None),
            ("5", None, None),
            ("", None, None),
            ("03", None, None),
            ("3.0", None, None),
        ] {
            assert_eq!(
                (PayStatus::parse(text), RemitStatus::parse(text)),
                (pay, remit),
                "{text:?}"
            );
        }
    }
}
