//! Cases that a tester asks for by an amount or a header, conditions on headers and people, and what tells who asks in
//! vain.

use std::time::Duration;

use protocol::dialect::okpay::{Coin, Command, fault::HEADER};
use tokio::time::sleep;

use crate::{
    cashier,
    store::{Flow, Key},
    testing::{Bench, SHOP_ID, Seen, open, post, query},
};

fn pay_link(number: &str, amount: &str) -> Command {
    let mut command = open(number);
    if let Command::PayLink { amount: text, .. } = &mut command {
        amount.clone_into(text);
    }
    command
}

/// Calls with a further header.
async fn call(bench: &Bench, command: &Command, header: &str) -> Seen {
    let request = post(command.operation().path(), &bench.body(command));
    let head = format!("Host: localhost\r\n{header}\r\n");
    bench
        .connect()
        .raw(&request.replacen("Host: localhost\r\n", &head, 1))
        .await
}

/// What a scenario looks at, the call, and from them: what it gets, and what it is told beside.
#[tokio::test(start_paused = true)]
async fn a_case_is_asked_for_by_amount_or_header() {
    let unknown = Some("case_unknown");
    let closed = Some("case_closed");
    let poor = Some("insufficient_balance");
    for (triggers, amount, header, expected) in [
        ("", "1.46", "X-A: b", None),
        ("acceptance", "1.46", "X-A: b", poor),
        ("acceptance", "1.460", "X-A: b", poor),
        ("acceptance", "1.47", "X-A: b", None),
        ("acceptance", "6", "Paydrill-Case: poor", closed),
        ("", "6", "Paydrill-Case: poor", closed),
        ("headers", "6", "Paydrill-Case: poor", poor),
        ("headers", "6", "paydrill-case:  poor ", poor),
        ("headers", "6", "Paydrill-Case: rich", unknown),
        ("headers", "6", "Paydrill-Case: POOR", unknown),
        ("headers", "1.46", "X-A: b", None),
        ("[acceptance, headers]", "1.46", "Paydrill-Case: late-success", None),
        ("[acceptance, headers]", "1.46", "Paydrill-Case: rich", poor),
    ] {
        let triggers = if triggers.is_empty() {
            String::new()
        } else {
            format!("triggers: {triggers}\n")
        };
        let bench = Bench::new(&triggers);
        let seen = call(&bench, &pay_link("ORDER-1", amount), header).await;
        let said = seen.header(&HEADER.to_ascii_lowercase()).map(str::to_owned);
        let word = said.as_deref().and_then(|said| said.split(':').next());
        let at = format!("{triggers} {amount} {header}");
        assert_eq!(word, expected, "{at}: {said:?}");
        let opened = seen.body().contains("\"success\"");
        assert_eq!(
            opened,
            expected != poor,
            "{at}: a hint stands beside an ordinary answer"
        );
        let line = bench.journal().pop().unwrap();
        assert_eq!(line.reason.as_deref(), said.as_deref(), "{at}");
    }
}

/// Queries know the case of their order though their own header says nothing, and so does its callback.
#[tokio::test(start_paused = true)]
async fn an_order_keeps_the_case_that_it_asked_for() {
    let bench = Bench::new("triggers: headers\nphases: [{name: whole, for: 1h}]\n");
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(call(&bench, &open("ORDER-1"), "Paydrill-Case: busy").await.status());
    }
    for _ in 0..3 {
        statuses.push(bench.call(&query("ORDER-1")).await.status());
    }
    for _ in 0..2 {
        bench.call(&open("ORDER-2")).await;
        statuses.push(bench.call(&query("ORDER-2")).await.status());
    }
    assert_eq!(statuses, [503, 503, 200, 503, 503, 200, 200, 200]);

    let listener = bench.listen(&[]);
    call(&bench, &open("ORDER-3"), "Paydrill-Case: paid-no-callback").await;
    call(&bench, &open("ORDER-4"), "Paydrill-Case: failed-no-callback").await;
    sleep(Duration::from_secs(10)).await;
    let ended = bench.journal().into_iter().filter(|line| line.operation == "callback");
    let ended: Vec<_> = ended.map(|line| (line.subject, line.outcome)).collect();
    assert!(
        ended.contains(&("ORDER-3".to_owned(), "dropped".to_owned())),
        "{ended:?}"
    );
    assert!(!ended.iter().any(|(number, _)| number == "ORDER-4"), "{ended:?}");
    drop(listener);
}

/// A condition, and which of the calls meet it: with the header, without, a query after 7 paid, a transfer to 7.
#[tokio::test(start_paused = true)]
async fn rules_look_at_headers_and_people() {
    for (condition, expected) in [
        ("header: {X-Tenant: a}", [503, 200, 200, 200]),
        ("header: {x-tenant: A}", [200, 200, 200, 200]),
        ("payer: 7", [200, 200, 503, 503]),
        ("payer: 8", [200, 200, 200, 200]),
    ] {
        let bench = Bench::new(&format!(
            "triggers: headers\nrules: [{{name: it, on: any, when: {{{condition}}}, ledger: skip, reply: {{status: \
             503}}}}]\n"
        ));
        let first = call(&bench, &open("ORDER-1"), "X-Tenant: a").await.status();
        let second = call(&bench, &open("ORDER-2"), "X-Tenant: b").await.status();
        let key = Key::new(SHOP_ID, Flow::Deposit, "ORDER-2".into());
        cashier::pay(&bench.gateway, &key, 7).unwrap();
        let asked = bench.call(&query("ORDER-2")).await.status();
        let transfer = Command::Transfer {
            amount: "1".to_owned(),
            coin: Coin::Usdt,
            to_user_id: 7,
            unique_id: Some("W-1".to_owned()),
            name: None,
            callback_url: None,
        };
        let paid_out = bench.call(&transfer).await.status();
        assert_eq!([first, second, asked, paid_out], expected, "{condition}");
    }
}
