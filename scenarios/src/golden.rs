//! What draws stand for and what scenarios decide, as committed tables. Replay rests on them: a change of a table changes
//! the fate of orders that somebody recorded. CI compares them in a debug and in a release build, in which the compiler
//! is free to compute otherwise.

use std::{fmt::Write as _, time::Duration};

use rust_decimal::Decimal;

use crate::{
    Counters, Decision, Hit, Occasion, Operation, PhaseIndex, Scenario, Shape, Subject, decide,
    distribution::{Distribution, DistributionShape, Percentile, Percentiles},
    order_id, payer_id, payer_plan, read, release_at_start, risk_plan, second_factor_code, settle_after, withdrawal_id,
};

#[test]
fn durations() {
    let mut table = format!("{:>46}", "share of all draws");
    for (share, _) in DRAWS {
        let _ = write!(table, "{share:>18}");
    }
    for distribution in distributions() {
        let _ = write!(table, "\n{:>46}", distribution.describe());
        for (_, draw) in DRAWS {
            let _ = write!(table, "{:>18}", distribution.sample(draw).as_micros());
        }
        let _ = write!(table, "  mean {}", distribution.mean().as_micros());
    }
    insta::assert_snapshot!(table);
}

#[test]
fn decisions() {
    let scenario = every_word();
    let counters = Counters::new(&scenario);
    let mut table = String::new();
    for phase in 0..5 {
        for operation in [
            Operation::PayLink,
            Operation::CheckDeposit,
            Operation::Transfer,
            Operation::KdpayPay,
            Operation::Callback,
        ] {
            for (order, attempt) in (1..=8).flat_map(|order| [(order, 1), (order, 2)]) {
                let number = format!("ORDER-{order}");
                let occasion = Occasion {
                    shop: 10_001 + order % 2,
                    operation,
                    subject: Subject::Number(&number),
                    attempt,
                    phase: PhaseIndex(phase),
                    amount: Some(Decimal::from(order)),
                    coin: Some("USDT"),
                    payer: None,
                    headers: &[],
                    case: None,
                };
                let decision = decide(&scenario, &occasion, &counters);
                let word = operation.word();
                let _ = writeln!(
                    table,
                    "{phase} {word} {number} {attempt}: {}",
                    line(&scenario, &decision)
                );
            }
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn orders() {
    let scenario = every_word();
    let mut table = String::new();
    for order in 1..=40 {
        let (number, shop, amount) = (
            format!("ORDER-{order}"),
            10_001 + order % 2,
            Decimal::from(order % 9 + 1),
        );
        let subject = Subject::Number(&number);
        let id = |bytes: [u8; 16]| format!("{:032x}", u128::from_be_bytes(bytes));
        let _ = writeln!(
            table,
            "{number}: {} {} payer {} code {:06} {:?}, {:?}, settles after {:?}",
            id(order_id(scenario.seed, shop, subject)),
            id(withdrawal_id(scenario.seed, shop, subject)),
            payer_id(scenario.seed, shop, &number),
            second_factor_code(scenario.seed, shop, &number),
            payer_plan(&scenario, PhaseIndex(0), shop, &number, amount, None),
            risk_plan(&scenario, shop, &number, amount, "USDT"),
            settle_after(&scenario, shop, subject),
        );
    }
    for phase in 0..5 {
        let _ = writeln!(table, "{phase}: {:?}", release_at_start(&scenario, PhaseIndex(phase)));
    }
    insta::assert_snapshot!(table);
}

fn every_word() -> Scenario {
    read("every-word.yaml", include_str!("golden/every-word.yaml")).unwrap_or_else(|problems| panic!("{problems}"))
}

/// What was decided on each axis, and by which rule at which draw.
fn line(scenario: &Scenario, decision: &Decision) -> String {
    let Decision {
        ledger,
        reply,
        callback,
        hits,
    } = decision;
    let by = |hit: Option<Hit>| {
        hit.map_or_else(String::new, |hit| {
            format!(" by {} at {:016x}", scenario.rule(hit.rule).label, hit.draw)
        })
    };
    let shape = if let Shape::Status(reply) = &reply.shape {
        format!("{} {:?}", reply.status, reply.retry_after_s)
    } else {
        format!("{:?}", reply.shape)
    };
    format!(
        "{ledger:?} {shape}{}, {:?}{}, {callback:?}{}",
        by(hits.outcome),
        reply.delay,
        by(hits.delay),
        by(hits.callback)
    )
}

fn distributions() -> Vec<Distribution> {
    let ms = Duration::from_millis;
    let lognormal = |median, p99| DistributionShape::Lognormal {
        median: ms(median),
        p99: ms(p99),
    };
    let normal = |mean, deviation| DistributionShape::Normal {
        mean: ms(mean),
        deviation: ms(deviation),
    };
    let exponential = |mean| DistributionShape::Exponential { mean: ms(mean) };
    let uniform = |from, to| DistributionShape::Uniform {
        from: ms(from),
        to: ms(to),
    };
    let percentiles = |durations: [u64; 11]| {
        let points = Percentile::ALL.into_iter().zip(durations.map(ms));
        DistributionShape::Percentiles(Percentiles::new(points.collect()).expect("they rise"))
    };
    let measured = || percentiles([2, 4, 6, 9, 15, 40, 70, 180, 700, 1_500, 4_000]);
    let hours = 3_600_000;
    [
        (DistributionShape::Fixed(ms(400)), None),
        (DistributionShape::Fixed(ms(400)), Some(300)),
        (uniform(100, 300), None),
        (uniform(100, 300), Some(200)),
        (lognormal(150, 900), None),
        (lognormal(150, 900), Some(2_000)),
        (lognormal(4, 30), Some(3)),
        (lognormal(2 * hours, 40 * hours), None),
        (normal(500, 50), None),
        (normal(500, 50), Some(450)),
        (normal(0, 100), None),
        (normal(300, 200), Some(600)),
        (normal(24 * hours, hours), None),
        (exponential(80), None),
        (exponential(80), Some(100)),
        (exponential(3_000), Some(20_000)),
        (exponential(5 * hours), None),
        (measured(), None),
        (measured(), Some(100)),
        (measured(), Some(60_000)),
    ]
    .map(|(shape, cap)| Distribution {
        shape,
        cap: cap.map(ms),
    })
    .into()
}

/// Draws and the share of all draws that lie below.
const DRAWS: [(&str, u64); 11] = [
    ("0", 0),
    ("1/2^24", 1 << 40),
    ("1/16", 1 << 60),
    ("1/4", 1 << 62),
    ("1/3", 0x5555_5555_5555_5555),
    ("1/2", 1 << 63),
    ("3/4", 3 << 62),
    ("90%", 0xe666_6666_6666_6666),
    ("99%", 0xfd70_a3d7_0a3d_70a3),
    ("99.9%", 0xffbe_76c8_b439_5810),
    ("1", u64::MAX),
];
