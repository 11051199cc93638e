//! OkayPay: what is asked, answered, refused and called back, under both of its signing protocols.
//!
//! Each file serves both directions, so the gateway and the load speak one contract and a test holds them together.
//! Vendor sections cited here are those of the document that okpay.md reconstructs.

pub mod ack;
pub mod answer;
pub mod callback;
pub mod fault;
pub mod manner;
pub mod request;

mod body;
mod envelope;
#[cfg(test)]
mod testing;

pub use super::field::{self, FieldError, FieldReason};
pub use ack::Ack;
pub use answer::{Answer, AnswerError, Change, RefusalStatus};
pub use callback::{Callback, CallbackError, Kind};
pub use envelope::Malformed;
pub use fault::{AuthFailure, Fault};
pub use ledger::Coin;
pub use manner::Manner;
pub use request::{Call, Command, Envelope};

/// `Content-Type` of a merchant's request, and of callbacks to MD5 shops.
pub const CONTENT_TYPE_FORM: &str = "application/x-www-form-urlencoded";
/// `Content-Type` of every answer and of callbacks to HMAC shops.
pub const CONTENT_TYPE_JSON: &str = "application/json";
