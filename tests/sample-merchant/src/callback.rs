//! The wallet calls: an order was paid, or a payout has ended.
//!
//! Anybody can send such a request, the true ones come more than once and in any order, some come late and some never.
//! So the steps are: whose word is it, which order, is it what was agreed, does the wallet say the same when asked, and only
//! then: credit, once.

use tokio::time::Instant;

use crate::{
    deposit::{self, Standing},
    message::Verified,
    money::Money,
    payout,
    shop::{CALLBACK_PATIENCE, Shop, Trouble, count, needs_a_person},
    store::{
        orders::{self, Status, Taken},
        payouts::{self, PayoutStatus},
    },
};

/// What the wallet is answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// It is done, now or before: the wallet need not call again.
    Taken,
    /// It is not for us or not true, and the same again would be no better.
    Refused(&'static str),
    /// We could not find out. The wallet calls again, and until then nothing is remembered of this call: a failed attempt
    /// that counts as seen is a payment lost.
    Later(String),
}

/// Takes a callback.
pub(crate) async fn take(shop: &Shop, body: &[u8]) -> Reply {
    let reply = match shop.wallet.callback(body) {
        Err(_) => Reply::Refused("this is not the wallet's word to this shop"),
        Ok(message) => match apply(shop, &message).await {
            Ok(reply) => reply,
            Err(trouble) => Reply::Later(trouble.to_string()),
        },
    };
    match reply {
        Reply::Taken => count(&shop.counts.callbacks_taken),
        Reply::Refused(_) => count(&shop.counts.callbacks_refused),
        Reply::Later(_) => count(&shop.counts.callbacks_deferred),
    }
    reply
}

async fn apply(shop: &Shop, message: &Verified) -> Result<Reply, Trouble> {
    if message.text("status") != Some("success") {
        return Ok(Reply::Refused("a callback's status is `success`"));
    }
    match message.text("data.type") {
        Some("deposit") => deposit(shop, message).await,
        Some("withdraw") => withdrawal(shop, message).await,
        Some(_) | None => Ok(Reply::Refused("`data.type` is deposit or withdraw")),
    }
}

async fn deposit(shop: &Shop, message: &Verified) -> Result<Reply, Trouble> {
    let number = message.text("data.unique_id").unwrap_or_default().to_owned();
    let Some(order) = shop.store.run(move |db| orders::by_id(db, &number)).await? else {
        return Ok(Reply::Refused("no order of this shop has this number"));
    };
    let (wallet_order, amount, coin) = sum(message);
    if !amount.is_ok_and(|amount| deposit::agrees(&order, wallet_order, amount, coin)) {
        return Ok(Reply::Refused("not the order, amount or coin that was agreed"));
    }
    // A copy costs one look into the database, not a call: a storm of them must not become a storm on the wallet. Old news
    // is a copy too, as `status: 0` that was overtaken by the payment: a status only moves forward.
    if matches!(order.status, Status::Paid | Status::Refunded) {
        count(&shop.counts.callbacks_duplicate);
        return Ok(Reply::Taken);
    }
    if message.text("data.status") != Some("1") {
        return Ok(Reply::Refused("this says of no payment"));
    }
    // A right sign says that somebody has the token. That it was the wallet, only the wallet can say.
    let until = Instant::now() + CALLBACK_PATIENCE;
    Ok(match deposit::ask(shop, &order, until).await? {
        Standing::Paid(Taken::Credited | Taken::PaysBack) => Reply::Taken,
        Standing::Paid(Taken::Already) => {
            count(&shop.counts.callbacks_duplicate);
            Reply::Taken
        }
        Standing::Unpaid => Reply::Later("the wallet says that this order is not paid".to_owned()),
        Standing::Unknown | Standing::Differs => Reply::Refused("the wallet says something else when asked"),
    })
}

async fn withdrawal(shop: &Shop, message: &Verified) -> Result<Reply, Trouble> {
    let number = message.text("data.unique_id").unwrap_or_default().to_owned();
    let Some(payout) = shop.store.run(move |db| payouts::by_id(db, &number)).await? else {
        return Ok(Reply::Refused("no payout of this shop has this number"));
    };
    let (wallet_order, amount, coin) = sum(message);
    if !amount.is_ok_and(|amount| payout::agrees(&payout, wallet_order, amount, coin)) {
        return Ok(Reply::Refused("not the payout, amount or coin that was agreed"));
    }
    if payout.status != PayoutStatus::Pending {
        // A try that was on its way for very long may arrive after the payout was given up.
        if payout.status == PayoutStatus::Failed && message.text("data.status") == Some("1") {
            needs_a_person(
                shop,
                &format!("payout {} had failed, and was paid out after all", payout.id),
            );
        }
        count(&shop.counts.callbacks_duplicate);
        return Ok(Reply::Taken);
    }
    let until = Instant::now() + CALLBACK_PATIENCE;
    Ok(match payout::ask(shop, &payout, until).await? {
        payout::Standing::Pending | payout::Standing::Ended => Reply::Taken,
        payout::Standing::Unknown | payout::Standing::Differs => {
            Reply::Refused("the wallet says something else when asked")
        }
    })
}

fn sum(message: &Verified) -> (&str, Result<Money, crate::money::NoAmount>, &str) {
    let text = |name| message.text(name).unwrap_or_default();
    (
        text("data.order_id"),
        Money::parse(text("data.amount")),
        text("data.coin"),
    )
}
