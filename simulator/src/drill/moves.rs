//! How operators move, hold and release the timeline.
//!
//! A held timeline stands still: its phase goes on for as long as the hold does, and no border passes. Orders, payers and
//! callbacks go on, and so does the calendar. Nothing ends a hold by itself; its release does, and whatever puts the
//! timeline elsewhere: a jump, another scenario, a reset.

use std::time::Duration;

use tokio::time::Instant;

use super::{Drill, InForce, Place, Standing};
use crate::acts::Act;

/// What an operator did to the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moved {
    /// The phase before.
    pub(crate) from: String,
    /// How far the timeline was.
    pub(crate) from_elapsed: Duration,
    /// How far it is.
    pub(crate) elapsed: Duration,
    /// Whether anything is other than before.
    pub(crate) changed: bool,
}

/// A timeline that was not held, for it has not started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the timeline has not started")]
pub(crate) struct NotStarted;

impl InForce {
    /// Moves the timeline to the begin of a phase, from where it runs; nothing where there is none of that name.
    pub(crate) fn jump(&self, name: &str) -> Option<Moved> {
        let _alone = self.alone();
        let drill = self.drill.load_full();
        let into = drill.timeline.bounds(drill.timeline.index_of(name)?).0;
        let (from, from_elapsed) = drill.phase_now();
        drill.course().jump(Instant::now(), into);
        self.moved.notify_one();
        self.note(&Act::Phase {
            from: from.to_owned(),
            to: name.to_owned(),
        });
        Some(Moved {
            from: from.to_owned(),
            from_elapsed,
            elapsed: into,
            changed: true,
        })
    }

    /// Whether the timeline is held.
    pub(crate) fn is_held(&self) -> bool {
        matches!(self.glance().course().place(), Place::Held(_))
    }

    /// Holds the timeline where it is; one that is held stays so.
    pub(crate) fn hold(&self) -> Result<Moved, NotStarted> {
        let _alone = self.alone();
        let drill = self.drill.load_full();
        let (before, now) = (drill.course().place(), Instant::now());
        let elapsed = match before.standing(now) {
            Standing::Running(elapsed) => elapsed,
            Standing::Waiting => return Err(NotStarted),
        };
        let changed = !matches!(before, Place::Held(_));
        if changed {
            drill.course().hold(now, elapsed);
        }
        Ok(self.held(&drill, elapsed, changed, |phase| Act::TimelineHeld(phase.to_owned())))
    }

    /// Lets a held timeline go on from where it is; one that is not held stays as it is.
    pub(crate) fn go_on(&self) -> Moved {
        let _alone = self.alone();
        let drill = self.drill.load_full();
        let before = drill.course().place();
        let (elapsed, changed) = match before {
            Place::Held(elapsed) => (elapsed, true),
            Place::Waiting | Place::Since(_) => (drill.phase_now().1, false),
        };
        if changed {
            drill.course().jump(Instant::now(), elapsed);
        }
        self.held(&drill, elapsed, changed, |phase| {
            Act::TimelineReleased(phase.to_owned())
        })
    }

    fn held(&self, drill: &Drill, elapsed: Duration, changed: bool, act: impl Fn(&str) -> Act) -> Moved {
        let phase = drill.phase_now().0;
        if changed {
            self.moved.notify_one();
            self.note(&act(phase));
        }
        Moved {
            from: phase.to_owned(),
            from_elapsed: elapsed,
            elapsed,
            changed,
        }
    }
}
