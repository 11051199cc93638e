//! Time. The only file of the gateway that reads the system's clock. What must end on time waits by the [`Sleeper`],
//! what may be a millisecond or two late by `tokio::time`; tests can pause both.
//!
//! Two times are told apart: *wall* (phases, delays, deadlines, the timestamp window) and the *gateway's calendar*
//! (payers, settling, days, callbacks with their holds and retries), which is the file `calendar`'s.

mod calendar;
mod sleeper;
mod speed;
mod timer;

use std::{
    io,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::time::Instant;

pub(crate) use calendar::Calendar;
pub use sleeper::Sleeper;
pub(crate) use speed::Speed;
pub use timer::Timer;

/// Tells the wall time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Clock {
    /// The system's.
    System,
    /// From a chosen moment on in step with tokio's time, so that a paused test stands still on the wall too.
    #[cfg_attr(not(test), expect(dead_code, reason = "made by tests only"))]
    Steady {
        /// The wall time at `since`.
        wall: Duration,
        /// Tokio's time at `wall`.
        since: Instant,
    },
}

impl Clock {
    /// A clock that shows `wall` (since the Unix epoch) now and then follows tokio's time.
    #[cfg(test)]
    pub(crate) fn steady(wall: Duration) -> Self {
        Self::Steady {
            wall,
            since: Instant::now(),
        }
    }

    /// What waits for this clock: a thread, which a new gateway owns; where the wall follows tokio's time, its timer.
    pub(crate) fn sleeper(self) -> io::Result<Sleeper> {
        match self {
            Self::System => Timer::start().map(Sleeper::Thread),
            Self::Steady { .. } => Ok(Sleeper::Tokio),
        }
    }

    /// The wall time since the Unix epoch.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    pub(crate) fn wall(self) -> Duration {
        match self {
            // A system clock before 1970 reads as 1970: nothing sensible can be signed then, and nothing panics.
            Self::System => SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
            Self::Steady { wall, since } => wall + since.elapsed(),
        }
    }
}

/// Whole milliseconds of a duration, at most `u64::MAX`.
pub(crate) fn whole_ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Whole microseconds of a duration, at most `u64::MAX`.
pub(crate) fn whole_us(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
