//! Time. The only file of the gateway that reads the system's clock; all waiting goes through `tokio::time`, which
//! tests can pause.
//!
//! Two times are told apart: *wall* (phases, delays, deadlines, the timestamp window) and the *gateway's calendar*
//! (payers, callbacks, holds and retries). They run alike as long as no scenario makes the calendar faster.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

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

    /// The wall time since the Unix epoch.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    pub(crate) fn wall(self) -> Duration {
        match self {
            // A system clock before 1970 reads as 1970: nothing sensible can be signed then, and nothing panics.
            Self::System => SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
            Self::Steady { wall, since } => wall + since.elapsed(),
        }
    }

    /// The gateway's calendar since the Unix epoch.
    pub(crate) fn calendar(self) -> Duration {
        self.wall()
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
