//! The callback (vendor's section on callbacks; okpay.md section 5) and what counts as its acknowledgement.

use std::fmt;

use serde::Serialize;
use thiserror::Error;

use super::envelope::{CODE_SUCCESS, Malformed, SUCCESS, seal, success};
use super::field::{FieldError, FieldReason, MAX_UNIQUE_ID_CHARS, Reader, amount, named, printable, unique_id};
use crate::canonical::Fields;
use crate::sign::{Token, verify};
use ledger::Coin;

/// What a merchant answers to a callback it took.
pub const ACK_BODY: &str = r#"{"status":"success"}"#;

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
pub struct DepositCallback {
    /// The shop's id.
    pub shop: u64,
    /// 32 lower-case hex digits.
    pub order_id: String,
    /// The merchant's order number; sent as an empty text for an order without one.
    pub unique_id: Option<String>,
    /// The payer's Telegram id.
    pub pay_user_id: u64,
    /// Decimal text.
    pub amount: String,
    /// The coin.
    pub coin: Coin,
    /// 1 paid; 0 is what a stale or wrong callback says.
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

impl DepositCallback {
    /// The signed JSON body, keys in the documented order, which some clients sign in.
    pub fn encode(&self, token: &Token) -> Vec<u8> {
        let data = Payload {
            order_id: &self.order_id,
            unique_id: self.unique_id.as_deref().unwrap_or_default(),
            pay_user_id: self.pay_user_id,
            amount: &self.amount,
            coin: self.coin.word(),
            status: self.status,
            kind: self.kind.word(),
        };
        seal(
            &Body {
                code: CODE_SUCCESS,
                data,
                id: self.shop,
                status: SUCCESS,
            },
            token,
        )
    }

    /// Reads a callback as a careful merchant does: the sign first, then the fields.
    ///
    /// # Errors
    /// See [`CallbackError`].
    pub fn decode(body: &[u8], token: &Token) -> Result<Self, CallbackError> {
        let fields = Fields::from_json(body).map_err(Malformed::from)?;
        if !fields
            .presented_sign()
            .is_some_and(|presented| verify(token, &fields.canonical(), presented))
        {
            return Err(CallbackError::BadSign);
        }
        Ok(read(Reader(&fields)).map_err(Malformed::from)?)
    }
}

/// When the gateway takes a callback for delivered (okpay.md section 5, setting `ack`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ack {
    /// `strict`: 2xx and JSON whose `status` is `success`.
    Strict,
    /// `lenient`: 2xx and the word `success` anywhere in the body, so also in `{"success":false}`.
    #[default]
    Lenient,
    /// `http`: any 2xx.
    Http,
}

impl Ack {
    /// Every rule.
    pub const ALL: [Self; 3] = [Self::Strict, Self::Lenient, Self::Http];

    /// The word in configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Lenient => "lenient",
            Self::Http => "http",
        }
    }

    /// Whether this answer acknowledges. The caller bounds the body.
    pub fn accepts(self, status: u16, body: &[u8]) -> bool {
        let taken = (200..300).contains(&status);
        taken
            && match self {
                Self::Strict => status_of(body).as_deref() == Some(SUCCESS),
                Self::Lenient => body.windows(SUCCESS.len()).any(|window| window == SUCCESS.as_bytes()),
                Self::Http => true,
            }
    }
}

/// A derived struct would also read `["success"]`, so the value is looked at as what it is.
fn status_of(body: &[u8]) -> Option<String> {
    let said: serde_json::Value = serde_json::from_slice(body).ok()?;
    Some(said.as_object()?.get("status")?.as_str()?.to_owned())
}

fn read(reader: Reader<'_>) -> Result<DepositCallback, FieldError> {
    let shop = success(reader)?;
    let order_id = reader.string("data.order_id")?;
    named("data.order_id", printable(order_id, 1, MAX_UNIQUE_ID_CHARS))?;
    let number = reader.optional("data.unique_id")?;
    named("data.unique_id", number.map_or(Ok(()), unique_id))?;
    let coin = reader.coin("data.coin")?;
    let amount_text = reader.string("data.amount")?;
    named("data.amount", amount(amount_text, Coin::Usdt.scale()))?;
    Ok(DepositCallback {
        shop,
        order_id: order_id.to_owned(),
        unique_id: number.map(str::to_owned),
        pay_user_id: reader.number("data.pay_user_id")?,
        amount: amount_text.to_owned(),
        coin,
        status: reader.status("data.status")?,
        kind: Kind::read(reader, "data.type")?,
    })
}

/// In the documented order.
#[derive(Serialize)]
struct Body<'a> {
    code: u64,
    data: Payload<'a>,
    id: u64,
    status: &'static str,
}

#[derive(Serialize)]
struct Payload<'a> {
    order_id: &'a str,
    unique_id: &'a str,
    pay_user_id: u64,
    amount: &'a str,
    coin: &'static str,
    status: u8,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[cfg(test)]
mod tests;
