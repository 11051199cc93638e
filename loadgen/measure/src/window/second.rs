//! One second of a run: counts, heat, percentiles.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    recorder::{Counts, Key, Times},
    snapshot::{ClassFigures, Gauges, HEAT_ROWS_US, OperationSecond, SecondFigures},
    tally::{Packed, Sum, Tally},
    window::Names,
};

/// One second, requests counted in the one they ended in.
#[derive(Debug)]
pub(super) struct Second {
    pub(super) figures: Arc<SecondFigures>,
    times: Kept,
}

/// What is kept of a second's times: the less, the older it is.
#[derive(Debug)]
enum Kept {
    /// All, by operation or journey, and whether they succeeded.
    Apart(BTreeMap<(u16, bool), Times>),
    /// Those of requests, as windows want them.
    Together {
        ok: Packed,
        failed: Packed,
        service: Packed,
    },
    /// None.
    Nothing,
}

/// What seconds add up to: times of requests.
#[derive(Default)]
pub(super) struct Sums {
    /// Response times of those that succeeded.
    pub(super) ok: Sum,
    /// Response times of the others.
    pub(super) failed: Sum,
    /// Service times of all.
    pub(super) service: Sum,
}

impl Second {
    pub(super) fn new(second: u32) -> Self {
        Self {
            figures: Arc::new(SecondFigures {
                second,
                ..SecondFigures::default()
            }),
            times: Kept::Apart(BTreeMap::new()),
        }
    }

    /// Adds what takes no time.
    pub(super) fn count(&mut self, counts: Counts) {
        let figures = Arc::make_mut(&mut self.figures);
        for (sum, more) in [
            (&mut figures.offered, counts.offered),
            (&mut figures.started, counts.started),
            (&mut figures.dropped, counts.dropped),
            (&mut figures.received, counts.received),
        ] {
            *sum = sum.saturating_add(narrow(more));
        }
    }

    /// Notes how things stand now that it is complete.
    pub(super) fn stands(&mut self, gauges: Gauges) {
        Arc::make_mut(&mut self.figures).gauges = gauges;
    }

    /// Counts times; percentiles follow with [`Second::settle`].
    pub(super) fn add(&mut self, key: Key, times: &Times, journey: bool) {
        let ok = key.class.is_success();
        match &mut self.times {
            Kept::Apart(all) => all.entry((key.what, ok)).or_default().add(times),
            Kept::Together { .. } if journey => {}
            Kept::Together {
                ok: good,
                failed,
                service,
            } => {
                let response = if ok { good } else { failed };
                response.add(&times.response);
                service.add(&times.service);
            }
            Kept::Nothing => {}
        }
        let figures = Arc::make_mut(&mut self.figures);
        let count = narrow(times.response.count());
        operation(figures, key, times, count);
        if journey {
            return;
        }
        figures.finished = figures.finished.saturating_add(count);
        let kind = match (ok, key.expected) {
            (true, _) => &mut figures.ok,
            (false, true) => &mut figures.expected_errors,
            (false, false) => &mut figures.unexpected_errors,
        };
        *kind = kind.saturating_add(count);
        if ok {
            warm(&mut figures.heat, &times.response);
            warm(&mut figures.service_heat, &times.service);
        } else {
            error(figures, key, count);
        }
    }

    /// Works out the percentiles; without its times it keeps those it has.
    pub(super) fn settle(&mut self, names: &Names) {
        if let Kept::Nothing = self.times {
            return;
        }
        let mut sums = Sums::default();
        self.pour(names, &mut sums);
        let (response, service) = (sums.response().percentiles(), sums.service.tally().percentiles());
        let figures = Arc::make_mut(&mut self.figures);
        figures.p50_us = response.p50_us;
        figures.p90_us = response.p90_us;
        figures.p99_us = response.p99_us;
        figures.p999_us = response.p999_us;
        figures.max_us = response.max_us;
        figures.service_p50_us = service.p50_us;
        figures.service_p90_us = service.p90_us;
        figures.service_p99_us = service.p99_us;
        figures.service_p999_us = service.p999_us;
        figures.service_max_us = service.max_us;
        let Kept::Apart(all) = &self.times else { return };
        for operation in &mut figures.operations {
            let of = |ok| all.get(&(operation.operation, ok));
            let both = || of(true).into_iter().chain(of(false));
            let response = Tally::sum(both().map(|times| &times.response)).percentiles();
            let service = Tally::sum(both().map(|times| &times.service)).percentiles();
            (operation.p50_us, operation.p99_us) = (response.p50_us, response.p99_us);
            (operation.service_p50_us, operation.service_p99_us) = (service.p50_us, service.p99_us);
        }
    }

    /// The times of one operation or journey, while they are kept apart.
    pub(super) fn times(&self, what: u16, ok: bool) -> Option<&Times> {
        match &self.times {
            Kept::Apart(all) => all.get(&(what, ok)),
            Kept::Together { .. } | Kept::Nothing => None,
        }
    }

    /// Adds the times of its requests.
    pub(super) fn pour(&self, names: &Names, sums: &mut Sums) {
        match &self.times {
            Kept::Apart(all) => {
                for ((_, ok), times) in all.iter().filter(|((what, _), _)| !names.is_journey(*what)) {
                    let response = if *ok { &mut sums.ok } else { &mut sums.failed };
                    response.add(times.response.rows());
                    sums.service.add(times.service.rows());
                }
            }
            Kept::Together { ok, failed, service } => {
                sums.ok.add(ok.rows());
                sums.failed.add(failed.rows());
                sums.service.add(service.rows());
            }
            Kept::Nothing => {}
        }
    }

    /// Keeps only what windows want: a tenth of the memory.
    pub(super) fn fold(&mut self, names: &Names) {
        if let Kept::Apart(_) = self.times {
            let mut sums = Sums::default();
            self.pour(names, &mut sums);
            self.times = Kept::Together {
                ok: Packed::of(&sums.ok.tally()),
                failed: Packed::of(&sums.failed.tally()),
                service: Packed::of(&sums.service.tally()),
            };
        }
    }

    /// Lets go of all times; counts, heat and percentiles stay.
    pub(super) fn forget_times(&mut self) {
        self.times = Kept::Nothing;
    }
}

impl Sums {
    /// Response times of all.
    pub(super) fn response(&self) -> Tally {
        let mut all = self.ok.tally();
        all.add(&self.failed.tally());
        all
    }
}

/// Adds to an operation's or journey's own figures.
fn operation(figures: &mut SecondFigures, key: Key, times: &Times, count: u32) {
    let at = match figures
        .operations
        .binary_search_by_key(&key.what, |operation| operation.operation)
    {
        Ok(at) => at,
        Err(at) => {
            let operation = OperationSecond {
                operation: key.what,
                ..OperationSecond::default()
            };
            figures.operations.insert(at, operation);
            at
        }
    };
    let own = &mut figures.operations[at];
    own.finished = own.finished.saturating_add(count);
    let ok = key.class.is_success();
    let kind = match (ok, key.expected) {
        (true, _) => &mut own.ok,
        (false, true) => &mut own.expected_errors,
        (false, false) => &mut own.unexpected_errors,
    };
    *kind = kind.saturating_add(count);
    if ok {
        warm(&mut own.heat, &times.response);
        warm(&mut own.service_heat, &times.service);
    }
}

/// Adds to an error class.
fn error(figures: &mut SecondFigures, key: Key, count: u32) {
    let by = (key.class, key.expected);
    match figures
        .errors
        .binary_search_by_key(&by, |error| (error.class, error.expected))
    {
        Ok(at) => figures.errors[at].count += u64::from(count),
        Err(at) => figures.errors.insert(
            at,
            ClassFigures {
                class: key.class,
                expected: key.expected,
                count: count.into(),
            },
        ),
    }
}

/// Adds times to the rows of the heat map.
fn warm(heat: &mut [u32; HEAT_ROWS_US.len()], times: &Tally) {
    for (us, count) in times.rows() {
        let row = HEAT_ROWS_US
            .iter()
            .position(|bound| us <= *bound)
            .unwrap_or(HEAT_ROWS_US.len() - 1);
        heat[row] = heat[row].saturating_add(narrow(count));
    }
}

fn narrow(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
