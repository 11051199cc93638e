//! What every answer of the admin interface is made of: JSON, refusals that name the thing and the remedy, queries.

use bytes::Bytes;
use hyper::{
    Response, StatusCode,
    header::{ALLOW, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE},
};
use scenarios::Problems;
use serde::{Serialize, de::DeserializeOwned};

use super::{body::Answer, route::Ask};

/// Why the admin interface refuses: what is wrong, and what helps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = Refusal)]
pub(super) struct AdminError {
    #[serde(skip)]
    status: StatusCode,
    #[serde(skip)]
    allow: Option<String>,
    /// A stable word for programs.
    error: &'static str,
    /// What is wrong.
    message: String,
    /// What helps.
    help: String,
    /// Each mistake of a scenario file.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<ProblemRow>, required = false)]
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

    /// The same with the methods that the path takes.
    pub(super) fn allowing(self, allow: String) -> Self {
        Self {
            allow: Some(allow),
            ..self
        }
    }

    /// The same with a scenario's problems.
    pub(super) fn with_problems(self, problems: Problems) -> Self {
        Self {
            problems: Some(Box::new(problems)),
            ..self
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

    /// A mistake in the request.
    pub(super) fn bad(error: &'static str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error, message, help)
    }

    /// An order that is not there.
    pub(super) fn no_order(id: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "order_unknown",
            format!("there is no order `{id}`"),
            "`GET /orders` lists the orders",
        )
    }
}

/// An answer, or why there is none.
pub(super) type Answered = Result<Response<Answer>, AdminError>;

/// A refusal as it goes out.
pub(super) fn error(refused: &AdminError) -> Response<Answer> {
    let mut response = json_of(refused);
    *response.status_mut() = refused.status;
    if let Some(allow) = refused
        .allow
        .as_deref()
        .and_then(|allow| HeaderValue::from_str(allow).ok())
    {
        response.headers_mut().insert(ALLOW, allow);
    }
    if refused.status == StatusCode::UNAUTHORIZED {
        response
            .headers_mut()
            .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// A body of JSON; `example` is what a good one looks like.
pub(super) fn read<T: DeserializeOwned>(ask: &Ask<'_>, example: &str) -> Result<T, AdminError> {
    let unread = |why: &dyn std::fmt::Display| {
        let message = format!("the body does not read: {why}");
        AdminError::bad("body", message, format!("such as {example}"))
    };
    // A list would be read as the fields in their order, which no document promises.
    if ask.body.trim_ascii_start().starts_with(b"[") {
        return Err(unread(&"it is a list, not an object"));
    }
    serde_json::from_slice(ask.body).map_err(|error| unread(&error))
}

/// A body of text; `what` is what it should be.
pub(super) fn text_of<'a>(body: &'a Bytes, what: &str) -> Result<&'a str, AdminError> {
    str::from_utf8(body).map_err(|error| {
        let message = format!("{what} is not UTF-8: {error}");
        AdminError::bad("not_utf8", message, "send the file's own bytes")
    })
}

/// A value as it goes out.
pub(super) fn json_of(value: &impl Serialize) -> Response<Answer> {
    let body = serde_json::to_vec(value).expect("answers are plain data, which JSON can always hold");
    let mut response = Response::new(Answer::from(Bytes::from(body)));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A whole number in plain digits.
pub(super) fn whole(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let padded = text.len() > 1 && text.starts_with('0');
    if digits && !padded { text.parse().ok() } else { None }
}

/// One mistake of a scenario file, as [`Problems`] write it.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
struct ProblemRow {
    /// A stable word for programs.
    code: String,
    /// What is wrong.
    message: String,
    /// The file.
    file: String,
    /// Where it begins, from 1.
    line: u64,
    /// In characters, from 1.
    column: u64,
    /// Where it ends.
    end_line: u64,
    /// In characters, from 1.
    end_column: u64,
    /// What helps.
    help: Option<String>,
}
