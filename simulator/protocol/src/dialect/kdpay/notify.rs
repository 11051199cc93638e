//! The notification: what became of a payment or a payout, told to its `callbackUrl`, and what counts as taken.
//!
//! The notified amount is what the payer paid. It can be less than what was asked for, and merchants who take it for the
//! order's find out here.

use form_urlencoded::Serializer;
use thiserror::Error;

use super::field::{code, status, text, yuan};
use super::operation::{PayStatus, RemitStatus};
use super::sign::{sign, verify};
use crate::canonical::{DecodeError, Fields};
use crate::dialect::field::{FieldError, FieldReason, MAX_UNIQUE_ID_CHARS, named, whole};
use crate::dialect::forge::Spoilt;
use crate::dialect::reader::Reader;
use crate::sign::Token;

/// What a merchant answers to a notification it took, as plain text.
pub const ACK_BODY: &str = "success";
/// What a merchant answers to a notification it did not take.
pub const NACK_BODY: &str = "fail";

/// The values that are signed, in this order; the key follows them.
const SIGNED: [&str; 4] = ["orderCode", "amount", "userCode", "status"];

/// The wallet tells a merchant what became of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notify {
    /// The shop.
    pub user_code: u64,
    /// Yuan that were paid.
    pub amount: String,
    /// Of what, and what became of it.
    pub news: News,
}

/// What a notification is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// A payment.
    Pay {
        /// The merchant's number.
        order_code: String,
        /// What became of it.
        status: PayStatus,
    },
    /// A payout.
    Remit {
        /// The wallet's number.
        order_code: String,
        /// The merchant's number. Not signed.
        customer_order_code: String,
        /// What became of it.
        status: RemitStatus,
    },
}

/// What a merchant expects to be notified of; it knows by the URL it gave. The notification itself must not decide: a
/// *failed* payout whose unsigned `customerOrderCode` was taken away would read as a *paid* payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A payment.
    Pay,
    /// A payout.
    Remit,
}

/// Why a notification must not be believed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotifyError {
    /// The sign is missing or wrong.
    #[error("sign missing or wrong")]
    BadSign,
    /// It holds no fields.
    #[error("malformed: {0}")]
    Body(#[from] DecodeError),
    /// A field is not what it must be.
    #[error("malformed: {0}")]
    Field(#[from] FieldError),
}

impl Notify {
    /// The signed form.
    pub fn encode(&self, token: &Token) -> Vec<u8> {
        self.written(&self.amount, Some(self.sign(token)))
    }

    /// The same with its sign spoilt. Nothing else differs, and no merchant that verifies believes it.
    pub fn spoil(&self, spoilt: Spoilt, token: &Token) -> Vec<u8> {
        self.written(&spoilt.amount(&self.amount), spoilt.sign(self.sign(token)))
    }

    fn sign(&self, token: &Token) -> String {
        let (order_code, _, status) = self.said();
        let user_code = self.user_code.to_string();
        sign(
            token,
            [order_code, self.amount.as_str(), &user_code, &status.to_string()],
        )
    }

    /// The number that is signed, the number that is not, and the status.
    fn said(&self) -> (&str, Option<&str>, u8) {
        match &self.news {
            News::Pay { order_code, status } => (order_code, None, status.number()),
            News::Remit {
                order_code,
                customer_order_code,
                status,
            } => (order_code, Some(customer_order_code), status.number()),
        }
    }

    fn written(&self, amount: &str, sign: Option<String>) -> Vec<u8> {
        let (order_code, customer_order_code, status) = self.said();
        let mut form = Serializer::new(String::new());
        form.append_pair("orderCode", order_code);
        if let Some(customer_order_code) = customer_order_code {
            form.append_pair("customerOrderCode", customer_order_code);
        }
        form.append_pair("amount", amount)
            .append_pair("userCode", &self.user_code.to_string())
            .append_pair("status", &status.to_string());
        if let Some(sign) = sign {
            form.append_pair("sign", &sign);
        }
        form.finish().into_bytes()
    }

    /// Reads a notification as a careful merchant does: the sign first, then the fields.
    ///
    /// # Errors
    /// See [`NotifyError`].
    pub fn decode(kind: Kind, body: &[u8], token: &Token) -> Result<Self, NotifyError> {
        let fields = Fields::from_form(body)?;
        let values = SIGNED.iter().map(|field| text(&fields, field));
        if !verify(token, values, text(&fields, "sign")) {
            return Err(NotifyError::BadSign);
        }
        Ok(read(kind, Reader::json(&fields))?)
    }
}

/// Whether a merchant's answer takes a notification: 2xx and the plain text `success`, white space around it forgiven.
/// The caller bounds the body.
pub fn acknowledges(http_status: u16, body: &[u8]) -> bool {
    (200..300).contains(&http_status) && body.trim_ascii() == ACK_BODY.as_bytes()
}

fn read(kind: Kind, reader: Reader<'_>) -> Result<Notify, FieldError> {
    let order_code = code(reader, "orderCode", MAX_UNIQUE_ID_CHARS)?;
    let amount = yuan(reader, "amount")?;
    let user_code = named(
        "userCode",
        whole(reader.required("userCode")?).ok_or(FieldReason::NotWhole),
    )?;
    let news = match kind {
        Kind::Pay => News::Pay {
            order_code,
            status: status(reader, "status", PayStatus::parse)?,
        },
        Kind::Remit => News::Remit {
            order_code,
            customer_order_code: code(reader, "customerOrderCode", MAX_UNIQUE_ID_CHARS)?,
            status: status(reader, "status", RemitStatus::parse)?,
        },
    };
    Ok(Notify {
        user_code,
        amount,
        news,
    })
}

#[cfg(test)]
mod tests;
