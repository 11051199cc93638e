//! A merchant's request (vendor's section 6): written by merchants, read by the gateway in three steps.
//!
//! [`decode`] takes the body apart and trusts nothing, [`Call::verify`] looks at the sign, [`Call::command`] reads the
//! fields' meaning. The steps are apart so that a wrong sign is refused before a wrong amount is.

mod command;

use super::body::Object;
use super::envelope::seal_form;
use super::fault::AuthFailure;
use super::field::{FieldError, MAX_NONCE_CHARS, MIN_NONCE_CHARS, named, printable, whole};
use crate::canonical::{DecodeError, Fields, shown};
use crate::dialect::reader::Reader;
use crate::endpoint::Operation;
use crate::sign::{Accepts, Algorithm, Token, verify_fields};

pub use command::{Command, DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE};

/// What every request carries beside its command and its sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The shop's id.
    pub shop: u64,
    /// Seconds since the Unix epoch; HMAC only.
    pub timestamp: u64,
    /// 8 to 128 printable ASCII characters, never used twice; HMAC only.
    pub nonce: String,
}

/// The form body of a request. A value is sent and signed as it stands: a wrong one is the gateway's to refuse. Under
/// MD5 a request has neither timestamp nor nonce, and a value that PHP takes for false is not sent.
pub fn encode(command: &Command, envelope: &Envelope, algorithm: Algorithm, token: &Token) -> String {
    let mut fields = Object::of([("id", envelope.shop.into())]);
    match algorithm {
        Algorithm::Hmac => {
            fields.push("timestamp", envelope.timestamp);
            fields.push("nonce", envelope.nonce.as_str());
        }
        Algorithm::Md5 => {}
    }
    for (name, text) in command.pairs() {
        fields.push(name, text);
    }
    seal_form(fields, algorithm, token)
}

/// A request as it was presented: nothing in it is believed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// What its path asks for.
    pub operation: Operation,
    /// `id`; `None` where it is absent or no whole number.
    pub shop: Option<u64>,
    /// `timestamp`, seconds since the Unix epoch; `None` where it is absent or no whole number.
    pub timestamp: Option<u64>,
    /// `nonce`; `None` where it is absent or empty. Its length is checked by [`Call::command`].
    pub nonce: Option<String>,
    /// `sign`; `None` where it is absent or empty.
    pub presented_sign: Option<String>,
    /// Every field, the four above included.
    pub fields: Fields,
}

/// Takes a request apart: a form, or JSON where the content type says so or the body starts with `{`.
///
/// # Errors
/// When the body holds no fields; see [`DecodeError`]. A missing part of the envelope is no error here.
pub fn decode(operation: Operation, content_type: Option<&str>, body: &[u8]) -> Result<Call, DecodeError> {
    let fields = match encoding(content_type, body)? {
        Encoding::Json => Fields::from_json(body)?,
        Encoding::Form => Fields::from_form(body)?,
    };
    let text = |field| {
        fields
            .find(field)
            .and_then(|value| value.text())
            .filter(|text| !text.is_empty())
    };
    Ok(Call {
        operation,
        shop: text("id").and_then(whole),
        timestamp: text("timestamp").and_then(whole),
        nonce: text("nonce").map(str::to_owned),
        presented_sign: text("sign").map(str::to_owned),
        fields,
    })
}

impl Call {
    /// The algorithm that its sign claims by its length, where a shop accepts that algorithm at all.
    ///
    /// # Errors
    /// When there is no sign, when its length is that of no algorithm, or of one that the shop does not sign with.
    pub fn claim(&self, accepts: Accepts) -> Result<Algorithm, AuthFailure> {
        if self.presented_sign.is_none() {
            return Err(AuthFailure::SignMissing);
        }
        match self.claimed_algorithm().ok_or(AuthFailure::SignWrong)? {
            Algorithm::Hmac if !accepts.hmac => Err(AuthFailure::SignModern),
            Algorithm::Md5 if accepts.md5.is_none() => Err(AuthFailure::SignLegacy),
            claimed => Ok(claimed),
        }
    }

    /// The algorithm under which its sign is that of its fields with this token, among those a shop accepts.
    pub fn verify(&self, accepts: Accepts, token: &Token) -> Option<Algorithm> {
        verify_fields(accepts, token, &self.fields)
    }

    /// What is asked, once the sign is known to be right. Unknown fields are signed but not read.
    ///
    /// # Errors
    /// The first field that is wrong, looked at in the order of the vendor's document. MD5 knows no nonce, so only a
    /// call that claims to be signed with it may leave the nonce out.
    pub fn command(&self) -> Result<Command, FieldError> {
        let algorithm = self.claimed_algorithm().unwrap_or(Algorithm::Hmac);
        let reader = Reader::json(&self.fields).signed_with(algorithm);
        let nonce = match algorithm {
            Algorithm::Hmac => Some(reader.required("nonce")?),
            Algorithm::Md5 => reader.optional("nonce")?,
        };
        if let Some(nonce) = nonce {
            named("nonce", printable(nonce, MIN_NONCE_CHARS, MAX_NONCE_CHARS))?;
        }
        Command::read(self.operation, reader)
    }

    fn claimed_algorithm(&self) -> Option<Algorithm> {
        let chars = self.presented_sign.as_ref()?.len();
        Algorithm::ALL
            .into_iter()
            .find(|algorithm| algorithm.sign_chars() == chars)
    }
}

enum Encoding {
    Form,
    Json,
}

/// Several clients post JSON under their library's default content type, so the body's first byte decides as well.
fn encoding(content_type: Option<&str>, body: &[u8]) -> Result<Encoding, DecodeError> {
    if body.trim_ascii_start().starts_with(b"{") {
        return Ok(Encoding::Json);
    }
    let Some(declared) = content_type else {
        return Ok(Encoding::Form);
    };
    let essence = declared
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match essence.as_str() {
        "" | super::CONTENT_TYPE_FORM => Ok(Encoding::Form),
        json if json.ends_with("json") => Ok(Encoding::Json),
        _ => Err(DecodeError::ContentType { found: shown(&essence) }),
    }
}

#[cfg(test)]
mod tests;
