//! From a decision and a call to the wallet's honest answer: what the ledger does, and what the dialect says of it. How
//! and when the answer leaves is `reply.rs`.

use ledger::{Money, OpenDeposit, OrderId, OrderNumber, Rejection, ShopId, Timestamp};
use protocol::dialect::okpay::{self, Answer, Fault, FieldError, FieldReason, Kind};
use scenarios::{Decision, LedgerAct, decision::RefusalReason};

use crate::{clock::whole_ms, gateway::Gateway, occasion::Occurrence, store::Key};

/// What the wallet has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fulfilled {
    /// The honest answer; a call that the ledger never saw has none.
    pub(crate) answer: Option<Result<Answer, Fault>>,
    /// The order it is about, as far as the ledger knows it.
    pub(crate) order_id: Option<OrderId>,
    /// Whether this call opened it.
    pub(crate) opened: bool,
}

impl Fulfilled {
    fn refused(fault: Fault) -> Self {
        Self {
            answer: Some(Err(fault)),
            order_id: None,
            opened: false,
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
                opened: false,
            };
        }
        LedgerAct::Refuse(reason) => Some(refusal(*reason)),
        LedgerAct::Apply | LedgerAct::FailLater => None,
    };
    match (&occurrence.command, refused_by_scenario) {
        (Err(error), _) => Fulfilled::refused(error.clone().into()),
        (Ok(_), Some(fault)) => Fulfilled::refused(fault),
        (Ok(command), None) => match command {
            okpay::Command::PayLink { .. } => pay_link(gateway, occurrence, command),
            okpay::Command::CheckDeposit { .. } => check_deposit(gateway, &occurrence.key),
            okpay::Command::CheckTransferByTxid { .. }
            | okpay::Command::Transfer { .. }
            | okpay::Command::CheckTransfer { .. }
            | okpay::Command::Balance
            | okpay::Command::CensorUserByTg { .. }
            | okpay::Command::TransactionHistory { .. } => Fulfilled::refused(Fault::SystemError),
        },
    }
}

fn pay_link(gateway: &Gateway, occurrence: &Occurrence<'_>, command: &okpay::Command) -> Fulfilled {
    let open = match opening(gateway, occurrence, command) {
        Ok(open) => open,
        Err(fault) => return Fulfilled::refused(fault),
    };
    match gateway.store.open(&occurrence.key, open) {
        Ok(committed) => {
            let id = committed.order.order_id();
            let answer = Answer::PayLink {
                order_id: id.to_string(),
                pay_url: format!("https://t.me/OkayPayBot?start=shop_deposit--{id}"),
                unique_id: occurrence.number().map(str::to_owned),
            };
            Fulfilled {
                answer: Some(Ok(answer)),
                order_id: Some(id),
                opened: committed.changed,
            }
        }
        Err(rejection) => Fulfilled::refused(fault(rejection)),
    }
}

/// The ledger's command for a call to open an order.
fn opening(gateway: &Gateway, occurrence: &Occurrence<'_>, command: &okpay::Command) -> Result<OpenDeposit, Fault> {
    let okpay::Command::PayLink {
        amount,
        coin,
        name,
        return_url,
        callback_url,
        ..
    } = command
    else {
        return Err(Fault::SystemError);
    };
    let field = |field, reason| Fault::from(FieldError { field, reason });
    // The dialect has read both already; a ledger that disagrees is no reason to fall over.
    let amount = Money::parse(amount, *coin).map_err(|_| field("amount", FieldReason::TooLarge))?;
    let number =
        OrderNumber::parse(&occurrence.key.number).map_err(|_| field("unique_id", FieldReason::NotPrintable))?;
    Ok(OpenDeposit {
        order_id: OrderId(occurrence.fresh_order_id()),
        shop: ShopId(occurrence.key.shop),
        number,
        amount,
        callback_url: callback_url.clone(),
        return_url: return_url.clone(),
        name: name.clone(),
        at: Timestamp(whole_ms(gateway.clock.calendar())),
    })
}

fn check_deposit(gateway: &Gateway, key: &Key) -> Fulfilled {
    let Some(order) = gateway.store.find(key) else {
        return Fulfilled::refused(Fault::UnknownOrder);
    };
    let amount = order.amount();
    let answer = Answer::Deposit {
        order_id: order.order_id().to_string(),
        unique_id: order.number().as_str().to_owned(),
        status: u8::from(order.is_paid()),
        amount: amount.to_string(),
        coin: amount.coin(),
        kind: Kind::Deposit,
        pay_user_id: order.payer(),
    };
    Fulfilled {
        answer: Some(Ok(answer)),
        order_id: Some(order.order_id()),
        opened: false,
    }
}

/// What the wallet says when the scenario makes the ledger refuse.
fn refusal(reason: RefusalReason) -> Fault {
    match reason {
        RefusalReason::InsufficientBalance => Fault::InsufficientBalance,
        RefusalReason::UserNotRegistered => Fault::UserNotRegistered,
        RefusalReason::OrderAlreadyProcessed => Fault::OrderAlreadyProcessed,
        RefusalReason::SystemError => Fault::SystemError,
        RefusalReason::Unauthorized => Fault::Unauthorized,
    }
}

/// What the wallet says when the ledger rejects a command.
fn fault(rejection: Rejection) -> Fault {
    let field = |field, reason| Fault::from(FieldError { field, reason });
    let too_long = |max_bytes| FieldReason::Length { min: 1, max: max_bytes };
    match rejection {
        Rejection::ExistsWithDifferent { field } => Fault::ExistsWithDifferent { field },
        Rejection::AmountNotPositive => field("amount", FieldReason::NotPositive),
        Rejection::AmountBelowMinimum { minimum } => Fault::AmountBelowMinimum {
            minimum: minimum.to_string(),
            coin: minimum.coin().word(),
        },
        Rejection::AmountAboveMaximum { maximum } => Fault::AmountAboveMaximum {
            maximum: maximum.to_string(),
            coin: maximum.coin().word(),
        },
        Rejection::PayeeTooLong { max_bytes } => field("to_user_id", too_long(max_bytes)),
        Rejection::PayeeMalformed => field("to_user_id", FieldReason::NotPrintable),
        Rejection::InsufficientBalance { .. } => Fault::InsufficientBalance,
        Rejection::CallbackUrlTooLong { max_bytes } => field("callback_url", too_long(max_bytes)),
        Rejection::CallbackUrlMalformed => field("callback_url", FieldReason::NotUrl),
        Rejection::ReturnUrlTooLong { max_bytes } => field("return_url", too_long(max_bytes)),
        Rejection::NameTooLong { max_bytes } => field("name", too_long(max_bytes)),
        Rejection::UnknownOrder => Fault::UnknownOrder,
        Rejection::AlreadyProcessed
        | Rejection::AlreadyPaid { .. }
        | Rejection::AlreadySettled
        | Rejection::AlreadyFailed { .. } => Fault::OrderAlreadyProcessed,
        Rejection::AccountFull { .. } => Fault::SystemError,
    }
}
