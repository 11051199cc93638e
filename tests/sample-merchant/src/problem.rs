//! What the shop answers when it does not do what was asked, as JSON.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{
    shop::Trouble,
    store::{StoreError, orders::Order},
    wallet::{CallError, Refusal},
};

/// Seconds after which a customer may try again when nobody knows better.
const RETRY_AFTER_S: u64 = 2;

/// A status, what is wrong, and, if it helps, when to try again and which order it is about.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    error: String,
    retry_after_s: Option<u64>,
    /// Number and status.
    order: Option<(String, &'static str)>,
}

impl Problem {
    fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self {
            status,
            error: error.into(),
            retry_after_s: None,
            order: None,
        }
    }

    /// The request makes no sense.
    pub(crate) fn bad(error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }

    /// There is no such thing.
    pub(crate) fn not_found(error: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, error)
    }

    /// It makes sense, but not now or not with this key.
    pub(crate) fn conflict(error: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, error)
    }

    /// The shop is full.
    pub(crate) fn busy() -> Self {
        Self {
            retry_after_s: Some(RETRY_AFTER_S),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "too many customers at once")
        }
    }

    /// The order is written down, and nobody knows whether the wallet has opened it. Trying again with the same key is safe.
    pub(crate) fn unopened(order: &Order, error: &CallError) -> Self {
        Self {
            order: Some((order.id.clone(), order.status.word())),
            ..Trouble::Wallet(error.clone()).into()
        }
    }

    /// The wallet does not want this order.
    pub(crate) fn refused(order: &Order, refusal: &Refusal) -> Self {
        Self {
            order: Some((order.id.clone(), order.status.word())),
            ..Self::new(StatusCode::BAD_GATEWAY, format!("the wallet refused: {refusal}"))
        }
    }
}

impl From<Trouble> for Problem {
    fn from(trouble: Trouble) -> Self {
        let error = trouble.to_string();
        let retry_after_s = match trouble {
            Trouble::Wallet(CallError::Unavailable { retry_after }) => retry_after.as_secs() + 1,
            Trouble::Wallet(CallError::NoAnswer(_) | CallError::Refused(_)) | Trouble::Store(_) => RETRY_AFTER_S,
        };
        Self {
            retry_after_s: Some(retry_after_s),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, error)
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Trouble::from(error).into()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({ "error": self.error });
        if let Some((id, status)) = self.order {
            body["order"] = json!({ "id": id, "status": status });
        }
        let mut response = (self.status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after_s {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
