//! Orders of either kind, as those see them who keep or check both: their names, and what must be posted and owed for
//! them by now.

use crate::{
    Deposit, OrderId, OrderNumber, OutboxKind, Posting, ShopId, Status, Withdrawal, WithdrawalState, capture,
    movement::{payout, refund, reserve},
};

/// A deposit or a withdrawal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order<'a> {
    /// Money to the shop.
    Deposit(&'a Deposit),
    /// Money from the shop.
    Withdrawal(&'a Withdrawal),
}

impl<'a> Order<'a> {
    /// The gateway's id.
    pub fn order_id(self) -> OrderId {
        match self {
            Self::Deposit(order) => order.order_id(),
            Self::Withdrawal(order) => order.order_id(),
        }
    }

    /// Whose order.
    pub fn shop(self) -> ShopId {
        match self {
            Self::Deposit(order) => order.shop(),
            Self::Withdrawal(order) => order.shop(),
        }
    }

    /// The shop's own number for it. A deposit and a withdrawal may have the same.
    pub fn number(self) -> &'a OrderNumber {
        match self {
            Self::Deposit(order) => order.number(),
            Self::Withdrawal(order) => order.number(),
        }
    }

    /// Every posting there should be of it by now, in the order in which they were made.
    pub fn postings(self) -> Vec<Posting> {
        match self {
            Self::Deposit(order) if order.is_paid() => capture(order),
            Self::Deposit(_) => Vec::new(),
            Self::Withdrawal(order) => {
                let moved = match order.state() {
                    WithdrawalState::Pending => Vec::new(),
                    WithdrawalState::PaidOut { .. } => payout(order),
                    WithdrawalState::Failed { .. } => refund(order),
                };
                [reserve(order), moved].concat()
            }
        }
    }

    /// The callback that it owed or owes by now.
    pub fn callback(self) -> Option<OutboxKind> {
        match self {
            Self::Deposit(order) => match order.status() {
                Status::Open => None,
                Status::Paid => Some(OutboxKind::DepositPaid),
            },
            Self::Withdrawal(order) => match order.state() {
                WithdrawalState::Pending => None,
                WithdrawalState::PaidOut { .. } => Some(OutboxKind::WithdrawalPaid),
                WithdrawalState::Failed { .. } => Some(OutboxKind::WithdrawalFailed),
            },
        }
    }
}

impl<'a> From<&'a Deposit> for Order<'a> {
    fn from(order: &'a Deposit) -> Self {
        Self::Deposit(order)
    }
}

impl<'a> From<&'a Withdrawal> for Order<'a> {
    fn from(order: &'a Withdrawal) -> Self {
        Self::Withdrawal(order)
    }
}
