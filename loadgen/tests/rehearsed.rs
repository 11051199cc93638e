//! The shipped scenarios, rehearsed: what `paydrill rehearse NAME` prints is a picture, and each file's own expectations
//! hold. The pictures agree between builds and machines, because nothing but the seed decides.

use std::sync::Arc;

use loadgen::rehearse::{Rehearsal, Rehearsed, rehearse};
use measure::{summary::Look, verdict::Verdict};
use scenarios::{Operation, Rule, Scenario, expect::Claim, library};

const LOOK: Look = Look {
    width: 120,
    colour: false,
    ascii: true,
};

#[test]
fn shipped_scenarios_in_virtual_time() {
    for name in library::names() {
        let scenario = Arc::new(scenarios::read(name, library::get(name).unwrap().text).unwrap());
        let rehearsal = Rehearsal {
            // As the command line does it.
            prefix: format!("PD{}", scenario.seed),
            scenario: Arc::clone(&scenario),
            length: None,
            orders: None,
        };
        let rehearsed = rehearse(&rehearsal).unwrap();
        assert_eq!(
            rehearsed.summary.arrivals.unfinished, 0,
            "{name} leaves journeys unfinished"
        );
        expectations_hold(name, &scenario, &rehearsed);
        rules_hit(name, &scenario, &rehearsed);
        insta::assert_snapshot!(name, rehearsed.render(LOOK));
    }
}

fn expectations_hold(name: &str, scenario: &Scenario, rehearsed: &Rehearsed) {
    for (expectation, judged) in scenario.expect.iter().zip(&rehearsed.summary.expectations) {
        // A rehearsal keeps no books.
        let wanted = match expectation.claim {
            Claim::BooksBalance => Verdict::NotJudged,
            Claim::Compare { .. } | Claim::Recovered { .. } | Claim::CalledBack { .. } => Verdict::Met,
        };
        assert_eq!(judged.verdict, wanted, "{name}: {}", judged.text);
    }
}

/// A rule that never hits teaches nothing, unless it waits for what the load does not send.
fn rules_hit(name: &str, scenario: &Scenario, rehearsed: &Rehearsed) {
    let rules = scenario.rules.iter().filter(|rule| rule.when.case.is_none());
    for (rule, counted) in rules.zip(&rehearsed.summary.rules) {
        assert_eq!(counted.decided > 0, is_met(rule, scenario), "{name}: {}", rule.label);
    }
}

/// Whether the load's journeys can meet a rule: it speaks for the first shop and sends no header of its own.
fn is_met(rule: &Rule, scenario: &Scenario) -> bool {
    let shop = scenario.shops.first().map(|shop| shop.id);
    let mut journeys = scenario.load.journeys.iter();
    rule.on
        .is_none_or(|on| on == Operation::Callback || journeys.any(|(journey, _)| journey.operations().contains(&on)))
        && rule.when.headers.is_empty()
        && rule.when.shop.is_none_or(|named| Some(named) == shop)
}
