//! What a gateway tells of its own calls and deliveries.

use super::*;

/// What a coach of this bench says, call by call.
fn said(hearing: &Hearing) -> Vec<(String, Vec<&'static str>)> {
    let mut coach = Coach::default();
    let mut say = |heard: Heard| {
        let remarks = coach.hear(&heard);
        let texts = format!("{} {remarks:?}", heard.title());
        assert!(!texts.contains(TOKEN), "{texts}");
        (
            heard.title(),
            remarks.iter().map(|remark| remark.habit.code()).collect(),
        )
    };
    hearing.by_now().into_iter().map(&mut say).collect()
}

#[tokio::test(start_paused = true)]
async fn a_gateway_tells_what_its_clients_do() {
    let (ear, hearing) = ear();
    let lost = "phases: [{name: one, for: 30s, rules: [{on: payLink, chance: 100%, ledger: apply, reply: reset}]}]\n";
    let bench = Bench::with(lost, |config| config.coach = Some(ear));
    let mut client = bench.connect();
    client.post("/shop/pay", "").await;
    client
        .post("/shop/payLink", &format!("id={SHOP_ID}&sign=00&unique_id={TOKEN}"))
        .await;
    client.post("/shop/payLink", &bench.body(&open("ORDER-1"))).await;
    bench.call(&open("ORDER-2")).await;
    bench.call(&query("ORDER-2")).await;
    let late = signed(&open(TOKEN), SHOP_ID, crate::testing::BEGIN_S - 40, "nonce-of-its-own");
    let json = format!("{{\"id\":{SHOP_ID},\"sign\":\"{}\"}}", "0".repeat(64));
    bench.connect().post("/shop/payLink", &late).await;
    bench.connect().raw(&post("/shop/balance", &json)).await;
    let first = ["signed", "plain_http", "kept_connection", "amount_text", "number_given"];
    let rows: [(&str, &[&str]); 7] = [
        ("unknown call", &["path_unknown"]),
        ("payLink", &["not_authentic"]),
        ("payLink ORDER-1", &first),
        ("payLink ORDER-2", &["retried_new_number"]),
        ("checkDeposit ORDER-2", &["asked_after_loss"]),
        ("payLink •••", &["clock_off"]),
        ("balance", &[]),
    ];
    let rows: Vec<(String, Vec<&str>)> = rows
        .iter()
        .map(|(title, codes)| ((*title).to_owned(), codes.to_vec()))
        .collect();
    assert_eq!(said(&hearing), rows);
}

#[tokio::test(start_paused = true)]
async fn a_gateway_tells_who_left_and_how_callbacks_were_taken() {
    let (ear, hearing) = ear();
    let rules = "payers: {pay_after: 100ms, outcomes: {pay: 100%}}\n\
                 phases: [{name: one, for: 90s, rules: [{on: checkDeposit, chance: 100%, ledger: skip, reply: hang}]}]\n";
    let bench = Bench::with(rules, |config| config.coach = Some(ear));
    let mut listener = bench.listen(&[]);
    let Command::PayLink { amount, coin, .. } = open("") else {
        unreachable!()
    };
    let elsewhere = Command::PayLink {
        amount,
        coin,
        unique_id: Some("ORDER-2".to_owned()),
        name: None,
        return_url: None,
        callback_url: Some("http://10.0.0.1/".to_owned()),
    };
    bench.call(&open("ORDER-1")).await;
    bench.call(&elsewhere).await;
    let mut merchant = listener.recv().await.unwrap();
    let mut buffer = [0; 4_096];
    let read = tokio::io::AsyncReadExt::read(&mut merchant, &mut buffer).await.unwrap();
    assert!(buffer[..read].starts_with(b"POST /notify"));
    let body = "{\"success\":true}";
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    tokio::io::AsyncWriteExt::write_all(&mut merchant, answer.as_bytes())
        .await
        .unwrap();

    let mut client = bench.connect();
    let question = post("/shop/checkDeposit", &bench.body(&query("ORDER-1")));
    let waits = tokio::time::timeout(Duration::from_secs(8), client.raw(&question)).await;
    assert!(waits.is_err(), "it hangs");
    drop(client);
    tokio::time::sleep(Duration::from_millis(10)).await;

    let said: std::collections::BTreeMap<_, _> = said(&hearing).into_iter().collect();
    assert_eq!(said["callback ORDER-1"], ["ack_loose"]);
    assert_eq!(said["callback ORDER-2"], ["callback_forbidden"]);
    assert_eq!(said["checkDeposit ORDER-1"], ["gave_up_in_time"]);
    assert_eq!(said.len(), 5, "{said:?}");
}
