//! What a line of the journal says, as it is kept in memory, and how it becomes the line that others read.

use std::{borrow::Cow, sync::Arc, time::Duration};

use ledger::OrderId;
use protocol::admin::{AxisRules, DecisionView, JournalLine, RuleHit};
use scenarios::{AmountChange, CallbackAct, Decision, Hit, LedgerAct, Operation, PhaseIndex, Shape, Tampering};

use crate::{
    clock::{whole_ms, whole_us},
    drill::Drill,
};

/// A line of the journal.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// When it ended, on the wall.
    pub(crate) wall: Duration,
    /// When it ended, on the gateway's calendar.
    pub(crate) calendar: Duration,
    /// The drill in force when it was decided.
    pub(crate) drill: Arc<Drill>,
    /// The phase of the decision.
    pub(crate) phase: PhaseIndex,
    /// What it was about.
    pub(crate) asked: Asked,
    /// The order, where there is one.
    pub(crate) order_id: Option<OrderId>,
    /// What was decided, where something was.
    pub(crate) decision: Option<Arc<Decision>>,
    /// Whether this line stands for the rules of its decision. Of several lines of one decision (copies of a callback)
    /// exactly one does, so that counting lines counts decisions.
    pub(crate) counts_rules: bool,
    /// The HTTP status, or 0.
    pub(crate) status: u16,
    /// How it ended.
    pub(crate) outcome: Outcome,
    /// Body bytes in.
    pub(crate) bytes_in: u64,
    /// Body bytes out.
    pub(crate) bytes_out: u64,
    /// From begin to end.
    pub(crate) took: Duration,
    /// Of these, waited on purpose.
    pub(crate) injected: Duration,
    /// Of these, waited for a worker.
    pub(crate) queued: Duration,
    /// Of these, served by a worker.
    pub(crate) service: Duration,
    /// A stable word, then free text after a colon.
    pub(crate) reason: Option<Cow<'static, str>>,
}

/// What a line is about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// The shop; 0 where none was recognised.
    pub(crate) shop: u64,
    /// The operation; `None` for a path nobody serves.
    pub(crate) operation: Option<Operation>,
    /// Whose fate it was.
    pub(crate) subject: Subject,
    /// The attempt; 0 without a decision.
    pub(crate) attempt: u32,
    /// The request's nonce.
    pub(crate) nonce: Option<Box<str>>,
}

/// Whose fate was decided.
#[derive(Clone, Debug, Default)]
pub(crate) enum Subject {
    /// Nobody's: the call was not understood.
    #[default]
    Unknown,
    /// The merchant's order number.
    Number(Arc<str>),
    /// A call without a number.
    Ordinal(u64),
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Outcome {
    /// The client got an HTTP answer.
    Answered,
    /// The client got a part of an HTTP answer.
    Cut,
    /// The client got bytes that are no answer.
    Garbled,
    /// The client got a reset.
    Reset,
    /// The connection was closed without an answer.
    Closed,
    /// The client got nothing.
    Hung,
    /// The merchant acknowledged the callback.
    Acknowledged,
    /// The merchant answered, but did not acknowledge.
    Refused,
    /// No answer came: no connection, or a broken one.
    Failed,
    /// No answer came in time.
    Timeout,
    /// The callback is kept back.
    Held,
    /// The callback is no longer kept back.
    Released,
    /// The callback is never sent.
    Dropped,
    /// The callback's address may not be called.
    Forbidden,
}

impl Outcome {
    /// How many there are.
    pub(crate) const COUNT: usize = Self::Forbidden as usize + 1;

    /// Whether it is the end of a callback's delivery that was tried.
    pub(crate) fn is_of_delivery(self) -> bool {
        match self {
            Self::Acknowledged | Self::Refused | Self::Failed | Self::Timeout => true,
            Self::Answered
            | Self::Cut
            | Self::Garbled
            | Self::Reset
            | Self::Closed
            | Self::Hung
            | Self::Held
            | Self::Released
            | Self::Dropped
            | Self::Forbidden => false,
        }
    }

    /// The word in journal and metrics.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Cut => "cut",
            Self::Garbled => "garbled",
            Self::Reset => "reset",
            Self::Closed => "closed",
            Self::Hung => "hung",
            Self::Acknowledged => "acknowledged",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Timeout => "timeout",
            Self::Held => "held",
            Self::Released => "released",
            Self::Dropped => "dropped",
            Self::Forbidden => "forbidden",
        }
    }
}

/// The word for a path nobody serves.
pub(crate) const UNKNOWN_OPERATION: &str = "unknown";

impl Entry {
    /// The line that others read.
    pub(super) fn line(&self, seq: u64) -> JournalLine {
        JournalLine {
            seq,
            time_us: whole_us(self.wall),
            gateway_time_ms: whole_ms(self.calendar),
            phase: self.drill.phase_name(self.phase).to_owned(),
            shop: self.asked.shop,
            operation: self
                .asked
                .operation
                .map_or(UNKNOWN_OPERATION, Operation::word)
                .to_owned(),
            subject: match &self.asked.subject {
                Subject::Unknown => String::new(),
                Subject::Number(number) => (**number).to_owned(),
                Subject::Ordinal(ordinal) => format!("#{ordinal}"),
            },
            attempt: self.asked.attempt,
            order_id: self.order_id.map(|id| id.to_string()),
            nonce: self.asked.nonce.as_deref().map(str::to_owned),
            rules: self.rules(),
            decision: self.decision.as_deref().map(view),
            status: self.status,
            outcome: self.outcome.word().to_owned(),
            bytes_in: self.bytes_in,
            bytes_out: self.bytes_out,
            took_us: whole_us(self.took),
            injected_us: whole_us(self.injected),
            queued_us: whole_us(self.queued),
            service_us: whole_us(self.service),
            reason: self.reason.as_deref().map(str::to_owned),
        }
    }

    fn rules(&self) -> Option<AxisRules> {
        let hits = &self.decision.as_ref().filter(|_| self.counts_rules)?.hits;
        let named = |hit: Hit| RuleHit {
            rule: hit.rule.0,
            name: self.drill.scenario.rule(hit.rule).label.clone(),
            draw: hit.draw,
        };
        let rules = AxisRules {
            outcome: hits.outcome.map(named),
            delay: hits.delay.map(named),
            callback: hits.callback.map(named),
        };
        (rules != AxisRules::default()).then_some(rules)
    }
}

/// A decision in the words of scenario files.
fn view(decision: &Decision) -> DecisionView {
    DecisionView {
        ledger: match &decision.ledger {
            LedgerAct::Apply => "apply".to_owned(),
            LedgerAct::Skip => "skip".to_owned(),
            LedgerAct::FailLater => "settle: fails_later".to_owned(),
            LedgerAct::Statement(wrong) => format!("statement: {}", wrong.word()),
            LedgerAct::Refuse(reason) => format!("refuse: {}", reason.word()),
        },
        reply: match &decision.reply.shape {
            Shape::Honest => "honest".to_owned(),
            Shape::Status(reply) => format!("status {}", reply.status),
            Shape::Reset => "reset".to_owned(),
            Shape::Empty => "empty".to_owned(),
            Shape::Hang => "hang".to_owned(),
            Shape::Garbage => "garbage".to_owned(),
            Shape::Truncate(part) => format!("truncate {part}"),
            Shape::Dribble { chunks, over } => format!("dribble {chunks} over {over:?}"),
            Shape::SlowClose(late) => format!("slow_close {late:?}"),
            Shape::Bandwidth { bytes_per_second } => format!("bandwidth {bytes_per_second}B/s"),
        },
        delay_us: whole_us(decision.reply.delay),
        callback: match decision.callback {
            CallbackAct::Deliver => "deliver".to_owned(),
            CallbackAct::Drop => "drop".to_owned(),
            CallbackAct::Delay(delay) => format!("delay {delay:?}"),
            CallbackAct::Duplicate {
                copies,
                concurrent: true,
                ..
            } => format!("duplicate {copies} concurrent"),
            CallbackAct::Duplicate { copies, spread, .. } => format!("duplicate {copies} over {spread:?}"),
            CallbackAct::Forge(forgery) => format!("forge {}", forgery.word()),
            CallbackAct::Tamper(tampering) => format!("tamper{}", tampered(&tampering)),
            CallbackAct::Stale(age) => format!("stale {age:?}"),
            CallbackAct::Downgrade => "downgrade".to_owned(),
            CallbackAct::Early => "early".to_owned(),
            CallbackAct::Hold => "hold".to_owned(),
        },
    }
}

/// ` amount -1 coin TRX`
fn tampered(Tampering { amount, coin }: &Tampering) -> String {
    let amount = amount.map(|amount| match amount {
        AmountChange::By(change) => format!(" amount {change:+}"),
        AmountChange::To(other) => format!(" amount {other}"),
    });
    let coin = coin.map(|coin| format!(" coin {coin}"));
    amount.into_iter().chain(coin).collect()
}
