//! The two signs of the contract: HMAC-SHA256 (okpay.md section 2.1) and legacy MD5 (section 2.2).
//!
//! Owns the token, the signs and their verification in constant time; leaves the strings to [`crate::canonical`].
//! Invariant: the token is never printed and never sent. With HMAC it is only the key; MD5 hashes it with the string,
//! which is why that string is not kept anywhere.

mod token;

use std::fmt;

use hmac::Mac;
use md5::{Digest, Md5};
use subtle::ConstantTimeEq;

pub use self::token::{MAX_TOKEN_BYTES, Token, TokenError};
use crate::canonical::{
    Fields,
    php::{Leniences, decode_token},
};

/// Bytes of an HMAC sign.
const SIGN_BYTES: usize = 32;
/// Bytes of an MD5 sign.
const MD5_BYTES: usize = 16;

const UPPER_HEX: &[u8; 16] = b"0123456789ABCDEF";

/// One of the two protocols that share the wallet's URLs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// `hmac`: HMAC-SHA256, 64 hex digits.
    Hmac,
    /// `md5`: the legacy one, 32 hex digits.
    Md5,
}

impl Algorithm {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Hmac, Self::Md5];

    /// The word in configuration, journal and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hmac => "hmac",
            Self::Md5 => "md5",
        }
    }

    /// How many hex digits its sign has.
    pub fn sign_chars(self) -> usize {
        match self {
            Self::Hmac => 2 * SIGN_BYTES,
            Self::Md5 => 2 * MD5_BYTES,
        }
    }

    /// The string that is signed; with MD5 `&token=` and the token follow it.
    pub fn string(self, fields: &Fields) -> String {
        match self {
            Self::Hmac => fields.canonical(),
            Self::Md5 => fields.php(),
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How exactly an MD5 sign must be PHP's (setting of okpay.md section 2.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Md5Rule {
    /// `strict`: PHP's string, upper-case digits.
    #[default]
    Strict,
    /// `lenient`: also what other clients in use write. Zeros kept, empty texts kept as `k=`, fields in the order of
    /// the document, values and token trimmed, in any combination; digits of either case.
    Lenient,
}

impl Md5Rule {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Strict, Self::Lenient];

    /// The word in configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Lenient => "lenient",
        }
    }
}

/// Which signs a shop's calls may carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Accepts {
    /// HMAC-SHA256, digits of either case.
    pub hmac: bool,
    /// MD5, if at all.
    pub md5: Option<Md5Rule>,
}

impl Accepts {
    /// HMAC alone: the wallet's default today.
    pub const HMAC: Self = Self { hmac: true, md5: None };
}

impl Default for Accepts {
    fn default() -> Self {
        Self::HMAC
    }
}

/// An HMAC sign. Written in upper case, because one client in use accepts nothing else; read in either case.
#[derive(Clone, Copy)]
pub struct Sign([u8; SIGN_BYTES]);

impl Sign {
    /// Reads exactly 64 hex digits of either case, and nothing around them.
    pub fn parse(text: &str) -> Option<Self> {
        parse_hex(text).map(Self)
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
        f.write_str(&upper_hex(&self.0))
    }
}

impl fmt::Debug for Sign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sign({self})")
    }
}

/// The HMAC sign of a canonical string.
pub fn sign(token: &Token, canonical: &str) -> Sign {
    let mut mac = token.keyed();
    mac.update(canonical.as_bytes());
    Sign(mac.finalize().into_bytes().into())
}

/// Whether `presented` is the HMAC sign of `canonical`: 64 hex digits of either case, compared in constant time.
pub fn verify(token: &Token, canonical: &str, presented: &str) -> bool {
    Sign::parse(presented).is_some_and(|presented| presented == sign(token, canonical))
}

/// The sign of these fields in upper-case hex digits. A field `sign` among them takes no part.
pub fn sign_fields(algorithm: Algorithm, token: &Token, fields: &Fields) -> String {
    match algorithm {
        Algorithm::Hmac => hmac_of(token, fields).to_string(),
        Algorithm::Md5 => upper_hex(&md5_of(token, fields, Leniences::STRICT)),
    }
}

/// Which algorithm the presented field `sign` is right for; `None` where it is absent, wrong, or of an algorithm that
/// is not accepted. The algorithm is known by the sign's length; the comparison takes constant time.
pub fn verify_fields(accepts: Accepts, token: &Token, fields: &Fields) -> Option<Algorithm> {
    let presented = fields.presented_sign()?;
    if accepts.hmac && presented.len() == Algorithm::Hmac.sign_chars() {
        let presented = Sign::parse(presented)?;
        return (presented == hmac_of(token, fields)).then_some(Algorithm::Hmac);
    }
    let rule = accepts.md5?;
    is_md5(rule, token, fields, presented).then_some(Algorithm::Md5)
}

fn is_md5(rule: Md5Rule, token: &Token, fields: &Fields, presented: &str) -> bool {
    let Some(bytes) = parse_hex::<MD5_BYTES>(presented) else {
        return false;
    };
    let matches = |leniences| bool::from(md5_of(token, fields, leniences).ct_eq(&bytes));
    match rule {
        Md5Rule::Strict => !presented.bytes().any(|digit| digit.is_ascii_lowercase()) && matches(Leniences::STRICT),
        Md5Rule::Lenient => matches(Leniences::STRICT) || Leniences::combinations().any(matches),
    }
}

fn hmac_of(token: &Token, fields: &Fields) -> Sign {
    let mut mac = token.keyed();
    fields.feed_canonical(&mut |piece| mac.update(piece.as_bytes()));
    Sign(mac.finalize().into_bytes().into())
}

fn md5_of(token: &Token, fields: &Fields, leniences: Leniences) -> [u8; MD5_BYTES] {
    let mut hash = Md5::new();
    fields.feed_php(leniences, &mut |piece| hash.update(piece.as_bytes()));
    hash.update(b"&token=");
    hash.update(decode_token(token.reveal(), leniences));
    hash.finalize().into()
}

/// Exactly as many hex digits of either case as fill the bytes, and nothing around them.
fn parse_hex<const BYTES: usize>(text: &str) -> Option<[u8; BYTES]> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let pairs: &[[u8; 2]; BYTES] = pairs.try_into().ok()?;
    if !rest.is_empty() {
        return None;
    }
    let mut bytes = [0; BYTES];
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = nibble(*high)? << 4 | nibble(*low)?;
    }
    Some(bytes)
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

pub(crate) fn upper_hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(UPPER_HEX[usize::from(value)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

#[cfg(test)]
mod tests;
