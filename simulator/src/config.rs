//! What the gateway is told to be: addresses, limits, and where callbacks may go. Whoever fills a [`Config`] has layered
//! files, environment and flags already; [`crate::serve`] reads no setting from anywhere else.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use ledger::Duplicates;
use protocol::dialect::okpay::Manner;
use scenarios::{Scenario, Script};

use crate::{callback::target::Network, coach::Ear};

/// Default of [`Config::keep_orders`].
pub const KEEP_ORDERS: usize = 1_000_000;
/// Default of [`Config::journal_ring`]: a 100 s run at 1,000 exchanges a second, with its callbacks.
pub const JOURNAL_RING: usize = 262_144;
/// Default of [`Config::timestamp_window`]; the vendor's is unknown.
pub const TIMESTAMP_WINDOW: Duration = Duration::from_secs(300);
/// Default of [`Wallet::cashier_expires`].
pub const CASHIER_EXPIRES: Duration = Duration::from_secs(30 * 60);
/// Default of [`Config::stop_within`].
pub const STOP_WITHIN: Duration = Duration::from_millis(900);

/// The gateway's settings, all of them legal.
#[derive(Clone, Debug)]
pub struct Config {
    /// What goes wrong; also shops, payers and callbacks.
    pub scenario: Arc<Scenario>,
    /// The timeline's length where it isn't the file's own: shorter shrinks every phase, longer extends the last.
    pub lasts: Option<Duration>,
    /// When the timeline starts.
    pub start: Start,
    /// Where merchants connect; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// The same gateway over HTTPS, on a port of its own.
    pub tls: Option<TlsConfig>,
    /// Where the admin interface listens; port 0 lets the system choose.
    pub admin: SocketAddr,
    /// Bearer token of the admin interface; without one it listens on loopback only.
    pub admin_token: Option<String>,
    /// `journal.jsonl`, where the journal is to be kept on disk too.
    pub journal_file: Option<PathBuf>,
    /// Journal lines kept in memory, at least one.
    pub journal_ring: usize,
    /// Orders kept; beyond, the oldest settled are forgotten and counted.
    pub keep_orders: usize,
    /// How far a request's timestamp may be from the wall time, either way.
    pub timestamp_window: Duration,
    /// How long a nonce is remembered; without it as long as its timestamp may stand in the window, both ways.
    pub nonce_memory: Option<Duration>,
    /// How the wallet behaves where nobody public knows how the real one does.
    pub wallet: Wallet,
    /// Limits of the merchant port.
    pub limits: HttpLimits,
    /// Networks besides loopback where callbacks may go.
    pub allow_targets: Vec<Network>,
    /// How long finishing exchanges get at shutdown before their connections are closed.
    pub stop_within: Duration,
    /// Who is told how every exchange and every delivery ended; see [`crate::coach`].
    pub coach: Option<Ear>,
    /// The decisions of a recorded run that this one repeats, whatever its timing.
    pub script: Option<Arc<Script>>,
    /// Test switch: `/orders` hides the n-th order it would list (from 1), which proves that an audit bites.
    pub hide_order: Option<u64>,
    /// Where spans go; without it none are made.
    #[cfg(feature = "otlp")]
    pub collector: Option<crate::Collector>,
}

impl Config {
    /// Everything by default: both ports chosen by the system on loopback, the timeline starting at the announcement.
    #[must_use]
    pub fn new(scenario: Arc<Scenario>) -> Self {
        let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
        Self {
            scenario,
            lasts: None,
            start: Start::Announcement,
            listen: loopback,
            tls: None,
            admin: loopback,
            admin_token: None,
            journal_file: None,
            journal_ring: JOURNAL_RING,
            keep_orders: KEEP_ORDERS,
            timestamp_window: TIMESTAMP_WINDOW,
            nonce_memory: None,
            wallet: Wallet::default(),
            limits: HttpLimits::default(),
            allow_targets: Vec::new(),
            stop_within: STOP_WITHIN,
            coach: None,
            script: None,
            hide_order: None,
            #[cfg(feature = "otlp")]
            collector: None,
        }
    }
}

/// Behaviour of the wallet that nobody public knows (okpay.md section 7): settings, each with its default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wallet {
    /// How answers, refusals and callbacks are written.
    pub manner: Manner,
    /// What becomes of a deposit whose number was used before.
    pub deposit_duplicates: Duplicates,
    /// What becomes of a withdrawal whose number was used before.
    pub withdrawal_duplicates: Duplicates,
    /// Where payers are sent.
    pub pay_url: PayUrl,
    /// Minutes that the calendar's days are ahead of UTC: quotas and statements go by them.
    pub day_offset_minutes: i16,
    /// How long the cashier takes anything for an order, from its opening.
    pub cashier_expires: Duration,
}

impl Default for Wallet {
    fn default() -> Self {
        Self {
            manner: Manner::default(),
            deposit_duplicates: Duplicates::ReturnExisting,
            withdrawal_duplicates: Duplicates::Reject,
            pay_url: PayUrl::Cashier,
            day_offset_minutes: ledger::CHINA_OFFSET_MINUTES,
            cashier_expires: CASHIER_EXPIRES,
        }
    }
}

/// Where payers are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayUrl {
    /// To our own page.
    Cashier,
    /// To the real wallet's bot, which knows nothing of us: for clients that insist on its address.
    Telegram,
}

impl PayUrl {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Cashier, Self::Telegram];

    /// The word in settings.
    pub fn word(self) -> &'static str {
        match self {
            Self::Cashier => "cashier",
            Self::Telegram => "telegram",
        }
    }
}

/// The merchant port over HTTPS: TLS 1.2 and 1.3, HTTP/1.1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsConfig {
    /// Where merchants connect; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// Who it says it is.
    pub identity: Identity,
}

/// What the HTTPS port shows as its certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// A certificate for `localhost`, `127.0.0.1`, `::1` and the port's own address, made at every start and signed by
    /// a development CA.
    DevCa {
        /// Where the CA is kept: `ca.pem`, which clients trust, and `ca.key`. Made at the first start.
        folder: PathBuf,
    },
    /// The same, signed by a CA that nobody keeps: clients cannot trust it.
    Ephemeral,
    /// One from elsewhere. It may be expired or for another name: that is a drill too.
    Files {
        /// The chain, as PEM, its own certificate first.
        cert: PathBuf,
        /// The key, as PEM.
        key: PathBuf,
    },
}

/// When the timeline starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// As soon as the gateway listens.
    Announcement,
    /// With the first authenticated call, or by [`crate::Bound::start_timeline`] if that comes first.
    FirstArrival,
}

/// Limits of the merchant port. The defaults are those of a well-kept edge proxy, and far above what a client needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HttpLimits {
    /// From the accepted connection to its first byte.
    pub first_byte: Duration,
    /// From a head's first byte to its last.
    pub head: Duration,
    /// From the end of the head to the end of the body.
    pub body: Duration,
    /// Between two exchanges of a connection.
    pub idle: Duration,
    /// How long a client may refuse to read its answer.
    pub write: Duration,
    /// Header lines of a request.
    pub headers: usize,
    /// Bytes of a request's head, and of the read buffer.
    pub head_bytes: usize,
    /// Bytes of a body.
    pub body_bytes: usize,
    /// Bytes of a request's target.
    pub uri_bytes: usize,
    /// Connections at a time; one more gets a 503 and is closed.
    pub connections: usize,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            first_byte: Duration::from_secs(5),
            head: Duration::from_secs(10),
            body: Duration::from_secs(10),
            idle: Duration::from_secs(60),
            write: Duration::from_secs(30),
            headers: 64,
            head_bytes: 32 * 1024,
            body_bytes: 64 * 1024,
            uri_bytes: 8 * 1024,
            connections: 12_000,
        }
    }
}
