//! What was recorded of a step: times by batch, operation and outcome, and what is counted of all requests.

use std::{collections::BTreeMap, ops::Range};

use measure::{
    recorder::{Interval, Times},
    sample::Class,
    snapshot::ClassFigures,
    tally::Tally,
    window::{Figures, Names},
};

/// The samples of the step that is measured, and the counts of the search.
#[derive(Debug)]
pub(super) struct Samples {
    names: Names,
    batches: Range<u16>,
    batch_us: u64,
    /// By batch, operation and whether they succeeded.
    times: BTreeMap<(u16, u16, bool), Times>,
    /// Requests that ended since the last reset, whenever they were due; of these, successes.
    pub(super) finished: u64,
    pub(super) ok: u64,
    /// Samples that found no room since the last reset.
    pub(super) lost: u64,
    /// How the requests of the whole search ended.
    classes: BTreeMap<(Class, bool), u64>,
}

impl Samples {
    /// Nothing recorded yet, of these operations and journeys.
    pub(super) fn new(names: Names) -> Self {
        Self {
            names,
            batches: 0..0,
            batch_us: 0,
            times: BTreeMap::new(),
            finished: 0,
            ok: 0,
            lost: 0,
            classes: BTreeMap::new(),
        }
    }

    /// A new step, of these batches.
    pub(super) fn begin(&mut self, batches: Range<u16>, batch_us: u64) {
        self.times.clear();
        self.batches = batches;
        self.batch_us = batch_us;
        self.count_anew();
    }

    /// Counts of ended requests begin at zero.
    pub(super) fn count_anew(&mut self) {
        (self.finished, self.ok, self.lost) = (0, 0, 0);
    }

    /// Takes in what was recorded. Samples of earlier steps and of none count among the ended only.
    pub(super) fn absorb(&mut self, interval: Interval) {
        self.lost += interval.lost;
        for (key, times) in interval.times {
            let ok = key.class.is_success();
            if !self.names.is_journey(key.what) {
                let count = times.response.count();
                self.finished += count;
                self.ok += if ok { count } else { 0 };
                *self.classes.entry((key.class, key.expected)).or_default() += count;
            }
            if self.batches.contains(&key.phase) {
                self.times.entry((key.phase, key.what, ok)).or_default().add(&times);
            }
        }
    }

    /// What is recorded, by its index in samples.
    pub(super) fn names(&self) -> &Names {
        &self.names
    }

    /// The numbers of the step's batches.
    pub(super) fn batches(&self) -> Range<u16> {
        self.batches.clone()
    }

    /// The figures of an operation, or of all requests, over the step or one batch of it.
    pub(super) fn figures(&self, what: Option<u16>, service: bool, batch: Option<u16>) -> Figures {
        let wanted = |of: u16| what.map_or_else(|| !self.names.is_journey(of), |what| what == of);
        let chosen = || {
            let all = self.times.iter();
            all.filter(|((of_batch, of, _), _)| wanted(*of) && batch.is_none_or(|batch| batch == *of_batch))
        };
        let count = |ok: bool| -> u64 {
            let of_outcome = chosen().filter(|((.., succeeded), _)| *succeeded == ok);
            of_outcome.map(|(_, times)| times.response.count()).sum()
        };
        let (ok, errors) = (count(true), count(false));
        let batches = if batch.is_some() { 1 } else { self.batches.len() as u64 };
        Figures {
            finished: ok + errors,
            ok,
            errors,
            over_us: self.batch_us * batches,
            times: Tally::sum(chosen().map(|(_, times)| if service { &times.service } else { &times.response })),
        }
    }

    /// Every class of the search, most frequent first.
    pub(super) fn classes(&self) -> Vec<ClassFigures> {
        let mut classes: Vec<ClassFigures> = self
            .classes
            .iter()
            .map(|((class, expected), count)| ClassFigures {
                class: *class,
                expected: *expected,
                count: *count,
            })
            .collect();
        classes.sort_by_key(|class| std::cmp::Reverse(class.count));
        classes
    }
}

/// The mean of times, microseconds; 0 without any.
pub(super) fn mean_us(times: &Tally) -> f64 {
    if times.is_empty() {
        return 0.0;
    }
    let sum: f64 = times.rows().map(|(us, count)| us as f64 * count as f64).sum();
    sum / times.count() as f64
}
