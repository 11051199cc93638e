//! What a scenario decides of one occasion: three independent axes, each a closed enum whose default is a good wallet.

use std::{sync::Arc, time::Duration};

use rust_decimal::Decimal;

use crate::{
    scenario::{Forgery, Method, Operation, PhaseIndex, Ratio, RuleId, StatementBreak, Tampering},
    triggers::Case,
};

/// One authenticated API call, or one delivery attempt of one callback.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// The shop's id.
    pub shop: u64,
    /// What is asked.
    pub operation: Operation,
    /// Whose fate it is.
    pub subject: Subject<'a>,
    /// 1 + earlier authenticated calls with the same shop, operation and subject; for callbacks the delivery attempt.
    pub attempt: u32,
    /// The gateway's phase at this moment.
    pub phase: PhaseIndex,
    /// The order's amount where there is one.
    pub amount: Option<Decimal>,
    /// The order's coin where there is one.
    pub coin: Option<&'a str>,
    /// Who paid the order, or is paid; `None` where nobody has yet: then the payer is the one that was drawn.
    pub payer: Option<u64>,
    /// The call's headers, names in lower case; only where the scenario's triggers look at headers.
    pub headers: &'a [(&'a str, &'a str)],
    /// The case that the order asked for.
    pub case: Option<Case>,
}

/// Whose fate is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject<'a> {
    /// The merchant's order number.
    Number(&'a str),
    /// A call without a number: its ordinal at that shop and operation, from 1.
    Ordinal(u64),
}

/// What happens.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// What the ledger does.
    pub ledger: LedgerAct,
    /// What the client gets, and when.
    pub reply: Reply,
    /// What the order's callback does: from an API operation `Drop` and `Early` are possible, on `callback` all of them.
    pub callback: CallbackAct,
    /// The rules that decided each axis, with their draws.
    pub hits: Hits,
}

impl Decision {
    /// What a good wallet does.
    pub fn good() -> Self {
        Self {
            ledger: LedgerAct::default(),
            reply: Reply::default(),
            callback: CallbackAct::default(),
            hits: Hits::default(),
        }
    }
}

/// The ledger's axis.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LedgerAct {
    /// The command is applied.
    #[default]
    Apply,
    /// The command never reaches the ledger.
    Skip,
    /// The ledger refuses it for this reason.
    Refuse(RefusalReason),
    /// A withdrawal is accepted and booked, and fails when it would settle. Only withdrawals meet it.
    FailLater,
    /// The command is applied, and the order's line in the statement is broken. Only calls that open orders meet it.
    Statement(StatementBreak),
}

/// Refusals that a scenario may ask for. The words are those of YAML; the dialect turns them into its answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalReason {
    /// `insufficient_balance`
    InsufficientBalance,
    /// `user_not_registered`
    UserNotRegistered,
    /// `order_already_processed`
    OrderAlreadyProcessed,
    /// `system_error`
    SystemError,
    /// `unauthorized`
    Unauthorized,
    /// `quota_exceeded`
    QuotaExceeded,
    /// `risk_declined`
    RiskDeclined,
    /// `account_frozen`
    AccountFrozen,
}

impl RefusalReason {
    /// Every reason, in the order of the documentation.
    pub const ALL: [Self; 8] = [
        Self::InsufficientBalance,
        Self::UserNotRegistered,
        Self::OrderAlreadyProcessed,
        Self::SystemError,
        Self::Unauthorized,
        Self::QuotaExceeded,
        Self::RiskDeclined,
        Self::AccountFrozen,
    ];

    /// The word in YAML, journal and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::InsufficientBalance => "insufficient_balance",
            Self::UserNotRegistered => "user_not_registered",
            Self::OrderAlreadyProcessed => "order_already_processed",
            Self::SystemError => "system_error",
            Self::Unauthorized => "unauthorized",
            Self::QuotaExceeded => "quota_exceeded",
            Self::RiskDeclined => "risk_declined",
            Self::AccountFrozen => "account_frozen",
        }
    }
}

/// The reply's axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    /// How long the finished answer is kept back.
    pub delay: Duration,
    /// What the client gets.
    pub shape: Shape,
}

/// What the client gets.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Shape {
    /// The wallet's own answer.
    #[default]
    Honest,
    /// An HTTP answer of the scenario's.
    Status(Arc<StatusReply>),
    /// TCP reset.
    Reset,
    /// The connection is closed (FIN) without an answer.
    Empty,
    /// No answer until the client leaves, at most 10 minutes.
    Hang,
    /// Bytes that are no answer, then the end of the connection.
    Garbage,
    /// The honest answer, whose body ends after this part of what its Content-Length says.
    Truncate(Ratio),
    /// The honest answer in pieces.
    Dribble {
        /// How many pieces, two or more.
        chunks: u32,
        /// From the first to the last.
        over: Duration,
    },
    /// The honest answer; the connection closes this much later.
    SlowClose(Duration),
    /// The honest answer over a narrow connection.
    Bandwidth {
        /// Bytes of the answer a second, above zero.
        bytes_per_second: u64,
    },
}

/// An HTTP answer that the scenario writes itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusReply {
    /// 100 to 599 is checked on reading.
    pub status: u16,
    /// `Retry-After`, in whole seconds, rounded up.
    pub retry_after_s: Option<u64>,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// The body; empty without one.
    pub body: String,
    /// The body's size where it is larger than its text: it is filled up with blanks.
    pub body_bytes: u64,
}

/// The callback's axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CallbackAct {
    /// Sent as a good wallet would.
    #[default]
    Deliver,
    /// Never sent; final.
    Drop,
    /// The first attempt is this late.
    Delay(Duration),
    /// Several deliveries of the same bytes.
    Duplicate {
        /// Deliveries in all.
        copies: u32,
        /// From the first to the last.
        spread: Duration,
        /// Whether all are sent at the same moment, each over a connection that is open already.
        concurrent: bool,
    },
    /// Delivered under a sign that is not its own.
    Forge(Forgery),
    /// Delivered with other content under a good sign.
    Tamper(Tampering),
    /// Delivered, and once more after this age.
    Stale(Duration),
    /// Delivered, and then once more as unpaid, under a good sign.
    Downgrade,
    /// The order is paid and called back before the call that opened it is answered.
    Early,
    /// Kept until a release.
    Hold,
}

/// Which rule decided each axis; `None` where nothing did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// Ledger and the reply's shape.
    pub outcome: Option<Hit>,
    /// The delay.
    pub delay: Option<Hit>,
    /// The callback.
    pub callback: Option<Hit>,
}

impl Hits {
    /// The rules that decided something, each once, however many axes it decided.
    pub fn rules(&self) -> impl Iterator<Item = Hit> + use<> {
        let Self {
            outcome,
            delay,
            callback,
        } = *self;
        let unlike = |hit: &Hit, other: Option<Hit>| other.is_none_or(|other| other.rule != hit.rule);
        let delay = delay.filter(|hit| unlike(hit, outcome));
        let callback = callback.filter(|hit| unlike(hit, outcome) && unlike(hit, delay));
        [outcome, delay, callback].into_iter().flatten()
    }
}

/// A rule that hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The rule.
    pub rule: RuleId,
    /// The draw that was below its chance.
    pub draw: u64,
}

/// What the simulated payer of an order does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayerPlan {
    /// Pays.
    Pay {
        /// After this much gateway time; zero where an agreement covers the amount.
        after: Duration,
        /// The methods that failed before, in order.
        failed: Vec<Method>,
        /// The method that pays.
        method: Method,
    },
    /// Tries every method in vain and leaves: on the wire it looks like `Abandon`.
    GiveUp {
        /// After this much gateway time.
        after: Duration,
        /// All methods, in the order in which they failed.
        failed: Vec<Method>,
    },
    /// Never acts; also when there are no simulated payers.
    Abandon,
    /// Declines after this much gateway time.
    Decline(Duration),
}

/// What the wallet's risk control makes of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RiskPlan {
    /// It goes through.
    Pass,
    /// It is declined.
    Decline,
    /// It goes through after this much gateway time.
    Review(Duration),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_counts_once_however_many_axes_it_decides() {
        let hit = |rule| {
            Some(Hit {
                rule: RuleId(rule),
                draw: 0,
            })
        };
        for (outcome, delay, callback, expected) in [
            (None, None, None, &[][..]),
            (hit(1), None, None, &[1]),
            (hit(1), hit(1), None, &[1]),
            (hit(1), hit(2), None, &[1, 2]),
            (hit(1), hit(2), hit(1), &[1, 2]),
            (hit(1), hit(2), hit(2), &[1, 2]),
            (None, hit(2), hit(2), &[2]),
            (hit(1), hit(1), hit(1), &[1]),
            (hit(1), hit(2), hit(3), &[1, 2, 3]),
        ] {
            let rules: Vec<u16> = Hits {
                outcome,
                delay,
                callback,
            }
            .rules()
            .map(|hit| hit.rule.0)
            .collect();
            assert_eq!(rules, expected, "{outcome:?} {delay:?} {callback:?}");
        }
    }
}
