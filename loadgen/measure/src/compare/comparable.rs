//! What two runs must share so that a difference of their figures says anything: the load and its phases, the kind of
//! target, and numbers that can be trusted. Seeds may differ, and so may what the gateway does: that is what is compared.

use super::Run;
use crate::{
    snapshot::{PhasePlan, RunPlan},
    trust::Stamp,
    unit,
};

/// A rate that differs by less is the same: rates are printed with six decimals.
const SAME_RATE: f64 = 1e-6;

/// Why two runs cannot be compared, one sentence each; none where they can.
pub fn differences(before: &Run, after: &Run) -> Vec<String> {
    let mut found = Vec::new();
    for run in [before, after] {
        alone(run, &mut found);
    }
    let (was, is) = (&before.plan, &after.plan);
    phases(was, is, &mut found);
    rates(was, is, &mut found);
    if was.users != is.users {
        found.push(format!("users in the pool: {} and {}", was.users, is.users));
    }
    let scheme = |run: &Run| run.summary.target.split("://").next().unwrap_or_default().to_owned();
    if scheme(before) != scheme(after) {
        found.push(format!(
            "the targets are spoken to by {} and {}",
            scheme(before),
            scheme(after)
        ));
    }
    found
}

/// What speaks against a run whatever it is compared with.
fn alone(run: &Run, found: &mut Vec<String>) {
    let trust = &run.summary.trust;
    match trust.stamp {
        Stamp::Valid | Stamp::Suspect => {}
        Stamp::Invalid => found.push(format!("{} is INVALID: {}", run.name, trust.reasons.join(" "))),
    }
    if run.summary.interrupted {
        found.push(format!("{} was stopped before its planned end", run.name));
    }
}

fn phases(was: &RunPlan, is: &RunPlan, found: &mut Vec<String>) {
    let names = |plan: &RunPlan| {
        let names: Vec<&str> = plan.phases.iter().map(|phase| phase.name.as_str()).collect();
        names.join(", ")
    };
    if names(was) != names(is) {
        found.push(format!("phases: {} and {}", names(was), names(is)));
        return;
    }
    let lasts = |phase: &PhasePlan| phase.until_us.saturating_sub(phase.from_us) / 1_000;
    for (was, is) in was.phases.iter().zip(&is.phases) {
        if lasts(was) != lasts(is) {
            let (was, is, name) = (unit::span(lasts(was)), unit::span(lasts(is)), &was.name);
            found.push(format!("length of phase {name}: {was} and {is}"));
        }
    }
}

fn rates(was: &RunPlan, is: &RunPlan, found: &mut Vec<String>) {
    let pairs = was.target_per_second.iter().zip(&is.target_per_second);
    let differs = (0_usize..)
        .zip(pairs)
        .find(|(_, (was, is))| (*was - *is).abs() > SAME_RATE);
    if let Some((second, (was, is))) = differs {
        found.push(format!("arrivals from second {second}: {was}/s and {is}/s"));
    } else if was.arrivals_end_us != is.arrivals_end_us {
        let span = |plan: &RunPlan| unit::span(plan.arrivals_end_us / 1_000);
        found.push(format!("arrivals last {} and {}", span(was), span(is)));
    }
}
