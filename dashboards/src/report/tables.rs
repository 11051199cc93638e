//! The figures of a run as tables. Wide ones scroll by themselves on a narrow screen.

use maud::{Markup, html};
use measure::{
    snapshot::ClassFigures,
    summary::{OperationSummary, PercentilesMs, Summary},
    unit::{count, percent, time},
};

use super::{text, verdict_class};

/// Expectations with what was observed.
pub(crate) fn expectations(summary: &Summary) -> Markup {
    html! {
        h2 { "Expectations" }
        @if summary.expectations.is_empty() { p.note { "The scenario expects nothing." } }
        @else {
            div.wide { table {
                thead { tr { th { "verdict" } th { "expectation" } th.n { "observed" } } }
                tbody { @for judged in &summary.expectations {
                    tr.(verdict_class(judged.verdict)) {
                        td.(verdict_class(judged.verdict)) { (judged.verdict.mark()) " " (judged.verdict.word()) }
                        td { code { (text(&judged.text)) } }
                        td.n { (text(&judged.observed)) }
                    }
                } }
            } }
        }
    }
}

/// Every order of the load against the gateway's ledger.
pub(crate) fn audit(summary: &Summary) -> Markup {
    let audit = &summary.audit;
    html! {
        h2 { "Audit" }
        @if audit.judged {
            (pairs(&[
                ("orders", audit.orders),
                ("opened", audit.success),
                ("refused", audit.failure),
                ("unknown", audit.unknown),
                ("paid", audit.paid),
                ("differences", audit.difference_count),
            ], &["differences"]))
        } @else {
            p.note { "Not judged: the gateway's admin port is not known, so there was no ledger to audit against." }
        }
        @if !audit.differences.is_empty() {
            h3 { "Load and ledger disagree" }
            ul { @for difference in &audit.differences { li.bad { (text(difference)) } } }
            @let more = audit.difference_count.saturating_sub(audit.differences.len() as u64);
            @if more > 0 { p.note { "and " (count(more)) " more" } }
        }
    }
}

/// Each phase.
pub(crate) fn phases(summary: &Summary) -> Markup {
    html! {
        h2 { "Phases" }
        div.wide { table {
            thead { tr { th { "phase" } th.n { "requests" } th.n { "success" } (percentile_heads()) th.n { "service p99" } th { "errors" } } }
            tbody { @for phase in &summary.phases { tr {
                th { (text(&phase.name)) }
                td.n { (count(phase.requests)) }
                td.n { @if phase.requests == 0 { "–" } @else { (share(phase.success)) } }
                (percentile_cells(&phase.response_ms, phase.requests))
                td.n { (ms(phase.service_ms.p99, phase.requests)) }
                td { (class_list(&phase.classes)) }
            } } }
        } }
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
        h2 { "How requests ended" }
        div.wide { table {
            thead { tr { th { "class" } th.n { "count" } th.n { "share" } } }
            @for (words, colour, group) in [
                ("as a healthy wallet answers", "good", successes),
                ("errors the scenario can have caused", "doubt", errors(true)),
                ("unexpected errors", "bad", errors(false)),
            ] {
                tbody {
                    tr { th.(if sum(&group) > 0 { colour } else { "none" }) { (words) } td.n { (count(sum(&group))) } td.n { (percent(sum(&group), all)) } }
                    @for figures in &group { tr {
                        td { (figures.class.word()) }
                        td.n { (count(figures.count)) }
                        td.n { (percent(figures.count, all)) }
                    } }
                }
            }
        } }
    }
}

/// Each operation and journey.
pub(crate) fn operations(summary: &Summary) -> Markup {
    html! {
        h2 { "Operations" }
        div.wide { table {
            thead { tr { th { "operation" } th.n { "ended" } th.n { "success" } (percentile_heads()) th.n { "service p99" } } }
            tbody { @for operation in &summary.operations { tr {
                th { (text(&operation.name)) @if operation.journey { " (journey)" } }
                td.n { (count(operation.requests)) }
                td.n { @if operation.requests == 0 { "–" } @else { (share(operation.success)) } }
                (percentile_cells(&operation.response_ms, operation.requests))
                td.n { (ms(operation.service_ms.p99, operation.requests)) }
            } } }
        } }
        (apart(summary))
    }
}

/// The gateway's own time beside what the scenario added, where a journal tells of both.
fn apart(summary: &Summary) -> Markup {
    let told = |operation: &OperationSummary| operation.own_ms.zip(operation.injected_ms);
    html! {
        @if summary.operations.iter().any(|operation| told(operation).is_some()) {
            p { "By the gateway's journal, its own time and the delays that the scenario injected:" }
            div.wide { table {
                thead { tr { th { "operation" } th.n { "own p50" } th.n { "own p99" } th.n { "injected p50" } th.n { "injected p99" } } }
                tbody { @for operation in &summary.operations { @if let Some((own, injected)) = told(operation) { tr {
                    th { (text(&operation.name)) }
                    @for time in [own.p50, own.p99, injected.p50, injected.p99] { td.n { (ms(time, operation.requests)) } }
                } } } }
            } }
        }
    }
}

/// Each rule's three counts, which must agree.
pub(crate) fn rules(summary: &Summary) -> Markup {
    html! {
        h2 { "Rules" }
        @if summary.rules.is_empty() { p.note { "The scenario has no rules." } }
        @else {
            div.wide { table {
                thead { tr { th { "rule" } th { "phase" } th { "on" } th.n { "decided" } th.n { "journal" } th.n { "seen" } th { "agree" } } }
                tbody { @for rule in &summary.rules {
                    tr.(if rule.agree { "good" } else { "bad" }) {
                        th { (text(&rule.name)) }
                        td { (text(&rule.phase)) }
                        td { (text(&rule.on)) }
                        td.n { (count(rule.decided)) }
                        td.n { (count(rule.journal)) }
                        td.n { (count(rule.seen)) }
                        td.(if rule.agree { "good" } else { "bad" }) { (if rule.agree { "✔ yes" } else { "✖ no" }) }
                    }
                } }
            } }
        }
    }
}

/// Callbacks.
pub(crate) fn callbacks(summary: &Summary) -> Markup {
    let callbacks = &summary.callbacks;
    html! {
        h2 { "Callbacks" }
        (pairs(&[
            ("received", callbacks.received),
            ("bad", callbacks.bad),
            ("sent", callbacks.sent),
            ("acknowledged", callbacks.acknowledged),
            ("retried", callbacks.retried),
            ("held", callbacks.held),
            ("dropped", callbacks.dropped),
            ("lost", callbacks.lost),
        ], &["bad", "lost"]))
    }
}

/// Arrivals.
pub(crate) fn arrivals(summary: &Summary) -> Markup {
    let arrivals = &summary.arrivals;
    html! {
        h2 { "Arrivals" }
        (pairs(&[
            ("offered", arrivals.offered),
            ("started", arrivals.started),
            ("dropped", arrivals.dropped),
            ("completed", arrivals.completed),
            ("unfinished", arrivals.unfinished),
        ], &["dropped", "unfinished"]))
    }
}

/// Words and counts; those in `bad` are marked unless zero.
fn pairs(figures: &[(&str, u64)], bad: &[&str]) -> Markup {
    html! {
        div.wide { table {
            thead { tr { @for (word, _) in figures { th.n { (word) } } } }
            tbody { tr { @for (word, value) in figures {
                @if *value > 0 && bad.contains(word) { td.n.bad { "✖ " (count(*value)) } } @else { td.n { (count(*value)) } }
            } } }
        } }
    }
}

fn percentile_heads() -> Markup {
    html! { @for word in ["p50", "p90", "p99", "p99.9", "max"] { th.n { (word) } } }
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
fn share(share: f64) -> String {
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
                (figures.class.word()) " " (count(figures.count)) @if !figures.expected { " unexpected" }
            }
        }
    }
}

fn sum(classes: &[ClassFigures]) -> u64 {
    classes.iter().fold(0, |sum, figures| sum.saturating_add(figures.count))
}
