//! Whether a series of differences is off zero by more than chance, as neighbours resemble each other.
//!
//! The differences are of stretches that lie at the same time in both runs, so what the scenario does to both, such as a
//! backlog that drains, cancels out. What is left may still be correlated from stretch to stretch; the mean of such a
//! series is less certain than its scatter says. As in batch means, the series counts as an AR(1) process: its first
//! autocorrelation, corrected for how much a short series hides of it, makes of `n` stretches an effective number of
//! independent ones, which sets the standard error and the degrees of freedom of Student's t. Negative autocorrelation
//! is not believed. Moving-block bootstrap was not taken: with the twenty or thirty stretches there are, its intervals
//! are too narrow, and p-values small enough for many comparisons at once need a hundred thousand draws.

use super::student;

/// Of intervals: how much lies beyond, both ends together.
const BEYOND: f64 = 0.05;

/// Autocorrelation above it counts as this much: the mean of such a series says nothing anyway.
const MOST_CORRELATED: f64 = 0.9;

/// Degrees of freedom, at least this share of those the stretches have: the autocorrelation of a short series is itself a
/// guess, and counting a bad guess both in the error and in the freedom costs more sight than it saves false alarms.
const LEAST_FREEDOM: f64 = 0.5;

/// Deviations from the middle beyond which a value counts as lying there; of normal ones three in a thousand do.
const FAR: f64 = 3.0;

/// What makes the median distance from the middle a deviation, of normal values.
const NORMAL: f64 = 1.4826;

/// The mean of a series, and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Estimate {
    pub(super) mean: f64,
    /// The 95 % interval.
    pub(super) low: f64,
    pub(super) high: f64,
    /// How likely a mean at least so far from zero is where there is no difference.
    pub(super) p: f64,
    /// Independent values that would be as sure.
    pub(super) effective: f64,
}

/// Judges a series of at least three differences. The standard error is taken to be no less than `least_error`, which
/// what is measured can't undercut.
pub(super) fn judge(series: &[f64], least_error: f64) -> Estimate {
    let count = series.len() as f64;
    let mean = series.iter().sum::<f64>() / count;
    let squares: f64 = series.iter().map(|value| (value - mean).powi(2)).sum();
    let inflation = inflation(autocorrelation(series, mean, squares));
    // A correlated series also scatters less about its own mean than about the true one.
    let variance = squares / (count - inflation).max(1.0);
    let error = (variance * inflation / count).sqrt().max(least_error);
    let effective = count / inflation;
    let freedom = effective.max(LEAST_FREEDOM * count) - 1.0;
    let reach = student::quantile(BEYOND, freedom) * error;
    Estimate {
        mean,
        low: mean - reach,
        high: mean + reach,
        p: student::two_sided(if mean == 0.0 { 0.0 } else { mean / error }, freedom),
        effective,
    }
}

/// Lag one, corrected for the bias of short series (Marriott and Pope 1954), 0 to [`MOST_CORRELATED`].
fn autocorrelation(series: &[f64], mean: f64, squares: f64) -> f64 {
    let count = series.len() as f64;
    // Equal values scatter by what floats are rounded by.
    if squares <= f64::EPSILON * count * mean.abs() {
        return 0.0;
    }
    let neighbours: f64 = series.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum();
    ((neighbours / squares + 1.0 / count) / (1.0 - 3.0 / count).max(0.1)).clamp(0.0, MOST_CORRELATED)
}

/// How many values of an AR(1) process say as much of its mean as one of an independent series.
fn inflation(autocorrelation: f64) -> f64 {
    (1.0 + autocorrelation) / (1.0 - autocorrelation)
}

/// A series whose values far from its middle lie no further out than [`FAR`] deviations: a second in which the machine did
/// something else would otherwise hide everything the others say. Where half of the values are the same, it stays as it is.
pub(super) fn tamed(mut series: Vec<f64>) -> Vec<f64> {
    let middle = median(series.clone());
    let deviation = NORMAL * median(series.iter().map(|value| (value - middle).abs()).collect());
    if deviation > 0.0 {
        for value in &mut series {
            *value = value.clamp(middle - FAR * deviation, middle + FAR * deviation);
        }
    }
    series
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match (values.get(half), values.len().is_multiple_of(2)) {
        (Some(upper), true) => f64::midpoint(values[half - 1], *upper),
        (Some(middle), false) => *middle,
        (None, _) => 0.0,
    }
}

/// Holm's step-down correction: p-values such that, whatever number of them is looked at, the chance of any false alarm
/// stays below the level they are held against.
pub(super) fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let mut corrected = vec![1.0; p.len()];
    let mut worst: f64 = 0.0;
    for (rank, at) in order.into_iter().enumerate() {
        worst = worst.max((p[at] * (p.len() - rank) as f64).min(1.0));
        corrected[at] = worst;
    }
    corrected
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::tests::Draws;

    /// How many of two thousand series of no difference are called one at a level of 5 %.
    fn false_alarms(stretches: usize, correlation: f64) -> usize {
        let mut draws = Draws(stretches as u64);
        let mut level = 0.0;
        let mut step = |_: usize| {
            level = correlation * level + (1.0 - correlation * correlation).sqrt() * draws.normal();
            level
        };
        let mut alarms = 0;
        for _ in 0..2_000 {
            // Each series begins where the process has forgotten the one before.
            let _forgotten: f64 = (0..40).map(&mut step).sum();
            let series: Vec<f64> = (0..stretches).map(&mut step).collect();
            alarms += usize::from(judge(&series, 0.0).p < 0.05);
        }
        alarms
    }

    #[test]
    fn alarms_are_as_rare_as_told_although_neighbours_resemble_each_other() {
        for (stretches, correlation, most) in [
            (8, 0.0, 120),
            (20, 0.0, 120),
            (30, 0.0, 120),
            (20, 0.5, 200),
            (30, 0.5, 180),
        ] {
            let found = false_alarms(stretches, correlation);
            println!("{stretches} {correlation}: {found}");
            assert!(found <= most, "{stretches} stretches, {correlation}: {found} of 2000");
        }
    }

    #[test]
    fn holm_steps_down() {
        let close = |found: Vec<f64>, expected: &[f64]| {
            assert_eq!(found.len(), expected.len());
            assert!(
                found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12),
                "{found:?}"
            );
        };
        close(holm(&[0.01, 0.04, 0.03, 0.005]), &[0.03, 0.06, 0.06, 0.02]);
        close(holm(&[0.9, 0.8]), &[1.0, 1.0]);
        close(holm(&[]), &[]);
    }

    #[test]
    fn one_value_out_of_line_does_not_hide_the_others() {
        let mut series: Vec<f64> = (0..20).map(|at| 0.1 + f64::from(at % 3 - 1) * 0.02).collect();
        series[7] = 3.0;
        assert!(judge(&series, 0.0).p > 0.05);
        assert!(judge(&tamed(series.clone()), 0.0).p < 1e-6, "{:?}", tamed(series));
        assert_eq!(tamed(vec![0.0, 0.0, 0.0, 1.0]), [0.0, 0.0, 0.0, 1.0]);
        assert_eq!(tamed(Vec::new()), [0.0; 0]);
    }

    #[test]
    fn correlated_series_count_for_less() {
        let alternating: Vec<f64> = (0..24).map(|at| f64::from(at % 2)).collect();
        let blocks: Vec<f64> = (0..24).map(|at| f64::from(at / 6 % 2)).collect();
        assert!((judge(&alternating, 0.0).effective - 24.0).abs() < 1e-9);
        assert!(judge(&blocks, 0.0).effective < 4.0, "{:?}", judge(&blocks, 0.0));
        let flat = judge(&[0.0; 12], 0.001);
        assert_eq!((flat.mean, flat.p), (0.0, 1.0));
        assert!(
            judge(&[0.1; 12], 0.001).p < 1e-9,
            "no scatter, far beyond the least error"
        );
    }
}
