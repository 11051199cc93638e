//! Callbacks that come before the answer to the call that opened their order.

use super::{lies::Manner, *};
use crate::store::Flow;

/// Rules, whether the merchant answers its callbacks, and from them: how long the call takes, how many callbacks came
/// before its answer, what became of the order.
#[tokio::test(start_paused = true)]
async fn an_early_callback_comes_before_the_answer() {
    let okpay = Manner::all()[0];
    let kdpay = Manner::KdPay;
    let by_call = "rules: [{name: it, on: payLink, callback: early}]\n";
    let by_kd_call = "rules: [{name: it, on: kdpay.pay, callback: early}]\n";
    let by_callback = "rules: [{name: it, on: callback, callback: early}]\n";
    let after_another = "rules: [{name: drop, on: callback, when: {coin: USDT}, callback: drop}, {name: it, on: callback, \
                         callback: early}]\n";
    let dropped = "rules: [{name: it, on: payLink, callback: early}, {name: drop, on: callback, callback: drop}]\n";
    let and_late = "rules: [{name: it, on: payLink, callback: early, reply: {delay: 4s}}]\n";
    let none = "";
    for (manner, rules, answers, took_s, before, status) in [
        (okpay, by_call, true, 0, 1, "paid"),
        (okpay, by_call, false, 2, 1, "paid"),
        (kdpay, by_kd_call, true, 0, 1, "paid"),
        (okpay, by_callback, true, 0, 1, "paid"),
        (okpay, by_callback, false, 2, 1, "paid"),
        (kdpay, by_callback, true, 0, 1, "paid"),
        (okpay, after_another, true, 0, 0, "open"),
        (okpay, dropped, true, 0, 0, "paid"),
        (okpay, and_late, false, 6, 1, "paid"),
        (okpay, none, true, 0, 0, "open"),
    ] {
        let bench = manner.bench(rules);
        let answer: fn(usize) -> Option<&'static str> = if answers { |_| Some(TAKEN) } else { |_| None };
        let merchant = Merchant::listen(&bench, bench.listen(&[]), answer);
        let since = Instant::now();
        manner.open(&bench, "ORDER-1").await;
        let at = format!("{manner:?} {rules} {answers}");
        assert_eq!(since.elapsed().as_secs(), took_s, "{at}");
        assert_eq!(merchant.times_ms().len(), before, "{at}");
        let [order] = bench
            .gateway
            .store
            .page(None, 2, &crate::store::Filter::default())
            .try_into()
            .unwrap();
        assert_eq!(order.status, status, "{at}");
        let line = bench
            .journal()
            .into_iter()
            .rfind(|line| line.operation != "callback")
            .unwrap();
        let injected_s = line.injected_us / 1_000_000;
        assert_eq!(injected_s, took_s, "{at}: the wait is on purpose");
        sleep(Duration::from_secs(60)).await;
        let early = bench.journal().into_iter().filter(|line| line.operation == "callback");
        let reasons: Vec<_> = early.filter_map(|line| line.reason).collect();
        assert!(
            !reasons.iter().any(|reason| reason.starts_with("not_early")),
            "{at}: {reasons:?}"
        );
    }
}

/// The scenario's payers have nothing left to do, and no second callback comes.
#[tokio::test(start_paused = true)]
async fn an_early_order_is_paid_once() {
    let manner = Manner::all()[0];
    let bench = manner.bench("payers: {pay_after: 1s}\nrules: [{name: it, on: payLink, callback: early}]\n");
    let merchant = Merchant::listen(&bench, bench.listen(&[]), |_| Some(TAKEN));
    manner.open(&bench, "ORDER-1").await;
    // Opening it again is no second chance.
    manner.open(&bench, "ORDER-1").await;
    sleep(Duration::from_secs(60)).await;
    assert_eq!(merchant.times_ms().len(), 1);
    assert_eq!(state(&bench), ("acknowledged".to_owned(), 1, 1));
    assert_eq!(bench.gateway.payers.pending(), 0);
}

/// What never reached the books is not paid.
#[tokio::test(start_paused = true)]
async fn an_order_that_was_not_opened_is_not_called_back() {
    for ledger in ["skip, reply: reset", "{refuse: system_error}"] {
        let rules = format!("rules: [{{name: it, on: payLink, callback: early, ledger: {ledger}}}]\n");
        let bench = Bench::new(&rules);
        let merchant = Merchant::listen(&bench, bench.listen(&[]), |_| Some(TAKEN));
        bench.call(&open("ORDER-1")).await;
        sleep(Duration::from_secs(60)).await;
        assert_eq!(merchant.times_ms().len(), 0, "{ledger}");
    }
}

/// A callback that is decided as early too late says so instead of pretending.
#[tokio::test(start_paused = true)]
async fn an_early_rule_that_comes_too_late_says_so() {
    let bench = Bench::new(
        "phases: [{name: before, for: 10s}, {name: then, for: 1h, rules: [{name: it, on: callback, callback: \
         early}]}]\n",
    );
    let merchant = Merchant::listen(&bench, bench.listen(&[]), |_| Some(TAKEN));
    bench.call(&open("ORDER-1")).await;
    sleep(Duration::from_secs(20)).await;
    let key = Key::new(SHOP_ID, Flow::Deposit, "ORDER-1".into());
    cashier::pay(&bench.gateway, &key, 7).unwrap();
    sleep(Duration::from_secs(1)).await;
    assert_eq!(merchant.times_ms().len(), 1);
    let reason = bench.journal().pop().unwrap().reason.unwrap();
    assert!(reason.starts_with("not_early: "), "{reason}");
}
