//! What a call carried, as far as its writing says something about its writer.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

use protocol::Scalar;

use crate::{dialect, store::About};

/// What makes two orders alike: texts and addresses often hold an order's number.
const CONTENT: [&str; 5] = ["amount", "coin", "to_user_id", "address", "payType"];
/// Timestamps from here on are milliseconds: as seconds they are the year 5138.
const MILLIS_FROM: u64 = 100_000_000_000;

/// What a call carried.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    /// How it was written.
    pub(crate) body: BodyAs,
    /// How its amount was written.
    pub(crate) amount: Option<AmountAs>,
    /// Its sign has letters in lower case.
    pub(crate) sign_lower_case: bool,
    /// It says where its callback goes.
    pub(crate) callback_url: bool,
    /// It names the merchant's number.
    pub(crate) number: bool,
    /// What it is to an order.
    pub(crate) about: Option<About>,
    /// Its timestamp, where it has one.
    pub(crate) stamp: Option<Stamp>,
    /// Of what it asks, what is the same in a retry under another number.
    pub(crate) content: u64,
}

/// How a body was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyAs {
    /// As a form.
    Form,
    /// As JSON.
    Json,
}

/// How an amount was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AmountAs {
    /// As text.
    Text,
    /// As a JSON number.
    Number,
}

/// How far a timestamp was off when it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stamp {
    /// It was in milliseconds.
    Millis,
    /// Seconds ahead of the wall, or behind it.
    Off(i64),
}

impl Letter {
    /// Reads a call that came at `wall`.
    pub(super) fn read(call: &dialect::Call, body: &[u8], wall: Duration) -> Self {
        let (fields, callback_url) = match call {
            dialect::Call::OkPay(call) => (&call.fields, "callback_url"),
            dialect::Call::KdPay(call) => (&call.fields, "callbackUrl"),
        };
        let (sign_lower_case, stamp) = match call {
            dialect::Call::OkPay(call) => {
                let sign = call.presented_sign.as_deref().unwrap_or_default();
                (
                    sign.chars().any(|char| char.is_ascii_lowercase()),
                    call.timestamp.map(|stamp| Stamp::read(stamp, wall)),
                )
            }
            dialect::Call::KdPay(_) => (false, None),
        };
        let mut content = DefaultHasher::new();
        for (name, value) in fields.iter() {
            if CONTENT.contains(&name) {
                (name, value.text()).hash(&mut content);
            }
        }
        Self {
            body: BodyAs::read(body),
            amount: fields.find("amount").map(AmountAs::read),
            sign_lower_case,
            callback_url: fields
                .find(callback_url)
                .and_then(Scalar::text)
                .is_some_and(|url| !url.is_empty()),
            number: call.number().is_some(),
            about: call.operation().about().map(|(_, about)| about),
            stamp,
            content: content.finish(),
        }
    }
}

impl BodyAs {
    fn read(body: &[u8]) -> Self {
        if body.trim_ascii_start().starts_with(b"{") {
            Self::Json
        } else {
            Self::Form
        }
    }
}

impl AmountAs {
    fn read(value: &Scalar) -> Self {
        match value {
            Scalar::Number(_) => Self::Number,
            Scalar::Text(_) | Scalar::Null | Scalar::Bool(_) => Self::Text,
        }
    }
}

impl Stamp {
    fn read(stamp: u64, wall: Duration) -> Self {
        if stamp >= MILLIS_FROM {
            Self::Millis
        } else {
            Self::Off(stamp.cast_signed().saturating_sub(wall.as_secs().cast_signed()))
        }
    }
}
