//! A customer wants to pay: the order is written down, then opened at the wallet.
//!
//! The order of these two is the point. The number is on the disk before the wallet hears it, so whatever happens to the
//! answer, the shop, or the power, there is one number for this purchase and it is known.

use serde::Deserialize;
use tokio::time::Instant;

use crate::{
    clock::{ms, now_ms, unique},
    deposit::{self, Standing},
    money::{COIN, Money},
    problem::Problem,
    shop::{Shop, Trouble},
    store::orders::{self, Order, Status},
    wallet::{CallError, Refusal},
};

/// As long as the wallet's `name` may be for sure.
const SKU_MAX: usize = 64;

/// What the customer's page sends. The price is text: a JSON number would have been a float on somebody's way.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Checkout {
    sku: String,
    price: String,
}

/// Opens an order, or finds the one that the same click opened before.
pub(crate) async fn checkout(shop: &Shop, checkout: &Checkout, key: Option<String>) -> Result<Order, Problem> {
    let new = new_order(shop, checkout)?;
    let known = match key.clone() {
        Some(key) => shop.store.run(move |db| orders::by_key(db, &key)).await?,
        None => None,
    };
    let order = match known {
        Some(order) => order,
        None => {
            // While the wallet is down, no orders are made that nobody could pay.
            shop.wallet.ready().map_err(Trouble::from)?;
            let new = new.clone();
            let first_ask_ms = new.created_ms + ms(shop.config.reconcile_after.min(shop.config.expire_after));
            shop.store
                .run(move |db| orders::insert(db, &new, key.as_deref(), first_ask_ms))
                .await?
        }
    };
    // The same key for something else is a mistake of the page's, and not a wish to buy the first thing again.
    if (order.sku.as_str(), order.amount) != (new.sku.as_str(), new.amount) {
        return Err(Problem::conflict("this Idempotency-Key was used for another purchase"));
    }
    if order.pay_url.is_some() || order.status != Status::Pending {
        return Ok(order);
    }
    open(shop, order).await
}

fn new_order(shop: &Shop, checkout: &Checkout) -> Result<Order, Problem> {
    let sku = checkout.sku.trim();
    let plain = |letter: char| !letter.is_control();
    if sku.is_empty() || sku.len() > SKU_MAX || !sku.chars().all(plain) {
        return Err(Problem::bad(format!("`sku` must have 1 to {SKU_MAX} bytes")));
    }
    let amount = Money::parse(&checkout.price).map_err(|error| Problem::bad(format!("`price`: {error}")))?;
    if amount.is_zero() {
        return Err(Problem::bad("`price` must be more than nothing"));
    }
    Ok(Order {
        id: format!("S-{}", unique()),
        sku: sku.to_owned(),
        amount,
        coin: COIN.to_owned(),
        callback_url: shop.callback_url.clone(),
        status: Status::Pending,
        wallet_order: None,
        pay_url: None,
        payer: None,
        created_ms: now_ms(),
    })
}

/// Opens an order at the wallet. Safe to repeat, also after a restart: the number and all it was opened with are the order's.
async fn open(shop: &Shop, order: Order) -> Result<Order, Problem> {
    let until = Instant::now() + shop.config.patience;
    match shop.wallet.pay_link(&order, until).await {
        Ok(link) => {
            let (id, url) = (order.id.clone(), link.pay_url);
            let opened = shop
                .store
                .run(move |db| {
                    orders::opened(db, &id, &link.wallet_order, &url)?;
                    orders::by_id(db, &id)
                })
                .await?;
            Ok(opened.unwrap_or(order))
        }
        Err(CallError::Refused(refusal)) => refused(shop, order, &refusal).await,
        // Not a no. The order stays; the customer may ask again with the same key, and a payment would be taken.
        Err(error @ (CallError::NoAnswer(_) | CallError::Unavailable { .. })) => Err(Problem::unopened(&order, &error)),
    }
}

/// A refusal is not always what it seems: it may be "this number exists", or a wallet that repeats the failure it stored
/// although the order was opened. So the question is asked before the order is given up, and never a second number made.
async fn refused(shop: &Shop, order: Order, refusal: &Refusal) -> Result<Order, Problem> {
    let until = Instant::now() + shop.config.patience;
    match deposit::ask(shop, &order, until).await? {
        Standing::Paid(_) => {
            let id = order.id.clone();
            let paid = shop.store.run(move |db| orders::by_id(db, &id)).await?;
            Ok(paid.unwrap_or(order))
        }
        // It is there, but its link was lost for good. It stays open until it expires, in case somebody has it.
        Standing::Unpaid | Standing::Differs => Err(Problem::refused(&order, refusal)),
        Standing::Unknown => {
            let id = order.id.clone();
            shop.store
                .run(move |db| orders::end(db, &id, Status::Failed, None))
                .await?;
            let failed = Order {
                status: Status::Failed,
                ..order
            };
            Err(Problem::refused(&failed, refusal))
        }
    }
}
