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

/// What is kept of a second's times, by operation or journey and whether they succeeded: the less, the older it is.
#[derive(Debug)]
enum Kept {
    /// All.
    Whole(BTreeMap<(u16, bool), Times>),
    /// All, a tenth as large.
    Packed(BTreeMap<(u16, bool), PackedTimes>),
    /// None.
    Nothing,
}

/// Times that are not looked at often.
#[derive(Debug, Default)]
struct PackedTimes {
    response: Packed,
    service: Packed,
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
            times: Kept::Whole(BTreeMap::new()),
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
            Kept::Whole(all) => all.entry((key.what, ok)).or_default().add(times),
            Kept::Packed(all) => {
                let packed = all.entry((key.what, ok)).or_default();
                packed.response.add(&times.response);
                packed.service.add(&times.service);
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
        for own in &mut figures.operations {
            let (mut response, mut service) = (Sum::default(), Sum::default());
            for ok in [true, false] {
                self.times.pour((own.operation, ok), &mut response, &mut service);
            }
            let (response, service) = (response.tally().percentiles(), service.tally().percentiles());
            (own.p50_us, own.p99_us) = (response.p50_us, response.p99_us);
            (own.service_p50_us, own.service_p99_us) = (service.p50_us, service.p99_us);
        }
    }

    /// The times of one operation or journey, while they are whole.
    pub(super) fn times(&self, what: u16, ok: bool) -> Option<&Times> {
        match &self.times {
            Kept::Whole(all) => all.get(&(what, ok)),
            Kept::Packed(_) | Kept::Nothing => None,
        }
    }

    /// Adds the times of its requests.
    pub(super) fn pour(&self, names: &Names, sums: &mut Sums) {
        for by @ (what, ok) in self.times.keys() {
            if !names.is_journey(what) {
                let response = if ok { &mut sums.ok } else { &mut sums.failed };
                self.times.pour(by, response, &mut sums.service);
            }
        }
    }

    /// Packs its times.
    pub(super) fn pack(&mut self) {
        if let Kept::Whole(all) = &self.times {
            let packed = |times: &Times| PackedTimes {
                response: Packed::of(&times.response),
                service: Packed::of(&times.service),
            };
            self.times = Kept::Packed(all.iter().map(|(by, times)| (*by, packed(times))).collect());
        }
    }

    /// Lets go of all times; counts, heat and percentiles stay.
    pub(super) fn forget_times(&mut self) {
        self.times = Kept::Nothing;
    }
}

impl Kept {
    /// Of what there are times.
    fn keys(&self) -> Vec<(u16, bool)> {
        match self {
            Self::Whole(all) => all.keys().copied().collect(),
            Self::Packed(all) => all.keys().copied().collect(),
            Self::Nothing => Vec::new(),
        }
    }

    /// Adds one row's times.
    fn pour(&self, by: (u16, bool), response: &mut Sum, service: &mut Sum) {
        match self {
            Self::Whole(all) => {
                if let Some(times) = all.get(&by) {
                    response.add(times.response.rows());
                    service.add(times.service.rows());
                }
            }
            Self::Packed(all) => {
                if let Some(times) = all.get(&by) {
                    response.add(times.response.rows());
                    service.add(times.service.rows());
                }
            }
            Self::Nothing => {}
        }
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
