//! The pacer: one thread that releases every arrival at its planned instant, on an absolute schedule.
//!
//! The schedule itself is a pure iterator of `scenarios::load`. What is late is not hidden: the planned instant travels
//! with the arrival, and so does how late it was released. Public so that its bench runs this very thread. One of the
//! few files of the product that read std's `Instant`, because tokio's timer rounds to milliseconds.
//!
//! A pause moves every planned instant behind it by its own length: what it held back is not late, and no heap of it
//! comes at the end.

pub(crate) mod crowd;
pub(crate) mod reins;

use std::{
    num::NonZeroU64,
    thread,
    time::{Duration, Instant},
};

use scenarios::load::{Offsets, Schedule};
use tokio_util::sync::CancellationToken;

use reins::{Bridle, Change};

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
    on_thread(move || run(Due::new(Planned(schedule.offsets())), first, &stop, None, release))
}

/// The same for a load that may be steered. The thread ends with the schedule's length: at another pace more may come.
pub(crate) fn start_steered(
    schedule: Schedule,
    first: Instant,
    stop: CancellationToken,
    bridle: Bridle,
    release: impl FnMut(Arrival) + Send + 'static,
) -> std::io::Result<thread::JoinHandle<()>> {
    on_thread(move || {
        let due = Due::until(Planned(schedule.offsets()), schedule.length());
        run(due, first, &stop, Some(&bridle), release);
    })
}

/// The same for due times that are no scenario's; numbers start at zero.
pub(crate) fn start_at(
    offsets: impl Iterator<Item = Duration> + Send + 'static,
    first: Instant,
    stop: CancellationToken,
    release: impl FnMut(Arrival) + Send + 'static,
) -> std::io::Result<thread::JoinHandle<()>> {
    on_thread(move || run(Due::new(Fixed(offsets)), first, &stop, None, release))
}

fn on_thread(run: impl FnOnce() + Send + 'static) -> std::io::Result<thread::JoinHandle<()>> {
    thread::Builder::new().name("pacer".to_owned()).spawn(run)
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the pacer's thread: tokio's clock rounds its waits to milliseconds"
)]
fn run<T: Times>(
    mut due: Due<T>,
    first: Instant,
    stop: &CancellationToken,
    bridle: Option<&Bridle>,
    mut release: impl FnMut(Arrival),
) {
    be_prompt();
    while let Some(next) = due.next() {
        let now = Instant::now();
        let left = (first + next).saturating_duration_since(now);
        if stop.is_cancelled() {
            return;
        }
        if left.is_zero() && due.is_empty() {
            return;
        }
        let pulled = bridle.filter(|bridle| bridle.is_pulled() && now >= first);
        if left.is_zero() || pulled.is_some() {
            let awake = now.saturating_duration_since(first);
            while let Some(arrival) = due.release(awake) {
                release(arrival);
            }
            if let Some(bridle) = pulled {
                let clock_us = || micros(Instant::now().saturating_duration_since(first));
                bridle.obey(micros(awake), clock_us, stop, |change| due.change(change));
            }
            continue;
        }
        match left.checked_sub(SPIN) {
            Some(rest) if !rest.is_zero() => {
                thread::sleep(rest.min(LONGEST_SLEEP)); // tidy: the pacer's thread waits in real time
            }
            Some(_) | None => std::hint::spin_loop(),
        }
    }
}

/// Either makes the thread more punctual, and neither is owed to us: what it is late by is measured anyway. On Linux
/// niceness is a thread's own, and only a privileged process may go below zero.
fn be_prompt() {
    let _ = rustix::thread::set_current_timer_slack(Some(TIMER_SLACK_NS));
    let _ = rustix::process::nice(-PROMPT);
}

/// Due times in order.
trait Times: Iterator<Item = Duration> {
    /// What lies behind a moment comes at so many percent of the plan's rate.
    fn pace(&mut self, moment: Duration, percent: u32);
}

/// A scenario's due times.
struct Planned<'a>(Offsets<'a>);

impl Iterator for Planned<'_> {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        self.0.next().map(Duration::from_nanos)
    }
}

impl Times for Planned<'_> {
    fn pace(&mut self, moment: Duration, percent: u32) {
        self.0
            .pace(u64::try_from(moment.as_nanos()).unwrap_or(u64::MAX), percent);
    }
}

/// Due times without a pace.
struct Fixed<I>(I);

impl<I: Iterator<Item = Duration>> Iterator for Fixed<I> {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        self.0.next()
    }
}

impl<I: Iterator<Item = Duration>> Times for Fixed<I> {
    fn pace(&mut self, _moment: Duration, _percent: u32) {}
}

/// The pure part: which arrivals are due, and when to look next.
struct Due<T> {
    times: T,
    /// The next due time, before pauses.
    ahead: Option<Duration>,
    seq: u32,
    /// What pauses so far add up to.
    stood: Duration,
    /// Until when more may come, be none left now.
    until: Option<Duration>,
}

impl<T: Times> Due<T> {
    fn new(mut times: T) -> Self {
        Self {
            ahead: times.next(),
            times,
            seq: 0,
            stood: Duration::ZERO,
            until: None,
        }
    }

    fn until(times: T, until: Duration) -> Self {
        Self {
            until: Some(until),
            ..Self::new(times)
        }
    }

    /// When the next arrival is due, or no more can come; `None` when nothing is left.
    fn next(&self) -> Option<Duration> {
        self.ahead.or(self.until).map(|due| due + self.stood)
    }

    /// Whether nothing is left as it stands.
    fn is_empty(&self) -> bool {
        self.ahead.is_none()
    }

    /// Something was changed by hand; all that was due is released.
    fn change(&mut self, change: Change) {
        match change {
            Change::Stood(by) => self.stood += by,
            Change::Pace { plan_us, percent } => {
                self.times.pace(Duration::from_micros(plan_us), percent);
                self.ahead = self.times.next();
            }
        }
    }

    /// The next arrival that is due at `now`. Without an end at `u32::MAX` numbers would repeat.
    fn release(&mut self, now: Duration) -> Option<Arrival> {
        let intended = self.ahead.map(|due| due + self.stood).filter(|due| *due <= now)?;
        self.ahead = self.times.next();
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

    use scenarios::{Timeline, load::Schedule};

    use super::{Arrival, Change, Due, Fixed, Planned};

    fn us(micros: u64) -> Duration {
        Duration::from_micros(micros)
    }

    /// Looks whenever the schedule says so, `late` microseconds too late, and lists (looked at, seq, intended, lag).
    fn check(offsets: &[u64], late: u64, expected: &[(u64, u32, u64, u64)]) {
        let mut due = Due::new(Fixed(offsets.iter().copied().map(us)));
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
    fn a_pause_moves_what_is_behind_it_and_makes_nothing_late() {
        let mut due = Due::new(Fixed([0, 1_000, 2_000, 3_000].into_iter().map(us)));
        let released = |due: &mut Due<_>, now| {
            let all = std::iter::from_fn(|| due.release(us(now)));
            all.map(|arrival| (arrival.seq, arrival.intended_us, arrival.lag_us))
                .collect::<Vec<_>>()
        };
        assert_eq!(released(&mut due, 1_200), [(0, 0, 1_200), (1, 1_000, 200)]);
        due.change(Change::Stood(us(60_000_000)));
        assert_eq!(due.next(), Some(us(60_002_000)));
        assert!(released(&mut due, 60_001_999).is_empty());
        due.change(Change::Stood(us(500)));
        assert_eq!(
            released(&mut due, 60_004_000),
            [(2, 60_002_500, 1_500), (3, 60_003_500, 500)]
        );
    }

    #[test]
    fn numbers_go_on_at_another_pace_and_a_pause_moves_it_too() {
        let text = "name: x\nphases: [{name: whole, for: 1s}]\nload: {arrivals: [{constant: 2/s}]}\n";
        let scenario = scenarios::read("x.yaml", text).unwrap_or_else(|problems| panic!("{problems:?}"));
        let schedule = Schedule::over(&scenario.load, scenario.seed, &Timeline::new(&scenario, None));
        let mut due = Due::until(Planned(schedule.offsets()), schedule.length());
        let ms = |ms: u64| us(ms * 1_000);
        let take = |due: &mut Due<_>, now| {
            let all = std::iter::from_fn(|| due.release(ms(now)));
            all.map(|arrival| (arrival.seq, arrival.intended_us / 1_000))
                .collect::<Vec<_>>()
        };
        assert_eq!(take(&mut due, 700), [(0, 0), (1, 500)]);
        // Nothing is left, and until the end more may come.
        assert_eq!((due.is_empty(), due.next()), (true, Some(ms(1_000))));
        due.change(Change::Pace {
            plan_us: 700_000,
            percent: 1_000,
        });
        due.change(Change::Stood(ms(5_000)));
        assert_eq!(due.next(), Some(ms(5_730)));
        assert_eq!(
            take(&mut due, 9_000),
            (2..8)
                .map(|seq| (seq, 5_730 + 50 * u64::from(seq - 2)))
                .collect::<Vec<_>>()
        );
        assert_eq!(due.next(), Some(ms(6_000)));
    }

    #[test]
    fn nothing_planned_ends_at_once() {
        check(&[], 0, &[]);
    }
}
