//! When a rule acts: each of its conditions, and all of them together.

use super::*;

#[test]
fn conditions_must_all_hold() {
    let amount = |text: &str| Some(text.parse::<Decimal>().unwrap());
    let pay = || occasion(Operation::PayLink, 0, "A");
    let on = |operation| occasion(operation, 0, "A");
    let attempt = |attempt, operation| Occasion {
        attempt,
        ..on(operation)
    };
    let any = When::default;
    for (row, only, when, occasion, holds) in [
        (1, None, any(), on(Operation::PayLink), true),
        (2, None, any(), on(Operation::CheckDeposit), true),
        (3, None, any(), on(Operation::Callback), false),
        (4, Some(Operation::Callback), any(), on(Operation::Callback), true),
        (5, Some(Operation::PayLink), any(), on(Operation::CheckDeposit), false),
        (
            6,
            None,
            When {
                shop: Some(10_001),
                ..any()
            },
            pay(),
            true,
        ),
        (
            7,
            None,
            When {
                shop: Some(10_002),
                ..any()
            },
            pay(),
            false,
        ),
        (
            8,
            None,
            When {
                at_least: amount("6.00"),
                ..any()
            },
            pay(),
            true,
        ),
        (
            9,
            None,
            When {
                at_least: amount("6.01"),
                ..any()
            },
            pay(),
            false,
        ),
        (
            10,
            None,
            When {
                below: amount("6"),
                ..any()
            },
            pay(),
            false,
        ),
        (
            11,
            None,
            When {
                below: amount("6.01"),
                ..any()
            },
            pay(),
            true,
        ),
        (
            12,
            None,
            When {
                equals: amount("6.000"),
                ..any()
            },
            pay(),
            true,
        ),
        (
            13,
            None,
            When {
                equals: amount("6"),
                ..any()
            },
            Occasion { amount: None, ..pay() },
            false,
        ),
        (
            14,
            None,
            When {
                coin: Some("TRX".to_owned()),
                ..any()
            },
            pay(),
            false,
        ),
        (
            15,
            None,
            When {
                coin: Some("USDT".to_owned()),
                ..any()
            },
            pay(),
            true,
        ),
        (
            16,
            None,
            When {
                coin: Some("USDT".to_owned()),
                ..any()
            },
            Occasion { coin: None, ..pay() },
            false,
        ),
        (
            17,
            None,
            When {
                attempt: Some(2),
                ..any()
            },
            attempt(1, Operation::PayLink),
            false,
        ),
        (
            18,
            None,
            When {
                attempt: Some(2),
                ..any()
            },
            attempt(2, Operation::PayLink),
            true,
        ),
        (19, None, any(), attempt(3, Operation::PayLink), true),
        (
            20,
            Some(Operation::Callback),
            When {
                attempt: Some(2),
                ..any()
            },
            attempt(2, Operation::Callback),
            true,
        ),
        (
            21,
            Some(Operation::Callback),
            any(),
            attempt(2, Operation::Callback),
            false,
        ),
        (
            22,
            None,
            When {
                shop: Some(10_001),
                coin: Some("TRX".to_owned()),
                ..any()
            },
            pay(),
            false,
        ),
    ] {
        let rule = Rule {
            on: only,
            when,
            ..rule("r")
        };
        assert_eq!(
            applies(&scenario(vec![phase("a", 1)], vec![]), &rule, &occasion),
            holds,
            "row {row}"
        );
    }
}
