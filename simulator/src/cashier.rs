//! Paying, declining and paying out, whoever asks: simulated payers, the page behind `pay_url` and the admin interface
//! issue the same commands. The page itself is `page`'s, who is at it `desk`'s.

mod desk;
pub(crate) mod page;
pub(crate) mod payer;
pub(crate) mod payout;
mod session;
mod state;

use ledger::{Coin, Failure, Timestamp};

pub(crate) use desk::{DESKS, Desks, note};
pub(crate) use payer::Payers;
pub(crate) use payout::Payouts;

use crate::{
    callback::Early,
    clock::whole_ms,
    gateway::Gateway,
    shop,
    store::{Committed, Key, Payment, Refused},
};

/// A payer pays an order. The callback that the commit owes is on its way when this returns.
pub(crate) fn pay(gateway: &Gateway, key: &Key, payer: u64) -> Result<Committed, Refused> {
    let committed = commit_payment(gateway, key, payer)?;
    owe(gateway, &committed, None);
    Ok(committed)
}

/// The same for an order whose callback somebody waits for.
pub(crate) fn pay_early(gateway: &Gateway, key: &Key, payer: u64, early: Early) -> Result<Committed, Refused> {
    let committed = commit_payment(gateway, key, payer)?;
    owe(gateway, &committed, Some(early));
    Ok(committed)
}

fn commit_payment(gateway: &Gateway, key: &Key, payer: u64) -> Result<Committed, Refused> {
    let drill = gateway.in_force.get();
    let phase = drill.phase();
    let shop = gateway.shops.find(key.shop);
    let amount = gateway.store.find(key).map(|order| order.amount());
    let coin = amount.map_or(Coin::Usdt, |amount| amount.coin());
    let payers = drill.scenario.payers(phase).filter(|_| coin == Coin::Cny);
    let payment = Payment {
        payer,
        fee: shop.as_ref().map_or(ledger::FeeRate::NONE, |shop| shop.deposit_fee),
        at: now(gateway),
        payer_quota: payers.and_then(|payers| shop::quota(payers.quota, coin)),
        shop_quota: shop.and_then(|shop| shop.quota(&drill.scenario, phase, coin)),
    };
    gateway.store.pay(key, &payment)
}

/// A payer declines an order.
pub(crate) fn decline(gateway: &Gateway, key: &Key) -> Result<Committed, Refused> {
    gateway.store.decline(key, now(gateway))
}

/// A withdrawal reaches its payee.
pub(crate) fn settle(gateway: &Gateway, key: &Key) -> Result<Committed, Refused> {
    let committed = gateway.store.settle(key, now(gateway))?;
    owe(gateway, &committed, None);
    Ok(committed)
}

/// A withdrawal fails.
pub(crate) fn fail(gateway: &Gateway, key: &Key, reason: Failure) -> Result<Committed, Refused> {
    let committed = gateway.store.fail(key, reason, now(gateway))?;
    owe(gateway, &committed, None);
    Ok(committed)
}

fn owe(gateway: &Gateway, committed: &Committed, early: Option<Early>) {
    if let Some(fate) = committed.callback {
        gateway.callbacks.owe(gateway, &committed.key, fate, early);
    }
}

fn now(gateway: &Gateway) -> Timestamp {
    Timestamp(whole_ms(gateway.calendar()))
}
