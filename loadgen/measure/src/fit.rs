//! Whether instants look as a process was planned: a Kolmogorov–Smirnov test of poisson arrivals, on the instants as they
//! were planned or, which says more, on those at which requests were really sent.
//!
//! Two properties make the process: its gaps are exponential, and given their number its instants lie evenly. Both are
//! tested. Rates must not change within the stretch.

/// How far a sample lies from what it should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// The largest distance between the sample's distribution and the planned one, 0 to 1.
    pub distance: f64,
    /// The distance that one in a hundred good samples of this size exceeds.
    pub critical: f64,
}

impl Fit {
    /// Whether nothing speaks against the sample, one good sample in a hundred excepted.
    pub fn passes(self) -> bool {
        self.distance <= self.critical
    }
}

/// The asymptotic critical value of the test at 1 %, times the root of the sample's size. Where the parameter is taken
/// from the sample, as the rate is here for gaps, the true one is smaller (Lilliefors 1969: 1.25).
const PLANNED: f64 = 1.628;
const ESTIMATED: f64 = 1.25;

/// The fewest instants that are judged: the values above are asymptotic.
pub const LEAST: usize = 100;

/// Whether gaps between instants are exponential, whatever the rate. Instants in any order, microseconds; `None` with
/// fewer than [`LEAST`].
pub fn gaps_exponential(instants_us: &[u64]) -> Option<Fit> {
    let sorted = sorted(instants_us)?;
    let mut gaps: Vec<u64> = sorted.windows(2).map(|pair| pair[1] - pair[0]).collect();
    gaps.sort_unstable();
    let mean = gaps.iter().sum::<u64>() as f64 / gaps.len() as f64;
    // Where all is at once the mean is zero, and the planned share of everything is one.
    let planned = |gap: f64| if mean > 0.0 { 1.0 - (-gap / mean).exp() } else { 1.0 };
    Some(fit(&gaps, planned, ESTIMATED))
}

/// Whether instants lie evenly over a stretch, as poisson arrivals at one rate do. Microseconds; `None` with fewer than
/// [`LEAST`].
pub fn times_even(instants_us: &[u64], from_us: u64, until_us: u64) -> Option<Fit> {
    let sorted = sorted(instants_us)?;
    let length = until_us.saturating_sub(from_us).max(1) as f64;
    let planned = |at: f64| (at - from_us as f64) / length;
    Some(fit(&sorted, planned, PLANNED))
}

fn sorted(instants_us: &[u64]) -> Option<Vec<u64>> {
    let mut sorted = instants_us.to_vec();
    sorted.sort_unstable();
    (sorted.len() >= LEAST).then_some(sorted)
}

/// `planned` is the planned distribution; below and above its range any value will do. Times are whole microseconds, so
/// both are compared half a microsecond beside each: at high rates a gap holds only some hundred of them.
fn fit(sorted_us: &[u64], planned: impl Fn(f64) -> f64, critical: f64) -> Fit {
    let n = sorted_us.len() as f64;
    let mut distance = 0.0_f64;
    let mut before = 0;
    for equal in sorted_us.chunk_by(|one, other| one == other) {
        let upto = before + equal.len();
        for (count, beside) in [(before, -0.5), (upto, 0.5)] {
            let share = planned((equal[0] as f64 + beside).max(0.0)).clamp(0.0, 1.0);
            distance = distance.max((share - count as f64 / n).abs());
        }
        before = upto;
    }
    Fit {
        distance,
        critical: critical / n.sqrt(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND_US: u64 = 1_000_000;

    /// Uniform in 0 to 1: the top bits of splitmix64, so that each seed gives the same sample for ever.
    fn uniform(state: &mut u64) -> f64 {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        (mixed >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Poisson arrivals of a mean gap over some seconds, each moved by `late`.
    fn poisson(seed: u64, gap_us: f64, seconds: u64, late: impl Fn(f64) -> f64) -> Vec<u64> {
        let mut state = seed;
        let mut at = 0.0;
        let mut instants = Vec::new();
        loop {
            at += -gap_us * (1.0 - uniform(&mut state)).ln();
            if at >= (seconds * SECOND_US) as f64 {
                return instants;
            }
            instants.push(late(at) as u64);
        }
    }

    /// Of a hundred seeds, this many must pass both tests, at least and at most.
    fn check(what: &str, sample: impl Fn(u64) -> Vec<u64>, seconds: u64, passes: std::ops::RangeInclusive<usize>) {
        let good = (0..100).filter(|seed| {
            let sample = sample(*seed);
            let gaps = gaps_exponential(&sample).expect("enough instants");
            let times = times_even(&sample, 0, seconds * SECOND_US).expect("enough instants");
            gaps.passes() && times.passes()
        });
        let count = good.count();
        assert!(passes.contains(&count), "{what}: {count} of 100 pass");
    }

    #[test]
    fn poisson_arrivals_pass() {
        check("1,000/s", |seed| poisson(seed, 1_000.0, 10, |at| at), 10, 94..=100);
        check("5,000/s", |seed| poisson(seed, 200.0, 2, |at| at), 2, 94..=100);
        check(
            "late alike",
            |seed| poisson(seed, 1_000.0, 5, |at| at + 70.0),
            5,
            94..=100,
        );
    }

    #[test]
    fn others_do_not() {
        check("constant", |_| (0..5_000).map(|at| at * 1_000).collect(), 5, 0..=0);
        let grouped = |at: f64| (at / 500.0).ceil() * 500.0;
        check("in groups", |seed| poisson(seed, 1_000.0, 5, grouped), 5, 0..=0);
        let rising = |at: f64| (at / 5e6).sqrt() * 5e6;
        check("a ramp", |seed| poisson(seed, 1_000.0, 5, rising), 5, 0..=0);
        check("at once", |_| vec![7; 200], 1, 0..=0);
    }

    #[test]
    fn a_few_are_not_judged() {
        assert_eq!(gaps_exponential(&[1; LEAST - 1]), None);
        assert_eq!(times_even(&[], 0, 1), None);
    }
}
