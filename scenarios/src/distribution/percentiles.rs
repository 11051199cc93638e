//! A distribution by measured percentiles: a table of points with straight lines between, in whole numbers alone.

use std::time::Duration;

use crate::units::{LONGEST, duration_text};

/// A monotone table of percentiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Percentiles {
    /// What each point is called, and its duration; names and durations rise.
    points: Vec<(Percentile, Duration)>,
}

/// A named point of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Percentile {
    /// Values at or below it, in millionths of all.
    millionths: u32,
    /// The key in YAML.
    pub(crate) name: &'static str,
}

impl Percentile {
    /// Every point that a table may have, rising. `min` and `max` are both ends.
    pub(crate) const ALL: [Self; 11] = [
        Self::of(0, "min"),
        Self::of(100_000, "p10"),
        Self::of(250_000, "p25"),
        Self::of(500_000, "p50"),
        Self::of(750_000, "p75"),
        Self::of(900_000, "p90"),
        Self::of(950_000, "p95"),
        Self::of(990_000, "p99"),
        Self::of(999_000, "p999"),
        Self::of(999_900, "p9999"),
        Self::of(1_000_000, "max"),
    ];

    const fn of(millionths: u32, name: &'static str) -> Self {
        Self { millionths, name }
    }

    /// Its place among all draws.
    fn place(self) -> u128 {
        (u128::from(self.millionths) << 64) / 1_000_000
    }
}

impl Percentiles {
    /// The percentiles that a table may name, each with its share of 1, for whoever makes a table of a measurement.
    pub fn names() -> impl Iterator<Item = (&'static str, f64)> {
        Percentile::ALL
            .into_iter()
            .map(|point| (point.name, f64::from(point.millionths) / 1e6))
    }

    /// A table of these points.
    ///
    /// # Errors
    /// The first point that is shorter than the one before it.
    pub(crate) fn new(points: Vec<(Percentile, Duration)>) -> Result<Self, [Percentile; 2]> {
        let falls = points.windows(2).find(|pair| pair[0].1 > pair[1].1);
        match falls {
            Some(pair) => Err([pair[0].0, pair[1].0]),
            None => Ok(Self { points }),
        }
    }

    /// The duration at a place among all draws: on the line between the points beside it. Below the first point the line
    /// begins at nothing.
    pub(crate) fn at(&self, place: u64) -> Duration {
        let mut before = (0_u128, 0_u64);
        for (point, duration) in &self.points {
            let next = (point.place(), nanos(*duration));
            if u128::from(place) < next.0 {
                let width = next.0 - before.0;
                let rise = u128::from(next.1 - before.1);
                let beyond = rise * (u128::from(place) - before.0) / width;
                let drawn = before.1 + u64::try_from(beyond).expect("a part of a rise of 64 bits");
                return Duration::from_micros((drawn + 500) / 1_000);
            }
            before = next;
        }
        Duration::from_nanos(before.1)
    }

    /// A draw, mapped below the share of values that a cap leaves.
    pub(super) fn below(&self, cap: Option<Duration>, draw: u64) -> u64 {
        let Some(cap) = cap else { return draw };
        let share = self.share_below(nanos(cap));
        let mapped = (u128::from(draw) * share) >> 64;
        u64::try_from(mapped).unwrap_or(u64::MAX)
    }

    /// How many of the 2^64 draws give at most this.
    fn share_below(&self, cap: u64) -> u128 {
        let mut before = (0_u128, 0_u64);
        for (point, duration) in &self.points {
            let next = (point.place(), nanos(*duration));
            if cap < next.1 {
                let rise = u128::from(next.1 - before.1);
                // 64 and 55 bits; to divide first would leave the share of a short cap in a table of days to three digits.
                return before.0 + (next.0 - before.0) * u128::from(cap - before.1) / rise;
            }
            before = next;
        }
        1 << 64
    }

    /// The duration of a named point, if the table has it.
    #[cfg(test)]
    pub(crate) fn point(&self, name: &str) -> Option<Duration> {
        let found = self.points.iter().find(|(point, _)| point.name == name);
        found.map(|(_, duration)| *duration)
    }

    pub(super) fn describe(&self) -> String {
        let points = self
            .points
            .iter()
            .map(|(point, duration)| format!("{} {}", point.name, duration_text(*duration)));
        format!("percentiles {}", points.collect::<Vec<_>>().join(" "))
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.min(LONGEST).as_nanos()).expect("a year of nanoseconds fits")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(points: &[(&str, u64)]) -> Percentiles {
        let named = |name: &str| Percentile::ALL.into_iter().find(|point| point.name == name).unwrap();
        let points = points
            .iter()
            .map(|(name, ms)| (named(name), Duration::from_millis(*ms)))
            .collect();
        Percentiles::new(points).unwrap()
    }

    #[test]
    fn draws_lie_on_the_lines_between_points() {
        let table = table(&[("p50", 100), ("p90", 200), ("p99", 900), ("max", 2_000)]);
        let at = |share: f64| table.at((share * 2_f64.powi(64)) as u64).as_millis();
        for (share, ms) in [(0.0, 0), (0.25, 50), (0.5, 100), (0.7, 150), (0.9, 200), (0.99, 900)] {
            assert_eq!(at(share), ms, "{share}");
        }
        assert_eq!(table.at(u64::MAX), Duration::from_secs(2));
    }

    #[test]
    fn a_cap_maps_draws_below_it_and_never_reaches_beyond() {
        let table = table(&[("min", 10), ("p50", 100), ("p99", 500), ("max", 5_000)]);
        let cap = Duration::from_millis(300);
        let at = |draw| table.at(table.below(Some(cap), draw));
        assert!(at(u64::MAX) <= cap && at(u64::MAX) >= Duration::from_millis(299));
        assert_eq!(at(0), Duration::from_millis(10));
        // Half of the draws lie below the median of what the cap leaves: F(300 ms) is 0.745, so that is at 0.3725.
        assert!((at(1 << 63).as_micros().abs_diff(77_050)) < 100, "{:?}", at(1 << 63));
    }

    #[test]
    fn a_cap_of_seconds_in_a_table_of_days_is_reached() {
        let table = table(&[("max", 326 * 24 * 3_600_000)]);
        let cap = Duration::from_millis(1_681);
        let longest = table.at(table.below(Some(cap), u64::MAX));
        assert!(cap.abs_diff(longest) <= Duration::from_micros(1), "{longest:?}");
    }

    #[test]
    fn a_table_that_falls_is_none() {
        let points = vec![
            (Percentile::ALL[3], Duration::from_millis(9)),
            (Percentile::ALL[5], Duration::from_millis(8)),
        ];
        assert_eq!(
            Percentiles::new(points).unwrap_err().map(|point| point.name),
            ["p50", "p90"]
        );
    }
}
