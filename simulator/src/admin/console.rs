//! The files of the console. They hold nothing secret, so they need no token; what they ask for does.

use bytes::Bytes;
use hyper::{
    Response, StatusCode,
    header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    },
};

use super::{
    Admin,
    answer::{AdminError, Answered},
    body::Answer,
    route::Ask,
};
use crate::console::{self, Asset};

/// `GET /console`
pub(super) fn page(_admin: &Admin, _ask: &Ask<'_>) -> Answered {
    Ok(file(console::PAGE))
}

/// `GET /console/assets/{name}`
pub(super) fn asset(_admin: &Admin, ask: &Ask<'_>) -> Answered {
    console::asset(&ask.parameter).map(file).ok_or_else(|| {
        AdminError::new(
            StatusCode::NOT_FOUND,
            "asset_unknown",
            format!("the console has no file `{}`", ask.parameter),
            "open /console",
        )
    })
}

fn file((content_type, text): Asset) -> Response<Answer> {
    let mut response = Response::new(Answer::from(Bytes::from_static(text.as_bytes())));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(console::CONTENT_SECURITY_POLICY),
    );
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
