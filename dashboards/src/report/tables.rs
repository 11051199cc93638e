//! The figures of a run as tables. Wide ones scroll by themselves on a narrow screen.

use maud::{Markup, html};
use measure::{
    snapshot::ClassFigures,
    summary::{OperationSummary, PercentilesMs, Summary},
    unit::{count, percent, time},
};

use super::{
    page::wide,
    text, verdict_class, verdict_word,
    words::{self, Word},
};

/// Expectations with what was observed.
pub(crate) fn expectations(summary: &Summary) -> Markup {
    html! {
        @if summary.expectations.is_empty() { p.note { (words::WHY_NOTHING) } }
        @else {
            (wide("expectations", &html! {
                thead { tr { th scope="col" { (words::VERDICT) } th scope="col" { (words::EXPECTATION) } th.n scope="col" { (words::OBSERVED) } } }
                tbody { @for judged in &summary.expectations {
                    tr.(verdict_class(judged.verdict)) {
                        td.(verdict_class(judged.verdict)) { (judged.verdict.mark()) " " (verdict_word(judged.verdict)) }
                        td { code lang="en" { (text(&judged.text)) } }
                        td.n lang="en" { (text(&judged.observed)) }
                    }
                } }
            }))
        }
    }
}

/// Every order of the load against the gateway's ledger.
pub(crate) fn audit(summary: &Summary) -> Markup {
    let audit = &summary.audit;
    html! {
        @if audit.judged {
            (pairs("audit", &[
                (words::ORDERS, audit.orders),
                (words::OPENED, audit.success),
                (words::REFUSED, audit.failure),
                (words::UNKNOWN, audit.unknown),
                (words::PAID, audit.paid),
                (words::DIFFERENCES, audit.difference_count),
            ], &[words::DIFFERENCES]))
        } @else {
            p.note { (words::AUDIT_NOT_JUDGED) }
        }
        @if !audit.differences.is_empty() {
            h3 { (words::DISAGREE) }
            ul lang="en" { @for difference in &audit.differences { li.bad { (text(difference)) } } }
            @let more = audit.difference_count.saturating_sub(audit.differences.len() as u64);
            @if more > 0 { p.note { (words::AND_MORE.with(&[count(more).into()])) } }
        }
    }
}

/// Each phase.
pub(crate) fn phases(summary: &Summary) -> Markup {
    html! {
        (wide("phases", &html! {
            thead { tr { th scope="col" { (words::PHASE) } th.n scope="col" { (words::REQUESTS) } th.n scope="col" { (words::SUCCESS) } (percentile_heads()) th.n scope="col" { (words::SERVICE_P99) } th scope="col" { (words::ERRORS) } } }
            tbody { @for phase in &summary.phases { tr {
                th scope="row" { (text(&phase.name)) }
                td.n { (count(phase.requests)) }
                td.n { @if phase.requests == 0 { "–" } @else { (share(phase.success)) } }
                (percentile_cells(&phase.response_ms, phase.requests))
                td.n { (ms(phase.service_ms.p99, phase.requests)) }
                td { (class_list(&phase.classes)) }
            } } }
        }))
    }
}

/// Error classes, expected and unexpected apart.
pub(crate) fn classes(summary: &Summary) -> Markup {
    let all = sum(&summary.classes);
    let errors = |expected: bool| -> Vec<ClassFigures> {
        summary
            .classes
            .iter()
            .filter(|figures| !figures.class.is_success() && figures.expected == expected)
            .copied()
            .collect()
    };
    let successes: Vec<ClassFigures> = summary
        .classes
        .iter()
        .filter(|figures| figures.class.is_success())
        .copied()
        .collect();
    html! {
        (wide("classes", &html! {
            thead { tr { th scope="col" { (words::CLASS) } th.n scope="col" { (words::COUNT) } th.n scope="col" { (words::SHARE) } } }
            @for (words, colour, group) in [
                (words::AS_HEALTHY, "good", successes),
                (words::ERRORS_EXPECTED, "doubt", errors(true)),
                (words::ERRORS_UNEXPECTED, "bad", errors(false)),
            ] {
                tbody {
                    tr { th.(if sum(&group) > 0 { colour } else { "none" }) scope="row" { (words) } td.n { (count(sum(&group))) } td.n { (percent(sum(&group), all)) } }
                    @for figures in &group { tr {
                        td { (figures.class.word()) }
                        td.n { (count(figures.count)) }
                        td.n { (percent(figures.count, all)) }
                    } }
                }
            }
        }))
    }
}

/// Each operation and journey.
pub(crate) fn operations(summary: &Summary) -> Markup {
    html! {
        (wide("operations", &html! {
            thead { tr { th scope="col" { (words::OPERATION) } th.n scope="col" { (words::ENDED) } th.n scope="col" { (words::SUCCESS) } (percentile_heads()) th.n scope="col" { (words::SERVICE_P99) } } }
            tbody { @for operation in &summary.operations { tr {
                th scope="row" { (text(&operation.name)) @if operation.journey { " " (words::JOURNEY_MARK) } }
                td.n { (count(operation.requests)) }
                td.n { @if operation.requests == 0 { "–" } @else { (share(operation.success)) } }
                (percentile_cells(&operation.response_ms, operation.requests))
                td.n { (ms(operation.service_ms.p99, operation.requests)) }
            } } }
        }))
        (apart(summary))
    }
}

/// The gateway's own time beside what the scenario added, where a journal tells of both.
fn apart(summary: &Summary) -> Markup {
    let told = |operation: &OperationSummary| operation.own_ms.zip(operation.injected_ms);
    html! {
        @if summary.operations.iter().any(|operation| told(operation).is_some()) {
            p { (words::APART) }
            (wide("operations", &html! {
                thead { tr { th scope="col" { (words::OPERATION) } th.n scope="col" { (words::OWN_P50) } th.n scope="col" { (words::OWN_P99) } th.n scope="col" { (words::INJECTED_P50) } th.n scope="col" { (words::INJECTED_P99) } } }
                tbody { @for operation in &summary.operations { @if let Some((own, injected)) = told(operation) { tr {
                    th scope="row" { (text(&operation.name)) }
                    @for time in [own.p50, own.p99, injected.p50, injected.p99] { td.n { (ms(time, operation.requests)) } }
                } } } }
            }))
        }
    }
}

/// Each rule's three counts, which must agree.
pub(crate) fn rules(summary: &Summary) -> Markup {
    html! {
        @if summary.rules.is_empty() { p.note { (words::NO_RULES) } }
        @else {
            (wide("rules", &html! {
                thead { tr { th scope="col" { (words::RULE) } th scope="col" { (words::PHASE) } th scope="col" { (words::ON) } th.n scope="col" { (words::DECIDED) } th.n scope="col" { (words::JOURNAL) } th.n scope="col" { (words::SEEN) } th scope="col" { (words::AGREE) } } }
                tbody { @for rule in &summary.rules {
                    tr.(if rule.agree { "good" } else { "bad" }) {
                        th scope="row" { (text(&rule.name)) }
                        td { (text(&rule.phase)) }
                        td { (text(&rule.on)) }
                        td.n { (count(rule.decided)) }
                        td.n { (count(rule.journal)) }
                        td.n { (count(rule.seen)) }
                        td.(if rule.agree { "good" } else { "bad" }) { @if rule.agree { "✔ " (words::YES) } @else { "✖ " (words::NO) } }
                    }
                } }
            }))
        }
    }
}

/// Callbacks.
pub(crate) fn callbacks(summary: &Summary) -> Markup {
    let callbacks = &summary.callbacks;
    html! {
        (pairs("callbacks", &[
            (words::RECEIVED, callbacks.received),
            (words::BAD, callbacks.bad),
            (words::SENT, callbacks.sent),
            (words::ACKNOWLEDGED, callbacks.acknowledged),
            (words::RETRIED, callbacks.retried),
            (words::HELD, callbacks.held),
            (words::DROPPED, callbacks.dropped),
            (words::LOST, callbacks.lost),
        ], &[words::BAD, words::LOST]))
    }
}

/// Arrivals.
pub(crate) fn arrivals(summary: &Summary) -> Markup {
    let arrivals = &summary.arrivals;
    html! {
        (pairs("arrivals", &[
            (words::OFFERED, arrivals.offered),
            (words::STARTED, arrivals.started),
            (words::DROPPED, arrivals.dropped),
            (words::COMPLETED, arrivals.completed),
            (words::UNFINISHED, arrivals.unfinished),
        ], &[words::DROPPED, words::UNFINISHED]))
    }
}

/// Words and counts; those in `bad` are marked unless zero.
fn pairs(named_by: &str, figures: &[(Word, u64)], bad: &[Word]) -> Markup {
    html! {
        (wide(named_by, &html! {
            thead { tr { @for (word, _) in figures { th.n scope="col" { (word) } } } }
            tbody { tr { @for (word, value) in figures {
                @if *value > 0 && bad.contains(word) { td.n.bad { "✖ " (count(*value)) } } @else { td.n { (count(*value)) } }
            } } }
        }))
    }
}

fn percentile_heads() -> Markup {
    html! { @for word in ["p50", "p90", "p99", "p99.9"] { th.n scope="col" { (word) } } th.n scope="col" { (words::MAX) } }
}

fn percentile_cells(times: &PercentilesMs, samples: u64) -> Markup {
    html! { @for value in [times.p50, times.p90, times.p99, times.p999, times.max] { td.n { (ms(value, samples)) } } }
}

fn ms(value: f64, samples: u64) -> String {
    if samples == 0 || !value.is_finite() {
        "–".to_owned()
    } else {
        time((value * 1_000.0).round() as u64)
    }
}

/// Only everything is 100 %: a single error among a million still shows.
pub(crate) fn share(share: f64) -> String {
    match share {
        share if !share.is_finite() => "–".to_owned(),
        share if share < 1.0 && share > 0.999_95 => ">99.99 %".to_owned(),
        share => format!("{:.2} %", share * 100.0),
    }
}

fn class_list(classes: &[ClassFigures]) -> Markup {
    let errors: Vec<&ClassFigures> = classes
        .iter()
        .filter(|figures| !figures.class.is_success() && figures.count > 0)
        .collect();
    html! {
        @if errors.is_empty() { "–" }
        @for (at, figures) in errors.iter().enumerate() {
            @if at > 0 { ", " }
            span.(if figures.expected { "doubt" } else { "bad" }) {
                (figures.class.word()) " " (count(figures.count)) @if !figures.expected { " " (words::UNEXPECTED) }
            }
        }
    }
}

fn sum(classes: &[ClassFigures]) -> u64 {
    classes.iter().fold(0, |sum, figures| sum.saturating_add(figures.count))
}
