//! The HTML page of a finished run: one file that asks the net for nothing, in English and in Chinese.
//!
//! Start at [`html()`]: the story first, then what is expected, then charts on one time axis, tables, every failed order,
//! and how to have the run again. Every foreign word is escaped by `maud`; the page's policy lets no script run but ours.
//!
//! | file | owns |
//! |---|---|
//! | `page` | the frame of every page, and its policy |
//! | `words` | every word, in both languages |
//! | `story`, `tables`, `waterfall`, `failures`, `reproduce` | chapters |
//! | `charts`, `spectrum` | figures of the charts, their captions and tables |
//! | `data` | what the charts draw |
//! | `page.js`, `plot.js` | switches; what charts have in common |
//! | `report.js`, `capacity.js` | the charts of a run and of a search |
//! | `uplot` | the library that draws them |
//! | `capacity` | the page of a search for a limit |

mod capacity;
mod charts;
mod data;
mod failures;
mod page;
mod reproduce;
mod spectrum;
mod story;
mod tables;
mod waterfall;
mod words;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use maud::{Markup, html};
use measure::{
    snapshot::{RunPlan, SecondFigures},
    story::Failures,
    summary::Summary,
    trust::Stamp,
    verdict::Verdict,
};

pub use self::{capacity::capacity_html, reproduce::Folder, spectrum::Histograms, words::Language};
use self::{data::Data, page::Page, words::Word};
use crate::figures::clean;

/// A finished run, as far as its folder tells of it. What is missing leaves its chapter with a sentence that says so.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its result.
    pub summary: Summary,
    /// What was planned.
    pub plan: RunPlan,
    /// Its complete seconds, oldest first; without them there are no charts.
    pub seconds: Vec<Arc<SecondFigures>>,
    /// Its response times.
    pub histograms: Option<Histograms>,
    /// Its failed orders.
    pub failures: Option<Failures>,
    /// Where it is kept.
    pub folder: Folder,
    /// The language that the page opens in; the reader may change it.
    pub language: Language,
}

/// The page of a finished run.
pub fn html(run: &Run) -> String {
    let summary = &run.summary;
    let data = Data::of(run);
    let mut chapters = vec![
        ("story", words::STORY, story::chapter(run)),
        ("expectations", words::EXPECTATIONS, tables::expectations(summary)),
        ("audit", words::AUDIT, tables::audit(summary)),
        ("charts", words::OVER_TIME, charts::chapter(run, &data)),
        ("spectrum", words::SPECTRUM, spectrum::chapter(run)),
        ("phases", words::PHASES, tables::phases(summary)),
        ("classes", words::CLASSES, tables::classes(summary)),
        ("operations", words::OPERATIONS, tables::operations(summary)),
    ];
    if !summary.waterfall.is_empty() {
        chapters.push(("waterfall", words::WATERFALL, waterfall::table(summary)));
    }
    chapters.extend([
        ("rules", words::RULES, tables::rules(summary)),
        ("callbacks", words::CALLBACKS, tables::callbacks(summary)),
        ("arrivals", words::ARRIVALS, tables::arrivals(summary)),
        ("failures", words::FAILED_ORDERS, failures::chapter(run)),
        ("reproduce", words::REPRODUCE, reproduce::chapter(run)),
    ]);
    let name = text(&summary.scenario);
    let title = |language| format!("paydrill: {name} {}", verdict_word(summary.verdict).of(language));
    Page {
        title: [title(Language::English), title(Language::Chinese)],
        language: run.language,
        header: top(summary),
        chapters,
        footer: html! { p { "paydrill " (text(&summary.version)) ". " (words::FOOTER) } },
        data: data.json(),
        script: include_str!("report.js"),
    }
    .render()
}

/// Verdict, stamp and what was run.
fn top(summary: &Summary) -> Markup {
    html! {
        h1 { (text(&summary.scenario)) }
        p.badges {
            span.badge.(verdict_class(summary.verdict)) { (summary.verdict.mark()) " " (verdict_word(summary.verdict)) }
            " "
            span.badge.(stamp_class(summary.trust.stamp)) { (stamp_word(summary.trust.stamp)) }
            @if summary.interrupted { " " span.badge.doubt { (words::STOPPED_EARLY) } }
        }
        (facts(summary.seed, summary.lasted_ms, &summary.target, summary.started_ms))
    }
}

/// The line of facts below a title.
fn facts(seed: u64, lasted_ms: u64, target: &str, started_ms: u64) -> Markup {
    let started = utc_text(started_ms).map_or_else(|| words::UNKNOWN_TIME.into(), Into::into);
    let parts = [
        seed.to_string().into(),
        measure::unit::span(lasted_ms).into(),
        text(target).into(),
        started,
    ];
    html! { p.facts { (words::FACTS.with(&parts)) } }
}

/// An instant as people read it.
fn utc(ms: u64) -> Markup {
    match utc_text(ms) {
        Some(text) => html! { (text) },
        None => html! { (words::UNKNOWN_TIME) },
    }
}

fn utc_text(ms: u64) -> Option<String> {
    let instant = jiff::Timestamp::from_millisecond(i64::try_from(ms).ok()?).ok()?;
    Some(instant.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}

/// Foreign text as it may stand on the page; `maud` escapes it on top of this.
pub(crate) fn text(text: &str) -> String {
    clean(text)
}

/// The colour of a verdict; the word beside it says the same.
fn verdict_class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Met => "good",
        Verdict::Failed => "bad",
        Verdict::NotJudged => "doubt",
    }
}

fn verdict_word(verdict: Verdict) -> Word {
    match verdict {
        Verdict::Met => words::MET,
        Verdict::Failed => words::FAILED,
        Verdict::NotJudged => words::NOT_JUDGED,
    }
}

fn stamp_class(stamp: Stamp) -> &'static str {
    match stamp {
        Stamp::Valid => "good",
        Stamp::Suspect => "doubt",
        Stamp::Invalid => "bad",
    }
}

fn stamp_word(stamp: Stamp) -> Word {
    match stamp {
        Stamp::Valid => words::VALID,
        Stamp::Suspect => words::SUSPECT,
        Stamp::Invalid => words::INVALID,
    }
}
