//! A recorded run: its pictures, any of which can be looked at, and how they are played. Reading is from any bytes; time
//! is handed in.
//!
//! A recording opens at its last picture and stands there. Played from its end it begins anew.

mod player;

use std::{
    io::{self, Read},
    sync::Arc,
};

use measure::{
    frames::{FrameStream, StreamError},
    snapshot::{Snapshot, Stage},
};
use thiserror::Error;

pub use self::player::Player;

/// Pictures held at a time: an hour of them. Of a longer run every second one is let go, then again, as often as needed;
/// its seconds all stay, since each picture has those of ten minutes.
pub const PICTURES_HELD: usize = 3_600;

/// Bytes read at a time.
const PIECE: usize = 1 << 16;

/// The pictures of a run, oldest first; at least one.
#[derive(Clone, Debug)]
pub struct Recording {
    pictures: Vec<Arc<Snapshot>>,
}

/// Why bytes are no recording.
#[derive(Debug, Error)]
pub enum RecordingError {
    /// They cannot be read.
    #[error("{0}")]
    Read(#[from] io::Error),
    /// A line is none.
    #[error("{0}")]
    Line(#[from] StreamError),
    /// There is no picture in them.
    #[error("it holds no picture: the run ended before its first second")]
    Empty,
}

impl Recording {
    /// Reads all of it. A last line without an end is what a killed run leaves, and is left out.
    ///
    /// # Errors
    /// Where it cannot be read, a line is none, or there is no picture.
    pub fn read(source: impl Read) -> Result<Self, RecordingError> {
        let mut thinned = Thinned::default();
        each_picture(source, |picture| {
            thinned.take(picture);
            Ok(())
        })?;
        let pictures = thinned.pictures();
        if pictures.is_empty() {
            return Err(RecordingError::Empty);
        }
        Ok(Self { pictures })
    }

    /// Its last picture.
    pub fn last(&self) -> &Arc<Snapshot> {
        &self.pictures[self.pictures.len() - 1]
    }

    /// Whether the run came to its end while it was recorded.
    pub fn is_whole(&self) -> bool {
        self.last().stage == Stage::Ended
    }

    /// The picture of a moment of the run: the first that was taken then or later, or the last.
    pub fn at(&self, us: u64) -> &Arc<Snapshot> {
        let at = self.pictures.partition_point(|picture| picture.elapsed_us < us);
        &self.pictures[at.min(self.pictures.len() - 1)]
    }
}

/// Hands on each picture in the order of the lines, however many there are.
///
/// # Errors
/// Where it cannot be read or a line is none, and those of `take`, which end it.
pub fn each_picture(
    mut source: impl Read,
    mut take: impl FnMut(Arc<Snapshot>) -> io::Result<()>,
) -> Result<(), RecordingError> {
    let mut stream = FrameStream::new();
    let mut piece = vec![0; PIECE];
    loop {
        let count = match source.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        let mut taken = Ok(());
        stream.feed(&piece[..count], |picture| {
            if taken.is_ok() {
                taken = take(picture);
            }
        })?;
        taken?;
    }
}

/// As many pictures as are held, evenly, and always the last.
#[derive(Debug)]
struct Thinned {
    kept: Vec<Arc<Snapshot>>,
    last: Option<Arc<Snapshot>>,
    seen: usize,
    every: usize,
}

impl Default for Thinned {
    fn default() -> Self {
        Self {
            kept: Vec::new(),
            last: None,
            seen: 0,
            every: 1,
        }
    }
}

impl Thinned {
    fn take(&mut self, picture: Arc<Snapshot>) {
        if self.seen.is_multiple_of(self.every) {
            if self.kept.len() + 1 >= PICTURES_HELD {
                let mut at = 0;
                self.kept.retain(|_| {
                    at += 1;
                    at % 2 == 1
                });
                self.every *= 2;
            }
            if self.seen.is_multiple_of(self.every) {
                self.kept.push(Arc::clone(&picture));
            }
        }
        self.seen += 1;
        self.last = Some(picture);
    }

    fn pictures(mut self) -> Vec<Arc<Snapshot>> {
        let is_there = |last: &Arc<Snapshot>| self.kept.last().is_some_and(|kept| Arc::ptr_eq(kept, last));
        if let Some(last) = self.last.take_if(|last| !is_there(last)) {
            self.kept.push(last);
        }
        self.kept
    }
}

#[cfg(test)]
mod tests;
