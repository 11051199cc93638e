//! What the seconds so far add up to: windows, classes, operations, phases. Bounded by the seconds a snapshot keeps and,
//! for their times, by the longest window.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use measure::{
    sample::Class,
    snapshot::{
        ClassFigures, OperationFigures, PhaseFigures, RunPlan, SECONDS_KEPT, SecondFigures, Window, WindowFigures,
    },
    tally::Tally,
};
use protocol::admin::GatewaySecond;

use super::second::{self, Live, Own, Running, Sums};

const SECOND_US: u64 = 1_000_000;
/// Seconds whose times are kept: the longest window.
const EXACT_SECONDS: u32 = 120;
/// Seconds of an operation's recent figures.
const RECENT_SECONDS: u32 = 10;

/// The seconds of one run so far.
#[derive(Debug, Default)]
pub(super) struct History {
    /// Words of operations, in the order in which they came.
    names: Vec<String>,
    closed: VecDeque<Arc<SecondFigures>>,
    shown: Arc<Vec<Arc<SecondFigures>>>,
    /// Every window, once there is a second.
    windows: Vec<WindowFigures>,
    /// The newest seconds' times by operation.
    recent: VecDeque<(u32, Vec<Own>)>,
    running: Running,
    seen: u64,
    sums: Sums,
    counts: BTreeMap<(Class, bool), u64>,
    /// All exchanges by operation.
    finished: Vec<u64>,
    /// By the index of the plan's phase.
    phases: BTreeMap<usize, (Sums, [u64; 3])>,
}

impl History {
    /// Adds a complete second of the gateway; one that ended before the timeline's start is not of this run.
    pub(super) fn add(&mut self, plan: &RunPlan, started_us: u64, second: &GatewaySecond, live: Option<Live>) {
        let end_us = second.seq.saturating_mul(SECOND_US);
        if end_us <= started_us {
            return;
        }
        // By its last instant, so that each has a number of its own, and the one in which the timeline starts is the first.
        let Ok(number) = u32::try_from((end_us - 1 - started_us) / SECOND_US) else {
            return;
        };
        let owns: Vec<Own> = second
            .operations
            .iter()
            .map(|of| Own::of(self.place(&of.operation), of))
            .collect();
        let figures = second::figures(number, second, &owns, &mut self.running, live);
        self.count(phase_of(plan, end_us, started_us), &figures, &owns);
        self.closed.push_back(Arc::new(figures));
        self.recent.push_back((number, owns));
        while self.closed.len() > SECONDS_KEPT {
            self.closed.pop_front();
        }
        while self
            .recent
            .front()
            .is_some_and(|(old, _)| old + EXACT_SECONDS <= number)
        {
            self.recent.pop_front();
        }
    }

    /// Shows what was added.
    pub(super) fn settle(&mut self) {
        if self.shown.last() != self.closed.back() || self.shown.len() != self.closed.len() {
            self.shown = Arc::new(self.closed.iter().map(Arc::clone).collect());
            self.windows = self.work_out();
        }
    }

    /// Complete seconds, oldest first.
    pub(super) fn seconds(&self) -> Arc<Vec<Arc<SecondFigures>>> {
        Arc::clone(&self.shown)
    }

    /// All exchanges.
    pub(super) fn exchanges(&self) -> u64 {
        self.counts.values().sum()
    }

    /// Every window.
    pub(super) fn windows(&self) -> Vec<WindowFigures> {
        if self.windows.is_empty() {
            return self.work_out();
        }
        self.windows.clone()
    }

    fn work_out(&self) -> Vec<WindowFigures> {
        let figures = |window: Window| match window.seconds() {
            None => over(window, self.seen, &self.sums),
            Some(length) => {
                let mut sums = Sums::default();
                let within = self.lately(length);
                for own in within.clone().flat_map(|(_, owns)| owns) {
                    sums.add(&own.sums);
                }
                over(window, within.count() as u64, &sums)
            }
        };
        Window::ALL.into_iter().map(figures).collect()
    }

    /// Every class that occurred, most frequent first.
    pub(super) fn classes(&self) -> Vec<ClassFigures> {
        let mut classes = second::classes(self.counts.clone());
        classes.sort_by_key(|figures| std::cmp::Reverse(figures.count));
        classes
    }

    /// Each operation, lately and in all.
    pub(super) fn operations(&self) -> Vec<OperationFigures> {
        let seconds = self.lately(RECENT_SECONDS).count().max(1) as f64;
        let figures = |(place, name): (u16, &String)| {
            let lately = self.lately(RECENT_SECONDS).flat_map(|(_, owns)| owns);
            let own: Vec<&Own> = lately.filter(|own| own.operation == place).collect();
            let failed: u64 = own.iter().map(|own| own.sums.failed.count()).sum();
            let response = Tally::sum(own.iter().flat_map(|own| [&own.sums.ok, &own.sums.failed]));
            OperationFigures {
                name: name.clone(),
                journey: false,
                finished: self.finished.get(usize::from(place)).copied().unwrap_or(0),
                per_second: response.count() as f64 / seconds,
                errors: failed as f64 / response.count().max(1) as f64,
                response: response.percentiles(),
            }
        };
        (0..).zip(&self.names).map(figures).collect()
    }

    /// A phase of the plan so far: the seconds whose middle lies in it.
    pub(super) fn phase(&self, index: usize) -> PhaseFigures {
        let Some((sums, [ok, expected_errors, unexpected_errors])) = self.phases.get(&index) else {
            return PhaseFigures::default();
        };
        PhaseFigures {
            finished: ok + expected_errors + unexpected_errors,
            ok: *ok,
            expected_errors: *expected_errors,
            unexpected_errors: *unexpected_errors,
            response: sums.response().percentiles(),
            response_ok: sums.ok.percentiles(),
            service: sums.service.percentiles(),
            injected: 0,
        }
    }

    fn count(&mut self, phase: usize, figures: &SecondFigures, owns: &[Own]) {
        self.seen += 1;
        let (of_phase, kinds) = self.phases.entry(phase).or_default();
        let counted = [figures.ok, figures.expected_errors, figures.unexpected_errors];
        for (kind, count) in kinds.iter_mut().zip(counted) {
            *kind += u64::from(count);
        }
        for own in owns {
            of_phase.add(&own.sums);
            self.sums.add(&own.sums);
            for (key, count) in &own.counts {
                *self.counts.entry(*key).or_default() += count;
            }
            if let Some(finished) = self.finished.get_mut(usize::from(own.operation)) {
                *finished += own.sums.ok.count() + own.sums.failed.count();
            }
        }
    }

    /// An operation's place among all.
    fn place(&mut self, name: &str) -> u16 {
        let known = self.names.iter().position(|known| known == name);
        let place = known.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.finished.push(0);
            self.names.len() - 1
        });
        u16::try_from(place).unwrap_or(u16::MAX)
    }

    /// The newest seconds, at most so many, by their numbers.
    fn lately(&self, length: u32) -> impl Iterator<Item = &(u32, Vec<Own>)> + Clone {
        let last = self.recent.back().map_or(0, |(number, _)| *number);
        self.recent.iter().filter(move |(number, _)| number + length > last)
    }
}

fn over(window: Window, seconds: u64, sums: &Sums) -> WindowFigures {
    let response = sums.response();
    let finished = response.count();
    WindowFigures {
        window,
        finished,
        per_second: finished as f64 / seconds.max(1) as f64,
        success: if finished == 0 {
            1.0
        } else {
            sums.ok.count() as f64 / finished as f64
        },
        response: response.percentiles(),
        response_ok: sums.ok.percentiles(),
        service: sums.service.percentiles(),
    }
}

/// The index of the phase in which a second has its middle; the last phase for one behind them all.
fn phase_of(plan: &RunPlan, end_us: u64, started_us: u64) -> usize {
    let middle_us = end_us.saturating_sub(SECOND_US / 2).saturating_sub(started_us);
    let begun = plan.phases.partition_point(|phase| phase.from_us <= middle_us);
    begun.saturating_sub(1)
}
