//! One expectation a row, against samples written by hand.

use std::{sync::Arc, time::Duration};

use measure::{
    recorder::Recorder,
    sample::{Class, Sample},
    snapshot::{PhasePlan, RunPlan},
    verdict::Verdict,
    window::History,
};
use scenarios::expect::{Claim, Expectation};

use super::{Callbacks, Evidence, Wait, judge};
use crate::aggregate::names;

fn plan() -> Arc<RunPlan> {
    let phase = |name: &str, from_s: u64, until_s: u64| PhasePlan {
        name: name.to_owned(),
        from_us: from_s * 1_000_000,
        until_us: until_s * 1_000_000,
        faults: Vec::new(),
    };
    Arc::new(RunPlan {
        scenario: "test".to_owned(),
        seed: 1,
        target: String::new(),
        phases: vec![phase("calm", 0, 10), phase("storm", 10, 20), phase("never", 20, 30)],
        arrivals_end_us: 30_000_000,
        drain_us: 0,
        target_per_second: vec![10.0; 30],
        users: 1,
    })
}

/// Ten requests a second. Calm: 10 ms each, one of the hundred honestly declined. Storm: 100 ms, every fifth fails; half
/// of the wait is before the send. Nothing is due after it.
fn history() -> History {
    let recorder = Recorder::new(1, 4, 3);
    for at in 0..200_u64 {
        let intended_us = at * 100_000;
        let storm = at >= 100;
        let class = match (storm, at % 5) {
            (false, _) if at == 50 => Class::Declined,
            (true, 0) => Class::Http5xx,
            (_, _) => Class::Ok,
        };
        let took_us = if storm { 100_000 } else { 10_000 };
        let sample = Sample {
            phase: u16::from(storm),
            what: u16::try_from(at % 2).unwrap(),
            class,
            expected: storm,
            intended_us,
            sent_us: intended_us + took_us / 2,
            first_byte_us: intended_us + took_us,
            done_us: intended_us + took_us,
        };
        recorder.record(0, &sample);
        recorder.record(0, &Sample { what: 2, ..sample });
    }
    let mut history = History::new(plan(), names(&crate::testing::scenario().load));
    history.absorb(recorder.swap(), 31_000_000);
    history.end(31_000_000);
    history
}

/// `text` as a file would have it, read by the product's own reader.
fn expectation(text: &str) -> Expectation {
    let file = format!(
        "name: test\nphases: [{{name: calm, for: 10s}}, {{name: storm, for: 10s}}, {{name: never, for: 10s}}]\n\
         load: {{arrivals: [{{constant: 10/s}}]}}\nexpect:\n  - {text}\n"
    );
    let scenario = scenarios::read("test.yaml", &file).unwrap_or_else(|problems| panic!("{text}: {problems:?}"));
    scenario.expect.into_iter().next().unwrap()
}

fn check(text: &str, callbacks: Option<&Callbacks>, books: Option<bool>, observed: &str, verdict: Verdict) {
    let history = history();
    let plan = plan();
    let evidence = Evidence {
        history: &history,
        plan: &plan,
        offered: &[100, 300, 100, 300],
        dropped: &[0, 3, 0, 1],
        callbacks,
        books_balance: books,
    };
    let judged = judge(&[expectation(text)], &evidence);
    assert_eq!(
        (judged[0].observed.as_str(), judged[0].verdict),
        (observed, verdict),
        "{text}"
    );
    assert_eq!(judged[0].text, text);
}

#[test]
fn figures_are_those_of_the_selection() {
    for (text, observed, verdict) in [
        ("success >= 90% ", "90.00 %", Verdict::Met),
        ("success > 90%", "90.00 %", Verdict::Failed),
        ("success >= 100% in calm", "100.00 %", Verdict::Met),
        ("success >= 99.5% in storm", "80.00 %", Verdict::Failed),
        ("errors <= 20% in storm", "20.00 %", Verdict::Met),
        ("p99 < 11ms in calm", "10.0 ms", Verdict::Met),
        ("p99 < 100ms in storm", "100 ms", Verdict::Failed),
        ("p50 < 100ms of service in storm", "50.0 ms", Verdict::Met),
        ("max < 1s", "100 ms", Verdict::Met),
        ("rate >= 10/s in calm", "10.0/s", Verdict::Met),
        ("rate > 10/s of payLink in calm", "5.0/s", Verdict::Failed),
        ("success < 90% of checkDeposit in storm", "80.00 %", Verdict::Met),
        ("p50 < 20ms of checkout in calm", "10.0 ms", Verdict::Met),
        ("dropped <= 3 in storm", "3", Verdict::Met),
        ("dropped <= 3", "4", Verdict::Failed),
        ("dropped <= 1% in storm", "1.00 %", Verdict::Met),
        ("dropped < 0.5%", "0.50 %", Verdict::Failed),
        ("success >= 99% in never", "–", Verdict::NotJudged),
        ("p99 < 1s in never", "–", Verdict::NotJudged),
        ("recovered within 5s of calm", "not in time", Verdict::Failed),
        ("recovered within 5s of storm", "–", Verdict::NotJudged),
    ] {
        check(text.trim(), None, None, observed, verdict);
    }
}

#[test]
fn books_are_judged_by_the_gateways_status() {
    check("books balance", None, Some(true), "every coin sums to 0", Verdict::Met);
    check(
        "books balance",
        None,
        Some(false),
        "a coin does not sum to 0",
        Verdict::Failed,
    );
    check("books balance", None, None, "–", Verdict::NotJudged);
}

fn wait(number: &str, waited_ms: u64, came: bool, may_come: bool) -> Wait {
    Wait {
        number: number.to_owned(),
        paid_us: 12_000_000,
        waited_us: waited_ms * 1_000,
        came,
        may_come,
    }
}

const TEXT: &str = "every paid order called back within 60s";

fn called(waits: &[Wait]) -> Option<Callbacks> {
    Some(Callbacks::of(&plan(), &[expectation(TEXT)], waits.iter().cloned()))
}

#[test]
fn callbacks_are_judged_by_the_ledgers_payments() {
    let prompt = || wait("T-1", 2_000, true, false);
    for (second, observed, verdict) in [
        (wait("T-2", 60_000, true, false), "all 2 within 60.0 s", Verdict::Met),
        (
            wait("T-2", 60_001, true, false),
            "1 of 2 not, such as T-2",
            Verdict::Failed,
        ),
        (wait("T-2", 30_000, false, true), "all 2 within 2.00 s", Verdict::Met),
        (
            wait("T-2", 61_000, false, true),
            "1 of 2 not, such as T-2",
            Verdict::Failed,
        ),
        (
            wait("T-2", 1_000, false, false),
            "1 of 2 not, such as T-2",
            Verdict::Failed,
        ),
    ] {
        check(TEXT, called(&[prompt(), second]).as_ref(), None, observed, verdict);
    }
    check(TEXT, called(&[]).as_ref(), None, "–", Verdict::NotJudged);
    check(TEXT, None, None, "–", Verdict::NotJudged);
    let waits = called(&[prompt(), wait("T-2", 9_000, true, false)]);
    for (text, observed, verdict) in [
        ("max < 5s of callbacks", "9.00 s", Verdict::Failed),
        ("p50 < 5s of callbacks in storm", "2.00 s", Verdict::Met),
        ("max < 5s of callbacks in calm", "–", Verdict::NotJudged),
        ("success >= 100% of callbacks in storm", "100.00 %", Verdict::Met),
        ("rate >= 0.2/s of callbacks in storm", "0.2/s", Verdict::Met),
    ] {
        check(text, waits.as_ref(), None, observed, verdict);
    }
}

#[test]
fn a_phase_that_is_not_there_is_not_judged() {
    let claim = Claim::Recovered {
        within: Duration::from_secs(1),
        of: "elsewhere".to_owned(),
    };
    let history = history();
    let plan = plan();
    let evidence = Evidence {
        history: &history,
        plan: &plan,
        offered: &[],
        dropped: &[],
        callbacks: None,
        books_balance: None,
    };
    let judged = judge(
        &[Expectation {
            text: "x".to_owned(),
            claim,
        }],
        &evidence,
    );
    assert_eq!(judged[0].verdict, Verdict::NotJudged);
}
