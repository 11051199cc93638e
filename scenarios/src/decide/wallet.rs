//! What is drawn of the wallet itself: what its risk control makes of a payment, and when a withdrawal settles.

use std::time::Duration;

use rust_decimal::Decimal;

use super::{FIRST_ATTEMPT, opened_order, order_fits};
use crate::{
    decision::{RiskPlan, Subject},
    draw::{DrawSubject, Drawn, Draws, Site},
    scenario::{Operation, Scenario, When},
};

/// What risk control makes of the payment of an order; the same whoever pays, and however often.
pub fn risk_plan(scenario: &Scenario, shop: u64, number: &str, amount: Decimal, coin: &str) -> RiskPlan {
    let subject = opened_order(shop, Subject::Number(number));
    let draws = Draws::new(scenario.seed, &subject, FIRST_ATTEMPT);
    let at = |what| draws.at(Site { of: RISK_SITE, what });
    let looks_at = |when: &When| order_fits(when, shop, Some(amount), Some(coin));
    let decline = scenario.risk.decline.as_ref().filter(|decline| looks_at(&decline.when));
    if decline.is_some_and(|decline| decline.chance.hits(at(Drawn::RiskDecline))) {
        return RiskPlan::Decline;
    }
    let review = scenario.risk.review.as_ref().filter(|review| looks_at(&review.when));
    match review.filter(|review| review.chance.hits(at(Drawn::RiskReview))) {
        Some(review) => RiskPlan::Review(review.takes.sample(at(Drawn::RiskTakes))),
        None => RiskPlan::Pass,
    }
}

/// From the accepted withdrawal to its end, in gateway time.
pub fn settle_after(scenario: &Scenario, shop: u64, subject: Subject<'_>) -> Duration {
    let draws = Draws::new(scenario.seed, &withdrawal(shop, subject), FIRST_ATTEMPT);
    scenario.withdrawals.settle_after.sample(draws.at(Site {
        of: WITHDRAWAL_SITE,
        what: Drawn::SettleAfter,
    }))
}

/// The wallet's id of a withdrawal, 128 drawn bits; another than that of an order of the same number.
pub fn withdrawal_id(seed: u64, shop: u64, subject: Subject<'_>) -> [u8; 16] {
    super::id(Draws::new(seed, &withdrawal(shop, subject), FIRST_ATTEMPT))
}

/// What is drawn of a withdrawal itself is drawn as of the call that asked for it.
fn withdrawal(shop: u64, subject: Subject<'_>) -> DrawSubject<'_> {
    DrawSubject {
        shop,
        operation: Operation::Transfer.word(),
        subject,
    }
}

const RISK_SITE: &str = "risk";
const WITHDRAWAL_SITE: &str = "withdrawal";

#[cfg(test)]
mod tests;
