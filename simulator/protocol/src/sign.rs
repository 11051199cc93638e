//! HMAC-SHA256 over the canonical string (okpay.md section 2.1).
//!
//! Owns the token, the sign and its verification in constant time; leaves the string itself to [`crate::canonical`].
//! Invariant: the token is only ever the key. It is never part of the string, never printed, never sent.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use thiserror::Error;

/// The longest token, in bytes.
pub const MAX_TOKEN_BYTES: usize = 256;

/// Bytes of a sign.
const SIGN_BYTES: usize = 32;

const UPPER_HEX: &[u8; 16] = b"0123456789ABCDEF";

/// A shop's secret: the HMAC key.
///
/// Purposefully neither `PartialEq` nor `Display` nor `Serialize`: a secret is used, not compared or shown.
#[derive(Clone)]
pub struct Token(Box<str>);

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
        Ok(Self(text.into()))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// A sign. Written in upper case, because one client in use accepts nothing else; read in either case.
#[derive(Clone, Copy)]
pub struct Sign([u8; SIGN_BYTES]);

impl Sign {
    /// Reads exactly 64 hex digits of either case, and nothing around them.
    pub fn parse(text: &str) -> Option<Self> {
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let pairs: &[[u8; 2]; SIGN_BYTES] = pairs.try_into().ok()?;
        if !rest.is_empty() {
            return None;
        }
        let mut bytes = [0; SIGN_BYTES];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = nibble(*high)? << 4 | nibble(*low)?;
        }
        Some(Self(bytes))
    }
}

/// Compares in constant time, so that how far a guess was right cannot be measured.
impl PartialEq for Sign {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Sign {}

impl fmt::Display for Sign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0 {
            let pair = [UPPER_HEX[usize::from(byte >> 4)], UPPER_HEX[usize::from(byte & 15)]];
            f.write_str(str::from_utf8(&pair).expect("hex digits are ASCII"))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Sign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sign({self})")
    }
}

/// The sign of a canonical string.
pub fn sign(token: &Token, canonical: &str) -> Sign {
    let mut mac = Hmac::<Sha256>::new_from_slice(token.0.as_bytes()).expect("HMAC takes keys of every length");
    mac.update(canonical.as_bytes());
    Sign(mac.finalize().into_bytes().into())
}

/// Whether `presented` is the sign of `canonical`: 64 hex digits of either case, compared in constant time.
pub fn verify(token: &Token, canonical: &str, presented: &str) -> bool {
    Sign::parse(presented).is_some_and(|presented| presented == sign(token, canonical))
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CANONICAL: &str =
        "amount=100.5&coin=USDT&id=10001&nonce=a1b2c3d4e5&timestamp=1782680000&unique_id=ORDER-20260628-001";
    const SIGN: &str = "7444ADFD8E4F4DA09D752DDF9345E0EE56DC25090FCFAF675DD042830E5E3F79";

    fn token() -> Token {
        Token::new("TESTtoken123456789abcdefghijABCD").unwrap()
    }

    #[test]
    fn the_published_request_vector_is_met() {
        assert_eq!(sign(&token(), CANONICAL).to_string(), SIGN);
    }

    /// Reliability N1. The contract asks for either case to be accepted, so the other case is the one true row.
    #[test]
    fn only_the_whole_sign_verifies() {
        let wrong = SIGN.replacen('7', "8", 1);
        let last_wrong = format!("{}8", &SIGN[..63]);
        let md5 = "7465C8F4ED1BA0C8C2DB88E792374A65";
        for (presented, accepted) in [
            (SIGN, true),
            (&*SIGN.to_lowercase(), true),
            (&format!("{}{}", &SIGN[..32], SIGN[32..].to_lowercase()), true),
            (&wrong, false),
            (&last_wrong, false),
            ("", false),
            (md5, false),
            (&SIGN[..63], false),
            (&SIGN[..62], false),
            (&SIGN[1..], false),
            (&format!("{SIGN}0"), false),
            (&format!("{SIGN}00"), false),
            (&format!("{SIGN}\n"), false),
            (&format!("{SIGN}\0"), false),
            (&format!(" {SIGN}"), false),
            (&format!("{SIGN},{SIGN}"), false),
            (&format!("0x{}", &SIGN[2..]), false),
            (&format!("{}ＡＡ", &SIGN[..58]), false),
            (&"0".repeat(64), false),
            (&"G".repeat(64), false),
        ] {
            assert_eq!(verify(&token(), CANONICAL, presented), accepted, "{presented:?}");
        }
    }

    #[test]
    fn another_key_or_another_string_gives_another_sign() {
        assert!(!verify(
            &Token::new("TESTtoken123456789abcdefghijABCE").unwrap(),
            CANONICAL,
            SIGN
        ));
        assert!(!verify(&token(), &CANONICAL.replace("100.5", "100.50"), SIGN));
        assert!(!verify(&token(), &format!("{CANONICAL}&x=1"), SIGN));
    }

    #[test]
    fn a_token_is_bounded_and_never_shown() {
        assert_eq!(Token::new("").unwrap_err(), TokenError::Empty);
        assert_eq!(
            Token::new(&"k".repeat(257)).unwrap_err(),
            TokenError::TooLong { len_bytes: 257 }
        );
        assert_eq!(format!("{:?}", Token::new(&"k".repeat(256)).unwrap()), "Token(…)");
    }
}
