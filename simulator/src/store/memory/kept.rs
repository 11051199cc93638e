//! What the store keeps of a number: calls about it, its order, the callback that the order owes.

use std::sync::Arc;

use ledger::{Day, Deposit, Money, Order, OrderId, Withdrawal, WithdrawalState};

use scenarios::{Callbacks, StatementBreak, triggers::Case};

use super::Shard;
use crate::dialect::Via;

/// What a call about an order is, as far as calls are counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// To open it.
    Opening,
    /// To hear of it, by the merchant's number.
    Query,
    /// To hear of it, by the gateway's id.
    QueryById,
}

/// How many kinds of calls there are.
const ABOUTS: usize = 3;

/// What is kept of a number: calls about it, and the order once there is one.
#[derive(Debug, Default)]
pub(super) struct Kept {
    attempts: [u32; ABOUTS],
    /// Further orders of the same number, where the shop may open some.
    pub(super) copies: u32,
    pub(super) order: Option<Held>,
}

/// An order with what the store knows besides.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) what: What,
    /// Of the call that opened it.
    pub(super) origin: Origin,
    /// How its callback is delivered.
    pub(super) callbacks: Arc<Callbacks>,
    /// The scenario decided that it is never called back.
    pub(super) silenced: bool,
    /// The day whose quota it was counted in, while it is.
    pub(super) spent_on: Option<Day>,
    /// The outbox row, since the commit that owes it.
    pub(super) callback: Option<Callback>,
}

/// What outlasts the call that opened an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// How it came.
    pub(crate) via: Via,
    /// The case that it asked for.
    pub(crate) case: Option<Case>,
    /// What is wrong with its line in the statement.
    pub(crate) statement: Option<StatementBreak>,
}

impl Origin {
    /// An order that came this way and asked for nothing.
    #[cfg(test)]
    pub(crate) fn usual(via: Via) -> Self {
        Self {
            via,
            case: None,
            statement: None,
        }
    }
}

/// An order of either kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// Money to the shop.
    Deposit(Deposit),
    /// Money from the shop.
    Withdrawal(Withdrawal),
}

/// A callback owed, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Callback {
    /// What became of it.
    pub(crate) fate: Fate,
    /// Attempts made, copies not counted.
    pub(crate) attempts: u32,
    /// Deliveries made, copies counted.
    pub(crate) deliveries: u32,
}

/// What became of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Due, or waiting for an attempt.
    Pending,
    /// Kept back.
    Held,
    /// The merchant took it.
    Acknowledged,
    /// Never sent, by the scenario.
    Dropped,
    /// Given up.
    Lost,
}

impl Fate {
    /// The word in `/orders`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Held => "held",
            Self::Acknowledged => "acknowledged",
            Self::Dropped => "dropped",
            Self::Lost => "lost",
        }
    }

    pub(super) fn is_final(self) -> bool {
        match self {
            Self::Pending | Self::Held => false,
            Self::Acknowledged | Self::Dropped | Self::Lost => true,
        }
    }
}

impl Callback {
    /// One that was just committed.
    pub(super) fn owed(fate: Fate) -> Self {
        Self {
            fate,
            attempts: 0,
            deliveries: 0,
        }
    }
}

impl What {
    /// It, as the ledger sees orders of either kind.
    pub(crate) fn order(&self) -> Order<'_> {
        match self {
            Self::Deposit(order) => Order::Deposit(order),
            Self::Withdrawal(order) => Order::Withdrawal(order),
        }
    }

    /// The gateway's id.
    pub(crate) fn order_id(&self) -> OrderId {
        self.order().order_id()
    }

    /// What is to be paid or paid out.
    pub(crate) fn amount(&self) -> Money {
        match self {
            Self::Deposit(order) => order.amount(),
            Self::Withdrawal(order) => order.amount(),
        }
    }

    /// Where its callback goes, if not to the shop's.
    pub(crate) fn callback_url(&self) -> Option<&str> {
        match self {
            Self::Deposit(order) => order.callback_url(),
            Self::Withdrawal(order) => order.callback_url(),
        }
    }

    /// The wallet number of who paid it, or of whom it is paid to.
    pub(crate) fn person(&self) -> Option<u64> {
        match self {
            Self::Deposit(order) => order.payer(),
            Self::Withdrawal(order) => order.payee().parse().ok(),
        }
    }

    /// The deposit, where it is one.
    pub(crate) fn deposit(&self) -> Option<&Deposit> {
        match self {
            Self::Deposit(order) => Some(order),
            Self::Withdrawal(_) => None,
        }
    }

    /// The withdrawal, where it is one.
    pub(crate) fn withdrawal(&self) -> Option<&Withdrawal> {
        match self {
            Self::Deposit(_) => None,
            Self::Withdrawal(order) => Some(order),
        }
    }

    /// Which of the counts it stands in.
    pub(super) fn count(&self) -> Count {
        match self {
            Self::Deposit(order) if order.is_paid() => Count::Paid,
            Self::Deposit(_) => Count::Open,
            Self::Withdrawal(order) => match order.state() {
                WithdrawalState::Pending => Count::Pending,
                WithdrawalState::PaidOut { .. } => Count::PaidOut,
                WithdrawalState::Failed { .. } => Count::Failed,
            },
        }
    }
}

/// Orders by state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Count {
    Open,
    Paid,
    Pending,
    PaidOut,
    Failed,
}

impl Kept {
    /// Counts one more call, and gives its number, from 1.
    pub(super) fn attempt(&mut self, about: About) -> u32 {
        let count = &mut self.attempts[about as usize];
        *count = count.saturating_add(1);
        *count
    }

    /// Whether forgetting it costs nobody money: it is no withdrawal on its way.
    pub(super) fn is_expendable(&self) -> bool {
        let order = self.order.as_ref().and_then(|order| order.what.withdrawal());
        order.is_none_or(|order| *order.state() != WithdrawalState::Pending)
    }

    /// Whether it may be forgotten: nothing is to happen to it any more.
    pub(super) fn is_settled(&self) -> bool {
        self.order
            .as_ref()
            .is_none_or(|order| order.callback.is_some_and(|callback| callback.fate.is_final()))
    }
}

impl Shard {
    /// Counts callbacks that somebody still waits for, so that the counts never outlive the orders.
    pub(super) fn count_fate(&mut self, fate: Fate, by: fn(u64) -> u64) {
        match fate {
            Fate::Pending => self.owed_pending = by(self.owed_pending),
            Fate::Held => self.owed_held = by(self.owed_held),
            Fate::Acknowledged | Fate::Dropped | Fate::Lost => {}
        }
    }

    /// Counts orders by state.
    pub(super) fn count_order(&mut self, count: Count, by: fn(u64) -> u64) {
        let place = &mut self.orders[count as usize];
        *place = by(*place);
    }
}
