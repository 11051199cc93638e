//! The frame of every page: head, policy, switches, contents. A page is one file that asks the net for nothing.
//!
//! Only the scripts whose hash the policy names may run, and they are those of this program.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::words::{self, Language, Word};

const STYLE: &str = include_str!("report.css");
const UPLOT_STYLE: &str = include_str!("uplot/uPlot.min.css");
/// The library, what every page does, and what charts have in common, in the order in which they run.
const SCRIPTS: [&str; 3] = [
    include_str!("uplot/uPlot.iife.min.js"),
    include_str!("page.js"),
    include_str!("plot.js"),
];

/// What a page is made of.
pub(crate) struct Page {
    /// Its title in both languages.
    pub(crate) title: [String; 2],
    /// The language it opens in.
    pub(crate) language: Language,
    /// What stands above the contents.
    pub(crate) header: Markup,
    /// Its chapters, in order: an anchor, a heading, and what it says.
    pub(crate) chapters: Vec<(&'static str, Word, Markup)>,
    /// What stands at the end.
    pub(crate) footer: Markup,
    /// What the charts draw, as JSON.
    pub(crate) data: String,
    /// The script of its charts.
    pub(crate) script: &'static str,
}

impl Page {
    /// The whole page.
    pub(crate) fn render(self) -> String {
        let [english, chinese] = &self.title;
        let title = match self.language {
            Language::English => english,
            Language::Chinese => chinese,
        };
        html! {
            (DOCTYPE)
            html.plain lang=(self.language.tag()) data-title-en=(english) data-title-zh=(chinese) {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(policy(self.script));
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (title) }
                    style { (PreEscaped(UPLOT_STYLE)) (PreEscaped(STYLE)) }
                }
                body {
                    header {
                        (switches())
                        (self.header)
                    }
                    nav aria-labelledby="contents" {
                        h2 #contents { (words::CONTENTS) }
                        ul { @for (anchor, heading, _) in &self.chapters { li { a href=(format!("#{anchor}")) { (heading) } } } }
                    }
                    main {
                        noscript { p.note { (words::WITHOUT_SCRIPT) } }
                        @for (anchor, heading, said) in &self.chapters {
                            section aria-labelledby=(anchor) { h2 id=(anchor) { (heading) } (said) }
                        }
                    }
                    footer { (self.footer) }
                    script #run type="application/json" { (PreEscaped(for_script(&self.data))) }
                    @for script in SCRIPTS.iter().chain([&self.script]) { script { (PreEscaped(script)) } }
                }
            }
        }
        .into_string()
    }
}

/// Nothing is fetched, and only our own scripts run.
fn policy(script: &str) -> String {
    let hash = |script: &&str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(script)));
    let hashes: Vec<String> = SCRIPTS.iter().chain([&script]).map(hash).collect();
    format!(
        "default-src 'none'; script-src {}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'",
        hashes.join(" ")
    )
}

/// JSON as it may stand inside a script element, which ends at `</script` whatever stands around it.
fn for_script(json: &str) -> String {
    json.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

/// Switches of language and colours; they work by script alone.
fn switches() -> Markup {
    let colours = [
        ("system", words::COLOURS_SYSTEM),
        ("light", words::COLOURS_LIGHT),
        ("dark", words::COLOURS_DARK),
    ];
    html! {
        div.tools.switches {
            div role="group" aria-labelledby="by-language" {
                span #by-language { (words::LANGUAGE) }
                button type="button" data-language="en" lang="en" { "English" }
                button type="button" data-language="zh-CN" lang="zh-CN" { "中文" }
            }
            div role="group" aria-labelledby="by-colours" {
                span #by-colours { (words::COLOURS) }
                @for (value, word) in colours { button type="button" data-colours=(value) { (word) } }
            }
        }
    }
}

/// A table that may be wider than the screen: it scrolls by itself, by keyboard too, and is named by its chapter.
pub(crate) fn wide(named_by: &str, table: &Markup) -> Markup {
    html! { div.wide role="group" tabindex="0" aria-labelledby=(named_by) { table { (table) } } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_is_the_one_its_readme_names() {
        let readme = include_str!("uplot/README.md");
        for bytes in [
            include_bytes!("uplot/uPlot.iife.min.js").as_slice(),
            include_bytes!("uplot/uPlot.min.css"),
        ] {
            let sum: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            assert!(readme.contains(&sum), "{sum}");
        }
    }

    #[test]
    fn scripts_cannot_end_early() {
        let charts = [include_str!("report.js"), include_str!("capacity.js")];
        for script in SCRIPTS.into_iter().chain(charts) {
            assert!(!script.contains("</script") && !script.contains("<!--"));
        }
        assert_eq!(
            for_script("[\"</script>&\u{2028}\"]"),
            r#"["\u003c/script\u003e\u0026\u2028"]"#
        );
    }
}
