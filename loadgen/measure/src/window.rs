//! The last seconds and the whole run, out of swapped intervals.
//!
//! A second shows once it is complete. Samples that come in later still count: in the totals always, in their second
//! while it is kept. Figures of one second and of the windows come from sparse histograms of the last
//! [`EXACT_SECONDS`], so percentiles over 10 s, 30 s and 2 min are true ones, never averages of percentiles. A minute of
//! them must not weigh more than the rest of a load: after `RECENT_SECONDS` they are packed, 10 kB a second at 2,000/s
//! instead of 200.

mod second;
mod starts;
mod totals;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use self::{
    second::{Second, Sums},
    starts::Starts,
    totals::Totals,
};
pub use self::{
    starts::Recovery,
    totals::{Figures, Selection},
};
use crate::{
    recorder::{Interval, Key, SECOND_US, Times, second_of},
    snapshot::{
        ClassFigures, Gauges, OperationFigures, PhaseFigures, RunPlan, SECONDS_KEPT, SecondFigures, Window,
        WindowFigures,
    },
    summary::{OperationSummary, PhaseSummary},
    tally::Tally,
};

/// Seconds whose histograms are kept: the longest window.
pub const EXACT_SECONDS: usize = 120;

/// The seconds an operation's recent figures cover; of older ones operations are not kept apart.
const RECENT_SECONDS: usize = 10;

/// The run's operations and journeys, by [`crate::sample::Sample::what`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The word, and whether it is a journey. Journeys are never counted among requests.
    pub whats: Vec<(String, bool)>,
}

impl Names {
    /// The word of an operation or journey; a dash where there is none.
    pub fn word(&self, what: u16) -> &str {
        self.whats.get(usize::from(what)).map_or("-", |(word, _)| word)
    }

    /// Whether it is a journey.
    pub fn is_journey(&self, what: u16) -> bool {
        self.whats.get(usize::from(what)).is_some_and(|(_, journey)| *journey)
    }
}

/// Everything measured so far.
#[derive(Debug)]
pub struct History {
    plan: Arc<RunPlan>,
    /// How long the load was paused, by phase of the plan.
    stood_us: Vec<u64>,
    names: Names,
    now_us: u64,
    totals: Totals,
    starts: Starts,
    /// Complete seconds, oldest first, at most [`SECONDS_KEPT`].
    closed: VecDeque<Second>,
    /// The number of the first second that is not complete.
    next: u32,
    /// Seconds that are not complete.
    open: BTreeMap<u32, Second>,
    shown: Arc<Vec<Arc<SecondFigures>>>,
    phases: Arc<Vec<PhaseFigures>>,
    gauges: Gauges,
    windows: Vec<WindowFigures>,
    lost: u64,
}

impl History {
    /// Nothing measured yet.
    pub fn new(plan: Arc<RunPlan>, names: Names) -> Self {
        let starts = Starts::new(longest_us(&plan));
        let mut history = Self {
            plan,
            stood_us: Vec::new(),
            names,
            now_us: 0,
            totals: Totals::default(),
            starts,
            closed: VecDeque::new(),
            next: 0,
            open: BTreeMap::new(),
            shown: Arc::default(),
            phases: Arc::default(),
            gauges: Gauges::default(),
            windows: Vec::new(),
            lost: 0,
        };
        history.windows = history.recent_windows();
        history
    }

    /// Takes in what was recorded up to now, microseconds since the first arrival.
    pub fn absorb(&mut self, interval: Interval, now_us: u64) {
        self.now_us = self.now_us.max(now_us);
        self.lost += interval.lost;
        let mut changed = false;
        for (second, counts) in interval.counts {
            changed |= self.with_second(second, |second| second.count(counts));
        }
        for ((second, what), started) in interval.started {
            if !self.names.is_journey(what) {
                self.starts.add(second, started);
            }
        }
        for (key, times) in interval.times {
            changed |= self.count(key, &times);
        }
        if self.close_until(second_of(self.now_us)) {
            changed = true;
            self.refresh_phases();
        }
        if changed {
            self.refresh();
        }
    }

    /// The run is over: the last second counts as complete, however short it was.
    pub fn end(&mut self, now_us: u64) {
        self.now_us = self.now_us.max(now_us);
        let last = self
            .open
            .last_key_value()
            .map_or(0, |(second, _)| second.saturating_add(1));
        self.close_until(last.max(second_of(self.now_us.saturating_add(SECOND_US - 1))));
        self.starts.end();
        self.refresh_phases();
        self.refresh();
    }

    /// Complete seconds, oldest first.
    pub fn seconds(&self) -> Arc<Vec<Arc<SecondFigures>>> {
        Arc::clone(&self.shown)
    }

    /// Each phase of the plan as it stood when the last second was complete; what rules injected is not known here.
    pub fn phase_figures(&self) -> Arc<Vec<PhaseFigures>> {
        Arc::clone(&self.phases)
    }

    /// The words of operations and journeys.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// How things stand now: noted with the seconds that are found complete from here on.
    pub fn stand(&mut self, gauges: Gauges) {
        self.gauges = gauges;
    }

    /// From now on the plan is this one, with the same phases at other times: the load was paused, or its rate changed.
    /// Within each phase it stood still for so long, microseconds, which no rate is taken over.
    pub fn replan(&mut self, plan: Arc<RunPlan>, stood_us: Vec<u64>) {
        self.starts.lasts(longest_us(&plan));
        (self.plan, self.stood_us) = (plan, stood_us);
    }

    /// Every window, in the order of [`Window::ALL`].
    pub fn windows(&self) -> Vec<WindowFigures> {
        let mut windows = self.windows.clone();
        windows.push(self.totals.whole(self.base_us(None)));
        windows
    }

    /// Every class of requests that occurred, most frequent first.
    pub fn classes(&self) -> Vec<ClassFigures> {
        self.totals.classes(None, &self.names)
    }

    /// Each operation and journey, lately and in all.
    pub fn operations(&self) -> Vec<OperationFigures> {
        let recent: Vec<&Second> = self.closed.iter().rev().take(RECENT_SECONDS).collect();
        let over = recent.len().max(1) as f64;
        let figures = |what: u16| {
            let times = |ok: bool| recent.iter().filter_map(move |second| second.times(what, ok));
            let response = Tally::sum(times(true).chain(times(false)).map(|times| &times.response));
            let errors: u64 = times(false).map(|times| times.response.count()).sum();
            OperationFigures {
                name: self.names.word(what).to_owned(),
                journey: self.names.is_journey(what),
                finished: self.totals.finished(what),
                per_second: response.count() as f64 / over,
                response: response.percentiles(),
                errors: errors as f64 / response.count().max(1) as f64,
            }
        };
        self.whats().map(figures).collect()
    }

    /// The samples of a selection: what expectations are judged by.
    pub fn figure(&self, selection: Selection) -> Figures {
        self.totals
            .figure(selection, &self.names, self.base_us(selection.phase))
    }

    /// Each phase of the plan, for the summary.
    pub fn phases(&self) -> Vec<PhaseSummary> {
        let summary = |(phase, name): (u16, &String)| {
            let select = |service| {
                self.figure(Selection {
                    phase: Some(phase),
                    service,
                    ..Selection::default()
                })
            };
            let (response, service) = (select(false), select(true));
            PhaseSummary {
                name: name.clone(),
                requests: response.finished,
                success: response.success(),
                response_ms: response.times.percentiles().into(),
                service_ms: service.times.percentiles().into(),
                classes: self.totals.classes(Some(phase), &self.names),
            }
        };
        (0..)
            .zip(self.plan.phases.iter().map(|phase| &phase.name))
            .map(summary)
            .collect()
    }

    /// Each operation and journey over the whole run, for the summary.
    pub fn operation_summaries(&self) -> Vec<OperationSummary> {
        let summary = |what: u16| {
            let select = |service| {
                self.figure(Selection {
                    what: Some(what),
                    service,
                    ..Selection::default()
                })
            };
            let (response, service) = (select(false), select(true));
            OperationSummary {
                name: self.names.word(what).to_owned(),
                journey: self.names.is_journey(what),
                requests: response.finished,
                success: response.success(),
                response_ms: response.times.percentiles().into(),
                service_ms: service.times.percentiles().into(),
                own_ms: None,
                injected_ms: None,
            }
        };
        self.whats().map(summary).collect()
    }

    /// Successes and all finished requests among those *due* in a second; `None` while none has finished.
    pub fn success_of_second(&self, second: u32) -> Option<(u64, u64)> {
        self.starts
            .of_second(second)
            .map(|started| (started.ok, started.finished))
    }

    /// Whether the target was well again at most so long after a phase's end.
    pub fn recovered_within(&self, phase_end_us: u64, within_us: u64) -> Recovery {
        self.starts.recovered(phase_end_us, within_us, self.now_us)
    }

    /// Samples that found no room in the recorder.
    pub fn lost(&self) -> u64 {
        self.lost
    }

    /// Counts times; whether a shown second changed.
    fn count(&mut self, key: Key, times: &Times) -> bool {
        let journey = self.names.is_journey(key.what);
        self.totals.add(key, times, journey);
        self.with_second(key.second, |second| second.add(key, times, journey))
    }

    /// Changes a second, unless it is no longer kept; whether it was already complete.
    fn with_second(&mut self, second: u32, change: impl FnOnce(&mut Second)) -> bool {
        if second >= self.next {
            // A sample ends before it is swapped out, so a second far ahead is a broken clock: it must not grow the map.
            let second = second.min(second_of(self.now_us).saturating_add(1));
            change(self.open.entry(second).or_insert_with(|| Second::new(second)));
            return false;
        }
        let Some(late) = (self.next - second).checked_sub(1) else {
            return false;
        };
        let kept = self
            .closed
            .len()
            .checked_sub(1 + late as usize)
            .and_then(|at| self.closed.get_mut(at));
        let Some(kept) = kept else { return false };
        change(kept);
        kept.settle(&self.names);
        true
    }

    /// Completes every second before this one; whether there was any.
    fn close_until(&mut self, second: u32) -> bool {
        if self.next >= second {
            return false;
        }
        // After a long sleep of the machine only the seconds that will be kept need a place.
        let from = self.next.max(second.saturating_sub(SECONDS_KEPT as u32));
        self.open = self.open.split_off(&from);
        for number in from..second {
            let mut closed = self.open.remove(&number).unwrap_or_else(|| Second::new(number));
            closed.settle(&self.names);
            closed.stands(self.gauges);
            self.closed.push_back(closed);
        }
        self.next = second;
        let gone = self.closed.len().saturating_sub(SECONDS_KEPT);
        self.closed.drain(..gone);
        let fading = self.closed.len().saturating_sub(EXACT_SECONDS);
        for old in self.closed.iter_mut().take(fading) {
            old.forget_times();
        }
        for aging in self
            .closed
            .iter_mut()
            .rev()
            .skip(RECENT_SECONDS)
            .take(EXACT_SECONDS - RECENT_SECONDS)
        {
            aging.pack();
        }
        true
    }

    fn refresh(&mut self) {
        self.shown = Arc::new(self.closed.iter().map(|second| Arc::clone(&second.figures)).collect());
        self.windows = self.recent_windows();
    }

    /// Works out the phases' figures anew.
    fn refresh_phases(&mut self) {
        let phases = 0..u16::try_from(self.plan.phases.len()).unwrap_or(u16::MAX);
        self.phases = Arc::new(phases.map(|phase| self.totals.phase(phase, &self.names)).collect());
    }

    /// The windows that end with the last complete second.
    fn recent_windows(&self) -> Vec<WindowFigures> {
        let of_window = |window: Window| {
            let seconds = self.closed.len().min(window.seconds()? as usize);
            let mut sums = Sums::default();
            for second in self.closed.iter().rev().take(seconds) {
                second.pour(&self.names, &mut sums);
            }
            let figures = totals::WindowSums {
                response: &sums.response(),
                response_ok: &sums.ok.tally(),
                service: &sums.service.tally(),
            };
            Some(figures.over(window, seconds.max(1) as u64 * SECOND_US))
        };
        Window::ALL.into_iter().filter_map(of_window).collect()
    }

    /// How long a phase, or the stretch with arrivals, has lasted so far, pauses not counted.
    fn base_us(&self, phase: Option<u16>) -> u64 {
        let (from, until) = match phase.map(|phase| self.plan.phases.get(usize::from(phase))) {
            None => (0, self.plan.arrivals_end_us),
            Some(None) => (0, 0),
            Some(Some(phase)) => (phase.from_us, phase.until_us),
        };
        let stood_us = match phase {
            None => self.stood_us.iter().sum(),
            Some(phase) => self.stood_us.get(usize::from(phase)).copied().unwrap_or_default(),
        };
        self.now_us.min(until).saturating_sub(from).saturating_sub(stood_us)
    }

    /// The index of an operation's or a journey's word in samples; `None` where nothing of that name is measured.
    pub fn what_of(&self, word: &str) -> Option<u16> {
        self.whats().find(|what| self.names.word(*what) == word)
    }

    fn whats(&self) -> impl Iterator<Item = u16> + use<> {
        0..u16::try_from(self.names.whats.len()).unwrap_or(u16::MAX)
    }
}

/// Nothing is due any more from here on.
fn longest_us(plan: &RunPlan) -> u64 {
    plan.arrivals_end_us.saturating_add(plan.drain_us)
}

#[cfg(test)]
mod tests;
