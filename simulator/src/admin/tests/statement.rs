//! Statements that are wrong on purpose, as JSON and as CSV, while the books stay right.

use ledger::{Coin, Money};
use protocol::{
    admin::StatementView,
    dialect::okpay::{Answer, Command},
};

use super::*;
use crate::testing::SHOP_ID;

const WALLET: &str = "name: test\nshops: [{id: 10001, token: TESTtoken123456789abcdefghijABCD, balance: {USDT: \"1000\"}, \
                      fees: {rate: 1%, withdrawal_rate: 1%}}]\nwithdrawals: {settle_after: 1s}\n";

fn command(flow: &str, number: &str, amount: &str) -> Command {
    match flow {
        "deposit" => Command::PayLink {
            amount: amount.to_owned(),
            coin: Coin::Usdt,
            unique_id: Some(number.to_owned()),
            name: None,
            return_url: None,
            callback_url: None,
        },
        _ => Command::Transfer {
            amount: amount.to_owned(),
            coin: Coin::Usdt,
            to_user_id: 7_238_234_930,
            unique_id: Some(number.to_owned()),
            name: None,
            callback_url: None,
        },
    }
}

/// `kind number amount net` of each line; an order that nobody opened is `nobody`.
fn lines(statement: &StatementView) -> Vec<String> {
    let line = |line: &protocol::admin::StatementLine| {
        let number = if line.unique_id == line.order_id {
            "nobody"
        } else {
            &line.unique_id
        };
        let short = |text: &str| text.trim_end_matches('0').trim_end_matches('.').to_owned();
        format!("{} {number} {} {}", line.kind, short(&line.amount), short(&line.net))
    };
    statement.lines.iter().map(line).collect()
}

/// The lines of the same statement as CSV, by kind and number; and its last row.
async fn csv(desk: &Desk) -> (Vec<(String, String)>, String) {
    let (_, csv) = desk
        .ask(Method::GET, &format!("/shops/{SHOP_ID}/statement?format=csv"), "")
        .await;
    let mut rows: Vec<Vec<String>> = csv.as_str().unwrap().lines().skip(2).map(cells).collect();
    let last = rows.pop().unwrap()[6].clone();
    (
        rows.into_iter().map(|row| (row[0].clone(), row[2].clone())).collect(),
        last,
    )
}

fn cells(row: &str) -> Vec<String> {
    row.split(',').map(str::to_owned).collect()
}

/// A good order A over 6 and a broken one, B, over 7; and from them what the statement of their day shows.
#[tokio::test(start_paused = true)]
async fn a_broken_line_is_shown_and_the_books_stay_right() {
    let rows: [(&str, &str, &[&str]); 10] = [
        ("deposit", "missing", &["deposit A 6 5.94"]),
        (
            "deposit",
            "extra",
            &["deposit A 6 5.94", "deposit B 7 6.93", "deposit nobody 7 6.93"],
        ),
        ("deposit", "amount", &["deposit A 6 5.94", "deposit B 6.99 6.92"]),
        ("deposit", "status", &["deposit A 6 5.94", "deposit_failed B 7 6.93"]),
        (
            "deposit",
            "duplicate",
            &["deposit A 6 5.94", "deposit B 7 6.93", "deposit B 7 6.93"],
        ),
        ("withdrawal", "missing", &["withdrawal A -6 -6.06"]),
        (
            "withdrawal",
            "extra",
            &[
                "withdrawal A -6 -6.06",
                "withdrawal B -7 -7.07",
                "withdrawal nobody -7 -7.07",
            ],
        ),
        (
            "withdrawal",
            "amount",
            &["withdrawal A -6 -6.06", "withdrawal B -6.99 -7.06"],
        ),
        (
            "withdrawal",
            "status",
            &["withdrawal A -6 -6.06", "withdrawal_failed B -7 -7.07"],
        ),
        (
            "withdrawal",
            "duplicate",
            &[
                "withdrawal A -6 -6.06",
                "withdrawal B -7 -7.07",
                "withdrawal B -7 -7.07",
            ],
        ),
    ];
    for (flow, word, expected) in rows {
        let operation = if flow == "deposit" { "payLink" } else { "transfer" };
        let text = format!(
            "{WALLET}rules: [{{name: it, on: {operation}, when: {{amount: {{equals: \"7\"}}}}, ledger: {{statement: \
             {word}}}}}]\n"
        );
        let desk = Desk::over(Bench::of(&text, |_| {}));
        for (number, amount) in [("A", "6"), ("B", "7")] {
            let asked = desk
                .bench
                .ask(SHOP_ID, Algorithm::Hmac, &command(flow, number, amount))
                .await;
            assert!(asked.is_ok(), "{flow} {word}: {asked:?}");
            tokio::time::sleep(std::time::Duration::from_secs(2)).await;
            let page: OrderPage = desk.get(&format!("/orders?shop={SHOP_ID}&number={number}")).await;
            if flow == "deposit" {
                let path = format!("/orders/{}/pay", page.orders[0].order_id);
                assert_eq!(desk.ask(Method::POST, &path, "").await.0, 200);
            }
        }
        let decision = desk.bench.journal().into_iter().filter_map(|line| line.decision);
        let said = decision
            .filter(|decision| decision.ledger == format!("statement: {word}"))
            .count();
        assert_eq!(said, 1, "{flow} {word}");
        desk.ask(Method::POST, "/clock/advance", r#"{"by_ms":86400000}"#).await;

        let statement: StatementView = desk.get(&format!("/shops/{SHOP_ID}/statement")).await;
        let shown = lines(&statement);
        assert_eq!(shown, expected, "{flow} {word}");
        let again: StatementView = desk.get(&format!("/shops/{SHOP_ID}/statement")).await;
        assert_eq!(again, statement, "{flow} {word}");

        // The header is the ledger's: this is how a break is found.
        let held = desk.bench.gateway.store.balance(SHOP_ID, Coin::Usdt);
        let of = |text: &str| Money::parse(text.trim_start_matches('-'), Coin::Usdt).unwrap().minor();
        let net = of(&statement.totals.net) * if flow == "deposit" { 1 } else { -1 };
        assert_eq!(
            (statement.totals.count, statement.forgotten, statement.closing.as_str()),
            (2, 0, held.to_string().as_str()),
            "{flow} {word}"
        );
        assert_eq!(of(&statement.opening) + net, held.minor(), "{flow} {word}");
        assert!(
            desk.bench
                .gateway
                .store
                .sums()
                .iter()
                .all(|sum| sum.sum.trim_matches(['0', '.']).is_empty()),
            "books balance"
        );

        let (rows, closing) = csv(&desk).await;
        let in_json = statement.lines.iter();
        let in_json: Vec<_> = in_json
            .map(|line| (line.kind.clone(), line.unique_id.clone()))
            .collect();
        assert_eq!((rows, closing), (in_json, statement.closing.clone()), "{flow} {word}");

        let history = Command::TransactionHistory {
            page: 1,
            page_size: 10,
            from: None,
            to: None,
        };
        match desk.bench.ask(SHOP_ID, Algorithm::Hmac, &history).await.unwrap() {
            Answer::History { total, items, .. } => {
                let numbers: Vec<_> = items.iter().map(|item| item.unique_id.clone().unwrap()).collect();
                assert_eq!(
                    (total, numbers),
                    (2, vec!["B".to_owned(), "A".to_owned()]),
                    "{flow} {word}"
                );
            }
            other => panic!("{other:?}"),
        }
    }
}
