//! The story of a run in a few sentences: what was asked, what happened, the verdict and why, and whether to trust it.

use maud::{Markup, html};
use measure::{
    snapshot::SecondFigures,
    summary::{PhaseSummary, Stopped, Summary},
    trust::Stamp,
    unit::{count, percent, span, time},
    verdict::Verdict,
};

use super::{
    Run,
    charts::number,
    tables::share,
    text,
    words::{self, Word},
};
use crate::panel::moment_label;

/// Expectations told of by name, at most; the table has them all.
const TOLD_MAX: usize = 5;
/// So many whole seconds in a row with this share of successes are a recovery.
const RECOVERED_SECONDS: usize = 3;
const RECOVERED_PERCENT: u64 = 99;

/// The chapter.
pub(crate) fn chapter(run: &Run) -> Markup {
    html! {
        div.story {
            (part(words::ASKED, &asked(run)))
            (part(words::HAPPENED, &happened(run)))
            (part(words::VERDICT, &why(&run.summary)))
            (part(words::TRUST, &trust(&run.summary)))
        }
    }
}

fn part(heading: Word, sentences: &Markup) -> Markup {
    html! { div { h3 { (heading) } ul { (sentences) } } }
}

fn asked(run: &Run) -> Markup {
    let most = run
        .plan
        .target_per_second
        .iter()
        .copied()
        .filter(|rate| rate.is_finite())
        .fold(0.0, f64::max);
    html! {
        li { (words::ASKED_LOAD.with(&[
            text(&run.summary.scenario).into(),
            count(run.summary.arrivals.offered).into(),
            span(run.plan.arrivals_end_us / 1_000).into(),
            number(most).into(),
            text(&run.summary.target).into(),
        ])) }
        @for phase in &run.plan.phases { li { (words::ASKED_PHASE.with(&[
            text(&phase.name).into(),
            moment_label(phase.from_us / 1_000_000).into(),
            moment_label(phase.until_us / 1_000_000).into(),
            if phase.faults.is_empty() { words::NO_FAULTS.into() } else { text(&phase.faults.join(", ")).into() },
        ])) } }
    }
}

fn happened(run: &Run) -> Markup {
    let summary = &run.summary;
    let requests: u64 = summary.classes.iter().map(|figures| figures.count).sum();
    let errors = |expected: bool| -> u64 {
        let errors = summary
            .classes
            .iter()
            .filter(|figures| !figures.class.is_success() && figures.expected == expected);
        errors.map(|figures| figures.count).sum()
    };
    let (expected, unexpected) = (errors(true), errors(false));
    let arrivals = &summary.arrivals;
    let calls = &summary.callbacks;
    html! {
        li { (words::DID_REQUESTS.with(&[
            count(requests).into(),
            percent(requests.saturating_sub(expected + unexpected), requests).into(),
            count(expected).into(),
            count(unexpected).into(),
        ])) }
        @if let Some((worst, first)) = worst(summary) { li { (words::DID_WORST.with(&[
            text(&worst.name).into(),
            share(worst.success).into(),
            ms(worst.response_ms.p99).into(),
            text(&first.name).into(),
            share(first.success).into(),
            ms(first.response_ms.p99).into(),
        ])) } }
        @if let Some((phase, after)) = recovery(run) { li {
            @match after {
                Some(seconds) => { (words::DID_RECOVER.with(&[text(phase).into(), seconds.to_string().into()])) }
                None => { (words::DID_NOT_RECOVER.with(&[text(phase).into()])) }
            }
        } }
        @if calls.sent + calls.received > 0 { li { (words::DID_CALLBACKS.with(&[
            count(calls.sent).into(),
            count(calls.acknowledged).into(),
            count(calls.retried).into(),
            count(calls.held).into(),
            count(calls.lost).into(),
        ])) } }
        @if arrivals.dropped + arrivals.unfinished > 0 { li { (words::DID_DROP.with(&[
            count(arrivals.dropped).into(),
            count(arrivals.offered).into(),
            count(arrivals.unfinished).into(),
        ])) } }
        @if let Some(failures) = &run.failures { li { (words::DID_ORDERS.with(&[
            count(failures.count(true)).into(),
            count(failures.orders).into(),
            count(failures.count(false)).into(),
        ])) } }
    }
}

/// The phase with the fewest successes, the slowest among equals, beside the first; nothing where they are the same.
fn worst(summary: &Summary) -> Option<(&PhaseSummary, &PhaseSummary)> {
    let seen = || summary.phases.iter().filter(|phase| phase.requests > 0);
    let worse = |one: &&PhaseSummary, other: &&PhaseSummary| {
        let by_success = one.success.total_cmp(&other.success);
        by_success.then(other.response_ms.p99.total_cmp(&one.response_ms.p99))
    };
    let (worst, first) = (seen().min_by(worse)?, seen().next()?);
    (worst.name != first.name).then_some((worst, first))
}

/// How many seconds after its end the worst phase was over for the shop, and whether ever.
fn recovery(run: &Run) -> Option<(&str, Option<u64>)> {
    let (worst, _) = worst(&run.summary)?;
    let phase = run.plan.phases.iter().find(|phase| phase.name == worst.name)?;
    let end = phase.until_us.div_ceil(1_000_000);
    let after: Vec<&SecondFigures> = run
        .seconds
        .iter()
        .map(|second| &**second)
        .filter(|second| u64::from(second.second) >= end)
        .collect();
    let hurt = worst.success * 100.0 < RECOVERED_PERCENT as f64;
    if !hurt || after.len() < RECOVERED_SECONDS {
        return None;
    }
    let good = |second: &&SecondFigures| u64::from(second.ok) * 100 >= u64::from(second.finished) * RECOVERED_PERCENT;
    let found = after.windows(RECOVERED_SECONDS).find(|row| row.iter().all(good));
    Some((&worst.name, found.map(|row| u64::from(row[0].second) - end)))
}

fn why(summary: &Summary) -> Markup {
    let of = |verdict: Verdict| -> Vec<_> {
        summary
            .expectations
            .iter()
            .filter(|judged| judged.verdict == verdict)
            .collect()
    };
    let (failed, not_judged) = (of(Verdict::Failed), of(Verdict::NotJudged));
    let audit = &summary.audit;
    html! {
        @if summary.expectations.is_empty() { li { (words::WHY_NOTHING) } }
        @else if failed.is_empty() && not_judged.is_empty() { li { (words::WHY_MET.with(&[summary.expectations.len().to_string().into()])) } }
        @for judged in failed.iter().take(TOLD_MAX) { li.bad { "✖ " (words::WHY_FAILED.with(&[text(&judged.text).into(), text(&judged.observed).into()])) } }
        @if failed.len() > TOLD_MAX { li { (words::AND_MORE.with(&[(failed.len() - TOLD_MAX).to_string().into()])) } }
        @for judged in not_judged.iter().take(TOLD_MAX) { li { "◌ " (words::WHY_NOT_JUDGED.with(&[text(&judged.text).into()])) } }
        @if audit.judged && audit.difference_count == 0 { li { (words::WHY_AUDIT_GOOD.with(&[count(audit.orders).into()])) } }
        @if audit.difference_count > 0 { li.bad { "✖ " (words::WHY_AUDIT.with(&[count(audit.difference_count).into()])) } }
        @for rule in summary.rules.iter().filter(|rule| !rule.agree).take(TOLD_MAX) { li.bad { "✖ " (words::WHY_RULE.with(&[
            text(&rule.name).into(),
            count(rule.decided).into(),
            count(rule.journal).into(),
            count(rule.seen).into(),
        ])) } }
        @match summary.stopped {
            Some(Stopped::ErrorBudget { unexpected, finished }) => { li.bad { "✖ " (words::WHY_BUDGET.with(&[count(unexpected).into(), count(finished).into()])) } }
            Some(Stopped::Requests { most }) => { li { (words::WHY_REQUESTS.with(&[count(most).into()])) } }
            None => {}
        }
        @if summary.interrupted { li { (words::WHY_INTERRUPTED) } }
    }
}

fn trust(summary: &Summary) -> Markup {
    html! {
        @if summary.trust.stamp == Stamp::Valid { li { (words::TRUST_VALID) } }
        @for reason in &summary.trust.reasons { li lang="en" { (text(reason)) } }
        @if let Some(facts) = &summary.trust.facts { li lang="en" { (text(&facts.line())) } }
    }
}

fn ms(value: f64) -> String {
    time((value * 1e3).round().max(0.0) as u64)
}
