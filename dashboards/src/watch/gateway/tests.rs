//! Pictures of gateways that are made up: pages as the admin port would give them.

mod made;

use measure::{
    sample::Class,
    snapshot::{EventKind, HEAT_ROWS_US, SECONDS_KEPT, SecondFigures, Window},
    tally::Tally,
};
use protocol::admin::{
    self, Bucket, CallbackSecond, EndCount, ExchangeEnd as End, FaultView, GatewaySecond, LegView, OperationSecond,
    PhaseView, Spread, Times,
};

use super::*;
use made::Made;

const BEGAN_US: u64 = 1_795_705_800_000_000;
const S: u64 = 1_000_000;

fn numbers(snapshot: &Snapshot) -> Vec<u32> {
    snapshot.seconds.iter().map(|second| second.second).collect()
}

fn phases(snapshot: &Snapshot) -> Vec<(&str, u64, u64)> {
    let phases = snapshot.plan.phases.iter();
    phases
        .map(|phase| (phase.name.as_str(), phase.from_us, phase.until_us))
        .collect()
}

#[test]
fn both_sides_mean_the_same_seconds_and_classes() {
    assert_eq!(admin::HEAT_ROWS_US, HEAT_ROWS_US);
    assert_eq!(admin::SECONDS_KEPT, SECONDS_KEPT);
    for end in End::ALL {
        assert_eq!(second::class_of(end).is_success(), end.is_success(), "{end:?}");
    }
}

#[test]
fn sums_are_one_anothers() {
    let made = Made::after(25);
    let snapshot = made.shown_to(&mut GatewayPicture::new("http://gateway"));
    let finished: u64 = made.seconds.iter().map(|second| second.exchanges).sum();
    let sum = |part: fn(&SecondFigures) -> u32| {
        snapshot
            .seconds
            .iter()
            .map(|second| u64::from(part(second)))
            .sum::<u64>()
    };
    let [ok, expected, unexpected] = [
        sum(|second| second.ok),
        sum(|second| second.expected_errors),
        sum(|second| second.unexpected_errors),
    ];
    assert_eq!((ok, expected, unexpected), (25 * 26 / 2, 50, 25));
    assert_eq!(
        (sum(|second| second.finished), ok + expected + unexpected),
        (finished, finished)
    );
    assert_eq!(
        snapshot.classes.iter().map(|figures| figures.count).sum::<u64>(),
        finished
    );
    assert_eq!(
        snapshot.operations.iter().map(|figures| figures.finished).sum::<u64>(),
        finished
    );
    assert_eq!(
        snapshot.phases.iter().map(|figures| figures.finished).sum::<u64>(),
        finished
    );
    assert_eq!(snapshot.phases.len(), snapshot.plan.phases.len());
    assert_eq!(snapshot.phases[1].injected, 7);
    for second in &*snapshot.seconds {
        assert_eq!(second.heat.iter().sum::<u32>(), second.ok);
        let of = |part: fn(&measure::snapshot::OperationSecond) -> u32| second.operations.iter().map(part).sum::<u32>();
        assert_eq!((of(|own| own.finished), of(|own| own.ok)), (second.finished, second.ok));
        assert_eq!(second.operations[0].heat, second.heat);
        assert_eq!(second.errors.iter().map(|figures| figures.count).sum::<u64>(), 3);
    }
    let classes: Vec<(Class, bool)> = snapshot
        .classes
        .iter()
        .map(|figures| (figures.class, figures.expected))
        .collect();
    assert_eq!(
        classes,
        [(Class::Ok, true), (Class::Reset, true), (Class::Signature, false)]
    );
}

/// An average of the seconds' percentiles would say 20.5 ms: later seconds have more exchanges.
#[test]
fn percentiles_of_windows_are_true() {
    let snapshot = Made::after(25).shown_to(&mut GatewayPicture::new("http://gateway"));
    let mut expected = Tally::default();
    for seq in 16..=25 {
        expected.record_n(seq * 1_000, seq);
    }
    let ten = &snapshot.windows[0];
    assert_eq!(
        (ten.window, ten.response_ok),
        (Window::TenSeconds, expected.percentiles())
    );
    assert_eq!(
        (ten.response_ok.p50_us / 100, ten.finished),
        (210, (16..=25).sum::<u64>() + 30)
    );
    assert_eq!((ten.service.p99_us, ten.service.p50_us), (500, 500));
    let all = &snapshot.windows[3];
    assert_eq!((all.window, all.finished), (Window::All, 25 * 26 / 2 + 75));
    assert!((all.per_second - 16.0).abs() < 1e-9);
    let lately = &snapshot.operations[0];
    assert_eq!(
        (lately.response.count, lately.name.as_str()),
        ((16..=25).sum::<u64>() + 10, "payLink")
    );
}

#[test]
fn who_comes_late_sees_what_went_before() {
    let mut late = GatewayPicture::new("http://gateway");
    let mut early = GatewayPicture::new("http://gateway");
    let mut made = Made::after(0);
    for _ in 0..25 {
        made.pass(1);
        made.shown_to(&mut early);
    }
    let (early, mut seen) = (early.latest(), (*made.shown_to(&mut late)).clone());
    assert_eq!((seen.elapsed_us, numbers(&seen)), (25_200_000, (0..25).collect()));
    assert_eq!(
        (seen.windows.clone(), &seen.classes, &seen.events),
        (early.windows.clone(), &early.classes, &early.events)
    );
    // Only who was there knows how busy workers were then.
    assert_eq!(seen.seconds[24], early.seconds[24]);
    assert!(seen.seconds[3].gauges.capacity.is_none() && early.seconds[3].gauges.capacity.is_some());
    // A look without anything new changes nothing.
    seen = (*made.shown_to(&mut late)).clone();
    assert_eq!(seen, *late.latest());
    assert_eq!(numbers(&seen).len(), 25);
}

#[test]
fn a_long_run_shows_its_last_ten_minutes() {
    let mut made = Made::after(700);
    made.timeline.legs[0].at_us = 50_300_000;
    made.pass(0);
    let snapshot = made.shown_to(&mut GatewayPicture::new("http://gateway"));
    // Second 101 of the gateway ends 50.7 s after the timeline's start.
    assert_eq!((numbers(&snapshot)[0], numbers(&snapshot).len()), (50, SECONDS_KEPT));
    assert_eq!(snapshot.elapsed_us, 700_200_000 - 50_300_000);
    let expected = [
        ("calm", 0, 10 * S),
        ("busy", 10 * S, 20 * S),
        ("end", 20 * S, 30 * S),
        ("after", 30 * S, 650_900_000),
    ];
    assert_eq!(phases(&snapshot), expected);
    assert_eq!(snapshot.stage, Stage::Running);
}

#[test]
fn another_gateway_begins_anew() {
    let mut picture = GatewayPicture::new("http://gateway");
    Made::after(20).shown_to(&mut picture);
    let mut other = Made::after(8);
    other.timeline.began_us += 60 * S;
    let first = other.shown_to(&mut picture);
    assert_eq!(
        (numbers(&first), picture.after()),
        (vec![], After::default()),
        "it was asked for seconds after 20"
    );
    let second = other.shown_to(&mut picture);
    assert_eq!((numbers(&second), second.elapsed_us), ((0..8).collect(), 8_200_000));
    assert_eq!(second.windows[3].finished, 8 * 9 / 2 + 24);
    // In the middle of a look: the timeline is another gateway's than the seconds.
    let mut torn = Made::after(9);
    torn.timeline.began_us += 90 * S;
    let page = SecondPage {
        began_us: other.timeline.began_us,
        ..SecondPage::default()
    };
    let kept = picture.take(&GatewayLook {
        status: &torn.status,
        timeline: &torn.timeline,
        seconds: &page,
        acts: &ActPage {
            format: 1,
            acts: Vec::new(),
            last: 0,
        },
        faults: &torn.faults,
    });
    assert_eq!(kept, second);
}

#[test]
fn another_scenario_begins_anew() {
    let mut picture = GatewayPicture::new("http://gateway");
    let mut made = Made::after(15);
    made.shown_to(&mut picture);
    made.timeline.scenario = "other".to_owned();
    made.timeline.legs = vec![LegView {
        at_us: made.timeline.now_us,
        elapsed_ms: 0,
        held: false,
    }];
    made.act("scenario", "other");
    made.pass(3);
    let snapshot = made.shown_to(&mut picture);
    assert_eq!(
        (snapshot.plan.scenario.as_str(), numbers(&snapshot)),
        ("other", vec![0, 1, 2])
    );
    assert_eq!(snapshot.windows[3].finished, 16 + 17 + 18 + 9);
    assert_eq!(
        (snapshot.elapsed_us, phases(&snapshot)[0]),
        (3_000_000, ("calm", 0, 10 * S))
    );
    assert_eq!(snapshot.by_hand, ["scenario other"]);
}

#[test]
fn after_a_jump_phases_stand_where_they_held() {
    let mut made = Made::after(4);
    made.jump("end");
    made.pass(3);
    made.jump("calm");
    made.act("fault_put", "slow");
    made.faults.faults.push(FaultView {
        name: "slow".to_owned(),
        text: String::new(),
        expires_ms: 0,
        remaining_ms: 9_000,
        hits: None,
    });
    made.pass(2);
    let snapshot = made.shown_to(&mut GatewayPicture::new("http://gateway"));
    let expected = [
        ("calm", 0, 4_200_000),
        ("end", 4_200_000, 7_200_000),
        ("calm", 7_200_000, 17_200_000),
        ("busy", 17_200_000, 27_200_000),
        ("end", 27_200_000, 37_200_000),
    ];
    assert_eq!(
        (phases(&snapshot).as_slice(), snapshot.plan.arrivals_end_us),
        (expected.as_slice(), 37_200_000)
    );
    assert_eq!((snapshot.elapsed_us, numbers(&snapshot)), (9_200_000, (0..9).collect()));
    let finished: Vec<u64> = snapshot.phases.iter().map(|phase| phase.finished).collect();
    assert_eq!(finished, [4 + 5 + 6 + 7, 8 + 9 + 10, 11 + 12, 0, 0]);
    assert_eq!(
        snapshot.by_hand,
        ["phase end", "phase calm", "fault slow on", "fault slow is on"]
    );
    let events: Vec<(EventKind, &str)> = snapshot
        .events
        .iter()
        .map(|line| (line.kind, line.text.as_str()))
        .collect();
    let expected = [
        (EventKind::Phase, "calm: no faults"),
        (EventKind::Phase, "end: no faults"),
        (EventKind::Hand, "phase end"),
        (EventKind::Phase, "calm: no faults"),
        (EventKind::Hand, "phase calm"),
        (EventKind::Hand, "fault slow on"),
    ];
    assert_eq!(events, expected);
    assert!(snapshot.events.iter().map(|line| line.seq).eq(1..=6));
}

#[test]
fn a_phase_in_which_the_timeline_was_held_lasts_as_much_longer() {
    let mut made = Made::after(4);
    let mut picture = GatewayPicture::new("http://gateway");
    let later = |by_us: u64| {
        [
            ("calm", 0, 10_000_000 + by_us),
            ("busy", 10_000_000 + by_us, 20_000_000 + by_us),
        ]
    };
    made.hold(true);
    made.pass(3);
    assert_eq!(phases(&made.shown_to(&mut picture))[..2], later(3_000_000), "held");
    made.pass(1);
    assert_eq!(
        phases(&made.shown_to(&mut picture))[..2],
        later(4_000_000),
        "still held"
    );
    made.hold(false);
    made.pass(2);
    assert_eq!(phases(&made.shown_to(&mut picture))[..2], later(4_000_000), "let go");
}

#[test]
fn nothing_is_shown_while_the_timeline_waits_and_nothing_is_missed() {
    let mut picture = GatewayPicture::new("http://gateway");
    let mut made = Made::after(6);
    let legs = std::mem::take(&mut made.timeline.legs);
    made.timeline.standing = Standing::Waiting;
    let snapshot = made.shown_to(&mut picture);
    assert_eq!(
        (snapshot.stage, snapshot.elapsed_us, numbers(&snapshot)),
        (Stage::Starting, 0, vec![])
    );
    assert_eq!(phases(&snapshot).len(), 3);
    // It starts within second 6, which was complete when it was last looked at.
    made.timeline.legs = legs;
    made.timeline.legs[0].at_us = 5_900_000;
    made.timeline.standing = Standing::Running;
    made.pass(1);
    let snapshot = made.shown_to(&mut picture);
    assert_eq!((snapshot.stage, numbers(&snapshot)), (Stage::Running, vec![0, 1]));
    assert_eq!(snapshot.seconds[0].finished, 9);
}

#[test]
fn counts_of_the_gateway_are_taken_over() {
    let snapshot = Made::after(5).shown_to(&mut GatewayPicture::new("http://gateway"));
    assert_eq!(
        (snapshot.subject, snapshot.plan.target.as_str()),
        (Subject::Gateway, "http://gateway")
    );
    let CallbackFigures {
        sent,
        held,
        pending,
        ack_p99_us,
        received,
        ..
    } = snapshot.callbacks;
    assert_eq!((sent, held, pending, ack_p99_us, received), (40, 2, 3, 1_200, 0));
    assert_eq!(
        snapshot.capacity.map(|capacity| (capacity.busy, capacity.turned_away)),
        Some((3, 1))
    );
    let gauges = |second: usize| snapshot.seconds[second].gauges;
    assert_eq!(
        (gauges(0).decided, gauges(4).decided, gauges(4).callbacks.sent),
        (2, 10, 10)
    );
    assert_eq!((gauges(4).in_flight, gauges(4).callbacks.pending), (5, 3));
}
