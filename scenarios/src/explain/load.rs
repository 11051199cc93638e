//! The load in words.

use std::fmt::{self, Write};

use crate::{
    load::Schedule,
    scenario::{Arrivals, Crowd, Demand, Flow, Rate, Scenario},
    timeline::Timeline,
    units::duration_text,
};

pub(super) fn write_load(text: &mut String, scenario: &Scenario, timeline: &Timeline) -> fmt::Result {
    let drain = duration_text(scenario.load.drain);
    let stretches = match &scenario.load.demand {
        Demand::Arrivals(stretches) => stretches,
        Demand::Users(crowd) => {
            return writeln!(text, "load: {}, then at most {drain} of drain", crowd_in_words(crowd));
        }
    };
    let entries: Vec<String> = stretches.iter().map(arrivals_in_words).collect();
    let schedule = Schedule::over(&scenario.load, scenario.seed, timeline);
    let is_counted = |stretch: &Arrivals| !matches!(stretch.flow, Flow::Poisson(_) | Flow::Trace(_));
    let count = if stretches.iter().all(is_counted) {
        schedule.count().to_string()
    } else if scenario.load.wants_trace() && schedule.expected_count() < 1.0 {
        "as many".to_owned()
    } else {
        format!("about {:.0}", schedule.expected_count())
    };
    writeln!(
        text,
        "load: {}: {count} arrivals, then at most {drain} of drain",
        entries.join(", then ")
    )
}

fn crowd_in_words(crowd: &Crowd) -> String {
    let users = match crowd.users {
        1 => "1 user who begins".to_owned(),
        users => format!("{users} users, each of whom begins"),
    };
    let think = if crowd.think.longest().is_zero() {
        "at once".to_owned()
    } else {
        format!("after {}", crowd.think.describe())
    };
    let patience = duration_text(crowd.patience);
    format!("{users} again {think} when the order is done, or without it after {patience}")
}

fn arrivals_in_words(stretch: &Arrivals) -> String {
    let rate = |rate: &Rate| format!("{}/s", rate.0.normalize());
    let flow = match &stretch.flow {
        Flow::Constant(constant) => rate(constant),
        Flow::Poisson(mean) => format!("{} at random", rate(mean)),
        Flow::Ramp { from, to } => format!("{} to {} evenly", rate(from), rate(to)),
        Flow::Stairs { from, to, steps } => format!("{} to {} in {steps} steps", rate(from), rate(to)),
        Flow::Spike { base, peak } => format!("{} with a spike of {}", rate(base), rate(peak)),
        Flow::Trace(_) => "as recorded".to_owned(),
    };
    match stretch.lasts {
        Some(lasts) => format!("{flow} for {}", duration_text(lasts)),
        None => flow,
    }
}
