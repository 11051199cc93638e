//! KDPay shops: payments, payouts, queries, and their quotas.

use std::time::Duration;

use protocol::dialect::kdpay::{Answer, AnswerError, Command, PayStatus, PayType, RemitStatus};
use tokio::time::{advance, sleep};

use super::withdrawals::futures_of;
use crate::{
    cashier,
    store::{Flow, Key},
    testing::{Bench, open},
};

const SHOP: u64 = 100_001;
const WALLET: &str = "name: test\nshops: [{id: 10001, token: TESTtoken123456789abcdefghijABCD}, {id: 100001, token: \
                      TESTtoken123456789abcdefghijABCD, dialect: kdpay, quota: {per_transaction: \"60\", per_day: \
                      \"100\", total: \"250\"}}]\nwithdrawals: {settle_after: 1s}\npayers: {pay_after: 1h, outcomes: \
                      {abandon: 100%}, quota: {per_day: \"50\"}}\nphases: [{name: usual, for: 1h}, {name: tight, for: \
                      1h, quota: {per_day: \"5\"}}]\n";

fn pay(number: &str, amount: &str) -> Command {
    Command::Pay {
        order_code: number.to_owned(),
        amount: amount.to_owned(),
        pay_type: PayType::Bean,
        callback_url: "http://127.0.0.1:9000/kd".to_owned(),
    }
}

fn refusal(answer: Result<Answer, AnswerError>) -> String {
    match answer.unwrap_err() {
        AnswerError::Refused { message, .. } => message,
        other => panic!("{other:?}"),
    }
}

async fn pay_status(bench: &Bench, number: &str) -> PayStatus {
    let query = Command::QueryPay {
        order_code: None,
        customer_order_code: Some(number.to_owned()),
    };
    match bench.ask_kdpay(SHOP, &query).await.unwrap() {
        Answer::PayOrder { status, .. } => status,
        other => panic!("{other:?}"),
    }
}

fn key(number: &str) -> Key {
    Key::new(SHOP, Flow::Deposit, number.into())
}

#[tokio::test(start_paused = true)]
async fn a_payment_is_opened_paid_and_found_by_either_number() {
    let bench = Bench::of(WALLET, |_| {});
    let Answer::Pay {
        order_no,
        pay_amount,
        url,
        ..
    } = bench.ask_kdpay(SHOP, &pay("K-1", "10.00")).await.unwrap()
    else {
        panic!("a payment is open");
    };
    assert_eq!(pay_amount, "10.00");
    assert!(url.contains(&order_no), "{url}");
    assert_eq!(pay_status(&bench, "K-1").await, PayStatus::Waiting);
    cashier::pay(&bench.gateway, &key("K-1"), 7).unwrap();
    assert_eq!(pay_status(&bench, "K-1").await, PayStatus::Paid);
    let by_id = Command::QueryPay {
        order_code: Some(order_no),
        customer_order_code: None,
    };
    assert!(matches!(
        bench.ask_kdpay(SHOP, &by_id).await,
        Ok(Answer::PayOrder {
            status: PayStatus::Paid,
            ..
        })
    ));
    let balance = Command::Balance {
        timestamp_ms: crate::clock::whole_ms(bench.gateway.clock.wall()),
    };
    assert_eq!(
        bench.ask_kdpay(SHOP, &balance).await,
        Ok(Answer::Balance {
            balance: "100010.00".to_owned()
        })
    );
}

#[tokio::test(start_paused = true)]
async fn a_payout_is_taken_and_settles() {
    let bench = Bench::of(WALLET, |_| {});
    let remit = Command::Remit {
        order_code: "R-1".to_owned(),
        amount: "20.00".to_owned(),
        address: "KD-wallet-7".to_owned(),
        callback_url: None,
    };
    assert!(matches!(bench.ask_kdpay(SHOP, &remit).await, Ok(Answer::Remit { .. })));
    let query = Command::QueryRemit {
        order_code: None,
        customer_order_code: Some("R-1".to_owned()),
    };
    for (after, expected) in [(0, RemitStatus::Initial), (2, RemitStatus::Success)] {
        sleep(Duration::from_secs(after)).await;
        match bench.ask_kdpay(SHOP, &query).await.unwrap() {
            Answer::RemitOrder { status, .. } => assert_eq!(status, expected),
            other => panic!("{other:?}"),
        }
    }
}

/// Ten payments at once at the edge of what is left of the day: exactly the quota is admitted, however they interleave.
#[tokio::test(start_paused = true)]
async fn parallel_payments_at_the_edge_admit_exactly_the_quota() {
    let bench = Bench::of(WALLET, |_| {});
    let calls = (0..10).map(|n| {
        let bench = &bench;
        async move { bench.ask_kdpay(SHOP, &pay(&format!("K-{n}"), "25.00")).await }
    });
    let answers = futures_of(calls).await;
    assert_eq!(
        answers.iter().filter(|answer| answer.is_ok()).count(),
        4,
        "100 a day holds 25 four times"
    );
    for refused in answers.into_iter().filter(Result::is_err) {
        assert!(refusal(refused).contains("额度"), "the wallet says it is the quota");
    }
    // From many threads too.
    let bench = std::sync::Arc::new(Bench::of(WALLET, |_| {}));
    let store = &bench.gateway.store;
    let admitted = std::sync::atomic::AtomicU32::new(0);
    std::thread::scope(|scope| {
        for n in 0..10 {
            let admitted = &admitted;
            scope.spawn(move || {
                let opened = open_in(store, n);
                admitted.fetch_add(u32::from(opened), std::sync::atomic::Ordering::Relaxed);
            });
        }
    });
    assert_eq!(admitted.into_inner(), 4);
}

fn open_in(store: &crate::store::Memory, n: u8) -> bool {
    use ledger::{Coin, Duplicates, Limits, Money, OpenDeposit, OrderId, OrderNumber, Quota, ShopId, Timestamp};
    let number = format!("T-{n}");
    let open = OpenDeposit {
        order_id: OrderId([0; 16]),
        shop: ShopId(SHOP),
        number: OrderNumber::parse(&number).unwrap(),
        amount: Money::parse("25", Coin::Cny).unwrap(),
        callback_url: None,
        return_url: None,
        name: None,
        at: Timestamp(1_782_680_000_000),
    };
    let terms = crate::store::Terms {
        limits: Limits::default(),
        duplicates: Duplicates::ReturnExisting,
        quota: Some(Quota {
            per_day_minor: Some(10_000),
            ..Quota::unbounded(Coin::Cny)
        }),
        origin: crate::store::Origin::usual(crate::dialect::Via::KdPay),
        callbacks: crate::testing::callbacks(),
    };
    store
        .open_deposit(&key(&number), open, |_| OrderId([n; 16]), &terms)
        .is_ok()
}

#[tokio::test(start_paused = true)]
async fn quotas_bound_a_transaction_a_day_and_all_days() {
    let bench = Bench::of(WALLET, |_| {});
    assert!(refusal(bench.ask_kdpay(SHOP, &pay("K-0", "60.01")).await).contains("额度"));
    for (number, amount, taken) in [("K-1", "60.00", true), ("K-2", "40.01", false), ("K-3", "40.00", true)] {
        assert_eq!(
            bench.ask_kdpay(SHOP, &pay(number, amount)).await.is_ok(),
            taken,
            "{number}"
        );
    }
    // What fails gives its part back.
    cashier::decline(&bench.gateway, &key("K-3")).unwrap();
    assert_eq!(pay_status(&bench, "K-3").await, PayStatus::Failed);
    assert!(bench.ask_kdpay(SHOP, &pay("K-4", "40.00")).await.is_ok());
    // The gateway's next day begins anew, until the total is spent.
    bench.gateway.calendar.advance(Duration::from_secs(24 * 3_600));
    for (number, amount, taken) in [("K-5", "60.00", true), ("K-6", "40.00", true), ("K-7", "0.01", false)] {
        assert_eq!(
            bench.ask_kdpay(SHOP, &pay(number, amount)).await.is_ok(),
            taken,
            "{number}"
        );
    }
    bench.gateway.calendar.advance(Duration::from_secs(24 * 3_600));
    for (number, amount, taken) in [("K-8", "50.01", false), ("K-9", "50.00", true), ("K-10", "0.01", false)] {
        assert_eq!(
            bench.ask_kdpay(SHOP, &pay(number, amount)).await.is_ok(),
            taken,
            "{number}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_payer_has_a_quota_and_a_phase_can_shrink_a_shops() {
    let bench = Bench::of(WALLET, |_| {});
    for number in ["K-1", "K-2"] {
        bench.ask_kdpay(SHOP, &pay(number, "30.00")).await.unwrap();
    }
    cashier::pay(&bench.gateway, &key("K-1"), 7).unwrap();
    let refused = cashier::pay(&bench.gateway, &key("K-2"), 7).unwrap_err();
    assert_eq!(refused.to_string(), "the payer's quota per_day leaves 20.00");
    cashier::pay(&bench.gateway, &key("K-2"), 8).unwrap();

    let bench = Bench::of(WALLET, |_| {});
    advance(Duration::from_secs(3_601)).await;
    assert!(bench.ask_kdpay(SHOP, &pay("K-1", "5.01")).await.is_err());
    assert!(bench.ask_kdpay(SHOP, &pay("K-2", "5.00")).await.is_ok());
    // The dialects keep to themselves.
    let okpay = bench.call(&open("O-1")).await;
    assert!(okpay.body().contains("success"), "{}", okpay.body());
    assert!(refusal(bench.ask_kdpay(10_001, &pay("K-3", "1.00")).await).len() > 1);
}
