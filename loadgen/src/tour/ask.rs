//! What a step sends: its templates filled in. Pure.

use bytes::Bytes;
use hyper::{Method, header};
use scenarios::{Leg, LegAct, LegBody};

use crate::client::Outgoing;

/// The request of a step; of a payment there is none.
pub(super) fn outgoing(leg: &Leg, value: &impl Fn(&str) -> Option<String>) -> Outgoing {
    let (verb, path, headers, body) = match &leg.act {
        LegAct::Pay(_) => return Outgoing::get(String::new()),
        LegAct::Call {
            verb,
            path,
            headers,
            body,
        } => (verb, path.fill(value), headers, body),
    };
    let filled = headers.iter().filter_map(|(name, template)| {
        let name: header::HeaderName = name.parse().ok()?;
        Some((name, header::HeaderValue::from_str(&template.fill(value)).ok()?))
    });
    let (media_type, body) = match body {
        LegBody::Nothing => (None, Bytes::new()),
        LegBody::Json(json) => (Some("application/json"), Bytes::from(json.fill(value).to_string())),
        LegBody::Form(fields) => {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            for (name, template) in fields {
                form.append_pair(name, &template.fill(value));
            }
            let text = form.finish();
            (Some("application/x-www-form-urlencoded"), Bytes::from(text))
        }
    };
    let of_body = media_type.map(|media_type| (header::CONTENT_TYPE, header::HeaderValue::from_static(media_type)));
    Outgoing {
        method: Method::from_bytes(verb.wire().as_bytes()).unwrap_or(Method::GET),
        path,
        headers: of_body.into_iter().chain(filled).collect(),
        body,
    }
}
