//! The meaning of a scenario file. Everything here is valid: `check` is its only maker, and nothing is checked again.

mod capacity;
mod ip_range;
mod itinerary;
mod load;
mod operation;
mod payers;
mod rule;
mod shop;

use std::time::Duration;

use rust_decimal::Decimal;

use crate::expect::Expectation;

pub use capacity::{Capacity, Overload};
pub use ip_range::IpRange;
pub(crate) use itinerary::is_name;
pub use itinerary::{Checks, Itinerary, JsonTemplate, Leg, LegAct, LegBody, Pointer, Template, Until, Verb};
pub use load::{AmountRange, Arrivals, Crowd, Demand, Flow, Journey, Load, Policy};
pub use operation::Operation;
pub use payers::{
    Agreement, ByMethod, Method, Outcomes, Payers, Risk, RiskDecline, RiskReview, SecondFactor, Withdrawals,
};
pub use rule::{AmountChange, CallbackFault, Forgery, Outcome, Rule, RuleId, StatementBreak, Tampering, When};
pub use shop::{
    CallbackEncoding, CallbackForm, Dialect, Fees, KeyOrder, Limits, Md5, Quota, Shop, ShopStatus, Signing,
};

/// A whole scenario: a good wallet plus everything that goes wrong with it, the load and the expectations.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Its name, as `scenarios list` prints it.
    pub name: String,
    /// One sentence on what it shows; may be empty.
    pub about: String,
    /// The seed of every draw.
    pub seed: u64,
    /// The shops that the gateway knows; never empty.
    pub shops: Vec<Shop>,
    /// Simulated payers in phases that say nothing of their own; without them nobody pays by itself.
    pub payers: Option<Payers>,
    /// The wallet's own risk control.
    pub risk: Risk,
    /// How withdrawals go.
    pub withdrawals: Withdrawals,
    /// How callbacks are delivered.
    pub callbacks: Callbacks,
    /// How the gateway's calendar runs against the wall.
    pub clock: Clock,
    /// The gateway at its limit, in phases that say nothing of their own; without it nothing queues.
    pub capacity: Option<Capacity>,
    /// Which ways of asking for a case are open.
    pub triggers: Triggers,
    /// Every rule, of the file, of all phases, of triggers and of ad-hoc faults, indexed by [`RuleId`].
    pub rules: Vec<Rule>,
    /// Rules that somebody put in force by hand, tried before all others. A file has none.
    pub faults: Vec<RuleId>,
    /// The rules behind the cases of [`Triggers`], tried before those of phases.
    pub trigger_rules: Vec<RuleId>,
    /// The rules that hold in every phase, in order.
    pub file_rules: Vec<RuleId>,
    /// The timeline; never empty.
    pub phases: Vec<Phase>,
    /// The load that drives it.
    pub load: Load,
    /// What a run is judged by.
    pub expect: Vec<Expectation>,
}

/// How the gateway's calendar runs against the wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Calendar time for each stretch of wall time; above zero.
    pub speed: Decimal,
    /// Whether the calendar stands still.
    pub frozen: bool,
}

impl Default for Clock {
    /// In step with the wall.
    fn default() -> Self {
        Self {
            speed: Decimal::ONE,
            frozen: false,
        }
    }
}

/// Which ways of asking for a case are open; see `crate::triggers`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Triggers {
    /// Amounts ask for a case.
    pub amounts: bool,
    /// Headers ask for a case, and rules may look at headers.
    pub headers: bool,
}

/// How callbacks are delivered.
#[derive(Clone, Debug, PartialEq)]
pub struct Callbacks {
    /// Waits between attempts: the n-th is the wait after the n-th failed attempt. Empty: one attempt.
    pub retry: Vec<Duration>,
    /// What counts as an acknowledgement.
    pub ack: Ack,
    /// How long one attempt may take.
    pub timeout: Duration,
}

/// What counts as an acknowledgement of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ack {
    /// 2xx and a JSON body whose `status` is `success`.
    Strict,
    /// 2xx and a body that holds `success`.
    Lenient,
    /// Any 2xx.
    Http,
}

/// Index of a phase in [`Scenario::phases`]; one past the last is the phase `after`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhaseIndex(pub u16);

/// A stretch of the timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Phase {
    /// Unique within the file; never `after`.
    pub name: String,
    /// Its length; above zero.
    pub lasts: Duration,
    /// Listeners closed, open connections reset at their next byte.
    pub refuse: bool,
    /// What goes wrong when TLS is agreed on.
    pub tls: Option<TlsFault>,
    /// Its own rules, tried before the file's.
    pub rules: Vec<RuleId>,
    /// The gateway's limit in this phase; otherwise the file's.
    pub capacity: Option<Capacity>,
    /// Payers of this phase; otherwise the file's.
    pub payers: Option<Payers>,
    /// Bounds that hold for every shop beside its own.
    pub limits: Limits,
    /// The quota that holds for every shop beside its own.
    pub quota: Quota,
}

/// A fault of the TLS handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TlsFault {
    /// `expired`: the certificate's time is over.
    Expired,
    /// `wrong_host`: the certificate is another host's.
    WrongHost,
    /// `stall`: the handshake is never answered.
    Stall,
}

impl TlsFault {
    /// Every fault, in the order of the documentation.
    pub const ALL: [Self; 3] = [Self::Expired, Self::WrongHost, Self::Stall];

    /// The word in YAML, journal and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::WrongHost => "wrong_host",
            Self::Stall => "stall",
        }
    }
}

/// An exact chance or share, `0 <= num/den <= 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    /// Numerator.
    pub num: u64,
    /// Denominator; never zero.
    pub den: u64,
}

/// Arrivals per second, exact and above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate(pub Decimal);
