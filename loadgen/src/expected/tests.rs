//! Phases: calm 0–10 s, faulty 10–20 s, outage 20–30 s, calm again.

use measure::sample::Class;
use scenarios::Operation;

use crate::testing::expected;

#[test]
fn the_scenario_explains_what_its_phases_may_do() {
    const OPEN: Operation = Operation::PayLink;
    const QUERY: Operation = Operation::CheckDeposit;
    let expected = expected();
    for (operation, class, sent_ms, done_ms, explained) in [
        (OPEN, Class::Ok, 1_000, 1_010, true),
        (OPEN, Class::Declined, 1_000, 1_010, true),
        (OPEN, Class::Aborted, 1_000, 1_010, true),
        (OPEN, Class::Http5xx, 1_000, 1_010, false),
        (OPEN, Class::Http5xx, 12_000, 12_010, true),
        (QUERY, Class::Http5xx, 12_000, 12_010, true),
        (OPEN, Class::Http4xx, 12_000, 12_010, false),
        (OPEN, Class::Protocol, 12_000, 12_010, false),
        (OPEN, Class::Signature, 12_000, 12_010, false),
        (OPEN, Class::Reset, 12_000, 12_010, true),
        (QUERY, Class::Reset, 12_000, 12_010, false),
        (QUERY, Class::Empty, 12_000, 12_010, true),
        (OPEN, Class::Empty, 12_000, 12_010, false),
        (OPEN, Class::Timeout, 12_000, 22_000, true),
        (QUERY, Class::Timeout, 12_000, 13_000, false),
        // Sent in one phase, answered in the next; and clocks that start 50 ms apart.
        (OPEN, Class::Http5xx, 9_000, 11_000, true),
        (OPEN, Class::Http5xx, 9_900, 9_960, true),
        (OPEN, Class::Http5xx, 9_900, 9_940, false),
        (OPEN, Class::Http5xx, 20_040, 20_060, true),
        (OPEN, Class::Refused, 19_000, 19_010, false),
        (OPEN, Class::Refused, 19_960, 19_970, true),
        (OPEN, Class::Refused, 25_000, 25_010, true),
        (OPEN, Class::Refused, 30_060, 30_070, false),
        // The wreck of a connection that the outage broke.
        (QUERY, Class::Reset, 25_000, 25_010, true),
        (QUERY, Class::Reset, 30_200, 30_210, true),
        (QUERY, Class::Reset, 30_300, 30_310, false),
        (OPEN, Class::Http5xx, 25_000, 25_010, false),
        (OPEN, Class::Timeout, 31_000, 41_000, false),
        // The drain.
        (OPEN, Class::Ok, 60_000, 60_010, true),
        (OPEN, Class::Http5xx, 60_000, 60_010, false),
    ] {
        let found = expected.explains(operation, class, sent_ms * 1_000, done_ms * 1_000);
        assert_eq!(found, explained, "{operation:?} {class:?} {sent_ms}–{done_ms}");
    }
}

/// What a scenario may do to an answer, and what a client of ours makes of it.
#[test]
fn a_spoilt_answer_is_explained() {
    let rows: [(&str, &[Class]); 7] = [
        ("garbage", &[Class::Protocol]),
        // A client may find the end before it finds the answer.
        ("{truncate: 50%}", &[Class::Protocol, Class::Empty]),
        ("{status: 200, body: '{}'}", &[Class::Protocol, Class::Signature]),
        ("{status: 200, body_size: 10MB}", &[Class::Protocol, Class::Signature]),
        ("{status: 307}", &[Class::Protocol]),
        ("{dribble: {chunks: 2, over: 11s}}", &[Class::Timeout]),
        ("{bandwidth: 10B/s}", &[Class::Timeout]),
    ];
    for (reply, classes) in rows {
        let text = format!("name: spoilt\nrules: [{{on: checkDeposit, reply: {reply}}}]\n");
        let scenario = scenarios::read("spoilt", &text).unwrap_or_else(|problems| panic!("{problems:?}"));
        let scenario = std::sync::Arc::new(scenario);
        let timeline = scenarios::Timeline::new(&scenario, None);
        let expected = super::Expected::new(&scenario, timeline, std::time::Duration::from_secs(10));
        for class in Class::ALL
            .into_iter()
            .filter(|class| !class.is_success() && *class != Class::Aborted)
        {
            let explained = expected.explains(Operation::CheckDeposit, class, 1_000_000, 1_010_000);
            assert_eq!(explained, classes.contains(&class), "{reply}: {class:?}");
        }
    }
}

#[test]
fn the_drain_is_one_past_the_last_phase() {
    let expected = expected();
    for (at_ms, phase) in [(0, 0), (9_999, 0), (10_000, 1), (39_999, 3), (40_000, 4), (99_999, 4)] {
        assert_eq!(expected.phase_at(at_ms * 1_000), phase, "{at_ms}");
    }
}

/// Paused at 8 s for a minute: whatever is planned behind it comes a minute later, and means the same.
#[test]
fn phases_are_where_a_pause_moved_them() {
    let course = std::sync::Arc::new(crate::course::Course::default());
    course.pause(8_000_000);
    let paused = expected().on(course.clone());
    assert_eq!((paused.phase_at(9_000_000), paused.phase_at(50_000_000)), (0, 0));
    course.go_on(68_000_000);
    let plain = expected();
    for planned_us in (8_100_000..50_000_000).step_by(700_000) {
        let run_us = planned_us + 60_000_000;
        assert_eq!(paused.phase_at(run_us), plain.phase_at(planned_us), "{planned_us}");
        assert_eq!(paused.refuses(run_us), plain.refuses(planned_us), "{planned_us}");
        assert_eq!(
            paused.disturbs(run_us, run_us + 1),
            plain.disturbs(planned_us, planned_us + 1)
        );
        for class in Class::ALL {
            let explains =
                |expected: &super::Expected, at_us| expected.explains(Operation::PayLink, class, at_us, at_us + 20_000);
            assert_eq!(
                explains(&paused, run_us),
                explains(&plain, planned_us),
                "{planned_us} {class:?}"
            );
        }
    }
    assert_eq!(paused.phase_at(7_999_999), 0);
}

/// A shop feels whatever goes wrong at its wallet, and for a while after; AFTERSHOCK and SKEW are below a second here.
#[test]
fn a_shop_is_disturbed_where_the_wallet_is() {
    let expected = expected();
    let second = 1_000_000;
    for (from_s, until_s, disturbed) in [
        (1, 8, false),
        (1, 11, true),
        (12, 13, true),
        (22, 23, true),
        (19, 35, true),
        (36, 38, false),
        (45, 50, false),
    ] {
        let found = expected.disturbs(from_s * second, until_s * second);
        assert_eq!(found, disturbed, "{from_s} to {until_s} s");
    }
}
