//! The stages of a run, in order: checks, users ready, arrivals, settling, reconciliation, end.
//!
//! One loop that looks twenty times a second and never blocks: what takes time happens in the users' threads, in the
//! receiver's and in the status poller's tasks.

mod arrivals;
mod begin;
mod part;
pub(crate) mod prepare;

use std::{
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use measure::{
    snapshot::{Snapshot, Stage},
    summary::Stopped,
};
use protocol::admin::Status;
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    Finished, LoadError, Stopper,
    admin::AdminPort,
    aggregate::Aggregate,
    attack::{Attack, AttackError, Pool, Work},
    client::TIMEOUT,
    course::Course,
    finish::{Ending, finish},
    gate::Gate,
    hand::{self, Wishes},
    journal::Journal,
    journey::{Journeys, Step},
    pace::{
        self,
        reins::{Bridle, reins},
    },
    plan::{Layout, Plan},
    receiver::Receiver,
    record,
    safety::Budget,
    segment,
    tour::{self, Alarm},
};
use part::{Part, planned_end};
use prepare::{Hears, admin_port, introduce, parts, reach, tours};

/// The conductor looks this often.
const LOOK: Duration = Duration::from_millis(50);

/// Looks between two snapshots.
const LOOKS_PER_SNAPSHOT: u32 = 5;

/// The first arrival is planned this far ahead, so that whoever must know of it can be told.
pub(crate) const AHEAD: Duration = Duration::from_millis(200);

/// With a scenario given to the gateway its timeline has begun already, so the first arrival follows at once.
const AT_ONCE: Duration = Duration::from_millis(5);

/// The admin port is asked this often.
const STATUS_EVERY: Duration = Duration::from_secs(1);

/// And this often while the end waits for it.
const STATUS_EVERY_DRAINING: Duration = Duration::from_millis(250);

/// Journal pages may keep the conductor from looking for this long.
const FETCH_WITHIN: Duration = Duration::from_millis(200);

/// Users must be ready within this.
pub(crate) const READY_WITHIN: Duration = Duration::from_secs(60);

/// After a graceful stop requests under way get this.
pub(crate) const GRACE: Duration = Duration::from_millis(500);

/// Worker threads beside the conductor's: the receiver and the status poller.
const WORKERS: usize = 1;

/// Plays a plan to its end. Sends the channel of pictures once everything is checked; leaving before that is a refusal.
pub(crate) fn run(
    plan: Plan,
    stopper: &Stopper,
    wishes: Wishes,
    ready: &mpsc::SyncSender<watch::Receiver<Arc<Snapshot>>>,
) -> Result<Finished, LoadError> {
    on_runtime("load-io", play(plan, stopper, wishes, ready))
}

/// Plays something to its end on a runtime of its own, whose threads have this name.
pub(crate) fn on_runtime<T>(name: &str, played: impl Future<Output = Result<T, LoadError>>) -> Result<T, LoadError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .thread_name(name)
        .enable_all()
        .build()
        .map_err(|error| LoadError::System {
            what: "a runtime for the load",
            error,
        })?;
    let played = runtime.block_on(played);
    runtime.shutdown_timeout(GRACE);
    played
}

async fn play(
    mut plan: Plan,
    stopper: &Stopper,
    wishes: Wishes,
    ready: &mpsc::SyncSender<watch::Receiver<Arc<Snapshot>>>,
) -> Result<Finished, LoadError> {
    begin::check(plan.part)?;
    let layout = Layout::new(&plan, TIMEOUT)?;
    let gate = Gate::open(&plan.target, &plan.allow_target)?;
    reach(&gate).await?;
    let port = admin_port(&plan, stopper).await?;
    let receiver = prepare::receiver().await?;
    let shares_cores = gate.is_loopback();
    // Requests under way outlive a graceful stop for a moment, so their end is a token of its own.
    let hard = CancellationToken::new();
    let (left, told) = pace::crowd::channel();
    let crowd = plan.scenario.load.crowd().map(|_| left);
    let (alarm, alarms) = Alarm::new();
    let course = Arc::new(Course::default());
    let (reins, bridle) = reins(course.clone());
    let hears = Hears {
        crowd,
        tours: tours(&plan, &gate, &hard, alarm)?,
        course: course.clone(),
    };
    let parts = parts(&plan, &layout, &receiver, gate, hard.clone(), hears)?;
    // In `run` both sides have one scenario, and a gateway that is given ours knows our token by it; a probe would only
    // start the timeline too early.
    if parts.tours.is_none() && plan.on_first_arrival.is_none() && (plan.scenario_text.is_none() || port.is_none()) {
        introduce(&plan.target, &parts).await?;
    }
    let (journeys, steps) = Journeys::new(parts);
    let (mut aggregate, pictures) =
        Aggregate::new(journeys.clone(), &layout, course.clone(), &plan.scenario, shares_cores);
    aggregate.shares_process = plan.on_first_arrival.is_some();
    aggregate.budget = Budget::new(&plan.safety);
    aggregate.segment = plan.segment();
    let pool = pool(&plan, &layout);
    let work = work(journeys.clone());
    let interrupt = stopper.clone();
    // Nobody waits any more only if the caller is gone. One who has to wait for the start can stop it by what he is given.
    let mut pictures = Some(pictures);
    if plan.part.is_some() {
        let _ = pictures.take().map(|pictures| ready.send(pictures));
        begin::time_for_users(plan.part, &stopper.stop).await;
    }
    let attack = Attack::start(&pool, steps, work, move || interrupt.stop())?;
    let _ = pictures.take().map(|pictures| ready.send(pictures));
    let tasks = TaskTracker::new();
    let closing = CancellationToken::new();
    bring_steps(&journeys, (receiver, alarms), &tasks, &closing);
    let gateway = hand::Gateway {
        port: port.clone(),
        fault: plan.fault.take(),
    };
    let reined = hand::Load::new(reins, course.clone(), journeys.clone(), &plan, &layout);
    let (notes, ends) = (aggregate.by_hand.clone(), (stopper.stop.clone(), closing.clone()));
    tasks.spawn(hand::follow(gateway, reined, wishes, notes, ends));
    let conductor = Conductor {
        layout: &layout,
        arrivals: Some((told, bridle)),
        course,
        journeys,
        aggregate,
        attack,
        enough: stopper.stop.child_token(),
        stopper,
        hard,
        port,
        tasks,
        closing,
    };
    conductor.play(&mut plan).await
}

/// The users of a run; goose ends them by itself only if nobody else did.
fn pool(plan: &Plan, layout: &Layout) -> Pool {
    Pool {
        users: layout.users,
        host: plan.target.clone(),
        longest: begin::USERS_AHEAD + layout.timeline.end() + plan.scenario.load.drain + hand::PAUSED_MOST,
    }
}

/// Everything that makes a step due beside arrivals: callbacks, tours that waited, storms that ask again.
fn bring_steps(
    journeys: &Arc<Journeys>,
    (receiver, alarms): (Receiver, tour::Set),
    tasks: &TaskTracker,
    closing: &CancellationToken,
) {
    tasks.spawn(receiver.serve(journeys.clone(), closing.clone()));
    let (ringing, axis) = (journeys.clone(), journeys.axis.clone());
    let hand_on = move |step| ringing.come_again(step);
    tasks.spawn(tour::ring(alarms, move || axis.zero(), closing.clone(), hand_on));
    tasks.spawn(journeys.clone().poll(closing.clone()));
}

/// What users do: the steps of these journeys.
pub(crate) fn work(journeys: Arc<Journeys>) -> Work<Step> {
    Arc::new(move |step| {
        let journeys = journeys.clone();
        Box::pin(async move { journeys.perform(step).await })
    })
}

struct Conductor<'a> {
    layout: &'a Layout,
    /// What the pacer is to hear: the crowd's shoppers, where there is one, and wishes by hand.
    arrivals: Option<(mpsc::Receiver<(u32, u64)>, Bridle)>,
    /// Where the run is on its plan.
    course: Arc<Course>,
    journeys: Arc<Journeys>,
    aggregate: Aggregate,
    attack: Attack,
    stopper: &'a Stopper,
    /// No further arrivals; all else goes on.
    enough: CancellationToken,
    hard: CancellationToken,
    port: Option<AdminPort>,
    tasks: TaskTracker,
    closing: CancellationToken,
}

/// What the stages leave to the end.
struct Staged {
    journal: Journal,
    journal_from: u64,
    interrupted: bool,
    stopped: Option<Stopped>,
}

impl Conductor<'_> {
    /// Plays the stages; whatever breaks, users, receiver and pacer are brought to an end.
    async fn play(mut self, plan: &mut Plan) -> Result<Finished, LoadError> {
        let staged = self.stages(plan).await;
        self.stopper.stop.cancel();
        self.journeys.close();
        self.hard.cancel();
        self.attack.halt();
        let Self {
            layout,
            journeys,
            aggregate,
            attack,
            port,
            tasks,
            closing,
            ..
        } = self;
        let finished = match staged {
            Ok(Staged {
                journal,
                journal_from,
                interrupted,
                stopped,
            }) => {
                let (scenario, out) = (plan.scenario.as_ref(), plan.out.as_path());
                let ending = Ending {
                    scenario,
                    layout,
                    journeys,
                    port,
                    journal,
                    journal_from,
                    out,
                    interrupted,
                    stopped,
                    prefix: &plan.prefix,
                    part: plan.part,
                };
                finish(ending, aggregate).await
            }
            Err(error) => Err(error),
        };
        closing.cancel();
        tasks.close();
        tasks.wait().await;
        end_users(attack).await.and(finished)
    }

    async fn stages(&mut self, plan: &mut Plan) -> Result<Staged, LoadError> {
        self.users_ready().await?;
        let (journal_from, pacer) = self.first_arrival(plan).await?;
        let mut journal = Journal::open(&plan.journal, self.port.as_ref(), &plan.out, journal_from)?;
        let watched = self.watch(&pacer, &mut journal, plan.scenario.load.drain).await;
        let stopped = self.stopped(plan.safety.max_requests);
        // The pacer looks at its stop twenty times a second.
        self.stopper.stop.cancel();
        let _ = pacer.join();
        Ok(Staged {
            journal,
            journal_from,
            interrupted: watched?,
            stopped,
        })
    }

    async fn users_ready(&mut self) -> Result<(), LoadError> {
        let until = Instant::now() + READY_WITHIN;
        while self.attack.ready() < self.layout.users && !self.stopper.stop.is_cancelled() {
            if self.attack.is_over() || Instant::now() > until {
                return Err(AttackError::Ended(format!(
                    "{} of {} users became ready",
                    self.attack.ready(),
                    self.layout.users
                ))
                .into());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// Fixes the first arrival and starts the pacer. Gives the journal's last line of before.
    async fn first_arrival(&mut self, plan: &mut Plan) -> Result<(u64, thread::JoinHandle<()>), LoadError> {
        let (first, journal_from) = self.begin(plan).await?;
        if let Some(tell) = plan.on_first_arrival.take() {
            tell(first);
        }
        let started_ms = self.journeys.axis.wall_zero_us() / 1_000;
        let phases = self.layout.phase_names();
        let log = record::latency_log(&plan.out, started_ms, phases, &plan.scenario.load)?;
        self.aggregate.begin(log, record::frames(&plan.out)?);
        if plan.part.is_some() {
            self.aggregate.measured = Some(segment::measured(&plan.out)?);
        }
        let pacer = self.pacer(plan, first).map_err(|error| LoadError::System {
            what: "a thread for the pacer",
            error,
        })?;
        // It ends with the run by itself.
        let _heartbeat = self.aggregate.heartbeat.start(self.closing.clone());
        Ok((journal_from, pacer))
    }

    /// Looks on until everything is over; says whether it was stopped before.
    async fn watch(
        &mut self,
        pacer: &thread::JoinHandle<()>,
        journal: &mut Journal,
        drain: Duration,
    ) -> Result<bool, LoadError> {
        let mut looks = tokio::time::interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut enough_since = None;
        let mut statuses = self.poll_status();
        let mut part = Part::Arrivals;
        let mut look = 0_u32;
        loop {
            looks.tick().await;
            if statuses.has_changed().unwrap_or(false) {
                self.aggregate.status = statuses.borrow_and_update().clone();
                // What did not come in time comes with the next look, or at the end, which says so if it can't.
                let _ = tokio::time::timeout(FETCH_WITHIN, journal.fetch()).await;
            }
            if self
                .journeys
                .tours
                .as_ref()
                .is_some_and(|tours| tours.trouble().is_some())
            {
                self.stopper.stop.cancel();
            }
            if self.enough.is_cancelled() {
                enough_since.get_or_insert_with(Instant::now);
            }
            let planned_end = planned_end(&self.journeys.axis, &self.course, self.layout.timeline.end());
            let arrivals_end = enough_since.map_or(planned_end, |since| planned_end.min(since));
            part = self.next(part, pacer, arrivals_end, drain);
            if let Part::Over = part {
                return Ok(self.stopper.stop.is_cancelled());
            }
            look += 1;
            if look.is_multiple_of(LOOKS_PER_SNAPSHOT) {
                let stage = match part {
                    Part::Arrivals => Stage::Running,
                    Part::Settling { .. } | Part::Reconciling { .. } | Part::Ebbing { .. } | Part::Over => {
                        Stage::Draining
                    }
                };
                self.aggregate.tick(stage)?;
                let failed = self.journeys.book().failure();
                failed.map_or(Ok(()), |error| Err(LoadError::shelf(error)))?;
                if self.aggregate.budget.spent().is_some() {
                    self.stopper.stop.cancel();
                }
            }
        }
    }

    fn poll_status(&self) -> watch::Receiver<Option<Status>> {
        let (sender, receiver) = watch::channel(None);
        if let Some(port) = self.port.clone() {
            let closing = self.closing.clone();
            let (axis, course, end) = (
                self.journeys.axis.clone(),
                self.course.clone(),
                self.layout.timeline.end(),
            );
            self.tasks.spawn(async move {
                loop {
                    if let Ok(status) = port.status().await {
                        sender.send_replace(Some(status));
                    }
                    let every = if Instant::now() < planned_end(&axis, &course, end) {
                        STATUS_EVERY
                    } else {
                        STATUS_EVERY_DRAINING
                    };
                    tokio::select! {
                        () = closing.cancelled() => return,
                        () = tokio::time::sleep(every) => {}
                    }
                }
            });
        }
        receiver
    }
}

/// Waits for goose, which looks up every half second and clears its kill switch while it starts.
pub(crate) async fn end_users(attack: Attack) -> Result<(), LoadError> {
    while !attack.is_over() {
        attack.halt();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    attack.join().map_err(LoadError::from)
}
