//! The HTML page of a finished run: one file, no scripts, nothing from the net.
//!
//! The verdict and the stamp come first, then what failed, then the rest. `chart` draws the time axis, `tables` the
//! figures. Every foreign word is escaped by `maud`, and the page's own policy forbids scripts besides.

mod capacity;
mod chart;
mod tables;
mod waterfall;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use measure::{
    snapshot::{RunPlan, SecondFigures},
    summary::Summary,
    trust::Stamp,
    verdict::Verdict,
};

pub use capacity::capacity_html;

use crate::figures::clean;

const STYLE: &str = include_str!("report.css");
/// Nothing may run and nothing may be fetched; the style is in the page.
const POLICY: &str =
    "default-src 'none'; script-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The page of a finished run. `seconds` are its complete seconds, oldest first; without them there is no chart.
pub fn html(summary: &Summary, seconds: &[Arc<SecondFigures>], plan: &RunPlan) -> String {
    let title = format!("{} {}", text(&summary.scenario), summary.verdict.word());
    let body = html! {
        (top(summary))
        main {
            (tables::expectations(summary))
            (tables::audit(summary))
            (chart::figure(seconds, plan))
            (tables::phases(summary))
            (tables::classes(summary))
            (tables::operations(summary))
            (waterfall::table(summary))
            (tables::rules(summary))
            (tables::callbacks(summary))
            (tables::arrivals(summary))
        }
        footer { "paydrill " (text(&summary.version)) ". Response times count from the intended start, service times from the send." }
    };
    page(&title, &body)
}

/// A whole page.
fn page(title: &str, body: &Markup) -> String {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "paydrill: " (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { (body) }
        }
    }
    .into_string()
}

/// Verdict, stamp and what was run.
fn top(summary: &Summary) -> Markup {
    html! {
        header {
            h1 { (text(&summary.scenario)) }
            p.badges {
                span.badge.(verdict_class(summary.verdict)) { (summary.verdict.mark()) " " (summary.verdict.word()) }
                " "
                span.badge.(stamp_class(summary.trust.stamp)) { (summary.trust.stamp.word()) }
                @if summary.interrupted { " " span.badge.doubt { "stopped early" } }
            }
            @if !summary.trust.reasons.is_empty() {
                ul.reasons { @for reason in &summary.trust.reasons { li { (text(reason)) } } }
            }
            p.facts {
                "seed " (summary.seed) " · " (measure::unit::span(summary.lasted_ms)) " · target " code { (text(&summary.target)) }
                " · started " (utc(summary.started_ms))
            }
            @if let Some(facts) = &summary.trust.facts { p.facts { (text(&facts.line())) } }
        }
    }
}

/// An instant as people read it.
fn utc(ms: u64) -> String {
    i64::try_from(ms)
        .ok()
        .and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok())
        .map_or_else(
            || "at an unknown time".to_owned(),
            |instant| instant.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        )
}

/// Foreign text as it may stand on the page; `maud` escapes it on top of this.
pub(crate) fn text(text: &str) -> String {
    clean(text)
}

/// The colour of a verdict; the word beside it says the same.
pub(crate) fn verdict_class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Met => "good",
        Verdict::Failed => "bad",
        Verdict::NotJudged => "doubt",
    }
}

fn stamp_class(stamp: Stamp) -> &'static str {
    match stamp {
        Stamp::Valid => "good",
        Stamp::Suspect => "doubt",
        Stamp::Invalid => "bad",
    }
}
