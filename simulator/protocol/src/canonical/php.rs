//! The string of the legacy protocol: how PHP drops, sorts and writes fields (okpay.md section 2.2).
//!
//! Owns PHP's idea of falsy values, of query strings and of a float's text. PHP's `ksort` compares names that are whole
//! numbers as numbers; here the bytes decide, since no field of the contract is named by a number.

use std::borrow::Cow;

use super::{Field, Scalar, form::decode_bytes};

/// What a client does otherwise than PHP, as some clients in use do; a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Leniences(u8);

impl Leniences {
    /// As PHP does it.
    pub(crate) const STRICT: Self = Self(0);
    /// `"0"` and `0` are kept.
    pub(crate) const ZERO_KEPT: Self = Self(1);
    /// `""` is kept, as `k=`.
    pub(crate) const EMPTY_KEPT: Self = Self(2);
    /// Fields stay in the order of the document.
    pub(crate) const DOCUMENT_ORDER: Self = Self(4);
    /// White space around values and token goes, before anything else is looked at.
    pub(crate) const TRIMMED: Self = Self(8);

    /// Every combination but the strict one.
    pub(crate) fn combinations() -> impl Iterator<Item = Self> {
        (1..16).map(Self)
    }

    /// Whether this set holds that lenience.
    pub(crate) fn has(self, lenience: Self) -> bool {
        self.0 & lenience.0 != 0
    }
}

/// Writes the query piece by piece.
pub(super) fn feed(fields: &[Field], leniences: Leniences, sink: &mut impl FnMut(&str)) {
    let mut kept: Vec<&Field> = Vec::with_capacity(fields.len());
    kept.extend(
        fields
            .iter()
            .filter(|field| !field.is_sign() && is_kept(field, leniences)),
    );
    if !leniences.has(Leniences::DOCUMENT_ORDER) {
        // Stable, so that what is nested stays in the order of the document.
        kept.sort_by(|one, other| one.top().cmp(other.top()));
    }
    let mut is_first = true;
    for field in kept {
        let Some(text) = text(&field.value) else { continue };
        if !is_first {
            sink("&");
        }
        is_first = false;
        for (depth, segment) in field.segments().enumerate() {
            if depth > 0 {
                sink("[");
            }
            sink(segment);
            if depth > 0 {
                sink("]");
            }
        }
        sink("=");
        sink(if leniences.has(Leniences::TRIMMED) {
            text.trim()
        } else {
            &text
        });
    }
}

/// PHP filters the top level only; what sits inside an object stays, falsy or not.
fn is_kept(field: &Field, leniences: Leniences) -> bool {
    if field.is_nested() {
        return true;
    }
    match &field.value {
        Scalar::Null | Scalar::Bool(false) => false,
        Scalar::Bool(true) => true,
        Scalar::Number(raw) => leniences.has(Leniences::ZERO_KEPT) || !is_zero(raw),
        Scalar::Text(raw) => {
            let text = if leniences.has(Leniences::TRIMMED) {
                raw.trim()
            } else {
                raw
            };
            match text {
                "" => leniences.has(Leniences::EMPTY_KEPT),
                "0" => leniences.has(Leniences::ZERO_KEPT),
                _ => true,
            }
        }
    }
}

/// The token as it stands in the string: PHP decodes the whole of it, and what it encoded before comes out as it was,
/// but the token had not been encoded.
pub(crate) fn decode_token(token: &str, leniences: Leniences) -> Cow<'_, [u8]> {
    let token = if leniences.has(Leniences::TRIMMED) {
        token.trim()
    } else {
        token
    };
    decode_bytes(token.as_bytes())
}

/// Whether PHP drops this value at the top level.
pub(crate) fn is_falsy(value: &Scalar) -> bool {
    match value {
        Scalar::Null => true,
        Scalar::Bool(truth) => !truth,
        Scalar::Number(raw) => is_zero(raw),
        Scalar::Text(text) => matches!(text.as_str(), "" | "0"),
    }
}

/// Zero as PHP reads a JSON number: also `-0`, `0.00` and what is too small for a float.
fn is_zero(raw: &str) -> bool {
    raw.parse::<f64>().is_ok_and(|value| value == 0.0)
}

/// The text PHP makes of a value in a query; `None` for `null`, which vanishes.
pub(crate) fn text(value: &Scalar) -> Option<Cow<'_, str>> {
    match value {
        Scalar::Null => None,
        Scalar::Bool(true) => Some("1".into()),
        Scalar::Bool(false) => Some("0".into()),
        Scalar::Number(raw) => Some(number(raw)),
        Scalar::Text(text) => Some(text.into()),
    }
}

/// A whole number that fits into 64 bits keeps its text, every other goes through a float.
fn number(raw: &str) -> Cow<'_, str> {
    match (raw, raw.parse::<i64>(), raw.parse::<f64>()) {
        ("-0", _, _) => "0".into(),
        (_, Err(_), Ok(value)) => float(value).into(),
        _ => raw.into(),
    }
}

/// PHP's text of a float at its default `precision` of 14 digits: `12.3`, `1.0E+25`, `1.0E-5`.
fn float(value: f64) -> String {
    const PRECISION: i32 = 14;
    if value.is_infinite() {
        return if value > 0.0 {
            "INF".to_owned()
        } else {
            "-INF".to_owned()
        };
    }
    let rounded = format!("{value:.13e}");
    let (mantissa, exponent) = rounded.split_once('e').expect("the format has an exponent");
    let exponent: i32 = exponent.parse().expect("it is a number");
    if (-4..PRECISION).contains(&exponent) {
        // So few digits survive the way through a float, and the shortest text of one has no zeros behind them.
        return rounded.parse::<f64>().expect("it is a float").to_string();
    }
    let digits = mantissa.trim_end_matches('0');
    let zero = if digits.ends_with('.') { "0" } else { "" };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}{zero}E{sign}{}", exponent.abs())
}
