//! The due times of a schedule, one after another, at a pace that may change on the way.
//!
//! A pace bends the plan from a moment on: so many percent of its rate at every later moment, up to the same end. What was
//! due before is as it was. A pace of 200 % for the second half of a minute makes half as many arrivals again, numbered on.

use super::{segment::Segment, stretch::Stretch};

/// The pace of the plan, in percent.
const AS_PLANNED: u32 = 100;

/// The due times of a schedule in order, in nanoseconds from its start.
#[derive(Clone, Debug)]
pub struct Offsets<'a> {
    whole: Whole<'a>,
    /// Where it was before the last due time it gave, and that time or none at all: a change of pace may take it back.
    given: Option<(Whole<'a>, u64)>,
    /// Arrivals of the whole to pass over before the next.
    skip: usize,
    /// To pass over between one and the next.
    between: usize,
}

/// All due times, of which a segment has every n-th.
#[derive(Clone, Debug)]
struct Whole<'a> {
    /// As planned, from the one under way on.
    stretches: &'a [Stretch],
    /// The one under way, where it is not as planned.
    bent: Option<Stretch>,
    percent: u32,
    /// Number of the next arrival within the stretch under way.
    next: u64,
    /// Due time of the one before it, from the start of the stretch.
    last_ns: Option<u64>,
}

impl<'a> Offsets<'a> {
    pub(super) fn of(stretches: &'a [Stretch], segment: Segment) -> Self {
        let whole = Whole {
            stretches,
            bent: None,
            percent: AS_PLANNED,
            next: 0,
            last_ns: None,
        };
        Self {
            whole,
            given: None,
            skip: segment.skipped(),
            between: segment.step() - 1,
        }
    }

    /// From a moment on arrivals come at so many percent of the planned rate. A due time that was given already and lies
    /// behind the moment is taken back: the next one takes its place. Recorded arrivals stay where they are. Only for a
    /// schedule as a whole: what a segment passes over is given to nobody here.
    pub fn pace(&mut self, moment_ns: u64, percent: u32) {
        if let Some((before, _)) = self.given.take().filter(|(_, due_ns)| *due_ns > moment_ns) {
            self.whole = before;
        }
        self.whole.pace(moment_ns, percent);
    }
}

impl Iterator for Offsets<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        let skip = std::mem::replace(&mut self.skip, self.between);
        let before = self.whole.clone();
        let due_ns = self.whole.nth(skip);
        // Where nothing is left, a faster pace may still find something.
        self.given = Some((before, due_ns.unwrap_or(u64::MAX)));
        due_ns
    }
}

impl Iterator for Whole<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        while let Some((planned, later)) = self.stretches.split_first() {
            let stretch = self.bent.as_ref().unwrap_or(planned);
            if let Some(beyond_ns) = stretch.beyond(self.next, self.last_ns) {
                self.next += 1;
                self.last_ns = Some(beyond_ns);
                return Some(stretch.start_ns() + beyond_ns);
            }
            self.turn_to(later);
        }
        None
    }
}

impl<'a> Whole<'a> {
    fn turn_to(&mut self, stretches: &'a [Stretch]) {
        let percent = self.percent;
        let bent = stretches.first().filter(|_| percent != AS_PLANNED);
        *self = Self {
            stretches,
            bent: bent.map(|stretch| stretch.at_pace(percent)),
            percent,
            next: 0,
            last_ns: None,
        };
    }

    fn pace(&mut self, moment_ns: u64, percent: u32) {
        // A stretch that is over by the moment, and one that began since, went at the pace of before.
        while let Some((planned, later)) = self.stretches.split_first()
            && planned.end_ns() <= moment_ns
        {
            self.turn_to(later);
        }
        let before = self.bent.take();
        self.percent = percent;
        let Some(planned) = self.stretches.first() else { return };
        if planned.is_recorded() {
            self.bent = before;
        } else if planned.start_ns() > moment_ns {
            self.turn_to(self.stretches);
        } else {
            let under_way = before.as_ref().unwrap_or(planned);
            let owed = under_way.owed(moment_ns, self.next, self.last_ns);
            // Its numbers are counted from its own start, those of draws from the plan's.
            let number = under_way.number(self.next);
            self.bent = Some(planned.rest(moment_ns, number, owed).at_pace(percent));
            (self.next, self.last_ns) = (0, None);
        }
    }
}

#[cfg(test)]
mod tests;
