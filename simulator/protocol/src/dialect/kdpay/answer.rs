//! The wallet's answer when all is well, and how a merchant reads whatever came back. Nothing of it is signed.

use serde::Serialize;
use thiserror::Error;

use super::field::{balance, code, status, yuan};
use super::operation::{Operation, PayStatus, RemitStatus};
use crate::canonical::{DecodeError, Fields};
use crate::dialect::field::{FieldError, FieldReason, MAX_UNIQUE_ID_CHARS, amount, named, url, whole};
use crate::dialect::reader::Reader;

/// `code` of a success; every other is a refusal.
pub const CODE_SUCCESS: u32 = 200;
/// `message` of a success.
const MESSAGE_SUCCESS: &str = "操作成功";
/// The most digits of a rate after the point.
const MAX_RATE_DECIMALS: u32 = 8;

/// What the wallet answers. Amounts are decimal text, JSON strings on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A payment is open.
    Pay {
        /// The wallet's number.
        order_no: String,
        /// What is to be paid.
        pay_amount: String,
        /// The payer's coin for one yuan, decimal text above zero.
        rate: String,
        /// Where the payer pays.
        url: String,
    },
    /// A payout was taken.
    Remit {
        /// The wallet's number.
        order_no: String,
    },
    /// What became of a payment.
    PayOrder {
        /// The merchant's number.
        customer_order_code: String,
        /// The wallet's number.
        order_code: String,
        /// Yuan.
        amount: String,
        /// What became of it.
        status: PayStatus,
    },
    /// What became of a payout.
    RemitOrder {
        /// The merchant's number.
        customer_order_code: String,
        /// The wallet's number.
        order_code: String,
        /// Yuan.
        amount: String,
        /// What became of it.
        status: RemitStatus,
    },
    /// What the shop holds.
    Balance {
        /// Yuan; zero and below are possible.
        balance: String,
    },
}

/// Why a merchant got no answer it can use.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AnswerError {
    /// A refusal.
    #[error("refused with {code}: {message}")]
    Refused {
        /// Any number but [`CODE_SUCCESS`].
        code: u64,
        /// The wallet's text, as received.
        message: String,
    },
    /// It holds no fields.
    #[error("malformed: {0}")]
    Body(#[from] DecodeError),
    /// A field is not what it must be.
    #[error("malformed: {0}")]
    Field(#[from] FieldError),
}

impl Answer {
    /// The body to answer with HTTP 200.
    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(&Body {
            code: CODE_SUCCESS,
            message: MESSAGE_SUCCESS,
            data: self.data(),
        })
        .expect("texts and numbers are JSON")
    }

    fn data(&self) -> Payload<'_> {
        match self {
            Self::Pay {
                order_no,
                pay_amount,
                rate,
                url,
            } => Payload::Pay {
                order_no,
                pay_amount,
                rate,
                url,
            },
            Self::Remit { order_no } => Payload::Remit { order_no },
            Self::PayOrder {
                customer_order_code,
                order_code,
                amount,
                status,
            } => Payload::Order {
                customer_order_code,
                order_code,
                amount,
                status: status.number(),
            },
            Self::RemitOrder {
                customer_order_code,
                order_code,
                amount,
                status,
            } => Payload::Order {
                customer_order_code,
                order_code,
                amount,
                status: status.number(),
            },
            Self::Balance { balance } => Payload::Balance { balance },
        }
    }

    /// Reads what came back to `operation`, numbers as JSON numbers or strings. HTTP statuses are the caller's.
    ///
    /// # Errors
    /// See [`AnswerError`].
    pub fn decode(operation: Operation, body: &[u8]) -> Result<Self, AnswerError> {
        let fields = Fields::from_json(body)?;
        let reader = Reader::json(&fields);
        let code = named("code", whole(reader.required("code")?).ok_or(FieldReason::NotWhole))?;
        if code != u64::from(CODE_SUCCESS) {
            let message = reader.optional("message")?.unwrap_or_default().to_owned();
            return Err(AnswerError::Refused { code, message });
        }
        Ok(read(operation, reader)?)
    }
}

fn read(operation: Operation, reader: Reader<'_>) -> Result<Answer, FieldError> {
    match operation {
        Operation::Pay => {
            let link = reader.string("data.url")?;
            named("data.url", url(link, &["http", "https"]))?;
            let rate = reader.required("data.rate")?;
            named("data.rate", amount(rate, MAX_RATE_DECIMALS))?;
            Ok(Answer::Pay {
                order_no: code(reader, "data.orderNo", MAX_UNIQUE_ID_CHARS)?,
                pay_amount: yuan(reader, "data.payAmount")?,
                rate: rate.to_owned(),
                url: link.to_owned(),
            })
        }
        Operation::Remit => Ok(Answer::Remit {
            order_no: code(reader, "data.orderNo", MAX_UNIQUE_ID_CHARS)?,
        }),
        Operation::QueryPay => Ok(Answer::PayOrder {
            customer_order_code: code(reader, "data.customerOrderCode", MAX_UNIQUE_ID_CHARS)?,
            order_code: code(reader, "data.orderCode", MAX_UNIQUE_ID_CHARS)?,
            amount: yuan(reader, "data.amount")?,
            status: status(reader, "data.status", PayStatus::parse)?,
        }),
        Operation::QueryRemit => Ok(Answer::RemitOrder {
            customer_order_code: code(reader, "data.customerOrderCode", MAX_UNIQUE_ID_CHARS)?,
            order_code: code(reader, "data.orderCode", MAX_UNIQUE_ID_CHARS)?,
            amount: yuan(reader, "data.amount")?,
            status: status(reader, "data.status", RemitStatus::parse)?,
        }),
        Operation::Balance => Ok(Answer::Balance {
            balance: balance(reader, "data.balance")?,
        }),
    }
}

#[derive(Serialize)]
struct Body<'a> {
    code: u32,
    message: &'static str,
    data: Payload<'a>,
}

/// In the order of the document.
#[derive(Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
enum Payload<'a> {
    Pay {
        order_no: &'a str,
        pay_amount: &'a str,
        rate: &'a str,
        url: &'a str,
    },
    Remit {
        order_no: &'a str,
    },
    Order {
        customer_order_code: &'a str,
        order_code: &'a str,
        amount: &'a str,
        status: u8,
    },
    Balance {
        balance: &'a str,
    },
}

#[cfg(test)]
mod tests;
