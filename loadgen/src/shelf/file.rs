//! A file without a name: it is gone when its last handle is, however the process ends.

use std::{
    cell::OnceCell,
    fs::{self, File},
    io,
    os::unix::fs::FileExt,
    path::Path,
    process,
    sync::atomic::{AtomicU64, Ordering},
};

/// Bytes by their place, and the first thing that went wrong with them.
#[derive(Debug)]
pub(super) struct Nameless {
    file: File,
    failed: OnceCell<io::Error>,
}

impl Nameless {
    /// An empty one on the file system of this folder.
    pub(super) fn new(folder: &Path) -> io::Result<Self> {
        static MADE: AtomicU64 = AtomicU64::new(0);
        // Nobody else has the name between its making and its removal; `O_TMPFILE` is not known to every file system.
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!(".paydrill-{}-{number}", process::id()));
        let file = File::options().read(true).write(true).create_new(true).open(&path)?;
        fs::remove_file(&path)?;
        Ok(Self {
            file,
            failed: OnceCell::new(),
        })
    }

    /// Writes at a place.
    pub(super) fn write(&self, at: u64, bytes: &[u8]) {
        self.note(self.file.write_all_at(bytes, at));
    }

    /// Reads what was written at a place; `None` where that fails.
    pub(super) fn read(&self, at: u64, bytes: &mut [u8]) -> Option<()> {
        self.note(self.file.read_exact_at(bytes, at))
    }

    /// The first failure.
    pub(super) fn failure(&self) -> Option<io::Error> {
        self.failed
            .get()
            .map(|error| io::Error::new(error.kind(), error.to_string()))
    }

    fn note(&self, done: io::Result<()>) -> Option<()> {
        match done {
            Ok(()) => Some(()),
            Err(error) => {
                // Only the first is told.
                let _ = self.failed.set(error);
                None
            }
        }
    }
}
