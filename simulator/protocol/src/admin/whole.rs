//! Whole numbers however JSON writes them: clients whose numbers are all floats send `3600000.0`, and JSON Schema calls
//! that an integer.

use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Number;

/// Beyond 2^53 a float no longer says which whole number it is.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A whole number from 0.
pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    let number = Number::deserialize(from)?;
    whole(&number).ok_or_else(|| D::Error::custom(format!("{number} is not a whole number from 0")))
}

/// The same where it is there.
pub(super) fn optional<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    let Some(number) = Option::<Number>::deserialize(from)? else {
        return Ok(None);
    };
    let found = whole(&number);
    found
        .map(Some)
        .ok_or_else(|| D::Error::custom(format!("{number} is not a whole number from 0")))
}

fn whole(number: &Number) -> Option<u64> {
    let as_float = || {
        let float = number.as_f64()?;
        let exact = float.fract() == 0.0 && (0.0..EXACT).contains(&float);
        exact.then_some(float as u64)
    };
    number.as_u64().or_else(as_float)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_of_every_spelling() {
        for (text, expected) in [
            ("0", Some(0)),
            ("3600000", Some(3_600_000)),
            ("3600000.0", Some(3_600_000)),
            ("3.6e6", Some(3_600_000)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("9007199254740993.0", None),
            ("-1", None),
            ("0.5", None),
            ("1e400", None),
        ] {
            let found = serde_json::from_str::<Number>(text)
                .ok()
                .and_then(|number| whole(&number));
            assert_eq!(found, expected, "{text}");
        }
    }
}
