//! What happened to a withdrawal. Owns the only way from state to state, so that replaying events gives exactly the
//! withdrawals that were committed.

use crate::{Failure, IllegalTransition, OpenWithdrawal, OrderId, Timestamp, Withdrawal, WithdrawalState};

/// A fact about one withdrawal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WithdrawalEvent {
    /// It was opened.
    Opened(OpenWithdrawal),
    /// The payee has it.
    PaidOut {
        /// Which.
        order_id: OrderId,
        /// When.
        at: Timestamp,
    },
    /// It could not be paid out.
    Failed {
        /// Which.
        order_id: OrderId,
        /// Why.
        reason: Failure,
        /// When.
        at: Timestamp,
    },
}

impl WithdrawalEvent {
    /// The withdrawal it is about.
    pub fn order_id(&self) -> OrderId {
        match self {
            Self::Opened(opened) => opened.order_id,
            Self::PaidOut { order_id, .. } | Self::Failed { order_id, .. } => *order_id,
        }
    }

    /// When it happened.
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Opened(opened) => opened.at,
            Self::PaidOut { at, .. } | Self::Failed { at, .. } => *at,
        }
    }

    /// The word in stores, journals and messages.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Opened(_) => "withdrawal_opened",
            Self::PaidOut { .. } => "withdrawal_paid",
            Self::Failed { .. } => "withdrawal_failed",
        }
    }
}

/// The withdrawal after `event`: opened once, then either paid out or failed, once.
///
/// # Errors
/// When no history of a withdrawal reads like that, or the event is another's.
pub fn evolve_withdrawal(order: Option<Withdrawal>, event: &WithdrawalEvent) -> Result<Withdrawal, IllegalTransition> {
    let illegal = |from| IllegalTransition {
        order_id: event.order_id(),
        from,
        event: event.word(),
    };
    let Some(order) = order else {
        return match event {
            WithdrawalEvent::Opened(opened) => Ok(Withdrawal::restore(opened.clone(), WithdrawalState::Pending)),
            WithdrawalEvent::PaidOut { .. } | WithdrawalEvent::Failed { .. } => Err(illegal("unknown")),
        };
    };
    if order.order_id() != event.order_id() {
        return Err(illegal("another order"));
    }
    match (order.state(), event) {
        (WithdrawalState::Pending, WithdrawalEvent::PaidOut { at, .. }) => {
            Ok(order.into_state(WithdrawalState::PaidOut { at: *at }))
        }
        (WithdrawalState::Pending, WithdrawalEvent::Failed { reason, at, .. }) => {
            Ok(order.into_state(WithdrawalState::Failed {
                at: *at,
                reason: *reason,
            }))
        }
        (WithdrawalState::Pending, WithdrawalEvent::Opened(_))
        | (
            WithdrawalState::PaidOut { .. } | WithdrawalState::Failed { .. },
            WithdrawalEvent::Opened(_) | WithdrawalEvent::PaidOut { .. } | WithdrawalEvent::Failed { .. },
        ) => Err(illegal(order.state().word())),
    }
}
