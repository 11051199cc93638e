//! Moments of the gateway's calendar on the wall. A scenario may let the calendar run faster than the wall; what the load
//! measures is always the wall's.

use rust_decimal::{Decimal, prelude::ToPrimitive as _};
use scenarios::Scenario;

/// How a gateway's calendar ran during a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Calendar {
    /// In step with the wall.
    InStep,
    /// Faster or slower, all the time.
    AtSpeed {
        /// Calendar time for each stretch of wall time.
        speed: Decimal,
        /// A moment on the wall, milliseconds since the Unix epoch.
        wall_ms: u64,
        /// The calendar's at that moment.
        calendar_ms: u64,
    },
}

impl Calendar {
    /// Whether a scenario needs to be asked: one whose calendar stands still pays nothing by itself.
    pub(crate) fn is_in_step(scenario: &Scenario) -> bool {
        scenario.clock.frozen || scenario.clock.speed == Decimal::ONE
    }

    /// The moment on the wall of one on the calendar.
    pub(crate) fn wall_ms(self, moment_ms: u64) -> u64 {
        match self {
            Self::InStep => moment_ms,
            Self::AtSpeed {
                speed,
                wall_ms,
                calendar_ms,
            } => {
                let since = calendar_ms.saturating_sub(moment_ms);
                let passed = (Decimal::from(since) / speed).to_u64().unwrap_or(0);
                wall_ms.saturating_sub(passed)
            }
        }
    }

    /// How long a stretch of the calendar takes on the wall, microseconds.
    pub(crate) fn on_the_wall_us(self, us: u64) -> u64 {
        match self {
            Self::InStep => us,
            Self::AtSpeed { speed, .. } => (Decimal::from(us) / speed).to_u64().unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_stretches_are_put_on_the_wall() {
        let fast = Calendar::AtSpeed {
            speed: Decimal::from(60),
            wall_ms: 100_000,
            calendar_ms: 700_000,
        };
        for (calendar_ms, wall_ms) in [
            (700_000, 100_000),
            (640_000, 99_000),
            (100_000, 90_000),
            (800_000, 100_000),
        ] {
            assert_eq!(fast.wall_ms(calendar_ms), wall_ms, "{calendar_ms}");
        }
        assert_eq!(fast.on_the_wall_us(120_000_000), 2_000_000);
        assert_eq!(Calendar::InStep.wall_ms(5), 5);
        assert_eq!(Calendar::InStep.on_the_wall_us(5), 5);
    }
}
