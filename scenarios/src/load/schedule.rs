//! The arrivals of a load over a length of time.

use std::time::Duration;

use super::{
    offsets::Offsets,
    segment::Segment,
    stretch::{NANOS_PER_SECOND, Stretch},
};
use crate::{
    scenario::{Arrivals, Load},
    timeline::{Timeline, in_proportion},
};

/// The arrivals of a load over a length of time, or a segment of them. Iterate over it for the due times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    stretches: Vec<Stretch>,
    total_ns: u64,
    segment: Segment,
}

impl Schedule {
    /// Lays the entries of a load behind one another over `total`. Entries without a length of their own share what the
    /// others leave; what lies beyond `total` is cut, and what no entry covers stays without arrivals. A crowd has no
    /// schedule. Random arrivals are those of the seed.
    pub fn new(load: &Load, seed: u64, total: Duration) -> Self {
        Self::laid_out(load, seed, total, |lasts| lasts)
    }

    /// The same over a timeline. Where it was shrunk, the entries' own lengths shrink with its phases.
    pub fn over(load: &Load, seed: u64, timeline: &Timeline) -> Self {
        let (length, planned) = (timeline.end(), timeline.planned());
        Self::laid_out(load, seed, length, |lasts| {
            if length < planned {
                in_proportion(lasts, length, planned)
            } else {
                lasts
            }
        })
    }

    fn laid_out(load: &Load, seed: u64, total: Duration, scaled: impl Fn(Duration) -> Duration) -> Self {
        let entries = load.arrivals();
        let total_ns = nanos(total);
        let own_length = |entry: &Arrivals| entry.lasts.map(|lasts| nanos(scaled(lasts)));
        let taken = entries.iter().filter_map(own_length).fold(0_u64, u64::saturating_add);
        let shared = total_ns.saturating_sub(taken);
        let sharers = entries.iter().filter(|entry| own_length(entry).is_none()).count() as u64;
        let mut sharers_before = 0;
        let mut start_ns = 0_u64;
        let mut stretches = Vec::with_capacity(entries.len());
        for (place, entry) in (1_u32..).zip(entries) {
            let length = own_length(entry).unwrap_or_else(|| {
                sharers_before += 1;
                part(shared, sharers_before, sharers) - part(shared, sharers_before - 1, sharers)
            });
            let end_ns = start_ns.saturating_add(length).min(total_ns);
            Stretch::of(&entry.flow, (seed, place), (start_ns, end_ns), &mut stretches);
            start_ns = end_ns;
        }
        Self {
            stretches,
            total_ns,
            segment: Segment::WHOLE,
        }
    }

    /// A segment of the whole: those of its arrivals, due when they are in the whole.
    #[must_use]
    pub fn segment(self, segment: Segment) -> Self {
        Self { segment, ..self }
    }

    /// How long it goes on.
    pub fn length(&self) -> Duration {
        Duration::from_nanos(self.total_ns)
    }

    /// How many arrivals there are. Random ones are counted one by one.
    pub fn count(&self) -> u64 {
        self.before(self.total_ns)
    }

    /// How many there are to be expected, without counting random ones.
    pub fn expected_count(&self) -> f64 {
        self.offered_per_second().iter().sum()
    }

    /// How many arrivals are due before a moment, in nanoseconds from the start.
    pub fn before(&self, moment_ns: u64) -> u64 {
        let of_whole = self.stretches.iter().map(|stretch| stretch.before(moment_ns));
        self.segment.share(of_whole.fold(0, u64::saturating_add))
    }

    /// The same, but of random ones as many as are expected, and of a segment its even share.
    pub fn expected_before(&self, moment_ns: u64) -> f64 {
        let of_whole = self.stretches.iter().map(|stretch| stretch.expected_before(moment_ns));
        let expected = of_whole.map(|(whole, part)| whole as f64 + part).sum::<f64>();
        expected / f64::from(self.segment.of())
    }

    /// How many arrivals are due in each second; the last may be a part of one. Of random ones as many as are expected,
    /// of a segment its even share.
    pub fn offered_per_second(&self) -> Vec<f64> {
        let seconds = self.total_ns.div_ceil(NANOS_PER_SECOND);
        let upto = |second: u64| {
            let moment_ns = second.saturating_mul(NANOS_PER_SECOND);
            self.stretches
                .iter()
                .map(|stretch| stretch.expected_before(moment_ns))
                .fold((0_u64, 0.0), |(whole, part), (more, beyond)| {
                    (whole.saturating_add(more), part + beyond)
                })
        };
        (0..seconds)
            .map(|second| {
                let ((whole, part), (whole_to, part_to)) = (upto(second), upto(second + 1));
                ((whole_to - whole) as f64 + (part_to - part)) / f64::from(self.segment.of())
            })
            .collect()
    }

    /// The due times in order, in nanoseconds from the start.
    pub fn offsets(&self) -> Offsets<'_> {
        Offsets::of(&self.stretches, self.segment)
    }

    /// Whether some of its arrivals were recorded: each has an instant of its own, which no pace changes.
    pub fn has_recorded(&self) -> bool {
        self.stretches.iter().any(Stretch::is_recorded)
    }
}

impl<'a> IntoIterator for &'a Schedule {
    type Item = u64;
    type IntoIter = Offsets<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.offsets()
    }
}

/// How much of `whole` the first `count` of `of` equal parts are.
pub(super) fn part(whole: u64, count: u64, of: u64) -> u64 {
    let parts = u128::from(whole) * u128::from(count) / u128::from(of.max(1));
    u64::try_from(parts).expect("a part of 64 bits")
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
