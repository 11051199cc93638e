//! What the client gets, and when: the honest answer in the dialect's bytes, or what the scenario puts in its place.

use std::{borrow::Cow, time::Duration};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    HeaderMap, Response, StatusCode,
    header::{ALLOW, CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER},
};
use protocol::dialect::okpay::{CONTENT_TYPE_JSON, Manner, fault::HEADER};
use scenarios::{Decision, Shape, StatusReply};

use crate::{
    connection::{Answer, BodyError, Severed},
    dialect::{Denial, Fault},
    fault::wire::{Ending, Line},
    fulfil::Fulfilled,
    gateway::Gateway,
    journal::Outcome,
    occasion::Occurrence,
    record::Record,
    route::RouteError,
};

/// A hanging connection is closed after this long, however patient its client is.
const LONGEST_HANG: Duration = Duration::from_secs(600);

/// What the client gets.
#[derive(Debug)]
pub(crate) enum Reply {
    /// An HTTP answer.
    Send {
        /// How long the finished answer is kept back.
        after: Duration,
        /// The answer.
        answer: Answer,
        /// Its body, for the journal.
        body: Bytes,
        /// Why the caller was refused, for the journal.
        reason: Option<Cow<'static, str>>,
    },
    /// No answer.
    Withhold {
        /// How long the connection stays open before.
        after: Duration,
        /// What happens to it.
        how: Withhold,
    },
}

/// How an answer is withheld.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Withhold {
    /// Nothing happens until the client leaves.
    Hang,
    /// FIN without a byte.
    Close,
    /// TCP reset.
    Reset,
}

/// Why a request never became a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It names nothing that is served here.
    Route(RouteError),
    /// Its body was not read.
    Body(BodyError),
    /// The wallet refuses it.
    Fault(Fault),
}

impl From<RouteError> for Refusal {
    fn from(error: RouteError) -> Self {
        Self::Route(error)
    }
}

impl From<BodyError> for Refusal {
    fn from(error: BodyError) -> Self {
        Self::Body(error)
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// The reply that a decision asks for.
pub(crate) fn compose(decision: &Decision, fulfilled: Fulfilled, occurrence: &Occurrence<'_>) -> Reply {
    let after = decision.reply.delay;
    let (call, number) = (&occurrence.call, occurrence.number());
    let manner = &call.shop().manner;
    let honest = |fulfilled: Fulfilled| match fulfilled.answer {
        Some(Ok(told)) => json(
            after,
            call.encode(told, number, call.shop(), call.via(), call.token()),
            occurrence.hint().map(Cow::Borrowed),
        ),
        Some(Err(denial)) => refused(after, &call.fault(&denial), manner),
        // Scenario files cannot ask for this: what skips the ledger names a reply.
        None => refused(after, &call.fault(&Denial::System), manner),
    };
    match &decision.reply.shape {
        Shape::Honest
        | Shape::Garbage
        | Shape::Truncate(_)
        | Shape::Dribble { .. }
        | Shape::SlowClose(_)
        | Shape::Bandwidth { .. } => honest(fulfilled),
        Shape::Status(status) => of_scenario(after, status),
        Shape::Reset => withheld(after, Withhold::Reset),
        Shape::Empty => withheld(after, Withhold::Close),
        Shape::Hang => withheld(after, Withhold::Hang),
    }
}

/// The reply to what never became a decision, explained as `explanation` says.
pub(crate) fn refuse(refusal: &Refusal, manner: &Manner, explanation: String) -> Reply {
    match refusal {
        Refusal::Fault(fault) => json(Duration::ZERO, fault.encode(manner), Some(Cow::Owned(explanation))),
        Refusal::Route(error) => {
            let mut headers = HeaderMap::new();
            if let RouteError::MethodNotAllowed { allowed } = error
                && let Ok(allowed) = HeaderValue::from_str(allowed.as_str())
            {
                headers.insert(ALLOW, allowed);
            }
            bare(refusal.status(), headers, explanation)
        }
        Refusal::Body(_) => {
            // What is left of the body is not read, so nothing can follow it.
            let mut headers = HeaderMap::new();
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
            bare(refusal.status(), headers, explanation)
        }
    }
}

impl Refusal {
    /// `CODE: reason`, for the header and the journal.
    pub(crate) fn explanation(&self) -> String {
        match self {
            Self::Fault(fault) => fault.explanation(),
            Self::Route(error) => {
                let code = match error {
                    RouteError::Host => "host_invalid",
                    RouteError::TargetTooLong { .. } => "target_too_long",
                    RouteError::NotFound => "path_unknown",
                    RouteError::MethodNotAllowed { .. } => "method_not_allowed",
                };
                format!("{code}: {error}")
            }
            Self::Body(error) => {
                let code = match error {
                    BodyError::TooLong { .. } => "body_too_long",
                    BodyError::TooSlow { .. } => "body_too_slow",
                    BodyError::Broken => "body_broken",
                };
                format!("{code}: {error}")
            }
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            // The wallet's own refusals are answers.
            Self::Fault(_) => StatusCode::OK,
            Self::Route(error) => match error {
                RouteError::Host => StatusCode::BAD_REQUEST,
                RouteError::TargetTooLong { .. } => StatusCode::URI_TOO_LONG,
                RouteError::NotFound => StatusCode::NOT_FOUND,
                RouteError::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            },
            Self::Body(error) => match error {
                BodyError::TooLong { .. } => StatusCode::PAYLOAD_TOO_LARGE,
                BodyError::TooSlow { .. } => StatusCode::REQUEST_TIMEOUT,
                BodyError::Broken => StatusCode::BAD_REQUEST,
            },
        }
    }
}

/// Carries a reply out: waits as long as it says, then hands the answer over or ends the connection without one. A
/// client that leaves meanwhile ends this future, and the record says so.
pub(crate) async fn carry_out(
    reply: Reply,
    record: &mut Record<'_>,
    line: &Line,
    gateway: &Gateway,
) -> Result<Answer, Severed> {
    match reply {
        Reply::Send {
            after,
            answer,
            body,
            reason,
        } => {
            wait(after, record, gateway).await;
            if gateway.in_force.refuses_now() {
                record.ended(
                    Outcome::Reset,
                    0,
                    0,
                    Some(Cow::Borrowed("phase_refuses: the phase refuses connections")),
                );
                return sever(line, Ending::Reset);
            }
            record.answers(CONTENT_TYPE_JSON, &body);
            record.ended(Outcome::Answered, answer.status().as_u16(), body.len() as u64, reason);
            Ok(answer)
        }
        Reply::Withhold { after, how } => {
            wait(after, record, gateway).await;
            match how {
                Withhold::Reset => {
                    record.ended(Outcome::Reset, 0, 0, None);
                    sever(line, Ending::Reset)
                }
                Withhold::Close => {
                    record.ended(Outcome::Closed, 0, 0, None);
                    sever(line, Ending::Close)
                }
                Withhold::Hang => {
                    record.ended(Outcome::Hung, 0, 0, None);
                    tokio::time::sleep(LONGEST_HANG).await;
                    sever(line, Ending::Close)
                }
            }
        }
    }
}

async fn wait(after: Duration, record: &mut Record<'_>, gateway: &Gateway) {
    if after > Duration::ZERO {
        record.waits();
        gateway.sleeper.sleep(after).await;
        record.waited();
    }
}

fn sever(line: &Line, ending: Ending) -> Result<Answer, Severed> {
    line.sever(ending);
    Err(Severed)
}

fn withheld(after: Duration, how: Withhold) -> Reply {
    Reply::Withhold { after, how }
}

/// Business errors are HTTP 200; why is told in a header, so that the body stays the wallet's own.
fn refused(after: Duration, fault: &Fault, manner: &Manner) -> Reply {
    json(after, fault.encode(manner), Some(Cow::Owned(fault.explanation())))
}

fn json(after: Duration, body: Vec<u8>, explanation: Option<Cow<'static, str>>) -> Reply {
    let body = Bytes::from(body);
    let mut answer = Response::new(Full::new(body.clone()));
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE_JSON));
    if let Some(explanation) = &explanation {
        headers.insert(HEADER, explained(explanation));
    }
    Reply::Send {
        after,
        answer,
        body,
        reason: explanation,
    }
}

fn bare(status: StatusCode, headers: HeaderMap, explanation: String) -> Reply {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    answer.headers_mut().insert(HEADER, explained(&explanation));
    Reply::Send {
        after: Duration::ZERO,
        answer,
        body: Bytes::new(),
        reason: Some(Cow::Owned(explanation)),
    }
}

fn of_scenario(after: Duration, reply: &StatusReply) -> Reply {
    let body = Bytes::from(reply.body.clone());
    let mut answer = Response::new(Full::new(body.clone()));
    *answer.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = answer.headers_mut();
    if let Some(seconds) = reply.retry_after_s {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    for (name, value) in &reply.headers {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(value)) => {
                headers.append(name, value);
            }
            (Err(_), _) | (_, Err(_)) => tracing::warn!(name, "a header of the scenario is none and is left out"),
        }
    }
    Reply::Send {
        after,
        answer,
        body,
        reason: None,
    }
}

/// A text fit for a header: whatever is not printable ASCII becomes `?`, so nothing can end the line.
fn explained(text: &str) -> HeaderValue {
    let printable: String = text
        .chars()
        .map(|char| if matches!(char, ' '..='~') { char } else { '?' })
        .collect();
    HeaderValue::try_from(printable).unwrap_or(HeaderValue::from_static("unprintable"))
}
