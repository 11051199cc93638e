//! The one time axis that ribbon, throughput, heat map, and error rows share.

use std::sync::Arc;

use measure::snapshot::{HEAT_ROWS_US, OperationSecond, RunPlan, SECONDS_KEPT, SecondFigures};

use crate::{choice::Times, moment::planned_end_us};

const SECOND_US: u64 = 1_000_000;
/// The longest stretch shown at once: what a snapshot keeps.
const LONGEST_US: u64 = SECONDS_KEPT as u64 * SECOND_US;
/// A sliding axis leaves this much of the future in sight.
const LEAD_US: u64 = LONGEST_US / 20;

/// A stretch of the run's time on a number of columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Axis {
    from_us: u64,
    until_us: u64,
    columns: usize,
}

impl Axis {
    /// The whole plan while it fits, else the latest stretch of it.
    pub(crate) fn of(plan: &RunPlan, now_us: u64, columns: usize) -> Self {
        let end_us = planned_end_us(plan).max(now_us).max(SECOND_US);
        if end_us <= LONGEST_US {
            return Self {
                from_us: 0,
                until_us: end_us,
                columns,
            };
        }
        let until_us = now_us.saturating_add(LEAD_US).clamp(LONGEST_US, end_us);
        Self {
            from_us: until_us - LONGEST_US,
            until_us,
            columns,
        }
    }

    /// How many columns there are.
    pub(crate) fn columns(&self) -> usize {
        self.columns
    }

    /// The stretch shown, in microseconds.
    pub(crate) fn span_us(&self) -> u64 {
        self.until_us - self.from_us
    }

    /// The first instant shown.
    pub(crate) fn start_us(&self) -> u64 {
        self.from_us
    }

    /// The column an instant falls into, held at both ends; `columns` is the end itself.
    pub(crate) fn column(&self, us: u64) -> usize {
        let inside = us.clamp(self.from_us, self.until_us) - self.from_us;
        let column = u128::from(inside) * self.columns as u128 / u128::from(self.span_us());
        usize::try_from(column).unwrap_or(self.columns)
    }

    /// The columns of a half-open stretch, at least one where any of it is shown.
    pub(crate) fn stretch(&self, from_us: u64, until_us: u64) -> std::ops::Range<usize> {
        if until_us <= self.from_us || from_us >= self.until_us || self.columns == 0 {
            return 0..0;
        }
        let first = self.column(from_us);
        first..self.column(until_us).max(first + 1).min(self.columns)
    }

    /// The instant at the middle of a column.
    pub(crate) fn middle_us(&self, column: usize) -> u64 {
        let inside = u128::from(self.span_us()) * (2 * column as u128 + 1) / (2 * self.columns.max(1) as u128);
        self.from_us.saturating_add(u64::try_from(inside).unwrap_or(u64::MAX))
    }

    /// The seconds, poured into the columns: several into one or one over several, none split.
    pub(crate) fn pour(&self, seconds: &[Arc<SecondFigures>], times: Times) -> Vec<Slot> {
        self.pour_of(seconds, times, None)
    }

    /// The same of one operation only, by its index among the picture's operations.
    pub(crate) fn pour_of(&self, seconds: &[Arc<SecondFigures>], times: Times, operation: Option<usize>) -> Vec<Slot> {
        let mut slots = vec![Slot::default(); self.columns];
        for second in seconds {
            let from_us = u64::from(second.second) * SECOND_US;
            if from_us < self.from_us {
                continue;
            }
            for slot in &mut slots[self.stretch(from_us, from_us + SECOND_US)] {
                slot.take(second, times, operation);
            }
        }
        slots
    }
}

/// What happened in the seconds of one column.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Slot {
    /// How many seconds are in it.
    pub(crate) seconds: u32,
    /// Arrivals due.
    pub(crate) offered: u64,
    /// Arrivals whose first step was sent.
    pub(crate) started: u64,
    /// Requests that ended.
    pub(crate) finished: u64,
    /// Of these, errors the scenario could have caused.
    pub(crate) expected: u64,
    /// Of these, other errors.
    pub(crate) unexpected: u64,
    /// Successes by row of the heat map.
    pub(crate) heat: [u64; HEAT_ROWS_US.len()],
    /// The highest median of a second; 0 without requests.
    pub(crate) p50_us: u64,
    /// The highest 99th percentile of a second; 0 without requests.
    pub(crate) p99_us: u64,
}

impl Slot {
    fn take(&mut self, second: &SecondFigures, times: Times, operation: Option<usize>) {
        self.seconds += 1;
        self.offered += u64::from(second.offered);
        self.started += u64::from(second.started);
        match operation {
            None => self.add(&Counted::of_all(second, times)),
            Some(index) => {
                let one = second.operations.iter().find(|one| usize::from(one.operation) == index);
                if let Some(one) = one {
                    self.add(&Counted::of_one(one, times));
                }
            }
        }
    }

    fn add(&mut self, more: &Counted<'_>) {
        let [finished, expected, unexpected] = more.counts;
        self.finished += u64::from(finished);
        self.expected += u64::from(expected);
        self.unexpected += u64::from(unexpected);
        for (sum, more) in self.heat.iter_mut().zip(more.heat) {
            *sum += u64::from(*more);
        }
        self.p50_us = self.p50_us.max(more.p50_us);
        self.p99_us = self.p99_us.max(more.p99_us);
    }
}

/// What a second adds to its column.
struct Counted<'a> {
    /// Finished, expected errors, unexpected errors.
    counts: [u32; 3],
    heat: &'a [u32; HEAT_ROWS_US.len()],
    p50_us: u64,
    p99_us: u64,
}

impl<'a> Counted<'a> {
    fn of_all(second: &'a SecondFigures, times: Times) -> Self {
        let (heat, p50_us, p99_us) = match times {
            Times::Response => (&second.heat, second.p50_us, second.p99_us),
            Times::Service => (&second.service_heat, second.service_p50_us, second.service_p99_us),
        };
        Self {
            counts: [second.finished, second.expected_errors, second.unexpected_errors],
            heat,
            p50_us,
            p99_us,
        }
    }

    fn of_one(one: &'a OperationSecond, times: Times) -> Self {
        let (heat, p50_us, p99_us) = match times {
            Times::Response => (&one.heat, one.p50_us, one.p99_us),
            Times::Service => (&one.service_heat, one.service_p50_us, one.service_p99_us),
        };
        Self {
            counts: [one.finished, one.expected_errors, one.unexpected_errors],
            heat,
            p50_us,
            p99_us,
        }
    }
}

/// The row of the heat map a duration falls into.
pub(crate) fn heat_row(us: u64) -> usize {
    HEAT_ROWS_US
        .iter()
        .position(|bound| us <= *bound)
        .unwrap_or(HEAT_ROWS_US.len() - 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fixture;

    #[test]
    fn a_short_run_is_shown_whole_and_a_long_one_slides() {
        let plan = fixture::plan();
        let axis = Axis::of(&plan, 0, 115);
        assert_eq!((axis.start_us(), axis.span_us()), (0, 115_000_000));
        assert_eq!(axis.column(35_000_000), 35);
        assert_eq!(axis.stretch(35_000_000, 50_000_000), 35..50);
        let long = RunPlan {
            arrivals_end_us: 7_200_000_000,
            ..plan
        };
        for (now_s, from_s) in [(0, 0), (570, 0), (1_000, 430), (7_215, 6_615)] {
            assert_eq!(
                Axis::of(&long, now_s * SECOND_US, 70).start_us(),
                from_s * SECOND_US,
                "at {now_s} s"
            );
        }
    }

    proptest! {
        /// The picture holds what the run counted: no second is lost or split, and none is doubled when they share columns.
        #[test]
        fn columns_hold_every_request(columns in 1_usize..200, counts in prop::collection::vec(0_u32..9_000, 0..115)) {
            let seconds: Vec<Arc<SecondFigures>> = counts
                .iter()
                .enumerate()
                .map(|(at, finished)| Arc::new(SecondFigures { second: u32::try_from(at).unwrap(), finished: *finished, ..SecondFigures::default() }))
                .collect();
            let poured = Axis::of(&fixture::plan(), 0, columns).pour(&seconds, Times::Response);
            prop_assert_eq!(poured.len(), columns);
            let sum: u64 = poured.iter().map(|slot| slot.finished).sum();
            let counted: u64 = counts.iter().map(|count| u64::from(*count)).sum();
            if columns <= 115 { prop_assert_eq!(sum, counted) } else { prop_assert!(sum >= counted) }
        }
    }

    /// Every request is somewhere in the picture once: in the row of its duration, or among the errors.
    #[test]
    fn heat_and_errors_add_up_to_what_ended() {
        let run = fixture::recovery();
        for times in [Times::Response, Times::Service] {
            for operation in [None, Some(0), Some(1), Some(2), Some(9)] {
                for columns in [1, 7, 70, 115, 230] {
                    for slot in Axis::of(&run.plan, run.elapsed_us, columns).pour_of(&run.seconds, times, operation) {
                        let ok: u64 = slot.heat.iter().sum();
                        assert_eq!(
                            ok + slot.expected + slot.unexpected,
                            slot.finished,
                            "{operation:?} on {columns}"
                        );
                    }
                }
            }
        }
    }

    /// Two operations share the fixture's requests; the journey made of them is counted apart.
    #[test]
    fn one_operation_is_a_part_of_all() {
        let run = fixture::recovery();
        let axis = Axis::of(&run.plan, run.elapsed_us, 70);
        let [all, first, second] = [None, Some(0), Some(1)].map(|one| axis.pour_of(&run.seconds, Times::Response, one));
        for ((all, first), second) in all.iter().zip(&first).zip(&second) {
            assert_eq!(first.finished + second.finished, all.finished);
            assert_eq!(first.seconds, all.seconds);
        }
        assert!(first.iter().any(|slot| slot.finished > 0));
    }

    #[test]
    fn rows_are_closed_at_their_upper_bound() {
        for (us, row) in [
            (0, 0),
            (1_000, 0),
            (1_001, 1),
            (50_000_000, 14),
            (50_000_001, 15),
            (u64::MAX, 15),
        ] {
            assert_eq!(heat_row(us), row, "{us} µs");
        }
    }
}
