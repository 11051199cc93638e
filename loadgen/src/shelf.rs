//! A long row of records that takes little memory: the newest lie in memory, as bytes, the older ones in a file that has
//! no name any more, so that nothing is left of it whatever becomes of the process.
//!
//! What a record is and how it lies in bytes is its owner's; see [`Fixed`]. Everything of one length makes a place a
//! multiplication: both reading and changing an old record is one call of the system, mostly answered from the page
//! cache, which is the kernel's and given back when others need it. A map of the live records alone was not taken: a
//! callback may come for an order that is long over, and one that never ends would stay in it.
//!
//! A file may fail, most likely for want of room. Nothing is lost silently then: the first failure is kept, and whoever
//! owns the shelf asks for it by [`Shelf::failure`].

mod bytes;
mod file;

use std::{io, marker::PhantomData, path::Path};

use bytes::Texts;
pub(crate) use bytes::{In, Out, TEXT_BYTES};
use file::Nameless;

/// Records that go to the file together, and come back together where they are read in a row.
const BLOCK: usize = 128;

/// What lies on a shelf.
pub(crate) trait Fixed: Sized {
    /// Its bytes, at most.
    const BYTES: usize;

    /// Writes all of it, at most [`Self::BYTES`].
    fn write(&self, out: &mut Out<'_>);

    /// Reads what [`Self::write`] wrote.
    fn read(from: &mut In<'_>) -> Self;
}

/// A row of records by number, from 0, without gaps.
#[derive(Debug)]
pub(crate) struct Shelf<T> {
    len: usize,
    /// The first record in memory; those before it are in the file.
    start: usize,
    /// A ring of the newest: a record lies at its number modulo `keep`.
    memory: Vec<u8>,
    /// Records that memory holds, a multiple of `block`.
    keep: usize,
    block: usize,
    file: Nameless,
    texts: Texts,
    of: PhantomData<fn() -> T>,
}

impl<T: Fixed> Shelf<T> {
    /// An empty one that keeps about so many records in memory, at least one, and the others in this folder.
    ///
    /// # Errors
    /// Where the folder takes no file.
    pub(crate) fn new(folder: &Path, keep: usize) -> io::Result<Self> {
        let block = keep.clamp(1, BLOCK);
        let keep = keep.max(1).next_multiple_of(block);
        Ok(Self {
            len: 0,
            start: 0,
            // Zeros straight from the system: what was never filled takes nothing.
            memory: vec![0; keep * T::BYTES],
            keep,
            block,
            file: Nameless::new(folder)?,
            texts: Texts::new(folder)?,
            of: PhantomData,
        })
    }

    /// Records on it.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Adds one at the end.
    pub(crate) fn push(&mut self, record: &T) {
        if self.len - self.start == self.keep {
            let oldest = self.slot(self.start);
            let bytes = &self.memory[oldest..oldest + self.block * T::BYTES];
            self.file.write(place::<T>(self.start), bytes);
            self.start += self.block;
        }
        self.len += 1;
        self.put(self.len - 1, record);
    }

    /// One of them; `None` beyond the end, and where the file fails.
    pub(crate) fn get(&self, at: usize) -> Option<T> {
        if at >= self.len {
            return None;
        }
        if at >= self.start {
            return Some(self.decode(self.in_memory(at)));
        }
        let mut bytes = vec![0; T::BYTES];
        self.file.read(place::<T>(at), &mut bytes)?;
        Some(self.decode(&bytes))
    }

    /// Changes one of them; what the change gives, or `None` as for [`Self::get`].
    pub(crate) fn change<R>(&mut self, at: usize, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        let mut record = self.get(at)?;
        let result = change(&mut record);
        self.put(at, &record);
        Some(result)
    }

    /// All of them in order, read in blocks; it ends early where the file fails.
    pub(crate) fn iter(&self) -> Iter<'_, T> {
        Iter {
            shelf: self,
            next: 0,
            ahead: Vec::new(),
            ahead_from: 0,
        }
    }

    /// The first thing that went wrong with a file, if anything did: records may be lost then.
    pub(crate) fn failure(&self) -> Option<io::Error> {
        self.file.failure().or_else(|| self.texts.failure())
    }

    fn put(&mut self, at: usize, record: &T) {
        if at >= self.start {
            let slot = self.slot(at);
            encode(record, &mut self.memory[slot..slot + T::BYTES], &mut self.texts);
        } else {
            let mut bytes = vec![0; T::BYTES];
            encode(record, &mut bytes, &mut self.texts);
            self.file.write(place::<T>(at), &bytes);
        }
    }

    fn decode(&self, bytes: &[u8]) -> T {
        T::read(&mut In::new(bytes, &self.texts))
    }

    fn in_memory(&self, at: usize) -> &[u8] {
        let slot = self.slot(at);
        &self.memory[slot..slot + T::BYTES]
    }

    fn slot(&self, at: usize) -> usize {
        at % self.keep * T::BYTES
    }
}

fn encode<T: Fixed>(record: &T, bytes: &mut [u8], texts: &mut Texts) {
    bytes.fill(0);
    record.write(&mut Out::new(bytes, texts));
}

/// Where a record lies in the file.
fn place<T: Fixed>(at: usize) -> u64 {
    at as u64 * T::BYTES as u64
}

/// Records in order.
pub(crate) struct Iter<'a, T> {
    shelf: &'a Shelf<T>,
    next: usize,
    ahead: Vec<u8>,
    /// The record that `ahead` begins with.
    ahead_from: usize,
}

impl<T: Fixed> Iterator for Iter<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        let (shelf, at) = (self.shelf, self.next);
        if at >= shelf.len {
            return None;
        }
        self.next += 1;
        if at >= shelf.start {
            return Some(shelf.decode(shelf.in_memory(at)));
        }
        let begins_block = at.is_multiple_of(shelf.block);
        if begins_block {
            self.ahead.resize(shelf.block * T::BYTES, 0);
            self.ahead_from = at;
            shelf.file.read(place::<T>(at), &mut self.ahead)?;
        }
        let from = (at - self.ahead_from) * T::BYTES;
        Some(shelf.decode(&self.ahead[from..from + T::BYTES]))
    }
}

#[cfg(test)]
mod tests;
