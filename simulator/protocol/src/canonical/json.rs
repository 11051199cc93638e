//! JSON bodies into fields.
//!
//! Each level is read into raw spans of the body (`RawValue`), so a number is never parsed and its bytes cannot change.
//! The crate-wide features of serde_json that keep numbers or order are not used: they would leak into other crates.

use std::{collections::BTreeSet, fmt};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Cuts, DecodeError, Fields, MAX_DEPTH, MAX_NAME_BYTES, Scalar, collect::Collector, shown};

/// Up to so many names of one object are compared with each other; more are indexed.
const LINEAR_MAX: usize = 16;

pub(super) fn read(text: &str) -> Result<Fields, DecodeError> {
    let object: Object<'_> = serde_json::from_str(text).map_err(|error| DecodeError::Json {
        line: error.line(),
        column: error.column(),
    })?;
    let mut collector = Collector::with_capacity(object.0.len() * 2);
    flatten(&mut collector, &object, "", Cuts::default(), 1)?;
    Ok(collector.finish())
}

/// `prefix` is the flat name of the object with the dot behind it.
fn flatten(
    collector: &mut Collector,
    object: &Object<'_>,
    prefix: &str,
    cuts: Cuts,
    depth: usize,
) -> Result<(), DecodeError> {
    let mut earlier = BTreeSet::new();
    for (index, (name, value)) in object.0.iter().enumerate() {
        if name.is_empty() {
            return Err(DecodeError::NoName { position: index + 1 });
        }
        let flat = [prefix, name].concat();
        if flat.len() > MAX_NAME_BYTES {
            return Err(DecodeError::NameTooLong { name: shown(&flat) });
        }
        // Two objects of one name may hold different fields, which flattening alone would not notice.
        let is_new = match object.0.len() {
            ..=LINEAR_MAX => object.0[..index].iter().all(|(other, _)| other != name),
            _ => earlier.insert(name),
        };
        if !is_new {
            return Err(DecodeError::Duplicate { name: shown(&flat) });
        }
        let raw = value.get();
        match raw.as_bytes() {
            [b'[', ..] => return Err(DecodeError::Array { name: shown(&flat) }),
            [b'{', ..] if depth == MAX_DEPTH => return Err(DecodeError::TooDeep { name: shown(&flat) }),
            [b'{', ..] => {
                let inner = serde_json::from_str(raw).map_err(|_| DecodeError::NotText { name: shown(&flat) })?;
                let deeper = cuts.with(flat.len()).expect("the depth was checked above");
                flatten(collector, &inner, &(flat + "."), deeper, depth + 1)?;
            }
            _ => {
                let scalar = scalar(raw).map_err(|_| DecodeError::NotText { name: shown(&flat) })?;
                collector.push(flat, cuts, scalar)?;
            }
        }
    }
    Ok(())
}

/// The syntax was checked with the whole body; what is left to fail is a `\u` escape that is no character.
fn scalar(raw: &str) -> Result<Scalar, serde_json::Error> {
    Ok(match raw {
        "null" => Scalar::Null,
        "true" => Scalar::Bool(true),
        "false" => Scalar::Bool(false),
        text if text.starts_with('"') => Scalar::Text(serde_json::from_str(text)?),
        number => Scalar::Number(number.to_owned()),
    })
}

/// One level of an object: names in order, values as spans. Its length is bounded by that of the body.
struct Object<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries)
    }
}

struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Object(entries))
    }
}
