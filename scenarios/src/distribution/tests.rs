//! A golden table, which an independent implementation computed, and the properties of every distribution.

use proptest::prelude::*;

use super::*;

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

fn any_distribution() -> impl Strategy<Value = Distribution> {
    let cap = proptest::option::of(1_u64..100_000);
    let shapes = (0_u8..3, 1_u64..10_000, 0_u64..50_000);
    (shapes, cap).prop_map(|((kind, low, more), cap)| match kind {
        0 => fixed(low, cap),
        1 => uniform(low, low + more, cap),
        _ => lognormal(low, low + more, cap),
    })
}

proptest! {
    #[test]
    fn a_larger_draw_is_never_shorter(distribution in any_distribution(), a: u64, b: u64) {
        prop_assert!(distribution.sample(a.min(b)) <= distribution.sample(a.max(b)));
    }

    #[test]
    fn no_draw_exceeds_the_cap_or_the_longest(distribution in any_distribution(), draw: u64) {
        let sampled = distribution.sample(draw);
        prop_assert!(sampled <= distribution.longest());
        prop_assert!(distribution.cap.is_none_or(|cap| sampled <= cap));
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
