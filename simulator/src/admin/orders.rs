//! Orders: listed, looked at, paid and declined.

use hyper::StatusCode;
use ledger::OrderId;
use protocol::admin::{CallbackReplayed, FORMAT, OrderPage, OrderView};
use scenarios::decide::payer_id;

use super::{
    Admin,
    answer::{AdminError, Answered, json_of},
    route::Ask,
};
use crate::{
    cashier,
    store::{Filter, Key, Refused},
};

/// `GET /orders`
pub(super) fn page(admin: &Admin, ask: &Ask<'_>) -> Answered {
    let after = ask.query.text("after").and_then(|text| OrderId::parse(&text).ok());
    let filter = Filter {
        shop: ask.query.number("shop"),
        number: ask.query.text("number"),
    };
    let limit = ask.query.limit();
    let mut found = admin.gateway.store.page(after, limit + 1, &filter);
    let more = found.len() > limit;
    found.truncate(limit);
    let next = more.then(|| found.last().map(|last| last.order_id.clone())).flatten();
    if let Some(hidden) = hidden(admin) {
        found.retain(|order| order.order_id != hidden);
    }
    Ok(json_of(&OrderPage {
        format: FORMAT,
        orders: found,
        next,
    }))
}

/// `GET /orders/{id}`
pub(super) fn one(admin: &Admin, ask: &Ask<'_>) -> Answered {
    show(admin, &ask.parameter)
}

/// `POST /orders/{id}/pay`
pub(super) fn pay(admin: &Admin, ask: &Ask<'_>) -> Answered {
    let gateway = &admin.gateway;
    let key = key_of(admin, &ask.parameter)?;
    let payer = payer_id(gateway.in_force.get().scenario.seed, key.shop, &key.number);
    cashier::pay(gateway, &key, payer).map_err(|refused| rejected(&refused))?;
    show(admin, &ask.parameter)
}

/// `POST /orders/{id}/decline`
pub(super) fn decline(admin: &Admin, ask: &Ask<'_>) -> Answered {
    let key = key_of(admin, &ask.parameter)?;
    cashier::decline(&admin.gateway, &key).map_err(|refused| rejected(&refused))?;
    show(admin, &ask.parameter)
}

/// `POST /callbacks/{id}/replay`
pub(super) fn replay(admin: &Admin, ask: &Ask<'_>) -> Answered {
    let key = key_of(admin, &ask.parameter)?;
    match admin.gateway.callbacks.replay(&admin.gateway, &key) {
        Some(attempt) => Ok(json_of(&CallbackReplayed {
            format: FORMAT,
            attempt,
        })),
        None => Err(AdminError::new(
            StatusCode::CONFLICT,
            "no_callback",
            "the order owes no callback yet",
            "pay the order first: `POST /orders/{id}/pay`",
        )),
    }
}

fn show(admin: &Admin, id: &str) -> Answered {
    let view = OrderId::parse(id).ok().and_then(|id| visible(admin, id));
    view.map(|view| json_of(&view)).ok_or_else(|| AdminError::no_order(id))
}

/// An order, unless the test switch hides it.
pub(super) fn visible(admin: &Admin, id: OrderId) -> Option<OrderView> {
    let view = admin.gateway.store.view(id)?;
    (hidden(admin).as_ref() != Some(&view.order_id)).then_some(view)
}

/// The id of the order that the test switch hides: the n-th in the order of ids, of those there are now.
fn hidden(admin: &Admin) -> Option<String> {
    let place = usize::try_from(admin.hide_order?.checked_sub(1)?).ok()?;
    let all = admin.gateway.store.page(None, place + 1, &Filter::default());
    all.into_iter().nth(place).map(|order| order.order_id)
}

fn key_of(admin: &Admin, id: &str) -> Result<Key, AdminError> {
    let found = OrderId::parse(id).ok().and_then(|id| admin.gateway.store.key_of(id));
    found.ok_or_else(|| AdminError::no_order(id))
}

fn rejected(refused: &Refused) -> AdminError {
    let help = "`GET /orders/{id}` shows its state";
    AdminError::new(StatusCode::CONFLICT, refused.code(), refused.to_string(), help)
}
