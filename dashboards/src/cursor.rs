//! The time cursor: one complete second that every chart and figure shows, or the present.

use std::sync::Arc;

use measure::snapshot::{RunPlan, SecondFigures};

/// A move of the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    /// So many seconds earlier.
    Earlier(u32),
    /// So many seconds later; past the last complete second it is the present again.
    Later(u32),
    /// The first second there is.
    First,
    /// The next begin of a phase, or the end of arrivals.
    NextBorder,
    /// The one before.
    PreviousBorder,
}

/// Where the cursor stands after a move; `None` is the present. Without a complete second there is nowhere to go.
pub(crate) fn moved(from: Option<u32>, step: Move, seconds: &[Arc<SecondFigures>], plan: &RunPlan) -> Option<u32> {
    let (first, last) = (seconds.first()?.second, seconds.last()?.second);
    let from = from.map(|second| second.clamp(first, last));
    match (step, from) {
        // From the present the first step is onto the last complete second.
        (Move::Earlier(count), None) => Some(last.saturating_sub(count - count.min(1)).max(first)),
        (Move::Earlier(count), Some(at)) => Some(at.saturating_sub(count).max(first)),
        (Move::Later(_) | Move::NextBorder, None) => None,
        (Move::Later(count), Some(at)) => at.checked_add(count).filter(|second| *second <= last),
        (Move::First, _) => Some(first),
        (Move::NextBorder, Some(at)) => borders(plan).find(|border| *border > at && *border <= last),
        (Move::PreviousBorder, at) => {
            let before = at.unwrap_or_else(|| last.saturating_add(1));
            borders(plan)
                .filter(|border| *border < before && *border >= first)
                .last()
                .or(Some(first))
        }
    }
}

/// The first border at or after a second.
pub(crate) fn border_from(plan: &RunPlan, second: u32) -> Option<u32> {
    borders(plan).find(|border| *border >= second)
}

/// The seconds in which phases begin, and the one in which arrivals end, in order.
fn borders(plan: &RunPlan) -> impl Iterator<Item = u32> {
    let begins = plan.phases.iter().map(|phase| phase.from_us);
    begins
        .chain([plan.arrivals_end_us])
        .filter_map(|us| u32::try_from(us / 1_000_000).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn the_cursor_stays_on_seconds_that_are_there() {
        // Seconds 0 to 34 are complete; phases begin at 0, 20 and 50.
        let run = fixture::brown_out();
        assert_eq!(run.seconds.last().map(|second| second.second), Some(34));
        for (from, step, to) in [
            (None, Move::Earlier(1), Some(34)),
            (None, Move::Earlier(10), Some(25)),
            (Some(34), Move::Earlier(1), Some(33)),
            (Some(3), Move::Earlier(10), Some(0)),
            (Some(33), Move::Later(1), Some(34)),
            (Some(34), Move::Later(1), None),
            (None, Move::Later(1), None),
            (None, Move::First, Some(0)),
            (None, Move::PreviousBorder, Some(20)),
            (Some(20), Move::PreviousBorder, Some(0)),
            (Some(0), Move::PreviousBorder, Some(0)),
            (Some(0), Move::NextBorder, Some(20)),
            (Some(20), Move::NextBorder, None),
            (None, Move::NextBorder, None),
            (Some(9_999), Move::Earlier(1), Some(33)),
        ] {
            assert_eq!(moved(from, step, &run.seconds, &run.plan), to, "{from:?} {step:?}");
        }
    }

    #[test]
    fn without_a_complete_second_there_is_only_the_present() {
        let run = fixture::starting();
        for step in [
            Move::Earlier(1),
            Move::Later(1),
            Move::First,
            Move::NextBorder,
            Move::PreviousBorder,
        ] {
            assert_eq!(moved(None, step, &run.seconds, &run.plan), None, "{step:?}");
        }
    }
}
