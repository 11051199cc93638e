//! The comparison for the terminal.

use std::collections::BTreeSet;

use super::{Comparison, Figure, Finding, Row, Side};
use crate::{
    summary::{
        Look,
        text::table::{self, Cell, Table, clean},
    },
    unit,
};

/// The comparison as lines of text, each ending with a newline. `failing` is the share from which a regression fails,
/// where one was asked for.
pub fn render(comparison: &Comparison, look: Look, failing: Option<f64>) -> String {
    let mut text = String::new();
    side(&mut text, "before", &comparison.before);
    side(&mut text, "after", &comparison.after);
    for note in &comparison.notes {
        text.push_str(&format!("  {}\n", clean(note)));
    }
    let mut table = Table::new(&[
        "phase",
        "operation",
        "figure",
        "before",
        "after",
        "change",
        "95 %",
        "finding",
    ]);
    for row in comparison.rows.iter().filter(|row| says_something(row)) {
        table.row(cells(row, look));
    }
    table.print(&mut text, look);
    let whys: BTreeSet<&str> = comparison.rows.iter().filter_map(|row| row.why.as_deref()).collect();
    for why in whys {
        text.push_str(&format!("  not judged: {why}\n"));
    }
    text.push('\n');
    text.push_str(&conclusion(comparison, look, failing));
    text
}

fn side(text: &mut String, word: &str, side: &Side) {
    let (name, scenario, seed, stamp) = (clean(&side.name), clean(&side.scenario), side.seed, side.trust.word());
    text.push_str(&format!(
        "{word:<6}  {name}: {scenario}, seed {seed}, numbers {stamp}\n"
    ));
}

/// A row without any error in either run would only say so.
fn says_something(row: &Row) -> bool {
    match row.figure {
        Figure::P50 | Figure::P95 | Figure::P99 => true,
        Figure::Success => row.before < 1.0 || row.after < 1.0,
    }
}

fn cells(row: &Row, look: Look) -> Vec<Cell> {
    let operation = if row.journey {
        format!("{} (journey)", row.operation)
    } else {
        row.operation.clone()
    };
    let told = |value: f64| match row.figure {
        Figure::P50 | Figure::P95 | Figure::P99 if value == 0.0 => Cell::dash(),
        Figure::P50 | Figure::P95 | Figure::P99 => Cell::from(unit::time((value * 1_000.0).round() as u64)),
        Figure::Success => Cell::from(format!("{:.2} %", value * 100.0)),
    };
    let (change, interval) = match row.change {
        None => (Cell::dash(), Cell::dash()),
        Some(change) => {
            let dots = if look.ascii { ".." } else { "…" };
            let by = |share: f64| format!("{:+.1}", share * 100.0);
            let unit = match row.figure {
                Figure::P50 | Figure::P95 | Figure::P99 => "%",
                Figure::Success => "points",
            };
            (
                Cell::from(format!("{} {unit}", by(change.by))),
                Cell::from(format!("{}{dots}{}", by(change.low), by(change.high))),
            )
        }
    };
    let finding = Cell::from(row.finding.word()).left();
    let finding = match row.finding {
        Finding::Slower | Finding::MoreErrors => finding.coloured(table::RED),
        Finding::Faster | Finding::FewerErrors => finding.coloured(table::GREEN),
        Finding::CannotTell => finding.coloured(table::YELLOW),
        Finding::NotJudged => finding.coloured(table::GREY),
        Finding::Same => finding,
    };
    vec![
        Cell::from(row.phase.as_str()),
        Cell::from(operation).left(),
        Cell::from(row.figure.word()).left(),
        told(row.before),
        told(row.after),
        change,
        interval,
        finding,
    ]
}

/// One line that says it all.
fn conclusion(comparison: &Comparison, look: Look, failing: Option<f64>) -> String {
    let count = |is: fn(Finding) -> bool| comparison.rows.iter().filter(|row| is(row.finding)).count();
    let (worse, better) = (count(Finding::is_worse), count(Finding::is_better));
    let judged = comparison.rows.iter().filter(|row| row.change.is_some()).count();
    let open = count(|finding| finding == Finding::CannotTell);
    let mark = |good: bool| match (good, look.ascii) {
        (true, false) => Cell::from("✔").coloured(table::GREEN),
        (false, false) => Cell::from("✖").coloured(table::RED),
        (true, true) => Cell::from("ok").coloured(table::GREEN),
        (false, true) => Cell::from("FAIL").coloured(table::RED),
    };
    let regressions = failing.map_or(0, |share| comparison.regressions(share).count());
    let mut said = match (worse, better) {
        (0, 0) if open == 0 => format!("no difference that matters in {judged} figures"),
        (0, 0) => format!("no difference shown in {judged} figures, {open} of which cannot be told"),
        (worse, 0) => format!("worse in {worse} of {judged} figures"),
        (0, better) => format!("better in {better} of {judged} figures"),
        (worse, better) => format!("worse in {worse}, better in {better} of {judged} figures"),
    };
    if let Some(share) = failing {
        let share = format!("{:.3}", share * 100.0);
        let share = share.trim_end_matches('0').trim_end_matches('.');
        said.push_str(&format!("; {regressions} regressions of more than {share} %"));
    }
    let good = if failing.is_some() {
        regressions == 0
    } else {
        worse == 0
    };
    format!("{} {said}\n", mark(good).paint(look))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        compare::{Change, FORMAT, Relevance},
        trust::Stamp,
    };

    fn row(figure: Figure, (before, after): (f64, f64), by: Option<f64>, finding: Finding) -> Row {
        Row {
            phase: "all".to_owned(),
            operation: "payLink".to_owned(),
            journey: false,
            figure,
            before,
            after,
            change: by.map(|by| Change {
                by,
                low: by - 0.02,
                high: by + 0.02,
                p: 0.01,
                p_corrected: 0.02,
                stretches: 20,
                effective: 18.0,
            }),
            finding,
            why: by.is_none().then(|| "too few answers".to_owned()),
        }
    }

    #[test]
    fn rows_say_what_changed_and_the_last_line_says_it_all() {
        let side = |name: &str| Side {
            name: name.to_owned(),
            scenario: "pairs".to_owned(),
            seed: 7,
            started_ms: 0,
            trust: Stamp::Valid,
        };
        let comparison = Comparison {
            format: FORMAT,
            before: side("a"),
            after: side("b\u{1b}[2J"),
            notes: vec!["The scenarios differ.".to_owned()],
            relevance: Relevance {
                share: 0.05,
                time_ms: 1.0,
                success: 0.005,
            },
            rows: vec![
                row(Figure::P50, (20.0, 22.0), Some(0.1), Finding::Slower),
                row(Figure::P99, (60.0, 0.0), None, Finding::NotJudged),
                row(Figure::Success, (1.0, 0.98), Some(-0.02), Finding::MoreErrors),
            ],
        };
        let look = Look {
            width: 100,
            colour: false,
            ascii: true,
        };
        let expected = "\
before  a: pairs, seed 7, numbers VALID
after   b [2J: pairs, seed 7, numbers VALID
  The scenarios differ.

phase  operation  figure    before    after       change        95 %  finding
all    payLink    p50      20.0 ms  22.0 ms      +10.0 %  +8.0..+12.0  slower
all    payLink    p99      60.0 ms        -            -            -  not judged
all    payLink    success  100.00 %  98.00 %  -2.0 points  -4.0..+0.0  more errors
  not judged: too few answers

FAIL worse in 2 of 2 figures; 2 regressions of more than 5 %
";
        let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = render(&comparison, look, Some(0.05));
        assert_eq!(squeezed(&text), squeezed(expected), "{text}");
        assert!(render(&comparison, Look { colour: true, ..look }, None).contains("\u{1b}[31m"));
    }
}
