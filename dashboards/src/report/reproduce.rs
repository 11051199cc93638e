//! How to have the same run again: commands, and what it was made under.

use maud::{Markup, html};
use measure::{unit::span, verdict::Verdict};

use super::{Run, text, utc, words};

/// What is known of the folder a run was kept in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder {
    /// Its name as a command would give it: relative, never a machine's path.
    pub name: String,
    /// Whether every decision can be forced again from it.
    pub rerun: bool,
    /// Another length than the scenario's, such as `60s`.
    pub length: Option<String>,
    /// The scenario's text.
    pub scenario: Option<String>,
}

/// The chapter.
pub(crate) fn chapter(run: &Run) -> Markup {
    let Folder {
        name, rerun, length, ..
    } = &run.folder;
    let length = length
        .as_deref()
        .map(|length| format!(" --for {length}"))
        .unwrap_or_default();
    let seed = run.summary.seed;
    html! {
        @if *rerun {
            p { (words::AGAIN_FORCED) }
            (command(&format!("paydrill rerun {name}")))
            @if run.summary.verdict == Verdict::Failed {
                p { (words::AGAIN_SHRUNK) }
                (command(&format!("paydrill rerun {name} --shrink")))
            }
            p { (words::AGAIN_SEED) }
            (command(&format!("paydrill run {name}/scenario.yaml --seed {seed}{length}")))
        } @else if run.folder.scenario.is_some() {
            p { (words::AGAIN_SEED) }
            (command(&format!("paydrill load {name}/scenario.yaml --target {} --seed {seed}{length}", run.summary.target)))
        }
        p { (words::AGAIN_PAGE) }
        (command(&format!("paydrill report {name}")))
        (facts(run))
        @if let Some(scenario) = &run.folder.scenario {
            details {
                summary { (words::SCENARIO) }
                pre tabindex="0" lang="en" { code { (lines(scenario)) } }
            }
        }
    }
}

/// A command on a line of its own.
pub(crate) fn command(line: &str) -> Markup {
    html! { pre tabindex="0" lang="en" { code { (text(line)) } } }
}

fn facts(run: &Run) -> Markup {
    let summary = &run.summary;
    html! {
        dl.facts {
            dt { (words::FACT_VERSION) } dd lang="en" { "paydrill " (text(&summary.version)) }
            dt { (words::FACT_SEED) } dd { (summary.seed) }
            dt { (words::FACT_STARTED) } dd { (utc(summary.started_ms)) }
            dt { (words::FACT_LASTED) } dd { (span(summary.lasted_ms)) }
            dt { (words::FACT_TARGET) } dd { code { (text(&summary.target)) } }
            @if let Some(facts) = &summary.trust.facts {
                @let shared = if facts.shares_cores { words::YES } else { words::NO };
                dt { (words::FACT_MACHINE) } dd { (words::CORES.with(&[facts.cores.to_string().into(), shared.into()])) }
            }
        }
    }
}

/// A text of several lines, each cleaned of what must not be shown.
fn lines(all: &str) -> String {
    all.lines().map(text).collect::<Vec<_>>().join("\n")
}
