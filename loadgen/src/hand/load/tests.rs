//! Wishes for the load, and what becomes of each, with a pacer that has nothing else to do.

use std::thread;

use scenarios::Timeline;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::pace::reins::reins;

/// 100/s for 100 s.
fn planned(most: u32) -> Rate {
    let text = "name: x\nphases: [{name: whole, for: 100s}]\nload: {arrivals: [{constant: 100/s}]}\n";
    let scenario = scenarios::read("x.yaml", text).unwrap_or_else(|problems| panic!("{problems:?}"));
    Rate::Planned {
        schedule: Schedule::over(&scenario.load, scenario.seed, &Timeline::new(&scenario, None)),
        fastest: Decimal::ONE_HUNDRED,
        most,
    }
}

/// The load, its notes, and the end of its pacer.
fn bench(rate: Rate, segment: Segment, offered: u64) -> (Load, Notes, CancellationToken) {
    let course = Arc::new(Course::default());
    let (reins, bridle) = reins(course.clone());
    let load = Load {
        reins,
        course,
        axis: Arc::default(),
        offered: Box::new(move || offered),
        segment,
        rate,
        steps: 0,
        pause: None,
        left: PAUSED_MOST,
    };
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    thread::spawn(move || {
        while !stopped.is_cancelled() {
            if bridle.is_pulled() {
                bridle.obey(31_000_000, || 43_000_000, &stopped, |_| {});
            }
            thread::yield_now();
        }
    });
    (load, Notes::default(), stop)
}

/// What was said since, refusals in brackets.
fn said(notes: &Notes) -> Vec<String> {
    let text = |note: crate::hand::Note| match note.deed {
        Deed::Act | Deed::Mark => note.text,
        Deed::Refusal => format!("({})", note.text),
    };
    notes.after(0).into_iter().map(text).collect()
}

const NOBODY: Gateway = Gateway {
    port: None,
    fault: None,
};

#[tokio::test]
async fn a_pause_is_told_with_its_begin_and_then_with_its_length() {
    let (mut load, notes, stop) = bench(planned(1_000), Segment::WHOLE, 0);
    load.toggle(&NOBODY, &notes).await;
    assert_eq!(
        (said(&notes), load.is_paused()),
        (vec!["load paused at 00:31".to_owned()], true)
    );
    load.toggle(&NOBODY, &notes).await;
    assert_eq!(
        (said(&notes), load.is_paused()),
        (vec!["load paused 12.0 s at 00:31".to_owned()], false)
    );
    assert_eq!(load.course.run_us(32_000_000, 0), 44_000_000);
    stop.cancel();
}

#[tokio::test]
async fn a_pause_ends_with_the_run() {
    let (mut load, notes, stop) = bench(planned(1_000), Segment::WHOLE, 0);
    load.toggle(&NOBODY, &notes).await;
    load.leave(&NOBODY, &notes).await;
    assert!(!load.is_paused());
    load.leave(&NOBODY, &notes).await;
    assert_eq!(notes.acts().len(), 1);
    stop.cancel();
}

#[tokio::test]
async fn steps_go_up_and_come_back_to_where_they_were() {
    let (mut load, notes, stop) = bench(planned(1_000), Segment::WHOLE, 0);
    let mut percents = Vec::new();
    for step in [1, 1, 1, -1, -1, -1, -1] {
        load.pace(step, &notes).await;
        percents.push(load.course.percent());
    }
    assert_eq!(percents, [110, 121, 133, 121, 110, 100, 91]);
    assert_eq!(
        said(&notes),
        ["rate 91 %"],
        "the rate in force is what there is to tell"
    );
    // Down to one percent, each press another rate, and up again.
    for _ in 0..60 {
        load.pace(-1, &notes).await;
    }
    assert_eq!(load.course.percent(), 1);
    let last = said(&notes).pop().unwrap();
    assert_eq!(last, "(the rate stays at 1 %: it can be 1 % to 1000 % of the plan's)");
    load.pace(1, &notes).await;
    assert_eq!(load.course.percent(), 2);
    stop.cancel();
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_words() {
    let third = Segment::new(1, 3).unwrap();
    for (rate, segment, offered, step, why) in [
        (
            Rate::OfNobody("a crowd has no rate"),
            Segment::WHOLE,
            0,
            1,
            "(a crowd has no rate)",
        ),
        (
            planned(105),
            Segment::WHOLE,
            0,
            1,
            "(at 110 % the load would reach 110 arrivals a second, and 105 is the cap: see --max-rate)",
        ),
        (planned(105), Segment::WHOLE, 0, -1, "rate 91 %"),
        (
            planned(1_000),
            Segment::WHOLE,
            3_990_000,
            1,
            "(at 110 % the load would open more than 4000000 orders, which is the most it keeps)",
        ),
        (
            planned(1_000),
            third,
            0,
            1,
            "(segment 1/3 cannot be made faster or slower: the others would go on as planned)",
        ),
    ] {
        let (mut load, notes, stop) = bench(rate, segment, offered);
        load.pace(step, &notes).await;
        assert_eq!(said(&notes), [why]);
        assert_eq!(notes.acts().is_empty(), why.starts_with('('));
        stop.cancel();
    }
    let (mut load, notes, stop) = bench(planned(1_000), third, 0);
    load.toggle(&NOBODY, &notes).await;
    assert_eq!(
        said(&notes),
        ["(segment 1/3 cannot be paused: the others would go on as planned)"]
    );
    stop.cancel();
}

#[tokio::test]
async fn a_load_whose_arrivals_are_over_cannot_be_steered() {
    let (mut load, notes, _stop) = bench(planned(1_000), Segment::WHOLE, 0);
    let (reins, bridle) = reins(Arc::default());
    drop(bridle);
    load.reins = reins;
    load.toggle(&NOBODY, &notes).await;
    load.pace(1, &notes).await;
    let expected = [
        "(no arrival is left that a pause could hold back)",
        "(no arrival is left that another rate could bring)",
    ];
    assert_eq!(said(&notes), expected);
}
