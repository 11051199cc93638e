//! Days on the gateway's calendar. Owns where one ends and how it is written; what is counted by day is `quota.rs` and
//! `statement.rs`.

use std::fmt;

use crate::Timestamp;

/// The offset of China, where the wallets' days end: eight hours ahead of UTC, all year.
pub const CHINA_OFFSET_MINUTES: i16 = 8 * 60;

const MS_A_MINUTE: i128 = 60_000;
const MS_A_DAY: i128 = 24 * 60 * MS_A_MINUTE;

/// A day from 1970-01-01 to 9999-12-31.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(u32);

impl Day {
    /// 1970-01-01.
    pub const FIRST: Self = Self(0);
    /// 9999-12-31, the last that four digits of a year can write.
    pub const LAST: Self = Self(2_932_896);

    /// The day that many days after the first; the last for anything beyond it.
    pub const fn new(days: u32) -> Self {
        if days > Self::LAST.0 { Self::LAST } else { Self(days) }
    }

    /// The day a moment belongs to where the clocks are `offset_minutes` ahead of UTC. Moments before the first day or
    /// after the last belong to those.
    pub fn of(moment: Timestamp, offset_minutes: i16) -> Self {
        let local_ms = i128::from(moment.ms()) + i128::from(offset_minutes) * MS_A_MINUTE;
        let days = local_ms.div_euclid(MS_A_DAY).max(0);
        Self::new(u32::try_from(days).unwrap_or(u32::MAX))
    }

    /// Days since 1970-01-01.
    pub const fn days(self) -> u32 {
        self.0
    }

    /// The day after it; `None` after the last.
    pub fn next(self) -> Option<Self> {
        (self < Self::LAST).then(|| Self(self.0 + 1))
    }

    /// `2026-11-26`
    pub fn iso(self) -> String {
        self.to_string()
    }

    /// Reads what [`iso`](Self::iso) writes.
    ///
    /// # Errors
    /// For any other text, and for days that are in no calendar.
    pub fn parse(text: &str) -> Result<Self, DayError> {
        let read = || {
            let shaped = text.len() == 10
                && text.bytes().enumerate().all(|(place, byte)| match place {
                    4 | 7 => byte == b'-',
                    _ => byte.is_ascii_digit(),
                });
            let number = |from: usize, to: usize| text[from..to].parse::<u32>().ok();
            let day = shaped.then(|| days_since_first(number(0, 4)?, number(5, 7)?, number(8, 10)?))??;
            // A day that is in no calendar, such as 2026-02-30, is printed as the one it would run over into.
            Some(Self(day)).filter(|day| *day <= Self::LAST && day.to_string() == text)
        };
        read().ok_or(DayError)
    }
}

/// As [`iso`](Day::iso).
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil(self.0);
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// A moment in UTC, `2026-11-26T08:00:00.000Z`.
pub(crate) fn iso_moment(moment: Timestamp) -> String {
    let of_day = moment.ms() % MS_A_DAY as u64;
    let (seconds, ms) = (of_day / 1_000, of_day % 1_000);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z", Day::of(moment, 0))
}

/// Years are counted from March, so that a leap day is the last of its year, and in eras of 400 years, which all have
/// the same number of days. 719,468 days lie between 0000-03-01 and 1970-01-01.
fn days_since_first(year: u32, month: u32, day: u32) -> Option<u32> {
    let month_from_march = (month + 9) % 12;
    let year = year.checked_sub(u32::from(month <= 2))?;
    let day_of_year = (153 * month_from_march + 2) / 5 + day.checked_sub(1)?;
    (year * 365 + year / 4 + day_of_year + year / 400).checked_sub(year / 100 + 719_468)
}

/// Year, month and day; the inverse of [`days_since_first`].
fn civil(days: u32) -> (u32, u32, u32) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    (era * 400 + year_of_era + u32::from(month <= 2), month, day)
}

/// A text that names no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a day such as 2026-11-26")]
pub struct DayError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_read_back_what_they_print() {
        for (days, text) in [
            (0, "1970-01-01"),
            (58, "1970-02-28"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (20_783, "2026-11-26"),
            (20_818, "2026-12-31"),
            (47_540, "2100-02-28"),
            (47_541, "2100-03-01"),
            (2_932_896, "9999-12-31"),
        ] {
            assert_eq!(Day::new(days).iso(), text);
            assert_eq!(Day::parse(text), Ok(Day(days)));
        }
        for days in 0..=Day::LAST.0 {
            let (year, month, day) = civil(days);
            assert_eq!(days_since_first(year, month, day), Some(days));
        }
    }

    #[test]
    fn other_texts_are_no_days() {
        for text in [
            "",
            "2026-11-2",
            "2026-11-261",
            "2026/11/26",
            "2026-13-01",
            "2026-00-10",
            "2026-02-29",
            "2026-11-31",
            "2026-11-00",
            "2026-1-026",
            "+026-11-26",
            "1969-12-31",
            "0000-01-01",
            "20é6-11-2",
            "２026-11-2",
        ] {
            assert_eq!(Day::parse(text), Err(DayError), "{text}");
        }
    }

    #[test]
    fn a_day_ends_by_the_offset() {
        // 2026-11-26T15:59:59.999Z, a millisecond before midnight in China.
        let late = Timestamp(1_795_708_799_999);
        assert_eq!(iso_moment(late), "2026-11-26T15:59:59.999Z");
        for (moment, offset_minutes, expected) in [
            (late, CHINA_OFFSET_MINUTES, "2026-11-26"),
            (Timestamp(late.ms() + 1), CHINA_OFFSET_MINUTES, "2026-11-27"),
            (Timestamp(late.ms() + 1), 0, "2026-11-26"),
            (Timestamp(late.ms() + 1), -16 * 60 - 1, "2026-11-25"),
            (Timestamp(0), 0, "1970-01-01"),
            (Timestamp(0), -1, "1970-01-01"),
            (Timestamp(u64::MAX), i16::MAX, "9999-12-31"),
        ] {
            assert_eq!(
                Day::of(moment, offset_minutes).iso(),
                expected,
                "{moment:?} {offset_minutes}"
            );
        }
        assert_eq!(Day::new(u32::MAX), Day::LAST);
        assert_eq!(Day::FIRST.next(), Some(Day(1)));
        assert_eq!(Day::LAST.next(), None);
    }
}
