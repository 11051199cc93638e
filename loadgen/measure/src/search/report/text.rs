//! A search as text: a line for each step while it runs, and the verdict at its end.

use std::fmt::Write;

use super::{CapacityReport, Step};
use crate::{
    search::{By, Held, Outcome, Stage, interval::Interval, scalability::Fit},
    trust::Stamp,
    unit,
};

/// The heads of the columns of [`step_line`].
pub fn head_line() -> String {
    format!(
        "{:>4}  {:<7}  {:>9}  {:>11}  {:>8}  {:>8}  {:>8}  {:>7}  verdict",
        "step", "for", "level", "requests", "p50", "p99", "max", "errors"
    )
}

/// One step as a line under [`head_line`].
pub fn step_line(step: &Step, by: By) -> String {
    let ms = |ms: f64| unit::time((ms * 1e3).round() as u64);
    format!(
        "{:>4}  {:<7}  {:>9}  {:>11}  {:>8}  {:>8}  {:>8}  {:>7}  {}",
        step.number,
        stage(step.stage),
        level_text(by, step.level),
        format!("{:.1}/s", step.requests_per_second),
        ms(step.response_ms.p50),
        ms(step.response_ms.p99),
        ms(step.response_ms.max),
        format!("{:.2} %", (1.0 - step.success) * 100.0),
        verdict(step)
    )
}

/// `775/s`, `8 users`.
pub fn level_text(by: By, level: f64) -> String {
    match by {
        By::Rate => format!("{level}/s"),
        By::Users if level == 1.0 => "1 user".to_owned(),
        By::Users => format!("{level} users"),
    }
}

/// The verdict of a search.
pub fn render(report: &CapacityReport) -> String {
    let mut text = String::new();
    let mut line = |sentence: &str| writeln!(text, "{sentence}").expect("a string takes every write");
    line(&headline(report));
    for sentence in interval(report).into_iter().chain(confirmed(report)) {
        line(&sentence);
    }
    if let Some(least) = report.at_least {
        let kept = if report.is_good() { "reached" } else { "not reached" };
        line(&format!("asked for at least {}: {kept}", level_text(report.by, least)));
    }
    for sentence in curve(report) {
        line(&sentence);
    }
    for sentence in &report.measured {
        line(sentence);
    }
    line(&format!("trust     {}", report.trust.stamp.word()));
    for reason in &report.trust.reasons {
        line(&format!("          {reason}"));
    }
    text
}

fn headline(report: &CapacityReport) -> String {
    let slo = report.slo.join(" and ");
    let level = |level: f64| level_text(report.by, level);
    match report.outcome {
        Outcome::Found {
            level: found,
            broken: Some(_),
        } => format!("capacity  {} with {slo}", level(found)),
        Outcome::Found {
            level: found,
            broken: None,
        } => format!(
            "capacity  at least {} with {slo}: nothing higher was tried",
            level(found)
        ),
        Outcome::TooLow { lowest } => format!("capacity  none: {} is too much for {slo}", level(lowest)),
        Outcome::Unconfirmed { level: last } => {
            format!(
                "capacity  unknown: {slo} is kept for short, never for long, down to {}",
                level(last)
            )
        }
        Outcome::Stopped { kept: Some(kept) } => {
            format!(
                "capacity  unknown: the search was stopped; {slo} was kept for short at {}",
                level(kept)
            )
        }
        Outcome::Stopped { kept: None } => "capacity  unknown: the search was stopped".to_owned(),
    }
}

/// What the interval of the level is, in words.
fn interval(report: &CapacityReport) -> Option<String> {
    report.found()?;
    let level = |level: f64| level_text(report.by, level);
    Some(match (report.level_low, report.level_high) {
        (Some(low), Some(high)) => format!(
            "interval  {} to {}: kept and broken beyond doubt (95 %), the limit lies between",
            level(low),
            level(high)
        ),
        (Some(low), None) => format!(
            "interval  {} and up: kept beyond doubt (95 %), nothing above broke so",
            level(low)
        ),
        (None, Some(high)) => format!(
            "interval  below {}: broken beyond doubt (95 %), nothing was kept so",
            level(high)
        ),
        (None, None) => "interval  open: no step was beyond doubt (95 %)".to_owned(),
    })
}

fn confirmed(report: &CapacityReport) -> Vec<String> {
    let Some(step) = report.confirmed() else {
        return Vec::new();
    };
    let rate = match step.requests_interval {
        Some(Interval { low, high }) => format!("{:.1}/s ({low:.1} to {high:.1})", step.requests_per_second),
        None => format!("{:.1}/s", step.requests_per_second),
    };
    let mut lines = vec![format!(
        "confirmed for {}: {:.1} arrivals/s, requests {rate}, {:.1} under way on average",
        unit::span(step.lasted_ms),
        step.offered_per_second,
        step.concurrency
    )];
    lines.extend(step.slo.iter().map(|figure| {
        let between = figure.interval.map_or_else(String::new, |interval| {
            format!(" (95 %: {} to {})", trim(interval.low), trim(interval.high))
        });
        format!(
            "          {} {}: {}{between}",
            figure.judged.verdict.ascii_mark(),
            figure.judged.text,
            figure.judged.observed
        )
    }));
    lines
}

fn curve(report: &CapacityReport) -> Vec<String> {
    let knee = match report.knee {
        Some(knee) => format!(
            "knee      {}: above it the mean response is more than half as long again",
            level_text(report.by, knee)
        ),
        None => "knee      none was passed".to_owned(),
    };
    let law = match &report.scalability {
        Some(Fit {
            lambda,
            sigma,
            kappa,
            error,
            points,
            peak,
        }) => {
            let peak = match peak {
                Some(peak) => format!("peak {:.0}/s with {:.1} at a time", peak.per_second, peak.concurrency),
                None => "no peak in sight".to_owned(),
            };
            let unseen = if *kappa < 0.0 {
                " (below zero: none was seen)"
            } else {
                ""
            };
            format!(
                "law       USL: λ {lambda:.1}/s, σ {sigma:.4}, κ {kappa:.6}{unseen}, {peak}; off by {:.1} % over {points} steps",
                error * 100.0
            )
        }
        None => "law       USL: too few steps that could be fitted (6 are needed)".to_owned(),
    };
    vec![knee, law]
}

fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Grow => "grow",
        Stage::Bisect => "bisect",
        Stage::Confirm => "confirm",
    }
}

fn verdict(step: &Step) -> String {
    let word = match step.held {
        Held::Kept => "kept",
        Held::Broken => "broken",
        Held::Overloaded => "overloaded",
    };
    let doubt = if step.clear { "" } else { ", close" };
    let trust = match step.trust.stamp {
        Stamp::Valid => String::new(),
        Stamp::Suspect | Stamp::Invalid => format!(", {}", step.trust.stamp.word()),
    };
    let why = step.troubles.first().map_or_else(String::new, |why| format!(": {why}"));
    format!("{word}{doubt}{trust}{why}")
}

/// Three digits behind the point at most, and none that say nothing.
fn trim(number: f64) -> String {
    let text = format!("{number:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
