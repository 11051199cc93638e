//! The scenario in force: its timeline, when it started, how often each rule hit; and how all of it is changed while
//! calls are under way. Owns "which phase is it"; what a phase's rules decide is left to the `scenarios` crate.

mod course;
mod faults;
mod moves;

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use arc_swap::{ArcSwap, Guard};
use scenarios::{
    Callbacks, Changes, ConnectionFault, Counters, Decision, Hit, Hits, Occasion, Operation, PhaseIndex, RuleId,
    Scenario, Script, Subject, Timeline, TlsFault, changes, decide, early, script::Recorded,
};
use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use crate::{
    acts::{Act, Acts},
    clock::Clock,
    config::Start,
    metrics::Sheet,
};
use course::{Course, Place};
pub(crate) use course::{Leg, Standing};
pub(crate) use faults::{FAULTS_MAX, Fault};
pub(crate) use moves::Moved;

/// One scenario with its place in time.
#[derive(Debug)]
pub(crate) struct Drill {
    /// The scenario, with the ad-hoc faults of this moment.
    pub(crate) scenario: Arc<Scenario>,
    /// The same without them, as its file says it.
    pub(crate) base: Arc<Scenario>,
    /// How callbacks of orders opened now are delivered.
    pub(crate) callbacks: Arc<Callbacks>,
    /// The decisions of a recorded run, where this one repeats it.
    script: Option<Arc<Script>>,
    timeline: Timeline,
    /// Shared with drills of the same timeline under other faults.
    course: Arc<Mutex<Course>>,
    /// How often rules with a limit were met and hit.
    pub(crate) counters: Counters,
    /// How often each rule hit, by [`RuleId`]. A rule that a swap keeps shares its counter with the drill before, whose
    /// last exchanges may still be under way.
    decided: Box<[Arc<AtomicU64>]>,
    /// When the first of its faults ends, after which it must not decide anything.
    until: Option<Instant>,
    /// What faults by hand do to connections, and until when.
    connections: Vec<(ConnectionFault, Instant)>,
    /// Where its metrics are.
    pub(crate) sheet: Sheet,
}

impl Drill {
    /// A drill whose timeline has not started.
    pub(crate) fn new(scenario: Arc<Scenario>, lasts: Option<Duration>) -> Self {
        Self {
            callbacks: Arc::new(scenario.callbacks.clone()),
            script: None,
            timeline: Timeline::new(&scenario, lasts),
            course: Arc::default(),
            counters: Counters::new(&scenario),
            decided: scenario.rules.iter().map(|_| Arc::default()).collect(),
            until: None,
            connections: Vec::new(),
            sheet: Sheet::of(&scenario),
            base: Arc::clone(&scenario),
            scenario,
        }
    }

    /// The same, repeating a recorded run where there is one.
    #[must_use]
    pub(crate) fn repeating(self, script: Option<Arc<Script>>) -> Self {
        Self { script, ..self }
    }

    /// The drill that comes after this one: its timeline starts at `start`, and rules that stay as they are go on counting.
    fn followed_by(&self, scenario: Arc<Scenario>, lasts: Option<Duration>, start: Instant, changes: &Changes) -> Self {
        let mut next = Self::new(scenario, lasts);
        *next.course() = Course::from(start);
        next.counters = self.counters.follow(&next.scenario, changes.kept_rules());
        for (old, new) in changes.kept_rules() {
            next.decided[usize::from(new.0)] = Arc::clone(&self.decided[usize::from(old.0)]);
        }
        next
    }

    /// Where it stands now.
    pub(crate) fn standing(&self) -> Standing {
        self.course().place().standing(Instant::now())
    }

    /// The phase of this moment; the first one while waiting.
    pub(crate) fn phase(&self) -> PhaseIndex {
        match self.standing() {
            Standing::Waiting => PhaseIndex(0),
            Standing::Running(elapsed) => self.timeline.phase_at(elapsed),
        }
    }

    /// The name of this moment's phase, `waiting` before the start and `after` past the last, and how far the timeline is.
    pub(crate) fn phase_now(&self) -> (&str, Duration) {
        match self.standing() {
            Standing::Waiting => (WAITING, Duration::ZERO),
            Standing::Running(elapsed) => (self.timeline.name(self.timeline.phase_at(elapsed)), elapsed),
        }
    }

    /// A phase's name; `after` past the last.
    pub(crate) fn phase_name(&self, phase: PhaseIndex) -> &str {
        self.timeline.name(phase)
    }

    fn connection_fault_by_hand(&self) -> Option<ConnectionFault> {
        if self.connections.is_empty() {
            return None;
        }
        let now = Instant::now();
        let mut in_force = self.connections.iter().filter(|(_, until)| now < *until);
        let first = in_force.next()?.0;
        // Where connections are refused, whenever that was put, no handshake is left to spoil.
        let refuses = in_force.any(|(fault, _)| *fault == ConnectionFault::Refuse);
        Some(if refuses { ConnectionFault::Refuse } else { first })
    }

    /// What goes wrong with connections at this moment: whoever asks about connections asks here. A fault by hand comes
    /// before the phase's. No phase does anything while the timeline waits, nor where a recorded run is repeated: what came
    /// through then comes through now, and what did not, its load does not send.
    pub(crate) fn connection_fault_now(&self) -> Option<ConnectionFault> {
        if let Some(fault) = self.connection_fault_by_hand() {
            return Some(fault);
        }
        if self.script.is_some() {
            return None;
        }
        match self.standing() {
            Standing::Waiting => None,
            Standing::Running(elapsed) => self.timeline.connection_fault(elapsed),
        }
    }

    /// Decides an occasion: as rules say, or as it was decided in the run that this one repeats.
    pub(crate) fn decide(&self, occasion: &Occasion<'_>) -> Decision {
        match &self.script {
            None => decide(&self.scenario, occasion, &self.counters),
            Some(script) => script.decide(&self.scenario, occasion, &self.counters),
        }
    }

    /// The decision on a first attempt that is to come before its order's answer, where it is.
    pub(crate) fn early(&self, attempt: &Occasion<'_>) -> Option<Decision> {
        match &self.script {
            None => early(&self.scenario, attempt, &self.counters),
            Some(script) => script.early(&self.scenario, attempt, &self.counters),
        }
    }

    /// What was recorded of an occasion in the run that this one repeats.
    pub(crate) fn recorded(
        &self,
        shop: u64,
        operation: Operation,
        subject: Subject<'_>,
        attempt: u32,
    ) -> Option<Recorded> {
        self.script.as_ref()?.find(shop, operation, subject, attempt)
    }

    /// Counts the rules of a decision, each once.
    pub(crate) fn count(&self, hits: &Hits) {
        for hit in hits.rules() {
            self.count_rule(hit);
        }
    }

    /// Counts one rule.
    pub(crate) fn count_rule(&self, hit: Hit) {
        self.decided[usize::from(hit.rule.0)].fetch_add(1, Ordering::Relaxed);
    }

    /// How often a rule hit.
    pub(crate) fn decided(&self, rule: RuleId) -> u64 {
        self.decided[usize::from(rule.0)].load(Ordering::Relaxed)
    }

    /// Is the timeline over?
    pub(crate) fn is_over(&self) -> bool {
        match self.standing() {
            Standing::Waiting => false,
            Standing::Running(elapsed) => elapsed >= self.timeline.end(),
        }
    }

    /// Whether both follow the same timeline, from the same start: neither a swap lies between them.
    pub(crate) fn is_same_run(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.course, &other.course)
    }

    /// The next moment at which a phase begins, the timeline ends or a fault does.
    fn next_border(&self) -> Option<Instant> {
        let place = self.course().place();
        let now = Instant::now();
        let of_timeline = match place {
            Place::Since(started) => {
                let mut borders = self.timeline.starts().map(|(start, _)| started + start);
                borders.find(|border| *border > now)
            }
            Place::Waiting | Place::Held(_) => None,
        };
        of_timeline.into_iter().chain(self.until).min()
    }

    /// Its phases at their places in time.
    pub(crate) fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// How the timeline came to where it stands.
    pub(crate) fn legs(&self) -> Vec<Leg> {
        self.course().legs(Instant::now())
    }

    fn course(&self) -> MutexGuard<'_, Course> {
        self.course.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a swap did.
#[derive(Debug)]
pub(crate) struct Swapped {
    /// The drill that was in force.
    pub(crate) old: Arc<Drill>,
    /// What differs from it.
    pub(crate) changes: Changes,
}

/// The phase before the timeline starts.
const WAITING: &str = "waiting";

/// Holds the drill in force, changes it, and tells of borders.
#[derive(Debug)]
pub(crate) struct InForce {
    drill: ArcSwap<Drill>,
    start: Start,
    lasts: Option<Duration>,
    clock: Clock,
    acts: Acts,
    /// The faults that are on. Held by whoever changes anything of what is in force: one at a time.
    faults: Mutex<Vec<Fault>>,
    /// Written while shops and drill change together, so that nobody sees one without the other.
    pair: RwLock<()>,
    moved: Notify,
    borders: watch::Sender<()>,
}

impl InForce {
    /// Puts a scenario in force. Its timeline waits for [`start`](Self::start) or [`arrival`](Self::arrival).
    pub(crate) fn new(drill: Drill, lasts: Option<Duration>, start: Start, clock: Clock) -> Self {
        Self {
            drill: ArcSwap::from_pointee(drill),
            start,
            lasts,
            clock,
            acts: Acts::default(),
            faults: Mutex::default(),
            pair: RwLock::new(()),
            moved: Notify::new(),
            borders: watch::Sender::new(()),
        }
    }

    /// The drill in force, for the length of a request. No fault is in it whose time is over, however late the watcher of
    /// borders is.
    pub(crate) fn get(&self) -> Arc<Drill> {
        self.end_faults_now();
        self.drill.load_full()
    }

    /// The drill in force, with what else goes with it: never that of one scenario with the drill of another.
    pub(crate) fn with<T>(&self, beside: impl FnOnce() -> T) -> (Arc<Drill>, T) {
        // Before the lock: whoever changes the drill waits for it while others wait for him.
        self.end_faults_now();
        let _still = self.pair.read().unwrap_or_else(PoisonError::into_inner);
        (self.drill.load_full(), beside())
    }

    fn end_faults_now(&self) {
        let over = self.glance().until.is_some_and(|until| Instant::now() >= until);
        if over {
            self.end_faults();
        }
    }

    /// What operators did.
    pub(crate) fn acts(&self) -> &Acts {
        &self.acts
    }

    /// Writes down what an operator does now.
    pub(crate) fn note(&self, act: &Act) {
        self.acts.note(self.clock.wall(), act);
    }

    /// The drill in force, for a glance.
    fn glance(&self) -> Guard<Arc<Drill>> {
        self.drill.load()
    }

    /// The right to change what is in force.
    fn alone(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Are connections refused at this moment?
    pub(crate) fn refuses_now(&self) -> bool {
        self.glance().connection_fault_now() == Some(ConnectionFault::Refuse)
    }

    /// What goes wrong with handshakes at this moment.
    pub(crate) fn tls_now(&self) -> Option<TlsFault> {
        match self.glance().connection_fault_now() {
            Some(ConnectionFault::Tls(fault)) => Some(fault),
            Some(ConnectionFault::Refuse) | None => None,
        }
    }

    /// Starts the timeline at `at`, unless it has started.
    pub(crate) fn start(&self, at: Instant) {
        let drill = self.glance();
        drill.course().start(at);
        self.moved.notify_one();
    }

    /// An authenticated call came: the first one may start the timeline.
    pub(crate) fn arrival(&self) {
        match self.start {
            Start::Announcement => {}
            Start::FirstArrival => {
                if self.glance().course().place() == Place::Waiting {
                    self.start(Instant::now());
                }
            }
        }
    }

    /// Puts another scenario in force, together with what `beside` changes; its timeline starts after `starts_in`, in another
    /// length than the usual one where it is given. Exchanges under way end as the old one decided, and faults stay on.
    pub(crate) fn swap(
        &self,
        scenario: Arc<Scenario>,
        lasts: Option<Duration>,
        starts_in: Duration,
        beside: impl FnOnce(),
    ) -> Swapped {
        let faults = self.alone();
        let old = self.drill.load_full();
        let changes = changes(&old.base, &scenario);
        let next = old.followed_by(scenario, lasts.or(self.lasts), Instant::now() + starts_in, &changes);
        self.note(&Act::Scenario {
            old: old.base.name.clone(),
            new: next.base.name.clone(),
        });
        let next = Arc::new(next.with_faults(&faults));
        {
            let _together = self.pair.write().unwrap_or_else(PoisonError::into_inner);
            beside();
            self.drill.store(next);
        }
        self.moved.notify_one();
        Swapped { old, changes }
    }

    /// Hears of every border, late by at most the scheduler's whim. Who must be exact asks the time as well.
    pub(crate) fn borders(&self) -> watch::Receiver<()> {
        self.borders.subscribe()
    }

    /// Tells of borders until `stop`.
    pub(crate) async fn watch_borders(&self, stop: CancellationToken) {
        loop {
            let border = self.glance().next_border();
            let passed = async {
                match border {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.moved.notified() => {}
                () = passed => {}
            }
            self.end_faults_now();
            self.borders.send_replace(());
        }
    }
}
