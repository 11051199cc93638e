//! What a scenario says of a shop: how it signs, how it stands with the wallet, and within which bounds it moves money.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{IpRange, PhaseIndex, Ratio, Scenario};

/// A merchant's shop.
#[derive(Clone, Debug, PartialEq)]
pub struct Shop {
    /// The number that merchants send as `id`, at `KDPay` as `userCode`.
    pub id: u64,
    /// The key of its signatures.
    pub token: String,
    /// The contract it speaks.
    pub dialect: Dialect,
    /// Which signatures are taken from it; `KDPay` has a way of its own, and nothing else is said of its shops.
    pub signing: Signing,
    /// How its MD5 signatures are read.
    pub md5: Md5,
    /// How it stands with the wallet.
    pub status: ShopStatus,
    /// Where callbacks go unless an order names its own address.
    pub callback_url: Option<String>,
    /// How its callbacks are written.
    pub callback_form: CallbackForm,
    /// Opening balances by coin.
    pub balance: BTreeMap<String, Decimal>,
    /// Smallest, largest and daily amounts.
    pub limits: Limits,
    /// What the wallet takes.
    pub fees: Fees,
    /// How much it may move; only `KDPay` has quotas.
    pub quota: Quota,
    /// Addresses that may call for it; empty: all.
    pub ip_allow: Vec<IpRange>,
}

impl Shop {
    /// The shop of scenarios that name none; its parts are the defaults of any shop.
    pub fn usual(id: u64, dialect: Dialect) -> Self {
        let coin = match dialect {
            Dialect::Okpay => "USDT",
            Dialect::Kdpay => "CNY",
        };
        Self {
            id,
            token: format!("sandbox-token-{id}"),
            dialect,
            signing: Signing::default(),
            md5: Md5::default(),
            status: ShopStatus::default(),
            callback_url: None,
            callback_form: CallbackForm::default(),
            balance: BTreeMap::from([(coin.to_owned(), Decimal::from(100_000))]),
            limits: Limits::default(),
            fees: Fees::NONE,
            quota: Quota::default(),
            ip_allow: Vec::new(),
        }
    }
}

/// The contract a shop speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// OK Wallet.
    #[default]
    Okpay,
    /// KD Wallet, in CNY.
    Kdpay,
}

impl Dialect {
    /// Every dialect, in the order of the documentation.
    pub const ALL: [Self; 2] = [Self::Okpay, Self::Kdpay];

    /// The word in YAML.
    pub fn word(self) -> &'static str {
        match self {
            Self::Okpay => "okpay",
            Self::Kdpay => "kdpay",
        }
    }
}

/// Which signatures are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Signing {
    /// HMAC-SHA256 only.
    #[default]
    Hmac,
    /// The older MD5 only.
    Md5,
    /// Either, told apart by the call.
    Both,
}

impl Signing {
    /// Every way, in the order of the documentation.
    pub const ALL: [Self; 3] = [Self::Hmac, Self::Md5, Self::Both];

    /// The word in YAML.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hmac => "hmac",
            Self::Md5 => "md5",
            Self::Both => "both",
        }
    }
}

/// How MD5 signatures are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Md5 {
    /// As PHP writes the string.
    #[default]
    Strict,
    /// Also as clients in the wild write it.
    Lenient,
}

impl Md5 {
    /// Both, in the order of the documentation.
    pub const ALL: [Self; 2] = [Self::Strict, Self::Lenient];

    /// The word in YAML.
    pub fn word(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Lenient => "lenient",
        }
    }
}

/// How a shop stands with the wallet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ShopStatus {
    /// It may call.
    #[default]
    Approved,
    /// Its application is not decided: calls are refused.
    UnderReview,
    /// It was shut: calls are refused.
    Suspended,
}

impl ShopStatus {
    /// Every standing, in the order of the documentation.
    pub const ALL: [Self; 3] = [Self::Approved, Self::UnderReview, Self::Suspended];

    /// The word in YAML.
    pub fn word(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::UnderReview => "under_review",
            Self::Suspended => "suspended",
        }
    }
}

/// How callbacks are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallbackForm {
    /// The shape of the body.
    pub encoding: CallbackEncoding,
    /// The order of its keys.
    pub key_order: KeyOrder,
}

/// The shape of a callback's body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CallbackEncoding {
    /// JSON for orders signed with HMAC, a form for MD5.
    #[default]
    Auto,
    /// JSON.
    Json,
    /// A form with `data[order_id]=…`.
    Form,
    /// A form without `data`.
    Flat,
    /// A form whose `data` is a JSON string.
    FormJson,
}

impl CallbackEncoding {
    /// Every shape, in the order of the documentation.
    pub const ALL: [Self; 5] = [Self::Auto, Self::Json, Self::Form, Self::Flat, Self::FormJson];

    /// The word in YAML.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Json => "json",
            Self::Form => "form",
            Self::Flat => "flat",
            Self::FormJson => "form_json",
        }
    }
}

/// The order of a callback's keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyOrder {
    /// That of the vendor's document.
    #[default]
    Documented,
    /// By their bytes.
    Sorted,
}

impl KeyOrder {
    /// Both, in the order of the documentation.
    pub const ALL: [Self; 2] = [Self::Documented, Self::Sorted];

    /// The word in YAML.
    pub fn word(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Sorted => "sorted",
        }
    }
}

/// Bounds of amounts, in the order's coin; `None` bounds nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Smallest amount.
    pub min: Option<Decimal>,
    /// Largest amount.
    pub max: Option<Decimal>,
    /// Sum of a day, for each coin.
    pub per_day: Option<Decimal>,
}

impl Limits {
    /// Both bounds at once: of each, the tighter.
    pub fn tightened_by(self, other: Self) -> Self {
        Self {
            min: self.min.max(other.min),
            max: smaller(self.max, other.max),
            per_day: smaller(self.per_day, other.per_day),
        }
    }
}

/// How much may be moved, in CNY; `None` bounds nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quota {
    /// In one transaction.
    pub per_transaction: Option<Decimal>,
    /// In a day of the gateway's calendar.
    pub per_day: Option<Decimal>,
    /// In all.
    pub total: Option<Decimal>,
}

impl Quota {
    /// Both quotas at once: of each part, the smaller.
    pub fn tightened_by(self, other: Self) -> Self {
        Self {
            per_transaction: smaller(self.per_transaction, other.per_transaction),
            per_day: smaller(self.per_day, other.per_day),
            total: smaller(self.total, other.total),
        }
    }
}

fn smaller(one: Option<Decimal>, other: Option<Decimal>) -> Option<Decimal> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

impl Scenario {
    /// The limits of a shop in a phase: its own and the phase's, whichever is tighter.
    pub fn limits(&self, phase: PhaseIndex, shop: &Shop) -> Limits {
        let of_phase = self.phase(phase).map(|phase| phase.limits).unwrap_or_default();
        shop.limits.tightened_by(of_phase)
    }

    /// The quota of a shop in a phase: its own and the phase's, whichever is smaller.
    pub fn quota(&self, phase: PhaseIndex, shop: &Shop) -> Quota {
        let of_phase = self.phase(phase).map(|phase| phase.quota).unwrap_or_default();
        shop.quota.tightened_by(of_phase)
    }
}

/// What the wallet takes, as shares of the amount; a fee is rounded half up at the coin's scale, at settlement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fees {
    /// Of a deposit, before the discount.
    pub rate: Ratio,
    /// What is taken off `rate`; never more than it.
    pub discount: Ratio,
    /// Of a withdrawal.
    pub withdrawal_rate: Ratio,
}

impl Fees {
    /// The wallet takes nothing.
    pub const NONE: Self = Self {
        rate: Ratio::NEVER,
        discount: Ratio::NEVER,
        withdrawal_rate: Ratio::NEVER,
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tighter_bound_counts() {
        let money = |whole: i64| Some(Decimal::from(whole));
        let limits = |min, max, per_day| Limits { min, max, per_day };
        let shop = limits(money(1), money(100), None);
        for (phase, expected) in [
            (limits(None, None, None), shop),
            (
                limits(money(5), money(50), money(10)),
                limits(money(5), money(50), money(10)),
            ),
            (limits(Some(Decimal::ZERO), money(500), None), shop),
        ] {
            assert_eq!(shop.tightened_by(phase), expected, "{phase:?}");
            assert_eq!(phase.tightened_by(shop), expected, "{phase:?}");
        }
        let quota = |per_transaction, per_day, total| Quota {
            per_transaction,
            per_day,
            total,
        };
        let both = quota(money(5), None, money(9)).tightened_by(quota(money(6), money(7), money(8)));
        assert_eq!(both, quota(money(5), money(7), money(8)));
    }
}
