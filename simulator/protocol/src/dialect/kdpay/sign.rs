//! The sign of KDPay: upper hex of MD5 over values joined by `&`, without names, in an order fixed for each message, the
//! key last. An absent value is empty and keeps its place.

use md5::{Digest, Md5};
use subtle::ConstantTimeEq;

use crate::sign::Token;

const UPPER_HEX: &[u8; 16] = b"0123456789ABCDEF";

/// 32 digits of a sign.
pub(super) fn sign<'a>(token: &Token, values: impl IntoIterator<Item = &'a str>) -> String {
    let mut digest = Md5::new();
    for value in values {
        digest.update(value);
        digest.update("&");
    }
    digest.update(token.reveal());
    let bytes = digest.finalize();
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|nibble| char::from(UPPER_HEX[usize::from(nibble)]))
        .collect()
}

/// Whether `presented` is the sign of these values, compared in constant time. Lower case is refused: the contract says
/// upper, and a client that a stricter wallet would turn away had better hear of it here.
pub(super) fn verify<'a>(token: &Token, values: impl IntoIterator<Item = &'a str>, presented: &str) -> bool {
    sign(token, values).as_bytes().ct_eq(presented.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGN: &str = "77CDB24603EA803A30FE85893F63A66C";
    const VALUES: [&str; 4] = ["KD-ORDER-1", "10.00", "3", "100001"];

    fn token() -> Token {
        Token::new("TESTkey0123456789").unwrap()
    }

    /// The three vectors of the document: pay, a notification of status 3, a query with an empty `orderCode`.
    #[test]
    fn the_documents_vectors_are_met() {
        for (values, expected) in [
            (&VALUES[..], SIGN),
            (
                &["KD-ORDER-1", "10.00", "100001", "3"],
                "B97A88A998E5AA6D18FE0D2661973CFA",
            ),
            (&["", "KD-ORDER-1", "100001"], "A28051B9E1805DD9D58C7D5809A22B8F"),
        ] {
            assert_eq!(sign(&token(), values.iter().copied()), expected, "{values:?}");
        }
    }

    #[test]
    fn only_the_whole_sign_verifies() {
        for (presented, accepted) in [
            (SIGN, true),
            (&*SIGN.to_lowercase(), false),
            (&SIGN.replacen('7', "8", 1), false),
            (&format!("{}D", &SIGN[..31]), false),
            ("", false),
            (&SIGN[..31], false),
            (&SIGN[1..], false),
            (&format!("{SIGN}0"), false),
            (&format!("{SIGN}\n"), false),
            (&format!(" {SIGN}"), false),
            (&"0".repeat(32), false),
            (&"G".repeat(32), false),
            (&format!("{}Ａ", &SIGN[..29]), false),
        ] {
            assert_eq!(verify(&token(), VALUES, presented), accepted, "{presented:?}");
        }
        assert!(!verify(&Token::new("TESTkey0123456780").unwrap(), VALUES, SIGN));
        assert!(!verify(&token(), ["KD-ORDER-1", "10.0", "3", "100001"], SIGN));
        assert!(!verify(&token(), ["10.00", "KD-ORDER-1", "3", "100001"], SIGN));
    }
}
