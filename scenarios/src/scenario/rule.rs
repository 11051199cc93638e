//! Rules: on which occasions, with what chance, what happens.

use std::time::Duration;

use rust_decimal::Decimal;

use super::{Operation, Ratio};
use crate::{
    decision::{LedgerAct, Shape},
    distribution::Distribution,
    triggers::Case,
};

/// Index of a rule in [`crate::Scenario::rules`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub u16);

/// One rule: on which occasions, with what chance, what happens.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The name shown everywhere; for a rule without one, a short description of what it does.
    pub label: String,
    /// Part of the key of its draws: the name, else a hash of the rule's own text. Never its position.
    pub site: String,
    /// The one operation it acts on; `None` is any API operation and never callbacks.
    pub on: Option<Operation>,
    /// Further conditions.
    pub when: When,
    /// Its chance of hitting.
    pub chance: Ratio,
    /// How often it may hit in all.
    pub limit: Option<u64>,
    /// It acts on the first so many attempts of each order and operation only.
    pub first: Option<u32>,
    /// What an API call's ledger and the shape of its reply become, if the rule says anything of it.
    pub outcome: Option<Outcome>,
    /// How late the reply is, if the rule says so.
    pub delay: Option<Distribution>,
    /// What happens to a callback, if the rule says so.
    pub callback: Option<CallbackFault>,
}

/// The outcome axis of a rule: ledger and the reply's shape, always both from one rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// What the ledger does.
    pub ledger: LedgerAct,
    /// What the client gets.
    pub shape: Shape,
}

/// The callback axis of a rule.
#[derive(Clone, Debug, PartialEq)]
pub enum CallbackFault {
    /// Never sent; final.
    Drop,
    /// The first attempt is late by this much.
    Delay(Distribution),
    /// `copies` deliveries in all, the same bytes, spread evenly over `spread`.
    Duplicate {
        /// Deliveries in all, two or more.
        copies: u32,
        /// From the first to the last copy.
        spread: Duration,
        /// Whether all copies are sent at the same moment, each over a connection that is open already.
        concurrent: bool,
    },
    /// Late by anything up to this, so that first attempts of a shop overtake one another.
    Reorder {
        /// The longest delay.
        window: Duration,
    },
    /// Delivered under a sign that is not its own.
    Forge(Forgery),
    /// Delivered with other content under a good sign.
    Tamper(Tampering),
    /// Delivered, and once more after this age.
    Stale(Duration),
    /// Delivered, and then once more as unpaid, under a good sign.
    Downgrade,
    /// Paid and called back before the call that opened the order is answered.
    Early,
    /// Kept until a release, the timeline's end, or a command.
    Hold,
    /// Delivers what is held, spread evenly over `over`.
    Release {
        /// From the first to the last released callback.
        over: Duration,
    },
}

/// How the sign of a callback is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Forgery {
    /// `wrong_key`: signed with a token that is not the shop's.
    WrongKey,
    /// `bit_flip`: one bit of the sign is another.
    BitFlip,
    /// `missing`: without a sign.
    Missing,
    /// `respelled`: a number is written differently under the sign of the original.
    Respelled,
    /// `other_shop`: signed rightly, for another shop's id.
    OtherShop,
}

impl Forgery {
    /// Every forgery, in the order of the documentation.
    pub const ALL: [Self; 5] = [
        Self::WrongKey,
        Self::BitFlip,
        Self::Missing,
        Self::Respelled,
        Self::OtherShop,
    ];

    /// The word in YAML, journal and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::WrongKey => "wrong_key",
            Self::BitFlip => "bit_flip",
            Self::Missing => "missing",
            Self::Respelled => "respelled",
            Self::OtherShop => "other_shop",
        }
    }
}

/// What a callback says that is not so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tampering {
    /// Another amount than the order's.
    pub amount: Option<AmountChange>,
    /// Another coin than the order's.
    pub coin: Option<&'static str>,
}

/// Another amount; the result stays above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountChange {
    /// This much more, or less.
    By(Decimal),
    /// This instead.
    To(Decimal),
}

impl AmountChange {
    /// The changed amount; what would not stay above zero becomes the smallest step of `scale` decimals.
    pub fn of(self, amount: Decimal, scale: u32) -> Decimal {
        let changed = match self {
            Self::By(change) => amount.checked_add(change).unwrap_or(amount),
            Self::To(other) => other,
        };
        changed.round_dp(scale).max(Decimal::new(1, scale))
    }
}

/// What is wrong with an order's line in the statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatementBreak {
    /// `missing`: it has none.
    Missing,
    /// `extra`: a line of an order that nobody opened stands behind it.
    Extra,
    /// `amount`: it shows another amount.
    Amount,
    /// `status`: it shows another status.
    Status,
    /// `duplicate`: it stands there twice.
    Duplicate,
}

impl StatementBreak {
    /// Every break, in the order of the documentation.
    pub const ALL: [Self; 5] = [Self::Missing, Self::Extra, Self::Amount, Self::Status, Self::Duplicate];

    /// The word in YAML, journal and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Extra => "extra",
            Self::Amount => "amount",
            Self::Status => "status",
            Self::Duplicate => "duplicate",
        }
    }
}

/// Conditions of a rule; all of them must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct When {
    /// Only this shop.
    pub shop: Option<u64>,
    /// Only amounts at or above.
    pub at_least: Option<Decimal>,
    /// Only amounts below.
    pub below: Option<Decimal>,
    /// Only this amount.
    pub equals: Option<Decimal>,
    /// Only this coin.
    pub coin: Option<String>,
    /// Only this payer, or payee of a withdrawal.
    pub payer: Option<u64>,
    /// Only this attempt; callbacks without it: the first.
    pub attempt: Option<u32>,
    /// Only every n-th of the occasions that meet all other conditions.
    pub nth: Option<u64>,
    /// Only calls with these headers; names in lower case.
    pub headers: Vec<(String, String)>,
    /// Only orders that asked for this case.
    pub case: Option<Case>,
}
