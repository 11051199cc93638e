//! The only file that knows goose: a pool of virtual users that pull due steps from a channel.
//!
//! Goose starts the users, keeps them and stops them; it measures nothing, prints nothing, listens nowhere. Its traps,
//! and what is done about each: a user looks for goose's exit only between transactions, so a user that waits for a step
//! races [`Attack::halt`]; after that it sleeps, or it would spin until goose's next look, every 500 ms; goose installs a
//! logger that writes to stdout and a Ctrl-C handler that exits the process, so ours are installed before it can; its
//! kill switch is one per process, so one process runs one attack at a time.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

use goose::{
    GooseAttack, GooseError,
    client::GooseClientBuilder,
    config::GooseConfiguration,
    goose::{Scenario, Transaction, TransactionFunction},
};
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;

/// Threads of the users' runtime. One holds 10,000 requests a second; the second hides the other's pauses.
const WORKERS: usize = 2;

/// How fast goose starts users, per second; its default is one.
const START_RATE: &str = "100000";

/// A user without work that was told to halt looks for goose's exit this often.
const HALTED_SLEEP: Duration = Duration::from_millis(50);

/// Goose's own end lies this much after ours: it is a safety net for a conductor that died, never the rule.
const RUN_TIME_RESERVE: Duration = Duration::from_secs(120);

/// What a user does with one step.
pub(crate) type Work<S> = Arc<dyn Fn(S) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// The channel that users pull from. They queue for the receiver, so that a step wakes one user and the next in line;
/// flume's receivers, of which every user could have its own, are all woken by each message: with 4,000 idle users that
/// was half of the CPU at 1,000 steps a second.
pub(crate) type Steps<S> = Arc<Mutex<mpsc::Receiver<S>>>;

/// Why goose did not run.
#[derive(Debug, thiserror::Error)]
pub enum AttackError {
    /// Goose refused our settings.
    #[error("goose refuses its settings: {0}")]
    Settings(String),
    /// Goose ended with an error.
    #[error("goose ended: {0}")]
    Ended(String),
    /// No thread or runtime.
    #[error("no thread for the users: {0}")]
    Thread(#[from] std::io::Error),
    /// The thread of the users panicked.
    #[error("the users' thread panicked")]
    Panicked,
}

/// How many users, for how long, against what.
pub(crate) struct Pool {
    /// Users.
    pub(crate) users: u32,
    /// The target, which goose wants to know although it never calls it.
    pub(crate) host: String,
    /// The longest the run may take.
    pub(crate) longest: Duration,
}

/// Users at work.
pub(crate) struct Attack {
    halt: CancellationToken,
    ready: Arc<AtomicU32>,
    thread: thread::JoinHandle<Result<(), AttackError>>,
}

impl Attack {
    /// Starts the users. They are ready when [`Self::ready`] says as many as asked for.
    pub(crate) fn start<S: Send + 'static>(
        pool: &Pool,
        steps: Steps<S>,
        work: Work<S>,
        interrupted: impl Fn() + Send + 'static,
    ) -> Result<Self, AttackError> {
        let configuration = configuration(pool)?;
        mute();
        // Fails where the program has its own handler, and then that one stays; either way goose cannot install its own.
        let _ = ctrlc::set_handler(interrupted);
        let halt = CancellationToken::new();
        let ready = Arc::new(AtomicU32::new(0));
        let scenario = scenario(steps, work, halt.clone(), ready.clone());
        let thread = thread::Builder::new()
            .name("users".to_owned())
            .spawn(move || drive(configuration, scenario))?;
        Ok(Self { halt, ready, thread })
    }

    /// Users that wait for work.
    pub(crate) fn ready(&self) -> u32 {
        self.ready.load(Ordering::Relaxed)
    }

    /// Whether goose is over, by itself or on command.
    pub(crate) fn is_over(&self) -> bool {
        self.thread.is_finished()
    }

    /// Tells every user to take no further step, and goose to end. Does not wait, and may be called again: goose clears
    /// its kill switch while it starts.
    pub(crate) fn halt(&self) {
        self.halt.cancel();
        goose::trigger_killswitch("the plan is over");
    }

    /// Waits for goose's end; blocks until then.
    pub(crate) fn join(self) -> Result<(), AttackError> {
        let ended = self.thread.join().map_err(|_| AttackError::Panicked)?;
        goose::reset_killswitch();
        ended
    }
}

fn configuration(pool: &Pool) -> Result<GooseConfiguration, AttackError> {
    let users = pool.users.to_string();
    let run_time = format!("{}s", (pool.longest + RUN_TIME_RESERVE).as_secs());
    let flags = [
        "--host",
        &pool.host,
        "--users",
        &users,
        "--increase-rate",
        START_RATE,
        "--run-time",
        &run_time,
        "--timeout",
        "10",
        "--quiet",
        "--no-telnet",
        "--no-print-metrics",
        "--no-metrics",
        "--no-error-summary",
    ];
    GooseConfiguration::parse_args_default(&flags).map_err(|error| AttackError::Settings(error.to_string()))
}

fn scenario<S: Send + 'static>(
    steps: Steps<S>,
    work: Work<S>,
    halt: CancellationToken,
    ready: Arc<AtomicU32>,
) -> Scenario {
    let count: TransactionFunction = Arc::new(move |_| {
        ready.fetch_add(1, Ordering::Relaxed);
        Box::pin(async { Ok(()) })
    });
    let pull: TransactionFunction = Arc::new(move |_| {
        let (steps, work, halt) = (steps.clone(), work.clone(), halt.clone());
        Box::pin(async move {
            let step = tokio::select! {
                biased;
                () = halt.cancelled() => None,
                step = pull(&steps) => step,
            };
            match step {
                Some(step) => work(step).await,
                None => tokio::time::sleep(HALTED_SLEEP).await,
            }
            Ok(())
        })
    });
    Scenario::new("payments")
        .register_transaction(Transaction::new(count).set_name("ready").set_on_start())
        .register_transaction(Transaction::new(pull).set_name("step"))
}

async fn pull<S>(steps: &Steps<S>) -> Option<S> {
    steps.lock().await.recv().await
}

fn drive(configuration: GooseConfiguration, scenario: Scenario) -> Result<(), AttackError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .thread_name("user")
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let refused = |error: GooseError| AttackError::Settings(error.to_string());
        // One client for all: goose would otherwise build one for each user, and none is ever used.
        let attack = GooseAttack::initialize_with_config(configuration)
            .and_then(|attack| attack.set_client_builder_without_cookies(GooseClientBuilder::new().without_cookies()))
            .map_err(refused)?
            .register_scenario(scenario);
        attack
            .execute()
            .await
            .map(|_| ())
            .map_err(|error| AttackError::Ended(error.to_string()))
    })
}

/// Goose logs to stdout unless a logger is there already: this one says nothing, and where the program has its own, that
/// one stays.
fn mute() {
    struct Silence;
    impl log::Log for Silence {
        fn enabled(&self, _: &log::Metadata<'_>) -> bool {
            false
        }
        fn log(&self, _: &log::Record<'_>) {}
        fn flush(&self) {}
    }
    let _ = log::set_logger(&Silence);
}
