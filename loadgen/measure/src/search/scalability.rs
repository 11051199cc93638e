//! The Universal Scalability Law through the steps of a search, and the knee of its curve.
//!
//! `X(N) = λN / (1 + σ(N−1) + κN(N−1))`: λ is what one at a time gets, σ the part that must take turns, κ what being in
//! step with each other costs. The crate `usl` fits it; its measurements have whole concurrencies (it cuts the rest off),
//! so ours go in as hundredths and its coefficients are scaled back: the law of a scaled N is the same law.

use std::panic::{self, AssertUnwindSafe};

use serde::{Deserialize, Serialize};
use usl::{MIN_MEASUREMENTS, Measurement, Model};

/// What concurrencies are multiplied by before they are fitted.
const SCALE: f64 = 100.0;

/// A response time beyond so many times that of the lightest load is past the knee.
pub const KNEE: f64 = 1.5;

/// The most the law's own peak is believed to lie above what was measured: beyond it is a guess.
const BELIEVED: f64 = 100.0;

/// One measured level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Its level.
    pub level: f64,
    /// How many were under way, on average.
    pub concurrency: f64,
    /// Answers a second.
    pub per_second: f64,
    /// The mean response time, microseconds.
    pub mean_us: f64,
    /// Whether it was a steady state.
    pub steady: bool,
}

/// A fitted law.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fit {
    /// Answers a second with one at a time.
    pub lambda: f64,
    /// Contention.
    pub sigma: f64,
    /// Coherency.
    pub kappa: f64,
    /// How far the law is off the measured points: the root of the mean square, as a share of the points' mean.
    pub error: f64,
    /// The points it was fitted to.
    pub points: u64,
    /// Where throughput is highest by the law; absent where it has no peak, or one far beyond what was measured.
    pub peak: Option<Peak>,
}

/// The highest point of a law.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Peak {
    /// How many at a time.
    pub concurrency: f64,
    /// Answers a second there.
    pub per_second: f64,
}

impl Fit {
    /// Fits the law; `None` for fewer than six points that can be used, or where no law fits.
    pub fn of(points: &[Point]) -> Option<Self> {
        let usable = |point: &&Point| point.concurrency * SCALE >= 1.0 && point.per_second > 0.0;
        let points: Vec<&Point> = points
            .iter()
            .filter(usable)
            .filter(|point| point.concurrency.is_finite() && point.per_second.is_finite())
            .collect();
        if points.len() < MIN_MEASUREMENTS {
            return None;
        }
        let measurements: Vec<Measurement> = points.iter().map(|point| measurement(point)).collect();
        // The crate panics where its fitter gives up, and then there is simply no fit.
        let model = panic::catch_unwind(AssertUnwindSafe(|| Model::build(&measurements))).ok()?;
        let mut fit = scaled_back(&model)?;
        fit.points = points.len() as u64;
        fit.error = fit.off(&points);
        let most = points.iter().map(|point| point.concurrency).fold(0.0, f64::max);
        fit.peak = fit.highest().filter(|peak| peak.concurrency <= most * BELIEVED);
        [fit.lambda, fit.sigma, fit.kappa, fit.error]
            .iter()
            .all(|figure| figure.is_finite())
            .then_some(fit)
    }

    /// Answers a second with so many at a time, by the law.
    pub fn at(&self, concurrency: f64) -> f64 {
        let n = concurrency;
        self.lambda * n / (1.0 + self.sigma * (n - 1.0) + self.kappa * n * (n - 1.0))
    }

    fn off(&self, points: &[&Point]) -> f64 {
        let count = points.len() as f64;
        let square = |point: &&Point| (self.at(point.concurrency) - point.per_second).powi(2);
        let mean = points.iter().map(|point| point.per_second).sum::<f64>() / count;
        (points.iter().map(square).sum::<f64>() / count).sqrt() / mean
    }

    fn highest(&self) -> Option<Peak> {
        let square = (1.0 - self.sigma) / self.kappa;
        (self.kappa > 0.0 && square > 0.0).then(|| {
            let concurrency = square.sqrt();
            Peak {
                concurrency,
                per_second: self.at(concurrency),
            }
        })
    }
}

fn measurement(point: &Point) -> Measurement {
    let scaled = (point.concurrency * SCALE).round();
    Measurement {
        n: scaled,
        x: point.per_second,
        r: scaled / point.per_second,
    }
}

/// The law in n = SCALE · N, multiplied out, is λ'n / ((1−σ') + (σ'−κ')n + κ'n²); put N in and divide so that the
/// denominator is one at N = 1.
fn scaled_back(model: &Model) -> Option<Fit> {
    let constant = 1.0 - model.sigma;
    let linear = (model.sigma - model.kappa) * SCALE;
    let square = model.kappa * SCALE * SCALE;
    let whole = constant + linear + square;
    (whole > 0.0).then(|| Fit {
        lambda: model.lambda * SCALE / whole,
        sigma: 1.0 - constant / whole,
        kappa: square / whole,
        error: 0.0,
        points: 0,
        peak: None,
    })
}

/// The highest level, from the lowest on, whose mean response time stays within [`KNEE`] times that of the lowest: where
/// more load begins to cost time. `None` where no level was steady, or all of them stay within.
pub fn knee(points: &[Point]) -> Option<f64> {
    let mut steady: Vec<&Point> = points.iter().filter(|point| point.mean_us > 0.0).collect();
    steady.sort_by(|one, other| one.level.total_cmp(&other.level));
    let base = steady.first().filter(|point| point.steady)?.mean_us;
    let past = steady.iter().position(|point| point.mean_us > base * KNEE)?;
    steady[..past].last().map(|point| point.level)
}

#[cfg(test)]
mod tests {
    use super::{Fit, Point, knee};

    fn point(level: f64, concurrency: f64, per_second: f64) -> Point {
        Point {
            level,
            concurrency,
            per_second,
            mean_us: concurrency / per_second * 1e6,
            steady: true,
        }
    }

    /// Points of a law itself give the law back, whole concurrencies or not.
    #[test]
    fn a_law_is_found_in_its_own_points() {
        for (lambda, sigma, kappa, step) in [
            (1_000.0, 0.05, 0.001, 1.0),
            (100.0, 0.0, 0.0, 0.7),
            (995.0, 0.027, 0.000_77, 3.0),
            (90.0, 0.3, 0.02, 0.37),
        ] {
            let law = Fit {
                lambda,
                sigma,
                kappa,
                error: 0.0,
                points: 0,
                peak: None,
            };
            let concurrencies = (1..=10).map(|nth| step * f64::from(nth));
            let points: Vec<Point> = concurrencies.map(|n| point(n, n, law.at(n))).collect();
            let fit = Fit::of(&points).unwrap();
            assert!((fit.lambda / lambda - 1.0).abs() < 0.02, "{fit:?}");
            assert!((fit.sigma - sigma).abs() < 0.01, "{fit:?}");
            assert!((fit.kappa - kappa).abs() < 0.001, "{fit:?}");
            assert!(fit.error < 0.01, "{fit:?}");
        }
    }

    #[test]
    fn few_points_are_no_law() {
        let points: Vec<Point> = (1..=5)
            .map(|n| point(f64::from(n), f64::from(n), f64::from(n)))
            .collect();
        assert_eq!(Fit::of(&points), None);
        assert_eq!(Fit::of(&[]), None);
    }

    /// Eight workers of 10 ms: up to eight each gets a worker, beyond that they wait for one another.
    #[test]
    fn a_saturated_server_has_its_knee_at_its_workers() {
        let users = [1.0, 2.0, 4.0, 8.0, 9.0, 10.0, 12.0, 16.0];
        let points: Vec<Point> = users.map(|n: f64| point(n, n, n.min(8.0) * 100.0)).to_vec();
        assert_eq!(knee(&points), Some(12.0));
        let fit = Fit::of(&points).unwrap();
        assert!(fit.error < 0.1, "{fit:?}");
        assert_eq!(knee(&points[..4]), None);
    }
}
