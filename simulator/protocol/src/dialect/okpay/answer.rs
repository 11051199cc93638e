//! The gateway's answer when all is well (vendor's section 6), and how a merchant reads whatever came back.
//!
//! Refusals are written by [`super::fault`]; here they are only recognised. An answer is believed after its sign was
//! verified, a refusal without one: the vendor signs no error.

mod read;
mod write;

use serde::Deserialize;
use serde_json::value::RawValue;
use thiserror::Error;

use super::body::{Object, Value};
use super::callback::Kind;
use super::envelope::{Malformed, SUCCESS, seal_json};
use super::manner::{DataShape, Manner};
use crate::canonical::{DecodeError, Fields};
use crate::dialect::reader::{Data, Reader};
use crate::endpoint::Operation;
use crate::sign::{Accepts, Algorithm, Token, verify_fields};
use ledger::Coin;

/// What the gateway answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// An order is open (vendor's section 6.1).
    PayLink {
        /// 32 lower-case hex digits.
        order_id: String,
        /// Where the payer pays: https, no user name.
        pay_url: String,
        /// The merchant's order number, where it gave one.
        unique_id: Option<String>,
    },
    /// What became of a deposit order (vendor's section 6.2).
    Deposit {
        /// 32 lower-case hex digits.
        order_id: String,
        /// The merchant's order number.
        unique_id: String,
        /// 0 unpaid, 1 paid.
        status: u8,
        /// Decimal text.
        amount: String,
        /// The coin.
        coin: Coin,
        /// Which way the money goes.
        kind: Kind,
        /// The payer's Telegram id; known once paid.
        pay_user_id: Option<u64>,
    },
    /// What became of an order, asked by the wallet's number of it (vendor's section 6.3).
    Transaction {
        /// 32 lower-case hex digits: the `txid` that was asked for.
        order_id: String,
        /// The merchant's order number, where it gave one.
        unique_id: Option<String>,
        /// 0 unpaid, 1 paid.
        status: u8,
        /// Decimal text and coin; the wallet may leave both out while the order is unpaid.
        sum: Option<(String, Coin)>,
        /// Which way the money goes.
        kind: Kind,
        /// The payer's Telegram id; known once paid.
        pay_user_id: Option<u64>,
    },
    /// A withdrawal was taken.
    Transfer {
        /// 32 lower-case hex digits.
        order_id: String,
    },
    /// What became of a withdrawal.
    Withdrawal {
        /// 32 lower-case hex digits.
        order_id: String,
        /// The merchant's order number.
        unique_id: String,
        /// 0 pending, 1 paid out, 2 failed.
        status: u8,
        /// Decimal text.
        amount: String,
        /// The coin.
        coin: Coin,
        /// The payee's Telegram id.
        to_user_id: u64,
    },
    /// What the shop holds (vendor's section 6.6), as decimal texts.
    Balance {
        /// In USDT.
        usdt: String,
        /// In TRX.
        trx: String,
        /// In CNY, which orders of this dialect never are in.
        cny: String,
    },
    /// Whether a Telegram user has a wallet.
    User {
        /// The user's Telegram id.
        telegram_id: u64,
        /// Whether there is a wallet.
        exist: bool,
    },
    /// How the shop's balance changed.
    History {
        /// From 1.
        page: u32,
        /// Changes on all pages.
        total: u64,
        /// Those of this page, the newest first; at most [`MAX_PAGE_SIZE`](super::request::MAX_PAGE_SIZE).
        items: Vec<Change>,
    },
}

/// One change of a shop's balance. Nobody public knows what the wallet says of one; these fields are ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The order it belongs to, 32 lower-case hex digits.
    pub order_id: String,
    /// The merchant's order number, where it gave one.
    pub unique_id: Option<String>,
    /// Which way the money went.
    pub kind: Kind,
    /// What the order was for, decimal text without a sign.
    pub amount: String,
    /// What the wallet kept, decimal text; may be zero.
    pub fee: String,
    /// The coin of both.
    pub coin: Coin,
    /// When, in seconds since the Unix epoch.
    pub time: u64,
}

/// Why a merchant got no answer it can use.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AnswerError {
    /// An honest refusal; these carry no sign.
    #[error("refused with {status:?}: {msg}")]
    Refused {
        /// Bad input or the gateway's own trouble.
        status: RefusalStatus,
        /// The vendor's text, as received.
        msg: String,
        /// The vendor's numeric code, where one was sent.
        code: Option<u64>,
    },
    /// A success whose sign is missing or wrong.
    #[error("sign missing or wrong")]
    BadSign,
    /// Nothing the contract knows.
    #[error("malformed: {0}")]
    Malformed(#[from] Malformed),
}

/// The two kinds of refusal (okpay.md section 1, point 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalStatus {
    /// `warning`: bad input, authentication.
    Warning,
    /// `error`: the gateway's own trouble.
    Error,
}

impl RefusalStatus {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Warning, Self::Error];

    /// The word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The body of an answer, `code` a JSON number and amounts JSON strings, as clients demand. It is signed with the
/// algorithm of the request, unless the manner leaves the answers to MD5 shops unsigned.
pub fn encode(answer: &Answer, shop: u64, manner: &Manner, algorithm: Algorithm, token: &Token) -> Vec<u8> {
    let data = write::data(answer);
    let code = ("code", manner.code.number().into());
    let status = ("status", SUCCESS.into());
    let id = ("id", shop.into());
    match algorithm {
        // In the order of the vendor's examples.
        Algorithm::Hmac => {
            let body = Object::of([status, code, ("data", Value::Object(data)), id]);
            seal_json(body, algorithm, token).into_bytes()
        }
        // In the order in which two clients sign.
        Algorithm::Md5 => {
            let data = match manner.data {
                DataShape::Object => Value::Object(data),
                DataShape::List => Value::ListOfOne(data),
            };
            let body = Object::of([code, ("data", data), id, status]);
            if manner.signs_md5_answers {
                seal_json(body, algorithm, token).into_bytes()
            } else {
                body.json().into_bytes()
            }
        }
    }
}

/// Reads what came back to `operation`. HTTP statuses are the caller's: the vendor answers 200 to everything. Of the
/// manner only one thing must be known: whether an MD5 shop gets answers without a sign, which are then believed.
///
/// # Errors
/// See [`AnswerError`].
pub fn decode(
    operation: Operation,
    body: &[u8],
    manner: &Manner,
    accepts: Accepts,
    token: &Token,
) -> Result<Answer, AnswerError> {
    let fields = fields(body, accepts).map_err(Malformed::from)?;
    let reader = Reader::json(&fields);
    let status = reader.required("status").map_err(Malformed::from)?;
    if let Some(status) = RefusalStatus::ALL.into_iter().find(|refusal| refusal.word() == status) {
        return Err(refused(status, reader)?);
    }
    let unsigned = fields.presented_sign().is_none() && accepts.md5.is_some() && !manner.signs_md5_answers;
    if !unsigned && verify_fields(accepts, token, &fields).is_none() {
        return Err(AnswerError::BadSign);
    }
    let data = if lists_data(&fields) {
        Data::ListOfOne
    } else {
        Data::Nested
    };
    Ok(read::answer(operation, data, reader.with_data(data)).map_err(Malformed::from)?)
}

/// Only MD5 shops get a list, and PHP makes no difference between one and an object with the key 0.
fn fields(body: &[u8], accepts: Accepts) -> Result<Fields, DecodeError> {
    match Fields::from_json(body) {
        Err(DecodeError::Array { name }) if accepts.md5.is_some() => match without_list(body) {
            Some(object) => Fields::from_json(object.as_bytes()),
            None => Err(DecodeError::Array { name }),
        },
        read => read,
    }
}

/// The same body with `"data":{"0":…}` for a `data` that is a list of one.
fn without_list(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Listed<'a> {
        #[serde(borrow)]
        data: [&'a RawValue; 1],
    }
    let text = str::from_utf8(body).ok()?;
    let Listed { data: [entry] } = serde_json::from_str(text).ok()?;
    let entry = entry.get();
    let start = entry.as_ptr().addr() - text.as_ptr().addr();
    let before = text[..start].trim_end().strip_suffix('[')?;
    let after = text[start + entry.len()..].trim_start().strip_prefix(']')?;
    Some(format!(r#"{before}{{"0":{entry}}}{after}"#))
}

fn lists_data(fields: &Fields) -> bool {
    fields.iter().any(|(name, _)| name.starts_with("data.0."))
}

fn refused(status: RefusalStatus, reader: Reader<'_>) -> Result<AnswerError, Malformed> {
    let msg = reader.required("msg")?.to_owned();
    let code = reader.optional_number("code")?;
    Ok(AnswerError::Refused { status, msg, code })
}

#[cfg(test)]
mod tests;
