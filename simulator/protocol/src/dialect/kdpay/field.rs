//! Single values of KDPay, where they differ from those that every dialect shares.

use super::DECIMALS;
use crate::canonical::{Fields, Scalar};
use crate::dialect::field::{FieldError, FieldReason, amount, named, printable};
use crate::dialect::reader::Reader;

/// The text that is signed for a field; empty where it is absent.
pub(super) fn text<'a>(fields: &'a Fields, field: &str) -> &'a str {
    fields.find(field).and_then(Scalar::text).unwrap_or_default()
}

/// The number of an order or a wallet. Signed values are joined by `&` without names, so a value holding one could be
/// read as two, and money would go elsewhere under a valid sign.
pub(super) fn code(reader: Reader<'_>, field: &'static str, max: usize) -> Result<String, FieldError> {
    let text = reader.required(field)?;
    named(field, printable(text, 1, max))?;
    if text.contains('&') {
        let expected = "free of &";
        return named(field, Err(FieldReason::Unexpected { expected }));
    }
    Ok(text.to_owned())
}

/// Yuan above zero, in the text they were sent in.
pub(super) fn yuan(reader: Reader<'_>, field: &'static str) -> Result<String, FieldError> {
    let text = reader.required(field)?;
    named(field, amount(text, DECIMALS))?;
    Ok(text.to_owned())
}

/// Yuan of any sign.
pub(super) fn balance(reader: Reader<'_>, field: &'static str) -> Result<String, FieldError> {
    let text = reader.required(field)?;
    match amount(text.strip_prefix('-').unwrap_or(text), DECIMALS) {
        Ok(()) | Err(FieldReason::NotPositive) => Ok(text.to_owned()),
        Err(reason) => Err(FieldError { field, reason }),
    }
}

/// A status by the number that stands for it.
pub(super) fn status<T>(
    reader: Reader<'_>,
    field: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, FieldError> {
    let known = parse(reader.required(field)?);
    named(field, known.ok_or(FieldReason::NotWhole))
}

/// What is said of a field that is not there.
pub(super) fn missing(field: &'static str) -> FieldError {
    FieldError {
        field,
        reason: FieldReason::Missing,
    }
}
