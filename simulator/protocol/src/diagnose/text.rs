//! Mistakes in the text of values and in how pairs are joined.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    client::{Case, Row, Trial},
    field::reworded,
};
use crate::{
    canonical::{SIGN, Scalar},
    sign::Algorithm,
};

/// What RFC 3986 leaves as it is.
const RFC3986: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// What JavaScript's `encodeURIComponent` leaves as it is.
const JAVASCRIPT: &AsciiSet = &RFC3986
    .remove(b'!')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*');
/// Places of a fixed-point amount in use: cents, TRX, USDT.
const PLACES: [usize; 3] = [2, 6, 8];

/// As the form body has them, as PHP and as JavaScript encode.
pub(super) fn url_encoded(case: &Case<'_>, trial: &mut Trial<'_>) {
    let encode = |set: &'static AsciiSet, text: &str| utf8_percent_encode(text, set).to_string();
    let rows = case.right();
    if let Some(pieces) = encoded_pieces(case) {
        trial.message(pieces.as_bytes());
    }
    let spaced = |row: &Row<'_>| Some(encode(RFC3986, &row.text).replace("%20", "+").replace('~', "%7E"));
    trial.rows(&reworded(&rows, spaced));
    trial.rows(&reworded(&rows, |row| Some(encode(RFC3986, &row.text))));
    trial.rows(&reworded(&rows, |row| Some(encode(JAVASCRIPT, &row.text))));
}

/// The pieces of a form with something in their value, sorted, not decoded.
fn encoded_pieces(case: &Case<'_>) -> Option<String> {
    let body = str::from_utf8(case.body).ok()?;
    if body.trim_start().starts_with('{') {
        return None;
    }
    let mut pieces: Vec<&str> = body.split('&').filter(|piece| has_value(piece)).collect();
    pieces.sort_unstable();
    Some(pieces.join("&"))
}

fn has_value(piece: &str) -> bool {
    piece
        .split_once('=')
        .is_some_and(|(name, value)| name != SIGN && !value.is_empty())
}

pub(super) fn space_as_plus(case: &Case<'_>, trial: &mut Trial<'_>) {
    trial.rows(&reworded(&case.right(), |row| Some(row.text.replace(' ', "+"))));
}

pub(super) fn values_trimmed(case: &Case<'_>, trial: &mut Trial<'_>) {
    let mut rows = reworded(&case.right(), |row| Some(row.text.trim().to_owned()));
    trial.rows(&rows);
    rows.retain(|row| !row.text.is_empty());
    trial.rows(&rows);
}

/// 1 and 0, Python's True and False, and PHP's empty text for false; with MD5 the words.
pub(super) fn boolean_reformatted(case: &Case<'_>, trial: &mut Trial<'_>) {
    for [no, yes] in [["0", "1"], ["", "1"], ["False", "True"], ["false", "true"]] {
        let other = |row: &Row<'_>| match row.field.value {
            Scalar::Bool(truth) => Some(if truth { yes } else { no }.to_owned()),
            Scalar::Null | Scalar::Number(_) | Scalar::Text(_) => None,
        };
        trial.rows(&reworded(&case.right(), other));
    }
}

/// `12.30` as `12.3`, `100` as `100.00` or `100.0`, `1e2` as `100` and the other way round.
pub(super) fn number_reformatted(case: &Case<'_>, trial: &mut Trial<'_>) {
    let rows = case.right();
    if case.algorithm == Algorithm::Md5 {
        trial.rows(&reworded(&rows, |row| match &row.field.value {
            Scalar::Number(raw) => Some(raw.clone()),
            Scalar::Null | Scalar::Bool(_) | Scalar::Text(_) => None,
        }));
    }
    trial.rows(&reworded(&rows, |row| shortest(&row.text)));
    let amounts = |other: &dyn Fn(&str) -> Option<String>| {
        reworded(&rows, |row| if is_amount(row) { other(&row.text) } else { None })
    };
    trial.rows(&amounts(&|text| floating(text)));
    for places in PLACES {
        trial.rows(&amounts(&|text| fixed(text, places)));
    }
    trial.rows(&amounts(&|text| number(text).map(|value| format!("{value:e}"))));
}

fn is_amount(row: &Row<'_>) -> bool {
    row.field
        .segments()
        .last()
        .is_some_and(|segment| segment.contains("amount"))
}

/// What JavaScript and most others print for a number that had a point or an exponent.
fn shortest(text: &str) -> Option<String> {
    if !text.contains(['.', 'e', 'E']) {
        return None;
    }
    number(text).map(|value| value.to_string())
}

/// What Python prints for a float: `100.0`.
fn floating(text: &str) -> Option<String> {
    number(text).map(|value| format!("{value:?}"))
}

/// With so many places, by the digits alone; a number with more of them is left.
fn fixed(text: &str, places: usize) -> Option<String> {
    number(text)?;
    let (whole, after) = text.split_once('.').unwrap_or((text, ""));
    let after = after.trim_end_matches('0');
    if after.len() > places || text.contains(['e', 'E']) {
        return None;
    }
    Some(format!("{whole}.{after:0<places$}"))
}

/// A decimal number; not the words that a float's text may be.
fn number(text: &str) -> Option<f64> {
    let looks_so = text
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'));
    if !looks_so {
        return None;
    }
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

pub(super) fn ampersand_left_over(case: &Case<'_>, trial: &mut Trial<'_>) {
    let right = case.right_string();
    trial.message(format!("{right}&").as_bytes());
    trial.message(format!("&{right}").as_bytes());
}

/// Values alone, or names and values without anything between.
pub(super) fn joined_otherwise(case: &Case<'_>, trial: &mut Trial<'_>) {
    let rows = case.right();
    let values: Vec<&str> = rows.iter().map(|row| &*row.text).collect();
    trial.message(values.join("&").as_bytes());
    trial.message(values.concat().as_bytes());
    let pairs: String = rows.iter().map(|row| format!("{}{}", row.name, row.text)).collect();
    trial.message(pairs.as_bytes());
}
