//! How a timeline came to where it stands: its start, and every jump since.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

/// Legs that are kept: people jump a few times a drill.
const KEPT: usize = 100;

/// The course of a timeline.
#[derive(Debug, Default)]
pub(super) struct Course {
    /// When it would have started, had nobody moved it; `None` while it waits for its start.
    started: Option<Instant>,
    /// Oldest first.
    legs: VecDeque<Leg>,
}

/// A stretch of time in which a timeline goes on undisturbed; it ends where the next one begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Leg {
    /// When it begins.
    pub(crate) at: Instant,
    /// How far the timeline is then.
    pub(crate) elapsed: Duration,
}

impl Course {
    /// One that starts at a moment, which may be still to come.
    pub(super) fn from(start: Instant) -> Self {
        let mut course = Self::default();
        course.start(start);
        course
    }

    /// When the timeline would have started, had nobody moved it.
    pub(super) fn started(&self) -> Option<Instant> {
        self.started
    }

    /// It starts, unless it has.
    pub(super) fn start(&mut self, at: Instant) {
        if self.started.is_none() {
            self.go(at, at);
        }
    }

    /// It is moved to where it is this far.
    pub(super) fn jump(&mut self, now: Instant, elapsed: Duration) {
        // A machine up for less time than that cannot express the start; then it is now.
        self.go(now, now.checked_sub(elapsed).unwrap_or(now));
    }

    /// How it came to where it stands at a moment; nothing before its start.
    pub(super) fn legs(&self, now: Instant) -> Vec<Leg> {
        self.legs.iter().filter(|leg| leg.at <= now).copied().collect()
    }

    fn go(&mut self, at: Instant, started: Instant) {
        // A start that was still to come never was.
        self.legs.retain(|leg| leg.at <= at);
        if self.legs.len() >= KEPT {
            self.legs.pop_front();
        }
        let elapsed = at.saturating_duration_since(started);
        self.legs.push_back(Leg { at, elapsed });
        self.started = Some(started);
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
        assert_eq!((course.started(), course.legs(at(9))), (None, Vec::new()));
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
        assert_eq!(course.started(), Some(at(6)));
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
