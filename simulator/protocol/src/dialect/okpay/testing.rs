//! What the tests of the dialect share: the published token and every manner of a gateway.

use proptest::prelude::*;

use super::manner::{CallbackForm, DataShape, KeyOrder, Manner, SuccessCode};
use crate::sign::{Accepts, Algorithm, Md5Rule, Token};

/// The token of the vendor's vectors for HMAC.
pub(super) fn token() -> Token {
    Token::new("TESTtoken123456789abcdefghijABCD").unwrap()
}

/// The token of the vectors for MD5.
pub(super) fn legacy_token() -> Token {
    Token::new("123456").unwrap()
}

/// A shop that signs with this algorithm alone.
pub(super) fn only(algorithm: Algorithm) -> Accepts {
    match algorithm {
        Algorithm::Hmac => Accepts::HMAC,
        Algorithm::Md5 => Accepts {
            hmac: false,
            md5: Some(Md5Rule::Strict),
        },
    }
}

/// Both algorithms.
pub(super) fn algorithms() -> impl Strategy<Value = Algorithm> {
    prop::sample::select(&Algorithm::ALL[..])
}

/// Every manner.
pub(super) fn manners() -> impl Strategy<Value = Manner> {
    (
        prop::sample::select(&SuccessCode::ALL[..]),
        prop::sample::select(&DataShape::ALL[..]),
        any::<(bool, bool)>(),
        prop::sample::select(&CallbackForm::ALL[..]),
        prop::sample::select(&KeyOrder::ALL[..]),
    )
        .prop_map(
            |(code, data, (signs_md5_answers, ancestor_codes), callback, keys)| Manner {
                code,
                data,
                signs_md5_answers,
                ancestor_codes,
                callback,
                keys,
            },
        )
}
