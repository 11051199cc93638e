//! Which phase holds when. Time is what has passed since the timeline's start; who measures it is left to the callers.
//!
//! Invariant: phases follow one another without a gap, each from its start up to but without its end.

use std::{sync::Arc, time::Duration};

use crate::{
    scenario::{Phase, PhaseIndex, Scenario, TlsFault},
    units::duration_text,
};

/// The phases of a scenario at their places in time, stretched to the wanted length. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// Never empty.
    stretches: Arc<[Stretch]>,
    planned: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Stretch {
    name: String,
    start: Duration,
    end: Duration,
    fault: Option<ConnectionFault>,
}

/// What goes wrong with connections before there is a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionFault {
    /// Listeners closed, open connections reset at their next byte.
    Refuse,
    /// A fault of the TLS handshake.
    Tls(TlsFault),
}

impl Timeline {
    /// The name of what comes after the last phase.
    pub const AFTER: &'static str = "after";

    /// Lays out the phases of a scenario. A `length` below the file's own shrinks every phase in proportion; one above it
    /// extends the last phase.
    pub fn new(scenario: &Scenario, length: Option<Duration>) -> Self {
        let planned = scenario.phases.iter().map(|phase| phase.lasts).sum();
        let length = length.unwrap_or(planned);
        let mut from_start = Duration::ZERO;
        let mut start = Duration::ZERO;
        let mut stretches: Vec<Stretch> = Vec::with_capacity(scenario.phases.len());
        for phase in &scenario.phases {
            from_start += phase.lasts;
            // Borders are scaled, not lengths: rounding never adds up, and the last border is exactly the length.
            let end = if length < planned {
                in_proportion(from_start, length, planned)
            } else {
                from_start
            };
            stretches.push(Stretch {
                name: phase.name.clone(),
                start,
                end,
                fault: ConnectionFault::of(phase),
            });
            start = end;
        }
        stretches.last_mut().expect("a scenario has a phase").end = length;
        Self {
            stretches: stretches.into(),
            planned,
        }
    }

    /// What the first line of output says of a length that is not the file's.
    pub fn note(&self) -> Option<String> {
        let (planned, length) = (duration_text(self.planned), duration_text(self.end()));
        if self.end() < self.planned {
            return Some(format!(
                "the timeline of {planned} is shrunk to {length}, every phase in proportion"
            ));
        }
        let last = self.last();
        (self.end() > self.planned).then(|| {
            let name = &last.name;
            format!("the timeline of {planned} is extended to {length}: phase {name} lasts longer")
        })
    }

    /// The phase at a moment; past the end the index after the last phase's.
    pub fn phase_at(&self, elapsed: Duration) -> PhaseIndex {
        index(self.stretches.partition_point(|stretch| stretch.end <= elapsed))
    }

    /// A phase's name; `after` past the last.
    pub fn name(&self, phase: PhaseIndex) -> &str {
        self.stretches
            .get(usize::from(phase.0))
            .map_or(Self::AFTER, |stretch| &stretch.name)
    }

    /// The phase of a name; `after` has the index past the last.
    pub fn index_of(&self, name: &str) -> Option<PhaseIndex> {
        if name == Self::AFTER {
            return Some(self.after());
        }
        self.stretches
            .iter()
            .position(|stretch| stretch.name == name)
            .map(index)
    }

    /// Start and end of a phase, the end not included. What comes after the last phase has no end.
    pub fn bounds(&self, phase: PhaseIndex) -> (Duration, Duration) {
        let stretch = self.stretches.get(usize::from(phase.0));
        stretch.map_or_else(|| (self.end(), Duration::MAX), |stretch| (stretch.start, stretch.end))
    }

    /// Where the last phase ends.
    pub fn end(&self) -> Duration {
        self.last().end
    }

    /// What the phases of the file sum up to, before it was shrunk or extended.
    pub fn planned(&self) -> Duration {
        self.planned
    }

    /// The phases in order, without what comes after.
    pub fn phases(&self) -> impl Iterator<Item = PhaseIndex> + use<> {
        (0..self.stretches.len()).map(index)
    }

    /// The index past the last phase.
    pub fn after(&self) -> PhaseIndex {
        index(self.stretches.len())
    }

    /// Every start in order, for whoever acts at borders: each phase's, and last that of what comes after.
    pub fn starts(&self) -> impl Iterator<Item = (Duration, PhaseIndex)> + '_ {
        let phases = self
            .stretches
            .iter()
            .enumerate()
            .map(|(at, stretch)| (stretch.start, index(at)));
        phases.chain(std::iter::once((self.end(), self.after())))
    }

    /// What goes wrong with connections at a moment.
    pub fn connection_fault(&self, elapsed: Duration) -> Option<ConnectionFault> {
        self.stretches
            .get(usize::from(self.phase_at(elapsed).0))
            .and_then(|stretch| stretch.fault)
    }

    /// Whether connections are refused at a moment.
    pub fn refuses(&self, elapsed: Duration) -> bool {
        self.connection_fault(elapsed) == Some(ConnectionFault::Refuse)
    }

    fn last(&self) -> &Stretch {
        self.stretches.last().expect("a timeline has a phase")
    }
}

impl ConnectionFault {
    /// A phase that refuses connections agrees on no TLS: it has one fault at most.
    fn of(phase: &Phase) -> Option<Self> {
        phase
            .refuse
            .then_some(Self::Refuse)
            .or_else(|| phase.tls.map(Self::Tls))
    }
}

/// `part · length / whole`, rounded down to nanoseconds.
pub(crate) fn in_proportion(part: Duration, length: Duration, whole: Duration) -> Duration {
    // Each factor is at most `units::LONGEST` by the reader's limits, some 2^55 nanoseconds.
    let nanos = part.as_nanos() * length.as_nanos() / whole.as_nanos().max(1);
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

fn index(at: usize) -> PhaseIndex {
    PhaseIndex(u16::try_from(at).expect("a scenario has far fewer phases than its limit of 10,000 nodes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{phase, scenario};

    fn timeline(length: Option<u64>) -> Timeline {
        let mut outage = phase("outage", 15);
        outage.refuse = true;
        let mut brown_out = phase("brown-out", 20);
        brown_out.tls = Some(TlsFault::Stall);
        let phases = vec![phase("healthy", 30), brown_out, outage, phase("recovery", 35)];
        Timeline::new(&scenario(phases, vec![]), length.map(Duration::from_secs))
    }

    #[test]
    fn borders_are_half_open() {
        let timeline = timeline(None);
        let stalls = Some(ConnectionFault::Tls(TlsFault::Stall));
        let refuses = Some(ConnectionFault::Refuse);
        for (nanos, name, fault) in [
            (0, "healthy", None),
            (29_999_999_999, "healthy", None),
            (30_000_000_000, "brown-out", stalls),
            (49_999_999_999, "brown-out", stalls),
            (50_000_000_000, "outage", refuses),
            (64_999_999_999, "outage", refuses),
            (65_000_000_000, "recovery", None),
            (99_999_999_999, "recovery", None),
            (100_000_000_000, "after", None),
            (u64::MAX, "after", None),
        ] {
            let at = Duration::from_nanos(nanos);
            assert_eq!(timeline.name(timeline.phase_at(at)), name, "at {at:?}");
            assert_eq!(timeline.connection_fault(at), fault, "at {at:?}");
        }
        assert_eq!(timeline.phase_at(Duration::MAX), timeline.after());
    }

    #[test]
    fn another_length_shrinks_all_or_extends_the_last() {
        for (length, ends_ms, note) in [
            (None, [30_000, 50_000, 65_000, 100_000], None),
            (Some(100), [30_000, 50_000, 65_000, 100_000], None),
            (
                Some(10),
                [3_000, 5_000, 6_500, 10_000],
                Some("the timeline of 100s is shrunk to 10s, every phase in proportion"),
            ),
            (
                Some(160),
                [30_000, 50_000, 65_000, 160_000],
                Some("the timeline of 100s is extended to 160s: phase recovery lasts longer"),
            ),
        ] {
            let timeline = timeline(length);
            let ends: Vec<u128> = timeline
                .phases()
                .map(|phase| timeline.bounds(phase).1.as_millis())
                .collect();
            assert_eq!(ends, ends_ms, "{length:?}");
            assert_eq!(timeline.note().as_deref(), note, "{length:?}");
            assert_eq!(timeline.planned(), Duration::from_secs(100));
        }
    }

    #[test]
    fn a_shrunk_timeline_has_neither_gap_nor_overlap() {
        let scenario = scenario(vec![phase("a", 1), phase("b", 1), phase("c", 1)], vec![]);
        let timeline = Timeline::new(&scenario, Some(Duration::from_nanos(100)));
        let bounds: Vec<_> = timeline.phases().map(|phase| timeline.bounds(phase)).collect();
        let nanos = Duration::from_nanos;
        assert_eq!(
            bounds,
            [(nanos(0), nanos(33)), (nanos(33), nanos(66)), (nanos(66), nanos(100))]
        );
        assert_eq!(timeline.bounds(timeline.after()), (nanos(100), Duration::MAX));
    }

    #[test]
    fn starts_are_every_border_once() {
        let starts: Vec<(u64, u16)> = timeline(None)
            .starts()
            .map(|(at, phase)| (at.as_secs(), phase.0))
            .collect();
        assert_eq!(starts, [(0, 0), (30, 1), (50, 2), (65, 3), (100, 4)]);
    }

    #[test]
    fn phases_are_found_by_name() {
        let timeline = timeline(None);
        for (name, expected) in [
            ("healthy", Some(0)),
            ("recovery", Some(3)),
            ("after", Some(4)),
            ("Healthy", None),
        ] {
            assert_eq!(timeline.index_of(name), expected.map(PhaseIndex), "{name}");
        }
    }
}
