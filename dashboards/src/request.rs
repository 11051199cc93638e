//! What the dashboard asks of others, and what an event means for the loop.

/// Where the pictures come from; it says what a key can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The run of this process: to stop the dashboard is to stop the run.
    Run,
    /// Somebody else's run or gateway: to stop the dashboard is to look away.
    Watched,
    /// A recorded run: nothing can be steered, and time can be.
    Recording,
}

/// How a recording is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Playback {
    /// Whether it stands.
    pub paused: bool,
    /// How fast it goes, as a power of two: 0 as it was, 3 eight times as fast, -1 half as fast.
    pub speed: i8,
    /// The second to go to first; past the last one the end. `None` is where it stands.
    pub from: Option<u32>,
}

impl Playback {
    /// The slowest and the fastest.
    const SPEEDS: std::ops::RangeInclusive<i8> = -2..=6;

    /// It stands at its end, and goes as it was recorded.
    pub const START: Self = Self {
        paused: true,
        speed: 0,
        from: None,
    };

    /// How many seconds of the recording go by in a second.
    pub fn factor(self) -> f64 {
        f64::from(self.speed).exp2()
    }

    /// Twice as fast for each step, within the limits.
    pub(crate) fn faster(self, steps: i8) -> Self {
        Self {
            speed: (self.speed + steps).clamp(*Self::SPEEDS.start(), *Self::SPEEDS.end()),
            ..self
        }
    }

    /// `2×`, `¼×`, with `paused` before it where it stands.
    pub fn word(self) -> String {
        let factor = match self.speed {
            -2 => "¼×".to_owned(),
            -1 => "½×".to_owned(),
            _ => format!("{}×", self.factor()),
        };
        if self.paused {
            format!("paused {factor}")
        } else {
            factor
        }
    }
}

/// What the dashboard asks of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// End gracefully: no more arrivals, then drain.
    Stop,
    /// End now.
    Abort,
    /// Change the load or the gateway's drill.
    Steer(Steer),
    /// What became of this order; the answer is `Event::Story`.
    Story(String),
    /// Write what is known so far; the answer is `Event::Remark`.
    Export,
    /// Put a mark with these words into the log.
    Mark(String),
    /// Pictures of this source from now on, by its place in `ScreenOptions::sources`.
    Source(usize),
    /// Play the recording like this.
    Play(Playback),
}

/// What the dashboard can change of the load and the gateway's drill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steer {
    /// The load: no more arrivals until asked again.
    Pause,
    /// The load: a tenth more arrivals.
    Faster,
    /// The load: fewer by the same.
    Slower,
    /// The gateway: to the next phase.
    NextPhase,
    /// The gateway: to the phase before.
    PreviousPhase,
    /// The gateway: the prepared fault, on or off.
    Fault,
}

/// What an event means for the loop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing that can be seen.
    Nothing,
    /// Draw again.
    Redraw,
    /// Ask the run, then draw again.
    Ask(Request),
    /// The dashboard is over.
    Leave,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_stay_within_their_limits() {
        let playing = Playback {
            paused: false,
            ..Playback::START
        };
        for (steps, word) in [(-9, "¼×"), (-1, "½×"), (0, "1×"), (1, "2×"), (99, "64×")] {
            assert_eq!(playing.faster(steps).word(), word, "{steps}");
        }
        assert_eq!(Playback::START.word(), "paused 1×");
    }
}
