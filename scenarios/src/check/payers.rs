//! `payers`, of the file or of a phase, and shares that sum to the whole.

use std::time::Duration;

use crate::{
    check::{Checker, bounds, fields::Fields, keys::Place},
    distribution::{Distribution, DistributionShape},
    file::Node,
    problem::{Problem, Span},
    scenario::{Agreement, ByMethod, Outcomes, Payers, Ratio, SecondFactor},
    units::greatest_common_divisor,
};

/// Reads `payers`.
pub(crate) fn payers(checker: &mut Checker<'_>, node: &Node) -> Payers {
    let fields = Fields::of(checker, node, Place::Payers);
    let pay_after = fields
        .get("pay_after")
        .and_then(|node| checker.time(node, "pay_after", LONGEST_WAIT));
    let outcomes = fields.get("outcomes").and_then(|node| outcomes(checker, node));
    let second_factor = fields.get("second_factor").and_then(|node| {
        let fields = Fields::of(checker, node, Place::SecondFactor);
        checker.money(fields.get("from")?).map(|from| SecondFactor { from })
    });
    let agreement = fields.get("agreement").and_then(|node| {
        let fields = Fields::of(checker, node, Place::Agreement);
        checker.money(fields.get("up_to")?).map(|up_to| Agreement { up_to })
    });
    let methods = fields.get("methods").and_then(|node| methods(checker, node));
    let failing = fields.get("failing").and_then(|node| {
        let fields = Fields::of(checker, node, Place::Failing);
        by_method(checker, &fields)
    });
    let quota = fields.get("quota").map(|node| bounds::quota(checker, node));
    Payers {
        second_factor,
        agreement,
        methods: methods.unwrap_or(ByMethod::BALANCE),
        failing: failing.unwrap_or(ByMethod::NEVER),
        quota: quota.unwrap_or_default(),
        pay_after: pay_after.unwrap_or(Distribution {
            shape: DistributionShape::Fixed(DEFAULT_WAIT),
            cap: None,
        }),
        outcomes: outcomes.unwrap_or(Outcomes {
            pay: Ratio::ALWAYS,
            abandon: Ratio::NEVER,
            decline: Ratio::NEVER,
        }),
    }
}

fn outcomes(checker: &mut Checker<'_>, node: &Node) -> Option<Outcomes> {
    let fields = Fields::of(checker, node, Place::Outcomes);
    let mut share = |name| fields.get(name).map_or(Some(Ratio::NEVER), |node| checker.share(node));
    let (pay, abandon, decline) = (share("pay"), share("abandon"), share("decline"));
    let outcomes = Outcomes {
        pay: pay?,
        abandon: abandon?,
        decline: decline?,
    };
    if !fields.refused {
        sums_to_whole(
            checker,
            "the outcomes",
            &[outcomes.pay, outcomes.abandon, outcomes.decline],
            node.span,
        );
    }
    Some(outcomes)
}

fn methods(checker: &mut Checker<'_>, node: &Node) -> Option<ByMethod> {
    let fields = Fields::of(checker, node, Place::Methods);
    let methods = by_method(checker, &fields)?;
    if !fields.refused {
        let shares = [methods.balance, methods.bank_card, methods.credit_card, methods.top_up];
        sums_to_whole(checker, "the methods", &shares, node.span);
    }
    Some(methods)
}

fn by_method(checker: &mut Checker<'_>, fields: &Fields<'_>) -> Option<ByMethod> {
    let mut share = |name| fields.get(name).map_or(Some(Ratio::NEVER), |node| checker.share(node));
    let (balance, bank_card) = (share("balance"), share("bank_card"));
    let (credit_card, top_up) = (share("credit_card"), share("top_up"));
    Some(ByMethod {
        balance: balance?,
        bank_card: bank_card?,
        credit_card: credit_card?,
        top_up: top_up?,
    })
}

/// Reports shares that do not sum to exactly 100 %.
pub(crate) fn sums_to_whole(checker: &mut Checker<'_>, what: &str, shares: &[Ratio], span: Span) {
    let (mut num, mut den) = (0_u128, 1_u128);
    for share in shares {
        let (more, of) = (u128::from(share.num), u128::from(share.den));
        // Denominators stay below 10^18 each; a sum of very odd ones is refused rather than rounded.
        let sum = num
            .checked_mul(of)
            .zip(more.checked_mul(den))
            .and_then(|(a, b)| a.checked_add(b))
            .zip(den.checked_mul(of));
        let Some((sum, whole)) = sum else {
            checker.report(
                Problem::new("bad_value", span, format!("{what} are too odd to add exactly")).help("write percentages"),
            );
            return;
        };
        (num, den) = reduced(sum, whole);
    }
    if num != den {
        let exact = u64::try_from(num).ok().zip(u64::try_from(den).ok());
        let sum = exact.map_or_else(
            || "something else".to_owned(),
            |(num, den)| Ratio { num, den }.to_string(),
        );
        checker.report(Problem::new(
            "bad_value",
            span,
            format!("{what} sum to {sum}, not to 100%"),
        ));
    }
}

fn reduced(num: u128, den: u128) -> (u128, u128) {
    let small = u64::try_from(num).ok().zip(u64::try_from(den).ok());
    let common = small.map_or(1, |(num, den)| u128::from(greatest_common_divisor(num, den)));
    (num / common, den / common)
}

const DEFAULT_WAIT: Duration = Duration::from_secs(2);
const LONGEST_WAIT: Duration = Duration::from_secs(30 * 24 * 3_600);
