//! Money leaves the shop: payouts, and pay-backs of orders, which at this wallet are the same call.
//!
//! The trap: paying twice. A payout has its number before the first call and keeps it; whatever the calls come to, it stays
//! `pending` until the wallet says under this number that it was paid out, that it failed, or that there is no such thing.

use serde::Deserialize;
use tokio::time::Instant;

use crate::{
    clock::{ms, now_ms},
    money::{COIN, Money},
    problem::Problem,
    shop::{Shop, Trouble, needs_a_person},
    store::payouts::{self, NewPayout, Payout, PayoutStatus, Refund},
    wallet::{CallError, WithdrawalStatus},
};

/// `POST /payouts`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wish {
    /// A Telegram id, as text: it need not fit what JSON readers make of a number.
    to: String,
    amount: String,
}

/// `POST /orders/{id}/refund`; without an amount, all that is left.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefundWish {
    amount: Option<String>,
}

/// What the wallet says about a payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It has never heard of it.
    Unknown,
    Pending,
    /// Paid out or failed, and written down so.
    Ended,
    /// Not what was ordered: nothing was done, and a person is told.
    Differs,
}

/// Pays somebody.
pub(crate) async fn pay(shop: &Shop, wish: &Wish, key: Option<String>) -> Result<Payout, Problem> {
    let payee = wish.to.parse().ok().filter(|payee| *payee > 0);
    let new = NewPayout {
        order_id: None,
        payee: payee.ok_or_else(|| Problem::bad("`to` must be a Telegram id: digits, as text"))?,
        amount: amount(&wish.amount)?,
        coin: COIN.to_owned(),
        callback_url: shop.callback_url.clone(),
    };
    let wanted = (new.payee, new.amount);
    let payout = shop
        .store
        .run(move |db| payouts::insert(db, &new, key.as_deref(), now_ms()))
        .await?;
    if (payout.payee, payout.amount) != wanted || payout.order_id.is_some() {
        return Err(Problem::conflict("this Idempotency-Key was used for another payout"));
    }
    begin(shop, payout).await
}

/// Pays an order back, to who paid it.
pub(crate) async fn refund(
    shop: &Shop,
    order_id: &str,
    wish: &RefundWish,
    key: Option<String>,
) -> Result<Payout, Problem> {
    let amount = wish.amount.as_deref().map(amount).transpose()?;
    let order_id = order_id.to_owned();
    let written = shop
        .store
        .run(move |db| payouts::refund(db, &order_id, amount, key.as_deref(), now_ms()))
        .await?;
    match written {
        Refund::Written(payout) => begin(shop, payout).await,
        Refund::UnknownOrder => Err(Problem::not_found("no such order")),
        Refund::NotPaid => Err(Problem::conflict("nobody has paid this order")),
        Refund::TooMuch { left } => Err(Problem::conflict(format!("{left} can be paid back"))),
    }
}

fn amount(text: &str) -> Result<Money, Problem> {
    let amount = Money::parse(text).map_err(|error| Problem::bad(format!("`amount`: {error}")))?;
    if amount.is_zero() {
        return Err(Problem::bad("`amount` must be more than nothing"));
    }
    Ok(amount)
}

/// The first send, while somebody waits. If it comes to nothing, the reconciliation goes on with it.
async fn begin(shop: &Shop, payout: Payout) -> Result<Payout, Problem> {
    if payout.status == PayoutStatus::Pending && payout.wallet_order.is_none() {
        let until = Instant::now() + shop.config.patience;
        match send(shop, &payout, until).await {
            // It is written down and will be paid: "pending" is the truth, an error would invite a second payout.
            Ok(()) | Err(Trouble::Wallet(_)) => {}
            Err(error @ Trouble::Store(_)) => return Err(error.into()),
        }
    }
    let id = payout.id.clone();
    let found = shop.store.run(move |db| payouts::by_id(db, &id)).await?;
    Ok(found.unwrap_or(payout))
}

/// Sends a payout, under the number it has.
pub(crate) async fn send(shop: &Shop, payout: &Payout, until: Instant) -> Result<(), Trouble> {
    let id = payout.id.clone();
    let refusal = match shop.wallet.transfer(payout, until).await {
        Ok(wallet_order) => {
            let next_ask_ms = now_ms() + ms(shop.config.reconcile_after);
            let accepted = move |db: &_| {
                payouts::accepted(db, &id, &wallet_order)?;
                payouts::ask_again(db, &id, next_ask_ms)
            };
            return Ok(shop.store.run(accepted).await?);
        }
        Err(CallError::Refused(refusal)) => refusal,
        Err(error) => return Err(error.into()),
    };
    // "Already processed" means that an earlier try got through; and any refusal may be one that was stored although the
    // money moved. The payout has failed only if the wallet, asked, knows nothing of it.
    if ask(shop, payout, until).await? == Standing::Unknown {
        needs_a_person(shop, &format!("payout {} was refused: {refusal}", payout.id));
        end(shop, payout, PayoutStatus::Failed).await?;
    }
    Ok(())
}

/// Asks the wallet, and writes down what has become of it.
pub(crate) async fn ask(shop: &Shop, payout: &Payout, until: Instant) -> Result<Standing, Trouble> {
    let withdrawal = match shop.wallet.check_transfer(&payout.id, until).await {
        Ok(withdrawal) => withdrawal,
        Err(CallError::Refused(refusal)) if refusal.unknown_order() => return Ok(Standing::Unknown),
        Err(error) => return Err(error.into()),
    };
    let as_agreed = agrees(payout, &withdrawal.wallet_order, withdrawal.amount, &withdrawal.coin);
    if !as_agreed || withdrawal.payee != payout.payee {
        needs_a_person(
            shop,
            &format!(
                "the wallet says about payout {} what was never ordered: {withdrawal:?}",
                payout.id
            ),
        );
        return Ok(Standing::Differs);
    }
    let status = match withdrawal.status {
        WithdrawalStatus::Pending => {
            let (id, wallet_order) = (payout.id.clone(), withdrawal.wallet_order);
            shop.store
                .run(move |db| payouts::accepted(db, &id, &wallet_order))
                .await?;
            return Ok(Standing::Pending);
        }
        WithdrawalStatus::PaidOut => PayoutStatus::Paid,
        WithdrawalStatus::Failed => {
            needs_a_person(
                shop,
                &format!("payout {} failed: its money is back at the shop", payout.id),
            );
            PayoutStatus::Failed
        }
    };
    end(shop, payout, status).await?;
    Ok(Standing::Ended)
}

/// Is this about the payout that was ordered?
pub(crate) fn agrees(payout: &Payout, wallet_order: &str, amount: Money, coin: &str) -> bool {
    let known = payout.wallet_order.as_deref();
    known.is_none_or(|known| known == wallet_order) && amount == payout.amount && coin == payout.coin
}

async fn end(shop: &Shop, payout: &Payout, status: PayoutStatus) -> Result<(), Trouble> {
    let payout = payout.clone();
    let _first_to_say_so = shop.store.run(move |db| payouts::settle(db, &payout, status)).await?;
    Ok(())
}
