//! How sure a figure is, by the spread of its batches, and how sure a level is, by the steps around it.
//!
//! A step is cut into batches of equal length; the figure of each is one observation. Times within a batch depend on each
//! other, those of different batches hardly do, so the batches' mean has Student's distribution (the method of batch
//! means). A batch's percentile leans a little off the whole step's, so the interval is put around the step's own figure
//! and takes its width alone from the batches.

use serde::{Deserialize, Serialize};

use crate::verdict::{Fraction, Measured};

/// Fewer batches say nothing of a spread.
pub const BATCHES_LEAST: usize = 4;

/// Student's distribution: 95 % lie within so many standard errors, by degrees of freedom from 1.
const STUDENT_95: [f64; 30] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
    2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/// The same for any more.
const NORMAL_95: f64 = 1.960;

/// From and to, both included.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// From.
    pub low: f64,
    /// To.
    pub high: f64,
}

impl Interval {
    /// The 95 % interval around a figure whose batches are these; `None` for too few.
    pub fn around(figure: f64, batches: &[f64]) -> Option<Self> {
        let count = batches.len();
        if count < BATCHES_LEAST || batches.iter().any(|batch| !batch.is_finite()) {
            return None;
        }
        let mean = batches.iter().sum::<f64>() / count as f64;
        let spread = batches.iter().map(|batch| (batch - mean).powi(2)).sum::<f64>() / (count - 1) as f64;
        let student = STUDENT_95.get(count - 2).copied().unwrap_or(NORMAL_95);
        let half = student * (spread / count as f64).sqrt();
        Some(Self {
            low: (figure - half).max(0.0),
            high: figure + half,
        })
    }

    /// Whether a value lies outside: then it is told apart from the figure.
    pub fn excludes(&self, value: f64) -> bool {
        value < self.low || value > self.high
    }
}

/// A figure and its bound as numbers: shares from 0 to 1, times in microseconds, rates per second.
pub fn numbers(measured: &Measured) -> Option<(f64, f64)> {
    let number = |part: u64, of: u64| (of > 0).then(|| part as f64 / of as f64);
    let bound_of = |bound: &Fraction| number(bound.num, bound.den.max(1));
    match measured {
        Measured::Share { part, of, bound } => number(*part, *of).zip(bound_of(bound)),
        Measured::Time { samples, us, bound_us } => (*samples > 0).then_some((*us as f64, *bound_us as f64)),
        Measured::Rate { count, over_us, bound } => {
            number(*count, *over_us).map(|per_us| per_us * 1e6).zip(bound_of(bound))
        }
        Measured::Count { count, bound } => Some((*count as f64, *bound as f64)),
    }
}

/// What a step says of the limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Said {
    /// The level.
    pub level: f64,
    /// Whether it was kept.
    pub kept: bool,
    /// Whether that is beyond doubt: its figures' intervals lie on one side of their bounds.
    pub clear: bool,
}

/// The interval of the found level: from the highest level, not above it, that was kept beyond doubt, to the lowest one
/// above it that was broken beyond doubt. Without such a level the end is open: `None`.
pub fn of_level(found: f64, steps: &[Said]) -> (Option<f64>, Option<f64>) {
    let low = steps
        .iter()
        .filter(|said| said.kept && said.clear && said.level <= found)
        .map(|said| said.level)
        .reduce(f64::max);
    let high = steps
        .iter()
        .filter(|said| !said.kept && said.clear && said.level > found)
        .map(|said| said.level)
        .reduce(f64::min);
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::{Interval, Said, of_level};

    #[test]
    fn an_interval_is_as_wide_as_its_batches_say() {
        for (batches, expected) in [
            (&[10.0, 10.0, 10.0, 10.0][..], Some((10.0, 10.0))),
            // Mean 10, standard deviation 1.826, error 0.913, three degrees of freedom.
            (&[8.0, 9.0, 11.0, 12.0], Some((7.095, 12.905))),
            (&[8.0, 9.0, 11.0], None),
            (&[8.0, 9.0, f64::NAN, 11.0], None),
        ] {
            let found = Interval::around(10.0, batches).map(|interval| (interval.low, interval.high));
            let near = |one: f64, other: f64| (one - other).abs() < 0.01;
            match (found, expected) {
                (Some(found), Some(expected)) => {
                    assert!(near(found.0, expected.0) && near(found.1, expected.1), "{found:?}");
                }
                (found, expected) => assert_eq!(found, expected, "{batches:?}"),
            }
        }
    }

    #[test]
    fn the_level_lies_between_what_is_beyond_doubt() {
        let said = |level, kept, clear| Said { level, kept, clear };
        let steps = [
            said(400.0, true, true),
            said(775.0, true, false),
            said(788.0, true, true),
            said(794.0, false, false),
            said(800.0, false, true),
            said(1_600.0, false, true),
        ];
        for (found, expected) in [
            (788.0, (Some(788.0), Some(800.0))),
            (775.0, (Some(400.0), Some(800.0))),
            (1_600.0, (Some(788.0), None)),
            (100.0, (None, Some(800.0))),
        ] {
            assert_eq!(of_level(found, &steps), expected, "{found}");
        }
    }
}
