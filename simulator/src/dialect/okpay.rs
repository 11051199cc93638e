//! OkayPay's side: commands to what they ask, what the wallet says to answers, faults and callbacks.

use ledger::{Coin, Line, LineKind, Money, Rejection, WithdrawalState};
use protocol::{
    Operation,
    dialect::{
        field::{FieldError, FieldReason},
        okpay::{Answer, Call, Callback, Change, Command, Fault, Kind},
    },
};
use scenarios::decision::RefusalReason;

use super::{Ask, Denial, History, NewDeposit, NewWithdrawal, News, Told, money};
use crate::store::{Refused, What};

/// What a call asks.
pub(super) fn ask(call: &Call) -> Result<Ask, FieldError> {
    Ok(match call.command()? {
        Command::PayLink {
            amount,
            coin,
            name,
            return_url,
            callback_url,
            ..
        } => Ask::OpenDeposit(NewDeposit {
            amount: money("amount", &amount, coin)?,
            name,
            return_url,
            callback_url,
        }),
        Command::Transfer {
            amount,
            coin,
            to_user_id,
            name,
            callback_url,
            ..
        } => Ask::OpenWithdrawal(NewWithdrawal {
            amount: money("amount", &amount, coin)?,
            payee: to_user_id.to_string(),
            name,
            callback_url,
        }),
        Command::CheckDeposit { .. } | Command::CheckTransfer { .. } | Command::CheckTransferByTxid { .. } => {
            Ask::Query
        }
        Command::Balance => Ask::Balance,
        Command::CensorUserByTg { telegram_id } => Ask::User { telegram_id },
        Command::TransactionHistory {
            page,
            page_size,
            from,
            to,
        } => Ask::History(History {
            page,
            page_size,
            from_s: from,
            to_s: to,
        }),
    })
}

/// The answer to an operation.
pub(super) fn answer(operation: Operation, told: Told, number: Option<&str>) -> Answer {
    match told {
        Told::Opened { order, pay_url } => match order {
            What::Deposit(order) => Answer::PayLink {
                order_id: order.order_id().to_string(),
                pay_url,
                unique_id: number.map(str::to_owned),
            },
            What::Withdrawal(order) => Answer::Transfer {
                order_id: order.order_id().to_string(),
            },
        },
        Told::Found(order) if operation == Operation::CheckTransferByTxid => transaction(&order, number),
        Told::Found(What::Deposit(order)) => Answer::Deposit {
            order_id: order.order_id().to_string(),
            unique_id: order.number().as_str().to_owned(),
            status: u8::from(order.is_paid()),
            amount: order.amount().to_string(),
            coin: order.amount().coin(),
            kind: Kind::Deposit,
            pay_user_id: order.payer(),
        },
        Told::Found(What::Withdrawal(order)) => Answer::Withdrawal {
            order_id: order.order_id().to_string(),
            unique_id: order.number().as_str().to_owned(),
            status: status_of(order.state()),
            amount: order.amount().to_string(),
            coin: order.amount().coin(),
            to_user_id: order.payee().parse().unwrap_or(0),
        },
        Told::Balance(held) => {
            let of = |coin| held.iter().find(|money| money.coin() == coin).copied();
            let text = |coin| of(coin).unwrap_or_else(|| Money::zero(coin)).to_string();
            Answer::Balance {
                usdt: text(Coin::Usdt),
                trx: text(Coin::Trx),
                cny: text(Coin::Cny),
            }
        }
        Told::User { telegram_id, exists } => Answer::User {
            telegram_id,
            exist: exists,
        },
        Told::History { page, total, lines } => Answer::History {
            page,
            total,
            items: lines.iter().map(change).collect(),
        },
    }
}

fn transaction(order: &What, number: Option<&str>) -> Answer {
    let amount = order.amount();
    let (status, kind, pay_user_id) = match order {
        What::Deposit(order) => (u8::from(order.is_paid()), Kind::Deposit, order.payer()),
        What::Withdrawal(order) => (status_of(order.state()), Kind::Withdraw, order.payee().parse().ok()),
    };
    Answer::Transaction {
        order_id: order.order_id().to_string(),
        unique_id: number.map(str::to_owned),
        status,
        sum: Some((amount.to_string(), amount.coin())),
        kind,
        pay_user_id,
    }
}

fn change(line: &Line) -> Change {
    let size = |money: Money| Money::new(money.minor().saturating_abs(), money.coin()).to_string();
    Change {
        order_id: line.order_id.to_string(),
        unique_id: (line.number.as_str() != line.order_id.to_string()).then(|| line.number.as_str().to_owned()),
        kind: match line.kind {
            LineKind::Deposit | LineKind::DepositFailed => Kind::Deposit,
            LineKind::Withdrawal | LineKind::WithdrawalFailed => Kind::Withdraw,
        },
        amount: size(line.amount),
        fee: size(line.fee),
        coin: line.amount.coin(),
        time: line.at.ms() / 1_000,
    }
}

/// 0 pending, 1 paid out, 2 failed.
fn status_of(state: &WithdrawalState) -> u8 {
    match state {
        WithdrawalState::Pending => 0,
        WithdrawalState::PaidOut { .. } => 1,
        WithdrawalState::Failed { .. } => 2,
    }
}

/// The callback of an order.
pub(super) fn callback(news: &News<'_>, shop: u64) -> Callback {
    let amount = news.amount;
    let (status, kind, pay_user_id) = match news.order {
        What::Deposit(order) => (u8::from(order.is_paid()), Kind::Deposit, order.payer().unwrap_or(0)),
        What::Withdrawal(order) => (
            status_of(order.state()),
            Kind::Withdraw,
            order.payee().parse().unwrap_or(0),
        ),
    };
    Callback {
        shop,
        order_id: news.order.order_id().to_string(),
        unique_id: news.number.map(str::to_owned),
        pay_user_id,
        amount: amount.to_string(),
        coin: amount.coin(),
        status: if news.unpaid { 0 } else { status },
        kind,
    }
}

/// What the wallet says to a denial.
pub(super) fn fault(operation: Operation, denial: &Denial) -> Fault {
    match denial {
        Denial::Field(error) => error.clone().into(),
        Denial::Refused(refused) => match refused {
            Refused::Ledger(rejection) => rejected(*rejection),
            Refused::ShopQuota(_) | Refused::PayerQuota(_) => Fault::QuotaExceeded,
        },
        Denial::Scenario(reason) => match reason {
            RefusalReason::InsufficientBalance => Fault::InsufficientBalance,
            RefusalReason::UserNotRegistered if operation == Operation::Transfer => Fault::PayeeUnknown,
            RefusalReason::UserNotRegistered => Fault::UserNotRegistered,
            RefusalReason::OrderAlreadyProcessed => Fault::OrderAlreadyProcessed,
            RefusalReason::SystemError => Fault::SystemError,
            RefusalReason::Unauthorized => Fault::Unauthorized,
            RefusalReason::QuotaExceeded => Fault::QuotaExceeded,
            RefusalReason::RiskDeclined => Fault::RiskDeclined,
            RefusalReason::AccountFrozen => Fault::AccountFrozen,
        },
        Denial::UnknownOrder if operation == Operation::CheckTransferByTxid => Fault::TxidNotFound,
        Denial::UnknownOrder => Fault::UnknownOrder,
        Denial::System => Fault::SystemError,
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
            minimum: plain(minimum),
            coin: minimum.coin().word(),
        },
        Rejection::AmountAboveMaximum { maximum } => Fault::AmountAboveMaximum {
            maximum: plain(maximum),
            coin: maximum.coin().word(),
        },
        Rejection::PayeeTooLong { .. } | Rejection::PayeeMalformed => Fault::AddressInvalid {
            reason: rejection.to_string(),
        },
        Rejection::CallbackUrlTooLong { max_bytes } => field("callback_url", too_long(max_bytes)),
        Rejection::CallbackUrlMalformed => field("callback_url", FieldReason::NotUrl),
        Rejection::ReturnUrlTooLong { max_bytes } => field("return_url", too_long(max_bytes)),
        Rejection::NameTooLong { max_bytes } => field("name", too_long(max_bytes)),
        Rejection::InsufficientBalance { .. } => Fault::InsufficientBalance,
        Rejection::UnknownOrder => Fault::UnknownOrder,
        Rejection::AlreadyPaid { .. } | Rejection::AlreadySettled | Rejection::AlreadyFailed { .. } => {
            Fault::OrderAlreadyProcessed
        }
        Rejection::AccountFull { .. } => Fault::SystemError,
    }
}

/// Decimal text as the vendor's sentence has it: `1`, not `1.00000000`.
fn plain(money: Money) -> String {
    let text = money.to_string();
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
