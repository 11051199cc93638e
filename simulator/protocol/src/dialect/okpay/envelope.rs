//! What signed bodies share, answers and callbacks alike: sealing ours, opening a peer's.

use thiserror::Error;

use super::body::Object;
use super::field::{FieldError, FieldReason};
use super::manner::SuccessCode;
use crate::canonical::{DecodeError, Fields};
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
    sealed(body, Object::fields_of_json, algorithm, token).json()
}

/// Form text with its sign as the last field.
pub(super) fn seal_form(body: Object<'_>, algorithm: Algorithm, token: &Token) -> String {
    sealed(body, Object::fields_of_form, algorithm, token).form()
}

/// HMAC, the gateway's hottest path, signs the string that the body itself knows; MD5 signs the fields that a peer reads
/// back, so that PHP's odd rules live in one place.
fn sealed<'a>(body: Object<'a>, read: fn(&Object<'a>) -> Fields, algorithm: Algorithm, token: &Token) -> Object<'a> {
    let (mut body, sign) = match algorithm {
        Algorithm::Hmac => {
            let sign = sign(token, &body.canonical()).to_string();
            (body, sign)
        }
        Algorithm::Md5 => {
            let body = body.truthy();
            let sign = sign_fields(algorithm, token, &read(&body));
            (body, sign)
        }
    };
    body.push("sign", sign);
    body
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
