//! The lines of several files in one order, read as they are needed.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::PathBuf,
};

use super::MergeError;

/// A file of lines, the next of which is read already.
pub(super) struct Lines<T, R> {
    path: PathBuf,
    file: BufReader<File>,
    longest: u64,
    read: R,
    number: usize,
    text: Vec<u8>,
    next: Option<T>,
}

impl<T, R: Fn(&[u8]) -> Result<T, String>> Lines<T, R> {
    /// Opens a file whose lines have at most so many bytes, its end included.
    pub(super) fn open(path: PathBuf, longest: u64, read: R) -> Result<Self, MergeError> {
        let file = File::open(&path).map_err(|error| MergeError::File {
            path: path.clone(),
            error,
        })?;
        let mut lines = Self {
            path,
            file: BufReader::new(file),
            longest,
            read,
            number: 0,
            text: Vec::new(),
            next: None,
        };
        lines.advance()?;
        Ok(lines)
    }

    fn advance(&mut self) -> Result<(), MergeError> {
        self.text.clear();
        self.number += 1;
        let read = Read::take(&mut self.file, self.longest).read_until(b'\n', &mut self.text);
        read.map_err(|error| MergeError::File {
            path: self.path.clone(),
            error,
        })?;
        self.next = match self.text.as_slice() {
            [] => None,
            line if !line.ends_with(b"\n") => return Err(self.wrong("the line has no end".to_owned())),
            line => Some((self.read)(line).map_err(|why| self.wrong(why))?),
        };
        Ok(())
    }

    fn wrong(&self, why: String) -> MergeError {
        MergeError::Line {
            path: self.path.clone(),
            line: self.number,
            why,
        }
    }
}

/// Takes every line of every file, those with the smallest key first. Each file is in order of itself; where it is not, its
/// lines come as they are.
pub(super) fn in_order<T, R: Fn(&[u8]) -> Result<T, String>, K: Ord>(
    mut files: Vec<Lines<T, R>>,
    key: impl Fn(&T) -> K,
    mut take: impl FnMut(&[u8], T) -> Result<(), MergeError>,
) -> Result<(), MergeError> {
    loop {
        let waiting = files.iter_mut().filter(|file| file.next.is_some());
        let Some(file) = waiting.min_by_key(|file| file.next.as_ref().map(&key)) else {
            return Ok(());
        };
        if let Some(next) = file.next.take() {
            take(&file.text, next)?;
        }
        file.advance()?;
    }
}
