//! Sentences, good and bad.

use std::fmt::Write;

use proptest::prelude::*;

use super::*;
use crate::scenario::{Operation, Ratio};

fn compare(metric: Metric, op: Comparison, value: Value, of: Of, phase: Option<&str>) -> Claim {
    Claim::Compare {
        metric,
        op,
        value,
        of,
        phase: phase.map(str::to_owned),
    }
}

#[test]
fn sentences_read_as_their_claims() {
    let share = |num, den| Value::Share(Ratio { num, den });
    let ms = |ms| Value::Time(Duration::from_millis(ms));
    let healthy = Some("healthy");
    for (text, expected) in [
        (
            "success >= 99.5% in healthy",
            compare(
                Metric::Success,
                Comparison::AtLeast,
                share(199, 200),
                Of::Requests,
                healthy,
            ),
        ),
        (
            "errors < 1/20",
            compare(Metric::Errors, Comparison::Below, share(1, 20), Of::Requests, None),
        ),
        (
            "p99 < 300ms in healthy",
            compare(
                Metric::Percentile(99_000),
                Comparison::Below,
                ms(300),
                Of::Requests,
                healthy,
            ),
        ),
        (
            "p99<300ms",
            compare(
                Metric::Percentile(99_000),
                Comparison::Below,
                ms(300),
                Of::Requests,
                None,
            ),
        ),
        (
            "  p99.99 <=  1s of payLink",
            compare(
                Metric::Percentile(99_990),
                Comparison::AtMost,
                ms(1_000),
                Of::Operation(Operation::PayLink),
                None,
            ),
        ),
        (
            "p50 > 1ms of service in healthy",
            compare(
                Metric::Percentile(50_000),
                Comparison::Above,
                ms(1),
                Of::Service,
                healthy,
            ),
        ),
        (
            "max <= 2s of callbacks",
            compare(Metric::Max, Comparison::AtMost, ms(2_000), Of::Callbacks, None),
        ),
        (
            "p90 < 5s of checkout",
            compare(
                Metric::Percentile(90_000),
                Comparison::Below,
                ms(5_000),
                Of::Journey("checkout".to_owned()),
                None,
            ),
        ),
        (
            "rate >= 199.5/s",
            compare(
                Metric::Rate,
                Comparison::AtLeast,
                Value::PerSecond(Decimal::new(1_995, 1)),
                Of::Requests,
                None,
            ),
        ),
        (
            "dropped <= 0",
            compare(Metric::Dropped, Comparison::AtMost, Value::Count(0), Of::Requests, None),
        ),
        (
            "dropped < 1%",
            compare(Metric::Dropped, Comparison::Below, share(1, 100), Of::Requests, None),
        ),
        (
            "recovered within 5s of outage",
            Claim::Recovered {
                within: Duration::from_secs(5),
                of: "outage".to_owned(),
            },
        ),
        (
            "every paid order called back within 60s",
            Claim::CalledBack {
                within: Duration::from_secs(60),
            },
        ),
        ("books balance", Claim::BooksBalance),
    ] {
        let read = Expectation::parse(text).unwrap();
        assert_eq!(read.claim, expected, "{text}");
        assert_eq!(read.to_string(), text);
        assert_eq!(
            Expectation::parse(&read.claim.to_string()).unwrap().claim,
            expected,
            "{}",
            read.claim
        );
    }
}

#[test]
fn mistakes_are_named_where_they_stand() {
    let mut said = String::new();
    for text in [
        "",
        "   ",
        "succes >= 99%",
        "latency < 3s",
        "Recovered within 5s of outage",
        "p0 < 1s",
        "p100 < 1s",
        "p99.9999 < 1s",
        "success",
        "success => 99%",
        "success == 99%",
        "success is 99%",
        "success >=",
        "success >= 99.5",
        "success >= 101%",
        "p99 < 300",
        "p99 < 20%",
        "max < soon",
        "rate >= 200",
        "dropped <= few",
        "p99 < 1s of",
        "p99 < 1s of callback",
        "success >= 99% of service",
        "p99 < 1s in",
        "p99 < 1s in healthy of payLink",
        "p99 < 1s on healthy",
        "p99 < 1s in healthy and brown-out",
        "recovered in 5s of outage",
        "recovered within 5 of outage",
        "recovered within 5s",
        "recovered within 5s of",
        "every order called back within 60s",
        "every paid order called back within",
        "books",
        "books balanced",
        "books balance in healthy",
    ] {
        let ExpectationError { at, message, help } = Expectation::parse(text).unwrap_err();
        let marks = text[..at.start].chars().count();
        let width = text[at].chars().count().max(1);
        writeln!(
            said,
            "{text}\n{}{} {message}; {}",
            " ".repeat(marks),
            "^".repeat(width),
            help.unwrap_or_default()
        )
        .unwrap();
    }
    insta::assert_snapshot!(said);
}

proptest! {
    #[test]
    fn no_text_panics_and_every_place_lies_within(text in "[a-z0-9 <>=%/.≥é]{0,40}") {
        if let Err(error) = Expectation::parse(&text) {
            prop_assert!(text.get(error.at).is_some());
        }
    }
}
