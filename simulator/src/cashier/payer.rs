//! Simulated payers: each opened order has one, who pays, declines or never comes, as the scenario drew it when the
//! order was opened. One task acts for all of them.

use std::{sync::Arc, time::Duration};

use scenarios::{PayerPlan, RiskPlan, decide::payer_id, payer_plan, risk_plan};
use tokio_util::sync::CancellationToken;

use super::{decline, pay};
use crate::{agenda::Agenda, clock::Calendar, gateway::Gateway, occasion::Occurrence, store::Key};

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
    pub(crate) fn new(limit: usize, calendar: &Arc<Calendar>) -> Self {
        Self {
            due: Agenda::new(limit, Arc::clone(calendar)),
        }
    }

    /// A fresh order has a payer from now on: one whom the scenario drew, and who meets the wallet's risk control.
    pub(crate) fn expect(&self, occurrence: &Occurrence<'_>, key: &Key) {
        let scenario = &occurrence.drill.scenario;
        let (shop, number) = (key.shop, &*key.number);
        let occasion = occurrence.occasion();
        let amount = occasion.amount.unwrap_or_default();
        match payer_plan(scenario, occurrence.phase, shop, number, amount, occasion.case) {
            PayerPlan::Abandon | PayerPlan::GiveUp { .. } => {}
            PayerPlan::Pay { after, .. } => {
                let payer = payer_id(scenario.seed, shop, number);
                match risk_plan(scenario, shop, number, amount, occasion.coin.unwrap_or_default()) {
                    RiskPlan::Pass => self.put(after, key, What::Pay { payer }),
                    RiskPlan::Review(takes) => self.put(after + takes, key, What::Pay { payer }),
                    // Turned away, the payer leaves; the order stays open.
                    RiskPlan::Decline => {}
                }
            }
            PayerPlan::Decline(after) => self.put(after, key, What::Decline),
        }
    }

    /// A person at the cashier pays after a review.
    pub(crate) fn pay_after(&self, takes: Duration, key: &Key, payer: u64) {
        self.put(takes, key, What::Pay { payer });
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
        if let Err(act) = self.due.put(after, act) {
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
        if let Err(refused) = done {
            // Somebody else paid first, a quota is spent, or the order is forgotten: the wallet's page says so.
            gateway.desks.turned_away(&act.key, &refused);
            tracing::debug!(number = %act.key.number, %refused, "a payer was turned away");
        }
    }
}
