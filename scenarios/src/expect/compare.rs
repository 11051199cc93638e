//! Comparing what was measured with what was expected, without rounding. What cannot be measured, such as a share of
//! nothing, has no answer.

use std::{cmp::Ordering, time::Duration};

use rust_decimal::Decimal;

use crate::{expect::Comparison, scenario::Ratio, units::millionths_per_second};

impl Comparison {
    /// Whether `observed OP wanted` holds.
    pub fn holds<T: Ord + Copy>(self, observed: T, wanted: T) -> bool {
        self.accepts(observed.cmp(&wanted))
    }

    /// Whether `part / whole OP wanted` holds, exactly; `None` without a whole.
    pub fn holds_for_share(self, part: u64, whole: u64, wanted: Ratio) -> Option<bool> {
        wanted.compare_share(part, whole).map(|ordering| self.accepts(ordering))
    }

    /// Whether `count` in `length` is a rate of which `OP wanted` holds, exactly; `None` without a length. `wanted` is read
    /// in millionths a second, as scenario files write it.
    pub fn holds_for_rate(self, count: u64, length: Duration, wanted: Decimal) -> Option<bool> {
        let length_ns = u64::try_from(length.as_nanos()).ok().filter(|length| *length > 0)?;
        // Both sides in 10^-15 arrivals a nanosecond: a count is far below 2^78, and a rate is at most 2^50.
        let observed = u128::from(count) * MILLIONTH_NANOS;
        let wanted = u128::from(millionths_per_second(wanted)) * u128::from(length_ns);
        Some(self.accepts(observed.cmp(&wanted)))
    }

    fn accepts(self, ordering: Ordering) -> bool {
        match self {
            Self::Below => ordering.is_lt(),
            Self::AtMost => ordering.is_le(),
            Self::Above => ordering.is_gt(),
            Self::AtLeast => ordering.is_ge(),
        }
    }
}

/// Nanoseconds a second times millionths.
const MILLIONTH_NANOS: u128 = 1_000_000_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Comparison; 4] = [
        Comparison::Below,
        Comparison::AtMost,
        Comparison::Above,
        Comparison::AtLeast,
    ];

    #[test]
    fn each_comparison_accepts_its_side() {
        for (observed, expected) in [
            (1, [true, true, false, false]),
            (2, [false, true, false, true]),
            (3, [false, false, true, true]),
        ] {
            assert_eq!(
                ALL.map(|op| op.holds(Duration::from_secs(observed), Duration::from_secs(2))),
                expected
            );
        }
    }

    #[test]
    fn shares_are_compared_exactly() {
        let wanted = Ratio { num: 199, den: 200 };
        for (part, whole, expected) in [
            (995, 1_000, Some(true)),
            (994, 1_000, Some(false)),
            // As doubles both sides of this one are equal.
            (99_499_999_999_999_999, 100_000_000_000_000_000, Some(false)),
            (0, 0, None),
        ] {
            assert_eq!(
                Comparison::AtLeast.holds_for_share(part, whole, wanted),
                expected,
                "{part}/{whole}"
            );
        }
    }

    #[test]
    fn rates_are_compared_exactly() {
        let wanted: Decimal = "200.5".parse().unwrap();
        for (count, length_ms, expected) in [
            (401, 2_000, Some(true)),
            (400, 2_000, Some(false)),
            (401, 2_001, Some(false)),
            (1, 0, None),
        ] {
            let length = Duration::from_millis(length_ms);
            assert_eq!(
                Comparison::AtLeast.holds_for_rate(count, length, wanted),
                expected,
                "{count} in {length:?}"
            );
        }
    }
}
