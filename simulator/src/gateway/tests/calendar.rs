//! Two times: payers, settling and days go by the gateway's calendar; timestamps, delays and phases by the wall.

use ledger::Day;
use protocol::{Algorithm, dialect::okpay::Command};
use tokio::time::sleep;

use super::*;
use crate::{
    clock::Speed,
    store::{Flow, Key},
    testing::{BEGIN_S, SHOP, SHOP_ID, signed},
};

/// Both after ten minutes.
const SLOW: &str = "phases: [{name: whole, for: 1h}]\npayers: {pay_after: 10m}\nwithdrawals: {settle_after: 10m}\n";

fn transfer(number: &str) -> Command {
    Command::Transfer {
        amount: "5".to_owned(),
        coin: protocol::dialect::okpay::Coin::Usdt,
        to_user_id: 7,
        unique_id: Some(number.to_owned()),
        name: None,
        callback_url: None,
    }
}

/// Opens a deposit and a withdrawal.
async fn open_both(bench: &Bench) {
    bench.call(&open("D-1")).await;
    let transfer = transfer("W-1");
    bench.ask(SHOP_ID, Algorithm::Hmac, &transfer).await.unwrap();
}

/// How many of the two have ended.
fn ended(bench: &Bench) -> u64 {
    let counts = bench.gateway.store.counts();
    counts.paid + counts.paid_out
}

/// Both end after that many milliseconds of the wall, and not before.
async fn both_end_after(bench: &Bench, wall_ms: u64) {
    sleep(Duration::from_millis(wall_ms - 2)).await;
    assert_eq!(ended(bench), 0, "{wall_ms}");
    sleep(Duration::from_millis(4)).await;
    assert_eq!(ended(bench), 2, "{wall_ms}");
}

#[tokio::test(start_paused = true)]
async fn payers_and_payouts_go_by_the_calendar() {
    for (speed, wall_ms) in [("1", 600_000), ("60", 10_000), ("3600", 167), ("0.5", 1_200_000)] {
        let bench = Bench::new(&format!("{SLOW}clock: {{speed: {speed}}}\n"));
        open_both(&bench).await;
        both_end_after(&bench, wall_ms).await;
        let key = Key::new(SHOP_ID, Flow::Deposit, "D-1".into());
        let order = bench.gateway.store.find(&key).unwrap();
        let opened = order.deposit().unwrap().opened_at().ms();
        assert_eq!(opened, BEGIN_S * 1_000, "the calendar's time is the ledger's");
        let page = bench.gateway.store.page(None, 9, &crate::store::Filter::default());
        for order in page {
            let after = order.paid_ms.unwrap() - order.opened_ms;
            assert!((600_000..607_300).contains(&after), "{after} ms at {speed}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_frozen_calendar_waits_and_another_speed_keeps_what_has_passed() {
    let bench = Bench::new(&format!("{SLOW}clock: {{speed: 60, frozen: true}}\n"));
    open_both(&bench).await;
    sleep(Duration::from_secs(3_000)).await;
    assert_eq!(ended(&bench), 0);
    let calendar = &bench.gateway.calendar;
    assert_eq!(calendar.now(), Duration::from_secs(BEGIN_S));
    calendar.run(None, Some(false));
    sleep(Duration::from_secs(5)).await;
    calendar.run(Speed::parse("3600"), None);
    // Half of ten minutes is left.
    both_end_after(&bench, 84).await;
    // Moved on while frozen, it lets act who is due by that.
    calendar.run(None, Some(true));
    bench.call(&open("D-2")).await;
    calendar.advance(Duration::from_secs(599));
    sleep(Duration::from_secs(1)).await;
    assert_eq!(ended(&bench), 2);
    calendar.advance(Duration::from_secs(1));
    sleep(Duration::from_millis(2)).await;
    assert_eq!(ended(&bench), 3);
}

#[tokio::test(start_paused = true)]
async fn timestamps_delays_and_phases_stay_on_the_wall() {
    let bench = Bench::new(
        "clock: {speed: 86400}\nphases: [{name: first, for: 10s}, {name: second, for: 1h}]\nrules: [{name: late, on: \
         checkDeposit, reply: {delay: 100ms}}]\n",
    );
    sleep(Duration::from_secs(9)).await;
    assert_eq!(bench.gateway.calendar(), Duration::from_secs(BEGIN_S + 9 * 86_400));
    assert_eq!(bench.gateway.in_force.get().phase(), scenarios::PhaseIndex(0));
    // The wall's time is good, the calendar's is nine days off.
    let of_the_wall = signed(&open("O-1"), SHOP_ID, BEGIN_S + 9, "nonce-of-the-wall");
    let seen = bench.connect().post("/shop/payLink", &of_the_wall).await;
    assert_eq!(seen.header("x-paydrill-reason"), None);
    let of_the_calendar = signed(&open("O-2"), SHOP_ID, BEGIN_S + 9 * 86_400, "nonce-of-the-calendar");
    let seen = bench.connect().post("/shop/payLink", &of_the_calendar).await;
    assert!(seen.header("x-paydrill-reason").unwrap().contains("outside the window"));
    // A nonce is remembered for its time on the wall, however many days go by on the calendar.
    let again = bench.connect().post("/shop/payLink", &of_the_wall).await;
    assert!(again.header("x-paydrill-reason").is_some());
    let begin = Instant::now();
    bench.call(&query("O-1")).await;
    assert_eq!(begin.elapsed().as_millis(), 100);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(bench.gateway.in_force.get().phase(), scenarios::PhaseIndex(1));
}

#[tokio::test(start_paused = true)]
async fn days_of_quotas_and_statements_are_the_calendars() {
    // A day each second.
    let shop = SHOP.replace("notify'}", "notify', limits: {per_day: \"10\"}}");
    let rest = "clock: {speed: 86400}\nphases: [{name: whole, for: 1h}]\n";
    let bench = Bench::of(&format!("{shop}{rest}"), |_| {});
    let day = || {
        let now = ledger::Timestamp(crate::clock::whole_ms(bench.gateway.calendar()));
        bench.gateway.store.day(now)
    };
    let first = day();
    let taken = |number: &'static str| {
        let bench = &bench;
        async move { bench.call(&open(number)).await.header("x-paydrill-reason").is_none() }
    };
    assert!(taken("O-1").await);
    assert!(!taken("O-2").await, "12 of 10 a day");
    sleep(Duration::from_secs(1)).await;
    assert_eq!(day(), Day::new(first.days() + 1));
    assert!(taken("O-3").await, "another day");
    // What is paid on a day is in that day's statement, which is ready on the next.
    let key = Key::new(SHOP_ID, Flow::Deposit, "O-3".into());
    cashier::pay(&bench.gateway, &key, 7).unwrap();
    sleep(Duration::from_secs(1)).await;
    assert_eq!(day(), Day::new(first.days() + 2));
}
