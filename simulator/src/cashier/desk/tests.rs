//! Payers at the page, over a whole gateway.

use std::time::Duration;

use ledger::{Coin, Duplicates, Limits, Money, OpenDeposit, OrderId, OrderNumber, ShopId};
use tokio::time::{advance, sleep};

use super::*;
use crate::{
    dialect::Via,
    store::{Flow, Origin, Terms},
    testing::{Bench, SHOP_ID, open as order},
};

/// Opens an order over 6 USDT: its key and its id.
async fn opened(bench: &Bench, number: &str) -> (Key, OrderId) {
    assert_eq!(bench.call(&order(number)).await.status(), 200);
    let key = Key::new(SHOP_ID, Flow::Deposit, number.into());
    let id = bench.gateway.store.find(&key).unwrap().order_id();
    (key, id)
}

/// A stage and its message.
type Stage = (String, Option<String>);

fn stage(state: Option<State>) -> Stage {
    let state = serde_json::to_value(state.unwrap()).unwrap();
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    (text(&state["stage"]).unwrap(), text(&state["message"]))
}

fn at(stage: &str) -> Stage {
    (stage.to_owned(), None)
}

fn with(stage: &str, message: &str) -> Stage {
    (stage.to_owned(), Some(message.to_owned()))
}

#[tokio::test(start_paused = true)]
async fn the_scenario_decides_how_a_payer_fares() {
    let balance = Wish::Pay(Method::Balance);
    let rows: &[(&str, &str, Stage)] = &[
        ("nothing said", "", at("paid")),
        (
            "it fails",
            "payers: {outcomes: {abandon: 100%}, failing: {balance: 100%}}\n",
            with("choose", "method_failed"),
        ),
        (
            "another fails",
            "payers: {outcomes: {abandon: 100%}, failing: {top_up: 100%}}\n",
            at("paid"),
        ),
        (
            "a code",
            "payers: {outcomes: {abandon: 100%}, second_factor: {from: '6'}}\n",
            at("code"),
        ),
        (
            "no code yet",
            "payers: {outcomes: {abandon: 100%}, second_factor: {from: '6.01'}}\n",
            at("paid"),
        ),
        (
            "an agreement",
            "payers: {outcomes: {abandon: 100%}, second_factor: {from: '1'}, agreement: {up_to: '6'}}\n",
            at("paid"),
        ),
        (
            "risk declines",
            "risk: {decline: {chance: 100%}}\n",
            with("refused", "risk_declined"),
        ),
        (
            "risk reviews",
            "risk: {review: {chance: 100%, takes: 5s}}\n",
            at("review"),
        ),
    ];
    for (name, rest, expected) in rows {
        let bench = Bench::new(rest);
        let (_, id) = opened(&bench, "ORDER-1").await;
        assert!(open(&bench.gateway, id));
        assert_eq!(stage(act(&bench.gateway, id, balance)), *expected, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_reviewed_payment_goes_through_afterwards() {
    let bench = Bench::new("risk: {review: {chance: 100%, takes: 5s}}\n");
    let (key, id) = opened(&bench, "ORDER-1").await;
    act(&bench.gateway, id, Wish::Pay(Method::BankCard));
    sleep(Duration::from_millis(4_999)).await;
    assert_eq!(stage(look(&bench.gateway, id)), at("review"));
    sleep(Duration::from_millis(2)).await;
    assert_eq!(stage(look(&bench.gateway, id)), at("paid"));
    let what = bench.gateway.store.find(&key).unwrap();
    assert!(what.deposit().unwrap().is_paid());
}

#[tokio::test(start_paused = true)]
async fn time_ends_at_the_cashier_only() {
    let bench = Bench::new("");
    let (key, id) = opened(&bench, "ORDER-1").await;
    open(&bench.gateway, id);
    let patience = bench.gateway.wallet.cashier_expires;
    advance(patience - Duration::from_millis(1)).await;
    assert_eq!(stage(look(&bench.gateway, id)), at("choose"));
    advance(Duration::from_millis(1)).await;
    for wish in [Wish::Pay(Method::Balance), Wish::Decline, Wish::Enter(1)] {
        assert_eq!(stage(act(&bench.gateway, id, wish)), at("expired"), "{wish:?}");
    }
    pay(&bench.gateway, &key, 7).unwrap();
    assert_eq!(
        stage(look(&bench.gateway, id)),
        at("paid"),
        "the admin interface still may"
    );
}

#[tokio::test(start_paused = true)]
async fn a_payer_who_declined_comes_back() {
    let bench = Bench::new("");
    let (_, id) = opened(&bench, "ORDER-1").await;
    open(&bench.gateway, id);
    advance(Duration::from_millis(5)).await;
    assert_eq!(stage(act(&bench.gateway, id, Wish::Decline)), at("declined"));
    assert_eq!(
        stage(look(&bench.gateway, id)),
        at("declined"),
        "as long as the page is not opened anew"
    );
    advance(Duration::from_millis(5)).await;
    open(&bench.gateway, id);
    assert_eq!(stage(look(&bench.gateway, id)), at("choose"));
    assert_eq!(stage(act(&bench.gateway, id, Wish::Pay(Method::Balance))), at("paid"));
}

/// An order over 6 CNY, the coin that quotas are in.
fn in_cny(bench: &Bench) -> OrderId {
    let key = Key::new(SHOP_ID, Flow::Deposit, "CNY-1".into());
    let order = OpenDeposit {
        order_id: OrderId([0; 16]),
        shop: ShopId(SHOP_ID),
        number: OrderNumber::parse("CNY-1").unwrap(),
        amount: Money::parse("6", Coin::Cny).unwrap(),
        callback_url: None,
        return_url: None,
        name: None,
        at: now(&bench.gateway),
    };
    let terms = Terms {
        limits: Limits::default(),
        duplicates: Duplicates::ReturnExisting,
        quota: None,
        origin: Origin::usual(Via::KdPay),
        callbacks: crate::testing::callbacks(),
    };
    let opened = bench
        .gateway
        .store
        .open_deposit(&key, order, |_| OrderId([7; 16]), &terms);
    opened.unwrap().order.order_id()
}

#[tokio::test(start_paused = true)]
async fn a_quota_turns_a_payer_away_at_once_or_after_the_review() {
    let payers = "payers: {outcomes: {abandon: 100%}, quota: {per_transaction: '5'}}\n";
    let review = "risk: {review: {chance: 100%, takes: 5s}}\n";
    let bench = Bench::new(payers);
    let id = in_cny(&bench);
    let quota = with("choose", "quota_exceeded");
    assert_eq!(stage(act(&bench.gateway, id, Wish::Pay(Method::Balance))), quota);

    let bench = Bench::new(&format!("{payers}{review}"));
    let id = in_cny(&bench);
    assert_eq!(stage(act(&bench.gateway, id, Wish::Pay(Method::Balance))), at("review"));
    sleep(Duration::from_millis(5_001)).await;
    assert_eq!(stage(look(&bench.gateway, id)), quota);
}

#[tokio::test(start_paused = true)]
async fn the_first_who_came_is_forgotten_first() {
    let desks = Desks::new(2);
    let key = |number: &str| Key::new(SHOP_ID, Flow::Deposit, number.into());
    for number in ["A", "B", "A", "C"] {
        desks.edit(&key(number), Timestamp(1), |session| session);
    }
    let known = ["A", "B", "C"].map(|number| desks.find(&key(number)).is_some());
    assert_eq!(known, [false, true, true]);
    desks.clear();
    assert_eq!(desks.find(&key("C")), None);
}
