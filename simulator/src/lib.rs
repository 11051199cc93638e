//! The sandbox gateway: real HTTP, faults, callbacks, admin.
//!
//! Read `gateway` first: it lists what happens to a request. [`serve`] puts everything together.
//!
//! | file | owns |
//! |---|---|
//! | `config` | what the gateway is told to be |
//! | `listen` | ports: bound, listening, refused |
//! | `tls` | certificates good and bad, the development CA, handshakes |
//! | `connection` | HTTP over any byte stream, and when a connection ends |
//! | `fault/wire` | the byte stream: deadlines, resets, closes, lingering |
//! | `fault/body` | the body of an answer: whole, in pieces, cut off; bytes that are no answer |
//! | `gateway` | the request path, as a list of calls |
//! | `route`, `authenticate`, `shop` | which operation, by whom |
//! | `occasion`, `drill` | a call's place in the scenario; the scenario in force, its timeline and ad-hoc faults |
//! | `acts` | what operators did to the drill |
//! | `capacity` | the gateway at its limit: workers and their queue |
//! | `fulfil`, `reply`, `record` | the ledger's word, what the client gets, what is written down |
//! | `store` | orders, attempts, books and callbacks owed, committed together |
//! | `cashier` | paying, declining, paying out; the page behind `pay_url`; simulated payers |
//! | `dialect` | both contracts: what a call asks, and the bytes of what there is to say |
//! | `doctor` | why a signature failed |
//! | `console` | the files of the developer's page |
//! | `callback` | callbacks: decided, delivered, retried, held, released |
//! | `admin` | the admin interface |
//! | `journal`, `metrics`, `seconds` | what happened, how often, and in which of the last seconds |
//! | `traces` | spans for a collector, with the feature `otlp` |
//! | `coach` | what a client does right, and what will break live |
//! | `agenda`, `clock` | what is due when; the time |
//!
//! Invariants: an order, its postings and its outbox row change together or not at all; every exchange and every
//! attempt has exactly one journal line; nothing here reads the environment or the command line (but for the SDK behind
//! `traces`, which heeds its own variables).

mod acts;
mod admin;
mod agenda;
mod authenticate;
mod callback;
mod capacity;
mod cashier;
mod clock;
pub mod coach;
pub mod config;
mod connection;
mod console;
mod dialect;
mod doctor;
mod drill;
mod fault;
mod fulfil;
mod gateway;
mod journal;
mod listen;
mod metrics;
mod occasion;
mod record;
mod reply;
mod route;
mod seconds;
mod shop;
mod store;
mod tls;
#[cfg(feature = "otlp")]
mod traces;

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
    sync::{Arc, OnceLock, atomic::AtomicUsize},
};

use tokio::time::{Instant, timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use admin::openapi::{admin_document, merchant_document};
pub use callback::target::{Network, NetworkError};
pub use clock::{Sleeper, Timer};
pub use config::{Config, HttpLimits, Identity, PayUrl, Start, TlsConfig, Wallet};
pub use ledger::Duplicates;
pub use listen::ListenError;
pub use protocol::dialect::okpay::{Manner, manner};
pub use tls::{TlsError, authority::AuthorityError};
#[cfg(feature = "otlp")]
pub use traces::{Collector, CollectorError};

use crate::{
    admin::Admin,
    authenticate::Nonces,
    callback::{Outbox, deliver::Road, target::Gate},
    capacity::Workers,
    cashier::{DESKS, Desks, Payers, Payouts},
    clock::{Calendar, Clock},
    connection::{Scheme, Stop},
    drill::{Drill, InForce},
    gateway::Gateway,
    journal::Journal,
    listen::{Entrance, Port},
    metrics::Metrics,
    seconds::Seconds,
    shop::Shops,
    store::Memory,
    tls::Tls,
};

/// Callback attempts that may wait, for each order kept: copies of a duplicate wait too.
const DUE_PER_ORDER: usize = 4;

/// Why the gateway does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A port is taken or not ours to have.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// There is no certificate to show.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The admin interface would be open to the network.
    #[error(
        "the admin interface on {address} is reachable by others and needs a token: set `admin_token` in the settings or PAYDRILL_ADMIN_TOKEN"
    )]
    TokenNeeded {
        /// Its address.
        address: SocketAddr,
    },
    /// The token would let everybody in.
    #[error(
        "the admin token is empty: set `admin_token` in the settings or PAYDRILL_ADMIN_TOKEN, or neither on loopback"
    )]
    TokenEmpty,
    /// The thread that waits for us cannot be had.
    #[error("cannot start the timer's thread: {0}")]
    Timer(#[source] io::Error),
    /// The journal's file cannot be made.
    #[error("cannot write the journal to {}: {error}", .path.display())]
    Journal {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        error: io::Error,
    },
    /// Spans cannot be sent.
    #[cfg(feature = "otlp")]
    #[error("cannot send spans: {0}")]
    Traces(#[from] opentelemetry_otlp::ExporterBuildError),
}

/// A running gateway. Dropping it leaves it running; its end is asked for by the token given to [`serve`].
#[derive(Debug)]
pub struct Bound {
    /// Where merchants connect.
    pub gateway: SocketAddr,
    /// Where merchants connect over TLS.
    pub gateway_tls: Option<SocketAddr>,
    /// The CA that clients of the TLS port are to trust, where it is our own and kept.
    pub trust: Option<PathBuf>,
    /// Where the admin interface listens.
    pub admin: SocketAddr,
    state: Arc<Gateway>,
    tasks: TaskTracker,
    shutdown: CancellationToken,
    stop: Stop,
    stop_within: std::time::Duration,
}

impl Bound {
    /// Starts the timeline at `at`, unless it has started. Until then decisions are those of the first phase.
    pub fn start_timeline(&self, at: Instant) {
        self.state.in_force.start(at);
    }

    /// [`Self::start_timeline`] for somebody who outlives this borrow, such as a load that knows its first arrival.
    pub fn starter(&self) -> impl FnOnce(Instant) + Send + use<> {
        let in_force = Arc::clone(&self.state.in_force);
        move |at| in_force.start(at)
    }

    /// Waits for the shutdown to be asked for, then for everything to end: listeners close at once, exchanges under way
    /// get [`Config::stop_within`], and the journal's file is whole when this returns.
    pub async fn stopped(self) {
        self.shutdown.cancelled().await;
        self.stop.drain.cancel();
        self.state.callbacks.close();
        self.tasks.close();
        if timeout(self.stop_within, self.tasks.wait()).await.is_err() {
            if let Some(ear) = &self.state.coach {
                ear.close();
            }
            self.stop.now.cancel();
            self.tasks.wait().await;
        }
        self.state.sleeper.close();
        self.state.journal.close();
        #[cfg(feature = "otlp")]
        self.flush().await;
    }
}

#[cfg(feature = "otlp")]
impl Bound {
    /// The last spans go out. On a thread of its own, as carrying them needs this runtime.
    async fn flush(self) {
        let state = self.state;
        let closed = tokio::task::spawn_blocking(move || {
            if let Some(traces) = &state.traces {
                traces.close();
            }
        });
        if closed.await.is_err() {
            tracing::error!("sending the last spans panicked");
        }
    }
}

/// Starts the gateway: every port listens when this returns.
///
/// # Errors
/// When a port or a certificate cannot be had, the journal's file cannot be made, or the admin interface would be open
/// to others.
pub async fn serve(config: Config, shutdown: CancellationToken) -> Result<Bound, ServeError> {
    match config.admin_token.as_deref() {
        Some("") => return Err(ServeError::TokenEmpty),
        None if !config.admin.ip().is_loopback() => {
            return Err(ServeError::TokenNeeded { address: config.admin });
        }
        Some(_) | None => {}
    }
    let clock = Clock::System;
    let http = Entrance::open(config.listen, Scheme::Http)?;
    let (https, trust) = secure_entrance(config.tls.as_ref(), clock)?;
    let admin_port = Port::claim(config.admin)?;
    let admin_listener = admin_port.open()?;
    let own = [&http]
        .into_iter()
        .chain(&https)
        .map(|entrance| entrance.port.address());
    let own = own.chain([admin_port.address()]).collect();

    let gateway = Arc::new(build(&config, clock)?);
    let stop = Stop::default();
    let tasks = TaskTracker::new();
    gateway.callbacks.open(Road {
        gate: Gate {
            own,
            allowed: config.allow_targets.clone(),
        },
        tasks: tasks.clone(),
        stop: stop.now.clone(),
        #[cfg(test)]
        memory: None,
    });
    let base = page_base(
        http.port.address(),
        https.as_ref().map(|entrance| entrance.port.address()),
    );
    gateway.cashier.get_or_init(|| base);
    let bound = Bound {
        gateway: http.port.address(),
        gateway_tls: https.as_ref().map(|entrance| entrance.port.address()),
        trust,
        admin: admin_port.address(),
        state: Arc::clone(&gateway),
        tasks: tasks.clone(),
        shutdown,
        stop: stop.clone(),
        stop_within: config.stop_within,
    };
    start(&gateway, &tasks, &stop.drain);
    let admin = Arc::new(Admin {
        gateway: Arc::clone(&gateway),
        address: admin_port.address(),
        token: config.admin_token,
        hide_order: config.hide_order,
        tasks: tasks.clone(),
        stop: stop.drain.clone(),
    });
    tasks.spawn(admin::accept(admin, admin_listener, tasks.clone(), stop.drain.clone()));
    for entrance in [http].into_iter().chain(https) {
        let gateway = Arc::clone(&gateway);
        tasks.spawn(listen::accept(entrance, gateway, tasks.clone(), stop.clone()));
    }
    match config.start {
        Start::Announcement => gateway.in_force.start(Instant::now()),
        Start::FirstArrival => {}
    }
    Ok(bound)
}

/// The port for https, where it is wanted, and the CA to trust.
fn secure_entrance(
    wanted: Option<&TlsConfig>,
    clock: Clock,
) -> Result<(Option<Entrance>, Option<PathBuf>), ServeError> {
    let Some(wanted) = wanted else {
        return Ok((None, None));
    };
    let tls = Tls::load(wanted, clock.wall())?;
    let entrance = Entrance::open(wanted.listen, Scheme::Https(tls.certificates))?;
    Ok((Some(entrance), tls.trust))
}

/// Where payers find the cashier's pages: over TLS where there is a port for it. A browser cannot go to an unspecified
/// address, so behind one the pages are at loopback.
fn page_base(http: SocketAddr, https: Option<SocketAddr>) -> String {
    let (scheme, mut address) = https.map_or(("http", http), |address| ("https", address));
    if address.ip().is_unspecified() {
        let loopback = match address {
            SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        };
        address.set_ip(loopback);
    }
    format!("{scheme}://{address}")
}

/// The gateway's state, without a socket.
fn build(config: &Config, clock: Clock) -> Result<Gateway, ServeError> {
    let sleeper = Arc::new(clock.sleeper().map_err(ServeError::Timer)?);
    let calendar = Arc::new(Calendar::new(clock, Arc::clone(&sleeper), config.scenario.clock));
    let journal = Journal::open(config.journal_ring, config.journal_file.as_deref());
    let drill = Drill::new(Arc::clone(&config.scenario), config.lasts).repeating(config.script.clone());
    Ok(Gateway {
        limits: config.limits,
        open: AtomicUsize::new(0),
        window: config.timestamp_window,
        clock,
        sleeper,
        in_force: Arc::new(InForce::new(drill, config.lasts, config.start, clock)),
        shops: Shops::new(&config.scenario, config.wallet.manner),
        wallet: config.wallet,
        cashier: OnceLock::new(),
        desks: Desks::new(DESKS.min(config.keep_orders)),
        workers: Workers::new(),
        store: Memory::new(config.keep_orders, config.wallet.day_offset_minutes),
        nonces: Nonces::new(config.nonce_memory.unwrap_or(config.timestamp_window * 2)),
        payers: Payers::new(config.keep_orders, &calendar),
        payouts: Payouts::new(config.keep_orders, &calendar),
        callbacks: Outbox::new(config.keep_orders.saturating_mul(DUE_PER_ORDER), &calendar),
        calendar,
        journal: journal.map_err(|error| ServeError::Journal {
            path: config.journal_file.clone().unwrap_or_default(),
            error,
        })?,
        metrics: Metrics::new(),
        seconds: Seconds::new(clock.wall()),
        coach: config.coach.clone(),
        #[cfg(feature = "otlp")]
        traces: config.collector.as_ref().map(traces::Traces::to).transpose()?,
    })
}

/// The tasks that act by themselves.
fn start(gateway: &Arc<Gateway>, tasks: &TaskTracker, stop: &CancellationToken) {
    let in_force = Arc::clone(&gateway.in_force);
    let stopped = stop.clone();
    tasks.spawn(async move { in_force.watch_borders(stopped).await });
    gateway.fund();
    tasks.spawn(cashier::payer::act(Arc::clone(gateway), stop.clone()));
    tasks.spawn(cashier::payout::act(Arc::clone(gateway), stop.clone()));
    tasks.spawn(callback::attempt::dispatch(Arc::clone(gateway), stop.clone()));
}

#[cfg(test)]
mod testing;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_where_a_browser_can_go() {
        for (http, https, base) in [
            ("127.0.0.1:8080", Some("127.0.0.1:8443"), "https://127.0.0.1:8443"),
            ("127.0.0.1:8080", None, "http://127.0.0.1:8080"),
            ("0.0.0.0:8080", Some("0.0.0.0:8443"), "https://127.0.0.1:8443"),
            ("[::]:8080", None, "http://[::1]:8080"),
            ("10.0.0.7:80", Some("[fd00::7]:443"), "https://[fd00::7]:443"),
        ] {
            let https = https.map(|address| address.parse().unwrap());
            assert_eq!(page_base(http.parse().unwrap(), https), base);
        }
    }
}
