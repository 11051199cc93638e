//! `frames.jsonl`: the pictures of a run, a line each, so that they can be looked at again or from elsewhere.
//!
//! A line holds a whole picture but for what earlier lines said: the plan has a line of its own whenever it changes, and
//! seconds, failures and events stand in the first frame in which they are new or have changed. So the pictures that a
//! [`FrameReader`] gives are those the writer was given, whoever joins late has all that a snapshot keeps, and a line is as
//! long as its news.

mod stream;

use std::{
    collections::BTreeMap,
    io::{self, BufRead, Write},
    sync::Arc,
};

pub use self::stream::{FrameStream, StreamError};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    snapshot::{
        CallbackFigures, CapacityFigures, ClassFigures, EVENTS_KEPT, EventLine, FAILURES_KEPT, Failure, LoadFigures,
        OperationFigures, PhaseFigures, RuleFigures, RunPlan, SECONDS_KEPT, SecondFigures, Snapshot, Stage, Steering,
        Subject, WindowFigures,
    },
    trust::Trust,
    verdict::Judged,
};

/// The version of the format; readers refuse a larger one.
pub const FORMAT: u32 = 1;

/// Bytes of a line, at most: a day's plan is the longest.
pub const LONGEST_LINE: u64 = 16 << 20;

/// How many seconds are told of a run when it is over: four hours.
pub const SECONDS_TOLD: usize = 4 * 3_600;

/// One line.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Line {
    /// What is planned from here on.
    Plan {
        format: u32,
        #[serde(flatten)]
        plan: Arc<RunPlan>,
    },
    Frame(Box<Frame>),
}

/// A picture without its plan, and with news only.
#[derive(Serialize, Deserialize)]
struct Frame {
    subject: Subject,
    stage: Stage,
    elapsed_us: u64,
    load: LoadFigures,
    seconds: Vec<Arc<SecondFigures>>,
    windows: Vec<WindowFigures>,
    classes: Vec<ClassFigures>,
    operations: Vec<OperationFigures>,
    phases: Arc<Vec<PhaseFigures>>,
    callbacks: CallbackFigures,
    capacity: Option<CapacityFigures>,
    rules: Vec<RuleFigures>,
    expectations: Vec<Judged>,
    trust: Trust,
    by_hand: Vec<String>,
    steering: Steering,
    failures: Vec<Failure>,
    events: Vec<EventLine>,
}

/// Writes pictures.
#[derive(Debug)]
pub struct FrameWriter<W> {
    out: W,
    plan: Option<Arc<RunPlan>>,
    /// What was written of seconds that a picture still holds.
    seconds: Vec<Arc<SecondFigures>>,
    failure: u64,
    event: u64,
}

/// Why a line is none.
#[derive(Debug, Error)]
pub enum FrameError {
    /// Written by a newer paydrill.
    #[error("frames have format {found}, this paydrill reads up to {FORMAT}: use a newer one")]
    Newer {
        /// Its format.
        found: u32,
    },
    /// A frame before any plan.
    #[error("a frame stands before the plan it belongs to")]
    NoPlan,
    /// Not a frame at all.
    #[error("not a line of frames: {0}")]
    Json(#[from] serde_json::Error),
}

impl<W: Write> FrameWriter<W> {
    /// Frames into `out`.
    pub fn new(out: W) -> Self {
        Self {
            out,
            plan: None,
            seconds: Vec::new(),
            failure: 0,
            event: 0,
        }
    }

    /// Writes a picture and flushes it, so that whoever reads along sees whole lines.
    ///
    /// # Errors
    /// Those of the output.
    pub fn write(&mut self, picture: &Snapshot) -> io::Result<()> {
        if self.plan.as_ref().is_none_or(|plan| **plan != *picture.plan) {
            self.line(&Line::Plan {
                format: FORMAT,
                plan: Arc::clone(&picture.plan),
            })?;
            self.plan = Some(Arc::clone(&picture.plan));
        }
        let frame = self.news(picture);
        self.line(&Line::Frame(Box::new(frame)))?;
        self.out.flush()
    }

    /// The output meanwhile: whoever takes bytes out of it takes whole lines.
    pub fn output(&mut self) -> &mut W {
        &mut self.out
    }

    /// The output.
    pub fn into_inner(self) -> W {
        self.out
    }

    fn news(&mut self, picture: &Snapshot) -> Frame {
        let seconds = self.changed(&picture.seconds);
        self.seconds.clone_from(&picture.seconds);
        let failures = picture.failures.iter().filter(|failure| failure.seq > self.failure);
        let failures: Vec<Failure> = failures.cloned().collect();
        let events = picture.events.iter().filter(|event| event.seq > self.event);
        let events: Vec<EventLine> = events.cloned().collect();
        self.failure = failures.last().map_or(self.failure, |failure| failure.seq);
        self.event = events.last().map_or(self.event, |event| event.seq);
        Frame {
            subject: picture.subject,
            stage: picture.stage,
            elapsed_us: picture.elapsed_us,
            load: picture.load,
            seconds,
            windows: picture.windows.clone(),
            classes: picture.classes.clone(),
            operations: picture.operations.clone(),
            phases: Arc::clone(&picture.phases),
            callbacks: picture.callbacks,
            capacity: picture.capacity,
            rules: picture.rules.clone(),
            expectations: picture.expectations.clone(),
            trust: picture.trust.clone(),
            by_hand: picture.by_hand.clone(),
            steering: picture.steering,
            failures,
            events,
        }
    }

    /// Seconds that are new or not as they were written. Both lists rise; what stays the same is mostly the same memory.
    fn changed(&self, seconds: &[Arc<SecondFigures>]) -> Vec<Arc<SecondFigures>> {
        let is_written = |second: &Arc<SecondFigures>| {
            let at = self.seconds.binary_search_by_key(&second.second, |old| old.second);
            at.is_ok_and(|at| Arc::ptr_eq(&self.seconds[at], second) || *self.seconds[at] == **second)
        };
        seconds.iter().filter(|second| !is_written(second)).cloned().collect()
    }

    /// One write a line, so that a reader of the file never sees half of one from a buffer's border.
    fn line(&mut self, line: &Line) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        self.out.write_all(&bytes)
    }
}

/// Gives the pictures again.
#[derive(Debug, Default)]
pub struct FrameReader {
    plan: Option<Arc<RunPlan>>,
    seconds: BTreeMap<u32, Arc<SecondFigures>>,
    /// Shared by pictures between which nothing failed.
    failures: Arc<Vec<Failure>>,
    events: Arc<Vec<EventLine>>,
}

impl FrameReader {
    /// Nothing read yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a line; `None` where it only says what comes.
    ///
    /// # Errors
    /// Where it is no line of frames, or of a newer format.
    pub fn read(&mut self, line: &[u8]) -> Result<Option<Arc<Snapshot>>, FrameError> {
        match serde_json::from_slice(line)? {
            Line::Plan { format, .. } if format > FORMAT => Err(FrameError::Newer { found: format }),
            Line::Plan { plan, .. } => {
                self.plan = Some(plan);
                Ok(None)
            }
            Line::Frame(frame) => self.picture(*frame).map(Some),
        }
    }

    fn picture(&mut self, frame: Frame) -> Result<Arc<Snapshot>, FrameError> {
        let plan = self.plan.clone().ok_or(FrameError::NoPlan)?;
        for second in frame.seconds {
            self.seconds.insert(second.second, second);
        }
        while self.seconds.len() > SECONDS_KEPT {
            self.seconds.pop_first();
        }
        keep(&mut self.failures, frame.failures, FAILURES_KEPT);
        keep(&mut self.events, frame.events, EVENTS_KEPT);
        Ok(Arc::new(Snapshot {
            subject: frame.subject,
            plan,
            stage: frame.stage,
            elapsed_us: frame.elapsed_us,
            load: frame.load,
            seconds: Arc::new(self.seconds.values().cloned().collect()),
            windows: frame.windows,
            classes: frame.classes,
            operations: frame.operations,
            phases: frame.phases,
            callbacks: frame.callbacks,
            capacity: frame.capacity,
            rules: frame.rules,
            expectations: frame.expectations,
            trust: frame.trust,
            by_hand: frame.by_hand,
            steering: frame.steering,
            failures: Arc::clone(&self.failures),
            events: Arc::clone(&self.events),
        }))
    }
}

/// Every second that these frames tell of, each as it was told last: a picture holds the newest alone. Of more than
/// [`SECONDS_TOLD`] the oldest are left out. A line that is cut off ends it, as that of a run that was killed.
///
/// # Errors
/// Where it cannot be read.
pub fn seconds(source: impl BufRead) -> io::Result<Vec<Arc<SecondFigures>>> {
    let mut seconds = BTreeMap::new();
    for line in source.split(b'\n') {
        match serde_json::from_slice(&line?) {
            Ok(Line::Plan { .. }) => {}
            Ok(Line::Frame(frame)) => {
                let news = frame.seconds.into_iter().map(|second| (second.second, second));
                seconds.extend(news);
                while seconds.len() > SECONDS_TOLD {
                    seconds.pop_first();
                }
            }
            Err(_) => break,
        }
    }
    Ok(seconds.into_values().collect())
}

/// Adds news, of which only the newest stay.
fn keep<T: Clone>(kept: &mut Arc<Vec<T>>, news: Vec<T>, most: usize) {
    if news.is_empty() {
        return;
    }
    let kept = Arc::make_mut(kept);
    kept.extend(news);
    let gone = kept.len().saturating_sub(most);
    kept.drain(..gone);
}

#[cfg(test)]
mod tests;
