//! Figures against bounds: on the border, just beside it, and without samples.

use Comparison::{Above, AtLeast, AtMost, Below};

use super::*;

fn check(comparison: Comparison, measured: Measured, observed: &str, verdict: Verdict) {
    let judged = Judged::compare("as written", comparison, measured);
    assert_eq!(
        (judged.observed.as_str(), judged.verdict),
        (observed, verdict),
        "{comparison:?} {measured:?}"
    );
    assert_eq!(judged.text, "as written");
}

fn share(part: u64, of: u64) -> Measured {
    Measured::Share {
        part,
        of,
        bound: Fraction { num: 995, den: 1_000 },
    }
}

fn time(us: u64) -> Measured {
    Measured::Time {
        samples: 10,
        us,
        bound_us: 300_000,
    }
}

fn rate(count: u64, over_us: u64) -> Measured {
    Measured::Rate {
        count,
        over_us,
        bound: Fraction { num: 399, den: 2 },
    }
}

#[test]
fn shares() {
    check(AtLeast, share(9_997, 10_000), "99.97 %", Verdict::Met);
    check(AtLeast, share(995, 1_000), "99.50 %", Verdict::Met);
    check(Above, share(995, 1_000), "99.50 %", Verdict::Failed);
    // 99.4999 % would round to the bound it misses.
    check(AtLeast, share(994_999, 1_000_000), "99.4999 %", Verdict::Failed);
    check(Below, share(994_999, 1_000_000), "99.4999 %", Verdict::Met);
    check(AtLeast, share(0, 0), "–", Verdict::NotJudged);
    check(AtLeast, share(0, 1), "0.00 %", Verdict::Failed);
    check(AtLeast, share(u64::MAX, u64::MAX), "100.00 %", Verdict::Met);
}

#[test]
fn times() {
    check(Below, time(12_440), "12.4 ms", Verdict::Met);
    check(Below, time(300_000), "300 ms", Verdict::Failed);
    check(AtMost, time(300_000), "300 ms", Verdict::Met);
    check(AtMost, time(300_031), "300.03 ms", Verdict::Failed);
    check(Below, time(299_999), "299.999 ms", Verdict::Met);
    check(Below, time(2_310_000), "2.31 s", Verdict::Failed);
    check(
        Below,
        Measured::Time {
            samples: 0,
            us: 0,
            bound_us: 1,
        },
        "–",
        Verdict::NotJudged,
    );
}

#[test]
fn rates_and_counts() {
    check(AtLeast, rate(1_998, 10_000_000), "199.8/s", Verdict::Met);
    check(AtLeast, rate(19_946, 100_000_000), "199.46/s", Verdict::Failed);
    check(AtLeast, rate(1_983, 10_000_000), "198.3/s", Verdict::Failed);
    check(AtLeast, rate(0, 0), "–", Verdict::NotJudged);
    check(AtMost, Measured::Count { count: 0, bound: 0 }, "0", Verdict::Met);
    check(Below, Measured::Count { count: 7, bound: 7 }, "7", Verdict::Failed);
}

#[test]
fn recoveries() {
    let judge = |recovery| {
        let judged = Judged::recovered("recovered within 5s of outage", recovery);
        (judged.observed, judged.verdict)
    };
    assert_eq!(
        judge(Recovery::After(2_000_000)),
        ("after 2.00 s".to_owned(), Verdict::Met)
    );
    assert_eq!(judge(Recovery::NotWithin), ("not in time".to_owned(), Verdict::Failed));
    assert_eq!(judge(Recovery::NotYet), ("–".to_owned(), Verdict::NotJudged));
    assert_eq!(judge(Recovery::NoSamples), ("–".to_owned(), Verdict::NotJudged));
}

#[test]
fn one_failure_fails_all() {
    use Verdict::{Failed, Met, NotJudged};
    for (verdicts, expected) in [
        (vec![], NotJudged),
        (vec![NotJudged], NotJudged),
        (vec![NotJudged, Met], Met),
        (vec![Met, Failed, NotJudged], Failed),
    ] {
        assert_eq!(Verdict::all(verdicts.clone()), expected, "{verdicts:?}");
    }
}
