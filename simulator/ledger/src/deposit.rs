//! An order and its states. Owns what an order is; how it gets from state to state is `event.rs`, whether it may is
//! `ledger.rs`.

use crate::{Money, OpenDeposit, OrderId, OrderNumber, ShopId, Timestamp};

/// An order: what was asked when it was opened, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deposit {
    opened: OpenDeposit,
    state: State,
}

impl Deposit {
    /// Puts an order together from its parts, for a store that reads back what it once committed.
    pub fn restore(opened: OpenDeposit, state: State) -> Self {
        Self { opened, state }
    }

    /// The gateway's id.
    pub fn order_id(&self) -> OrderId {
        self.opened.order_id
    }

    /// Whose order.
    pub fn shop(&self) -> ShopId {
        self.opened.shop
    }

    /// The shop's own number for it.
    pub fn number(&self) -> &OrderNumber {
        &self.opened.number
    }

    /// What is to be paid, or was.
    pub fn amount(&self) -> Money {
        self.opened.amount
    }

    /// Where its callback goes, if not to the shop's.
    pub fn callback_url(&self) -> Option<&str> {
        self.opened.callback_url.as_deref()
    }

    /// Where the payer goes afterwards.
    pub fn return_url(&self) -> Option<&str> {
        self.opened.return_url.as_deref()
    }

    /// What the payer reads.
    pub fn name(&self) -> Option<&str> {
        self.opened.name.as_deref()
    }

    /// When it was opened.
    pub fn opened_at(&self) -> Timestamp {
        self.opened.at
    }

    /// What was asked when it was opened.
    pub fn opened(&self) -> &OpenDeposit {
        &self.opened
    }

    /// What became of it.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// What the shop is told about it.
    pub fn status(&self) -> Status {
        match self.state {
            State::Open | State::Declined { .. } => Status::Open,
            State::Paid { .. } => Status::Paid,
        }
    }

    /// Who paid; `None` unless paid.
    pub fn payer(&self) -> Option<u64> {
        match self.state {
            State::Open | State::Declined { .. } => None,
            State::Paid { payer, .. } => Some(payer),
        }
    }

    /// When it was paid; `None` unless paid.
    pub fn paid_at(&self) -> Option<Timestamp> {
        match self.state {
            State::Open | State::Declined { .. } => None,
            State::Paid { at, .. } => Some(at),
        }
    }

    /// What the gateway kept of it; nothing unless paid.
    pub fn fee(&self) -> Money {
        match self.state {
            State::Open | State::Declined { .. } => Money::zero(self.amount().coin()),
            State::Paid { fee, .. } => fee,
        }
    }

    /// What the shop was given of it; nothing unless paid.
    ///
    /// # Panics
    /// For an order put together with a fee in another coin or of more than its amount, which no payment gives it.
    pub fn net(&self) -> Money {
        match self.state {
            State::Open | State::Declined { .. } => Money::zero(self.amount().coin()),
            State::Paid { fee, .. } => self
                .amount()
                .checked_sub(fee)
                .expect("a fee is a part of the amount it is taken from"),
        }
    }

    /// Is it paid?
    pub fn is_paid(&self) -> bool {
        self.status() == Status::Paid
    }

    /// The same order in another state.
    pub(crate) fn into_state(self, state: State) -> Self {
        Self { state, ..self }
    }
}

/// What became of an order. `Paid` is final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nobody has answered yet.
    Open,
    /// A payer said no. To the shop the order is still open, and it may still be paid: payers come back, and a late
    /// payment is what merchants must be ready for.
    Declined {
        /// When first.
        at: Timestamp,
    },
    /// Paid, once and for all.
    Paid {
        /// The payer's wallet id.
        payer: u64,
        /// What of it the gateway kept.
        fee: Money,
        /// When.
        at: Timestamp,
    },
}

impl State {
    /// The word in stores and tables.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Declined { .. } => "declined",
            Self::Paid { .. } => "paid",
        }
    }
}

/// What the shop is told about an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// 0 on the wire.
    Open,
    /// 1 on the wire.
    Paid,
}

impl Status {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paid => "paid",
        }
    }
}
