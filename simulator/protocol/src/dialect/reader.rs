//! Reading a decoded body field by field, wherever its encoding has put them.
//!
//! Owns JSON types and the places of `data`; leaves what a value must look like to [`super::field`].

use super::field::{FieldError, FieldReason, MAX_UNIQUE_ID_CHARS, amount, named, printable, unique_id, whole};
use crate::canonical::{Fields, Scalar, php::is_falsy};
use crate::sign::Algorithm;
use ledger::Coin;

/// The fields of one body, asked for by the names they have in the documented form.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    fields: &'a Fields,
    data: Data<'a>,
    /// Whether the body tells a number from a text; a form does not.
    typed: bool,
    algorithm: Algorithm,
}

/// Where a body keeps what the documented form keeps below `data`.
#[derive(Clone, Copy)]
pub(super) enum Data<'a> {
    /// Below `data`.
    Nested,
    /// In the one entry of the list `data`.
    ListOfOne,
    /// In the entry of this number below `data.items`, and there in the list's one entry if `data` is a list.
    Item(usize, &'a Self),
    /// At the top, beside what surrounds it.
    Top,
    /// In these fields, which the text in `data` held.
    Inside(&'a Fields),
}

impl<'a> Reader<'a> {
    /// A JSON body.
    pub(super) fn json(fields: &'a Fields) -> Self {
        Self {
            fields,
            data: Data::Nested,
            typed: true,
            algorithm: Algorithm::Hmac,
        }
    }

    /// A form, in which every value is text.
    pub(super) fn form(fields: &'a Fields) -> Self {
        Self {
            typed: false,
            ..Self::json(fields)
        }
    }

    /// The same body with its data elsewhere.
    pub(super) fn with_data<'b>(self, data: Data<'b>) -> Reader<'b>
    where
        'a: 'b,
    {
        Reader { data, ..self }
    }

    /// The same body, signed with this algorithm. What PHP takes for false at the top is not part of an MD5 sign, so
    /// nobody vouches for it and it is not read.
    pub(super) fn signed_with(self, algorithm: Algorithm) -> Self {
        Self { algorithm, ..self }
    }

    fn find(self, field: &str) -> Option<&'a Scalar> {
        match (field.strip_prefix("data."), self.data) {
            (None, _) => self.at_top(field),
            (Some(name), Data::Top) => self.at_top(name),
            (Some(name), data) => data.find(self.fields, name),
        }
    }

    fn at_top(self, field: &str) -> Option<&'a Scalar> {
        let found = self.fields.find(field)?;
        match self.algorithm {
            Algorithm::Md5 if is_falsy(found) => None,
            Algorithm::Md5 | Algorithm::Hmac => Some(found),
        }
    }

    /// The text of a string or number; `None` where the contract does not sign it: absent, `null` or empty.
    pub(super) fn optional(self, field: &'static str) -> Result<Option<&'a str>, FieldError> {
        match self.find(field) {
            None | Some(Scalar::Null) => Ok(None),
            Some(Scalar::Bool(_)) => Err(FieldError {
                field,
                reason: FieldReason::WrongType,
            }),
            Some(Scalar::Number(text) | Scalar::Text(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
        }
    }

    /// The same where it must be there.
    pub(super) fn required(self, field: &'static str) -> Result<&'a str, FieldError> {
        self.optional(field)?.ok_or(FieldError {
            field,
            reason: FieldReason::Missing,
        })
    }

    /// A non-empty JSON string, where clients refuse a number.
    pub(super) fn string(self, field: &'static str) -> Result<&'a str, FieldError> {
        let text = self.required(field)?;
        match self.find(field) {
            Some(Scalar::Text(_)) => Ok(text),
            None | Some(Scalar::Null | Scalar::Bool(_) | Scalar::Number(_)) => Err(FieldError {
                field,
                reason: FieldReason::WrongType,
            }),
        }
    }

    /// A JSON number that is whole and not negative, where clients refuse a string. In a form it is text.
    pub(super) fn number(self, field: &'static str) -> Result<u64, FieldError> {
        let reason = match self.find(field) {
            Some(Scalar::Number(text)) => return whole_number(field, text),
            Some(Scalar::Text(text)) if !self.typed && !text.is_empty() => return whole_number(field, text),
            Some(Scalar::Text(_)) if !self.typed => FieldReason::Missing,
            Some(Scalar::Text(_) | Scalar::Bool(_)) => FieldReason::WrongType,
            None | Some(Scalar::Null) => FieldReason::Missing,
        };
        Err(FieldError { field, reason })
    }

    /// The same where it may be absent or `null`.
    pub(super) fn optional_number(self, field: &'static str) -> Result<Option<u64>, FieldError> {
        match self.optional(field)? {
            Some(_) => self.number(field).map(Some),
            None => Ok(None),
        }
    }

    /// A JSON boolean.
    pub(super) fn flag(self, field: &'static str) -> Result<bool, FieldError> {
        let reason = match self.find(field) {
            Some(Scalar::Bool(flag)) => return Ok(*flag),
            Some(Scalar::Text(_) | Scalar::Number(_)) => FieldReason::WrongType,
            None | Some(Scalar::Null) => FieldReason::Missing,
        };
        Err(FieldError { field, reason })
    }

    /// A whole number from `min` to `max`, written as text or as a number.
    pub(super) fn ranged(self, field: &'static str, min: u32, max: u32) -> Result<Option<u32>, FieldError> {
        let Some(text) = self.optional(field)? else {
            return Ok(None);
        };
        let number = whole(text).and_then(|number| u32::try_from(number).ok());
        let in_range = number.filter(|number| (min..=max).contains(number));
        named(field, in_range.map(Some).ok_or(FieldReason::OutOfRange { min, max }))
    }

    /// Seconds since the Unix epoch, written as text or as a number.
    pub(super) fn moment(self, field: &'static str) -> Result<Option<u64>, FieldError> {
        match self.optional(field)? {
            Some(text) => whole_number(field, text).map(Some),
            None => Ok(None),
        }
    }

    /// Decimal text above zero, with at most the decimals of the finest coin.
    pub(super) fn amount(self, field: &'static str) -> Result<&'a str, FieldError> {
        let text = self.string(field)?;
        named(field, amount(text, Coin::Usdt.scale()))?;
        Ok(text)
    }

    /// Decimal text that may be zero.
    pub(super) fn sum(self, field: &'static str) -> Result<&'a str, FieldError> {
        let text = self.string(field)?;
        match amount(text, Coin::Usdt.scale()) {
            Ok(()) | Err(FieldReason::NotPositive) => Ok(text),
            Err(reason) => Err(FieldError { field, reason }),
        }
    }

    /// The wallet's number of an order, as a peer writes it: printable, and no more is asked of it.
    pub(super) fn order_id(self, field: &'static str) -> Result<&'a str, FieldError> {
        let text = self.string(field)?;
        named(field, printable(text, 1, MAX_UNIQUE_ID_CHARS))?;
        Ok(text)
    }

    /// The merchant's number of an order, where it gave one.
    pub(super) fn unique_id(self, field: &'static str) -> Result<Option<&'a str>, FieldError> {
        let number = self.optional(field)?;
        named(field, number.map_or(Ok(()), unique_id))?;
        Ok(number)
    }

    /// A status as callbacks and answers carry it.
    pub(super) fn status(self, field: &'static str) -> Result<u8, FieldError> {
        let number = self.number(field)?;
        u8::try_from(number).map_err(|_| FieldError {
            field,
            reason: FieldReason::NotWhole,
        })
    }

    /// A coin of orders by its word: the wallet takes USDT and TRX. CNY is only ever a balance.
    pub(super) fn coin(self, field: &'static str) -> Result<Coin, FieldError> {
        let coin = match Coin::parse(self.required(field)?) {
            Ok(coin @ (Coin::Usdt | Coin::Trx)) => Ok(coin),
            Ok(Coin::Cny) | Err(_) => Err(FieldReason::UnknownCoin),
        };
        named(field, coin)
    }
}

impl<'a> Data<'a> {
    fn find(self, fields: &'a Fields, name: &str) -> Option<&'a Scalar> {
        match self {
            Self::Nested => fields.find(&format!("data.{name}")),
            Self::ListOfOne => fields.find(&format!("data.0.{name}")),
            Self::Item(index, data) => data.find(fields, &format!("items.{index}.{name}")),
            Self::Top => fields.find(name),
            Self::Inside(inner) => inner.find(name),
        }
    }
}

fn whole_number(field: &'static str, text: &str) -> Result<u64, FieldError> {
    named(field, whole(text).ok_or(FieldReason::NotWhole))
}
