//! The callback (vendor's section on callbacks; okpay.md section 5): what became of a deposit or a withdrawal, in every
//! form that merchants in use read.

use std::fmt;

use thiserror::Error;

use super::body::{Object, Value};
use super::envelope::{Malformed, SUCCESS, Written, sent, sign_of, success};
use super::field::{FieldError, FieldReason};
use super::manner::{CallbackForm, Manner};
use super::{CONTENT_TYPE_FORM, CONTENT_TYPE_JSON};
use crate::canonical::{Fields, Scalar};
use crate::dialect::forge::Spoilt;
use crate::dialect::reader::{Data, Reader};
use crate::sign::{Accepts, Algorithm, Token, verify_fields};
use ledger::Coin;

/// Which way the money went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `deposit`
    Deposit,
    /// `withdraw`
    Withdraw,
}

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Deposit, Self::Withdraw];

    /// The word on the wire, in the field `type`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Deposit => "deposit",
            Self::Withdraw => "withdraw",
        }
    }

    pub(super) fn read(reader: Reader<'_>, field: &'static str) -> Result<Self, FieldError> {
        let word = reader.string(field)?;
        let unexpected = FieldReason::Unexpected {
            expected: "deposit or withdraw",
        };
        Self::ALL
            .into_iter()
            .find(|kind| kind.word() == word)
            .ok_or(FieldError {
                field,
                reason: unexpected,
            })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The gateway tells a merchant what became of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// The shop's id.
    pub shop: u64,
    /// 32 lower-case hex digits.
    pub order_id: String,
    /// The merchant's order number; sent as an empty text for an order without one.
    pub unique_id: Option<String>,
    /// The Telegram id of who paid, or of who was to be paid.
    pub pay_user_id: u64,
    /// Decimal text.
    pub amount: String,
    /// The coin.
    pub coin: Coin,
    /// 1 paid or paid out, 2 a withdrawal that failed; 0 is what a stale or wrong callback says.
    pub status: u8,
    /// Which way the money went.
    pub kind: Kind,
}

/// Why a callback must not be believed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CallbackError {
    /// The sign is missing or wrong.
    #[error("sign missing or wrong")]
    BadSign,
    /// Nothing the contract knows.
    #[error("malformed: {0}")]
    Malformed(#[from] Malformed),
}

impl Callback {
    /// The signed body and its content type, in the manner of the gateway.
    pub fn encode(&self, manner: &Manner, algorithm: Algorithm, token: &Token) -> (&'static str, Vec<u8>) {
        let (body, written) = self.body(manner, algorithm);
        let sign = sign_of(&body, written, algorithm, token);
        finished(body, written, Some(sign))
    }

    /// The same with its sign spoilt. Nothing else differs, and no merchant that verifies believes it.
    pub fn spoil(
        &self,
        spoilt: Spoilt,
        manner: &Manner,
        algorithm: Algorithm,
        token: &Token,
    ) -> (&'static str, Vec<u8>) {
        let (good, written) = self.body(manner, algorithm);
        let sign = sign_of(&good, written, algorithm, token);
        let said = Self {
            amount: spoilt.amount(&self.amount),
            ..self.clone()
        };
        let (body, _) = said.body(manner, algorithm);
        finished(body, written, spoilt.sign(sign))
    }

    /// What is sent but for the sign, and how it is written.
    fn body(&self, manner: &Manner, algorithm: Algorithm) -> (Object<'_>, Written) {
        let form_of = match (manner.callback, algorithm) {
            (CallbackForm::Auto, Algorithm::Hmac) => CallbackForm::Json,
            (CallbackForm::Auto, Algorithm::Md5) => CallbackForm::Form,
            (chosen, _) => chosen,
        };
        let body = match form_of {
            CallbackForm::Flat => self.flat(),
            CallbackForm::FormJson => {
                let text = self.data().ordered(manner.keys).json();
                self.around(manner, Value::Text(text.into()))
            }
            CallbackForm::Auto | CallbackForm::Json | CallbackForm::Form => {
                self.around(manner, Value::Object(self.data()))
            }
        };
        let written = match (form_of, algorithm) {
            (CallbackForm::Auto | CallbackForm::Json, _) | (CallbackForm::Flat, Algorithm::Hmac) => Written::Json,
            (CallbackForm::Form | CallbackForm::FormJson, _) | (CallbackForm::Flat, Algorithm::Md5) => Written::Form,
        };
        (sent(body.ordered(manner.keys), algorithm), written)
    }

    /// Reads a callback of any form as a careful merchant does: the sign first, then the fields. JSON is told from a
    /// form by its first byte, because content types are not to be trusted.
    ///
    /// # Errors
    /// See [`CallbackError`].
    pub fn decode(body: &[u8], accepts: Accepts, token: &Token) -> Result<Self, CallbackError> {
        if body.trim_ascii_start().starts_with(b"{") {
            let fields = Fields::from_json(body).map_err(Malformed::from)?;
            Self::believed(&fields, Reader::json(&fields), accepts, token)
        } else {
            let fields = Fields::from_php_form(body).map_err(Malformed::from)?;
            Self::believed(&fields, Reader::form(&fields), accepts, token)
        }
    }

    fn believed(fields: &Fields, reader: Reader<'_>, accepts: Accepts, token: &Token) -> Result<Self, CallbackError> {
        let algorithm = verify_fields(accepts, token, fields).ok_or(CallbackError::BadSign)?;
        let reader = reader.signed_with(algorithm);
        let read = match fields.find("data") {
            Some(Scalar::Text(text)) => {
                let inner = Fields::from_json(text.as_bytes()).map_err(Malformed::from)?;
                nested(reader.with_data(Data::Inside(&inner)))
            }
            _ if fields.find("order_id").is_some() => flat(reader.with_data(Data::Top)),
            _ => nested(reader),
        };
        Ok(read.map_err(Malformed::from)?)
    }

    /// The documented envelope around data.
    fn around<'a>(&self, manner: &Manner, data: Value<'a>) -> Object<'a> {
        Object::of([
            ("code", manner.code.number().into()),
            ("data", data),
            ("id", self.shop.into()),
            ("status", SUCCESS.into()),
        ])
    }

    /// In the documented order, in which some clients sign.
    fn data(&self) -> Object<'_> {
        Object::of([
            ("order_id", self.order_id.as_str().into()),
            ("unique_id", self.unique_id.as_deref().unwrap_or_default().into()),
            ("pay_user_id", self.pay_user_id.into()),
            ("amount", self.amount.as_str().into()),
            ("coin", self.coin.word().into()),
            ("status", u64::from(self.status).into()),
            ("type", self.kind.word().into()),
        ])
    }

    fn flat(&self) -> Object<'_> {
        let mut object = self.data();
        object.push("id", self.shop);
        object
    }
}

fn finished(mut body: Object<'_>, written: Written, sign: Option<String>) -> (&'static str, Vec<u8>) {
    if let Some(sign) = sign {
        body.push("sign", sign);
    }
    match written {
        Written::Json => (CONTENT_TYPE_JSON, body.json().into_bytes()),
        Written::Form => (CONTENT_TYPE_FORM, body.form().into_bytes()),
    }
}

fn nested(reader: Reader<'_>) -> Result<Callback, FieldError> {
    let shop = success(reader)?;
    let (payer, status) = (reader.number("data.pay_user_id")?, reader.status("data.status")?);
    read(reader, shop, payer, status)
}

/// At the top an MD5 peer neither signs nor sends a nought, so there a missing number is one.
fn flat(reader: Reader<'_>) -> Result<Callback, FieldError> {
    let shop = reader.number("id")?;
    let payer = reader.optional_number("data.pay_user_id")?.unwrap_or(0);
    let status = match reader.optional("data.status")? {
        Some(_) => reader.status("data.status")?,
        None => 0,
    };
    read(reader, shop, payer, status)
}

fn read(reader: Reader<'_>, shop: u64, pay_user_id: u64, status: u8) -> Result<Callback, FieldError> {
    let order_id = reader.order_id("data.order_id")?;
    let unique_id = reader.unique_id("data.unique_id")?;
    let coin = reader.coin("data.coin")?;
    let amount = reader.amount("data.amount")?;
    Ok(Callback {
        shop,
        order_id: order_id.to_owned(),
        unique_id: unique_id.map(str::to_owned),
        pay_user_id,
        amount: amount.to_owned(),
        coin,
        status,
        kind: Kind::read(reader, "data.type")?,
    })
}

#[cfg(test)]
mod tests;
