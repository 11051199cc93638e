//! The meaning of a scenario file. Everything here is valid: `check` is its only maker, and nothing is checked again.

mod ip_range;
mod payers;
mod shop;

use std::{sync::Arc, time::Duration};

use rust_decimal::Decimal;

use crate::{decision::StatusReply, distribution::Distribution, expect::Expectation};

pub use ip_range::IpRange;
pub use payers::{
    Agreement, ByMethod, Method, Outcomes, Payers, Risk, RiskDecline, RiskReview, SecondFactor, Withdrawals,
};
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
    /// Every rule of the file, of all phases, indexed by [`RuleId`].
    pub rules: Vec<Rule>,
    /// The rules that hold in every phase, in order.
    pub file_rules: Vec<RuleId>,
    /// The timeline; never empty.
    pub phases: Vec<Phase>,
    /// The load that drives it.
    pub load: Load,
    /// What a run is judged by.
    pub expect: Vec<Expectation>,
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

/// Index of a rule in [`Scenario::rules`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub u16);

/// One rule: on which occasions, with what chance, what happens.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The name shown everywhere; for a rule without one, a short description of what it does.
    pub label: String,
    /// Part of the key of its draws: the name, else a hash of the rule's own text. Never its position.
    pub site: String,
    /// The one operation it acts on; `None` is any API operation and never callbacks.
    pub on: Option<Operation>,
    /// Further conditions.
    pub when: When,
    /// Its chance of hitting.
    pub chance: Ratio,
    /// What an API call's ledger and the shape of its reply become, if the rule says anything of it.
    pub outcome: Option<Outcome>,
    /// How late the reply is, if the rule says so.
    pub delay: Option<Distribution>,
    /// What happens to a callback, if the rule says so.
    pub callback: Option<CallbackFault>,
}

/// The outcome axis of a rule: ledger and the reply's shape, always both from one rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// What the ledger does.
    pub ledger: crate::decision::LedgerAct,
    /// What the client gets.
    pub shape: OutcomeShape,
}

/// The shape of a rule's reply, before draws.
#[derive(Clone, Debug, PartialEq)]
pub enum OutcomeShape {
    /// The wallet's own answer.
    Honest,
    /// An HTTP answer of the scenario's.
    Status(Arc<StatusReply>),
    /// TCP reset.
    Reset,
    /// The connection is closed without an answer.
    Empty,
    /// No answer until the client leaves, at most 10 minutes.
    Hang,
}

/// The callback axis of a rule.
#[derive(Clone, Debug, PartialEq)]
pub enum CallbackFault {
    /// Never sent; final.
    Drop,
    /// The first attempt is late by this much.
    Delay(Distribution),
    /// `copies` deliveries in all, the same bytes, spread evenly over `spread`.
    Duplicate {
        /// Deliveries in all, two or more.
        copies: u32,
        /// From the first to the last copy.
        spread: Duration,
    },
    /// Kept until a release, the timeline's end, or a command.
    Hold,
    /// Delivers what is held, spread evenly over `over`.
    Release {
        /// From the first to the last released callback.
        over: Duration,
    },
}

/// Conditions of a rule; all of them must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct When {
    /// Only this shop.
    pub shop: Option<u64>,
    /// Only amounts at or above.
    pub at_least: Option<Decimal>,
    /// Only amounts below.
    pub below: Option<Decimal>,
    /// Only this amount.
    pub equals: Option<Decimal>,
    /// Only this coin.
    pub coin: Option<String>,
    /// Only this attempt; callbacks without it: the first.
    pub attempt: Option<u32>,
}

/// What an occasion is about. The words are those of the wire and of YAML.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// `payLink`
    PayLink,
    /// `checkDeposit`
    CheckDeposit,
    /// `checkTransferByTxid`: a deposit is queried by the wallet's own number.
    CheckTransferByTxid,
    /// `transfer`: a withdrawal.
    Transfer,
    /// `checkTransfer`
    CheckTransfer,
    /// `balance`
    Balance,
    /// `censorUserByTG`: whether the wallet knows a user.
    CensorUserByTg,
    /// `TransactionHistory`: the statement.
    TransactionHistory,
    /// `kdpay.pay`: KDPay's deposit, `/system/api/pay`.
    KdpayPay,
    /// `kdpay.queryPay`: `/system/api/query/pay-order`.
    KdpayQueryPay,
    /// `kdpay.remit`: KDPay's withdrawal, `/system/api/remit`.
    KdpayRemit,
    /// `kdpay.queryRemit`: `/system/api/query/remit-order`.
    KdpayQueryRemit,
    /// `kdpay.balance`: `/system/api/balance/{userCode}`.
    KdpayBalance,
    /// `callback`: one delivery attempt of one callback.
    Callback,
}

impl Operation {
    /// Every operation, in the order of the documentation.
    pub const ALL: [Self; 14] = [
        Self::PayLink,
        Self::CheckDeposit,
        Self::CheckTransferByTxid,
        Self::Transfer,
        Self::CheckTransfer,
        Self::Balance,
        Self::CensorUserByTg,
        Self::TransactionHistory,
        Self::KdpayPay,
        Self::KdpayQueryPay,
        Self::KdpayRemit,
        Self::KdpayQueryRemit,
        Self::KdpayBalance,
        Self::Callback,
    ];

    /// The word in YAML, draws, journal, metrics and reports: `OkayPay`'s is that of the wire, `KDPay`'s has a prefix.
    pub fn word(self) -> &'static str {
        match self {
            Self::PayLink => "payLink",
            Self::CheckDeposit => "checkDeposit",
            Self::CheckTransferByTxid => "checkTransferByTxid",
            Self::Transfer => "transfer",
            Self::CheckTransfer => "checkTransfer",
            Self::Balance => "balance",
            Self::CensorUserByTg => "censorUserByTG",
            Self::TransactionHistory => "TransactionHistory",
            Self::KdpayPay => "kdpay.pay",
            Self::KdpayQueryPay => "kdpay.queryPay",
            Self::KdpayRemit => "kdpay.remit",
            Self::KdpayQueryRemit => "kdpay.queryRemit",
            Self::KdpayBalance => "kdpay.balance",
            Self::Callback => "callback",
        }
    }

    /// A pure query changes nothing, so a reply that hides its outcome hides nothing.
    pub fn is_query(self) -> bool {
        match self {
            Self::PayLink | Self::Transfer | Self::KdpayPay | Self::KdpayRemit | Self::Callback => false,
            Self::CheckDeposit
            | Self::CheckTransferByTxid
            | Self::CheckTransfer
            | Self::Balance
            | Self::CensorUserByTg
            | Self::TransactionHistory
            | Self::KdpayQueryPay
            | Self::KdpayQueryRemit
            | Self::KdpayBalance => true,
        }
    }

    /// A withdrawal moves a shop's money out and settles later, so that it can still fail.
    pub fn is_withdrawal(self) -> bool {
        match self {
            Self::Transfer | Self::KdpayRemit => true,
            Self::PayLink
            | Self::CheckDeposit
            | Self::CheckTransferByTxid
            | Self::CheckTransfer
            | Self::Balance
            | Self::CensorUserByTg
            | Self::TransactionHistory
            | Self::KdpayPay
            | Self::KdpayQueryPay
            | Self::KdpayQueryRemit
            | Self::KdpayBalance
            | Self::Callback => false,
        }
    }
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
    /// Its own rules, tried before the file's.
    pub rules: Vec<RuleId>,
    /// Payers of this phase; otherwise the file's.
    pub payers: Option<Payers>,
    /// Bounds that hold for every shop beside its own.
    pub limits: Limits,
    /// The quota that holds for every shop beside its own.
    pub quota: Quota,
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

/// The load of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Load {
    /// Journeys and their shares, which sum to one.
    pub journeys: Vec<(Journey, Ratio)>,
    /// Stretches of arrivals, one after another.
    pub arrivals: Vec<Arrivals>,
    /// What happens to an arrival that finds no free user.
    pub policy: Policy,
    /// Amounts of deposits.
    pub amount: AmountRange,
    /// How long a run waits after the last arrival, at most.
    pub drain: Duration,
}

/// A journey that the load plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Journey {
    /// Open an order, have it paid, receive the callback, query.
    Checkout,
}

impl Journey {
    /// The operations that it calls.
    pub fn operations(self) -> &'static [Operation] {
        match self {
            Self::Checkout => &[Operation::PayLink, Operation::CheckDeposit],
        }
    }
}

/// A stretch of arrivals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrivals {
    /// Evenly spaced.
    Constant {
        /// Arrivals per second.
        rate: Rate,
        /// Its length; without one it shares what is left of the timeline.
        lasts: Option<Duration>,
    },
}

/// What happens to an arrival that finds no free user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// It waits, and its latency includes the wait.
    Queue,
    /// It is dropped and counted.
    Drop,
}

/// Amounts, in whole cents, uniform between both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AmountRange {
    /// Smallest.
    pub from: Decimal,
    /// Largest.
    pub to: Decimal,
}
