//! An authenticated call as an occasion of the scenario: whose fate it is, and the how-manieth call about it.

use std::{str::FromStr, sync::Arc};

use protocol::dialect::okpay::{Call, Command, FieldError};
use rust_decimal::Decimal;
use scenarios::{Occasion, Operation, PhaseIndex, Subject};

use crate::{
    authenticate::Authentic,
    drill::Drill,
    route::in_scenario,
    store::{Key, Memory},
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
    pub(crate) command: Result<Command, FieldError>,
    /// The order it is about. An order opened without a number has its id as one.
    pub(crate) key: Key,
    /// For a call without a number: its ordinal.
    pub(crate) ordinal: Option<u64>,
    /// 1 + earlier calls about the same.
    pub(crate) attempt: u32,
    amount: Option<Decimal>,
    coin: Option<&'static str>,
}

impl<'d> Occurrence<'d> {
    /// Gives a call its place, and counts it.
    pub(crate) fn new(drill: &'d Arc<Drill>, store: &Memory, call: Authentic<Call>) -> Self {
        let command = call.command();
        let shop = call.shop().id;
        let number = number(&call);
        let (number, ordinal): (Arc<str>, _) = match number {
            Some(number) => (number.into(), None),
            None => {
                let ordinal = store.ordinal(shop, call.operation);
                let id = scenarios::order_id(drill.scenario.seed, shop, Subject::Ordinal(ordinal));
                (ledger::OrderId(id).to_string().into(), Some(ordinal))
            }
        };
        let key = Key { shop, number };
        let attempt = store.attempt(&key, call.operation);
        let (amount, coin) = match &command {
            Ok(Command::PayLink { amount, coin, .. } | Command::Transfer { amount, coin, .. }) => {
                (Decimal::from_str(amount).ok(), Some(coin.word()))
            }
            Ok(_) | Err(_) => match attempt.amount {
                Some(money) => (Some(decimal(money)), Some(money.coin().word())),
                None => (None, None),
            },
        };
        Self {
            drill,
            phase: drill.phase(),
            call,
            command,
            key,
            ordinal,
            attempt: attempt.number,
            amount,
            coin,
        }
    }

    /// The occasion to decide.
    pub(crate) fn occasion(&self) -> Occasion<'_> {
        Occasion {
            shop: self.key.shop,
            operation: self.operation(),
            subject: self.subject(),
            attempt: self.attempt,
            phase: self.phase,
            amount: self.amount,
            coin: self.coin,
        }
    }

    /// The operation, as scenarios name it.
    pub(crate) fn operation(&self) -> Operation {
        in_scenario(self.call.operation)
    }

    /// The merchant's number, where it gave one.
    pub(crate) fn number(&self) -> Option<&str> {
        self.ordinal.is_none().then_some(&*self.key.number)
    }

    /// The id that the order gets if this call opens it.
    pub(crate) fn fresh_order_id(&self) -> [u8; 16] {
        scenarios::order_id(self.drill.scenario.seed, self.key.shop, self.subject())
    }

    fn subject(&self) -> Subject<'_> {
        match self.ordinal {
            Some(ordinal) => Subject::Ordinal(ordinal),
            None => Subject::Number(&self.key.number),
        }
    }
}

/// An amount as scenarios compare it.
pub(crate) fn decimal(money: ledger::Money) -> Decimal {
    Decimal::new(money.minor(), money.coin().scale())
}

/// The number in a call, even where other fields are wrong. One that no order can have is nobody's.
fn number(call: &Call) -> Option<&str> {
    let text = call.fields.find("unique_id")?.text()?;
    (!text.is_empty() && text.len() <= NUMBER_MAX_BYTES).then_some(text)
}
