//! What an order's money is: the one place where the wallet is asked about an order and its answer acted upon.
//!
//! Callbacks, the reconciliation and a checkout in doubt all come here, so none of them can believe less than the others.

use tokio::time::Instant;

use crate::{
    clock::now_ms,
    money::Money,
    shop::{Shop, Trouble, count, needs_a_person},
    store::orders::{self, Order, Payment, Status, Taken},
    wallet::{CallError, DepositStatus},
};

/// What the wallet says about an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It has never heard of it: its opening did not get through.
    Unknown,
    /// Open.
    Unpaid,
    /// Paid; and this is what became of it.
    Paid(Taken),
    /// Not what was agreed: nothing was done, and a person is told.
    Differs,
}

/// Asks the wallet, and takes the money if it is there.
pub(crate) async fn ask(shop: &Shop, order: &Order, until: Instant) -> Result<Standing, Trouble> {
    let deposit = match shop.wallet.check_deposit(&order.id, until).await {
        Ok(deposit) => deposit,
        Err(CallError::Refused(refusal)) if refusal.unknown_order() => return Ok(Standing::Unknown),
        Err(error) => return Err(error.into()),
    };
    if !agrees(order, &deposit.wallet_order, deposit.amount, &deposit.coin) {
        needs_a_person(
            shop,
            &format!(
                "the wallet says about order {} what was never agreed: {deposit:?}",
                order.id
            ),
        );
        return Ok(Standing::Differs);
    }
    match deposit.status {
        DepositStatus::Unpaid => Ok(Standing::Unpaid),
        DepositStatus::Paid { payer } => {
            let payment = Payment {
                wallet_order: deposit.wallet_order,
                payer,
            };
            take(shop, order, payment).await.map(Standing::Paid)
        }
    }
}

/// Is this about the order that the customer agreed to?
///
/// The traps: `12.30` and `12.30000000` are the same money and different texts; one minor unit less is not; the same
/// digits in another coin are not; and a callback may come before the answer that tells us the wallet's own number of the
/// order, so that one is compared only when it is known.
pub(crate) fn agrees(order: &Order, wallet_order: &str, amount: Money, coin: &str) -> bool {
    let known = order.wallet_order.as_deref();
    known.is_none_or(|known| known == wallet_order) && amount == order.amount && coin == order.coin
}

async fn take(shop: &Shop, order: &Order, payment: Payment) -> Result<Taken, Trouble> {
    let id = order.id.clone();
    let late = shop.config.late_callback;
    let taken = shop
        .store
        .run(move |db| orders::take(db, &id, &payment, late, now_ms()))
        .await?;
    match (taken, order.status) {
        (Taken::Credited, Status::Expired | Status::Failed) => count(&shop.counts.late_credited),
        (Taken::PaysBack, _) => count(&shop.counts.late_paid_back),
        (Taken::Credited, Status::Pending | Status::Paid | Status::Refunded) | (Taken::Already, _) => {}
    }
    Ok(taken)
}
