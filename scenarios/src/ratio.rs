//! Exact chances and shares: whether a draw hits, and how a share is written. Drawing is left to `draw`.

use std::{cmp::Ordering, fmt};

use crate::scenario::Ratio;

impl Ratio {
    /// Every draw hits.
    pub const ALWAYS: Self = Self { num: 1, den: 1 };
    /// No draw hits.
    pub const NEVER: Self = Self { num: 0, den: 1 };

    /// Whether a draw falls below this chance: `draw / 2^64 < num / den`, decided in 128 bits without rounding.
    ///
    /// A larger chance hits whatever a smaller one hit, so raising a chance only adds hits.
    pub fn hits(self, draw: u64) -> bool {
        u128::from(draw) * u128::from(self.den) < u128::from(self.num) << 64
    }

    /// How many of the 2^64 draws hit: the smallest draw that misses.
    pub(crate) fn first_miss(self) -> u128 {
        (u128::from(self.num) << 64).div_ceil(u128::from(self.den))
    }

    /// The share as exact text that scenario files accept: `20%`, `0.25%`, and `1/3` where no finite percentage exists.
    pub fn as_percent_text(self) -> String {
        let hundredfold = u128::from(self.num) * 100;
        let den = u128::from(self.den);
        let whole = hundredfold / den;
        let mut rest = hundredfold % den;
        let mut decimals = String::new();
        while rest != 0 && decimals.len() < DECIMALS_OF_A_PERCENTAGE {
            rest *= 10;
            decimals.push(char::from(
                b'0' + u8::try_from(rest / den).expect("a digit is below ten"),
            ));
            rest %= den;
        }
        if rest != 0 {
            return format!("{}/{}", self.num, self.den);
        }
        if decimals.is_empty() {
            format!("{whole}%")
        } else {
            format!("{whole}.{decimals}%")
        }
    }

    /// Compares `part / whole` with this share without rounding; `None` when there is no whole to speak of.
    pub fn compare_share(self, part: u64, whole: u64) -> Option<Ordering> {
        (whole > 0).then(|| {
            let observed = u128::from(part) * u128::from(self.den);
            observed.cmp(&(u128::from(self.num) * u128::from(whole)))
        })
    }
}

/// The same exact text as [`Ratio::as_percent_text`].
impl fmt::Display for Ratio {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.as_percent_text())
    }
}

/// A percentage with more decimals is clearer as a fraction.
const DECIMALS_OF_A_PERCENTAGE: usize = 12;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ratio(num: u64, den: u64) -> Ratio {
        Ratio { num, den }
    }

    #[test]
    fn shares_are_written_exactly() {
        for (num, den, expected) in [
            (0, 1, "0%"),
            (1, 1, "100%"),
            (1, 5, "20%"),
            (20, 100, "20%"),
            (995, 1000, "99.5%"),
            (1, 400, "0.25%"),
            (1, 3, "1/3"),
            (2, 6, "2/6"),
            (1, 1_000_000_000, "0.0000001%"),
            (u64::MAX, u64::MAX, "100%"),
        ] {
            assert_eq!(ratio(num, den).as_percent_text(), expected, "{num}/{den}");
        }
    }

    #[test]
    fn a_chance_ends_at_the_exact_draw() {
        for (chance, last_hit, first_miss) in [
            (ratio(1, 2), (1 << 63) - 1, 1 << 63),
            (ratio(1, 4), (1 << 62) - 1, 1 << 62),
            (ratio(1, u64::MAX), 1, 2),
            // 2^64 / 3 = 6148914691236517205.33…: the draw at the floor still lies below.
            (ratio(1, 3), 6_148_914_691_236_517_205, 6_148_914_691_236_517_206),
            (ratio(u64::MAX - 1, u64::MAX), u64::MAX - 1, u64::MAX),
        ] {
            assert!(chance.hits(last_hit), "{chance} at {last_hit}");
            assert!(!chance.hits(first_miss), "{chance} at {first_miss}");
            assert_eq!(chance.first_miss(), u128::from(first_miss), "{chance}");
        }
        assert!(Ratio::ALWAYS.hits(u64::MAX));
        assert!(!Ratio::NEVER.hits(0));
    }

    #[test]
    fn shares_compare_without_rounding() {
        let wanted = ratio(995, 1000);
        assert_eq!(wanted.compare_share(199, 200), Some(Ordering::Equal));
        assert_eq!(wanted.compare_share(198, 199), Some(Ordering::Less));
        assert_eq!(wanted.compare_share(u64::MAX, u64::MAX), Some(Ordering::Greater));
        assert_eq!(wanted.compare_share(0, 0), None);
    }

    proptest! {
        #[test]
        fn raising_a_chance_only_adds_hits(draw: u64, den in 1_u64.., a: u64, b: u64) {
            let (a, b) = (a % den, b % den);
            let (lower, higher) = (ratio(a.min(b), den), ratio(a.max(b), den));
            prop_assert!(!lower.hits(draw) || higher.hits(draw));
        }

        #[test]
        fn the_first_miss_agrees_with_hits(draw: u64, den in 1_u64.., num: u64) {
            let chance = ratio(num % den, den);
            prop_assert_eq!(chance.hits(draw), u128::from(draw) < chance.first_miss());
        }
    }
}
