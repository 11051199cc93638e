//! Small pictures of numbers: a gauge of one value, a sparkline of many.

use crate::theme::bar;

/// A bar of so many cells of which this many, and a part of one, are full.
pub(crate) fn gauge(filled: f64, cells: usize) -> String {
    (0..cells).map(|cell| bar(filled - cell as f64)).collect()
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
        assert_eq!(gauge(1.5, 3), "█▄ ");
        assert_eq!(gauge(9.0, 2), "██");
        assert_eq!(gauge(f64::NAN, 1).chars().count(), 1);
    }
}
