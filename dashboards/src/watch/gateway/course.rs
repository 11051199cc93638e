//! The phases as they held and will hold, on the picture's axis, out of a timeline and its legs.

use measure::snapshot::{PhasePlan, RunPlan};
use protocol::admin::{LegView, PhaseView, Standing, Timeline};

const MS_US: u64 = 1_000;
/// How far what comes after the last phase is drawn into the future.
const AHEAD_US: u64 = 1_000_000;
/// The gateway's name for what comes after the last phase.
const AFTER: &str = "after";

/// The plan of a timeline. The part of it that is past never changes; a jump changes what is to come.
pub(super) fn plan(timeline: &Timeline, target: &str) -> RunPlan {
    let phases = match timeline.legs.first() {
        None => planned(&timeline.phases),
        Some(first) => course(timeline, first.at_us),
    };
    RunPlan {
        scenario: timeline.scenario.clone(),
        seed: timeline.seed,
        target: target.to_owned(),
        arrivals_end_us: phases.last().map_or(0, |phase| phase.until_us),
        phases,
        drain_us: 0,
        target_per_second: Vec::new(),
        users: 0,
    }
}

/// Phases of a timeline that waits.
fn planned(phases: &[PhaseView]) -> Vec<PhasePlan> {
    let plan = |phase: &PhaseView| stretch(phase, phase.from_ms * MS_US, phase.until_ms * MS_US);
    phases.iter().map(plan).collect()
}

fn course(timeline: &Timeline, origin_us: u64) -> Vec<PhasePlan> {
    let mut stretches = Vec::new();
    let ends = timeline.legs.iter().skip(1).map(|leg| Some(leg.at_us)).chain([None]);
    let mut was_held = false;
    for (leg, until_us) in timeline.legs.iter().zip(ends) {
        let from_us = leg.at_us.saturating_sub(origin_us);
        let until_us = until_us.map(|at_us| at_us.saturating_sub(origin_us));
        let before = stretches.len();
        walk(timeline, leg, from_us, until_us, &mut stretches);
        if leg.held || was_held {
            join(&mut stretches, before);
        }
        was_held = leg.held;
    }
    stretches
}

/// A phase in which the timeline was held is one stretch, not three.
fn join(stretches: &mut Vec<PhasePlan>, at: usize) {
    let end = stretches.len().min(at + 1);
    if let [.., before, next] = &mut stretches[..end]
        && before.name == next.name
        && before.until_us == next.from_us
    {
        before.until_us = next.until_us;
        stretches.remove(at);
    }
}

/// The phases of one leg from `from_us` on the axis, until `until_us` where it is over.
fn walk(timeline: &Timeline, leg: &LegView, from_us: u64, until_us: Option<u64>, stretches: &mut Vec<PhasePlan>) {
    let now_us = timeline.now_us.saturating_sub(leg.at_us) + from_us;
    // What a held timeline has ahead of it moves on with the present.
    let held_us = if leg.held {
        until_us.unwrap_or(now_us) - from_us
    } else {
        0
    };
    let place = |ms: u64| match ms.checked_sub(leg.elapsed_ms) {
        None | Some(0) => from_us,
        Some(ahead_ms) => from_us + held_us + ahead_ms.saturating_mul(MS_US),
    };
    let over_us = until_us.unwrap_or(u64::MAX);
    for phase in &timeline.phases {
        let (begin, end) = (place(phase.from_ms), place(phase.until_ms).min(over_us));
        if phase.until_ms > leg.elapsed_ms && begin < end {
            stretches.push(stretch(phase, begin, end));
        }
    }
    let last_us = place(timeline.end_ms);
    let is_after = until_us.is_some() || timeline.standing == Standing::After;
    let after_us = until_us.unwrap_or_else(|| now_us.saturating_add(AHEAD_US));
    if is_after && last_us < after_us {
        stretches.push(PhasePlan {
            name: AFTER.to_owned(),
            from_us: last_us,
            until_us: after_us,
            faults: Vec::new(),
        });
    }
}

fn stretch(phase: &PhaseView, from_us: u64, until_us: u64) -> PhasePlan {
    PhasePlan {
        name: phase.name.clone(),
        from_us,
        until_us,
        faults: phase.faults.clone(),
    }
}
