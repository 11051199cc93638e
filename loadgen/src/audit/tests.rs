//! One planted difference a row: what it says, and that nothing else is said.

use std::env::temp_dir;

use measure::sample::Class;
use protocol::admin::{CallbackCounts, CallbackView, CoinSum, JournalCounts, OrderCounts, OrderView, Status};

use scenarios::Journey;

use super::{Audit, Clock, unjudged};
use crate::{
    book::{Open, Order, Query},
    testing::{book, merchant, order_id},
};

const WALL_ZERO_US: u64 = 1_800_000_000_000_000;

fn status(books: &[(&str, &str)]) -> Status {
    Status {
        format: 1,
        version: String::new(),
        scenario: String::new(),
        seed: 0,
        phase: String::new(),
        phases: Vec::new(),
        elapsed_ms: 0,
        held: false,
        speed: "1".to_owned(),
        frozen: false,
        orders: OrderCounts::default(),
        payouts_pending: 0,
        payers_pending: 0,
        callbacks: CallbackCounts::default(),
        rules: Vec::new(),
        capacity: None,
        connections: 0,
        journal: JournalCounts::default(),
        books: books
            .iter()
            .map(|(coin, sum)| CoinSum {
                coin: (*coin).to_owned(),
                sum: (*sum).to_owned(),
            })
            .collect(),
    }
}

/// The ledger's entry of an order that was paid a second after the start and called back.
fn view(seq: u32) -> OrderView {
    let merchant = merchant();
    OrderView {
        kind: "deposit".to_owned(),
        fee: None,
        party: None,
        order_id: order_id(seq),
        shop: merchant.shop(),
        unique_id: merchant.number(seq),
        amount: format!("{}000000", merchant.amount(seq)),
        coin: "USDT".to_owned(),
        status: "paid".to_owned(),
        opened_ms: WALL_ZERO_US / 1_000,
        paid_ms: Some(WALL_ZERO_US / 1_000 + 1_000),
        callback: Some(CallbackView {
            state: "acknowledged".to_owned(),
            attempts: 1,
            deliveries: 1,
        }),
    }
}

/// Three good orders; what the case changes of the second; the sentences.
fn check(change: impl FnOnce(&mut Order, &mut Vec<OrderView>), expected: &[&str]) {
    let merchant = merchant();
    let mut book = book(3);
    let mut ledger: Vec<_> = (0..3).map(view).collect();
    book.change(1, |order| change(order, &mut ledger)).unwrap();
    let clock = Clock {
        wall_zero_us: WALL_ZERO_US,
        began_us: 10_000_000,
    };
    let mut audit = Audit::new(&merchant, clock, book.len(), &temp_dir()).unwrap();
    // Pages of two.
    for page in ledger.chunks(2) {
        audit.page(&book, page);
    }
    let summary = audit.finish(&book, &status(&[("USDT", "0.00000000"), ("TRX", "0")]));
    assert!(summary.judged);
    assert_eq!(summary.orders, summary.success + summary.failure + summary.unknown);
    assert_eq!(audit.differences.sentences, expected);
    assert_eq!(audit.differences.count, expected.len() as u64);
}

fn callback_state(view: &mut OrderView, state: &str) {
    view.callback = Some(CallbackView {
        state: state.to_owned(),
        attempts: 1,
        deliveries: 1,
    });
}

fn unpaid(view: &mut OrderView) {
    (view.status, view.paid_ms, view.callback) = ("open".to_owned(), None, None);
}

fn hidden(class: Class) -> Open {
    Open::Hidden {
        sent_us: 1_000,
        done_us: 2_000,
        class,
        expected: true,
    }
}

fn untold(order: &mut Order) {
    (order.query, order.delivered) = (Query::Unanswered, 0);
    order.deliveries.clear();
}

#[test]
fn agreement_is_silent() {
    check(|_, _| {}, &[]);
    // Whatever was hidden may be either.
    check(|order, _| order.open = hidden(Class::Reset), &[]);
    check(
        |order, ledger| {
            order.open = hidden(Class::Reset);
            order.query = Query::Absent { sent_us: 5_000_000 };
            untold(order);
            ledger.remove(1);
        },
        &[],
    );
    // Refused, and not there.
    check(
        |order, ledger| {
            order.open = Open::Declined {
                sent_us: 1_000,
                reason: "余额不足".into(),
            };
            untold(order);
            ledger.remove(1);
        },
        &[],
    );
    // Paid after the last query; called back after the audit's pages; still on its way.
    check(
        |order, ledger| {
            untold(order);
            order.query = Query::Unpaid { sent_us: 900_000 };
            callback_state(&mut ledger[1], "pending");
        },
        &[],
    );
    check(
        |order, ledger| {
            order.query = Query::Unanswered;
            order.deliveries[0].at_us = 10_000_001;
            unpaid(&mut ledger[1]);
        },
        &[],
    );
    for state in ["pending", "held", "lost", "dropped"] {
        check(
            |order, ledger| {
                untold(order);
                callback_state(&mut ledger[1], state);
            },
            &[],
        );
    }
    // Others' orders are none of ours.
    check(
        |_, ledger| {
            let (mut foreign, mut other_shop) = (view(9), view(9));
            foreign.unique_id = "ELSE-00000009".to_owned();
            other_shop.shop = 1;
            ledger.extend([foreign, other_shop]);
        },
        &[],
    );
}

#[test]
fn a_hidden_order_is_named() {
    check(
        |_, ledger| drop(ledger.remove(1)),
        &["order T-00000001 was opened for the load and is missing in the ledger"],
    );
}

#[test]
fn each_difference_has_its_sentence() {
    check(
        |_, ledger| ledger.push(view(7)),
        &["order T-00000007 stands in the ledger and the load never had it"],
    );
    check(
        |order, _| (order.open, order.deliveries, order.delivered) = (Open::Waiting, Vec::new(), 1),
        &["order T-00000001 stands in the ledger and was never sent"],
    );
    check(
        |order, _| {
            order.open = Open::Declined {
                sent_us: 1,
                reason: "余额不足".into(),
            }
        },
        &["order T-00000001 was refused (余额不足) and stands in the ledger"],
    );
    check(
        |order, _| order.open = hidden(Class::Refused),
        &["order T-00000001 stands in the ledger although its connection was refused"],
    );
    check(
        |_, ledger| ledger[1].order_id = "f".repeat(32),
        &[
            "order T-00000001 was answered as 00000000000000000000000000000001 and is ffffffffffffffffffffffffffffffff in the ledger",
        ],
    );
    let amount = merchant().amount(1);
    check(
        |_, ledger| ledger[1].amount = "0.01000000".to_owned(),
        &[&format!(
            "order T-00000001 was sent over {amount} and is over 0.01000000 in the ledger"
        )],
    );
    check(
        |_, ledger| ledger[1].coin = "TRX".to_owned(),
        &["order T-00000001 was sent in USDT and is in TRX in the ledger"],
    );
    check(
        |_, ledger| unpaid(&mut ledger[1]),
        &[
            "order T-00000001 was called back as paid and is open in the ledger",
            "order T-00000001 was paid by the query's answer and is open in the ledger",
        ],
    );
    check(
        |order, _| order.query = Query::Unpaid { sent_us: 1_100_000 },
        &["order T-00000001 is paid in the ledger and a later query answered that it is not"],
    );
    check(
        |_, ledger| ledger[1].callback = None,
        &["order T-00000001 is paid in the ledger and has no callback"],
    );
    check(
        |order, _| untold(order),
        &["order T-00000001 has an acknowledged callback that the load never received"],
    );
    check(
        |_, ledger| callback_state(&mut ledger[1], "dropped"),
        &["order T-00000001 was called back although its callback was dropped"],
    );
    check(
        |_, ledger| callback_state(&mut ledger[1], "vanished"),
        &["order T-00000001 has a callback in a state that this program does not know"],
    );
    for (query, delivered, why) in [
        (
            Query::Paid { sent_us: 1 },
            0,
            "was paid by the query's answer and is missing in the ledger",
        ),
        (
            Query::Unpaid { sent_us: 1 },
            0,
            "was known to the query and is missing in the ledger",
        ),
        (
            Query::Unanswered,
            1,
            "was called back as paid and is missing in the ledger",
        ),
    ] {
        check(
            |order, ledger| {
                order.open = hidden(Class::Reset);
                (order.query, order.delivered) = (query, delivered);
                ledger.remove(1);
            },
            &[&format!("order T-00000001 {why}")],
        );
    }
}

#[test]
fn books_must_sum_to_zero() {
    let merchant = merchant();
    let clock = Clock {
        wall_zero_us: WALL_ZERO_US,
        began_us: 0,
    };
    for (sum, differences) in [
        ("0", 0),
        ("0.00000000", 0),
        ("0.00000001", 1),
        ("-1", 1),
        ("nothing", 1),
        ("", 1),
    ] {
        let mut audit = Audit::new(&merchant, clock, 0, &temp_dir()).unwrap();
        audit.finish(&book(0), &status(&[("USDT", sum)]));
        assert_eq!(audit.differences.count, differences, "{sum}");
    }
}

#[test]
fn what_the_gateway_forgot_may_be_missing() {
    let merchant = merchant();
    let clock = Clock {
        wall_zero_us: WALL_ZERO_US,
        began_us: 0,
    };
    for (forgotten, differences) in [(0, 3), (2, 1), (3, 0), (9, 0)] {
        let mut audit = Audit::new(&merchant, clock, 3, &temp_dir()).unwrap();
        let mut status = status(&[]);
        status.orders.forgotten = forgotten;
        audit.finish(&book(3), &status);
        assert_eq!(audit.differences.count, differences, "{forgotten}");
    }
}

#[test]
fn without_a_ledger_nothing_is_judged() {
    let summary = unjudged(&book(3));
    assert!(!summary.judged);
    assert_eq!((summary.orders, summary.success, summary.paid), (3, 3, 3));
}

/// The order as a payout that was paid out, on both sides.
fn paid_out(order: &mut Order, ledger: &mut [OrderView]) {
    order.journey = Journey::Payout;
    (ledger[1].kind, ledger[1].status) = ("withdrawal".to_owned(), "paid_out".to_owned());
}

/// As a payout that failed, on both sides.
fn failed(order: &mut Order, ledger: &mut [OrderView]) {
    paid_out(order, ledger);
    ledger[1].status = "failed".to_owned();
    order.query = Query::Failed { sent_us: 2_000_000 };
    order.failures = order.delivered;
}

#[test]
fn a_withdrawal_ended_as_the_shop_was_told() {
    check(|order, ledger| paid_out(order, ledger), &[]);
    check(|order, ledger| failed(order, ledger), &[]);
    check(
        |order, ledger| {
            failed(order, ledger);
            order.query = Query::Paid { sent_us: 2_000_000 };
        },
        &["order T-00000001 was paid out by the query's answer and failed in the ledger"],
    );
    check(
        |order, ledger| {
            paid_out(order, ledger);
            order.query = Query::Failed { sent_us: 2_000_000 };
        },
        &["order T-00000001 failed by the query's answer and was paid out in the ledger"],
    );
    check(
        |order, ledger| {
            failed(order, ledger);
            order.failures = 0;
        },
        &["order T-00000001 was called back as paid out and failed in the ledger"],
    );
    check(
        |order, ledger| {
            paid_out(order, ledger);
            order.failures = 1;
        },
        &["order T-00000001 was called back as failed and was paid out in the ledger"],
    );
    check(
        |order, ledger| {
            paid_out(order, ledger);
            ledger[1].kind = "deposit".to_owned();
        },
        &["order T-00000001 was sent as a withdrawal and is a deposit in the ledger"],
    );
}

#[test]
fn a_withdrawal_that_failed_is_not_counted_as_paid() {
    let merchant = merchant();
    let mut book = book(3);
    let mut ledger: Vec<_> = (0..3).map(view).collect();
    book.change(1, |order| failed(order, &mut ledger)).unwrap();
    let clock = Clock {
        wall_zero_us: WALL_ZERO_US,
        began_us: 10_000_000,
    };
    let mut audit = Audit::new(&merchant, clock, book.len(), &temp_dir()).unwrap();
    audit.page(&book, &ledger);
    assert_eq!(audit.finish(&book, &status(&[])).paid, 2);
    assert!(audit.entry(1).unwrap().failed && !audit.entry(0).unwrap().failed);
}
