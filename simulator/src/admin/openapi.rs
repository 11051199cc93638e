//! The documents of both ports, OpenAPI 3.1: the admin interface's is made from its table of routes and the types on
//! the wire, the merchant port's from the wallet's contract.

mod admin;
mod merchant;

use hyper::header::{CACHE_CONTROL, HeaderValue};
use serde_json::{Map, Value, json};

use super::{
    Admin,
    answer::{Answered, json_of},
    route::Ask,
};

#[cfg(test)]
pub(super) use admin::statuses;

pub use admin::document as admin_document;
pub use merchant::document as merchant_document;

/// The version of OpenAPI that the documents follow.
const OPENAPI: &str = "3.1.0";
/// Media type of JSON.
const JSON: &str = "application/json";

/// `GET /openapi.json`
pub(super) fn admin(_admin: &Admin, _ask: &Ask<'_>) -> Answered {
    Ok(served(&admin_document()))
}

/// `GET /openapi-merchant.json`
pub(super) fn merchant(_admin: &Admin, _ask: &Ask<'_>) -> Answered {
    Ok(served(&merchant_document()))
}

fn served(document: &Value) -> hyper::Response<super::body::Answer> {
    let mut response = json_of(document);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// Everything of a document but its paths and components.
fn frame(title: &str, description: &str) -> Map<String, Value> {
    let info = json!({
        "title": title,
        "description": description,
        "version": env!("CARGO_PKG_VERSION"),
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    });
    Map::from_iter([
        ("openapi".to_owned(), OPENAPI.into()),
        ("info".to_owned(), info),
        ("servers".to_owned(), json!([{"url": "/"}])),
    ])
}

/// A reference to a schema among the components.
fn schema(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// What stands in the braces of a path.
fn braced(path: &str) -> Option<&str> {
    let (_, rest) = path.split_once('{')?;
    rest.split_once('}').map(|(name, _)| name)
}

#[cfg(test)]
mod tests;
