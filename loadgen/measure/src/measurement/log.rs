//! Interval logs of any tool.

use std::collections::{BTreeMap, BTreeSet};

use hdrhistogram::{
    Histogram,
    serialization::{
        Deserializer,
        interval_log::{IntervalLogIterator, LogEntry, LogIteratorError},
    },
};

use super::{Measurement, MeasurementError, Unit};
use crate::runlog::{ReadError, UNIT_COMMENT, bounds, inflate};

/// Whether it looks like a log: such a file opens with comments, and every line of values ends with a histogram.
pub(super) fn is_log(bytes: &[u8]) -> bool {
    let lines = bytes.split(|byte| *byte == b'\n').take(HEAD_LINES);
    let mut lines = lines.filter(|line| !line.trim_ascii().is_empty());
    lines.any(|line| {
        let histogram = line.rsplit(|byte| *byte == b',').next().unwrap_or_default();
        line.starts_with(b"#[Histogram log format") || histogram.starts_with(b"HIST")
    })
}

pub(super) fn read(bytes: &[u8], tags: &[String], unit: Option<Unit>) -> Result<Measurement, MeasurementError> {
    let says_micros = bytes
        .windows(UNIT_COMMENT.len())
        .take(HEAD_BYTES)
        .any(|part| part == UNIT_COMMENT.as_bytes());
    let own = says_micros.then_some(Unit::Microseconds);
    let unit = unit.or(own).ok_or(MeasurementError::NoUnit)?.nanos();
    let mut deserializer = Deserializer::new();
    let mut found = BTreeSet::new();
    let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
    let mut shortest = u64::MAX;
    for entry in IntervalLogIterator::new(bytes) {
        let interval = match entry {
            Ok(LogEntry::Interval(interval)) => interval,
            Ok(LogEntry::StartTime(_) | LogEntry::BaseTime(_)) => continue,
            Err(LogIteratorError::ParseError { offset }) => return Err(ReadError::Syntax { offset }.into()),
        };
        let tag = interval.tag().map_or("", |tag| tag.as_str());
        found.insert(tag.to_owned());
        if !tags.is_empty() && !tags.iter().any(|wanted| is_meant(wanted, tag)) {
            continue;
        }
        let histogram = histogram(interval.encoded_histogram(), tag, &mut deserializer)?;
        if !histogram.is_empty() {
            shortest = shortest.min(histogram.min().saturating_mul(unit));
        }
        for bucket in histogram.iter_recorded() {
            let count = counts
                .entry(bucket.value_iterated_to().saturating_mul(unit))
                .or_default();
            *count = count.saturating_add(bucket.count_at_value());
        }
    }
    let found: Vec<String> = found.into_iter().collect();
    if let Some(tag) = tags
        .iter()
        .find(|wanted| !found.iter().any(|tag| is_meant(wanted, tag)))
    {
        return Err(MeasurementError::NoTag {
            tag: tag.clone(),
            tags: found,
        });
    }
    if tags.is_empty() && found.len() > 1 {
        return Err(MeasurementError::Tags { tags: found });
    }
    Ok(Measurement::of(&counts, shortest))
}

/// Whether a tag is the one asked for: part by part, `*` standing for any.
fn is_meant(wanted: &str, tag: &str) -> bool {
    let (mut wanted, mut parts) = (wanted.split('/'), tag.split('/'));
    loop {
        match (wanted.next(), parts.next()) {
            (None, None) => return true,
            (Some(wanted), Some(part)) if wanted == "*" || wanted == part => {}
            (Some(_), _) | (None, Some(_)) => return false,
        }
    }
}

fn histogram(encoded: &str, tag: &str, deserializer: &mut Deserializer) -> Result<Histogram<u64>, ReadError> {
    let plain = inflate(encoded, tag, LONGEST_HISTOGRAM)?;
    let bounds = bounds(&plain);
    let takes_little = bounds.digits.is_some_and(|digits| digits <= MOST_DIGITS)
        && bounds.low.is_some_and(|low| low <= HIGHEST_LOW)
        && bounds.high.is_some_and(|high| i64::try_from(high).is_ok());
    if !takes_little {
        return Err(ReadError::Foreign { tag: tag.to_owned() });
    }
    deserializer
        .deserialize(&mut plain.as_slice())
        .map_err(|source| ReadError::Histogram {
            tag: tag.to_owned(),
            source,
        })
}

/// Bytes of one decoded histogram at most: five digits over an hour in nanoseconds, all buckets filled.
const LONGEST_HISTOGRAM: u64 = 16 << 20;
/// HdrHistogram has no more; a histogram of five digits over all of 63 bits takes 50 MB.
const MOST_DIGITS: u64 = 5;
/// A histogram whose unit is longer than a quarter of an hour in nanoseconds is none of latencies.
const HIGHEST_LOW: u64 = 1 << 40;
/// Where a log shows what it is.
const HEAD_LINES: usize = 20;
const HEAD_BYTES: usize = 4_096;
