//! The table of routes: which method and path asks for what. Routing, `Allow` and the document of the interface follow
//! it, so a route is added in one place.

use bytes::Bytes;
use hyper::{Method, StatusCode, http::request::Parts};
use percent_encoding::percent_decode_str;

use super::{
    Admin,
    answer::{AdminError, Answered, Query},
    console, doctor, drill, events, journal, orders, shops, statement, status,
};

/// A route.
pub(super) struct Route {
    /// Its method.
    pub(super) method: Method,
    /// Its path; one segment may be a parameter, `{name}`.
    pub(super) path: &'static str,
    /// What answers it.
    pub(super) answer: fn(&Admin, &Ask<'_>) -> Answered,
}

/// A request of somebody who may ask.
pub(super) struct Ask<'a> {
    /// Its head.
    pub(super) head: &'a Parts,
    /// Its query.
    pub(super) query: Query<'a>,
    /// The path's parameter, decoded; empty for a path without one.
    pub(super) parameter: String,
    /// Its body.
    pub(super) body: &'a Bytes,
}

/// Every route, in the order of the documentation.
pub(super) const ROUTES: &[Route] = &[
    get("/status", status::answer),
    get("/metrics", status::metrics),
    get("/orders", orders::page),
    get("/orders/{id}", orders::one),
    get("/orders/{id}/story", journal::story),
    post("/orders/{id}/pay", orders::pay),
    post("/orders/{id}/decline", orders::decline),
    get("/journal", journal::page),
    get("/journal/{seq}", journal::line),
    get("/events", events::answer),
    get("/callbacks", status::callbacks),
    post("/callbacks/{id}/replay", orders::replay),
    put("/scenario", drill::scenario),
    post("/phase/{name}", drill::phase),
    get("/shops", shops::list),
    post("/shops", shops::apply),
    get("/shops/{id}", shops::one),
    get("/shops/{id}/statement", statement::answer),
    post("/shops/{id}/approve", shops::approve),
    post("/shops/{id}/reject", shops::reject),
    post("/shops/{id}/suspend", shops::suspend),
    post("/shops/{id}/resume", shops::resume),
    post("/shops/{id}/token", shops::rotate),
    put("/shops/{id}/go-live", shops::go_live),
    post("/clock/advance", drill::advance),
    post("/diagnose", doctor::diagnose),
    post("/release", drill::release),
    post("/reset", drill::reset),
    get("/console", console::page),
    get("/console/assets/{name}", console::asset),
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
    let ask = Ask {
        head,
        query: Query(head.uri.query().unwrap_or_default()),
        parameter: parameter.clone(),
        body,
    };
    (route.answer)(admin, &ask)
}

/// The parameter in `path` where it fits `pattern`; empty where the pattern has none.
fn parameter(pattern: &str, path: &str) -> Option<String> {
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

const fn get(path: &'static str, answer: fn(&Admin, &Ask<'_>) -> Answered) -> Route {
    Route {
        method: Method::GET,
        path,
        answer,
    }
}

const fn post(path: &'static str, answer: fn(&Admin, &Ask<'_>) -> Answered) -> Route {
    Route {
        method: Method::POST,
        path,
        answer,
    }
}

const fn put(path: &'static str, answer: fn(&Admin, &Ask<'_>) -> Answered) -> Route {
    Route {
        method: Method::PUT,
        path,
        answer,
    }
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
