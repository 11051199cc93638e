//! The search for a target's limit, live: one warm run in which the level of the load changes from step to step.
//!
//! `measure::search` says which level comes next and judges what was found; here levels become arrivals. Users, client,
//! connections and journeys are those of a run and live through the whole search; a step is a schedule of its own on the
//! one axis of the search. Nothing is audited: a search asks how much, not whether it was right; errors are counted.
//!
//! | file | owns |
//! |---|---|
//! | `bare` | the scenario without its timeline; what was measured, in words |
//! | `objective` | sentences of an objective, judged by a step's samples |
//! | `batches` | which batch of a step a sample belongs to |
//! | `traffic` | arrivals at a rate; shoppers that come again |
//! | `samples` | what was recorded of a step |
//! | `drive` | step after step, and the end |

mod bare;
mod batches;
mod drive;
mod objective;
mod samples;
mod traffic;

use std::{path::PathBuf, sync::mpsc, thread, time::Duration};

use measure::search::{
    Range, STEPS_MOST,
    report::{CapacityReport, Step},
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub use bare::{Bare, bare};
pub use objective::{Objective, ObjectiveError};

use crate::{Admin, LoadError, Stopper};

/// A search, as asked for.
pub struct CapacityPlan {
    /// What the load does, and what our own gateway plays.
    pub bare: Bare,
    /// Where to look.
    pub range: Range,
    /// The least the user wants to see, for the report.
    pub at_least: Option<f64>,
    /// What must be kept; all of them.
    pub objectives: Vec<Objective>,
    /// How long a step is.
    pub step: Duration,
    /// How long a confirmation is.
    pub confirm: Duration,
    /// The search ends after this at the latest.
    pub longest: Duration,
    /// Whom to drive, as `http://host:port`.
    pub target: String,
    /// Whether that is our own gateway, in this process, playing the bare scenario.
    pub own: bool,
    /// The gateway's admin port, where it is known: it tells what is measured. Nothing is changed there.
    pub admin: Option<Admin>,
    /// Targets beside loopback that may be driven: addresses, networks or host names.
    pub allow_target: Vec<String>,
    /// The run folder; it exists. What does not fit memory lies there while the search lasts.
    pub out: PathBuf,
    /// What order numbers start with.
    pub prefix: String,
    /// Called with the planned instant of the first arrival, a little ahead of it.
    pub on_first_arrival: Option<Box<dyn FnOnce(Instant) + Send>>,
}

/// Starts a search. Waits for what is checked before, a few seconds at most.
///
/// # Errors
/// As [`crate::start`].
pub fn start(plan: CapacityPlan) -> Result<Searching, LoadError> {
    let stopper = Stopper {
        stop: CancellationToken::new(),
        abort: CancellationToken::new(),
    };
    let (ready, answer) = mpsc::sync_channel(1);
    // A search has fewer steps than this, so nothing ever waits for whoever shows them.
    let (tell, steps) = mpsc::sync_channel(STEPS_MOST as usize + 1);
    let told = stopper.clone();
    let thread = thread::Builder::new()
        .name("search".to_owned())
        .spawn(move || drive::run(plan, &told, &ready, tell))
        .map_err(|error| LoadError::System {
            what: "a thread for the search",
            error,
        })?;
    match answer.recv() {
        Ok(()) => Ok(Searching { steps, stopper, thread }),
        // The driver left before it was ready; its result says why.
        Err(_) => match thread.join() {
            Ok(Err(error)) => Err(error),
            Ok(Ok(_)) | Err(_) => Err(LoadError::Panicked),
        },
    }
}

/// A search under way.
pub struct Searching {
    steps: mpsc::Receiver<Step>,
    stopper: Stopper,
    thread: thread::JoinHandle<Result<CapacityReport, LoadError>>,
}

impl Searching {
    /// The next step that is over; `None` when the search is. Blocks until then.
    pub fn next_step(&self) -> Option<Step> {
        self.steps.recv().ok()
    }

    /// What stops it; the report is complete all the same.
    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    /// Blocks until the end.
    ///
    /// # Errors
    /// When the search broke off.
    pub fn wait(self) -> Result<CapacityReport, LoadError> {
        self.thread.join().unwrap_or(Err(LoadError::Panicked))
    }
}
