//! What a scenario says of a shop, in the terms of ledger and protocol. A scenario speaks words and exact decimals and
//! knows neither; this is where the two meet.

use std::sync::Arc;

use ledger::{Coin, FeeRate, Limits, Money, Quota};
use protocol::{
    Accepts, Md5Rule, Token,
    dialect::okpay::{
        Manner,
        manner::{CallbackForm, KeyOrder},
    },
};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use scenarios::{CallbackEncoding, PhaseIndex, Ratio, Scenario, ShopStatus, Signing};

use super::{GoLive, Keys, Shop, Standing};

/// A shop as a scenario says it; without keys where no signature can have its token.
pub(super) fn shop(said: scenarios::Shop, manner: &Manner) -> Shop {
    let fees = &said.fees;
    Shop {
        id: said.id,
        name: format!("Shop {}", said.id),
        application: None,
        standing: match said.status {
            ShopStatus::Approved => Standing::Approved,
            ShopStatus::UnderReview => Standing::UnderReview,
            ShopStatus::Suspended => Standing::Suspended {
                reason: "suspended by the scenario".to_owned(),
            },
        },
        go_live: GoLive::NotCertified,
        keys: Token::new(&said.token).ok().map(Keys::new),
        callback_url: said.callback_url.clone(),
        accepts: accepts(&said),
        manner: Manner {
            callback: callback_form(said.callback_form.encoding).unwrap_or(manner.callback),
            keys: match said.callback_form.key_order {
                scenarios::KeyOrder::Documented => manner.keys,
                scenarios::KeyOrder::Sorted => KeyOrder::Sorted,
            },
            ..*manner
        },
        deposit_fee: difference(fees.rate, fees.discount),
        withdrawal_fee: rate(fees.withdrawal_rate),
        said: Arc::new(said),
    }
}

fn accepts(said: &scenarios::Shop) -> Accepts {
    let rule = match said.md5 {
        scenarios::Md5::Strict => Md5Rule::Strict,
        scenarios::Md5::Lenient => Md5Rule::Lenient,
    };
    match said.signing {
        Signing::Hmac => Accepts { hmac: true, md5: None },
        Signing::Md5 => Accepts {
            hmac: false,
            md5: Some(rule),
        },
        Signing::Both => Accepts {
            hmac: true,
            md5: Some(rule),
        },
    }
}

/// `auto` leaves it to the wallet's manner.
fn callback_form(encoding: CallbackEncoding) -> Option<CallbackForm> {
    match encoding {
        CallbackEncoding::Auto => None,
        CallbackEncoding::Json => Some(CallbackForm::Json),
        CallbackEncoding::Form => Some(CallbackForm::Form),
        CallbackEncoding::Flat => Some(CallbackForm::Flat),
        CallbackEncoding::FormJson => Some(CallbackForm::FormJson),
    }
}

fn rate(ratio: Ratio) -> FeeRate {
    FeeRate::new(ratio.num, ratio.den).unwrap_or(FeeRate::NONE)
}

/// `rate − discount`, exactly; the scenario's check has seen that it is not below zero.
fn difference(of: Ratio, less: Ratio) -> FeeRate {
    let den = u128::from(of.den) * u128::from(less.den);
    let num = u128::from(of.num) * u128::from(less.den);
    let num = num.saturating_sub(u128::from(less.num) * u128::from(of.den));
    let common = greatest_common_divisor(num, den);
    let parts = u64::try_from(num / common).ok().zip(u64::try_from(den / common).ok());
    // Denominators that no 64 bits hold are written by nobody: then the discount is left out rather than rounded.
    parts.map_or_else(
        || rate(of),
        |(num, den)| FeeRate::new(num, den).unwrap_or(FeeRate::NONE),
    )
}

fn greatest_common_divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

/// A shop's opening balances.
pub(super) fn balances(said: &scenarios::Shop) -> Vec<Money> {
    let read = |(coin, amount): (&String, &Decimal)| money(*amount, Coin::parse(coin).ok()?);
    said.balance.iter().filter_map(read).collect()
}

/// A decimal of a scenario in a coin; nothing where it has more decimals than the coin, or does not fit.
pub(crate) fn money(amount: Decimal, coin: Coin) -> Option<Money> {
    Money::parse(&amount.normalize().to_string(), coin).ok()
}

impl Shop {
    /// The smallest and the largest amount in a phase.
    pub(crate) fn limits(&self, scenario: &Scenario, phase: PhaseIndex) -> Limits {
        let said = scenario.limits(phase, &self.said);
        let mut limits = Limits::default();
        for coin in Coin::ALL {
            if let Some(least) = said.min.and_then(|least| minor(least, coin)) {
                limits = limits.with_minimum(Money::new(least, coin));
            }
            if let Some(most) = said.max.and_then(|most| minor(most, coin)) {
                limits = limits.with_maximum(Money::new(most, coin));
            }
        }
        limits
    }

    /// The most that may move in a coin in a phase: the daily limit, and in yuan the shop's quota.
    pub(crate) fn quota(&self, scenario: &Scenario, phase: PhaseIndex, coin: Coin) -> Option<Quota> {
        let per_day = scenario.limits(phase, &self.said).per_day;
        let said = match coin {
            Coin::Cny => scenario.quota(phase, &self.said),
            Coin::Usdt | Coin::Trx => scenarios::Quota::default(),
        };
        quota(
            scenarios::Quota {
                per_day: match (per_day, said.per_day) {
                    (Some(one), Some(other)) => Some(one.min(other)),
                    (one, other) => one.or(other),
                },
                ..said
            },
            coin,
        )
    }
}

/// A scenario's quota in a coin; nothing where it bounds nothing.
pub(crate) fn quota(said: scenarios::Quota, coin: Coin) -> Option<Quota> {
    let part = |bound: Option<Decimal>| bound.and_then(|bound| minor(bound, coin));
    let quota = Quota {
        coin,
        per_transaction_minor: part(said.per_transaction),
        per_day_minor: part(said.per_day),
        total_minor: part(said.total),
    };
    (quota != Quota::unbounded(coin)).then_some(quota)
}

/// Minor units, finer decimals cut off: a bound between two units bounds the lower.
fn minor(amount: Decimal, coin: Coin) -> Option<i64> {
    let scaled = amount.checked_mul(Decimal::from(10_i64.pow(coin.scale())))?;
    scaled.trunc().to_i64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fees_are_exact_after_the_discount() {
        let ratio = |num, den| Ratio { num, den };
        for (of, less, amount, fee) in [
            (ratio(6, 1_000), ratio(1, 1_000), "100", "0.50000000"),
            (ratio(3, 500), ratio(0, 1), "100", "0.60000000"),
            (ratio(1, 3), ratio(1, 7), "21", "4.00000000"),
            (ratio(0, 1), ratio(0, 1), "21", "0.00000000"),
        ] {
            let amount = Money::parse(amount, Coin::Usdt).unwrap();
            assert_eq!(difference(of, less).fee(amount).to_string(), fee, "{of:?} - {less:?}");
        }
    }
}
