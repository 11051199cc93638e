//! A merchant's request (vendor's section 6): written by merchants, read by the gateway in three steps.
//!
//! [`decode`] takes the body apart and trusts nothing, [`Call::verify`] looks at the sign, [`Call::command`] reads the
//! fields' meaning. The steps are apart so that a wrong sign is refused before a wrong amount is.

use form_urlencoded::Serializer;

use super::field::{
    FieldError, FieldReason, MAX_NAME_CHARS, MAX_NONCE_CHARS, MAX_URL_BYTES, MIN_NONCE_CHARS, Reader, amount, named,
    printable, prose, unique_id, url, whole,
};
use crate::canonical::{DecodeError, Fields, shown};
use crate::endpoint::Operation;
use crate::sign::{Token, sign, verify};
use ledger::Coin;

/// What a merchant asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Open a deposit order (vendor's section 6.1).
    PayLink {
        /// Decimal text as the merchant wrote it, above zero, at most 12 digits before the point and the coin's after.
        amount: String,
        /// The coin.
        coin: Coin,
        /// The merchant's order number, 1 to 64 printable ASCII characters.
        unique_id: Option<String>,
        /// The order's title, at most 128 characters without control characters.
        name: Option<String>,
        /// Where the payer is sent afterwards, at most 2048 printable ASCII characters. Merchants use schemes of their
        /// own here, so whoever makes a link of it checks the scheme first.
        return_url: Option<String>,
        /// Where this order is called back instead of at the shop's own URL: http or https, no user name.
        callback_url: Option<String>,
    },
    /// What became of an order (vendor's section 6.2).
    CheckDeposit {
        /// The merchant's order number.
        unique_id: String,
    },
}

impl Command {
    /// The operation that carries it.
    pub fn operation(&self) -> Operation {
        match self {
            Self::PayLink { .. } => Operation::PayLink,
            Self::CheckDeposit { .. } => Operation::CheckDeposit,
        }
    }

    fn pairs(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::PayLink {
                amount,
                coin,
                unique_id,
                name,
                return_url,
                callback_url,
            } => {
                let options = [
                    ("unique_id", unique_id),
                    ("name", name),
                    ("return_url", return_url),
                    ("callback_url", callback_url),
                ];
                let present = options
                    .into_iter()
                    .filter_map(|(field, value)| Some((field, value.as_deref()?)));
                [("amount", amount.as_str()), ("coin", coin.word())]
                    .into_iter()
                    .chain(present)
                    .collect()
            }
            Self::CheckDeposit { unique_id } => vec![("unique_id", unique_id)],
        }
    }
}

/// What every request carries beside its command and its sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The shop's id.
    pub shop: u64,
    /// Seconds since the Unix epoch.
    pub timestamp: u64,
    /// 8 to 128 printable ASCII characters, never used twice.
    pub nonce: String,
}

/// The form body of a request. A value is sent and signed as it stands: a wrong one is the gateway's to refuse.
pub fn encode(command: &Command, envelope: &Envelope, token: &Token) -> String {
    let (shop, timestamp) = (envelope.shop.to_string(), envelope.timestamp.to_string());
    let mut pairs = vec![
        ("id", shop.as_str()),
        ("timestamp", timestamp.as_str()),
        ("nonce", envelope.nonce.as_str()),
    ];
    pairs.extend(command.pairs());
    let sign = sign(token, &Fields::of_text(pairs.iter().copied()).canonical()).to_string();
    pairs.push(("sign", &sign));
    Serializer::new(String::new()).extend_pairs(pairs).finish()
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
    /// Whether its sign is that of its fields under this token.
    pub fn verify(&self, token: &Token) -> bool {
        match &self.presented_sign {
            Some(presented) => verify(token, &self.fields.canonical(), presented),
            None => false,
        }
    }

    /// What is asked, once the sign is known to be right. Unknown fields are signed but not read.
    ///
    /// # Errors
    /// The first field that is wrong, looked at in the order of the vendor's document.
    pub fn command(&self) -> Result<Command, FieldError> {
        let reader = Reader(&self.fields);
        named(
            "nonce",
            printable(reader.required("nonce")?, MIN_NONCE_CHARS, MAX_NONCE_CHARS),
        )?;
        match self.operation {
            Operation::PayLink => pay_link(reader),
            Operation::CheckDeposit => {
                let number = reader.required("unique_id")?;
                named("unique_id", unique_id(number))?;
                Ok(Command::CheckDeposit {
                    unique_id: number.to_owned(),
                })
            }
        }
    }
}

fn pay_link(reader: Reader<'_>) -> Result<Command, FieldError> {
    let coin = reader.coin("coin")?;
    let amount_text = reader.required("amount")?;
    named("amount", amount(amount_text, coin.scale()))?;
    let option = |field, check: &dyn Fn(&str) -> Result<(), FieldReason>| match reader.optional(field)? {
        Some(text) => named(field, check(text)).map(|()| Some(text.to_owned())),
        None => Ok(None),
    };
    let command = Command::PayLink {
        amount: amount_text.to_owned(),
        coin,
        unique_id: option("unique_id", &unique_id)?,
        name: option("name", &|text| prose(text, MAX_NAME_CHARS))?,
        return_url: option("return_url", &|text| printable(text, 1, MAX_URL_BYTES))?,
        callback_url: option("callback_url", &|text| url(text, &["http", "https"]))?,
    };
    match reader.optional("status")? {
        None | Some("0") => Ok(command),
        Some(_) => Err(FieldError {
            field: "status",
            reason: FieldReason::Unexpected { expected: "0" },
        }),
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
