//! The scenario in force: swapped, moved to a phase, held and released, reset; held callbacks released.

use std::{sync::Arc, time::Duration};

use hyper::{Response, StatusCode};
use protocol::admin::{
    ChangeSet, FORMAT, PhaseChange, PhaseEntered, Released, Reset, ResetDone, RuleChange, ScenarioChanged, TimelineHold,
};
use scenarios::Changes;

use super::{
    Admin,
    answer::{AdminError, Answered, json_of, read, text_of},
    body::Answer,
    route::Ask,
    status::EVERY_PHASE,
};
use crate::{
    acts::Act,
    clock::whole_ms,
    drill::{Moved, Swapped},
};

/// The word that confirms a reset, and the header that may carry it.
const RESET: &str = "reset";
const CONFIRM: &str = "paydrill-confirm";

/// `PUT /scenario`
pub(super) fn scenario(admin: &Admin, ask: &Ask<'_>) -> Answered {
    let name = ask.query.text("name").unwrap_or_else(|| "scenario".to_owned());
    let text = text_of(ask.body, "the scenario")?;
    // A load that was asked for another length or seed than the file's must share both with the gateway.
    let lasts = ask.query.number("for_ms").map(Duration::from_millis);
    // Loads that begin at one moment on many machines agree on it beforehand.
    let starts_in = Duration::from_millis(ask.query.number("in_ms").unwrap_or(0));
    let dry_run = ask.query.is("dry_run", "true");
    let mut read = scenarios::read(&name, text).map_err(|problems| {
        let message = "the scenario has problems; the old one stays in force";
        AdminError::bad("scenario", message, "`paydrill check FILE`").with_problems(problems)
    })?;
    read.seed = ask.query.number("seed").unwrap_or(read.seed);
    let new = read.name.clone();
    let (old, changes) = if dry_run {
        let old = admin.gateway.in_force.get();
        let changes = scenarios::changes(&old.base, &read);
        (old, changes)
    } else {
        let Swapped { old, changes } = admin.gateway.swap(Arc::new(read), lasts, starts_in);
        (old, changes)
    };
    Ok(json_of(&ScenarioChanged {
        format: FORMAT,
        old: old.scenario.name.clone(),
        new,
        unchanged: changes.is_empty(),
        dry_run,
        changes: view(changes),
    }))
}

/// A change set as it goes out.
fn view(changes: Changes) -> ChangeSet {
    let rules = changes.rules.into_iter().map(|rule| RuleChange {
        change: rule.change.word().to_owned(),
        name: rule.label,
        phase: rule.phase.unwrap_or_else(|| EVERY_PHASE.to_owned()),
    });
    let phases = changes.phases.into_iter().map(|phase| PhaseChange {
        change: phase.change.word().to_owned(),
        name: phase.name,
    });
    ChangeSet {
        rules: rules.collect(),
        phases: phases.collect(),
        other: changes.other.into_iter().map(str::to_owned).collect(),
    }
}

/// `POST /phase/{name}`
pub(super) fn phase(admin: &Admin, ask: &Ask<'_>) -> Answered {
    let name = ask.parameter.as_str();
    let in_force = &admin.gateway.in_force;
    if let Some(jump) = in_force.jump(name) {
        return Ok(json_of(&PhaseEntered {
            format: FORMAT,
            phase: name.to_owned(),
            from: jump.from,
            from_elapsed_ms: whole_ms(jump.from_elapsed),
            elapsed_ms: whole_ms(jump.elapsed),
        }));
    }
    let drill = in_force.get();
    let names: Vec<&str> = drill.scenario.phases.iter().map(|phase| phase.name.as_str()).collect();
    Err(AdminError::new(
        StatusCode::NOT_FOUND,
        "phase_unknown",
        format!("the scenario has no phase `{name}`"),
        format!("its phases are {}", names.join(", ")),
    ))
}

/// `POST /timeline/hold`
pub(super) fn hold(admin: &Admin, _ask: &Ask<'_>) -> Answered {
    let moved = admin.gateway.in_force.hold().map_err(|not_started| {
        AdminError::new(
            StatusCode::CONFLICT,
            "timeline_waiting",
            not_started.to_string(),
            "it starts with the first call; `POST /phase/{name}` starts it too",
        )
    })?;
    Ok(timeline(moved, true))
}

/// `POST /timeline/release`
pub(super) fn go_on(admin: &Admin, _ask: &Ask<'_>) -> Answered {
    Ok(timeline(admin.gateway.in_force.go_on(), false))
}

fn timeline(moved: Moved, held: bool) -> Response<Answer> {
    json_of(&TimelineHold {
        format: FORMAT,
        phase: moved.from,
        elapsed_ms: whole_ms(moved.elapsed),
        held,
        changed: moved.changed,
    })
}

/// `POST /release`
pub(super) fn release(admin: &Admin, _ask: &Ask<'_>) -> Answered {
    let released = admin.gateway.release();
    admin.gateway.in_force.note(&Act::Release(released));
    Ok(json_of(&Released {
        format: FORMAT,
        released,
    }))
}

/// `POST /reset`
pub(super) fn reset(admin: &Admin, ask: &Ask<'_>) -> Answered {
    let by_header = ask.head.headers.get(CONFIRM).is_some_and(|value| value == RESET);
    // A header is enough, but a body that comes with it must be right too.
    let confirmed = if ask.body.is_empty() {
        by_header
    } else {
        let Reset { confirm } = read(ask, r#"{"confirm":"reset"}"#)?;
        confirm == RESET
    };
    if !confirmed {
        return Err(AdminError::bad(
            "not_confirmed",
            "a reset forgets every order, payer, callback and nonce",
            r#"send the body {"confirm":"reset"} or the header `paydrill-confirm: reset`"#,
        ));
    }
    let gateway = &admin.gateway;
    gateway.in_force.lift_faults();
    gateway.in_force.go_on();
    gateway.desks.clear();
    gateway.workers.clear();
    gateway.payers.clear();
    gateway.payouts.clear();
    gateway.callbacks.clear();
    gateway.store.clear();
    gateway.nonces.clear();
    gateway.shops.clear(&gateway.in_force.get().scenario);
    gateway.fund();
    gateway.in_force.note(&Act::Reset);
    Ok(json_of(&ResetDone {
        format: FORMAT,
        reset: true,
    }))
}
