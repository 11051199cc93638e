//! One second of a run: counts, heat, percentiles.

use std::collections::BTreeMap;

use crate::{
    recorder::{Key, Times},
    snapshot::{HEAT_ROWS_US, SecondFigures},
    tally::{Packed, Sum, Tally},
    window::Names,
};

/// One second, requests counted in the one they ended in.
#[derive(Debug)]
pub(super) struct Second {
    pub(super) figures: SecondFigures,
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
            figures: SecondFigures {
                second,
                ..SecondFigures::default()
            },
            times: Kept::Apart(BTreeMap::new()),
        }
    }

    pub(super) fn offer(&mut self, arrivals: u64) {
        self.figures.offered = self.figures.offered.saturating_add(narrow(arrivals));
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
        if journey {
            return;
        }
        let figures = &mut self.figures;
        let count = narrow(times.response.count());
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
        self.figures.p50_us = response.p50_us;
        self.figures.p99_us = response.p99_us;
        self.figures.service_p50_us = service.p50_us;
        self.figures.service_p99_us = service.p99_us;
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
