//! OkayPay in its HMAC form: what is asked, answered, refused and called back.
//!
//! Each file serves both directions, so the gateway and the load speak one contract and a test holds them together.
//! Vendor sections cited here are those of the document that okpay.md reconstructs.

pub mod answer;
pub mod callback;
pub mod fault;
pub mod request;

mod envelope;

pub use super::field::{self, FieldError, FieldReason};
pub use answer::{Answer, AnswerError, RefusalStatus};
pub use callback::{Ack, CallbackError, DepositCallback, Kind};
pub use envelope::Malformed;
pub use fault::{AuthFailure, Fault};
pub use ledger::Coin;
pub use request::{Call, Command, Envelope};

/// `Content-Type` of a merchant's request.
pub const CONTENT_TYPE_FORM: &str = "application/x-www-form-urlencoded";
/// `Content-Type` of every answer and of callbacks to HMAC shops.
pub const CONTENT_TYPE_JSON: &str = "application/json";
