//! Payouts, query storms and QR payments, against the same wallet.

use measure::sample::Class;
use protocol::dialect::okpay::{Callback, Kind};
use scenarios::{Journey, Policy};

use super::{Says, Stage, owned, samples};
use crate::{
    book::{Order, Query},
    journey::{POLLS, query::note_answer},
    merchant::HeardQuery,
    testing::{sent, token},
};

const PENDING: u8 = 0;
const PAID_OUT: u8 = 1;
const FAILED: u8 = 2;

/// A wallet's answers, the callback's status where one comes, reconciliations; the query, the samples.
async fn check_payout(
    says: Vec<Says>,
    called_back: Option<u8>,
    passes: u32,
    query: Query,
    expected: &[(&str, Class, u64)],
) {
    let stage = Stage::set_for(Journey::Payout, says, Policy::Queue, 1).await;
    stage.arrive(0);
    stage.perform().await;
    if let Some(status) = called_back {
        let notice = Callback {
            kind: Kind::Withdraw,
            status,
            ..stage.notice()
        };
        stage.call_back(sent(&notice, &token())).await;
        stage.perform().await;
    }
    for _ in 0..passes {
        stage.journeys.reconcile(0);
        stage.perform().await;
    }
    assert!(stage.journeys.is_settled());
    let (journeys, interval) = stage.end().await;
    let order = journeys.book().order(0).unwrap();
    assert_eq!(std::mem::discriminant(&order.query), std::mem::discriminant(&query));
    assert_eq!(order.failures, u32::from(called_back == Some(FAILED)));
    assert_eq!(samples(&journeys, &interval), owned(expected));
}

#[tokio::test]
async fn every_payout_comes_to_one_fate() {
    const PAID: Query = Query::Paid { sent_us: 0 };
    let ok = |what| (what, Class::Ok, 1);
    check_payout(
        vec![Says::Taken, Says::Withdrawal(PAID_OUT)],
        Some(PAID_OUT),
        0,
        PAID,
        &[ok("checkTransfer"), ok("payout"), ok("transfer")],
    )
    .await;
    // It was accepted and failed: the wallet said so honestly.
    check_payout(
        vec![Says::Taken, Says::Withdrawal(FAILED)],
        Some(FAILED),
        0,
        Query::Failed { sent_us: 0 },
        &[ok("checkTransfer"), ("payout", Class::Declined, 1), ok("transfer")],
    )
    .await;
    // The shop has too little.
    check_payout(
        vec![Says::Refused],
        None,
        0,
        Query::Unanswered,
        &[("payout", Class::Declined, 1), ("transfer", Class::Declined, 1)],
    )
    .await;
    // The answer is lost: no second transfer, which the wallet would have no answer for, but a query at the end.
    check_payout(
        vec![Says::Busy, Says::Withdrawal(PAID_OUT)],
        None,
        1,
        PAID,
        &[ok("checkTransfer"), ok("payout"), ("transfer", Class::Http5xx, 1)],
    )
    .await;
    // It is still on its way when the run ends: nobody waits for more.
    check_payout(
        vec![Says::Taken, Says::Withdrawal(PENDING)],
        None,
        1,
        Query::Unpaid { sent_us: 0 },
        &[ok("checkTransfer"), ok("transfer")],
    )
    .await;
}

#[tokio::test]
async fn a_callback_must_go_the_way_of_the_money() {
    for (journey, opened, kind) in [
        (Journey::Payout, Says::Taken, Kind::Deposit),
        (Journey::Checkout, Says::Opened, Kind::Withdraw),
    ] {
        let stage = Stage::set_for(journey, vec![opened], Policy::Queue, 1).await;
        stage.arrive(0);
        stage.perform().await;
        let notice = Callback { kind, ..stage.notice() };
        stage.call_back(sent(&notice, &token())).await;
        let (journeys, _) = stage.end().await;
        let order = journeys.book().order(0).unwrap();
        assert_eq!((order.delivered, order.bad), (0, 1), "{journey:?}");
    }
}

/// Opens an order, calls it back, and lets every query fall due in turn, half a second after the other.
async fn storm(says: Vec<Says>) -> Stage {
    let stage = Stage::set_for(Journey::QueryStorm, says, Policy::Queue, 1).await;
    stage.arrive(0);
    stage.pull().await;
    let opened_us = stage.journeys.axis.us(tokio::time::Instant::now());
    assert!(!stage.journeys.is_quiet(), "queries are to come");
    stage.call_back(sent(&stage.notice(), &token())).await;
    assert_eq!(stage.journeys.waiting(), 0, "a callback makes it ask nothing");
    stage.journeys.release_polls(opened_us);
    assert_eq!(stage.journeys.waiting(), 0, "the first is not due yet");
    for number in 1..=u64::from(POLLS) + 1 {
        stage.journeys.release_polls(opened_us + number * 500_000);
        stage.pull().await;
    }
    stage
}

#[tokio::test]
async fn a_storm_asks_until_it_is_paid_whatever_the_callback_says() {
    let says = [vec![Says::Opened], vec![Says::Unpaid; 2], vec![Says::Paid]].concat();
    let stage = storm(says).await;
    assert!(stage.journeys.is_quiet() && stage.journeys.is_settled());
    let (journeys, interval) = stage.end().await;
    let order = journeys.book().order(0).unwrap();
    assert_eq!((order.queries, order.delivered), (3, 1));
    assert!(matches!(order.query, Query::Paid { .. }));
    let expected = [
        ("checkDeposit", Class::Ok, 3),
        ("payLink", Class::Ok, 1),
        ("query-storm", Class::Ok, 1),
    ];
    assert_eq!(samples(&journeys, &interval), owned(&expected));
}

#[tokio::test]
async fn a_storm_gives_up_after_ten_seconds() {
    let times = usize::try_from(POLLS).unwrap();
    let stage = storm([vec![Says::Opened], vec![Says::Unpaid; times]].concat()).await;
    assert!(stage.journeys.is_quiet() && stage.journeys.is_settled());
    let (journeys, interval) = stage.end().await;
    let expected = [("checkDeposit", Class::Ok, u64::from(POLLS)), ("payLink", Class::Ok, 1)];
    assert_eq!(samples(&journeys, &interval), owned(&expected));
    assert_eq!(journeys.totals.completed.load(std::sync::atomic::Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_storm_that_learnt_nothing_is_reconciled() {
    let times = usize::try_from(POLLS).unwrap();
    let stage = storm([vec![Says::Opened], vec![Says::Busy; times], vec![Says::Paid]].concat()).await;
    assert!(stage.journeys.is_quiet());
    assert_eq!(stage.journeys.unsettled(), [0]);
    stage.journeys.reconcile(0);
    stage.perform().await;
    assert!(stage.journeys.is_settled());
    stage.end().await;
}

#[test]
fn the_query_that_left_last_is_believed() {
    let mut order = Order::default();
    for (heard, sent_us) in [(HeardQuery::Paid, 200), (HeardQuery::Unpaid, 100)] {
        note_answer(&mut order, heard, sent_us, Class::Ok);
    }
    assert_eq!(order.query, Query::Paid { sent_us: 200 });
    note_answer(&mut order, HeardQuery::Unpaid, 300, Class::Ok);
    assert_eq!(order.query, Query::Unpaid { sent_us: 300 });
}

#[tokio::test]
async fn a_qr_payment_shows_the_page_and_its_code() {
    for (opened, pages, class) in [
        (Says::OpenedHere, vec![Says::Page, Says::Page], Class::Ok),
        (Says::OpenedHere, vec![Says::Page, Says::Busy], Class::Http5xx),
        (Says::OpenedHere, vec![Says::Busy], Class::Http5xx),
        // On another host: nothing is asked for.
        (Says::Opened, vec![], Class::Protocol),
    ] {
        let says = [vec![opened], pages, vec![Says::Paid]].concat();
        let stage = Stage::set_for(Journey::Qr, says, Policy::Queue, 1).await;
        stage.arrive(0);
        stage.perform().await;
        stage.call_back(sent(&stage.notice(), &token())).await;
        stage.perform().await;
        let (journeys, interval) = stage.end().await;
        let expected = [
            ("cashier", class, 1),
            ("checkDeposit", Class::Ok, 1),
            ("payLink", Class::Ok, 1),
            ("qr", Class::Ok, 1),
        ];
        assert_eq!(samples(&journeys, &interval), owned(&expected));
    }
}
