//! The merchant port's document: what a shop may ask in either dialect, and what it gets. Every business refusal is an
//! HTTP 200, as the wallet has it; why is told in a header of our own.

pub(super) mod kdpay;
pub(super) mod okpay;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{JSON, frame, schema};

const TITLE: &str = "paydrill: the merchant port";
const ABOUT: &str = "The wallet as a shop's client sees it. Requests are signed over their own fields, so a request made \
                     from this document alone is refused: with HTTP 200 and a status that is not success, as the wallet \
                     does. `X-Paydrill-Reason` then says why, by a stable word and a text. A scenario may answer anything, \
                     or nothing.";
/// Media type of a form.
const FORM: &str = "application/x-www-form-urlencoded";

/// The document.
#[must_use]
pub fn document() -> Value {
    let mut paths: BTreeMap<&str, Value> = BTreeMap::new();
    paths.extend(okpay::paths());
    paths.extend(kdpay::paths());
    let mut schemas: BTreeMap<&str, Value> = BTreeMap::new();
    schemas.extend(okpay::schemas());
    schemas.extend(kdpay::schemas());
    let mut document = frame(TITLE, ABOUT);
    document.insert("paths".to_owned(), json!(paths));
    document.insert("components".to_owned(), json!({"schemas": schemas}));
    document.into()
}

/// A field of a request or an answer.
struct Field {
    name: &'static str,
    looks: Looks,
    always: bool,
    about: &'static str,
}

/// What a field looks like.
#[derive(Clone, Copy)]
enum Looks {
    /// Decimal text above zero, at most 12 digits before the point and this many after.
    Amount(u8),
    /// Decimal text of any sign.
    Decimal,
    /// A word of a closed list.
    OneOf(&'static [&'static str]),
    /// A number of a closed list.
    Status(&'static [u8]),
    /// A whole number from a least to a most, which a form or a string may carry too.
    Whole(u64, u64),
    /// A whole number that is always a JSON number.
    Number,
    /// True or false.
    Yes,
    /// 32 lower-case hex digits.
    OrderId,
    /// Printable ASCII of so many characters.
    Printable(u8, u16),
    /// The same without `&`.
    Code(u8),
    /// One line of any language's text, at most 128 characters.
    Line,
    /// An http or https URL without user name.
    Url,
    /// Upper-case hex digits, so many.
    Sign(&'static [u8]),
    /// Objects of another schema, keyed by number.
    Numbered(&'static str),
}

const fn must(name: &'static str, looks: Looks, about: &'static str) -> Field {
    Field {
        name,
        looks,
        always: true,
        about,
    }
}

const fn may(name: &'static str, looks: Looks, about: &'static str) -> Field {
    Field {
        name,
        looks,
        always: false,
        about,
    }
}

/// The schema of an object of these fields; others may stand beside them.
fn object<'a>(fields: impl IntoIterator<Item = &'a Field>) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in fields {
        properties.insert(field.name.to_owned(), property(field));
        if field.always {
            required.push(field.name);
        }
    }
    json!({"type": "object", "properties": properties, "required": required})
}

fn property(field: &Field) -> Value {
    let mut found = looks(field.looks);
    found["description"] = field.about.into();
    found
}

fn looks(looks: Looks) -> Value {
    match looks {
        Looks::Amount(decimals) => {
            // Zero is refused by its digits, so a pattern can say it: any digit but 0 somewhere.
            let pattern = format!(r"^(?=.*[1-9])(0|[1-9][0-9]{{0,11}})(\.[0-9]{{1,{decimals}}})?$");
            json!({"type": "string", "pattern": pattern})
        }
        Looks::Decimal => json!({"type": "string", "pattern": r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"}),
        Looks::OneOf(words) => json!({"type": "string", "enum": words}),
        Looks::Status(numbers) => json!({"type": "integer", "enum": numbers}),
        Looks::Whole(least, most) => json!({"type": "integer", "minimum": least, "maximum": most}),
        Looks::Number => json!({"type": "integer", "minimum": 0}),
        Looks::Yes => json!({"type": "boolean"}),
        Looks::OrderId => json!({"type": "string", "pattern": "^[0-9a-f]{32}$"}),
        Looks::Printable(least, most) => json!({"type": "string", "pattern": format!("^[ -~]{{{least},{most}}}$")}),
        Looks::Code(most) => json!({"type": "string", "pattern": format!("^[ -%'-~]{{1,{most}}}$")}),
        Looks::Line => json!({"type": "string", "maxLength": 128, "pattern": r"^[^\x00-\x1f\x7f-\x9f]+$"}),
        Looks::Url => json!({"type": "string", "format": "http-url", "maxLength": 2048}),
        Looks::Sign(lengths) => {
            let lengths: Vec<String> = lengths.iter().map(|length| format!("[0-9A-F]{{{length}}}")).collect();
            json!({"type": "string", "pattern": format!("^({})$", lengths.join("|"))})
        }
        Looks::Numbered(name) => json!({"type": "object", "additionalProperties": schema(name)}),
    }
}

/// An operation with a body.
fn posted(id: &str, summary: &str, body: &Value, answers: &Value) -> Value {
    json!({"post": {
        "operationId": id,
        "summary": summary,
        "requestBody": {"required": true, "content": {FORM: {"schema": body}, JSON: {"schema": body}}},
        "responses": responses(answers),
    }})
}

/// The answers of an operation, the web server's own among them; those have no body.
fn responses(answers: &Value) -> Value {
    let bare = |about: &str| json!({"description": about, "headers": {REASON: reason(true)}});
    json!({
        "200": {
            "description": "The wallet's answer, a refusal among them.",
            "headers": {REASON: reason(false)},
            "content": {JSON: {"schema": answers}},
        },
        "400": bare("Not HTTP as it should be."),
        "405": bare("Another method."),
        "408": bare("The body did not come in time."),
        "413": bare("The body is longer than 64 KiB."),
        "414": bare("The target is longer than 8 KiB."),
    })
}

/// The header that says why.
const REASON: &str = "X-Paydrill-Reason";

fn reason(always: bool) -> Value {
    json!({
        "description": "why it was refused: a stable word, a colon, a text",
        "required": always,
        "schema": {"type": "string", "pattern": "^[a-z0-9_]+(: .*)?$"},
    })
}
