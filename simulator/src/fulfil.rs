//! From a decision and a call to the wallet's honest answer: what the ledger does, and what there is to say of it. How
//! and when the answer leaves is `reply.rs`, its bytes are the dialect's.

use ledger::{OpenDeposit, OpenWithdrawal, OrderId, OrderNumber, ShopId, Timestamp};
use protocol::dialect::field::{FieldError, FieldReason};
use scenarios::{Decision, LedgerAct, StatementBreak, decision::RefusalReason};

use crate::{
    clock::whole_ms,
    dialect::{Ask, Denial, NewDeposit, NewWithdrawal, Told},
    gateway::Gateway,
    occasion::Occurrence,
    store::{Committed, Flow, Key, Refused},
};

/// What the wallet has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fulfilled {
    /// The honest answer; a call that the ledger never saw has none.
    pub(crate) answer: Option<Result<Told, Denial>>,
    /// The order it is about, as far as the ledger knows it.
    pub(crate) order_id: Option<OrderId>,
    /// Where the order is that this call opened.
    pub(crate) opened: Option<Key>,
}

impl Fulfilled {
    fn denied(denial: Denial) -> Self {
        Self {
            answer: Some(Err(denial)),
            order_id: None,
            opened: None,
        }
    }

    fn told(told: Told) -> Self {
        Self {
            answer: Some(Ok(told)),
            order_id: None,
            opened: None,
        }
    }
}

/// Does what was decided.
pub(crate) fn fulfil(gateway: &Gateway, occurrence: &Occurrence<'_>, decision: &Decision) -> Fulfilled {
    let refused_by_scenario = match &decision.ledger {
        LedgerAct::Skip => {
            gateway.nonces.forgive(&occurrence.call);
            return Fulfilled {
                answer: None,
                order_id: None,
                opened: None,
            };
        }
        LedgerAct::Refuse(reason) => Some(*reason),
        LedgerAct::Apply | LedgerAct::FailLater | LedgerAct::Statement(_) => None,
    };
    match (&occurrence.ask, refused_by_scenario) {
        (Err(error), _) => Fulfilled::denied(Denial::Field(error.clone())),
        // A wallet that looks a user up says "no" rather than nothing.
        (Ok(Ask::User { telegram_id }), Some(RefusalReason::UserNotRegistered)) => Fulfilled::told(Told::User {
            telegram_id: *telegram_id,
            exists: false,
        }),
        (Ok(_), Some(reason)) => Fulfilled::denied(Denial::Scenario(reason)),
        (Ok(ask), None) => answer(gateway, occurrence, ask, &decision.ledger),
    }
}

fn answer(gateway: &Gateway, occurrence: &Occurrence<'_>, ask: &Ask, act: &LedgerAct) -> Fulfilled {
    match ask {
        Ask::OpenDeposit(new) => open_deposit(gateway, occurrence, new, act),
        Ask::OpenWithdrawal(new) => open_withdrawal(gateway, occurrence, new, act),
        Ask::Query => query(gateway, occurrence),
        Ask::Balance => {
            let coins = ledger::Coin::ALL.into_iter();
            let held = coins.map(|coin| gateway.store.balance(occurrence.shop(), coin));
            Fulfilled::told(Told::Balance(held.collect()))
        }
        Ask::User { telegram_id } => Fulfilled::told(Told::User {
            telegram_id: *telegram_id,
            exists: true,
        }),
        Ask::History(history) => {
            let (total, lines) = gateway.store.history(occurrence.shop(), history);
            Fulfilled::told(Told::History {
                page: history.page,
                total,
                lines,
            })
        }
    }
}

fn open_deposit(gateway: &Gateway, occurrence: &Occurrence<'_>, new: &NewDeposit, act: &LedgerAct) -> Fulfilled {
    let (key, number) = match numbered(occurrence) {
        Ok(numbered) => numbered,
        Err(denial) => return Fulfilled::denied(denial),
    };
    let open = OpenDeposit {
        order_id: OrderId([0; 16]),
        shop: ShopId(occurrence.shop()),
        number,
        amount: new.amount,
        callback_url: new.callback_url.clone(),
        return_url: new.return_url.clone(),
        name: new.name.clone(),
        at: Timestamp(whole_ms(gateway.calendar())),
    };
    let terms = gateway.terms(occurrence, Flow::Deposit, new.amount.coin(), broken_line(act));
    let id = |copy| occurrence.fresh_order_id(Flow::Deposit, copy);
    opened(gateway, gateway.store.open_deposit(key, open, id, &terms))
}

fn open_withdrawal(gateway: &Gateway, occurrence: &Occurrence<'_>, new: &NewWithdrawal, act: &LedgerAct) -> Fulfilled {
    let (key, number) = match numbered(occurrence) {
        Ok(numbered) => numbered,
        Err(denial) => return Fulfilled::denied(denial),
    };
    let open = OpenWithdrawal {
        order_id: OrderId([0; 16]),
        shop: ShopId(occurrence.shop()),
        number,
        amount: new.amount,
        fee: occurrence.call.shop().withdrawal_fee,
        payee: new.payee.clone(),
        callback_url: new.callback_url.clone(),
        name: new.name.clone(),
        at: Timestamp(whole_ms(gateway.calendar())),
    };
    let terms = gateway.terms(occurrence, Flow::Withdrawal, new.amount.coin(), broken_line(act));
    let id = |copy| occurrence.fresh_order_id(Flow::Withdrawal, copy);
    opened(gateway, gateway.store.open_withdrawal(key, open, id, &terms))
}

/// What is to be wrong with the order's line in the statement.
fn broken_line(act: &LedgerAct) -> Option<StatementBreak> {
    match act {
        LedgerAct::Statement(wrong) => Some(*wrong),
        LedgerAct::Apply | LedgerAct::Skip | LedgerAct::Refuse(_) | LedgerAct::FailLater => None,
    }
}

/// Where a call's order goes, and its number.
fn numbered<'o>(occurrence: &'o Occurrence<'_>) -> Result<(&'o Key, OrderNumber), Denial> {
    // The dialect has read the number already; a ledger that disagrees is no reason to fall over.
    let wrong = || {
        Denial::Field(FieldError {
            field: "unique_id",
            reason: FieldReason::NotPrintable,
        })
    };
    let key = occurrence.key.as_ref().ok_or(Denial::System)?;
    let number = OrderNumber::parse(&key.number).map_err(|_| wrong())?;
    Ok((key, number))
}

fn opened(gateway: &Gateway, committed: Result<Committed, Refused>) -> Fulfilled {
    let committed = match committed {
        Ok(committed) => committed,
        Err(refused) => return Fulfilled::denied(Denial::Refused(refused)),
    };
    let id = committed.order.order_id();
    Fulfilled {
        answer: Some(Ok(Told::Opened {
            pay_url: gateway.pay_url(id),
            order: committed.order,
        })),
        order_id: Some(id),
        opened: committed.changed.then_some(committed.key),
    }
}

fn query(gateway: &Gateway, occurrence: &Occurrence<'_>) -> Fulfilled {
    let named_by_id = occurrence.call.number().is_none();
    let found = occurrence.key.as_ref().and_then(|key| match named_by_id {
        true => gateway.store.find(key),
        false => gateway.store.newest(key),
    });
    match found {
        Some(order) => Fulfilled {
            order_id: Some(order.order_id()),
            answer: Some(Ok(Told::Found(order))),
            opened: None,
        },
        None => Fulfilled::denied(Denial::UnknownOrder),
    }
}
