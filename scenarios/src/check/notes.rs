//! What is valid and perhaps not meant: rules that depend on the order of arrival, phases that no load reaches, callbacks
//! that come after the run is over.

use std::time::Duration;

use crate::{
    check::{
        Checker,
        fields::Fields,
        rules::{RuleBook, Written},
    },
    problem::Problem,
    scenario::{CallbackFault, Clock, Demand, Load, Phase},
    units::duration_text,
};

/// What a run is made of.
pub(super) struct Run<'a> {
    pub(super) phases: &'a [Phase],
    pub(super) load: &'a Load,
    pub(super) clock: Clock,
}

/// Notes on a scenario without problems.
pub(super) fn notes(checker: &mut Checker<'_>, file: &Fields<'_>, book: &RuleBook<'_>, run: &Run<'_>) {
    for written in book.of_the_file() {
        checker.notes.extend(order_of_arrival(written));
        checker.notes.extend(outlasts_the_run(written, run));
    }
    checker.notes.extend(unreached(file, run));
}

fn order_of_arrival(written: &Written) -> Option<Problem> {
    let rule = &written.rule;
    let word = match (rule.limit, rule.when.nth) {
        (Some(_), _) => "limit",
        (None, Some(_)) => "nth",
        (None, None) => return None,
    };
    let message =
        format!("`{word}` counts in the order of arrival, so other orders meet this rule when calls come otherwise");
    let note = Problem::note("order_of_arrival", written.place, message);
    Some(note.help("everything else of a run is the same for the same seed; `paydrill rerun` repeats this as well"))
}

/// A callback that comes later than anybody looks is as good as dropped.
fn outlasts_the_run(written: &Written, run: &Run<'_>) -> Option<Problem> {
    let (word, shortest) = match written.rule.callback.as_ref()? {
        CallbackFault::Delay(delay) => ("delay", delay.sample(0)),
        CallbackFault::Stale(age) => ("stale", *age),
        CallbackFault::Drop
        | CallbackFault::Duplicate { .. }
        | CallbackFault::Reorder { .. }
        | CallbackFault::Forge(_)
        | CallbackFault::Tamper(_)
        | CallbackFault::Downgrade
        | CallbackFault::Early
        | CallbackFault::Hold
        | CallbackFault::Release { .. } => return None,
    };
    let lasts = planned(run.phases) + run.load.drain;
    let on_the_wall = wall(shortest, run.clock)?;
    if on_the_wall <= lasts {
        return None;
    }
    let message = format!(
        "`{word}` makes callbacks come after {} and more, and a run with its drain is over after {}",
        duration_text(on_the_wall),
        duration_text(lasts)
    );
    let note = Problem::note("outlasts_the_run", written.place, message);
    Some(note.help("shorten it, or let the calendar run faster: `clock: {speed: 60}`"))
}

/// How long a stretch of the calendar takes on the wall; nothing while it stands still.
fn wall(calendar: Duration, clock: Clock) -> Option<Duration> {
    use rust_decimal::prelude::ToPrimitive as _;
    if clock.frozen {
        return None;
    }
    let micros = rust_decimal::Decimal::from(u64::try_from(calendar.as_micros()).ok()?);
    (micros / clock.speed).to_u64().map(Duration::from_micros)
}

/// The load's own lengths may end before the timeline.
fn unreached(file: &Fields<'_>, run: &Run<'_>) -> Option<Problem> {
    // A crowd comes until the end.
    let Demand::Arrivals(stretches) = &run.load.demand else {
        return None;
    };
    let lengths = stretches.iter().map(|stretch| stretch.lasts);
    let loaded: Duration = lengths.collect::<Option<Vec<_>>>()?.into_iter().sum();
    let mut start = Duration::ZERO;
    for phase in run.phases {
        if start >= loaded {
            let message = format!(
                "the load ends after {}, and phase `{}` starts at {}: no call reaches it",
                duration_text(loaded),
                phase.name,
                duration_text(start)
            );
            let note = Problem::note("phase_without_load", file.span("load"), message);
            return Some(note.help("leave out the `for` of the last arrivals, or lengthen them"));
        }
        start += phase.lasts;
    }
    None
}

fn planned(phases: &[Phase]) -> Duration {
    phases.iter().map(|phase| phase.lasts).sum()
}
