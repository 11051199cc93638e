//! The thread that puts the journal on disk.

use std::{
    fs::File,
    io::{self, Write},
    path::Path,
    sync::{
        Arc,
        atomic::Ordering,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread::JoinHandle,
    time::Duration,
};

use super::{Ring, text};

/// How long a line may wait before it is on its way to the disk.
const FLUSH_EVERY: Duration = Duration::from_millis(200);
/// Lines taken from the ring at a time, so that its lock is held only briefly.
const BATCH: usize = 4_096;

/// A running writer.
#[derive(Debug)]
pub(super) struct Writer {
    stop: SyncSender<()>,
    thread: JoinHandle<()>,
}

impl Writer {
    /// Creates the file, or empties it, and follows the ring from its next line.
    pub(super) fn start(path: &Path, ring: Arc<Ring>) -> io::Result<Self> {
        let file = File::create(path)?;
        let (stop, stopped) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("journal".into())
            .spawn(move || follow(&ring, &stopped, file))?;
        Ok(Self { stop, thread })
    }

    /// Writes what is left and waits for it.
    pub(super) fn finish(self) {
        // A writer that ended early, its disk being full, has nobody to receive this.
        let _ = self.stop.send(());
        if self.thread.join().is_err() {
            tracing::error!("the journal's writer panicked; its file may be incomplete");
        }
    }
}

fn follow(ring: &Ring, stopped: &Receiver<()>, mut file: File) {
    let mut written = 0;
    loop {
        let last_round = match stopped.recv_timeout(FLUSH_EVERY) {
            Ok(()) | Err(RecvTimeoutError::Disconnected) => true,
            Err(RecvTimeoutError::Timeout) => false,
        };
        if let Err(error) = catch_up(ring, &mut written, &mut file) {
            tracing::error!(%error, "the journal's file cannot be written; lines are kept in memory only");
            return;
        }
        if last_round {
            return;
        }
    }
}

/// Writes every line after `written`. Each batch is one write, so that a reader sees whole lines nearly always.
fn catch_up(ring: &Ring, written: &mut u64, file: &mut File) -> io::Result<()> {
    let mut bytes = Vec::new();
    loop {
        let (lines, _) = ring.since(*written, BATCH);
        let Some((first, _)) = lines.first() else {
            return Ok(());
        };
        ring.dropped.fetch_add(first - *written - 1, Ordering::Relaxed);
        bytes.clear();
        for (seq, entry) in &lines {
            text(&entry.line(*seq), &mut bytes);
            *written = *seq;
        }
        file.write_all(&bytes)?;
    }
}
