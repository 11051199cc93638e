//! What tests share: a scenario with every fault, its merchant, and a wallet's answers to it.

use std::{alloc::System, sync::Arc, time::Duration};

use protocol::{
    Algorithm, Token,
    dialect::okpay::{Answer, Callback, Coin, Kind, Manner, answer},
};
use scenarios::{Journey, Ratio, Scenario, Timeline};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use crate::{
    book::{Book, Delivery, Ended, Open, Order, Query},
    expected::Expected,
    merchant::Merchant,
};

/// Counts what the whole process allocates.
#[global_allocator]
pub(crate) static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// 10 s each: calm, faulty, outage, calm again.
const SCENARIO: &str = r#"
name: everything
phases:
  - {name: calm, for: 10s}
  - name: faulty
    for: 10s
    rules:
      - {name: busy, chance: 20%, ledger: skip, reply: {status: 503}}
      - {name: lost, on: payLink, chance: 5%, ledger: apply, reply: reset}
      - {name: mute, on: payLink, chance: 5%, ledger: apply, reply: hang}
      - {name: shut, on: checkDeposit, chance: 5%, reply: empty}
      - {name: late, on: checkDeposit, chance: 5%, reply: {delay: 100ms}}
  - {name: outage, for: 10s, refuse: true}
  - {name: again, for: 10s}
load: {arrivals: [{constant: 10/s}], drain: 5s}
"#;

/// The scenario.
pub(crate) fn scenario() -> Arc<Scenario> {
    Arc::new(scenarios::read("everything.yaml", SCENARIO).unwrap_or_else(|problems| panic!("{problems:?}")))
}

/// The scenario with another journey.
pub(crate) fn scenario_of(journey: Journey) -> Arc<Scenario> {
    let mut scenario = Scenario::clone(&scenario());
    scenario.load.journeys = vec![(journey, Ratio::ALWAYS)];
    Arc::new(scenario)
}

/// Its merchant, with orders `T-…` and nonces `nonce-…`.
pub(crate) fn merchant() -> Merchant {
    let url = "http://127.0.0.1:9/notify".to_owned();
    Merchant::new(scenario(), 0, "T".to_owned(), "nonce-".to_owned(), url).unwrap()
}

/// What the scenario may do, with a client's time-out of 10 s.
pub(crate) fn expected() -> Expected {
    let scenario = scenario();
    let timeline = Timeline::new(&scenario, None);
    Expected::new(&scenario, timeline, Duration::from_secs(10))
}

/// The token of the scenario's shop.
pub(crate) fn token() -> Token {
    Token::new(&scenario().shops[0].token).unwrap()
}

/// The wallet's number of an order.
pub(crate) fn order_id(seq: u32) -> String {
    format!("{seq:032x}")
}

/// A signed "paid" for an order.
pub(crate) fn callback(merchant: &Merchant, seq: u32) -> Callback {
    Callback {
        shop: merchant.shop(),
        order_id: order_id(seq),
        unique_id: Some(merchant.number(seq)),
        pay_user_id: 7,
        amount: format!("{}000000", merchant.amount(seq)),
        coin: Coin::Usdt,
        status: 1,
        kind: Kind::Deposit,
    }
}

/// A callback as the gateway sends it, signed with this token.
pub(crate) fn sent(callback: &Callback, token: &Token) -> Vec<u8> {
    callback.encode(&Manner::default(), Algorithm::Hmac, token).1
}

/// The signed answer to a query.
pub(crate) fn deposit(merchant: &Merchant, seq: u32, status: u8) -> Vec<u8> {
    let said = Answer::Deposit {
        order_id: order_id(seq),
        unique_id: merchant.number(seq),
        status,
        amount: format!("{}000000", merchant.amount(seq)),
        coin: Coin::Usdt,
        kind: Kind::Deposit,
        pay_user_id: None,
    };
    answer::encode(&said, merchant.shop(), &Manner::default(), Algorithm::Hmac, &token())
}

/// The signed answer to a query about a withdrawal.
pub(crate) fn withdrawal(merchant: &Merchant, seq: u32, status: u8) -> Vec<u8> {
    let said = Answer::Withdrawal {
        order_id: order_id(seq),
        unique_id: merchant.number(seq),
        status,
        amount: format!("{}000000", merchant.amount(seq)),
        coin: Coin::Usdt,
        to_user_id: merchant.payee(seq),
    };
    answer::encode(&said, merchant.shop(), &Manner::default(), Algorithm::Hmac, &token())
}

/// A book of orders that were opened, paid by the query, and called back once after 2 s.
pub(crate) fn book(orders: u32) -> Book {
    let mut book = Book::new(&std::env::temp_dir()).unwrap();
    for seq in 0..orders {
        assert!(book.arrive(seq, Journey::Checkout, 0));
        let call = book.call(seq, scenarios::Operation::PayLink, 1_000);
        book.ended(
            call,
            Ended {
                class: measure::sample::Class::Ok,
                status: 200,
                first_byte_us: 2_000,
                done_us: 2_000,
            },
        );
        let open = Open::Opened {
            sent_us: 1_000,
            order_id: order_id(seq).into(),
        };
        let change = |order: &mut Order| {
            order.open = open;
            order.query = Query::Paid { sent_us: 2_000_000 };
            order.delivered = 1;
            order.deliveries = vec![Delivery { at_us: 2_000_000 }];
            order.over = true;
        };
        book.change(seq, change).unwrap();
    }
    book
}
