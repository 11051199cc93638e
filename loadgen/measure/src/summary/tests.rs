//! The file and the text of a summary.

use super::*;
use crate::{sample::Class, trust::Stamp};

fn times(factor: f64) -> PercentilesMs {
    PercentilesMs {
        p50: 4.1 * factor,
        p90: 8.0 * factor,
        p95: 9.4 * factor,
        p99: 31.2 * factor,
        p999: 80.0 * factor,
        max: 104.7 * factor,
    }
}

fn class(class: Class, expected: bool, count: u64) -> ClassFigures {
    ClassFigures { class, expected, count }
}

fn rule(name: &str, on: &str, seen: u64) -> RuleSummary {
    RuleSummary {
        name: name.to_owned(),
        phase: "brown-out".to_owned(),
        on: on.to_owned(),
        decided: 1_612,
        journal: 1_612,
        seen,
        agree: seen == 1_612,
    }
}

fn phase(name: &str, requests: u64, success: f64, factor: f64) -> PhaseSummary {
    let (response_ms, service_ms) = (times(factor), times(1.0));
    PhaseSummary {
        name: name.to_owned(),
        requests,
        success,
        response_ms,
        service_ms,
        classes: vec![],
    }
}

fn judged(text: &str, observed: &str, verdict: Verdict) -> Judged {
    Judged {
        text: text.to_owned(),
        observed: observed.to_owned(),
        verdict,
    }
}

fn operation(name: &str, journey: bool, factor: f64) -> OperationSummary {
    OperationSummary {
        name: name.to_owned(),
        journey,
        requests: 20_000,
        success: 0.9137,
        response_ms: times(factor),
        service_ms: times(1.0),
        own_ms: (!journey).then(|| times(0.1)),
        injected_ms: (!journey).then(|| times(20.0)),
    }
}

fn summary() -> Summary {
    Summary {
        format: FORMAT,
        version: "0.1.0".to_owned(),
        seed: 42,
        scenario: "outage-and-recovery".to_owned(),
        verdict: Verdict::Failed,
        trust: Trust {
            stamp: Stamp::Suspect,
            reasons: vec!["Journeys that did not end within the drain: 3.".to_owned()],
            facts: None,
        },
        target: "http://127.0.0.1:8080".to_owned(),
        started_ms: 1_700_000_000_000,
        lasted_ms: 103_400,
        interrupted: false,
        stopped: None,
        arrivals: ArrivalSummary {
            offered: 20_000,
            started: 20_000,
            dropped: 0,
            completed: 19_997,
            unfinished: 3,
        },
        phases: vec![
            phase("healthy", 12_034, 1.0, 1.0),
            phase("brown-out", 8_023, 0.7741, 64.0),
            phase("outage", 0, 1.0, 0.0),
        ],
        operations: vec![operation("payLink", false, 1.0), operation("checkout", true, 900.0)],
        classes: vec![
            class(Class::Ok, true, 17_001),
            class(Class::Http5xx, true, 1_612),
            class(Class::Declined, true, 300),
            class(Class::Timeout, false, 2),
        ],
        rules: vec![rule("busy", "any", 1_612), rule("lost-answer", "payLink", 1_610)],
        callbacks: CallbackSummary {
            sent: 18_412,
            acknowledged: 18_400,
            retried: 12,
            lost: 0,
            dropped: 0,
            held: 2_801,
            received: 18_412,
            bad: 0,
        },
        audit: AuditSummary {
            judged: true,
            orders: 20_000,
            success: 18_000,
            failure: 300,
            unknown: 1_700,
            paid: 16_560,
            differences: (1..=11)
                .map(|order| format!("order {order} is paid in the ledger, the load saw it open"))
                .collect(),
            difference_count: 14,
        },
        waterfall: Vec::new(),
        expectations: vec![
            judged("success >= 99.5% in healthy", "100.00 %", Verdict::Met),
            judged("p99 < 300ms in brown-out", "2.00 s", Verdict::Failed),
            judged("p99 < 300ms in outage", "–", Verdict::NotJudged),
        ],
        share: None,
    }
}

#[test]
fn the_file_reads_back_as_written() {
    let text = summary().to_json_pretty();
    assert_eq!(Summary::from_json(&text).unwrap(), summary());
    assert!(text.ends_with("}\n") && text.contains("\"stamp\": \"SUSPECT\""));
}

#[test]
fn a_newer_file_and_a_foreign_one_are_refused() {
    let refusal = |text: &str| Summary::from_json(text).unwrap_err().to_string();
    insta::assert_snapshot!(refusal(r#"{"format": 2, "verdict": {"of": "tomorrow"}}"#), @"summary has format 2, this paydrill reads up to 1: use a newer one");
    for foreign in ["", "{}", "[1]", r#"{"format": 1}"#, r#"{"format": -1}"#] {
        assert!(refusal(foreign).starts_with("not a run's summary: "), "{foreign}");
    }
}

#[test]
fn percentiles_become_milliseconds() {
    let mut tally = Tally::default();
    tally.record_n(1_500, 99);
    tally.record(2_000_000);
    let ms = PercentilesMs::from(&tally);
    assert_eq!((ms.p50, ms.p99, ms.p999, ms.max), (1.5, 1.5, 2_000.895, 2_000.895));
    assert_eq!(PercentilesMs::from(&Tally::default()), PercentilesMs::default());
}

#[test]
fn a_summary_from_before_times_were_told_apart_is_read() {
    let mut json = serde_json::to_value(summary()).unwrap();
    let operation = json["operations"][0].as_object_mut().unwrap();
    assert!(operation.remove("own_ms").is_some() && operation.remove("injected_ms").is_some());
    let old = Summary::from_json(&json.to_string()).unwrap();
    assert_eq!(old.operations[0].own_ms, None);
    assert!(!render(&old, 100, false).contains("injected"));
}

#[test]
fn text_of_a_failed_run() {
    insta::assert_snapshot!(render(&summary(), 100, false), @r#"
✖ outage-and-recovery FAILED, numbers SUSPECT
  Journeys that did not end within the drain: 3.
  http://127.0.0.1:8080, seed 42, 1 m 43 s

arrivals   offered 20 000, started 20 000, dropped 0, completed 19 997, unfinished 3

phase      requests   success      p50      p95      p99     max  p99 service
healthy      12 034  100.00 %  4.10 ms  9.40 ms  31.2 ms  105 ms      31.2 ms
brown-out     8 023   77.41 %   262 ms   602 ms   2.00 s  6.70 s      31.2 ms
outage            0         -        -        -        -       -            -

operation            ended  success      p50      p95      p99     max  p99 service
payLink             20 000  91.37 %  4.10 ms  9.40 ms  31.2 ms  105 ms      31.2 ms
checkout (journey)  20 000  91.37 %   3.69 s   8.46 s   28.1 s  94.2 s      31.2 ms

operation  own p50  own p99  injected p50  injected p99
payLink    0.41 ms  3.12 ms       82.0 ms        624 ms

outcome   requests    share
ok          17 001  89.88 %
http_5xx     1 612   8.52 %  by the scenario
declined       300   1.59 %
timeout          2   0.01 %  unexpected

rule         phase      on       decided  journal   seen
busy         brown-out  any        1 612    1 612  1 612  ✔
lost-answer  brown-out  payLink    1 612    1 612  1 610  ✖

callbacks  sent 18 412, acknowledged 18 400, retried 12, held 2 801, dropped 0, lost 0,
           received 18 412, bad 0

audit      orders 20 000, opened 18 000, refused 300, unknown 1 700, paid 16 560, differences 14
  ✖ order 1 is paid in the ledger, the load saw it open
  ✖ order 2 is paid in the ledger, the load saw it open
  ✖ order 3 is paid in the ledger, the load saw it open
  ✖ order 4 is paid in the ledger, the load saw it open
  ✖ order 5 is paid in the ledger, the load saw it open
  ✖ order 6 is paid in the ledger, the load saw it open
  ✖ order 7 is paid in the ledger, the load saw it open
  ✖ order 8 is paid in the ledger, the load saw it open
  ✖ order 9 is paid in the ledger, the load saw it open
  ✖ order 10 is paid in the ledger, the load saw it open
  … and 4 more

   expected                     observed
✔  success >= 99.5% in healthy  100.00 %
✖  p99 < 300ms in brown-out     2.00 s
◌  p99 < 300ms in outage        not judged
"#);
}

#[test]
fn text_in_ascii_and_narrow() {
    let text = render_as(
        &summary(),
        Look {
            width: 60,
            colour: false,
            ascii: true,
        },
    );
    assert!(text.is_ascii(), "{text}");
    insta::assert_snapshot!(text, @r#"
x outage-and-recovery FAILED, numbers SUSPECT
  Journeys that did not end within the drain: 3.
  http://127.0.0.1:8080, seed 42, 1 m 43 s

arrivals   offered 20 000, started 20 000, dropped 0,
           completed 19 997, unfinished 3

phase      requests   success      p50      p95      p99     max  p99 service
healthy      12 034  100.00 %  4.10 ms  9.40 ms  31.2 ms  105 ms      31.2 ms
brown-out     8 023   77.41 %   262 ms   602 ms   2.00 s  6.70 s      31.2 ms
outage            0         -        -        -        -       -            -

operation      ended  success      p50      p95      p99     max  p99 service
payLink       20 000  91.37 %  4.10 ms  9.40 ms  31.2 ms  105 ms      31.2 ms
checkout (j~  20 000  91.37 %   3.69 s   8.46 s   28.1 s  94.2 s      31.2 ms

operation  own p50  own p99  injected p50  injected p99
payLink    0.41 ms  3.12 ms       82.0 ms        624 ms

outcome   requests    share
ok          17 001  89.88 %
http_5xx     1 612   8.52 %  by the scenario
declined       300   1.59 %
timeout          2   0.01 %  unexpected

rule         phase      on       decided  journal   seen
busy         brown-out  any        1 612    1 612  1 612  +
lost-answer  brown-out  payLink    1 612    1 612  1 610  x

callbacks  sent 18 412, acknowledged 18 400, retried 12,
           held 2 801, dropped 0, lost 0, received 18 412,
           bad 0

audit      orders 20 000, opened 18 000, refused 300,
           unknown 1 700, paid 16 560, differences 14
  x order 1 is paid in the ledger, the load saw it open
  x order 2 is paid in the ledger, the load saw it open
  x order 3 is paid in the ledger, the load saw it open
  x order 4 is paid in the ledger, the load saw it open
  x order 5 is paid in the ledger, the load saw it open
  x order 6 is paid in the ledger, the load saw it open
  x order 7 is paid in the ledger, the load saw it open
  x order 8 is paid in the ledger, the load saw it open
  x order 9 is paid in the ledger, the load saw it open
  x order 10 is paid in the ledger, the load saw it open
  ... and 4 more

   expected                     observed
+  success >= 99.5% in healthy  100.00 %
x  p99 < 300ms in brown-out     2.00 s
-  p99 < 300ms in outage        not judged
"#);
}

#[test]
fn text_of_a_bare_run() {
    let bare = Summary {
        verdict: Verdict::NotJudged,
        trust: Trust::default(),
        interrupted: true,
        phases: vec![],
        operations: vec![],
        classes: vec![],
        rules: vec![],
        audit: AuditSummary::default(),
        expectations: vec![],
        ..summary()
    };
    insta::assert_snapshot!(render(&bare, 80, false), @r#"
◌ outage-and-recovery not judged, numbers VALID
  http://127.0.0.1:8080, seed 42, 1 m 43 s, stopped early

arrivals   offered 20 000, started 20 000, dropped 0, completed 19 997,
           unfinished 3

callbacks  sent 18 412, acknowledged 18 400, retried 12, held 2 801, dropped 0,
           lost 0, received 18 412, bad 0

audit      not judged: no ledger to look into
"#);
}

#[test]
fn colour_only_repeats_what_is_written() {
    let plain = render(&summary(), 100, false);
    let coloured = render(&summary(), 100, true);
    assert!(coloured.contains("\x1b[31m✖\x1b[0m outage-and-recovery"));
    let mut stripped = coloured;
    for code in ["\x1b[32m", "\x1b[31m", "\x1b[33m", "\x1b[90m", "\x1b[0m"] {
        stripped = stripped.replace(code, "");
    }
    assert_eq!(stripped, plain);
}

#[test]
fn escapes_in_names_stay_out_of_the_terminal() {
    let mut summary = summary();
    summary.scenario = "clear\x1b[2J".to_owned();
    summary.phases[0].name = "clear\x1b[2J".to_owned();
    summary.audit.differences[0] = "clear\x1b[2J".to_owned();
    summary.target = "clear\x1b[2J".to_owned();
    assert!(!render(&summary, 100, false).contains('\x1b'));
}
