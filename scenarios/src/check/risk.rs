//! `risk` and `withdrawals`: what the wallet does of itself.

use std::time::Duration;

use crate::{
    check::{Checker, fields::Fields, keys::Place, rules},
    distribution::Distribution,
    file::Node,
    scenario::{Ratio, Risk, RiskDecline, RiskReview, Shop, When, Withdrawals},
};

/// Reads `risk`.
pub(crate) fn risk(checker: &mut Checker<'_>, node: &Node, shops: &[Shop]) -> Risk {
    let fields = Fields::of(checker, node, Place::Risk);
    Risk {
        decline: fields.get("decline").map(|node| decline(checker, node, shops)),
        review: fields.get("review").and_then(|node| review(checker, node, shops)),
    }
}

fn decline(checker: &mut Checker<'_>, node: &Node, shops: &[Shop]) -> RiskDecline {
    let fields = Fields::of(checker, node, Place::RiskDecline);
    let (when, chance) = looked_at(checker, &fields, shops);
    RiskDecline { when, chance }
}

fn review(checker: &mut Checker<'_>, node: &Node, shops: &[Shop]) -> Option<RiskReview> {
    let fields = Fields::of(checker, node, Place::RiskReview);
    let (when, chance) = looked_at(checker, &fields, shops);
    let takes = checker.time(fields.get("takes")?, "takes", LONGEST_WAIT)?;
    Some(RiskReview { when, chance, takes })
}

/// Which payments, and how many of them.
fn looked_at(checker: &mut Checker<'_>, fields: &Fields<'_>, shops: &[Shop]) -> (When, Ratio) {
    let when = fields.get("when").map(|node| {
        let when = Fields::of(checker, node, Place::RiskWhen);
        rules::conditions(checker, &when, shops)
    });
    let chance = fields.get("chance").and_then(|node| checker.share(node));
    (when.unwrap_or_default(), chance.unwrap_or(Ratio::ALWAYS))
}

/// Reads `withdrawals`.
pub(crate) fn withdrawals(checker: &mut Checker<'_>, file: &Fields<'_>) -> Withdrawals {
    let settle_after = file.get("withdrawals").and_then(|node| {
        let fields = Fields::of(checker, node, Place::Withdrawals);
        checker.time(fields.get("settle_after")?, "settle_after", LONGEST_WAIT)
    });
    Withdrawals {
        settle_after: settle_after.unwrap_or_else(|| Distribution::fixed(Withdrawals::DEFAULT_SETTLING)),
    }
}

const LONGEST_WAIT: Duration = Duration::from_secs(30 * 24 * 3_600);
