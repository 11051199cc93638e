//! Durations that may be drawn: `300ms`, or a distribution with an optional cap.

use std::time::Duration;

use crate::{
    check::{Checker, fields::Fields, keys::Place},
    distribution::{Distribution, DistributionShape, Percentile, Percentiles},
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
        ("lognormal", node) => lognormal(checker, node, most)?,
        ("normal", node) => normal(checker, node, most)?,
        ("exponential", node) => exponential(checker, node, most)?,
        (_, node) => percentiles(checker, node, most)?,
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

fn normal(checker: &mut Checker<'_>, node: &Node, most: Duration) -> Option<DistributionShape> {
    let fields = Fields::of(checker, node, Place::Normal);
    let mean = fields.duration(checker, "mean", most);
    let deviation = fields.duration(checker, "deviation", most);
    Some(DistributionShape::Normal {
        mean: mean?,
        deviation: deviation?,
    })
}

fn exponential(checker: &mut Checker<'_>, node: &Node, most: Duration) -> Option<DistributionShape> {
    let fields = Fields::of(checker, node, Place::Exponential);
    let mean = fields.duration(checker, "mean", most)?;
    if mean.is_zero() {
        let message = "the mean of an exponential is above zero";
        checker.report(Problem::new("bad_value", fields.span("mean"), message));
        return None;
    }
    Some(DistributionShape::Exponential { mean })
}

fn percentiles(checker: &mut Checker<'_>, node: &Node, most: Duration) -> Option<DistributionShape> {
    let fields = Fields::of(checker, node, Place::Percentiles);
    let named = Percentile::ALL.map(|point| (point, fields.get(point.name).is_some()));
    let points: Vec<_> = named
        .into_iter()
        .filter(|(_, is_named)| *is_named)
        .map(|(point, _)| {
            fields
                .duration(checker, point.name, most)
                .map(|duration| (point, duration))
        })
        .collect();
    if fields.refused || fields.get("max").is_none() {
        return None;
    }
    match Percentiles::new(points.into_iter().collect::<Option<_>>()?) {
        Ok(table) => Some(DistributionShape::Percentiles(table)),
        Err([before, after]) => {
            let message = format!("`{}` is shorter than `{}`", after.name, before.name);
            let problem = Problem::new("bad_value", fields.span(after.name), message);
            let problem = problem.related(fields.span(before.name), "longer than what comes after it");
            checker.report(problem.help("percentiles rise: more values are at most p99 than p90"));
            None
        }
    }
}

/// A cap must leave something below it. A lognormal reaches down to zero, but a cap of zero would make it a fixed one.
fn shortest_of(shape: &DistributionShape) -> Option<Duration> {
    match shape {
        DistributionShape::Fixed(_) => None,
        DistributionShape::Uniform { from, .. } => Some(*from),
        DistributionShape::Lognormal { .. }
        | DistributionShape::Normal { .. }
        | DistributionShape::Exponential { .. } => Some(Duration::from_micros(1)),
        DistributionShape::Percentiles(table) => Some(table.at(0).max(Duration::from_micros(1))),
    }
}
