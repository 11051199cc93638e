//! Mistakes of clients that sign a JSON text, and the JSON texts in use.

use super::client::{Case, Trial};
use crate::canonical::{Field, Scalar};

/// How a language writes JSON by itself.
#[derive(Clone, Copy)]
pub(super) enum Style {
    /// JavaScript, Go, Java: nothing between, Unicode as it is.
    Compact,
    /// PHP: nothing between, `/` and Unicode escaped.
    Php,
    /// Python: spaces after `,` and `:`, Unicode escaped.
    Python,
}

impl Style {
    pub(super) const ALL: [Self; 3] = [Self::Compact, Self::Php, Self::Python];
}

/// The body as it was before the sign was put in, and the fields written as JSON.
pub(super) fn json_as_text(case: &Case<'_>, trial: &mut Trial<'_>) {
    if let Some(text) = before_the_sign(case) {
        trial.message(text.as_bytes());
    }
    let mut fields: Vec<&Field> = case.fields.places().iter().filter(|field| !field.is_sign()).collect();
    for style in Style::ALL {
        trial.message(object(&fields, style).as_bytes());
    }
    fields.sort_by(|one, other| one.name().cmp(other.name()));
    for style in Style::ALL {
        trial.message(object(&fields, style).as_bytes());
    }
}

/// The JSON body without its member `sign`, the rest byte for byte.
fn before_the_sign(case: &Case<'_>) -> Option<String> {
    let body = str::from_utf8(case.body).ok()?;
    let value = format!("\"{}\"", case.fields.presented_sign()?);
    let at = body.rfind(&value)?;
    let (before, after) = (&body[..at], &body[at + value.len()..]);
    let before = before
        .trim_end()
        .strip_suffix(':')?
        .trim_end()
        .strip_suffix("\"sign\"")?
        .trim_end();
    match (before.strip_suffix(','), after.trim_start().strip_prefix(',')) {
        (Some(before), _) => Some(format!("{before}{after}")),
        (None, Some(after)) => Some(format!("{before}{}", after.trim_start())),
        (None, None) => Some(format!("{before}{after}")),
    }
}

/// These fields as a JSON object; fields of one object stand together.
pub(super) fn object(fields: &[&Field], style: Style) -> String {
    level(fields, 0, style)
}

/// One object inside another: its fields, and how many names deep it is.
pub(super) fn level(fields: &[&Field], depth: usize, style: Style) -> String {
    let (comma, colon) = match style {
        Style::Compact | Style::Php => (",", ":"),
        Style::Python => (", ", ": "),
    };
    let groups = fields.chunk_by(|one, other| is_inside(one, depth) && name(one, depth) == name(other, depth));
    let members = groups.map(|group| {
        let value = if is_inside(group[0], depth) {
            level(group, depth + 1, style)
        } else {
            scalar(&group[0].value, style)
        };
        format!("{}{colon}{value}", quoted(name(group[0], depth), style))
    });
    format!("{{{}}}", members.collect::<Vec<_>>().join(comma))
}

fn name(field: &Field, depth: usize) -> &str {
    field.segments().nth(depth).unwrap_or_default()
}

fn is_inside(field: &Field, depth: usize) -> bool {
    field.segments().nth(depth + 1).is_some()
}

fn scalar(value: &Scalar, style: Style) -> String {
    match value {
        Scalar::Null => "null".to_owned(),
        Scalar::Bool(truth) => truth.to_string(),
        Scalar::Number(raw) => raw.clone(),
        Scalar::Text(text) => quoted(text, style),
    }
}

fn quoted(text: &str, style: Style) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    match style {
        Style::Compact => quoted,
        Style::Php => ascii(&quoted.replace('/', "\\/")),
        Style::Python => ascii(&quoted),
    }
}

/// What is not ASCII as `\u` escapes.
fn ascii(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        if character.is_ascii() {
            escaped.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    escaped
}
