//! The summary as text, for the terminal after a run: verdict and trust first, then what they rest on.

pub(crate) mod table;
mod waterfall;

use self::table::{Cell, Table, clean};
use crate::{
    snapshot::ClassFigures,
    summary::{AuditSummary, OperationSummary, PercentilesMs, PhaseSummary, Stopped, Summary},
    trust::Stamp,
    unit,
    verdict::Verdict,
};

/// Differences of the audit that are printed; the summary file has more.
const DIFFERENCES_SHOWN: usize = 10;

/// Where counts begin on a line that names them.
const FACTS_INDENT: usize = 11;

/// How text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Columns of the terminal; names are cut to fit, tables never get narrower than their figures.
    pub width: usize,
    /// Whether verdicts and stamps are coloured. Nothing is told by colour alone.
    pub colour: bool,
    /// Whether only ASCII may be printed; names stay as they are.
    pub ascii: bool,
}

/// The summary as lines of text, each ending with a newline.
pub fn render(summary: &Summary, width: usize, colour: bool) -> String {
    render_as(
        summary,
        Look {
            width,
            colour,
            ascii: false,
        },
    )
}

/// The summary as lines of text, looking as told.
pub fn render_as(summary: &Summary, look: Look) -> String {
    let mut text = String::new();
    head(&mut text, summary, look);
    arrivals(&mut text, summary, look);
    phases(&mut text, &summary.phases, look);
    operations(&mut text, &summary.operations, look);
    apart(&mut text, &summary.operations, look);
    waterfall::print(&mut text, &summary.waterfall, look);
    classes(&mut text, &summary.classes, look);
    rules(&mut text, summary, look);
    callbacks(&mut text, summary, look);
    audit(&mut text, &summary.audit, look);
    expectations(&mut text, summary, look);
    text
}

impl Look {
    fn verdict(self, verdict: Verdict) -> Cell {
        let mark = if self.ascii {
            verdict.ascii_mark()
        } else {
            verdict.mark()
        };
        let colour = match verdict {
            Verdict::Met => table::GREEN,
            Verdict::Failed => table::RED,
            Verdict::NotJudged => table::GREY,
        };
        Cell::from(mark).coloured(colour)
    }

    fn stamp(self, stamp: Stamp) -> Cell {
        let colour = match stamp {
            Stamp::Valid => table::GREEN,
            Stamp::Suspect => table::YELLOW,
            Stamp::Invalid => table::RED,
        };
        Cell::from(stamp.word()).coloured(colour)
    }
}

fn head(text: &mut String, summary: &Summary, look: Look) {
    let word = match summary.verdict {
        Verdict::Met => "passed",
        Verdict::Failed => "FAILED",
        Verdict::NotJudged => "not judged",
    };
    let mark = look.verdict(summary.verdict).paint(look);
    let stamp = look.stamp(summary.trust.stamp).paint(look);
    text.push_str(&format!(
        "{mark} {} {word}, numbers {stamp}\n",
        clean(&summary.scenario)
    ));
    for reason in &summary.trust.reasons {
        text.push_str(&format!("  {}\n", clean(reason)));
    }
    if let Some(facts) = &summary.trust.facts {
        let line = facts.line();
        text.push_str(&format!(
            "  {}\n",
            if look.ascii { line.replace('µ', "u") } else { line }
        ));
    }
    let stopped = match (summary.stopped, summary.interrupted) {
        (Some(Stopped::Requests { most }), _) => format!(", no order after {} requests, as asked", unit::count(most)),
        (Some(Stopped::ErrorBudget { .. }), _) => ", stopped by its error budget".to_owned(),
        (None, true) => ", stopped early".to_owned(),
        (None, false) => String::new(),
    };
    let (target, seed, lasted) = (clean(&summary.target), summary.seed, unit::span(summary.lasted_ms));
    text.push_str(&format!("  {target}, seed {seed}, {lasted}{stopped}\n"));
    if let Some(share) = &summary.share {
        text.push_str(&format!(
            "  segment {} of orders {}-…: `paydrill merge` compares rules and judges the whole\n",
            clean(&share.segment),
            clean(&share.prefix)
        ));
    }
}

fn arrivals(text: &mut String, summary: &Summary, look: Look) {
    let arrivals = summary.arrivals;
    facts(
        text,
        look,
        "arrivals",
        &[
            ("offered", arrivals.offered),
            ("started", arrivals.started),
            ("dropped", arrivals.dropped),
            ("completed", arrivals.completed),
            ("unfinished", arrivals.unfinished),
        ],
    );
}

fn callbacks(text: &mut String, summary: &Summary, look: Look) {
    let callbacks = summary.callbacks;
    facts(
        text,
        look,
        "callbacks",
        &[
            ("sent", callbacks.sent),
            ("acknowledged", callbacks.acknowledged),
            ("retried", callbacks.retried),
            ("held", callbacks.held),
            ("dropped", callbacks.dropped),
            ("lost", callbacks.lost),
            ("received", callbacks.received),
            ("bad", callbacks.bad),
        ],
    );
}

fn phases(text: &mut String, phases: &[PhaseSummary], look: Look) {
    let mut table = Table::new(&[
        "phase",
        "requests",
        "success",
        "p50",
        "p95",
        "p99",
        "max",
        "p99 service",
    ]);
    for phase in phases {
        table.row(times_row(
            &phase.name,
            phase.requests,
            phase.success,
            &phase.response_ms,
            &phase.service_ms,
        ));
    }
    table.print(text, look);
}

fn operations(text: &mut String, operations: &[OperationSummary], look: Look) {
    let mut table = Table::new(&[
        "operation",
        "ended",
        "success",
        "p50",
        "p95",
        "p99",
        "max",
        "p99 service",
    ]);
    for operation in operations {
        let name = if operation.journey {
            format!("{} (journey)", operation.name)
        } else {
            operation.name.clone()
        };
        let (response, service) = (&operation.response_ms, &operation.service_ms);
        table.row(times_row(
            &name,
            operation.requests,
            operation.success,
            response,
            service,
        ));
    }
    table.print(text, look);
}

/// The gateway's own time beside what the scenario added, where a journal tells of both.
fn apart(text: &mut String, operations: &[OperationSummary], look: Look) {
    let mut table = Table::new(&["operation", "own p50", "own p99", "injected p50", "injected p99"]);
    for operation in operations {
        if let (Some(own), Some(injected)) = (operation.own_ms, operation.injected_ms) {
            let mut row = vec![Cell::from(operation.name.as_str())];
            let times = [own.p50, own.p99, injected.p50, injected.p99];
            row.extend(times.map(|ms| Cell::from(unit::time((ms * 1_000.0).round() as u64))));
            table.row(row);
        }
    }
    table.print(text, look);
}

/// A row of figures; without samples there are none.
fn times_row(name: &str, count: u64, success: f64, response: &PercentilesMs, service: &PercentilesMs) -> Vec<Cell> {
    let times = [response.p50, response.p95, response.p99, response.max, service.p99];
    let mut row = vec![Cell::from(name), Cell::from(unit::count(count))];
    if count == 0 {
        row.extend((0..=times.len()).map(|_| Cell::dash()));
        return row;
    }
    row.push(Cell::from(format!("{:.2} %", success * 100.0)));
    row.extend(times.map(|ms| Cell::from(unit::time((ms * 1_000.0).round() as u64))));
    row
}

fn classes(text: &mut String, classes: &[ClassFigures], look: Look) {
    let mut table = Table::new(&["outcome", "requests", "share", ""]);
    let all: u64 = classes.iter().map(|class| class.count).sum();
    for class in classes {
        let why = match (class.class.is_success(), class.expected) {
            (true, _) => Cell::from(""),
            (false, true) => Cell::from("by the scenario"),
            (false, false) => Cell::from("unexpected").coloured(table::RED),
        };
        let (count, share) = (unit::count(class.count), unit::percent(class.count, all));
        table.row(vec![
            Cell::from(class.class.word()),
            Cell::from(count),
            Cell::from(share),
            why.left(),
        ]);
    }
    table.print(text, look);
}

fn rules(text: &mut String, summary: &Summary, look: Look) {
    let mut table = Table::new(&["rule", "phase", "on", "decided", "journal", "seen", ""]);
    for rule in &summary.rules {
        let mut row: Vec<Cell> = [&rule.name, &rule.phase, &rule.on]
            .map(|word| Cell::from(word.as_str()).left())
            .into();
        row.extend([rule.decided, rule.journal, rule.seen].map(|count| Cell::from(unit::count(count))));
        row.push(look.verdict(Verdict::of(rule.agree)));
        table.row(row);
    }
    table.print(text, look);
}

fn audit(text: &mut String, audit: &AuditSummary, look: Look) {
    if !audit.judged {
        text.push_str("\naudit      not judged: no ledger to look into\n");
        return;
    }
    facts(
        text,
        look,
        "audit",
        &[
            ("orders", audit.orders),
            ("opened", audit.success),
            ("refused", audit.failure),
            ("unknown", audit.unknown),
            ("paid", audit.paid),
            ("differences", audit.difference_count),
        ],
    );
    let mark = look.verdict(Verdict::Failed).paint(look);
    for difference in audit.differences.iter().take(DIFFERENCES_SHOWN) {
        text.push_str(&format!("  {mark} {}\n", clean(difference)));
    }
    let more = audit
        .difference_count
        .saturating_sub(audit.differences.len().min(DIFFERENCES_SHOWN) as u64);
    if more > 0 {
        text.push_str(
            &format!("  … and {} more\n", unit::count(more)).replace('…', if look.ascii { "..." } else { "…" }),
        );
    }
}

fn expectations(text: &mut String, summary: &Summary, look: Look) {
    let mut table = Table::new(&["", "expected", "observed"]);
    for judged in &summary.expectations {
        let observed = match judged.verdict {
            Verdict::NotJudged => Cell::from("not judged"),
            Verdict::Met | Verdict::Failed => Cell::from(judged.observed.as_str()),
        };
        table.row(vec![
            look.verdict(judged.verdict),
            Cell::from(judged.text.as_str()).left(),
            observed.left(),
        ]);
    }
    table.print(text, look);
}

/// Counts with their words, on as many lines as it takes.
fn facts(text: &mut String, look: Look, name: &str, counts: &[(&str, u64)]) {
    let mut line = format!("\n{name:<FACTS_INDENT$}");
    let mut used = FACTS_INDENT;
    for (at, (word, count)) in counts.iter().enumerate() {
        let comma = if at + 1 < counts.len() { ", " } else { "" };
        let fact = format!("{word} {}{comma}", unit::count(*count));
        if at > 0 && used + fact.trim_end().len() > look.width {
            line = format!("{}\n{:FACTS_INDENT$}", line.trim_end_matches(' '), "");
            used = FACTS_INDENT;
        }
        used += fact.len();
        line.push_str(&fact);
    }
    text.push_str(&line);
    text.push('\n');
}
