//! `arrivals`: stretches one after another, each of one kind.

use std::time::Duration;

use crate::{
    check::{
        Checker,
        fields::Fields,
        keys::{Place, lists::TRACE},
    },
    file::{Node, Value},
    load::Trace,
    problem::Problem,
    scenario::{Arrivals, Flow, Phase, Rate},
    units::duration_text,
};

/// Reads the entries of `arrivals`.
pub(super) fn arrivals(
    checker: &mut Checker<'_>,
    load: &Fields<'_>,
    nodes: &[&Node],
    phases: &[Phase],
) -> Vec<Arrivals> {
    if load.is_empty_list("arrivals") {
        let problem = Problem::new("bad_value", load.span("arrivals"), "a load without arrivals is none");
        checker.report(problem.help("such as `- constant: 200/s`"));
    }
    let stretches: Vec<Arrivals> = nodes.iter().filter_map(|node| stretch(checker, node)).collect();
    fit_into_timeline(checker, load, &stretches, phases);
    stretches
}

fn stretch(checker: &mut Checker<'_>, node: &Node) -> Option<Arrivals> {
    let recorded = |lasts| Arrivals {
        flow: Flow::Trace(Trace::default()),
        lasts,
    };
    if let Value::Scalar(_) = &node.value {
        return checker.word(node, "arrivals", TRACE).map(|_| recorded(None));
    }
    let fields = Fields::of(checker, node, Place::Arrivals);
    match fields.one(checker, &[])? {
        ("constant", node) => steady(checker, node, Flow::Constant),
        ("poisson", node) => steady(checker, node, Flow::Poisson),
        ("ramp", node) => {
            let fields = Fields::of(checker, node, Place::Ramp);
            let rates = two_rates(checker, &fields, "from", "to");
            let lasts = length(checker, &fields);
            let (from, to) = rates?;
            let flow = Flow::Ramp { from, to };
            Some(Arrivals { flow, lasts })
        }
        ("stairs", node) => {
            let fields = Fields::of(checker, node, Place::Stairs);
            let rates = two_rates(checker, &fields, "from", "to");
            let (lasts, steps) = (length(checker, &fields), fields.whole(checker, "steps"));
            let ((from, to), steps) = (rates?, u32::try_from(steps?).ok()?);
            let flow = Flow::Stairs { from, to, steps };
            Some(Arrivals { flow, lasts })
        }
        ("spike", node) => {
            let fields = Fields::of(checker, node, Place::Spike);
            let rates = two_rates(checker, &fields, "base", "peak");
            let lasts = length(checker, &fields);
            let (base, peak) = rates?;
            if base.0 > peak.0 {
                let problem = Problem::new("bad_value", fields.head, "`base` is above `peak`");
                checker.report(problem.help("swap them; a hole between two stretches is three entries of `constant`"));
            }
            let flow = Flow::Spike { base, peak };
            Some(Arrivals { flow, lasts })
        }
        (_, node) => {
            let fields = Fields::of(checker, node, Place::Trace);
            Some(recorded(length(checker, &fields)))
        }
    }
}

/// A rate, or a map of a rate and a length.
fn steady(checker: &mut Checker<'_>, node: &Node, flow: fn(Rate) -> Flow) -> Option<Arrivals> {
    if !matches!(node.value, Value::Map(_)) {
        let rate = checker.rate(node)?;
        return Some(Arrivals {
            flow: flow(rate),
            lasts: None,
        });
    }
    let fields = Fields::of(checker, node, Place::Constant);
    let lasts = length(checker, &fields);
    let rate = fields.get("rate").and_then(|node| checker.rate(node))?;
    Some(Arrivals {
        flow: flow(rate),
        lasts,
    })
}

/// Two rates, of which one may be nothing.
fn two_rates(checker: &mut Checker<'_>, fields: &Fields<'_>, first: &str, second: &str) -> Option<(Rate, Rate)> {
    let mut rate = |name| fields.get(name).and_then(|node| checker.rate_from_zero(node));
    let (low, high) = (rate(first), rate(second));
    let (low, high) = (low?, high?);
    if low.0.is_zero() && high.0.is_zero() {
        let problem = Problem::new(
            "bad_value",
            fields.head,
            format!("`{first}` and `{second}` are both nothing"),
        );
        checker.report(problem.help("leave the time to no entry: what none covers stays without arrivals"));
        return None;
    }
    Some((low, high))
}

fn length(checker: &mut Checker<'_>, fields: &Fields<'_>) -> Option<Duration> {
    let lasts = fields.duration(checker, "for", LONGEST_STRETCH);
    if lasts.is_some_and(|lasts| lasts.is_zero()) {
        checker.report(Problem::new(
            "bad_value",
            fields.span("for"),
            "a stretch of arrivals lasts longer than no time",
        ));
    }
    lasts
}

/// Arrivals that outlast the timeline would never come.
fn fit_into_timeline(checker: &mut Checker<'_>, load: &Fields<'_>, stretches: &[Arrivals], phases: &[Phase]) {
    let timeline: Duration = phases.iter().map(|phase| phase.lasts).sum();
    let lengths = stretches.iter().map(|stretch| stretch.lasts);
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

const LONGEST_STRETCH: Duration = Duration::from_secs(366 * 24 * 3_600);
