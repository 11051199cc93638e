//! Why a command changes nothing. Owns the reasons, their precedence and their stable words; what the wallet's wire
//! makes of them is left to the dialect.

use crate::{Account, Failure, Money};

/// The one reason a command was rejected. The variants stand in the order of their precedence: where several apply, the
/// first is given. Idempotency comes before anything else, so a repeated command is answered like the first time even
/// if the limits have changed since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// Opening: the shop's number belongs to an order with other content.
    #[error("an order with this number exists with a different {field}")]
    ExistsWithDifferent {
        /// The first differing field: `amount`, `coin`, `payee`, `callback_url`, `return_url` or `name`.
        field: &'static str,
    },
    /// Opening: the shop's number belongs to an order with the same content, and the shop's policy is
    /// [`Reject`](crate::Duplicates::Reject).
    #[error("an order with this number exists")]
    AlreadyProcessed,
    /// Opening: nothing or less is to be paid, or paid out.
    #[error("amount is not above zero")]
    AmountNotPositive,
    /// Opening: too little.
    #[error("amount is below the minimum of {minimum} {}", minimum.coin())]
    AmountBelowMinimum {
        /// The smallest acceptable amount.
        minimum: Money,
    },
    /// Opening: too much.
    #[error("amount is above the maximum of {maximum} {}", maximum.coin())]
    AmountAboveMaximum {
        /// The largest acceptable amount.
        maximum: Money,
    },
    /// Opening a withdrawal: the payee's name is too long.
    #[error("payee has more than {max_bytes} bytes")]
    PayeeTooLong {
        /// The longest acceptable.
        max_bytes: usize,
    },
    /// Opening a withdrawal: the payee cannot be one.
    #[error("payee is blank or has a control character")]
    PayeeMalformed,
    /// Opening: the callback URL is too long.
    #[error("callback_url has more than {max_bytes} bytes")]
    CallbackUrlTooLong {
        /// The longest acceptable.
        max_bytes: usize,
    },
    /// Opening: the callback URL cannot be one.
    #[error("callback_url is not an http or https URL")]
    CallbackUrlMalformed,
    /// Opening: the return URL is too long.
    #[error("return_url has more than {max_bytes} bytes")]
    ReturnUrlTooLong {
        /// The longest acceptable.
        max_bytes: usize,
    },
    /// Opening: the name is too long.
    #[error("name has more than {max_bytes} bytes")]
    NameTooLong {
        /// The longest acceptable.
        max_bytes: usize,
    },
    /// Opening a withdrawal: amount and fee are more than the shop has.
    #[error("balance of {available} {} does not cover amount and fee", available.coin())]
    InsufficientBalance {
        /// What the shop has.
        available: Money,
    },
    /// Paying, declining, settling, failing: there is no such order.
    #[error("order is unknown")]
    UnknownOrder,
    /// Paying by somebody else, declining: it is paid.
    #[error("order is already paid by payer {payer}")]
    AlreadyPaid {
        /// Who paid.
        payer: u64,
    },
    /// Failing: the payee has it.
    #[error("withdrawal is already paid out")]
    AlreadySettled,
    /// Settling: it failed before.
    #[error("withdrawal has already failed: {}", reason.word())]
    AlreadyFailed {
        /// Why.
        reason: Failure,
    },
    /// Paying, opening or ending a withdrawal: an account cannot hold more. The store finds this when it posts, therefore it comes last.
    #[error("account {account} cannot hold that much")]
    AccountFull {
        /// The account.
        account: Account,
    },
}

impl Rejection {
    /// Every [`code`](Self::code), in the order of precedence.
    pub const CODES: [&str; 22] = [
        "exists_with_different_amount",
        "exists_with_different_coin",
        "exists_with_different_payee",
        "exists_with_different_callback_url",
        "exists_with_different_return_url",
        "exists_with_different_name",
        "already_processed",
        "amount_not_positive",
        "amount_below_minimum",
        "amount_above_maximum",
        "payee_too_long",
        "payee_malformed",
        "callback_url_too_long",
        "callback_url_malformed",
        "return_url_too_long",
        "name_too_long",
        "insufficient_balance",
        "unknown_order",
        "already_paid",
        "already_settled",
        "already_failed",
        "account_full",
    ];

    /// A stable word for machines: headers, journal, metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::ExistsWithDifferent { field } => match *field {
                "amount" => "exists_with_different_amount",
                "coin" => "exists_with_different_coin",
                "payee" => "exists_with_different_payee",
                "callback_url" => "exists_with_different_callback_url",
                "return_url" => "exists_with_different_return_url",
                _ => "exists_with_different_name",
            },
            Self::AlreadyProcessed => "already_processed",
            Self::AmountNotPositive => "amount_not_positive",
            Self::AmountBelowMinimum { .. } => "amount_below_minimum",
            Self::AmountAboveMaximum { .. } => "amount_above_maximum",
            Self::PayeeTooLong { .. } => "payee_too_long",
            Self::PayeeMalformed => "payee_malformed",
            Self::CallbackUrlTooLong { .. } => "callback_url_too_long",
            Self::CallbackUrlMalformed => "callback_url_malformed",
            Self::ReturnUrlTooLong { .. } => "return_url_too_long",
            Self::NameTooLong { .. } => "name_too_long",
            Self::InsufficientBalance { .. } => "insufficient_balance",
            Self::UnknownOrder => "unknown_order",
            Self::AlreadyPaid { .. } => "already_paid",
            Self::AlreadySettled => "already_settled",
            Self::AlreadyFailed { .. } => "already_failed",
            Self::AccountFull { .. } => "account_full",
        }
    }

    /// The field of the request at fault, where it is one.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::ExistsWithDifferent { field } => Some(field),
            Self::AmountNotPositive | Self::AmountBelowMinimum { .. } | Self::AmountAboveMaximum { .. } => {
                Some("amount")
            }
            Self::PayeeTooLong { .. } | Self::PayeeMalformed => Some("payee"),
            Self::CallbackUrlTooLong { .. } | Self::CallbackUrlMalformed => Some("callback_url"),
            Self::ReturnUrlTooLong { .. } => Some("return_url"),
            Self::NameTooLong { .. } => Some("name"),
            Self::AlreadyProcessed
            | Self::InsufficientBalance { .. }
            | Self::UnknownOrder
            | Self::AlreadyPaid { .. }
            | Self::AlreadySettled
            | Self::AlreadyFailed { .. }
            | Self::AccountFull { .. } => None,
        }
    }
}
