//! `load`: journeys, arrivals, amounts, policy and drain.

use std::time::Duration;

use rust_decimal::Decimal;

use crate::{
    check::{
        Checker,
        fields::Fields,
        keys::{Place, lists::POLICIES},
        payers::sums_to_whole,
    },
    file::{Node, Value},
    problem::Problem,
    scenario::{AmountRange, Arrivals, Journey, Load, Phase, Policy, Rate, Ratio},
    units::duration_text,
};

/// Reads `load`.
pub(crate) fn load(checker: &mut Checker<'_>, file: &Fields<'_>, phases: &[Phase]) -> Load {
    let default = default_load();
    let Some(node) = file.get("load") else { return default };
    let fields = Fields::of(checker, node, Place::Load);
    let journeys = fields.list("journeys").map(|nodes| journeys(checker, &fields, &nodes));
    let arrivals = fields
        .list("arrivals")
        .map(|nodes| arrivals(checker, &fields, &nodes, phases));
    let amount = fields.get("amount").and_then(|node| amount(checker, node));
    let policy = fields.word(checker, "policy", POLICIES).map(|word| match word {
        "drop" => Policy::Drop,
        _ => Policy::Queue,
    });
    Load {
        // Refused entries leave none; what else speaks of journeys is not wrong for that.
        journeys: journeys.filter(|kept| !kept.is_empty()).unwrap_or(default.journeys),
        arrivals: arrivals.unwrap_or(default.arrivals),
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
        match fields.one(checker, &[]).and_then(|(_, node)| checker.share(node)) {
            Some(share) if shares.is_empty() => shares.push((Journey::Checkout, share)),
            Some(_) => {
                checker.report(Problem::new(
                    "duplicate_name",
                    node.span,
                    "the journey `checkout` stands here twice",
                ));
            }
            None => {}
        }
    }
    let all_refused = nodes.is_empty() && !load.is_empty_list("journeys");
    if !all_refused && checker.problems.len() == before {
        let parts: Vec<Ratio> = shares.iter().map(|(_, share)| *share).collect();
        sums_to_whole(checker, "the journeys", &parts, load.span("journeys"));
    }
    shares
}

fn arrivals(checker: &mut Checker<'_>, load: &Fields<'_>, nodes: &[&Node], phases: &[Phase]) -> Vec<Arrivals> {
    if load.is_empty_list("arrivals") {
        let problem = Problem::new("bad_value", load.span("arrivals"), "a load without arrivals is none");
        checker.report(problem.help("such as `- constant: 200/s`"));
    }
    let stretches: Vec<Arrivals> = nodes
        .iter()
        .filter_map(|node| {
            let fields = Fields::of(checker, node, Place::Arrivals);
            let (_, node) = fields.one(checker, &[])?;
            constant(checker, node)
        })
        .collect();
    fit_into_timeline(checker, load, &stretches, phases);
    stretches
}

fn constant(checker: &mut Checker<'_>, node: &Node) -> Option<Arrivals> {
    if !matches!(node.value, Value::Map(_)) {
        return checker.rate(node).map(|rate| Arrivals::Constant { rate, lasts: None });
    }
    let fields = Fields::of(checker, node, Place::Constant);
    let lasts = fields.duration(checker, "for", LONGEST_STRETCH);
    if lasts.is_some_and(|lasts| lasts.is_zero()) {
        checker.report(Problem::new(
            "bad_value",
            fields.span("for"),
            "a stretch of arrivals lasts longer than no time",
        ));
    }
    let rate = fields.get("rate").and_then(|node| checker.rate(node))?;
    Some(Arrivals::Constant { rate, lasts })
}

/// Arrivals that outlast the timeline would never come.
fn fit_into_timeline(checker: &mut Checker<'_>, load: &Fields<'_>, stretches: &[Arrivals], phases: &[Phase]) {
    let timeline: Duration = phases.iter().map(|phase| phase.lasts).sum();
    let lengths = stretches.iter().map(|Arrivals::Constant { lasts, .. }| *lasts);
    let fixed: Duration = lengths.clone().flatten().sum();
    let shares_the_rest = lengths.clone().any(|lasts| lasts.is_none());
    let span = load.span("arrivals");
    if fixed > timeline {
        let message = format!(
            "the arrivals last {}, the timeline {}",
            duration_text(fixed),
            duration_text(timeline)
        );
        checker.report(Problem::new("conflict", span, message).help("make them shorter, or a phase longer"));
    } else if shares_the_rest && fixed == timeline {
        let message = format!(
            "nothing of the timeline's {} is left for the arrivals without `for`",
            duration_text(timeline)
        );
        checker.report(Problem::new("conflict", span, message));
    }
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
        arrivals: vec![Arrivals::Constant {
            rate: Rate(Decimal::from(50)),
            lasts: None,
        }],
        policy: Policy::Queue,
        amount: AmountRange {
            from: Decimal::ONE,
            to: Decimal::ONE_HUNDRED,
        },
        drain: Duration::from_secs(15),
    }
}

const LONGEST_DRAIN: Duration = Duration::from_secs(3_600);
const LONGEST_STRETCH: Duration = Duration::from_secs(366 * 24 * 3_600);
