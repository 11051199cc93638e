//! Sums over the whole run, by phase, operation and outcome.

use std::collections::BTreeMap;

use crate::{
    recorder::{Key, Times},
    sample::Class,
    snapshot::{ClassFigures, PhaseFigures, Window, WindowFigures},
    tally::Tally,
    window::Names,
};

/// Which samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Those whose intended start lies in this phase; without it, all.
    pub phase: Option<u16>,
    /// Those of this operation or journey; without it, see `journeys`.
    pub what: Option<u16>,
    /// Without `what`: all journeys instead of all requests.
    pub journeys: bool,
    /// Service time instead of response time.
    pub service: bool,
}

/// The samples of a selection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// How many finished.
    pub finished: u64,
    /// Of these, successes.
    pub ok: u64,
    /// Of these, the others.
    pub errors: u64,
    /// How long the selected phase, or the stretch with arrivals, has lasted so far, microseconds.
    pub over_us: u64,
    /// Their times.
    pub times: Tally,
}

impl Figures {
    /// The time in microseconds that this share stays within, in thousandths of a percent: p99.9 is 99,900.
    pub fn percentile(&self, thousandths: u32) -> u64 {
        self.times.percentile_us(thousandths)
    }

    /// The longest time, microseconds.
    pub fn max(&self) -> u64 {
        self.times.max_us()
    }

    /// Finished samples per second.
    pub fn per_second(&self) -> f64 {
        per_second(self.finished, self.over_us)
    }

    /// The share of successes, 0 to 1; 1 without samples.
    pub fn success(&self) -> f64 {
        share(self.ok, self.finished)
    }
}

/// Counts and histograms of the whole run.
#[derive(Debug, Default)]
pub(super) struct Totals {
    /// By phase, operation and whether they succeeded.
    times: BTreeMap<(u16, u16, bool), Times>,
    /// By phase, operation, class and whether it was expected.
    classes: BTreeMap<(u16, u16, Class, bool), u64>,
    /// All requests.
    response: Tally,
    response_ok: Tally,
    service: Tally,
}

impl Totals {
    pub(super) fn add(&mut self, key: Key, times: &Times, journey: bool) {
        let ok = key.class.is_success();
        self.times.entry((key.phase, key.what, ok)).or_default().add(times);
        *self
            .classes
            .entry((key.phase, key.what, key.class, key.expected))
            .or_default() += times.response.count();
        if journey {
            return;
        }
        self.response.add(&times.response);
        self.service.add(&times.service);
        if ok {
            self.response_ok.add(&times.response);
        }
    }

    /// How many of an operation or journey ended.
    pub(super) fn finished(&self, what: u16) -> u64 {
        self.times
            .iter()
            .filter(|((_, of, _), _)| *of == what)
            .map(|(_, times)| times.response.count())
            .sum()
    }

    pub(super) fn figure(&self, selection: Selection, names: &Names, over_us: u64) -> Figures {
        let selected = |what: u16| match selection.what {
            Some(wanted) => what == wanted,
            None => names.is_journey(what) == selection.journeys,
        };
        let wanted = |(phase, what, _): &(u16, u16, bool)| {
            selection.phase.is_none_or(|wanted| *phase == wanted) && selected(*what)
        };
        let chosen = || self.times.iter().filter(|(by, _)| wanted(by));
        let count = |succeeded: bool| -> u64 {
            chosen()
                .filter(|((_, _, ok), _)| *ok == succeeded)
                .map(|(_, times)| times.response.count())
                .sum()
        };
        let (ok, errors) = (count(true), count(false));
        let time: fn(&Times) -> &Tally = if selection.service {
            |times| &times.service
        } else {
            |times| &times.response
        };
        Figures {
            finished: ok + errors,
            ok,
            errors,
            over_us,
            times: Tally::sum(chosen().map(|(_, times)| time(times))),
        }
    }

    /// Classes of requests, most frequent first; equal ones in the order of reports.
    pub(super) fn classes(&self, phase: Option<u16>, names: &Names) -> Vec<ClassFigures> {
        let mut counts: BTreeMap<(Class, bool), u64> = BTreeMap::new();
        for ((of, what, class, expected), count) in &self.classes {
            if phase.is_none_or(|phase| *of == phase) && !names.is_journey(*what) {
                *counts.entry((*class, *expected)).or_default() += count;
            }
        }
        let mut classes: Vec<ClassFigures> = counts
            .into_iter()
            .map(|((class, expected), count)| ClassFigures { class, expected, count })
            .collect();
        classes.sort_by_key(|class| std::cmp::Reverse(class.count));
        classes
    }

    /// A phase's requests so far.
    pub(super) fn phase(&self, phase: u16, names: &Names) -> PhaseFigures {
        let requests = || {
            let of_phase = self.times.range((phase, 0, false)..=(phase, u16::MAX, true));
            of_phase.filter(|((_, what, _), _)| !names.is_journey(*what))
        };
        let successes = requests().filter(|((_, _, ok), _)| *ok);
        let response_ok = Tally::sum(successes.map(|(_, times)| &times.response));
        let mut figures = PhaseFigures {
            ok: response_ok.count(),
            response: Tally::sum(requests().map(|(_, times)| &times.response)).percentiles(),
            response_ok: response_ok.percentiles(),
            service: Tally::sum(requests().map(|(_, times)| &times.service)).percentiles(),
            ..PhaseFigures::default()
        };
        let of_phase = self
            .classes
            .range((phase, 0, Class::Ok, false)..(phase.saturating_add(1), 0, Class::Ok, false));
        for ((_, what, class, expected), count) in of_phase {
            match (class.is_success(), expected) {
                _ if names.is_journey(*what) => {}
                (true, _) => {}
                (false, true) => figures.expected_errors += count,
                (false, false) => figures.unexpected_errors += count,
            }
        }
        figures.finished = figures.ok + figures.expected_errors + figures.unexpected_errors;
        figures
    }

    /// The window that is the whole run.
    pub(super) fn whole(&self, over_us: u64) -> WindowFigures {
        WindowSums {
            response: &self.response,
            response_ok: &self.response_ok,
            service: &self.service,
        }
        .over(Window::All, over_us)
    }
}

/// Times of all requests of a window.
pub(super) struct WindowSums<'a> {
    pub(super) response: &'a Tally,
    pub(super) response_ok: &'a Tally,
    pub(super) service: &'a Tally,
}

impl WindowSums<'_> {
    pub(super) fn over(&self, window: Window, over_us: u64) -> WindowFigures {
        let finished = self.response.count();
        WindowFigures {
            window,
            finished,
            per_second: per_second(finished, over_us),
            success: share(self.response_ok.count(), finished),
            response: self.response.percentiles(),
            response_ok: self.response_ok.percentiles(),
            service: self.service.percentiles(),
        }
    }
}

fn per_second(count: u64, over_us: u64) -> f64 {
    if over_us == 0 {
        0.0
    } else {
        count as f64 * 1_000_000.0 / over_us as f64
    }
}

fn share(part: u64, of: u64) -> f64 {
    if of == 0 { 1.0 } else { part as f64 / of as f64 }
}
