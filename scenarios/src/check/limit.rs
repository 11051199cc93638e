//! The gateway's own pace: `capacity`, `clock` and `triggers`.

use std::time::Duration;

use rust_decimal::Decimal;

use crate::{
    check::{
        Checker,
        fields::Fields,
        keys::{
            Place,
            lists::{FLAGS, TRIGGERS},
        },
    },
    distribution::Distribution,
    file::{Node, Value},
    problem::Problem,
    scenario::{Capacity, Clock, Overload, Triggers},
};

/// Reads `capacity`, of the file or of a phase.
pub(crate) fn capacity(checker: &mut Checker<'_>, node: &Node) -> Option<Capacity> {
    let fields = Fields::of(checker, node, Place::Capacity);
    let workers = fields.whole(checker, "workers");
    let service_time = fields
        .get("service_time")
        .and_then(|node| checker.time(node, "service_time", LONGEST_WAIT));
    if service_time.as_ref().is_some_and(serves_in_no_time) {
        let problem = Problem::new(
            "bad_value",
            fields.span("service_time"),
            "a service time of zero limits nothing",
        );
        checker.report(problem.help("such as 10ms; without a limit leave `capacity` out"));
    }
    let queue = fields.whole(checker, "queue").unwrap_or(DEFAULT_QUEUE);
    let queue_timeout = fields.duration(checker, "queue_timeout", LONGEST_WAIT);
    let overload = fields.get("overload").map(|node| overload(checker, node));
    Some(Capacity {
        workers: u32::try_from(workers?).ok()?,
        service_time: service_time?,
        queue: u32::try_from(queue).ok()?,
        queue_timeout: queue_timeout.unwrap_or(DEFAULT_TIMEOUT),
        overload: overload.unwrap_or(DEFAULT_OVERLOAD),
    })
}

fn serves_in_no_time(time: &Distribution) -> bool {
    time.longest().is_zero()
}

fn overload(checker: &mut Checker<'_>, node: &Node) -> Overload {
    let fields = Fields::of(checker, node, Place::Overload);
    let status = fields.whole(checker, "status");
    let retry_after = fields.duration(checker, "retry_after", LONGEST_RETRY_AFTER);
    Overload {
        status: status
            .and_then(|status| u16::try_from(status).ok())
            .unwrap_or(DEFAULT_OVERLOAD.status),
        retry_after_s: retry_after.map(|wait| wait.as_secs() + u64::from(wait.subsec_nanos() > 0)),
    }
}

/// Reads `clock`.
pub(crate) fn clock(checker: &mut Checker<'_>, file: &Fields<'_>) -> Clock {
    let Some(node) = file.get("clock") else {
        return Clock::default();
    };
    let fields = Fields::of(checker, node, Place::Clock);
    let speed = fields.get("speed").and_then(|node| checker.factor(node));
    Clock {
        speed: speed.unwrap_or(Decimal::ONE),
        frozen: fields.word(checker, "frozen", FLAGS) == Some("true"),
    }
}

/// Reads `triggers`.
pub(crate) fn triggers(checker: &mut Checker<'_>, file: &Fields<'_>) -> Triggers {
    let mut triggers = Triggers::default();
    let Some(node) = file.get("triggers") else {
        return triggers;
    };
    let nodes = match &node.value {
        Value::Scalar(_) => vec![node],
        Value::List(_) => file.list("triggers").unwrap_or_default(),
        Value::Map(_) => Vec::new(),
    };
    for node in nodes {
        match checker.word(node, "triggers", TRIGGERS) {
            Some("acceptance") => triggers.amounts = true,
            Some(_) => triggers.headers = true,
            None => {}
        }
    }
    triggers
}

/// As long as a reply's delay.
const LONGEST_WAIT: Duration = Duration::from_secs(600);
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(24 * 3_600);
const DEFAULT_QUEUE: u64 = 256;
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(2);
const DEFAULT_OVERLOAD: Overload = Overload {
    status: 503,
    retry_after_s: Some(1),
};
