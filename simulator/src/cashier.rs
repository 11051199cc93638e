//! Paying and declining, whoever asks: simulated payers and the admin interface issue the same commands.

pub(crate) mod payer;

use ledger::{Command, FeeRate, Rejection, Timestamp};

pub(crate) use payer::Payers;

use crate::{
    clock::whole_ms,
    gateway::Gateway,
    store::{Committed, Key},
};

/// A payer pays an order. The callback that the commit owes is on its way when this returns.
pub(crate) fn pay(gateway: &Gateway, key: &Key, payer: u64) -> Result<Committed, Rejection> {
    let at = Timestamp(whole_ms(gateway.clock.calendar()));
    let committed = gateway.store.commit(
        key,
        &Command::Pay {
            payer,
            fee: FeeRate::NONE,
            at,
        },
    )?;
    if let Some(fate) = committed.callback {
        gateway.callbacks.owe(gateway, key, fate);
    }
    Ok(committed)
}

/// A payer declines an order.
pub(crate) fn decline(gateway: &Gateway, key: &Key) -> Result<Committed, Rejection> {
    let at = Timestamp(whole_ms(gateway.clock.calendar()));
    gateway.store.commit(key, &Command::Decline { at })
}
