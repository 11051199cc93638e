//! Mistakes with the objects inside a body.

use super::{
    body::{Style, level},
    client::{Case, Row, Trial, bracketed},
};
use crate::{canonical::Field, sign::Algorithm};

/// An object's fields as one text: JSON, or what a language prints for an object.
pub(super) fn nested_not_flattened(case: &Case<'_>, trial: &mut Trial<'_>) {
    if !has_objects(case) {
        return;
    }
    for style in Style::ALL {
        trial.rows(&with_objects(case, |fields| level(fields, 1, style)));
    }
    for word in ["[object Object]", "Array"] {
        trial.rows(&with_objects(case, |_| word.to_owned()));
    }
}

/// The other protocol's way of writing the names.
pub(super) fn nested_names(case: &Case<'_>, trial: &mut Trial<'_>) {
    if !has_objects(case) {
        return;
    }
    let other = |row: &Row<'_>| match case.algorithm {
        Algorithm::Hmac => bracketed(row.field).into_owned(),
        Algorithm::Md5 => row.field.name().to_owned(),
    };
    let mut rows: Vec<Row<'_>> = rename(case.kept(), other);
    rows.sort_by(|one, another| one.field.top().cmp(another.field.top()));
    trial.rows(&rows);
    rows.sort_by(|one, another| one.name.cmp(&another.name));
    trial.rows(&rows);
}

/// Without the name of the object in front.
pub(super) fn nested_unprefixed(case: &Case<'_>, trial: &mut Trial<'_>) {
    if !has_objects(case) {
        return;
    }
    let last = |row: &Row<'_>| row.field.segments().last().unwrap_or_default().to_owned();
    let mut rows = rename(case.kept(), last);
    rows.sort_by(|one, another| one.name.cmp(&another.name));
    trial.rows(&rows);
}

pub(super) fn nested_left_out(case: &Case<'_>, trial: &mut Trial<'_>) {
    let mut rows = case.right();
    rows.retain(|row| !row.field.is_nested());
    trial.rows(&rows);
}

/// The legacy protocol sorts the top level only.
pub(super) fn nested_sorted(case: &Case<'_>, trial: &mut Trial<'_>) {
    if case.algorithm == Algorithm::Md5 {
        let mut rows = case.kept();
        rows.sort_by(|one, other| one.field.segments().cmp(other.field.segments()));
        trial.rows(&rows);
    }
}

fn has_objects(case: &Case<'_>) -> bool {
    case.fields.places().iter().any(Field::is_nested)
}

fn rename<'a>(rows: Vec<Row<'a>>, name: impl Fn(&Row<'a>) -> String) -> Vec<Row<'a>> {
    rows.into_iter()
        .map(|row| Row {
            name: name(&row).into(),
            ..row
        })
        .collect()
}

/// The right rows with each object at the top as one row.
fn with_objects<'a>(case: &Case<'a>, text: impl Fn(&[&Field]) -> String) -> Vec<Row<'a>> {
    let mut rows = case.kept();
    rows.dedup_by(|later, earlier| later.field.is_nested() && later.field.top() == earlier.field.top());
    let places = case.fields.places();
    for row in rows.iter_mut().filter(|row| row.field.is_nested()) {
        let inside: Vec<&Field> = places
            .iter()
            .filter(|field| field.is_nested() && field.top() == row.field.top())
            .collect();
        row.text = text(&inside).into();
        row.name = row.field.top().into();
    }
    rows.sort_by(|one, other| one.name.cmp(&other.name));
    rows
}
