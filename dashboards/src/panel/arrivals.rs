//! Is the load I asked for really arriving: the target, and the arrivals that were started, by complete seconds.

use crate::{
    app::Model,
    figures::{DASH, clock, rate},
    moment::target_per_second,
};

/// Over how many complete seconds the present rate is taken: long enough to be steady, short enough to be the present.
const RECENT_S: usize = 5;

/// Arrivals, under the cursor or at present.
pub(crate) struct Arrivals {
    /// The time of the cursor's second; `None` at present.
    pub(crate) at: Option<String>,
    /// What the plan asks for.
    pub(crate) target: f64,
    /// What was started; `None` before the first complete second.
    pub(crate) achieved: Option<f64>,
    /// Arrivals due: of the cursor's second, else so far.
    pub(crate) offered: u64,
    /// Of these, started.
    pub(crate) started: u64,
    /// Of these, dropped.
    pub(crate) dropped: u64,
    /// Steps that are due and wait for a user.
    pub(crate) waiting: u32,
    /// Requests under way.
    pub(crate) in_flight: u32,
}

impl Arrivals {
    /// Those of the cursor's second, else of the last few.
    pub(crate) fn of(model: &Model) -> Self {
        let snapshot = model.snapshot();
        if let Some(second) = model.cursor_figures() {
            return Self {
                target: target_per_second(&snapshot.plan, u64::from(second.second) * 1_000_000),
                achieved: Some(second.started.into()),
                at: Some(format!("at {}", clock(u64::from(second.second) * 1_000_000))),
                offered: second.offered.into(),
                started: second.started.into(),
                dropped: second.dropped.into(),
                waiting: second.gauges.waiting,
                in_flight: second.gauges.in_flight,
            };
        }
        let recent = snapshot.seconds.iter().rev().take(RECENT_S);
        let (started, seconds) = recent.fold((0, 0_u32), |(started, seconds), second| {
            (started + u64::from(second.started), seconds + 1)
        });
        Self {
            target: target_per_second(&snapshot.plan, snapshot.elapsed_us),
            achieved: (seconds > 0).then(|| started as f64 / f64::from(seconds)),
            at: None,
            offered: snapshot.load.offered,
            started: snapshot.load.started,
            dropped: snapshot.load.dropped,
            waiting: snapshot.load.waiting,
            in_flight: snapshot.load.in_flight,
        }
    }

    /// The target in figures.
    pub(crate) fn target_words(&self) -> String {
        rate(self.target)
    }

    /// What was started, in figures.
    pub(crate) fn achieved_words(&self) -> String {
        self.achieved.map_or_else(|| DASH.to_owned(), rate)
    }

    /// Whether clearly fewer arrive than were asked for.
    pub(crate) fn falls_short(&self) -> bool {
        self.achieved.is_some_and(|achieved| achieved < self.target * 0.95)
    }
}
