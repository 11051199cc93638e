//! Pictures out of bytes as they come: from a file in pieces, from one that still grows, or from a socket.

use std::sync::Arc;

use thiserror::Error;

use super::{FrameError, FrameReader, LONGEST_LINE};
use crate::snapshot::Snapshot;

/// Reads lines of frames that come in pieces. What stands behind the last line's end waits for the rest of its line.
#[derive(Debug, Default)]
pub struct FrameStream {
    reader: FrameReader,
    rest: Vec<u8>,
    lines: u64,
}

/// Why there are no further pictures.
#[derive(Debug, Error)]
pub enum StreamError {
    /// A line is none.
    #[error("line {line}: {error}")]
    Line {
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        error: FrameError,
    },
    /// A line without an end.
    #[error("line {line} is longer than {LONGEST_LINE} bytes")]
    TooLong {
        /// The line, from 1.
        line: u64,
    },
}

impl FrameStream {
    /// Nothing read yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes in, and hands on each picture that they complete.
    ///
    /// # Errors
    /// At the first line that is none; nothing behind it is read.
    pub fn feed(&mut self, bytes: &[u8], mut take: impl FnMut(Arc<Snapshot>)) -> Result<(), StreamError> {
        let mut left = bytes;
        while let Some(end) = left.iter().position(|byte| *byte == b'\n') {
            let (line, behind) = left.split_at(end);
            left = &behind[1..];
            self.rest.extend_from_slice(line);
            let line = std::mem::take(&mut self.rest);
            self.line(&line, &mut take)?;
        }
        self.rest.extend_from_slice(left);
        if self.rest.len() as u64 > LONGEST_LINE {
            return Err(StreamError::TooLong { line: self.lines + 1 });
        }
        Ok(())
    }

    /// Lines read so far.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Whether the last line waits for its rest.
    pub fn is_within_line(&self) -> bool {
        !self.rest.is_empty()
    }

    fn line(&mut self, line: &[u8], take: &mut impl FnMut(Arc<Snapshot>)) -> Result<(), StreamError> {
        self.lines += 1;
        if line.len() as u64 > LONGEST_LINE {
            return Err(StreamError::TooLong { line: self.lines });
        }
        let read = self.reader.read(line).map_err(|error| StreamError::Line {
            line: self.lines,
            error,
        })?;
        if let Some(picture) = read {
            take(picture);
        }
        Ok(())
    }
}
