//! The page: what it shows, that it stands alone, that names stay names, and how large it may get.

use measure::{
    runlog::{Line, LogTag, RunLog},
    sample::Class,
    story::{Decided, Failed, Failures, Group, Happened, Kind, OrderRecord},
    tally::Tally,
    trust::{Stamp, Trust},
};

use super::*;
use crate::fixture;

/// The page without what is not read by eye.
fn skeleton(page: &str) -> String {
    let mut page = page.to_owned();
    for (from, until) in [
        ("<style>", "</style>"),
        ("<script>", "</script>"),
        ("application/json\">", "</script>"),
        ("'sha256-", "'"),
    ] {
        let mut parts = page.split(from);
        let mut kept = parts.next().unwrap().to_owned();
        for part in parts {
            let (_, rest) = part.split_once(until).unwrap();
            kept.push_str(&[from, "…", until, rest].concat());
        }
        page = kept;
    }
    page.replace("><", ">\n<")
}

fn histograms() -> Histograms {
    let mut response = Tally::default();
    for us in 1..=2_000 {
        response.record(us * 10);
    }
    let log = RunLog {
        started_ms: None,
        lines: vec![Line {
            from_us: 0,
            lasts_us: 1_000_000,
            tag: LogTag {
                phase: "healthy".to_owned(),
                class: Class::Ok,
                what: "payLink".to_owned(),
            },
            response,
        }],
    };
    Histograms::of(&log, &fixture::summary())
}

fn hidden(number: usize) -> Failed {
    let line = |operation: &str, attempt, decided: &[&str], status, outcome: &str| Happened {
        at_us: 20_000_000 + number as u64 * 1_000,
        operation: operation.to_owned(),
        attempt,
        phase: "brown-out".to_owned(),
        rules: if decided.is_empty() {
            Vec::new()
        } else {
            vec!["busy".to_owned()]
        },
        decided: decided.iter().map(|word| (*word).to_owned()).collect(),
        status,
        outcome: outcome.to_owned(),
        took_us: 812,
        injected_us: 0,
        reason: None,
    };
    Failed {
        order: OrderRecord {
            number: format!("PD42-{number:08}"),
            amount: "12.30".to_owned(),
            arrival_us: 20_000_000,
            open: "hidden".to_owned(),
            open_detail: Some("http_5xx".to_owned()),
            query: "absent".to_owned(),
            queries: 2,
            ledger: Some("none".to_owned()),
            decisions: vec![Decided::default()],
            ..OrderRecord::default()
        },
        difference: None,
        happened: vec![
            line("payLink", 1, &["ledger skip", "reply status 503"], 503, "answered"),
            line("checkDeposit", 1, &["ledger skip", "reply status 503"], 503, "answered"),
            line("checkDeposit", 2, &[], 200, "answered"),
        ],
        left_out: 0,
    }
}

/// So many orders whose opening stayed without an answer.
fn failures(orders: usize) -> Failures {
    Failures {
        orders: 20_000,
        groups: vec![Group {
            kind: Kind::Hidden,
            expected: true,
            count: orders as u64,
            told: (0..orders.min(2_000)).map(hidden).collect(),
            numbers: (2_000..orders.max(2_000))
                .map(|number| format!("PD42-{number:08}"))
                .collect(),
        }],
        journal: true,
    }
}

fn run() -> Run {
    Run {
        summary: fixture::summary(),
        plan: fixture::plan(),
        seconds: fixture::ended().seconds.to_vec(),
        histograms: Some(histograms()),
        failures: Some(failures(2)),
        folder: Folder {
            name: "paydrill-runs/2026-01-01T00-00-00Z".to_owned(),
            rerun: true,
            length: Some("100s".to_owned()),
            scenario: Some("name: outage-and-recovery\n".to_owned()),
        },
        language: Language::English,
    }
}

#[test]
fn a_small_run_as_a_page() {
    let run = Run {
        seconds: fixture::at(3).seconds.to_vec(),
        plan: RunPlan {
            arrivals_end_us: 3_000_000,
            drain_us: 0,
            target_per_second: vec![200.0; 3],
            ..fixture::plan()
        },
        ..run()
    };
    insta::assert_snapshot!(skeleton(&html(&run)));
}

#[test]
fn what_the_charts_draw() {
    let run = Run {
        seconds: fixture::at(3).seconds.to_vec(),
        histograms: None,
        ..run()
    };
    insta::assert_snapshot!(Data::of(&run).json().replace("],", "],\n"));
}

#[test]
fn nothing_comes_from_the_net_and_nothing_foreign_runs() {
    let page = html(&run());
    let (head, _) = page.split_once("</head>").unwrap();
    assert!(head.contains("default-src 'none'") || head.contains("default-src &#39;none&#39;"));
    assert_eq!(head.matches("sha256-").count(), 4, "a hash for each script");
    let skeleton = skeleton(&page);
    for forbidden in [
        "src=",
        "url(",
        "@import",
        "onload",
        "javascript:",
        "http-equiv=\"refresh\"",
    ] {
        assert!(!skeleton.contains(forbidden), "{forbidden}");
    }
    assert!(skeleton.split("href=\"").skip(1).all(|link| link.starts_with('#')));
    assert_eq!(
        page.matches("<script").count(),
        5,
        "four that run, one that holds the data"
    );
}

#[test]
fn it_opens_in_the_language_asked_for() {
    let page = html(&Run {
        language: Language::Chinese,
        ..run()
    });
    assert!(
        page.contains("<html class=\"plain\" lang=\"zh-CN\"")
            && page.contains("<title>paydrill: outage-and-recovery 未通过</title>")
    );
    assert!(html(&run()).contains("<title>paydrill: outage-and-recovery failed</title>"));
}

#[test]
fn names_cannot_become_markup() {
    let evil = "</title></style></script><script>alert(1)</script>\"'><img onerror=x>\u{202e}";
    let name = || evil.to_owned();
    let mut run = run();
    let summary = &mut run.summary;
    (summary.scenario, summary.target, summary.version) = (name(), name(), name());
    summary.trust = Trust {
        stamp: Stamp::Suspect,
        reasons: vec![name()],
        facts: None,
    };
    summary.phases[0].name = name();
    summary.operations[0].name = name();
    let rule = &mut summary.rules[0];
    (rule.name, rule.phase, rule.on) = (name(), name(), name());
    summary.audit.differences[0] = name();
    let judged = &mut summary.expectations[0];
    (judged.text, judged.observed) = (name(), name());
    run.plan.phases[0].name = name();
    run.plan.phases[1].faults = vec![name()];
    run.folder.name = name();
    run.folder.scenario = Some(name());
    let failed = &mut run.failures.as_mut().unwrap().groups[0].told[0];
    let order = &mut failed.order;
    (order.number, order.amount, order.open_detail, order.query) = (name(), name(), Some(name()), name());
    failed.difference = Some(name());
    let line = &mut failed.happened[0];
    (line.operation, line.rules, line.decided, line.reason) = (name(), vec![name()], vec![name()], Some(name()));
    let page = html(&run);
    assert_eq!(page.matches("<script").count(), 5);
    assert_eq!(page.matches("</script").count(), 5);
    assert!(!page.contains("<img") && !page.contains('\u{202e}'));
    assert_eq!(page.matches("</title>").count(), 1);
    assert!(page.matches("&lt;script&gt;alert(1)").count() >= 20);
}

#[test]
fn a_run_without_anything_has_a_page() {
    let mut run = run();
    let summary = &mut run.summary;
    summary.phases.clear();
    summary.operations.clear();
    summary.classes.clear();
    summary.rules.clear();
    summary.expectations.clear();
    summary.audit.judged = false;
    summary.interrupted = true;
    run.plan = RunPlan {
        phases: Vec::new(),
        arrivals_end_us: 0,
        drain_us: 0,
        target_per_second: Vec::new(),
        ..run.plan
    };
    run.seconds.clear();
    (run.histograms, run.failures) = (None, None);
    run.folder = Folder::default();
    let page = html(&run);
    for word in [
        words::NO_SECONDS,
        words::NO_SPECTRUM,
        words::FAILED_NOT_READ,
        words::WHY_INTERRUPTED,
        words::NO_RULES,
        words::AUDIT_NOT_JUDGED,
    ] {
        assert!(page.contains(word.zh), "{word:?}");
        assert!(
            page.contains(&word.en.replace('\'', "&#39;")) || page.contains(word.en),
            "{word:?}"
        );
    }
    assert!(!page.contains("NaN") && !page.contains("inf"));
}

/// Seconds of a run that long, as busy as the fixture's busiest.
fn long(seconds: u32) -> Run {
    let model = fixture::brown_out().seconds;
    let second = |second: u32| {
        Arc::new(SecondFigures {
            second,
            ..SecondFigures::clone(&model[second as usize % model.len()])
        })
    };
    Run {
        seconds: (0..seconds).map(second).collect(),
        plan: RunPlan {
            arrivals_end_us: u64::from(seconds) * 1_000_000,
            target_per_second: vec![200.0; seconds as usize],
            ..fixture::plan()
        },
        failures: Some(failures(5_000)),
        ..run()
    }
}

#[test]
fn ten_minutes_with_thousands_of_failures_stay_within_three_megabytes() {
    let page = html(&long(600));
    assert!(page.len() <= 3 << 20, "{} bytes", page.len());
    assert!(page.len() > 1_000_000, "stories fill their room: {} bytes", page.len());
    assert!(page.contains("PD42-00000000") && page.contains("jq -c"));
}

#[test]
fn a_long_run_stays_as_small() {
    let page = html(&long(7_200));
    assert!(page.len() <= 3 << 20, "{} bytes", page.len());
}

#[test]
fn columns_hold_what_seconds_count() {
    let run = long(3_000);
    let data = Data::of(&run);
    assert_eq!(data.time.len(), 1_000);
    let of_seconds: u64 = run.seconds.iter().map(|second| u64::from(second.finished)).sum();
    let of_columns: f64 = data.finished.iter().map(|rate| rate * 3.0).sum();
    assert!(
        (of_columns - of_seconds as f64).abs() < 3_000.0 * 0.02,
        "{of_columns} of {of_seconds}"
    );
}
