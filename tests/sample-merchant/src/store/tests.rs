use super::{
    orders::{Order, Payment, Status, Taken},
    payouts::{NewPayout, PayoutStatus, Refund},
    *,
};
use crate::{config::Late, money::Money};

const NOW_MS: i64 = 1_782_680_000_000;

fn memory() -> Store {
    Store::open(Path::new(":memory:")).expect("memory is there").0
}

fn order(id: &str) -> Order {
    Order {
        id: id.to_owned(),
        sku: "A1".to_owned(),
        amount: Money::parse("12.30").expect("an amount"),
        coin: "USDT".to_owned(),
        callback_url: "http://127.0.0.1:1/notify".to_owned(),
        status: Status::Pending,
        wallet_order: None,
        pay_url: None,
        payer: None,
        created_ms: NOW_MS,
    }
}

fn payment(id: &str) -> Payment {
    Payment {
        wallet_order: format!("wallet-{id}"),
        payer: 7,
    }
}

async fn with_order(store: &Store, id: &str) {
    let new = order(id);
    store
        .run(move |db| orders::insert(db, &new, None, NOW_MS))
        .await
        .expect("it is written");
}

async fn take(store: &Store, id: &'static str, late: Late) -> Taken {
    store
        .run(move |db| orders::take(db, id, &payment(id), late, NOW_MS))
        .await
        .expect("it is taken")
}

/// Status, and how often it was credited.
async fn seen(store: &Store, id: &'static str) -> (Status, i64) {
    store
        .run(move |db| {
            let order = orders::by_id(db, id)?.expect("it is there");
            Ok((order.status, orders::credited(db, id)?.0))
        })
        .await
        .expect("it is read")
}

#[tokio::test]
async fn of_many_copies_at_once_one_credits() {
    let store = memory();
    with_order(&store, "S-1").await;
    let mut copies = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let store = store.clone();
        copies.spawn(async move { take(&store, "S-1", Late::Credit).await });
    }
    let taken = copies.join_all().await;
    assert_eq!(taken.iter().filter(|taken| **taken == Taken::Credited).count(), 1);
    assert_eq!(taken.iter().filter(|taken| **taken == Taken::Already).count(), 99);
    assert_eq!(seen(&store, "S-1").await, (Status::Paid, 1));
}

/// Even if somebody breaks the condition of the `UPDATE`.
#[tokio::test]
async fn the_schema_refuses_a_second_credit() {
    let store = memory();
    with_order(&store, "S-1").await;
    let credit = |db: &Connection| db.execute("INSERT INTO credits VALUES ('S-1', 1, 1)", []);
    store.run(credit).await.expect("the first");
    assert!(matches!(store.run(credit).await, Err(StoreError::Sqlite(_))));
}

#[tokio::test]
async fn late_money_is_credited_or_paid_back_and_never_lost() {
    for (late, first, after, payouts_due) in [
        (Late::Credit, Taken::Credited, (Status::Paid, 1), 0),
        (Late::PayBack, Taken::PaysBack, (Status::Expired, 0), 1),
    ] {
        let store = memory();
        with_order(&store, "S-1").await;
        store
            .run(|db| orders::end(db, "S-1", Status::Expired, None))
            .await
            .expect("it expires");
        assert_eq!(take(&store, "S-1", late).await, first);
        assert_eq!(take(&store, "S-1", late).await, Taken::Already, "{late:?}");
        assert_eq!(seen(&store, "S-1").await, after, "{late:?}");
        let due = store
            .run(|db| payouts::due(db, NOW_MS, 9))
            .await
            .expect("they are read");
        assert_eq!(due.len(), payouts_due, "{late:?}");
        for payout in due {
            assert_eq!((payout.payee, payout.amount), (7, order("S-1").amount));
            let settled = store
                .run(move |db| payouts::settle(db, &payout, PayoutStatus::Paid))
                .await;
            assert!(settled.expect("it ends"));
            assert_eq!(seen(&store, "S-1").await, (Status::Refunded, 0));
        }
    }
}

#[tokio::test]
async fn a_paid_order_does_not_expire_and_an_expired_one_is_not_opened_by_its_answer() {
    let store = memory();
    with_order(&store, "S-1").await;
    assert_eq!(take(&store, "S-1", Late::Credit).await, Taken::Credited);
    store
        .run(|db| {
            orders::end(db, "S-1", Status::Expired, Some(NOW_MS))?;
            // The answer to the opening comes after the callback (the callback led).
            orders::opened(db, "S-1", "wallet-S-1", "http://127.0.0.1/pay")
        })
        .await
        .expect("both are harmless");
    assert_eq!(seen(&store, "S-1").await, (Status::Paid, 1));
}

#[tokio::test]
async fn the_same_click_is_the_same_order() {
    let store = memory();
    for id in ["S-1", "S-2"] {
        let new = order(id);
        let found = store
            .run(move |db| orders::insert(db, &new, Some("click"), NOW_MS))
            .await;
        assert_eq!(found.expect("it is there").id, "S-1");
    }
}

#[tokio::test]
async fn parts_paid_back_never_exceed_the_payment() {
    let store = memory();
    with_order(&store, "S-1").await;
    let refund = async |amount: Option<&'static str>, key: Option<&'static str>| {
        store
            .run(move |db| {
                let amount = amount.map(|amount| Money::parse(amount).expect("an amount"));
                payouts::refund(db, "S-1", amount, key, NOW_MS)
            })
            .await
            .expect("it is asked")
    };
    assert_eq!(refund(None, None).await, Refund::NotPaid);
    take(&store, "S-1", Late::Credit).await;
    let Refund::Written(first) = refund(Some("5"), Some("a")).await else {
        panic!("it fits");
    };
    assert_eq!(refund(Some("5"), Some("a")).await, Refund::Written(first.clone()));
    let Refund::Written(second) = refund(Some("7"), None).await else {
        panic!("it fits");
    };
    let left = |text| Refund::TooMuch {
        left: Money::parse(text).expect("an amount"),
    };
    assert_eq!(refund(Some("0.30000001"), None).await, left("0.3"));
    // What has failed for good can be paid back again, under a new number.
    let settle = async |payout, status| {
        let settled = store.run(move |db| payouts::settle(db, &payout, status)).await;
        settled.expect("it ends")
    };
    assert!(settle(first.clone(), PayoutStatus::Failed).await);
    assert!(!settle(first, PayoutStatus::Paid).await, "it has ended");
    assert!(settle(second, PayoutStatus::Paid).await);
    assert_eq!(seen(&store, "S-1").await, (Status::Paid, 1));
    let Refund::Written(rest) = refund(None, None).await else {
        panic!("5.30 are left");
    };
    assert_eq!(rest.amount.to_string(), "5.30");
    assert!(settle(rest, PayoutStatus::Paid).await);
    assert_eq!(seen(&store, "S-1").await, (Status::Refunded, 1));
    assert_eq!(refund(None, None).await, left("0"));
}

#[tokio::test]
async fn work_that_fails_is_undone_alone() {
    let store = memory();
    let mut works = tokio::task::JoinSet::new();
    for number in 0..20 {
        let store = store.clone();
        works.spawn(async move {
            let new = NewPayout {
                order_id: None,
                payee: number,
                amount: Money::from_minor(1),
                coin: "USDT".to_owned(),
                callback_url: String::new(),
            };
            let work = move |db: &Connection| {
                payouts::insert(db, &new, None, NOW_MS)?;
                if number % 2 == 0 {
                    Ok(())
                } else {
                    Err(rusqlite::Error::InvalidQuery)
                }
            };
            store.run(work).await.is_ok()
        });
    }
    assert_eq!(works.join_all().await.into_iter().filter(|done| *done).count(), 10);
    let count = store.run(|db| payouts::count(db, PayoutStatus::Pending)).await;
    assert_eq!(count.expect("it is read"), 10);
}

#[tokio::test]
async fn what_was_answered_is_there_after_a_restart() {
    let path = std::env::temp_dir().join(format!("sample-merchant-{}.db", std::process::id()));
    for expected in [Taken::Credited, Taken::Already] {
        let (store, thread) = Store::open(&path).expect("it opens");
        if expected == Taken::Credited {
            with_order(&store, "S-1").await;
        }
        assert_eq!(take(&store, "S-1", Late::Credit).await, expected);
        drop(store);
        thread.join().expect("it ends");
    }
    std::fs::remove_file(path).expect("it is there");
}
