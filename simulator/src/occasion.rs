//! An authenticated call as an occasion of the scenario: whose fate it is, the how-manieth call about it, and what it
//! asks of the scenario itself, by its amount or its headers.

use std::sync::Arc;

use hyper::HeaderMap;
use ledger::Money;
use protocol::dialect::field::FieldError;
use rust_decimal::Decimal;
use scenarios::{
    Occasion, Operation, PhaseIndex, Subject, Triggers,
    script::Recorded,
    triggers::{Case, HEADER},
};

use crate::{
    authenticate::Authentic,
    dialect::{Ask, Call},
    drill::Drill,
    store::{About, Flow, Key, Memory},
};

/// Longest number that is somebody's: that of the ledger.
const NUMBER_MAX_BYTES: usize = ledger::OrderNumber::MAX_BYTES;

/// An authenticated call with its place among the calls of its subject.
#[derive(Debug)]
pub(crate) struct Occurrence<'d> {
    /// The drill that decides it.
    pub(crate) drill: &'d Arc<Drill>,
    /// The phase of this moment.
    pub(crate) phase: PhaseIndex,
    /// The call.
    pub(crate) call: Authentic<Call>,
    /// What it asks, or which field is wrong.
    pub(crate) ask: Result<Ask, FieldError>,
    /// The order it is about, where it names or opens one. An order opened without a number has its id as one.
    pub(crate) key: Option<Key>,
    /// For a call without a number: its ordinal.
    pub(crate) ordinal: Option<u64>,
    /// 1 + earlier calls about the same.
    pub(crate) attempt: u32,
    /// What was recorded of it in the run that this one repeats.
    pub(crate) recorded: Option<Recorded>,
    amount: Option<Money>,
    person: Option<u64>,
    case: Option<Case>,
    hint: Option<&'static str>,
    /// Only where the scenario looks at headers.
    headers: Vec<(&'d str, &'d str)>,
}

/// Why a header that asks for a case is not heard: the first words of the hints to it.
const CASE_HINTS: [&str; 2] = [
    "case_unknown: the header Paydrill-Case names no case; `paydrill scenarios triggers` lists them",
    "case_closed: the header Paydrill-Case asks for nothing here, as the scenario does not say `triggers: headers`",
];

/// Whether the reason of a line is a hint to a client, beside which the call went its way.
pub(crate) fn is_hint(reason: &str) -> bool {
    CASE_HINTS.contains(&reason)
}

impl<'d> Occurrence<'d> {
    /// Gives a call its place, and counts it.
    pub(crate) fn new(drill: &'d Arc<Drill>, store: &Memory, call: Authentic<Call>, headers: &'d HeaderMap) -> Self {
        let place = Place::of(drill, store, &call);
        let ask = call.ask();
        let attempt = place.key.as_ref().zip(call.operation().about());
        let attempt = attempt.map(|(key, (_, about))| store.attempt(key, about));
        let (asked, payee) = match &ask {
            Ok(Ask::OpenDeposit(new)) => (Some(new.amount), None),
            Ok(Ask::OpenWithdrawal(new)) => (Some(new.amount), new.payee.parse().ok()),
            Ok(Ask::Query | Ask::Balance | Ask::User { .. } | Ask::History(_)) | Err(_) => (None, None),
        };
        let attempt_number = attempt.map_or(1, |attempt| attempt.number);
        let subject = subject(place.ordinal, place.key.as_ref());
        let operation = call.operation().in_scenario();
        let recorded = drill.recorded(call.shop().id, operation, subject, attempt_number);
        let triggers = drill.scenario.triggers;
        let (case, hint) = asked.map_or((None, None), |amount| case_of(triggers, amount, headers));
        Self {
            drill,
            phase: recorded.map_or_else(|| drill.phase(), |recorded| recorded.phase),
            call,
            ask,
            key: place.key,
            ordinal: place.ordinal,
            attempt: attempt_number,
            recorded,
            amount: asked.or_else(|| attempt?.amount),
            person: payee.or_else(|| attempt?.person),
            case: case.or_else(|| attempt?.case),
            hint,
            headers: if triggers.headers { texts(headers) } else { Vec::new() },
        }
    }

    /// The occasion to decide.
    pub(crate) fn occasion(&self) -> Occasion<'_> {
        Occasion {
            shop: self.shop(),
            operation: self.operation(),
            subject: self.subject(),
            attempt: self.attempt,
            phase: self.phase,
            amount: self.amount.map(decimal),
            coin: self.amount.map(|amount| amount.coin().word()),
            payer: self.person,
            headers: &self.headers,
            case: self.case,
        }
    }

    /// The case that it asks for, or that its order asked for.
    pub(crate) fn case(&self) -> Option<Case> {
        self.case
    }

    /// What its sender should know though it goes its way: a stable word, then why.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        self.hint
    }

    /// Who calls.
    pub(crate) fn shop(&self) -> u64 {
        self.call.shop().id
    }

    /// The operation, as scenarios name it.
    pub(crate) fn operation(&self) -> Operation {
        self.call.operation().in_scenario()
    }

    /// The merchant's number, where it gave one.
    pub(crate) fn number(&self) -> Option<&str> {
        let key = self.key.as_ref().filter(|_| self.ordinal.is_none())?;
        Some(&key.number)
    }

    /// The id of the n-th further order of this number (0 for the first) if this call opens it.
    pub(crate) fn fresh_order_id(&self, flow: Flow, copy: u32) -> ledger::OrderId {
        let seed = self.drill.scenario.seed;
        let drawn = |subject| match flow {
            Flow::Deposit => scenarios::order_id(seed, self.shop(), subject),
            Flow::Withdrawal => scenarios::withdrawal_id(seed, self.shop(), subject),
        };
        ledger::OrderId(match (self.subject(), copy) {
            (subject, 0) => drawn(subject),
            (Subject::Number(number), copy) => drawn(Subject::Number(&format!("{number}#{copy}"))),
            (subject @ Subject::Ordinal(_), _) => drawn(subject),
        })
    }

    fn subject(&self) -> Subject<'_> {
        subject(self.ordinal, self.key.as_ref())
    }
}

fn subject(ordinal: Option<u64>, key: Option<&Key>) -> Subject<'_> {
    match (ordinal, key) {
        (Some(ordinal), _) => Subject::Ordinal(ordinal),
        (None, Some(key)) => Subject::Number(&key.number),
        (None, None) => Subject::Ordinal(0),
    }
}

/// The case that a call asks for which opens an order of this amount: by its header, else by its amount. A header that
/// asks in vain is told why.
fn case_of(triggers: Triggers, amount: Money, headers: &HeaderMap) -> (Option<Case>, Option<&'static str>) {
    let by_amount = || triggers.amounts.then(|| Case::by_amount(decimal(amount))).flatten();
    let [unknown, closed] = CASE_HINTS;
    match headers.get(HEADER) {
        None => (by_amount(), None),
        Some(_) if !triggers.headers => (by_amount(), Some(closed)),
        Some(name) => match name.to_str().ok().and_then(|name| Case::by_name(name.trim())) {
            Some(case) => (Some(case), None),
            None => (by_amount(), Some(unknown)),
        },
    }
}

/// Headers as scenarios compare them; one that is no text takes no part.
fn texts(headers: &HeaderMap) -> Vec<(&str, &str)> {
    let text = |(name, value)| {
        Some((
            hyper::header::HeaderName::as_str(name),
            hyper::header::HeaderValue::to_str(value).ok()?,
        ))
    };
    headers.iter().filter_map(text).collect()
}

/// Where a call belongs.
struct Place {
    key: Option<Key>,
    ordinal: Option<u64>,
}

impl Place {
    /// A call about orders belongs to its number, or to the order whose id it names; any other counts by itself.
    fn of(drill: &Drill, store: &Memory, call: &Authentic<Call>) -> Self {
        let shop = call.shop().id;
        let word = call.operation().in_scenario();
        let ordinal = || Some(store.ordinal(shop, word));
        let Some((flow, about)) = call.operation().about() else {
            return Self {
                key: None,
                ordinal: ordinal(),
            };
        };
        if let Some(number) = call.number().filter(|number| number.len() <= NUMBER_MAX_BYTES) {
            return Self {
                key: Some(Key::new(shop, flow, number.into())),
                ordinal: None,
            };
        }
        if let Some(key) = named_by_id(store, call, flow, about) {
            return Self {
                key: Some(key),
                ordinal: None,
            };
        }
        let ordinal = ordinal();
        let opens = ordinal.filter(|_| about == About::Opening).map(|ordinal| {
            let subject = Subject::Ordinal(ordinal);
            let id = match flow {
                Flow::Deposit => scenarios::order_id(drill.scenario.seed, shop, subject),
                Flow::Withdrawal => scenarios::withdrawal_id(drill.scenario.seed, shop, subject),
            };
            Key::new(shop, flow, ledger::OrderId(id).to_string().into())
        });
        Self { key: opens, ordinal }
    }
}

/// The shop's own order of the id in a query. By `txid` a merchant may ask about either kind.
fn named_by_id(store: &Memory, call: &Authentic<Call>, flow: Flow, about: About) -> Option<Key> {
    let key = store.key_of(call.order_id()?)?;
    let own = key.shop == call.shop().id && (key.flow == flow || about == About::QueryById);
    own.then_some(key)
}

/// An amount as scenarios compare it.
pub(crate) fn decimal(money: Money) -> Decimal {
    Decimal::new(money.minor(), money.coin().scale())
}
