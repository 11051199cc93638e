//! Withdrawals from the call to the callback, and the calls beside them.

use std::time::Duration;

use protocol::{
    Algorithm,
    dialect::okpay::{Answer, AnswerError, Coin, Command},
};
use tokio::time::sleep;

use crate::{
    store::{Flow, Key},
    testing::{Bench, SHOP_ID},
};

const WALLET: &str = "name: test\nshops: [{id: 10001, token: TESTtoken123456789abcdefghijABCD, balance: {USDT: \"100\"}, \
                      fees: {rate: 1%, withdrawal_rate: 0.5%}}]\nwithdrawals: {settle_after: 2s}\nrules: [{name: later, \
                      on: transfer, when: {amount: {equals: \"7\"}}, ledger: {settle: fails_later}}]\n";

fn transfer(number: &str, amount: &str) -> Command {
    Command::Transfer {
        amount: amount.to_owned(),
        coin: Coin::Usdt,
        to_user_id: 7_238_234_930,
        unique_id: Some(number.to_owned()),
        name: None,
        callback_url: None,
    }
}

fn status(answer: Result<Answer, AnswerError>) -> u8 {
    match answer.unwrap() {
        Answer::Withdrawal { status, .. } => status,
        other => panic!("{other:?}"),
    }
}

fn refusal(answer: Result<Answer, AnswerError>) -> String {
    match answer.unwrap_err() {
        AnswerError::Refused { msg, .. } => msg,
        other => panic!("{other:?}"),
    }
}

async fn balance(bench: &Bench) -> String {
    match bench.ask(SHOP_ID, Algorithm::Hmac, &Command::Balance).await.unwrap() {
        Answer::Balance { usdt, .. } => usdt,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_withdrawal_is_taken_paid_out_and_told() {
    let bench = Bench::of(WALLET, |_| {});
    let ask = |command| {
        let bench = &bench;
        async move { bench.ask(SHOP_ID, Algorithm::Hmac, &command).await }
    };
    let check = || Command::CheckTransfer {
        unique_id: "W-1".to_owned(),
    };
    assert!(matches!(ask(transfer("W-1", "40")).await, Ok(Answer::Transfer { .. })));
    assert_eq!(status(ask(check()).await), 0);
    assert_eq!(
        balance(&bench).await,
        "59.80000000",
        "amount and fee are set aside at once"
    );
    assert_eq!(refusal(ask(transfer("W-1", "40")).await), "订单号已处理");
    assert_eq!(refusal(ask(transfer("W-1", "41")).await), "unique_id 已存在");
    assert_eq!(refusal(ask(transfer("W-2", "59.9")).await), "余额不足");
    sleep(Duration::from_secs(3)).await;
    assert_eq!(status(ask(check()).await), 1);
    assert_eq!(balance(&bench).await, "59.80000000");
    let key = Key::new(SHOP_ID, Flow::Withdrawal, "W-1".into());
    assert!(
        bench.gateway.store.callback(&key, |_| ()).is_some(),
        "its callback is owed"
    );
}

#[tokio::test(start_paused = true)]
async fn a_withdrawal_that_fails_later_gives_everything_back() {
    let bench = Bench::of(WALLET, |_| {});
    bench
        .ask(SHOP_ID, Algorithm::Hmac, &transfer("W-7", "7"))
        .await
        .unwrap();
    assert_eq!(balance(&bench).await, "92.96500000");
    sleep(Duration::from_secs(3)).await;
    let check = Command::CheckTransfer {
        unique_id: "W-7".to_owned(),
    };
    assert_eq!(status(bench.ask(SHOP_ID, Algorithm::Hmac, &check).await), 2);
    assert_eq!(balance(&bench).await, "100.00000000");
    assert!(bench.gateway.store.sums().iter().all(|sum| sum.sum.starts_with("0.")));
}

#[tokio::test(start_paused = true)]
async fn withdrawals_at_once_never_take_more_than_there_is() {
    let bench = Bench::of(WALLET, |_| {});
    let calls = (0..50).map(|n| {
        let bench = &bench;
        async move {
            let command = transfer(&format!("W-{n}"), "9");
            bench.ask(SHOP_ID, Algorithm::Hmac, &command).await.is_ok()
        }
    });
    let taken = futures_of(calls).await.into_iter().filter(|taken| *taken).count();
    assert_eq!(taken, 11, "100 holds 9.045 eleven times");
    assert_eq!(balance(&bench).await, "0.50500000");
}

/// Runs calls side by side on one task.
pub(super) async fn futures_of<F: Future>(calls: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut calls: Vec<_> = calls.map(|call| (Box::pin(call), None)).collect();
    std::future::poll_fn(|cx| {
        let mut done = true;
        for (call, output) in &mut calls {
            if output.is_none() {
                match call.as_mut().poll(cx) {
                    std::task::Poll::Ready(ended) => *output = Some(ended),
                    std::task::Poll::Pending => done = false,
                }
            }
        }
        if done {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    calls
        .into_iter()
        .map(|(_, output)| output.expect("every call has ended"))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn the_calls_beside_orders_answer_too() {
    let bench = Bench::of(WALLET, |_| {});
    let user = Command::CensorUserByTg { telegram_id: 7 };
    assert_eq!(
        bench.ask(SHOP_ID, Algorithm::Hmac, &user).await,
        Ok(Answer::User {
            telegram_id: 7,
            exist: true
        })
    );
    bench
        .ask(SHOP_ID, Algorithm::Hmac, &transfer("W-1", "10"))
        .await
        .unwrap();
    bench
        .ask(SHOP_ID, Algorithm::Hmac, &transfer("W-7", "7"))
        .await
        .unwrap();
    sleep(Duration::from_secs(3)).await;
    let page = |page| Command::TransactionHistory {
        page,
        page_size: 2,
        from: None,
        to: None,
    };
    for (number, count) in [(1, 2), (2, 1), (3, 0)] {
        match bench.ask(SHOP_ID, Algorithm::Hmac, &page(number)).await.unwrap() {
            Answer::History { page, total, items } => assert_eq!((page, total, items.len()), (number, 3, count)),
            other => panic!("{other:?}"),
        }
    }
    let by_txid = |txid: String| Command::CheckTransferByTxid { txid };
    let id = bench.gateway.store.page(None, 10, &crate::store::Filter::default())[0]
        .order_id
        .clone();
    assert!(matches!(
        bench.ask(SHOP_ID, Algorithm::Hmac, &by_txid(id)).await,
        Ok(Answer::Transaction { status: 1 | 2, .. })
    ));
    let unknown = by_txid("0".repeat(32));
    assert_eq!(
        refusal(bench.ask(SHOP_ID, Algorithm::Hmac, &unknown).await),
        "txid 不存在"
    );
}
