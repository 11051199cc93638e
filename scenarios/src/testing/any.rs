//! Any distribution, rule and scenario that a file could hold, for properties that must hold of all of them.

use std::time::Duration;

use proptest::{collection::vec, option, prelude::*, sample::select};
use rust_decimal::Decimal;

use super::{phase, rule, scenario as by_hand};
use crate::{
    decision::{LedgerAct, RefusalReason, Shape, StatusReply},
    distribution::{Distribution, DistributionShape, Percentile, Percentiles},
    scenario::{
        AmountChange, CallbackFault, Forgery, Operation, Outcome, Phase, Ratio, Rule, RuleId, Scenario, StatementBreak,
        Tampering, When,
    },
    units::LONGEST,
};

/// The header that rules and calls of these scenarios speak of.
pub(crate) const HEADER: (&str, &str) = ("x-case", "slow");

/// A distribution of any kind, mostly of milliseconds and now and then up to a year, with or without a cap.
pub(crate) fn distribution() -> BoxedStrategy<Distribution> {
    let capped = |shape: DistributionShape| {
        let shortest = match &shape {
            DistributionShape::Uniform { from, .. } => *from,
            DistributionShape::Percentiles(table) => table.at(0),
            DistributionShape::Fixed(_)
            | DistributionShape::Lognormal { .. }
            | DistributionShape::Normal { .. }
            | DistributionShape::Exponential { .. } => Duration::ZERO,
        };
        let least = shortest.max(Duration::from_micros(1));
        option::of(duration()).prop_map(move |cap| Distribution {
            shape: shape.clone(),
            cap: cap.map(|cap| (least + cap).min(LONGEST)),
        })
    };
    shape().prop_flat_map(capped).boxed()
}

fn shape() -> BoxedStrategy<DistributionShape> {
    let above_zero = || duration().prop_map(|drawn| drawn.max(Duration::from_nanos(1)));
    prop_oneof![
        duration().prop_map(DistributionShape::Fixed),
        (duration(), duration()).prop_map(|(a, b)| DistributionShape::Uniform {
            from: a.min(b),
            to: a.max(b)
        }),
        (above_zero(), above_zero()).prop_map(|(a, b)| DistributionShape::Lognormal {
            median: a.min(b),
            p99: a.max(b)
        }),
        (duration(), duration()).prop_map(|(mean, deviation)| DistributionShape::Normal { mean, deviation }),
        above_zero().prop_map(|mean| DistributionShape::Exponential { mean }),
        percentiles().prop_map(DistributionShape::Percentiles),
    ]
    .boxed()
}

/// A table of any points; `max` is always among them.
pub(crate) fn percentiles() -> impl Strategy<Value = Percentiles> {
    const POINTS: usize = Percentile::ALL.len();
    (vec(any::<bool>(), POINTS), vec(duration(), POINTS)).prop_map(|(named, mut durations)| {
        durations.sort();
        let points = Percentile::ALL.into_iter().zip(named).zip(durations);
        let named = points.filter(|((point, is_named), _)| *is_named || point.name == "max");
        Percentiles::new(named.map(|((point, _), duration)| (point, duration)).collect())
            .expect("sorted durations never fall")
    })
}

fn duration() -> impl Strategy<Value = Duration> {
    let nanos = u64::try_from(LONGEST.as_nanos()).expect("a year fits");
    prop_oneof![
        1 => Just(Duration::ZERO),
        4 => (0_u64..2_000).prop_map(Duration::from_micros),
        8 => (0_u64..20_000).prop_map(Duration::from_millis),
        2 => (0..=nanos).prop_map(Duration::from_nanos),
    ]
}

/// A chance of any size.
pub(crate) fn chance() -> impl Strategy<Value = Ratio> {
    prop_oneof![
        Just(Ratio::ALWAYS),
        (0_u64..=100).prop_map(super::percent),
        (0_u64..=u64::MAX, 1_u64..).prop_map(|(num, den)| Ratio { num: num.min(den), den }),
    ]
}

/// A rule of any kind without `limit` and `nth`; whoever uses it gives it a name.
pub(crate) fn any_rule() -> BoxedStrategy<Rule> {
    let said = prop_oneof![
        3 => on_calls(),
        2 => callback_fault().prop_map(|fault| Rule {
            on: Some(Operation::Callback),
            callback: Some(fault),
            ..rule("")
        }),
    ];
    let whole = (said, when(), chance(), option::weighted(0.2, 1_u32..=2));
    let whole = whole.prop_map(|(said, when, chance, first)| Rule {
        first: first.filter(|_| when.attempt.is_none()),
        when,
        chance,
        ..said
    });
    whole.boxed()
}

/// A rule of any kind, half of them with a count that depends on the order of arrival.
pub(crate) fn perhaps_counted() -> BoxedStrategy<Rule> {
    let counts = (option::weighted(0.3, 1_u64..20), option::weighted(0.3, 1_u64..4));
    let counted = (any_rule(), counts).prop_map(|(mut rule, (limit, nth))| {
        (rule.limit, rule.when.nth) = (limit, nth);
        rule
    });
    counted.boxed()
}

fn on_calls() -> BoxedStrategy<Rule> {
    let of_calls = Operation::ALL.map(|operation| (operation != Operation::Callback).then_some(operation));
    let outcome = (ledger(), outcome_shape()).prop_map(|(ledger, shape)| Outcome { ledger, shape });
    let callback = select(vec![CallbackFault::Drop, CallbackFault::Early]);
    (
        select(of_calls.to_vec()),
        option::weighted(0.7, outcome),
        option::of(distribution()),
        option::weighted(0.3, callback),
    )
        .prop_map(|(on, outcome, delay, callback)| Rule {
            on,
            outcome,
            delay,
            callback,
            ..rule("")
        })
        .boxed()
}

fn ledger() -> impl Strategy<Value = LedgerAct> {
    prop_oneof![
        Just(LedgerAct::Apply),
        Just(LedgerAct::Skip),
        Just(LedgerAct::FailLater),
        select(&RefusalReason::ALL).prop_map(LedgerAct::Refuse),
        select(&StatementBreak::ALL).prop_map(LedgerAct::Statement),
    ]
}

fn outcome_shape() -> BoxedStrategy<Shape> {
    prop_oneof![
        select(vec![
            Shape::Honest,
            Shape::Reset,
            Shape::Empty,
            Shape::Hang,
            Shape::Garbage,
        ]),
        (200_u16..600, option::of(0_u64..60)).prop_map(|(status, retry_after_s)| Shape::Status(
            StatusReply {
                status,
                retry_after_s,
                headers: vec![],
                body: String::new(),
                body_bytes: 0,
            }
            .into()
        )),
        chance().prop_map(Shape::Truncate),
        (2_u32..9, duration()).prop_map(|(chunks, over)| Shape::Dribble { chunks, over }),
        duration().prop_map(Shape::SlowClose),
        (1_u64..9_000).prop_map(|bytes_per_second| Shape::Bandwidth { bytes_per_second }),
    ]
    .boxed()
}

fn callback_fault() -> BoxedStrategy<CallbackFault> {
    let tampering = (option::of(-9_i64..9), option::of(select(vec!["TRX", "USDT"])));
    prop_oneof![
        select(vec![CallbackFault::Drop, CallbackFault::Downgrade, CallbackFault::Hold]),
        distribution().prop_map(CallbackFault::Delay),
        (2_u32..9, duration(), any::<bool>()).prop_map(|(copies, spread, concurrent)| CallbackFault::Duplicate {
            copies,
            spread,
            concurrent
        }),
        duration().prop_map(|window| CallbackFault::Reorder { window }),
        select(&Forgery::ALL).prop_map(CallbackFault::Forge),
        tampering.prop_map(|(by, coin)| CallbackFault::Tamper(Tampering {
            amount: by.map(|by| AmountChange::By(Decimal::from(by))),
            coin,
        })),
        duration().prop_map(CallbackFault::Stale),
        duration().prop_map(|over| CallbackFault::Release { over }),
    ]
    .boxed()
}

fn when() -> impl Strategy<Value = When> {
    let amount = || option::weighted(0.15, (1_u32..12).prop_map(Decimal::from));
    let header = option::weighted(0.1, Just((HEADER.0.to_owned(), HEADER.1.to_owned())));
    (
        (
            option::weighted(0.2, select(vec![10_001_u64, 10_002])),
            option::weighted(0.2, select(vec!["USDT".to_owned(), "TRX".to_owned()])),
            option::weighted(0.1, Just(PAYER)),
            option::weighted(0.2, 1_u32..=3),
        ),
        (amount(), amount(), amount()),
        header,
    )
        .prop_map(
            |((shop, coin, payer, attempt), (at_least, below, equals), header)| When {
                shop,
                at_least,
                below,
                equals,
                coin,
                payer,
                attempt,
                nth: None,
                headers: header.into_iter().collect(),
                case: None,
            },
        )
}

/// The payer that rules of these scenarios may ask for.
pub(crate) const PAYER: u64 = 123_456_789;

/// Phases of these scenarios.
pub(crate) const PHASES: u16 = 3;

/// Where a rule stands: by hand, in one of the phases, or in the file.
fn home() -> impl Strategy<Value = Home> {
    prop_oneof![
        1 => Just(Home::ByHand),
        4 => (0..PHASES).prop_map(Home::Phase),
        2 => Just(Home::File),
    ]
}

/// Where a rule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    ByHand,
    Phase(u16),
    File,
}

/// A scenario of up to a dozen rules of `rules`, called `r0`, `r1` and so on, everywhere a rule may stand.
pub(crate) fn scenario(rules: impl Strategy<Value = Rule>) -> impl Strategy<Value = Scenario> {
    (any::<u64>(), vec((rules, home()), 0..12)).prop_map(|(seed, rules)| {
        let phases = (0..PHASES)
            .map(|at| phase(&format!("p{at}"), 10))
            .collect::<Vec<Phase>>();
        let mut scenario = Scenario {
            seed,
            ..by_hand(phases, vec![])
        };
        for (rule, home) in rules {
            let name = format!("r{}", scenario.rules.len());
            let (at, index) = (usize::MAX, usize::MAX);
            insert(&mut scenario, rule, &name, Seat { home, at, index });
        }
        scenario
    })
}

/// Where a further rule goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seat {
    pub(crate) home: Home,
    /// Before so many of those that stand in the same place, at most all.
    pub(crate) at: usize,
    /// Its index among all rules, at most the last: those behind it have another than before.
    pub(crate) index: usize,
}

/// Any place of a scenario.
pub(crate) fn seat() -> impl Strategy<Value = Seat> {
    (home(), 0_usize..12, 0_usize..12).prop_map(|(home, at, index)| Seat { home, at, index })
}

/// Puts one more rule into a scenario.
pub(crate) fn insert(scenario: &mut Scenario, rule: Rule, name: &str, Seat { home, at, index }: Seat) {
    let index = index.min(scenario.rules.len());
    let rule = Rule {
        label: name.to_owned(),
        site: name.to_owned(),
        ..rule
    };
    scenario.rules.insert(index, rule);
    let id = RuleId(u16::try_from(index).expect("a dozen rules"));
    let phases = scenario.phases.iter_mut().map(|phase| &mut phase.rules);
    for rules in phases.chain([&mut scenario.faults, &mut scenario.file_rules]) {
        for other in rules.iter_mut().filter(|other| **other >= id) {
            other.0 += 1;
        }
    }
    let beside = match home {
        Home::ByHand => &mut scenario.faults,
        Home::Phase(phase) => &mut scenario.phases[usize::from(phase)].rules,
        Home::File => &mut scenario.file_rules,
    };
    beside.insert(at.min(beside.len()), id);
}
