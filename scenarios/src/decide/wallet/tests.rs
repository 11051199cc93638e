//! Risk control by its shares and conditions, and withdrawals.

use super::*;
use crate::{
    distribution::{Distribution, DistributionShape},
    scenario::{Ratio, Risk, RiskDecline, RiskReview, Withdrawals},
    testing::{percent, phase, scenario},
};

fn seconds(count: u64) -> Distribution {
    Distribution::fixed(Duration::from_secs(count))
}

fn with(risk: Risk) -> Scenario {
    Scenario {
        risk,
        ..scenario(vec![phase("a", 1)], vec![])
    }
}

#[test]
fn what_is_declined_is_never_reviewed() {
    let decline = |when, chance| Some(RiskDecline { when, chance });
    let review = |when, chance| {
        Some(RiskReview {
            when,
            chance,
            takes: seconds(20),
        })
    };
    let large = || When {
        at_least: Some(Decimal::from(4_000)),
        ..When::default()
    };
    let tron = || When {
        coin: Some("TRX".to_owned()),
        shop: Some(10_001),
        ..When::default()
    };
    let all = Ratio::ALWAYS;
    let waits = RiskPlan::Review(Duration::from_secs(20));
    for (decline, review, amount, coin, expected) in [
        (None, None, 5_000, "USDT", RiskPlan::Pass),
        (decline(large(), all), None, 4_000, "USDT", RiskPlan::Decline),
        (decline(large(), all), None, 3_999, "USDT", RiskPlan::Pass),
        (
            decline(large(), all),
            review(When::default(), all),
            4_000,
            "USDT",
            RiskPlan::Decline,
        ),
        (
            decline(large(), all),
            review(When::default(), all),
            3_999,
            "USDT",
            waits,
        ),
        (
            decline(large(), Ratio::NEVER),
            review(large(), all),
            4_000,
            "USDT",
            waits,
        ),
        (None, review(tron(), all), 1, "TRX", waits),
        (None, review(tron(), all), 1, "USDT", RiskPlan::Pass),
    ] {
        let scenario = with(Risk { decline, review });
        let found = risk_plan(&scenario, 10_001, "ORDER-1", Decimal::from(amount), coin);
        assert_eq!(found, expected, "{:?} {amount} {coin}", scenario.risk);
    }
}

#[test]
fn risk_control_acts_in_its_shares() {
    let scenario = with(Risk {
        decline: Some(RiskDecline {
            when: When::default(),
            chance: percent(10),
        }),
        review: Some(RiskReview {
            when: When::default(),
            chance: percent(50),
            takes: seconds(1),
        }),
    });
    let mut counts = [0_u32; 3];
    for order in 0..10_000 {
        let plan = risk_plan(&scenario, 10_001, &format!("ORDER-{order}"), Decimal::ONE, "USDT");
        let kind = match plan {
            RiskPlan::Pass => 0,
            RiskPlan::Decline => 1,
            RiskPlan::Review(_) => 2,
        };
        counts[kind] += 1;
    }
    let [pass, declined, reviewed] = counts;
    assert!((880..=1_120).contains(&declined), "{counts:?}");
    assert!(
        (4_300..=4_700).contains(&reviewed) && (4_300..=4_700).contains(&pass),
        "{counts:?}"
    );
}

#[test]
fn withdrawals_settle_each_at_its_own_time() {
    let mut scenario = with(Risk::default());
    let number = |number| settle_after(&scenario, 10_001, Subject::Number(number));
    assert_eq!(number("W-1"), Withdrawals::DEFAULT_SETTLING);
    let (from, to) = (Duration::from_secs(1), Duration::from_secs(9));
    scenario.withdrawals.settle_after = Distribution {
        shape: DistributionShape::Uniform { from, to },
        cap: None,
    };
    let number = |number| settle_after(&scenario, 10_001, Subject::Number(number));
    assert_ne!(number("W-1"), number("W-2"));
    assert_eq!(number("W-1"), number("W-1"));
    assert!((from..=to).contains(&number("W-3")));
}
