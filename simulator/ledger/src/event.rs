//! What happened to an order, and the callbacks it owes. Owns the only way from state to state, so that replaying
//! events gives exactly the orders that were committed.

use crate::{Deposit, Money, OpenDeposit, OrderId, ShopId, State, Timestamp};

/// A fact about one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// It was opened.
    DepositOpened(OpenDeposit),
    /// It was paid.
    DepositPaid {
        /// Which.
        order_id: OrderId,
        /// The payer's wallet id.
        payer: u64,
        /// What of it the gateway kept.
        fee: Money,
        /// When.
        at: Timestamp,
    },
    /// A payer said no, for the first time.
    DepositDeclined {
        /// Which.
        order_id: OrderId,
        /// When.
        at: Timestamp,
    },
}

impl Event {
    /// The order it is about.
    pub fn order_id(&self) -> OrderId {
        match self {
            Self::DepositOpened(opened) => opened.order_id,
            Self::DepositPaid { order_id, .. } | Self::DepositDeclined { order_id, .. } => *order_id,
        }
    }

    /// When it happened.
    pub fn at(&self) -> Timestamp {
        match self {
            Self::DepositOpened(opened) => opened.at,
            Self::DepositPaid { at, .. } | Self::DepositDeclined { at, .. } => *at,
        }
    }

    /// The word in stores, journals and messages.
    pub fn word(&self) -> &'static str {
        match self {
            Self::DepositOpened(_) => "deposit_opened",
            Self::DepositPaid { .. } => "deposit_paid",
            Self::DepositDeclined { .. } => "deposit_declined",
        }
    }
}

/// The order after `event`: opened once, declined at most once, paid at most once and then final.
///
/// # Errors
/// When no history of an order reads like that, or the event is another order's.
pub fn evolve(order: Option<Deposit>, event: &Event) -> Result<Deposit, IllegalTransition> {
    let illegal = |from: Option<&Deposit>| IllegalTransition {
        order_id: event.order_id(),
        from: from.map_or("unknown", |order| order.state().word()),
        event: event.word(),
    };
    let Some(order) = order else {
        return match event {
            Event::DepositOpened(opened) => Ok(Deposit::restore(opened.clone(), State::Open)),
            Event::DepositPaid { .. } | Event::DepositDeclined { .. } => Err(illegal(None)),
        };
    };
    if order.order_id() != event.order_id() {
        return Err(IllegalTransition {
            from: "another order",
            ..illegal(None)
        });
    }
    match (order.state(), event) {
        (State::Open | State::Declined { .. }, Event::DepositPaid { payer, fee, at, .. }) => {
            Ok(order.into_state(State::Paid {
                payer: *payer,
                fee: *fee,
                at: *at,
            }))
        }
        (State::Open, Event::DepositDeclined { at, .. }) => Ok(order.into_state(State::Declined { at: *at })),
        (State::Open | State::Declined { .. } | State::Paid { .. }, Event::DepositOpened(_))
        | (State::Declined { .. } | State::Paid { .. }, Event::DepositDeclined { .. })
        | (State::Paid { .. }, Event::DepositPaid { .. }) => Err(illegal(Some(&order))),
    }
}

/// An event that cannot have happened to its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{event} cannot happen to order {order_id}, which is {from}")]
pub struct IllegalTransition {
    /// The event's order.
    pub order_id: OrderId,
    /// The word of the state before; `unknown` where there was no order, `another order` where the event is not its own.
    pub from: &'static str,
    /// The word of the event.
    pub event: &'static str,
}

/// A callback that is owed since the commit it is part of, until it was delivered or given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutboxRow {
    /// About which order.
    pub order_id: OrderId,
    /// To which shop.
    pub shop: ShopId,
    /// What is to be said.
    pub kind: OutboxKind,
}

/// What a callback says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutboxKind {
    /// The deposit is paid.
    DepositPaid,
    /// The withdrawal is paid out.
    WithdrawalPaid,
    /// The withdrawal failed.
    WithdrawalFailed,
}

impl OutboxKind {
    /// The word in stores and journals.
    pub fn word(self) -> &'static str {
        match self {
            Self::DepositPaid => "deposit_paid",
            Self::WithdrawalPaid => "withdrawal_paid",
            Self::WithdrawalFailed => "withdrawal_failed",
        }
    }
}
