//! How fast the gateway's calendar runs against the wall: an exact ratio.

use std::{fmt, time::Duration};

use rust_decimal::{Decimal, prelude::ToPrimitive};

/// What one stands for.
const ONE: u64 = 1_000_000;
/// A million times as fast as the wall.
const FASTEST: u64 = 1_000_000 * ONE;
/// Decimals that a speed may have.
const DECIMALS: usize = 6;

/// Calendar time for each stretch of wall time, in millionths: above zero, at most a million.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Speed(u64);

impl Speed {
    /// In step with the wall.
    pub(crate) const ONE: Self = Self(ONE);

    /// A scenario's speed, which it has checked; what is no speed nevertheless gives none.
    pub(crate) fn of(speed: Decimal) -> Option<Self> {
        let millionths = speed.checked_mul(Decimal::from(ONE))?;
        millionths
            .is_integer()
            .then(|| millionths.to_u64())?
            .and_then(Self::of_millionths)
    }

    /// Reads `60` or `0.5`: plain digits, at most six decimals, no zeros before.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let padded = whole.len() > 1 && whole.starts_with('0');
        if !digits(whole) || padded || !digits(decimals) || decimals.len() > DECIMALS {
            return None;
        }
        let millionths: u64 = format!("{decimals:0<DECIMALS$}").parse().ok()?;
        let whole: u64 = whole.parse().ok()?;
        Self::of_millionths(whole.checked_mul(ONE)?.checked_add(millionths)?)
    }

    fn of_millionths(millionths: u64) -> Option<Self> {
        (1..=FASTEST).contains(&millionths).then_some(Self(millionths))
    }

    /// How far the calendar comes while that much passes on the wall.
    pub(crate) fn calendar(self, wall: Duration) -> Duration {
        duration(scaled(wall, self.0) / u128::from(ONE))
    }

    /// How long the wall takes until the calendar has come that far; never less.
    pub(crate) fn wall(self, calendar: Duration) -> Duration {
        duration(scaled(calendar, ONE).div_ceil(u128::from(self.0)))
    }
}

/// The shortest text that [`Speed::parse`] reads as it.
impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, millionths) = (self.0 / ONE, self.0 % ONE);
        let decimals = format!("{millionths:0DECIMALS$}");
        match decimals.trim_end_matches('0') {
            "" => write!(f, "{whole}"),
            decimals => write!(f, "{whole}.{decimals}"),
        }
    }
}

/// Nanoseconds, times a factor of at most 2^40: there are fewer than 2^94 in the longest duration, so what has no room
/// is far beyond any calendar.
fn scaled(duration: Duration, factor: u64) -> u128 {
    duration.as_nanos().saturating_mul(u128::from(factor))
}

fn duration(nanos: u128) -> Duration {
    let seconds = u64::try_from(nanos / 1_000_000_000).unwrap_or(u64::MAX);
    let rest = u32::try_from(nanos % 1_000_000_000).expect("a remainder of 10^9 fits");
    Duration::new(seconds, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_are_plain_numbers_above_zero_up_to_a_million() {
        for (text, read) in [
            ("60", Some("60")),
            ("1", Some("1")),
            ("0.5", Some("0.5")),
            ("1.50", Some("1.5")),
            ("0.000001", Some("0.000001")),
            ("1000000", Some("1000000")),
            ("1000000.000001", None),
            ("1000001", None),
            ("0", None),
            ("0.0", None),
            ("0.0000001", None),
            ("-1", None),
            ("+1", None),
            ("060", None),
            ("00.5", None),
            (".5", None),
            ("5.", None),
            ("", None),
            ("1e3", None),
            ("1_000", None),
            (" 60", None),
            ("60\n", None),
            ("fast", None),
            ("６０", None),
            ("99999999999999999999999", None),
        ] {
            let speed = Speed::parse(text);
            assert_eq!(speed.map(|speed| speed.to_string()).as_deref(), read, "{text:?}");
        }
    }

    #[test]
    fn a_scenarios_speed_is_the_same_number() {
        for text in ["60", "0.5", "1.50", "0.000001", "1000000"] {
            assert_eq!(Speed::of(text.parse().unwrap()), Speed::parse(text), "{text}");
        }
        for text in ["0", "-1", "0.0000001", "1000000.1", "79228162514264337593543950335"] {
            assert_eq!(Speed::of(text.parse().unwrap()), None, "{text}");
        }
    }

    #[test]
    fn the_wall_is_never_over_before_the_calendar_is_there() {
        for text in ["60", "3600", "0.3", "7.000001", "1000000", "0.000001", "1"] {
            let speed = Speed::parse(text).unwrap();
            for nanos in [0, 1, 2, 59, 60, 61, 999, 1_000_000_007, 86_400_000_000_000] {
                let far = Duration::from_nanos(nanos);
                assert!(speed.calendar(speed.wall(far)) >= far, "{text} {nanos}");
            }
        }
        let hour = Speed::parse("3600").unwrap();
        assert_eq!(hour.calendar(Duration::from_secs(2)), Duration::from_secs(7_200));
        assert_eq!(hour.wall(Duration::from_secs(5)), Duration::from_nanos(1_388_889));
        assert!(hour.calendar(Duration::MAX) > Duration::from_secs(u64::from(u32::MAX)));
    }
}
