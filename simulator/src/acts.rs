//! What operators did to the drill, and what came of it: whoever reads afterwards why the figures changed finds from when
//! to when a fault was on. The journal is not the place: its lines are exchanges, and merchants' integrations are
//! counted by them.
//!
//! Only the newest acts are kept; each is a line of the log too.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use protocol::admin::{ActLine, ActPage, FORMAT};
use scenarios::duration_text;

use crate::clock::whole_us;

/// Acts that are kept: people do few things a minute, and a script that does many looks at them as it goes.
const KEPT: usize = 1_000;

/// The newest acts.
#[derive(Debug, Default)]
pub(crate) struct Acts {
    lines: Mutex<Lines>,
}

#[derive(Debug, Default)]
struct Lines {
    kept: VecDeque<ActLine>,
    last: u64,
}

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Another scenario is in force.
    Scenario {
        /// The one before.
        old: String,
        /// The one in force.
        new: String,
    },
    /// The timeline was moved.
    Phase {
        /// Where it stood.
        from: String,
        /// Where it stands.
        to: String,
    },
    /// The timeline was held, in this phase.
    TimelineHeld(String),
    /// It goes on, in this phase.
    TimelineReleased(String),
    /// A fault is in force.
    FaultPut {
        /// Its name.
        name: String,
        /// For how long.
        ttl: Duration,
        /// As it was written.
        text: String,
    },
    /// A fault is lifted before its end.
    FaultLifted(String),
    /// A fault came to its end.
    FaultEnded(String),
    /// The calendar was moved on, or runs otherwise: how, in words.
    Clock(String),
    /// This many held callbacks were let go.
    Release(u64),
    /// Everything was forgotten.
    Reset,
}

impl Acts {
    /// Adds an act of this moment on the wall.
    pub(crate) fn note(&self, wall: Duration, act: &Act) {
        let mut lines = self.lines();
        lines.last += 1;
        let line = ActLine {
            seq: lines.last,
            time_us: whole_us(wall),
            act: act.word().to_owned(),
            name: act.name().to_owned(),
            detail: act.detail(),
        };
        tracing::info!(
            act = line.act,
            name = line.name,
            detail = line.detail,
            "the drill is changed"
        );
        if lines.kept.len() >= KEPT {
            lines.kept.pop_front();
        }
        lines.kept.push_back(line);
    }

    /// Acts with a larger number than `after`, oldest first, at most `limit`.
    pub(crate) fn page(&self, after: u64, limit: usize) -> ActPage {
        let lines = self.lines();
        let newer = lines.kept.iter().filter(|line| line.seq > after);
        ActPage {
            format: FORMAT,
            acts: newer.take(limit).cloned().collect(),
            last: lines.last,
        }
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Act {
    fn word(&self) -> &'static str {
        match self {
            Self::Scenario { .. } => "scenario",
            Self::Phase { .. } => "phase",
            Self::TimelineHeld(_) => "timeline_held",
            Self::TimelineReleased(_) => "timeline_released",
            Self::FaultPut { .. } => "fault_put",
            Self::FaultLifted(_) => "fault_lifted",
            Self::FaultEnded(_) => "fault_ended",
            Self::Clock(_) => "clock",
            Self::Release(_) => "release",
            Self::Reset => "reset",
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Scenario { new: name, .. }
            | Self::Phase { to: name, .. }
            | Self::TimelineHeld(name)
            | Self::TimelineReleased(name)
            | Self::FaultPut { name, .. }
            | Self::FaultLifted(name)
            | Self::FaultEnded(name) => name,
            Self::Clock(_) | Self::Release(_) | Self::Reset => "",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Scenario { old: from, .. } | Self::Phase { from, .. } => format!("from {from}"),
            Self::FaultPut { ttl, text, .. } => format!("for {}: {}", duration_text(*ttl), text.trim()),
            Self::Clock(how) => how.clone(),
            Self::Release(count) => format!("{count} held"),
            Self::TimelineHeld(_)
            | Self::TimelineReleased(_)
            | Self::FaultLifted(_)
            | Self::FaultEnded(_)
            | Self::Reset => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_are_kept_and_numbers_go_on() {
        let acts = Acts::default();
        for count in 0..KEPT as u64 + 5 {
            acts.note(Duration::from_micros(count), &Act::Release(count));
        }
        let page = acts.page(0, usize::MAX);
        assert_eq!(
            (page.acts.len(), page.acts[0].seq, page.last),
            (KEPT, 6, KEPT as u64 + 5)
        );
        assert_eq!(page.acts[0].detail, "5 held");
        let rest = acts.page(page.last - 2, 1);
        assert_eq!((rest.acts.len(), rest.acts[0].seq), (1, page.last - 1));
    }
}
