//! The parts of a load as one: counts and heat are added up, exactly; percentiles cannot be, so that each is the worst of
//! its parts. What the parts know of one gateway is taken once.

use std::{collections::BTreeMap, sync::Arc};

use measure::snapshot::{
    CallbackFigures, ClassFigures, EVENTS_KEPT, FAILURES_KEPT, Gauges, LoadFigures, OperationFigures, OperationSecond,
    Percentiles, PhaseFigures, RuleFigures, RunPlan, SECONDS_KEPT, SecondFigures, Snapshot, Stage, WindowFigures,
};
use measure::trust::{Stamp, Trust};

/// All of them together: at least one. They have the same phases, and their seconds begin together.
pub fn sum(parts: &[Arc<Snapshot>]) -> Arc<Snapshot> {
    let (first, rest) = parts.split_first().expect("a sum has at least one part");
    if rest.is_empty() {
        return Arc::clone(first);
    }
    let one_gateway = rest.iter().all(|part| part.plan.target == first.plan.target);
    let operations = operations(parts);
    Arc::new(Snapshot {
        plan: Arc::new(plan(parts)),
        stage: stage(parts),
        elapsed_us: parts.iter().map(|part| part.elapsed_us).max().unwrap_or_default(),
        load: load(parts),
        seconds: Arc::new(seconds(parts, &operations, one_gateway)),
        windows: windows(parts),
        classes: classes(parts.iter().flat_map(|part| &part.classes)),
        phases: Arc::new(phases(parts, one_gateway)),
        callbacks: callbacks(parts.iter().map(|part| part.callbacks), one_gateway),
        capacity: parts.iter().find_map(|part| part.capacity),
        rules: rules(parts, one_gateway),
        trust: trust(parts),
        by_hand: parts.iter().flat_map(|part| part.by_hand.clone()).collect(),
        failures: Arc::new(merged(
            parts.iter().map(|part| part.failures.as_slice()),
            FAILURES_KEPT,
            |failure| failure.at_us,
            |failure, seq| failure.seq = seq,
        )),
        events: Arc::new(merged(
            parts.iter().map(|part| part.events.as_slice()),
            EVENTS_KEPT,
            |event| event.at_us,
            |event, seq| event.seq = seq,
        )),
        operations,
        ..Snapshot::clone(first)
    })
}

fn plan(parts: &[Arc<Snapshot>]) -> RunPlan {
    let plans = || parts.iter().map(|part| &part.plan);
    let longest = plans()
        .map(|plan| plan.target_per_second.len())
        .max()
        .unwrap_or_default();
    let rate = |second: usize| plans().filter_map(|plan| plan.target_per_second.get(second)).sum();
    let mut targets: Vec<&str> = plans().map(|plan| plan.target.as_str()).collect();
    targets.sort_unstable();
    targets.dedup();
    RunPlan {
        target: targets.join(", "),
        target_per_second: (0..longest).map(rate).collect(),
        users: plans().fold(0, |users: u32, plan| users.saturating_add(plan.users)),
        arrivals_end_us: plans().map(|plan| plan.arrivals_end_us).max().unwrap_or_default(),
        drain_us: plans().map(|plan| plan.drain_us).max().unwrap_or_default(),
        ..RunPlan::clone(&parts[0].plan)
    }
}

/// It starts with the first and ends with the last.
fn stage(parts: &[Arc<Snapshot>]) -> Stage {
    let any = |stage| parts.iter().any(|part| part.stage == stage);
    if any(Stage::Running) {
        Stage::Running
    } else if any(Stage::Draining) {
        Stage::Draining
    } else if any(Stage::Starting) {
        Stage::Starting
    } else {
        Stage::Ended
    }
}

fn load(parts: &[Arc<Snapshot>]) -> LoadFigures {
    parts
        .iter()
        .map(|part| part.load)
        .fold(LoadFigures::default(), |sum, load| LoadFigures {
            offered: sum.offered + load.offered,
            started: sum.started + load.started,
            dropped: sum.dropped + load.dropped,
            completed: sum.completed + load.completed,
            in_flight: sum.in_flight.saturating_add(load.in_flight),
            waiting: sum.waiting.saturating_add(load.waiting),
            lag_p99_us: sum.lag_p99_us.max(load.lag_p99_us),
            cpu_percent: sum.cpu_percent + load.cpu_percent,
        })
}

/// Only seconds that are complete in every part: half a sum would look like a dip.
fn seconds(parts: &[Arc<Snapshot>], operations: &[OperationFigures], one_gateway: bool) -> Vec<Arc<SecondFigures>> {
    let going_on = parts.iter().filter(|part| part.stage != Stage::Ended);
    let complete = going_on
        .map(|part| part.seconds.last().map_or(0, |last| last.second + 1))
        .min();
    let mut sums: BTreeMap<u32, SecondFigures> = BTreeMap::new();
    for part in parts {
        let place = |own: u16| {
            let name = &part.operations.get(usize::from(own))?.name;
            u16::try_from(operations.iter().position(|operation| operation.name == *name)?).ok()
        };
        let complete = part
            .seconds
            .iter()
            .filter(|second| complete.is_none_or(|end| second.second < end));
        for second in complete {
            let sum = sums.entry(second.second).or_insert_with(|| SecondFigures {
                second: second.second,
                ..SecondFigures::default()
            });
            add_second(sum, second, place, one_gateway);
        }
    }
    while sums.len() > SECONDS_KEPT {
        sums.pop_first();
    }
    sums.into_values().map(Arc::new).collect()
}

fn add_second(sum: &mut SecondFigures, second: &SecondFigures, place: impl Fn(u16) -> Option<u16>, one_gateway: bool) {
    for (sum, more) in [
        (&mut sum.offered, second.offered),
        (&mut sum.started, second.started),
        (&mut sum.dropped, second.dropped),
        (&mut sum.finished, second.finished),
        (&mut sum.ok, second.ok),
        (&mut sum.expected_errors, second.expected_errors),
        (&mut sum.unexpected_errors, second.unexpected_errors),
        (&mut sum.received, second.received),
    ] {
        *sum = sum.saturating_add(more);
    }
    for (worst, other) in [
        (&mut sum.p50_us, second.p50_us),
        (&mut sum.p90_us, second.p90_us),
        (&mut sum.p99_us, second.p99_us),
        (&mut sum.p999_us, second.p999_us),
        (&mut sum.max_us, second.max_us),
        (&mut sum.service_p50_us, second.service_p50_us),
        (&mut sum.service_p90_us, second.service_p90_us),
        (&mut sum.service_p99_us, second.service_p99_us),
        (&mut sum.service_p999_us, second.service_p999_us),
        (&mut sum.service_max_us, second.service_max_us),
    ] {
        *worst = (*worst).max(other);
    }
    add_heat(&mut sum.heat, &second.heat);
    add_heat(&mut sum.service_heat, &second.service_heat);
    let errors = classes(sum.errors.iter().chain(&second.errors));
    sum.errors = errors;
    sum.errors.sort_by_key(|error| (error.class, error.expected));
    for operation in &second.operations {
        if let Some(place) = place(operation.operation) {
            add_operation(&mut sum.operations, place, operation);
        }
    }
    sum.gauges = Gauges {
        in_flight: sum.gauges.in_flight.saturating_add(second.gauges.in_flight),
        waiting: sum.gauges.waiting.saturating_add(second.gauges.waiting),
        callbacks: callbacks([sum.gauges.callbacks, second.gauges.callbacks].into_iter(), one_gateway),
        capacity: sum.gauges.capacity.or(second.gauges.capacity),
        decided: once(sum.gauges.decided, second.gauges.decided, one_gateway),
    };
}

fn add_operation(sums: &mut Vec<OperationSecond>, place: u16, second: &OperationSecond) {
    let at = sums.partition_point(|sum| sum.operation < place);
    if sums.get(at).is_none_or(|sum| sum.operation != place) {
        let empty = OperationSecond {
            operation: place,
            ..OperationSecond::default()
        };
        sums.insert(at, empty);
    }
    let sum = &mut sums[at];
    sum.finished = sum.finished.saturating_add(second.finished);
    sum.ok = sum.ok.saturating_add(second.ok);
    sum.expected_errors = sum.expected_errors.saturating_add(second.expected_errors);
    sum.unexpected_errors = sum.unexpected_errors.saturating_add(second.unexpected_errors);
    sum.p50_us = sum.p50_us.max(second.p50_us);
    sum.p99_us = sum.p99_us.max(second.p99_us);
    sum.service_p50_us = sum.service_p50_us.max(second.service_p50_us);
    sum.service_p99_us = sum.service_p99_us.max(second.service_p99_us);
    add_heat(&mut sum.heat, &second.heat);
    add_heat(&mut sum.service_heat, &second.service_heat);
}

fn add_heat<const N: usize>(sum: &mut [u32; N], more: &[u32; N]) {
    for (sum, more) in sum.iter_mut().zip(more) {
        *sum = sum.saturating_add(*more);
    }
}

fn windows(parts: &[Arc<Snapshot>]) -> Vec<WindowFigures> {
    let sum_of = |first: &WindowFigures| {
        let same = parts.iter().flat_map(|part| &part.windows);
        let same: Vec<&WindowFigures> = same.filter(|other| other.window == first.window).collect();
        let finished: u64 = same.iter().map(|window| window.finished).sum();
        let ok: f64 = same.iter().map(|window| window.success * window.finished as f64).sum();
        WindowFigures {
            window: first.window,
            finished,
            per_second: same.iter().map(|window| window.per_second).sum(),
            success: if finished == 0 { 1.0 } else { ok / finished as f64 },
            response: worst(same.iter().map(|window| window.response)),
            response_ok: worst(same.iter().map(|window| window.response_ok)),
            service: worst(same.iter().map(|window| window.service)),
        }
    };
    parts[0].windows.iter().map(sum_of).collect()
}

/// Each percentile is the worst of the parts'; the count is that of all.
fn worst(parts: impl Iterator<Item = Percentiles>) -> Percentiles {
    parts.fold(Percentiles::default(), |worst, part| Percentiles {
        count: worst.count + part.count,
        p50_us: worst.p50_us.max(part.p50_us),
        p90_us: worst.p90_us.max(part.p90_us),
        p95_us: worst.p95_us.max(part.p95_us),
        p99_us: worst.p99_us.max(part.p99_us),
        p999_us: worst.p999_us.max(part.p999_us),
        max_us: worst.max_us.max(part.max_us),
    })
}

/// Most frequent first.
fn classes<'a>(parts: impl Iterator<Item = &'a ClassFigures>) -> Vec<ClassFigures> {
    let mut sums: BTreeMap<_, u64> = BTreeMap::new();
    for part in parts {
        *sums.entry((part.class, part.expected)).or_default() += part.count;
    }
    let mut sums: Vec<ClassFigures> = sums
        .into_iter()
        .map(|((class, expected), count)| ClassFigures { class, expected, count })
        .collect();
    sums.sort_by_key(|sum| std::cmp::Reverse(sum.count));
    sums
}

fn operations(parts: &[Arc<Snapshot>]) -> Vec<OperationFigures> {
    let mut sums: Vec<OperationFigures> = Vec::new();
    for part in parts.iter().flat_map(|part| &part.operations) {
        let Some(sum) = sums.iter_mut().find(|sum| sum.name == part.name) else {
            sums.push(part.clone());
            continue;
        };
        let rate = sum.per_second + part.per_second;
        if rate > 0.0 {
            sum.errors = (sum.errors * sum.per_second + part.errors * part.per_second) / rate;
        }
        sum.per_second = rate;
        sum.finished += part.finished;
        sum.response = worst([sum.response, part.response].into_iter());
    }
    sums
}

fn phases(parts: &[Arc<Snapshot>], one_gateway: bool) -> Vec<PhaseFigures> {
    let count = parts.iter().map(|part| part.phases.len()).max().unwrap_or_default();
    let sum_at = |at: usize| {
        let same = parts.iter().filter_map(|part| part.phases.get(at));
        same.fold(PhaseFigures::default(), |sum, part| PhaseFigures {
            finished: sum.finished + part.finished,
            ok: sum.ok + part.ok,
            expected_errors: sum.expected_errors + part.expected_errors,
            unexpected_errors: sum.unexpected_errors + part.unexpected_errors,
            response: worst([sum.response, part.response].into_iter()),
            response_ok: worst([sum.response_ok, part.response_ok].into_iter()),
            service: worst([sum.service, part.service].into_iter()),
            injected: once(sum.injected, part.injected, one_gateway),
        })
    };
    (0..count).map(sum_at).collect()
}

/// What the loads received is added up; the gateway's side is the same gateway's in each part, or another's.
fn callbacks(parts: impl Iterator<Item = CallbackFigures>, one_gateway: bool) -> CallbackFigures {
    parts.fold(CallbackFigures::default(), |sum, part| CallbackFigures {
        received: sum.received + part.received,
        bad: sum.bad + part.bad,
        repeated: sum.repeated + part.repeated,
        sent: once(sum.sent, part.sent, one_gateway),
        acknowledged: once(sum.acknowledged, part.acknowledged, one_gateway),
        retried: once(sum.retried, part.retried, one_gateway),
        held: once(sum.held, part.held, one_gateway),
        pending: once(sum.pending, part.pending, one_gateway),
        dropped: once(sum.dropped, part.dropped, one_gateway),
        lost: once(sum.lost, part.lost, one_gateway),
        ack_p99_us: sum.ack_p99_us.max(part.ack_p99_us),
    })
}

/// A count of the gateway's: the newest of one, or the sum of several.
fn once(sum: u64, part: u64, one_gateway: bool) -> u64 {
    if one_gateway {
        sum.max(part)
    } else {
        sum.saturating_add(part)
    }
}

fn rules(parts: &[Arc<Snapshot>], one_gateway: bool) -> Vec<RuleFigures> {
    let mut sums: Vec<RuleFigures> = Vec::new();
    for part in parts.iter().flat_map(|part| &part.rules) {
        let same = |sum: &&mut RuleFigures| (&sum.name, &sum.phase, &sum.on) == (&part.name, &part.phase, &part.on);
        match sums.iter_mut().find(same) {
            Some(sum) => sum.decided = once(sum.decided, part.decided, one_gateway),
            None => sums.push(part.clone()),
        }
    }
    sums
}

/// As bad as the worst, for every reason there is, once.
fn trust(parts: &[Arc<Snapshot>]) -> Trust {
    let mut reasons: Vec<String> = Vec::new();
    for reason in parts.iter().flat_map(|part| &part.trust.reasons) {
        if !reasons.contains(reason) {
            reasons.push(reason.clone());
        }
    }
    Trust {
        stamp: parts.iter().map(|part| part.trust.stamp).max().unwrap_or(Stamp::Valid),
        reasons,
        facts: None,
    }
}

/// The newest of all, oldest first, numbered anew.
fn merged<'a, T: Clone + 'a>(
    parts: impl Iterator<Item = &'a [T]>,
    most: usize,
    at_us: impl Fn(&T) -> u64,
    number: impl Fn(&mut T, u64),
) -> Vec<T> {
    let mut all: Vec<T> = parts.flatten().cloned().collect();
    all.sort_by_key(&at_us);
    let gone = all.len().saturating_sub(most);
    all.drain(..gone);
    for (seq, one) in (1..).zip(&mut all) {
        number(one, seq);
    }
    all
}
