//! Attempts: decided one after another in the order in which they are due, delivered side by side, written down, and
//! repeated as the retry ladder says.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use scenarios::{Hit, Occasion, Operation, PhaseIndex, Subject, decide::release_at_start};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::{
    deliver::{Failure, Kept, REUSE_WITHIN, Road, deliver},
    fault::{Plan, plan, spread},
    lane::Entered,
    news::{Order, body, takes},
    outbox::{Decided, Due, Step},
    retry::wait_after,
    target::Target,
};
use crate::{
    coach::{self, Ear},
    drill::Drill,
    gateway::Gateway,
    journal::{Asked, Entry, Exhibit, Exhibits, Outcome, Subject as Whose},
    metrics::CallbackLabels,
    occasion::decimal,
    record,
    shop::Shops,
    store::Fate,
};

/// A delivery on its way to an endpoint.
#[derive(Debug)]
pub(crate) struct Delivery {
    due: Due,
    decided: Decided,
    order: Order,
    target: Target,
}

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
        gateway.callbacks.release(gateway, Duration::ZERO, None);
    } else if !released_for
        .as_ref()
        .is_some_and(|(at, of)| Arc::ptr_eq(at, &drill) && *of == phase)
    {
        if let Some(release) = release_at_start(&drill.scenario, phase) {
            let rule = Hit {
                rule: release.rule,
                draw: 0,
            };
            gateway.callbacks.release(gateway, release.over, Some(rule));
        }
        *released_for = Some((drill, phase));
    }
}

fn step(gateway: &Arc<Gateway>, due: Due) {
    let Some(order) = gateway.store.find_with_via(&due.key) else {
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

fn decide_attempt(gateway: &Arc<Gateway>, due: Due, order: Order) {
    let outbox = &gateway.callbacks;
    let drill = gateway.in_force.get();
    let subject = Subject::Number(&due.key.number);
    let recorded = drill.recorded(due.key.shop, Operation::Callback, subject, due.attempt);
    let phase = recorded.map_or_else(|| drill.phase(), |recorded| recorded.phase);
    let amount = order.0.amount();
    let occasion = Occasion {
        shop: due.key.shop,
        operation: Operation::Callback,
        subject: Subject::Number(&due.key.number),
        attempt: due.attempt,
        phase,
        amount: Some(decimal(amount)),
        coin: Some(amount.coin().word()),
        payer: None,
        headers: &[],
        case: None,
    };
    let decision = Arc::new(drill.decide(&occasion));
    let decided = |copy| Decided {
        drill: Arc::clone(&drill),
        phase,
        decision: Arc::clone(&decision),
        copy,
    };
    match plan(decision.callback) {
        Plan::Drop => {
            outbox.turn(gateway, &due.key, Fate::Dropped);
            line(gateway, &due, &decided(0), End::unsent(Outcome::Dropped, None));
        }
        Plan::Hold => {
            outbox.turn(gateway, &due.key, Fate::Held);
            line(gateway, &due, &decided(0), End::unsent(Outcome::Held, None));
            outbox.hold(gateway, due);
        }
        Plan::Send {
            copies: 1,
            first: Duration::ZERO,
            ..
        } => start(gateway, due, decided(0), order),
        Plan::Send {
            copies,
            first,
            spread: over,
        } => {
            for (copy, after) in (0..copies).zip(spread(copies, over)) {
                let step = Step::Send(decided(copy));
                outbox.put(gateway, first + after, Due { step, ..due.clone() });
            }
        }
    }
}

/// How a delivery ended, or what else became of a callback.
#[derive(Debug)]
pub(super) struct End {
    outcome: Outcome,
    status: u16,
    bytes_out: u64,
    bytes_in: u64,
    took: Duration,
    reason: Option<String>,
    exhibits: Exhibits,
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
            exhibits: Exhibits::default(),
        }
    }
}

/// Sends a delivery into the lane of its endpoint.
fn start(gateway: &Arc<Gateway>, due: Due, decided: Decided, order: Order) {
    let Some(road) = gateway.callbacks.road() else { return };
    let of_shop = || {
        gateway
            .shops
            .find(due.key.shop)
            .and_then(|shop| shop.callback_url.clone())
    };
    let Some(url) = order.0.callback_url().map(str::to_owned).or_else(of_shop) else {
        // Nobody asked to be called: the callback ends here, as at a wallet whose merchant left the field empty.
        let reason = Some("no_callback_url: neither the order nor its shop has one");
        finish(gateway, &due, &decided, End::unsent(Outcome::Forbidden, reason));
        return;
    };
    let target = match Target::parse(&url) {
        Ok(target) => target,
        Err(forbidden) => {
            let failure = Failure::Forbidden(forbidden);
            finish(
                gateway,
                &due,
                &decided,
                End::unsent(Outcome::Forbidden, Some(&failure.to_string())),
            );
            return;
        }
    };
    let endpoint = target.endpoint();
    let delivery = Delivery {
        due,
        decided,
        order,
        target,
    };
    match gateway.callbacks.lanes.enter(&endpoint, delivery) {
        Entered::Start(delivery, kept) => {
            road.tasks
                .spawn(work(Arc::clone(gateway), road.clone(), endpoint, delivery, kept));
        }
        Entered::Queued => {}
        Entered::Full(Delivery { due, decided, .. }) => {
            let reason = Some("lane_full: too many callbacks wait for this endpoint");
            finish(gateway, &due, &decided, End::unsent(Outcome::Failed, reason));
        }
    }
}

/// Makes one delivery after another, as long as the lane has any. A stop cuts the one under way short; the merchant may
/// have heard it, so it has its line.
async fn work(gateway: Arc<Gateway>, road: Road, endpoint: String, first: Delivery, kept: Option<Kept>) {
    let mut next = Some((first, kept));
    while let Some((delivery, mut kept)) = next {
        let since = Instant::now();
        let end = tokio::select! {
            end = make(&gateway.shops, &road, &delivery, &mut kept) => end,
            () = road.stop.cancelled() => End {
                took: since.elapsed(),
                ..End::unsent(Outcome::Failed, Some("cut_short: the gateway stopped before the answer"))
            },
        };
        finish(&gateway, &delivery.due, &delivery.decided, end);
        next = gateway.callbacks.lanes.leave(&endpoint, kept);
    }
}

async fn make(shops: &Shops, road: &Road, delivery: &Delivery, kept: &mut Option<Kept>) -> End {
    let Delivery { due, order, target, .. } = delivery;
    let Some((content_type, body)) = body(shops, due, order) else {
        return End::unsent(
            Outcome::Failed,
            Some("shop_unknown: there is no such shop any more, or it has no token"),
        );
    };
    let callbacks = &due.terms.scenario.callbacks;
    let since = Instant::now();
    let body = Bytes::from(body);
    let mut exhibits = Exhibits {
        request: Some(Exhibit::new(content_type, body.clone())),
        answer: None,
    };
    let bytes_out = body.len() as u64;
    let heard = deliver(road, target, (content_type, body), callbacks.timeout, kept).await;
    if let Ok(heard) = &heard {
        exhibits.answer = Some(Exhibit {
            content_type: None,
            body: heard.body.clone(),
        });
    }
    let (outcome, status, bytes_in, reason) = match heard {
        Ok(heard) if takes(callbacks.ack, order.1, &heard) => {
            (Outcome::Acknowledged, heard.status, heard.body.len(), None)
        }
        Ok(heard) => {
            let reason = "not_acknowledged: by the scenario's ack rule".to_owned();
            (Outcome::Refused, heard.status, heard.body.len(), Some(reason))
        }
        Err(failure) => (outcome_of(&failure), 0, 0, Some(failure.to_string())),
    };
    End {
        outcome,
        status,
        bytes_out,
        bytes_in: bytes_in as u64,
        took: since.elapsed(),
        reason,
        exhibits,
    }
}

fn outcome_of(failure: &Failure) -> Outcome {
    match failure {
        Failure::Forbidden(_) => Outcome::Forbidden,
        Failure::Timeout(_) => Outcome::Timeout,
        Failure::Resolve(_) | Failure::Connect(_) | Failure::Broken(_) | Failure::TooLong => Outcome::Failed,
    }
}

/// Writes a delivery down, and repeats its attempt later if nobody took it.
fn finish(gateway: &Gateway, due: &Due, decided: &Decided, end: End) {
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
    match outcome {
        Outcome::Acknowledged => outbox.turn(gateway, &due.key, Fate::Acknowledged),
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
        | Outcome::Reset
        | Outcome::Closed
        | Outcome::Hung
        | Outcome::Held
        | Outcome::Released
        | Outcome::Dropped => {}
    }
}

fn repeat(gateway: &Gateway, due: &Due) {
    match wait_after(&due.terms.scenario.callbacks.retry, due.attempt) {
        Some(wait) => {
            let next = Due {
                attempt: due.attempt + 1,
                step: Step::Decide,
                ..due.clone()
            };
            gateway.callbacks.put(gateway, wait, next);
        }
        None => gateway.callbacks.turn(gateway, &due.key, Fate::Lost),
    }
}

/// One line of the journal.
pub(super) fn line(gateway: &Gateway, due: &Due, decided: &Decided, end: End) {
    gateway
        .metrics
        .callbacks
        .get_or_create(&CallbackLabels {
            outcome: end.outcome.word(),
        })
        .inc();
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
    if let Some(ear) = &gateway.coach {
        tell(gateway, ear, due, &entry, &end.exhibits);
    }
    record::write(gateway, entry, end.exhibits);
}

/// Tells the coach how a delivery ended.
fn tell(gateway: &Gateway, ear: &Ear, due: &Due, entry: &Entry, exhibits: &Exhibits) {
    let Some((_, via)) = gateway.store.find_with_via(&due.key) else {
        return;
    };
    let wall = gateway.clock.wall();
    if let Some(heard) = coach::Heard::delivery(entry, exhibits, (&due.key, via), &gateway.shops, wall) {
        ear.tell(heard);
    }
}
