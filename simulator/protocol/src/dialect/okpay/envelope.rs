//! What signed JSON bodies share, answers and callbacks alike: sealing ours, opening a peer's.

use serde::Serialize;
use thiserror::Error;

use super::field::{FieldError, FieldReason, Reader};
use crate::canonical::{DecodeError, Fields};
use crate::sign::{Token, sign};

/// `code` of a success today.
pub(super) const CODE_SUCCESS: u64 = 200;
/// `code` of a success in the vendor's old SDK.
pub(super) const CODE_SUCCESS_OLD: u64 = 10_000;
/// `status` of a success.
pub(super) const SUCCESS: &str = "success";

/// A peer's body that says nothing we understand.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Malformed {
    /// It holds no fields.
    #[error(transparent)]
    Body(#[from] DecodeError),
    /// A field is not what it must be.
    #[error(transparent)]
    Field(#[from] FieldError),
}

/// The body with its sign as the last field. Signed is what is read back from the text itself, so that the sign cannot
/// differ from what is sent.
pub(super) fn seal<T: Serialize>(unsigned: &T, token: &Token) -> Vec<u8> {
    let mut body = serde_json::to_string(unsigned).expect("our own structs of texts and numbers are JSON");
    let canonical = Fields::from_own_json(&body).canonical();
    let end = body.pop();
    debug_assert_eq!(end, Some('}'), "what is sealed is an object");
    body.push_str(",\"sign\":\"");
    body.push_str(&sign(token, &canonical).to_string());
    body.push_str("\"}");
    body.into_bytes()
}

/// The parts every success shares: `status`, `code` as a JSON number, `id`. Gives the shop.
pub(super) fn success(reader: Reader<'_>) -> Result<u64, FieldError> {
    if reader.required("status")? != SUCCESS {
        return Err(FieldError {
            field: "status",
            reason: FieldReason::Unexpected { expected: SUCCESS },
        });
    }
    match reader.number("code")? {
        CODE_SUCCESS | CODE_SUCCESS_OLD => reader.number("id"),
        _ => Err(FieldError {
            field: "code",
            reason: FieldReason::Unexpected {
                expected: "200 or 10000",
            },
        }),
    }
}
