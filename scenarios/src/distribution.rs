//! Durations drawn from a distribution. The one file of this crate that computes with floats, and only through `libm`,
//! so that golden files agree between machines.

mod percentiles;

use std::time::Duration;

use crate::units::{self, duration_text};

pub(crate) use percentiles::Percentile;
pub use percentiles::Percentiles;

/// A duration, fixed or drawn, with an optional cap; a capped one maps the draw into `[0, F(cap)]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    /// Its shape.
    pub shape: DistributionShape,
    /// The longest value it may give.
    pub cap: Option<Duration>,
}

/// The shape of a distribution.
#[derive(Clone, Debug, PartialEq)]
pub enum DistributionShape {
    /// Always this.
    Fixed(Duration),
    /// Evenly between both ends.
    Uniform {
        /// Shortest.
        from: Duration,
        /// Longest.
        to: Duration,
    },
    /// Lognormal by its median and 99th percentile.
    Lognormal {
        /// The median; above zero.
        median: Duration,
        /// The 99th percentile; at or above the median.
        p99: Duration,
    },
    /// Normal by its mean and standard deviation; what would be below zero is zero.
    Normal {
        /// The mean.
        mean: Duration,
        /// The standard deviation.
        deviation: Duration,
    },
    /// Exponential by its mean.
    Exponential {
        /// The mean.
        mean: Duration,
    },
    /// By measured percentiles, with straight lines between.
    Percentiles(Percentiles),
}

impl Distribution {
    /// Always this long.
    pub fn fixed(duration: Duration) -> Self {
        Self {
            shape: DistributionShape::Fixed(duration),
            cap: None,
        }
    }

    /// Evenly between nothing and this.
    pub fn uniform_up_to(longest: Duration) -> Self {
        Self {
            shape: DistributionShape::Uniform {
                from: Duration::ZERO,
                to: longest,
            },
            cap: None,
        }
    }

    /// The duration that one draw stands for: the inverse of the distribution function at `draw / 2^64`, rounded to
    /// microseconds. A larger draw never gives a shorter duration; none exceeds the cap, nor a year.
    pub fn sample(&self, draw: u64) -> Duration {
        let cap = self.cap.unwrap_or(units::LONGEST).min(units::LONGEST);
        let drawn = match &self.shape {
            &DistributionShape::Fixed(duration) => duration,
            &DistributionShape::Uniform { from, to } => uniform(from, to.min(cap), draw),
            &DistributionShape::Lognormal { median, p99 } => lognormal(median, p99, self.cap, draw),
            &DistributionShape::Normal { mean, deviation } => normal(mean, deviation, self.cap, draw),
            &DistributionShape::Exponential { mean } => exponential(mean, self.cap, draw),
            DistributionShape::Percentiles(table) => table.at(table.below(self.cap, draw)),
        };
        drawn.min(cap)
    }

    /// No draw gives more than this.
    pub fn longest(&self) -> Duration {
        self.sample(u64::MAX)
    }

    /// The mean of what it gives: exact for a fixed one, else of so many evenly spaced draws, which is short by a part in
    /// a thousand at the most heavy-tailed that people write. For display and rules of thumb.
    pub fn mean(&self) -> Duration {
        let step = u64::MAX / u64::from(MEAN_DRAWS);
        let draws = (0..MEAN_DRAWS).map(|at| step / 2 + u64::from(at) * step);
        match self.shape {
            DistributionShape::Fixed(_) => self.longest(),
            DistributionShape::Uniform { .. }
            | DistributionShape::Lognormal { .. }
            | DistributionShape::Normal { .. }
            | DistributionShape::Exponential { .. }
            | DistributionShape::Percentiles(_) => draws.map(|draw| self.sample(draw)).sum::<Duration>() / MEAN_DRAWS,
        }
    }

    /// The distribution in words: `lognormal median 150ms p99 900ms, cap 2s`.
    pub fn describe(&self) -> String {
        let text = duration_text;
        let shape = match &self.shape {
            &DistributionShape::Fixed(duration) => text(duration),
            &DistributionShape::Uniform { from, to } => format!("uniform {} to {}", text(from), text(to)),
            &DistributionShape::Lognormal { median, p99 } => {
                format!("lognormal median {} p99 {}", text(median), text(p99))
            }
            &DistributionShape::Normal { mean, deviation } => {
                format!("normal mean {} deviation {}", text(mean), text(deviation))
            }
            &DistributionShape::Exponential { mean } => format!("exponential mean {}", text(mean)),
            DistributionShape::Percentiles(table) => table.describe(),
        };
        match self.cap {
            Some(cap) => format!("{shape}, cap {}", duration_text(cap)),
            None => shape,
        }
    }
}

/// Integers alone: `from + span · draw / 2^64`. A cap below `from` leaves no span, and the caller cuts it.
fn uniform(from: Duration, to: Duration, draw: u64) -> Duration {
    let nanos = |duration: Duration| u64::try_from(duration.min(units::LONGEST).as_nanos()).expect("a year fits");
    let span = nanos(to).saturating_sub(nanos(from));
    let beyond = (u128::from(span) * u128::from(draw)) >> 64;
    let drawn = nanos(from) + u64::try_from(beyond).expect("a part of a span of 64 bits");
    Duration::from_micros((drawn + 500) / 1_000)
}

fn lognormal(median: Duration, p99: Duration, cap: Option<Duration>, draw: u64) -> Duration {
    let median_us = micros(median);
    let sigma = libm::log(micros(p99) / median_us) / Z_OF_P99;
    let Some(cap) = cap else {
        return from_micros(median_us * libm::exp(sigma * normal_quantile(unit_interval(draw))));
    };
    if sigma == 0.0 {
        return median;
    }
    let share_below_cap = normal_share_below(libm::log(micros(cap) / median_us) / sigma);
    if is_next_to_nothing(share_below_cap) {
        return cap;
    }
    from_micros(median_us * libm::exp(sigma * normal_quantile(unit_interval(draw) * share_below_cap)))
}

fn normal(mean: Duration, deviation: Duration, cap: Option<Duration>, draw: u64) -> Duration {
    let (mean_us, deviation_us) = (micros(mean), micros(deviation));
    if deviation_us == 0.0 {
        return mean;
    }
    let share_below_cap = match cap {
        Some(cap) => normal_share_below((micros(cap) - mean_us) / deviation_us),
        None => 1.0,
    };
    if let Some(cap) = cap.filter(|_| is_next_to_nothing(share_below_cap)) {
        return cap;
    }
    // Conversion to whole microseconds cuts what is below zero.
    from_micros(mean_us + deviation_us * normal_quantile(unit_interval(draw) * share_below_cap))
}

fn exponential(mean: Duration, cap: Option<Duration>, draw: u64) -> Duration {
    let mean_us = micros(mean);
    let share_below_cap = cap.map_or(1.0, |cap| 1.0 - libm::exp(-micros(cap) / mean_us));
    from_micros(-mean_us * libm::log1p(-unit_interval(draw) * share_below_cap))
}

/// An exponential gap between arrivals of so many millionths a second, in whole nanoseconds: microseconds would be coarse
/// where thousands come in a second.
pub(crate) fn exponential_ns(millionths_per_second: u64, draw: u64) -> u64 {
    let mean_ns = 1e15 / millionths_per_second as f64;
    libm::floor(-mean_ns * libm::log1p(-unit_interval(draw)) + 0.5) as u64
}

/// Whether so little lies below a cap that a double cannot tell its parts apart; what does lies close to the cap, and is
/// taken for it. Asked of the cap and never of a draw, or small draws would give more than large ones.
fn is_next_to_nothing(share_below_cap: f64) -> bool {
    unit_interval(0) * share_below_cap < f64::MIN_POSITIVE
}

/// A draw as a number strictly between 0 and 1. 52 bits and a half are exact in a double; 64 bits would round up to 1,
/// whose quantile is infinite.
fn unit_interval(draw: u64) -> f64 {
    ((draw >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
}

fn micros(duration: Duration) -> f64 {
    duration.as_nanos() as f64 / 1_000.0
}

/// Rounds half up; conversion to integers saturates, and `sample` cuts at a year.
fn from_micros(micros: f64) -> Duration {
    Duration::from_micros(libm::floor(micros + 0.5) as u64)
}

/// The standard normal distribution function.
fn normal_share_below(z: f64) -> f64 {
    0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)
}

/// The inverse of the standard normal distribution function, to about 1 part in 10^16: algorithm AS 241 (PPND16), M. J.
/// Wichura, "The Percentage Points of the Normal Distribution", Applied Statistics 37 (1988), 477–484.
fn normal_quantile(share: f64) -> f64 {
    let from_middle = share - 0.5;
    if libm::fabs(from_middle) <= 0.425 {
        let r = 0.180_625 - from_middle * from_middle;
        return from_middle * polynomial(&MIDDLE_NUMERATOR, r) / polynomial(&MIDDLE_DENOMINATOR, r);
    }
    let tail = if from_middle < 0.0 { share } else { 1.0 - share };
    let r = libm::sqrt(-libm::log(tail));
    let distance = if r <= 5.0 {
        polynomial(&TAIL_NUMERATOR, r - 1.6) / polynomial(&TAIL_DENOMINATOR, r - 1.6)
    } else {
        polynomial(&FAR_TAIL_NUMERATOR, r - 5.0) / polynomial(&FAR_TAIL_DENOMINATOR, r - 5.0)
    };
    if from_middle < 0.0 { -distance } else { distance }
}

/// Horner's scheme; coefficients from the highest power down.
fn polynomial(coefficients: &[f64; 8], at: f64) -> f64 {
    coefficients
        .iter()
        .fold(0.0, |value, coefficient| value * at + coefficient)
}

/// The 99th percentile of the standard normal distribution.
const Z_OF_P99: f64 = 2.326_347_874_040_841;

const MIDDLE_NUMERATOR: [f64; 8] = [
    2_509.080_928_730_122_7,
    33_430.575_583_588_13,
    67_265.770_927_008_7,
    45_921.953_931_549_87,
    13_731.693_765_509_46,
    1_971.590_950_306_551_3,
    133.141_667_891_784_38,
    3.387_132_872_796_366_5,
];
const MIDDLE_DENOMINATOR: [f64; 8] = [
    5_226.495_278_852_854,
    28_729.085_735_721_943,
    39_307.895_800_092_71,
    21_213.794_301_586_597,
    5_394.196_021_424_751,
    687.187_007_492_057_9,
    42.313_330_701_600_91,
    1.0,
];
const TAIL_NUMERATOR: [f64; 8] = [
    0.000_774_545_014_278_341_4,
    0.022_723_844_989_269_184,
    0.241_780_725_177_450_6,
    1.270_458_252_452_368_4,
    3.647_848_324_763_204_5,
    5.769_497_221_460_691,
    4.630_337_846_156_546,
    1.423_437_110_749_683_5,
];
const TAIL_DENOMINATOR: [f64; 8] = [
    1.050_750_071_644_416_9e-9,
    0.000_547_593_808_499_534_5,
    0.015_198_666_563_616_457,
    0.148_103_976_427_480_08,
    0.689_767_334_985_1,
    1.676_384_830_183_803_8,
    2.053_191_626_637_759,
    1.0,
];
const FAR_TAIL_NUMERATOR: [f64; 8] = [
    2.010_334_399_292_288_1e-7,
    2.711_555_568_743_487_6e-5,
    0.001_242_660_947_388_078_4,
    0.026_532_189_526_576_124,
    0.296_560_571_828_504_87,
    1.784_826_539_917_291_3,
    5.463_784_911_164_114,
    6.657_904_643_501_103,
];
const FAR_TAIL_DENOMINATOR: [f64; 8] = [
    2.044_263_103_389_939_7e-15,
    1.421_511_758_316_446e-7,
    1.846_318_317_510_054_8e-5,
    0.000_786_869_131_145_613_3,
    0.014_875_361_290_850_615,
    0.136_929_880_922_735_8,
    0.599_832_206_555_888,
    1.0,
];

/// Draws that a mean is made of.
const MEAN_DRAWS: u32 = 4_096;

#[cfg(test)]
mod tests;
