//! The journal: one line for each exchange, and for each attempt, holding back or dropping of a callback.
//!
//! Lines live in a ring in memory, compact, and become text only when somebody reads them or when the file's writer, a
//! thread of its own that follows the ring, puts them on disk. A writer that the ring overtakes counts what it missed:
//! the request path never waits for a disk.

mod exhibits;
mod line;
mod writer;

use std::{
    collections::VecDeque,
    io,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use ledger::OrderId;
use protocol::admin::{FORMAT, JournalCounts, JournalLine, JournalPage};

use exhibits::Shelf;
pub(crate) use exhibits::{Exhibit, Exhibits};
pub(crate) use line::{Asked, Entry, Outcome, Subject, UNKNOWN_OPERATION};
use writer::Writer;

/// The journal.
#[derive(Debug)]
pub(crate) struct Journal {
    ring: Arc<Ring>,
    writer: Mutex<Option<Writer>>,
}

/// The newest lines.
#[derive(Debug)]
struct Ring {
    lines: Mutex<Lines>,
    size: usize,
    dropped: AtomicU64,
}

#[derive(Debug)]
struct Lines {
    kept: VecDeque<Arc<Entry>>,
    shelf: Shelf,
    last: u64,
}

impl Journal {
    /// A journal of the newest `size` lines, written to `file` too where there is one.
    pub(crate) fn open(size: usize, file: Option<&Path>) -> io::Result<Self> {
        let lines = Lines {
            kept: VecDeque::new(),
            shelf: Shelf::default(),
            last: 0,
        };
        let ring = Arc::new(Ring {
            lines: Mutex::new(lines),
            size: size.max(1),
            dropped: AtomicU64::new(0),
        });
        let writer = file.map(|path| Writer::start(path, Arc::clone(&ring))).transpose()?;
        Ok(Self {
            ring,
            writer: Mutex::new(writer),
        })
    }

    /// Adds a line, with the bytes of both sides.
    pub(crate) fn write(&self, entry: Entry, exhibits: Exhibits) {
        self.ring.push(Arc::new(entry), exhibits);
    }

    /// One line with its bytes, where it is still held.
    pub(crate) fn line(&self, seq: u64) -> Option<(JournalLine, Exhibits)> {
        let (lines, _) = self.ring.since(seq.checked_sub(1)?, 1);
        let (found, entry) = lines.into_iter().next()?;
        (found == seq).then(|| (entry.line(seq), self.ring.exhibits(seq)))
    }

    /// The newest `limit` lines about an order, oldest first, with their bytes.
    pub(crate) fn about(&self, order: OrderId, limit: usize) -> Vec<(JournalLine, Exhibits)> {
        let mut found = self.ring.about(order, limit);
        found.reverse();
        let with_bytes = |(seq, entry): (u64, Arc<Entry>)| (entry.line(seq), self.ring.exhibits(seq));
        found.into_iter().map(with_bytes).collect()
    }

    /// Lines with a larger number than `after`, oldest first, at most `limit`.
    pub(crate) fn page(&self, after: u64, limit: usize) -> JournalPage {
        let (lines, last) = self.ring.since(after, limit);
        let lines = lines.iter().map(|(seq, entry)| entry.line(*seq)).collect();
        JournalPage {
            format: FORMAT,
            lines,
            last,
        }
    }

    /// Written, and missed by the file.
    pub(crate) fn counts(&self) -> JournalCounts {
        JournalCounts {
            written: self.ring.lock().last,
            dropped: self.ring.dropped.load(Ordering::Relaxed),
        }
    }

    /// Puts everything on disk and ends the writer. Blocks for as long as the disk takes.
    pub(crate) fn close(&self) {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            writer.finish();
        }
    }
}

impl Ring {
    fn push(&self, entry: Arc<Entry>, exhibits: Exhibits) {
        let forgotten = {
            let mut lines = self.lock();
            lines.last += 1;
            let oldest = if lines.kept.len() >= self.size {
                lines.kept.pop_front()
            } else {
                None
            };
            lines.kept.push_back(entry);
            (oldest, lines.shelf.push(exhibits))
        };
        // Freed here and not under the lock.
        drop(forgotten);
    }

    /// The lines after `after`, numbered, and the number of the last line of all.
    fn since(&self, after: u64, limit: usize) -> (Vec<(u64, Arc<Entry>)>, u64) {
        let lines = self.lock();
        let first = lines.last - lines.kept.len() as u64 + 1;
        let from = first.max(after.saturating_add(1));
        let skip = usize::try_from(from - first).unwrap_or(usize::MAX);
        let found = lines.kept.iter().skip(skip).take(limit);
        (
            found
                .enumerate()
                .map(|(at, entry)| (from + at as u64, Arc::clone(entry)))
                .collect(),
            lines.last,
        )
    }

    /// The newest `limit` lines about an order, newest first.
    fn about(&self, order: OrderId, limit: usize) -> Vec<(u64, Arc<Entry>)> {
        let lines = self.lock();
        let numbered = (1..=lines.last).rev().zip(lines.kept.iter().rev());
        let about = numbered.filter(|(_, entry)| entry.order_id == Some(order));
        about.take(limit).map(|(seq, entry)| (seq, Arc::clone(entry))).collect()
    }

    fn exhibits(&self, seq: u64) -> Exhibits {
        let lines = self.lock();
        lines.shelf.find(seq, lines.last)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One line of the file.
fn text(line: &JournalLine, out: &mut Vec<u8>) {
    serde_json::to_writer(&mut *out, line).expect("a journal line is plain data, which JSON can always hold");
    out.push(b'\n');
}

#[cfg(test)]
mod tests;
