//! One second of the gateway as a picture has it: counts, classes, heat and percentiles, with the sums that windows want.

use std::collections::BTreeMap;

use measure::{
    sample::Class,
    snapshot::{
        CallbackFigures, CapacityFigures, ClassFigures, Gauges, HEAT_ROWS_US, OperationSecond, Percentiles,
        SecondFigures,
    },
    tally::Tally,
};
use protocol::admin::{self, Bucket, CallbackSecond, EndCount, ExchangeEnd, GatewaySecond, Spread, Status};

/// The rows of one heat.
type Heat = [u32; HEAT_ROWS_US.len()];

/// What is known of this very moment only.
#[derive(Clone, Copy, Debug)]
pub(super) struct Live {
    held: u64,
    pending: u64,
    capacity: Option<CapacityFigures>,
}

impl Live {
    pub(super) fn of(status: &Status) -> Self {
        Self {
            held: status.callbacks.held,
            pending: status.callbacks.pending,
            capacity: status.capacity.as_ref().map(super::capacity),
        }
    }
}

/// Counts that go on from second to second.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Running {
    callbacks: CallbackFigures,
    decided: u64,
}

/// Times of some exchanges.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    pub(super) ok: Tally,
    pub(super) failed: Tally,
    pub(super) service: Tally,
}

/// One operation's part of a second.
#[derive(Clone, Debug)]
pub(super) struct Own {
    /// Its place among the picture's operations.
    pub(super) operation: u16,
    pub(super) sums: Sums,
    pub(super) counts: BTreeMap<(Class, bool), u64>,
}

/// The class of an end; the table of the room above says why.
pub(super) fn class_of(end: ExchangeEnd) -> Class {
    match end {
        ExchangeEnd::Answered => Class::Ok,
        ExchangeEnd::Declined => Class::Declined,
        ExchangeEnd::Unauthenticated => Class::Signature,
        ExchangeEnd::Malformed | ExchangeEnd::Strange | ExchangeEnd::Garbled => Class::Protocol,
        ExchangeEnd::Http4xx => Class::Http4xx,
        ExchangeEnd::Http5xx => Class::Http5xx,
        ExchangeEnd::Cut | ExchangeEnd::Closed => Class::Empty,
        ExchangeEnd::Reset => Class::Reset,
        ExchangeEnd::Hung | ExchangeEnd::Left => Class::Timeout,
    }
}

impl Sums {
    /// Response time of all.
    pub(super) fn response(&self) -> Tally {
        Tally::sum([&self.ok, &self.failed])
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.ok.add(&other.ok);
        self.failed.add(&other.failed);
        self.service.add(&other.service);
    }
}

impl Own {
    pub(super) fn of(operation: u16, second: &admin::OperationSecond) -> Self {
        let mut counts = BTreeMap::new();
        for EndCount {
            end,
            by_scenario,
            count,
        } in &second.ends
        {
            let class = class_of(*end);
            *counts.entry((class, *by_scenario || class.is_success())).or_default() += count;
        }
        let mut service = Tally::default();
        fill(&mut service, service_of(&second.service_ok, &second.ok));
        fill(&mut service, service_of(&second.service_failed, &second.failed));
        let (mut ok, mut failed) = (Tally::default(), Tally::default());
        fill(&mut ok, &second.ok);
        fill(&mut failed, &second.failed);
        Self {
            operation,
            sums: Sums { ok, failed, service },
            counts,
        }
    }

    /// Successes, expected errors, other errors.
    fn kinds(&self) -> [u64; 3] {
        let mut kinds = [0; 3];
        for ((class, expected), count) in &self.counts {
            let kind = match (class.is_success(), expected) {
                (true, _) => 0,
                (false, true) => 1,
                (false, false) => 2,
            };
            kinds[kind] += count;
        }
        kinds
    }

    /// Its figures. Heat by operation follows from buckets: one that lies across a border counts above it.
    fn figures(&self, second: &admin::OperationSecond) -> OperationSecond {
        let [ok, expected, unexpected] = self.kinds();
        let (response, service) = (self.sums.response().percentiles(), self.sums.service.percentiles());
        OperationSecond {
            operation: self.operation,
            finished: narrow(ok + expected + unexpected),
            ok: narrow(ok),
            expected_errors: narrow(expected),
            unexpected_errors: narrow(unexpected),
            p50_us: response.p50_us,
            p99_us: response.p99_us,
            service_p50_us: service.p50_us,
            service_p99_us: service.p99_us,
            heat: warmed(&second.ok),
            service_heat: warmed(service_of(&second.service_ok, &second.ok)),
        }
    }
}

/// A second's figures at its number on the axis. Of the gauges, those of `live` are known for the newest second only;
/// the others count from the picture's first second.
pub(super) fn figures(
    number: u32,
    second: &GatewaySecond,
    owns: &[Own],
    running: &mut Running,
    live: Option<Live>,
) -> SecondFigures {
    let mut errors: BTreeMap<(Class, bool), u64> = BTreeMap::new();
    let mut kinds = [0; 3];
    for own in owns {
        for (kind, count) in kinds.iter_mut().zip(own.kinds()) {
            *kind += count;
        }
        for (key, count) in own.counts.iter().filter(|((class, _), _)| !class.is_success()) {
            *errors.entry(*key).or_default() += count;
        }
    }
    let [ok, expected, unexpected] = kinds;
    let (took, service) = (of_spread(second.took), of_spread(second.service));
    SecondFigures {
        second: number,
        started: narrow(second.exchanges),
        finished: narrow(second.exchanges),
        ok: narrow(ok),
        expected_errors: narrow(expected),
        unexpected_errors: narrow(unexpected),
        p50_us: took.p50_us,
        p90_us: took.p90_us,
        p99_us: took.p99_us,
        p999_us: took.p999_us,
        max_us: took.max_us,
        service_p50_us: service.p50_us,
        service_p90_us: service.p90_us,
        service_p99_us: service.p99_us,
        service_p999_us: service.p999_us,
        service_max_us: service.max_us,
        heat: heat(&second.heat),
        service_heat: heat(&second.service_heat),
        errors: classes(errors),
        operations: owns
            .iter()
            .zip(&second.operations)
            .map(|(own, of)| own.figures(of))
            .collect(),
        gauges: gauges(second, running, live),
        ..SecondFigures::default()
    }
}

/// Classes in the order of reports.
pub(super) fn classes(counts: BTreeMap<(Class, bool), u64>) -> Vec<ClassFigures> {
    let figures = |((class, expected), count)| ClassFigures { class, expected, count };
    counts.into_iter().map(figures).collect()
}

fn gauges(second: &GatewaySecond, running: &mut Running, live: Option<Live>) -> Gauges {
    running.decided += second.decided;
    running.callbacks.ack_p99_us = 0;
    if let Some(callbacks) = &second.callbacks {
        count(&mut running.callbacks, callbacks);
    }
    let (busy, waiting) = live
        .and_then(|live| live.capacity)
        .map_or((0, 0), |capacity| (capacity.busy, capacity.waiting));
    Gauges {
        in_flight: busy.saturating_add(waiting),
        waiting,
        callbacks: CallbackFigures {
            held: live.map_or(0, |live| live.held),
            pending: live.map_or(0, |live| live.pending),
            ..running.callbacks
        },
        capacity: live.and_then(|live| live.capacity),
        decided: running.decided,
    }
}

fn count(sums: &mut CallbackFigures, second: &CallbackSecond) {
    sums.sent += second.sent;
    sums.acknowledged += second.acknowledged;
    sums.retried += second.retried;
    sums.dropped += second.dropped;
    sums.lost += second.lost;
    let times = second.acknowledged_in.as_ref();
    sums.ack_p99_us = times.map_or(0, |times| times.spread.p99_us);
}

fn service_of<'a>(service: &'a [Bucket], took: &'a [Bucket]) -> &'a [Bucket] {
    if service.is_empty() { took } else { service }
}

fn fill(tally: &mut Tally, buckets: &[Bucket]) {
    for Bucket { us, count } in buckets {
        tally.record_n(u64::from(*us), u64::from(*count));
    }
}

fn of_spread(spread: Option<Spread>) -> Percentiles {
    let spread = spread.unwrap_or_default();
    Percentiles {
        p50_us: spread.p50_us,
        p90_us: spread.p90_us,
        p99_us: spread.p99_us,
        p999_us: spread.p999_us,
        max_us: spread.max_us,
        ..Percentiles::default()
    }
}

fn warmed(buckets: &[Bucket]) -> Heat {
    let mut heat = [0_u32; HEAT_ROWS_US.len()];
    for Bucket { us, count } in buckets {
        let row = &mut heat[HEAT_ROWS_US.partition_point(|border| *border < u64::from(*us))];
        *row = row.saturating_add(*count);
    }
    heat
}

fn heat(rows: &[u32]) -> Heat {
    let mut heat = [0; HEAT_ROWS_US.len()];
    for (row, count) in heat.iter_mut().zip(rows) {
        *row = *count;
    }
    heat
}

fn narrow(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
