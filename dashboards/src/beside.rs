//! Pictures of several sources as one: a load beside the gateway it drives, and the parts of a load together. Pure.

mod sum;

use std::sync::Arc;

use measure::snapshot::{CallbackFigures, PhaseFigures, Snapshot, Subject};

pub use self::sum::sum;

/// The picture of a load that does not know its gateway's admin port, with the gateway's side out of the gateway's own
/// picture: callbacks as it counts them, workers, rules. Where the load knows them itself, or the gateway plays another
/// scenario or seed, the load's picture stays as it is. The gateway counts since its own start.
pub fn combine(load: &Arc<Snapshot>, gateway: &Arc<Snapshot>) -> Arc<Snapshot> {
    let knows = !load.rules.is_empty() || load.capacity.is_some() || load.callbacks.sent > 0;
    let of_one_run = load.subject == Subject::Load
        && gateway.subject == Subject::Gateway
        && (&load.plan.scenario, load.plan.seed) == (&gateway.plan.scenario, gateway.plan.seed);
    if knows || !of_one_run {
        return Arc::clone(load);
    }
    let injected = |name: &str| -> u64 {
        let of_phase = gateway
            .rules
            .iter()
            .filter(|rule| rule.phase == name && rule.on != "callback");
        of_phase.map(|rule| rule.decided).sum()
    };
    let names = load.plan.phases.iter().map(|phase| phase.name.as_str());
    let phases = load.phases.iter().zip(names.map(Some).chain(std::iter::repeat(None)));
    let phases: Vec<PhaseFigures> = phases
        .map(|(figures, name)| PhaseFigures {
            injected: name.map_or(0, injected),
            ..figures.clone()
        })
        .collect();
    Arc::new(Snapshot {
        callbacks: CallbackFigures {
            received: load.callbacks.received,
            bad: load.callbacks.bad,
            repeated: load.callbacks.repeated,
            ..gateway.callbacks
        },
        capacity: gateway.capacity,
        rules: gateway.rules.clone(),
        phases: Arc::new(phases),
        by_hand: load.by_hand.iter().chain(&gateway.by_hand).cloned().collect(),
        ..Snapshot::clone(load)
    })
}

#[cfg(test)]
mod tests;
