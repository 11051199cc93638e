//! Each check finds what was broken on purpose, names the order, and finds nothing else.

use super::*;
use crate::{Command, FeeRate, OpenDeposit, OrderNumber, OutboxKind, State, Timestamp, shelf::Shelf};

fn id(byte: u8) -> OrderId {
    OrderId([byte; 16])
}

/// Two orders of one shop, the first paid.
fn shelf() -> Shelf {
    let mut shelf = Shelf::default();
    shelf.fund(ShopId(1), Money::new(1_000, Coin::Usdt));
    for byte in [1, 2] {
        let number = OrderNumber::from(id(byte));
        let opened = OpenDeposit {
            order_id: id(byte),
            shop: ShopId(1),
            number: number.clone(),
            amount: Money::new(i64::from(byte) * 10, Coin::Usdt),
            callback_url: None,
            return_url: None,
            name: None,
            at: Timestamp(1),
        };
        shelf
            .submit(&(ShopId(1), number), &Command::OpenDeposit(opened))
            .unwrap();
    }
    let pay = Command::Pay {
        payer: 7,
        fee: FeeRate::NONE,
        at: Timestamp(2),
    };
    shelf.submit(&(ShopId(1), OrderNumber::from(id(1))), &pay).unwrap();
    shelf
}

/// Breaks a good shelf and compares what all checks together say.
fn check(break_it: impl FnOnce(&mut Shelf), expected: &[&str]) {
    check_shelf(shelf(), break_it, expected);
}

fn check_shelf(mut shelf: Shelf, break_it: impl FnOnce(&mut Shelf), expected: &[&str]) {
    assert_eq!(shelf.violations(), []);
    break_it(&mut shelf);
    let found: Vec<String> = shelf
        .violations()
        .iter()
        .map(|violation| {
            let named = violation
                .order_id()
                .map_or_else(|| "-".to_owned(), |order| order.0[0].to_string());
            format!(
                "{named}: {}",
                violation
                    .to_string()
                    .replace(&"01".repeat(16), "ONE")
                    .replace(&"02".repeat(16), "TWO")
            )
        })
        .collect();
    assert_eq!(found, expected);
}

fn force(shelf: &mut Shelf, byte: u8, state: State) {
    let order = shelf
        .orders
        .values_mut()
        .find(|order| order.order_id() == id(byte))
        .unwrap();
    *order = Deposit::restore(order.opened().clone(), state);
}

#[test]
fn states_without_history() {
    let paid = State::Paid {
        payer: 7,
        fee: Money::zero(Coin::Usdt),
        at: Timestamp(3),
    };
    check(
        |shelf| force(shelf, 2, paid),
        &[
            "2: order TWO is kept as paid, but its events lead to open",
            "2: order TWO has 0 captures instead of 1",
            "-: account payers:USDT holds -0.00000010 USDT instead of -0.00000030",
            "-: account shop:1:USDT holds 0.00001010 USDT instead of 0.00001030",
            "2: order TWO has 0 callbacks instead of 1",
        ],
    );
    check(
        |shelf| force(shelf, 1, State::Open),
        &[
            "1: order ONE is kept as open, but its events lead to paid",
            "1: order ONE has 1 captures instead of 0",
            "-: account payers:USDT holds -0.00000010 USDT instead of 0.00000000",
            "-: account shop:1:USDT holds 0.00001010 USDT instead of 0.00001000",
            "1: order ONE has 1 callbacks instead of 0",
        ],
    );
    check(
        |shelf| force(shelf, 1, paid),
        &["1: order ONE is kept as paid, but its events lead to paid"],
    );
}

#[test]
fn histories_that_cannot_be() {
    let again = Event::DepositPaid {
        order_id: id(1),
        payer: 8,
        fee: Money::zero(Coin::Usdt),
        at: Timestamp(4),
    };
    check(
        |shelf| shelf.events.push(again),
        &["1: deposit_paid cannot happen to order ONE, which is paid"],
    );
    check(
        |shelf| shelf.events.retain(|event| event.word() != "deposit_opened"),
        &[
            "1: deposit_paid cannot happen to order ONE, which is unknown",
            "2: order TWO is kept as open, but its events lead to unknown",
        ],
    );
}

#[test]
fn orders_lost_or_doubled() {
    check(
        |shelf| shelf.orders.retain(|_, order| order.order_id() != id(1)),
        &[
            "1: order ONE is unknown, yet there are postings of it",
            "-: account payers:USDT holds -0.00000010 USDT instead of 0.00000000",
            "-: account shop:1:USDT holds 0.00001010 USDT instead of 0.00001000",
            "1: order ONE is unknown, yet there are callbacks of it",
        ],
    );
    let shelf = shelf();
    let first = shelf.orders.values().next().unwrap();
    let twin = OpenDeposit {
        order_id: id(3),
        ..first.opened().clone()
    };
    let twin = Deposit::restore(twin, State::Open);
    assert_eq!(
        numbers([first, &twin]),
        [Violation::NumberTwice {
            first: id(1),
            second: id(3)
        }]
    );
    let elsewhere = OpenDeposit {
        shop: ShopId(2),
        ..twin.opened().clone()
    };
    assert_eq!(numbers([first, &Deposit::restore(elsewhere, State::Open)]), []);
}

#[test]
fn postings_lost_doubled_or_altered() {
    let one = |shelf: &Shelf| {
        shelf
            .postings
            .iter()
            .filter(|posting| posting.order.is_some())
            .copied()
            .collect()
    };
    check(
        |shelf| {
            let capture: Vec<Posting> = one(shelf);
            shelf.postings.extend(capture);
        },
        &["1: order ONE has 2 captures instead of 1"],
    );
    check(
        |shelf| shelf.postings.retain(|posting| posting.order.is_none()),
        &["1: order ONE has 0 captures instead of 1"],
    );
    check(
        |shelf| shelf.postings.truncate(shelf.postings.len() - 1),
        &["1: order ONE has postings that are not its own"],
    );
    check(
        |shelf| shelf.postings.last_mut().unwrap().minor += 1,
        &["1: order ONE has postings that are not its own"],
    );
    check(
        |shelf| {
            let mut stray = *shelf.postings.last().unwrap();
            stray.account = Account::Shop(ShopId(2), Coin::Usdt);
            shelf.postings.push(stray);
        },
        &["1: order ONE has postings that are not its own"],
    );
}

#[test]
fn accounts_that_hold_something_else() {
    let shift = [
        Posting {
            account: Account::Shop(ShopId(1), Coin::Usdt),
            minor: -3,
            order: None,
        },
        Posting {
            account: Account::Shop(ShopId(2), Coin::Usdt),
            minor: 3,
            order: None,
        },
    ];
    check(
        |shelf| shelf.books.post(&shift).unwrap(),
        &[
            "-: account shop:1:USDT holds 0.00001007 USDT instead of 0.00001010",
            "-: account shop:2:USDT holds 0.00000003 USDT instead of 0.00000000",
        ],
    );
    let full = Books::restore([(Account::Shop(ShopId(1), Coin::Usdt), i64::MAX)]);
    check(
        |shelf| shelf.baseline = full,
        &["1: account shop:1:USDT cannot hold what order ONE gave it"],
    );
}

#[test]
fn sums_that_are_not_zero() {
    let payers = Account::Payers(Coin::Trx);
    let shop = Account::Shop(ShopId(1), Coin::Trx);
    let rows = [
        (Books::restore([(payers, -5), (shop, 5)]), None),
        (Books::restore([(payers, -5)]), Some(-5)),
        (
            Books::restore([(payers, i64::MAX), (shop, i64::MAX)]),
            Some(2 * i128::from(i64::MAX)),
        ),
    ];
    for (books, sum_minor) in rows {
        let expected: Vec<Violation> = sum_minor
            .into_iter()
            .map(|sum_minor| Violation::SumNotZero {
                coin: Coin::Trx,
                sum_minor,
            })
            .collect();
        assert_eq!(sums(&books), expected);
    }
}

#[test]
fn callbacks_lost_doubled_or_astray() {
    let row = OutboxRow {
        order_id: id(1),
        shop: ShopId(1),
        kind: OutboxKind::DepositPaid,
    };
    check(
        |shelf| shelf.outbox.clear(),
        &["1: order ONE has 0 callbacks instead of 1"],
    );
    check(
        |shelf| shelf.outbox.push(row),
        &["1: order ONE has 2 callbacks instead of 1"],
    );
    check(
        |shelf| shelf.outbox.push(OutboxRow { order_id: id(2), ..row }),
        &["2: order TWO has 1 callbacks instead of 0"],
    );
    check(
        |shelf| shelf.outbox[0].shop = ShopId(2),
        &["1: order ONE has a callback to shop 2, whose order it is not"],
    );
    check(
        |shelf| shelf.outbox.push(OutboxRow { order_id: id(9), ..row }),
        &["9: order 09090909090909090909090909090909 is unknown, yet there are callbacks of it"],
    );
}

/// A shop with 1,000 units that sends two withdrawals of 50 with a fee of 10: the first is paid out, the second is on its
/// way.
fn withdrawing() -> Shelf {
    let mut shelf = Shelf::default();
    shelf.fund(ShopId(1), Money::new(1_000, Coin::Usdt));
    for byte in [1, 2] {
        let number = OrderNumber::from(id(byte));
        let open = crate::OpenWithdrawal {
            order_id: id(byte),
            shop: ShopId(1),
            number: number.clone(),
            amount: Money::new(50, Coin::Usdt),
            fee: FeeRate::new(1, 5).unwrap(),
            payee: "P1".to_owned(),
            callback_url: None,
            name: None,
            at: Timestamp(1),
        };
        shelf
            .submit_withdrawal(&(ShopId(1), number), &crate::WithdrawalCommand::Open(open))
            .unwrap();
    }
    let settle = crate::WithdrawalCommand::Settle { at: Timestamp(2) };
    let key = (ShopId(1), OrderNumber::from(id(1)));
    shelf.submit_withdrawal(&key, &settle).unwrap();
    shelf
}

#[test]
fn withdrawals_that_were_tampered_with() {
    let check = |break_it: fn(&mut Shelf), expected: &[&str]| check_shelf(withdrawing(), break_it, expected);
    check(
        |shelf| shelf.postings.truncate(shelf.postings.len() - 1),
        &["1: order ONE has postings that are not its own"],
    );
    check(
        |shelf| shelf.postings[2].minor -= 1,
        &["1: order ONE has postings that are not its own"],
    );
    check(
        |shelf| shelf.outbox[0].kind = OutboxKind::WithdrawalFailed,
        &["1: order ONE has a callback that says withdrawal_failed"],
    );
    check(
        |shelf| shelf.outbox.clear(),
        &["1: order ONE has 0 callbacks instead of 1"],
    );
    check(
        |shelf| shelf.withdrawal_events.truncate(2),
        &["1: order ONE is kept as paid_out, but its events lead to pending"],
    );
    check(
        |shelf| {
            let second = shelf.withdrawals.values_mut().nth(1).unwrap();
            *second = Withdrawal::restore(
                second.opened().clone(),
                crate::WithdrawalState::PaidOut { at: Timestamp(2) },
            );
        },
        &[
            "2: order TWO is kept as paid_out, but its events lead to pending",
            "2: order TWO has postings that are not its own",
            "-: account fees:USDT holds 0.00000010 USDT instead of 0.00000020",
            "-: account reserved:1:USDT holds 0.00000060 USDT instead of 0.00000000",
            "-: account payees:USDT holds 0.00000050 USDT instead of 0.00000100",
            "2: order TWO has 0 callbacks instead of 1",
        ],
    );
    let twin = withdrawing();
    let orders: Vec<&Withdrawal> = twin.withdrawals.values().collect();
    assert_eq!(numbers([orders[0], orders[1], orders[0]]).len(), 1);
}

#[test]
fn a_deposit_and_a_withdrawal_may_share_a_number() {
    let (deposits, withdrawals) = (shelf(), withdrawing());
    let deposit = deposits.orders.values().next().unwrap();
    let withdrawal = withdrawals.withdrawals.values().next().unwrap();
    assert_eq!(deposit.number(), withdrawal.number());
    assert_eq!(numbers([Order::from(deposit), Order::from(withdrawal)]), []);
}

#[test]
fn nobody_who_holds_money_owes_any() {
    let (shop, fees) = (Account::Shop(ShopId(1), Coin::Trx), Account::Fees(Coin::Trx));
    let (payers, funding) = (Account::Payers(Coin::Trx), Account::Funding(Coin::Trx));
    for (books, expected) in [
        (Books::restore([(payers, -5), (shop, 3), (fees, 2)]), None),
        (Books::restore([(payers, -5), (funding, -2), (shop, 7)]), None),
        (
            Books::restore([(payers, -5), (shop, -1), (fees, 6)]),
            Some("shop:1:TRX holds -0.000001 TRX"),
        ),
        (
            Books::restore([(payers, -5), (shop, 6), (fees, -1)]),
            Some("fees:TRX holds -0.000001 TRX"),
        ),
    ] {
        let found: Vec<String> = debts(&books).iter().map(Violation::to_string).collect();
        let expected: Vec<String> = expected
            .map(|what| format!("account {what}, less than nothing"))
            .into_iter()
            .collect();
        assert_eq!(found, expected);
    }
}
