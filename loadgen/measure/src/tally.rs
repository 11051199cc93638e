//! A sparse HDR histogram: only the buckets that hold something, as sorted rows.
//!
//! Buckets are exactly those of HdrHistogram with bounds of 1 µs and 120 s and three significant digits, so a row is
//! never more than 0.1 % above what it counts, and going to a dense histogram and back loses nothing. Dense ones take
//! 74 kB each; a second of a run rarely fills more than a few hundred buckets, and a run keeps hundreds of seconds.

mod packed;

use hdrhistogram::{Counter, Histogram};

use crate::snapshot::Percentiles;
pub(crate) use packed::Packed;

/// Times above it count as this long: 120 s, twice the longest time-out a client of ours uses.
pub const HIGHEST_US: u64 = 120_000_000;

/// Significant decimal digits of a bucket.
const DIGITS: u8 = 3;

/// Bits of a value that tell buckets apart: 2,048 steps to each power of two, what three digits need.
const BUCKET_BITS: u32 = 11;

/// The whole, in thousandths of a percent.
const WHOLE: u32 = 100_000;

/// How often each time occurred, in HDR's buckets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Sorted by time, no count is zero.
    rows: Vec<Row>,
    count: u64,
}

/// One bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Row {
    /// The longest time that belongs to the bucket.
    us: u32,
    count: u64,
}

impl Tally {
    /// Counts one time. Zero counts as one microsecond, more than [`HIGHEST_US`] as that.
    pub fn record(&mut self, us: u64) {
        self.record_n(us, 1);
    }

    /// Counts a time several times.
    pub fn record_n(&mut self, us: u64, count: u64) {
        if count == 0 {
            return;
        }
        let us = bucket_top(us);
        match self.rows.binary_search_by_key(&us, |row| row.us) {
            Ok(at) => self.rows[at].count += count,
            Err(at) => self.rows.insert(at, Row { us, count }),
        }
        self.count += count;
    }

    /// Adds another's counts; nothing is lost.
    pub fn add(&mut self, other: &Self) {
        if other.rows.is_empty() {
            return;
        }
        let mut merged = Vec::with_capacity(self.rows.len() + other.rows.len());
        let (mut ours, mut theirs) = (self.rows.iter().peekable(), other.rows.iter().peekable());
        loop {
            let row = match (ours.peek(), theirs.peek()) {
                (Some(our), Some(their)) if our.us == their.us => {
                    let both = Row {
                        us: our.us,
                        count: our.count + their.count,
                    };
                    ours.next();
                    theirs.next();
                    both
                }
                (Some(our), Some(their)) if our.us > their.us => {
                    let row = **their;
                    theirs.next();
                    row
                }
                (Some(our), _) => {
                    let row = **our;
                    ours.next();
                    row
                }
                (None, Some(their)) => {
                    let row = **their;
                    theirs.next();
                    row
                }
                (None, None) => break,
            };
            merged.push(row);
        }
        self.rows = merged;
        self.count += other.count;
    }

    /// The sum of many, by way of one dense histogram.
    pub fn sum<'a>(tallies: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut tallies = tallies.into_iter().filter(|tally| !tally.is_empty());
        let Some(first) = tallies.next() else {
            return Self::default();
        };
        let Some(second) = tallies.next() else {
            return first.clone();
        };
        let mut dense = dense::<u64>();
        for tally in [first, second].into_iter().chain(tallies) {
            tally.pour_into(&mut dense);
        }
        Self::of(&dense)
    }

    /// How many times were counted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The longest, in microseconds; 0 without any.
    pub fn max_us(&self) -> u64 {
        self.rows.last().map_or(0, |row| u64::from(row.us))
    }

    /// The time that this share of all stays within, in microseconds; 0 without any.
    ///
    /// The share comes in thousandths of a percent, so that p99.99 is an exact 99,990.
    pub fn percentile_us(&self, thousandths: u32) -> u64 {
        let [found] = self.at_shares([thousandths]);
        found
    }

    /// The percentiles every screen shows.
    pub fn percentiles(&self) -> Percentiles {
        let [p50_us, p90_us, p95_us, p99_us, p999_us] = self.at_shares([50_000, 90_000, 95_000, 99_000, 99_900]);
        Percentiles {
            count: self.count,
            p50_us,
            p90_us,
            p95_us,
            p99_us,
            p999_us,
            max_us: self.max_us(),
        }
    }

    /// Its buckets, shortest first: the longest time in microseconds that belongs to it, and how many do.
    pub fn rows(&self) -> impl Iterator<Item = (u64, u64)> {
        self.rows.iter().map(|row| (u64::from(row.us), row.count))
    }

    /// The rows of a dense histogram.
    pub(crate) fn of<T: Counter>(dense: &Histogram<T>) -> Self {
        let mut tally = Self::default();
        for step in dense.iter_recorded() {
            let count = step.count_since_last_iteration();
            tally.rows.push(Row {
                us: bucket_top(step.value_iterated_to()),
                count,
            });
            tally.count += count;
        }
        tally
    }

    /// Adds the rows to a dense histogram of our bounds.
    pub(crate) fn pour_into(&self, dense: &mut Histogram<u64>) {
        for row in &self.rows {
            dense.saturating_record_n(u64::from(row.us), row.count);
        }
    }

    /// The times at several shares, which must rise, in one pass.
    fn at_shares<const N: usize>(&self, shares: [u32; N]) -> [u64; N] {
        let mut found = [0; N];
        let mut seen = 0;
        let mut next = 0;
        for row in &self.rows {
            seen += row.count;
            while next < N && seen >= self.rank(shares[next]) {
                found[next] = u64::from(row.us);
                next += 1;
            }
        }
        found
    }

    /// The ordinal of the sample a share ends at, from 1.
    fn rank(&self, thousandths: u32) -> u64 {
        let rank = (u128::from(self.count) * u128::from(thousandths)).div_ceil(u128::from(WHOLE));
        u64::try_from(rank).unwrap_or(u64::MAX).clamp(1, self.count.max(1))
    }
}

/// A sum of many, by way of a dense histogram.
pub(crate) struct Sum(Histogram<u64>);

impl Default for Sum {
    fn default() -> Self {
        Self(dense())
    }
}

impl Sum {
    /// Adds buckets.
    pub(crate) fn add(&mut self, rows: impl Iterator<Item = (u64, u64)>) {
        for (us, count) in rows {
            self.0.saturating_record_n(us, count);
        }
    }

    /// The sum so far.
    pub(crate) fn tally(&self) -> Tally {
        Tally::of(&self.0)
    }
}

/// A dense histogram of our bounds, empty.
pub(crate) fn dense<T: Counter>() -> Histogram<T> {
    Histogram::new_with_bounds(1, HIGHEST_US, DIGITS).expect("these bounds are valid, a test makes one")
}

/// A time within what histograms hold.
pub(crate) fn within_bounds(us: u64) -> u64 {
    us.clamp(1, HIGHEST_US)
}

/// The longest time in the same bucket.
fn bucket_top(us: u64) -> u32 {
    let us = within_bounds(us);
    let shift = (u64::BITS - us.leading_zeros()).saturating_sub(BUCKET_BITS);
    let top = ((us >> shift) << shift) + (1 << shift) - 1;
    u32::try_from(top).expect("the highest time is far below 2^32 microseconds")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tally(times: &[u64]) -> Tally {
        let mut tally = Tally::default();
        for us in times {
            tally.record(*us);
        }
        tally
    }

    #[test]
    fn ranks_are_exact() {
        let thousand: Vec<u64> = (1..=1_000).collect();
        for (thousandths, expected) in [
            (0, 1),
            (50_000, 500),
            (50_001, 501),
            (99_000, 990),
            (99_900, 999),
            (99_901, 1_000),
            (100_000, 1_000),
        ] {
            assert_eq!(tally(&thousand).percentile_us(thousandths), expected, "{thousandths}");
        }
        assert_eq!(Tally::default().percentile_us(50_000), 0);
        assert_eq!(Tally::default().percentiles(), Percentiles::default());
    }

    #[test]
    fn bounds_hold() {
        for (us, expected) in [
            (0, 1),
            (1, 1),
            (2_047, 2_047),
            (2_048, 2_049),
            (HIGHEST_US, 120_061_951),
        ] {
            assert_eq!(tally(&[us]).max_us(), expected, "{us}");
        }
        assert_eq!(tally(&[u64::MAX]), tally(&[HIGHEST_US]));
    }

    proptest! {
        #[test]
        fn buckets_are_those_of_the_crate(times in prop::collection::vec(0..200_000_000_u64, 0..300)) {
            let mut dense = dense::<u32>();
            for us in &times {
                dense.saturating_record(within_bounds(*us));
            }
            let tally = tally(&times);
            prop_assert_eq!(&Tally::of(&dense), &tally);
            prop_assert_eq!(dense.max(), tally.max_us());
            for share in [0.5, 0.9, 0.95, 0.99, 1.0] {
                if !times.is_empty() {
                    prop_assert_eq!(dense.value_at_quantile(share), tally.percentile_us((share * 100_000.0) as u32));
                }
            }
        }

        #[test]
        fn sums_lose_nothing(parts in prop::collection::vec(prop::collection::vec(1..9_000_000_u64, 0..40), 0..6)) {
            let whole = tally(&parts.concat());
            let tallies: Vec<Tally> = parts.iter().map(|part| tally(part)).collect();
            let mut added = Tally::default();
            for part in &tallies {
                added.add(part);
            }
            prop_assert_eq!(&added, &whole);
            prop_assert_eq!(&Tally::sum(&tallies), &whole);
        }
    }
}
