//! Which rows of the heat map stand in which lines. A line is one cell tall, or two halves of one.

use std::ops::Range;

use super::{ROWS, percentile_row};
use crate::axis::Slot;

/// Rows of the snapshot on lines of the plot, longest duration first.
pub(super) struct Bands {
    /// The rows of each band. Together they hold every row with anything in it.
    pub(super) rows: Vec<Range<usize>>,
    /// Whether a line is two units tall.
    pub(super) halves: bool,
    /// The band of each unit, from the top; `None` for what is left blank above.
    of_unit: Vec<Option<usize>>,
}

impl Bands {
    /// All rows where they fit; else the stretch that holds anything; else neighbours joined as evenly as can be.
    pub(super) fn of(slots: &[Slot], lines: usize, halves: bool) -> Self {
        let units = if halves { lines * 2 } else { lines };
        let used = used(slots);
        // Whole lines are easier to read than halves, so those are cut only where they must be.
        let count = used.len().max(lines).min(ROWS).min(units);
        let range = if used.len() <= count {
            // What is free goes above, where trouble shows.
            let from = used.start.min(ROWS - count);
            from..from + count
        } else {
            used
        };
        let border = |at: usize| range.start + range.len() * at / count.max(1);
        let rows = (0..count).rev().map(|at| border(at)..border(at + 1)).collect();
        Self {
            rows,
            halves,
            of_unit: spread(units, count, lines),
        }
    }

    /// The bands of a line: its upper and its lower half.
    pub(super) fn at_line(&self, line: usize) -> [Option<usize>; 2] {
        let unit = |at: usize| self.of_unit.get(at).copied().flatten();
        if self.halves {
            [unit(line * 2), unit(line * 2 + 1)]
        } else {
            [unit(line), None]
        }
    }

    /// The lines that get a label, and whose: the uppermost band that begins in the line.
    pub(super) fn labelled(&self) -> Vec<(usize, Range<usize>)> {
        let per_line = if self.halves { 2 } else { 1 };
        let begins = |unit: &usize| {
            let above = unit.checked_sub(1).and_then(|above| self.of_unit[above]);
            self.of_unit[*unit].is_some_and(|band| above != Some(band))
        };
        let mut labelled: Vec<(usize, Range<usize>)> = Vec::new();
        for unit in (0..self.of_unit.len()).filter(begins) {
            let line = unit / per_line;
            if let Some(band) = self.of_unit[unit]
                && labelled.last().is_none_or(|(last, _)| *last != line)
            {
                labelled.push((line, self.rows[band].clone()));
            }
        }
        labelled
    }

    /// The middle line of a row of the snapshot; `None` where it is not shown.
    pub(super) fn line_of(&self, row: usize) -> Option<usize> {
        let band = self.rows.iter().position(|band| band.contains(&row))?;
        let first = self.of_unit.iter().position(|of_unit| *of_unit == Some(band))?;
        let tall = self.of_unit.iter().filter(|of_unit| **of_unit == Some(band)).count();
        let unit = first + tall / 2;
        Some(if self.halves { unit / 2 } else { unit })
    }
}

/// The rows with anything in them, as one stretch.
fn used(slots: &[Slot]) -> Range<usize> {
    let mut is_used = [false; ROWS];
    for slot in slots {
        for (is_used, count) in is_used.iter_mut().zip(&slot.heat) {
            *is_used |= *count > 0;
        }
        if let Some(row) = percentile_row(slot, slot.p99_us) {
            is_used[row] = true;
        }
    }
    let lowest = is_used.iter().position(|used| *used).unwrap_or(0);
    let highest = is_used.iter().rposition(|used| *used).unwrap_or(lowest);
    lowest..highest + 1
}

/// The band of each unit. Bands are equally tall where little is left blank for that, else they differ by one unit.
fn spread(units: usize, bands: usize, lines: usize) -> Vec<Option<usize>> {
    if bands == 0 {
        return vec![None; units];
    }
    let tall = units / bands;
    let blank = units - tall * bands;
    let equal = bands <= lines && blank * 4 <= units;
    (0..units)
        .map(|unit| match equal {
            true => unit.checked_sub(blank).map(|unit| unit / tall),
            false => Some(unit * bands / units),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn slot(heat: [u64; ROWS]) -> Slot {
        Slot {
            heat,
            ..Slot::default()
        }
    }

    proptest! {
        /// No line, and no half of one, loses a request: every count is in one band, and every band is on the screen.
        #[test]
        fn bands_hold_every_request(
            counts in prop::collection::vec(prop_oneof![Just(0_u64), 1_u64..9_000], ROWS),
            lines in 1_usize..60,
            halves in any::<bool>(),
        ) {
            let heat: [u64; ROWS] = counts.try_into().unwrap();
            let bands = Bands::of(&[slot(heat)], lines, halves);
            let sum: u64 = bands.rows.iter().map(|band| heat[band.clone()].iter().sum::<u64>()).sum();
            prop_assert_eq!(sum, heat.iter().sum::<u64>());
            let mut drawn: Vec<usize> = (0..lines).flat_map(|line| bands.at_line(line)).flatten().collect();
            prop_assert!(drawn.is_sorted(), "longest first: {:?}", drawn);
            drawn.dedup();
            prop_assert_eq!(drawn, (0..bands.rows.len()).collect::<Vec<_>>());
            for (row, count) in heat.iter().enumerate() {
                prop_assert!(*count == 0 || bands.line_of(row).is_some_and(|line| line < lines));
            }
            let labelled = bands.labelled();
            prop_assert!(labelled.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1.start > pair[1].1.start));
            prop_assert!(labelled.len() >= bands.rows.len().min(lines.div_ceil(2)));
        }
    }

    #[test]
    fn halves_double_what_a_line_can_tell() {
        let everywhere = [slot([1; ROWS])];
        for (lines, halves, bands) in [
            (8, false, 8),
            (8, true, 16),
            (16, false, 16),
            (20, true, 16),
            (1, true, 2),
        ] {
            assert_eq!(
                Bands::of(&everywhere, lines, halves).rows.len(),
                bands,
                "{lines} {halves}"
            );
        }
    }

    #[test]
    fn a_narrow_hill_gets_whole_lines_and_room_above() {
        let mut heat = [0; ROWS];
        heat[2] = 4;
        let bands = Bands::of(&[slot(heat)], 5, true);
        assert_eq!((bands.rows[0].clone(), bands.rows[4].clone()), (6..7, 2..3));
        assert_eq!(bands.at_line(4), [Some(4), Some(4)]);
    }
}
