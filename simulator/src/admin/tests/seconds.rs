//! What a dashboard that comes late is told: the seconds so far, and how the timeline came to where it stands.

use std::time::Duration;

use protocol::admin::{LegView, PhaseView, SecondPage, Standing, Timeline};
use tokio::time::sleep;

use super::*;
use crate::testing::SHOP;

const THREE: &str = "phases:
  - {name: calm, for: 10s}
  - {name: busy, for: 20s, rules: [{name: full, chance: 20%, ledger: skip, reply: {status: 503}}, {reply: {delay: 1s}}]}
  - {name: out, for: 5s, refuse: true}
";

#[tokio::test(start_paused = true)]
async fn a_reader_gets_what_went_before_and_then_only_what_is_new() {
    let desk = Desk::new(TWO);
    sleep(Duration::from_millis(300)).await;
    for number in 0..3 {
        desk.bench.call(&open(&format!("ORDER-{number}"))).await;
        sleep(Duration::from_secs(1)).await;
    }
    let first: SecondPage = desk.get("/seconds?limit=2").await;
    let counts = |page: &SecondPage| -> Vec<(u64, u64)> {
        page.seconds
            .iter()
            .map(|second| (second.seq, second.exchanges))
            .collect()
    };
    assert_eq!((counts(&first), first.last), (vec![(1, 1), (2, 1)], 3));
    let rest: SecondPage = desk.get("/seconds?after=2").await;
    assert_eq!((counts(&rest), rest.last), (vec![(3, 1)], 3));
    assert_eq!(rest.began_us, crate::testing::BEGIN_S * 1_000_000);
    let none: SecondPage = desk.get("/seconds?after=3").await;
    assert_eq!((none.seconds.len(), none.last), (0, 3));
    for query in [
        "after=-1",
        "after=x",
        "limit=0",
        "limit=10001",
        "after=1&after=2",
        "since=1",
    ] {
        let (status, body) = desk.ask(Method::GET, &format!("/seconds?{query}"), "").await;
        assert_eq!(status, 400, "{query}: {body}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_timeline_has_phases_faults_and_every_jump() {
    let desk = Desk::new(THREE);
    sleep(Duration::from_secs(4)).await;
    let timeline: Timeline = desk.get("/timeline").await;
    let phase = |name: &str, from_ms, until_ms, faults: &[&str]| PhaseView {
        name: name.to_owned(),
        from_ms,
        until_ms,
        faults: faults.iter().map(|word| (*word).to_owned()).collect(),
    };
    let phases = [
        phase("calm", 0, 10_000, &[]),
        phase("busy", 10_000, 30_000, &["full 20%", "any: delay"]),
        phase("out", 30_000, 35_000, &["refuse"]),
    ];
    assert_eq!(
        (timeline.phases.as_slice(), timeline.end_ms),
        (phases.as_slice(), 35_000)
    );
    assert_eq!((timeline.standing, timeline.elapsed_ms), (Standing::Running, 4_000));
    assert_eq!(timeline.now_us, 4_000_000);
    let leg = |at_us, elapsed_ms| LegView {
        at_us,
        elapsed_ms,
        held: false,
    };
    assert_eq!(timeline.legs, [leg(0, 0)]);

    desk.ask(Method::POST, "/phase/out", "").await;
    sleep(Duration::from_secs(1)).await;
    desk.ask(Method::POST, "/phase/calm", "").await;
    let timeline: Timeline = desk.get("/timeline").await;
    assert_eq!(timeline.legs, [leg(0, 0), leg(4_000_000, 30_000), leg(5_000_000, 0)]);

    sleep(Duration::from_secs(35)).await;
    let timeline: Timeline = desk.get("/timeline").await;
    assert_eq!((timeline.standing, timeline.elapsed_ms), (Standing::After, 35_000));
}

#[tokio::test(start_paused = true)]
async fn another_scenario_has_a_timeline_of_its_own() {
    let desk = Desk::new(TWO);
    sleep(Duration::from_secs(3)).await;
    let other = format!("{SHOP}{THREE}").replace("name: test", "name: other");
    desk.ask(Method::PUT, "/scenario?in_ms=2000", &other).await;
    let timeline: Timeline = desk.get("/timeline").await;
    assert_eq!((&*timeline.scenario, timeline.standing), ("other", Standing::Waiting));
    assert_eq!((timeline.legs.as_slice(), timeline.elapsed_ms), ([].as_slice(), 0));
    sleep(Duration::from_secs(3)).await;
    let timeline: Timeline = desk.get("/timeline").await;
    let started = LegView {
        at_us: 5_000_000,
        elapsed_ms: 0,
        held: false,
    };
    assert_eq!((timeline.standing, timeline.elapsed_ms), (Standing::Running, 1_000));
    assert_eq!(timeline.legs, [started]);
    // A fault by hand leaves the timeline as it is.
    desk.ask(Method::PUT, "/faults/slow", "{on: payLink, reply: {delay: 1s}}")
        .await;
    assert_eq!(desk.get::<Timeline>("/timeline").await, timeline);
}
