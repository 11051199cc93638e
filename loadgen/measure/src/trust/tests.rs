//! A row for each threshold: the last value that is fine, and the first that is not.

use super::*;

/// Ten seconds at 200/s that nothing speaks against.
const GOOD: TrustFacts = TrustFacts {
    lag_p99_us: 400,
    offered: 2_000,
    started: 2_000,
    completed: 2_000,
    waiting: 0,
    dropped: 0,
    drops_wanted: false,
    saturated_us: 0,
    lasted_us: 10_000_000,
    unfinished: 0,
    journal_lost: 0,
    samples_lost: 0,
    clock_step_us: 0,
    stall_longest_us: 12_000,
    stalled_us: 12_000,
    cpu_us: 4_000_000,
    cores: 2,
    shares_cores: true,
    shares_process: false,
};

fn check(facts: TrustFacts, stamp: Stamp, reasons: &[&str]) {
    let trust = Trust::judge(&facts);
    assert_eq!(
        (trust.stamp, trust.reasons),
        (stamp, reasons.iter().map(|reason| (*reason).to_owned()).collect())
    );
}

#[test]
fn limits_themselves_are_fine() {
    check(GOOD, Stamp::Valid, &[]);
    check(TrustFacts::default(), Stamp::Valid, &[]);
    let at_the_limits = TrustFacts {
        lag_p99_us: 500,
        started: 1_998,
        saturated_us: 100_000,
        clock_step_us: 1_000_000,
        stall_longest_us: 100_000,
        stalled_us: 100_000,
        cpu_us: 19_000_000,
        ..GOOD
    };
    check(at_the_limits, Stamp::Valid, &[]);
    check(
        TrustFacts {
            started: 1_900,
            dropped: 60,
            waiting: 40,
            drops_wanted: true,
            ..GOOD
        },
        Stamp::Valid,
        &[],
    );
    check(
        TrustFacts {
            lasted_us: 900_000,
            cpu_us: 1_800_000,
            saturated_us: 900_000,
            ..GOOD
        },
        Stamp::Valid,
        &[],
    );
}

#[test]
fn each_threshold_has_its_reason() {
    use Stamp::{Invalid, Suspect};
    let rows = [
        (
            TrustFacts {
                lag_p99_us: 501,
                ..GOOD
            },
            Suspect,
            "The pacer was late: 99 % of arrivals within 0.50 ms only.",
        ),
        (
            TrustFacts {
                lag_p99_us: 100_001,
                ..GOOD
            },
            Invalid,
            "The pacer was late: 99 % of arrivals within 100 ms only.",
        ),
        (
            TrustFacts { started: 1_997, ..GOOD },
            Suspect,
            "Only 1 997 of 2 000 offered arrivals were started.",
        ),
        (
            TrustFacts { started: 1_799, ..GOOD },
            Invalid,
            "Only 1 799 of 2 000 offered arrivals were started.",
        ),
        (
            TrustFacts { dropped: 1, ..GOOD },
            Suspect,
            "Dropped although arrivals should queue: 1.",
        ),
        (
            TrustFacts {
                saturated_us: 150_000,
                ..GOOD
            },
            Suspect,
            "All users were busy while steps were due for 1.50 % of the time; give the load more users.",
        ),
        (
            TrustFacts { unfinished: 3, ..GOOD },
            Suspect,
            "Journeys that did not end within the drain: 3.",
        ),
        (
            TrustFacts {
                journal_lost: 12_000,
                ..GOOD
            },
            Suspect,
            "Lines the journal had to drop: 12 000.",
        ),
        (
            TrustFacts {
                samples_lost: 1,
                ..GOOD
            },
            Invalid,
            "Samples that found no room in the recorder: 1.",
        ),
        (
            TrustFacts {
                clock_step_us: 1_500_000,
                ..GOOD
            },
            Suspect,
            "The wall clock moved by 1.50 s during the run.",
        ),
        (
            TrustFacts {
                stall_longest_us: 100_001,
                ..GOOD
            },
            Suspect,
            "The machine had no processor for the load for 0.12 % of the time, 100 ms at a stretch.",
        ),
        (
            TrustFacts {
                stalled_us: 100_001,
                ..GOOD
            },
            Suspect,
            "The machine had no processor for the load for 1.00 % of the time, 12.0 ms at a stretch.",
        ),
        (
            TrustFacts {
                stalled_us: 5_000_001,
                ..GOOD
            },
            Invalid,
            "The machine had no processor for the load for 50.00 % of the time, 12.0 ms at a stretch.",
        ),
        (
            TrustFacts {
                cpu_us: 19_600_000,
                ..GOOD
            },
            Suspect,
            "This process took 98 % of all 2 cores, which the target had to share.",
        ),
        (
            TrustFacts {
                cpu_us: 19_600_000,
                shares_cores: false,
                ..GOOD
            },
            Suspect,
            "This process took 98 % of all 2 cores.",
        ),
    ];
    for (facts, stamp, reason) in rows {
        check(facts, stamp, &[reason]);
    }
}

#[test]
fn the_worst_stamp_wins_and_every_reason_stays() {
    let facts = TrustFacts {
        unfinished: 2,
        lag_p99_us: 200_000,
        ..GOOD
    };
    check(
        facts,
        Stamp::Invalid,
        &[
            "The pacer was late: 99 % of arrivals within 200 ms only.",
            "Journeys that did not end within the drain: 2.",
        ],
    );
}

#[test]
fn words_are_those_of_the_summary() {
    for stamp in [Stamp::Valid, Stamp::Suspect, Stamp::Invalid] {
        assert_eq!(serde_json::to_string(&stamp).unwrap(), format!("\"{}\"", stamp.word()));
    }
}

#[test]
fn figures_are_a_line() {
    let line = |facts: TrustFacts| facts.line();
    let shared = "100.00 % of the offered arrivals started, 100.00 % completed, pacer lag p99 0.40 ms, longest stall \
                  12.0 ms, the load, beside its target on one machine, took 20 % of 2 cores";
    assert_eq!(line(GOOD), shared);
    let one_process = TrustFacts {
        shares_process: true,
        ..GOOD
    };
    assert!(line(one_process).ends_with("load and gateway in one process took 20 % of 2 cores"));
    let alone = TrustFacts {
        shares_cores: false,
        cores: 1,
        ..GOOD
    };
    assert!(line(alone).ends_with("the load took 40 % of one core"));
    assert!(line(TrustFacts::default()).starts_with("nothing was offered"));
}

#[test]
fn a_judgement_carries_its_figures() {
    let trust = Trust::judge(&GOOD);
    let read: Trust = serde_json::from_str(&serde_json::to_string(&trust).unwrap()).unwrap();
    assert_eq!((read.facts, read.stamp), (Some(GOOD), Stamp::Valid));
    let older: Trust = serde_json::from_str(r#"{"stamp": "VALID", "reasons": []}"#).unwrap();
    assert_eq!(older, Trust::default());
}
