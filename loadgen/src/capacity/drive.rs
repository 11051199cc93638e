//! Step after step, and the end. One loop that looks twenty times a second, as a run's conductor does.

mod step;

use std::{
    sync::{Arc, mpsc},
    time::Duration,
};

use measure::{
    recorder::Recorder,
    search::{
        Held, Next, Outcome, Search, Stage,
        report::{CapacityReport, FORMAT, Step},
    },
    trust::{Stamp, Trust},
};
use tokio::time::Instant;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    CapacityPlan,
    bare::measured,
    batches::{BATCHES_MOST, Batches},
    samples::Samples,
    traffic::Shoppers,
};
use crate::{
    LoadError, Stopper,
    admin::AdminPort,
    aggregate::names,
    attack::{Attack, AttackError, Pool},
    book::MAX_ORDERS,
    client::TIMEOUT,
    clock::micros,
    conduct::{AHEAD, READY_WITHIN, end_users, on_runtime, prepare, work},
    gate::Gate,
    journey::{Journeys, Parts, Watch},
    plan::{JournalSource, Layout, Plan, USERS_MAX, USERS_MIN},
    safety::Safety,
};

/// Shards of the recorder, twice the threads that fill it.
const SHARDS: usize = 4;

/// Plays a search to its end. Sends once everything is checked; leaving before that is a refusal.
pub(super) fn run(
    plan: CapacityPlan,
    stopper: &Stopper,
    ready: &mpsc::SyncSender<()>,
    tell: mpsc::SyncSender<Step>,
) -> Result<CapacityReport, LoadError> {
    on_runtime("search-io", play(plan, stopper, ready, tell))
}

async fn play(
    plan: CapacityPlan,
    stopper: &Stopper,
    ready: &mpsc::SyncSender<()>,
    tell: mpsc::SyncSender<Step>,
) -> Result<CapacityReport, LoadError> {
    let load = load_plan(&plan);
    let layout = Layout::new(&load, TIMEOUT)?;
    let gate = Gate::open(&load.target, &load.allow_target)?;
    prepare::reach(&gate).await?;
    let port = prepare::admin_port(&load, stopper).await?;
    let receiver = prepare::receiver().await?;
    let shares_cores = gate.is_loopback();
    let hard = CancellationToken::new();
    let whats = u16::try_from(names(&load.scenario.load).whats.len()).unwrap_or(u16::MAX);
    let hears = prepare::Hears {
        crowd: None,
        tours: None,
        course: Arc::default(),
    };
    let parts = Parts {
        phases: BATCHES_MOST,
        recorder: Arc::new(Recorder::new(SHARDS, BATCHES_MOST, whats)),
        ..prepare::parts(&load, &layout, &receiver, gate, hard.clone(), hears)?
    };
    if !plan.own {
        prepare::introduce(&load.target, &parts).await?;
    }
    let measured = measured(&plan.bare, plan.own, &plan.target, status(port.as_ref()).await.as_ref());
    let (journeys, steps) = Journeys::new(parts);
    let batches = Arc::new(Batches::default());
    let shoppers = Shoppers::new(&journeys);
    watch(&journeys, &batches, &shoppers);
    let pool = Pool {
        users: layout.users,
        host: plan.target.clone(),
        longest: plan.longest,
    };
    let work = work(journeys.clone());
    let interrupt = stopper.clone();
    let attack = Attack::start(&pool, steps, work, move || interrupt.stop())?;
    // Nobody waits any more only if the caller is gone.
    let _ = ready.send(());
    let tasks = TaskTracker::new();
    let closing = CancellationToken::new();
    tasks.spawn(receiver.serve(journeys.clone(), closing.clone()));
    tasks.spawn(journeys.clone().poll(closing.clone()));
    let mut driver = Driver {
        plan,
        users: layout.users,
        journeys,
        batches,
        shoppers,
        attack,
        stopper,
        shares_cores,
        samples: Samples::new(names(&load.scenario.load)),
        tell,
        steps: Vec::new(),
        ended_by: None,
    };
    let outcome = driver.search().await;
    driver.journeys.close();
    hard.cancel();
    driver.attack.halt();
    closing.cancel();
    tasks.close();
    tasks.wait().await;
    let (attack, report) = driver.report(outcome, measured);
    end_users(attack).await?;
    report
}

/// What the rooms of a run want to know, as far as a search has it.
fn load_plan(plan: &CapacityPlan) -> Plan {
    Plan {
        scenario: plan.bare.scenario.clone(),
        length: None,
        target: plan.target.clone(),
        admin: plan.admin.clone(),
        allow_target: plan.allow_target.clone(),
        out: plan.out.clone(),
        prefix: plan.prefix.clone(),
        journal: JournalSource::None,
        on_first_arrival: None,
        scenario_text: None,
        fault: None,
        shop: 0,
        repeats: None,
        feed: None,
        wallet: None,
        safety: Safety {
            max_length: Duration::MAX,
            ..Safety::default()
        },
        part: None,
        users: Some(pool_of(plan)),
    }
}

/// Users for the highest level: by Little's law with every request at the client's time-out, or one for each shopper and
/// some more for callbacks that are followed by a query.
fn pool_of(plan: &CapacityPlan) -> u32 {
    let needed = match plan.range.by {
        measure::search::By::Rate => plan.range.highest * TIMEOUT.as_secs_f64(),
        measure::search::By::Users => plan.range.highest + f64::from(USERS_MIN),
    };
    (needed.ceil() as u32).clamp(USERS_MIN, USERS_MAX)
}

async fn status(port: Option<&AdminPort>) -> Option<protocol::admin::Status> {
    port?.status().await.ok()
}

fn watch(journeys: &Arc<Journeys>, batches: &Arc<Batches>, shoppers: &Arc<Shoppers>) {
    let (batches, shoppers) = (batches.clone(), shoppers.clone());
    journeys.watch(Watch {
        batch_of: Box::new(move |due_us| batches.of(due_us)),
        done_with: Box::new(move |seq| shoppers.done_with(seq)),
    });
}

struct Driver<'a> {
    plan: CapacityPlan,
    users: u32,
    journeys: Arc<Journeys>,
    batches: Arc<Batches>,
    shoppers: Arc<Shoppers>,
    attack: Attack,
    stopper: &'a Stopper,
    shares_cores: bool,
    samples: Samples,
    tell: mpsc::SyncSender<Step>,
    steps: Vec<Step>,
    /// Why the search was ended before its own end.
    ended_by: Option<String>,
}

impl Driver<'_> {
    async fn search(&mut self) -> Result<Outcome, LoadError> {
        self.users_ready().await?;
        let first = Instant::now() + AHEAD;
        self.journeys.axis.set(first);
        if let Some(tell) = self.plan.on_first_arrival.take() {
            tell(first);
        }
        tokio::time::sleep_until(first).await;
        let mut search = Search::new(self.plan.range);
        loop {
            let (stage, level) = match search.next() {
                Next::Measure { stage, level } => (stage, level),
                Next::Done(outcome) => return Ok(outcome),
            };
            if let Some(why) = self.no_room_for(stage) {
                self.ended_by = Some(why);
                search = search.stopped();
                continue;
            }
            match self.step(stage, level).await? {
                Some(step) => {
                    search = search.told(step.held, step.clear);
                    // Nobody listens any more only if the caller is gone.
                    let _ = self.tell.try_send(step.clone());
                    self.steps.push(step);
                }
                None => {
                    self.ended_by = Some("The search was stopped before its end.".to_owned());
                    search = search.stopped();
                }
            }
        }
    }

    async fn users_ready(&self) -> Result<(), LoadError> {
        let until = Instant::now() + READY_WITHIN;
        while self.attack.ready() < self.users && !self.stopper.stop.is_cancelled() {
            if self.attack.is_over() || Instant::now() > until {
                let words = format!("{} of {} users became ready", self.attack.ready(), self.users);
                return Err(AttackError::Ended(words).into());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// Why there can be no further step.
    fn no_room_for(&self, stage: Stage) -> Option<String> {
        if self.stopper.stop.is_cancelled() {
            return Some("The search was stopped before its end.".to_owned());
        }
        let elapsed = Duration::from_micros(self.now_us());
        if elapsed + self.lasts(stage) > self.plan.longest {
            let most = measure::unit::span(self.plan.longest.as_millis() as u64);
            return Some(format!(
                "There was no time left for a further step: a search lasts {most} at most."
            ));
        }
        let orders = self.journeys.book().len();
        let needed = self.orders_of(stage);
        (orders + needed > MAX_ORDERS).then(|| {
            format!("There was no room left for a further step: a search opens {MAX_ORDERS} orders at most, {orders} are open.")
        })
    }

    /// Orders that a step may open, by the busiest step so far: the next level is at most twice that.
    fn orders_of(&self, stage: Stage) -> usize {
        let busiest = self
            .steps
            .iter()
            .map(|step| step.offered_per_second)
            .fold(0.0, f64::max);
        (busiest * self.lasts(stage).as_secs_f64()).ceil() as usize
    }

    fn lasts(&self, stage: Stage) -> Duration {
        match stage {
            Stage::Grow | Stage::Bisect => self.plan.step,
            Stage::Confirm => self.plan.confirm + step::settle_of(self.plan.step),
        }
    }

    fn now_us(&self) -> u64 {
        self.journeys.axis.us(Instant::now())
    }

    fn report(
        self,
        outcome: Result<Outcome, LoadError>,
        measured: Vec<String>,
    ) -> (Attack, Result<CapacityReport, LoadError>) {
        let lasted_ms = self.now_us() / 1_000;
        let Self {
            plan,
            journeys,
            attack,
            samples,
            steps,
            ended_by,
            ..
        } = self;
        let report = outcome.map(|outcome| {
            let mut report = CapacityReport {
                format: FORMAT,
                version: env!("CARGO_PKG_VERSION").to_owned(),
                by: plan.range.by,
                slo: plan
                    .objectives
                    .iter()
                    .map(|objective| objective.text().to_owned())
                    .collect(),
                scenario: plan.bare.scenario.name.clone(),
                seed: plan.bare.scenario.seed,
                target: plan.target,
                measured,
                started_ms: journeys.axis.wall_zero_us() / 1_000,
                lasted_ms,
                precision: plan.range.precision,
                outcome,
                at_least: plan.at_least,
                level_low: None,
                level_high: None,
                knee: None,
                scalability: None,
                trust: trust(outcome, &steps, ended_by),
                steps,
                classes: samples.classes(),
            };
            report.conclude();
            report
        });
        (attack, report)
    }
}

/// The answer rests on two steps: the confirmation, and the lowest that broke. Both must be trusted; where nothing was
/// found, the last step must.
fn trust(outcome: Outcome, steps: &[Step], ended_by: Option<String>) -> Trust {
    let mut trust = Trust::default();
    let last_at = |wanted: f64, kept: bool| {
        let mut latest = steps.iter().rev();
        latest.find(|step| step.level == wanted && (step.held == Held::Kept) == kept)
    };
    let (kept, broke) = match outcome {
        Outcome::Found { level, broken } => (last_at(level, true), broken.and_then(|level| last_at(level, false))),
        Outcome::TooLow { .. } | Outcome::Unconfirmed { .. } | Outcome::Stopped { .. } => (steps.last(), None),
    };
    for step in broke.into_iter().chain(kept) {
        for reason in &step.trust.reasons {
            trust.add(step.trust.stamp, format!("Step {}: {reason}", step.number));
        }
    }
    if let Some(why) = ended_by {
        trust.add(Stamp::Suspect, why);
    }
    trust
}

/// The longest time an objective speaks of.
fn longest_time(plan: &CapacityPlan) -> Duration {
    let times = plan.objectives.iter().filter_map(super::Objective::time);
    times.max().unwrap_or_default()
}

/// Microseconds as they stand on the axis.
fn us(span: Duration) -> u64 {
    micros(span)
}
