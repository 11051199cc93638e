//! Faults put in force by hand for a while, and what operators did.

use std::time::Duration;

use hyper::StatusCode;
use protocol::admin::{FORMAT, FaultLifted, FaultList, FaultPut, FaultView};
use scenarios::read_fault;

use super::{
    Admin,
    answer::{AdminError, Answered, json_of, text_of},
    route::Ask,
};
use crate::{
    clock::whole_ms,
    drill::{FAULTS_MAX, Fault},
};

/// How long a fault is on that says nothing of it: long enough to be seen, short enough to be forgotten.
const TTL: Duration = Duration::from_secs(60);
/// Bytes of a fault: one rule, not a file.
const TEXT_MAX_BYTES: usize = 16 * 1024;
/// Characters of a fault's name.
pub(super) const NAME_MAX_CHARS: usize = 64;

/// `GET /faults`
pub(super) fn list(admin: &Admin, _ask: &Ask<'_>) -> Answered {
    let faults = admin.gateway.in_force.faults();
    Ok(json_of(&FaultList {
        format: FORMAT,
        faults: faults.iter().map(view).collect(),
    }))
}

/// `PUT /faults/{name}`
pub(super) fn put(admin: &Admin, ask: &Ask<'_>) -> Answered {
    let name = ask.parameter.as_str();
    let misnamed = name.trim().is_empty() || name.chars().any(char::is_control);
    if misnamed || name.chars().count() > NAME_MAX_CHARS {
        let help = format!("a name has 1 to {NAME_MAX_CHARS} characters, none of them a control character");
        return Err(AdminError::bad("name", "this is no name for a fault", help));
    }
    if ask.body.len() > TEXT_MAX_BYTES {
        let message = format!("the fault has {} bytes, more than {TEXT_MAX_BYTES}", ask.body.len());
        let help = "a fault is one rule; several are several faults, or a scenario";
        return Err(AdminError::bad("fault_long", message, help));
    }
    let text = text_of(ask.body, "the fault")?;
    let in_force = &admin.gateway.in_force;
    let what = read_fault(name, name, text, &in_force.get().base).map_err(|problems| {
        let help =
            "such as {on: payLink, chance: 20%, ledger: skip, reply: {status: 503}}, or refuse: true, or tls: expired";
        AdminError::bad("fault", "the fault has problems and is not put in force", help).with_problems(problems)
    })?;
    let ttl = ask.query.duration("ttl").unwrap_or(TTL);
    let (fault, replaced) = in_force.put_fault(name, text, what, ttl).map_err(|too_many| {
        let help = format!("lift one of the {FAULTS_MAX}: `DELETE /faults/{{name}}`; `GET /faults` lists them");
        AdminError::new(StatusCode::CONFLICT, "faults_full", too_many.to_string(), help)
    })?;
    Ok(json_of(&FaultPut {
        format: FORMAT,
        replaced,
        fault: view(&fault),
    }))
}

/// `DELETE /faults/{name}`
pub(super) fn lift(admin: &Admin, ask: &Ask<'_>) -> Answered {
    let name = ask.parameter.as_str();
    let lifted = admin.gateway.in_force.lift_fault(name).map_err(|names| {
        let help = match names.as_slice() {
            [] => "no fault is on".to_owned(),
            names => format!("those that are on are {}", names.join(", ")),
        };
        let message = format!("no fault `{name}` is on; it may have ended");
        AdminError::new(StatusCode::NOT_FOUND, "fault_unknown", message, help)
    })?;
    Ok(json_of(&FaultLifted {
        format: FORMAT,
        fault: view(&lifted),
    }))
}

/// `GET /acts`
pub(super) fn acts(admin: &Admin, ask: &Ask<'_>) -> Answered {
    let after = ask.query.number("after").unwrap_or(0);
    Ok(json_of(&admin.gateway.in_force.acts().page(after, ask.query.limit())))
}

fn view(fault: &Fault) -> FaultView {
    FaultView {
        name: fault.name.clone(),
        text: fault.text.clone(),
        expires_ms: whole_ms(fault.ends_wall),
        remaining_ms: whole_ms(fault.remaining()),
        hits: fault.hits(),
    }
}
