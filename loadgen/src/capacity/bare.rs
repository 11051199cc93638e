//! A scenario without its timeline, and what a search measures, in words.

use std::{sync::Arc, thread, time::Duration};

use protocol::admin::Status;
use scenarios::{Demand, Limits, Phase, Policy, Quota, Scenario, explain};

/// The name of the one phase of a search.
const PHASE: &str = "search";

/// The phase outlasts the search by this.
const RESERVE: Duration = Duration::from_secs(600);

/// A scenario without its timeline.
#[derive(Clone, Debug)]
pub struct Bare {
    /// One phase that lasts through the whole search, in which the file's own rules, capacity, payers and limits hold.
    pub scenario: Arc<Scenario>,
    /// What was left out, one sentence each.
    pub notes: Vec<String>,
}

/// Takes the timeline out of a scenario: a search has one of its own, and a limit that holds in one phase and not in the
/// next is none. What phases say of their own is left out.
pub fn bare(scenario: &Scenario, longest: Duration) -> Bare {
    let left_out: Vec<&str> = scenario
        .phases
        .iter()
        .filter(|phase| says_something(phase))
        .map(|phase| phase.name.as_str())
        .collect();
    let mut notes = Vec::new();
    if !left_out.is_empty() {
        notes.push(format!(
            "Left out is what holds in phases alone ({}): a search has a timeline of its own.",
            left_out.join(", ")
        ));
    }
    let mut scenario = scenario.clone();
    scenario.phases = vec![Phase {
        name: PHASE.to_owned(),
        lasts: longest + RESERVE,
        refuse: false,
        tls: None,
        rules: Vec::new(),
        capacity: None,
        payers: None,
        limits: Limits::default(),
        quota: Quota::default(),
    }];
    scenario.expect.clear();
    scenario.load.demand = Demand::Arrivals(Vec::new());
    // An arrival that finds no user must show in the response times.
    scenario.load.policy = Policy::Queue;
    Bare {
        scenario: Arc::new(scenario),
        notes,
    }
}

fn says_something(phase: &Phase) -> bool {
    phase.refuse
        || phase.tls.is_some()
        || !phase.rules.is_empty()
        || phase.capacity.is_some()
        || phase.payers.is_some()
        || phase.limits != Limits::default()
        || phase.quota != Quota::default()
}

/// What the figures of a search are figures of, one sentence each. `status` is the gateway's, where its admin port is
/// known.
pub(super) fn measured(bare: &Bare, own: bool, target: &str, status: Option<&Status>) -> Vec<String> {
    let mut sentences = bare.notes.clone();
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    if own {
        sentences.push(match &bare.scenario.capacity {
            Some(capacity) => format!(
                "Measured was the capacity of the scenario ({}), played by paydrill's own gateway on this machine, together with what gateway and client add.",
                explain::capacity_in_words(capacity)
            ),
            None => format!(
                "Measured was paydrill's own gateway, which has no `capacity` here: how much this machine's {cores} cores simulate beside the load, not what any wallet serves."
            ),
        });
        return sentences;
    }
    sentences.push(match status {
        None => format!(
            "Measured was {target} as it stood, through this machine's network and client; nothing is known of what is behind it (its admin port would tell with --admin)."
        ),
        Some(Status {
            scenario,
            capacity: Some(capacity),
            ..
        }) => format!(
            "Measured was the capacity model of the gateway at {target}, which plays `{scenario}`: {} workers. It was left as it stood.",
            capacity.workers
        ),
        Some(Status {
            scenario,
            capacity: None,
            ..
        }) => format!(
            "Measured was the simulator at {target}, which plays `{scenario}` without a `capacity`: how much its machine simulates, not what any wallet serves."
        ),
    });
    sentences
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{bare, measured};
    use crate::testing::scenario;

    #[test]
    fn a_timeline_is_left_out_and_said_to_be() {
        let bare = bare(&scenario(), Duration::from_secs(60));
        assert_eq!(bare.scenario.phases.len(), 1);
        assert!(bare.scenario.phases[0].rules.is_empty());
        assert_eq!(bare.notes.len(), 1);
        assert!(bare.notes[0].contains("(faulty, outage)"), "{:?}", bare.notes);
    }

    #[test]
    fn what_was_measured_is_said_plainly() {
        let plain = bare(&scenarios::read("t", "name: t\n").unwrap(), Duration::from_secs(60));
        let text = "name: t\ncapacity: {workers: 8, service_time: 10ms}\n";
        let limited = bare(&scenarios::read("t", text).unwrap(), Duration::from_secs(60));
        for (bare, own, expected) in [
            (&plain, true, "not what any wallet serves"),
            (&limited, true, "8 workers of 10ms serve 800 calls a second"),
            (&plain, false, "as it stood"),
        ] {
            let sentences = measured(bare, own, "http://127.0.0.1:1", None);
            assert_eq!(sentences.len(), 1);
            assert!(sentences[0].contains(expected), "{sentences:?}");
        }
    }
}
