//! KDPay's side: commands to what they ask, what the wallet says to answers, faults and notifications.

use ledger::{Bound, Coin, Money, QuotaExceeded, Rejection, State, WithdrawalState};
use protocol::dialect::{
    field::{FieldError, FieldReason},
    kdpay::{Answer, Call, Command, Fault, News as Kind, Notify, Operation, PayStatus, Quota, RemitStatus},
};
use scenarios::decision::RefusalReason;

use super::{Ask, Denial, NewDeposit, NewWithdrawal, News, Told, money};
use crate::store::{Refused, What};

/// The wallet's yuan are yuan.
const RATE: &str = "1";

/// What a call asks.
pub(super) fn ask(call: &Call) -> Result<Ask, FieldError> {
    Ok(match call.command()? {
        Command::Pay {
            amount, callback_url, ..
        } => Ask::OpenDeposit(NewDeposit {
            amount: money("amount", &amount, Coin::Cny)?,
            name: None,
            return_url: None,
            callback_url: Some(callback_url),
        }),
        Command::Remit {
            amount,
            address,
            callback_url,
            ..
        } => Ask::OpenWithdrawal(NewWithdrawal {
            amount: money("amount", &amount, Coin::Cny)?,
            payee: address,
            name: None,
            callback_url,
        }),
        Command::QueryPay { .. } | Command::QueryRemit { .. } => Ask::Query,
        Command::Balance { .. } => Ask::Balance,
    })
}

/// The answer to an operation.
pub(super) fn answer(operation: Operation, told: Told) -> Answer {
    match told {
        Told::Opened {
            order: What::Deposit(order),
            pay_url,
        } => Answer::Pay {
            order_no: order.order_id().to_string(),
            pay_amount: order.amount().to_string(),
            rate: RATE.to_owned(),
            url: pay_url,
        },
        Told::Opened {
            order: What::Withdrawal(order),
            ..
        } => Answer::Remit {
            order_no: order.order_id().to_string(),
        },
        Told::Found(What::Deposit(order)) => Answer::PayOrder {
            customer_order_code: order.number().as_str().to_owned(),
            order_code: order.order_id().to_string(),
            amount: order.amount().to_string(),
            status: pay_status(order.state()),
        },
        Told::Found(What::Withdrawal(order)) => Answer::RemitOrder {
            customer_order_code: order.number().as_str().to_owned(),
            order_code: order.order_id().to_string(),
            amount: order.amount().to_string(),
            status: remit_status(order.state()),
        },
        Told::Balance(held) => Answer::Balance {
            balance: held
                .iter()
                .find(|money| money.coin() == Coin::Cny)
                .copied()
                .unwrap_or(Money::zero(Coin::Cny))
                .to_string(),
        },
        Told::User { .. } | Told::History { .. } => unreachable!("{operation:?} asks neither"),
    }
}

fn pay_status(state: &State) -> PayStatus {
    match state {
        State::Open => PayStatus::Waiting,
        State::Declined { .. } => PayStatus::Failed,
        State::Paid { .. } => PayStatus::Paid,
    }
}

fn remit_status(state: &WithdrawalState) -> RemitStatus {
    match state {
        WithdrawalState::Pending => RemitStatus::Initial,
        WithdrawalState::PaidOut { .. } => RemitStatus::Success,
        WithdrawalState::Failed { .. } => RemitStatus::Failed,
    }
}

/// The notification of an order.
pub(super) fn notify(news: &News<'_>, shop: u64) -> Notify {
    let number = news.number.unwrap_or_default().to_owned();
    Notify {
        user_code: shop,
        amount: news.amount.to_string(),
        news: match news.order {
            What::Deposit(order) => Kind::Pay {
                order_code: number,
                status: if news.unpaid {
                    PayStatus::Waiting
                } else {
                    pay_status(order.state())
                },
            },
            What::Withdrawal(order) => Kind::Remit {
                order_code: order.order_id().to_string(),
                customer_order_code: number,
                status: if news.unpaid {
                    RemitStatus::Initial
                } else {
                    remit_status(order.state())
                },
            },
        },
    }
}

/// What the wallet says to a denial.
pub(super) fn fault(denial: &Denial) -> Fault {
    match denial {
        Denial::Field(error) => error.clone().into(),
        Denial::Refused(refused) => match refused {
            Refused::Ledger(rejection) => rejected(*rejection),
            Refused::ShopQuota(exceeded) | Refused::PayerQuota(exceeded) => quota(*exceeded),
        },
        Denial::Scenario(reason) => match reason {
            RefusalReason::InsufficientBalance => Fault::InsufficientBalance,
            RefusalReason::UserNotRegistered => Fault::UserNotRegistered,
            RefusalReason::OrderAlreadyProcessed => Fault::OrderAlreadyProcessed,
            RefusalReason::QuotaExceeded => quota(QuotaExceeded {
                which: Bound::PerDay,
                left: Money::zero(Coin::Cny),
            }),
            RefusalReason::Unauthorized | RefusalReason::RiskDeclined | RefusalReason::AccountFrozen => {
                Fault::Unauthorized
            }
            RefusalReason::SystemError => Fault::SystemError,
        },
        Denial::UnknownOrder => Fault::UnknownOrder,
        Denial::System => Fault::SystemError,
    }
}

fn quota(exceeded: QuotaExceeded) -> Fault {
    Fault::QuotaExceeded {
        quota: match exceeded.which {
            Bound::PerTransaction => Quota::PerTransaction,
            Bound::PerDay => Quota::PerDay,
            Bound::Total => Quota::Total,
        },
        left: exceeded.left.to_string(),
    }
}

fn rejected(rejection: Rejection) -> Fault {
    let field = |field, reason| Fault::from(FieldError { field, reason });
    let too_long = |max_bytes| FieldReason::Length { min: 1, max: max_bytes };
    match rejection {
        Rejection::ExistsWithDifferent { field } => Fault::ExistsWithDifferent { field },
        Rejection::AlreadyProcessed => Fault::OrderAlreadyProcessed,
        Rejection::AmountNotPositive => field("amount", FieldReason::NotPositive),
        Rejection::AmountBelowMinimum { minimum } => Fault::AmountBelowMinimum {
            minimum: minimum.to_string(),
        },
        Rejection::AmountAboveMaximum { maximum } => Fault::AmountAboveMaximum {
            maximum: maximum.to_string(),
        },
        Rejection::PayeeTooLong { max_bytes } => field("address", too_long(max_bytes)),
        Rejection::PayeeMalformed => field("address", FieldReason::NotPrintable),
        Rejection::CallbackUrlTooLong { max_bytes } => field("callbackUrl", too_long(max_bytes)),
        Rejection::CallbackUrlMalformed => field("callbackUrl", FieldReason::NotUrl),
        Rejection::InsufficientBalance { .. } => Fault::InsufficientBalance,
        Rejection::UnknownOrder => Fault::UnknownOrder,
        Rejection::AlreadyPaid { .. } | Rejection::AlreadySettled | Rejection::AlreadyFailed { .. } => {
            Fault::OrderAlreadyProcessed
        }
        // KDPay has neither a return URL nor a title.
        Rejection::ReturnUrlTooLong { .. } | Rejection::NameTooLong { .. } | Rejection::AccountFull { .. } => {
            Fault::SystemError
        }
    }
}
