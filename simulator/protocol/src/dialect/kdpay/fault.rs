//! Every refusal of the wallet: the only place that knows its texts and codes.
//!
//! The document says that any `code` but 200 is a refusal with a `message`, and no more; numbers and texts are ours. Why
//! it was refused is told apart from the body, by [`Fault::code`] and [`Fault::reason`], in the header and the journal.

use serde::Serialize;
use thiserror::Error;

use crate::canonical::DecodeError;
use crate::dialect::field::FieldError;

/// Why a request was refused. Where okpay knows the same refusal, the machine's code is the same word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nobody we know asked, or not now.
    AuthFailed(AuthFailure),
    /// The request could not be taken apart, so nothing in it could be authenticated.
    BodyMalformed(DecodeError),
    /// The shop may not use the API: disabled, not opened, or calling from elsewhere.
    Unauthorized,
    /// A field is not what it must be.
    FieldInvalid(FieldError),
    /// `callbackUrl` is no legal http or https URL, or one that may not be called.
    CallbackUrlInvalid {
        /// What is wrong with it, printable ASCII.
        reason: String,
    },
    /// The amount is below the shop's minimum.
    AmountBelowMinimum {
        /// The minimum in yuan, as decimal text.
        minimum: String,
    },
    /// The amount is above the shop's maximum.
    AmountAboveMaximum {
        /// The maximum in yuan, as decimal text.
        maximum: String,
    },
    /// The amount is more than what is left of a quota (额度).
    QuotaExceeded {
        /// Which.
        quota: Quota,
        /// What is left of it in yuan, as decimal text.
        left: String,
    },
    /// The order number exists with different content.
    ExistsWithDifferent {
        /// The first field that differs, by its name in the ledger.
        field: &'static str,
    },
    /// The order number of a payout was already processed.
    OrderAlreadyProcessed,
    /// The shop has no such order.
    UnknownOrder,
    /// The shop holds too little for a payout.
    InsufficientBalance,
    /// Nobody's wallet has this address.
    UserNotRegistered,
    /// The wallet's own trouble.
    SystemError,
}

/// A limit on what an account moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quota {
    /// For one payment or payout.
    PerTransaction,
    /// For a day of the gateway's calendar.
    PerDay,
    /// For ever.
    Total,
}

impl Quota {
    /// Every quota.
    pub const ALL: [Self; 3] = [Self::PerTransaction, Self::PerDay, Self::Total];

    /// The word in YAML, journal and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::PerTransaction => "per_transaction",
            Self::PerDay => "per_day",
            Self::Total => "total",
        }
    }
}

/// What failed in authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AuthFailure {
    /// No `userCode`, or no whole number.
    #[error("userCode is missing or not a whole number")]
    ShopMissing,
    /// No such shop.
    #[error("no shop has this userCode")]
    ShopUnknown,
    /// The shop speaks another dialect.
    #[error("this shop does not speak KDPay")]
    OtherDialect,
    /// No `sign`.
    #[error("sign is missing")]
    SignMissing,
    /// The sign is not that of the values.
    #[error("sign does not match the values")]
    SignWrong,
    /// A balance without `timestamp`, or with one that is no whole number.
    #[error("timestamp is missing or not a whole number of milliseconds")]
    TimestampMissing,
    /// Too old or too new.
    #[error("timestamp is outside the window")]
    TimestampOutside,
}

impl Fault {
    /// Our own stable code, for machines: a scenario's refusal reasons are among them.
    pub fn code(&self) -> &'static str {
        match self {
            Self::AuthFailed(_) => "auth_failed",
            Self::BodyMalformed(_) => "body_malformed",
            Self::Unauthorized => "unauthorized",
            Self::FieldInvalid(_) => "field_invalid",
            Self::CallbackUrlInvalid { .. } => "callback_url_invalid",
            Self::AmountBelowMinimum { .. } => "amount_below_minimum",
            Self::AmountAboveMaximum { .. } => "amount_above_maximum",
            Self::QuotaExceeded { .. } => "quota_exceeded",
            Self::ExistsWithDifferent { .. } => "exists_with_different",
            Self::OrderAlreadyProcessed => "order_already_processed",
            Self::UnknownOrder => "unknown_order",
            Self::InsufficientBalance => "insufficient_balance",
            Self::UserNotRegistered => "user_not_registered",
            Self::SystemError => "system_error",
        }
    }

    /// Why, for people: printable ASCII of bounded length, fit for a header.
    pub fn reason(&self) -> String {
        match self {
            Self::AuthFailed(failure) => failure.to_string(),
            Self::BodyMalformed(error) => error.to_string(),
            Self::Unauthorized => "the shop may not use the API".to_owned(),
            Self::FieldInvalid(error) => error.to_string(),
            Self::CallbackUrlInvalid { reason } => format!("callbackUrl: {reason}"),
            Self::AmountBelowMinimum { minimum } => format!("amount: below {minimum} CNY"),
            Self::AmountAboveMaximum { maximum } => format!("amount: above {maximum} CNY"),
            Self::QuotaExceeded { quota, left } => {
                format!("amount: more than {left} CNY left of quota {}", quota.word())
            }
            Self::ExistsWithDifferent { field } => format!("orderCode: exists with a different {field}"),
            Self::OrderAlreadyProcessed => "orderCode: already processed".to_owned(),
            Self::UnknownOrder => "no such order of this shop".to_owned(),
            Self::InsufficientBalance => "insufficient balance".to_owned(),
            Self::UserNotRegistered => "address: nobody's wallet".to_owned(),
            Self::SystemError => "system error".to_owned(),
        }
    }

    /// `CODE: reason`, the form of the header and of the journal.
    pub fn explanation(&self) -> String {
        format!("{}: {}", self.code(), self.reason())
    }

    /// The body to answer with HTTP 200.
    pub fn encode(&self) -> Vec<u8> {
        let (code, message) = self.on_the_wire();
        serde_json::to_vec(&Body {
            code,
            message: &message,
        })
        .expect("a number and a text are JSON")
    }

    fn on_the_wire(&self) -> (u32, String) {
        let (code, message) = match self {
            Self::FieldInvalid(error) => return (400, format!("参数错误: {}", error.field)),
            Self::AmountBelowMinimum { minimum } => return (400, format!("金额不能小于 {minimum} 元")),
            Self::AmountAboveMaximum { maximum } => return (400, format!("金额不能大于 {maximum} 元")),
            Self::BodyMalformed(_) => (400, "参数错误"),
            Self::CallbackUrlInvalid { .. } => (400, "参数错误: callbackUrl"),
            Self::AuthFailed(AuthFailure::ShopMissing | AuthFailure::ShopUnknown | AuthFailure::OtherDialect) => {
                (401, "商户不存在")
            }
            Self::AuthFailed(AuthFailure::SignMissing | AuthFailure::SignWrong) => (401, "签名错误"),
            Self::AuthFailed(AuthFailure::TimestampMissing | AuthFailure::TimestampOutside) => (401, "请求已过期"),
            Self::Unauthorized => (403, "商户未授权"),
            Self::UnknownOrder => (404, "订单不存在"),
            Self::UserNotRegistered => (404, "钱包地址不存在"),
            Self::ExistsWithDifferent { .. } => (409, "订单号已存在"),
            Self::OrderAlreadyProcessed => (409, "订单号已处理"),
            Self::QuotaExceeded { quota, .. } => match quota {
                Quota::PerTransaction => (403, "超出单笔额度"),
                Quota::PerDay => (403, "超出单日额度"),
                Quota::Total => (403, "超出总额度"),
            },
            Self::InsufficientBalance => (402, "余额不足"),
            Self::SystemError => (500, "系统错误"),
        };
        (code, message.to_owned())
    }
}

/// A URL that may not be called and one that is no URL are one refusal, as in okpay.
impl From<FieldError> for Fault {
    fn from(error: FieldError) -> Self {
        if error.field == "callbackUrl" {
            Self::CallbackUrlInvalid {
                reason: error.reason.to_string(),
            }
        } else {
            Self::FieldInvalid(error)
        }
    }
}

impl From<AuthFailure> for Fault {
    fn from(failure: AuthFailure) -> Self {
        Self::AuthFailed(failure)
    }
}

impl From<DecodeError> for Fault {
    fn from(error: DecodeError) -> Self {
        Self::BodyMalformed(error)
    }
}

#[derive(Serialize)]
struct Body<'a> {
    code: u32,
    message: &'a str,
}

#[cfg(test)]
mod tests;
