//! The sign of requests, answers and callbacks: HMAC-SHA256 over the sorted fields, in upper-case hex.
//!
//! Traps: the values are signed as they are, not URL-encoded; empty ones are left out, `0` is not; names are sorted as
//! bytes; the token is the key and never part of the text.

use std::{collections::BTreeMap, fmt};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// Flat fields by name, in the order that is signed: a `BTreeMap` of strings sorts by bytes.
pub(crate) type Fields = BTreeMap<String, String>;

/// The shop's token. It has no `Display`, and its `Debug` is silent, so that no log line ever shows it.
#[derive(Clone)]
pub(crate) struct Token(String);

impl Token {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The sign of these fields.
    pub(crate) fn sign(&self, fields: &Fields) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes()).expect("HMAC takes keys of any length");
        mac.update(canonical(fields).as_bytes());
        mac.finalize()
            .into_bytes()
            .iter()
            .map(|byte| format!("{byte:02X}"))
            .collect()
    }

    /// Is this their sign? Compared in constant time: how long a refusal takes must not tell how much of a guess was right.
    pub(crate) fn signed(&self, fields: &Fields, presented: &str) -> bool {
        let right = self.sign(fields);
        right.as_bytes().ct_eq(presented.to_ascii_uppercase().as_bytes()).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Token(•••)")
    }
}

/// The text that is signed.
fn canonical(fields: &Fields) -> String {
    let pairs: Vec<String> = fields
        .iter()
        .filter(|(name, value)| *name != "sign" && !value.is_empty())
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Message;

    /// The vectors that the wallet publishes, and this token with them.
    const TOKEN: &str = "TESTtoken123456789abcdefghijABCD";

    fn check(body: &str, text: &str, sign: &str) {
        let fields = Message::read(body.as_bytes()).expect("a JSON object").into_fields();
        assert_eq!(canonical(&fields), text);
        assert_eq!(Token::new(TOKEN).sign(&fields), sign);
    }

    #[test]
    fn the_published_vectors() {
        check(
            r#"{"id":"10001","unique_id":"ORDER-20260628-001","amount":"100.5","coin":"USDT","timestamp":1782680000,
                "nonce":"a1b2c3d4e5","sign":"whatever"}"#,
            "amount=100.5&coin=USDT&id=10001&nonce=a1b2c3d4e5&timestamp=1782680000&unique_id=ORDER-20260628-001",
            "7444ADFD8E4F4DA09D752DDF9345E0EE56DC25090FCFAF675DD042830E5E3F79",
        );
        check(
            r#"{"status":"success","code":200,"data":{"order_id":"abc123def456","unique_id":"ORDER-20260628-001",
                "pay_user_id":123456789,"amount":"100.5","coin":"USDT","status":1,"type":"deposit"},"id":10001}"#,
            "code=200&data.amount=100.5&data.coin=USDT&data.order_id=abc123def456&data.pay_user_id=123456789\
             &data.status=1&data.type=deposit&data.unique_id=ORDER-20260628-001&id=10001&status=success",
            "64B09C8847849FA6921D8FFBDF8E406D4A8EA623E53970712350F61783403F7D",
        );
        check(
            r#"{"id":7,"a":"0","b":0,"c":"","d":null,"e":false,"f":"hello","nest":{"x":"1","y":"2"}}"#,
            "a=0&b=0&e=false&f=hello&id=7&nest.x=1&nest.y=2",
            "8BC0AF979075038025DDD51B6F4A2E6CF3FF9B5B5371EB2268D303F89883E92A",
        );
    }

    #[test]
    fn a_sign_is_told_from_all_others() {
        let fields = Fields::from([("id".to_owned(), "1".to_owned())]);
        let token = Token::new(TOKEN);
        let right = token.sign(&fields);
        assert!(token.signed(&fields, &right));
        assert!(token.signed(&fields, &right.to_lowercase()), "either case is taken");
        for wrong in [
            "",
            &right[1..],
            &right.replace(char::is_numeric, "0"),
            &format!("{right}0"),
        ] {
            assert!(!token.signed(&fields, wrong), "{wrong}");
        }
        assert!(!Token::new("another").signed(&fields, &right));
    }
}
