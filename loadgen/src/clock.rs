//! Time at the rim: wall time, the CPU this process used, and the axis of a run, on which zero is the planned instant of
//! the first arrival.

use std::{
    sync::OnceLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rustix::time::{ClockId, clock_gettime};
use tokio::time::Instant;

/// Microseconds since the Unix epoch.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the file where the load reads wall time"
)]
pub(crate) fn wall_us() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, micros)
}

/// CPU time of this process, all threads, user and system. Taken from the process's own clock: `/proc/stat` counts
/// ticks, which alias with paced work.
pub(crate) fn process_cpu() -> Duration {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(
        u64::try_from(used.tv_sec).unwrap_or(0),
        u32::try_from(used.tv_nsec).unwrap_or(0),
    )
}

/// Whole microseconds, saturating.
pub(crate) fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

/// A wall time as an instant, off by as much as the wall clock is set until then.
pub(crate) fn instant_of(wall_time_us: u64) -> Instant {
    let (now, now_us) = (Instant::now(), wall_us());
    match wall_time_us.checked_sub(now_us) {
        Some(ahead) => now + Duration::from_micros(ahead),
        None => now
            .checked_sub(Duration::from_micros(now_us - wall_time_us))
            .unwrap_or(now),
    }
}

/// The time axis of a run. Before it is set every instant is zero on it.
#[derive(Debug, Default)]
pub(crate) struct Axis(OnceLock<Zero>);

#[derive(Clone, Copy, Debug)]
struct Zero {
    at: Instant,
    wall_us: u64,
}

impl Axis {
    /// Fixes the planned instant of the first arrival; only the first call counts.
    pub(crate) fn set(&self, first: Instant) {
        let _ = self.0.get_or_init(|| {
            let now = Instant::now();
            let ahead = micros(first.saturating_duration_since(now));
            let behind = micros(now.saturating_duration_since(first));
            Zero {
                at: first,
                wall_us: wall_us().saturating_add(ahead).saturating_sub(behind),
            }
        });
    }

    /// Fixes it by wall time, microseconds since the Unix epoch, which other processes go by as well; only the first call
    /// counts.
    pub(crate) fn set_by_wall(&self, zero_us: u64) {
        let _ = self.0.get_or_init(|| Zero {
            at: instant_of(zero_us),
            wall_us: zero_us,
        });
    }

    /// The planned instant of the first arrival, once it is fixed.
    pub(crate) fn zero(&self) -> Option<Instant> {
        self.0.get().map(|zero| zero.at)
    }

    /// Microseconds since the first arrival's planned instant.
    pub(crate) fn us(&self, at: Instant) -> u64 {
        self.0
            .get()
            .map_or(0, |zero| micros(at.saturating_duration_since(zero.at)))
    }

    /// The wall time of the first arrival's planned instant, microseconds since the Unix epoch; 0 before it is fixed.
    pub(crate) fn wall_zero_us(&self) -> u64 {
        self.0.get().map_or(0, |zero| zero.wall_us)
    }

    /// A wall time on this axis; times before the first arrival are zero.
    pub(crate) fn us_of_wall(&self, wall_us: u64) -> u64 {
        wall_us.saturating_sub(self.wall_zero_us())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::Axis;

    #[tokio::test(start_paused = true)]
    async fn an_axis_counts_from_the_first_arrival() {
        let axis = Axis::default();
        assert_eq!((axis.us(Instant::now()), axis.wall_zero_us()), (0, 0));
        let first = Instant::now() + Duration::from_millis(5);
        axis.set(first);
        axis.set(first + Duration::from_secs(1));
        assert_eq!(axis.zero(), Some(first));
        assert_eq!(axis.us(first + Duration::from_micros(7)), 7);
        assert_eq!(axis.us(Instant::now()), 0);
        assert_eq!(axis.us_of_wall(axis.wall_zero_us() + 9), 9);
    }
}
