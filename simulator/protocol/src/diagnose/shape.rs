//! How the presented sign is written: hex digits of either case, with something around them, or base64.

use base64::{
    Engine,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::Mistake;
use crate::sign::{Accepts, Algorithm, Md5Rule};

/// Reads padded and unpadded text alike.
const EITHER_PADDING: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, EITHER_PADDING);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, EITHER_PADDING);

/// Bytes of the digests that are told apart: MD5, SHA-256, SHA-512.
const DIGEST_BYTES: [usize; 3] = [16, 32, 64];

/// The longest sign looked at, in bytes: base64 of the hex digits of SHA-512.
const MAX_SIGN_BYTES: usize = 192;

/// A presented sign taken apart.
pub(super) struct Shape {
    pub(super) digest: Vec<u8>,
    form: Form,
}

enum Form {
    Hex { is_lower: bool },
    Surrounded,
    Base64,
}

impl Shape {
    /// `None` where it is no digest in any form.
    pub(super) fn read(sign: &str) -> Option<Self> {
        if sign.len() > MAX_SIGN_BYTES {
            return None;
        }
        if let Some(digest) = unhex(sign) {
            let is_lower = sign.bytes().any(|digit| digit.is_ascii_lowercase());
            return Some(Self {
                digest,
                form: Form::Hex { is_lower },
            });
        }
        let bare = sign.trim().trim_matches(['"', '\'']);
        let bare = bare.strip_prefix("0x").unwrap_or(bare);
        if let Some(digest) = unhex(bare) {
            return Some(Self {
                digest,
                form: Form::Surrounded,
            });
        }
        let bytes = STANDARD.decode(bare).or_else(|_| URL_SAFE.decode(bare)).ok()?;
        let digest = match str::from_utf8(&bytes).ok().and_then(unhex) {
            Some(digest) => digest,
            None => Some(bytes).filter(|bytes| DIGEST_BYTES.contains(&bytes.len()))?,
        };
        Some(Self {
            digest,
            form: Form::Base64,
        })
    }

    /// The protocol whose digests have this length.
    pub(super) fn algorithm(&self) -> Option<Algorithm> {
        Algorithm::ALL
            .into_iter()
            .find(|algorithm| algorithm.sign_chars() == 2 * self.digest.len())
    }

    /// What is wrong with the form of a sign whose digest is right.
    pub(super) fn mistake(&self, accepts: Accepts) -> Option<Mistake> {
        let case_matters = self.algorithm() == Some(Algorithm::Md5) && accepts.md5 == Some(Md5Rule::Strict);
        let (code, what, remedy) = match self.form {
            Form::Hex { is_lower: true } if case_matters => (
                "lower_case",
                "The sign is right but written in lower case.",
                "write the hex digits of the sign in upper case",
            ),
            Form::Hex { .. } => return None,
            Form::Surrounded => (
                "sign_surrounded",
                "The sign is right but has spaces, quotes or 0x around its hex digits.",
                "send the hex digits alone",
            ),
            Form::Base64 => (
                "base64_digest",
                "The sign is right but written in base64.",
                "write the digest as upper-case hex digits",
            ),
        };
        Some(Mistake {
            code,
            what: what.to_owned(),
            remedy,
        })
    }
}

/// A whole digest in hex digits.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() || !DIGEST_BYTES.contains(&pairs.len()) {
        return None;
    }
    let byte = |[high, low]: &[u8; 2]| u8::try_from(digit(*high)? << 4 | digit(*low)?).ok();
    pairs.iter().map(byte).collect()
}

/// Bytes of base64 text, padded or not; for keys.
pub(super) fn unbase64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok().filter(|bytes| !bytes.is_empty())
}
