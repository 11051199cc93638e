//! Callbacks before the answer: an order that was just opened is paid and called back while its caller still waits.

use std::{sync::Arc, time::Duration};

use scenarios::{CallbackAct, Decision, payer_id};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{
    attempt::occasion,
    outbox::{Decided, Step},
};
use crate::{
    cashier,
    gateway::Gateway,
    occasion::Occurrence,
    store::{Flow, Key},
};

/// What is known of an attempt before it is owed.
#[derive(Debug)]
pub(crate) struct Early {
    /// What is to be done.
    pub(super) step: Step,
    /// Tells of its end.
    pub(super) ended: CancellationToken,
}

/// An attempt that a caller waits for.
#[derive(Debug)]
pub(crate) struct Awaited {
    ended: CancellationToken,
    within: Duration,
}

impl Awaited {
    /// Waits for its end, at most for as long as an attempt may take: a slower one is overtaken by the answer.
    pub(crate) async fn end(self) {
        // Either way the answer leaves now.
        let _ = timeout(self.within, self.ended.cancelled()).await;
    }
}

/// Pays the order that a call opened and sets its callback in motion, where the scenario wants it early.
pub(crate) fn call_back(
    gateway: &Gateway,
    occurrence: &Occurrence<'_>,
    decision: &Decision,
    key: &Key,
) -> Option<Awaited> {
    let step = wanted(gateway, occurrence, decision, key)?;
    let ended = CancellationToken::new();
    let early = Early {
        step,
        ended: ended.clone(),
    };
    let scenario = &occurrence.drill.scenario;
    let payer = payer_id(scenario.seed, key.shop, &key.number);
    if let Err(refused) = cashier::pay_early(gateway, key, payer, early) {
        tracing::debug!(number = %key.number, %refused, "an order is not paid early");
        return None;
    }
    Some(Awaited {
        ended,
        within: gateway.in_force.get().scenario.callbacks.timeout,
    })
}

/// The first step of the callback, where it is to be early: by the rules on the call that opened the order, or else by
/// those on callbacks, which then have decided the attempt.
fn wanted(gateway: &Gateway, occurrence: &Occurrence<'_>, decision: &Decision, key: &Key) -> Option<Step> {
    match key.flow {
        Flow::Deposit => {}
        Flow::Withdrawal => return None,
    }
    if decision.callback == CallbackAct::Early {
        return Some(Step::Decide);
    }
    let order = gateway.store.find_with_origin(key)?;
    let (drill, phase) = (occurrence.drill, occurrence.phase);
    let decision = drill.early(&occasion(key, &order, 1, phase))?;
    Some(Step::Send(Decided::first(Arc::clone(drill), phase, decision)))
}
