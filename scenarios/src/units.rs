//! The words for durations, shares and rates, read from text and written back. Where they stand in a file or a sentence
//! is left to the readers.

use std::time::Duration;

use rust_decimal::Decimal;

use crate::scenario::{Rate, Ratio};

/// The longest duration of a scenario: a leap year. It keeps every sum of durations far from overflow.
pub const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// A word that is no such quantity: what is wrong, and how it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotAQuantity {
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

/// Reads a duration as scenario files write it, for whoever takes one from elsewhere. What is wrong with another text is
/// said in words.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    duration(text).map_err(|problem| {
        let help = problem.help.map(|help| format!(": {help}"));
        format!("{}{}", problem.message, help.unwrap_or_default())
    })
}

/// Reads `400ms`, `1.5s`, `2m` or `1h`: a number and a unit, exact to the nanosecond, at most [`LONGEST`].
pub(crate) fn duration(text: &str) -> Result<Duration, NotAQuantity> {
    let (number, unit) = number_and_rest(text);
    let Some((mantissa, scale)) = decimal_parts(number) else {
        let help = if text.starts_with('.') {
            format!("write 0{text}")
        } else {
            "a duration is a number and a unit, such as 300ms or 30s".to_owned()
        };
        return Err(wrong(format!("`{text}` is no duration"), help));
    };
    let Some((_, nanos)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return Err(if unit.is_empty() {
            wrong(
                format!("`{text}` lacks a unit"),
                format!("write {number}ms or {number}s"),
            )
        } else {
            let help = match unit_meant(unit) {
                Some(meant) => format!("write {number}{meant}"),
                None => "the units are us, ms, s, m and h".to_owned(),
            };
            wrong(format!("`{unit}` is no unit of time"), help)
        });
    };
    let scaled = u128::from(mantissa) * u128::from(*nanos);
    let divisor = 10_u128.pow(scale);
    if scaled > LONGEST.as_nanos() * divisor {
        return Err(wrong(
            format!("`{text}` is longer than 366 days"),
            "the longest duration of a scenario is 366 days",
        ));
    }
    if scaled % divisor != 0 {
        return Err(wrong(
            format!("`{text}` is finer than a nanosecond"),
            "write fewer decimals",
        ));
    }
    let nanos = u64::try_from(scaled / divisor).expect("366 days of nanoseconds fit into 64 bits");
    Ok(Duration::from_nanos(nanos))
}

/// The unit that somebody meant who wrote it out, or a blank before it.
fn unit_meant(unit: &str) -> Option<&'static str> {
    let written = unit.trim().to_lowercase();
    let meant = match written.as_str() {
        "sec" | "secs" | "second" | "seconds" => "s",
        "min" | "mins" | "minute" | "minutes" => "m",
        "hr" | "hour" | "hours" => "h",
        "msec" | "millis" | "milliseconds" => "ms",
        "µs" | "μs" | "usec" | "micros" => "us",
        short => short,
    };
    UNITS.iter().map(|(name, _)| *name).find(|name| *name == meant)
}

/// Reads `99.5%` or `1/20` as an exact share in lowest terms.
pub(crate) fn share(text: &str) -> Result<Ratio, NotAQuantity> {
    let too_large = || {
        wrong(
            format!("`{text}` is more than the whole"),
            "a share lies between 0% and 100%",
        )
    };
    let ratio = if let Some(number) = text.strip_suffix('%') {
        decimal_parts(number).and_then(|(num, scale)| Some((num, 10_u64.checked_pow(scale + 2)?)))
    } else if let Some((num, den)) = text.split_once('/') {
        whole(num).zip(whole(den)).filter(|(_, den)| *den > 0)
    } else if let Some((num, scale)) = decimal_parts(text) {
        let den = 10_u64.pow(scale);
        let help = if num == 0 || scale == 0 {
            format!("write {text}%")
        } else if num <= den {
            // Other tools write chances from 0 to 1; `0.2%` for their `0.2` would be a hundredth of it.
            format!("write {} for {text} of the whole, or {text}%", Ratio { num, den })
        } else {
            format!("write {text}%, or the share as a ratio such as 1/20")
        };
        return Err(wrong(format!("`{text}` is a bare number where a share stands"), help));
    } else {
        None
    };
    let Some((num, den)) = ratio else {
        let close: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
        let help = if text.starts_with('.') {
            format!("write 0{text}")
        } else if close != text && share(&close).is_ok() {
            format!("write {close}, without blanks")
        } else {
            "a share is written 99.5% or 1/20".to_owned()
        };
        return Err(wrong(format!("`{text}` is no share"), help));
    };
    if num > den {
        return Err(too_large());
    }
    let common = greatest_common_divisor(num, den);
    Ok(Ratio {
        num: num / common,
        den: den / common,
    })
}

/// Reads `200/s`: a number above zero, exact to a millionth and at most a billion a second.
pub(crate) fn rate(text: &str) -> Result<Rate, NotAQuantity> {
    match rate_from_zero(text)? {
        Rate(zero) if zero.is_zero() => Err(wrong(
            format!("`{text}` is out of range"),
            "a rate is above zero and at most a billion a second",
        )),
        rate => Ok(rate),
    }
}

/// The same where nothing a second makes sense, such as at the foot of a ramp.
pub(crate) fn rate_from_zero(text: &str) -> Result<Rate, NotAQuantity> {
    let Some(number) = text.strip_suffix("/s") else {
        let (number, _) = number_and_rest(text);
        let example = if number.is_empty() { "200" } else { number };
        return Err(wrong(
            format!("`{text}` is no rate"),
            format!("a rate is a number a second, such as {example}/s"),
        ));
    };
    let Some((mantissa, scale)) = decimal_parts(number).filter(|(_, scale)| *scale <= DECIMALS_OF_A_RATE) else {
        return Err(wrong(
            format!("`{text}` is no rate"),
            "a rate is a number with at most six decimals, such as 200/s",
        ));
    };
    let value = Decimal::from_i128_with_scale(i128::from(mantissa), scale);
    if value > Decimal::from(HIGHEST_RATE) {
        return Err(wrong(
            format!("`{text}` is out of range"),
            "a rate is above zero and at most a billion a second",
        ));
    }
    Ok(Rate(value))
}

/// Reads `2KB`, `10MB` or `4KiB` as bytes, at most [`LARGEST_SIZE`].
pub(crate) fn size(text: &str) -> Result<u64, NotAQuantity> {
    let (number, unit) = number_and_rest(text);
    let known = SIZES.iter().find(|(name, _)| *name == unit);
    let bytes = known.and_then(|(_, bytes)| {
        let (mantissa, scale) = decimal_parts(number)?;
        let scaled = u128::from(mantissa) * u128::from(*bytes);
        let divisor = 10_u128.pow(scale);
        u64::try_from(scaled / divisor).ok().filter(|_| scaled % divisor == 0)
    });
    match bytes {
        Some(bytes) if bytes <= LARGEST_SIZE => Ok(bytes),
        Some(_) => Err(wrong(format!("`{text}` is too large"), "at most 100MB")),
        None => Err(wrong(
            format!("`{text}` is no size"),
            "a size is a number and a unit, such as 500B, 2KB, 10MB or 4KiB",
        )),
    }
}

/// Reads `2KB/s` as bytes a second, above zero.
pub(crate) fn bandwidth(text: &str) -> Result<u64, NotAQuantity> {
    let help = "a bandwidth is a size a second, such as 2KB/s";
    let Some(size_text) = text.strip_suffix("/s") else {
        return Err(wrong(format!("`{text}` is no bandwidth"), help));
    };
    match size(size_text) {
        Ok(0) => Err(wrong(
            format!("`{text}` lets nothing through"),
            "above zero; for no answer write `hang`",
        )),
        Ok(bytes) => Ok(bytes),
        Err(_) => Err(wrong(format!("`{text}` is no bandwidth"), help)),
    }
}

/// Reads a factor such as `60` or `0.5`: above zero and at most a million, with at most six decimals.
pub(crate) fn factor(text: &str) -> Result<Decimal, NotAQuantity> {
    let read = decimal_parts(text).filter(|(_, scale)| *scale <= DECIMALS_OF_A_RATE);
    let value = read.map(|(mantissa, scale)| Decimal::from_i128_with_scale(i128::from(mantissa), scale));
    match value {
        Some(value) if !value.is_zero() && value <= Decimal::from(LARGEST_FACTOR) => Ok(value),
        Some(_) | None => Err(wrong(
            format!("`{text}` is no factor"),
            "a factor is a number above zero and at most 1000000, such as 60 or 0.5",
        )),
    }
}

/// Writes bytes in the largest unit that needs no decimals: `2KB`, `1500B`.
pub(crate) fn size_text(bytes: u64) -> String {
    let fits = |(_, size): &&(&str, u64)| bytes >= *size && bytes.is_multiple_of(*size);
    match DECIMAL_SIZES.iter().find(fits) {
        Some((unit, size)) => format!("{}{unit}", bytes / size),
        None => format!("{bytes}B"),
    }
}

/// Reads digits alone.
pub(crate) fn whole(text: &str) -> Option<u64> {
    decimal_parts(text).and_then(|(value, scale)| (scale == 0).then_some(value))
}

/// Reads `12` or `12.50` as digits and the number of decimals; at most 18 digits, no sign and no exponent.
pub(crate) fn decimal_parts(text: &str) -> Option<(u64, u32)> {
    let (whole, decimals) = text
        .split_once('.')
        .map_or((text, None), |(whole, decimals)| (whole, Some(decimals)));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !decimals.is_none_or(is_number) {
        return None;
    }
    let decimals = decimals.unwrap_or_default();
    if whole.len() + decimals.len() > MOST_DIGITS {
        return None;
    }
    let digits = whole.bytes().chain(decimals.bytes());
    let value = digits.fold(0_u64, |value, digit| value * 10 + u64::from(digit - b'0'));
    Some((value, u32::try_from(decimals.len()).expect("at most eighteen decimals")))
}

/// Writes a duration exactly, in the largest unit that needs no decimals: `30s`, `2m`, `1500ms`.
pub fn duration_text(duration: Duration) -> String {
    let nanos = duration.as_nanos();
    for (unit, size) in UNITS {
        let size = u128::from(size);
        if nanos >= size && nanos.is_multiple_of(size) {
            return format!("{}{unit}", nanos / size);
        }
    }
    if nanos == 0 {
        "0s".to_owned()
    } else {
        format!(
            "{}us",
            Decimal::from_i128_with_scale(i128::try_from(nanos).unwrap_or(i128::MAX), 3).normalize()
        )
    }
}

/// A rate in millionths of an arrival a second, the resolution of every schedule; at most a billion a second.
pub(crate) fn millionths_per_second(rate: Decimal) -> u64 {
    let most = Decimal::from(HIGHEST_RATE);
    let millionths = rate.clamp(Decimal::ZERO, most) * Decimal::from(1_000_000);
    u64::try_from(millionths.round()).expect("a billion a second, in millionths, fits into 64 bits")
}

pub(crate) fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

fn number_and_rest(text: &str) -> (&str, &str) {
    let end = text
        .find(|letter: char| !(letter.is_ascii_digit() || letter == '.'))
        .unwrap_or(text.len());
    text.split_at(end)
}

fn wrong(message: String, help: impl Into<String>) -> NotAQuantity {
    NotAQuantity {
        message,
        help: Some(help.into()),
    }
}

/// Units of time with their nanoseconds, longest first.
const UNITS: [(&str, u64); 5] = [
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
];

/// Units of size with their bytes.
const SIZES: [(&str, u64); 5] = [
    ("B", 1),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("KiB", 1_024),
    ("MiB", 1_048_576),
];
const DECIMAL_SIZES: [(&str, u64); 2] = [("MB", 1_000_000), ("KB", 1_000)];
/// No answer is larger.
const LARGEST_SIZE: u64 = 100_000_000;
const LARGEST_FACTOR: u32 = 1_000_000;

/// A billion arrivals a second is beyond any generator and keeps the arithmetic of schedules within 128 bits.
const HIGHEST_RATE: u64 = 1_000_000_000;

/// Schedules compute in millionths of an arrival.
const DECIMALS_OF_A_RATE: u32 = 6;

/// Eighteen digits fit into 64 bits whatever they are.
const MOST_DIGITS: usize = 18;

#[cfg(test)]
mod tests;
