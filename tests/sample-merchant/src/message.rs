//! A signed message of the wallet's: an answer or a callback, as flat fields with the text they were sent with.
//!
//! The trap: JSON that is parsed to numbers and written again is not what was signed. `6.00000000` becomes `6`, a long id
//! loses its last digits. So every value keeps its text, and whatever the shop reads later is what the sign was made over.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use thiserror::Error;

use crate::sign::{Fields, Token};

/// Objects in objects; the wallet has one level.
const DEPTH_MAX: usize = 4;

/// A message that anybody may have sent.
#[derive(Debug)]
pub(crate) struct Message(Fields);

/// A message of the wallet's, about this shop. Only [`Message::verified`] makes one.
#[derive(Debug)]
pub(crate) struct Verified(Fields);

/// Why a message is not believed.
#[derive(Debug, PartialEq, Eq, Error)]
pub(crate) enum Distrust {
    /// Not a JSON object of texts, numbers, truths and objects.
    #[error("no message of the wallet's: {0}")]
    Malformed(String),
    /// Not signed, or with a wrong sign.
    #[error("the sign is missing or wrong")]
    Sign,
    /// Signed, for somebody else: a wallet has many shops.
    #[error("it is for shop {0}")]
    Shop(String),
}

impl Message {
    /// Takes a body apart. The caller bounds its length.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Distrust> {
        let text = std::str::from_utf8(body).map_err(|error| Distrust::Malformed(error.to_string()))?;
        let mut fields = Fields::new();
        flatten("", text, DEPTH_MAX, &mut fields)?;
        Ok(Self(fields))
    }

    /// A field that may be looked at before the sign is checked: refusals carry none.
    pub(crate) fn unverified(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// Checks the sign, then the shop.
    pub(crate) fn verified(self, token: &Token, shop: u64) -> Result<Verified, Distrust> {
        if !token.signed(&self.0, self.unverified("sign")) {
            return Err(Distrust::Sign);
        }
        let id = self.unverified("id");
        if id != shop.to_string() {
            return Err(Distrust::Shop(id.to_owned()));
        }
        Ok(Verified(self.0))
    }

    #[cfg(test)]
    pub(crate) fn into_fields(self) -> Fields {
        self.0
    }
}

impl Verified {
    /// A field by its flat name, such as `data.order_id`; unknown ones beside it do no harm.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

fn flatten(prefix: &str, object: &str, depth: usize, into: &mut Fields) -> Result<(), Distrust> {
    if depth == 0 {
        return Err(Distrust::Malformed(format!("more than {DEPTH_MAX} levels")));
    }
    let inner: BTreeMap<String, &RawValue> =
        serde_json::from_str(object).map_err(|error| Distrust::Malformed(error.to_string()))?;
    for (name, value) in inner {
        let name = if prefix.is_empty() {
            name
        } else {
            format!("{prefix}.{name}")
        };
        let raw = value.get();
        let text = match raw.as_bytes().first() {
            Some(b'{') => {
                flatten(&name, raw, depth - 1, into)?;
                continue;
            }
            Some(b'[') => return Err(Distrust::Malformed(format!("`{name}` is a list"))),
            Some(b'"') => {
                serde_json::from_str(raw).map_err(|error| Distrust::Malformed(format!("`{name}`: {error}")))?
            }
            Some(b'n') | None => continue,
            Some(_) => raw.to_owned(),
        };
        // `{"data.amount": …, "data": {"amount": …}}`: one name, two values, and two readers who take different ones.
        if into.insert(name.clone(), text).is_some() {
            return Err(Distrust::Malformed(format!("`{name}` is there twice")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_the_text_they_were_sent_with() {
        let body =
            r#"{"a": 6.00000000, "b": 12345678901234567890, "c": true, "d": null, "e": "\u20ac", "f": {"g": -0}}"#;
        let fields = Message::read(body.as_bytes()).expect("an object").into_fields();
        let expected = [
            ("a", "6.00000000"),
            ("b", "12345678901234567890"),
            ("c", "true"),
            ("e", "€"),
            ("f.g", "-0"),
        ];
        let expected = expected.map(|(name, text)| (name.to_owned(), text.to_owned()));
        assert_eq!(fields, Fields::from(expected));
    }

    #[test]
    fn bodies_that_are_no_messages() {
        for body in [
            "",
            "[]",
            "7",
            "{",
            "<html>",
            r#"{"a":[1]}"#,
            r#"{"a.b":1,"a":{"b":1}}"#,
            r#"{"a":{"a":{"a":{"a":{}}}}}"#,
        ] {
            let read = Message::read(body.as_bytes());
            assert!(matches!(read, Err(Distrust::Malformed(_))), "{body}: {read:?}");
        }
        assert!(Message::read(&[b'{', 0xff, b'}']).is_err());
    }

    #[test]
    fn only_the_wallets_word_to_this_shop_is_believed() {
        let token = Token::new("token");
        let body = |shop: &str| {
            let fields = Fields::from([("id".to_owned(), shop.to_owned())]);
            format!(r#"{{"id":{shop},"sign":"{}"}}"#, token.sign(&fields))
        };
        let read = |body: &str| {
            Message::read(body.as_bytes())
                .expect("an object")
                .verified(&token, 10001)
        };
        assert!(read(&body("10001")).is_ok());
        assert_eq!(read(&body("10002")).err(), Some(Distrust::Shop("10002".to_owned())));
        assert_eq!(read(r#"{"id":10001}"#).err(), Some(Distrust::Sign));
        assert_eq!(
            read(&body("10001").replace("id\":1", "id\":2")).err(),
            Some(Distrust::Sign)
        );
    }
}
