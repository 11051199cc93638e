//! A running gateway as a picture: what its admin port tells, look by look, becomes one
//! [`Snapshot`] whose "requests" are the exchanges that the gateway saw. Asking the port is left to others; this is pure.
//!
//! The picture's time axis begins where the timeline in force started, and goes on whatever an operator does to the
//! timeline: after a jump, phases stand where they really held. Another scenario in force, or another gateway at the same
//! address, is another run: the picture begins anew. So it does when the gateway no longer tells of the timeline's first
//! legs, after some hundred jumps. Before that start nothing is shown.
//!
//! | end of an exchange | class | |
//! |---|---|---|
//! | `answered` | `ok` | |
//! | `declined` | `declined` | a success, as for a load, also where a rule asked for it |
//! | `unauthenticated` | `signature` | wrong sign, unknown shop, too late, sent twice |
//! | `malformed` | `protocol` | the request is not the protocol's |
//! | `http_4xx`, `http_5xx` | the same | the scenario's own answers |
//! | `strange`, `garbled` | `protocol` | an answer that is not the protocol's |
//! | `cut`, `closed` | `empty` | an answer that stops in its middle looks like one that never came |
//! | `reset` | `reset` | |
//! | `hung`, `left` | `timeout` | the client waited in vain |
//!
//! An error is expected where the scenario brought it about. Response time is from a request's head to the end of its
//! exchange; service time is the same without delays of rules and waits for a worker. Percentiles are those of summed
//! buckets, less than 1 % too high, never averages; `Window::All` and totals are of the seconds that were seen.

mod course;
mod history;
mod log;
mod second;

use std::sync::Arc;

use measure::snapshot::{
    CallbackFigures, CapacityFigures, LoadFigures, PhaseFigures, RuleFigures, RunPlan, Snapshot, Stage, Subject,
};
use protocol::admin::{
    ActLine, ActPage, CallbackCounts, CapacityView, FaultList, RuleCount, SecondPage, Standing, Status, Timeline,
};

use self::{history::History, log::Log, second::Live};

/// What the admin port said in one look.
#[derive(Clone, Copy, Debug)]
pub struct GatewayLook<'a> {
    /// `GET /status`
    pub status: &'a Status,
    /// `GET /timeline`
    pub timeline: &'a Timeline,
    /// `GET /seconds?after=N`, with [`After::seconds`].
    pub seconds: &'a SecondPage,
    /// `GET /acts?after=N`, with [`After::acts`].
    pub acts: &'a ActPage,
    /// `GET /faults`
    pub faults: &'a FaultList,
}

/// What the next look is to ask for: what lies after these numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct After {
    /// Of `GET /seconds`.
    pub seconds: u64,
    /// Of `GET /acts`.
    pub acts: u64,
}

/// A picture of a gateway, kept up to date.
#[derive(Debug)]
pub struct GatewayPicture {
    target: String,
    after: After,
    run: Option<Run>,
    latest: Arc<Snapshot>,
}

/// One run of a timeline at one gateway.
#[derive(Debug)]
struct Run {
    identity: Identity,
    plan: Arc<RunPlan>,
    history: History,
    log: Log,
}

/// What makes a run another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity {
    /// When the gateway began, microseconds since the Unix epoch.
    began_us: u64,
    /// When the timeline started, microseconds since then; `None` while it waits.
    started_us: Option<u64>,
}

impl GatewayPicture {
    /// A picture of the gateway at this address, of which nothing is known yet.
    pub fn new(target: impl Into<String>) -> Self {
        let target = target.into();
        let plan = RunPlan {
            scenario: String::new(),
            seed: 0,
            target: target.clone(),
            phases: Vec::new(),
            arrivals_end_us: 0,
            drain_us: 0,
            target_per_second: Vec::new(),
            users: 0,
        };
        Self {
            target,
            after: After::default(),
            run: None,
            latest: Arc::new(empty(Arc::new(plan))),
        }
    }

    /// What the next look is to ask for.
    pub fn after(&self) -> After {
        self.after
    }

    /// The latest picture.
    pub fn latest(&self) -> Arc<Snapshot> {
        Arc::clone(&self.latest)
    }

    /// Takes a look in. Where the gateway was another one in the middle of the look, the picture stays as it is.
    pub fn take(&mut self, look: &GatewayLook<'_>) -> Arc<Snapshot> {
        if look.timeline.began_us == look.seconds.began_us {
            self.see(look);
        }
        self.latest()
    }

    fn see(&mut self, look: &GatewayLook<'_>) {
        let timeline = look.timeline;
        let identity = Identity {
            began_us: timeline.began_us,
            started_us: timeline.legs.first().map(|leg| leg.at_us),
        };
        let known = self.run.as_ref().map(|run| run.identity);
        let is_other_gateway = known.is_some_and(|known| known.began_us != identity.began_us);
        // Its pages were asked for by the numbers of the gateway before, so they may begin too late.
        let skips = is_other_gateway && self.after != After::default();
        if is_other_gateway {
            self.after = After::default();
        }
        let plan = course::plan(timeline, &self.target);
        let same = self.run.take().filter(|run| run.identity == identity);
        let mut run = same.unwrap_or_else(|| Run {
            identity,
            plan: Arc::clone(&self.latest.plan),
            history: History::default(),
            log: Log::default(),
        });
        if *run.plan != plan {
            run.plan = Arc::new(plan);
        }
        if !skips {
            self.after = run.read(look, self.after);
        }
        self.latest = Arc::new(run.snapshot(look));
        self.run = Some(run);
    }
}

impl Run {
    /// Reads what is new in a look; gives what the next one is to ask for.
    fn read(&mut self, look: &GatewayLook<'_>, after: After) -> After {
        let acts = look.acts.acts.iter().filter(|act| act.seq > after.acts);
        let acts: Vec<&ActLine> = acts.collect();
        let next_act = acts.last().map_or(after.acts, |act| act.seq);
        let Some(started_us) = self.identity.started_us else {
            // The second in which it will start must not be missed.
            return After {
                seconds: look.seconds.last.saturating_sub(1).max(after.seconds),
                acts: after.acts,
            };
        };
        let on_axis =
            |act: &ActLine| i128::from(act.time_us) - i128::from(self.identity.began_us) - i128::from(started_us);
        let elapsed_us = elapsed_us(look, started_us);
        self.log
            .see(&self.plan, elapsed_us, acts.into_iter().map(|act| (on_axis(act), act)));
        let new = look.seconds.seconds.iter().filter(|second| second.seq > after.seconds);
        let last = look.seconds.last;
        let live = Live::of(look.status);
        let mut seconds = after.seconds;
        for second in new {
            seconds = second.seq;
            let live = (second.seq == last).then_some(live);
            self.history.add(&self.plan, started_us, second, live);
        }
        self.history.settle();
        After {
            seconds,
            acts: next_act,
        }
    }

    fn snapshot(&self, look: &GatewayLook<'_>) -> Snapshot {
        let GatewayLook { status, timeline, .. } = look;
        let elapsed_us = self
            .identity
            .started_us
            .map_or(0, |started_us| elapsed_us(look, started_us));
        let capacity = status.capacity.as_ref().map(capacity);
        let (busy, waiting) = capacity.map_or((0, 0), |capacity| (capacity.busy, capacity.waiting));
        let rules: Vec<RuleFigures> = status.rules.iter().map(rule).collect();
        let exchanges = self.history.exchanges();
        Snapshot {
            stage: match timeline.standing {
                Standing::Waiting => Stage::Starting,
                Standing::Running | Standing::After => Stage::Running,
            },
            elapsed_us,
            load: LoadFigures {
                started: exchanges,
                completed: exchanges,
                in_flight: busy.saturating_add(waiting),
                waiting,
                ..LoadFigures::default()
            },
            seconds: self.history.seconds(),
            windows: self.history.windows(),
            classes: self.history.classes(),
            operations: self.history.operations(),
            phases: Arc::new(self.phases(&rules)),
            callbacks: callbacks(&status.callbacks),
            capacity,
            rules,
            by_hand: self.log.by_hand(look.faults),
            events: self.log.lines(),
            ..empty(Arc::clone(&self.plan))
        }
    }

    /// Each phase of the plan. The gateway counts a rule's hits over the whole run, so where a phase came again they stand
    /// with its first time.
    fn phases(&self, rules: &[RuleFigures]) -> Vec<PhaseFigures> {
        let mut told: Vec<&str> = Vec::new();
        let phases = self.plan.phases.iter().enumerate().map(|(at, phase)| {
            let again = told.contains(&phase.name.as_str());
            told.push(&phase.name);
            let own = rules
                .iter()
                .filter(|rule| !again && rule.phase == phase.name && rule.on != "callback");
            PhaseFigures {
                injected: own.map(|rule| rule.decided).sum(),
                ..self.history.phase(at)
            }
        });
        phases.collect()
    }
}

fn elapsed_us(look: &GatewayLook<'_>, started_us: u64) -> u64 {
    look.timeline.now_us.saturating_sub(started_us)
}

fn capacity(view: &CapacityView) -> CapacityFigures {
    CapacityFigures {
        workers: view.workers,
        busy: view.busy,
        waiting: view.waiting,
        utilisation: view.utilisation,
        queue_wait_p99_us: view.queue_wait_p99_us,
        turned_away: view.turned_away,
        timed_out: view.timed_out,
    }
}

fn rule(count: &RuleCount) -> RuleFigures {
    RuleFigures {
        name: count.name.clone(),
        phase: count.phase.clone(),
        on: count.on.clone(),
        decided: count.decided,
    }
}

/// The gateway's side only: what receivers saw is not known here.
fn callbacks(counts: &CallbackCounts) -> CallbackFigures {
    CallbackFigures {
        sent: counts.sent,
        acknowledged: counts.acknowledged,
        retried: counts.retried,
        held: counts.held,
        pending: counts.pending,
        dropped: counts.dropped,
        lost: counts.lost,
        ack_p99_us: counts.ack_p99_us,
        ..CallbackFigures::default()
    }
}

/// Nothing is known yet.
fn empty(plan: Arc<RunPlan>) -> Snapshot {
    Snapshot {
        windows: History::default().windows(),
        ..Snapshot::empty(Subject::Gateway, plan)
    }
}

#[cfg(test)]
mod tests;
