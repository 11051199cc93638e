//! The page of a search for a limit: what was found, the curve, every step.

use std::collections::BTreeMap;

use maud::{Markup, html};
use measure::{
    search::{
        Held,
        report::{CapacityReport, Step, level_text, render},
        scalability::Fit,
    },
    unit::time,
};
use serde::Serialize;

use super::{
    data::Label,
    facts,
    page::{Page, wide},
    stamp_class, stamp_word, text,
    words::{self, Language, Word},
};

/// Points of the law's line.
const LINE: u32 = 120;

/// What the charts draw.
#[derive(Serialize)]
struct Data {
    steps: Vec<Dot>,
    /// Requests a second by concurrency, as the law has them.
    law: Vec<(f64, f64)>,
    marks: Vec<Mark>,
    words: BTreeMap<&'static str, Label>,
}

/// One step.
#[derive(Serialize)]
struct Dot {
    level: f64,
    held: Held,
    /// Microseconds.
    p50: f64,
    p99: f64,
    concurrency: f64,
    rate: f64,
}

/// A level that was found.
#[derive(Serialize)]
struct Mark {
    level: f64,
    label: Label,
}

/// The page of a search.
pub fn capacity_html(report: &CapacityReport, language: Language) -> String {
    let name = text(&report.scenario);
    let title = |language| words::CAPACITY_OF.fill(language, &[name.clone().into()]);
    Page {
        title: [title(Language::English), title(Language::Chinese)],
        language,
        header: top(report),
        chapters: vec![
            ("levels", words::BY_LEVEL, chart("levels", words::BY_LEVEL_NOTE, report)),
            (
                "concurrency",
                words::BY_CONCURRENCY,
                chart("concurrency", words::BY_CONCURRENCY_NOTE, report),
            ),
            ("steps", words::STEPS, steps(report)),
        ],
        footer: html! { p { "paydrill " (text(&report.version)) ". " (words::FOOTER_CAPACITY) } },
        data: serde_json::to_string(&data(report)).expect("numbers and words are JSON"),
        script: include_str!("capacity.js"),
    }
    .render()
}

fn top(report: &CapacityReport) -> Markup {
    let (verdict, class) = match (report.is_untrusted(), report.is_good()) {
        (true, _) => (words::NO_ANSWER, "doubt"),
        (false, true) => (words::FOUND, "good"),
        (false, false) => (words::NOT_REACHED, "bad"),
    };
    html! {
        h1 { (words::CAPACITY_OF.with(&[text(&report.scenario).into()])) }
        p.badges {
            span.badge.(class) { (verdict) } " "
            span.badge.(stamp_class(report.trust.stamp)) { (stamp_word(report.trust.stamp)) }
        }
        @for line in render(report).lines() { p lang="en" { code { (text(line)) } } }
        (facts(report.seed, report.lasted_ms, &report.target, report.started_ms))
    }
}

/// A chart that the script draws.
fn chart(name: &str, note: Word, report: &CapacityReport) -> Markup {
    html! {
        @if report.steps.is_empty() { p.note { (words::NO_STEPS) } }
        @else {
            figure id=(format!("chart-{name}")) {
                div.plot role="img" aria-labelledby=(name) aria-describedby=(format!("{name}-note")) {}
                ul.legend {}
                figcaption id=(format!("{name}-note")) { (note) }
            }
        }
    }
}

fn data(report: &CapacityReport) -> Data {
    let dot = |step: &Step| Dot {
        level: step.level,
        held: step.held,
        p50: step.response_ms.p50 * 1e3,
        p99: step.response_ms.p99 * 1e3,
        concurrency: step.concurrency,
        rate: step.requests_per_second,
    };
    let found = [(report.knee, words::KNEE), (report.found(), words::CAPACITY)];
    let marks = found.into_iter().filter_map(|(level, word)| {
        Some(Mark {
            level: level?,
            label: word.into(),
        })
    });
    let words = [("kept", words::KEPT), ("broken", words::BROKEN), ("law", words::LAW)];
    Data {
        steps: report.steps.iter().map(dot).collect(),
        law: report
            .scalability
            .as_ref()
            .map(|fit| law(fit, report))
            .unwrap_or_default(),
        marks: marks.collect(),
        words: words.map(|(key, word)| (key, word.into())).into(),
    }
}

/// The law's line up to twice the busiest step that was kept.
fn law(fit: &Fit, report: &CapacityReport) -> Vec<(f64, f64)> {
    let kept = report.steps.iter().filter(|step| step.held == Held::Kept);
    let most = kept.map(|step| step.concurrency).fold(0.0, f64::max) * 2.0;
    let at = |nth: u32| most * f64::from(nth) / f64::from(LINE);
    let points = (1..=LINE).map(|nth| (at(nth), fit.at(at(nth)).max(0.0)));
    points.filter(|(at, rate)| *at > 0.0 && rate.is_finite()).collect()
}

fn steps(report: &CapacityReport) -> Markup {
    let ms = |ms: f64| time((ms * 1e3).round() as u64);
    html! {
        (wide("steps", &html! {
            thead { tr {
                @for word in [words::STEP, words::LEVEL] { th.n scope="col" { (word) } }
                th scope="col" { (words::VERDICT) }
                @for word in [words::ARRIVALS_PER_S, words::REQUESTS_PER_S, words::UNDER_WAY] { th.n scope="col" { (word) } }
                @for word in ["p50", "p99"] { th.n scope="col" { (word) } }
                th.n scope="col" { (words::MAX) } th.n scope="col" { (words::ERRORS) } th scope="col" { (words::OBJECTIVE) }
            } }
            tbody { @for step in &report.steps { tr.(row(step.held)) {
                td.n { (step.number) }
                td.n { (level_text(report.by, step.level)) }
                td { (word(step)) }
                td.n { (format!("{:.1}", step.offered_per_second)) }
                td.n { (format!("{:.1}", step.requests_per_second)) }
                td.n { (format!("{:.1}", step.concurrency)) }
                td.n { (ms(step.response_ms.p50)) }
                td.n { (ms(step.response_ms.p99)) }
                td.n { (ms(step.response_ms.max)) }
                td.n { (format!("{:.2} %", (1.0 - step.success) * 100.0)) }
                td lang="en" {
                    @for figure in &step.slo { (figure.judged.verdict.mark()) " " code { (text(&figure.judged.text)) } " " (text(&figure.judged.observed)) " " }
                    @for trouble in &step.troubles { (text(trouble)) " " }
                    @for reason in &step.trust.reasons { (text(reason)) " " }
                }
            } } }
        }))
    }
}

fn row(held: Held) -> &'static str {
    match held {
        Held::Kept => "good",
        Held::Broken | Held::Overloaded => "bad",
    }
}

fn word(step: &Step) -> Markup {
    let word = match step.held {
        Held::Kept => words::KEPT,
        Held::Broken => words::BROKEN,
        Held::Overloaded => words::OVERLOADED,
    };
    if step.clear {
        html! { (word) }
    } else {
        words::CLOSE.with(&[word.into()])
    }
}

#[cfg(test)]
mod tests {
    use measure::{
        search::{
            By, Held, Outcome, Stage,
            report::{CapacityReport, FORMAT, Step},
        },
        summary::PercentilesMs,
        trust::Trust,
    };

    use super::{Language, capacity_html};
    use crate::json::{json_capacity, json_step};

    fn step(number: u32, level: f64, held: Held) -> Step {
        let ms = if held == Held::Kept { 10.0 } else { 400.0 };
        Step {
            number,
            stage: Stage::Grow,
            level,
            held,
            clear: true,
            from_ms: 0,
            lasted_ms: 8_000,
            cut_short: false,
            offered_per_second: level,
            achieved: 1.0,
            requests_per_second: level.min(800.0),
            requests_interval: None,
            success: 1.0,
            response_ms: PercentilesMs {
                p50: ms,
                p99: ms * 1.5,
                max: ms * 2.0,
                ..PercentilesMs::default()
            },
            mean_ms: ms,
            concurrency: level.min(800.0) * ms / 1e3,
            unanswered: 0,
            slo: Vec::new(),
            troubles: Vec::new(),
            trust: Trust::default(),
        }
    }

    fn report(steps: Vec<Step>) -> CapacityReport {
        let mut report = CapacityReport {
            format: FORMAT,
            version: "0".to_owned(),
            by: By::Rate,
            slo: vec!["p99<300ms".to_owned()],
            scenario: "<script>x</script>".to_owned(),
            seed: 1,
            target: "http://127.0.0.1:1".to_owned(),
            measured: vec!["A sentence.".to_owned()],
            started_ms: 0,
            lasted_ms: 90_000,
            precision: 0.05,
            outcome: Outcome::Found {
                level: 800.0,
                broken: Some(1_600.0),
            },
            at_least: None,
            level_low: None,
            level_high: None,
            knee: None,
            scalability: None,
            steps,
            trust: Trust::default(),
            classes: Vec::new(),
        };
        report.conclude();
        report
    }

    fn steps() -> Vec<Step> {
        let kept = [50.0, 100.0, 200.0, 400.0, 800.0].map(|level| step((level / 50.0) as u32, level, Held::Kept));
        kept.into_iter().chain([step(99, 1_600.0, Held::Overloaded)]).collect()
    }

    #[test]
    fn a_search_is_a_page() {
        for steps in [steps(), steps()[..1].to_vec(), Vec::new()] {
            let drawn = !steps.is_empty();
            let page = capacity_html(&report(steps), Language::English);
            assert!(!page.contains("<script>x") && !page.contains("NaN"), "{page}");
            assert_eq!(page.contains("chart-levels"), drawn, "{page}");
            assert_eq!(page.contains("\"held\":\"kept\""), drawn, "{page}");
        }
        let page = capacity_html(&report(steps()), Language::English);
        assert!(
            page.contains("800/s with p99&lt;300ms") && page.contains("A sentence."),
            "{page}"
        );
        assert!(page.contains("interval  800/s to 1600/s"), "{page}");
    }

    #[test]
    fn a_search_is_lines_of_json() {
        let mut out = Vec::new();
        let report = report(steps());
        json_step(&report.steps[0], &mut out).unwrap();
        json_capacity(&report, std::path::Path::new("run"), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!((&lines[0]["kind"], &lines[0]["level"]), (&"step".into(), &50.0.into()));
        assert_eq!(
            (&lines[1]["kind"], &lines[1]["folder"]),
            (&"capacity".into(), &"run".into())
        );
        assert_eq!(
            (&lines[1]["outcome"]["level"], &lines[1]["format"]),
            (&800.0.into(), &1.into())
        );
    }
}
