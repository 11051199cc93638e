//! What spoils a callback that was good: the same in every dialect, and nothing but the one thing.
//!
//! A sign under another token or of another shop needs nothing from here: that is an honest sign of somebody else's.

/// How a good sign is spoilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spoilt {
    /// One bit of it is another.
    BitFlip,
    /// It is left out.
    Missing,
    /// It is that of the original, and the amount is written differently: the same number, other text.
    Respelled,
}

impl Spoilt {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::BitFlip, Self::Missing, Self::Respelled];

    /// The amount that is sent.
    pub(super) fn amount(self, good: &str) -> String {
        match self {
            Self::BitFlip | Self::Missing => good.to_owned(),
            Self::Respelled => respelled(good),
        }
    }

    /// The sign that is sent, if one is.
    pub(super) fn sign(self, good: String) -> Option<String> {
        match self {
            Self::BitFlip => Some(flipped(&good)),
            Self::Missing => None,
            Self::Respelled => Some(good),
        }
    }
}

/// The lowest bit of the last hex digit is another: whoever compares only how a sign begins takes it.
fn flipped(sign: &str) -> String {
    let mut digits: Vec<char> = sign.chars().collect();
    if let Some(last) = digits.last_mut() {
        let value = last.to_digit(16).unwrap_or(0) ^ 1;
        *last = char::from_digit(value, 16).unwrap_or('0').to_ascii_uppercase();
    }
    digits.into_iter().collect()
}

/// The same number as a client writes it that took it for one: `6` for `6.00000000`. Where no zero can go, one comes:
/// `12.340` for `12.34`, `6.0` for `6`.
fn respelled(amount: &str) -> String {
    match amount.split_once('.') {
        None => format!("{amount}.0"),
        Some((_, decimals)) if !decimals.ends_with('0') => format!("{amount}0"),
        Some(_) => amount.trim_end_matches('0').trim_end_matches('.').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_respelled_amount_is_the_same_number_in_other_text() {
        for (good, expected) in [
            ("6", "6.0"),
            ("60", "60.0"),
            ("6.00000000", "6"),
            ("60.00", "60"),
            ("6.10", "6.1"),
            ("0.01", "0.010"),
            ("12.34", "12.340"),
            ("0.00000001", "0.000000010"),
        ] {
            let said = respelled(good);
            assert_eq!(said, expected, "{good}");
            assert_eq!(said.parse::<f64>(), good.parse::<f64>(), "{good}");
        }
    }

    #[test]
    fn a_flipped_sign_differs_by_one_bit() {
        for (good, expected) in [
            ("00", "01"),
            ("A9", "A8"),
            ("AF", "AE"),
            ("A8", "A9"),
            ("9A", "9B"),
            ("", ""),
        ] {
            assert_eq!(flipped(good), expected, "{good}");
        }
    }
}
