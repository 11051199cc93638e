//! What an occasion is about: an operation of either dialect, or the delivery of a callback.

/// What an occasion is about. The words are those of the wire and of YAML.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// `payLink`
    PayLink,
    /// `checkDeposit`
    CheckDeposit,
    /// `checkTransferByTxid`: a deposit is queried by the wallet's own number.
    CheckTransferByTxid,
    /// `transfer`: a withdrawal.
    Transfer,
    /// `checkTransfer`
    CheckTransfer,
    /// `balance`
    Balance,
    /// `censorUserByTG`: whether the wallet knows a user.
    CensorUserByTg,
    /// `TransactionHistory`: the statement.
    TransactionHistory,
    /// `kdpay.pay`: KDPay's deposit, `/system/api/pay`.
    KdpayPay,
    /// `kdpay.queryPay`: `/system/api/query/pay-order`.
    KdpayQueryPay,
    /// `kdpay.remit`: KDPay's withdrawal, `/system/api/remit`.
    KdpayRemit,
    /// `kdpay.queryRemit`: `/system/api/query/remit-order`.
    KdpayQueryRemit,
    /// `kdpay.balance`: `/system/api/balance/{userCode}`.
    KdpayBalance,
    /// `callback`: one delivery attempt of one callback.
    Callback,
}

impl Operation {
    /// Every operation, in the order of the documentation.
    pub const ALL: [Self; 14] = [
        Self::PayLink,
        Self::CheckDeposit,
        Self::CheckTransferByTxid,
        Self::Transfer,
        Self::CheckTransfer,
        Self::Balance,
        Self::CensorUserByTg,
        Self::TransactionHistory,
        Self::KdpayPay,
        Self::KdpayQueryPay,
        Self::KdpayRemit,
        Self::KdpayQueryRemit,
        Self::KdpayBalance,
        Self::Callback,
    ];

    /// The word in YAML, draws, journal, metrics and reports: `OkayPay`'s is that of the wire, `KDPay`'s has a prefix.
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
            Self::KdpayPay => "kdpay.pay",
            Self::KdpayQueryPay => "kdpay.queryPay",
            Self::KdpayRemit => "kdpay.remit",
            Self::KdpayQueryRemit => "kdpay.queryRemit",
            Self::KdpayBalance => "kdpay.balance",
            Self::Callback => "callback",
        }
    }

    /// A pure query changes nothing, so a reply that hides its outcome hides nothing.
    pub fn is_query(self) -> bool {
        match self {
            Self::PayLink | Self::Transfer | Self::KdpayPay | Self::KdpayRemit | Self::Callback => false,
            Self::CheckDeposit
            | Self::CheckTransferByTxid
            | Self::CheckTransfer
            | Self::Balance
            | Self::CensorUserByTg
            | Self::TransactionHistory
            | Self::KdpayQueryPay
            | Self::KdpayQueryRemit
            | Self::KdpayBalance => true,
        }
    }

    /// Whether it opens orders.
    pub fn opens_orders(self) -> bool {
        matches!(self, Self::PayLink | Self::KdpayPay) || self.is_withdrawal()
    }

    /// A withdrawal moves a shop's money out and settles later, so that it can still fail.
    pub fn is_withdrawal(self) -> bool {
        match self {
            Self::Transfer | Self::KdpayRemit => true,
            Self::PayLink
            | Self::CheckDeposit
            | Self::CheckTransferByTxid
            | Self::CheckTransfer
            | Self::Balance
            | Self::CensorUserByTg
            | Self::TransactionHistory
            | Self::KdpayPay
            | Self::KdpayQueryPay
            | Self::KdpayQueryRemit
            | Self::KdpayBalance
            | Self::Callback => false,
        }
    }
}
