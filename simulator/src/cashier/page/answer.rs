//! What the cashier answers: headers that keep strangers' pages and scripts out, and refusals in the page's JSON.

use bytes::Bytes;
use hyper::{
    Response, StatusCode,
    header::{
        ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, REFERRER_POLICY,
        X_CONTENT_TYPE_OPTIONS,
    },
};
use serde::Serialize;

use crate::{
    connection::{Answer, BodyError},
    console,
    fault::body::Body,
    route::RouteError,
};

const JSON: &str = "application/json";
/// Orders change with every request, and concern nobody but their payers.
const NEVER_KEPT: &str = "no-store";
/// Files change with every version of the gateway.
const ASKED_FOR_ANEW: &str = "no-cache";

/// Why the cashier does not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum PageError {
    /// The head is not one of HTTP, or too long.
    #[error(transparent)]
    Head(#[from] RouteError),
    /// The body did not come.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// Nothing is here.
    #[error("nobody serves this path")]
    PathUnknown,
    /// Something is here, but not for this method.
    #[error("this path is served by {allowed} only")]
    Verb {
        /// The methods.
        allowed: &'static str,
    },
    /// No deposit has this id.
    #[error("there is no such order to pay")]
    OrderUnknown,
    /// A link cannot be made of it.
    #[error("the Host header fits no link")]
    Host,
    /// A page of another origin asks.
    #[error("the Origin header names another site than the Host header")]
    Origin,
    /// Commands are JSON.
    #[error("commands have the content type application/json")]
    ContentType,
    /// Not the JSON of a command.
    #[error("the body is no such command: {what}")]
    BodyMalformed {
        /// What the reader said.
        what: String,
    },
    /// No such method.
    #[error("method is balance, bank_card, credit_card or top_up")]
    MethodUnknown,
    /// No code looks like that. It costs no try.
    #[error("code is not of six digits")]
    CodeMalformed,
}

impl PageError {
    fn status(&self) -> StatusCode {
        match self {
            Self::Head(RouteError::TargetTooLong { .. }) => StatusCode::URI_TOO_LONG,
            Self::Body(BodyError::TooLong { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Body(BodyError::TooSlow { .. }) => StatusCode::REQUEST_TIMEOUT,
            Self::PathUnknown | Self::OrderUnknown | Self::Head(RouteError::NotFound) => StatusCode::NOT_FOUND,
            Self::Verb { .. } | Self::Head(RouteError::MethodNotAllowed { .. }) => StatusCode::METHOD_NOT_ALLOWED,
            Self::Origin => StatusCode::FORBIDDEN,
            Self::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Head(RouteError::Host)
            | Self::Body(BodyError::Broken)
            | Self::Host
            | Self::BodyMalformed { .. }
            | Self::MethodUnknown
            | Self::CodeMalformed => StatusCode::BAD_REQUEST,
        }
    }

    /// A stable word for machines.
    fn code(&self) -> &'static str {
        match self {
            Self::Head(RouteError::Host) | Self::Host => "host_invalid",
            Self::Head(RouteError::TargetTooLong { .. }) => "target_too_long",
            Self::PathUnknown | Self::Head(RouteError::NotFound) => "path_unknown",
            Self::Verb { .. } | Self::Head(RouteError::MethodNotAllowed { .. }) => "method_not_allowed",
            Self::Body(BodyError::TooLong { .. }) => "body_too_long",
            Self::Body(BodyError::TooSlow { .. }) => "body_too_slow",
            Self::Body(BodyError::Broken) => "body_broken",
            Self::OrderUnknown => "order_unknown",
            Self::Origin => "origin",
            Self::ContentType => "content_type",
            Self::BodyMalformed { .. } => "body_malformed",
            Self::MethodUnknown => "method_unknown",
            Self::CodeMalformed => "code_malformed",
        }
    }
}

/// The page; one that is about nothing says so by its status too.
pub(super) fn page(media_type: &'static str, text: &'static str, known: bool) -> Answer {
    let mut answer = with(media_type, NEVER_KEPT, Bytes::from_static(text.as_bytes()));
    if !known {
        *answer.status_mut() = StatusCode::NOT_FOUND;
    }
    answer
}

/// One of the page's files.
pub(super) fn asset(media_type: &'static str, text: &'static str) -> Answer {
    with(media_type, ASKED_FOR_ANEW, Bytes::from_static(text.as_bytes()))
}

/// A picture.
pub(super) fn svg(drawn: String) -> Answer {
    with("image/svg+xml", NEVER_KEPT, Bytes::from(drawn))
}

/// A value as JSON.
pub(super) fn json(value: &impl Serialize) -> Answer {
    let body = serde_json::to_vec(value).expect("answers are plain data, which JSON can always hold");
    with(JSON, NEVER_KEPT, Bytes::from(body))
}

/// A refusal.
pub(super) fn refuse(error: &PageError) -> Answer {
    #[derive(Serialize)]
    struct Refused {
        error: &'static str,
        message: String,
    }
    let mut answer = json(&Refused {
        error: error.code(),
        message: error.to_string(),
    });
    *answer.status_mut() = error.status();
    if let PageError::Verb { allowed } = error {
        answer.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    }
    if let PageError::Body(_) = error {
        // What is left of the body is not read, so nothing can follow it.
        answer
            .headers_mut()
            .insert(CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

fn with(media_type: &'static str, kept: &'static str, body: Bytes) -> Answer {
    let mut answer = Response::new(Body::from(body));
    let headers = answer.headers_mut();
    for (name, value) in [
        (CONTENT_TYPE, media_type),
        (CACHE_CONTROL, kept),
        (CONTENT_SECURITY_POLICY, console::CONTENT_SECURITY_POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    answer
}
