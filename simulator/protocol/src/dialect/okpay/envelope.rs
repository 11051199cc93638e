//! What signed bodies share, answers and callbacks alike: sealing ours, opening a peer's.

use thiserror::Error;

use super::body::Object;
use super::field::{FieldError, FieldReason};
use super::manner::SuccessCode;
use crate::canonical::DecodeError;
use crate::dialect::reader::Reader;
use crate::sign::{Algorithm, Token, sign, sign_fields};

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

/// JSON text with its sign as the last field.
pub(super) fn seal_json(body: Object<'_>, algorithm: Algorithm, token: &Token) -> String {
    sealed(body, Written::Json, algorithm, token).json()
}

/// Form text with its sign as the last field.
pub(super) fn seal_form(body: Object<'_>, algorithm: Algorithm, token: &Token) -> String {
    sealed(body, Written::Form, algorithm, token).form()
}

/// How a body is written, which decides what a peer reads back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Json,
    Form,
}

fn sealed<'a>(body: Object<'a>, written: Written, algorithm: Algorithm, token: &Token) -> Object<'a> {
    let mut body = sent(body, algorithm);
    let sign = sign_of(&body, written, algorithm, token);
    body.push("sign", sign);
    body
}

/// The fields of a body that are sent at all.
pub(super) fn sent(body: Object<'_>, algorithm: Algorithm) -> Object<'_> {
    match algorithm {
        Algorithm::Hmac => body,
        Algorithm::Md5 => body.truthy(),
    }
}

/// The sign of the fields that are sent. HMAC, the gateway's hottest path, signs the string that the body itself knows;
/// MD5 signs the fields that a peer reads back, so that PHP's odd rules live in one place.
pub(super) fn sign_of(body: &Object<'_>, written: Written, algorithm: Algorithm, token: &Token) -> String {
    match (algorithm, written) {
        (Algorithm::Hmac, _) => sign(token, &body.canonical()).to_string(),
        (Algorithm::Md5, Written::Json) => sign_fields(algorithm, token, &body.fields_of_json()),
        (Algorithm::Md5, Written::Form) => sign_fields(algorithm, token, &body.fields_of_form()),
    }
}

/// The parts every success shares: `status`, `code` as a JSON number, `id`. Gives the shop.
pub(super) fn success(reader: Reader<'_>) -> Result<u64, FieldError> {
    if reader.required("status")? != SUCCESS {
        return Err(FieldError {
            field: "status",
            reason: FieldReason::Unexpected { expected: SUCCESS },
        });
    }
    let code = reader.number("code")?;
    if SuccessCode::ALL.into_iter().any(|known| known.number() == code) {
        reader.number("id")
    } else {
        Err(FieldError {
            field: "code",
            reason: FieldReason::Unexpected {
                expected: "200 or 10000",
            },
        })
    }
}
