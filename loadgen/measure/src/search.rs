//! The search for a limit: which level to try next, and what was found. Pure: whoever drives it measures one level after
//! the other and tells how each went; levels are arrivals a second or users.
//!
//! First the level doubles from its start until one breaks (or halves until one is kept), then the bracket is halved until
//! it is closed, then the highest level that was kept is tried for much longer. Where that breaks it, the level steps down
//! and is tried again, a few times.
//!
//! | file | owns |
//! |---|---|
//! | `steady` | whether a step was a steady state: what was asked for was answered, nothing piled up |
//! | `interval` | what a figure may be, by the spread of its batches; the interval of the found level |
//! | `scalability` | the Universal Scalability Law through the steps; the knee |
//! | `report` | `capacity.json`, and the same as text |

pub mod interval;
pub mod report;
pub mod scalability;
pub mod steady;

use serde::{Deserialize, Serialize};

/// Significant digits of a rate: finer ones would not be told apart by any measurement.
const DIGITS: i32 = 3;

/// Times levels may break at their confirmation before the search gives up: by then the level stepped down by a third.
pub const CONFIRMATIONS_MOST: u32 = 5;

/// What rounding may add to a gap.
const ROUNDED: f64 = 1.02;

/// Steps of a search at most: doubling from one to the highest level takes 17, a bracket closes within 10.
pub const STEPS_MOST: u32 = 60;

/// What is searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The highest rate of arrivals.
    Rate,
    /// The most shoppers at a time.
    Users,
}

/// Where a search looks, and how closely.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// What a level is.
    pub by: By,
    /// The first level.
    pub from: f64,
    /// No level below it is tried.
    pub lowest: f64,
    /// No level above it is tried.
    pub highest: f64,
    /// How far the found level may lie below the limit, as a share of it.
    pub precision: f64,
}

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// The objective was kept.
    Kept,
    /// It was not, though all that was asked for was answered: a pause of either side may have done it.
    Broken,
    /// Less was answered than asked for, or work piled up: no objective can be kept for long.
    Overloaded,
}

/// What a step is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// To find a level that breaks, or one that is kept.
    Grow,
    /// To halve the bracket.
    Bisect,
    /// To see whether the level is kept for long.
    Confirm,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Next {
    /// Measure a level.
    Measure {
        /// What for.
        stage: Stage,
        /// The level.
        level: f64,
    },
    /// Nothing: the search is over.
    Done(Outcome),
}

/// What a search found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// This level is kept, and was confirmed.
    Found {
        /// The level.
        level: f64,
        /// The lowest level above it that broke; without one, nothing above was tried.
        broken: Option<f64>,
    },
    /// Not even the lowest level is kept.
    TooLow {
        /// It.
        lowest: f64,
    },
    /// Every confirmation broke.
    Unconfirmed {
        /// The last level that was tried.
        level: f64,
    },
    /// The search was ended from outside.
    Stopped {
        /// The highest level that was kept so far, for a short step.
        kept: Option<f64>,
    },
}

/// A search under way.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    range: Range,
    state: State,
    /// Whether the level of this state has broken once already.
    doubted: bool,
    steps: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Growing {
        level: f64,
        kept: Option<f64>,
    },
    Shrinking {
        level: f64,
        broken: f64,
    },
    Bisecting {
        kept: f64,
        broken: f64,
    },
    Confirming {
        level: f64,
        broken: Option<f64>,
        failed: u32,
    },
    /// Between a level that was kept for long and one that was not, too far apart.
    Refining {
        kept: f64,
        broken: f64,
    },
    Done(Outcome),
}

impl Search {
    /// A search that has tried nothing yet. The range is put in order: its first level lies within it.
    pub fn new(range: Range) -> Self {
        let highest = range.highest.max(range.lowest);
        let from = range.round(range.from.clamp(range.lowest, highest));
        Self {
            range: Range { from, highest, ..range },
            state: State::Growing {
                level: from,
                kept: None,
            },
            doubted: false,
            steps: 0,
        }
    }

    /// What to do next; asking changes nothing.
    pub fn next(&self) -> Next {
        let (stage, level) = match self.state {
            State::Growing { level, .. } | State::Shrinking { level, .. } => (Stage::Grow, level),
            State::Bisecting { kept, broken } => (Stage::Bisect, self.range.middle(kept, broken)),
            State::Confirming { level, .. } => (Stage::Confirm, level),
            State::Refining { kept, broken } => (Stage::Confirm, self.range.middle(kept, broken)),
            State::Done(outcome) => return Next::Done(outcome),
        };
        Next::Measure { stage, level }
    }

    /// Takes in how the step went that [`Self::next`] asked for, and whether that is beyond doubt. A level that was not
    /// kept, but not beyond doubt, is measured once more before that is believed. A confirmation that broke closely is
    /// believed at once: it was long enough.
    #[must_use]
    pub fn told(mut self, held: Held, clear: bool) -> Self {
        self.steps += 1;
        let confirming = matches!(self.state, State::Confirming { .. } | State::Refining { .. });
        let doubtful = match held {
            Held::Kept => false,
            Held::Broken => !clear && !confirming,
            Held::Overloaded => !clear,
        };
        if doubtful && !self.doubted {
            self.doubted = true;
        } else {
            self.doubted = false;
            self.state = self.after(held == Held::Kept);
        }
        if self.steps >= STEPS_MOST { self.stopped() } else { self }
    }

    /// Ends the search with what is known.
    #[must_use]
    pub fn stopped(mut self) -> Self {
        let kept = match self.state {
            State::Growing { kept, .. } => kept,
            State::Shrinking { .. } => None,
            State::Bisecting { kept, .. } | State::Refining { kept, .. } => Some(kept),
            State::Confirming { level, failed: 0, .. } => Some(level),
            State::Confirming { .. } => None,
            State::Done(_) => return self,
        };
        self.state = State::Done(Outcome::Stopped { kept });
        self
    }

    fn after(&self, kept_it: bool) -> State {
        let range = &self.range;
        match (self.state, kept_it) {
            (State::Growing { level, .. }, true) if level >= range.highest => confirming(level, None),
            (State::Growing { level, .. }, true) => State::Growing {
                level: range.round((level * 2.0).min(range.highest)),
                kept: Some(level),
            },
            (
                State::Growing {
                    level,
                    kept: Some(kept),
                },
                false,
            ) => self.bracket(kept, level),
            (State::Growing { level, kept: None } | State::Shrinking { level, .. }, false) => {
                if level <= range.lowest {
                    State::Done(Outcome::TooLow { lowest: level })
                } else {
                    State::Shrinking {
                        level: range.round((level / 2.0).max(range.lowest)),
                        broken: level,
                    }
                }
            }
            (State::Shrinking { level, broken }, true) => self.bracket(level, broken),
            (State::Bisecting { kept, broken }, true) => self.bracket(range.middle(kept, broken), broken),
            (State::Bisecting { kept, broken }, false) => self.bracket(kept, range.middle(kept, broken)),
            (State::Confirming { level, broken, .. }, true) => self.settle(level, broken),
            (State::Confirming { level, failed, .. }, false) => self.step_down(level, failed + 1),
            (State::Refining { kept, broken }, true) => self.settle(range.middle(kept, broken), Some(broken)),
            (State::Refining { kept, broken }, false) => self.settle(kept, Some(range.middle(kept, broken))),
            (State::Done(outcome), _) => State::Done(outcome),
        }
    }

    fn bracket(&self, kept: f64, broken: f64) -> State {
        if self.range.is_closed(kept, broken) {
            confirming(kept, Some(broken))
        } else {
            State::Bisecting { kept, broken }
        }
    }

    /// A level was kept for long: it is found, unless what broke lies too far above it.
    fn settle(&self, kept: f64, broken: Option<f64>) -> State {
        match broken {
            Some(broken) if !self.range.is_close(kept, broken) => State::Refining { kept, broken },
            Some(_) | None => State::Done(Outcome::Found { level: kept, broken }),
        }
    }

    fn step_down(&self, level: f64, failed: u32) -> State {
        let lower = self.range.lower(level, failed);
        if failed >= CONFIRMATIONS_MOST || lower < self.range.lowest || lower >= level {
            return State::Done(Outcome::Unconfirmed { level });
        }
        State::Confirming {
            level: lower,
            broken: Some(level),
            failed,
        }
    }
}

fn confirming(level: f64, broken: Option<f64>) -> State {
    State::Confirming {
        level,
        broken,
        failed: 0,
    }
}

impl Range {
    /// A level as it can be had: whole users, rates of three digits.
    fn round(&self, level: f64) -> f64 {
        match self.by {
            By::Users => level.round().max(1.0),
            By::Rate if level > 0.0 => {
                let power = 10_f64.powi(DIGITS - 1 - level.log10().floor() as i32);
                (level * power).round() / power
            }
            By::Rate => level,
        }
    }

    fn middle(&self, kept: f64, broken: f64) -> f64 {
        match self.by {
            By::Rate => self.round(f64::midpoint(kept, broken)),
            By::Users => f64::midpoint(kept, broken).floor(),
        }
    }

    /// Half of the precision: the other half is what a confirmation may step down by.
    fn is_closed(&self, kept: f64, broken: f64) -> bool {
        broken - kept <= broken * self.precision / 2.0 || !self.has_middle(kept, broken)
    }

    fn is_close(&self, kept: f64, broken: f64) -> bool {
        // A step down by just the precision is rounded.
        broken - kept <= broken * self.precision * ROUNDED || !self.has_middle(kept, broken)
    }

    fn has_middle(&self, kept: f64, broken: f64) -> bool {
        let middle = self.middle(kept, broken);
        kept < middle && middle < broken
    }

    /// The level below one that failed so often: by half of the precision, and twice as much each time.
    fn lower(&self, level: f64, failed: u32) -> f64 {
        let share = self.precision / 2.0 * f64::from(1_u32 << failed.clamp(1, CONFIRMATIONS_MOST).saturating_sub(1));
        let lower = level * (1.0 - share.min(0.5));
        match self.by {
            By::Rate => self.round(lower),
            By::Users => lower.floor().min(level - 1.0),
        }
    }
}

#[cfg(test)]
mod tests;
