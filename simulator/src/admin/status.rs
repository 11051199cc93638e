//! The gateway at a glance: status, counts, metrics.

use bytes::Bytes;
use hyper::{
    Response,
    header::{CONTENT_TYPE, HeaderValue},
};
use protocol::admin::{CallbackCounts, CapacityView, FORMAT, RuleCount, Status};
use scenarios::{Operation, RuleId, Scenario};

use super::{
    Admin,
    answer::{Answered, json_of},
    body::Answer,
    route::Ask,
};
use crate::{clock::whole_ms, drill::Drill, gateway::Gateway};

/// The phase of a rule that holds in every one.
pub(super) const EVERY_PHASE: &str = "all";
/// What a rule without `on` acts on.
const ANY: &str = "any";

/// `GET /status`
pub(super) fn answer(admin: &Admin, _ask: &Ask<'_>) -> Answered {
    Ok(json_of(&status(&admin.gateway)))
}

/// `GET /callbacks`
pub(super) fn callbacks(admin: &Admin, _ask: &Ask<'_>) -> Answered {
    Ok(json_of(&callback_counts(&admin.gateway)))
}

fn callback_counts(gateway: &Gateway) -> CallbackCounts {
    CallbackCounts {
        ack_p99_us: gateway.seconds.acknowledged_p99_us(),
        ..gateway.callbacks.counts(&gateway.store)
    }
}

/// `GET /metrics`
pub(super) fn metrics(admin: &Admin, _ask: &Ask<'_>) -> Answered {
    let gateway = &admin.gateway;
    let page = gateway.metrics.page(&status(gateway));
    let mut response = Response::new(Answer::from(Bytes::from(page)));
    let text = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, text);
    Ok(response)
}

/// Everything that changes.
pub(crate) fn status(gateway: &Gateway) -> Status {
    let drill = gateway.in_force.get();
    let (phase, elapsed) = drill.phase_now();
    let pace = gateway.calendar.pace();
    Status {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        scenario: drill.scenario.name.clone(),
        seed: drill.scenario.seed,
        phase: phase.to_owned(),
        phases: drill.scenario.phases.iter().map(|phase| phase.name.clone()).collect(),
        elapsed_ms: whole_ms(elapsed),
        held: gateway.in_force.is_held(),
        speed: pace.speed.to_string(),
        frozen: pace.frozen,
        orders: gateway.store.counts(),
        payers_pending: gateway.payers.pending(),
        payouts_pending: gateway.payouts.pending(),
        callbacks: callback_counts(gateway),
        rules: rules(&drill),
        capacity: capacity(gateway),
        connections: u64::try_from(gateway.metrics.connections.get()).unwrap_or(0),
        journal: gateway.journal.counts(),
        books: gateway.store.sums(),
    }
}

/// The capacity of this moment's phase.
fn capacity(gateway: &Gateway) -> Option<CapacityView> {
    let drill = gateway.in_force.get();
    let capacity = drill.scenario.capacity_in(drill.phase())?;
    Some(gateway.workers.view(gateway, capacity))
}

/// Each rule, in the order of the file.
fn rules(drill: &Drill) -> Vec<RuleCount> {
    let scenario = &drill.scenario;
    let count = |(index, rule): (usize, &scenarios::Rule)| {
        let id = RuleId(u16::try_from(index).expect("a rule's index fits, or it could not be named"));
        RuleCount {
            name: rule.label.clone(),
            phase: phase_of(scenario, id).to_owned(),
            on: rule.on.map_or(ANY, Operation::word).to_owned(),
            decided: drill.decided(id),
        }
    };
    scenario.rules.iter().enumerate().map(count).collect()
}

fn phase_of(scenario: &Scenario, id: RuleId) -> &str {
    let phase = scenario.phases.iter().find(|phase| phase.rules.contains(&id));
    phase.map_or(EVERY_PHASE, |phase| &phase.name)
}
