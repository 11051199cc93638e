//! Every refusal of the gateway: the only place that knows the vendor's texts and codes (okpay.md section 3).
//!
//! The body is what the real gateway sends, with HTTP 200 and without a sign. Why it was refused is told apart from it,
//! by [`Fault::code`] and [`Fault::reason`], in the header [`HEADER`] and the journal.

use serde::Serialize;
use thiserror::Error;

use super::answer::RefusalStatus;
use super::field::FieldError;
use super::manner::Manner;
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
    /// The amount is above the shop's maximum.
    AmountAboveMaximum {
        /// The maximum, as decimal text.
        maximum: String,
        /// Its coin's word.
        coin: &'static str,
    },
    /// A field is not what it must be.
    FieldInvalid(FieldError),
    /// `to_user_id` is no Telegram id.
    AddressInvalid {
        /// What is wrong with it, printable ASCII.
        reason: String,
    },
    /// `txid` is no order id of the wallet's.
    TxidInvalid {
        /// What is wrong with it, printable ASCII.
        reason: String,
    },
    /// The shop has no order with this `txid`.
    TxidNotFound,
    /// The order number exists with different content.
    ExistsWithDifferent {
        /// The first field that differs.
        field: &'static str,
    },
    /// The shop has no such order.
    UnknownOrder,
    /// The wallet that pays holds too little.
    InsufficientBalance,
    /// The Telegram user who is to be paid has no wallet.
    PayeeUnknown,
    /// The Telegram user has no wallet.
    UserNotRegistered,
    /// The amount is more than what is left of a quota.
    QuotaExceeded,
    /// The wallet's risk control declined.
    RiskDeclined,
    /// The shop's account may move no money for now.
    AccountFrozen,
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
    /// A sign of the legacy MD5 protocol, at a shop that moved to HMAC.
    #[error("sign has the length of the MD5 protocol, this shop signs with HMAC-SHA256")]
    SignLegacy,
    /// A sign of the new HMAC protocol, at a shop that has not moved yet.
    #[error("sign has the length of the HMAC-SHA256 protocol, this shop signs with MD5")]
    SignModern,
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
            Self::AmountAboveMaximum { .. } => "amount_above_maximum",
            Self::FieldInvalid(_) => "field_invalid",
            Self::AddressInvalid { .. } => "address_invalid",
            Self::TxidInvalid { .. } => "txid_invalid",
            Self::TxidNotFound => "txid_not_found",
            Self::ExistsWithDifferent { .. } => "exists_with_different",
            Self::UnknownOrder => "unknown_order",
            Self::InsufficientBalance => "insufficient_balance",
            Self::PayeeUnknown => "payee_unknown",
            Self::UserNotRegistered => "user_not_registered",
            Self::QuotaExceeded => "quota_exceeded",
            Self::RiskDeclined => "risk_declined",
            Self::AccountFrozen => "account_frozen",
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
            Self::AmountAboveMaximum { maximum, coin } => format!("amount: above {maximum} {coin}"),
            Self::FieldInvalid(error) => error.to_string(),
            Self::AddressInvalid { reason } => format!("to_user_id: {reason}"),
            Self::TxidInvalid { reason } => format!("txid: {reason}"),
            Self::TxidNotFound => "txid: no such order of this shop".to_owned(),
            Self::ExistsWithDifferent { field } => format!("unique_id: exists with a different {field}"),
            Self::UnknownOrder => "unique_id: no such order of this shop".to_owned(),
            Self::InsufficientBalance => "insufficient balance".to_owned(),
            Self::PayeeUnknown => "to_user_id: this user has no wallet".to_owned(),
            Self::UserNotRegistered => "user not registered".to_owned(),
            Self::QuotaExceeded => "amount: more than what is left of a quota".to_owned(),
            Self::RiskDeclined => "declined by risk control".to_owned(),
            Self::AccountFrozen => "the shop's account is frozen".to_owned(),
            Self::OrderAlreadyProcessed => "order number already processed".to_owned(),
            Self::SystemError => "system error".to_owned(),
        }
    }

    /// `CODE: reason`, the form of the header and of the journal.
    pub fn explanation(&self) -> String {
        format!("{}: {}", self.code(), self.reason())
    }

    /// The body to answer with HTTP 200, in the default manner. The vendor's refusals carry no sign.
    pub fn encode(&self) -> Vec<u8> {
        self.encode_as(&Manner::default())
    }

    /// The body in the manner of a setting: with or without the ancestor's codes.
    pub fn encode_as(&self, manner: &Manner) -> Vec<u8> {
        let (status, msg, code) = self.on_the_wire();
        let code = match code {
            Code::Absent => None,
            Code::Seen(code) => Some(code),
            Code::Ancestor(code) => manner.ancestor_codes.then_some(code),
        };
        serde_json::to_vec(&Body {
            status: status.word(),
            msg: &msg,
            code,
        })
        .expect("two texts and a number are JSON")
    }

    /// Texts seen in live answers or quoted from the vendor's document come first; for what nobody public has seen, the
    /// texts are ours in the vendor's manner.
    fn on_the_wire(&self) -> (RefusalStatus, String, Code) {
        let warning = |msg: &str, code| (RefusalStatus::Warning, msg.to_owned(), code);
        match self {
            // "身份认证失败" [live], also for a body in which a PHP gateway would find no fields at all.
            Self::AuthFailed(_) | Self::BodyMalformed(_) => warning("身份认证失败", Code::Absent),
            Self::NonceReplayed => warning("请求重复 (nonce 已使用)", Code::Absent),
            // "未授权" [live]
            Self::Unauthorized => warning("未授权", Code::Absent),
            Self::CallbackUrlInvalid { .. } => warning("callback_url 参数验证失败", Code::Absent),
            Self::AmountBelowMinimum { minimum, coin } => {
                warning(&format!("amount 必须大于 {minimum} {coin}"), Code::Seen(400))
            }
            Self::AmountAboveMaximum { maximum, coin } => {
                warning(&format!("amount 不能大于 {maximum} {coin}"), Code::Seen(400))
            }
            Self::FieldInvalid(error) => warning(&format!("{} 参数验证失败", error.field), Code::Absent),
            Self::AddressInvalid { .. } => warning("地址错误", Code::Ancestor(10_004)),
            Self::TxidInvalid { .. } => warning("txid 无效", Code::Ancestor(10_005)),
            Self::TxidNotFound => warning("txid 不存在", Code::Ancestor(10_006)),
            // The ancestor's "order number already processed": a client that looks for 10008 must not open another one.
            Self::ExistsWithDifferent { .. } => warning("unique_id 已存在", Code::Ancestor(10_008)),
            Self::UnknownOrder => warning("订单不存在", Code::Absent),
            Self::InsufficientBalance => warning("余额不足", Code::Ancestor(10_003)),
            Self::PayeeUnknown => warning("收款方未开通钱包", Code::Ancestor(10_002)),
            Self::UserNotRegistered => warning("用户未注册", Code::Ancestor(10_007)),
            Self::QuotaExceeded => warning("超出额度", Code::Absent),
            Self::RiskDeclined => warning("风控拒绝", Code::Absent),
            Self::AccountFrozen => warning("账户已冻结", Code::Absent),
            Self::OrderAlreadyProcessed => warning("订单号已处理", Code::Ancestor(10_008)),
            Self::SystemError => (RefusalStatus::Error, "系统错误".to_owned(), Code::Ancestor(10_001)),
        }
    }
}

/// The number beside a refusal's text.
#[derive(Clone, Copy)]
enum Code {
    /// None was ever seen, or none can be known.
    Absent,
    /// Seen in an answer, or by analogy with one; written always.
    Seen(u32),
    /// From the table of the ancestor's API, which is a setting.
    Ancestor(u32),
}

/// Fields whose refusal has a text or a code of its own are variants of their own.
impl From<FieldError> for Fault {
    fn from(error: FieldError) -> Self {
        let reason = error.reason.to_string();
        match error.field {
            "callback_url" => Self::CallbackUrlInvalid { reason },
            "to_user_id" => Self::AddressInvalid { reason },
            "txid" => Self::TxidInvalid { reason },
            _ => Self::FieldInvalid(error),
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
