//! The merchant the load speaks for: what its requests say, what the answers mean, which callbacks it believes.
//!
//! Bytes in, bytes out; sockets are `client`'s. Order numbers are `PREFIX-` and the arrival's number, so the same seed
//! and prefix ask for the same orders; nonces never repeat, because a gateway remembers them. Where the load is a segment,
//! this is where its own arrivals, numbered without gaps, become those of the whole: in order numbers and amounts.

use std::sync::Arc;

use bytes::Bytes;
use hyper::{Method, StatusCode, header};
use measure::sample::Class;
use protocol::{
    Accepts, Algorithm, Operation, Token,
    dialect::okpay::{
        self, Answer as Said, AnswerError, AuthFailure, Callback, Coin, Fault, Kind, Manner, answer,
        request::{Command, Envelope, encode},
    },
};
use rust_decimal::Decimal;
use scenarios::{
    Journey, Scenario,
    load::{Segment, amount_of, journey_of},
    payer_id,
};

use crate::{
    LoadError,
    client::{Answer, Broken, Outgoing},
    clock::wall_us,
};

/// On the wire: a deposit that is paid, a withdrawal that is paid out.
const PAID: u8 = 1;

/// On the wire: a withdrawal that failed.
const FAILED: u8 = 2;

/// How the load signs, and what it believes.
const ACCEPTS: Accepts = Accepts::HMAC;

/// Digits of an arrival's number in an order number; more arrivals simply have longer numbers.
const DIGITS: usize = 8;

/// One shop's side of the conversation.
pub(crate) struct Merchant {
    scenario: Arc<Scenario>,
    shop: u64,
    token: Token,
    prefix: String,
    segment: Segment,
    nonces: String,
    callback_url: String,
    unknown_order: String,
    auth_failed: String,
    nonce_replayed: String,
}

/// What the answer to an opening says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HeardOpen {
    /// The order is open.
    Opened {
        /// The wallet's number.
        order_id: Box<str>,
        /// Where the payer pays; a withdrawal has no such place.
        pay_url: Option<String>,
    },
    /// Refused, honestly.
    Refused {
        /// The wallet's words.
        reason: Box<str>,
    },
    /// Nothing that can be believed.
    Nothing,
}

/// What the answer to a query says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeardQuery {
    /// Paid; of a withdrawal, paid out.
    Paid,
    /// A withdrawal that failed.
    Failed,
    /// Open; of a withdrawal, on its way.
    Unpaid,
    /// No such order.
    Absent,
    /// Nothing that can be believed, or another refusal.
    Nothing,
}

/// A callback whose sign is right and that says what became of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    /// Which way the money goes.
    pub(crate) kind: Kind,
    /// Whether it is a withdrawal that failed; else it is paid, or paid out.
    pub(crate) failed: bool,
    /// The arrival, if the order number is one of ours.
    pub(crate) seq: Option<u32>,
    /// The wallet's number.
    pub(crate) order_id: String,
    /// The amount.
    pub(crate) amount: Decimal,
}

impl Merchant {
    /// The merchant of a scenario's shop. `nonces` starts every nonce and must be new for each run.
    pub(crate) fn new(
        scenario: Arc<Scenario>,
        shop: usize,
        prefix: String,
        nonces: String,
        callback_url: String,
    ) -> Result<Self, LoadError> {
        let known = scenario.shops.len();
        let shop = scenario.shops.get(shop).ok_or(LoadError::Shop { shop, known })?;
        let token = Token::new(&shop.token).map_err(|error| LoadError::ShopToken { shop: shop.id, error })?;
        Ok(Self {
            shop: shop.id,
            token,
            prefix,
            segment: Segment::WHOLE,
            nonces,
            callback_url,
            unknown_order: text_of(&Fault::UnknownOrder),
            auth_failed: text_of(&Fault::AuthFailed(AuthFailure::SignWrong)),
            nonce_replayed: text_of(&Fault::NonceReplayed),
            scenario,
        })
    }

    /// The same, of a segment of the load.
    #[must_use]
    pub(crate) fn of_segment(self, segment: Segment) -> Self {
        Self { segment, ..self }
    }

    /// The shop's id.
    pub(crate) fn shop(&self) -> u64 {
        self.shop
    }

    /// The coin of every order.
    pub(crate) fn coin(&self) -> &'static str {
        Coin::Usdt.word()
    }

    /// The order number of an arrival.
    pub(crate) fn number(&self, seq: u32) -> String {
        number_of(&self.prefix, self.segment.in_whole(seq))
    }

    /// The arrival of an order number, where it is exactly one of ours.
    pub(crate) fn seq_of(&self, number: &str) -> Option<u32> {
        let arrival = number.strip_prefix(&self.prefix)?.strip_prefix('-')?.parse().ok()?;
        let seq = self.segment.own(arrival)?;
        (self.number(seq) == number).then_some(seq)
    }

    /// Whether an order number starts like ours and belongs to no other segment. What is no arrival's number at all is the
    /// first segment's to wonder at.
    pub(crate) fn is_ours(&self, number: &str) -> bool {
        let rest = number
            .strip_prefix(&self.prefix)
            .and_then(|rest| rest.strip_prefix('-'));
        rest.is_some_and(|rest| match rest.parse::<u64>() {
            Ok(arrival) => self.segment.has(arrival),
            Err(_) => self.segment.is_first(),
        })
    }

    /// The amount of an arrival's order.
    pub(crate) fn amount(&self, seq: u32) -> Decimal {
        amount_of(&self.scenario.load, self.scenario.seed, self.segment.in_whole(seq))
    }

    /// The journey of an arrival.
    pub(crate) fn journey(&self, seq: u32) -> Journey {
        match self.scenario.load.journeys.as_slice() {
            // Spares the draw where there is no choice.
            [(only, _)] => *only,
            _ => journey_of(&self.scenario.load, self.scenario.seed, self.segment.in_whole(seq)),
        }
    }

    /// The user of the wallet whom an arrival's withdrawal pays: another one for each number, the same for each seed.
    pub(crate) fn payee(&self, seq: u32) -> u64 {
        payer_id(self.scenario.seed, self.shop, &self.number(seq))
    }

    /// The request number a nonce was made of, where it is one of this run's.
    pub(crate) fn call_of(&self, nonce: &str) -> Option<u64> {
        let digits = nonce.strip_prefix(&self.nonces)?;
        u64::from_str_radix(digits, 16).ok()
    }

    /// The request that opens an arrival's order.
    pub(crate) fn open(&self, journey: Journey, seq: u32, call: u64) -> Outgoing {
        let (amount, coin) = (self.amount(seq).to_string(), Coin::Usdt);
        let (unique_id, callback_url) = (Some(self.number(seq)), Some(self.callback_url.clone()));
        let command = match journey {
            Journey::Checkout | Journey::QueryStorm | Journey::Qr => Command::PayLink {
                amount,
                coin,
                unique_id,
                name: None,
                return_url: None,
                callback_url,
            },
            Journey::Payout => Command::Transfer {
                amount,
                coin,
                to_user_id: self.payee(seq),
                unique_id,
                name: None,
                callback_url,
            },
        };
        self.ask(call, &command)
    }

    /// The request that asks what became of an arrival's order.
    pub(crate) fn query(&self, journey: Journey, seq: u32, call: u64) -> Outgoing {
        let unique_id = self.number(seq);
        let command = match journey {
            Journey::Checkout | Journey::QueryStorm | Journey::Qr => Command::CheckDeposit { unique_id },
            Journey::Payout => Command::CheckTransfer { unique_id },
        };
        self.ask(call, &command)
    }

    /// A query for an order that is never opened: its answer tells whether the target believes our signature.
    pub(crate) fn probe(&self) -> Outgoing {
        let unique_id = format!("{}-probe", self.prefix);
        self.ask_with(format!("{}probe", self.nonces), &Command::CheckDeposit { unique_id })
    }

    /// Whether an answer says that our signature is not believed.
    pub(crate) fn is_refused(&self, answer: &Result<Answer, Broken>) -> bool {
        matches!(self.hear(Operation::CheckDeposit, answer), Err((Class::Signature, said)) if said == self.auth_failed)
    }

    fn ask(&self, call: u64, command: &Command) -> Outgoing {
        self.ask_with(format!("{}{call:08x}", self.nonces), command)
    }

    fn ask_with(&self, nonce: String, command: &Command) -> Outgoing {
        let envelope = Envelope {
            shop: self.shop,
            timestamp: wall_us() / 1_000_000,
            nonce,
        };
        Outgoing {
            method: Method::POST,
            path: command.operation().path().to_owned(),
            headers: vec![(
                header::CONTENT_TYPE,
                header::HeaderValue::from_static(okpay::CONTENT_TYPE_FORM),
            )],
            body: Bytes::from(encode(command, &envelope, Algorithm::Hmac, &self.token)),
        }
    }

    /// What the answer to an opening says, and what it counts as.
    pub(crate) fn hear_open(&self, journey: Journey, seq: u32, answer: &Result<Answer, Broken>) -> (Class, HeardOpen) {
        let opened = |order_id: String, pay_url| HeardOpen::Opened {
            order_id: order_id.into(),
            pay_url,
        };
        match self.hear(opening(journey), answer) {
            Ok(Said::PayLink {
                order_id,
                pay_url,
                unique_id,
            }) if unique_id.as_ref().is_none_or(|id| *id == self.number(seq)) => {
                (Class::Ok, opened(order_id, Some(pay_url)))
            }
            Ok(Said::Transfer { order_id }) => (Class::Ok, opened(order_id, None)),
            Ok(_) => (Class::Protocol, HeardOpen::Nothing),
            Err((Class::Declined, reason)) => (Class::Declined, HeardOpen::Refused { reason: reason.into() }),
            Err((class, _)) => (class, HeardOpen::Nothing),
        }
    }

    /// What the answer to a query says, and what it counts as.
    pub(crate) fn hear_query(
        &self,
        journey: Journey,
        seq: u32,
        answer: &Result<Answer, Broken>,
    ) -> (Class, HeardQuery) {
        let is_ours = |unique_id: &str, amount: &str, coin: Coin| {
            unique_id == self.number(seq) && coin == Coin::Usdt && self.is_amount(seq, amount)
        };
        match self.hear(asking(journey), answer) {
            Ok(Said::Deposit {
                unique_id,
                status,
                amount,
                coin,
                ..
            }) if is_ours(&unique_id, &amount, coin) => match status {
                PAID => (Class::Ok, HeardQuery::Paid),
                _ => (Class::Ok, HeardQuery::Unpaid),
            },
            Ok(Said::Withdrawal {
                unique_id,
                status,
                amount,
                coin,
                to_user_id,
                ..
            }) if is_ours(&unique_id, &amount, coin) && to_user_id == self.payee(seq) => match status {
                PAID => (Class::Ok, HeardQuery::Paid),
                FAILED => (Class::Ok, HeardQuery::Failed),
                _ => (Class::Ok, HeardQuery::Unpaid),
            },
            Ok(_) => (Class::Protocol, HeardQuery::Nothing),
            Err((Class::Declined, reason)) if reason == self.unknown_order => (Class::Declined, HeardQuery::Absent),
            Err((class, _)) => (class, HeardQuery::Nothing),
        }
    }

    fn hear(&self, operation: Operation, answer: &Result<Answer, Broken>) -> Result<Said, (Class, String)> {
        let answer = answer.as_ref().map_err(|broken| (broken.class, broken.why.clone()))?;
        match answer.status {
            StatusCode::OK => {}
            status if status.is_client_error() => return Err((Class::Http4xx, status.to_string())),
            status if status.is_server_error() => return Err((Class::Http5xx, status.to_string())),
            status => return Err((Class::Protocol, format!("HTTP {status}"))),
        }
        answer::decode(operation, &answer.body, &Manner::default(), ACCEPTS, &self.token).map_err(|error| match error {
            // Both say that one side does not believe the other's sign; a healthy wallet never refuses so.
            AnswerError::BadSign => (Class::Signature, error.to_string()),
            AnswerError::Refused { msg, .. } if msg == self.auth_failed => (Class::Signature, msg),
            AnswerError::Refused { msg, .. } if msg == self.nonce_replayed => (Class::Protocol, msg),
            AnswerError::Refused { msg, .. } => (Class::Declined, msg),
            AnswerError::Malformed(_) => (Class::Protocol, error.to_string()),
        })
    }

    /// Reads a callback as a careful merchant does; `None` for anything that must not be believed.
    pub(crate) fn read_callback(&self, body: &[u8]) -> Option<Notice> {
        let callback = Callback::decode(body, ACCEPTS, &self.token).ok()?;
        let is_over = match callback.kind {
            Kind::Deposit => callback.status == PAID,
            Kind::Withdraw => [PAID, FAILED].contains(&callback.status),
        };
        let is_believed = is_over && callback.shop == self.shop && callback.coin == Coin::Usdt;
        let amount = callback.amount.parse().ok()?;
        let seq = callback.unique_id.and_then(|number| self.seq_of(&number));
        is_believed.then_some(Notice {
            kind: callback.kind,
            failed: callback.status == FAILED,
            seq,
            order_id: callback.order_id,
            amount,
        })
    }

    fn is_amount(&self, seq: u32, text: &str) -> bool {
        text.parse::<Decimal>().is_ok_and(|amount| amount == self.amount(seq))
    }
}

/// The order number of an arrival under a prefix.
pub(crate) fn number_of(prefix: &str, arrival: u64) -> String {
    format!("{prefix}-{arrival:0DIGITS$}")
}

/// How an order of a journey is opened.
fn opening(journey: Journey) -> Operation {
    match journey {
        Journey::Checkout | Journey::QueryStorm | Journey::Qr => Operation::PayLink,
        Journey::Payout => Operation::Transfer,
    }
}

/// How an order of a journey is asked about.
fn asking(journey: Journey) -> Operation {
    match journey {
        Journey::Checkout | Journey::QueryStorm | Journey::Qr => Operation::CheckDeposit,
        Journey::Payout => Operation::CheckTransfer,
    }
}

/// The text a refusal has on the wire, asked of the dialect, which alone knows it.
fn text_of(fault: &Fault) -> String {
    #[derive(serde::Deserialize)]
    struct Refusal {
        msg: String,
    }
    serde_json::from_slice::<Refusal>(&fault.encode())
        .expect("the dialect writes refusals with a text")
        .msg
}

#[cfg(test)]
mod tests;
