//! A golden table, which an independent implementation computed, and the properties of every distribution. Debug and
//! release builds are compared by `golden`.

use proptest::prelude::*;

use super::*;
use crate::{
    decision::Subject,
    draw::{DrawSubject, Drawn, Site, draw},
    testing::any,
};

fn lognormal(median_ms: u64, p99_ms: u64, cap_ms: Option<u64>) -> Distribution {
    let shape = DistributionShape::Lognormal {
        median: Duration::from_millis(median_ms),
        p99: Duration::from_millis(p99_ms),
    };
    Distribution {
        shape,
        cap: cap_ms.map(Duration::from_millis),
    }
}

fn uniform(from_ms: u64, to_ms: u64, cap_ms: Option<u64>) -> Distribution {
    let shape = DistributionShape::Uniform {
        from: Duration::from_millis(from_ms),
        to: Duration::from_millis(to_ms),
    };
    Distribution {
        shape,
        cap: cap_ms.map(Duration::from_millis),
    }
}

fn fixed(ms: u64, cap_ms: Option<u64>) -> Distribution {
    Distribution {
        cap: cap_ms.map(Duration::from_millis),
        ..Distribution::fixed(Duration::from_millis(ms))
    }
}

const QUARTER: u64 = 1 << 62;
const MIDDLE: u64 = 1 << 63;
/// 99 % of 2^64.
const P99: u64 = 18_262_276_632_972_456_099;

#[test]
fn samples_equal_the_golden_table() {
    let draws = [0, 1 << 60, QUARTER, MIDDLE, 3 * QUARTER, P99, u64::MAX];
    for (distribution, micros) in [
        (fixed(400, None), [400_000; 7]),
        (fixed(400, Some(300)), [300_000; 7]),
        (
            lognormal(150, 900, None),
            [269, 46_019, 89_223, 150_000, 252_176, 900_000, 83_586_926],
        ),
        (
            lognormal(150, 900, Some(2_000)),
            [269, 46_012, 89_202, 149_944, 252_000, 890_292, 2_000_000],
        ),
        (lognormal(4, 30, Some(3)), [3, 712, 1_269, 1_840, 2_398, 2_975, 3_000]),
        (lognormal(150, 150, None), [150_000; 7]),
        (lognormal(150, 150, Some(100)), [100_000; 7]),
        // Nothing to speak of lies below such a cap.
        (lognormal(10_000, 11_000, Some(1)), [1_000; 7]),
        (
            uniform(100, 300, None),
            [100_000, 112_500, 150_000, 200_000, 250_000, 298_000, 300_000],
        ),
        (
            uniform(100, 300, Some(200)),
            [100_000, 106_250, 125_000, 150_000, 175_000, 199_000, 200_000],
        ),
        (
            uniform(100, 300, Some(900)),
            [100_000, 112_500, 150_000, 200_000, 250_000, 298_000, 300_000],
        ),
        (uniform(100, 300, Some(50)), [50_000; 7]),
    ] {
        let sampled = draws.map(|draw| distribution.sample(draw).as_micros());
        assert_eq!(sampled, micros, "{}", distribution.describe());
    }
}

#[test]
fn distributions_are_described_in_words() {
    for (distribution, expected) in [
        (
            lognormal(150, 900, Some(2_000)),
            "lognormal median 150ms p99 900ms, cap 2s",
        ),
        (lognormal(2_000, 15_000, None), "lognormal median 2s p99 15s"),
        (uniform(1_000, 3_000, None), "uniform 1s to 3s"),
        (fixed(400, None), "400ms"),
    ] {
        assert_eq!(distribution.describe(), expected);
    }
}

#[test]
fn quantile_and_share_below_are_inverse() {
    for thousandth in 1..1_000 {
        let share = f64::from(thousandth) / 1_000.0;
        let back = normal_share_below(normal_quantile(share));
        assert!((back - share).abs() < 1e-14, "{share} came back as {back}");
    }
    // Far in the tail, where another polynomial holds.
    for share in [1e-20, 1e-100, 1e-300] {
        let back = normal_share_below(normal_quantile(share));
        assert!((back / share - 1.0).abs() < 1e-11, "{share} came back as {back}");
    }
}

fn normal(mean_ms: u64, deviation_ms: u64, cap_ms: Option<u64>) -> Distribution {
    let shape = DistributionShape::Normal {
        mean: Duration::from_millis(mean_ms),
        deviation: Duration::from_millis(deviation_ms),
    };
    Distribution {
        shape,
        cap: cap_ms.map(Duration::from_millis),
    }
}

fn exponential(mean_ms: u64, cap_ms: Option<u64>) -> Distribution {
    let shape = DistributionShape::Exponential {
        mean: Duration::from_millis(mean_ms),
    };
    Distribution {
        shape,
        cap: cap_ms.map(Duration::from_millis),
    }
}

// Small draws gave the cap and larger ones less, where a double holds the one's share below the cap and not the other's.
#[test]
fn a_larger_draw_is_never_shorter_where_next_to_nothing_is_below_the_cap() {
    for deviations in [30.0, 36.0, 37.0, 37.3, 37.5, 37.6, 38.0, 38.2, 38.4, 38.5, 40.0] {
        let deviation = Duration::from_secs_f64((86_400.0 - 1.0) / deviations);
        let shape = DistributionShape::Normal {
            mean: Duration::from_secs(86_400),
            deviation,
        };
        let distribution = Distribution {
            shape,
            cap: Some(Duration::from_secs(1)),
        };
        let draws = (0..64).map(|bit| 1_u64 << bit).chain([u64::MAX]);
        let sampled: Vec<Duration> = draws.map(|draw| distribution.sample(draw)).collect();
        assert!(sampled.is_sorted(), "{deviations}: {sampled:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_larger_draw_is_never_shorter(
        distribution in any::distribution(),
        mut draws in proptest::collection::vec(any_draw(), 16),
    ) {
        draws.sort_unstable();
        let sampled: Vec<Duration> = draws.iter().map(|draw| distribution.sample(*draw)).collect();
        prop_assert!(sampled.is_sorted(), "{:?}", sampled);
    }

    #[test]
    fn no_draw_exceeds_the_cap_the_longest_or_a_year(distribution in any::distribution(), draw in any_draw()) {
        let sampled = distribution.sample(draw);
        prop_assert!(sampled <= distribution.longest());
        prop_assert!(distribution.longest() <= units::LONGEST);
        prop_assert!(distribution.cap.is_none_or(|cap| distribution.longest() <= cap));
    }

    /// `[0, F(cap)]`: what a capped distribution gives is what the same one without a cap gives of the draw, scaled by the
    /// share that lies below the cap. A median of the capped one is thus no longer than that of the other.
    #[test]
    fn a_cap_maps_draws_into_the_share_below_it(distribution in any::distribution(), draw in any_draw()) {
        let Some(cap) = distribution.cap else { return Ok(()) };
        let uncapped = Distribution { cap: None, ..distribution.clone() };
        prop_assert!(distribution.sample(draw) <= uncapped.sample(draw).max(Duration::from_micros(1)));
        // Samples are rounded, so the share below a cap is known between those of its neighbours.
        let microsecond = Duration::from_micros(1);
        let shares = [cap.saturating_sub(microsecond), cap + microsecond].map(|cap| draws_below(&uncapped, cap));
        // A distribution without a way down to the cap gives the cap, and steps have no inverse.
        if shares[0] < 1 << 40 || matches!(uncapped.shape, DistributionShape::Fixed(_)) {
            return Ok(());
        }
        let [low, high] = shares.map(|share| u64::try_from((u128::from(draw) * share) >> 64).unwrap());
        // Draws are cut to 52 bits; below the lowest of those only the capped distribution tells draws apart.
        let width = u64::try_from(shares[1] >> 40).unwrap_or(u64::MAX).max(1 << 13);
        let near = |draw: u64| uncapped.sample(draw).min(cap);
        let low = low.checked_sub(width).map_or(Duration::ZERO, near);
        let high = near(high.saturating_add(width));
        let sampled = distribution.sample(draw);
        prop_assert!(
            low.saturating_sub(2 * microsecond) <= sampled && sampled <= high + 2 * microsecond,
            "{:?} between {:?} and {:?}", sampled, low, high
        );
    }

    #[test]
    fn a_table_gives_its_own_points(table in any::percentiles()) {
        for (name, share) in Percentiles::names() {
            let Some(wanted) = table.point(name) else { continue };
            let place = if name == "max" { u64::MAX } else { (share * 2_f64.powi(64)) as u64 };
            let found = table.at(place);
            // Half a microsecond for rounding, and as much of the steepest line as a double's share is off.
            let off = found.abs_diff(wanted);
            let steepest = table.at(u64::MAX).as_nanos() as f64 * 1e-10 + 1_000.0;
            prop_assert!(off.as_nanos() as f64 <= steepest, "{}: {:?}, not {:?}", name, found, wanted);
        }
    }

    #[test]
    fn median_and_p99_are_what_was_asked_for(median in 1_u64..1_000_000, more in 0_u64..10_000_000) {
        let distribution = lognormal(median, median + more, None);
        let near = |draw, wanted_ms: u64| distribution.sample(draw).abs_diff(Duration::from_millis(wanted_ms));
        let microsecond = Duration::from_micros(1);
        prop_assert!(near(MIDDLE, median) <= microsecond);
        // A double holds a duration of hours to some nanoseconds; the tail multiplies that.
        prop_assert!(near(P99, median + more) <= microsecond);
    }
}

/// Ends and middles as often as anything between them.
fn any_draw() -> impl Strategy<Value = u64> {
    prop_oneof![
        4 => any::<u64>(),
        1 => proptest::sample::select(vec![0, 1, QUARTER, MIDDLE - 1, MIDDLE, P99, u64::MAX - 1, u64::MAX]),
        1 => (0_u32..64, any::<u64>()).prop_map(|(bits, draw)| draw >> bits),
        1 => (0_u32..64, any::<u64>()).prop_map(|(bits, draw)| !(draw >> bits)),
    ]
}

/// How many of the 2^64 draws give at most this: by halving, since larger draws are never shorter.
fn draws_below(distribution: &Distribution, cap: Duration) -> u128 {
    let (mut low, mut high) = (0_u128, 1_u128 << 64);
    while low < high {
        let middle = (low + high) / 2;
        let draw = u64::try_from(middle).unwrap();
        if distribution.sample(draw) <= cap {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// The mean of 10^5 draws as they come, against the mean of the distribution: within four standard errors.
#[test]
fn means_of_keyed_draws_are_those_of_theory() {
    const DRAWS: u64 = 100_000;
    // Of a cut or capped one: mean and deviation by integration, not by what is tested.
    for (distribution, mean_us, deviation_us) in [
        (exponential(200, None), 200_000.0, 200_000.0),
        (exponential(3_600_000, None), 3.6e9, 3.6e9),
        // E = m - c / (exp(c / m) - 1), Var = m² - c² exp(c / m) / (exp(c / m) - 1)².
        (exponential(200, Some(300)), 113_834.9, 82_012.5),
        (normal(500, 50, None), 500_000.0, 50_000.0),
        // Half of them below zero: E = s / sqrt(2 pi), Var = s² (1/2 - 1 / (2 pi)).
        (normal(0, 100, None), 39_894.2, 58_381.0),
        // Below the mean alone: E = m - s sqrt(2 / pi), Var = s² (1 - 2 / pi).
        (normal(500, 50, Some(500)), 460_105.8, 30_140.5),
    ] {
        let sum_us: f64 = (1..=DRAWS)
            .map(|ordinal| {
                let subject = DrawSubject {
                    shop: 10_001,
                    operation: "payLink",
                    subject: Subject::Ordinal(ordinal),
                };
                let site = Site {
                    of: "slow",
                    what: Drawn::Delay,
                };
                distribution.sample(draw(42, &subject, 1, site)).as_nanos() as f64 / 1_000.0
            })
            .sum();
        let found_us = sum_us / DRAWS as f64;
        let error_us = 4.0 * deviation_us / (DRAWS as f64).sqrt();
        let theory = format!("{} by theory {mean_us} ± {error_us}", distribution.describe());
        assert!((found_us - mean_us).abs() <= error_us, "{found_us}: {theory}");
        assert!((micros(distribution.mean()) / mean_us - 1.0).abs() < 0.002, "{theory}");
    }
}

#[test]
fn means_are_those_of_theory() {
    let ms = Duration::from_millis;
    let drawn = |shape| Distribution { shape, cap: None };
    for (distribution, expected_us) in [
        (fixed(400, None), 400_000.0),
        (fixed(400, Some(300)), 300_000.0),
        (uniform(10, 20, None), 15_000.0),
        (uniform(10, 20, Some(15)), 12_500.0),
        // median · exp(σ²/2), with σ = ln(p99 / median) / 2.3263.
        (lognormal(4, 30, None), 5_820.8),
        (lognormal(150, 900, None), 201_798.0),
        (lognormal(150, 150, None), 150_000.0),
        (drawn(DistributionShape::Exponential { mean: ms(100) }), 100_000.0),
        (
            drawn(DistributionShape::Normal {
                mean: ms(100),
                deviation: ms(10),
            }),
            100_000.0,
        ),
    ] {
        let mean_us = distribution.mean().as_nanos() as f64 / 1_000.0;
        let off = mean_us / expected_us - 1.0;
        assert!(
            off.abs() < 0.002,
            "{distribution:?}: {mean_us}, by theory {expected_us}"
        );
    }
}
