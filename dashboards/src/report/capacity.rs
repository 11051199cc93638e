//! The page of a search for a limit: what was found, the curve, every step.

use maud::{Markup, html};
use measure::{
    search::{
        Held,
        report::{CapacityReport, Step, level_text, render},
        scalability::Fit,
    },
    unit::time,
};

use super::{
    facts,
    page::{Page, wide},
    stamp_class, stamp_word, text,
    words::{self, Language, Word},
};

/// A drawing's plot, in its own units.
const LEFT: f64 = 70.0;
const WIDTH: f64 = 900.0;
const TOP: f64 = 16.0;
const HEIGHT: f64 = 250.0;
const BOTTOM: f64 = 300.0;
/// Points of the law's line.
const LINE: u32 = 120;
/// Response times are drawn from this on: below a tenth of a millisecond nobody looks.
const LEAST_MS: f64 = 0.1;

/// The page of a search.
pub fn capacity_html(report: &CapacityReport, language: Language) -> String {
    let name = text(&report.scenario);
    let title = |language| words::CAPACITY_OF.fill(language, &[name.clone().into()]);
    Page {
        title: [title(Language::English), title(Language::Chinese)],
        language,
        header: top(report),
        chapters: vec![
            ("levels", words::BY_LEVEL, latency(report)),
            ("concurrency", words::BY_CONCURRENCY, throughput(report)),
            ("steps", words::STEPS, steps(report)),
        ],
        footer: html! { p { "paydrill " (text(&report.version)) ". " (words::FOOTER_CAPACITY) } },
        data: "{}".to_owned(),
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
        h1 { (words::CAPACITY_OF.with([text(&report.scenario).into()])) }
        p.badges {
            span.badge.(class) { (verdict) } " "
            span.badge.(stamp_class(report.trust.stamp)) { (stamp_word(report.trust.stamp)) }
        }
        @for line in render(report).lines() { p lang="en" { code { (text(line)) } } }
        (facts(report.seed, report.lasted_ms, &report.target, report.started_ms))
    }
}

/// Where a share of an axis lies.
fn x(share: f64) -> f64 {
    LEFT + WIDTH * share.clamp(0.0, 1.0)
}

fn y(share: f64) -> f64 {
    TOP + HEIGHT * (1.0 - share.clamp(0.0, 1.0))
}

fn num(value: f64) -> String {
    format!("{value:.1}")
}

fn latency(report: &CapacityReport) -> Markup {
    let mut measured: Vec<&Step> = report.steps.iter().filter(|step| step.response_ms.max > 0.0).collect();
    measured.sort_by(|one, other| one.level.total_cmp(&other.level));
    let most_level = measured.iter().map(|step| step.level).fold(0.0, f64::max);
    let most_ms = measured.iter().map(|step| step.response_ms.p99).fold(1.0, f64::max);
    let high = |ms: f64| y((ms.max(LEAST_MS) / LEAST_MS).ln() / (most_ms / LEAST_MS).ln());
    let at = |level: f64| x(level / most_level);
    html! {
        @if measured.is_empty() { p.note { (words::NO_STEPS) } }
        @else {
            div.wide { svg viewBox=(format!("0 0 1000 {BOTTOM}")) role="img" aria-labelledby="levels" {
                @for power in -1..6 {
                    @let ms = 10_f64.powi(power);
                    @if ms <= most_ms {
                        line.tick x1=(num(LEFT)) x2=(num(LEFT + WIDTH)) y1=(num(high(ms))) y2=(num(high(ms))) {}
                        text x=(num(LEFT - 6.0)) y=(num(high(ms) + 4.0)) text-anchor="end" { (time((ms * 1e3).round() as u64)) }
                    }
                }
                @for (level, word) in [(report.knee, words::KNEE), (report.found(), words::CAPACITY)] { @if let Some(level) = level {
                    line.tick x1=(num(at(level))) x2=(num(at(level))) y1=(num(TOP)) y2=(num(TOP + HEIGHT)) {}
                    text.phase x=(num(at(level) - 4.0)) y=(num(TOP + if word == words::KNEE { 10.0 } else { 24.0 })) text-anchor="end" { (drawn(word)) }
                } }
                polyline.p50 points=(line(measured.iter().map(|step| (at(step.level), high(step.response_ms.p50))))) {}
                polyline.p99 points=(line(measured.iter().map(|step| (at(step.level), high(step.response_ms.p99))))) {}
                @for step in &measured { circle.(dot(step.held)) cx=(num(at(step.level))) cy=(num(high(step.response_ms.p99))) r="4" {
                    title { (level_text(report.by, step.level)) ": p99 " (time((step.response_ms.p99 * 1e3) as u64)) }
                } }
                (ends(&level_text(report.by, most_level)))
            } }
            p.note { (words::BY_LEVEL_NOTE) }
        }
    }
}

fn throughput(report: &CapacityReport) -> Markup {
    let measured: Vec<&Step> = report.steps.iter().filter(|step| step.concurrency > 0.0).collect();
    // Overloaded steps lie far to the right of all others and would press them together.
    let of_held = |held: bool| {
        let chosen = measured.iter().filter(move |step| !held || step.held == Held::Kept);
        chosen.map(|step| step.concurrency).fold(0.0, f64::max)
    };
    let most = if of_held(true) > 0.0 {
        of_held(true) * 2.0
    } else {
        of_held(false)
    };
    let law = |fit: &Fit| -> Vec<(f64, f64)> {
        let concurrency = |nth: u32| most * f64::from(nth) / f64::from(LINE);
        (1..=LINE)
            .map(|nth| (concurrency(nth), fit.at(concurrency(nth)).max(0.0)))
            .collect()
    };
    let line_of_law = report.scalability.as_ref().map(law).unwrap_or_default();
    let answers = measured.iter().map(|step| step.requests_per_second);
    let top = answers
        .chain(line_of_law.iter().map(|(_, rate)| *rate))
        .fold(1.0, f64::max);
    let at = |concurrency: f64| x(concurrency / most);
    html! {
        @if measured.is_empty() { p.note { (words::NO_STEPS) } }
        @else {
            div.wide { svg viewBox=(format!("0 0 1000 {BOTTOM}")) role="img" aria-labelledby="concurrency" {
                text x=(num(LEFT - 6.0)) y=(num(TOP + 10.0)) text-anchor="end" { (format!("{top:.0}/s")) }
                text x=(num(LEFT - 6.0)) y=(num(TOP + HEIGHT)) text-anchor="end" { "0" }
                polyline.answers points=(line(line_of_law.iter().map(|(concurrency, rate)| (at(*concurrency), y(rate / top))))) {}
                @for step in measured.iter().filter(|step| step.concurrency <= most) {
                    circle.(dot(step.held)) cx=(num(at(step.concurrency))) cy=(num(y(step.requests_per_second / top))) r="4" {
                        title { (level_text(report.by, step.level)) ": " (format!("{:.1}/s with {:.1} under way", step.requests_per_second, step.concurrency)) }
                    }
                }
                (ends(&format!("{most:.1} under way")))
            } }
            p.note { (words::BY_CONCURRENCY_NOTE) }
        }
    }
}

/// A word inside a drawing, in both languages.
fn drawn(word: Word) -> Markup {
    html! { @for language in [Language::English, Language::Chinese] { tspan.t lang=(language.tag()) { (word.of(language)) } } }
}

fn ends(right: &str) -> Markup {
    html! {
        text x=(num(LEFT)) y=(num(BOTTOM - 10.0)) { "0" }
        text x=(num(LEFT + WIDTH)) y=(num(BOTTOM - 10.0)) text-anchor="end" { (right) }
    }
}

fn line(points: impl Iterator<Item = (f64, f64)>) -> String {
    let points: Vec<String> = points.map(|(x, y)| format!("{},{}", num(x), num(y))).collect();
    points.join(" ")
}

fn dot(held: Held) -> &'static str {
    match held {
        Held::Kept => "kept",
        Held::Broken | Held::Overloaded => "unexpected",
    }
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
        words::CLOSE.with([word.into()])
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
            assert_eq!(page.contains("<polyline"), drawn, "{page}");
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
