//! Following a run without a screen: snapshots in, lines out, until the run is over.

use std::{
    io::{self, Write},
    sync::Arc,
    time::Duration,
};

use measure::snapshot::{Snapshot, Stage};
use tokio::sync::watch;

use crate::{json::JsonLines, lines::PlainLines};

/// Writes plain lines until the run has ended: one each time `every` of the run is over, and one at each change of
/// phase. Blocks the calling thread, which must not drive a runtime. An error is the writer's.
pub fn follow_lines(
    snapshots: watch::Receiver<Arc<Snapshot>>,
    every: Duration,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut lines = PlainLines::new(out, every);
    follow(snapshots, |snapshot| lines.see(snapshot))
}

/// Writes one JSON object a line until the run has ended: each second, each phase. Blocks the calling thread, which must
/// not drive a runtime. An error is the writer's.
pub fn follow_json(snapshots: watch::Receiver<Arc<Snapshot>>, out: &mut impl Write) -> io::Result<()> {
    let mut lines = JsonLines::new(out);
    follow(snapshots, |snapshot| lines.see(snapshot))
}

fn follow(
    mut snapshots: watch::Receiver<Arc<Snapshot>>,
    mut see: impl FnMut(&Snapshot) -> io::Result<()>,
) -> io::Result<()> {
    // Waiting needs neither timer nor sockets, so the smallest runtime will do.
    let waiting = tokio::runtime::Builder::new_current_thread().build()?;
    loop {
        let snapshot = Arc::clone(&snapshots.borrow_and_update());
        see(&snapshot)?;
        if snapshot.stage == Stage::Ended || waiting.block_on(snapshots.changed()).is_err() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn it_returns_at_the_end_or_when_the_sender_is_gone() {
        for last in [fixture::ended(), fixture::brown_out()] {
            let (sender, receiver) = watch::channel(Arc::new(fixture::starting()));
            let end = last.stage == Stage::Ended;
            let driver = std::thread::spawn(move || {
                let mut out = Vec::new();
                follow_lines(receiver, Duration::from_secs(5), &mut out).map(|()| String::from_utf8(out).unwrap())
            });
            sender.send(Arc::new(last)).unwrap();
            let kept = end.then_some(sender);
            let text = driver.join().unwrap().unwrap();
            assert!(text.contains(if end { "-- ended" } else { "-- brown-out" }), "{text}");
            drop(kept);
        }
    }
}
