//! Every state × every command, and every state × every event, as recorded tables.

use std::fmt::Write as _;

use super::open;
use crate::{
    Applied, Coin, Command, Deposit, Duplicates, Event, FeeRate, Limits, Money, OpenDeposit, OrderId, State, Timestamp,
    apply, evolve,
};

fn opening(order_id: u8, amount: &str, fields: &str, at: u64) -> OpenDeposit {
    open(OrderId([order_id; 16]), "1 A", amount, fields, Timestamp(at))
}

fn states() -> Vec<(&'static str, Option<Deposit>)> {
    let order = |state| Some(Deposit::restore(opening(1, "6 USDT", "name=tea", 10), state));
    vec![
        ("unknown", None),
        ("open", order(State::Open)),
        ("declined", order(State::Declined { at: Timestamp(20) })),
        (
            "paid by 7",
            order(State::Paid {
                payer: 7,
                fee: Money::zero(Coin::Usdt),
                at: Timestamp(30),
            }),
        ),
    ]
}

#[test]
fn states_by_commands() {
    let commands = [
        (
            "open same",
            Command::OpenDeposit(opening(2, "6.0 USDT", "name=tea", 40)),
        ),
        (
            "open other name",
            Command::OpenDeposit(opening(2, "6 USDT", "name=Tea", 40)),
        ),
        ("open for 0", Command::OpenDeposit(opening(2, "0 USDT", "name=tea", 40))),
        (
            "pay by 7",
            Command::Pay {
                payer: 7,
                fee: FeeRate::NONE,
                at: Timestamp(40),
            },
        ),
        (
            "pay by 8",
            Command::Pay {
                payer: 8,
                fee: FeeRate::new(1, 100).unwrap(),
                at: Timestamp(40),
            },
        ),
        ("decline", Command::Decline { at: Timestamp(40) }),
    ];
    let mut table = String::new();
    for (state, order) in states() {
        for (name, command) in &commands {
            let result = match apply(order.as_ref(), &Limits::default(), Duplicates::ReturnExisting, command) {
                Err(rejection) => format!("rejected: {}", rejection.code()),
                Ok(Applied::Existing(existing)) => {
                    assert_eq!(Some(&existing), order.as_ref());
                    "existing".to_owned()
                }
                Ok(Applied::Changed(commit)) => {
                    let events: Vec<&str> = commit.events.iter().map(Event::word).collect();
                    let postings: Vec<String> = commit
                        .postings
                        .iter()
                        .map(|posting| format!("{} {}", posting.account, posting.minor))
                        .collect();
                    let outbox = commit.outbox.map_or("nothing", |row| row.kind.word());
                    let after = commit.order.state();
                    format!(
                        "{}; {after:?}; moves [{}]; owes {outbox}",
                        events.join(", "),
                        postings.join(", ")
                    )
                }
            };
            writeln!(table, "{state:<9} | {name:<15} | {result}").unwrap();
        }
    }
    insta::assert_snapshot!(table, @r"
    unknown   | open same       | deposit_opened; Open; moves []; owes nothing
    unknown   | open other name | deposit_opened; Open; moves []; owes nothing
    unknown   | open for 0      | rejected: amount_not_positive
    unknown   | pay by 7        | rejected: unknown_order
    unknown   | pay by 8        | rejected: unknown_order
    unknown   | decline         | rejected: unknown_order
    open      | open same       | existing
    open      | open other name | rejected: exists_with_different_name
    open      | open for 0      | rejected: exists_with_different_amount
    open      | pay by 7        | deposit_paid; Paid { payer: 7, fee: Money { minor: 0, coin: Usdt }, at: Timestamp(40) }; moves [payers:USDT -600000000, shop:1:USDT 600000000]; owes deposit_paid
    open      | pay by 8        | deposit_paid; Paid { payer: 8, fee: Money { minor: 6000000, coin: Usdt }, at: Timestamp(40) }; moves [payers:USDT -600000000, shop:1:USDT 594000000, fees:USDT 6000000]; owes deposit_paid
    open      | decline         | deposit_declined; Declined { at: Timestamp(40) }; moves []; owes nothing
    declined  | open same       | existing
    declined  | open other name | rejected: exists_with_different_name
    declined  | open for 0      | rejected: exists_with_different_amount
    declined  | pay by 7        | deposit_paid; Paid { payer: 7, fee: Money { minor: 0, coin: Usdt }, at: Timestamp(40) }; moves [payers:USDT -600000000, shop:1:USDT 600000000]; owes deposit_paid
    declined  | pay by 8        | deposit_paid; Paid { payer: 8, fee: Money { minor: 6000000, coin: Usdt }, at: Timestamp(40) }; moves [payers:USDT -600000000, shop:1:USDT 594000000, fees:USDT 6000000]; owes deposit_paid
    declined  | decline         | existing
    paid by 7 | open same       | existing
    paid by 7 | open other name | rejected: exists_with_different_name
    paid by 7 | open for 0      | rejected: exists_with_different_amount
    paid by 7 | pay by 7        | existing
    paid by 7 | pay by 8        | rejected: already_paid
    paid by 7 | decline         | rejected: already_paid
    ");
}

#[test]
fn states_by_events() {
    let events = [
        Event::DepositOpened(opening(1, "6 USDT", "name=tea", 10)),
        Event::DepositPaid {
            order_id: OrderId([1; 16]),
            payer: 7,
            fee: Money::zero(Coin::Usdt),
            at: Timestamp(40),
        },
        Event::DepositDeclined {
            order_id: OrderId([1; 16]),
            at: Timestamp(40),
        },
        Event::DepositPaid {
            order_id: OrderId([9; 16]),
            payer: 7,
            fee: Money::zero(Coin::Usdt),
            at: Timestamp(40),
        },
    ];
    let mut table = String::new();
    for (state, order) in states() {
        for event in &events {
            let result = match evolve(order.clone(), event) {
                Ok(after) => format!("{:?}", after.state()),
                Err(illegal) => illegal
                    .to_string()
                    .replace(&"01".repeat(16), "ONE")
                    .replace(&"09".repeat(16), "NINE"),
            };
            let other = if event.order_id() == OrderId([9; 16]) {
                " (other)"
            } else {
                ""
            };
            writeln!(
                table,
                "{state:<9} | {:<20} | {result}",
                format!("{}{other}", event.word())
            )
            .unwrap();
        }
    }
    insta::assert_snapshot!(table, @r"
    unknown   | deposit_opened       | Open
    unknown   | deposit_paid         | deposit_paid cannot happen to order ONE, which is unknown
    unknown   | deposit_declined     | deposit_declined cannot happen to order ONE, which is unknown
    unknown   | deposit_paid (other) | deposit_paid cannot happen to order NINE, which is unknown
    open      | deposit_opened       | deposit_opened cannot happen to order ONE, which is open
    open      | deposit_paid         | Paid { payer: 7, fee: Money { minor: 0, coin: Usdt }, at: Timestamp(40) }
    open      | deposit_declined     | Declined { at: Timestamp(40) }
    open      | deposit_paid (other) | deposit_paid cannot happen to order NINE, which is another order
    declined  | deposit_opened       | deposit_opened cannot happen to order ONE, which is declined
    declined  | deposit_paid         | Paid { payer: 7, fee: Money { minor: 0, coin: Usdt }, at: Timestamp(40) }
    declined  | deposit_declined     | deposit_declined cannot happen to order ONE, which is declined
    declined  | deposit_paid (other) | deposit_paid cannot happen to order NINE, which is another order
    paid by 7 | deposit_opened       | deposit_opened cannot happen to order ONE, which is paid
    paid by 7 | deposit_paid         | deposit_paid cannot happen to order ONE, which is paid
    paid by 7 | deposit_declined     | deposit_declined cannot happen to order ONE, which is paid
    paid by 7 | deposit_paid (other) | deposit_paid cannot happen to order NINE, which is another order
    ");
}
