//! The pacer of a crowd: lets users in when they are due, and hears from journeys which are done.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    thread,
    time::{Duration, Instant},
};

use tokio_util::sync::CancellationToken;

use super::{Arrival, LONGEST_SLEEP, be_prompt, micros};
use crate::crowd::Turnstile;

/// What journeys may tell before the thread listens; each user tells at most twice for an order.
const TOLD_MOST: usize = 65_536;

/// Tells a crowd's pacer that the user of an order goes on, and when it was done with it.
pub(crate) type Left = SyncSender<(u32, u64)>;

/// A channel from journeys to the pacer of their crowd.
pub(crate) fn channel() -> (Left, Receiver<(u32, u64)>) {
    sync_channel(TOLD_MOST)
}

/// Starts the thread. Times count from `first`; `release` must not block. The thread ends when nobody can come any more,
/// or at the stop.
pub(crate) fn start(
    turnstile: Turnstile,
    told: Receiver<(u32, u64)>,
    first: Instant,
    stop: CancellationToken,
    until: Duration,
    release: impl FnMut(Arrival) + Send + 'static,
) -> std::io::Result<thread::JoinHandle<()>> {
    thread::Builder::new()
        .name("pacer".to_owned())
        .spawn(move || run(turnstile, &told, (first, until), &stop, release))
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the pacer's thread: tokio's clock rounds its waits to milliseconds"
)]
fn run(
    mut turnstile: Turnstile,
    told: &Receiver<(u32, u64)>,
    (first, until): (Instant, Duration),
    stop: &CancellationToken,
    mut release: impl FnMut(Arrival),
) {
    be_prompt();
    let now_us = || micros(Instant::now().saturating_duration_since(first));
    while !stop.is_cancelled() && now_us() < micros(until) {
        while let Some(passed) = turnstile.pass(now_us()) {
            release(Arrival {
                seq: passed.seq,
                intended_us: passed.due_us,
                lag_us: now_us().saturating_sub(passed.due_us),
            });
        }
        let next_us = turnstile.next_us().unwrap_or(u64::MAX);
        let due = first + Duration::from_micros(next_us.min(micros(until)));
        let wait = due.saturating_duration_since(Instant::now()).min(LONGEST_SLEEP);
        match told.recv_timeout(wait) {
            Ok((seq, at_us)) => turnstile.left(seq, at_us),
            Err(RecvTimeoutError::Timeout) => {}
            // No journey is left that could tell.
            Err(RecvTimeoutError::Disconnected) => return,
        }
        while let Ok((seq, at_us)) = told.try_recv() {
            turnstile.left(seq, at_us);
        }
    }
}
