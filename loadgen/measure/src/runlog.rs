//! `latency.hlog`: response times of a run as an HdrHistogram interval log (V2, deflate), for any tool that reads these.
//!
//! One line is one second of one tag, `phase/class/operation`; samples that came in late have a further line for their
//! second, and lines add up without loss. Values are microseconds, timestamps seconds since the base time, which is the
//! run's first arrival. Whether the scenario expected an error is not in the log, nor are service times: a tool that
//! sums all lines must find each sample once.

mod read;

use std::{
    collections::BTreeMap,
    io::{self, Write},
    time::{Duration, SystemTime},
};

use hdrhistogram::{
    Histogram,
    serialization::{
        V2DeflateSerializeError, V2DeflateSerializer,
        interval_log::{IntervalLogWriterBuilder, IntervalLogWriterError, Tag},
    },
};
use thiserror::Error;

pub use self::read::{Line, ReadError, RunLog, read};
pub(crate) use self::read::{bounds, inflate};
use crate::{
    recorder::{Interval, second_of},
    sample::Class,
    tally::{self, Tally},
    window::Names,
};

/// The columns, as tools of HdrHistogram expect them.
const LEGEND: &str = "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"";

/// How a log of ours says its unit.
pub(crate) const UNIT_COMMENT: &str = "Response times of a paydrill run in microseconds, tagged phase/class/operation";

/// Which samples a line holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogTag {
    /// The phase's name.
    pub phase: String,
    /// How they ended.
    pub class: Class,
    /// The word of the operation or journey.
    pub what: String,
}

impl LogTag {
    /// The text of the tag. What would end a part, the tag or the line is written as `%2C`.
    pub fn text(&self) -> String {
        format!("{}/{}/{}", escaped(&self.phase), self.class.word(), escaped(&self.what))
    }

    /// Reads the text of a tag.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let (phase, class, what) = (parts.next()?, parts.next()?, parts.next()?);
        let class = Class::ALL.into_iter().find(|known| known.word() == class)?;
        parts.next().is_none().then_some(())?;
        Some(Self {
            phase: unescaped(phase)?,
            class,
            what: unescaped(what)?,
        })
    }
}

/// Why a log could not be written.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The output failed.
    #[error("cannot write the latency log: {0}")]
    Output(#[from] io::Error),
    /// A histogram could not be encoded.
    #[error("cannot encode a histogram: {0}")]
    Encode(V2DeflateSerializeError),
}

impl From<IntervalLogWriterError<V2DeflateSerializeError>> for WriteError {
    fn from(error: IntervalLogWriterError<V2DeflateSerializeError>) -> Self {
        match error {
            IntervalLogWriterError::IoError(error) => Self::Output(error),
            IntervalLogWriterError::SerializeError(error) => Self::Encode(error),
        }
    }
}

/// Writes a log while a run goes on. Holds only the seconds that are not complete.
pub struct LogWriter<W> {
    out: W,
    phases: Vec<String>,
    names: Names,
    /// By second, then tag.
    pending: BTreeMap<(u32, LogTag), Tally>,
    serializer: V2DeflateSerializer,
    scratch: Histogram<u64>,
}

impl<W: Write> LogWriter<W> {
    /// Writes the head. `started_ms` is the first arrival, milliseconds since the Unix epoch; samples refer to the phases
    /// and names by their index.
    pub fn begin(mut out: W, started_ms: u64, phases: Vec<String>, names: Names) -> Result<Self, WriteError> {
        let started = SystemTime::UNIX_EPOCH + Duration::from_millis(started_ms);
        let mut serializer = V2DeflateSerializer::new();
        IntervalLogWriterBuilder::new()
            .add_comment("[Histogram log format version 1.3]")
            .add_comment(UNIT_COMMENT)
            .with_start_time(started)
            .with_base_time(started)
            .begin_log_with(&mut out, &mut serializer)?;
        writeln!(out, "{LEGEND}")?;
        Ok(Self {
            out,
            phases,
            names,
            pending: BTreeMap::new(),
            serializer,
            scratch: tally::dense(),
        })
    }

    /// Takes in what was recorded up to now, microseconds since the first arrival, and writes the complete seconds.
    pub fn write(&mut self, interval: &Interval, now_us: u64) -> Result<(), WriteError> {
        for (key, times) in &interval.times {
            let phase = self
                .phases
                .get(usize::from(key.phase))
                .map_or("-", String::as_str)
                .to_owned();
            let tag = LogTag {
                phase,
                class: key.class,
                what: self.names.word(key.what).to_owned(),
            };
            self.pending.entry((key.second, tag)).or_default().add(&times.response);
        }
        self.write_until(second_of(now_us))
    }

    /// Writes what is left and gives the output back, flushed.
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.write_until(u32::MAX)?;
        self.out.flush()?;
        Ok(self.out)
    }

    /// Writes every second before this one.
    fn write_until(&mut self, second: u32) -> Result<(), WriteError> {
        // A builder without comments writes none, so a new one for each batch leaves no trace and borrows only here.
        let mut lines = IntervalLogWriterBuilder::new().begin_log_with(&mut self.out, &mut self.serializer)?;
        while let Some(entry) = self.pending.first_entry() {
            if entry.key().0 >= second {
                break;
            }
            let ((second, tag), times) = entry.remove_entry();
            self.scratch.reset();
            times.pour_into(&mut self.scratch);
            let from = Duration::from_secs(u64::from(second));
            let tag = tag.text();
            lines.write_histogram(&self.scratch, from, Duration::from_secs(1), Tag::new(&tag))?;
        }
        Ok(())
    }
}

fn escaped(part: &str) -> String {
    let mut text = String::with_capacity(part.len());
    for letter in part.chars() {
        match letter {
            ',' | ' ' | '/' | '%' => text.push_str(&format!("%{:02X}", u32::from(letter))),
            control if control.is_ascii_control() => text.push_str(&format!("%{:02X}", u32::from(control))),
            plain => text.push(plain),
        }
    }
    text
}

fn unescaped(part: &str) -> Option<String> {
    let mut pieces = part.split('%');
    let mut text = pieces.next()?.to_owned();
    for piece in pieces {
        let code = u8::from_str_radix(piece.get(..2)?, 16).ok().filter(u8::is_ascii)?;
        text.push(char::from(code));
        text.push_str(piece.get(2..)?);
    }
    Some(text)
}

#[cfg(test)]
mod tests;
