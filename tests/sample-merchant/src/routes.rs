//! The shop's HTTP side: paths, bodies in and out, and how much of it at once.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, Request, State},
    http::{HeaderMap, StatusCode},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::{
    callback::{self, Reply},
    checkout::{self, Checkout},
    money::Money,
    payout::{self, RefundWish, Wish},
    problem::Problem,
    shop::{Shop, Stats},
    store::{
        orders::{self, Order},
        payouts::{self, Payout},
    },
};

/// Bodies of callbacks are the longest, and far shorter than this.
const BODY_MAX_BYTES: usize = 64 * 1024;
/// Customers served at once. While the wallet hangs each waits for seconds, so this is what an outage may cost in memory.
const CUSTOMERS_MAX: usize = 4_096;
/// Callbacks at once, apart from the customers: a crowd at the till must not keep the money out.
const CALLBACKS_MAX: usize = 512;
/// An `Idempotency-Key` is a UUID or the like.
const KEY_MAX: usize = 128;

/// All paths.
pub(crate) fn router(shop: Arc<Shop>) -> Router {
    let customers = Router::new()
        .route("/checkout", post(post_checkout))
        .route("/orders/{id}", get(read_order))
        .route("/orders/{id}/refund", post(post_refund))
        .route("/payouts", post(post_payout))
        .route("/payouts/{id}", get(read_payout))
        .layer(from_fn_with_state(Arc::new(Semaphore::new(CUSTOMERS_MAX)), bounded));
    let wallet = Router::new()
        .route("/notify", post(notify))
        .layer(from_fn_with_state(Arc::new(Semaphore::new(CALLBACKS_MAX)), bounded));
    let operators = Router::new().route("/healthz", get(health)).route("/stats", get(stats));
    customers
        .merge(wallet)
        .merge(operators)
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .with_state(shop)
}

async fn bounded(State(room): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    let Ok(_permit) = room.try_acquire() else {
        return Problem::busy().into_response();
    };
    next.run(request).await
}

async fn post_checkout(State(shop): State<Arc<Shop>>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, Problem> {
    let order = checkout::checkout(&shop, &parsed::<Checkout>(&body)?, key(&headers)?).await?;
    let pay_url = order.pay_url.clone();
    Ok(Json(json!({ "order": OrderView::new(order), "pay_url": pay_url })))
}

/// What a customer's page polls after the customer comes back, and what an auditor asks. The return from the cashier proves
/// nothing: the status here comes from the wallet alone.
async fn read_order(State(shop): State<Arc<Shop>>, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    let found = shop
        .store
        .run(move |db| {
            let Some(order) = orders::by_id(db, &id)? else {
                return Ok(None);
            };
            let credited = orders::credited(db, &id)?;
            Ok(Some((order, credited)))
        })
        .await?;
    let (order, (times, credited)): (Order, (i64, Money)) = found.ok_or_else(|| Problem::not_found("no such order"))?;
    let mut view = json!(OrderView::new(order));
    view["fulfilled_count"] = json!(times);
    view["credited_amount"] = json!(credited.to_string());
    Ok(Json(view))
}

async fn post_refund(
    State(shop): State<Arc<Shop>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<PayoutView>, Problem> {
    let wish: RefundWish = if body.is_empty() {
        RefundWish::default()
    } else {
        parsed(&body)?
    };
    let payout = payout::refund(&shop, &id, &wish, key(&headers)?).await?;
    Ok(Json(PayoutView::new(payout)))
}

async fn post_payout(
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<PayoutView>, Problem> {
    let payout = payout::pay(&shop, &parsed::<Wish>(&body)?, key(&headers)?).await?;
    Ok(Json(PayoutView::new(payout)))
}

async fn read_payout(State(shop): State<Arc<Shop>>, Path(id): Path<String>) -> Result<Json<PayoutView>, Problem> {
    let found = shop.store.run(move |db| payouts::by_id(db, &id)).await?;
    let payout = found.ok_or_else(|| Problem::not_found("no such payout"))?;
    Ok(Json(PayoutView::new(payout)))
}

/// The acknowledgement is the documented body, and only for what is done.
async fn notify(State(shop): State<Arc<Shop>>, body: Bytes) -> Response {
    match callback::take(&shop, &body).await {
        Reply::Taken => Json(json!({ "status": "success" })).into_response(),
        Reply::Refused(reason) => fail(StatusCode::BAD_REQUEST, reason),
        Reply::Later(reason) => fail(StatusCode::SERVICE_UNAVAILABLE, &reason),
    }
}

fn fail(status: StatusCode, reason: &str) -> Response {
    (status, Json(json!({ "status": "fail", "msg": reason }))).into_response()
}

/// Alive, and its database answers.
async fn health(State(shop): State<Arc<Shop>>) -> Result<Json<Value>, Problem> {
    shop.store.run(|_db| Ok(())).await?;
    Ok(Json(json!({ "status": "ok" })))
}

async fn stats(State(shop): State<Arc<Shop>>) -> Result<Json<Stats>, Problem> {
    Ok(Json(shop.stats().await?))
}

fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| Problem::bad(format!("the body: {error}")))
}

fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(key) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let plain = key.to_str().ok().filter(|key| !key.is_empty() && key.len() <= KEY_MAX);
    let plain =
        plain.ok_or_else(|| Problem::bad(format!("`Idempotency-Key` must have 1 to {KEY_MAX} ASCII letters")))?;
    Ok(Some(plain.to_owned()))
}

#[derive(Debug, Serialize)]
struct OrderView {
    id: String,
    status: &'static str,
    sku: String,
    amount: String,
    coin: String,
}

impl OrderView {
    fn new(order: Order) -> Self {
        Self {
            id: order.id,
            status: order.status.word(),
            sku: order.sku,
            amount: order.amount.to_string(),
            coin: order.coin,
        }
    }
}

#[derive(Debug, Serialize)]
struct PayoutView {
    id: String,
    status: &'static str,
    /// The order that is paid back.
    order: Option<String>,
    to: String,
    amount: String,
    coin: String,
}

impl PayoutView {
    fn new(payout: Payout) -> Self {
        Self {
            id: payout.id,
            status: payout.status.word(),
            order: payout.order_id,
            to: payout.payee.to_string(),
            amount: payout.amount.to_string(),
            coin: payout.coin,
        }
    }
}
