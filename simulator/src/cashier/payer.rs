//! Simulated payers: each opened order has one, who pays, declines or never comes, as the scenario drew it when the
//! order was opened. One task acts for all of them.

use std::{sync::Arc, time::Duration};

use scenarios::{PayerPlan, decide::payer_id, payer_plan};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{decline, pay};
use crate::{agenda::Agenda, gateway::Gateway, occasion::Occurrence, store::Key};

/// Orders whose payer still has to act.
#[derive(Debug)]
pub(crate) struct Payers {
    due: Agenda<Act>,
}

#[derive(Debug)]
struct Act {
    key: Key,
    what: What,
}

#[derive(Debug)]
enum What {
    Pay { payer: u64 },
    Decline,
}

impl Payers {
    /// Nobody yet; at most `limit` at a time, one for each order that is kept.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            due: Agenda::new(limit),
        }
    }

    /// A fresh order has a payer from now on.
    pub(crate) fn expect(&self, occurrence: &Occurrence<'_>) {
        let scenario = &occurrence.drill.scenario;
        let Key { shop, number } = &occurrence.key;
        let amount = occurrence.occasion().amount.unwrap_or_default();
        match payer_plan(scenario, occurrence.phase, *shop, number, amount) {
            PayerPlan::Abandon | PayerPlan::GiveUp { .. } => {}
            PayerPlan::Pay { after, .. } => {
                let payer = payer_id(scenario.seed, *shop, number);
                self.put(after, &occurrence.key, What::Pay { payer });
            }
            PayerPlan::Decline(after) => self.put(after, &occurrence.key, What::Decline),
        }
    }

    /// Payers that will still act.
    pub(crate) fn pending(&self) -> u64 {
        self.due.len() as u64
    }

    /// Sends everybody home.
    pub(crate) fn clear(&self) {
        self.due.clear();
    }

    fn put(&self, after: Duration, key: &Key, what: What) {
        let act = Act { key: key.clone(), what };
        if let Err(act) = self.due.put(Instant::now() + after, act) {
            tracing::warn!(shop = act.key.shop, number = %act.key.number, "too many payers wait; this one never comes");
        }
    }
}

/// Acts for every payer, each at its time, until `stop`.
pub(crate) async fn act(gateway: Arc<Gateway>, stop: CancellationToken) {
    loop {
        let act = tokio::select! {
            act = gateway.payers.due.next() => act,
            () = stop.cancelled() => return,
        };
        let done = match act.what {
            What::Pay { payer } => pay(&gateway, &act.key, payer),
            What::Decline => decline(&gateway, &act.key),
        };
        if let Err(rejection) = done {
            // Somebody else paid first, or the order is forgotten: the payer sees the wallet's page say so.
            tracing::debug!(number = %act.key.number, %rejection, "a payer was turned away");
        }
    }
}
