//! Numbers with their units, for people: `2.31 s`, `99.97 %`, `23 811`. Integers throughout, so nothing is rounded twice.

/// A time of so many microseconds with three significant digits: `0.81 ms`, `12.4 ms`, `402 ms`, `2.31 s`.
pub fn time(us: u64) -> String {
    let (unit, per_unit, digits) = time_scale(us);
    format!("{}{unit}", decimal(u128::from(us), u128::from(per_unit), digits))
}

/// A share as a percentage with two decimals.
pub fn percent(part: u64, of: u64) -> String {
    format!("{} %", decimal(u128::from(part) * 100, u128::from(of), 2))
}

/// A count with its thousands apart.
pub fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// A longer time of so many milliseconds: `43.2 s`, `1 m 43 s`, `2 h 05 m`.
pub fn span(ms: u64) -> String {
    let seconds = ms / 1_000;
    match (seconds / 3_600, seconds / 60 % 60, seconds % 60) {
        (0, 0, _) => format!("{} s", decimal(u128::from(ms), 1_000, 1)),
        (0, minutes, seconds) => format!("{minutes} m {seconds:02} s"),
        (hours, minutes, _) => format!("{hours} h {minutes:02} m"),
    }
}

/// A fraction with so many decimals, half up; a denominator of zero counts as one.
pub fn decimal(num: u128, den: u128, digits: u32) -> String {
    let scale = 10_u128.pow(digits);
    let rounded = rounded(num, den, digits);
    match digits {
        0 => rounded.to_string(),
        _ => format!(
            "{}.{:0width$}",
            rounded / scale,
            rounded % scale,
            width = digits as usize
        ),
    }
}

/// A fraction in units of its last decimal, half up.
pub(crate) fn rounded(num: u128, den: u128, digits: u32) -> u128 {
    let den = den.max(1);
    (num * 10_u128.pow(digits) * 2 + den) / (den * 2)
}

/// The unit of a time, its length in microseconds, and the decimals that make three significant digits.
pub(crate) fn time_scale(us: u64) -> (&'static str, u64, u32) {
    // Each step lies where rounding would add a digit: 9.996 ms is 10.0 ms.
    match us {
        0..9_995 => (" ms", 1_000, 2),
        9_995..99_950 => (" ms", 1_000, 1),
        99_950..999_500 => (" ms", 1_000, 0),
        999_500..9_995_000 => (" s", 1_000_000, 2),
        9_995_000..99_950_000 => (" s", 1_000_000, 1),
        99_950_000.. => (" s", 1_000_000, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_three_digits() {
        for (us, expected) in [
            (0, "0.00 ms"),
            (812, "0.81 ms"),
            (9_994, "9.99 ms"),
            (9_995, "10.0 ms"),
            (12_440, "12.4 ms"),
            (99_950, "100 ms"),
            (402_499, "402 ms"),
            (999_500, "1.00 s"),
            (2_310_000, "2.31 s"),
            (12_349_999, "12.3 s"),
            (120_061_951, "120 s"),
        ] {
            assert_eq!(time(us), expected, "{us}");
        }
    }

    #[test]
    fn counts_shares_and_spans() {
        assert_eq!(
            [count(0), count(999), count(1_000), count(1_234_567)],
            ["0", "999", "1 000", "1 234 567"]
        );
        assert_eq!(
            [percent(2, 3), percent(1, 1), percent(0, 0)],
            ["66.67 %", "100.00 %", "0.00 %"]
        );
        assert_eq!(
            [span(43_240), span(103_000), span(7_505_000)],
            ["43.2 s", "1 m 43 s", "2 h 05 m"]
        );
        assert_eq!(decimal(5, 10, 0), "1");
    }
}
