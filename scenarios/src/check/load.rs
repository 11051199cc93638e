//! `load`: journeys, demand, amounts, policy and drain.

mod arrivals;

use std::time::Duration;

use rust_decimal::Decimal;

use crate::{
    check::{
        Checker,
        fields::Fields,
        itineraries::itineraries,
        keys::{Place, lists::POLICIES},
        payers::sums_to_whole,
    },
    distribution::Distribution,
    file::Node,
    problem::Problem,
    scenario::{AmountRange, Arrivals, Crowd, Demand, Flow, Journey, Load, Phase, Policy, Rate, Ratio},
};

/// Reads `load`.
pub(crate) fn load(checker: &mut Checker<'_>, file: &Fields<'_>, phases: &[Phase]) -> Load {
    let default = Load {
        itineraries: itineraries(checker, file),
        ..default_load()
    };
    let Some(node) = file.get("load") else { return default };
    let fields = Fields::of(checker, node, Place::Load);
    let journeys = fields.list("journeys").map(|nodes| journeys(checker, &fields, &nodes));
    if !default.itineraries.is_empty() && fields.get("journeys").is_some() {
        let message = "journeys of one's own are played instead of the gateway's: one load drives one target";
        let problem = Problem::new("conflict", fields.span("journeys"), message);
        checker.report(problem.related(file.span("journeys"), "the file's own stand here"));
    }
    let demand = demand(checker, &fields, phases);
    let amount = fields.get("amount").and_then(|node| amount(checker, node));
    let policy = fields.word(checker, "policy", POLICIES).map(|word| match word {
        "drop" => Policy::Drop,
        _ => Policy::Queue,
    });
    Load {
        itineraries: default.itineraries,
        // Refused entries leave none; what else speaks of journeys is not wrong for that.
        journeys: journeys.filter(|kept| !kept.is_empty()).unwrap_or(default.journeys),
        demand: demand.unwrap_or(default.demand),
        policy: policy.unwrap_or(default.policy),
        amount: amount.unwrap_or(default.amount),
        drain: fields
            .duration(checker, "drain", LONGEST_DRAIN)
            .unwrap_or(default.drain),
    }
}

fn journeys(checker: &mut Checker<'_>, load: &Fields<'_>, nodes: &[&Node]) -> Vec<(Journey, Ratio)> {
    let mut shares = Vec::new();
    let before = checker.problems.len();
    for node in nodes {
        let fields = Fields::of(checker, node, Place::Journey);
        let Some((word, node)) = fields.one(checker, &[]) else {
            continue;
        };
        let (journey, share) = (Journey::of_word(word), checker.share(node));
        let (Some(journey), Some(share)) = (journey, share) else {
            continue;
        };
        if shares.iter().any(|(known, _)| *known == journey) {
            let message = format!("the journey `{word}` stands here twice");
            checker.report(Problem::new("duplicate_name", node.span, message));
        } else {
            shares.push((journey, share));
        }
    }
    let all_refused = nodes.is_empty() && !load.is_empty_list("journeys");
    if !all_refused && checker.problems.len() == before {
        let parts: Vec<Ratio> = shares.iter().map(|(_, share)| *share).collect();
        sums_to_whole(checker, "the journeys", &parts, load.span("journeys"));
    }
    shares
}

/// Arrivals, or users and what belongs to them; `None` where the file names neither.
fn demand(checker: &mut Checker<'_>, load: &Fields<'_>, phases: &[Phase]) -> Option<Demand> {
    let Some(users) = load.get("users") else {
        for of_users in ["think", "patience"].into_iter().filter(|key| load.get(key).is_some()) {
            let message = format!("`{of_users}` belongs to `users`, and there are none");
            let problem = Problem::new("conflict", load.span(of_users), message);
            checker.report(problem.help("arrivals come when they come; a crowd is `users: 50`"));
        }
        let nodes = load.list("arrivals")?;
        return Some(Demand::Arrivals(arrivals::arrivals(checker, load, &nodes, phases)));
    };
    for of_arrivals in ["arrivals", "policy"].into_iter().filter(|key| load.get(key).is_some()) {
        let message = format!("`users` and `{of_arrivals}` are alternatives");
        let problem = Problem::new("conflict", load.span(of_arrivals), message).label("this one as well");
        checker.report(problem.related(users.span, "so many users come again when they are done"));
    }
    let think = load
        .get("think")
        .and_then(|node| checker.time(node, "think", LONGEST_THOUGHT));
    let patience = load.duration(checker, "patience", LONGEST_THOUGHT);
    if patience.is_some_and(|patience| patience.is_zero()) {
        let problem = Problem::new("bad_value", load.span("patience"), "nobody waits for no time at all");
        checker.report(problem.help("such as `patience: 30s`"));
    }
    let count = load.whole(checker, "users").and_then(|count| u32::try_from(count).ok());
    Some(Demand::Users(Crowd {
        users: count.unwrap_or(1),
        think: think.unwrap_or_else(|| Distribution::fixed(Duration::ZERO)),
        patience: patience.unwrap_or(DEFAULT_PATIENCE),
    }))
}

fn amount(checker: &mut Checker<'_>, node: &Node) -> Option<AmountRange> {
    let fields = Fields::of(checker, node, Place::LoadAmount);
    let range = Fields::of(checker, fields.get("uniform")?, Place::AmountRange);
    let mut cents = |name| {
        let amount = checker.money(range.get(name)?)?;
        if amount.normalize().scale() <= 2 && !amount.is_zero() {
            return Some(amount);
        }
        let message = if amount.is_zero() {
            "an order of nothing is none"
        } else {
            "amounts of a load are whole cents"
        };
        checker.report(Problem::new("bad_value", range.span(name), message));
        None
    };
    let (from, to) = (cents("from"), cents("to"));
    let (from, to) = (from?, to?);
    if from > to {
        checker.report(Problem::new("bad_value", range.head, "`from` is larger than `to`").help("swap them"));
        return None;
    }
    Some(AmountRange { from, to })
}

fn default_load() -> Load {
    Load {
        journeys: vec![(Journey::Checkout, Ratio::ALWAYS)],
        itineraries: Vec::new(),
        demand: Demand::Arrivals(vec![Arrivals {
            flow: Flow::Constant(Rate(Decimal::from(50))),
            lasts: None,
        }]),
        policy: Policy::Queue,
        amount: AmountRange {
            from: Decimal::ONE,
            to: Decimal::ONE_HUNDRED,
        },
        drain: Duration::from_secs(15),
    }
}

const LONGEST_DRAIN: Duration = Duration::from_secs(3_600);
const LONGEST_THOUGHT: Duration = Duration::from_secs(3_600);
const DEFAULT_PATIENCE: Duration = Duration::from_secs(30);
