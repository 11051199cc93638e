//! Mistakes in which fields are signed and in what order.

use super::client::{Case, Row, Trial};
use crate::{
    canonical::{Scalar, php},
    sign::{Algorithm, sign_fields},
};

/// How many fields are left out one by one at most.
const LEFT_OUT_MAX: usize = 12;

pub(super) fn unsorted(case: &Case<'_>, trial: &mut Trial<'_>) {
    trial.rows(&case.kept());
}

pub(super) fn sorted_without_case(case: &Case<'_>, trial: &mut Trial<'_>) {
    let mut rows = case.kept();
    rows.sort_by_key(|row| row.name.to_lowercase());
    trial.rows(&rows);
}

pub(super) fn empty_kept(case: &Case<'_>, trial: &mut Trial<'_>) {
    let keeps = |row: &Row<'_>| case.keeps(row.field);
    let is_empty = |row: &Row<'_>| row.field.value.text() == Some("");
    trial.rows(&select(case, |row| keeps(row) || is_empty(row)));
    let with_null = select(case, |row| keeps(row) || row.text.is_empty());
    trial.rows(&with_null);
    trial.rows(&reworded(&with_null, |row| {
        matches!(row.field.value, Scalar::Null).then(|| "null".to_owned())
    }));
}

pub(super) fn empty_dropped(case: &Case<'_>, trial: &mut Trial<'_>) {
    trial.rows(&select(case, |row| case.keeps(row.field) && !row.text.is_empty()));
}

pub(super) fn zero_dropped(case: &Case<'_>, trial: &mut Trial<'_>) {
    let is_zero = |row: &Row<'_>| row.text == "0" && !matches!(row.field.value, Scalar::Bool(_));
    trial.rows(&select(case, |row| case.keeps(row.field) && !is_zero(row)));
    trial.rows(&select(case, |row| {
        case.keeps(row.field) && !php::is_falsy(&row.field.value)
    }));
    trial.rows(&select(case, |row| {
        case.keeps(row.field) && (row.field.is_nested() || !php::is_falsy(&row.field.value))
    }));
}

pub(super) fn zero_kept(case: &Case<'_>, trial: &mut Trial<'_>) {
    if case.algorithm == Algorithm::Md5 {
        let is_zero = |row: &Row<'_>| matches!(row.field.value.text(), Some("0"));
        let is_false = |row: &Row<'_>| row.field.value == Scalar::Bool(false);
        trial.rows(&select(case, |row| case.keeps(row.field) || is_zero(row)));
        trial.rows(&select(case, |row| {
            case.keeps(row.field) || is_zero(row) || is_false(row)
        }));
    }
}

pub(super) fn false_dropped(case: &Case<'_>, trial: &mut Trial<'_>) {
    trial.rows(&select(case, |row| {
        case.keeps(row.field) && row.field.value != Scalar::Bool(false)
    }));
}

pub(super) fn id_missing(case: &Case<'_>, trial: &mut Trial<'_>) {
    trial.rows(&without(case, &["id"]));
}

pub(super) fn nonce_missing(case: &Case<'_>, trial: &mut Trial<'_>) {
    trial.rows(&without(case, &["nonce"]));
}

pub(super) fn timestamp_missing(case: &Case<'_>, trial: &mut Trial<'_>) {
    trial.rows(&without(case, &["timestamp"]));
}

pub(super) fn nonce_and_timestamp_missing(case: &Case<'_>, trial: &mut Trial<'_>) {
    trial.rows(&without(case, &["nonce", "timestamp"]));
}

/// Each field in turn; which one it was is told.
pub(super) fn field_missing(case: &Case<'_>, trial: &mut Trial<'_>) {
    let rows = case.right();
    for left_out in rows.iter().take(LEFT_OUT_MAX) {
        let others: Vec<Row<'_>> = rows.iter().filter(|row| row.name != left_out.name).cloned().collect();
        trial.rows_about(&others, &left_out.name);
    }
}

/// As an empty placeholder, or with the sign of a first pass.
pub(super) fn sign_included(case: &Case<'_>, trial: &mut Trial<'_>) {
    let first = sign_fields(case.algorithm, case.token, case.fields);
    for sign in ["", &first] {
        let mut pairs = pairs(&case.right());
        pairs.push(("sign".to_owned(), sign.to_owned()));
        trial.message(sorted_pairs(pairs).as_bytes());
    }
}

/// The token as one more field among the others.
pub(super) fn token_sorted_in(case: &Case<'_>, trial: &mut Trial<'_>) {
    for name in ["token", "key"] {
        let mut pairs = pairs(&case.right());
        pairs.push((name.to_owned(), case.token.reveal().to_owned()));
        let message = sorted_pairs(pairs);
        match case.algorithm {
            Algorithm::Hmac => trial.message(message.as_bytes()),
            Algorithm::Md5 => trial.md5(&[message.as_bytes()]),
        }
    }
}

fn pairs(rows: &[Row<'_>]) -> Vec<(String, String)> {
    rows.iter()
        .map(|row| (row.name.clone().into_owned(), row.text.clone().into_owned()))
        .collect()
}

/// By the part of the name before brackets, so that what is nested stays as it was.
fn sorted_pairs(mut pairs: Vec<(String, String)>) -> String {
    pairs.sort_by(|one, other| one.0.split('[').next().cmp(&other.0.split('[').next()));
    let lines: Vec<String> = pairs.into_iter().map(|(name, text)| format!("{name}={text}")).collect();
    lines.join("&")
}

fn without<'a>(case: &Case<'a>, names: &[&str]) -> Vec<Row<'a>> {
    select(case, |row| case.keeps(row.field) && !names.contains(&&*row.name))
}

/// The rows of the document that pass, in the order of the protocol.
fn select<'a>(case: &Case<'a>, passes: impl Fn(&Row<'a>) -> bool) -> Vec<Row<'a>> {
    case.sorted(case.all().into_iter().filter(|row| passes(row)).collect())
}

/// The same rows with another text where there is one.
pub(super) fn reworded<'a>(rows: &[Row<'a>], other: impl Fn(&Row<'a>) -> Option<String>) -> Vec<Row<'a>> {
    let reword = |row: &Row<'a>| match other(row) {
        Some(text) => Row {
            text: text.into(),
            ..row.clone()
        },
        None => row.clone(),
    };
    rows.iter().map(reword).collect()
}
