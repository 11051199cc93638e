//! Small pictures of numbers: a gauge of one value, a sparkline of many.

use crate::theme::bar;

/// A bar from left to right on so many cells, and the track that it leaves. Anything above nothing is seen.
pub(crate) fn gauge(share: f64, cells: usize) -> [String; 2] {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    let filled = share * cells as f64;
    let cell = |at: usize| match filled - at as f64 {
        part if part >= 1.0 => "█",
        part if part >= 0.5 => "▓",
        _ => "▒",
    };
    let bar: String = (0..cells).take_while(|at| filled > *at as f64).map(cell).collect();
    let track = cells - bar.chars().count();
    [bar, "░".repeat(track)]
}

/// The last values, one a column, scaled to the greatest of them; blank for none.
pub(crate) fn spark(values: impl DoubleEndedIterator<Item = f64>, columns: usize) -> String {
    let mut shown: Vec<f64> = values.rev().take(columns).collect();
    shown.reverse();
    let finite = |value: &f64| value.is_finite();
    let most = shown.iter().copied().filter(finite).fold(0.0, f64::max);
    let blank = " ".repeat(columns.saturating_sub(shown.len()));
    let bars = shown.iter().map(|value| {
        if most > 0.0 && value.is_finite() {
            bar(value / most)
        } else {
            " "
        }
    });
    blank + &bars.collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_values_are_shown_and_the_greatest_is_full() {
        for (values, columns, shown) in [
            (&[1.0, 2.0, 4.0][..], 5, "  ▂▄█"),
            (&[1.0, 2.0, 4.0], 2, "▄█"),
            (&[0.0, 0.0], 2, "  "),
            (&[f64::NAN, 8.0, 1.0], 3, " █▁"),
            (&[], 2, "  "),
        ] {
            assert_eq!(spark(values.iter().copied(), columns), shown, "{values:?}");
        }
    }

    #[test]
    fn a_gauge_is_full_from_the_left() {
        for (share, cells, shown) in [
            (0.0, 4, "░░░░"),
            (0.001, 4, "▒░░░"),
            (0.375, 4, "█▓░░"),
            (1.0, 4, "████"),
            (9.0, 2, "██"),
            (f64::NAN, 2, "░░"),
        ] {
            assert_eq!(gauge(share, cells).concat(), shown, "{share}");
        }
    }
}
