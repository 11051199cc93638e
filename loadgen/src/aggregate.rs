//! Snapshots: four times a second samples are swapped out of the recorder, added up, written to the latency log, and
//! published as one immutable picture.

mod picture;

use std::{
    fs::File,
    io::BufWriter,
    sync::{Arc, atomic::Ordering},
    thread,
    time::Duration,
};

use measure::{
    frames::FrameWriter,
    intervals::IntervalWriter,
    runlog::LogWriter,
    snapshot::{PhasePlan, RunPlan, Snapshot, Stage, Steering},
    trust::{Stamp, Trust, TrustFacts},
    verdict::Judged,
    window::{History, Names},
};
use protocol::admin::Status;
use rust_decimal::Decimal;
use scenarios::{
    Load, Policy, Scenario,
    expect::Expectation,
    load::{Schedule, Segment},
};
use tokio::{sync::watch, time::Instant};

use crate::{
    LoadError,
    clock::{micros, process_cpu, wall_us},
    course::Course,
    events::EventLog,
    hand::Notes,
    heartbeat::Heartbeat,
    journey::{Journeys, Whats},
    judge::{Callbacks, Evidence, judge},
    plan::Layout,
    safety::Budget,
    tour::TourNames,
};

/// The load's own view of a run.
pub(crate) struct Aggregate {
    journeys: Arc<Journeys>,
    plan: Arc<RunPlan>,
    /// The plan as it was made, which pauses move.
    laid_out: Arc<RunPlan>,
    schedule: Schedule,
    course: Arc<Course>,
    /// Changes of the course that the plan shows.
    replanned: usize,
    /// How long the load was paused, by phase.
    stood_us: Vec<u64>,
    expectations: Vec<Expectation>,
    pub(crate) history: History,
    log: Option<LogWriter<BufWriter<File>>>,
    snapshots: watch::Sender<Arc<Snapshot>>,
    /// The gateway's last status, with what it had counted before the run.
    pub(crate) status: Option<Status>,
    pub(crate) before: Option<Status>,
    cpu_before: Duration,
    saturated_us: u64,
    clock_step_us: u64,
    looked_us: u64,
    shares_cores: bool,
    /// Whether the target runs in this process.
    pub(crate) shares_process: bool,
    /// How well our threads get to run.
    pub(crate) heartbeat: Arc<Heartbeat>,
    /// What unexpected errors may cost.
    pub(crate) budget: Budget,
    /// What was done to the gateway by hand.
    pub(crate) by_hand: Notes,
    /// Which part of the load this is: one of several judges nothing.
    pub(crate) segment: Segment,
    /// Every interval, where parts are to be merged.
    pub(crate) measured: Option<IntervalWriter<BufWriter<File>>>,
    /// How the load is steered.
    steering: Steering,
    frames: Option<Frames>,
    events: EventLog,
}

/// Where pictures are kept: one for each complete second.
struct Frames {
    writer: FrameWriter<BufWriter<File>>,
    /// The last second in the last picture.
    last: Option<u32>,
}

impl Aggregate {
    /// Nothing measured yet; gives the channel that pictures go to.
    pub(crate) fn new(
        journeys: Arc<Journeys>,
        layout: &Layout,
        course: Arc<Course>,
        scenario: &Scenario,
        shares_cores: bool,
    ) -> (Self, watch::Receiver<Arc<Snapshot>>) {
        let plan = layout.run.clone();
        let history = History::new(plan.clone(), names(&scenario.load));
        let first = Arc::new(picture::empty(plan.clone(), &history));
        let (snapshots, pictures) = watch::channel(first);
        let aggregate = Self {
            journeys,
            laid_out: plan.clone(),
            plan,
            schedule: layout.schedule.clone(),
            course,
            replanned: 0,
            stood_us: Vec::new(),
            expectations: scenario.expect.clone(),
            history,
            log: None,
            snapshots,
            status: None,
            before: None,
            cpu_before: process_cpu(),
            saturated_us: 0,
            clock_step_us: 0,
            looked_us: 0,
            shares_cores,
            shares_process: false,
            heartbeat: Arc::default(),
            budget: Budget::default(),
            by_hand: Notes::default(),
            segment: Segment::WHOLE,
            measured: None,
            steering: Steering::default(),
            frames: None,
            events: EventLog::default(),
        };
        (aggregate, pictures)
    }

    /// From here on samples go to this log and pictures to these frames too, and CPU is counted.
    pub(crate) fn begin(&mut self, log: LogWriter<BufWriter<File>>, frames: FrameWriter<BufWriter<File>>) {
        self.log = Some(log);
        self.frames = Some(Frames {
            writer: frames,
            last: None,
        });
        self.cpu_before = process_cpu();
    }

    /// What was done to the load itself by hand, in words; nothing where the plan was kept.
    pub(crate) fn steered(&self) -> Vec<String> {
        match self.course.changes() {
            0 => Vec::new(),
            _ => self.by_hand.acts(),
        }
    }

    /// The plan as it has become by now.
    pub(crate) fn plan(&self) -> Arc<RunPlan> {
        self.plan.clone()
    }

    /// How long the load stood still within each phase, microseconds; empty where it never did.
    pub(crate) fn stood_us(&self) -> &[u64] {
        &self.stood_us
    }

    /// Moves the plan where the load was steered. While it is paused the plan moves on with every look.
    fn replan(&mut self, now_us: u64) {
        let changes = self.course.changes();
        if changes == self.replanned && !self.course.is_paused() {
            return;
        }
        self.replanned = changes;
        self.steering = Steering {
            paused: self.course.is_paused(),
            rate_percent: self.course.percent(),
        };
        let offered = |plan_us: u64| self.schedule.expected_before(plan_us.saturating_mul(1_000));
        self.plan = Arc::new(self.course.moved(&self.laid_out, now_us, offered));
        let stood = |phase: &PhasePlan| self.course.stood_us(phase.from_us, phase.until_us.min(now_us));
        self.stood_us = self.plan.phases.iter().map(stood).collect();
        self.history.replan(self.plan.clone(), self.stood_us.clone());
    }

    /// Takes in what was recorded and publishes a picture.
    pub(crate) fn tick(&mut self, stage: Stage) -> Result<(), LoadError> {
        let now_us = self.absorb()?;
        self.look(now_us);
        self.budget.look(now_us, || self.history.classes());
        let waiting = self.journeys.waiting() as u64;
        let (expectations, trust) = (self.judged(None), self.trust(waiting, 0));
        self.publish(stage, now_us, expectations, trust)
    }

    /// No sample comes any more: closes the log and the last second.
    pub(crate) fn end(&mut self) -> Result<u64, LoadError> {
        let now_us = self.absorb()?;
        self.history.end(now_us);
        if let Some(log) = self.log.take() {
            log.finish()?;
        }
        if let Some(measured) = self.measured.take() {
            measured.finish().map_err(LoadError::Measured)?;
        }
        Ok(now_us)
    }

    /// The last picture.
    pub(crate) fn publish_last(&mut self, now_us: u64, expectations: &[Judged], trust: Trust) -> Result<(), LoadError> {
        self.publish(Stage::Ended, now_us, expectations.to_vec(), trust)
    }

    fn absorb(&mut self) -> Result<u64, LoadError> {
        let interval = self.journeys.recorder.swap();
        let now_us = self.journeys.axis.us(Instant::now());
        self.replan(now_us);
        if let Some(log) = &mut self.log {
            log.write(&interval, now_us)?;
        }
        if let Some(measured) = &mut self.measured {
            measured.write(&interval, now_us).map_err(LoadError::Measured)?;
        }
        self.history.stand(self.gauges());
        self.history.absorb(interval, now_us);
        Ok(now_us)
    }

    /// What trust hangs on and only regular looks can tell.
    fn look(&mut self, now_us: u64) {
        let since_us = now_us.saturating_sub(self.looked_us);
        self.looked_us = now_us;
        if self.journeys.waiting() > 0 && self.journeys.in_flight() >= u64::from(self.journeys.users) {
            self.saturated_us += since_us;
        }
        if self.journeys.axis.zero().is_some() && now_us > 0 {
            let steady_us = self.journeys.axis.wall_zero_us() + now_us;
            self.clock_step_us = self.clock_step_us.max(wall_us().abs_diff(steady_us));
        }
    }

    /// Whether the numbers can be trusted so far. `waiting` steps may still be done.
    pub(crate) fn trust(&self, waiting: u64, unfinished: u64) -> Trust {
        let totals = &self.journeys.totals;
        let mut trust = Trust::judge(&TrustFacts {
            lag_p99_us: self.lag_p99_us(),
            offered: totals.offered(),
            started: totals.started.load(Ordering::Relaxed),
            completed: totals.completed.load(Ordering::Relaxed),
            waiting,
            dropped: totals.dropped(),
            drops_wanted: self.journeys.policy == Policy::Drop,
            saturated_us: self.saturated_us,
            lasted_us: self.looked_us,
            unfinished,
            journal_lost: self.journal_lost(),
            samples_lost: self.history.lost(),
            clock_step_us: self.clock_step_us,
            stall_longest_us: self.heartbeat.longest_us(),
            stalled_us: self.heartbeat.stalled_us(),
            cpu_us: micros(process_cpu().saturating_sub(self.cpu_before)),
            cores: thread::available_parallelism().map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX)),
            shares_cores: self.shares_cores,
            shares_process: self.shares_process,
        });
        let by_hand = self.by_hand.acts();
        if !by_hand.is_empty() {
            let acts = by_hand.join(", ");
            trust.add(Stamp::Suspect, format!("Somebody steered by hand: {acts}."));
        }
        trust
    }

    /// Adds that a run did not reach its planned end, and why.
    pub(crate) fn cut_short(&self, trust: &mut Trust) {
        let why = self.budget.spent().map_or_else(
            || "The run was stopped before its planned end.".to_owned(),
            |spent| spent.sentence(),
        );
        trust.add(Stamp::Suspect, why);
    }

    /// Lines the gateway's journal dropped during the run.
    pub(crate) fn journal_lost(&self) -> u64 {
        let dropped = |status: &Option<Status>| status.as_ref().map_or(0, |status| status.journal.dropped);
        dropped(&self.status).saturating_sub(dropped(&self.before))
    }

    fn lag_p99_us(&self) -> u64 {
        self.journeys.lag().percentile_us(99_000)
    }

    /// Every expectation as it stands. They speak of the whole load, so a part of it judges none.
    pub(crate) fn judged(&self, callbacks: Option<&Callbacks>) -> Vec<Judged> {
        if self.segment != Segment::WHOLE {
            let not_judged = |expectation: &Expectation| Judged::not_judged(&expectation.text);
            return self.expectations.iter().map(not_judged).collect();
        }
        let (offered, dropped) = (
            self.journeys.totals.offered_by_phase(),
            self.journeys.totals.dropped_by_phase(),
        );
        judge(
            &self.expectations,
            &Evidence {
                history: &self.history,
                plan: &self.plan,
                offered: &offered,
                dropped: &dropped,
                callbacks,
                books_balance: self.status.as_ref().map(books_balance),
            },
        )
    }
}

/// The names of operations and journeys that a load plays.
pub(crate) fn names(load: &Load) -> Names {
    if load.itineraries.is_empty() {
        return Whats::of(load).names();
    }
    Names {
        whats: TourNames::new(&load.itineraries).all().to_vec(),
    }
}

/// Whether every coin's postings sum to zero.
pub(crate) fn books_balance(status: &Status) -> bool {
    status
        .books
        .iter()
        .all(|sum| sum.sum.parse::<Decimal>().is_ok_and(|sum| sum.is_zero()))
}
