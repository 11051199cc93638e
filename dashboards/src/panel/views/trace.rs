//! What the views say in little: traces over the run's axis, bars, counts, text in several
//! lines.

use measure::snapshot::Snapshot;

use crate::{
    axis::Axis,
    figures::{clean, clip, count, width},
    panel::chart,
    theme::bar,
};

/// Values by second.
pub(super) type Trace = Vec<(u32, f64)>;

const SECOND_US: u64 = 1_000_000;

/// A trace on so many columns of the run's axis; its highest column is full.
pub(super) fn bars(trace: &Trace, snapshot: &Snapshot, columns: usize) -> String {
    let axis = chart::axis(snapshot, u16::try_from(columns).unwrap_or(u16::MAX));
    let values = poured(trace, &axis);
    let most = values.iter().flatten().copied().fold(0.0, f64::max);
    let share = |value: Option<f64>| value.filter(|value| *value > 0.0).map_or(0.0, |value| value / most);
    values.into_iter().map(|value| bar(share(value))).collect()
}

/// The highest of the values in each column; `None` where there is none. What is no number counts as 0.
pub(super) fn poured(trace: &[(u32, f64)], axis: &Axis) -> Vec<Option<f64>> {
    let mut highest = vec![None; axis.columns()];
    for (second, value) in trace {
        let from_us = u64::from(*second) * SECOND_US;
        if from_us < axis.start_us() {
            continue;
        }
        let value = if value.is_finite() { value.max(0.0) } else { 0.0 };
        for highest in &mut highest[axis.stretch(from_us, from_us + SECOND_US)] {
            *highest = Some(highest.unwrap_or(0.0_f64).max(value));
        }
    }
    highest
}

/// A share as full cells and one shade for the rest of it; only nothing is empty.
pub(super) fn shades(share: f64, columns: usize) -> String {
    let cells = if share.is_finite() {
        share.clamp(0.0, 1.0) * columns as f64
    } else {
        0.0
    };
    let shade = |at: usize| match cells - at as f64 {
        rest if rest <= 0.0 => ' ',
        rest if rest <= 0.25 => '░',
        rest if rest <= 0.5 => '▒',
        rest if rest <= 0.75 => '▓',
        _ => '█',
    };
    (0..columns).map(shade).collect()
}

/// A count in at most so many columns: its thousands apart where that fits, else shortened, `60.1M`.
pub(super) fn short(n: u64, columns: usize) -> String {
    let whole = count(n);
    if width(&whole) <= columns {
        return whole;
    }
    match n {
        0..1_000_000 => format!("{}.{}k", n / 1_000, n % 1_000 / 100),
        _ => format!("{}.{}M", n / 1_000_000, n % 1_000_000 / 100_000),
    }
}

/// [`clean`]ed text in lines of so many columns, broken between words where that is possible; at most so many lines, the
/// last of which then ends with an ellipsis.
pub(super) fn wrapped(text: &str, columns: usize, lines: usize) -> Vec<String> {
    // What could not be shown anyway is not looked at.
    let most = columns.saturating_mul(lines.saturating_add(1)).saturating_mul(4);
    let text = clean(&text.chars().take(most).collect::<String>());
    let mut wrapped: Vec<String> = Vec::new();
    for piece in text.split_whitespace().flat_map(|word| pieces(word, columns)) {
        let count = wrapped.len();
        match wrapped.last_mut() {
            Some(line) if width(line) + 1 + width(&piece) <= columns => {
                line.push(' ');
                line.push_str(&piece);
            }
            Some(last) if count >= lines => {
                *last = clip(&format!("{last} …"), columns);
                break;
            }
            Some(_) | None => wrapped.push(piece),
        }
    }
    wrapped.truncate(lines);
    wrapped
}

/// A word in pieces of at most so many columns; none where there is no room for a letter.
fn pieces(word: &str, columns: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for letter in word.chars() {
        let piece = pieces
            .last_mut()
            .map(|piece| format!("{piece}{letter}"))
            .unwrap_or_default();
        match pieces.last_mut() {
            Some(last) if width(&piece) <= columns => *last = piece,
            Some(_) | None => pieces.push(letter.to_string()),
        }
    }
    pieces.retain(|piece| !piece.is_empty() && width(piece) <= columns);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_cells_and_only_nothing_is_empty() {
        for (share, shown) in [
            (0.0, "    "),
            (0.001, "░   "),
            (0.5, "██  "),
            (0.6, "██▒ "),
            (1.0, "████"),
            (7.0, "████"),
            (f64::NAN, "    "),
        ] {
            assert_eq!(shades(share, 4), shown, "{share}");
        }
    }

    #[test]
    fn counts_are_shortened_rather_than_cut() {
        for (n, columns, shown) in [
            (4_211, 7, "4 211"),
            (123_456, 7, "123 456"),
            (1_234_567, 7, "1.2M"),
            (123_456, 6, "123.4k"),
        ] {
            assert_eq!(short(n, columns), shown);
        }
    }

    #[test]
    fn text_is_broken_between_words() {
        for (text, columns, lines, shown) in [
            ("one two three", 7, 9, &["one two", "three"][..]),
            ("one two three", 7, 1, &["one tw…"]),
            ("one two three", 5, 2, &["one", "two …"]),
            ("incomprehensible", 6, 9, &["incomp", "rehens", "ible"]),
            ("钱包钱包 a", 5, 9, &["钱包", "钱包", "a"]),
            ("", 6, 9, &[]),
            ("a\u{1b}b", 6, 9, &["a\u{fffd}b"]),
            ("any", 0, 9, &[]),
        ] {
            assert_eq!(wrapped(text, columns, lines), shown, "{text}");
        }
    }
}
