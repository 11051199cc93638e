//! Attempts: decided one after another in the order in which they are due. Making one is `send`'s, what comes of it
//! `end`'s.

use std::{sync::Arc, time::Duration};

use scenarios::{Hit, Occasion, Operation, PhaseIndex, Subject, decide::release_at_start};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::{
    deliver::REUSE_WITHIN,
    end::{End, line},
    fault::{Plan, plan, spread},
    news::Order,
    outbox::{Decided, Due, Step},
    send::start,
};
use crate::{
    drill::Drill,
    gateway::Gateway,
    journal::Outcome,
    occasion::decimal,
    store::{Fate, Key},
};

/// Decides and starts every attempt at its time, and releases what is held at the borders that say so, until `stop`.
pub(crate) async fn dispatch(gateway: Arc<Gateway>, stop: CancellationToken) {
    let outbox = &gateway.callbacks;
    let mut borders = gateway.in_force.borders();
    let mut released_for = None;
    let mut sweep = interval(REUSE_WITHIN / 2);
    sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        release_due(&gateway, &mut released_for);
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            Ok(()) = borders.changed() => {}
            _ = sweep.tick() => outbox.lanes.sweep(),
            due = outbox.due.next() => step(&gateway, due),
        }
    }
}

/// Releases once at the start of a phase that asks for it, and whenever something is held after the timeline's end.
fn release_due(gateway: &Gateway, released_for: &mut Option<(Arc<Drill>, PhaseIndex)>) {
    let drill = gateway.in_force.get();
    let phase = drill.phase();
    if drill.is_over() {
        gateway.callbacks.release(gateway, &drill, Duration::ZERO, None);
    } else if !released_for
        .as_ref()
        .is_some_and(|(at, of)| at.is_same_run(&drill) && *of == phase && !drill.releases_anew(at))
    {
        if let Some(release) = release_at_start(&drill.scenario, phase) {
            let rule = Hit {
                rule: release.rule,
                draw: 0,
            };
            gateway.callbacks.release(gateway, &drill, release.over, Some(rule));
        }
        *released_for = Some((drill, phase));
    }
}

fn step(gateway: &Arc<Gateway>, due: Due) {
    let Some(order) = gateway.store.find_with_origin(&due.key) else {
        // Forgotten meanwhile: nobody could ask about it either.
        return;
    };
    let fate = gateway.store.callback(&due.key, |callback| callback.fate);
    match due.step.clone() {
        Step::Decide => {
            // A copy of an earlier attempt may have been taken in the meantime.
            if fate == Some(Fate::Pending) {
                decide_attempt(gateway, due, order);
            }
        }
        Step::Send(decided) => start(gateway, due, decided, order),
    }
}

/// An attempt at calling an order back, as an occasion of the scenario.
pub(super) fn occasion<'o>(key: &'o Key, (order, origin): &'o Order, attempt: u32, phase: PhaseIndex) -> Occasion<'o> {
    let amount = order.amount();
    Occasion {
        shop: key.shop,
        operation: Operation::Callback,
        subject: Subject::Number(&key.number),
        attempt,
        phase,
        amount: Some(decimal(amount)),
        coin: Some(amount.coin().word()),
        payer: order.person(),
        headers: &[],
        case: origin.case,
    }
}

fn decide_attempt(gateway: &Arc<Gateway>, due: Due, order: Order) {
    let outbox = &gateway.callbacks;
    let drill = gateway.in_force.get();
    let subject = Subject::Number(&due.key.number);
    let recorded = drill.recorded(due.key.shop, Operation::Callback, subject, due.attempt);
    let phase = recorded.map_or_else(|| drill.phase(), |recorded| recorded.phase);
    let decision = drill.decide(&occasion(&due.key, &order, due.attempt, phase));
    let act = decision.callback;
    let decided = Decided::first(drill, phase, decision);
    match plan(act) {
        Plan::Drop => {
            outbox.turn(gateway, &due.key, Fate::Dropped);
            line(gateway, &due, &decided, End::unsent(Outcome::Dropped, None));
            due.hasten();
        }
        Plan::Hold => {
            outbox.turn(gateway, &due.key, Fate::Held);
            line(gateway, &due, &decided, End::unsent(Outcome::Held, None));
            due.hasten();
            outbox.hold(gateway, due);
        }
        Plan::Burst { copies } => {
            let together = Decided {
                together: copies,
                ..decided
            };
            start(gateway, due, together, order);
        }
        Plan::Send {
            copies: 1,
            first: Duration::ZERO,
            spread: _,
            says,
        } => start(gateway, due, Decided { says, ..decided }, order),
        Plan::Send {
            copies,
            first,
            spread: over,
            says,
        } => {
            for (copy, after) in (0..copies).zip(spread(copies, over)) {
                let step = Step::Send(Decided {
                    copy,
                    says,
                    ..decided.clone()
                });
                outbox.put(gateway, first + after, Due { step, ..due.clone() });
            }
        }
    }
}
