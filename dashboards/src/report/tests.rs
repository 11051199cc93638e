//! The page: what it shows, that it stands alone, and that names stay names.

use measure::{
    snapshot::RunPlan,
    trust::{Stamp, Trust},
};

use super::*;
use crate::fixture;

#[test]
fn a_small_run_as_a_page() {
    let seconds = fixture::at(3).seconds;
    let plan = RunPlan {
        arrivals_end_us: 3_000_000,
        drain_us: 0,
        target_per_second: vec![200.0; 3],
        ..fixture::plan()
    };
    let page = html(&fixture::summary(), &seconds, &plan);
    insta::assert_snapshot!(page.replace(STYLE, "…").replace("><", ">\n<"));
}

#[test]
fn nothing_comes_from_the_net_and_nothing_runs() {
    let page = html(&fixture::summary(), &fixture::ended().seconds, &fixture::plan());
    for forbidden in ["<script", "src=", "href=", "url(", "@import", "onload", "javascript:"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    assert!(page.contains("script-src &#39;none&#39;") || page.contains("script-src 'none'"));
    assert!(page.len() < 400_000, "{} bytes", page.len());
}

#[test]
fn names_cannot_become_markup() {
    let evil = "</title></style><script>alert(1)</script>\"'><img onerror=x>\u{202e}";
    let mut summary = fixture::summary();
    summary.scenario = evil.to_owned();
    summary.target = evil.to_owned();
    summary.version = evil.to_owned();
    summary.trust = Trust {
        stamp: Stamp::Suspect,
        reasons: vec![evil.to_owned()],
        facts: None,
    };
    summary.phases[0].name = evil.to_owned();
    summary.operations[0].name = evil.to_owned();
    summary.rules[0].name = evil.to_owned();
    summary.rules[0].phase = evil.to_owned();
    summary.rules[0].on = evil.to_owned();
    summary.audit.differences[0] = evil.to_owned();
    summary.expectations[0].text = evil.to_owned();
    summary.expectations[0].observed = evil.to_owned();
    let mut plan = fixture::plan();
    plan.phases[0].name = evil.to_owned();
    plan.phases[1].faults = vec![evil.to_owned()];
    let page = html(&summary, &fixture::ended().seconds, &plan);
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains('\u{202e}'));
    assert_eq!(page.matches("</title></style>").count(), 0);
    assert!(page.matches("&lt;script&gt;alert(1)").count() >= 12);
}

#[test]
fn a_run_without_anything_has_a_page() {
    let mut summary = fixture::summary();
    summary.phases.clear();
    summary.operations.clear();
    summary.classes.clear();
    summary.rules.clear();
    summary.expectations.clear();
    summary.audit.judged = false;
    summary.interrupted = true;
    let plan = RunPlan {
        phases: Vec::new(),
        arrivals_end_us: 0,
        drain_us: 0,
        target_per_second: Vec::new(),
        ..fixture::plan()
    };
    let page = html(&summary, &[], &plan);
    assert!(page.contains("No complete second was measured.") && page.contains("stopped early"));
}

#[test]
fn a_long_run_stays_small() {
    let seconds: Vec<_> = (0..7_200)
        .map(|second| {
            Arc::new(SecondFigures {
                second,
                ..SecondFigures::clone(&fixture::brown_out().seconds[second as usize % 35])
            })
        })
        .collect();
    let plan = RunPlan {
        arrivals_end_us: 7_200_000_000,
        ..fixture::plan()
    };
    assert!(html(&fixture::summary(), &seconds, &plan).len() < 600_000);
}
