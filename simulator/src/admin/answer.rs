//! What the admin interface answers.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Method, Response, StatusCode,
    header::{ALLOW, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE},
    http::request::Parts,
};
use ledger::{OrderId, Rejection};
use percent_encoding::percent_decode_str;
use protocol::admin::{FORMAT, OrderPage};
use scenarios::{Problems, decide::payer_id};
use serde::Serialize;
use serde_json::json;
use url::form_urlencoded;

use super::{Admin, status};
use crate::{
    cashier,
    store::{Filter, Key},
};

/// Orders or lines of a page that names no limit.
const PAGE: usize = 1_000;
/// Orders or lines of a page, at most.
const PAGE_MAX: usize = 10_000;

/// Why the admin interface refuses: what is wrong, and what helps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct AdminError {
    #[serde(skip)]
    status: StatusCode,
    #[serde(skip)]
    allow: Option<&'static str>,
    error: &'static str,
    message: String,
    help: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    problems: Option<Box<Problems>>,
}

impl AdminError {
    /// A refusal.
    pub(super) fn new(
        status: StatusCode,
        error: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            status,
            allow: None,
            error,
            message: message.into(),
            help: help.into(),
            problems: None,
        }
    }

    /// A body too long or too slow.
    pub(super) fn body(limit_bytes: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body",
            format!("the body is longer than {limit_bytes} bytes, or did not come"),
            "send a scenario file of at most 1 MiB, at once",
        )
    }

    /// A bug of ours.
    pub(super) fn ours() -> Self {
        let help = "the gateway's log says more; merchants are not affected";
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "the answer could not be made",
            help,
        )
    }

    fn bad(error: &'static str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error, message, help)
    }

    fn no_order(id: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "order_unknown",
            format!("there is no order `{id}`"),
            "`GET /orders` lists the orders",
        )
    }
}

type Answered = Result<Response<Full<Bytes>>, AdminError>;

/// A refusal as it goes out.
pub(super) fn error(refused: &AdminError) -> Response<Full<Bytes>> {
    let mut response = json_of(refused);
    *response.status_mut() = refused.status;
    if let Some(allow) = refused.allow {
        response.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
    }
    if refused.status == StatusCode::UNAUTHORIZED {
        response
            .headers_mut()
            .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// Answers a request of somebody who may ask.
pub(super) fn answer(admin: &Admin, head: &Parts, body: &Bytes) -> Answered {
    let path: Vec<&str> = head.uri.path().trim_start_matches('/').split('/').collect();
    let query = Query(head.uri.query().unwrap_or_default());
    match path.as_slice() {
        ["status"] => only(&Method::GET, head).map(|()| json_of(&status::status(&admin.gateway))),
        ["metrics"] => only(&Method::GET, head).map(|()| metrics(admin)),
        ["journal"] => only(&Method::GET, head).and_then(|()| journal(admin, query)),
        ["callbacks"] => {
            only(&Method::GET, head).map(|()| json_of(&admin.gateway.callbacks.counts(&admin.gateway.store)))
        }
        ["orders"] => only(&Method::GET, head).and_then(|()| orders(admin, query)),
        ["orders", id] => only(&Method::GET, head).and_then(|()| order(admin, id)),
        ["orders", id, "pay"] => only(&Method::POST, head).and_then(|()| pay(admin, id)),
        ["orders", id, "decline"] => only(&Method::POST, head).and_then(|()| decline(admin, id)),
        ["scenario"] => only(&Method::PUT, head).and_then(|()| scenario(admin, query, body)),
        ["phase", name] => only(&Method::POST, head).and_then(|()| phase(admin, name)),
        ["release"] => only(&Method::POST, head).map(|()| release(admin)),
        ["reset"] => only(&Method::POST, head).and_then(|()| reset(admin, head, body)),
        _ => Err(AdminError::new(
            StatusCode::NOT_FOUND,
            "path_unknown",
            format!("nothing is served at `{}`", head.uri.path()),
            "GET /status /orders /orders/{id} /journal /callbacks /metrics; PUT /scenario; POST /orders/{id}/pay \
             /orders/{id}/decline /phase/{name} /release /reset",
        )),
    }
}

fn only(method: &'static Method, head: &Parts) -> Result<(), AdminError> {
    if head.method == *method {
        return Ok(());
    }
    let allow = match *method {
        Method::GET => "GET",
        Method::PUT => "PUT",
        _ => "POST",
    };
    let message = format!("`{}` takes {allow}, not {}", head.uri.path(), head.method);
    Err(AdminError {
        allow: Some(allow),
        ..AdminError::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method",
            message,
            format!("use {allow}"),
        )
    })
}

fn metrics(admin: &Admin) -> Response<Full<Bytes>> {
    let page = admin.gateway.metrics.page(admin.gateway.journal.counts().dropped);
    let mut response = Response::new(Full::from(page));
    let text = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, text);
    response
}

fn journal(admin: &Admin, query: Query<'_>) -> Answered {
    let after = query.number("after")?.unwrap_or(0);
    Ok(json_of(&admin.gateway.journal.page(after, query.limit()?)))
}

fn orders(admin: &Admin, query: Query<'_>) -> Answered {
    let after = match query.text("after") {
        None => None,
        Some(text) => Some(OrderId::parse(&text).map_err(|error| {
            AdminError::bad(
                "after",
                format!("`after={text}`: {error}"),
                "pass `next` of the page before",
            )
        })?),
    };
    let filter = Filter {
        shop: query.number("shop")?,
        number: query.text("number"),
    };
    let limit = query.limit()?;
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

/// The id of the order that the test switch hides: the n-th in the order of ids, of those there are now.
fn hidden(admin: &Admin) -> Option<String> {
    let place = usize::try_from(admin.hide_order?.checked_sub(1)?).ok()?;
    let all = admin.gateway.store.page(None, place + 1, &Filter::default());
    all.into_iter().nth(place).map(|order| order.order_id)
}

fn order(admin: &Admin, id: &str) -> Answered {
    let view = OrderId::parse(id).ok().and_then(|id| admin.gateway.store.view(id));
    let view = view.filter(|view| hidden(admin).as_ref() != Some(&view.order_id));
    view.map(|view| json_of(&view)).ok_or_else(|| AdminError::no_order(id))
}

fn pay(admin: &Admin, id: &str) -> Answered {
    let gateway = &admin.gateway;
    let key = key_of(admin, id)?;
    let payer = payer_id(gateway.in_force.get().scenario.seed, key.shop, &key.number);
    cashier::pay(gateway, &key, payer).map_err(|rejection| rejected(&rejection))?;
    order(admin, id)
}

fn decline(admin: &Admin, id: &str) -> Answered {
    let key = key_of(admin, id)?;
    cashier::decline(&admin.gateway, &key).map_err(|rejection| rejected(&rejection))?;
    order(admin, id)
}

fn key_of(admin: &Admin, id: &str) -> Result<Key, AdminError> {
    let found = OrderId::parse(id).ok().and_then(|id| admin.gateway.store.key_of(id));
    found.ok_or_else(|| AdminError::no_order(id))
}

fn rejected(rejection: &Rejection) -> AdminError {
    let help = "`GET /orders/{id}` shows its state";
    AdminError::new(StatusCode::CONFLICT, rejection.code(), rejection.to_string(), help)
}

fn scenario(admin: &Admin, query: Query<'_>, body: &Bytes) -> Answered {
    let name = query.text("name").unwrap_or_else(|| "scenario".to_owned());
    let text = std::str::from_utf8(body).map_err(|error| {
        AdminError::bad(
            "not_utf8",
            format!("the scenario is not UTF-8: {error}"),
            "send the file's own bytes",
        )
    })?;
    // A load that was asked for another length or seed than the file's must share both with the gateway.
    let lasts = query.number("for_ms")?.map(Duration::from_millis);
    let mut read = scenarios::read(&name, text).map_err(|problems| AdminError {
        problems: Some(Box::new(problems)),
        ..AdminError::bad(
            "scenario",
            "the scenario has problems; the old one stays in force",
            "`paydrill check FILE`",
        )
    })?;
    read.seed = query.number("seed")?.unwrap_or(read.seed);
    let new = read.name.clone();
    let old = admin.gateway.in_force.replace(Arc::new(read), lasts);
    Ok(json_of(
        &json!({"format": FORMAT, "old": old.scenario.name, "new": new}),
    ))
}

fn phase(admin: &Admin, name: &str) -> Answered {
    // A name may hold letters of any script, which clients must encode in a path.
    let name = &*percent_decode_str(name).decode_utf8_lossy();
    let in_force = &admin.gateway.in_force;
    if in_force.jump(name) {
        return Ok(json_of(&json!({"format": FORMAT, "phase": name})));
    }
    let drill = in_force.get();
    let names: Vec<&str> = drill.scenario.phases.iter().map(|phase| phase.name.as_str()).collect();
    Err(AdminError::new(
        StatusCode::NOT_FOUND,
        "phase_unknown",
        format!("the scenario has no phase `{name}`"),
        format!("its phases are {}", names.join(", ")),
    ))
}

fn release(admin: &Admin) -> Response<Full<Bytes>> {
    let released = admin.gateway.callbacks.release(&admin.gateway, Duration::ZERO, None);
    json_of(&json!({"format": FORMAT, "released": released}))
}

fn reset(admin: &Admin, head: &Parts, body: &Bytes) -> Answered {
    let in_body = serde_json::from_slice::<serde_json::Value>(body).ok();
    let confirmed = in_body.is_some_and(|body| body["confirm"] == "reset")
        || head
            .headers
            .get("paydrill-confirm")
            .is_some_and(|value| value == "reset");
    if !confirmed {
        return Err(AdminError::bad(
            "not_confirmed",
            "a reset forgets every order, payer, callback and nonce",
            r#"send the body {"confirm":"reset"} or the header `paydrill-confirm: reset`"#,
        ));
    }
    let gateway = &admin.gateway;
    gateway.payers.clear();
    gateway.callbacks.clear();
    gateway.store.clear();
    gateway.nonces.clear();
    Ok(json_of(&json!({"format": FORMAT, "reset": true})))
}

fn json_of(value: &impl Serialize) -> Response<Full<Bytes>> {
    let body = serde_json::to_vec(value).expect("answers are plain data, which JSON can always hold");
    let mut response = Response::new(Full::from(body));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The query of a request.
#[derive(Clone, Copy)]
struct Query<'a>(&'a str);

impl Query<'_> {
    fn text(self, name: &str) -> Option<String> {
        let mut pairs = form_urlencoded::parse(self.0.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    fn number(self, name: &'static str) -> Result<Option<u64>, AdminError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let read = text.parse().map_err(|_| {
            AdminError::bad(
                name,
                format!("`{name}={text}` is no whole number"),
                format!("write `{name}=1`"),
            )
        })?;
        Ok(Some(read))
    }

    fn limit(self) -> Result<usize, AdminError> {
        let limit = self
            .number("limit")?
            .map_or(PAGE, |limit| usize::try_from(limit).unwrap_or(PAGE_MAX));
        Ok(limit.clamp(1, PAGE_MAX))
    }
}
