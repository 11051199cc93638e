//! What the coach is told: what the journal's line knows, and a few facts beside it that cost little to note. Owns what
//! is noted and how it reads; what it means is said elsewhere.
//!
//! Invariant: texts of a peer's are printable, short, and free of every shop's token.

use std::{sync::Arc, time::Duration};

use hyper::Version;
use protocol::dialect::{kdpay, okpay};
use scenarios::{LedgerAct, Operation, Shape};

use super::letter::Letter;
use crate::{
    callback::Says,
    dialect::{self, Via},
    fault::wire::Line,
    journal::{Entry, Exhibits, Outcome},
    occasion::{Occurrence, is_hint},
    shop::Shops,
    store::{Flow, Key},
};

/// Characters of a peer's text that are shown.
const SHOWN_CHARS: usize = 200;

/// An exchange or a delivery that ended.
#[derive(Clone, Debug)]
pub struct Heard {
    /// When it ended, on the wall.
    pub(crate) at: Duration,
    /// From its begin to its end.
    pub(crate) took: Duration,
    /// The shop; 0 where none was recognised.
    pub(crate) shop: u64,
    /// The order it was about, where it is known.
    pub(crate) order: Option<Order>,
    /// What ended.
    pub(crate) event: Event,
}

/// An order, as its shop knows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Order {
    /// Which way its money goes.
    pub(crate) flow: Flow,
    /// Its number.
    pub(crate) number: Arc<str>,
}

/// What ended.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// A call.
    Call(Call),
    /// A delivery of a callback.
    Delivery(Delivery),
}

/// A call, noted step by step as far as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Call {
    /// What it asked for.
    pub(crate) operation: Option<Operation>,
    /// It came over TLS.
    pub(crate) secure: bool,
    /// It was HTTP/1.0.
    pub(crate) old_http: bool,
    /// The how-manieth of its connection, from 1.
    pub(crate) turn: u32,
    /// What it carried, where it was taken apart.
    pub(crate) letter: Option<Letter>,
    /// How it was signed, once it was known to be authentic.
    pub(crate) via: Option<Via>,
    /// The order, where it named or opened one.
    pub(super) order: Option<Order>,
    /// How it ended.
    pub(crate) end: End,
}

/// How a call ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum End {
    /// The client left before the answer.
    #[default]
    Left,
    /// With the wallet's answer.
    Answered,
    /// With a refusal that the client brought about: a stable word, then why.
    Refused(String),
    /// With a refusal that the scenario brought about.
    Declined,
    /// With an error of the wallet's: nobody knows what became of the order.
    Busy {
        /// When to come again, where it was said.
        retry_after: Option<Duration>,
    },
    /// Without an answer.
    Lost,
}

/// A delivery of a callback.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    /// From 1.
    pub(crate) attempt: u32,
    /// What it said.
    pub(crate) says: Says,
    /// How it ended.
    pub(crate) end: Ack,
}

/// How a delivery ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ack {
    /// Acknowledged; `well`: in the documented words.
    Taken {
        /// In the documented words.
        well: bool,
    },
    /// Answered, but not acknowledged.
    Refused {
        /// The HTTP status.
        status: u16,
    },
    /// Not answered, and why.
    Unreached(String),
    /// Not answered in time.
    TimedOut,
    /// Not sent: nobody said where to.
    Nowhere,
    /// Not sent: it may not go there, and why.
    Forbidden(String),
}

impl Heard {
    /// Which call or callback it was, fit for a terminal.
    pub fn title(&self) -> String {
        let number = self.order.as_ref().map_or("", |order| &*order.number);
        let title = match &self.event {
            Event::Call(call) => format!("{} {number}", call.operation.map_or("unknown call", Operation::word)),
            Event::Delivery(Delivery { attempt: 1, .. }) => format!("callback {number}"),
            Event::Delivery(Delivery { attempt, .. }) => format!("callback {number}, attempt {attempt}"),
        };
        title.trim_end().to_owned()
    }

    /// When it began, on the wall.
    pub(super) fn begin(&self) -> Duration {
        self.at.saturating_sub(self.took)
    }

    /// A call that ended at `at`; `left` where its client ended it.
    pub(crate) fn call(mut call: Call, entry: &Entry, left: bool, shops: &Shops, at: Duration) -> Self {
        call.operation = entry.asked.operation;
        call.end = End::of(entry, left, shops);
        let order = call.order.take();
        Self {
            at,
            took: entry.took,
            shop: entry.asked.shop,
            order: order.map(|order| order.shown(shops)),
            event: Event::Call(call),
        }
    }

    /// A delivery that ended at `at`; nothing where it ended for a reason of the gateway's own.
    pub(crate) fn delivery(
        entry: &Entry,
        (exhibits, says): (&Exhibits, Says),
        (key, via): (&Key, Via),
        shops: &Shops,
        at: Duration,
    ) -> Option<Self> {
        let order = Order {
            flow: key.flow,
            number: Arc::clone(&key.number),
        };
        let delivery = Delivery {
            attempt: entry.asked.attempt,
            says,
            end: Ack::of(entry, exhibits, via, shops)?,
        };
        Some(Self {
            at,
            took: entry.took,
            shop: key.shop,
            order: Some(order.shown(shops)),
            event: Event::Delivery(delivery),
        })
    }
}

impl Order {
    fn shown(self, shops: &Shops) -> Self {
        Self {
            number: shown(&self.number, shops).into(),
            ..self
        }
    }
}

impl Call {
    /// Its head came.
    pub(crate) fn arrived(&mut self, line: &Line, version: Version) {
        self.secure = line.secure();
        self.turn = line.turn();
        self.old_http = version == Version::HTTP_10;
    }

    /// It was taken apart, at `wall`.
    pub(crate) fn decoded(&mut self, call: &dialect::Call, body: &[u8], wall: Duration) {
        self.letter = Some(Letter::read(call, body, wall));
    }

    /// It is authentic.
    pub(crate) fn occurred(&mut self, occurrence: &Occurrence<'_>) {
        self.via = Some(occurrence.call.via());
        self.order = occurrence.key.as_ref().map(|key| Order {
            flow: key.flow,
            number: Arc::clone(&key.number),
        });
    }
}

impl End {
    fn of(entry: &Entry, left: bool, shops: &Shops) -> Self {
        let decision = entry.decision.as_deref();
        let declined = decision.is_some_and(|decision| matches!(decision.ledger, LedgerAct::Refuse(_)));
        match entry.outcome {
            Outcome::Closed | Outcome::Cut if left => Self::Left,
            Outcome::Hung => Self::Left,
            Outcome::Reset | Outcome::Closed | Outcome::Cut | Outcome::Garbled => Self::Lost,
            Outcome::Answered if declined => Self::Declined,
            Outcome::Answered => match (
                entry.reason.as_ref().filter(|reason| !is_hint(reason)),
                decision.map(|decision| &decision.reply.shape),
            ) {
                // An overload has a reason too.
                (_, Some(Shape::Status(reply))) if reply.status >= 500 || reply.status == 429 => Self::Busy {
                    retry_after: reply.retry_after_s.map(Duration::from_secs),
                },
                (Some(reason), _) => Self::Refused(shown(reason, shops)),
                (None, _) => Self::Answered,
            },
            // These end deliveries.
            Outcome::Acknowledged
            | Outcome::Refused
            | Outcome::Failed
            | Outcome::Timeout
            | Outcome::Held
            | Outcome::Released
            | Outcome::Dropped
            | Outcome::Forbidden => Self::Declined,
        }
    }
}

impl Ack {
    fn of(entry: &Entry, exhibits: &Exhibits, via: Via, shops: &Shops) -> Option<Self> {
        let reason = entry.reason.as_deref().unwrap_or_default();
        let word = reason.split(':').next().unwrap_or_default();
        match entry.outcome {
            Outcome::Acknowledged => {
                let body = exhibits.answer.as_ref().map_or(&[][..], |answer| &answer.body);
                let well = match via {
                    Via::OkPay(_) => okpay::Ack::Strict.accepts(entry.status, body),
                    Via::KdPay => kdpay::notify::acknowledges(entry.status, body),
                };
                Some(Self::Taken { well })
            }
            Outcome::Refused => Some(Self::Refused { status: entry.status }),
            Outcome::Timeout => Some(Self::TimedOut),
            Outcome::Forbidden if word == "no_callback_url" => Some(Self::Nowhere),
            Outcome::Forbidden => Some(Self::Forbidden(shown(reason, shops))),
            Outcome::Failed => match word {
                "resolve" | "connect" | "broken" | "answer_too_long" => Some(Self::Unreached(shown(reason, shops))),
                _ => None,
            },
            Outcome::Held | Outcome::Released | Outcome::Dropped => None,
            // These end calls.
            Outcome::Answered | Outcome::Cut | Outcome::Garbled | Outcome::Reset | Outcome::Closed | Outcome::Hung => {
                None
            }
        }
    }
}

/// A text as it may stand on a terminal.
fn shown(text: &str, shops: &Shops) -> String {
    let masked = shops.masked(text);
    let printable = |char: char| if char.is_control() { '?' } else { char };
    masked.chars().take(SHOWN_CHARS).map(printable).collect()
}
