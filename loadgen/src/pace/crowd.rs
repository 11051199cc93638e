//! The pacer of a crowd: lets users in when they are due, and hears from journeys which are done.
//!
//! The turnstile lives in plan time: while the load is paused nobody thinks to an end and nobody loses patience.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    thread,
    time::{Duration, Instant},
};

use tokio_util::sync::CancellationToken;

use super::{Arrival, LONGEST_SLEEP, be_prompt, micros, on_thread, reins::Bridle};
use crate::crowd::Turnstile;

/// What journeys may tell before the thread listens; each user tells at most twice for an order.
const TOLD_MOST: usize = 65_536;

/// Tells a crowd's pacer that the user of an order goes on, and when it was done with it.
pub(crate) type Left = SyncSender<(u32, u64)>;

/// A channel from journeys to the pacer of their crowd.
pub(crate) fn channel() -> (Left, Receiver<(u32, u64)>) {
    sync_channel(TOLD_MOST)
}

/// Starts the thread. Times count from `first`, nobody comes from `until` on; `release` must not block. The thread ends when nobody can come any more,
/// or at the stop.
pub(crate) fn start(
    turnstile: Turnstile,
    told: Receiver<(u32, u64)>,
    (first, until): (Instant, Duration),
    stop: CancellationToken,
    bridle: Bridle,
    release: impl FnMut(Arrival) + Send + 'static,
) -> std::io::Result<thread::JoinHandle<()>> {
    on_thread(move || run(turnstile, &told, (first, until), &stop, &bridle, release))
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
    bridle: &Bridle,
    mut release: impl FnMut(Arrival),
) {
    be_prompt();
    let course = bridle.course();
    let clock_us = || micros(Instant::now().saturating_duration_since(first));
    loop {
        let run_us = clock_us();
        let now_us = course.plan_us(run_us);
        if stop.is_cancelled() || now_us >= micros(until) {
            return;
        }
        while let Some(passed) = turnstile.pass(now_us) {
            let intended_us = course.run_us(passed.due_us, run_us);
            release(Arrival {
                seq: passed.seq,
                intended_us,
                lag_us: clock_us().saturating_sub(intended_us),
            });
        }
        if bridle.is_pulled() {
            bridle.obey(run_us, clock_us, stop, |_| {});
            continue;
        }
        let next_us = turnstile.next_us().unwrap_or(u64::MAX).min(micros(until));
        let due = first + Duration::from_micros(course.run_us(next_us, run_us));
        let wait = due.saturating_duration_since(Instant::now()).min(LONGEST_SLEEP);
        let mut left = |(seq, at_us)| turnstile.left(seq, course.plan_us(at_us));
        match told.recv_timeout(wait) {
            Ok(one) => left(one),
            Err(RecvTimeoutError::Timeout) => {}
            // No journey is left that could tell.
            Err(RecvTimeoutError::Disconnected) => return,
        }
        while let Ok(one) = told.try_recv() {
            left(one);
        }
    }
}
