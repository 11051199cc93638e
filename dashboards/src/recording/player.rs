//! Which picture of a recording is shown now: it is played, stands, and is moved to any second.

use std::{sync::Arc, time::Duration};

use measure::snapshot::Snapshot;

use super::Recording;
use crate::request::Playback;

/// A recording as it is played. It has no clock: `now` is the time since any fixed moment, and rises.
#[derive(Clone, Debug)]
pub struct Player {
    recording: Recording,
    /// The picture shown.
    at: usize,
    /// The moment of the run reached at `since`.
    reached_us: f64,
    since: Duration,
    playback: Playback,
}

impl Player {
    /// Stands at the last picture.
    pub fn new(recording: Recording) -> Self {
        let at = recording.pictures.len() - 1;
        let reached_us = recording.last().elapsed_us as f64;
        Self {
            recording,
            at,
            reached_us,
            since: Duration::ZERO,
            playback: Playback::START,
        }
    }

    /// The picture shown.
    pub fn picture(&self) -> &Arc<Snapshot> {
        &self.recording.pictures[self.at]
    }

    /// Plays on like this.
    pub fn play(&mut self, playback: Playback, now: Duration) {
        self.advance(now);
        let starts = self.playback.paused && !playback.paused;
        if let Some(second) = playback.from {
            self.go(self.showing(second));
        } else if starts && self.is_at_end() {
            self.go(0);
        }
        self.playback = playback;
        self.since = now;
    }

    /// Moves to where the recording is at this time; whether another picture is shown than before.
    pub fn advance(&mut self, now: Duration) -> bool {
        let before = self.at;
        if !self.playback.paused && !self.is_at_end() {
            let gone = now.saturating_sub(self.since).as_secs_f64() * self.playback.factor();
            self.reached_us += gone * 1e6;
            let later = self.recording.pictures[self.at..]
                .partition_point(|picture| picture.elapsed_us as f64 <= self.reached_us);
            self.at += later.saturating_sub(1);
        }
        self.since = now;
        self.at != before
    }

    /// How long until there is another picture; `None` while it stands.
    pub fn next_in(&self) -> Option<Duration> {
        if self.playback.paused {
            return None;
        }
        let next = self.recording.pictures.get(self.at + 1)?;
        let left_us = (next.elapsed_us as f64 - self.reached_us).max(0.0);
        Some(Duration::from_secs_f64(left_us / 1e6 / self.playback.factor()))
    }

    fn is_at_end(&self) -> bool {
        self.at + 1 == self.recording.pictures.len()
    }

    fn go(&mut self, at: usize) {
        self.at = at;
        self.reached_us = self.picture().elapsed_us as f64;
    }

    /// The first picture in which a second is complete; past the last second the last one.
    fn showing(&self, second: u32) -> usize {
        let pictures = &self.recording.pictures;
        let lacks = |picture: &Arc<Snapshot>| picture.seconds.last().is_none_or(|last| last.second < second);
        pictures.partition_point(lacks).min(pictures.len() - 1)
    }
}
