//! Durations that may be drawn: `300ms`, or a distribution with an optional cap.

use std::time::Duration;

use crate::{
    check::{Checker, fields::Fields, keys::Place},
    distribution::{Distribution, DistributionShape},
    file::{Node, Value},
    problem::Problem,
    units::duration_text,
};

impl Checker<'_> {
    /// A duration or a distribution; no value may be longer than `most` but the tail of a lognormal without a cap.
    pub(crate) fn time(&mut self, node: &Node, key: &str, most: Duration) -> Option<Distribution> {
        match &node.value {
            Value::Scalar(_) => {
                let fixed = self.duration(node, key, most)?;
                Some(Distribution {
                    shape: DistributionShape::Fixed(fixed),
                    cap: None,
                })
            }
            Value::Map(_) => distribution(self, node, most),
            Value::List(_) => None,
        }
    }
}

fn distribution(checker: &mut Checker<'_>, node: &Node, most: Duration) -> Option<Distribution> {
    let fields = Fields::of(checker, node, Place::Distribution);
    let cap = fields.duration(checker, "cap", most);
    let shape = match fields.one(checker, &["cap"])? {
        ("uniform", node) => uniform(checker, node, most)?,
        (_, node) => lognormal(checker, node, most)?,
    };
    if let (Some(cap), Some(shortest)) = (cap, shortest_of(&shape))
        && cap < shortest
    {
        let message = format!(
            "the cap of {} is below the shortest value, {}",
            duration_text(cap),
            duration_text(shortest)
        );
        checker.report(Problem::new("bad_value", fields.span("cap"), message));
        return None;
    }
    Some(Distribution { shape, cap })
}

fn uniform(checker: &mut Checker<'_>, node: &Node, most: Duration) -> Option<DistributionShape> {
    let fields = Fields::of(checker, node, Place::Uniform);
    let from = fields.duration(checker, "from", most);
    let to = fields.duration(checker, "to", most);
    let (from, to) = (from?, to?);
    if from > to {
        checker.report(Problem::new("bad_value", node.span, "`from` is longer than `to`").help("swap them"));
        return None;
    }
    Some(DistributionShape::Uniform { from, to })
}

fn lognormal(checker: &mut Checker<'_>, node: &Node, most: Duration) -> Option<DistributionShape> {
    let fields = Fields::of(checker, node, Place::Lognormal);
    let median = fields.duration(checker, "median", most);
    let p99 = fields.duration(checker, "p99", most);
    let (median, p99) = (median?, p99?);
    if median.is_zero() {
        checker.report(Problem::new(
            "bad_value",
            fields.span("median"),
            "the median of a lognormal is above zero",
        ));
        return None;
    }
    if p99 < median {
        let problem = Problem::new("bad_value", fields.span("p99"), "`p99` is shorter than `median`");
        checker.report(problem.help("99 of 100 values are shorter than p99, half are shorter than the median"));
        return None;
    }
    Some(DistributionShape::Lognormal { median, p99 })
}

/// A cap must leave something below it. A lognormal reaches down to zero, but a cap of zero would make it a fixed one.
fn shortest_of(shape: &DistributionShape) -> Option<Duration> {
    match shape {
        DistributionShape::Fixed(_) => None,
        DistributionShape::Uniform { from, .. } => Some(*from),
        DistributionShape::Lognormal { .. } => Some(Duration::from_micros(1)),
    }
}
