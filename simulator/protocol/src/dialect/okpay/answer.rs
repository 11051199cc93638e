//! The gateway's answer when all is well (vendor's section 6), and how a merchant reads whatever came back.
//!
//! Refusals are written by [`super::fault`]; here they are only recognised. An answer is believed after its sign was
//! verified, a refusal without one: the vendor signs no error.

use serde::Serialize;
use thiserror::Error;

use super::callback::Kind;
use super::envelope::{CODE_SUCCESS, Malformed, SUCCESS, seal, success};
use super::field::{FieldError, FieldReason, MAX_UNIQUE_ID_CHARS, Reader, amount, named, printable, unique_id, url};
use crate::canonical::Fields;
use crate::endpoint::Operation;
use crate::sign::{Token, verify};
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
    /// What became of an order (vendor's section 6.2).
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
        /// Always a deposit for now.
        kind: Kind,
        /// The payer's Telegram id; known once paid.
        pay_user_id: Option<u64>,
    },
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

/// The signed body of an answer, `code` a JSON number and amounts JSON strings, as clients demand.
pub fn encode(answer: &Answer, shop: u64, token: &Token) -> Vec<u8> {
    let data = match answer {
        Answer::PayLink {
            order_id,
            pay_url,
            unique_id,
        } => Payload::PayLink {
            order_id,
            pay_url,
            status: 0,
            unique_id: unique_id.as_deref(),
        },
        Answer::Deposit {
            order_id,
            unique_id,
            status,
            amount,
            coin,
            kind,
            pay_user_id,
        } => Payload::Deposit {
            order_id,
            unique_id,
            pay_user_id: *pay_user_id,
            amount,
            coin: coin.word(),
            status: *status,
            kind: kind.word(),
        },
    };
    seal(
        &Success {
            status: SUCCESS,
            code: CODE_SUCCESS,
            data,
            id: shop,
        },
        token,
    )
}

/// Reads what came back to `operation`. HTTP statuses are the caller's: the vendor answers 200 to everything.
///
/// # Errors
/// See [`AnswerError`].
pub fn decode(operation: Operation, body: &[u8], token: &Token) -> Result<Answer, AnswerError> {
    let fields = Fields::from_json(body).map_err(Malformed::from)?;
    let reader = Reader(&fields);
    let status = reader.required("status").map_err(Malformed::from)?;
    if let Some(status) = RefusalStatus::ALL.into_iter().find(|refusal| refusal.word() == status) {
        return Err(refused(status, reader)?);
    }
    if !fields
        .presented_sign()
        .is_some_and(|presented| verify(token, &fields.canonical(), presented))
    {
        return Err(AnswerError::BadSign);
    }
    Ok(read(operation, reader).map_err(Malformed::from)?)
}

fn read(operation: Operation, reader: Reader<'_>) -> Result<Answer, FieldError> {
    success(reader)?;
    let order_id = reader.string("data.order_id")?;
    named("data.order_id", printable(order_id, 1, MAX_UNIQUE_ID_CHARS))?;
    match operation {
        Operation::PayLink => pay_link(order_id, reader),
        Operation::CheckDeposit => deposit(order_id, reader),
    }
}

fn pay_link(order_id: &str, reader: Reader<'_>) -> Result<Answer, FieldError> {
    let pay_url = reader.string("data.pay_url")?;
    named("data.pay_url", url(pay_url, &["https"]))?;
    if reader.status("data.status")? != 0 {
        return Err(FieldError {
            field: "data.status",
            reason: FieldReason::Unexpected { expected: "0" },
        });
    }
    Ok(Answer::PayLink {
        order_id: order_id.to_owned(),
        pay_url: pay_url.to_owned(),
        unique_id: reader.optional("data.unique_id")?.map(str::to_owned),
    })
}

fn deposit(order_id: &str, reader: Reader<'_>) -> Result<Answer, FieldError> {
    let number = reader.string("data.unique_id")?;
    named("data.unique_id", unique_id(number))?;
    let coin = reader.coin("data.coin")?;
    let amount_text = reader.string("data.amount")?;
    named("data.amount", amount(amount_text, Coin::Usdt.scale()))?;
    let pay_user_id = match reader.optional("data.pay_user_id")? {
        Some(_) => Some(reader.number("data.pay_user_id")?),
        None => None,
    };
    Ok(Answer::Deposit {
        order_id: order_id.to_owned(),
        unique_id: number.to_owned(),
        status: reader.status("data.status")?,
        amount: amount_text.to_owned(),
        coin,
        kind: Kind::read(reader, "data.type")?,
        pay_user_id,
    })
}

fn refused(status: RefusalStatus, reader: Reader<'_>) -> Result<AnswerError, Malformed> {
    let msg = reader.required("msg")?.to_owned();
    let code = match reader.optional("code")? {
        Some(_) => Some(reader.number("code")?),
        None => None,
    };
    Ok(AnswerError::Refused { status, msg, code })
}

/// In the order of the vendor's examples.
#[derive(Serialize)]
struct Success<'a> {
    status: &'static str,
    code: u64,
    data: Payload<'a>,
    id: u64,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Payload<'a> {
    PayLink {
        order_id: &'a str,
        pay_url: &'a str,
        /// One client demands it.
        status: u8,
        #[serde(skip_serializing_if = "Option::is_none")]
        unique_id: Option<&'a str>,
    },
    Deposit {
        order_id: &'a str,
        unique_id: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        pay_user_id: Option<u64>,
        amount: &'a str,
        coin: &'static str,
        status: u8,
        #[serde(rename = "type")]
        kind: &'static str,
    },
}

#[cfg(test)]
mod tests;
