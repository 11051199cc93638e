//! What the client gets, and when: the honest answer in the dialect's bytes, or what the scenario puts in its place.

use std::{borrow::Cow, sync::Arc, time::Duration};

use bytes::Bytes;
use hyper::{
    HeaderMap, Response, StatusCode,
    header::{ALLOW, CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER},
};
use protocol::dialect::okpay::{CONTENT_TYPE_JSON, Manner, fault::HEADER};
use scenarios::{Decision, Shape, StatusReply};

use crate::{
    connection::{Answer, BodyError, Severed},
    dialect::{Denial, Fault},
    fault::{
        body::{Body, GARBAGE_BYTES, Pace, Pieces},
        wire::{Ending, LONGEST_SILENCE, Line},
    },
    fulfil::Fulfilled,
    journal::Outcome,
    occasion::Occurrence,
    record::{PHASE_REFUSES, Record},
    route::RouteError,
};

/// What the client gets.
#[derive(Debug)]
pub(crate) enum Reply {
    /// An HTTP answer.
    Send {
        /// How long the finished answer is kept back.
        after: Duration,
        /// The answer's head.
        head: Response<()>,
        /// Its body.
        body: Bytes,
        /// How it goes over the wire.
        how: How,
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

/// How an answer goes over the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// As ever.
    Whole,
    /// Its body piece by piece.
    InPieces(Pace),
    /// Its body filled up with blanks to so many bytes.
    FilledTo(u64),
    /// It closes the connection, this much later.
    ClosingSlowly(Duration),
}

impl How {
    fn of(shape: &Shape) -> Self {
        match *shape {
            Shape::Truncate(part) => Self::InPieces(Pace::Part(part)),
            Shape::Dribble { chunks, over } => Self::InPieces(Pace::Dribble { chunks, over }),
            Shape::Bandwidth { bytes_per_second } => Self::InPieces(Pace::Bandwidth { bytes_per_second }),
            Shape::SlowClose(late) => Self::ClosingSlowly(late),
            Shape::Honest | Shape::Status(_) | Shape::Reset | Shape::Empty | Shape::Hang | Shape::Garbage => {
                Self::Whole
            }
        }
    }
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
    /// Bytes that are no answer in its place, then FIN.
    Garbage {
        /// What they follow from.
        seed: u64,
    },
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
    let shape = &decision.reply.shape;
    let honest = |fulfilled: Fulfilled| {
        let how = How::of(shape);
        match fulfilled.answer {
            Some(Ok(told)) => {
                let body = call.encode(told, number, call.shop(), call.via(), call.token());
                json(after, how, body, occurrence.hint().map(Cow::Borrowed))
            }
            Some(Err(denial)) => refused(after, how, &call.fault(&denial), manner),
            // Scenario files cannot ask for this: what skips the ledger names a reply.
            None => refused(after, how, &call.fault(&Denial::System), manner),
        }
    };
    match shape {
        Shape::Honest | Shape::Truncate(_) | Shape::Dribble { .. } | Shape::SlowClose(_) | Shape::Bandwidth { .. } => {
            honest(fulfilled)
        }
        Shape::Garbage => {
            let seed = decision.hits.outcome.map_or(0, |hit| hit.draw);
            withheld(after, Withhold::Garbage { seed })
        }
        Shape::Status(status) => of_scenario(after, status),
        Shape::Reset => withheld(after, Withhold::Reset),
        Shape::Empty => withheld(after, Withhold::Close),
        Shape::Hang => withheld(after, Withhold::Hang),
    }
}

/// The reply to what never became a decision, explained as `explanation` says.
pub(crate) fn refuse(refusal: &Refusal, manner: &Manner, explanation: String) -> Reply {
    match refusal {
        Refusal::Fault(fault) => json(
            Duration::ZERO,
            How::Whole,
            fault.encode(manner),
            Some(Cow::Owned(explanation)),
        ),
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
pub(crate) async fn carry_out(reply: Reply, mut record: Record, line: &Arc<Line>) -> Result<Answer, Severed> {
    match reply {
        Reply::Send {
            after,
            head,
            body,
            how,
            reason,
        } => {
            wait(after, &mut record).await;
            if record.gateway().in_force.refuses_now() {
                record.ended(Outcome::Reset, 0, 0, Some(Cow::Borrowed(PHASE_REFUSES)));
                return sever(line, Ending::Reset);
            }
            record.answers(CONTENT_TYPE_JSON, &body);
            Ok(send(head, body, how, reason, record, line))
        }
        Reply::Withhold { after, how } => {
            wait(after, &mut record).await;
            match how {
                Withhold::Reset => {
                    record.ended(Outcome::Reset, 0, 0, None);
                    sever(line, Ending::Reset)
                }
                Withhold::Close => {
                    record.ended(Outcome::Closed, 0, 0, None);
                    sever(line, Ending::Close)
                }
                Withhold::Garbage { seed } => {
                    record.ended(Outcome::Garbled, 0, GARBAGE_BYTES as u64, None);
                    sever(line, Ending::Garbage { seed })
                }
                Withhold::Hang => {
                    record.ended(Outcome::Hung, 0, 0, None);
                    tokio::time::sleep(LONGEST_SILENCE).await;
                    sever(line, Ending::Close)
                }
            }
        }
    }
}

/// Hands an answer over. What is sent at once is written down at once; the record of one in pieces goes with them.
fn send(
    mut head: Response<()>,
    body: Bytes,
    how: How,
    reason: Option<Cow<'static, str>>,
    mut record: Record,
    line: &Arc<Line>,
) -> Answer {
    let status = head.status().as_u16();
    let length = body.len() as u64;
    let (length, pace) = match how {
        How::InPieces(pace) => (length, pace),
        How::FilledTo(length) => (length, Pace::Freely),
        How::Whole | How::ClosingSlowly(_) => {
            if let How::ClosingSlowly(late) = how {
                head.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                line.linger(late);
            }
            record.ended(Outcome::Answered, status, length, reason);
            return head.map(|()| Body::from(body));
        }
    };
    record.begins(status);
    let pieces = Pieces::new((body, length), pace, line, record, reason);
    head.map(|()| Body::Pieces(Box::new(pieces)))
}

async fn wait(after: Duration, record: &mut Record) {
    if after > Duration::ZERO {
        record.waits();
        record.gateway().sleeper.sleep(after).await;
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
fn refused(after: Duration, how: How, fault: &Fault, manner: &Manner) -> Reply {
    json(after, how, fault.encode(manner), Some(Cow::Owned(fault.explanation())))
}

fn json(after: Duration, how: How, body: Vec<u8>, explanation: Option<Cow<'static, str>>) -> Reply {
    let mut head = Response::new(());
    let headers = head.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE_JSON));
    if let Some(explanation) = &explanation {
        headers.insert(HEADER, explained(explanation));
    }
    Reply::Send {
        after,
        head,
        body: Bytes::from(body),
        how,
        reason: explanation,
    }
}

fn bare(status: StatusCode, headers: HeaderMap, explanation: String) -> Reply {
    let mut head = Response::new(());
    *head.status_mut() = status;
    *head.headers_mut() = headers;
    head.headers_mut().insert(HEADER, explained(&explanation));
    Reply::Send {
        after: Duration::ZERO,
        head,
        body: Bytes::new(),
        how: How::Whole,
        reason: Some(Cow::Owned(explanation)),
    }
}

fn of_scenario(after: Duration, reply: &StatusReply) -> Reply {
    let mut head = Response::new(());
    *head.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = head.headers_mut();
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
    let is_filled = reply.body_bytes > reply.body.len() as u64;
    Reply::Send {
        after,
        head,
        body: Bytes::from(reply.body.clone()),
        how: if is_filled {
            How::FilledTo(reply.body_bytes)
        } else {
            How::Whole
        },
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
