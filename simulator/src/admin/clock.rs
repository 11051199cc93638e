//! The gateway's calendar: shown, paced, moved on.

use std::time::Duration;

use protocol::admin::{Advance, Advanced, ClockChange, ClockView, FORMAT};
use scenarios::duration_text;

use super::{
    Admin,
    answer::{AdminError, Answered, json_of, read},
    route::Ask,
};
use crate::{
    acts::Act,
    clock::{Speed, whole_ms},
};

/// How far one command moves the calendar, at most: a year and a day.
const ADVANCE_MAX_MS: u64 = 366 * 24 * 3_600 * 1_000;
/// Longest speed that is quoted back.
const QUOTED: usize = 40;

/// `GET /clock`
pub(super) fn show(admin: &Admin, _ask: &Ask<'_>) -> Answered {
    let gateway = &admin.gateway;
    // One look at the wall, so that both times belong together.
    let wall = gateway.clock.wall();
    let pace = gateway.calendar.pace();
    Ok(json_of(&ClockView {
        format: FORMAT,
        wall_time_ms: whole_ms(wall),
        gateway_time_ms: whole_ms(gateway.calendar.at(wall)),
        speed: pace.speed.to_string(),
        frozen: pace.frozen,
    }))
}

/// `PUT /clock`
pub(super) fn change(admin: &Admin, ask: &Ask<'_>) -> Answered {
    let ClockChange { speed, frozen } = read(ask, r#"{"speed":"60","frozen":false}"#)?;
    let speed = speed.map(|text| Speed::parse(&text).ok_or_else(|| no_speed(&text)));
    admin.gateway.calendar.run(speed.transpose()?, frozen);
    let pace = admin.gateway.calendar.pace();
    let frozen = if pace.frozen { ", frozen" } else { "" };
    admin
        .gateway
        .in_force
        .note(&Act::Clock(format!("speed {}{frozen}", pace.speed)));
    show(admin, ask)
}

fn no_speed(text: &str) -> AdminError {
    let quoted: String = text.chars().take(QUOTED).collect();
    AdminError::bad(
        "speed",
        format!("`speed` is \"{quoted}\", which is no speed"),
        r#"a number above zero and at most 1000000 with at most six decimals, such as "60" or "0.5"; `"frozen":true` stops the calendar"#,
    )
}

/// `POST /clock/advance`
pub(super) fn advance(admin: &Admin, ask: &Ask<'_>) -> Answered {
    let Advance { by_ms } = read(ask, r#"{"by_ms":86400000}"#)?;
    if by_ms > ADVANCE_MAX_MS {
        let message = format!("`by_ms` is {by_ms}, more than {ADVANCE_MAX_MS}");
        return Err(AdminError::bad(
            "by_ms",
            message,
            "the calendar moves by at most 366 days at a time",
        ));
    }
    let by = Duration::from_millis(by_ms);
    admin.gateway.calendar.advance(by);
    admin
        .gateway
        .in_force
        .note(&Act::Clock(format!("by {}", duration_text(by))));
    let now = whole_ms(admin.gateway.calendar());
    Ok(json_of(&Advanced {
        format: FORMAT,
        gateway_time_ms: now,
    }))
}
