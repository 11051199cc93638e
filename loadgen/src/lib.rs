//! Paced load against a gateway over HTTP, audited order by order.
//!
//! Start at [`start`]: it checks the target, then plays the scenario's load in threads of its own and gives a
//! [`Running`] to watch, stop and wait for. The flow of one arrival: `pace` releases it at its planned instant, a user
//! of the pool in `attack` pulls it, `journey` says what it does, `merchant` what the bytes are, `client` sends them;
//! `receiver` takes the callbacks. `aggregate` turns samples into snapshots; after the drain `finish` audits every order,
//! compares every rule's counts, judges the expectations and writes the run folder.
//!
//! | file | owns |
//! |---|---|
//! | `plan` | what is asked for, checked |
//! | `gate` | which addresses may be driven |
//! | `conduct` | the stages of a run: users ready, arrivals, drain, reconciliation, end |
//! | `pace`, `crowd` | the thread that releases arrivals; users that come again and again |
//! | `course` | where a run is on its plan, which pauses hold back |
//! | `heartbeat` | whether the machine lets our threads run |
//! | `safety` | caps, and what ends arrivals early |
//! | `attack` | users; the only file that knows goose |
//! | `journey`, `book` | what is due for an order; what is known of it |
//! | `shelf` | long rows of records that take little memory |
//! | `tour`, `waterfall` | journeys of one's own against a shop; where their time went |
//! | `merchant`, `client` | bytes and their meaning; sockets |
//! | `receiver` | the shop's callback endpoint |
//! | `admin`, `journal` | the gateway's admin port; its journal's lines |
//! | `expected` | which errors the scenario meant |
//! | `aggregate` | snapshots, four a second |
//! | `events`, `failures` | the run's log; the newest requests that failed |
//! | `audit`, `rules`, `judge` | orders against the ledger; rules against the wire; expectations |
//! | `finish`, `record` | the result and its files |
//! | `capacity` | the search for the target's limit, in one warm run |
//! | `rehearse` | the same in virtual time, without sockets |
//! | `recorded` | what a run folder holds for the run to be repeated |
//! | `stories` | the orders of a run folder that failed, with their lines of the journal |
//! | `shrink` | the smallest scenario that still shows something |
//! | `segment`, `merge` | what a part of a load leaves for the merge; the merge |
//! | `calendar` | the gateway's calendar on the wall |
//! | `clock` | wall time, CPU time, the axis of a run |
//!
//! Invariants: nothing is connected to that the gate did not admit; latency counts from the planned instant; the crate
//! knows the gateway only by its two ports, never by its code.

mod admin;
mod aggregate;
mod attack;
mod audit;
mod book;
mod calendar;
pub mod capacity;
mod client;
mod clock;
mod conduct;
mod course;
mod crowd;
mod events;
mod expected;
mod failures;
mod finish;
mod gate;
mod hand;
mod heartbeat;
mod journal;
mod journey;
mod judge;
mod merchant;
pub mod merge;
pub mod pace;
mod plan;
mod receiver;
mod record;
pub mod recorded;
pub mod rehearse;
mod rules;
mod safety;
mod segment;
mod shelf;
pub mod shrink;
pub mod stories;
#[cfg(test)]
mod testing;
mod tour;
mod waterfall;

use std::{io, path::PathBuf, sync::Arc, thread};

use measure::{
    snapshot::{RunPlan, SecondFigures, Snapshot},
    summary::Summary,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use admin::AdminError;
pub use attack::AttackError;
pub use gate::GateError;
pub use hand::{FAULT, Hand, Steer};
pub use plan::{Admin, JournalSource, Part, Plan, Repeats, USERS_MOST};
pub use safety::{CapError, Safety};
pub use tour::{Feed, FeedError};

/// Why a load did not run, or did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The target must not be driven.
    #[error("target: {0}")]
    Gate(#[from] GateError),
    /// The admin port must not be asked.
    #[error("admin: {0}")]
    AdminGate(GateError),
    /// Nobody listens at the target.
    #[error("target {target} cannot be reached: {why}")]
    Unreachable {
        /// The target.
        target: String,
        /// What the socket said.
        why: String,
    },
    /// The admin port does not answer as hoped.
    #[error("admin port {0}")]
    Admin(#[from] AdminError),
    /// The plan names a shop that the scenario does not have.
    #[error("the scenario has {known} shops, there is none with index {shop}")]
    Shop {
        /// The index.
        shop: usize,
        /// How many there are.
        known: usize,
    },
    /// The shop's token cannot be a key.
    #[error("shop {shop}: {error}")]
    ShopToken {
        /// The shop.
        shop: u64,
        /// What is wrong with its token.
        error: protocol::sign::TokenError,
    },
    /// The target refuses the shop's signature.
    #[error(
        "target {target} refuses shop {shop}: the token in the scenario is not the one it knows, or it has no such shop"
    )]
    Shopless {
        /// The target.
        target: String,
        /// The shop.
        shop: u64,
    },
    /// The load is beyond a cap.
    #[error("{0}")]
    Capped(#[from] CapError),
    /// The prefix cannot start an order number.
    #[error("order prefix {prefix:?} must be 1 to {max} printable ASCII characters")]
    Prefix {
        /// The prefix.
        prefix: String,
        /// The longest.
        max: usize,
    },
    /// A journey of one's own uses a name that nothing gives.
    #[error(
        "journey {journey}, step `{step}`: nothing gives `${{{name}}}`: no earlier step takes it, and no column of --feed has this name"
    )]
    UnknownName {
        /// The journey.
        journey: String,
        /// The step.
        step: String,
        /// The name.
        name: String,
    },
    /// Journeys of one's own in a rehearsal.
    #[error("journeys of one's own need the shop that they drive, and a rehearsal has none: use `paydrill load`")]
    NoShop,
    /// The moment the load was to begin at is over, or was when its users were ready.
    #[error("the start was {late_ms} ms ago: give `--start-at` a later time, at least five seconds from now")]
    StartIsOver {
        /// How long ago.
        late_ms: u64,
    },
    /// It is too far away.
    #[error("the start is {hours} hours away, and a load waits 24 at most: give `--start-at` an earlier time")]
    StartsTooFar {
        /// How far.
        hours: u64,
    },
    /// A rehearsal of more orders than it holds.
    #[error("{count} orders are more than the {most} of a rehearsal: give fewer by `--orders`")]
    TooManyOrders {
        /// How many were asked for.
        count: u64,
        /// The most.
        most: u64,
    },
    /// Users could not be started or died.
    #[error("users: {0}")]
    Users(#[from] AttackError),
    /// A file of the run folder could not be written or read.
    #[error("{}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// No socket, thread or runtime.
    #[error("{what}: {error}")]
    System {
        /// What was asked for.
        what: &'static str,
        /// Why not.
        error: io::Error,
    },
    /// The latency log could not be written.
    #[error("{0}")]
    Log(#[from] measure::runlog::WriteError),
    /// The log of intervals could not be written.
    #[error("cannot write what was measured: {0}")]
    Measured(io::Error),
    /// The pictures of the run could not be written.
    #[error("`frames.jsonl` cannot be written: {0}")]
    Frames(io::Error),
    /// What was done by hand could not be written down.
    #[error("{0}")]
    Steered(recorded::RecordedError),
    /// The conductor's thread panicked.
    #[error("the load's thread panicked")]
    Panicked,
}

impl LoadError {
    /// What does not fit memory found no place in the run folder.
    pub(crate) fn shelf(error: io::Error) -> Self {
        Self::System {
            what: "the files of orders in the run folder",
            error,
        }
    }

    /// Whether the user asked for something that cannot be: exit code 2 instead of 1.
    pub fn is_usage(&self) -> bool {
        match self {
            Self::Gate(_)
            | Self::AdminGate(_)
            | Self::Unreachable { .. }
            | Self::Admin(_)
            | Self::Shop { .. }
            | Self::ShopToken { .. }
            | Self::Shopless { .. }
            | Self::Capped(_)
            | Self::Prefix { .. }
            | Self::UnknownName { .. }
            | Self::NoShop
            | Self::StartIsOver { .. }
            | Self::StartsTooFar { .. }
            | Self::TooManyOrders { .. } => true,
            Self::Users(_)
            | Self::File { .. }
            | Self::System { .. }
            | Self::Log(_)
            | Self::Measured(_)
            | Self::Frames(_)
            | Self::Steered(_)
            | Self::Panicked => false,
        }
    }
}

/// Checks the plan, the target and the admin port, and starts the load. Waits for these checks, a few seconds at most.
///
/// # Errors
/// When the target is forbidden or unreachable, the admin port refuses, or users cannot be started; nothing is written
/// then.
pub fn start(plan: Plan) -> Result<Running, LoadError> {
    let stopper = Stopper {
        stop: CancellationToken::new(),
        abort: CancellationToken::new(),
    };
    let (ready, answer) = std::sync::mpsc::sync_channel(1);
    let told = stopper.clone();
    let (hand, wishes) = Hand::new();
    let thread = thread::Builder::new()
        .name("load".to_owned())
        .spawn(move || conduct::run(plan, &told, wishes, &ready))
        .map_err(|error| LoadError::System {
            what: "a thread for the load",
            error,
        })?;
    match answer.recv() {
        Ok(snapshots) => Ok(Running {
            snapshots,
            stopper,
            hand,
            thread,
        }),
        // The conductor left before it was ready; its result says why.
        Err(_) => match thread.join() {
            Ok(Err(error)) => Err(error),
            Ok(Ok(_)) | Err(_) => Err(LoadError::Panicked),
        },
    }
}

/// A load under way.
pub struct Running {
    snapshots: watch::Receiver<Arc<Snapshot>>,
    stopper: Stopper,
    hand: Hand,
    thread: thread::JoinHandle<Result<Finished, LoadError>>,
}

impl Running {
    /// Pictures of the run, four a second; the last one has [`measure::snapshot::Stage::Ended`], and then the channel
    /// closes.
    pub fn snapshots(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.snapshots.clone()
    }

    /// What stops it.
    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    /// What steers the gateway meanwhile.
    pub fn hand(&self) -> Hand {
        self.hand.clone()
    }

    /// Blocks until the run folder is complete.
    ///
    /// # Errors
    /// When the load broke off; what it wrote until then stays.
    pub fn wait(self) -> Result<Finished, LoadError> {
        self.thread.join().unwrap_or(Err(LoadError::Panicked))
    }
}

/// Stops a load; clones stop the same one.
#[derive(Clone, Debug)]
pub struct Stopper {
    stop: CancellationToken,
    abort: CancellationToken,
}

impl Stopper {
    /// No further arrivals; requests under way get half a second; no drain. The run folder is complete all the same.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Whether it was to end at once.
    pub fn is_aborted(&self) -> bool {
        self.abort.is_cancelled()
    }

    /// As [`Self::stop`], and requests under way end at once. What still has to be asked for a result may be missing then,
    /// and there is none.
    pub fn abort(&self) {
        self.abort.cancel();
        self.stop.cancel();
    }
}

/// A load that came to its end.
#[derive(Debug)]
pub struct Finished {
    /// The result, as `summary.json` has it.
    pub summary: Summary,
    /// The complete seconds.
    pub seconds: Vec<Arc<SecondFigures>>,
    /// What was planned.
    pub plan: Arc<RunPlan>,
    /// A mistake of the scenario file that every journey met, for which the load was stopped.
    pub mistake: Option<String>,
}
