//! Every refusal of the gateway: the only place that knows the vendor's texts and codes (okpay.md section 3).
//!
//! The body is what the real gateway sends, with HTTP 200 and without a sign. Why it was refused is told apart from it,
//! by [`Fault::code`] and [`Fault::reason`], in the header [`HEADER`] and the journal.

use serde::Serialize;
use thiserror::Error;

use super::answer::RefusalStatus;
use super::field::FieldError;
use crate::canonical::DecodeError;

/// The answer's header that carries [`Fault::explanation`].
pub const HEADER: &str = "x-paydrill-reason";

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nobody we know asked, or not now.
    AuthFailed(AuthFailure),
    /// The body could not be taken apart, so nothing in it could be authenticated.
    BodyMalformed(DecodeError),
    /// The nonce was used before.
    NonceReplayed,
    /// The shop may not use the API: disabled, not opened, or calling from elsewhere.
    Unauthorized,
    /// `callback_url` is no legal http or https URL, or one that may not be called.
    CallbackUrlInvalid {
        /// What is wrong with it, printable ASCII.
        reason: String,
    },
    /// The amount is below the shop's minimum.
    AmountBelowMinimum {
        /// The minimum, as decimal text.
        minimum: String,
        /// Its coin's word.
        coin: &'static str,
    },
    /// A field is not what it must be.
    FieldInvalid(FieldError),
    /// The order number exists with different content.
    ExistsWithDifferent {
        /// The first field that differs.
        field: &'static str,
    },
    /// The shop has no such order.
    UnknownOrder,
    /// The wallet that pays holds too little.
    InsufficientBalance,
    /// The Telegram user has no wallet.
    UserNotRegistered,
    /// The order number was already processed.
    OrderAlreadyProcessed,
    /// The gateway's own trouble.
    SystemError,
}

/// What failed in authentication. The vendor has one text for all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AuthFailure {
    /// No `id`, or no whole number.
    #[error("id is missing or not a whole number")]
    ShopMissing,
    /// No such shop.
    #[error("no shop has this id")]
    ShopUnknown,
    /// No `sign`.
    #[error("sign is missing")]
    SignMissing,
    /// A sign of the legacy MD5 protocol.
    #[error("sign has the length of the MD5 protocol, this shop signs with HMAC-SHA256")]
    SignLegacy,
    /// The sign is not that of the fields.
    #[error("sign does not match the fields")]
    SignWrong,
    /// No `timestamp`, or no whole number.
    #[error("timestamp is missing or not a whole number of seconds")]
    TimestampMissing,
    /// Too old or too new.
    #[error("timestamp is outside the window")]
    TimestampOutside,
    /// No `nonce`.
    #[error("nonce is missing")]
    NonceMissing,
}

impl Fault {
    /// Our own stable code, for machines: a scenario's refusal reasons are among them.
    pub fn code(&self) -> &'static str {
        match self {
            Self::AuthFailed(_) => "auth_failed",
            Self::BodyMalformed(_) => "body_malformed",
            Self::NonceReplayed => "nonce_replayed",
            Self::Unauthorized => "unauthorized",
            Self::CallbackUrlInvalid { .. } => "callback_url_invalid",
            Self::AmountBelowMinimum { .. } => "amount_below_minimum",
            Self::FieldInvalid(_) => "field_invalid",
            Self::ExistsWithDifferent { .. } => "exists_with_different",
            Self::UnknownOrder => "unknown_order",
            Self::InsufficientBalance => "insufficient_balance",
            Self::UserNotRegistered => "user_not_registered",
            Self::OrderAlreadyProcessed => "order_already_processed",
            Self::SystemError => "system_error",
        }
    }

    /// Why, for people: printable ASCII of bounded length, fit for a header.
    pub fn reason(&self) -> String {
        match self {
            Self::AuthFailed(failure) => failure.to_string(),
            Self::BodyMalformed(error) => error.to_string(),
            Self::NonceReplayed => "the nonce was used before".to_owned(),
            Self::Unauthorized => "the shop may not use the API".to_owned(),
            Self::CallbackUrlInvalid { reason } => format!("callback_url: {reason}"),
            Self::AmountBelowMinimum { minimum, coin } => format!("amount: below {minimum} {coin}"),
            Self::FieldInvalid(error) => error.to_string(),
            Self::ExistsWithDifferent { field } => format!("unique_id: exists with a different {field}"),
            Self::UnknownOrder => "unique_id: no such order of this shop".to_owned(),
            Self::InsufficientBalance => "insufficient balance".to_owned(),
            Self::UserNotRegistered => "user not registered".to_owned(),
            Self::OrderAlreadyProcessed => "order number already processed".to_owned(),
            Self::SystemError => "system error".to_owned(),
        }
    }

    /// `CODE: reason`, the form of the header and of the journal.
    pub fn explanation(&self) -> String {
        format!("{}: {}", self.code(), self.reason())
    }

    /// The body to answer with HTTP 200. The vendor's refusals carry no sign.
    pub fn encode(&self) -> Vec<u8> {
        let (status, msg, code) = self.on_the_wire();
        serde_json::to_vec(&Body {
            status: status.word(),
            msg: &msg,
            code,
        })
        .expect("two texts and a number are JSON")
    }

    /// Texts seen in live answers or quoted from the vendor's document come first. The numeric codes below 11000 are
    /// those of the ancestor API; for what nobody public has seen, the texts are ours in the vendor's manner.
    fn on_the_wire(&self) -> (RefusalStatus, String, Option<u32>) {
        let warning = |msg: &str, code| (RefusalStatus::Warning, msg.to_owned(), code);
        match self {
            // "身份认证失败" [live], also for a body in which a PHP gateway would find no fields at all.
            Self::AuthFailed(_) | Self::BodyMalformed(_) => warning("身份认证失败", None),
            Self::NonceReplayed => warning("请求重复 (nonce 已使用)", None),
            // "未授权" [live]
            Self::Unauthorized => warning("未授权", None),
            Self::CallbackUrlInvalid { .. } => warning("callback_url 参数验证失败", None),
            Self::AmountBelowMinimum { minimum, coin } => {
                warning(&format!("amount 必须大于 {minimum} {coin}"), Some(400))
            }
            Self::FieldInvalid(error) => warning(&format!("{} 参数验证失败", error.field), None),
            Self::ExistsWithDifferent { .. } => warning("unique_id 已存在", None),
            Self::UnknownOrder => warning("订单不存在", None),
            Self::InsufficientBalance => warning("余额不足", Some(10_003)),
            Self::UserNotRegistered => warning("用户未注册", Some(10_007)),
            Self::OrderAlreadyProcessed => warning("订单号已处理", Some(10_008)),
            Self::SystemError => (RefusalStatus::Error, "系统错误".to_owned(), Some(10_001)),
        }
    }
}

/// `callback_url` is the one field for which the vendor's text is known, so its fault is a variant of its own.
impl From<FieldError> for Fault {
    fn from(error: FieldError) -> Self {
        if error.field == "callback_url" {
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
    status: &'static str,
    msg: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u32>,
}

#[cfg(test)]
mod tests;
