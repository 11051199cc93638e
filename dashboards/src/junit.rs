//! The verdicts of a run as JUnit XML, which every CI server shows: a case for each expectation, rule, audit and stamp.

use measure::{
    summary::{Stopped, Summary},
    trust::Stamp,
    verdict::Verdict,
};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::figures::clean;

/// Differences of the audit that are told of; the summary has more.
const DIFFERENCES_SHOWN: usize = 20;

/// The text of `junit.xml`. `strict` counts an expectation that could not be judged as failed.
///
/// # Errors
/// Never for what a summary holds: control characters, which XML cannot hold, are taken out.
pub fn junit(summary: &Summary, strict: bool) -> Result<String, JunitError> {
    let mut report = Report::new(&clean(&summary.scenario)[..]);
    report.add_test_suites([
        expectations(summary, strict),
        rules(summary),
        audit(summary),
        trust(summary),
    ]);
    Ok(report.to_string()?)
}

/// Why there is no XML.
#[derive(Debug, thiserror::Error)]
#[error("junit: {0}")]
pub struct JunitError(#[from] quick_junit::SerializeError);

fn expectations(summary: &Summary, strict: bool) -> TestSuite {
    let mut suite = TestSuite::new("expectations");
    for judged in &summary.expectations {
        let observed = format!("observed: {}", clean(&judged.observed));
        let status = match (judged.verdict, strict) {
            (Verdict::Met, _) => TestCaseStatus::success(),
            (Verdict::Failed, _) => failure(&observed),
            (Verdict::NotJudged, true) => failure("could not be judged"),
            (Verdict::NotJudged, false) => skipped("could not be judged"),
        };
        suite.add_test_case(case(summary, &judged.text, status));
    }
    suite
}

fn rules(summary: &Summary) -> TestSuite {
    let mut suite = TestSuite::new("rules");
    for rule in &summary.rules {
        let status = if rule.agree {
            TestCaseStatus::success()
        } else {
            let (decided, journal, seen) = (rule.decided, rule.journal, rule.seen);
            failure(&format!(
                "decided {decided}, in the journal {journal}, seen on the wire {seen}"
            ))
        };
        suite.add_test_case(case(
            summary,
            &format!("{}: {} on {}", rule.phase, rule.name, rule.on),
            status,
        ));
    }
    suite
}

fn audit(summary: &Summary) -> TestSuite {
    let audit = &summary.audit;
    let status = match (audit.judged, audit.difference_count) {
        (_, 1..) => {
            let mut status = failure(&format!("{} differences", audit.difference_count));
            let shown: Vec<String> = audit
                .differences
                .iter()
                .take(DIFFERENCES_SHOWN)
                .map(|line| clean(line))
                .collect();
            status.set_description(shown.join("\n"));
            status
        }
        (true, 0) => TestCaseStatus::success(),
        (false, 0) => skipped("no ledger was audited against: its admin port is not known"),
    };
    let mut suite = TestSuite::new("audit");
    suite.add_test_case(case(summary, "every order agrees with the ledger", status));
    suite
}

/// A suspect result passes, with its reasons beside it; an invalid one proves nothing.
fn trust(summary: &Summary) -> TestSuite {
    let reasons: Vec<String> = summary.trust.reasons.iter().map(|line| clean(line)).collect();
    let reasons = reasons.join("\n");
    let status = match summary.trust.stamp {
        Stamp::Valid | Stamp::Suspect => TestCaseStatus::success(),
        Stamp::Invalid => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(reasons.as_str());
            status
        }
    };
    let mut stamp = case(summary, "the numbers can be trusted", status);
    stamp.set_system_out(format!("{}\n{reasons}", summary.trust.stamp.word()));
    let mut suite = TestSuite::new("trust");
    suite.add_test_case(stamp);
    if let Some(Stopped::ErrorBudget { unexpected, finished }) = summary.stopped {
        let spent = format!("{unexpected} of the last {finished} requests failed unexpectedly; the load was stopped");
        suite.add_test_case(case(summary, "the error budget lasts", failure(&spent)));
    }
    suite
}

fn case(summary: &Summary, name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(&clean(name)[..], status);
    case.set_classname(&clean(&summary.scenario)[..]);
    case
}

fn failure(message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(message);
    status
}

fn skipped(message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(message);
    status
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    /// `words` stand in the XML of the changed summary.
    fn check(change: impl FnOnce(&mut Summary), strict: bool, words: &[&str]) {
        let mut summary = fixture::summary();
        change(&mut summary);
        let xml = junit(&summary, strict).expect("it can be written");
        for word in words {
            assert!(xml.contains(word), "{word:?} in {xml}");
        }
    }

    #[test]
    fn verdicts_are_cases() {
        check(
            |_| {},
            false,
            &[
                "<testsuite name=\"expectations\"",
                "<testsuite name=\"trust\"",
                "the numbers can be trusted",
            ],
        );
        check(
            |summary| {
                summary.expectations[0].text = "p99 < 1ms in healthy".to_owned();
                summary.expectations[0].observed = "3.10 ms".to_owned();
                summary.expectations[0].verdict = Verdict::Failed;
            },
            false,
            &[
                "name=\"p99 &lt; 1ms in healthy\"",
                "<failure message=\"observed: 3.10 ms\"",
            ],
        );
        let unjudged = |summary: &mut Summary| summary.expectations[0].verdict = Verdict::NotJudged;
        check(unjudged, false, &["<skipped message=\"could not be judged\""]);
        check(unjudged, true, &["<failure message=\"could not be judged\""]);
        check(
            |summary| summary.trust.stamp = Stamp::Invalid,
            false,
            &["<error", "INVALID"],
        );
        check(
            |summary| {
                summary.stopped = Some(Stopped::ErrorBudget {
                    unexpected: 30,
                    finished: 90,
                });
            },
            false,
            &["the error budget lasts", "30 of the last 90 requests"],
        );
    }

    #[test]
    fn foreign_text_stays_text() {
        check(
            |summary| summary.scenario = "<a>\u{1b}[31m\"&".to_owned(),
            false,
            &["&lt;a&gt;", "&quot;&amp;"],
        );
    }
}
