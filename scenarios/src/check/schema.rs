//! JSON Schema of scenario files, for editors: completion, descriptions and first checks while a person types. Meaning
//! that a schema cannot say is left to `check`.

use serde_json::{Map, Value, json};

use crate::check::keys::{Key, Kind, Place, Word};

/// The JSON Schema (2020-12) of scenario files.
pub fn schema() -> Value {
    let definitions: Map<String, Value> = Place::ALL
        .into_iter()
        // A connection fault is put in force by hand and stands in no file.
        .filter(|place| !matches!(place, Place::File | Place::Connection))
        .map(|place| (place.definition().to_owned(), object(place)))
        .collect();
    let mut root = object(Place::File);
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    root["title"] = json!("paydrill scenario");
    root["description"] = json!(
        "Everything that can go wrong with a payment gateway, the load that drives it and what a run is judged by."
    );
    root["$defs"] = Value::Object(definitions);
    root
}

fn object(place: Place) -> Value {
    let properties: Map<String, Value> = place.keys().map(|key| (key.name.to_owned(), property(key))).collect();
    let required: Vec<&str> = place.keys().filter(|key| key.required).map(|key| key.name).collect();
    let mut object = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    if !required.is_empty() {
        object["required"] = json!(required);
    }
    object
}

fn property(key: &Key) -> Value {
    let mut value = of_kind(key.kind);
    value["description"] = json!(key.doc);
    value
}

fn of_kind(kind: Kind) -> Value {
    match kind {
        // Every scalar is read as its text, so what YAML takes for a number or a boolean is text too.
        Kind::Text(most) => json!({ "type": ["string", "number", "boolean"], "maxLength": most }),
        // The same holds the other way round: a quoted number is a number.
        Kind::Whole(least, most) => {
            json!({ "type": ["integer", "string"], "minimum": least, "maximum": most, "pattern": r"^\d+$" })
        }
        Kind::Money => json!({ "type": ["string", "number"], "minimum": 0, "pattern": r"^\d+(\.\d{1,8})?$" }),
        Kind::Duration => json!({ "type": "string", "pattern": r"^\d+(\.\d+)?(us|ms|s|m|h)$" }),
        Kind::Share => json!({ "type": "string", "pattern": r"^(\d+(\.\d+)?%|\d+/\d+)$" }),
        Kind::Rate => json!({ "type": "string", "pattern": r"^\d+(\.\d+)?/s$" }),
        Kind::Size => json!({ "type": "string", "pattern": r"^\d+(\.\d+)?(B|KB|MB|KiB|MiB)$" }),
        Kind::Bandwidth => json!({ "type": "string", "pattern": r"^\d+(\.\d+)?(B|KB|MB|KiB|MiB)/s$" }),
        Kind::Factor => {
            json!({ "type": ["number", "string"], "exclusiveMinimum": 0, "maximum": 1_000_000, "pattern": r"^\d+(\.\d{1,6})?$" })
        }
        Kind::AmountChange => json!({ "type": ["string", "number"], "pattern": r"^[+-]?\d+(\.\d{1,8})?$" }),
        Kind::Url => json!({ "type": "string", "pattern": "^https?://" }),
        Kind::Sentence => json!({ "type": "string", "maxLength": 200 }),
        Kind::Word(words) => one_of_words(words),
        Kind::Map(place) => json!({ "$ref": format!("#/$defs/{}", place.definition()) }),
        Kind::Pairs(inner) => json!({ "type": "object", "additionalProperties": of_kind(*inner) }),
        Kind::List(inner) => json!({ "type": "array", "items": of_kind(*inner) }),
        Kind::Either(kinds) => json!({ "anyOf": kinds.iter().map(|kind| of_kind(*kind)).collect::<Vec<_>>() }),
        Kind::Anything => json!({}),
    }
}

fn one_of_words(words: &[Word]) -> Value {
    if words.iter().map(|word| word.name).eq(["true", "false"]) {
        return json!({ "enum": [true, false, "true", "false"] });
    }
    let choices: Vec<Value> = words
        .iter()
        .map(|word| json!({ "const": word.name, "description": word.doc }))
        .collect();
    json!({ "oneOf": choices })
}

#[cfg(test)]
mod tests;
