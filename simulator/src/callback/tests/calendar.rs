//! Callbacks go by the gateway's calendar: however it runs, their waits keep their ratios. Only how long a merchant may
//! take for an answer is wall time.

use super::*;
use crate::clock::Speed;

const HOUR: &str = "phases: [{name: whole, for: 1h}]\n";

/// The calendar's milliseconds since the begin at which each attempt ended.
fn ended_ms(bench: &Bench) -> Vec<u64> {
    let begin = crate::testing::BEGIN_S * 1_000;
    let lines = bench.journal().into_iter().filter(|line| line.operation == "callback");
    lines.map(|line| line.gateway_time_ms - begin).collect()
}

/// How much the calendar runs on in a millisecond of the wall, to which the runtime's timer rounds.
fn assert_near(seen: &[u64], expected: &[u64], speed: u64) {
    assert_eq!(seen.len(), expected.len(), "{seen:?} at {speed}");
    for (place, (seen, expected)) in seen.iter().zip(expected).enumerate() {
        let late = seen.checked_sub(*expected).expect("nothing comes early");
        assert!(
            late <= speed * (place as u64 + 1),
            "{seen} instead of {expected} at {speed}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_ladder_keeps_its_ratios_at_any_speed() {
    for speed in [1, 60, 3_600] {
        let bench = Bench::new(&format!(
            "{HOUR}clock: {{speed: {speed}}}\ncallbacks: {{retry: {{after: [5s, 30s, 2m]}}}}\n"
        ));
        let merchant = Merchant::listen(&bench, bench.listen(&[]), |place| {
            Some(if place < 3 { BROKEN } else { TAKEN })
        });
        pay(&bench, "ORDER-1").await;
        sleep(Duration::from_secs(155) / u32::try_from(speed).unwrap() + Duration::from_millis(5)).await;
        assert_eq!(state(&bench), ("acknowledged".to_owned(), 4, 4), "{speed}");
        assert_near(&ended_ms(&bench), &[0, 5_000, 35_000, 155_000], speed);
        assert_eq!(merchant.times_ms().len(), 4);
    }
}

#[tokio::test(start_paused = true)]
async fn a_timeout_is_the_merchants_and_stays_on_the_wall() {
    let bench = Bench::new(&format!(
        "{HOUR}clock: {{speed: 60}}\ncallbacks: {{retry: {{after: [1m]}}, timeout: 2s}}\n"
    ));
    let merchant = Merchant::listen(&bench, bench.listen(&[]), |place| (place > 0).then_some(TAKEN));
    pay(&bench, "ORDER-1").await;
    sleep(Duration::from_secs(10)).await;
    assert_eq!(
        merchant.times_ms(),
        [0, 3_000],
        "two seconds for nothing, and a minute of the calendar"
    );
}

#[tokio::test(start_paused = true)]
async fn a_frozen_calendar_keeps_what_waits_until_it_thaws_or_is_moved_on() {
    let bench = Bench::new(&format!("{HOUR}callbacks: {{retry: {{after: [5s, 30s, 2m]}}}}\n"));
    let merchant = Merchant::listen(&bench, bench.listen(&[]), |_| Some(BROKEN));
    pay(&bench, "ORDER-1").await;
    sleep(Duration::from_secs(2)).await;
    let calendar = &bench.gateway.calendar;
    calendar.run(None, Some(true));
    sleep(Duration::from_secs(1_000)).await;
    assert_eq!(merchant.times_ms(), [0]);
    // Two of five seconds had passed; the other three are left.
    calendar.run(None, Some(false));
    sleep(Duration::from_secs(4)).await;
    assert_eq!(merchant.times_ms(), [0, 1_005_000]);
    // One of thirty has passed. Moved on while it stands still, it shows the other 29 at once.
    calendar.run(None, Some(true));
    calendar.advance(Duration::from_secs(28));
    sleep(Duration::from_secs(100)).await;
    assert_eq!(merchant.times_ms().len(), 2);
    calendar.advance(Duration::from_secs(1));
    sleep(Duration::from_millis(10)).await;
    assert_eq!(merchant.times_ms(), [0, 1_005_000, 1_106_000]);
    // Two minutes: one at speed 60, the other at speed 1.
    calendar.run(Speed::parse("60"), Some(false));
    sleep(Duration::from_secs(1)).await;
    calendar.run(Speed::parse("1"), None);
    sleep(Duration::from_secs(59)).await;
    assert_eq!(merchant.times_ms().len(), 3);
    sleep(Duration::from_secs(2)).await;
    let (last, begin) = (merchant.times_ms()[3], 1_106_010);
    assert!((begin + 60_900..=begin + 61_010).contains(&last), "{last}");
}

#[tokio::test(start_paused = true)]
async fn delays_copies_and_releases_go_by_the_calendar() {
    let bench = Bench::new(&format!(
        "{HOUR}clock: {{speed: 60}}\nrules: [{{name: late, on: callback, callback: {{delay: 2m}}}}]\n"
    ));
    let merchant = Merchant::listen(&bench, bench.listen(&[]), |_| Some(TAKEN));
    pay(&bench, "ORDER-1").await;
    sleep(Duration::from_secs(3)).await;
    assert_eq!(merchant.times_ms(), [2_000]);

    let bench = Bench::new(&format!(
        "{HOUR}clock: {{speed: 60}}\nrules: [{{name: twice, on: callback, callback: {{duplicate: {{copies: 3, spread: \
         4m}}}}}}]\n"
    ));
    let merchant = Merchant::listen(&bench, bench.listen(&[]), |_| Some(TAKEN));
    pay(&bench, "ORDER-1").await;
    sleep(Duration::from_secs(5)).await;
    assert_eq!(merchant.times_ms(), [0, 2_000, 4_000]);

    // The phases are the wall's; over how long the release spreads is the calendar's.
    let bench = Bench::new(
        "clock: {speed: 60}\n\
         phases:\n\
         - {name: outage, for: 10s, rules: [{name: kept, on: callback, callback: hold}]}\n\
         - {name: recovery, for: 60s, rules: [{name: freed, on: callback, callback: {release: {over: 4m}}}]}\n",
    );
    let merchant = Merchant::listen(&bench, bench.listen(&[]), |_| Some(TAKEN));
    for number in 0..3 {
        pay(&bench, &format!("ORDER-{number}")).await;
    }
    sleep(Duration::from_secs(20)).await;
    let times: Vec<u128> = merchant.times_ms().into_iter().map(|ms| ms / 500).collect();
    assert_eq!(times, [20, 24, 28], "half seconds");
}
