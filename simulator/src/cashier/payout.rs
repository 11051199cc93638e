//! Withdrawals on their way to their payees: each settles, or fails where the scenario said so when it was taken, after
//! the time that was drawn for it. One task acts for all of them.

use std::sync::Arc;

use ledger::Failure;
use scenarios::{LedgerAct, Subject, settle_after};
use tokio_util::sync::CancellationToken;

use super::{fail, settle};
use crate::{agenda::Agenda, clock::Calendar, gateway::Gateway, occasion::Occurrence, store::Key};

/// Withdrawals that still have to end.
#[derive(Debug)]
pub(crate) struct Payouts {
    due: Agenda<Act>,
}

#[derive(Debug)]
struct Act {
    key: Key,
    end: End,
}

#[derive(Clone, Copy, Debug)]
enum End {
    Settle,
    Fail,
}

impl Payouts {
    /// None yet; at most `limit` at a time, one for each order that is kept.
    pub(crate) fn new(limit: usize, calendar: &Arc<Calendar>) -> Self {
        Self {
            due: Agenda::new(limit, Arc::clone(calendar)),
        }
    }

    /// A fresh withdrawal is on its way from now on.
    pub(crate) fn expect(&self, occurrence: &Occurrence<'_>, key: &Key, ledger: &LedgerAct) {
        let end = match ledger {
            LedgerAct::FailLater => End::Fail,
            LedgerAct::Apply | LedgerAct::Skip | LedgerAct::Refuse(_) | LedgerAct::Statement(_) => End::Settle,
        };
        let after = settle_after(&occurrence.drill.scenario, key.shop, Subject::Number(&key.number));
        let act = Act { key: key.clone(), end };
        if let Err(act) = self.due.put(after, act) {
            tracing::warn!(shop = act.key.shop, number = %act.key.number, "too many withdrawals wait; this one stays");
        }
    }

    /// Withdrawals that will still end.
    pub(crate) fn pending(&self) -> u64 {
        self.due.len() as u64
    }

    /// Forgets all of them.
    pub(crate) fn clear(&self) {
        self.due.clear();
    }
}

/// Ends every withdrawal at its time, until `stop`.
pub(crate) async fn act(gateway: Arc<Gateway>, stop: CancellationToken) {
    loop {
        let act = tokio::select! {
            act = gateway.payouts.due.next() => act,
            () = stop.cancelled() => return,
        };
        let done = match act.end {
            End::Settle => settle(&gateway, &act.key),
            End::Fail => fail(&gateway, &act.key, Failure::PayeeRefused),
        };
        if let Err(refused) = done {
            tracing::debug!(number = %act.key.number, %refused, "a withdrawal had ended already, or is forgotten");
        }
    }
}
