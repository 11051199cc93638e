//! A measurement in a file, ours or another tool's: an HdrHistogram interval log, the percentiles that tools of
//! HdrHistogram print, or a plain list of times. What is made of it is left to the caller.
//!
//! A file from anywhere may be read: what it claims about sizes is checked before memory is taken for it.

mod log;
mod text;

use std::{collections::BTreeMap, time::Duration};

use thiserror::Error;

use crate::runlog::ReadError;

/// Bytes of a file, at most: a log of a day of ours has less.
pub const MOST_BYTES: u64 = 64 << 20;

/// The unit of the numbers in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Nanoseconds.
    Nanoseconds,
    /// Microseconds.
    Microseconds,
    /// Milliseconds.
    Milliseconds,
    /// Seconds.
    Seconds,
}

/// How often each time was measured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measurement {
    /// The shortest, in nanoseconds.
    shortest: u64,
    /// Times in nanoseconds, rising, and how many values are at most this.
    rows: Vec<(u64, u64)>,
}

/// Why a measurement cannot be read.
#[derive(Debug, Error)]
pub enum MeasurementError {
    /// A log cannot be read.
    #[error("the log cannot be read: {0}")]
    Log(#[from] ReadError),
    /// A log does not say its unit.
    #[error(
        "the log does not say the unit of its values: add --unit ns, us, ms or s (HdrHistogram's own tools use ns)"
    )]
    NoUnit,
    /// Nothing in the log has the tag.
    #[error("the log has no tag `{tag}`; it has {}", listed(.tags))]
    NoTag {
        /// The tag asked for.
        tag: String,
        /// Those there are.
        tags: Vec<String>,
    },
    /// The log has several tags, and none was asked for.
    #[error("the log has several tags: choose with --from, `*` standing for any part; it has {}", listed(.tags))]
    Tags {
        /// Those there are.
        tags: Vec<String>,
    },
    /// A tag was asked for, of a file without any.
    #[error("only interval logs have tags: leave out --from")]
    NotTagged,
    /// A line is not what such a file holds.
    #[error("line {line} is neither percentiles of HdrHistogram (value, percentile, count) nor a time: `{text}`")]
    Line {
        /// Its number.
        line: usize,
        /// Its start.
        text: String,
    },
    /// Times or counts fall where they rise in a distribution.
    #[error("line {line} is below the one before it: times and counts of a distribution rise")]
    Falls {
        /// Its number.
        line: usize,
    },
    /// Not text, and no log.
    #[error("it is not text: an interval log, percentiles of HdrHistogram, or one time a line")]
    NotText,
    /// Nothing was measured.
    #[error("it holds no values")]
    Empty,
}

/// Reads a measurement. `tags` are those of a log's lines that count, `*` standing for any part between slashes; without
/// any, the log must have one alone. Without a unit, a log must say its own, and text is in milliseconds.
///
/// # Errors
/// See [`MeasurementError`].
pub fn read(bytes: &[u8], tags: &[String], unit: Option<Unit>) -> Result<Measurement, MeasurementError> {
    let measurement = if log::is_log(bytes) {
        log::read(bytes, tags, unit)?
    } else if tags.is_empty() {
        let text = std::str::from_utf8(bytes).map_err(|_| MeasurementError::NotText)?;
        text::read(text, unit.unwrap_or(Unit::Milliseconds))?
    } else {
        return Err(MeasurementError::NotTagged);
    };
    if measurement.rows.is_empty() {
        return Err(MeasurementError::Empty);
    }
    Ok(measurement)
}

impl Measurement {
    /// How many values there are.
    pub fn count(&self) -> u64 {
        self.rows.last().map_or(0, |(_, count)| *count)
    }

    /// The time that this share of all values, in millionths, stays within, rounded to a microsecond. The whole is the
    /// longest, nothing the shortest; a larger share is never shorter.
    pub fn at(&self, millionths: u32) -> Duration {
        let rank = (u128::from(self.count()) * u128::from(millionths)).div_ceil(1_000_000);
        let within = self.rows.iter().find(|(_, count)| u128::from(*count) >= rank);
        let nanos = match within {
            Some((nanos, _)) if rank > 0 => *nanos,
            Some(_) | None => self.shortest,
        };
        Duration::from_micros(nanos.saturating_add(500) / 1_000)
    }

    /// Of times and their counts; `shortest` is at most the first.
    fn of(counts: &BTreeMap<u64, u64>, shortest: u64) -> Self {
        let mut sum = 0_u64;
        let rows = counts.iter().map(|(nanos, count)| {
            sum = sum.saturating_add(*count);
            (*nanos, sum)
        });
        Self {
            rows: rows.collect(),
            shortest,
        }
    }
}

impl Unit {
    fn nanos(self) -> u64 {
        match self {
            Self::Nanoseconds => 1,
            Self::Microseconds => 1_000,
            Self::Milliseconds => 1_000_000,
            Self::Seconds => 1_000_000_000,
        }
    }
}

/// Tags as messages list them.
fn listed(tags: &[String]) -> String {
    let more = match tags.len().saturating_sub(MOST_TAGS) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let named = tags.iter().take(MOST_TAGS).map(|tag| match tag.as_str() {
        "" => "lines without a tag".to_owned(),
        tag => format!("`{tag}`"),
    });
    named.collect::<Vec<_>>().join(", ") + &more
}

/// More tags than these help nobody.
const MOST_TAGS: usize = 40;

#[cfg(test)]
mod tests;
