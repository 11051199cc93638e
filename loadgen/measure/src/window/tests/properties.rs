//! Seconds, windows and totals against a naive recomputation.

use proptest::prelude::*;

use super::*;

/// A sample, the shard it is recorded in, and whether it comes in one swap late.
type Recorded = (Sample, usize, bool);

fn recorded() -> impl Strategy<Value = Recorded> {
    let times = (0..30_000_000_u64, 0..3_000_000_u64, 1..5_000_000_u64);
    let class = prop::sample::select(Class::ALL.to_vec());
    (times, class, 0..3_u16, any::<bool>(), 0..4_usize, any::<bool>()).prop_map(
        |((intended_us, wait, took), class, what, expected, shard, late)| {
            let (sent_us, phase) = (intended_us + wait, (intended_us / 10_000_000) as u16);
            let done_us = sent_us + took;
            let first_byte_us = sent_us;
            (
                Sample {
                    phase,
                    what,
                    class,
                    expected,
                    intended_us,
                    sent_us,
                    first_byte_us,
                    done_us,
                },
                shard,
                late,
            )
        },
    )
}

/// Records in the order of ends, with a swap every 700 ms.
fn replay(samples: &[Recorded]) -> History {
    const EVERY: u64 = 700_000;
    let recorder = Recorder::new(4, 3, 3);
    let mut history = History::new(plan(3, 10_000_000), names());
    let mut left: Vec<&Recorded> = samples.iter().collect();
    let mut now = 0;
    while !left.is_empty() {
        now += EVERY;
        left.retain(|(sample, shard, late)| {
            let due = sample.done_us + if *late { EVERY } else { 0 } <= now;
            if due {
                recorder.record(*shard, sample);
            }
            !due
        });
        history.absorb(recorder.swap(), now);
    }
    history.end(now);
    history
}

/// Whether a figure is the exact one, at most HDR's error above it.
fn close(observed: u64, exact: u64) -> bool {
    observed >= exact && observed as f64 <= exact as f64 * (1.0 + PRECISION)
}

/// The exact percentile of some times.
fn exact(times: &mut [u64], thousandths: u64) -> u64 {
    times.sort_unstable();
    let rank = (times.len() as u64 * thousandths).div_ceil(100_000).max(1);
    times.get(rank as usize - 1).copied().unwrap_or(0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn totals_are_those_of_the_samples(samples in prop::collection::vec(recorded(), 0..120)) {
        let history = replay(&samples);
        for phase in [None, Some(0), Some(1), Some(2)] {
            for (what, journeys) in [(None, false), (None, true), (Some(0), false), (Some(2), false)] {
                for service in [false, true] {
                    let chosen: Vec<&Sample> = samples
                        .iter()
                        .map(|(sample, ..)| sample)
                        .filter(|sample| phase.is_none_or(|phase| sample.phase == phase))
                        .filter(|sample| what.map_or((sample.what == 2) == journeys, |what| sample.what == what))
                        .collect();
                    let time = |sample: &&Sample| if service { sample.service_us() } else { sample.response_us() };
                    let mut times: Vec<u64> = chosen.iter().map(time).collect();
                    let figures = history.figure(Selection { phase, what, journeys, service });
                    prop_assert_eq!(figures.finished, chosen.len() as u64);
                    prop_assert_eq!(figures.times.count(), chosen.len() as u64);
                    prop_assert_eq!(figures.ok, chosen.iter().filter(|sample| sample.class.is_success()).count() as u64);
                    for thousandths in [50_000, 95_000, 99_990, 100_000] {
                        let exact = exact(&mut times, u64::from(thousandths));
                        prop_assert!(close(figures.percentile(thousandths), exact));
                    }
                    prop_assert!(close(figures.max(), times.last().copied().unwrap_or(0)));
                }
            }
        }
        let due_in = |second: u32| {
            let due = samples.iter().filter(|(sample, ..)| sample.what != 2 && second_of(sample.intended_us) == second);
            let (ok, all) = due.fold((0, 0), |(ok, all), (sample, ..)| (ok + u64::from(sample.class.is_success()), all + 1));
            (all > 0).then_some((ok, all))
        };
        for second in 0..32 {
            prop_assert_eq!(history.success_of_second(second), due_in(second));
        }
        prop_assert_eq!(history.lost(), 0);
    }

    #[test]
    fn seconds_and_windows_are_those_of_the_samples(samples in prop::collection::vec(recorded(), 0..120)) {
        let history = replay(&samples);
        let requests: Vec<&Sample> = samples.iter().map(|(sample, ..)| sample).filter(|sample| sample.what != 2).collect();
        let seconds = history.seconds();
        for (at, second) in seconds.iter().enumerate() {
            prop_assert_eq!(second.second as usize, at);
            let ended: Vec<&&Sample> = requests.iter().filter(|sample| second_of(sample.done_us) == second.second).collect();
            let mut times: Vec<u64> = ended.iter().map(|sample| sample.response_us()).collect();
            prop_assert_eq!(second.finished as usize, ended.len());
            prop_assert_eq!(second.ok + second.expected_errors + second.unexpected_errors, second.finished);
            prop_assert_eq!(second.heat.iter().sum::<u32>(), second.ok);
            prop_assert_eq!(second.service_heat.iter().sum::<u32>(), second.ok);
            prop_assert!(close(second.p99_us, exact(&mut times, 99_000)));
        }
        let shown: u32 = seconds.iter().map(|second| second.finished).sum();
        prop_assert_eq!(shown as usize, requests.len());
        for figures in history.windows() {
            let from = figures.window.seconds().map_or(0, |length| (seconds.len() as u32).saturating_sub(length));
            let inside: Vec<&&Sample> = requests.iter().filter(|sample| second_of(sample.done_us) >= from).collect();
            let mut times: Vec<u64> = inside.iter().map(|sample| sample.response_us()).collect();
            let mut services: Vec<u64> = inside.iter().map(|sample| sample.service_us()).collect();
            let ok = inside.iter().filter(|sample| sample.class.is_success()).count();
            prop_assert_eq!((figures.finished as usize, figures.response_ok.count as usize), (inside.len(), ok));
            prop_assert!(close(figures.response.p95_us, exact(&mut times, 95_000)));
            prop_assert!(close(figures.service.p50_us, exact(&mut services, 50_000)));
        }
    }
}
