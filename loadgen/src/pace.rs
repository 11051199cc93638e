//! The pacer: one thread that releases every arrival at its planned instant, on an absolute schedule.
//!
//! The schedule itself is a pure iterator of `scenarios::load`. What is late is not hidden: the planned instant travels
//! with the arrival, and so does how late it was released. Public so that its bench runs this very thread. One of the
//! few files of the product that read std's `Instant`, because tokio's timer rounds to milliseconds.

pub(crate) mod crowd;

use std::{
    iter::Peekable,
    num::NonZeroU64,
    thread,
    time::{Duration, Instant},
};

use scenarios::load::Schedule;
use tokio_util::sync::CancellationToken;

/// The thread wakes this much ahead of an arrival and spins until its instant. A sleep ends some 15 to 25 µs late, so the
/// spin costs next to nothing and takes the lateness away; twice as long would cost twice the processor for nothing.
/// Waking for groups of arrivals instead, at most every 100 or 500 µs, saves half of the processor at 10,000 a second,
/// but the instants of poisson arrivals would then be the groups' and not the plan's.
const SPIN: Duration = Duration::from_micros(20);

/// The thread looks at its stop at least this often.
const LONGEST_SLEEP: Duration = Duration::from_millis(50);

/// The kernel may add this much to a sleep; its default of 50 µs would be visible in the lateness.
const TIMER_SLACK_NS: NonZeroU64 = NonZeroU64::new(1_000).expect("1,000 is not zero");

/// How far the thread steps before the others on a busy machine.
const PROMPT: i32 = 15;

/// One arrival, released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Its number, from 0.
    pub seq: u32,
    /// Its planned instant, microseconds since the first arrival's.
    pub intended_us: u64,
    /// How late it was released, microseconds.
    pub lag_us: u64,
}

/// Starts the thread. The schedule counts from `first`; `release` must not block. The thread ends after the last arrival
/// or at the stop.
///
/// # Errors
/// When the system has no thread.
pub fn start(
    schedule: Schedule,
    first: Instant,
    stop: CancellationToken,
    release: impl FnMut(Arrival) + Send + 'static,
) -> std::io::Result<thread::JoinHandle<()>> {
    thread::Builder::new().name("pacer".to_owned()).spawn(move || {
        run(schedule.offsets().map(Duration::from_nanos), first, &stop, release);
    })
}

/// The same for due times that are no scenario's; numbers start at zero.
pub(crate) fn start_at(
    offsets: impl Iterator<Item = Duration> + Send + 'static,
    first: Instant,
    stop: CancellationToken,
    release: impl FnMut(Arrival) + Send + 'static,
) -> std::io::Result<thread::JoinHandle<()>> {
    thread::Builder::new()
        .name("pacer".to_owned())
        .spawn(move || run(offsets, first, &stop, release))
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the pacer's thread: tokio's clock rounds its waits to milliseconds"
)]
fn run(
    offsets: impl Iterator<Item = Duration>,
    first: Instant,
    stop: &CancellationToken,
    mut release: impl FnMut(Arrival),
) {
    be_prompt();
    let mut due = Due::new(offsets);
    while let Some(next) = due.next() {
        let awake = loop {
            let now = Instant::now();
            let left = (first + next).saturating_duration_since(now);
            if stop.is_cancelled() {
                return;
            }
            if left.is_zero() {
                break now.saturating_duration_since(first);
            }
            match left.checked_sub(SPIN) {
                Some(rest) if !rest.is_zero() => {
                    thread::sleep(rest.min(LONGEST_SLEEP)); // tidy: the pacer's thread waits in real time
                }
                Some(_) | None => std::hint::spin_loop(),
            }
        };
        while let Some(arrival) = due.release(awake) {
            release(arrival);
        }
    }
}

/// Either makes the thread more punctual, and neither is owed to us: what it is late by is measured anyway. On Linux
/// niceness is a thread's own, and only a privileged process may go below zero.
fn be_prompt() {
    let _ = rustix::thread::set_current_timer_slack(Some(TIMER_SLACK_NS));
    let _ = rustix::process::nice(-PROMPT);
}

/// The pure part: which arrivals are due, and when to look next.
struct Due<I: Iterator<Item = Duration>> {
    offsets: Peekable<I>,
    seq: u32,
}

impl<I: Iterator<Item = Duration>> Due<I> {
    fn new(offsets: I) -> Self {
        Self {
            offsets: offsets.peekable(),
            seq: 0,
        }
    }

    /// When the next arrival is due; `None` when nothing is left.
    fn next(&mut self) -> Option<Duration> {
        self.offsets.peek().copied()
    }

    /// The next arrival that is due at `now`. Without an end at `u32::MAX` numbers would repeat.
    fn release(&mut self, now: Duration) -> Option<Arrival> {
        let intended = self.offsets.next_if(|offset| *offset <= now)?;
        let arrival = Arrival {
            seq: self.seq,
            intended_us: micros(intended),
            lag_us: micros(now - intended),
        };
        self.seq = self.seq.checked_add(1)?;
        Some(arrival)
    }
}

/// Whole microseconds, saturating.
fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Arrival, Due};

    fn us(micros: u64) -> Duration {
        Duration::from_micros(micros)
    }

    /// Looks whenever the schedule says so, `late` microseconds too late, and lists (looked at, seq, intended, lag).
    fn check(offsets: &[u64], late: u64, expected: &[(u64, u32, u64, u64)]) {
        let mut due = Due::new(offsets.iter().copied().map(us));
        let mut awake = Duration::ZERO;
        let mut seen = Vec::new();
        while let Some(next) = due.next() {
            awake = next.max(awake) + us(late);
            while let Some(Arrival {
                seq,
                intended_us,
                lag_us,
            }) = due.release(awake)
            {
                seen.push((u64::try_from(awake.as_micros()).unwrap(), seq, intended_us, lag_us));
            }
        }
        assert_eq!(seen, expected, "{offsets:?} late {late}");
    }

    #[test]
    fn a_slow_schedule_is_met_to_the_point() {
        check(
            &[0, 5_000, 10_000],
            0,
            &[(0, 0, 0, 0), (5_000, 1, 5_000, 0), (10_000, 2, 10_000, 0)],
        );
    }

    #[test]
    fn arrivals_of_one_instant_leave_together() {
        check(
            &[0, 100, 100, 130],
            0,
            &[(0, 0, 0, 0), (100, 1, 100, 0), (100, 2, 100, 0), (130, 3, 130, 0)],
        );
    }

    #[test]
    fn a_late_thread_catches_up_and_keeps_the_plan() {
        check(
            &[0, 1_000, 2_000, 9_000],
            2_500,
            &[
                (2_500, 0, 0, 2_500),
                (2_500, 1, 1_000, 1_500),
                (2_500, 2, 2_000, 500),
                (11_500, 3, 9_000, 2_500),
            ],
        );
    }

    #[test]
    fn nothing_planned_ends_at_once() {
        check(&[], 0, &[]);
    }
}
