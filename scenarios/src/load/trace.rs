//! Recorded arrivals, read from text: one line for each, its first field the moment in seconds from the begin.

use std::sync::Arc;

/// Recorded arrivals. Cheap to clone; empty until a file is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace(Arc<[u64]>);

/// Why a text is no record of arrivals.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TraceError {
    /// A line whose first field is no moment.
    #[error("line {line}: `{text}` is no moment; write seconds from the begin, such as 12.5")]
    NoMoment {
        /// Its number, from 1.
        line: usize,
        /// Its first field, shortened.
        text: String,
    },
    /// Moments go on, never back.
    #[error("line {line}: it comes before the line above; sort the arrivals by time")]
    Backwards {
        /// Its number, from 1.
        line: usize,
    },
    /// Nothing in it.
    #[error("it holds no arrivals; write one line for each, seconds from the begin")]
    Empty,
    /// More than a load keeps.
    #[error("it holds more than {MOST} arrivals")]
    TooMany,
}

/// Arrivals of a record at most: 80 MB of them.
const MOST: usize = 10_000_000;

impl Trace {
    /// Reads a record: the first comma-separated field of each line is the moment in seconds. Blank lines, lines that
    /// begin with `#` and a first line of headings are passed over. The first arrival need not be at zero.
    ///
    /// # Errors
    /// For the first line that is none, by its number.
    pub fn parse(text: &str) -> Result<Self, TraceError> {
        let mut offsets = Vec::new();
        let lines = (1..).zip(text.lines().map(str::trim));
        let told = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let mut is_first = true;
        for (number, line) in told {
            let field = line.split(',').next().unwrap_or_default().trim().trim_matches('"');
            let moment = nanos(field);
            let is_heading = is_first && field.starts_with(|letter: char| letter.is_alphabetic());
            is_first = false;
            match moment {
                Some(moment) if offsets.last().is_some_and(|last| moment < *last) => {
                    return Err(TraceError::Backwards { line: number });
                }
                Some(_) if offsets.len() == MOST => return Err(TraceError::TooMany),
                Some(moment) => offsets.push(moment),
                None if is_heading => {}
                None => {
                    let text = field.chars().take(40).collect();
                    return Err(TraceError::NoMoment { line: number, text });
                }
            }
        }
        if offsets.is_empty() {
            return Err(TraceError::Empty);
        }
        Ok(Self(offsets.into()))
    }

    /// The moments, nanoseconds from the begin, in order.
    pub fn offsets_ns(&self) -> &[u64] {
        &self.0
    }
}

/// Reads decimal seconds exactly, to the nanosecond; at most nine decimals count.
fn nanos(text: &str) -> Option<u64> {
    let text = text.strip_suffix('s').unwrap_or(text);
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) {
        return None;
    }
    let part: String = part.chars().chain("000000000".chars()).take(9).collect();
    let whole: u64 = whole.parse().ok()?;
    whole.checked_mul(1_000_000_000)?.checked_add(part.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::{Trace, TraceError};

    #[test]
    fn moments_are_read_exactly() {
        for (text, expected) in [
            ("0\n0.5\n1.25\n", Ok(vec![0, 500_000_000, 1_250_000_000])),
            (
                "at,what\n# a comment\n\n0.000000001,x\n\"2\",y\n",
                Ok(vec![1, 2_000_000_000]),
            ),
            ("3s\n3s\n", Ok(vec![3_000_000_000, 3_000_000_000])),
            ("", Err(TraceError::Empty)),
            ("at\n", Err(TraceError::Empty)),
            ("1\n0.5\n", Err(TraceError::Backwards { line: 2 })),
            (
                "1\nsoon\n",
                Err(TraceError::NoMoment {
                    line: 2,
                    text: "soon".to_owned(),
                }),
            ),
            (
                "-1\n",
                Err(TraceError::NoMoment {
                    line: 1,
                    text: "-1".to_owned(),
                }),
            ),
            (
                ".5\n",
                Err(TraceError::NoMoment {
                    line: 1,
                    text: ".5".to_owned(),
                }),
            ),
            (
                "99999999999999999999\n",
                Err(TraceError::NoMoment {
                    line: 1,
                    text: "99999999999999999999".to_owned(),
                }),
            ),
        ] {
            let read = Trace::parse(text).map(|trace| trace.offsets_ns().to_vec());
            assert_eq!(read, expected, "{text:?}");
        }
    }
}
