//! What was injected, as words: a decision differs from a good wallet's on some of its axes, and a connection's fault
//! comes before there is a decision. Only what a rule, a phase or somebody by hand asked for is injected; what a
//! capacity turns away is counted apart.

use scenarios::{CallbackAct, ConnectionFault, Decision, LedgerAct, Shape, TlsFault};

/// One kind of fault. A closed list, so that its label is bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Injected {
    LedgerSkip,
    LedgerRefuse,
    LedgerFailsLater,
    LedgerStatement,
    ReplyDelay,
    ReplyStatus,
    ReplyReset,
    ReplyEmpty,
    ReplyHang,
    ReplyGarbage,
    ReplyTruncate,
    ReplyDribble,
    ReplySlowClose,
    ReplyBandwidth,
    CallbackDrop,
    CallbackDelay,
    CallbackDuplicate,
    CallbackForge,
    CallbackTamper,
    CallbackStale,
    CallbackDowngrade,
    CallbackEarly,
    CallbackHold,
    ConnectionRefuse,
    ConnectionExpired,
    ConnectionWrongHost,
    ConnectionStall,
}

impl Injected {
    /// How many kinds there are.
    pub(super) const COUNT: usize = Self::ConnectionStall as usize + 1;

    /// What a decision injects: at most one fault of the ledger, one of the reply beside its delay, one of the callback.
    pub(super) fn of(decision: &Decision) -> impl Iterator<Item = Self> {
        let hits = &decision.hits;
        let outcome = hits
            .outcome
            .map(|_| (ledger(&decision.ledger), reply(&decision.reply.shape)));
        let (ledger, reply) = outcome.unwrap_or_default();
        let delayed = hits.delay.is_some() && !decision.reply.delay.is_zero();
        let callback = hits.callback.and_then(|_| callback(&decision.callback));
        let delay = delayed.then_some(Self::ReplyDelay);
        [ledger, delay, reply, callback].into_iter().flatten()
    }

    /// Its axis and its kind, in the words of scenario files.
    pub(super) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::LedgerSkip => ("ledger", "skip"),
            Self::LedgerRefuse => ("ledger", "refuse"),
            Self::LedgerFailsLater => ("ledger", "fails_later"),
            Self::LedgerStatement => ("ledger", "statement"),
            Self::ReplyDelay => ("reply", "delay"),
            Self::ReplyStatus => ("reply", "status"),
            Self::ReplyReset => ("reply", "reset"),
            Self::ReplyEmpty => ("reply", "empty"),
            Self::ReplyHang => ("reply", "hang"),
            Self::ReplyGarbage => ("reply", "garbage"),
            Self::ReplyTruncate => ("reply", "truncate"),
            Self::ReplyDribble => ("reply", "dribble"),
            Self::ReplySlowClose => ("reply", "slow_close"),
            Self::ReplyBandwidth => ("reply", "bandwidth"),
            Self::CallbackDrop => ("callback", "drop"),
            Self::CallbackDelay => ("callback", "delay"),
            Self::CallbackDuplicate => ("callback", "duplicate"),
            Self::CallbackForge => ("callback", "forge"),
            Self::CallbackTamper => ("callback", "tamper"),
            Self::CallbackStale => ("callback", "stale"),
            Self::CallbackDowngrade => ("callback", "downgrade"),
            Self::CallbackEarly => ("callback", "early"),
            Self::CallbackHold => ("callback", "hold"),
            Self::ConnectionRefuse => ("connection", "refuse"),
            Self::ConnectionExpired => ("connection", "expired"),
            Self::ConnectionWrongHost => ("connection", "wrong_host"),
            Self::ConnectionStall => ("connection", "stall"),
        }
    }
}

impl From<ConnectionFault> for Injected {
    fn from(fault: ConnectionFault) -> Self {
        match fault {
            ConnectionFault::Refuse => Self::ConnectionRefuse,
            ConnectionFault::Tls(TlsFault::Expired) => Self::ConnectionExpired,
            ConnectionFault::Tls(TlsFault::WrongHost) => Self::ConnectionWrongHost,
            ConnectionFault::Tls(TlsFault::Stall) => Self::ConnectionStall,
        }
    }
}

fn ledger(act: &LedgerAct) -> Option<Injected> {
    match act {
        LedgerAct::Apply => None,
        LedgerAct::Skip => Some(Injected::LedgerSkip),
        LedgerAct::Refuse(_) => Some(Injected::LedgerRefuse),
        LedgerAct::FailLater => Some(Injected::LedgerFailsLater),
        LedgerAct::Statement(_) => Some(Injected::LedgerStatement),
    }
}

fn reply(shape: &Shape) -> Option<Injected> {
    match shape {
        Shape::Honest => None,
        Shape::Status(_) => Some(Injected::ReplyStatus),
        Shape::Reset => Some(Injected::ReplyReset),
        Shape::Empty => Some(Injected::ReplyEmpty),
        Shape::Hang => Some(Injected::ReplyHang),
        Shape::Garbage => Some(Injected::ReplyGarbage),
        Shape::Truncate(_) => Some(Injected::ReplyTruncate),
        Shape::Dribble { .. } => Some(Injected::ReplyDribble),
        Shape::SlowClose(_) => Some(Injected::ReplySlowClose),
        Shape::Bandwidth { .. } => Some(Injected::ReplyBandwidth),
    }
}

fn callback(act: &CallbackAct) -> Option<Injected> {
    match act {
        CallbackAct::Deliver => None,
        CallbackAct::Drop => Some(Injected::CallbackDrop),
        CallbackAct::Delay(_) => Some(Injected::CallbackDelay),
        CallbackAct::Duplicate { .. } => Some(Injected::CallbackDuplicate),
        CallbackAct::Forge(_) => Some(Injected::CallbackForge),
        CallbackAct::Tamper(_) => Some(Injected::CallbackTamper),
        CallbackAct::Stale(_) => Some(Injected::CallbackStale),
        CallbackAct::Downgrade => Some(Injected::CallbackDowngrade),
        CallbackAct::Early => Some(Injected::CallbackEarly),
        CallbackAct::Hold => Some(Injected::CallbackHold),
    }
}
