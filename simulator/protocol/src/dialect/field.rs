//! What one value of a decoded body must look like, and how its failure is told. Where it stands in the body is the
//! reader's.
//!
//! Owns shape and bounds; leaves to the ledger whether an amount is too small or an order exists.

use thiserror::Error;
use url::Url;

/// The longest order number, in characters.
pub const MAX_UNIQUE_ID_CHARS: usize = 64;
/// The longest title of an order, in characters.
pub const MAX_NAME_CHARS: usize = 128;
/// The longest URL, in bytes.
pub const MAX_URL_BYTES: usize = 2048;
/// The shortest nonce, in characters ("8–128", vendor's document).
pub const MIN_NONCE_CHARS: usize = 8;
/// The longest nonce, in characters ("8–128", vendor's document).
pub const MAX_NONCE_CHARS: usize = 128;
/// The length of the wallet's own number of an order, in characters.
pub const ORDER_ID_CHARS: usize = 32;
/// The most digits of an amount before the point.
pub const MAX_AMOUNT_DIGITS: usize = 12;

/// A field that is not what it must be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{field}: {reason}")]
pub struct FieldError {
    /// The flat name on the wire.
    pub field: &'static str,
    /// What is wrong with it.
    pub reason: FieldReason,
}

/// What is wrong with a field. No peer's bytes in it, so the text is printable ASCII.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FieldReason {
    /// Absent, `null` or empty.
    #[error("missing")]
    Missing,
    /// A JSON boolean where text or a number belongs, or a number where only text will do.
    #[error("of the wrong JSON type")]
    WrongType,
    /// Shorter or longer than allowed.
    #[error("not of {min} to {max} characters")]
    Length {
        /// The least.
        min: usize,
        /// The most.
        max: usize,
    },
    /// Characters other than printable ASCII.
    #[error("not printable ASCII")]
    NotPrintable,
    /// Control characters in a text that may otherwise hold anything.
    #[error("holds control characters")]
    ControlCharacters,
    /// Not `123` or `123.45` in ASCII digits: signs, exponents, separators, spaces and needless zeros in front are refused.
    #[error("not plain decimal text")]
    NotDecimal,
    /// More than [`MAX_AMOUNT_DIGITS`] digits before the point.
    #[error("more than {MAX_AMOUNT_DIGITS} digits before the point")]
    TooLarge,
    /// More digits after the point than the coin has.
    #[error("more than {allowed} decimals")]
    TooManyDecimals {
        /// The coin's own.
        allowed: u32,
    },
    /// Zero, where something must be paid.
    #[error("not above zero")]
    NotPositive,
    /// Neither USDT nor TRX.
    #[error("neither USDT nor TRX")]
    UnknownCoin,
    /// Not the form of the wallet's order ids.
    #[error("not 32 lower-case hex digits")]
    NotOrderId,
    /// A whole number outside its range.
    #[error("not from {min} to {max}")]
    OutOfRange {
        /// The least.
        min: u32,
        /// The most.
        max: u32,
    },
    /// No whole number of the expected size.
    #[error("not a whole number in range")]
    NotWhole,
    /// A word that is none of the closed list.
    #[error("not {expected}")]
    Unexpected {
        /// What it should be.
        expected: &'static str,
    },
    /// Not an absolute http or https URL of a host, in ASCII and without user name or password.
    #[error("not an http or https URL without user name")]
    NotUrl,
}

/// Names the field in which a check failed.
pub(super) fn named<T>(field: &'static str, checked: Result<T, FieldReason>) -> Result<T, FieldError> {
    checked.map_err(|reason| FieldError { field, reason })
}

/// Decimal text above zero, `^(0|[1-9]\d{0,11})(\.\d+)?$` with at most `decimals` digits after the point.
///
/// Needless zeros in front (`01`) are refused, because money that can be written in two ways is compared in two ways.
pub(super) fn amount(text: &str, decimals: u32) -> Result<(), FieldReason> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let padded = whole.len() > 1 && whole.starts_with('0');
    if !all_digits(whole) || padded || fraction.is_some_and(|fraction| !all_digits(fraction)) {
        return Err(FieldReason::NotDecimal);
    }
    if whole.len() > MAX_AMOUNT_DIGITS {
        return Err(FieldReason::TooLarge);
    }
    if fraction.is_some_and(|fraction| fraction.len() > decimals as usize) {
        return Err(FieldReason::TooManyDecimals { allowed: decimals });
    }
    if text.bytes().all(|byte| matches!(byte, b'0' | b'.')) {
        return Err(FieldReason::NotPositive);
    }
    Ok(())
}

/// An order number: 1 to [`MAX_UNIQUE_ID_CHARS`] printable ASCII characters.
pub(super) fn unique_id(text: &str) -> Result<(), FieldReason> {
    printable(text, 1, MAX_UNIQUE_ID_CHARS)
}

/// The wallet's own number of an order: 32 lower-case hex digits.
pub(super) fn order_id(text: &str) -> Result<(), FieldReason> {
    let hex = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if hex && text.len() == ORDER_ID_CHARS {
        Ok(())
    } else {
        Err(FieldReason::NotOrderId)
    }
}

/// A Telegram id: a whole number above zero.
pub(super) fn telegram_id(text: &str) -> Result<u64, FieldReason> {
    match whole(text) {
        Some(0) => Err(FieldReason::NotPositive),
        Some(id) => Ok(id),
        None => Err(FieldReason::NotWhole),
    }
}

/// Printable ASCII of `min` to `max` characters.
pub(super) fn printable(text: &str, min: usize, max: usize) -> Result<(), FieldReason> {
    if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err(FieldReason::NotPrintable);
    }
    length(text, min, max)
}

/// Any language's text for people: 1 to `max` characters, none of them a control character.
pub(super) fn prose(text: &str, max: usize) -> Result<(), FieldReason> {
    if text.chars().any(char::is_control) {
        return Err(FieldReason::ControlCharacters);
    }
    length(text, 1, max)
}

/// An absolute URL with one of the schemes, a host, and neither user name nor password, all in ASCII: PHP's URL filter,
/// which the vendor's refusal smells of, knows nothing else. Checked before parsing, because the parser forgives
/// spaces, tabs and backslashes that other parsers read differently.
pub(super) fn url(text: &str, schemes: &[&str]) -> Result<(), FieldReason> {
    if text.len() > MAX_URL_BYTES {
        return Err(FieldReason::Length {
            min: 1,
            max: MAX_URL_BYTES,
        });
    }
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let (scheme, rest) = text.split_once("://").ok_or(FieldReason::NotUrl)?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let known = schemes.iter().any(|known| scheme.eq_ignore_ascii_case(known));
    // `http://a..b/` parses, but nobody can look the name up, and PHP's filter refuses it.
    let whole_host = |url: &Url| {
        let host = url.host_str().unwrap_or_default();
        let name = host.strip_suffix('.').unwrap_or(host);
        !name.split('.').any(str::is_empty)
    };
    let parses = Url::parse(text).is_ok_and(|url| whole_host(&url));
    if plain && known && parses && !authority.is_empty() && !authority.contains('@') {
        Ok(())
    } else {
        Err(FieldReason::NotUrl)
    }
}

/// The largest whole number of the wire, PHP's `PHP_INT_MAX`. A larger one in JSON is a float to PHP, of which an MD5 sign
/// covers the first digits only: a number with other last digits would be believed.
pub const MAX_WHOLE: u64 = i64::MAX.unsigned_abs();

/// A whole number in canonical decimal digits, at most [`MAX_WHOLE`]; `+1`, `01` and `1.0` are none.
pub(super) fn whole(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let padded = text.len() > 1 && text.starts_with('0');
    if !digits || padded {
        return None;
    }
    text.parse().ok().filter(|&number| number <= MAX_WHOLE)
}

fn length(text: &str, min: usize, max: usize) -> Result<(), FieldReason> {
    let chars = text.chars().count();
    if (min..=max).contains(&chars) {
        Ok(())
    } else {
        Err(FieldReason::Length { min, max })
    }
}

#[cfg(test)]
mod tests;
