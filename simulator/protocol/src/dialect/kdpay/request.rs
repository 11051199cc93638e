//! A merchant's request: written by merchants, read by the gateway in three steps.
//!
//! [`decode`] takes the request apart and trusts nothing, [`Call::verify`] looks at the sign, [`Call::command`] reads the
//! fields' meaning. The steps are apart so that a wrong sign is refused before a wrong amount is.

use form_urlencoded::Serializer;

use super::field::{code, missing, text, yuan};
use super::operation::{Operation, balance_path, shop_of};
use super::sign::{sign, verify};
use crate::canonical::{DecodeError, Fields, shown};
use crate::dialect::field::{FieldError, FieldReason, MAX_UNIQUE_ID_CHARS, named, url, whole};
use crate::dialect::reader::Reader;
use crate::sign::Token;

/// The longest address of a wallet, in characters.
pub const MAX_ADDRESS_CHARS: usize = 128;

/// What a merchant asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Open a payment.
    Pay {
        /// The merchant's order number, 1 to 64 printable ASCII characters without `&`.
        order_code: String,
        /// Yuan as the merchant wrote them, above zero, at most 12 digits before the point and two after.
        amount: String,
        /// What the payer pays with.
        pay_type: PayType,
        /// Where the payment is notified: http or https, no user name. Not signed.
        callback_url: String,
    },
    /// What became of a payment. At least one of the two numbers is there.
    QueryPay {
        /// The wallet's number.
        order_code: Option<String>,
        /// The merchant's number.
        customer_order_code: Option<String>,
    },
    /// Pay out to a wallet.
    Remit {
        /// The merchant's order number, as in [`Command::Pay`].
        order_code: String,
        /// Yuan, as in [`Command::Pay`].
        amount: String,
        /// The payee's wallet: 1 to [`MAX_ADDRESS_CHARS`] printable ASCII characters without `&`.
        address: String,
        /// Where the payout is notified: http or https, no user name. Not signed.
        callback_url: Option<String>,
    },
    /// What became of a payout. At least one of the two numbers is there.
    QueryRemit {
        /// The wallet's number.
        order_code: Option<String>,
        /// The merchant's number.
        customer_order_code: Option<String>,
    },
    /// What the shop holds.
    Balance {
        /// Milliseconds since the Unix epoch.
        timestamp_ms: u64,
    },
}

/// What a payer pays with, by the document's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PayType {
    /// `3`: K豆, the wallet's own yuan.
    Bean,
}

impl PayType {
    /// The text on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Bean => "3",
        }
    }
}

impl Command {
    /// The operation that carries it.
    pub fn operation(&self) -> Operation {
        match self {
            Self::Pay { .. } => Operation::Pay,
            Self::QueryPay { .. } => Operation::QueryPay,
            Self::Remit { .. } => Operation::Remit,
            Self::QueryRemit { .. } => Operation::QueryRemit,
            Self::Balance { .. } => Operation::Balance,
        }
    }

    /// Its own fields in the document's order; an empty `orderCode` of a query is sent as such.
    fn pairs(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Pay {
                order_code,
                amount,
                pay_type,
                callback_url,
            } => vec![
                ("orderCode", order_code.clone()),
                ("amount", amount.clone()),
                ("payType", pay_type.word().to_owned()),
                ("callbackUrl", callback_url.clone()),
            ],
            Self::QueryPay {
                order_code,
                customer_order_code,
            }
            | Self::QueryRemit {
                order_code,
                customer_order_code,
            } => vec![
                ("orderCode", order_code.clone().unwrap_or_default()),
                ("customerOrderCode", customer_order_code.clone().unwrap_or_default()),
            ],
            Self::Remit {
                order_code,
                amount,
                address,
                callback_url,
            } => [
                ("orderCode", Some(order_code)),
                ("amount", Some(amount)),
                ("address", Some(address)),
                ("callbackUrl", callback_url.as_ref()),
            ]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?.clone())))
            .collect(),
            Self::Balance { timestamp_ms } => vec![("timestamp", timestamp_ms.to_string())],
        }
    }
}

/// A request as a merchant sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `POST` or `GET`.
    pub method: &'static str,
    /// Path and query below the gateway's base URL.
    pub target: String,
    /// The form; empty for a `GET`.
    pub body: String,
}

/// The request for this command. A value is sent and signed as it stands: a wrong one is the gateway's to refuse.
pub fn encode(command: &Command, user_code: u64, token: &Token) -> Request {
    let operation = command.operation();
    let mut pairs = vec![("userCode", user_code.to_string())];
    pairs.extend(command.pairs());
    let value = |name: &&str| {
        pairs
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    };
    let sign = sign(token, operation.signed().iter().map(value));
    pairs.push(("sign", sign));
    let form = |pairs: &[(&str, String)]| Serializer::new(String::new()).extend_pairs(pairs).finish();
    let method = operation.method();
    match operation {
        Operation::Balance => Request {
            method,
            target: format!("{}?{}", balance_path(user_code), form(&pairs[1..])),
            body: String::new(),
        },
        Operation::Pay | Operation::QueryPay | Operation::Remit | Operation::QueryRemit => Request {
            method,
            target: operation.path().to_owned(),
            body: form(&pairs),
        },
    }
}

/// A request as it came from the wire; its method was looked at by whoever found the operation.
#[derive(Clone, Copy, Debug)]
pub struct Presented<'a> {
    /// What its path asks for.
    pub operation: Operation,
    /// The path, still percent-encoded.
    pub path: &'a str,
    /// What follows the `?`.
    pub query: Option<&'a str>,
    /// `Content-Type`.
    pub content_type: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
}

/// A request as it was presented: nothing in it is believed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// What its path asks for.
    pub operation: Operation,
    /// `userCode`; `None` where it is absent or no whole number.
    pub shop: Option<u64>,
    /// `timestamp` of a balance, milliseconds since the Unix epoch; `None` where it is absent or no whole number.
    pub timestamp_ms: Option<u64>,
    /// `sign`; `None` where it is absent or empty.
    pub presented_sign: Option<String>,
    /// Every field, the three above included.
    pub fields: Fields,
}

/// Takes a request apart: the query of a `GET`; of a `POST` the body alone, a form, or JSON where the content type says
/// so or the body starts with `{`.
///
/// # Errors
/// When there are no fields to be had; see [`DecodeError`]. A missing field is no error here.
pub fn decode(presented: Presented<'_>) -> Result<Call, DecodeError> {
    let fields = match presented.operation {
        Operation::Balance => with_shop(presented)?,
        Operation::Pay | Operation::QueryPay | Operation::Remit | Operation::QueryRemit => {
            match encoding(presented.content_type, presented.body)? {
                Encoding::Json => Fields::from_json(presented.body)?,
                Encoding::Form => Fields::from_form(presented.body)?,
            }
        }
    };
    let present = |field| Some(text(&fields, field)).filter(|text| !text.is_empty());
    Ok(Call {
        operation: presented.operation,
        shop: present("userCode").and_then(whole),
        timestamp_ms: present("timestamp").and_then(whole),
        presented_sign: present("sign").map(str::to_owned),
        fields,
    })
}

/// The fields of a query, and the shop that the path names. A shop in both would be read twice.
fn with_shop(presented: Presented<'_>) -> Result<Fields, DecodeError> {
    let query = Fields::from_form(presented.query.unwrap_or_default().as_bytes())?;
    if query.find("userCode").is_some() {
        return Err(DecodeError::Duplicate {
            name: shown("userCode"),
        });
    }
    let shop = shop_of(presented.path).unwrap_or_default();
    let sent = query
        .iter()
        .map(|(name, value)| (name, value.text().unwrap_or_default()));
    Ok(Fields::of_text([("userCode", shop)].into_iter().chain(sent)))
}

impl Call {
    /// The values that are signed, in their order, as they were presented.
    pub fn signed(&self) -> impl Iterator<Item = &str> {
        self.operation.signed().iter().map(|field| text(&self.fields, field))
    }

    /// Whether its sign is that of its values under this key.
    pub fn verify(&self, token: &Token) -> bool {
        match &self.presented_sign {
            Some(presented) => verify(token, self.signed(), presented),
            None => false,
        }
    }

    /// What is asked, once the sign is known to be right. Other fields are not read.
    ///
    /// # Errors
    /// The first field that is wrong, looked at in the order of the document.
    pub fn command(&self) -> Result<Command, FieldError> {
        let reader = Reader::json(&self.fields);
        match self.operation {
            Operation::Pay => Ok(Command::Pay {
                order_code: code(reader, "orderCode", MAX_UNIQUE_ID_CHARS)?,
                amount: yuan(reader, "amount")?,
                pay_type: pay_type(reader)?,
                callback_url: callback_url(reader)?.ok_or_else(|| missing("callbackUrl"))?,
            }),
            Operation::Remit => Ok(Command::Remit {
                order_code: code(reader, "orderCode", MAX_UNIQUE_ID_CHARS)?,
                amount: yuan(reader, "amount")?,
                address: code(reader, "address", MAX_ADDRESS_CHARS)?,
                callback_url: callback_url(reader)?,
            }),
            Operation::QueryPay => {
                let (order_code, customer_order_code) = codes(reader)?;
                Ok(Command::QueryPay {
                    order_code,
                    customer_order_code,
                })
            }
            Operation::QueryRemit => {
                let (order_code, customer_order_code) = codes(reader)?;
                Ok(Command::QueryRemit {
                    order_code,
                    customer_order_code,
                })
            }
            Operation::Balance => {
                let timestamp = reader.required("timestamp")?;
                let timestamp_ms = named("timestamp", whole(timestamp).ok_or(FieldReason::NotWhole))?;
                Ok(Command::Balance { timestamp_ms })
            }
        }
    }
}

/// The wallet's and the merchant's number of a query; one of them is enough.
fn codes(reader: Reader<'_>) -> Result<(Option<String>, Option<String>), FieldError> {
    let optional = |field| match reader.optional(field)? {
        Some(_) => code(reader, field, MAX_UNIQUE_ID_CHARS).map(Some),
        None => Ok(None),
    };
    match (optional("orderCode")?, optional("customerOrderCode")?) {
        (None, None) => Err(missing("customerOrderCode")),
        known => Ok(known),
    }
}

fn pay_type(reader: Reader<'_>) -> Result<PayType, FieldError> {
    match reader.required("payType")? {
        "3" => Ok(PayType::Bean),
        _ => named("payType", Err(FieldReason::Unexpected { expected: "3" })),
    }
}

fn callback_url(reader: Reader<'_>) -> Result<Option<String>, FieldError> {
    match reader.optional("callbackUrl")? {
        Some(text) => named("callbackUrl", url(text, &["http", "https"])).map(|()| Some(text.to_owned())),
        None => Ok(None),
    }
}

enum Encoding {
    Form,
    Json,
}

/// As in okpay, the body's first byte decides as well as its content type.
fn encoding(content_type: Option<&str>, body: &[u8]) -> Result<Encoding, DecodeError> {
    if body.trim_ascii_start().starts_with(b"{") {
        return Ok(Encoding::Json);
    }
    let declared = content_type
        .and_then(|declared| declared.split(';').next())
        .unwrap_or_default();
    let essence = declared.trim().to_ascii_lowercase();
    match essence.as_str() {
        "" | super::CONTENT_TYPE_FORM => Ok(Encoding::Form),
        json if json.ends_with("json") => Ok(Encoding::Json),
        _ => Err(DecodeError::ContentType { found: shown(&essence) }),
    }
}

#[cfg(test)]
mod tests;
