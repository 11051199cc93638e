//! The shipped scenarios in words, and what their own lines decide.

use scenarios::{Timeline, explain, library, read};

/// What `paydrill explain` says of each shipped scenario; the pictures are documentation too.
#[test]
fn shipped_scenarios_in_words() {
    for name in library::names() {
        let scenario = read(name, library::get(name).unwrap().text).unwrap();
        insta::assert_snapshot!(name, explain(&scenario, &Timeline::new(&scenario, None)));
    }
}

/// The share that a run of the shipped scenario is held against.
#[test]
fn the_brown_out_states_its_shares() {
    let scenario = read("outage", library::get("outage-and-recovery").unwrap().text).unwrap();
    let text = explain(&scenario, &Timeline::new(&scenario, None));
    for line in [
        "busy: answers 20% of calls with 503",
        "lost-answer: resets 5% of the remaining 80% = 4% of payLink calls",
        "poor: refuses 2% of the remaining 76% = 1.52% of payLink calls",
    ] {
        assert!(text.contains(line), "{line}");
    }
}
