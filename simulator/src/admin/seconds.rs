//! What a dashboard draws over time: the last seconds, and the timeline that they belong to.

use protocol::admin::{FORMAT, LegView, PhaseView, Standing, Timeline};
use scenarios::fault_words;
use tokio::time::Instant;

use super::{
    Admin,
    answer::{Answered, json_of},
    route::Ask,
};
use crate::{
    clock::whole_ms,
    drill::{self, Drill, Leg},
    gateway::Gateway,
};

/// `GET /seconds`
pub(super) fn page(admin: &Admin, ask: &Ask<'_>) -> Answered {
    let after = ask.query.number("after").unwrap_or(0);
    Ok(json_of(&admin.gateway.seconds.page(after, ask.query.limit())))
}

/// `GET /timeline`
pub(super) fn timeline(admin: &Admin, _ask: &Ask<'_>) -> Answered {
    Ok(json_of(&view(&admin.gateway)))
}

fn view(gateway: &Gateway) -> Timeline {
    let drill = gateway.in_force.get();
    let (_, elapsed) = drill.phase_now();
    let leg = |leg: Leg| LegView {
        at_us: gateway.seconds.us(leg.at),
        elapsed_ms: whole_ms(leg.elapsed),
        held: leg.held,
    };
    Timeline {
        format: FORMAT,
        began_us: gateway.seconds.began_us(),
        now_us: gateway.seconds.us(Instant::now()),
        scenario: drill.scenario.name.clone(),
        seed: drill.scenario.seed,
        standing: standing(&drill),
        elapsed_ms: whole_ms(elapsed),
        phases: phases(&drill),
        end_ms: whole_ms(drill.timeline().end()),
        legs: drill.legs().into_iter().map(leg).collect(),
    }
}

fn standing(drill: &Drill) -> Standing {
    match drill.standing() {
        drill::Standing::Waiting => Standing::Waiting,
        drill::Standing::Running(elapsed) if elapsed < drill.timeline().end() => Standing::Running,
        drill::Standing::Running(_) => Standing::After,
    }
}

fn phases(drill: &Drill) -> Vec<PhaseView> {
    let timeline = drill.timeline();
    let phase = |phase| {
        let (from, until) = timeline.bounds(phase);
        PhaseView {
            name: timeline.name(phase).to_owned(),
            from_ms: whole_ms(from),
            until_ms: whole_ms(until),
            faults: fault_words(&drill.scenario, phase),
        }
    };
    timeline.phases().map(phase).collect()
}
