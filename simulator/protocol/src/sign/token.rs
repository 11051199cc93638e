//! A shop's secret.

use std::{borrow::Cow, fmt};

use hmac::{Hmac, KeyInit};
use sha2::Sha256;
use thiserror::Error;

/// The longest token, in bytes.
pub const MAX_TOKEN_BYTES: usize = 256;

/// A shop's secret: the key of its signs.
///
/// Purposefully neither `PartialEq` nor `Display` nor `Serialize`: a secret is used, not compared or shown.
#[derive(Clone)]
pub struct Token {
    text: Box<str>,
    /// HMAC with the key already taken in, which is a third of the work of a short string.
    keyed: Hmac<Sha256>,
}

/// Why a text is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TokenError {
    /// An empty key would sign for everybody.
    #[error("empty token")]
    Empty,
    /// Longer than [`MAX_TOKEN_BYTES`].
    #[error("token of {len_bytes} bytes, more than {MAX_TOKEN_BYTES}")]
    TooLong {
        /// Its length.
        len_bytes: usize,
    },
}

impl Token {
    /// A token of 1 to [`MAX_TOKEN_BYTES`] bytes, taken literally: nothing is trimmed or decoded.
    ///
    /// # Errors
    /// When it is empty or too long.
    pub fn new(text: &str) -> Result<Self, TokenError> {
        if text.is_empty() {
            return Err(TokenError::Empty);
        }
        if text.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::TooLong { len_bytes: text.len() });
        }
        Ok(Self {
            text: text.into(),
            keyed: Hmac::new_from_slice(text.as_bytes()).expect("HMAC takes keys of every length"),
        })
    }

    /// `text` with this secret shown as `•••`: as it stands, percent-encoded as forms carry it, or with its slashes
    /// escaped as PHP writes JSON.
    pub fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let encoded: String = form_urlencoded::byte_serialize(self.text.as_bytes()).collect();
        let escaped = self.text.replace('/', "\\/");
        let spellings = [&*self.text, &encoded, &escaped];
        spellings.into_iter().fold(Cow::Borrowed(text), replaced)
    }

    /// A MAC that has the key and no message yet.
    pub(crate) fn keyed(&self) -> Hmac<Sha256> {
        self.keyed.clone()
    }

    /// The secret itself: only for what hashes it.
    pub(crate) fn reveal(&self) -> &str {
        &self.text
    }
}

fn replaced<'t>(text: Cow<'t, str>, secret: &str) -> Cow<'t, str> {
    if text.contains(secret) {
        Cow::Owned(text.replace(secret, MASK))
    } else {
        text
    }
}

/// What people see where a token stands.
pub(super) const MASK: &str = "•••";

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_masked_however_it_is_spelled() {
        let token = Token::new("to/ken +1").expect("a token");
        for (text, shown) in [
            ("nothing of it", "nothing of it"),
            ("a=to/ken +1&b", "a=•••&b"),
            ("a=to%2Fken+%2B1&b", "a=•••&b"),
            (r#"{"a":"to\/ken +1"}"#, r#"{"a":"•••"}"#),
            ("to/ken +1 to/ken +1", "••• •••"),
        ] {
            assert_eq!(token.mask(text), shown, "{text}");
        }
    }
}
