//! Commands on withdrawals become commits or rejections. Owns the precedence of checks; the postings are `movement.rs`,
//! and keeping what was decided is left to a store.

use crate::{
    Applied, Commit, Duplicates, Failure, Limits, Money, OpenWithdrawal, OutboxKind, OutboxRow, Rejection, Timestamp,
    Withdrawal, WithdrawalCommand, WithdrawalEvent, WithdrawalState,
    admission::{Verdict, check_amount, check_callback_url, check_name, check_payee},
    evolve_withdrawal,
    movement::{payout, refund, reserve},
};

/// What a command on a withdrawal came to.
pub type AppliedWithdrawal = Applied<Withdrawal, WithdrawalEvent>;

/// Decides `command` on `order`, which is the one it names: for [`WithdrawalCommand::Open`] the withdrawal with the same
/// shop and number, otherwise the one to be settled or failed. `None` where there is none. `balance` is what the shop
/// holds in the withdrawal's coin, looked at only when one is opened, and `duplicates` what the shop has chosen for
/// withdrawals.
///
/// The store must not let two commands that open withdrawals of one shop see the same balance: it holds the shop's
/// account from loading `balance` until the commit's postings are posted.
///
/// # Errors
/// The first reason against it, in the order of [`Rejection`].
///
/// # Panics
/// When the store loaded a withdrawal of another shop or number than the one to be opened, or a balance in another coin:
/// a bug of ours.
pub fn apply_withdrawal(
    order: Option<&Withdrawal>,
    balance: Money,
    limits: &Limits,
    duplicates: Duplicates,
    command: &WithdrawalCommand,
) -> Result<AppliedWithdrawal, Rejection> {
    match command {
        WithdrawalCommand::Open(open) => {
            if let Some(existing) = order {
                match duplicate(existing, duplicates, open)? {
                    Verdict::Existing => return Ok(Applied::Existing(existing.clone())),
                    Verdict::Another => {}
                }
            }
            admit(balance, limits, open)
        }
        WithdrawalCommand::Settle { at } => settle(order.ok_or(Rejection::UnknownOrder)?, *at),
        WithdrawalCommand::Fail { reason, at } => fail(order.ok_or(Rejection::UnknownOrder)?, *reason, *at),
    }
}

fn duplicate(existing: &Withdrawal, duplicates: Duplicates, open: &OpenWithdrawal) -> Result<Verdict, Rejection> {
    assert_eq!(
        (existing.shop(), existing.number()),
        (open.shop, &open.number),
        "the withdrawal to compare with is the one of the same shop and number"
    );
    duplicates.answer(existing.opened().first_difference(open))
}

fn admit(balance: Money, limits: &Limits, open: &OpenWithdrawal) -> Result<AppliedWithdrawal, Rejection> {
    check_amount(open.amount, limits)?;
    check_payee(&open.payee)?;
    check_callback_url(open.callback_url.as_deref())?;
    check_name(open.name.as_deref())?;
    check_balance(balance, open)?;
    Ok(commit(None, WithdrawalEvent::Opened(open.clone())))
}

fn check_balance(balance: Money, open: &OpenWithdrawal) -> Result<(), Rejection> {
    assert_eq!(
        balance.coin(),
        open.amount.coin(),
        "the balance to take from is in the coin of the withdrawal"
    );
    let fee = open.fee.fee(open.amount);
    let charged_minor = i128::from(open.amount.minor()) + i128::from(fee.minor());
    if charged_minor > i128::from(balance.minor()) {
        Err(Rejection::InsufficientBalance { available: balance })
    } else {
        Ok(())
    }
}

fn settle(order: &Withdrawal, at: Timestamp) -> Result<AppliedWithdrawal, Rejection> {
    match *order.state() {
        WithdrawalState::PaidOut { .. } => Ok(Applied::Existing(order.clone())),
        WithdrawalState::Failed { reason, .. } => Err(Rejection::AlreadyFailed { reason }),
        WithdrawalState::Pending => Ok(commit(
            Some(order),
            WithdrawalEvent::PaidOut {
                order_id: order.order_id(),
                at,
            },
        )),
    }
}

/// A second failure is the first one again, whatever its reason: nothing more can be given back.
fn fail(order: &Withdrawal, reason: Failure, at: Timestamp) -> Result<AppliedWithdrawal, Rejection> {
    match *order.state() {
        WithdrawalState::PaidOut { .. } => Err(Rejection::AlreadySettled),
        WithdrawalState::Failed { .. } => Ok(Applied::Existing(order.clone())),
        WithdrawalState::Pending => Ok(commit(
            Some(order),
            WithdrawalEvent::Failed {
                order_id: order.order_id(),
                reason,
                at,
            },
        )),
    }
}

/// What follows from an event, the same whoever asked for it.
fn commit(before: Option<&Withdrawal>, event: WithdrawalEvent) -> AppliedWithdrawal {
    let order = evolve_withdrawal(before.cloned(), &event).expect("an event is decided only in a state that allows it");
    let (postings, kind) = match event {
        WithdrawalEvent::Opened(_) => (reserve(&order), None),
        WithdrawalEvent::PaidOut { .. } => (payout(&order), Some(OutboxKind::WithdrawalPaid)),
        WithdrawalEvent::Failed { .. } => (refund(&order), Some(OutboxKind::WithdrawalFailed)),
    };
    let outbox = kind.map(|kind| OutboxRow {
        order_id: order.order_id(),
        shop: order.shop(),
        kind,
    });
    Applied::Changed(Commit {
        order,
        events: vec![event],
        postings,
        outbox,
    })
}
