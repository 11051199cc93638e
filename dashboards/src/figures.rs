//! Numbers and foreign text as screens, lines and reports show them. Units always stand beside the number; nothing is
//! cut in the middle of a number.

use ratatui::text::Span;

/// What stands where there is no figure.
pub(crate) const DASH: &str = "–";

/// A duration in microseconds, at most six columns: `850µs`, `1.2ms`, `402ms`, `1.20s`, `12.0s`, `125s`, `20m05`.
/// Cut, not rounded, so that a value below a bound is never shown as the bound.
pub(crate) fn time(us: u64) -> String {
    let ms = us / 1_000;
    match us {
        0..1_000 => format!("{us}µs"),
        1_000..10_000 => format!("{ms}.{}ms", us % 1_000 / 100),
        10_000..1_000_000 => format!("{ms}ms"),
        1_000_000..10_000_000 => format!("{}.{:02}s", ms / 1_000, ms % 1_000 / 10),
        10_000_000..100_000_000 => format!("{}.{}s", ms / 1_000, ms % 1_000 / 100),
        100_000_000..1_000_000_000 => format!("{}s", ms / 1_000),
        1_000_000_000..6_000_000_000 => format!("{}m{:02}", ms / 60_000, ms / 1_000 % 60),
        6_000_000_000..3_600_000_000_000 => format!("{}h", ms / 3_600_000),
        _ => ">999h".to_owned(),
    }
}

/// [`time`], or a dash without samples.
pub(crate) fn time_of(us: u64, samples: u64) -> String {
    if samples == 0 { DASH.to_owned() } else { time(us) }
}

/// A count, thousands apart: `4 211`; from a billion on shortened, `1.2G`, so that it fits a panel.
pub(crate) fn count(n: u64) -> String {
    for (unit, word) in [
        (1_000_000_000_000_000_000, 'E'),
        (1_000_000_000_000_000, 'P'),
        (1_000_000_000_000, 'T'),
        (1_000_000_000, 'G'),
    ] {
        if n >= unit {
            return format!("{}.{}{word}", n / unit, n % unit / (unit / 10));
        }
    }
    measure::unit::count(n)
}

/// A share, 0 to 1, as a percentage. Only none is `0.0%` and only all is `100%`.
pub(crate) fn share(share: f64) -> String {
    if !share.is_finite() {
        return DASH.to_owned();
    }
    let percent = share.clamp(0.0, 1.0) * 100.0;
    if percent == 0.0 {
        "0.0%".to_owned()
    } else if percent < 0.05 {
        "<0.1%".to_owned()
    } else if percent == 100.0 {
        "100%".to_owned()
    } else if percent >= 99.95 {
        ">99.9%".to_owned()
    } else {
        format!("{percent:.1}%")
    }
}

/// `part` of `whole` as [`share`]; a dash of nothing.
pub(crate) fn share_of(part: u64, whole: u64) -> String {
    if whole == 0 {
        DASH.to_owned()
    } else {
        share(part as f64 / whole as f64)
    }
}

/// A rate without its unit: `9.5`, `200`, `12 000`.
pub(crate) fn rate(per_second: f64) -> String {
    if !per_second.is_finite() || per_second < 0.0 {
        return DASH.to_owned();
    }
    if per_second < 9.95 && per_second.fract() > 0.05 && per_second.fract() < 0.95 {
        return format!("{per_second:.1}");
    }
    count(per_second.round() as u64)
}

/// A point of the run's time: `00:35`, `1:02:03`.
pub(crate) fn clock(us: u64) -> String {
    let s = us / 1_000_000;
    if s < 3_600 {
        format!("{:02}:{:02}", s / 60, s % 60)
    } else {
        format!("{}:{:02}:{:02}", s / 3_600, s / 60 % 60, s % 60)
    }
}

/// Foreign text with everything replaced that could move a cursor, break a line or turn the writing direction.
pub(crate) fn clean(text: &str) -> String {
    text.chars()
        .map(|letter| if steers(letter) { '\u{fffd}' } else { letter })
        .collect()
}

fn steers(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// Columns a text takes on a terminal.
pub(crate) fn width(text: &str) -> usize {
    Span::raw(text).width()
}

/// [`clean`]ed text of at most `columns` columns; a cut one ends with an ellipsis.
pub(crate) fn clip(text: &str, columns: usize) -> String {
    // Nobody sees more letters than columns, and combining marks beyond eight a column are no text.
    let text: String = clean(text)
        .chars()
        .take(columns.saturating_mul(8).saturating_add(8))
        .collect();
    if width(&text) <= columns {
        return text;
    }
    let mut kept = String::new();
    for letter in text.chars() {
        kept.push(letter);
        if width(&kept) >= columns {
            break;
        }
    }
    while width(&kept) > columns.saturating_sub(1) {
        if kept.pop().is_none() {
            return String::new();
        }
    }
    if columns > 0 {
        kept.push('…');
    }
    kept
}

/// [`clip`]ped text, filled with blanks to exactly `columns` columns.
pub(crate) fn fit(text: &str, columns: usize) -> String {
    let mut text = clip(text, columns);
    let missing = columns.saturating_sub(width(&text));
    text.extend(std::iter::repeat_n(' ', missing));
    text
}

/// [`clip`]ped text, pushed to the right of exactly `columns` columns.
pub(crate) fn fit_right(text: &str, columns: usize) -> String {
    let text = clip(text, columns);
    let missing = columns.saturating_sub(width(&text));
    format!("{}{text}", " ".repeat(missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_their_unit_and_six_columns() {
        for (us, shown) in [
            (0, "0µs"),
            (999, "999µs"),
            (1_250, "1.2ms"),
            (9_999, "9.9ms"),
            (34_900, "34ms"),
            (999_999, "999ms"),
            (1_206_000, "1.20s"),
            (12_060_000, "12.0s"),
            (125_000_000, "125s"),
            (1_205_000_000, "20m05"),
            (7_300_000_000, "2h"),
            (u64::MAX, ">999h"),
        ] {
            assert_eq!(time(us), shown);
            assert!(width(&time(us)) <= 6);
        }
    }

    #[test]
    fn counts_are_grouped() {
        for (n, shown) in [
            (0, "0"),
            (999, "999"),
            (4_211, "4 211"),
            (123_456_789, "123 456 789"),
            (1_250_000_000, "1.2G"),
            (u64::MAX, "18.4E"),
        ] {
            assert_eq!(count(n), shown);
        }
    }

    #[test]
    fn a_few_errors_are_never_none() {
        for (value, shown) in [
            (0.0, "0.0%"),
            (0.0001, "<0.1%"),
            (0.201, "20.1%"),
            (0.99999, ">99.9%"),
            (1.0, "100%"),
            (f64::NAN, DASH),
            (7.0, "100%"),
        ] {
            assert_eq!(share(value), shown);
        }
    }

    #[test]
    fn rates_have_decimals_only_when_small() {
        for (value, shown) in [
            (0.0, "0"),
            (0.5, "0.5"),
            (2.0, "2"),
            (9.97, "10"),
            (199.6, "200"),
            (12_000.0, "12 000"),
            (f64::NAN, DASH),
        ] {
            assert_eq!(rate(value), shown);
        }
    }

    #[test]
    fn clipping_minds_wide_letters_and_control_characters() {
        for (text, columns, shown) in [
            ("brown-out", 9, "brown-out"),
            ("brown-out", 6, "brown…"),
            ("brown-out", 1, "…"),
            ("brown-out", 0, ""),
            ("钱包钱包", 5, "钱包…"),
            ("钱包钱包", 4, "钱…"),
            ("钱", 1, "…"),
            ("a\u{1b}[2Jb\n", 9, "a\u{fffd}[2Jb\u{fffd}"),
            ("x\u{202e}y", 9, "x\u{fffd}y"),
        ] {
            assert_eq!(clip(text, columns), shown);
            assert_eq!(width(&fit(text, columns)), columns);
            assert_eq!(width(&fit_right(text, columns)), columns);
        }
    }

    #[test]
    fn the_clock_grows_hours_when_needed() {
        for (us, shown) in [(0, "00:00"), (35_900_000, "00:35"), (3_723_000_000, "1:02:03")] {
            assert_eq!(clock(us), shown);
        }
    }
}
