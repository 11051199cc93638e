//! The end of a delivery: written down, told to the coach, and what follows: the next attempt, or one more delivery.

use std::{sync::Arc, time::Duration};

use scenarios::Operation;

use super::{
    fault::{Says, sequel},
    outbox::{Decided, Due, Step},
    retry::wait_after,
};
use crate::{
    coach::{self, Ear},
    gateway::Gateway,
    journal::{Asked, Entry, Exhibits, Outcome, Subject as Whose},
    record,
    store::Fate,
};

/// How a delivery ended, or what else became of a callback.
#[derive(Debug)]
pub(super) struct End {
    pub(super) outcome: Outcome,
    pub(super) status: u16,
    pub(super) bytes_out: u64,
    pub(super) bytes_in: u64,
    pub(super) took: Duration,
    pub(super) reason: Option<String>,
    pub(super) says: Says,
    pub(super) exhibits: Exhibits,
}

impl End {
    /// Without a byte on the wire.
    pub(super) fn unsent(outcome: Outcome, reason: Option<&str>) -> Self {
        Self {
            outcome,
            status: 0,
            bytes_out: 0,
            bytes_in: 0,
            took: Duration::ZERO,
            reason: reason.map(str::to_owned),
            says: Says::Truth,
            exhibits: Exhibits::default(),
        }
    }
}

/// Writes a delivery down, and repeats its attempt later if nobody took it.
pub(super) fn finish(gateway: &Gateway, due: &Due, decided: &Decided, end: End) {
    let outbox = &gateway.callbacks;
    if due.generation != outbox.generation() {
        // It was on its way when everything was forgotten: what bears its number now is another order.
        line(gateway, due, decided, end);
        return;
    }
    let speaks = decided.copy == 0;
    let sent = end.outcome != Outcome::Forbidden;
    outbox.made(gateway, &due.key, sent, speaks, speaks && sent && due.attempt > 1);
    let outcome = end.outcome;
    line(gateway, due, decided, end);
    if speaks {
        follow_up(gateway, due, decided, outcome);
        due.hasten();
    }
    match outcome {
        // Who takes that nothing has happened yet has not heard what has.
        Outcome::Acknowledged if decided.says == Says::Unpaid => {}
        Outcome::Acknowledged => {
            let before = outbox.turn(gateway, &due.key, Fate::Acknowledged);
            // Copies and repetitions are acknowledged too; the merchant knew by the first.
            if before.is_some_and(|fate| fate != Fate::Acknowledged) {
                let owed = due.since.elapsed();
                gateway.metrics.acknowledged(&decided.drill, decided.phase, owed);
            }
        }
        Outcome::Forbidden => outbox.lose(gateway, &due.key),
        Outcome::Refused | Outcome::Failed | Outcome::Timeout => {
            let fate = gateway.store.callback(&due.key, |callback| callback.fate);
            // A copy that was taken has settled it already.
            if speaks && due.climbs && fate == Some(Fate::Pending) {
                repeat(gateway, due);
            }
        }
        // The others are not ends of a delivery.
        Outcome::Answered
        | Outcome::Cut
        | Outcome::Garbled
        | Outcome::Reset
        | Outcome::Closed
        | Outcome::Hung
        | Outcome::Held
        | Outcome::Released
        | Outcome::Dropped => {}
    }
}

/// What follows a delivery that the merchant may have heard, by the decision on it: one more, which nobody repeats.
fn follow_up(gateway: &Gateway, due: &Due, decided: &Decided, outcome: Outcome) {
    let may_be_heard = match outcome {
        Outcome::Acknowledged | Outcome::Refused | Outcome::Timeout => true,
        Outcome::Failed | Outcome::Forbidden => false,
        // The others are not ends of a delivery.
        Outcome::Answered
        | Outcome::Cut
        | Outcome::Garbled
        | Outcome::Reset
        | Outcome::Closed
        | Outcome::Hung
        | Outcome::Held
        | Outcome::Released
        | Outcome::Dropped => false,
    };
    if let Some((after, says)) = sequel(decided.decision.callback).filter(|_| may_be_heard) {
        let step = Step::Send(Decided {
            copy: decided.copy + 1,
            says,
            ..decided.clone()
        });
        gateway.callbacks.put(gateway, after, Due { step, ..due.clone() });
    }
}

fn repeat(gateway: &Gateway, due: &Due) {
    match wait_after(&due.terms.retry, due.attempt) {
        Some(wait) => {
            let next = Due {
                attempt: due.attempt + 1,
                step: Step::Decide,
                ..due.clone()
            };
            gateway.callbacks.put(gateway, wait, next);
        }
        None => {
            gateway.callbacks.turn(gateway, &due.key, Fate::Lost);
        }
    }
}

/// One line of the journal.
pub(super) fn line(gateway: &Gateway, due: &Due, decided: &Decided, end: End) {
    let again = decided.copy == 0 && due.attempt > 1;
    gateway.seconds.callback(end.outcome, end.took, again);
    let order_id = gateway.store.find(&due.key).map(|order| order.order_id());
    let entry = Entry {
        wall: Duration::ZERO,
        calendar: Duration::ZERO,
        drill: Arc::clone(&decided.drill),
        phase: decided.phase,
        asked: Asked {
            shop: due.key.shop,
            operation: Some(Operation::Callback),
            subject: Whose::Number(Arc::clone(&due.key.number)),
            attempt: due.attempt,
            nonce: None,
        },
        order_id,
        decision: Some(Arc::clone(&decided.decision)),
        counts_rules: decided.copy == 0,
        status: end.status,
        outcome: end.outcome,
        bytes_in: end.bytes_in,
        bytes_out: end.bytes_out,
        took: end.took,
        injected: Duration::ZERO,
        queued: Duration::ZERO,
        service: Duration::ZERO,
        reason: end.reason.map(Into::into),
    };
    gateway.metrics.called_back(&entry);
    if let Some(ear) = &gateway.coach {
        tell(gateway, ear, due, &entry, (&end.exhibits, end.says));
    }
    record::write(gateway, entry, end.exhibits);
}

/// Tells the coach how a delivery ended.
fn tell(gateway: &Gateway, ear: &Ear, due: &Due, entry: &Entry, delivered: (&Exhibits, Says)) {
    let Some((_, origin)) = gateway.store.find_with_origin(&due.key) else {
        return;
    };
    let wall = gateway.clock.wall();
    if let Some(heard) = coach::Heard::delivery(entry, delivered, (&due.key, origin.via), &gateway.shops, wall) {
        ear.tell(heard);
    }
}
