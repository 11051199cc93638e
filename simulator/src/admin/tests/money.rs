//! Fees and statements: what orders say and what the day after sums.

use ledger::{Coin, Money};
use protocol::admin::{OrderPage, StatementView};

use super::*;
use crate::testing::SHOP_ID;

const FEES: &str = "name: test\nshops: [{id: 10001, token: TESTtoken123456789abcdefghijABCD, balance: {USDT: \"1000\"}, \
                    fees: {rate: 0.6%, discount: 0.1%}}]\n";

fn sum(texts: impl Iterator<Item = String>) -> String {
    let amounts = texts.map(|text| Money::parse(&text, Coin::Usdt).unwrap());
    let sum = amounts.fold(Money::zero(Coin::Usdt), |sum, amount| sum.checked_add(amount).unwrap());
    sum.to_string()
}

/// Half of them is paid on the first day, half on the second.
#[tokio::test(start_paused = true)]
async fn a_thousand_orders_equal_the_statements_of_two_days_to_the_last_unit() {
    let desk = Desk::over(Bench::of(FEES, |_| {}));
    let mut state = 7_u64;
    let mut days = [Vec::new(), Vec::new()];
    for (day, orders) in days.iter_mut().enumerate() {
        for n in 0..500 {
            // A linear congruential generator (Knuth's): any spread of odd amounts will do.
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let amount = Money::new(i64::try_from(state % 5_000_000_000).unwrap() + 1, Coin::Usdt);
            let mut command = open(&format!("ORDER-{day}-{n}"));
            if let protocol::dialect::okpay::Command::PayLink { amount: text, .. } = &mut command {
                *text = amount.to_string();
            }
            desk.bench.call(&command).await;
        }
        let page: OrderPage = desk.get("/orders?limit=10000").await;
        for order in page.orders.into_iter().filter(|order| order.status == "open") {
            let (_, paid) = desk
                .ask(Method::POST, &format!("/orders/{}/pay", order.order_id), "")
                .await;
            orders.push((order.amount, paid["fee"].as_str().unwrap().to_owned()));
        }
        let (status, answer) = desk.ask(Method::GET, &today(&desk), "").await;
        assert_eq!(
            (status.as_u16(), &answer["error"]),
            (409, &Value::from("statement_not_ready"))
        );
        let (status, _) = desk.ask(Method::POST, "/clock/advance", r#"{"by_ms":86400000}"#).await;
        assert_eq!(status, 200);
    }
    let [first, second]: [StatementView; 2] = [
        desk.get(&yesterday(&desk, 2)).await,
        desk.get(&yesterday(&desk, 1)).await,
    ];
    for (statement, orders) in [(&first, &days[0]), (&second, &days[1])] {
        assert_eq!(
            (statement.totals.count, statement.lines.len(), statement.forgotten),
            (500, 500, 0)
        );
        assert_eq!(
            statement.totals.amount,
            sum(orders.iter().map(|(amount, _)| amount.clone()))
        );
        assert_eq!(statement.totals.fee, sum(orders.iter().map(|(_, fee)| fee.clone())));
        assert_eq!(
            statement.totals.net,
            sum(statement.lines.iter().map(|line| line.net.clone()))
        );
    }
    assert_eq!(first.opening, "1000.00000000");
    assert_eq!(
        first.closing, second.opening,
        "the second day begins with what the first one left"
    );
    let held = desk.bench.gateway.store.balance(SHOP_ID, Coin::Usdt).to_string();
    assert_eq!(second.closing, held);

    let (_, csv) = desk
        .ask(Method::GET, &format!("{}&format=csv", yesterday(&desk, 1)), "")
        .await;
    let deposits = csv
        .as_str()
        .unwrap()
        .lines()
        .filter(|line| line.starts_with("deposit,"));
    assert_eq!(deposits.count(), 500, "{csv}");
}

fn day_of(desk: &Desk, back: u32) -> String {
    let now = ledger::Timestamp(crate::clock::whole_ms(desk.bench.gateway.calendar()));
    let day = desk.bench.gateway.store.day(now);
    ledger::Day::new(day.days() - back).iso()
}

fn today(desk: &Desk) -> String {
    format!("/shops/{SHOP_ID}/statement?day={}", day_of(desk, 0))
}

fn yesterday(desk: &Desk, back: u32) -> String {
    format!("/shops/{SHOP_ID}/statement?day={}", day_of(desk, back))
}

#[tokio::test(start_paused = true)]
async fn what_is_no_statement_is_refused_by_name() {
    let desk = Desk::new(TWO);
    for (query, status, word) in [
        ("?day=2026-02-30", 400, "day"),
        ("?day=soon", 400, "day"),
        ("?coin=usdt", 400, "coin"),
        ("?format=xml", 400, "format"),
    ] {
        let (seen, answer) = desk
            .ask(Method::GET, &format!("/shops/10001/statement{query}"), "")
            .await;
        assert_eq!(
            (seen.as_u16(), answer["error"].as_str()),
            (status, Some(word)),
            "{query}: {answer}"
        );
    }
    let (seen, _) = desk.ask(Method::GET, "/shops/7/statement", "").await;
    assert_eq!(seen, 404);
}
