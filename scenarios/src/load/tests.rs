//! Schedules by rows and by property, amounts and journeys.

use proptest::prelude::*;

use super::*;
use crate::{
    scenario::{Arrivals, Flow, Rate, Ratio},
    testing,
    timeline::Timeline,
};

const SEED: u64 = 42;

fn rate(text: &str) -> Rate {
    Rate(text.parse().unwrap())
}

fn constant(rate: &str, seconds: Option<u64>) -> Arrivals {
    Arrivals {
        flow: Flow::Constant(self::rate(rate)),
        lasts: seconds.map(Duration::from_secs),
    }
}

fn schedule(entries: &[(&str, Option<u64>)], total_s: u64) -> Schedule {
    let arrivals = entries.iter().map(|(rate, seconds)| constant(rate, *seconds)).collect();
    Schedule::new(&testing::load(arrivals), SEED, Duration::from_secs(total_s))
}

#[test]
fn schedules_are_exact() {
    for (entries, total_s, count, last_ns) in [
        (&[("200", None)][..], 100, 20_000, Some(99_995_000_000)),
        // 1,198,799 / 333 s = 3599.996996996996… s
        (&[("333", None)], 3600, 1_198_800, Some(3_599_996_996_996)),
        (&[("0.5", None)], 5, 3, Some(4_000_000_000)),
        (&[("0.1", None)], 5, 1, Some(0)),
        (&[("3", None)], 1, 3, Some(666_666_666)),
        (&[("10", Some(2)), ("20", None)], 4, 60, Some(3_950_000_000)),
        (&[("10", None), ("20", None)], 4, 60, Some(3_950_000_000)),
        (&[("10", None), ("1", Some(9))], 4, 4, Some(3_000_000_000)),
        (&[("10", Some(1))], 4, 10, Some(900_000_000)),
        (&[("10", Some(9))], 4, 40, Some(3_900_000_000)),
        (&[], 4, 0, None),
        (&[("200", None)], 0, 0, None),
    ] {
        let schedule = schedule(entries, total_s);
        assert_eq!(schedule.count(), count, "{entries:?} over {total_s}s");
        assert_eq!(schedule.offsets().count() as u64, count, "{entries:?} over {total_s}s");
        assert_eq!(schedule.offsets().last(), last_ns, "{entries:?} over {total_s}s");
    }
}

#[test]
fn the_first_arrival_is_due_at_once_and_none_is_rounded() {
    let schedule = schedule(&[("3", None)], 2);
    let offsets: Vec<u64> = schedule.offsets().collect();
    assert_eq!(
        offsets,
        [0, 333_333_333, 666_666_666, 1_000_000_000, 1_333_333_333, 1_666_666_666]
    );
}

#[test]
fn each_second_offers_what_is_due_in_it() {
    assert_eq!(
        schedule(&[("2", Some(1)), ("0.5", None)], 5).offered_per_second(),
        [2.0, 1.0, 0.0, 1.0, 0.0]
    );
    assert_eq!(schedule(&[("200", None)], 3).offered_per_second(), [200.0; 3]);
}

#[test]
fn entries_shrink_with_the_timeline() {
    let scenario = testing::scenario(vec![testing::phase("all", 100)], vec![]);
    let load = testing::load(vec![constant("100", Some(50)), constant("10", None)]);
    let offered = |seconds| {
        let timeline = Timeline::new(&scenario, Some(Duration::from_secs(seconds)));
        Schedule::over(&load, SEED, &timeline).offered_per_second()
    };
    assert_eq!(offered(4), [100.0, 100.0, 10.0, 10.0]);
    assert_eq!(offered(100)[49..51], [100.0, 10.0]);
    assert_eq!(offered(120)[49..51], [100.0, 10.0]);
}

#[test]
fn amounts_are_whole_cents_between_both_ends() {
    let mut load = testing::load(vec![]);
    load.amount.to = "1.02".parse().unwrap();
    let mut seen = std::collections::BTreeMap::new();
    for arrival in 0..300 {
        *seen.entry(amount_of(&load, 42, arrival).to_string()).or_insert(0) += 1;
    }
    assert_eq!(seen.keys().collect::<Vec<_>>(), ["1.00", "1.01", "1.02"]);
    assert!(seen.values().all(|times| (60..140).contains(times)), "{seen:?}");
}

#[test]
fn every_arrival_has_a_journey() {
    let mut load = testing::load(vec![]);
    let third = Ratio { num: 1, den: 3 };
    load.journeys = vec![(Journey::Checkout, third); 3];
    for arrival in 0..1_000 {
        assert_eq!(journey_of(&load, 42, arrival), Journey::Checkout);
    }
}

proptest! {
    #[test]
    fn the_count_is_what_the_iterator_gives(millionths in 1_u64..3_000_000_000, total_ns in 0_u64..3_000_000_000) {
        let rate = Decimal::from_i128_with_scale(i128::from(millionths), 6);
        let load = testing::load(vec![Arrivals { flow: Flow::Constant(Rate(rate)), lasts: None }]);
        let schedule = Schedule::new(&load, SEED, Duration::from_nanos(total_ns));
        let offsets: Vec<u64> = schedule.offsets().collect();
        prop_assert_eq!(offsets.len() as u64, schedule.count());
        prop_assert!(offsets.windows(2).all(|pair| pair[0] <= pair[1]));
        prop_assert!(offsets.last().is_none_or(|last| *last < total_ns));
        for (arrival, offset) in (0_u64..).zip(&offsets) {
            prop_assert_eq!(schedule.before(*offset), arrival);
        }
    }
}

fn one(flow: Flow) -> Load {
    testing::load(vec![Arrivals { flow, lasts: None }])
}

fn ramp(from: &str, to: &str) -> Flow {
    Flow::Ramp {
        from: rate(from),
        to: rate(to),
    }
}

#[test]
fn flows_are_exact() {
    let ms = |offsets: &[u64]| offsets.iter().map(|ms| ms * 1_000_000).collect::<Vec<u64>>();
    let stairs = |from, to, steps| Flow::Stairs {
        from: rate(from),
        to: rate(to),
        steps,
    };
    let spike = |base, peak| Flow::Spike {
        base: rate(base),
        peak: rate(peak),
    };
    for (flow, total_ms, expected) in [
        // t² / 2 = i: the square roots of 0, 2, 4, 6 seconds; at 8 s² lies the fourth, but the ramp is over by then.
        (ramp("0", "2"), 2_000, vec![0, 1_414_214_000]),
        (ramp("2", "0"), 2_000, vec![0, 585_787_000]),
        (ramp("10", "10"), 300, ms(&[0, 100, 200])),
        (stairs("10", "20", 2), 400, ms(&[0, 100, 200, 250, 300, 350])),
        (stairs("0", "10", 2), 400, ms(&[200, 300])),
        (spike("10", "40"), 300, ms(&[0, 100, 125, 150, 175, 200])),
        (
            Flow::Trace(Trace::parse("0.1\n0.1\n0.25\n0.4\n").unwrap()),
            400,
            ms(&[100, 100, 250]),
        ),
    ] {
        let schedule = Schedule::new(&one(flow.clone()), SEED, Duration::from_millis(total_ms));
        assert_eq!(schedule.offsets().collect::<Vec<_>>(), expected, "{flow:?}");
        assert_eq!(schedule.count(), expected.len() as u64, "{flow:?}");
    }
}

#[test]
fn a_long_ramp_offers_its_mean_rate() {
    let schedule = Schedule::new(&one(ramp("0", "2000")), SEED, Duration::from_secs(3_600));
    assert_eq!(schedule.count(), 3_600_000);
    let offered = schedule.offered_per_second();
    // Each second holds what the integral gains in it, up to one more or less.
    for (second, gained) in [(0, 0.28), (1_800, 1_000.28), (3_599, 1_999.72)] {
        assert!(
            (offered[second] - gained).abs() <= 1.0,
            "{} in second {second}",
            offered[second]
        );
    }
    assert_eq!(offered.iter().sum::<f64>(), 3_600_000.0);
}

/// Gaps of a Poisson process are exponential: their distribution is compared by Kolmogorov and Smirnov's largest distance,
/// counts of seconds by their variance, which equals the mean.
#[test]
fn random_arrivals_are_those_of_a_poisson_process() {
    let load = one(Flow::Poisson(rate("200")));
    let schedule = Schedule::new(&load, SEED, Duration::from_secs(100));
    let offsets: Vec<u64> = schedule.offsets().collect();
    let count = offsets.len() as f64;
    assert!((count - 20_000.0).abs() < 3.0 * 20_000_f64.sqrt(), "{count} arrivals");
    assert_eq!(schedule.count(), offsets.len() as u64);
    assert_eq!(schedule.offered_per_second(), [200.0; 100]);
    let mut gaps: Vec<f64> = offsets
        .windows(2)
        .map(|pair| (pair[1] - pair[0]) as f64 / 1e9)
        .collect();
    gaps.sort_by(f64::total_cmp);
    let of = gaps.len() as f64;
    let distance = (0_u32..).zip(&gaps).map(|(at, gap)| {
        let below = 1.0 - (-200.0 * gap).exp();
        (below - f64::from(at) / of)
            .abs()
            .max((f64::from(at + 1) / of - below).abs())
    });
    let largest = distance.fold(0.0, f64::max);
    assert!(
        largest < 1.63 / of.sqrt(),
        "{largest} is more than one run in a hundred shows"
    );
    let mut seconds = [0.0_f64; 100];
    for offset in &offsets {
        seconds[usize::try_from(offset / 1_000_000_000).unwrap()] += 1.0;
    }
    let variance = seconds.iter().map(|seen| (seen - 200.0).powi(2)).sum::<f64>() / 100.0;
    assert!(
        (120.0..300.0).contains(&variance),
        "variance {variance} of counts around 200"
    );
}

#[test]
fn random_arrivals_are_the_seeds() {
    let load = one(Flow::Poisson(rate("50")));
    let offsets = |seed, seconds| {
        let schedule = Schedule::new(&load, seed, Duration::from_secs(seconds));
        schedule.offsets().collect::<Vec<u64>>()
    };
    assert_eq!(offsets(1, 10), offsets(1, 10));
    assert_ne!(offsets(1, 10), offsets(2, 10));
    // A shorter run is the beginning of a longer one.
    let (short, long) = (offsets(1, 3), offsets(1, 10));
    assert_eq!(short, long[..short.len()]);
}

proptest! {
    #[test]
    fn a_ramp_is_counted_as_it_comes(
        (from, to) in (0_u64..3_000, 1_u64..3_000),
        total_us in 1_u64..3_000_000,
    ) {
        let load = one(ramp(&from.to_string(), &to.to_string()));
        let schedule = Schedule::new(&load, SEED, Duration::from_micros(total_us));
        let offsets: Vec<u64> = schedule.offsets().collect();
        prop_assert_eq!(offsets.len() as u64, schedule.count());
        prop_assert!(offsets.windows(2).all(|pair| pair[0] <= pair[1]));
        prop_assert!(offsets.last().is_none_or(|last| *last < total_us * 1_000));
        let expected = (from + to) as f64 * total_us as f64 / 2e6;
        prop_assert!((offsets.len() as f64 - expected).abs() <= 1.0 + 1e-9, "{} of {}", offsets.len(), expected);
        for moment in [1, total_us * 300, total_us * 700] {
            let due = offsets.iter().filter(|offset| **offset < moment).count() as u64;
            prop_assert_eq!(schedule.before(moment), due);
        }
    }
}

fn some_flow() -> impl Strategy<Value = Flow> {
    let whole = |rate: u64| Rate(Decimal::from(rate));
    let offsets = proptest::collection::vec(0_u64..2_000, 1..200);
    prop_oneof![
        (1_u64..3_000_000).prop_map(|milli| Flow::Constant(Rate(Decimal::from_i128_with_scale(i128::from(milli), 3)))),
        (1_u64..500).prop_map(move |rate| Flow::Poisson(whole(rate))),
        (0_u64..500, 1_u64..500).prop_map(move |(from, to)| Flow::Ramp {
            from: whole(from),
            to: whole(to),
        }),
        (0_u64..200, 200_u64..500, 2_u32..6).prop_map(move |(from, to, steps)| Flow::Stairs {
            from: whole(from),
            to: whole(to),
            steps,
        }),
        (1_u64..200, 200_u64..500).prop_map(move |(base, peak)| Flow::Spike {
            base: whole(base),
            peak: whole(peak),
        }),
        offsets.prop_map(|mut ms| {
            ms.sort_unstable();
            let lines: Vec<String> = ms
                .iter()
                .map(|ms| format!("{}.{:03}", ms / 1_000, ms % 1_000))
                .collect();
            Flow::Trace(Trace::parse(&lines.join("\n")).unwrap())
        }),
    ]
}

proptest! {
    /// What segments are for: in however many processes, the arrivals of one, each once, each as in the whole.
    #[test]
    fn segments_have_the_arrivals_of_the_whole(
        flows in proptest::collection::vec(some_flow(), 1..3),
        of in 1_u32..6,
        seed in any::<u64>(),
        total_ms in 1_u64..2_500,
    ) {
        let load = testing::load(flows.into_iter().map(|flow| Arrivals { flow, lasts: None }).collect());
        let whole = Schedule::new(&load, seed, Duration::from_millis(total_ms));
        let of_whole = |arrival: u64, due_ns: u64| {
            (arrival, due_ns, amount_of(&load, seed, arrival), journey_of(&load, seed, arrival))
        };
        let expected: Vec<_> = (0..).zip(&whole).map(|(arrival, due_ns)| of_whole(arrival, due_ns)).collect();
        let mut union = Vec::new();
        let mut offered = 0.0;
        for segment in Segment::all(of) {
            let schedule = whole.clone().segment(segment);
            let own = union.len();
            union.extend((0..).zip(&schedule).map(|(own, due_ns)| of_whole(segment.in_whole(own), due_ns)));
            prop_assert_eq!(schedule.count(), (union.len() - own) as u64);
            offered += schedule.expected_count();
        }
        union.sort_unstable_by_key(|(arrival, ..)| *arrival);
        prop_assert_eq!(union, expected);
        prop_assert!((offered - whole.expected_count()).abs() < 1e-6 * whole.expected_count().max(1.0));
    }
}
