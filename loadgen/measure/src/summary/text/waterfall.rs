//! Where the time of journeys went, as a table: a row for each journey, phase and percentile.

use super::{
    Look,
    table::{Cell, Table},
};
use crate::{
    unit,
    waterfall::{Part, Waterfall},
};

/// Prints the waterfalls; nothing without any.
pub(super) fn print(text: &mut String, falls: &[Waterfall], look: Look) {
    let mut heads = vec!["journey", "phase", "at", "whole"];
    heads.extend(Part::ALL.map(Part::word));
    heads.push("limited by");
    let mut table = Table::new(&heads);
    for fall in falls {
        let time = |ms: f64| Cell::from(unit::time((ms * 1_000.0).round() as u64));
        let mut row = vec![
            Cell::from(fall.journey.as_str()),
            Cell::from(fall.phase.as_str()).left(),
            Cell::from(fall.at.as_str()),
            time(fall.whole_ms),
        ];
        row.extend(fall.parts.iter().map(|part| time(part.ms)));
        row.push(Cell::from(fall.limiting.word()).left());
        table.row(row);
    }
    table.print(text, look);
}
