//! Where a timeline is, and how it came there: its start, every jump and every hold since.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

/// Legs that are kept: people jump a few times a drill.
const KEPT: usize = 100;

/// Where a drill stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The timeline has not started; decisions are those of the first phase.
    Waiting,
    /// Since its start, holds not counted.
    Running(Duration),
}

/// Where a timeline is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Place {
    /// Nobody started it.
    #[default]
    Waiting,
    /// It started then, had nobody moved it; that may lie ahead.
    Since(Instant),
    /// It is held, so far from its start.
    Held(Duration),
}

impl Place {
    pub(super) fn standing(self, now: Instant) -> Standing {
        match self {
            Self::Waiting => Standing::Waiting,
            Self::Since(at) => now
                .checked_duration_since(at)
                .map_or(Standing::Waiting, Standing::Running),
            Self::Held(elapsed) => Standing::Running(elapsed),
        }
    }
}

/// The course of a timeline.
#[derive(Debug, Default)]
pub(super) struct Course {
    place: Place,
    /// Oldest first.
    legs: VecDeque<Leg>,
}

/// A stretch of time in which a timeline goes on undisturbed, or stands still; it ends where the next one begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Leg {
    /// When it begins.
    pub(crate) at: Instant,
    /// How far the timeline is then.
    pub(crate) elapsed: Duration,
    /// Whether it stays there.
    pub(crate) held: bool,
}

impl Course {
    /// One that starts at a moment, which may be still to come.
    pub(super) fn from(start: Instant) -> Self {
        let mut course = Self::default();
        course.start(start);
        course
    }

    /// Where the timeline is.
    pub(super) fn place(&self) -> Place {
        self.place
    }

    /// It starts, unless it has.
    pub(super) fn start(&mut self, at: Instant) {
        match self.place {
            Place::Waiting => self.go(at, at),
            Place::Since(_) | Place::Held(_) => {}
        }
    }

    /// It is moved to where it is this far, and goes on from there.
    pub(super) fn jump(&mut self, now: Instant, elapsed: Duration) {
        // A machine up for less time than that cannot express the start; then it is now.
        self.go(now, now.checked_sub(elapsed).unwrap_or(now));
    }

    /// It stands still, this far.
    pub(super) fn hold(&mut self, now: Instant, elapsed: Duration) {
        self.turn(Leg {
            at: now,
            elapsed,
            held: true,
        });
        self.place = Place::Held(elapsed);
    }

    /// How it came to where it stands at a moment; nothing before its start.
    pub(super) fn legs(&self, now: Instant) -> Vec<Leg> {
        self.legs.iter().filter(|leg| leg.at <= now).copied().collect()
    }

    fn go(&mut self, at: Instant, started: Instant) {
        self.turn(Leg {
            at,
            elapsed: at.saturating_duration_since(started),
            held: false,
        });
        self.place = Place::Since(started);
    }

    fn turn(&mut self, leg: Leg) {
        // A start that was still to come never was.
        self.legs.retain(|known| known.at <= leg.at);
        if self.legs.len() >= KEPT {
            self.legs.pop_front();
        }
        self.legs.push_back(leg);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_is_its_start_and_every_jump() {
        let now = Instant::now();
        let at = |s| now + Duration::from_secs(s);
        let mut course = Course::default();
        assert_eq!((course.place(), course.legs(at(9))), (Place::Waiting, Vec::new()));
        course.start(at(1));
        course.start(at(2));
        course.jump(at(5), Duration::from_secs(30));
        course.jump(at(6), Duration::ZERO);
        let legs = |until| {
            let legs = course.legs(at(until)).into_iter();
            legs.map(|leg| ((leg.at - now).as_secs(), leg.elapsed.as_secs()))
                .collect::<Vec<_>>()
        };
        assert_eq!(legs(0), []);
        assert_eq!(legs(4), [(1, 0)]);
        assert_eq!(legs(9), [(1, 0), (5, 30), (6, 0)]);
        assert_eq!(course.place(), Place::Since(at(6)));
        course.hold(at(8), Duration::from_secs(2));
        assert_eq!(
            course.place().standing(at(60)),
            Standing::Running(Duration::from_secs(2))
        );
        course.jump(at(60), Duration::from_secs(2));
        let last = course.legs(at(99)).split_off(3);
        let last = last
            .into_iter()
            .map(|leg| ((leg.at - now).as_secs(), leg.elapsed.as_secs(), leg.held));
        assert_eq!(last.collect::<Vec<_>>(), [(8, 2, true), (60, 2, false)]);
    }

    #[test]
    fn a_jump_before_the_start_takes_its_place_and_only_the_newest_are_kept() {
        let now = Instant::now();
        let mut course = Course::from(now + Duration::from_secs(60));
        course.jump(now, Duration::from_secs(10));
        assert_eq!(course.legs(now + Duration::from_secs(99)).len(), 1);
        for _ in 0..KEPT {
            course.jump(now, Duration::ZERO);
        }
        assert_eq!(course.legs(now).len(), KEPT);
        assert_eq!(course.legs(now)[0].elapsed, Duration::ZERO, "the first one is gone");
    }
}
