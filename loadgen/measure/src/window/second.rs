//! One second of a run: counts, heat, percentiles.

use std::collections::BTreeMap;

use crate::{
    recorder::{Key, Times},
    snapshot::{HEAT_ROWS_US, SecondFigures},
    tally::Tally,
    window::Names,
};

/// One second, requests counted in the one they ended in.
#[derive(Debug)]
pub(super) struct Second {
    pub(super) figures: SecondFigures,
    /// By operation or journey, and whether they succeeded; empty once forgotten.
    times: BTreeMap<(u16, bool), Times>,
    /// Whether the times are those of all its samples.
    exact: bool,
}

impl Second {
    pub(super) fn new(second: u32) -> Self {
        Self {
            figures: SecondFigures {
                second,
                ..SecondFigures::default()
            },
            times: BTreeMap::new(),
            exact: true,
        }
    }

    pub(super) fn offer(&mut self, arrivals: u64) {
        self.figures.offered = self.figures.offered.saturating_add(narrow(arrivals));
    }

    /// Counts times; percentiles follow with [`Second::settle`].
    pub(super) fn add(&mut self, key: Key, times: &Times, journey: bool) {
        let ok = key.class.is_success();
        if self.exact {
            self.times.entry((key.what, ok)).or_default().add(times);
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
        if !self.exact {
            return;
        }
        let sum = |of: fn(&Times) -> &Tally| {
            Tally::sum(self.requests(names, true).chain(self.requests(names, false)).map(of)).percentiles()
        };
        let (response, service) = (sum(|times| &times.response), sum(|times| &times.service));
        self.figures.p50_us = response.p50_us;
        self.figures.p99_us = response.p99_us;
        self.figures.service_p50_us = service.p50_us;
        self.figures.service_p99_us = service.p99_us;
    }

    /// The times of one operation or journey.
    pub(super) fn times(&self, what: u16, ok: bool) -> Option<&Times> {
        self.times.get(&(what, ok))
    }

    /// The times of all requests that succeeded, or of those that did not.
    pub(super) fn requests<'a>(&'a self, names: &'a Names, ok: bool) -> impl Iterator<Item = &'a Times> {
        let wanted = move |(what, success): &(u16, bool)| *success == ok && !names.is_journey(*what);
        self.times
            .iter()
            .filter(move |(by, _)| wanted(by))
            .map(|(_, times)| times)
    }

    /// Lets go of the histograms; counts, heat and percentiles stay.
    pub(super) fn forget_times(&mut self) {
        self.exact = false;
        self.times.clear();
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
