//! Reading `latency.hlog`, ours or another tool's with our tags. A file from anywhere may be read: what it claims about
//! sizes is checked before memory is taken for it.

use std::{
    collections::BTreeMap,
    io::{self, Read},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::read::ZlibDecoder;
use hdrhistogram::{
    Histogram,
    serialization::{
        DeserializeError, Deserializer,
        interval_log::{IntervalLogHistogram, IntervalLogIterator, LogEntry, LogIteratorError},
    },
};
use thiserror::Error;

use crate::{
    runlog::LogTag,
    tally::{HIGHEST_US, Tally},
};

/// Bytes of one decoded histogram at most. Ours have 18,432 buckets of at most nine bytes.
const LONGEST_HISTOGRAM: u64 = 256 * 1_024;

/// The head of a compressed histogram: cookie and length.
const COMPRESSED_HEAD: usize = 8;

/// The head of a histogram: cookie, length, offset, digits, lowest, highest, ratio.
const HEAD: usize = 40;

/// A log, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunLog {
    /// The first arrival, milliseconds since the Unix epoch, if the log says.
    pub started_ms: Option<u64>,
    /// The lines, in the order of the file.
    pub lines: Vec<Line>,
}

/// One line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its start, microseconds since the first arrival.
    pub from_us: u64,
    /// How long it lasts, microseconds.
    pub lasts_us: u64,
    /// Which samples.
    pub tag: LogTag,
    /// Their response times.
    pub response: Tally,
}

impl RunLog {
    /// The whole run by tag; nothing is lost.
    pub fn totals(&self) -> BTreeMap<LogTag, Tally> {
        let mut totals: BTreeMap<LogTag, Tally> = BTreeMap::new();
        for line in &self.lines {
            totals.entry(line.tag.clone()).or_default().add(&line.response);
        }
        totals
    }
}

/// Why a log could not be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// A line is not of an interval log, or the last one is cut off.
    #[error("no interval log at byte {offset}")]
    Syntax {
        /// Where, in bytes.
        offset: usize,
    },
    /// A line has no tag, or not one of ours.
    #[error("tag `{tag}` is not phase/class/operation")]
    Tag {
        /// The tag; empty without one.
        tag: String,
    },
    /// A line's histogram is not base64.
    #[error("histogram of `{tag}` is not base64: {source}")]
    Base64 {
        /// The line's tag.
        tag: String,
        /// Why.
        source: base64::DecodeError,
    },
    /// A line's histogram cannot be inflated, or is longer than any of ours.
    #[error("histogram of `{tag}` cannot be inflated: {source}")]
    Inflate {
        /// The line's tag.
        tag: String,
        /// Why.
        source: io::Error,
    },
    /// A line's histogram is not one of times up to two minutes.
    #[error("histogram of `{tag}` is not of this kind of log")]
    Foreign {
        /// The line's tag.
        tag: String,
    },
    /// A line's histogram is damaged.
    #[error("histogram of `{tag}` is damaged: {source}")]
    Histogram {
        /// The line's tag.
        tag: String,
        /// Why.
        source: DeserializeError,
    },
}

/// Reads a log.
pub fn read(bytes: &[u8]) -> Result<RunLog, ReadError> {
    let mut log = RunLog::default();
    let mut deserializer = Deserializer::new();
    for entry in IntervalLogIterator::new(bytes) {
        match entry {
            Ok(LogEntry::StartTime(_)) => {}
            Ok(LogEntry::BaseTime(base)) => log.started_ms = Some(millis(base)),
            Ok(LogEntry::Interval(interval)) => log.lines.push(line(&interval, &mut deserializer)?),
            Err(LogIteratorError::ParseError { offset }) => return Err(ReadError::Syntax { offset }),
        }
    }
    Ok(log)
}

fn line(interval: &IntervalLogHistogram<'_>, deserializer: &mut Deserializer) -> Result<Line, ReadError> {
    let text = interval.tag().map_or("", |tag| tag.as_str());
    let tag = LogTag::parse(text).ok_or_else(|| ReadError::Tag { tag: text.to_owned() })?;
    let plain = inflate(interval.encoded_histogram(), text, LONGEST_HISTOGRAM)?;
    if !is_of_our_bounds(&plain) {
        return Err(ReadError::Foreign { tag: text.to_owned() });
    }
    let histogram: Histogram<u64> =
        deserializer
            .deserialize(&mut plain.as_slice())
            .map_err(|source| ReadError::Histogram {
                tag: text.to_owned(),
                source,
            })?;
    Ok(Line {
        from_us: micros(interval.start_timestamp()),
        lasts_us: micros(interval.duration()),
        tag,
        response: Tally::of(&histogram),
    })
}

/// The bytes of an uncompressed histogram that is safe to decode: at most as many as asked for, as long as it says, and
/// without the one number (nine bytes of 255) the decoder cannot negate.
pub(crate) fn inflate(encoded: &str, tag: &str, longest: u64) -> Result<Vec<u8>, ReadError> {
    let tag = || tag.to_owned();
    let foreign = || ReadError::Foreign { tag: tag() };
    let packed = STANDARD
        .decode(encoded)
        .map_err(|source| ReadError::Base64 { tag: tag(), source })?;
    let body = packed.get(COMPRESSED_HEAD..).ok_or_else(foreign)?;
    let mut plain = Vec::new();
    ZlibDecoder::new(body)
        .take(longest)
        .read_to_end(&mut plain)
        .map_err(|source| ReadError::Inflate { tag: tag(), source })?;
    let length = number(&plain, 0).map(|cookie_and_length| cookie_and_length & u64::from(u32::MAX));
    let sound = length == Some(plain.len().saturating_sub(HEAD) as u64)
        && plain
            .get(HEAD..)
            .is_some_and(|counts| !counts.windows(9).any(|bytes| bytes == [u8::MAX; 9]));
    if sound { Ok(plain) } else { Err(foreign()) }
}

/// Whether a histogram is one of times up to two minutes, as we write them.
fn is_of_our_bounds(plain: &[u8]) -> bool {
    let Bounds { digits, low, high } = bounds(plain);
    digits == Some(3) && low == Some(1) && high.is_some_and(|high| high <= HIGHEST_US)
}

/// What the head of a histogram says of its bounds.
pub(crate) struct Bounds {
    pub(crate) digits: Option<u64>,
    pub(crate) low: Option<u64>,
    pub(crate) high: Option<u64>,
}

pub(crate) fn bounds(plain: &[u8]) -> Bounds {
    Bounds {
        digits: number(plain, 8),
        low: number(plain, 16),
        high: number(plain, 24),
    }
}

fn number(plain: &[u8], at: usize) -> Option<u64> {
    let bytes = plain.get(at..at + 8)?.first_chunk::<8>()?;
    Some(u64::from_be_bytes(*bytes))
}

fn millis(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn micros(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
