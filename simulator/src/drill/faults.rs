//! Ad-hoc faults: rules with a time to live, tried before all others, and faults of connections. They are the gateway's
//! and not a scenario's: a swap leaves them on, and only their end, their being lifted or a reset takes them off.
//!
//! Each change makes another drill of the same timeline, so that a call sees all faults of one moment or none of them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use scenarios::{AdHoc, CallbackFault, ConnectionFault, Rule, RuleId};
use tokio::time::Instant;

use super::{Drill, InForce};
use crate::{acts::Act, metrics::Sheet};

/// Faults at a time. Every call tries them all, and nobody keeps more in mind.
pub(crate) const FAULTS_MAX: usize = 100;

/// A fault in force.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// Its name.
    pub(crate) name: String,
    /// As it was written.
    pub(crate) text: String,
    /// What it does.
    what: AdHoc,
    /// When it ends.
    ends: Instant,
    /// The same on the wall, since the Unix epoch.
    pub(crate) ends_wall: Duration,
    hits: Arc<AtomicU64>,
}

impl Fault {
    /// How often its rule hit; nothing for a fault of connections.
    pub(crate) fn hits(&self) -> Option<u64> {
        self.is_rule().then(|| self.hits.load(Ordering::Relaxed))
    }

    fn is_rule(&self) -> bool {
        match self.what {
            AdHoc::Rule(_) => true,
            AdHoc::Refuse | AdHoc::Tls(_) => false,
        }
    }

    /// How long it is still on.
    pub(crate) fn remaining(&self) -> Duration {
        self.ends.saturating_duration_since(Instant::now())
    }
}

/// A fault that was not put, for there are as many as there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{FAULTS_MAX} faults are on already")]
pub(crate) struct TooMany;

impl InForce {
    /// Puts a fault in force for `ttl` from now on, in the place of one of the same name; gives it back, and whether there
    /// was one.
    pub(crate) fn put_fault(
        &self,
        name: &str,
        text: &str,
        what: AdHoc,
        ttl: Duration,
    ) -> Result<(Fault, bool), TooMany> {
        let mut faults = self.alone();
        self.end_over(&mut faults);
        let fault = Fault {
            name: name.to_owned(),
            text: text.to_owned(),
            what,
            ends: Instant::now() + ttl,
            ends_wall: self.clock.wall() + ttl,
            hits: Arc::default(),
        };
        let place = faults.iter().position(|old| old.name == name);
        match place {
            Some(place) => faults[place] = fault.clone(),
            None if faults.len() >= FAULTS_MAX => return Err(TooMany),
            None => faults.push(fault.clone()),
        }
        self.follow_faults(&faults);
        self.note(&Act::FaultPut {
            name: name.to_owned(),
            ttl,
            text: text.to_owned(),
        });
        Ok((fault, place.is_some()))
    }

    /// Lifts a fault; gives it back as it last stood, or the names of those that there are.
    pub(crate) fn lift_fault(&self, name: &str) -> Result<Fault, Vec<String>> {
        let mut faults = self.alone();
        self.end_over(&mut faults);
        let Some(at) = faults.iter().position(|fault| fault.name == name) else {
            return Err(faults.iter().map(|fault| fault.name.clone()).collect());
        };
        let lifted = faults.remove(at);
        self.follow_faults(&faults);
        self.note(&Act::FaultLifted(name.to_owned()));
        Ok(lifted)
    }

    /// Lifts all faults.
    pub(crate) fn lift_faults(&self) {
        let mut faults = self.alone();
        for fault in std::mem::take(&mut *faults) {
            self.note(&Act::FaultLifted(fault.name));
        }
        self.follow_faults(&faults);
    }

    /// The faults that are on, in the order in which their rules are tried.
    pub(crate) fn faults(&self) -> Vec<Fault> {
        let mut faults = self.alone();
        self.end_over(&mut faults);
        faults.clone()
    }

    /// Takes off the faults whose time is over.
    pub(super) fn end_faults(&self) {
        self.end_over(&mut self.alone());
    }

    fn end_over(&self, faults: &mut Vec<Fault>) {
        let now = Instant::now();
        let before = faults.len();
        faults.retain(|fault| {
            let on = now < fault.ends;
            if !on {
                self.acts.note(fault.ends_wall, &Act::FaultEnded(fault.name.clone()));
            }
            on
        });
        if faults.len() < before {
            self.follow_faults(faults);
        }
    }

    /// Puts the scenario in force again with these faults, on the same timeline.
    fn follow_faults(&self, faults: &[Fault]) {
        let next = self.drill.load().with_faults(faults);
        self.drill.store(Arc::new(next));
        self.moved.notify_one();
    }
}

impl Drill {
    /// Whether a fault releases what is held that was not yet on in the drill before.
    pub(crate) fn releases_anew(&self, before: &Self) -> bool {
        self.scenario.faults.iter().any(|id| {
            let counter = &self.decided[usize::from(id.0)];
            let is_new = !before.decided.iter().any(|known| Arc::ptr_eq(known, counter));
            is_new && matches!(self.scenario.rule(*id).callback, Some(CallbackFault::Release { .. }))
        })
    }

    /// The same drill under other faults: its timeline goes on, and so do its counters.
    pub(super) fn with_faults(&self, faults: &[Fault]) -> Self {
        let scenario = Arc::new(self.base.with_faults(rules(faults)));
        let own = self.decided.iter().take(self.base.rules.len());
        let of_faults = faults.iter().filter(|fault| fault.is_rule()).map(|fault| &fault.hits);
        let decided: Box<[Arc<AtomicU64>]> = own.chain(of_faults).map(Arc::clone).collect();
        let kept = self.decided.iter().enumerate().filter_map(|(old, counter)| {
            let new = decided.iter().position(|kept| Arc::ptr_eq(kept, counter))?;
            Some((index(old), index(new)))
        });
        Self {
            counters: self.counters.follow(&scenario, kept),
            base: Arc::clone(&self.base),
            callbacks: Arc::clone(&self.callbacks),
            script: self.script.clone(),
            timeline: self.timeline.clone(),
            course: Arc::clone(&self.course),
            decided,
            until: faults.iter().map(|fault| fault.ends).min(),
            connections: connections(faults),
            sheet: Sheet::of(&scenario),
            scenario,
        }
    }
}

/// What faults by hand do to connections, and until when; the one put last comes first.
fn connections(faults: &[Fault]) -> Vec<(ConnectionFault, Instant)> {
    let of = |fault: &Fault| match fault.what {
        AdHoc::Refuse => Some((ConnectionFault::Refuse, fault.ends)),
        AdHoc::Tls(tls) => Some((ConnectionFault::Tls(tls), fault.ends)),
        AdHoc::Rule(_) => None,
    };
    faults.iter().rev().filter_map(of).collect()
}

fn rules(faults: &[Fault]) -> Vec<Rule> {
    let rule = |fault: &Fault| match &fault.what {
        AdHoc::Rule(rule) => Some(Rule::clone(rule)),
        AdHoc::Refuse | AdHoc::Tls(_) => None,
    };
    faults.iter().filter_map(rule).collect()
}

fn index(at: usize) -> RuleId {
    RuleId(u16::try_from(at).expect("a rule's index fits, or it could not be named"))
}
