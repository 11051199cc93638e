//! What is owed, what is due, what is held, and what became of it. Making the attempts is `attempt`'s.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use protocol::admin::CallbackCounts;
use scenarios::{CallbackAct, Callbacks, Decision, Hit, PhaseIndex};
use tokio::{sync::Semaphore, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{
    deliver::Road,
    early::Early,
    end::{End, line},
    fault::{Says, spread},
    lane::Lanes,
    send::Delivery,
};
use crate::{
    agenda::Agenda,
    clock::Calendar,
    drill::Drill,
    gateway::Gateway,
    journal::Outcome,
    store::{Fate, Key, Memory},
};

/// How many bursts of concurrent copies are under way at a time: with 64 copies each, 512 connections.
const BURSTS: usize = 8;

/// Every callback that is not done with.
#[derive(Debug)]
pub(crate) struct Outbox {
    pub(super) due: Agenda<Due>,
    held: Mutex<Vec<Due>>,
    limit: usize,
    pub(super) lanes: Lanes<Delivery>,
    /// Turns of those that deliver several at once.
    pub(super) bursts: Semaphore,
    // Without what the store counts.
    tally: Mutex<CallbackCounts>,
    generation: AtomicU64,
    road: OnceLock<Road>,
}

/// An attempt, or one delivery of it, that has its time.
#[derive(Clone, Debug)]
pub(crate) struct Due {
    /// Of which order.
    pub(super) key: Key,
    /// Since when it is owed, for whoever waits to be called.
    pub(super) since: Instant,
    /// From 1.
    pub(super) attempt: u32,
    /// Whose retry ladder, timeout and acknowledgement rule hold: those in force when the order was opened.
    pub(super) terms: Arc<Callbacks>,
    /// Whether its failure is a step on the ladder; that of a replay is not.
    pub(super) climbs: bool,
    /// Since when it is owed; see [`Outbox::generation`].
    pub(super) generation: u64,
    /// Who waits for the end of this attempt: the call that opened the order, where it is called back early.
    pub(super) awaited: Option<CancellationToken>,
    /// What is to be done.
    pub(super) step: Step,
}

impl Due {
    /// Whether the attempt stands and falls with it.
    fn speaks(&self) -> bool {
        match &self.step {
            Step::Decide => true,
            Step::Send(decided) => decided.copy == 0,
        }
    }

    /// Lets who waits for this attempt go on.
    pub(super) fn hasten(&self) {
        if let Some(awaited) = &self.awaited {
            awaited.cancel();
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// What happens is not decided yet.
    Decide,
    /// This delivery leaves.
    Send(Decided),
}

/// A decision on an attempt, for one of its deliveries.
#[derive(Clone, Debug)]
pub(crate) struct Decided {
    /// The drill that decided.
    pub(super) drill: Arc<Drill>,
    /// The phase of the decision.
    pub(super) phase: PhaseIndex,
    /// What was decided.
    pub(super) decision: Arc<Decision>,
    /// From 0; the first one speaks for the attempt, the others are extra.
    pub(super) copy: u32,
    /// How many leave at the same moment, this one included.
    pub(super) together: u32,
    /// What it says.
    pub(super) says: Says,
}

impl Decided {
    /// The one that speaks for an attempt, alone and saying what is so.
    pub(super) fn first(drill: Arc<Drill>, phase: PhaseIndex, decision: Decision) -> Self {
        Self {
            drill,
            phase,
            decision: Arc::new(decision),
            copy: 0,
            together: 1,
            says: Says::Truth,
        }
    }
}

impl Outbox {
    /// Nothing owed; at most `limit` attempts wait at a time, which is more than there are orders.
    pub(crate) fn new(limit: usize, calendar: &Arc<Calendar>) -> Self {
        Self {
            due: Agenda::new(limit, Arc::clone(calendar)),
            held: Mutex::default(),
            limit,
            lanes: Lanes::new(),
            bursts: Semaphore::new(BURSTS),
            tally: Mutex::default(),
            generation: AtomicU64::new(0),
            road: OnceLock::new(),
        }
    }

    /// Deliveries take this road from now on. Before, and without one, nothing is delivered.
    pub(crate) fn open(&self, road: Road) {
        // A second road would mean a second gateway on the same state, which nobody builds.
        let _ = self.road.set(road);
    }

    /// The callback of a commit is owed; early, where somebody waits for it.
    pub(crate) fn owe(&self, gateway: &Gateway, key: &Key, fate: Fate, early: Option<Early>) {
        let (step, awaited) = early.map_or((Step::Decide, None), |early| (early.step, Some(early.ended)));
        let Some(terms) = gateway.store.callbacks(key) else {
            // Forgotten since its commit: nobody could ask about it either.
            return;
        };
        let due = Due {
            key: key.clone(),
            since: Instant::now(),
            attempt: 1,
            terms,
            climbs: true,
            generation: self.generation(),
            awaited,
            step,
        };
        match fate {
            Fate::Pending => self.put(gateway, Duration::ZERO, due),
            // Dropped by the call that opened the order: its line has the rule, this one says what became of it.
            Fate::Dropped | Fate::Held | Fate::Acknowledged | Fate::Lost => {
                self.tally().dropped += 1;
                let decided = good(&gateway.in_force.get(), CallbackAct::Drop);
                line(gateway, &due, &decided, End::unsent(Outcome::Dropped, None));
                due.hasten();
            }
        }
    }

    /// Delivers an order's callback once more, at once, whatever became of it; the number of the attempt, or nothing
    /// where the order owes none.
    pub(crate) fn replay(&self, gateway: &Gateway, key: &Key) -> Option<u32> {
        let attempt = gateway
            .store
            .callback(key, |callback| callback.attempts)?
            .saturating_add(1);
        let terms = gateway.store.callbacks(key)?;
        let step = Step::Send(good(&gateway.in_force.get(), CallbackAct::Deliver));
        let due = Due {
            key: key.clone(),
            since: Instant::now(),
            attempt,
            terms,
            climbs: false,
            generation: self.generation(),
            awaited: None,
            step,
        };
        self.put(gateway, Duration::ZERO, due);
        Some(attempt)
    }

    /// Deliveries end with those under way.
    pub(crate) fn close(&self) {
        self.lanes.close();
    }

    /// The road of deliveries.
    pub(super) fn road(&self) -> Option<&Road> {
        self.road.get()
    }

    /// How often everything was forgotten. A delivery that was under way then is nobody's any more.
    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Relaxed)
    }

    /// A callback is given up, unless somebody took it or it was to be dropped.
    pub(super) fn lose(&self, gateway: &Gateway, key: &Key) {
        let fate = gateway.store.callback(key, |callback| callback.fate);
        match fate {
            Some(Fate::Pending | Fate::Held) => {
                self.turn(gateway, key, Fate::Lost);
            }
            Some(Fate::Acknowledged | Fate::Dropped | Fate::Lost) | None => {}
        }
    }

    /// Keeps an attempt back.
    pub(super) fn hold(&self, gateway: &Gateway, due: Due) {
        let mut held = self.held();
        if held.len() >= self.limit {
            held.retain(|due| is_kept(gateway, due));
        }
        held.push(due);
    }

    /// A delivery was made, or tried: whether it went out, whether it speaks for its attempt, and whether it repeats.
    pub(super) fn made(&self, gateway: &Gateway, key: &Key, sent: bool, speaks: bool, repeats: bool) {
        gateway.store.callback(key, |callback| {
            callback.deliveries += u32::from(sent);
            callback.attempts += u32::from(sent && speaks);
        });
        let mut tally = self.tally();
        tally.sent += u64::from(sent);
        tally.retried += u64::from(repeats);
    }

    /// Callbacks by what became of them.
    pub(crate) fn counts(&self, store: &Memory) -> CallbackCounts {
        let owed = store.owed();
        let tally = *self.tally();
        CallbackCounts {
            pending: owed.pending,
            held: owed.held,
            lost: owed.lost + tally.lost,
            ..tally
        }
    }

    /// Forgets everything; deliveries under way end as they will.
    pub(crate) fn clear(&self) {
        self.generation.fetch_add(1, Ordering::Relaxed);
        self.due.clear();
        self.lanes.forget();
        self.held().clear();
        *self.tally() = CallbackCounts::default();
    }

    /// Lets everything go that is held, evenly over `over`; the rule of `drill` that asked for it, if one did, is written
    /// down with each.
    pub(crate) fn release(&self, gateway: &Gateway, drill: &Arc<Drill>, over: Duration, rule: Option<Hit>) -> u64 {
        let mut held = std::mem::take(&mut *self.held());
        held.retain(|due| is_kept(gateway, due));
        let count = u32::try_from(held.len()).unwrap_or(u32::MAX);
        for (mut due, after) in held.into_iter().zip(spread(count, over)) {
            let mut decided = good(drill, CallbackAct::Deliver);
            Arc::make_mut(&mut decided.decision).hits.callback = rule;
            self.turn(gateway, &due.key, Fate::Pending);
            line(gateway, &due, &decided, End::unsent(Outcome::Released, None));
            // The rule is written down; the delivery itself is what a good wallet does.
            due.step = Step::Send(good(drill, CallbackAct::Deliver));
            self.put(gateway, after, due);
        }
        u64::from(count)
    }

    /// Makes something due.
    pub(super) fn put(&self, gateway: &Gateway, after: Duration, due: Due) {
        if let Err(due) = self.due.put(after, due) {
            if due.speaks() {
                self.lose(gateway, &due.key);
            }
            let decided = good(&gateway.in_force.get(), CallbackAct::Deliver);
            let reason = Some("outbox_full: too many callbacks wait");
            line(gateway, &due, &decided, End::unsent(Outcome::Failed, reason));
        }
    }

    /// A callback comes to another fate; the counts follow. Gives back the fate before, where its order is kept.
    pub(super) fn turn(&self, gateway: &Gateway, key: &Key, to: Fate) -> Option<Fate> {
        let from = gateway
            .store
            .callback(key, |callback| std::mem::replace(&mut callback.fate, to))?;
        if to == Fate::Lost {
            gateway.seconds.lost();
        }
        let mut tally = self.tally();
        let place = |fate: Fate, tally: &mut CallbackCounts, by: fn(u64) -> u64| match fate {
            // The store counts these, as they end when their order is forgotten.
            Fate::Pending | Fate::Held => {}
            Fate::Acknowledged => tally.acknowledged = by(tally.acknowledged),
            Fate::Dropped => tally.dropped = by(tally.dropped),
            Fate::Lost => tally.lost = by(tally.lost),
        };
        place(from, &mut tally, |count| count.saturating_sub(1));
        place(to, &mut tally, |count| count + 1);
        if to == Fate::Held {
            tally.held_total += 1;
        }
        Some(from)
    }

    fn tally(&self) -> MutexGuard<'_, CallbackCounts> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn held(&self) -> MutexGuard<'_, Vec<Due>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the order of an attempt is still there: nobody can be told about one that was forgotten.
fn is_kept(gateway: &Gateway, due: &Due) -> bool {
    gateway.store.callback(&due.key, |_| ()).is_some()
}

/// What a good wallet does, but for the callback.
fn good(drill: &Arc<Drill>, callback: CallbackAct) -> Decided {
    let decision = Decision {
        callback,
        ..Decision::good()
    };
    Decided::first(Arc::clone(drill), drill.phase(), decision)
}
