//! KDPay (KD钱包), a wallet of yuan: what is asked, answered, refused and notified (kdpay-and-siblings.md, "KDPay").
//!
//! Each file serves both directions, like those of okpay. Amounts are yuan with at most two decimals; their text is kept
//! as it was sent, because it is what was signed.
//!
//! Weaknesses of the contract itself, kept because real clients speak it: answers carry no sign; `callbackUrl` is not
//! signed, nor is a notification's `customerOrderCode`; the sign tells neither a payment's query from a payout's nor
//! their notifications apart, although status 3 is *paid* in the one and *failed* in the other.

pub mod answer;
pub mod fault;
pub mod notify;
pub mod operation;
pub mod request;

mod field;
mod sign;

pub use answer::{Answer, AnswerError};
pub use fault::{AuthFailure, Fault, Quota};
pub use notify::{Kind, News, Notify, NotifyError};
pub use operation::{Operation, PayStatus, RemitStatus};
pub use request::{Call, Command, PayType, Presented, Request};

/// `Content-Type` of a merchant's request and of a notification.
pub const CONTENT_TYPE_FORM: &str = "application/x-www-form-urlencoded";
/// `Content-Type` of every answer.
pub const CONTENT_TYPE_JSON: &str = "application/json";
/// Decimals of a yuan.
pub const DECIMALS: u32 = 2;
