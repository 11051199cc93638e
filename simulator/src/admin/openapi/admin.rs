//! The admin interface's document, from its table of routes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{JSON, braced, frame, schema};
use crate::admin::{
    answer::AdminError,
    faults::NAME_MAX_CHARS,
    query::{Kind, Parameter},
    route::{Gives, Reads, Route, Shape, of},
    table::{EVENT_STREAM, ROUTES, SCENARIO_TYPE, is_console},
};

const TITLE: &str = "paydrill: the admin interface";
const ABOUT: &str = "What a gateway does and did, and commands to it. It listens on loopback; elsewhere it needs a bearer \
                     token. `Host` must name it by its address or as localhost, and an `Origin` must be its own.";
/// The name of the security scheme.
const TOKEN: &str = "token";

/// A fault's name: no control character, not only blanks.
const NAME: &str = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$";

/// Refusals that every route has.
pub(in crate::admin) const EVERYWHERE: [u16; 4] = [400, 401, 403, 413];

/// The document.
#[must_use]
pub fn document() -> Value {
    let mut paths: BTreeMap<&str, BTreeMap<String, Value>> = BTreeMap::new();
    for route in ROUTES {
        let methods = paths.entry(route.path).or_default();
        methods.insert(route.method.as_str().to_lowercase(), operation(route));
    }
    let mut document = frame(TITLE, ABOUT);
    document.insert("security".to_owned(), json!([{TOKEN: []}, {}]));
    document.insert("paths".to_owned(), json!(paths));
    document.insert(
        "components".to_owned(),
        json!({
            "schemas": schemas(),
            "securitySchemes": {TOKEN: {
                "type": "http",
                "scheme": "bearer",
                "description": "the gateway's `admin_token`; a gateway on loopback may have none",
            }},
        }),
    );
    document.into()
}

/// Every status that a route may answer with.
pub(in crate::admin) fn statuses(route: &Route) -> Vec<u16> {
    let success = match route.gives {
        Gives::Json(_) | Gives::JsonOrText(..) | Gives::Text(_) | Gives::Events(_) | Gives::Document => 200,
        Gives::Created(_) => 201,
    };
    let body = match route.reads {
        Reads::Nothing => None,
        Reads::Json(_) | Reads::Scenario | Reads::Fault => Some(415),
    };
    let missing = braced(route.path).map(|_| 404);
    // The console's files hold nothing secret: they need no token.
    let everywhere = EVERYWHERE
        .iter()
        .filter(|status| **status != 401 || !is_console(route.path));
    let mut found = vec![success];
    found.extend(everywhere);
    found.extend(missing);
    found.extend(body);
    found.extend(route.refuses);
    found.sort_unstable();
    found
}

fn operation(route: &Route) -> Value {
    let mut parameters: Vec<Value> = braced(route.path)
        .map(|name| in_path(route, name))
        .into_iter()
        .collect();
    parameters.extend(route.query.iter().map(in_query));
    let responses: BTreeMap<String, Value> = statuses(route)
        .into_iter()
        .map(|status| (status.to_string(), response(route, status)))
        .collect();
    let mut operation = json!({
        "operationId": operation_id(route),
        "summary": route.summary,
        "tags": [route.path.split('/').nth(1).unwrap_or_default()],
        "responses": responses,
    });
    if is_console(route.path) {
        operation["security"] = json!([]);
    }
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    match route.reads {
        Reads::Nothing => {}
        Reads::Json(shape) => {
            operation["requestBody"] = json!({"required": true, "content": {JSON: {"schema": named(shape)}}});
        }
        Reads::Scenario => {
            let about = "a scenario file; `paydrill schema` prints its JSON Schema, `paydrill check` its mistakes";
            operation["requestBody"] = yaml("scenario", about);
        }
        Reads::Fault => {
            let about = "a rule as scenario files write it, or `refuse: true`, or `tls: expired | wrong_host | stall`";
            operation["requestBody"] = yaml("fault", about);
        }
    }
    operation
}

/// A body of YAML, which JSON is too.
fn yaml(format: &str, about: &str) -> Value {
    let text = json!({"type": "string", "format": format, "description": about});
    json!({"required": true, "content": {SCENARIO_TYPE: {"schema": text}}})
}

fn operation_id(route: &Route) -> String {
    let path = route.path.replace(['/', '.', '-'], "_").replace(['{', '}'], "");
    format!("{}{path}", route.method.as_str().to_lowercase())
}

fn in_path(route: &Route, name: &str) -> Value {
    let (about, schema) = match (name, route.path.starts_with("/shops")) {
        ("id", true) => ("the shop's number", whole(0, u64::MAX)),
        ("id", false) => ("the order's id", order_id()),
        ("seq", _) => ("the line's number", whole(0, u64::MAX)),
        (_, _) if route.path.starts_with("/faults") => (
            "the fault's name",
            json!({"type": "string", "minLength": 1, "maxLength": NAME_MAX_CHARS, "pattern": NAME}),
        ),
        (_, _) => ("a name", json!({"type": "string", "minLength": 1})),
    };
    json!({"name": name, "in": "path", "required": true, "description": about, "schema": schema})
}

fn in_query(parameter: &Parameter) -> Value {
    let schema = match parameter.kind {
        Kind::Whole(least, most) => whole(least, most),
        Kind::OneOf(words) => json!({"type": "string", "enum": words}),
        Kind::OrderId => order_id(),
        Kind::Day => json!({"type": "string", "format": "day", "description": "such as 2026-11-26"}),
        Kind::Lasts(..) => json!({"type": "string", "format": "lasts", "description": "such as 30s"}),
        Kind::Text => json!({"type": "string"}),
    };
    json!({"name": parameter.name, "in": "query", "description": parameter.about, "schema": schema})
}

fn response(route: &Route, status: u16) -> Value {
    let about = match status {
        200 => "It is done.",
        201 => "It is there now.",
        400 => "A mistake in the request.",
        401 => "The bearer token is missing or wrong.",
        403 => "`Host` or `Origin` is a stranger's.",
        404 => "It is not there.",
        409 => "Its state does not allow it.",
        413 => "The body is too long or too slow.",
        415 => "The body's type is not read here.",
        _ => "Refused.",
    };
    let text = json!({"type": "string"});
    let content = match (status, route.gives) {
        (200, Gives::Json(shape)) | (201, Gives::Created(shape)) => json!({JSON: {"schema": named(shape)}}),
        (200, Gives::JsonOrText(shape, media_type)) => {
            json!({JSON: {"schema": named(shape)}, media_type: {"schema": text}})
        }
        (200, Gives::Text(media_types)) => media_types
            .iter()
            .map(|media_type| ((*media_type).to_owned(), json!({"schema": text})))
            .collect::<serde_json::Map<String, Value>>()
            .into(),
        (200, Gives::Events(shape)) => json!({EVENT_STREAM: {"schema": event(shape)}}),
        (200, Gives::Document) => json!({JSON: {"schema": {"type": "object"}}}),
        (_, _) => {
            json!({JSON: {"schema": named(of::<AdminError>())}})
        }
    };
    let mut response = json!({"description": about, "content": content});
    if status == 401 {
        response["headers"] = json!({"WWW-Authenticate": {"required": true, "schema": {"type": "string"}}});
    }
    response
}

/// The schemas of every type that a route reads or gives, and of refusals.
fn schemas() -> BTreeMap<String, Value> {
    let shapes = ROUTES.iter().flat_map(|route| {
        let read = match route.reads {
            Reads::Json(shape) => Some(shape),
            Reads::Nothing | Reads::Scenario | Reads::Fault => None,
        };
        let given = match route.gives {
            Gives::Json(shape) | Gives::JsonOrText(shape, _) | Gives::Created(shape) | Gives::Events(shape) => {
                Some(shape)
            }
            Gives::Text(_) | Gives::Document => None,
        };
        [read, given].into_iter().flatten()
    });
    let all = shapes.chain([of::<AdminError>()]);
    all.flat_map(|shape| (shape.schemas)())
        .map(|(name, schema)| (name, json!(schema)))
        .collect()
}

/// A server-sent event: a line of the journal, its `seq` as the id.
fn event(shape: Shape) -> Value {
    json!({
        "type": "object",
        "required": ["id", "data"],
        "properties": {
            "id": {"type": "string", "pattern": "^[1-9][0-9]*$"},
            "data": {"type": "string", "contentMediaType": JSON, "contentSchema": named(shape)},
        },
    })
}

fn named(shape: Shape) -> Value {
    schema(&(shape.name)())
}

fn whole(least: u64, most: u64) -> Value {
    json!({"type": "integer", "minimum": least, "maximum": most})
}

fn order_id() -> Value {
    json!({"type": "string", "pattern": "^[0-9a-f]{32}$"})
}
