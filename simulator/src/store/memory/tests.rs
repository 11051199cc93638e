//! Commits, attempts and what is forgotten.

use ledger::{Coin, Duplicates, FeeRate, Limits, Money, OpenDeposit, OrderNumber, Rejection, ShopId, Timestamp};
use protocol::admin::CallbackCounts;

use super::*;

fn key(number: usize) -> Key {
    Key::new(1, Flow::Deposit, format!("ORDER-{number}").into())
}

fn usual() -> Terms {
    Terms {
        limits: Limits::default(),
        duplicates: Duplicates::ReturnExisting,
        quota: None,
        origin: Origin::usual(crate::dialect::Via::OkPay(protocol::Algorithm::Hmac)),
        callbacks: crate::testing::callbacks(),
    }
}

fn open(store: &Memory, number: usize) -> Committed {
    let mut id = [0; 16];
    id[8..].copy_from_slice(&(number as u64).to_be_bytes());
    let open = OpenDeposit {
        order_id: OrderId([0; 16]),
        shop: ShopId(1),
        number: OrderNumber::parse(&key(number).number).unwrap(),
        amount: Money::parse("6", Coin::Usdt).unwrap(),
        callback_url: None,
        return_url: None,
        name: None,
        at: Timestamp(1),
    };
    store.attempt(&key(number), About::Opening);
    store
        .open_deposit(&key(number), open, |_| OrderId(id), &usual())
        .unwrap()
}

fn pay(store: &Memory, number: usize, payer: u64) -> Result<Committed, Refused> {
    let payment = Payment {
        payer,
        fee: FeeRate::NONE,
        at: Timestamp(2),
        payer_quota: None,
        shop_quota: None,
    };
    store.pay(&key(number), &payment)
}

#[test]
fn a_payment_commits_order_books_and_one_callback_together() {
    let store = Memory::new(1_000, 0);
    assert!(open(&store, 1).changed);
    assert!(!open(&store, 1).changed);
    let paid = pay(&store, 1, 7).unwrap();
    assert_eq!((paid.changed, paid.callback), (true, Some(Fate::Pending)));
    let again = pay(&store, 1, 7).unwrap();
    assert_eq!(
        (again.changed, again.callback),
        (false, None),
        "a repeated payment owes nothing more"
    );
    assert_eq!(
        pay(&store, 1, 8).unwrap_err(),
        Rejection::AlreadyPaid { payer: 7 }.into()
    );
    assert_eq!(pay(&store, 2, 7).unwrap_err(), Rejection::UnknownOrder.into());
    let counts = store.counts();
    assert_eq!((counts.open, counts.paid), (0, 1));
    assert!(store.sums().iter().all(|sum| sum.sum.starts_with("0.")));
}

#[test]
fn a_silenced_order_owes_a_dropped_callback() {
    let store = Memory::new(1_000, 0);
    open(&store, 1);
    store.silence(&key(1));
    assert_eq!(pay(&store, 1, 7).unwrap().callback, Some(Fate::Dropped));
}

#[test]
fn attempts_are_counted_by_kind_and_number() {
    let store = Memory::new(1_000, 0);
    let rows = [
        (1, About::Opening, 1),
        (1, About::Opening, 2),
        (1, About::Query, 1),
        (2, About::Opening, 1),
        (1, About::Opening, 3),
    ];
    for (number, about, expected) in rows {
        assert_eq!(store.attempt(&key(number), about).number, expected);
    }
    assert_eq!(store.ordinal(1, Operation::PayLink), 1);
    assert_eq!(store.ordinal(1, Operation::PayLink), 2);
    assert_eq!(store.ordinal(2, Operation::PayLink), 1);
}

#[test]
fn beyond_its_limit_the_oldest_settled_are_forgotten_and_counted() {
    let store = Memory::new(640, 0);
    for number in 0..2_000 {
        open(&store, number);
        // Every tenth order stays open, the others are done with at once.
        if number % 10 != 0 {
            pay(&store, number, 7).unwrap();
            store.callback(&key(number), |callback| callback.fate = Fate::Acknowledged);
        }
    }
    let counts = store.counts();
    assert!(counts.open + counts.paid <= 640, "{counts:?}");
    assert_eq!(counts.open + counts.paid + counts.forgotten, 2_000);
    assert!(counts.open > 150, "open orders are spared: {counts:?}");
    let listed = store.page(None, 10_000, &Filter::default());
    assert_eq!(listed.len() as u64, counts.open + counts.paid);
    assert!(store.find(&key(1_999)).is_some(), "the newest is there");
    assert!(
        store.sums().iter().all(|sum| sum.sum.starts_with("0.")),
        "money is not forgotten"
    );
}

/// What is owed never outlives the orders: what is forgotten before anybody took it is lost, and counted as that.
#[test]
fn callbacks_forgotten_with_their_order_are_lost_and_no_longer_owed() {
    let store = Memory::new(64, 0);
    for number in 0..5_000 {
        open(&store, number);
        pay(&store, number, 7).unwrap();
        if number % 2 == 0 {
            store.callback(&key(number), |callback| callback.fate = Fate::Held);
        }
    }
    let (orders, owed) = (store.counts(), store.owed());
    assert!(owed.held > 0 && owed.pending > 0, "{owed:?}");
    assert_eq!(owed.pending + owed.held, orders.paid, "{owed:?}");
    assert_eq!(owed.lost, orders.forgotten, "{owed:?}");
    store.clear();
    assert_eq!(store.owed(), CallbackCounts::default());
}

#[test]
fn where_nothing_is_settled_the_oldest_goes() {
    let store = Memory::new(64, 0);
    for number in 0..5_000 {
        open(&store, number);
    }
    let counts = store.counts();
    assert!(counts.open <= 64, "{counts:?}");
    assert_eq!(counts.open + counts.forgotten, 5_000);
}

/// A number that may be used again keeps its orders apart, also when the first one is forgotten.
#[test]
fn further_orders_of_a_number_are_found_by_number_and_by_id() {
    let store = Memory::new(64_000, 0);
    let terms = Terms {
        duplicates: Duplicates::NewOrder,
        ..usual()
    };
    let again = |id: u8| {
        let open = OpenDeposit {
            order_id: OrderId([0; 16]),
            shop: ShopId(1),
            number: OrderNumber::parse("ORDER-1").unwrap(),
            amount: Money::parse(&format!("{id}"), Coin::Usdt).unwrap(),
            callback_url: None,
            return_url: None,
            name: None,
            at: Timestamp(1),
        };
        store
            .open_deposit(&key(1), open, |_| OrderId([id; 16]), &terms)
            .unwrap()
    };
    let places: Vec<u32> = (1..=3).map(|id| again(id).key.copy).collect();
    assert_eq!(places, [0, 1, 2]);
    assert_eq!(
        store.newest(&key(1)).unwrap().order_id(),
        OrderId([3; 16]),
        "by number: the newest"
    );
    for id in 1..=3 {
        let named = store.key_of(OrderId([id; 16])).unwrap();
        assert_eq!(
            store.find(&named).unwrap().order_id(),
            OrderId([id; 16]),
            "by id: that one"
        );
    }
    assert_eq!(store.page(None, 10, &Filter::default()).len(), 3);
    assert_eq!(store.counts().open, 3);
}

/// A withdrawal on its way has money set aside: it is the last to be forgotten.
#[test]
fn a_withdrawal_on_its_way_outlives_abandoned_deposits() {
    use ledger::OpenWithdrawal;
    let store = Memory::new(640, 0);
    store.fund(1, &[Money::parse("100", Coin::Usdt).unwrap()]).unwrap();
    let place = Key::new(1, Flow::Withdrawal, "W-1".into());
    let asked = OpenWithdrawal {
        order_id: OrderId([0; 16]),
        shop: ShopId(1),
        number: OrderNumber::parse("W-1").unwrap(),
        amount: Money::parse("6", Coin::Usdt).unwrap(),
        fee: FeeRate::NONE,
        payee: "7".to_owned(),
        callback_url: None,
        name: None,
        at: Timestamp(1),
    };
    store
        .open_withdrawal(&place, asked, |_| OrderId([9; 16]), &usual())
        .unwrap();
    for number in 0..5_000 {
        open(&store, number);
    }
    assert!(store.settle(&place, Timestamp(2)).unwrap().changed);
    assert_eq!(store.balance(1, Coin::Usdt).to_string(), "94.00000000");
    assert_eq!(store.counts().paid_out, 1);
}
