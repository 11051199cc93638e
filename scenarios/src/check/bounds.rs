//! What bounds and costs: `limits`, `quota` and `fees`, wherever they stand.

use rust_decimal::Decimal;

use crate::{
    check::{Checker, fields::Fields, keys::Place},
    file::Node,
    problem::Problem,
    scenario::{Fees, Limits, Quota, Ratio},
};

/// Reads `limits`.
pub(crate) fn limits(checker: &mut Checker<'_>, node: &Node) -> Limits {
    let fields = Fields::of(checker, node, Place::Limits);
    let limits = Limits {
        min: money(checker, &fields, "min"),
        max: money(checker, &fields, "max"),
        per_day: money(checker, &fields, "per_day"),
    };
    for (key, most) in [("max", limits.max), ("per_day", limits.per_day)] {
        if limits.min.zip(most).is_some_and(|(min, most)| min > most) {
            let problem = Problem::new(
                "never",
                fields.span(key),
                format!("`{key}` is below `min`: no amount meets both"),
            );
            checker.report(problem.related(fields.span("min"), "the smallest amount"));
        }
    }
    limits
}

/// Reads `quota`.
pub(crate) fn quota(checker: &mut Checker<'_>, node: &Node) -> Quota {
    let fields = Fields::of(checker, node, Place::Quota);
    Quota {
        per_transaction: money(checker, &fields, "per_transaction"),
        per_day: money(checker, &fields, "per_day"),
        total: money(checker, &fields, "total"),
    }
}

/// Reads `fees`.
pub(crate) fn fees(checker: &mut Checker<'_>, node: &Node) -> Fees {
    let fields = Fields::of(checker, node, Place::Fees);
    let mut share = |name| fields.get(name).map_or(Some(Ratio::NEVER), |node| checker.share(node));
    let (rate, discount, withdrawal_rate) = (share("rate"), share("discount"), share("withdrawal_rate"));
    let fees = match (rate, discount, withdrawal_rate) {
        (Some(rate), Some(discount), Some(withdrawal_rate)) => Fees {
            rate,
            discount,
            withdrawal_rate,
        },
        _ => return Fees::NONE,
    };
    if exceeds(fees.discount, fees.rate) && !fields.refused {
        let message = format!(
            "the discount of {} is more than the rate of {}",
            fees.discount, fees.rate
        );
        let problem = Problem::new("bad_value", fields.span("discount"), message);
        checker.report(problem.help("the wallet pays nobody for a payment: write at most the rate"));
    }
    fees
}

fn money(checker: &mut Checker<'_>, fields: &Fields<'_>, name: &str) -> Option<Decimal> {
    fields.get(name).and_then(|node| checker.money(node))
}

fn exceeds(one: Ratio, other: Ratio) -> bool {
    u128::from(one.num) * u128::from(other.den) > u128::from(other.num) * u128::from(one.den)
}
