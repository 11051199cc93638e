//! A withdrawal and its states: money that a shop sends to a payee. Owns what a withdrawal is and what may be asked of
//! it; how it gets from state to state is `withdrawal/event.rs`, whether it may is `withdrawal/apply.rs`.

mod apply;
mod event;

pub use apply::{AppliedWithdrawal, apply_withdrawal};
pub use event::{WithdrawalEvent, evolve_withdrawal};

use crate::{FeeRate, Money, OrderId, OrderNumber, ShopId, Timestamp};

/// A request to change one withdrawal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WithdrawalCommand {
    /// A shop opens a withdrawal. The store looks for one with the same shop and number.
    Open(OpenWithdrawal),
    /// The payee has it.
    Settle {
        /// When.
        at: Timestamp,
    },
    /// It could not be paid out; amount and fee go back to the shop.
    Fail {
        /// Why.
        reason: Failure,
        /// When.
        at: Timestamp,
    },
}

/// The content of a new withdrawal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenWithdrawal {
    /// A fresh id; unused if the withdrawal exists already.
    pub order_id: OrderId,
    /// Whose money.
    pub shop: ShopId,
    /// The shop's own number for it.
    pub number: OrderNumber,
    /// What the payee gets.
    pub amount: Money,
    /// What the shop is charged on top.
    pub fee: FeeRate,
    /// Who gets it, as the dialect names wallets: a wallet id or an address.
    pub payee: String,
    /// Where the withdrawal's callback goes; without one to the shop's.
    pub callback_url: Option<String>,
    /// What the payee reads.
    pub name: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl OpenWithdrawal {
    /// The first field, in the order amount, coin, payee, callback_url, name, in which `other` asks for something else;
    /// `None` for the same content. Id, fee and moment are not content: a repeated request has fresh ones.
    pub fn first_difference(&self, other: &Self) -> Option<&'static str> {
        if !self.amount.same_number(other.amount) {
            Some("amount")
        } else if self.amount.coin() != other.amount.coin() {
            Some("coin")
        } else if self.payee != other.payee {
            Some("payee")
        } else if self.callback_url != other.callback_url {
            Some("callback_url")
        } else if self.name != other.name {
            Some("name")
        } else {
            None
        }
    }
}

/// A withdrawal: what was asked when it was opened, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    opened: OpenWithdrawal,
    state: WithdrawalState,
}

impl Withdrawal {
    /// Puts a withdrawal together from its parts, for a store that reads back what it once committed.
    pub fn restore(opened: OpenWithdrawal, state: WithdrawalState) -> Self {
        Self { opened, state }
    }

    /// The gateway's id.
    pub fn order_id(&self) -> OrderId {
        self.opened.order_id
    }

    /// Whose money.
    pub fn shop(&self) -> ShopId {
        self.opened.shop
    }

    /// The shop's own number for it.
    pub fn number(&self) -> &OrderNumber {
        &self.opened.number
    }

    /// What the payee gets.
    pub fn amount(&self) -> Money {
        self.opened.amount
    }

    /// What the shop is charged on top, by the rate it was opened with; given back if it fails.
    pub fn fee(&self) -> Money {
        self.opened.fee.fee(self.opened.amount)
    }

    /// What left the shop's balance when it was opened: amount and fee.
    ///
    /// # Panics
    /// For a withdrawal that no balance admits: amount and fee together do not fit.
    pub fn charged(&self) -> Money {
        let charged = self.amount().checked_add(self.fee());
        charged.expect("amount and fee were covered by a balance, so they fit together")
    }

    /// Who gets it.
    pub fn payee(&self) -> &str {
        &self.opened.payee
    }

    /// Where its callback goes, if not to the shop's.
    pub fn callback_url(&self) -> Option<&str> {
        self.opened.callback_url.as_deref()
    }

    /// What the payee reads.
    pub fn name(&self) -> Option<&str> {
        self.opened.name.as_deref()
    }

    /// When it was opened.
    pub fn opened_at(&self) -> Timestamp {
        self.opened.at
    }

    /// What was asked when it was opened.
    pub fn opened(&self) -> &OpenWithdrawal {
        &self.opened
    }

    /// What became of it.
    pub fn state(&self) -> &WithdrawalState {
        &self.state
    }

    /// The same withdrawal in another state.
    pub(crate) fn into_state(self, state: WithdrawalState) -> Self {
        Self { state, ..self }
    }
}

/// What became of a withdrawal. All but `Pending` are final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithdrawalState {
    /// The shop's money is reserved and on its way.
    Pending,
    /// The payee has it.
    PaidOut {
        /// When.
        at: Timestamp,
    },
    /// It could not be paid out, and the shop has amount and fee back.
    Failed {
        /// When.
        at: Timestamp,
        /// Why.
        reason: Failure,
    },
}

impl WithdrawalState {
    /// The word in stores and tables.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::PaidOut { .. } => "paid_out",
            Self::Failed { .. } => "failed",
        }
    }
}

/// Why a withdrawal could not be paid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Failure {
    /// Nobody has that wallet.
    PayeeUnknown,
    /// The payee's wallet would not take it.
    PayeeRefused,
    /// A review said no.
    Declined,
    /// The wallet broke.
    SystemError,
}

impl Failure {
    /// Every reason, in the order of documentation.
    pub const ALL: [Self; 4] = [
        Self::PayeeUnknown,
        Self::PayeeRefused,
        Self::Declined,
        Self::SystemError,
    ];

    /// The word in stores, journals and settings.
    pub fn word(self) -> &'static str {
        match self {
            Self::PayeeUnknown => "payee_unknown",
            Self::PayeeRefused => "payee_refused",
            Self::Declined => "declined",
            Self::SystemError => "system_error",
        }
    }

    /// Reads a [`word`](Self::word), exactly as written; `None` for any other text.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|failure| failure.word() == word)
    }
}

#[cfg(test)]
mod tests;
