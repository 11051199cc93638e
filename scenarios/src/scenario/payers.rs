//! What a scenario says of the people who pay: when they act, with what they pay, and what the wallet asks of them.

use std::time::Duration;

use rust_decimal::Decimal;

use super::{Quota, Ratio, When};
use crate::distribution::Distribution;

/// Simulated payers: when they act and what they do.
#[derive(Clone, Debug, PartialEq)]
pub struct Payers {
    /// From the opened order to the payer's act.
    pub pay_after: Distribution,
    /// The shares of what payers do.
    pub outcomes: Outcomes,
    /// The method that a payer tries first; the shares sum to one.
    pub methods: ByMethod,
    /// The chance that paying by a method fails, for each order and method anew.
    pub failing: ByMethod,
    /// From this amount on a payer enters a code; `None`: never.
    pub second_factor: Option<SecondFactor>,
    /// Small amounts that are paid at once, without a password; `None`: no such agreement.
    pub agreement: Option<Agreement>,
    /// How much one payer may move, in CNY; only `KDPay` has quotas.
    pub quota: Quota,
}

/// Shares that sum to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcomes {
    /// Share that pays.
    pub pay: Ratio,
    /// Share that never does anything.
    pub abandon: Ratio,
    /// Share that declines: on the wire it looks like `abandon`.
    pub decline: Ratio,
}

/// With what a payer pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// The balance of the payer's wallet.
    Balance,
    /// A bank card.
    BankCard,
    /// A credit card.
    CreditCard,
    /// The wallet is topped up, then pays.
    TopUp,
}

impl Method {
    /// Every method, in the order in which a payer whose first one failed goes on.
    pub const ALL: [Self; 4] = [Self::Balance, Self::BankCard, Self::CreditCard, Self::TopUp];

    /// The word in YAML, draws, journal and at the cashier.
    pub fn word(self) -> &'static str {
        match self {
            Self::Balance => "balance",
            Self::BankCard => "bank_card",
            Self::CreditCard => "credit_card",
            Self::TopUp => "top_up",
        }
    }
}

/// A share or a chance for each method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByMethod {
    /// Of [`Method::Balance`].
    pub balance: Ratio,
    /// Of [`Method::BankCard`].
    pub bank_card: Ratio,
    /// Of [`Method::CreditCard`].
    pub credit_card: Ratio,
    /// Of [`Method::TopUp`].
    pub top_up: Ratio,
}

impl ByMethod {
    /// No method at all: nothing fails.
    pub const NEVER: Self = Self {
        balance: Ratio::NEVER,
        bank_card: Ratio::NEVER,
        credit_card: Ratio::NEVER,
        top_up: Ratio::NEVER,
    };
    /// Everybody pays by balance.
    pub const BALANCE: Self = Self {
        balance: Ratio::ALWAYS,
        ..Self::NEVER
    };

    /// That of one method.
    pub fn of(&self, method: Method) -> Ratio {
        match method {
            Method::Balance => self.balance,
            Method::BankCard => self.bank_card,
            Method::CreditCard => self.credit_card,
            Method::TopUp => self.top_up,
        }
    }
}

/// When a payer enters a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecondFactor {
    /// From this amount on, in the order's coin.
    pub from: Decimal,
}

/// A payer's agreement that small amounts need no password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// Up to this amount, in the order's coin.
    pub up_to: Decimal,
}

/// The wallet's own risk control, over payments.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Risk {
    /// Payments that are declined.
    pub decline: Option<RiskDecline>,
    /// Payments that wait; only those that are not declined.
    pub review: Option<RiskReview>,
}

/// Payments that risk control declines.
#[derive(Clone, Debug, PartialEq)]
pub struct RiskDecline {
    /// Which payments are looked at; its `attempt` is never set.
    pub when: When,
    /// The chance that one of them is declined.
    pub chance: Ratio,
}

/// Payments that risk control looks at for a while before they go through.
#[derive(Clone, Debug, PartialEq)]
pub struct RiskReview {
    /// Which payments are looked at; its `attempt` is never set.
    pub when: When,
    /// The chance that one of them is reviewed.
    pub chance: Ratio,
    /// How long, in gateway time.
    pub takes: Distribution,
}

/// How withdrawals go.
#[derive(Clone, Debug, PartialEq)]
pub struct Withdrawals {
    /// From the accepted withdrawal to its end, in gateway time.
    pub settle_after: Distribution,
}

impl Withdrawals {
    /// When withdrawals settle in scenarios that say nothing of it.
    pub const DEFAULT_SETTLING: Duration = Duration::from_secs(2);
}
