//! The table of routes: which method and path asks for what. Routing, `Allow` and the document of the interface follow
//! it, so a route is added in one place.

use bytes::Bytes;
use hyper::{Method, StatusCode, header::CONTENT_TYPE, http::request::Parts};
use percent_encoding::percent_decode_str;
use protocol::admin::{
    ActPage, Advance, Advanced, CallbackCounts, CallbackReplayed, ClockChange, ClockView, Diagnose, Diagnosed,
    FaultLifted, FaultList, FaultPut, GoLiveStatus, JournalLine, JournalPage, OrderPage, OrderView, PhaseEntered,
    Reason, Released, Reset, ResetDone, Rotation, ScenarioChanged, SecondPage, ShopApplication, ShopList, ShopView,
    StatementView, Status, Story, StoryLine, Timeline, TimelineHold, TokenIssued,
};
use utoipa::ToSchema;

use super::{
    Admin,
    answer::{AdminError, Answered},
    clock, console, doctor, drill, events, faults, journal, openapi, orders,
    query::{ACTS, EVENTS, FAULT, JOURNAL, ORDERS, Query, SCENARIO, SECONDS, STATEMENT},
    route::{Ask, Gives, Reads, Route, of, route},
    seconds, shops, statement, status,
};

/// Media type of metrics.
pub(super) const OPENMETRICS: &str = "application/openmetrics-text";
/// Media type of a stream of events.
pub(super) const EVENT_STREAM: &str = "text/event-stream";
/// Media types of a body of JSON.
const JSON_TYPES: &[&str] = &["application/json"];
/// Media type of a scenario file.
pub(super) const SCENARIO_TYPE: &str = "application/yaml";
/// Media types under which a scenario file, or a part of one, is read.
const SCENARIO_TYPES: &[&str] = &[
    SCENARIO_TYPE,
    "application/x-yaml",
    "text/yaml",
    "text/x-yaml",
    "text/plain",
    "application/json",
    "application/octet-stream",
];

/// Every route, in the order of the documentation.
pub(super) const ROUTES: &[Route] = &[
    get("/status", status::answer, "The gateway at a glance", json::<Status>()),
    get(
        "/metrics",
        status::metrics,
        "Counters and gauges, as OpenMetrics",
        Gives::Text(&[OPENMETRICS]),
    ),
    get(
        "/timeline",
        seconds::timeline,
        "The timeline in force, and how it came to where it stands",
        json::<Timeline>(),
    ),
    get(
        "/seconds",
        seconds::page,
        "What the gateway did in each of its last seconds",
        json::<SecondPage>(),
    )
    .asks(SECONDS),
    get("/orders", orders::page, "Orders, page by page", json::<OrderPage>()).asks(ORDERS),
    get("/orders/{id}", orders::one, "One order", json::<OrderView>()),
    get(
        "/orders/{id}/story",
        journal::story,
        "Everything that happened to an order",
        json::<Story>(),
    ),
    post("/orders/{id}/pay", orders::pay, "Pays an order", json::<OrderView>()).refuses(&[409]),
    post(
        "/orders/{id}/decline",
        orders::decline,
        "Declines an order",
        json::<OrderView>(),
    )
    .refuses(&[409]),
    get(
        "/journal",
        journal::page,
        "The journal, page by page",
        json::<JournalPage>(),
    )
    .asks(JOURNAL),
    get(
        "/journal/{seq}",
        journal::line,
        "One line, with both sides' bytes",
        json::<StoryLine>(),
    ),
    get(
        "/events",
        events::answer,
        "The journal as it grows",
        Gives::Events(of::<JournalLine>()),
    )
    .asks(EVENTS),
    get(
        "/callbacks",
        status::callbacks,
        "What became of callbacks",
        json::<CallbackCounts>(),
    ),
    post(
        "/callbacks/{id}/replay",
        orders::replay,
        "Sends an order's callback again",
        json::<CallbackReplayed>(),
    )
    .refuses(&[409]),
    put(
        "/scenario",
        drill::scenario,
        "Puts a scenario in force",
        json::<ScenarioChanged>(),
    )
    .asks(SCENARIO)
    .reads(Reads::Scenario),
    post(
        "/phase/{name}",
        drill::phase,
        "Moves the timeline to a phase",
        json::<PhaseEntered>(),
    ),
    post(
        "/timeline/hold",
        drill::hold,
        "Holds the timeline where it is",
        json::<TimelineHold>(),
    )
    .refuses(&[409]),
    post(
        "/timeline/release",
        drill::go_on,
        "Lets a held timeline go on",
        json::<TimelineHold>(),
    ),
    get(
        "/faults",
        faults::list,
        "Faults put in force by hand",
        json::<FaultList>(),
    ),
    put(
        "/faults/{name}",
        faults::put,
        "Puts a fault in force for a while",
        json::<FaultPut>(),
    )
    .asks(FAULT)
    .reads(Reads::Fault)
    .refuses(&[409]),
    delete(
        "/faults/{name}",
        faults::lift,
        "Lifts a fault before its end",
        json::<FaultLifted>(),
    ),
    get(
        "/acts",
        faults::acts,
        "What operators did, and when faults ended",
        json::<ActPage>(),
    )
    .asks(ACTS),
    get("/shops", shops::list, "Every shop", json::<ShopList>()),
    post(
        "/shops",
        shops::apply,
        "A shop applies",
        Gives::Created(of::<ShopView>()),
    )
    .reads(Reads::Json(of::<ShopApplication>()))
    .refuses(&[409]),
    get("/shops/{id}", shops::one, "One shop", json::<ShopView>()),
    get(
        "/shops/{id}/statement",
        statement::answer,
        "What moved a shop's balance on a day",
        Gives::JsonOrText(of::<StatementView>(), "text/csv"),
    )
    .asks(STATEMENT)
    .refuses(&[409]),
    post(
        "/shops/{id}/approve",
        shops::approve,
        "Approves a shop and issues its token",
        json::<TokenIssued>(),
    )
    .refuses(&[409]),
    post(
        "/shops/{id}/reject",
        shops::reject,
        "Turns an application down",
        json::<ShopView>(),
    )
    .reads(Reads::Json(of::<Reason>()))
    .refuses(&[409]),
    post(
        "/shops/{id}/suspend",
        shops::suspend,
        "Suspends a shop",
        json::<ShopView>(),
    )
    .reads(Reads::Json(of::<Reason>()))
    .refuses(&[409]),
    post(
        "/shops/{id}/resume",
        shops::resume,
        "Lets a suspended shop call again",
        json::<ShopView>(),
    )
    .refuses(&[409]),
    post(
        "/shops/{id}/token",
        shops::rotate,
        "Issues another token",
        json::<TokenIssued>(),
    )
    .reads(Reads::Json(of::<Rotation>()))
    .refuses(&[409]),
    put(
        "/shops/{id}/go-live",
        shops::go_live,
        "Says whether a shop is certified",
        json::<ShopView>(),
    )
    .reads(Reads::Json(of::<GoLiveStatus>())),
    get(
        "/clock",
        clock::show,
        "Both times, and how the calendar runs",
        json::<ClockView>(),
    ),
    put(
        "/clock",
        clock::change,
        "Lets the gateway's calendar run faster, slower or not at all",
        json::<ClockView>(),
    )
    .reads(Reads::Json(of::<ClockChange>())),
    post(
        "/clock/advance",
        clock::advance,
        "Moves the gateway's calendar",
        json::<Advanced>(),
    )
    .reads(Reads::Json(of::<Advance>())),
    post(
        "/diagnose",
        doctor::diagnose,
        "Why a sign is wrong",
        json::<Diagnosed>(),
    )
    .reads(Reads::Json(of::<Diagnose>()))
    .refuses(&[404]),
    post(
        "/release",
        drill::release,
        "Sends every held callback",
        json::<Released>(),
    ),
    post(
        "/reset",
        drill::reset,
        "Forgets every order, payer, callback, nonce and applicant",
        json::<ResetDone>(),
    )
    .reads(Reads::Json(of::<Reset>())),
    get("/openapi.json", openapi::admin, "This document", Gives::Document),
    get(
        "/openapi-merchant.json",
        openapi::merchant,
        "The document of the merchant port",
        Gives::Document,
    ),
    get(
        "/console",
        console::page,
        "The console, a page",
        Gives::Text(&["text/html"]),
    ),
    get(
        "/console/assets/{name}",
        console::asset,
        "A file of the console",
        Gives::Text(&["text/css", "text/javascript"]),
    ),
];

/// Whether a path is one of the console's files.
pub(super) fn is_console(path: &str) -> bool {
    path == "/console" || path.starts_with("/console/assets/")
}

/// Answers a request of somebody who may ask.
pub(super) fn answer(admin: &Admin, head: &Parts, body: &Bytes) -> Answered {
    let path = head.uri.path();
    let here: Vec<(&Route, String)> = ROUTES
        .iter()
        .filter_map(|route| Some((route, parameter(route.path, path)?)))
        .collect();
    let Some((route, parameter)) = here.iter().find(|(route, _)| route.method == head.method) else {
        return Err(nobody(head, &here));
    };
    let query = Query(head.uri.query().unwrap_or_default());
    query.check(route.query)?;
    content_type(route, head)?;
    let ask = Ask {
        head,
        query,
        parameter: parameter.clone(),
        body,
    };
    (route.answer)(admin, &ask)
}

/// Refuses a body of a type that the route does not read. One without a type is taken for what it should be.
fn content_type(route: &Route, head: &Parts) -> Result<(), AdminError> {
    let taken = match route.reads {
        Reads::Nothing => return Ok(()),
        Reads::Json(_) => JSON_TYPES,
        Reads::Scenario | Reads::Fault => SCENARIO_TYPES,
    };
    let Some(declared) = head.headers.get(CONTENT_TYPE) else {
        return Ok(());
    };
    let declared = String::from_utf8_lossy(declared.as_bytes());
    let essence = declared.split(';').next().unwrap_or_default().trim();
    if taken.iter().any(|taken| taken.eq_ignore_ascii_case(essence)) {
        return Ok(());
    }
    Err(AdminError::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "content_type",
        format!("`{essence}` is not read here"),
        format!("send `Content-Type: {}`", taken[0]),
    ))
}

/// The parameter in `path` where it fits `pattern`; empty where the pattern has none.
pub(super) fn parameter(pattern: &str, path: &str) -> Option<String> {
    let mut found = String::new();
    let mut segments = path.split('/');
    for expected in pattern.split('/') {
        let segment = segments.next()?;
        if expected.starts_with('{') {
            // A name may hold letters of any script, which clients must encode in a path.
            found = percent_decode_str(segment).decode_utf8_lossy().into_owned();
        } else if segment != expected {
            return None;
        }
    }
    segments.next().is_none().then_some(found)
}

/// Why no route took a request: its path is nobody's, or those there take other methods.
fn nobody(head: &Parts, here: &[(&Route, String)]) -> AdminError {
    let path = head.uri.path();
    if here.is_empty() {
        let all: Vec<String> = ROUTES
            .iter()
            .map(|route| format!("{} {}", route.method, route.path))
            .collect();
        let message = format!("nothing is served at `{path}`");
        return AdminError::new(StatusCode::NOT_FOUND, "path_unknown", message, all.join(", "));
    }
    let methods: Vec<&str> = here.iter().map(|(route, _)| route.method.as_str()).collect();
    let allow = methods.join(", ");
    let message = format!("`{path}` takes {allow}, not {}", head.method);
    AdminError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method",
        message,
        format!("use {allow}"),
    )
    .allowing(allow)
}

const fn get(
    path: &'static str,
    answer: fn(&Admin, &Ask<'_>) -> Answered,
    summary: &'static str,
    gives: Gives,
) -> Route {
    route(Method::GET, path, answer, summary, gives)
}

const fn post(
    path: &'static str,
    answer: fn(&Admin, &Ask<'_>) -> Answered,
    summary: &'static str,
    gives: Gives,
) -> Route {
    route(Method::POST, path, answer, summary, gives)
}

const fn delete(
    path: &'static str,
    answer: fn(&Admin, &Ask<'_>) -> Answered,
    summary: &'static str,
    gives: Gives,
) -> Route {
    route(Method::DELETE, path, answer, summary, gives)
}

const fn put(
    path: &'static str,
    answer: fn(&Admin, &Ask<'_>) -> Answered,
    summary: &'static str,
    gives: Gives,
) -> Route {
    route(Method::PUT, path, answer, summary, gives)
}

const fn json<T: ToSchema>() -> Gives {
    Gives::Json(of::<T>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_whole_paths_only() {
        for (pattern, path, found) in [
            ("/status", "/status", Some("")),
            ("/status", "/status/", None),
            ("/status", "/statuses", None),
            ("/orders/{id}", "/orders/7", Some("7")),
            ("/orders/{id}", "/orders", None),
            ("/orders/{id}", "/orders/7/pay", None),
            ("/orders/{id}/pay", "/orders/7/pay", Some("7")),
            ("/phase/{name}", "/phase/%E6%81%A2", Some("恢")),
        ] {
            assert_eq!(parameter(pattern, path).as_deref(), found, "{path} against {pattern}");
        }
    }
}
